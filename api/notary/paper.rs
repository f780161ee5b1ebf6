//! The one way to sign a paper: a compact JWS that says of what kind it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

/// Signs claims as a compact JWS (RFC 7515) with EdDSA (RFC 8037). `typ` keeps a paper of one kind from being taken for
/// one of another, or for an access token (RFC 8725 §3.11). The same claims always give the same text: Ed25519 is
/// deterministic (RFC 8032).
pub(super) fn sign((key, kid): (&SigningKey, &str), typ: &str, claims: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "typ": typ, "kid": kid });
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
