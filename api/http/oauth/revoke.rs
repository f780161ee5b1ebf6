//! Revocation (RFC 7009).

use super::{OauthError, OauthProblem, credentials, said};
use crate::app::App;
use crate::flows;
use crate::http::form::Form;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

/// The token to end.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "token": "xqmZ5E8lY0V0v1a2Qm6m8n0J5o1c9s3wq7h2b4k6T8E", "token_type_hint": "refresh_token",
    "client_id": "fieldproof-phone"
}))]
pub struct RevokeForm {
    /// A refresh or an access token.
    token: Option<String>,
    /// Which of the two; we find out by ourselves.
    #[serde(rename = "token_type_hint")]
    _token_type_hint: Option<String>,
    /// The client.
    client_id: Option<String>,
    /// The secret of a confidential client.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// End a sign-in
///
/// Whichever token is shown, all tokens of the same sign-in end at once. A token that is unknown or has ended is
/// answered alike.
#[utoipa::path(tag = "accounts", request_body(content = RevokeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It has ended."),
        (status = 400, description = "Refused, in OAuth's words.", body = OauthError),
        (status = 401, description = "The client is unknown or did not prove itself.", body = OauthError),
        (status = 408, description = "The form came too slowly.", body = OauthError),
        (status = 413, description = "The form is too large.", body = OauthError),
        (status = 415, description = "Not a form.", body = OauthError),
        (status = 500, description = "A fault of ours; the request id finds it in the log.", body = OauthError),
        (status = 503, description = "A part of the server is away; send the same again.", body = OauthError)))]
#[post("/oauth/revoke")]
pub async fn revoke(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form<RevokeForm, OauthProblem>,
) -> Result<HttpResponse, OauthProblem> {
    let form = form.0;
    let client = credentials(&request, said(form.client_id), said(form.client_secret))?;
    let token = said(form.token).ok_or_else(|| OauthProblem::invalid("token is missing"))?;
    flows::oauth::revoke::revoke(&app, &client, &token).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).finish())
}
