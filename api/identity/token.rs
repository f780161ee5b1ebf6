//! Access tokens: JWTs of the profile RFC 9068, signed with Ed25519, read under one algorithm and one exact key.

use super::keyring::Key;
use crate::domain::ids::SessionId;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Most characters a token of ours may have.
const MAX_LENGTH: usize = 4096;
/// Longest life a token may claim, in seconds.
const MAX_LIFE_S: i64 = 900;
/// How far clocks of our own processes may differ, in seconds.
const LEEWAY_S: i64 = 15;
const TYPE: &str = "at+jwt";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it: our public URL.
    pub iss: String,
    /// Whom it is for: our public URL.
    pub aud: String,
    /// The account, or the client that asks on its own behalf.
    pub sub: String,
    /// The client.
    pub client_id: String,
    /// Made at, seconds since 1970.
    pub iat: i64,
    /// Holds from.
    pub nbf: i64,
    /// Holds until.
    pub exp: i64,
    /// Its own name.
    pub jti: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// The session; its row decides whether the token still holds.
    pub sid: SessionId,
}

/// The token is not one of ours, or holds no longer. Says no more: whoever forges learns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a token that holds")]
pub struct NotHeld;

/// What a token is made from.
#[derive(Clone, Debug)]
pub struct Grantee<'a> {
    /// Our public URL.
    pub issuer: &'a str,
    /// The account, or the client itself.
    pub subject: String,
    /// The client.
    pub client: &'a str,
    /// The session.
    pub session: SessionId,
    /// Scopes, separated by spaces.
    pub scope: String,
}

/// Signs a token.
///
/// # Errors
/// A key that can't sign, which would be a fault of ours.
pub fn sign(key: &Key, to: Grantee<'_>, now: Timestamp, life: Duration) -> Result<String, String> {
    let life = i64::try_from(life.as_secs()).unwrap_or(MAX_LIFE_S).min(MAX_LIFE_S);
    let claims = Claims {
        iss: to.issuer.to_owned(),
        aud: to.issuer.to_owned(),
        sub: to.subject,
        client_id: to.client.to_owned(),
        iat: now.as_second(),
        nbf: now.as_second(),
        exp: now.as_second().saturating_add(life),
        jti: hex::encode(super::random::<16>()),
        scope: to.scope,
        sid: to.session,
    };
    let header =
        Header { typ: Some(TYPE.to_owned()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(&key.to_pkcs8()))
        .map_err(|why| why.to_string())
}

/// The key a token names, once its head has been found to be like one of ours. The keys that a head may bring along
/// or point to (`jwk`, `jku`, `x5c`, `x5u`) are never read: a head that has them is refused.
///
/// # Errors
/// [`NotHeld`].
pub fn kid(token: &str) -> Result<String, NotHeld> {
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.';
    if token.len() > MAX_LENGTH || !token.bytes().all(base64url) || token.split('.').count() != 3 {
        return Err(NotHeld);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| NotHeld)?;
    let ours =
        Header { typ: Some(TYPE.to_owned()), kid: header.kid.clone(), ..Header::new(Algorithm::EdDSA) };
    match header.kid.clone() {
        Some(kid) if header == ours => Ok(kid),
        _ => Err(NotHeld),
    }
}

/// Verifies a token with the key it names, whatever the time.
///
/// # Errors
/// [`NotHeld`].
pub(super) fn signed_by(key: &Key, token: &str, issuer: &str) -> Result<Claims, NotHeld> {
    if kid(token)? != key.kid {
        return Err(NotHeld);
    }
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[issuer]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // Times are for [`in_time`], by the clock everything else here goes by.
    validation.validate_exp = false;
    let data = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_ed_der(&key.public()), &validation)
        .map_err(|_| NotHeld)?;
    Ok(data.claims)
}

/// What a token says, if it holds now.
///
/// # Errors
/// [`NotHeld`].
pub(super) fn in_time(claims: Claims, now: Timestamp) -> Result<Claims, NotHeld> {
    let now = now.as_second();
    let in_time = claims.exp > now.saturating_sub(LEEWAY_S)
        && claims.nbf <= now.saturating_add(LEEWAY_S)
        && claims.iat <= now.saturating_add(LEEWAY_S);
    let short = (0..=MAX_LIFE_S).contains(&claims.exp.saturating_sub(claims.iat));
    if in_time && short { Ok(claims) } else { Err(NotHeld) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
pub(super) mod tests {
    use super::*;
    use crate::domain::key::{Purpose, Stage};

    /// A token for ten minutes from then, for the client `phone`.
    pub(in crate::identity) fn made(key: &Key, at: Timestamp) -> String {
        let to = Grantee {
            issuer: "https://fieldproof.example",
            subject: "someone".to_owned(),
            client: "phone",
            session: SessionId(uuid::Uuid::nil()),
            scope: "profile".to_owned(),
        };
        sign(key, to, at, Duration::from_mins(10)).unwrap()
    }

    #[test]
    fn holds_for_its_issuer_its_key_and_its_time_only() {
        let at: Timestamp = "2026-03-20T08:00:00Z".parse().unwrap();
        let (key, other) =
            (Key::generate(Purpose::Access, Stage::Active), Key::generate(Purpose::Access, Stage::Active));
        let token = made(&key, at);
        let issuer = "https://fieldproof.example";
        let verify = |token: &str, key: &Key, issuer: &str, now| {
            signed_by(key, token, issuer).and_then(|claims| in_time(claims, now))
        };
        assert_eq!(verify(&token, &key, issuer, at).unwrap().client_id, "phone");
        assert_eq!(verify(&token, &other, issuer, at), Err(NotHeld));
        assert_eq!(verify(&token, &key, "https://elsewhere.example", at), Err(NotHeld));
        let later = |s: i64| at.saturating_add(jiff::SignedDuration::from_secs(s)).unwrap();
        assert!(verify(&token, &key, issuer, later(614)).is_ok());
        assert_eq!(verify(&token, &key, issuer, later(616)), Err(NotHeld));
        assert_eq!(verify(&token, &key, issuer, later(-30)), Err(NotHeld));
        assert_eq!(kid("a.b"), Err(NotHeld));
    }
}
