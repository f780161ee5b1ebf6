//! The phone as a device: a key of its own, let in by a lead's code, that signs what is declared of a photo.

use crate::line::{Failure, Line};
use crate::shelf::{Shelf, read, write_whole};
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a proof of enrolment says it is for.
const PURPOSE: &str = "fieldproof-device-enrolment";

/// What the phone keeps of itself (`device.json`, 0600; a real phone keeps the key in its secure element).
#[derive(Serialize, Deserialize)]
pub struct Device {
    /// As the server knows it; `None` before it was let in.
    pub id: Option<Uuid>,
    secret: [u8; 32],
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Device {
    fn key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.secret)
    }

    /// The public key as a JWK (RFC 8037).
    fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key().verifying_key().as_bytes());
        json!({ "crv": "Ed25519", "kty": "OKP", "x": x })
    }

    fn sign(&self, what: &Value) -> anyhow::Result<String> {
        let text = serde_json_canonicalizer::to_vec(what)?;
        Ok(URL_SAFE_NO_PAD.encode(self.key().sign(&text).to_bytes()))
    }

    /// The envelope of a declaration: a signature over its canonical JSON with the photo's id. `None` before the phone was
    /// let in.
    pub(crate) fn envelope(&self, photo: Uuid, declaration: &Value) -> anyhow::Result<Option<Value>> {
        let Some(device) = self.id else { return Ok(None) };
        let mut signed = declaration.clone();
        signed["photo"] = json!(photo);
        Ok(Some(json!({ "device": device, "alg": "EdDSA", "signature": self.sign(&signed)? })))
    }
}

impl Shelf {
    /// The phone's key; a new one where there is none.
    ///
    /// # Errors
    /// The shelf can't be read or written.
    pub fn device(&self) -> anyhow::Result<Device> {
        if let Some(bytes) = read(&self.file("device.json"))? {
            return Ok(serde_json::from_slice(&bytes)?);
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let new = Device { id: None, secret };
        self.keep_device(&new)?;
        Ok(new)
    }

    fn keep_device(&self, device: &Device) -> anyhow::Result<()> {
        write_whole(&self.file("device.json"), serde_json::to_string(device)?.as_bytes())
    }
}

/// Is let in by what a lead's QR code says: `…/enrol#code=…`. Said again after a lost answer, it gets the same device.
///
/// # Errors
/// [`Failure`]; `Refused` for a code that is wrong, over or somebody else's.
pub async fn enrol(line: &Line, shelf: &Shelf, scanned: &str, name: &str) -> Result<Uuid, Failure> {
    let (issuer, code) = scanned.split_once("/enrol#code=").context("this is no code of an enrolment")?;
    let mut device = shelf.device()?;
    let me = line.get("/v1/me").await?;
    let jwk = device.jwk();
    let key_id = URL_SAFE_NO_PAD.encode(Sha256::digest(jwk.to_string()));
    let said = json!({ "account": me["id"], "code_sha256": hex::encode(Sha256::digest(code)), "issuer": issuer,
        "key_id": key_id, "purpose": PURPOSE });
    let wish = json!({ "code": code, "key": jwk, "proof": device.sign(&said)?, "name": name,
        "model": "Fieldproof reference phone" });
    let told = line.call(Method::POST, "/v1/devices", Some(&wish)).await?;
    let id = told["id"].as_str().and_then(|id| id.parse().ok()).context("a device without an id")?;
    device.id = Some(id);
    shelf.keep_device(&device)?;
    Ok(id)
}

/// Tells headquarters what the phone still holds, visit by visit.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn report(line: &Line, shelf: &Shelf) -> Result<(), Failure> {
    let Some(device) = shelf.device()?.id else { return Ok(()) };
    let mut visits: BTreeMap<String, (u64, u64, u64, Option<String>)> = BTreeMap::new();
    for photo in shelf.photos()? {
        let of = visits.entry(photo.visit.clone()).or_default();
        of.0 += 1;
        of.2 += photo.size_bytes;
        // The oldest comes first.
        of.3 = of.3.take().or_else(|| photo.declaration["captured_at"].as_str().map(ToOwned::to_owned));
    }
    for (_, change) in shelf.changes()? {
        if let Some(visit) = change.visit() {
            visits.entry(visit.to_owned()).or_default().1 += 1;
        }
    }
    let visits: Vec<Value> = visits
        .into_iter()
        .map(|(visit, (photos, changes, bytes, oldest))| {
            json!({ "visit": visit, "photos": photos, "changes": changes, "bytes": bytes,
                "oldest_captured_at": oldest })
        })
        .collect();
    let body = json!({ "device_clock": shelf.wall_clock(crate::shelf::now()), "visits": visits });
    line.call(Method::PUT, &format!("/v1/devices/{device}/unsent"), Some(&body)).await?;
    Ok(())
}
