//! What a phone holds without a line: photos and changes, each durable before the phone says so.
//!
//! ```text
//! session.json              who is signed in (0600)
//! keys.json                 the server's published keys
//! changes/NNNNNNNN.json     what was entered, in its order: method, path, body
//! refused/NNNNNNNN.json     a change that was refused, with the problem
//! photos/ID/declaration.json  what PUT /v1/photos/ID says
//! photos/ID/original          the bytes; gone once receipt.jws is there
//! photos/ID/upload            where they are being sent
//! photos/ID/receipt.jws       the paper that let them go
//! photos/ID/refused.json      why it was refused: it stays here until somebody decides
//! ```

use anyhow::{Context, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Who may read what is on the shelf.
const ONLY_OURS: u32 = 0o600;

/// A phone's store: a folder.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
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
    /// Its media type.
    pub media_type: String,
    /// When it was taken, by the phone's clock.
    pub at: Timestamp,
    /// Where: a position of the contract.
    pub position: Option<Value>,
}

/// A photo on the shelf.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id, minted here: the same for ever, so that no repeat makes a second photo.
    pub id: Uuid,
    /// As it is declared, the same each time.
    pub declaration: Value,
    /// Digest of its bytes, hexadecimal.
    pub sha256: String,
    /// Their number.
    pub size_bytes: u64,
    /// Its visit.
    pub visit: String,
}

/// Something that was entered without a line: a request that repeats safely.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// `PUT`, or `POST` with a key of its own.
    pub method: String,
    /// The path.
    pub path: String,
    /// The body.
    pub body: Value,
    /// `Idempotency-Key`, of what has no id of its own.
    pub key: Option<String>,
}

/// Writes a whole file or nothing, durably.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().context("a file without a folder")?;
    let name = path.file_name().context("a file without a name")?.to_string_lossy();
    let beside = folder.join(format!(".{name}.new"));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(ONLY_OURS).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why).with_context(|| path.display().to_string()),
    }
}

impl Shelf {
    /// Opens a shelf, an empty one where there is none.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        for name in ["photos", "changes", "refused"] {
            fs::create_dir_all(root.join(name))?;
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Where the session is kept.
    #[must_use]
    pub fn session(&self) -> PathBuf {
        self.root.join("session.json")
    }

    fn photo(&self, id: Uuid) -> PathBuf {
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
        ensure!(!bytes.is_empty(), "an empty file is no photo");
        let mut random = [0; 10];
        getrandom::fill(&mut random)?;
        let taken = u64::try_from(what.at.as_millisecond()).unwrap_or_default();
        let id = uuid::Builder::from_unix_timestamp_millis(taken, &random).into_uuid();
        let clock = what.at.to_string().replace('Z', "+00:00");
        let declaration = json!({
            "visit": what.visit, "item": what.item, "subject": what.subject, "caption": "",
            "sha256": hex::encode(Sha256::digest(bytes)), "size_bytes": bytes.len(), "media_type": what.media_type,
            "captured_at": clock, "device_clock": clock, "origin": "camera", "position": what.position,
        });
        // A folder under another name until everything is in it: half a photo is none.
        let beside = self.root.join("photos").join(format!(".{id}"));
        fs::create_dir_all(&beside)?;
        write_whole(&beside.join("original"), bytes)?;
        write_whole(&beside.join("declaration.json"), declaration.to_string().as_bytes())?;
        fs::rename(&beside, self.photo(id))?;
        File::open(self.root.join("photos"))?.sync_all()?;
        Ok(id)
    }

