//! Files on the shelf that can't be read any more, as after a phone that died or a card that wears out: they are moved into a
//! folder of their own, where their person finds them, and hold up nothing else. None of them is ever deleted.

use crate::shelf::{Shelf, names};
use anyhow::Context;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where they lie.
const FOLDER: &str = "damaged";

impl Shelf {
    /// Moves what can't be read out of the way: a file, or a photo with all that is kept of it.
    pub(crate) fn put_by(&self, damaged: &Path) -> anyhow::Result<()> {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let (kind, name) = (damaged.parent().and_then(name), name(damaged).context("a file without a name")?);
        let folder = self.folder(FOLDER);
        fs::create_dir_all(&folder)?;
        // One of the same name may lie there already: numbers of changes come again.
        let names = (0_u32..).map(|n| {
            let again = if n == 0 { String::new() } else { format!("{n}-") };
            format!("{again}{}-{name}", kind.as_deref().unwrap_or_default())
        });
        let place = names.map(|name| folder.join(name)).find(|place| !place.exists());
        match fs::rename(damaged, place.context("no name is free")?) {
            // Another program of this phone was there first, or has just sent it.
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
            moved => moved.with_context(|| damaged.display().to_string())?,
        }
        Ok(File::open(folder)?.sync_all()?)
    }

    /// What is damaged: where it lies.
    ///
    /// # Errors
    /// The shelf can't be read.
    pub fn damaged(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.folder(FOLDER);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        Ok(names(&folder)?.into_iter().map(|name| folder.join(name)).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use crate::queue::Change;
    use crate::shelf::{Capture, Shelf, minted, now};
    use serde_json::json;
    use std::fs;

    #[test]
    fn what_can_t_be_read_is_moved_aside_whole_and_everything_else_is_there() {
        let visit = minted(now()).unwrap();
        let root = std::env::temp_dir().join(format!("fieldproof-damaged-{visit}"));
        let shelf = Shelf::open(&root).unwrap();
        let capture = || Capture::at_visit(visit);
        let photos = [(); 3].map(|()| shelf.capture(&capture(), b"bytes of a photo").unwrap());
        let enter = || {
            let change = Change::now("close_recording", json!({ "visit": visit }), None).unwrap();
            shelf.enter(&change).unwrap();
        };
        (0..3).for_each(|_| enter());
        for (photo, said) in [(photos[0], ""), (photos[1], "{}")] {
            fs::write(root.join(format!("photos/{photo}/declaration.json")), said).unwrap();
        }
        fs::write(root.join("changes/00000002.json"), "").unwrap();
        fs::write(root.join("refused/00000009.json"), "{").unwrap();
        assert_eq!(shelf.held().unwrap().iter().map(|photo| photo.id).collect::<Vec<_>>(), [photos[2]]);
        assert_eq!(shelf.changes().unwrap().len(), 2);
        assert!(shelf.refused().unwrap().is_empty() && shelf.refusals().unwrap() == 0);
        let names = |all: Vec<std::path::PathBuf>| {
            all.iter()
                .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        let mut expected = vec!["changes-00000002.json".to_owned(), "refused-00000009.json".to_owned()];
        expected.extend(photos[..2].iter().map(|photo| format!("photos-{photo}")));
        expected.sort_unstable();
        assert_eq!(names(shelf.damaged().unwrap()), expected);
        let bytes = fs::read(root.join(format!("damaged/photos-{}/original", photos[0]))).unwrap();
        assert_eq!(bytes, b"bytes of a photo", "nothing of it is lost");
        // The same number once more takes the place of none.
        fs::write(root.join("changes/00000002.json"), "").unwrap();
        assert_eq!((shelf.changes().unwrap().len(), shelf.damaged().unwrap().len()), (2, 5));
        fs::remove_dir_all(&root).unwrap();
    }
}
