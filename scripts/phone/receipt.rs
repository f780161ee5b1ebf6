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

/// Verifies a receipt (a compact JWS with EdDSA) with the published keys (a JWK set), and that it is about this photo.
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
    let key = known.iter().find(|key| key["kid"] == header["kid"]).context("signed with an unknown key")?;
    ensure!(key["kty"] == "OKP" && key["crv"] == "Ed25519", "another kind of key");
    let public = URL_SAFE_NO_PAD.decode(key["x"].as_str().context("no key")?)?;
    let public: [u8; 32] = public.try_into().ok().context("no key of 32 bytes")?;
    VerifyingKey::from_bytes(&public)?.verify_strict(signed.as_bytes(), &signature)?;
    ensure!(claims["photo"] == expected.photo, "it is about another photo");
    ensure!(claims["visit"] == expected.visit, "it is about another visit");
    ensure!(claims["sha256"] == expected.sha256, "it is about other bytes");
    ensure!(claims["size_bytes"] == expected.size_bytes, "it is about another number of bytes");
    ensure!(claims["stored_at"].is_string() && claims["log_number"].is_i64(), "it does not say when");
    Ok(())
}
