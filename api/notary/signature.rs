//! Signatures of devices: whether a key can be verified with at all, and whether a text was signed with it.

use crate::domain::device::PublicKey;
use ed25519_dalek::VerifyingKey;
use p256::EncodedPoint;
use p256::ecdsa::signature::Verifier;

/// A key ready to verify with.
enum Ready {
    Ed25519(VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
}

fn ready(key: &PublicKey) -> Option<Ready> {
    match key {
        // A weak key is one that some signature fits whatever was signed.
        PublicKey::Ed25519(bytes) => {
            VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).map(Ready::Ed25519)
        }
        PublicKey::P256 { x, y } => {
            let point = EncodedPoint::from_affine_coordinates(x.into(), y.into(), false);
            p256::ecdsa::VerifyingKey::from_encoded_point(&point).ok().map(Ready::P256)
        }
    }
}

/// Whether a key is a point of its curve that can be verified with.
#[must_use]
pub fn is_usable(key: &PublicKey) -> bool {
    ready(key).is_some()
}

/// Whether this text was signed with this key. Ed25519 strictly: no other encoding of a signature is taken for the same.
#[must_use]
pub fn is_signed(text: &str, signature: &[u8; 64], key: &PublicKey) -> bool {
    match ready(key) {
        Some(Ready::Ed25519(key)) => {
            key.verify_strict(text.as_bytes(), &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
        }
        Some(Ready::P256(key)) => p256::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify(text.as_bytes(), &signature).is_ok()),
        None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use ed25519_dalek::Signer;
    use p256::ecdsa::signature::Signer as _;

    fn p256_key(key: &p256::ecdsa::SigningKey) -> PublicKey {
        let point = key.verifying_key().to_encoded_point(false);
        PublicKey::P256 { x: (*point.x().unwrap()).into(), y: (*point.y().unwrap()).into() }
    }

    #[test]
    fn a_text_is_signed_by_its_key_alone_and_no_bit_of_it_may_differ() {
        let one = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let other = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
        let by_other: p256::ecdsa::Signature = other.sign(b"a photo");
        let pairs = [
            (PublicKey::Ed25519(one.verifying_key().to_bytes()), one.sign(b"a photo").to_bytes()),
            (p256_key(&other), by_other.to_bytes().into()),
        ];
        for (n, (key, signature)) in pairs.iter().enumerate() {
            assert!(is_usable(key) && is_signed("a photo", signature, key));
            assert!(!is_signed("A photo", signature, key));
            assert!(!is_signed("a photo", signature, &pairs.iter().cycle().nth(n + 1).unwrap().0));
            for bit in 0..512 {
                let mut bent = *signature;
                *bent.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
                assert!(!is_signed("a photo", &bent, key), "bit {bit}");
            }
        }
    }

    #[test]
    fn what_is_no_point_of_its_curve_and_what_fits_everything_is_no_key() {
        // The neutral point: with R the same and S zero a signature of anything.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut fits_all = [0; 64];
        fits_all[0] = 1;
        let key = PublicKey::Ed25519(neutral);
        assert!(!is_usable(&key) && !is_signed("anything", &fits_all, &key));
        assert!(!is_usable(&PublicKey::P256 { x: [1; 32], y: [1; 32] }));
        assert!(!is_usable(&PublicKey::P256 { x: [0; 32], y: [0; 32] }));
    }
}
