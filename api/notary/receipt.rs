//! The receipt: these bytes were stored, read again from the store and found to be those that were declared. With it, and
//! only with it, a phone may delete its own copy.

use super::paper;
use crate::domain::ids::{PhotoId, VisitId};
use crate::domain::photo::Sha256;
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use serde_json::json;

/// `typ` of the header: no acknowledgement passes as a receipt.
const TYPE: &str = "fieldproof-receipt+jwt";

/// What a receipt says.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// Public URL of the installation.
    pub issuer: &'a str,
    /// The photo.
    pub photo: PhotoId,
    /// Its visit.
    pub visit: VisitId,
    /// Digest of the bytes as they were read again.
    pub sha256: Sha256,
    /// Their number.
    pub size_bytes: u64,
    /// When they were durable, by our clock.
    pub stored_at: Timestamp,
    /// When they had been read again, by our clock.
    pub verified_at: Timestamp,
    /// Position of that in the visit's evidence log.
    pub log_number: i64,
}

/// Signs a receipt as a compact JWS.
#[must_use]
pub fn receipt(key: &SigningKey, kid: &str, facts: Receipt<'_>) -> String {
    let claims = json!({
        "iss": facts.issuer,
        "sub": facts.photo,
        "photo": facts.photo,
        "visit": facts.visit,
        "sha256": facts.sha256.to_hex(),
        "size_bytes": facts.size_bytes,
        "stored_at": facts.stored_at,
        "verified_at": facts.verified_at,
        "log_number": facts.log_number,
    });
    paper::sign((key, kid), TYPE, &claims)
}
