//! Receipts: what lets a photo leave the phone. Verified with the published keys alone, without a line.

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;

/// `typ` of a receipt; an acknowledgement has another, and says less.
const TYPE: &str = "fieldproof-receipt+jwt";

/// What a receipt must speak of.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The installation that this phone is signed in to.
    pub issuer: &'a str,
    /// The photo.
    pub photo: &'a str,
    /// Its visit.
    pub visit: &'a str,
    /// SHA-256 of the bytes on the phone, hexadecimal.
    pub sha256: &'a str,
    /// Their number.
    pub size_bytes: u64,
}

fn part(text: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text)?)?)
}

/// Verifies a receipt (a compact JWS with EdDSA) with the published keys (a JWK set), and that it is about this photo and of the
/// installation that the photo was sent to.
///
/// # Errors
/// What about it does not hold; then the photo stays.
pub fn verify(receipt: &str, keys: &Value, expected: Expected<'_>) -> anyhow::Result<()> {
    let mut parts = receipt.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        bail!("no compact JWS");
    };
    let signed = receipt.get(..header.len() + 1 + claims.len()).context("no compact JWS")?;
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature)?)?;
    let (header, claims) = (part(header)?, part(claims)?);
    ensure!(header["alg"] == "EdDSA" && header["typ"] == TYPE, "this is no receipt");
    let known = keys["keys"].as_array().context("no keys")?;
    let key = known.iter().find(|key| header["kid"].is_string() && key["kid"] == header["kid"]);
    let key = key.context("signed with an unknown key")?;
    ensure!(key["kty"] == "OKP" && key["crv"] == "Ed25519" && key["alg"] == "EdDSA", "another kind of key");
    // A key of access tokens vouches for no photo.
    ensure!(key["use"] == "sig" && key["purpose"] == "notary", "a key for something else");
    let public = URL_SAFE_NO_PAD.decode(key["x"].as_str().context("no key")?)?;
    let public: [u8; 32] = public.try_into().ok().context("no key of 32 bytes")?;
    VerifyingKey::from_bytes(&public)?.verify_strict(signed.as_bytes(), &signature)?;
    ensure!(claims["iss"] == expected.issuer, "it is of another installation: {}", claims["iss"]);
    ensure!(
        claims["photo"] == expected.photo && claims["sub"] == expected.photo,
        "it is about another photo"
    );
    ensure!(claims["visit"] == expected.visit, "it is about another visit");
    ensure!(claims["sha256"] == expected.sha256, "it is about other bytes");
    ensure!(claims["size_bytes"] == expected.size_bytes, "it is about another number of bytes");
    let says_when = claims["stored_at"].is_string() && claims["verified_at"].is_string();
    ensure!(says_when && claims["log_number"].is_i64(), "it does not say when");
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use super::{Expected, verify};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ed25519_dalek::{Signer, SigningKey};
    use serde_json::{Value, json};

    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://fieldproof.example",
        photo: "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968",
        visit: "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
        sha256: "9f86",
        size_bytes: 7,
    };

    /// What verifying says of a receipt and a published key, changed in one place each.
    fn said(typ: &str, (claim, value): (&str, Value), (member, other): (&str, &str)) -> String {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let part = |of: &Value| URL_SAFE_NO_PAD.encode(of.to_string());
        let mut claims = json!({ "iss": EXPECTED.issuer, "sub": EXPECTED.photo, "photo": EXPECTED.photo,
            "visit": EXPECTED.visit, "sha256": EXPECTED.sha256, "size_bytes": EXPECTED.size_bytes,
            "stored_at": "2026-03-20T01:15:24Z", "verified_at": "2026-03-20T01:15:25Z", "log_number": 18 });
        claims[claim] = value;
        let mut key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "1",
            "purpose": "notary", "x": URL_SAFE_NO_PAD.encode(secret.verifying_key().as_bytes()) });
        key[member] = json!(other);
        let signed =
            format!("{}.{}", part(&json!({ "alg": "EdDSA", "typ": typ, "kid": "1" })), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(secret.sign(signed.as_bytes()).to_bytes());
        match verify(&format!("{signed}.{signature}"), &json!({ "keys": [key] }), EXPECTED) {
            Ok(()) => "holds".to_owned(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn only_a_receipt_of_the_installation_signed_in_to_by_its_notary_s_key_holds() {
        const TYPE: &str = super::TYPE;
        let (claim, key) = (("log_number", json!(18)), ("purpose", "notary"));
        assert_eq!(said(TYPE, claim.clone(), key), "holds");
        let of_another = ("iss", json!("http://127.0.0.1:9"));
        assert!(said(TYPE, of_another, key).contains("another installation"));
        assert_eq!(said("fieldproof-acknowledgement+jwt", claim.clone(), key), "this is no receipt");
        assert_eq!(said(TYPE, claim.clone(), ("purpose", "access")), "a key for something else");
        assert_eq!(said(TYPE, claim.clone(), ("use", "enc")), "a key for something else");
        assert_eq!(said(TYPE, claim, ("kid", "2")), "signed with an unknown key");
        for claim in ["iss", "sub", "photo", "visit", "sha256", "size_bytes", "verified_at", "log_number"] {
            assert_ne!(said(TYPE, (claim, Value::Null), key), "holds", "{claim}");
        }
    }
}
