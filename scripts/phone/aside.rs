//! What was put aside: nothing of it is lost, nothing of it is sent again by itself, and its person decides.

use crate::lock;
use crate::queue::Change;
use crate::shelf::{Shelf, names, read, write_whole};
use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use uuid::Uuid;

/// A change, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Aside {
    /// As it was entered.
    pub change: Change,
    /// The server's result.
    pub result: Value,
}

/// Something that was refused, in words.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// Its id.
    pub id: Uuid,
    /// `photo`, or the change's `operationId`.
    pub what: String,
    /// Its visit, where it is of one.
    pub visit: Option<String>,
    /// The code of the problem.
    pub code: String,
    /// Its sentence.
    pub detail: String,
    /// Which fields are to blame.
    pub errors: Value,
    /// Where it lies.
    pub file: PathBuf,
}

/// A change that met another one: the server keeps both.
#[derive(Clone, Debug, Serialize)]
pub struct Conflict {
    /// The change's id.
    pub id: Uuid,
    /// Its `operationId`.
    pub what: String,
    /// Its visit, where it is of one.
    pub visit: Option<String>,
    /// What was entered here.
    pub entered: Option<Value>,
    /// What stood on the server when it came there.
    pub stood: Value,
    /// Where it lies.
    pub file: PathBuf,
}

/// What stood on the server, of its answer: an entry is answered with both of them, a check-in with the visit as it stands.
fn stood(kind: &str, mut answer: Value) -> Value {
    let member = if kind == "check_in" { "check_in" } else { "current" };
    match answer.get_mut(member) {
        Some(stood) => stood.take(),
        None => answer,
    }
}

fn text(of: &Value) -> String {
    of.as_str().unwrap_or_default().to_owned()
}

impl Shelf {
    /// Changes in a folder of those put aside, `refused` or `conflicts`, in their order.
    pub(crate) fn aside(&self, folder: &str) -> anyhow::Result<Vec<(PathBuf, Aside)>> {
        let folder = self.folder(folder);
        let mut all = Vec::new();
        for name in names(&folder)? {
            let path = folder.join(name);
            let Some(bytes) = read(&path)? else { continue };
            match serde_json::from_slice(&bytes) {
                Ok(aside) => all.push((path, aside)),
                Err(_) => self.put_by(&path)?,
            }
        }
        Ok(all)
    }

