//! Who asks, and what nobody may guess or read: tokens, passwords, sealing, randomness.

pub mod sealing;

use crate::config::Config;
use sealing::Sealer;
use sha2::Digest;

/// The identity workshop's handle.
#[derive(Clone)]
pub struct Identity {
    sealer: Sealer,
}

impl Identity {
    /// Derives its keys from the installation's secret.
    #[must_use]
    pub fn open(config: &Config) -> Self {
        Self { sealer: Sealer::new(config.secret.expose()) }
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
