//! The signing keys this process knows: filled from the records by the flow that may read them, and bounded in how
//! often an unknown key sends somebody there.

use crate::domain::key::{self, Purpose, Stage};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, PoisonError, RwLock};

/// How long what was read is believed: a rotation or a new key elsewhere is known after this.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// How often, at most, a token with an unknown key makes us read again.
const RETRY: SignedDuration = SignedDuration::from_secs(1);

/// One signing key (Ed25519). `Debug` hides the private half.
#[derive(Clone)]
pub struct Key {
    /// Its name in tokens and in the published set.
    pub kid: String,
    /// What it signs.
    pub purpose: Purpose,
    /// Where it is in its life.
    pub stage: Stage,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
    /// Signs.
    pub signing: SigningKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({} {} {})", self.kid, self.purpose.as_str(), self.stage.as_str())
    }
}

impl Key {
    /// A new key; its name is the beginning of the hash of its public half, so it says nothing else.
    #[must_use]
    pub fn generate(purpose: Purpose, stage: Stage) -> Self {
        let signing = SigningKey::from_bytes(&super::random());
        let hash = super::sha256(signing.verifying_key().as_bytes());
        let kid = hex::encode(hash.get(..8).unwrap_or_default());
        Self { kid, purpose, stage, retired_at: None, signing }
    }

    /// The public half, 32 bytes.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }

    /// The private half as PKCS#8, to be sealed.
    #[must_use]
    pub fn to_pkcs8(&self) -> Vec<u8> {
        self.signing.to_pkcs8_der().map(|der| der.as_bytes().to_vec()).unwrap_or_default()
    }

    /// Reads a private half.
    #[must_use]
    pub fn from_pkcs8(der: &[u8]) -> Option<SigningKey> {
        SigningKey::from_pkcs8_der(der).ok()
    }
}

#[derive(Default)]
struct Held {
    keys: Vec<Arc<Key>>,
    read_at: Option<Timestamp>,
}

/// The keys known to this process.
#[derive(Clone, Default)]
pub struct Keyring {
    held: Arc<RwLock<Held>>,
}

impl Keyring {
    /// Takes what the records hold.
    pub fn fill(&self, keys: Vec<Key>, now: Timestamp) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *held = Held { keys: keys.into_iter().map(Arc::new).collect(), read_at: Some(now) };
    }

    /// Forgets when it was filled, so that the next who asks reads again.
    pub fn expire(&self) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).read_at = None;
    }

    fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.read_at.map(|at| now.duration_since(at).abs())
    }

    /// Whether what is held may be signed with.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.age(now).is_some_and(|age| age < FRESH)
    }

    /// Whether an unknown key is reason enough to read again.
    #[must_use]
    pub fn may_ask_again(&self, now: Timestamp) -> bool {
        self.age(now).is_none_or(|age| age >= RETRY)
    }

    /// The key that signs.
    #[must_use]
    pub fn active(&self, purpose: Purpose) -> Option<Arc<Key>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.keys.iter().find(|k| k.purpose == purpose && k.stage == Stage::Active).cloned()
    }

    /// The key of exactly this name, if it still verifies.
    #[must_use]
    pub fn verifying(&self, purpose: Purpose, kid: &str, now: Timestamp) -> Option<Arc<Key>> {
        self.published(now).into_iter().find(|k| k.purpose == purpose && k.kid == kid)
    }

    /// Every key that others may verify with.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> Vec<Arc<Key>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let holds = |k: &&Arc<Key>| key::verifies(k.purpose, k.stage, k.retired_at, now);
        held.keys.iter().filter(holds).cloned().collect()
    }
}
