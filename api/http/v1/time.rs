//! The time over HTTP, as a phone can show it later.

use crate::app::App;
use crate::flows::clock;
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// The operation.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_time);
}

/// The time, and a proof of having been told it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "now": "2026-03-20T00:44:25.888Z",
    "token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImZpZWxkcHJvb2YtdGltZStqd3QifQ.eyJpYXQiOjE3NzM5NjczNjUuODg4fQ.c2lnbmF0dXJl" }))]
pub struct TimeView {
    /// By the server's clock, to the millisecond.
    now: Timestamp,
    /// The same as a signed compact JWS (EdDSA, `typ` `fieldproof-time+jwt`), to be verified with `/.well-known/jwks.json`: `iat` in
    /// seconds with three decimals, `sub` the account, `sid` the session, `device` the device it speaks for. It has no end.
    token: String,
}

/// Ask for the time
///
/// A phone asks while it has a line, keeps the token with what its monotonic clock says, and names both with the photos it takes
/// later (`clock` of a declaration): then it is told when they were taken, whatever its wall clock was set to. Good for whoever
/// asked, for as long as it is needed; only the phone that counted since can say how long that was.
#[utoipa::path(tag = "sync", responses(
    (status = 200, description = "The time.", body = TimeView,
        headers(("Cache-Control" = String, description = "Always `no-store`.")))))]
#[get("/v1/time")]
pub async fn read_time(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let told = clock::tell(&app, &caller.0).await?;
    let mut with = HttpResponse::Ok();
    with.insert_header((CACHE_CONTROL, "no-store"));
    Ok(with.json(TimeView { now: told.at, token: told.token }))
}
