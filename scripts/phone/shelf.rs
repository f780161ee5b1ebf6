//! What a phone holds without a line: photos and changes, each durable before the phone says so.
//!
//! ```text
//! session.json              who is signed in, and where (0600)
//! keys.json                 the installation's published keys
//! cursor                    how far the server told what it has, and of which visits
//! visits/VISIT.json         what it told of a visit
//! changes/NNNNNNNN.json     what was entered, in its order
//! refused/NNNNNNNN.json     a change that was refused, with the reason
//! conflicts/NNNNNNNN.json   a change that met another one: the server keeps both
//! damaged/                  files of the above that can't be read any more, and photos whose declaration can't
//! device.json               the phone's key, and who it is to the server (0600)
//! device.next.json          a new key, until it was let in (0600)
//! reported.json             what headquarters was told last of what is held here
//! time.json                 the server's time, and when it was told
//! photos/ID/declaration.json  what PUT /v1/photos/ID says, but for the clock as it is sent
//! photos/ID/original          the bytes; gone once receipt.jws is there
//! photos/ID/upload            where they are being sent
//! photos/ID/preview           a small picture of it, until it was sent
//! photos/ID/preview.done      no preview is sent any more
//! photos/ID/receipt.jws       the paper that let them go
//! photos/ID/refused.json      why it was refused: it stays here until somebody decides
//! *.lock                      held by whoever numbers and writes, works off, pulls or renews the sign-in
//! ```

use crate::{clock, limits, lock};
use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// Who may read what is on the shelf.
const ONLY_OURS: u32 = 0o600;

/// A phone's store: a folder.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
    /// By whose wall clock it writes times.
    zone: TimeZone,
}

/// What is said of a photo when it is taken; the rest is read from its bytes.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The visit it is taken at.
    pub visit: Uuid,
    /// The item it shows, where it shows one.
    pub item: Option<String>,
    /// What it shows: a subject of the contract.
    pub subject: String,
    /// In words.
    pub caption: String,
    /// Its media type.
    pub media_type: String,
    /// When it was taken, by the phone's clock.
    pub at: Timestamp,
    /// Where: a position of the contract.
    pub position: Option<Value>,
}

#[cfg(test)]
impl Capture {
    /// A photo of a visit as tests take it.
    pub(crate) fn at_visit(visit: Uuid) -> Self {
        let (subject, media_type) = ("scene".to_owned(), "image/jpeg".to_owned());
        Self { visit, item: None, subject, caption: String::new(), media_type, at: now(), position: None }
    }
}

/// A photo on the shelf.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id, minted here: the same for ever, so that no repeat makes a second photo.
    pub id: Uuid,
    /// As it is declared, but for what is said of the moment of sending.
    pub declaration: Value,
    /// Digest of its bytes, hexadecimal.
    pub sha256: String,
    /// Their number.
    pub size_bytes: u64,
    /// Its visit.
    pub visit: String,
    /// Why it was refused, where it was: it is not sent again by itself.
    pub refused: Option<Value>,
}

impl Kept {
    /// A photo by its declaration; `None` where that says too little to send it.
    fn of(id: Uuid, declaration: Value) -> Option<Self> {
        let text = |name: &str| Some(declaration[name].as_str()?.to_owned());
        let (sha256, visit) = (text("sha256")?, text("visit")?);
        let size_bytes = declaration["size_bytes"].as_u64()?;
        Some(Self { id, sha256, visit, size_bytes, refused: None, declaration })
    }
}

/// An id that begins with when it was minted (UUIDv7).
pub(crate) fn minted(at: Timestamp) -> anyhow::Result<Uuid> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    let at = u64::try_from(at.as_millisecond()).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(at, &random).into_uuid())
}

