//! Our pages: rendered here, styled by one file, without scripts. Each page carries its own policy and is kept nowhere.

pub mod assets;
pub mod board;
pub mod desk;
pub mod enrolment;
pub mod figures;
pub mod gallery;
pub mod invitation;
pub mod language;
pub mod media;
pub mod minutes;
pub mod notices;
pub mod paper;
pub mod photo;
pub mod placeholder;
pub mod sign_in;
pub mod sketch;
pub mod tile;
pub mod visitor;
pub mod words;

use super::context::{Context, Language};
use super::form::BadForm;
use super::pace::AFTER_SLOWNESS_S;
use super::wording;
use crate::flows;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderValue, REFRESH, RETRY_AFTER,
};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, ResponseError, guard, web};
use askama::Template;

/// What every page shares.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The page's language.
    pub lang: Language,
    /// Address of the style.
    pub style: String,
    /// Where the language switch leads: Vietnamese, then English.
    pub switch: (String, String),
}

impl Frame {
    /// Reads `lang=` or `ui_locales=` from the address, else what the browser prefers.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let pairs: Vec<(String, String)> =
            serde_html_form::from_str(request.query_string()).unwrap_or_default();
        let said = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let lang = match said("lang").or(said("ui_locales")) {
            Some(tag) => Language::from_header(&tag.replace(' ', ",")),
            None => Context::current().language,
        };
        let kept: Vec<_> = pairs.iter().filter(|(key, _)| key != "lang").collect();
        let query = serde_html_form::to_string(kept).unwrap_or_default();
        let joint = if query.is_empty() { "" } else { "&" };
        let to = |tag: &str| format!("{}?{query}{joint}lang={tag}", request.path());
        Self { lang, style: assets::style_address(), switch: (to("vi"), to("en")) }
    }
}

/// A page as an answer. `form_action` names where else a form on it may lead.
#[must_use]
pub fn page(status: StatusCode, page: &impl Template, form_action: Option<&str>) -> HttpResponse {
    let more = form_action.map(|to| format!(" {to}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'{more}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_SECURITY_POLICY, policy))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_LANGUAGE, Context::current().language.as_str()))
            .body(html),
        Err(why) => super::problem::Problem::from(flows::Error::Fault(why.to_string())).error_response(),
    }
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    frame: Frame,
    title: String,
    text: String,
    /// Whether the way to the board is shown.
    back: bool,
}

/// A page that says one thing.
#[must_use]
pub fn notice(frame: Frame, status: StatusCode, title: &str, text: &str) -> HttpResponse {
    let what = Notice { frame, title: title.to_owned(), text: text.to_owned(), back: false };
    page(status, &what, None)
}

/// Something a page could not do, told as a page.
#[derive(Clone, Debug)]
pub enum PageProblem {
    /// Nobody is signed in: go and sign in, then come back here.
    SignIn {
        /// Where to come back to.
        then: String,
    },
    /// A link on another site led here: the page asks for itself once more, and then the browser brings our cookie.
    FromElsewhere {
        /// The address that was asked for.
        to: String,
    },
    /// The form was not one that we showed this browser.
    Forged,
    /// The form can't be read.
    Form(BadForm),
    /// A flow said no, or could not.
    Flow(flows::Error),
}

impl PageProblem {
    /// Nothing there, or nothing that may be seen.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Flow(crate::domain::refusal::Refusal::not_found().into())
    }
}

impl From<BadForm> for PageProblem {
    fn from(why: BadForm) -> Self {
        Self::Form(why)
    }
}

impl From<flows::Error> for PageProblem {
    fn from(why: flows::Error) -> Self {
        Self::Flow(why)
    }
}

