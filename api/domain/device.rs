//! Phones that were let in: their keys, the code that lets one in, what it proves with its key.

use crate::canonical::json::canonical;
use crate::ids::{AccountId, DeviceId, EnrolmentId, OwnerId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How long a code lets somebody in: from one screen to the next phone.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Most characters of what a person calls a device, and of what its maker does.
pub const MOST_NAME: usize = 80;
/// What a proof says it is for, so that no other signature of the same key is taken for one.
pub const PROOF_OF: &str = "fieldproof-device-enrolment";

/// How a device signs, in the names of JOSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037): 64 bytes.
    EdDsa,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4): `r` and `s` one behind the other, 64 bytes; not the DER that the
    /// keystores of Android and iOS hand out.
    Es256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 2] = [Self::EdDsa, Self::Es256];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }
}

/// A public key that has the shape of one; whether it is a point of its curve is for whoever verifies with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519.
    Ed25519([u8; 32]),
    /// P-256, by its coordinates.
    P256 {
        /// Abscissa.
        x: [u8; 32],
        /// Ordinate.
        y: [u8; 32],
    },
}

/// Why a key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a public key as a JWK: kty OKP, crv Ed25519 and x, or kty EC, crv P-256, x and y")]
pub struct BadKey;

impl PublicKey {
    /// Reads the members of a JWK (RFC 7517, RFC 8037).
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(kty: &str, crv: &str, x: &str, y: Option<&str>) -> Result<Self, BadKey> {
        let part = |text: &str| -> Result<[u8; 32], BadKey> {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadKey)?;
            bytes.try_into().map_err(|_| BadKey)
        };
        match (kty, crv, y) {
            ("OKP", "Ed25519", None) => Ok(Self::Ed25519(part(x)?)),
            ("EC", "P-256", Some(y)) => Ok(Self::P256 { x: part(x)?, y: part(y)? }),
            _ => Err(BadKey),
        }
    }

    /// Reads a JWK as stored.
    #[must_use]
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        Self::parse(text("kty")?, text("crv")?, text("x")?, text("y")).ok()
    }

    /// As a JWK of the members that make its thumbprint.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ed25519(x) => json!({ "crv": "Ed25519", "kty": "OKP", "x": text(x) }),
            Self::P256 { x, y } => json!({ "crv": "P-256", "kty": "EC", "x": text(x), "y": text(y) }),
        }
    }

    /// What names it: its thumbprint (RFC 7638) with SHA-256, in base64url.
    #[must_use]
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical(&self.jwk())))
    }

    /// How it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::P256 { .. } => Algorithm::Es256,
        }
    }
}

/// A signature of 64 bytes, from base64url. `None` for anything else.
#[must_use]
pub fn signature(text: &str) -> Option<[u8; 64]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What a device signs to be let in: that it holds this key, uses this code (SHA-256, hexadecimal), and is this person's, here.
/// Canonical JSON, so that every client writes the same bytes.
#[must_use]
pub fn proof(code_sha256: [u8; 32], account: AccountId, issuer: &str, key: &PublicKey) -> String {
    canonical(&json!({ "account": account, "code_sha256": hex::encode(code_sha256), "issuer": issuer,
        "key_id": key.id(), "purpose": PROOF_OF }))
}

/// A code that was issued; nobody can tell the code from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// Whose device it lets in.
    pub owner: OwnerId,
    /// Whom it lets in.
    pub account: AccountId,
    /// Who issued it.
    pub issued_by: AccountId,
    /// When.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A phone that was let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose lead or office let it in.
    pub owner: OwnerId,
    /// Whose it is.
    pub account: AccountId,
    /// What its person calls it.
    pub name: String,
    /// What its maker calls it.
    pub model: String,
    /// Its key.
    pub key: PublicKey,
    /// Since when.
    pub enrolled_at: Timestamp,
    /// Who issued the code.
    pub enrolled_by: AccountId,
    /// Since when it is one no more.
    pub revoked: Option<Revoked>,
}

/// That a device was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// When; what was signed counts by when we received it.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<AccountId>,
    /// Why.
    pub because: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.3.
    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        let key =
            PublicKey::parse("OKP", "Ed25519", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", None).unwrap();
        assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(PublicKey::from_jwk(&key.jwk()), Some(key));
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
        let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
        let key = PublicKey::parse("EC", "P-256", x, Some(y)).unwrap();
        assert_eq!(PublicKey::from_jwk(&key.jwk()), Some(key));
    }

    #[test]
    fn what_is_no_key_of_these_two_kinds_is_refused() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        for (kty, crv, x, y) in [
            ("OKP", "Ed25519", x, Some(x)),
            ("OKP", "X25519", x, None),
            ("OKP", "Ed25519", "11qY", None),
            ("OKP", "Ed25519", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=", None),
            ("EC", "P-256", x, None),
            ("EC", "P-384", x, Some(x)),
            ("RSA", "P-256", x, Some(x)),
        ] {
            assert_eq!(PublicKey::parse(kty, crv, x, y), Err(BadKey), "{kty} {crv}");
        }
    }
}
