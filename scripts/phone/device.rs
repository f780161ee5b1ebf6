//! The phone as a device: a key of its own, let in by a lead's code, that signs what is declared of a photo.

use crate::clock;
use crate::line::{Failure, Line};
use crate::shelf::{Shelf, read, write_whole};
use anyhow::{anyhow, bail, ensure};
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
/// Where the phone's key is kept.
const KEY: &str = "device.json";
/// What headquarters was told last.
const REPORTED: &str = "reported.json";
/// Where a new key is kept until it was let in.
const NEXT_KEY: &str = "device.next.json";

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
        self.device_in(KEY)
    }

    /// The phone's key where it has one that can be read: without one it sends what it holds all the same, unsigned.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub(crate) fn let_in(&self) -> anyhow::Result<Option<Device>> {
        Ok(read(&self.file(KEY))?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// What is to be done about the phone's key, where it is damaged.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn damaged_key(&self) -> anyhow::Result<Option<String>> {
        let key = self.file(KEY);
        let is_damaged = key.exists() && self.let_in()?.is_none();
        let path = key.display();
        Ok(is_damaged.then(|| {
            format!("{path} is damaged, and nothing is signed: ask for a code, and let this phone in again: `enrol --new-key`")
        }))
    }

    fn device_in(&self, name: &str) -> anyhow::Result<Device> {
        // Two that begin at once must not make two keys.
        let _alone = self.alone()?;
        if let Some(bytes) = read(&self.file(name))? {
            match serde_json::from_slice(&bytes) {
                Ok(device) => return Ok(device),
                Err(_) if name == KEY => bail!(self.damaged_key()?.unwrap_or_default()),
                // A new key that was never let in is nobody's.
                Err(_) => self.put_by(&self.file(name))?,
            }
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let new = Device { id: None, secret };
        write_whole(&self.file(name), serde_json::to_string(&new)?.as_bytes())?;
        Ok(new)
    }

    fn keep_device(&self, device: &Device) -> anyhow::Result<()> {
        if self.damaged_key()?.is_some() {
            self.put_by(&self.file(KEY))?;
        }
        write_whole(&self.file(KEY), serde_json::to_string(device)?.as_bytes())
    }

    fn forget_next_key(&self) -> anyhow::Result<()> {
        match std::fs::remove_file(self.file(NEXT_KEY)) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(why.into()),
            _ => Ok(()),
        }
    }
}

/// With which key the phone asks to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The one it has.
    Same,
    /// One made for it, as after a revocation. The old one stays until the new one was let in.
    New,
}

/// The code of what was scanned, or of what was typed where nothing could be scanned; and which installation it names.
fn code_of(said: &str) -> anyhow::Result<(Option<&str>, &str)> {
    let (issuer, code) = match said.trim().split_once("/enrol#code=") {
        Some((issuer, code)) => (Some(issuer), code),
        None => (None, said.trim()),
    };
    let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ensure!(!code.is_empty() && code.chars().all(is_code), "this is no code of an enrolment");
    Ok((issuer, code))
}

/// Is let in by what a lead's QR code says, `…/enrol#code=…`, or by its bare code. Said again after a lost answer, it gets
/// the same device.
///
/// # Errors
/// [`Failure`]; `Refused` for a code that is wrong, over or somebody else's, and for a key that was revoked.
pub async fn enrol(line: &Line, shelf: &Shelf, said: &str, name: &str, key: Key) -> Result<Uuid, Failure> {
    let (named, code) = code_of(said)?;
    let issuer = line.issuer().await?;
    if let Some(named) = named.filter(|named| *named != issuer) {
        let why =
            format!("this code is of another installation: of {named}, and this phone speaks to {issuer}");
        return Err(Failure::Own(anyhow!(why)));
    }
    // A new key is kept before it is shown: after a lost answer it is the same one that is shown again.
    let mut device = shelf.device_in(if key == Key::New { NEXT_KEY } else { KEY })?;
    let me = line.get("/v1/me").await?;
    let account = me["id"].as_str().ok_or_else(|| Failure::not_ours("nobody by this sign-in"))?;
    let jwk = device.jwk();
    let key_id = URL_SAFE_NO_PAD.encode(Sha256::digest(jwk.to_string()));
    let proven = json!({ "account": account, "code_sha256": hex::encode(Sha256::digest(code)), "issuer": issuer,
        "key_id": key_id, "purpose": PURPOSE });
    let wish = json!({ "code": code, "key": jwk, "proof": device.sign(&proven)?, "name": name,
        "model": "Fieldproof reference phone" });
    let told = match line.call(Method::POST, "/v1/devices", Some(&wish)).await {
        Err(Failure::Refused(problem)) if key == Key::New && problem["code"] == "device.key-taken" => {
            shelf.forget_next_key()?;
            return Err(Failure::Refused(problem));
        }
        told => told?,
    };
    let id = told["id"].as_str().and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Failure::not_ours("a device without an id"))?;
    device.id = Some(id);
    shelf.keep_device(&device)?;
    shelf.forget_next_key()?;
    clock::ask_by_the_way(line, shelf).await;
    Ok(id)
}

/// Tells headquarters what the phone still holds, visit by visit: what was refused too, for it is nowhere else.
///
/// # Errors
/// [`Failure`]; `Refused` where this is no device of the server's any more.
pub(crate) async fn report(line: &Line, shelf: &Shelf) -> Result<(), Failure> {
    let Some(device) = shelf.let_in()?.and_then(|device| device.id) else { return Ok(()) };
    let visits = Value::from(unsent(shelf)?);
    let body = json!({ "device_clock": shelf.wall_clock(crate::shelf::now()), "visits": visits });
    line.call(Method::PUT, &format!("/v1/devices/{device}/unsent"), Some(&body)).await?;
    Ok(write_whole(&shelf.file(REPORTED), visits.to_string().as_bytes())?)
}

/// Tells it before the photos are sent, unless that is what was told last: on a poor line they take hours, and then it
/// matters most who holds them.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn report_what_is_new(line: &Line, shelf: &Shelf) -> Result<(), Failure> {
    let told = read(&shelf.file(REPORTED))?.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if told.unwrap_or_else(|| json!([])) == Value::from(unsent(shelf)?) {
        return Ok(());
    }
    report(line, shelf).await
}

fn unsent(shelf: &Shelf) -> anyhow::Result<Vec<Value>> {
    let mut visits: BTreeMap<String, (u64, u64, u64, Option<String>)> = BTreeMap::new();
    for photo in shelf.held()? {
        let of = visits.entry(photo.visit).or_default();
        of.0 += 1;
        of.2 += photo.size_bytes;
        // The oldest comes first.
        of.3 = of.3.take().or_else(|| photo.declaration["captured_at"].as_str().map(ToOwned::to_owned));
    }
    let refused = shelf.aside("refused")?.into_iter().map(|(_, aside)| aside.change);
    for change in shelf.changes()?.into_iter().map(|(_, change)| change).chain(refused) {
        if let Some(visit) = shelf.visit_of(&change)? {
            visits.entry(visit).or_default().1 += 1;
        }
    }
    let told = visits.into_iter().map(|(visit, (photos, changes, bytes, oldest))| {
        json!({ "visit": visit, "photos": photos, "changes": changes, "bytes": bytes,
            "oldest_captured_at": oldest })
    });
    Ok(told.collect())
}
