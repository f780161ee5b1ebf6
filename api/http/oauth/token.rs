//! The token endpoint.

use super::{OauthError, OauthProblem, credentials, said};
use crate::app::App;
use crate::flows::oauth::token::{Asked, trade};
use crate::http::form::Form;
use crate::http::vocabulary;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a client trades for tokens. Confidential clients prove themselves by HTTP Basic or by `client_secret`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "grant_type": "authorization_code", "client_id": "fieldproof-phone",
    "code": "2oJ5Xb4kq1mRrQ0Vt7bW8nqJt0yq3o9m1cVwq8e6H1k",
    "redirect_uri": "http://127.0.0.1:53122/callback",
    "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
}))]
pub struct TokenForm {
    /// The way to the token.
    #[schema(value_type = Option<vocabulary::GrantType>)]
    grant_type: Option<String>,
    /// The client.
    client_id: Option<String>,
    /// The secret of a confidential client.
    #[schema(format = Password)]
    client_secret: Option<String>,
    /// The code from the redirect.
    code: Option<String>,
    /// The same as in the authorization request.
    redirect_uri: Option<String>,
    /// What the `code_challenge` was made from.
    code_verifier: Option<String>,
    /// The latest refresh token.
    refresh_token: Option<String>,
    /// Fewer scopes than granted, separated by spaces.
    scope: Option<String>,
    /// This installation's public URL, if said (RFC 8707).
    resource: Option<String>,
}

/// Tokens (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 600,
    "refresh_token": "xqmZ5E8lY0V0v1a2Qm6m8n0J5o1c9s3wq7h2b4k6T8E", "scope": "profile visits:read photos:write"
}))]
pub struct TokenView {
    /// Proves who asks: `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Life of the access token in seconds.
    expires_in: u64,
    /// Gets the next access token; each holds once.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// What the access token may ask for.
    scope: String,
}

/// Get or renew an access token
///
/// A refresh token holds once. The phone that lost the answer may send the same again within 60 seconds and gets the
/// same successor; shown later, or after its successor was used, it ends the whole sign-in.
#[utoipa::path(tag = "accounts", request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens.", body = TokenView),
        (status = 400, description = "Refused, in OAuth's words.", body = OauthError),
        (status = 401, description = "The client is unknown or did not prove itself.", body = OauthError),
        (status = 408, description = "The form came too slowly.", body = OauthError),
        (status = 413, description = "The form is too large.", body = OauthError),
        (status = 415, description = "Not a form.", body = OauthError),
        (status = 500, description = "A fault of ours; the request id finds it in the log.", body = OauthError),
        (status = 503, description = "A part of the server is away; send the same again.", body = OauthError)))]
#[post("/oauth/token")]
pub async fn token(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form<TokenForm, OauthProblem>,
) -> Result<HttpResponse, OauthProblem> {
    let form = form.0;
    let client = credentials(&request, said(form.client_id), said(form.client_secret))?;
    let asked = Asked {
        grant_type: said(form.grant_type),
        code: said(form.code),
        redirect_uri: said(form.redirect_uri),
        code_verifier: said(form.code_verifier),
        refresh_token: said(form.refresh_token),
        scope: said(form.scope),
        resource: said(form.resource),
    };
    let tokens = trade(&app, &client, &asked).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(TokenView {
        access_token: tokens.access,
        token_type: "Bearer",
        expires_in: tokens.expires_in_s,
        refresh_token: tokens.refresh,
        scope: tokens.scope,
    }))
}
