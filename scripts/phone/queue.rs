//! What was entered without a line: kept in its order, pushed in batches, each change until it has a result.

use crate::line::Failure;
use crate::shelf::{Shelf, names, read, write_whole};
use crate::sync::{Phone, Round};
use anyhow::Context;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Changes in one push: what the contract takes.
const AT_ONCE: usize = 200;

/// Something that was done without a line: an operation of the contract by its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// Minted when it was done: pushed again, it is the same change.
    pub id: Uuid,
    /// Its `operationId`.
    pub kind: String,
    /// The ids in its address, by their names there.
    pub target: Value,
    /// The version it rests on.
    pub base_version: Option<i32>,
    /// Its body; `None` for an operation that takes none.
    pub body: Option<Value>,
}

impl Change {
    /// A change that is done now.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn now(kind: &str, target: Value, body: Option<Value>) -> anyhow::Result<Self> {
        let (id, kind) = (crate::shelf::minted(crate::shelf::now())?, kind.to_owned());
        Ok(Self { id, kind, target, base_version: None, body })
    }

    /// The visit it is about, where it says so.
    #[must_use]
    pub fn visit(&self) -> Option<&str> {
        let said = self.target["visit"].as_str();
        said.or_else(|| self.body.as_ref()?["visit"].as_str())
    }
}

impl Shelf {
    /// Enters a change; it is pushed after those before it.
    ///
    /// # Errors
    /// The shelf can't be written; then there is no change.
    pub fn enter(&self, change: &Change) -> anyhow::Result<()> {
        let mut last = 0;
        for folder in ["changes", "refused", "conflicts"] {
            let numbers = names(&self.folder(folder))?;
            let numbers = numbers.iter().filter_map(|name| name.strip_suffix(".json")?.parse::<u64>().ok());
            last = numbers.fold(last, u64::max);
        }
        // The number of one that was taken and is gone may come again: nothing but the order hangs on it.
        let path = self.folder("changes").join(format!("{:08}.json", last + 1));
        write_whole(&path, serde_json::to_string(change)?.as_bytes())
    }

    /// Changes that have no result, in their order, and the files they lie in.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn changes(&self) -> anyhow::Result<Vec<(PathBuf, Change)>> {
        let folder = self.folder("changes");
        let mut all = Vec::new();
        for name in names(&folder)? {
            let path = folder.join(name);
            if let Some(bytes) = read(&path)? {
                all.push((path, serde_json::from_slice(&bytes)?));
            }
        }
        Ok(all)
    }

    /// Puts a change aside with what became of it, for its person to look at; it is lost in no case.
    fn set_aside(
        &self,
        folder: &str,
        (path, change): &(PathBuf, Change),
        result: &Value,
    ) -> anyhow::Result<()> {
        let name = path.file_name().context("a change without a name")?;
        let aside = json!({ "change": change, "result": result });
        write_whole(&self.folder(folder).join(name), aside.to_string().as_bytes())?;
        taken(path)
    }

    /// How many changes met another that stands, and are kept beside it by the server.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn conflicts(&self) -> anyhow::Result<usize> {
        Ok(names(&self.folder("conflicts"))?.len())
    }
}

fn taken(change: &Path) -> anyhow::Result<()> {
    Ok(fs::remove_file(change)?)
}

impl Phone {
    /// Pushes what was entered, in its order. A change leaves the queue for its result alone, so that a lost answer costs
    /// nothing but another push.
    pub(crate) async fn push(&self, done: &mut Round) -> Result<(), Failure> {
        for batch in self.shelf.changes()?.chunks(AT_ONCE) {
            let changes: Vec<&Change> = batch.iter().map(|(_, change)| change).collect();
            let told = self.line.call(Method::POST, "/v1/sync", Some(&json!({ "changes": changes }))).await?;
            let results = told["results"].as_array().cloned().unwrap_or_default();
            if results.len() != batch.len() {
                return Err(Failure::later("not every change has a result"));
            }
            for (held, result) in batch.iter().zip(&results) {
                match result["outcome"].as_str().unwrap_or_default() {
                    "applied" => {
                        taken(&held.0)?;
                        done.changes += 1;
                    }
                    "conflict" => {
                        self.shelf.set_aside("conflicts", held, result)?;
                        done.conflicts += 1;
                    }
                    "refused" => {
                        self.shelf.set_aside("refused", held, result)?;
                        done.refused += 1;
                    }
                    _ => return Err(Failure::later("a change was not tried")),
                }
            }
        }
        Ok(())
    }
}
