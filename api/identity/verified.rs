//! Tokens whose signature was verified a moment ago: a phone sends the same one with each of its requests, and a signature
//! that was right stays right. Whether the token still holds is asked each time: its times here, its session elsewhere.

use super::keyring::Key;
use super::sha256;
use super::token::{Claims, NotHeld, in_time, signed_by};
use jiff::Timestamp;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are remembered; each takes about half a kilobyte.
const MANY: NonZeroUsize = NonZeroUsize::new(2_000).unwrap();

/// What a token says, and which key signed it.
struct Told {
    kid: String,
    claims: Claims,
}

/// Verifies tokens made for one issuer.
#[derive(Clone)]
pub(super) struct Verified {
    issuer: Arc<str>,
    by_digest: Arc<Mutex<LruCache<[u8; 32], Told>>>,
}

impl Verified {
    pub(super) fn of(issuer: &str) -> Self {
        Self { issuer: issuer.into(), by_digest: Arc::new(Mutex::new(LruCache::new(MANY))) }
    }

    fn known(&self) -> MutexGuard<'_, LruCache<[u8; 32], Told>> {
        self.by_digest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn claims(&self, token: &str, key: &Key, now: Timestamp) -> Result<Claims, NotHeld> {
        let digest = sha256(token.as_bytes());
        let told =
            self.known().get(&digest).filter(|told| told.kid == key.kid).map(|told| told.claims.clone());
        if let Some(claims) = told {
            return in_time(claims, now);
        }
        let claims = in_time(signed_by(key, token, &self.issuer)?, now)?;
        self.known().put(digest, Told { kid: key.kid.clone(), claims: claims.clone() });
        Ok(claims)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use crate::domain::key::{Purpose, Stage};
    use crate::identity::token::tests::made;

    #[test]
    fn what_was_verified_before_ends_in_time_and_holds_for_its_key_and_its_bytes_only() {
        let at: Timestamp = "2026-03-20T08:00:00Z".parse().unwrap();
        let (key, other) =
            (Key::generate(Purpose::Access, Stage::Active), Key::generate(Purpose::Access, Stage::Active));
        let token = made(&key, at);
        let verified = Verified::of("https://fieldproof.example");
        let first = verified.claims(&token, &key, at).unwrap();
        assert_eq!(verified.claims(&token, &key, at), Ok(first), "remembered as it was read");
        let later = |s: i64| at.saturating_add(jiff::SignedDuration::from_secs(s)).unwrap();
        assert_eq!(verified.claims(&token, &key, later(616)), Err(NotHeld));
        assert_eq!(verified.claims(&token, &other, at), Err(NotHeld));
        let (said, signature) = token.rsplit_once('.').unwrap();
        let forged = format!("{said}.{}", signature.chars().rev().collect::<String>());
        assert_eq!(verified.claims(&forged, &key, at), Err(NotHeld));
        assert_eq!(verified.claims(&token, &key, at).unwrap().client_id, "phone");
    }
}
