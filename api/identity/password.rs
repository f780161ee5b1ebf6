//! Passwords: Argon2id, two at a time, and as long for a login nobody has as for one somebody has.

use super::{Busy, Identity};
use crate::domain::account::Password;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::sync::Arc;
use std::time::Duration;

/// How long a sign-in waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a login that nobody has is compared with: a hash of nothing anybody knows, with the parameters of all others.
/// Made without hashing, so that the first stranger waits no longer than the second.
#[must_use]
pub fn decoy() -> String {
    let part = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        Params::DEFAULT_M_COST,
        Params::DEFAULT_T_COST,
        Params::DEFAULT_P_COST,
        part(&super::random::<16>()),
        part(&super::random::<{ Params::DEFAULT_OUTPUT_LEN }>())
    )
}

// RFC 9106 would take more memory; OWASP's floor (19 MiB, t=2, p=1) is what two cores bear beside uploads.
fn hash_now(password: &str) -> Option<String> {
    Some(Argon2::default().hash_password(password.as_bytes()).ok()?.to_string())
}

fn verify_now(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

impl Identity {
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let turn = tokio::time::timeout(PATIENCE, self.hashing.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Busy("too many passwords are being checked"))?;
        let turn = turn.map_err(|_| Busy("passwords are no longer checked"))?;
        #[allow(clippy::disallowed_methods, reason = "bounded by the semaphore above")]
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work, not by the request: who hangs up does not let a third one in.
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| Busy("a password check broke off"))
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn hash_password(&self, password: Password) -> Result<String, Busy> {
        let hashed = self.in_turn(move || hash_now(password.expose())).await?;
        hashed.ok_or(Busy("a password could not be hashed"))
    }

    /// Whether a password is the one behind a hash. Without a hash the work is the same and the answer is no.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn verify_password(&self, password: Password, hash: Option<String>) -> Result<bool, Busy> {
        let decoy = Arc::clone(&self.decoy);
        self.in_turn(move || {
            let known = hash.is_some();
            let against = hash.unwrap_or_else(|| decoy.to_string());
            verify_now(password.expose(), &against) && known
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoy_is_a_hash_like_any_other() {
        let (decoy, real) = (decoy(), hash_now("mưa rơi trên phố cổ").unwrap_or_default());
        let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).map(ToOwned::to_owned);
        assert_eq!((parameters(&decoy), decoy.len()), (parameters(&real), real.len()));
        assert!(PasswordHash::new(&decoy).is_ok());
        assert!(!verify_now("mưa rơi trên phố cổ", &decoy) && verify_now("mưa rơi trên phố cổ", &real));
    }
}