    /// Photos whose bytes are still here and that were not refused, oldest first.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn photos(&self) -> anyhow::Result<Vec<Kept>> {
        let mut ids: Vec<Uuid> =
            names(&self.root.join("photos"))?.iter().filter_map(|n| n.parse().ok()).collect();
        ids.sort_unstable();
        let mut held = Vec::new();
        for id in ids {
            if !self.original(id).exists() || self.photo(id).join("refused.json").exists() {
                continue;
            }
            let declaration =
                read(&self.photo(id).join("declaration.json"))?.context("a photo lost what it shows")?;
            let declaration: Value = serde_json::from_slice(&declaration)?;
            let text = |name: &str| declaration[name].as_str().unwrap_or_default().to_owned();
            held.push(Kept {
                id,
                sha256: text("sha256"),
                visit: text("visit"),
                size_bytes: declaration["size_bytes"].as_u64().unwrap_or_default(),
                declaration,
            });
        }
        Ok(held)
    }

    /// Where a photo is being sent.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn upload_of(&self, id: Uuid) -> anyhow::Result<Option<String>> {
        Ok(read(&self.photo(id).join("upload"))?.map(|place| String::from_utf8_lossy(&place).into_owned()))
    }

    /// Remembers where a photo is being sent.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn keep_upload(&self, id: Uuid, place: &str) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("upload"), place.as_bytes())
    }

    /// A photo was refused: it stays, with the reason, and is not sent again by itself.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn put_aside(&self, id: Uuid, problem: &Value) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("refused.json"), problem.to_string().as_bytes())
    }

    /// Lets a photo's bytes go: the paper first, the bytes after. The caller has verified it.
    ///
    /// # Errors
    /// The shelf can't be written; then the bytes are still there.
    pub fn let_go(&self, id: Uuid, receipt: &str) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("receipt.jws"), receipt.as_bytes())?;
        fs::remove_file(self.original(id))?;
        Ok(())
    }

    /// Enters a change; it is sent after those before it.
    ///
    /// # Errors
    /// The shelf can't be written; then there is no change.
    pub fn enter(&self, change: &Change) -> anyhow::Result<()> {
        let last = names(&self.root.join("changes"))?.into_iter().chain(names(&self.root.join("refused"))?);
        let last = last.filter_map(|name| name.strip_suffix(".json")?.parse::<u64>().ok()).max().unwrap_or(0);
        // The number of one that was sent and is gone may come again: nothing but the order hangs on it.
        let path = self.root.join("changes").join(format!("{:08}.json", last + 1));
        write_whole(&path, serde_json::to_string(change)?.as_bytes())
    }

    /// Changes that were not sent, in their order, and the files they lie in.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn changes(&self) -> anyhow::Result<Vec<(PathBuf, Change)>> {
        let folder = self.root.join("changes");
        let mut all = Vec::new();
        for name in names(&folder)? {
            let path = folder.join(name);
            if let Some(bytes) = read(&path)? {
                all.push((path, serde_json::from_slice(&bytes)?));
            }
        }
        Ok(all)
    }

    /// A change was refused: it is put aside with the reason, and lost in no case.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn refused(&self, path: &Path, change: &Change, problem: &Value) -> anyhow::Result<()> {
        let name = path.file_name().context("a change without a name")?;
        let aside = json!({ "change": change, "problem": problem });
        write_whole(&self.root.join("refused").join(name), aside.to_string().as_bytes())?;
        taken(path)
    }

    /// How many changes and photos were refused.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn refusals(&self) -> anyhow::Result<usize> {
        let photos = names(&self.root.join("photos"))?;
        let aside =
            photos.iter().filter(|id| self.root.join("photos").join(id).join("refused.json").exists());
        Ok(names(&self.root.join("refused"))?.len() + aside.count())
    }

    /// The server's published keys, as they were when there was a line.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn keys(&self) -> anyhow::Result<Option<Value>> {
        let bytes = read(&self.root.join("keys.json"))?;
        bytes.map(|bytes| Ok(serde_json::from_slice(&bytes)?)).transpose()
    }

    /// Keeps the server's published keys.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn keep_keys(&self, keys: &Value) -> anyhow::Result<()> {
        write_whole(&self.root.join("keys.json"), keys.to_string().as_bytes())
    }
}

/// A change was taken.
///
/// # Errors
/// The shelf can't be written.
pub fn taken(change: &Path) -> anyhow::Result<()> {
    Ok(fs::remove_file(change)?)
}

/// Names in a folder, in order; those that begin with a dot are not whole yet.
fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
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
