//! What was entered without a line: kept in its order, pushed in batches, each change until it has a result.

use crate::line::Failure;
use crate::shelf::{Kept, Shelf, names, read, write_whole};
use crate::sync::{Phone, Round};
use anyhow::Context;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashSet;
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
        // Two that enter at once would take the same number, and one change be lost.
        let _alone = self.alone()?;
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

    /// Changes that have no result, in their order, and the files they lie in. One that can't be read is put by.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn changes(&self) -> anyhow::Result<Vec<(PathBuf, Change)>> {
        let folder = self.folder("changes");
        let mut all = Vec::new();
        for name in names(&folder)? {
            let path = folder.join(name);
            let Some(bytes) = read(&path)? else { continue };
            match serde_json::from_slice(&bytes) {
                Ok(change) => all.push((path, change)),
                Err(_) => self.put_by(&path)?,
            }
        }
        Ok(all)
    }

    /// A change as it is pushed: a check-in with the phone's clock as it sends, which tells how long it waited.
    fn pushed(&self, change: &Change) -> Change {
        let mut change = change.clone();
        if let ("check_in", Some(Value::Object(body))) = (change.kind.as_str(), change.body.as_mut()) {
            body.insert("device_clock".to_owned(), json!(self.wall_clock(crate::shelf::now())));
        }
        change
    }

    /// Puts a change aside with what became of it, for its person to look at; it is lost in no case.
    fn set_aside(
        &self,
        folder: &str,
        (path, change): &(PathBuf, Change),
        result: &Value,
    ) -> anyhow::Result<()> {
        let _alone = self.alone()?;
        let name = path.file_name().context("a change without a name")?;
        let aside = json!({ "change": change, "result": result });
        write_whole(&self.folder(folder).join(name), aside.to_string().as_bytes())?;
        taken(path)
    }
}

fn taken(change: &Path) -> anyhow::Result<()> {
    Ok(fs::remove_file(change)?)
}

/// Photos that the server does not have yet, as what waits for them sees them.
pub(crate) struct Awaited {
    visits: HashSet<String>,
    photos: HashSet<String>,
}

impl Awaited {
    pub(crate) fn of<'a>(photos: impl Iterator<Item = &'a Kept>) -> Self {
        let (visits, photos) = photos.map(|photo| (photo.visit.clone(), photo.id.to_string())).unzip();
        Self { visits, photos }
    }

    /// Whether a change would be refused before they are there: handing a visit in, and taking one of them back.
    fn holds_back(&self, change: &Change) -> bool {
        let photo = change.target["photo"].as_str();
        (change.kind == "submit_visit" && change.visit().is_some_and(|visit| self.visits.contains(visit)))
            || (change.kind != "declare_photo" && photo.is_some_and(|photo| self.photos.contains(photo)))
    }
}

/// What may be pushed now, in its order: what has to wait for photos holds back everything after it that may be of the same
/// visit.
fn ready(all: Vec<(PathBuf, Change)>, awaited: &Awaited) -> Vec<(PathBuf, Change)> {
    let (mut waiting, mut any) = (HashSet::new(), false);
    all.into_iter()
        .filter(|(_, change)| {
            let visit = change.visit();
            let waits = awaited.holds_back(change)
                || match visit {
                    Some(visit) => waiting.contains(visit),
                    None => any,
                };
            if waits {
                any = true;
                waiting.extend(visit.map(ToOwned::to_owned));
            }
            !waits
        })
        .collect()
}

/// Whether a push was refused for what one of its changes looks like.
fn is_of_the_body(problem: &Value) -> bool {
    matches!(problem["status"].as_u64(), Some(400 | 413 | 422))
}

impl Phone {
    /// Pushes what was entered, in its order, but for what waits for photos. A change leaves the queue for its result alone,
    /// so that a lost answer costs nothing but another push.
    pub(crate) async fn push(&self, awaited: &Awaited, done: &mut Round) -> Result<(), Failure> {
        let ready = ready(self.shelf.changes()?, awaited);
        let mut batches: Vec<&[(PathBuf, Change)]> = ready.chunks(AT_ONCE).rev().collect();
        while let Some(batch) = batches.pop() {
            let changes: Vec<Change> = batch.iter().map(|(_, change)| self.shelf.pushed(change)).collect();
            let said = json!({ "changes": changes });
            let told = match self.line.call(Method::POST, "/v1/sync", Some(&said)).await {
                // One that spoils its batch holds up no other: halves are tried, in order, down to it alone.
                Err(Failure::Refused(problem)) if is_of_the_body(&problem) => match batch {
                    [spoilt] => {
                        let result = json!({ "outcome": "refused", "problem": problem });
                        self.shelf.set_aside("refused", spoilt, &result)?;
                        done.refused += 1;
                        continue;
                    }
                    several => {
                        let (first, second) = several.split_at(several.len() / 2);
                        batches.extend([second, first]);
                        continue;
                    }
                },
                told => told?,
            };
            let results = told["results"].as_array().cloned().unwrap_or_default();
            if results.len() != batch.len() {
                return Err(Failure::not_ours("not every change has a result"));
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
                    "refused" if is_signed_out(result) => {
                        let why = "the server takes this sign-in no more";
                        return Err(Failure::SignedOut(why.to_owned()));
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

/// Whether a change was refused for the sign-in, which says nothing of the change.
fn is_signed_out(result: &Value) -> bool {
    result["status"] == 401 || result["problem"]["code"] == "scope-missing"
}

#[cfg(test)]
mod tests {
    use super::{Awaited, Change, ready};
    use serde_json::{Value, json};
    use std::collections::HashSet;
    use std::path::PathBuf;
    use uuid::Uuid;

    fn change(kind: &str, target: Value, body: Option<Value>) -> (PathBuf, Change) {
        let change = Change { id: Uuid::nil(), kind: kind.to_owned(), target, base_version: None, body };
        (PathBuf::new(), change)
    }

    #[test]
    fn handing_in_waits_for_its_visit_s_photos_and_what_comes_after_it_waits_with_it() {
        let of = |visit: &str| json!({ "visit": visit });
        let all = || {
            vec![
                change("put_attendee", json!({ "attendee": "1" }), Some(of("a"))),
                change("declare_photo", json!({ "photo": "p" }), Some(of("a"))),
                change("withdraw_photo", json!({ "photo": "p" }), None),
                change("sign_minutes", of("b"), None),
                change("submit_visit", of("a"), None),
                change("confirm_finding", json!({ "finding": "f" }), None),
                change("put_attendee", json!({ "attendee": "2" }), Some(of("a"))),
                change("submit_visit", of("b"), None),
            ]
        };
        let names = |visits: &[&str], photos: &[&str]| {
            let set = |of: &[&str]| of.iter().map(|one| (*one).to_owned()).collect::<HashSet<_>>();
            let ready = ready(all(), &Awaited { visits: set(visits), photos: set(photos) });
            ready.into_iter().map(|(_, change)| change.kind).collect::<Vec<_>>()
        };
        assert_eq!(names(&[], &[]).len(), 8);
        let first = ["put_attendee", "declare_photo", "withdraw_photo", "sign_minutes"];
        assert_eq!(
            names(&["a"], &[]),
            [&first[..], &["submit_visit"]].concat(),
            "the other visit is handed in"
        );
        assert_eq!(names(&["a", "b"], &[]), first);
        let taken_back = names(&["a"], &["p"]);
        assert_eq!(taken_back, ["put_attendee", "declare_photo", "sign_minutes", "submit_visit"]);
    }
}
