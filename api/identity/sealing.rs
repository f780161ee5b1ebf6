//! Authenticated encryption of small things: cursors, private keys, answers kept for a minute.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::Digest;

/// Seals with XChaCha20-Poly1305 under a key of its own for each purpose.
#[derive(Clone)]
pub struct Sealer {
    secret: [u8; 32],
}

/// The text was not sealed here for this purpose, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not sealed here, or changed since")]
pub struct NotOurs;

impl Sealer {
    /// Uses the installation's secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { secret: *secret }
    }

    fn key(&self, use_of_it: &[u8], purpose: &str) -> [u8; 32] {
        let mut key = sha2::Sha256::new();
        key.update(use_of_it);
        key.update(self.secret);
        key.update(purpose.as_bytes());
        key.finalize().into()
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key(b"fieldproof sealing 1\0", purpose).into())
    }

    /// A mark that tells two texts apart and says nothing about either: without the installation's secret nobody can
    /// try out what a text was, however few it could have been.
    #[must_use]
    pub fn mark(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        hmac(&self.key(b"fieldproof marking 1\0", purpose), text)
    }

    /// Seals bytes for a purpose; each call differs.
    #[must_use]
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; 24] = super::random();
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        // Encryption fails only beyond 256 GiB.
        let sealed = self.cipher(purpose).encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Sealer::seal`] made.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        let (nonce, sealed) = sealed.split_at_checked(24).ok_or(NotOurs)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| NotOurs)?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        self.cipher(purpose).decrypt(&XNonce::from(nonce), payload).map_err(|_| NotOurs)
    }

    /// Seals into text that fits a URL.
    #[must_use]
    pub fn seal_text(&self, purpose: &str, plain: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(purpose, plain))
    }

    /// Opens what [`Sealer::seal_text`] made.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>, NotOurs> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| NotOurs)?;
        self.open(purpose, &bytes)
    }
}

/// HMAC-SHA-256 (RFC 2104) under a key no longer than a block.
fn hmac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, of_key)| *byte ^= of_key);
        block
    };
    let inner = sha2::Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    sha2::Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_hmac_under_a_key_for_each_purpose() {
        // RFC 4231, test case 2: its key of four bytes is one of 32 padded with zeros.
        let mut key = [0; 32];
        key.iter_mut().zip(b"Jefe").for_each(|(byte, of_key)| *byte = *of_key);
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(hmac(&key, b"what do ya want for nothing?")), expected);
        let (ours, theirs) = (Sealer::new(&[7; 32]), Sealer::new(&[8; 32]));
        assert_eq!(ours.mark("replay", b"x"), ours.mark("replay", b"x"));
        assert_ne!(ours.mark("replay", b"x"), ours.mark("other", b"x"));
        assert_ne!(ours.mark("replay", b"x"), theirs.mark("replay", b"x"));
    }

    #[test]
    fn opens_only_for_the_purpose_and_only_unchanged() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal_text("cursor", b"after 3");
        assert_eq!(sealer.open_text("cursor", &sealed), Ok(b"after 3".to_vec()));
        assert_eq!(sealer.open_text("key", &sealed), Err(NotOurs));
        let mut changed = sealer.seal("cursor", b"after 3");
        if let Some(last) = changed.last_mut() {
            *last ^= 1;
        }
        assert_eq!(sealer.open("cursor", &changed), Err(NotOurs));
        assert_eq!(sealer.open("cursor", b"short"), Err(NotOurs));
    }
}