impl std::fmt::Display for PageProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl ResponseError for PageProblem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::FromElsewhere { .. } => StatusCode::OK,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::Form(why) => why.status(),
            Self::Flow(flows::Error::Refused(no)) => super::problem::status(no.kind),
            Self::Flow(flows::Error::Busy(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Flow(flows::Error::Fault(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let lang = Context::current().language;
        let frame =
            Frame { lang, style: assets::style_address(), switch: ("?lang=vi".into(), "?lang=en".into()) };
        let say = |vi: (&str, &str), en: (&str, &str)| {
            let (title, text) = match lang {
                Language::Vi => vi,
                Language::En => en,
            };
            let (title, text) = (title.to_owned(), text.to_owned());
            page(self.status_code(), &Notice { frame: frame.clone(), title, text, back: true }, None)
        };
        match self {
            Self::SignIn { then } => {
                let query = serde_html_form::to_string([("then", then)]).unwrap_or_default();
                HttpResponse::SeeOther().insert_header(("location", format!("/login?{query}"))).finish()
            }
            Self::FromElsewhere { to } => {
                let mut answer = say(("Đang mở…", "Xin chờ một chút."), ("Opening…", "One moment, please."));
                // A redirect would still count as the other site's; a page of ours that goes on by itself does not.
                if let Ok(value) = HeaderValue::from_str(&format!("0; url={to}")) {
                    answer.headers_mut().insert(REFRESH, value);
                }
                answer
            }
            Self::Forged => say(
                ("Biểu mẫu đã hết hạn", "Hãy quay lại trang trước, tải lại và gửi lần nữa."),
                ("This form has expired", "Go back, reload the page and send it again."),
            ),
            Self::Form(why) => {
                let mut answer = say(
                    ("Không đọc được biểu mẫu", "Hãy quay lại trang trước và gửi lần nữa."),
                    ("This form can't be read", "Go back and send it again."),
                );
                if *why == BadForm::Slow {
                    answer.headers_mut().insert(RETRY_AFTER, AFTER_SLOWNESS_S.into());
                }
                answer
            }
            Self::Flow(flows::Error::Refused(no)) if no.kind == crate::domain::refusal::Kind::NotFound => {
                say(
                    ("Không tìm thấy", "Không có gì ở đây, hoặc không có gì bạn được xem."),
                    ("Not found", "There is nothing here, or nothing you may see."),
                )
            }
            Self::Flow(flows::Error::Refused(no)) => {
                let title = lang.pick("Không thể thực hiện", "This can't be done");
                let text = wording::detail(no.code, &no.detail, lang);
                notice(frame.clone(), self.status_code(), title, &text)
            }
            Self::Flow(flows::Error::Busy(why)) => {
                tracing::warn!(%why, "answered 503");
                let mut answer = say(
                    ("Tạm thời chưa phục vụ được", "Hãy thử lại sau vài giây. Không có gì bị mất."),
                    ("Not available for the moment", "Try again in a few seconds. Nothing is lost."),
                );
                answer.headers_mut().insert(RETRY_AFTER, 5.into());
                answer
            }
            Self::Flow(flows::Error::Fault(why)) => {
                tracing::error!(%why, "answered 500");
                say(
                    ("Lỗi của máy chủ", "Chúng tôi đã ghi lại lỗi này."),
                    ("A fault of the server", "We have recorded it."),
                )
            }
        }
    }
}

async fn nothing_here() -> Result<HttpResponse, PageProblem> {
    Err(PageProblem::not_found())
}

/// Every page and what pages need.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.configure(assets::routes);
    // Every page under these addresses speaks the language that was chosen, its errors too.
    cfg.service(
        web::scope("/review")
            .app_data(web::PathConfig::default().error_handler(|_, _| PageProblem::not_found().into()))
            .configure(board::routes)
            .configure(gallery::routes)
            .configure(photo::routes)
            .configure(media::routes)
            .configure(minutes::routes)
            .configure(notices::routes)
            .configure(paper::routes)
            .default_service(web::to(nothing_here))
            .wrap(from_fn(language::choose)),
    );
    cfg.service(
        web::scope("")
            .configure(sign_in::routes)
            .configure(enrolment::routes)
            .configure(invitation::routes)
            .guard(guard::fn_guard(|on| {
                matches!(on.head().uri.path(), "/login" | "/logout" | "/enrol" | "/invitation")
            }))
            .wrap(from_fn(language::choose)),
    );
}
