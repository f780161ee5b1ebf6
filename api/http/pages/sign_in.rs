//! The sign-in form, for phones on their way through OAuth and for the review pages; and the way out.

use super::visitor::{SignedIn, Unsigned};
use super::{Frame, PageProblem, page};
use crate::app::App;
use crate::flows::sessions;
use crate::flows::sign_in::{Proof, prove};
use crate::http::address;
use crate::http::context::Language;
use crate::http::cookies::Cookie;
use crate::http::form::Form;
use crate::http::only;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// Where somebody goes who signed in without having been anywhere.
const HOME: &str = "/review";

/// Why the form is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Wrong password, no such login, not allowed: one text for all.
    Wrong,
    /// Too many attempts.
    Wait {
        /// Seconds until the next is looked at.
        seconds: i64,
    },
}

impl Trouble {
    fn text(self, lang: Language) -> String {
        match self {
            Self::Wrong => {
                let vi = "Tên đăng nhập hoặc mật khẩu không đúng.";
                lang.pick(vi, "The login or the password is not right.").to_owned()
            }
            Self::Wait { seconds } => match lang {
                Language::Vi => format!("Đã thử quá nhiều lần. Hãy chờ {seconds} giây rồi thử lại."),
                Language::En => format!("Too many attempts. Wait {seconds} seconds, then try again."),
            },
        }
    }
}

/// The sign-in page.
#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    client: Option<&'a str>,
    csrf: &'a str,
    login: &'a str,
    trouble: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({ "login": "lan.anh", "password": "mưa rơi trên phố cổ", "csrf": "d1f0…" }))]
pub struct SignInForm {
    /// As typed.
    #[serde(default)]
    pub login: String,
    /// As typed.
    #[serde(default)]
    #[schema(format = Password)]
    pub password: String,
    /// The proof from the page.
    pub csrf: Option<String>,
}

/// Shows the form; `client` is the program on whose behalf it is shown.
#[must_use]
pub fn show(
    app: &App,
    request: &HttpRequest,
    client: Option<&str>,
    login: &str,
    trouble: Option<Trouble>,
    form_action: Option<&str>,
) -> HttpResponse {
    let (frame, form) = (Frame::of(request), Unsigned::of(app, request));
    let status = match trouble {
        None => StatusCode::OK,
        Some(Trouble::Wrong) => StatusCode::UNAUTHORIZED,
        Some(Trouble::Wait { .. }) => StatusCode::TOO_MANY_REQUESTS,
    };
    let trouble_text = trouble.map(|trouble| trouble.text(frame.lang));
    let what = SignInPage { frame, client, csrf: &form.csrf, login, trouble: trouble_text };
    let mut answer = page(status, &what, form_action);
    let (name, value) = Cookie::Form.set(&app.config, &form.cookie);
    if let Ok(value) = value.parse() {
        answer.headers_mut().insert(name, value);
    }
    if let Some(Trouble::Wait { seconds }) = trouble {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// Looks at what a form brought: whoever it proves, or why the form is shown again.
///
/// # Errors
/// A forged form, or an outage.
pub async fn proven(
    app: &App,
    request: &HttpRequest,
    form: &SignInForm,
) -> Result<Result<Box<crate::flows::sign_in::Account>, Trouble>, PageProblem> {
    Unsigned::of(app, request).sent(form.csrf.as_deref())?;
    let from = address::client(request, &app.config.trusted_proxies).to_string();
    Ok(match prove(app, &form.login, &form.password, &from).await? {
        Proof::Proven(account) => Ok(account),
        Proof::Wrong => Err(Trouble::Wrong),
        Proof::Wait { seconds } => Err(Trouble::Wait { seconds }),
    })
}

/// The sign-in and the way out.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let form = web::resource("/login").route(web::get().to(login_page)).route(web::post().to(login));
    cfg.service(only(form, "GET, HEAD, POST, OPTIONS"));
    cfg.service(only(web::resource("/logout").route(web::post().to(logout)), "POST, OPTIONS"));
}

async fn login_page(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    show(&app, &request, None, "", None, None)
}

async fn login(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form<SignInForm, PageProblem>,
) -> Result<HttpResponse, PageProblem> {
    let account = match proven(&app, &request, &form.0).await? {
        Ok(account) => account,
        Err(trouble) => return Ok(show(&app, &request, None, &form.0.login, Some(trouble), None)),
    };
    let cookie = sessions::sign_in_browser(&app, &account).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, then(request.query_string())))
        .insert_header(Cookie::Session.set(&app.config, &cookie))
        .append_header(Cookie::Form.clear(&app.config))
        .finish())
}

/// Where to go after signing in: a page of ours and nowhere else.
fn then(query: &str) -> String {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    let asked = pairs.into_iter().find(|(key, _)| key == "then").map(|(_, value)| value).unwrap_or_default();
    let within = asked.strip_prefix(HOME).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let plain = asked.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if within && plain && !asked.contains("..") { asked } else { HOME.to_owned() }
}

#[derive(Debug, Deserialize)]
struct LogoutForm {
    #[serde(default)]
    csrf: String,
}

async fn logout(
    app: web::Data<App>,
    visitor: SignedIn,
    form: Form<LogoutForm, PageProblem>,
) -> Result<HttpResponse, PageProblem> {
    visitor.sent(&form.0.csrf)?;
    sessions::sign_out(&app, &visitor.0.actor).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, "/login"))
        .insert_header(Cookie::Session.clear(&app.config))
        .finish())
}

#[cfg(test)]
mod tests {
    use super::then;

    #[test]
    fn one_comes_back_to_a_page_of_ours_and_nowhere_else() {
        assert_eq!(then("then=%2Freview%2Fvisits%3Fx%3D1"), "/review/visits?x=1");
        for elsewhere in
            ["then=//evil.vn", "then=https://evil.vn", "then=/review.evil", "then=/review/../x", ""]
        {
            assert_eq!(then(elsewhere), "/review", "{elsewhere}");
        }
    }
}
