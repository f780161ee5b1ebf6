//! The acknowledgement: these bytes were received, whole, and are durable. Signed, so that the phone can show it.

use super::paper;
use crate::domain::ids::{PhotoId, VisitId};
use crate::domain::photo::Sha256;
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use serde_json::json;

/// `typ` of the header.
const TYPE: &str = "fieldproof-ack+jwt";

/// What is acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledgement<'a> {
    /// Public URL of the installation.
    pub issuer: &'a str,
    /// The photo.
    pub photo: PhotoId,
    /// Its visit.
    pub visit: VisitId,
    /// Digest of the bytes as we computed it.
    pub sha256: Sha256,
    /// Their number.
    pub size_bytes: u64,
    /// When they were durable, by our clock.
    pub received_at: Timestamp,
    /// Number in the visit's evidence log.
    pub log_number: i64,
}

/// Signs an acknowledgement as a compact JWS.
#[must_use]
pub fn acknowledge(key: &SigningKey, kid: &str, facts: Acknowledgement<'_>) -> String {
    let claims = json!({
        "iss": facts.issuer,
        "sub": facts.photo,
        "photo": facts.photo,
        "visit": facts.visit,
        "sha256": facts.sha256.to_hex(),
        "size_bytes": facts.size_bytes,
        "received_at": facts.received_at,
        "log_number": facts.log_number,
    });
    paper::sign((key, kid), TYPE, &claims)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't read what was signed should stop")]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ed25519_dalek::{Signature, Verifier};
    use uuid::Uuid;

    #[test]
    fn anyone_with_the_public_key_can_verify_it_and_it_never_changes() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let facts = Acknowledgement {
            issuer: "https://fieldproof.example",
            photo: PhotoId(Uuid::max()),
            visit: VisitId(Uuid::nil()),
            sha256: Sha256([1; 32]),
            size_bytes: 3,
            received_at: Timestamp::UNIX_EPOCH,
            log_number: 4,
        };
        let text = acknowledge(&key, "k1", facts);
        assert_eq!(text, acknowledge(&key, "k1", facts));
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        assert!(key.verifying_key().verify(signed.as_bytes(), &signature).is_ok());
        let claims = URL_SAFE_NO_PAD.decode(signed.rsplit_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims.get("log_number").cloned().unwrap_or_default(), 4);
    }
}
