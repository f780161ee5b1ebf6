//! The address a phone sends people to: shows the sign-in, sends them back with a code.

use super::said;
use crate::app::App;
use crate::domain::client::No;
use crate::flows::oauth::authorize::{Asked, Refused, Request, check, grant};
use crate::http::context::Language;
use crate::http::form::Form;
use crate::http::pages::sign_in::{SignInForm, proven, show};
use crate::http::pages::{Frame, PageProblem, notice};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

/// An authorization request (RFC 6749 §4.1.1, RFC 7636, RFC 8707). Parameters nobody asked for are ignored.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuthorizeParams {
    /// The client.
    #[param(example = "fieldproof-phone")]
    client_id: Option<String>,
    /// Where the answer goes: exactly as registered, but for the port of a loopback address.
    #[param(example = "http://127.0.0.1:53122/callback")]
    redirect_uri: Option<String>,
    /// `code`.
    #[param(example = "code")]
    response_type: Option<String>,
    /// `query`, if said.
    response_mode: Option<String>,
    /// Scopes, separated by spaces; all of the client's where none is said.
    #[param(example = "profile visits:read photos:write")]
    scope: Option<String>,
    /// Comes back as it is.
    #[param(example = "af0ifjsldkj")]
    state: Option<String>,
    /// base64url of the SHA-256 of the verifier.
    #[param(example = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    code_challenge: Option<String>,
    /// `S256`.
    #[param(example = "S256")]
    code_challenge_method: Option<String>,
    /// This installation's public URL, if said.
    resource: Option<String>,
    /// What the person's list of devices will show.
    #[param(example = "Máy của Lan Anh")]
    device_name: Option<String>,
    /// Language of the page: `vi` or `en`.
    #[param(example = "vi")]
    #[allow(dead_code, reason = "part of the contract; read where the page is framed")]
    ui_locales: Option<String>,
    /// The same, from the page's own switch.
    #[allow(dead_code, reason = "part of the contract; read where the page is framed")]
    lang: Option<String>,
}

/// Ask somebody to sign in
///
/// Shows the sign-in page. A client or an address that is not registered is told to the person and leads nowhere; any
/// other mistake goes to the client's address as `error`, with `state` and `iss`.
#[utoipa::path(tag = "accounts", params(AuthorizeParams), responses(
    (status = 200, description = "The sign-in page.", body = String, content_type = "text/html"),
    (status = 303, description = "Back to the client with an error.", headers(("Location" = String, description = "The client's address."))),
    (status = 400, description = "Client or address not registered: a page.", body = String, content_type = "text/html"),
    (status = 500, description = "A fault of ours: a page.", body = String, content_type = "text/html"),
    (status = 503, description = "A part of the server is away: a page.", body = String, content_type = "text/html")))]
#[get("/oauth/authorize")]
pub async fn authorize(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageProblem> {
    Ok(match asked(&app, &request).await? {
        Ok(wanted) => shown(&app, &request, &wanted, "", None),
        Err(answer) => answer,
    })
}

/// Sign in for a client
///
/// What the sign-in page sends, to the address it was shown at. Then leads back to the client with a code that holds
/// once and for a minute. Shows the page again where login and password do not belong together.
#[utoipa::path(tag = "accounts", params(AuthorizeParams),
    request_body(content = SignInForm, content_type = "application/x-www-form-urlencoded"),
    responses(
    (status = 303, description = "Back to the client with `code`, `state` and `iss`, or with an error.", headers(("Location" = String, description = "The client's address."))),
    (status = 400, description = "Client or address not registered, or no form: a page.", body = String, content_type = "text/html"),
    (status = 401, description = "Login and password do not belong together: the page again.", body = String, content_type = "text/html"),
    (status = 403, description = "Not a form that we showed this browser: a page.", body = String, content_type = "text/html"),
    (status = 408, description = "The form came too slowly: a page.", body = String, content_type = "text/html"),
    (status = 413, description = "The form is too large: a page.", body = String, content_type = "text/html"),
    (status = 415, description = "Not a form: a page.", body = String, content_type = "text/html"),
    (status = 429, description = "Too many attempts: the page again, `Retry-After` says when.", body = String, content_type = "text/html"),
    (status = 500, description = "A fault of ours: a page.", body = String, content_type = "text/html"),
    (status = 503, description = "A part of the server is away: a page.", body = String, content_type = "text/html")))]
