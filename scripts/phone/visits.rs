//! What the server told, on the shelf: each visit in a file of its own, and one place up to which all of it was told.

use crate::shelf::{Shelf, names, read, write_whole};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// How far the server told, and of which visits: where one of them is not here, the place says too much.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What the next page is asked for with; `None` where everything is asked for.
    pub cursor: Option<String>,
    /// Visits that were told up to there, and are not gone.
    pub visits: BTreeSet<String>,
}

fn removed(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(why).with_context(|| file.display().to_string()),
        _ => Ok(()),
    }
}

impl Shelf {
    /// What the server told of a visit; nothing where it told nothing.
    ///
    /// # Errors
    /// The shelf can't be read; a name that is no id.
    pub fn visit(&self, id: &str) -> anyhow::Result<Map<String, Value>> {
        let file = self.visit_file(id)?;
        let Some(bytes) = read(&file)? else { return Ok(Map::new()) };
        serde_json::from_slice(&bytes).with_context(|| file.display().to_string())
    }

    /// Whether a visit is here, and whole.
    pub(crate) fn has_whole(&self, id: &str) -> bool {
        self.visit_file(id).is_ok_and(|file| file.exists()) && self.visit(id).is_ok()
    }

    /// Keeps what the server told of a visit.
    ///
    /// # Errors
    /// The shelf can't be written; a name that is no id.
    pub fn keep_visit(&self, id: &str, held: &Map<String, Value>) -> anyhow::Result<()> {
        write_whole(&self.visit_file(id)?, serde_json::to_string(held)?.as_bytes())
    }

    /// Drops a visit. What was captured there stays until its receipt.
    ///
    /// # Errors
    /// The shelf can't be written; a name that is no id.
    pub fn drop_visit(&self, id: &str) -> anyhow::Result<()> {
        removed(&self.visit_file(id)?)
    }

    /// Drops the visits that are not among those told; how many.
    pub(crate) fn drop_others(&self, told: &BTreeSet<String>) -> anyhow::Result<usize> {
        let mut all = names(&self.folder("visits"))?;
        all.retain(|name| name.strip_suffix(".json").is_none_or(|id| !told.contains(id)));
        for name in &all {
            removed(&self.folder("visits").join(name))?;
        }
        Ok(all.len())
    }

    /// Drops every visit and the place: everything is told anew.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn forget_visits(&self) -> anyhow::Result<()> {
        removed(&self.file("cursor"))?;
        self.drop_others(&BTreeSet::new()).map(|_| ())
    }

    /// How far the server told. Nowhere, where one of the visits that it told is missing or damaged, or the place is: then
    /// everything is told anew, and what is held meanwhile stays.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn place(&self) -> anyhow::Result<Place> {
        let kept = read(&self.file("cursor"))?.and_then(|bytes| serde_json::from_slice::<Place>(&bytes).ok());
        let whole = kept.filter(|place| place.visits.iter().all(|visit| self.has_whole(visit)));
        Ok(whole.unwrap_or_default())
    }

    /// Remembers how far the server told; everything up to there is kept by now.
    ///
    /// # Errors
    /// The shelf can't be written.
    pub fn keep_place(&self, place: &Place) -> anyhow::Result<()> {
        write_whole(&self.file("cursor"), serde_json::to_string(place)?.as_bytes())
    }

    /// Visits that are held.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn visits(&self) -> anyhow::Result<usize> {
        Ok(names(&self.folder("visits"))?.len())
    }

    fn visit_file(&self, id: &str) -> anyhow::Result<PathBuf> {
        let id: Uuid = id.parse().context("a visit without an id")?;
        Ok(self.folder("visits").join(format!("{id}.json")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use super::Place;
    use crate::shelf::{Shelf, minted, now};
    use serde_json::Map;

    #[test]
    fn a_place_holds_only_with_every_visit_that_was_told_up_to_it() {
        let root = std::env::temp_dir().join(format!("fieldproof-visits-{}", minted(now()).unwrap()));
        let shelf = Shelf::open(&root).unwrap();
        let [one, other] = [(); 2].map(|()| minted(now()).unwrap().to_string());
        let place = Place { cursor: Some("c".to_owned()), visits: [one.clone(), other.clone()].into() };
        let keep = || {
            shelf.keep_visit(&one, &Map::new()).unwrap();
            shelf.keep_visit(&other, &Map::new()).unwrap();
            shelf.keep_place(&place).unwrap();
            assert_eq!(shelf.place().unwrap(), place);
        };
        keep();
        std::fs::remove_file(root.join(format!("visits/{one}.json"))).unwrap();
        assert_eq!(shelf.place().unwrap(), Place::default(), "one is missing");
        keep();
        std::fs::write(root.join(format!("visits/{other}.json")), "").unwrap();
        assert_eq!(shelf.place().unwrap(), Place::default(), "one is damaged");
        for older in ["c", "", "{"] {
            keep();
            std::fs::write(root.join("cursor"), older).unwrap();
            assert_eq!(shelf.place().unwrap(), Place::default(), "{older:?} says of no visit");
        }
        assert_eq!(shelf.drop_others(&[one].into()).unwrap(), 1);
        assert_eq!(shelf.visits().unwrap(), 1);
        std::fs::remove_dir_all(&root).unwrap();
    }
}