/// What the phone's own clock says.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "a phone has a clock of its own")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Writes a whole file or nothing, durably.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().context("a file without a folder")?;
    let name = path.file_name().context("a file without a name")?.to_string_lossy();
    // A name of its own: another program may be writing the same file.
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let beside = folder.join(format!(".{name}.{}.new", hex::encode(random)));
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(ONLY_OURS).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    if let Err(why) = written() {
        let _ = fs::remove_file(&beside);
        return Err(why).with_context(|| path.display().to_string());
    }
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// How long something is left alone that may still be on its way onto the shelf.
const BEING_WRITTEN: Duration = Duration::from_hours(24);

/// Removes what a program that ended in its midst left in a folder: names that begin with a dot are looked at by nobody else.
fn sweep(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)?.filter_map(Result::ok) {
        // By what the file system says of it; what is gone by now needs no sweeping.
        let Ok(of) = entry.metadata() else { continue };
        let is_old = of.modified()?.elapsed().is_ok_and(|old| old > BEING_WRITTEN);
        if !is_old || !entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let removed =
            if of.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        match removed {
            Err(why) if why.kind() != ErrorKind::NotFound => return Err(why.into()),
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why).with_context(|| path.display().to_string()),
    }
}

impl Shelf {
    /// Opens a shelf, an empty one where there is none. What was left half written a day ago or longer is swept.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        for name in ["photos", "changes", "refused", "conflicts", "visits"] {
            fs::create_dir_all(root.join(name))?;
            sweep(&root.join(name))?;
        }
        sweep(root)?;
        Ok(Self { root: root.to_owned(), zone: TimeZone::system() })
    }

    /// The same shelf, of a phone whose clock goes by another zone than this machine's.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// A moment as the contract takes it: the phone's wall clock, and its offset.
    pub(crate) fn wall_clock(&self, at: Timestamp) -> String {
        at.display_with_offset(self.zone.to_offset(at)).to_string()
    }

    /// Where the session is kept.
    #[must_use]
    pub fn session(&self) -> PathBuf {
        self.root.join("session.json")
    }

    /// A file of the shelf.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A folder of the shelf.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Alone among all programs on this shelf, for a few writes that rest on what was read.
    pub(crate) fn alone(&self) -> anyhow::Result<lock::Alone> {
        lock::briefly(&self.file("shelf.lock"))
    }

    pub(crate) fn photo(&self, id: Uuid) -> PathBuf {
        self.root.join("photos").join(id.to_string())
    }

    /// Where a photo's bytes are.
    #[must_use]
    pub fn original(&self, id: Uuid) -> PathBuf {
        self.photo(id).join("original")
    }

    /// Takes a photo in. When this returns, it survives the phone's sudden end.
    ///
    /// # Errors
    /// The shelf can't be written; then there is no photo.
    pub fn capture(&self, what: &Capture, bytes: &[u8]) -> anyhow::Result<Uuid> {
        limits::size(u64::try_from(bytes.len())?)?;
        limits::said(what)?;
        let (id, at) = (minted(what.at)?, self.wall_clock(what.at));
        let mut declaration = json!({
            "visit": what.visit, "item": what.item, "subject": what.subject, "caption": what.caption,
            "sha256": hex::encode(Sha256::digest(bytes)), "size_bytes": bytes.len(), "media_type": what.media_type,
            "captured_at": at, "origin": "camera", "position": what.position,
        });
        if let Some(clock) = clock::now(self)? {
            declaration["clock"] = clock;
        }
        // A folder under another name until everything is in it: half a photo is none.
        let beside = self.root.join("photos").join(format!(".{id}"));
        let kept = || {
            fs::create_dir_all(&beside)?;
            write_whole(&beside.join("original"), bytes)?;
            write_whole(&beside.join("declaration.json"), declaration.to_string().as_bytes())?;
            Ok(fs::rename(&beside, self.photo(id))?)
        };
        let kept: anyhow::Result<()> = kept();
        if kept.is_err() {
            // A full phone gets back what it took for nothing.
            let _ = fs::remove_dir_all(&beside);
        }
        kept.context("the photo is not kept")?;
        File::open(self.root.join("photos"))?.sync_all()?;
        Ok(id)
    }

    /// Photos that are here, refused ones too, oldest first. One whose declaration can't be read is put by.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn held(&self) -> anyhow::Result<Vec<Kept>> {
        let mut ids: Vec<Uuid> =
            names(&self.root.join("photos"))?.iter().filter_map(|n| n.parse().ok()).collect();
        ids.sort_unstable();
        let mut held = Vec::new();
        for id in ids.into_iter().filter(|id| self.holds(*id)) {
            let declaration = read(&self.photo(id).join("declaration.json"))?;
            let Some(photo) =
                declaration.and_then(|bytes| Kept::of(id, serde_json::from_slice(&bytes).ok()?))
            else {
                // Unless it has just left.
                if self.holds(id) {
                    self.put_by(&self.photo(id))?;
                }
                continue;
            };
            held.push(Kept { refused: self.refusal(id)?, ..photo });
        }
        Ok(held)
    }

    /// Photos that are to be sent, or wait for their receipts: those that are held and were not refused, oldest first.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn photos(&self) -> anyhow::Result<Vec<Kept>> {
        let mut held = self.held()?;
        held.retain(|photo| photo.refused.is_none());
        Ok(held)
    }

    /// Why a photo is put aside. Without a code it is no word of the server's: then it is not aside at all.
    fn refusal(&self, id: Uuid) -> anyhow::Result<Option<Value>> {
        let held = read(&self.photo(id).join("refused.json"))?;
        let said = held.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        Ok(said.filter(|said| said["code"].is_string()))
    }

    /// A photo's declaration as it is sent now: with the phone's clock, and signed where the phone was let in.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub(crate) fn declared(&self, photo: &Kept) -> anyhow::Result<Value> {
        let mut declaration = photo.declaration.clone();
        declaration["device_clock"] = json!(self.wall_clock(now()));
        // A token that says nothing says nothing of the time either.
        if declaration["clock"]["token"] == ""
            && let Some(members) = declaration.as_object_mut()
        {
            members.remove("clock");
        }
        let device = self.let_in()?;
        if let Some(envelope) = device.and_then(|device| device.envelope(photo.id, &declaration).transpose())
        {
            declaration["envelope"] = envelope?;
        }
        Ok(declaration)
    }

    /// Where a photo is being sent.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn upload_of(&self, id: Uuid) -> anyhow::Result<Option<String>> {
        let place = read(&self.photo(id).join("upload"))?;
        let place = place.map(|place| String::from_utf8_lossy(&place).into_owned());
        // One that says nothing is begun anew.
        Ok(place.filter(|place| !place.trim().is_empty()))
    }

    /// Remembers where a photo is being sent.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn keep_upload(&self, id: Uuid, place: &str) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("upload"), place.as_bytes())
    }

    /// Lets a photo's bytes go: the paper first, the bytes after. The caller has verified it.
    ///
    /// # Errors
    /// The shelf can't be written; then the bytes are still there.
    pub fn let_go(&self, id: Uuid, receipt: &str) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("receipt.jws"), receipt.as_bytes())?;
        self.remove_original(id)
    }

    /// The published keys of an installation, as they were when there was a line; those of another are none.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn keys(&self, issuer: &str) -> anyhow::Result<Option<Value>> {
        let bytes = read(&self.root.join("keys.json"))?;
        // What can't be read is asked for anew.
        let kept = bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        Ok(kept.filter(|kept| kept["issuer"] == issuer))
    }

    /// Keeps the published keys of an installation.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn keep_keys(&self, issuer: &str, keys: &Value) -> anyhow::Result<()> {
        let kept = json!({ "issuer": issuer, "keys": keys["keys"] });
        write_whole(&self.root.join("keys.json"), kept.to_string().as_bytes())
    }
}

/// Names in a folder, in order; those that begin with a dot are not whole yet.
pub(crate) fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            all.push(name);
        }
    }
    all.sort_unstable();
    Ok(all)
}