#[post("/oauth/authorize")]
pub async fn authorize_sign_in(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form<SignInForm, PageProblem>,
) -> Result<HttpResponse, PageProblem> {
    let wanted = match asked(&app, &request).await? {
        Ok(wanted) => wanted,
        Err(answer) => return Ok(answer),
    };
    Ok(match proven(&app, &request, &form.0).await? {
        Ok(account) => redirect(&grant(&app, &wanted, &account).await?),
        Err(trouble) => shown(&app, &request, &wanted, &form.0.login, Some(trouble)),
    })
}

async fn asked(app: &App, request: &HttpRequest) -> Result<Result<Request, HttpResponse>, PageProblem> {
    let Ok(params) = serde_html_form::from_str::<AuthorizeParams>(request.query_string()) else {
        let no =
            No::new(crate::domain::client::Code::InvalidRequest, "a parameter is there twice or unreadable");
        return Ok(Err(refused(request, &no)));
    };
    let asked = Asked {
        client_id: said(params.client_id),
        redirect_uri: said(params.redirect_uri),
        response_type: said(params.response_type),
        response_mode: said(params.response_mode),
        scope: said(params.scope),
        state: said(params.state),
        code_challenge: said(params.code_challenge),
        code_challenge_method: said(params.code_challenge_method),
        resource: said(params.resource),
        device_name: said(params.device_name),
    };
    match check(app, asked).await {
        Ok(wanted) => Ok(Ok(wanted)),
        Err(Refused::There { redirect: to }) => Ok(Err(redirect(&to))),
        Err(Refused::Here(no)) => Ok(Err(refused(request, &no))),
        Err(Refused::Failed(why)) => Err(why.into()),
    }
}

fn refused(request: &HttpRequest, no: &No) -> HttpResponse {
    let frame = Frame::of(request);
    let (title, text) = match frame.lang {
        Language::Vi => ("Ứng dụng gửi yêu cầu không đúng", "Hãy báo cho người làm ra ứng dụng: "),
        Language::En => ("The app asked in a wrong way", "Tell whoever makes the app: "),
    };
    notice(frame, StatusCode::BAD_REQUEST, title, &format!("{text}{}.", no.description))
}

fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

fn shown(
    app: &App,
    request: &HttpRequest,
    wanted: &Request,
    login: &str,
    trouble: Option<crate::http::pages::sign_in::Trouble>,
) -> HttpResponse {
    // Browsers apply form-action to where a form is redirected too, so the client's own address must be named.
    show(app, request, Some(&wanted.client.name), login, trouble, Some(&origin(&wanted.redirect_uri)))
}

/// What a policy calls an address: scheme and host, or an app's own scheme. A policy has no words for an IPv6 address
/// (CSP 3 §2.3.1), so there the scheme alone stands; the form leads nowhere but to the registered address anyway.
fn origin(uri: &str) -> String {
    match uri.split_once("://") {
        Some((scheme, rest)) if rest.starts_with('[') => format!("{scheme}:"),
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?']).next().unwrap_or_default();
            format!("{scheme}://{host}")
        }
        None => uri.split(':').next().map(|scheme| format!("{scheme}:")).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn a_policy_names_an_address_in_words_it_has() {
        assert_eq!(origin("http://127.0.0.1:53122/callback"), "http://127.0.0.1:53122");
        assert_eq!(origin("http://[::1]:53122/callback"), "http:");
        assert_eq!(origin("https://app.example.vn?x=1"), "https://app.example.vn");
        assert_eq!(origin("vn.fieldproof.phone:/callback"), "vn.fieldproof.phone:");
    }
}
