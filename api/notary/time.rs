//! Time that can be shown: what our clock said when somebody asked, signed, so that a phone can prove later that it knew.

use super::{is_signed, paper};
use crate::domain::device::PublicKey;
use crate::domain::ids::{AccountId, DeviceId, SessionId};
use crate::domain::photo::clock::Token;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// `typ` of the header: no other paper passes as one of these.
const TYPE: &str = "fieldproof-time+jwt";
/// Most characters a token of ours may have.
const MAX_LENGTH: usize = 2048;

/// What is vouched for.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// Public URL of the installation.
    pub issuer: &'a str,
    /// Who asked.
    pub account: AccountId,
    /// Through which session.
    pub session: SessionId,
    /// The device that the session speaks for, where it is one's.
    pub device: Option<DeviceId>,
    /// Now, by our clock; told to the millisecond.
    pub at: Timestamp,
    /// Its own name.
    pub id: &'a str,
}

/// Signs a time as a compact JWS. `iat` counts seconds since 1970 with three decimals (RFC 7519 §2, NumericDate).
#[must_use]
pub fn tell_time(key: &SigningKey, kid: &str, told: Told<'_>) -> String {
    let seconds = jiff::SignedDuration::from_millis(told.at.as_millisecond()).as_secs_f64();
    let claims = json!({
        "iss": told.issuer,
        "sub": told.account,
        "sid": told.session,
        "device": told.device,
        "iat": seconds,
        "jti": told.id,
    });
    paper::sign((key, kid), TYPE, &claims)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: AccountId,
    iat: f64,
    jti: String,
}

/// The three parts of a compact JWS, of a length that ours have.
fn parts(token: &str) -> Option<[&str; 3]> {
    let mut parts = token.split('.');
    let three = [parts.next()?, parts.next()?, parts.next()?];
    (token.len() <= MAX_LENGTH && parts.next().is_none()).then_some(three)
}

fn read<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The key a token says to be signed with, if it looks like one of ours.
#[must_use]
pub fn key_of_time(token: &str) -> Option<String> {
    let header: Value = read(parts(token)?[0])?;
    let header: Header = serde_json::from_value(header).ok()?;
    (header.alg == "EdDSA" && header.typ == TYPE).then_some(header.kid)
}

/// What a token says, if this key signed it for this installation.
#[must_use]
pub fn verify_time(token: &str, public: [u8; 32], issuer: &str) -> Option<Token> {
    let [_, claims, signature] = parts(token)?;
    let (signed, _) = token.rsplit_once('.')?;
    let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
    if !is_signed(signed, &signature, &PublicKey::Ed25519(public)) {
        return None;
    }
    let claims: Claims = read(claims)?;
    let since_1970 = jiff::SignedDuration::try_from_secs_f64(claims.iat).ok()?;
    // To the millisecond, as it was told: the nearest double lies a little beside it.
    let at = Timestamp::UNIX_EPOCH.checked_add(since_1970.round(jiff::Unit::Millisecond).ok()?).ok()?;
    (claims.iss == issuer).then_some(Token { account: claims.sub, at, id: claims.jti })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use crate::domain::ids::{PhotoId, VisitId};
    use crate::domain::photo::Sha256;
    use crate::notary::{Acknowledgement, acknowledge};
    use uuid::Uuid;

    const ISSUER: &str = "https://fieldproof.example";

    fn told(at: Timestamp) -> Told<'static> {
        let (account, session) = (AccountId(Uuid::max()), SessionId(Uuid::nil()));
        Told { issuer: ISSUER, account, session, device: None, at, id: "7f" }
    }

    #[test]
    fn a_time_is_read_to_the_millisecond_and_from_nobody_else() {
        let (key, other) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[8; 32]));
        let public = key.verifying_key().to_bytes();
        for millis in [1_774_000_000_001_i64, 1_774_000_000_123, 1_774_000_000_999, 4_102_444_799_999] {
            let at = Timestamp::from_millisecond(millis).unwrap();
            let token = tell_time(&key, "k1", told(at));
            assert_eq!(key_of_time(&token).as_deref(), Some("k1"));
            let read = verify_time(&token, public, ISSUER).unwrap();
            assert_eq!((read.at, read.account), (at, AccountId(Uuid::max())));
            assert_eq!(verify_time(&token, other.verifying_key().to_bytes(), ISSUER), None);
            assert_eq!(verify_time(&token, public, "https://elsewhere.example"), None);
            let bent = token.replace(".ey", ".eY");
            assert_eq!(verify_time(&bent, public, ISSUER), None);
        }
    }

    #[test]
    fn no_other_paper_and_no_rubbish_is_a_time() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let facts = Acknowledgement {
            issuer: ISSUER,
            photo: PhotoId(Uuid::max()),
            visit: VisitId(Uuid::nil()),
            sha256: Sha256([1; 32]),
            size_bytes: 3,
            received_at: Timestamp::UNIX_EPOCH,
            log_number: 4,
        };
        assert_eq!(key_of_time(&acknowledge(&key, "k1", facts)), None);
        let long = format!("{}.a.b", "a".repeat(3000));
        for rubbish in ["", "..", "a.b", "a.b.c.d", "é.b.c", "e30.e30.e30", long.as_str()] {
            assert_eq!(key_of_time(rubbish), None, "{rubbish}");
            assert_eq!(verify_time(rubbish, key.verifying_key().to_bytes(), ISSUER), None, "{rubbish}");
        }
    }
}
