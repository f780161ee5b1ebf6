//! Bearer token to actor: who asks, read fresh for each request.

use super::problem::Problem;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::flows;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures::FutureExt;
use futures::future::LocalBoxFuture;

/// Whoever holds the bearer token. An operation that takes it can't be reached without.
#[derive(Clone, Debug)]
pub struct Caller(pub Actor);

/// What was found out about this request's token: at most once, by whoever needs it first.
#[derive(Clone, Debug)]
pub struct Known(pub Result<Actor, flows::Error>);

/// Finds out who holds a token.
pub async fn find_out(app: &App, token: &str) -> Known {
    Known(flows::sessions::authenticate(app, token).await)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Known>().cloned();
        let token = bearer(request);
        let app = request.app_data::<web::Data<App>>().cloned();
        async move {
            if let Some(Known(known)) = known {
                return Ok(Self(known?));
            }
            let app = app.ok_or_else(|| flows::Error::Fault("the app is not installed".to_owned()))?;
            let Some(token) = token else {
                let detail = "Send an access token: Authorization: Bearer ….";
                return Err(Problem::of_door(StatusCode::UNAUTHORIZED, "token.missing", detail));
            };
            Ok(Self(find_out(&app, &token).await.0?))
        }
        .boxed_local()
    }
}

/// The token of an `Authorization: Bearer` header.
#[must_use]
pub fn bearer(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}
