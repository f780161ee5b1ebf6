//! Who asks, and what nobody may guess or read: tokens, passwords, sealing, randomness.

pub mod keyring;
pub mod password;
pub mod sealing;
pub mod token;
mod verified;

use crate::config::Config;
use jiff::Timestamp;
use keyring::{Key, Keyring};
use sealing::Sealer;
use sha2::Digest;
use std::sync::Arc;
use token::{Claims, NotHeld};
use tokio::sync::Semaphore;
use verified::Verified;

/// Passwords checked at the same time: each takes 19 MiB and tens of milliseconds of a core.
const HASHED_AT_ONCE: usize = 2;

/// This part has more to do than it can for the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Busy(pub &'static str);

/// The identity workshop's handle.
#[derive(Clone)]
pub struct Identity {
    sealer: Sealer,
    keyring: Keyring,
    hashing: Arc<Semaphore>,
    decoy: Arc<str>,
    verified: Verified,
}

impl Identity {
    /// Derives its keys from the installation's secret.
    #[must_use]
    pub fn open(config: &Config) -> Self {
        Self {
            sealer: Sealer::new(config.secret.expose()),
            keyring: Keyring::default(),
            hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
            decoy: password::decoy().into(),
            verified: Verified::of(&config.public_url),
        }
    }

    /// The signing keys known to this process.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// What an access token says that this key signed for us, if it is in time.
    ///
    /// # Errors
    /// [`NotHeld`].
    pub fn verify(&self, token: &str, key: &Key, now: Timestamp) -> Result<Claims, NotHeld> {
        self.verified.claims(token, key, now)
    }

    /// Seals and opens what only this installation may read.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }
}

/// Random bytes from the operating system.
#[must_use]
#[allow(clippy::expect_used, reason = "without the system's randomness nothing here may go on")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// SHA-256, for tokens at rest and for fingerprints.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// A secret of 256 bits in characters that fit a URL.
#[must_use]
pub fn random_text() -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<32>())
}
