//! OAuth 2.1 over HTTP: the sign-in a phone sends people to, the token endpoint, and what clients read about both.

pub mod authorize;
pub mod metadata;
pub mod revoke;
pub mod token;

use super::form::BadForm;
use super::pace::AFTER_SLOWNESS_S;
use super::vocabulary;
use crate::domain::client::Code;
use crate::domain::client::No;
use crate::flows::oauth::{Credentials, Why};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every OAuth operation.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(authorize::authorize)
        .service(authorize::authorize_sign_in)
        .service(token::token)
        .service(revoke::revoke)
        .service(metadata::authorization_server)
        .service(metadata::jwks);
}

/// An OAuth error (RFC 6749 §5.2).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "error": "invalid_grant", "error_description": "the refresh token does not hold, or not for this client" }))]
pub struct OauthError {
    /// One of OAuth's codes.
    #[schema(value_type = vocabulary::OauthErrorCode)]
    error: &'static str,
    /// For the developer of the client.
    error_description: &'static str,
}

/// An OAuth error on its way to the client.
#[derive(Clone, Debug)]
pub struct OauthProblem {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl OauthProblem {
    fn invalid(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: Code::InvalidRequest.as_str(), description }
    }
}

impl std::fmt::Display for OauthProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.error)
    }
}

impl ResponseError for OauthProblem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((CACHE_CONTROL, "no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"fieldproof\""));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((RETRY_AFTER, 5));
        }
        if self.status == StatusCode::REQUEST_TIMEOUT {
            answer.insert_header((RETRY_AFTER, AFTER_SLOWNESS_S));
        }
        answer.json(OauthError { error: self.error, error_description: self.description })
    }
}

impl From<No> for OauthProblem {
    fn from(no: No) -> Self {
        let status = match no.code {
            Code::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, error: no.code.as_str(), description: no.description }
    }
}

impl From<BadForm> for OauthProblem {
    fn from(why: BadForm) -> Self {
        Self { status: why.status(), ..Self::invalid(why.description()) }
    }
}

impl From<Why> for OauthProblem {
    fn from(why: Why) -> Self {
        match why {
            Why::No(no) => no.into(),
            Why::Failed(crate::flows::Error::Busy(why)) => {
                tracing::warn!(%why, "answered 503");
                Self {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    error: Code::TemporarilyUnavailable.as_str(),
                    description: "a part of the server is away for the moment; send the same again",
                }
            }
            Why::Failed(why) => {
                tracing::error!(%why, "answered 500");
                Self {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    error: Code::ServerError.as_str(),
                    description: "a fault of the server; the request id finds it in its log",
                }
            }
        }
    }
}

/// Who the client says it is: by HTTP Basic (RFC 6749 §2.3.1) or in the form, never both.
fn credentials(
    request: &HttpRequest,
    id: Option<String>,
    secret: Option<String>,
) -> Result<Credentials, OauthProblem> {
    let Some(header) = request.headers().get(AUTHORIZATION) else {
        return Ok(Credentials { id, secret });
    };
    let basic = header.to_str().ok().and_then(read_basic);
    let (name, password) = basic.ok_or_else(|| {
        OauthProblem::from(No::new(
            Code::InvalidClient,
            "Authorization must be Basic with client id and secret",
        ))
    })?;
    if secret.is_some() || id.is_some_and(|id| id != name) {
        return Err(OauthProblem::invalid("say who the client is once: in the header or in the form"));
    }
    Ok(Credentials { id: said(Some(name)), secret: said(Some(password)) })
}

/// A parameter that is there without a value counts as left out (RFC 6749 §3.1 and §3.2).
fn said(parameter: Option<String>) -> Option<String> {
    parameter.filter(|value| !value.is_empty())
}

fn read_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = plain.split_once(':')?;
    Some((unescape(id)?, unescape(secret)?))
}

/// Both halves are form-encoded before they are joined.
fn unescape(text: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&format!("v={text}")).ok()?;
    pairs.into_iter().next().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("an%2Dapp:a%20b+c"));
        assert_eq!(read_basic(&header), Some(("an-app".to_owned(), "a b c".to_owned())));
        assert_eq!(read_basic("Basic ???"), None);
        assert_eq!(read_basic("Bearer x"), None);
    }
}