    /// Photos and changes that were refused, and why.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn refused(&self) -> anyhow::Result<Vec<Refused>> {
        let mut all = Vec::new();
        for photo in self.held()? {
            let Some(said) = &photo.refused else { continue };
            all.push(Refused {
                id: photo.id,
                what: "photo".to_owned(),
                code: text(&said["code"]),
                detail: text(&said["detail"]),
                errors: said["errors"].clone(),
                visit: Some(photo.visit),
                file: self.original(photo.id),
            });
        }
        for (file, Aside { change, result }) in self.aside("refused")? {
            all.push(Refused {
                id: change.id,
                visit: self.visit_of(&change)?,
                what: change.kind,
                code: text(&result["problem"]["code"]),
                detail: text(&result["problem"]["detail"]),
                errors: result["problem"]["errors"].clone(),
                file,
            });
        }
        Ok(all)
    }

    /// Changes that met another one, until their person discards them here.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn conflicts(&self) -> anyhow::Result<Vec<Conflict>> {
        let mut all = Vec::new();
        for (file, Aside { change, mut result }) in self.aside("conflicts")? {
            let visit = self.visit_of(&change)?;
            let stood = stood(&change.kind, result["body"].take());
            all.push(Conflict { id: change.id, what: change.kind, visit, entered: change.body, stood, file });
        }
        Ok(all)
    }

    /// How many changes and photos were refused.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn refusals(&self) -> anyhow::Result<usize> {
        let photos = self.held()?.iter().filter(|photo| photo.refused.is_some()).count();
        Ok(self.aside("refused")?.len() + photos)
    }

    /// The visit that a change is of: as it says itself, as its photo says, or as the server told of what it is about.
    pub(crate) fn visit_of(&self, change: &Change) -> anyhow::Result<Option<String>> {
        if let Some(visit) = change.visit() {
            return Ok(Some(visit.to_owned()));
        }
        let ids: Vec<&str> =
            change.target.as_object().into_iter().flatten().filter_map(|(_, id)| id.as_str()).collect();
        for id in ids.iter().filter_map(|id| id.parse().ok()) {
            if let Some(bytes) = read(&self.photo(id).join("declaration.json"))? {
                let declared: Value = serde_json::from_slice(&bytes).unwrap_or_default();
                return Ok(declared["visit"].as_str().map(ToOwned::to_owned));
            }
        }
        for name in names(&self.folder("visits"))? {
            let Some(visit) = name.strip_suffix(".json") else { continue };
            // One that is damaged is told again by the next pull.
            let Ok(told) = self.visit(visit) else { continue };
            let is_of_it = told.values().filter_map(Value::as_object).any(|all| {
                // Things are kept by kind and id.
                ids.iter().any(|id| all.contains_key(*id))
            });
            if is_of_it {
                return Ok(Some(visit.to_owned()));
            }
        }
        Ok(None)
    }

    /// Whether a photo is here: until its receipt is, and its bytes are gone. One whose bytes are lost is nowhere else.
    #[must_use]
    pub fn holds(&self, id: Uuid) -> bool {
        let has_receipt = || self.photo(id).join("receipt.jws").exists();
        self.photo(id).exists() && (self.original(id).exists() || !has_receipt())
    }

    /// Removes a photo's bytes, where there are any.
    pub(crate) fn remove_original(&self, id: Uuid) -> anyhow::Result<()> {
        match fs::remove_file(self.original(id)) {
            Err(why) if why.kind() != ErrorKind::NotFound => Err(why.into()),
            _ => Ok(()),
        }
    }

    /// A photo was refused: it stays, with the reason, and is not sent again by itself.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn put_aside(&self, id: Uuid, problem: &Value) -> anyhow::Result<()> {
        write_whole(&self.photo(id).join("refused.json"), problem.to_string().as_bytes())
    }

    /// Puts what was refused back among what is to be sent: a change in its old place.
    ///
    /// # Errors
    /// Nothing of this id was refused; the shelf can't be written.
    pub fn again(&self, id: Uuid) -> anyhow::Result<()> {
        let _alone = self.alone()?;
        let reason = self.photo(id).join("refused.json");
        if self.holds(id) && reason.exists() {
            return Ok(fs::remove_file(reason)?);
        }
        let (path, Aside { change, .. }) = self.change_aside(id, &["refused"])?;
        let name = path.file_name().context("a change without a name")?;
        // Its number is nobody else's: numbers are counted on from those put aside, too.
        write_whole(&self.folder("changes").join(name), serde_json::to_string(&change)?.as_bytes())?;
        Ok(fs::remove_file(path)?)
    }

    /// Gives up a change that was refused, or forgets one that met another: that one the server has.
    ///
    /// # Errors
    /// No change of this id was put aside; the shelf can't be written.
    pub fn discard_change(&self, id: Uuid) -> anyhow::Result<()> {
        let _alone = self.alone()?;
        Ok(fs::remove_file(self.change_aside(id, &["refused", "conflicts"])?.0)?)
    }

    /// Removes a photo. Without its receipt it is lost for good, so that must have been said.
    ///
    /// # Errors
    /// It has no receipt and its loss was not said; no such photo is held; it is being sent; the shelf can't be written.
    pub fn discard_photo(&self, id: Uuid, lose: bool) -> anyhow::Result<()> {
        ensure!(self.holds(id), "this phone holds no photo {id}");
        let Some(_working) = lock::now(&self.file("sync.lock"))? else {
            bail!("a sync is at work on this phone")
        };
        if !self.photo(id).join("receipt.jws").exists() {
            ensure!(
                lose,
                "photo {id} is nowhere else, as far as this phone knows: --lose-photo gives it up for good"
            );
            // Under a name that nothing looks at: what is left of it after a sudden end is no photo.
            let beside = self.folder("photos").join(format!(".{id}"));
            fs::rename(self.photo(id), &beside)?;
            return Ok(fs::remove_dir_all(beside)?);
        }
        self.remove_original(id)
    }

    fn change_aside(&self, id: Uuid, folders: &[&str]) -> anyhow::Result<(PathBuf, Aside)> {
        for folder in folders {
            if let Some(found) = self.aside(folder)?.into_iter().find(|(_, aside)| aside.change.id == id) {
                return Ok(found);
            }
        }
        bail!("nothing with the id {id} was put aside on this phone")
    }
}
