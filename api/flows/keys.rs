//! Signing keys.

use super::Result;
use crate::app::App;
use std::sync::Arc;

/// A key that signs, by name.
pub struct Key {
    /// Name of the key.
    pub kid: String,
    /// Ed25519.
    pub signing: ed25519_dalek::SigningKey,
}

/// The key that signs what we vouch for (Ed25519).
///
/// # Errors
/// None.
pub async fn notary(app: &App) -> Result<Arc<Key>> {
    let seed = crate::identity::sha256(&[b"notary".as_slice(), app.config.secret.expose()].concat());
    let signing = ed25519_dalek::SigningKey::from_bytes(&seed);
    Ok(Arc::new(Key { kid: "notary".to_owned(), signing }))
}
