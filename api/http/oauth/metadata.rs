//! What clients read before they ask: the server's metadata (RFC 8414) and its public keys (RFC 7517).

use crate::app::App;
use crate::domain::account::LOCALES;
use crate::domain::actor::Scope;
use crate::domain::client::GrantType;
use crate::flows;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

/// The authorization server's metadata (RFC 8414).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "issuer": "https://fieldproof.example",
    "authorization_endpoint": "https://fieldproof.example/oauth/authorize",
    "token_endpoint": "https://fieldproof.example/oauth/token",
    "revocation_endpoint": "https://fieldproof.example/oauth/revoke",
    "jwks_uri": "https://fieldproof.example/.well-known/jwks.json",
    "service_documentation": "https://fieldproof.example/docs",
    "scopes_supported": ["profile", "visits:read"], "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
    "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
    "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
    "code_challenge_methods_supported": ["S256"], "ui_locales_supported": ["vi", "en"],
    "authorization_response_iss_parameter_supported": true
}))]
pub struct ServerMetadata {
    /// What tokens and answers name as their issuer.
    issuer: String,
    /// Where people sign in.
    authorization_endpoint: String,
    /// Where tokens are had.
    token_endpoint: String,
    /// Where tokens are ended.
    revocation_endpoint: String,
    /// Where public keys are.
    jwks_uri: String,
    /// Where all this is explained.
    service_documentation: String,
    /// Every scope.
    #[schema(value_type = Vec<vocabulary::Scope>)]
    scopes_supported: Vec<&'static str>,
    /// `code` only.
    response_types_supported: [&'static str; 1],
    /// `query` only.
    response_modes_supported: [&'static str; 1],
    /// The three ways to a token.
    #[schema(value_type = Vec<vocabulary::GrantType>)]
    grant_types_supported: [&'static str; 3],
    /// How clients prove themselves.
    token_endpoint_auth_methods_supported: [&'static str; 3],
    /// How clients prove themselves when they end a token.
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    /// `S256` only.
    code_challenge_methods_supported: [&'static str; 1],
    /// Languages of the sign-in page.
    #[schema(value_type = Vec<vocabulary::Locale>)]
    ui_locales_supported: [&'static str; 2],
    /// Answers name their issuer (RFC 9207).
    authorization_response_iss_parameter_supported: bool,
}

/// Public keys (RFC 7517).
#[derive(Serialize, ToSchema)]
pub struct KeySet {
    /// One for each key that still verifies.
    keys: Vec<PublicKey>,
}

/// An Ed25519 key (RFC 8037).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "use": "sig", "alg": "EdDSA", "kid": "5f1c0a9d2b7e4c38", "purpose": "access"
}))]
pub struct PublicKey {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// The public key, base64url.
    x: String,
    /// `sig`.
    #[serde(rename = "use")]
    usage: &'static str,
    /// `EdDSA`.
    alg: &'static str,
    /// As in the head of what it signed.
    kid: String,
    /// `access` for access tokens, `notary` for acknowledgements; neither counts for the other.
    #[schema(value_type = vocabulary::KeyPurpose)]
    purpose: &'static str,
}

/// Read how to sign in here
///
/// The metadata of the authorization server (RFC 8414).
#[utoipa::path(tag = "accounts", responses((status = 200, description = "The metadata.", body = ServerMetadata)))]
#[get("/.well-known/oauth-authorization-server")]
pub async fn authorization_server(app: web::Data<App>) -> HttpResponse {
    let issuer = app.config.public_url.clone();
    let at = |path: &str| format!("{issuer}{path}");
    let methods = ["none", "client_secret_basic", "client_secret_post"];
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=300")).json(ServerMetadata {
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/oauth/token"),
        revocation_endpoint: at("/oauth/revoke"),
        jwks_uri: at("/.well-known/jwks.json"),
        service_documentation: at("/docs"),
        scopes_supported: Scope::ALL.iter().map(|scope| scope.as_str()).collect(),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: GrantType::ALL.map(GrantType::as_str),
        token_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_methods_supported: methods,
        code_challenge_methods_supported: ["S256"],
        ui_locales_supported: LOCALES,
        authorization_response_iss_parameter_supported: true,
        issuer,
    })
}

/// Read the public keys
///
/// Keys are here before they sign and as long as anything they signed holds. Look again at an unknown `kid`.
#[utoipa::path(tag = "accounts", responses(
    (status = 200, description = "The keys.", body = KeySet),
    (status = 500, description = "A fault of ours; the request id finds it in the log."),
    (status = 503, description = "A part of the server is away; nothing was changed, send the same again.")))]
#[get("/.well-known/jwks.json")]
pub async fn jwks(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let keys = flows::keys::published(&app).await?;
    let view = |key: &std::sync::Arc<flows::keys::Key>| PublicKey {
        kty: "OKP",
        crv: "Ed25519",
        x: URL_SAFE_NO_PAD.encode(key.public()),
        usage: "sig",
        alg: "EdDSA",
        kid: key.kid.clone(),
        purpose: key.purpose.as_str(),
    };
    let keys = keys.iter().map(view).collect();
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=60")).json(KeySet { keys }))
}
