//! The page behind a one-time link: whose it is, and a password for it.

use super::visitor::Unsigned;
use super::{Frame, PageProblem, notice, page};
use crate::app::App;
use crate::domain::refusal::{Kind, Refusal};
use crate::flows::{Error, invitations};
use crate::http::context::Language;
use crate::http::cookies::Cookie;
use crate::http::form::Form;
use crate::http::only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage<'a> {
    frame: Frame,
    name: &'a str,
    login: &'a str,
    csrf: &'a str,
    trouble: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize)]
struct InvitationForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
    csrf: Option<String>,
}

/// The page and its form.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let form = web::resource("/invitation").route(web::get().to(look)).route(web::post().to(accept));
    cfg.service(only(form, "GET, HEAD, POST, OPTIONS"));
}

fn token(request: &HttpRequest) -> String {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    pairs.into_iter().find(|(key, _)| key == "token").map(|(_, value)| value).unwrap_or_default()
}

async fn look(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageProblem> {
    show(&app, &request, None).await
}

async fn show(
    app: &App,
    request: &HttpRequest,
    trouble: Option<&Refusal>,
) -> Result<HttpResponse, PageProblem> {
    let frame = Frame::of(request);
    let account = match invitations::look(app, &token(request)).await {
        Ok(account) => account,
        Err(Error::Refused(_)) => {
            let (title, text) = match frame.lang {
                Language::Vi => (
                    "Liên kết này không còn dùng được",
                    "Liên kết đã được dùng, đã hết hạn hoặc đã được thay thế. Hãy nhờ quản trị viên gửi liên kết mới.",
                ),
                Language::En => (
                    "This link is of no use any more",
                    "It was used, has expired or was replaced. Ask an administrator for a new one.",
                ),
            };
            return Ok(notice(frame, StatusCode::NOT_FOUND, title, text));
        }
        Err(why) => return Err(why.into()),
    };
    let form = Unsigned::of(app, request);
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let code = trouble.and_then(|no| no.faults.first()).map(|fault| fault.code.as_str());
    let trouble = code.map(|code| explain(code, frame.lang));
    let what = InvitationPage {
        frame,
        name: &account.display_name,
        login: &account.login,
        csrf: &form.csrf,
        trouble,
    };
    let mut answer = page(status, &what, None);
    let (name, value) = Cookie::Form.set(&app.config, &form.cookie);
    if let Ok(value) = value.parse() {
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

fn explain(code: &str, lang: Language) -> &'static str {
    match code {
        "password.too-short" => {
            lang.pick("Mật khẩu cần ít nhất 15 ký tự.", "The password needs at least 15 characters.")
        }
        "password.too-long" => {
            lang.pick("Mật khẩu dài quá 256 ký tự.", "The password is longer than 256 characters.")
        }
        "password.guessable" => lang.pick(
            "Mật khẩu này quá dễ đoán. Hãy ghép vài từ mà chỉ bạn nghĩ ra.",
            "This password is guessed too easily. Put together a few words only you would.",
        ),
        "password.differs" => {
            lang.pick("Hai lần nhập không giống nhau.", "The two entries are not the same.")
        }
        _ => lang.pick("Mật khẩu này không dùng được.", "This password can't be used."),
    }
}

async fn accept(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form<InvitationForm, PageProblem>,
) -> Result<HttpResponse, PageProblem> {
    let form = form.0;
    Unsigned::of(&app, &request).sent(form.csrf.as_deref())?;
    if form.password != form.again {
        let no = Refusal::field("/again", "password.differs", "is not the same");
        return show(&app, &request, Some(&no)).await;
    }
    match invitations::accept(&app, &token(&request), &form.password).await {
        Ok(_) => {
            let frame = Frame::of(&request);
            let (title, text) = match frame.lang {
                Language::Vi => {
                    ("Đã đặt mật khẩu", "Bây giờ bạn có thể đăng nhập trong ứng dụng hoặc tại trang này.")
                }
                Language::En => ("Your password is set", "You can sign in now, in the app or on this site."),
            };
            Ok(notice(frame, StatusCode::OK, title, text))
        }
        Err(Error::Refused(no)) if no.kind == Kind::Invalid => show(&app, &request, Some(&no)).await,
        Err(why) => Err(why.into()),
    }
}
