//! Putting damaged files out of sight: they are kept in a folder of their own, and whoever asks for the object is told that
//! it is not there, so that it may be sent again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{Store, now_ms};
use crate::fault::Fault;
use crate::layout::{Layout, sync_folder};
use crate::read::read_through;

/// Moves a file that can't be believed to the folder of such.
///
/// # Errors
/// A failing disk, with the path it failed at.
pub(crate) fn set_aside(layout: &Layout, path: &Path, why: &str) -> Result<(), (PathBuf, io::Error)> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let aside = layout.quarantine().join(format!("{}-{name}", now_ms()));
    tracing::error!(file = %path.display(), moved_to = %aside.display(), %why, "set aside a damaged file");
    let at = |error| (path.to_owned(), error);
    fs::rename(path, &aside).map_err(at)?;
    sync_folder(&layout.quarantine()).map_err(at)?;
    path.parent().map_or(Ok(()), sync_folder).map_err(at)
}

impl Store {
    /// Does something with an object; where it turns out damaged, it is [settled](Store::settle_damage).
    ///
    /// # Errors
    /// Those of what is done.
    pub(crate) fn minding<T>(
        &self,
        (bucket, key): (&str, &str),
        work: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let done = work();
        if let Err(Fault::Damaged(_)) = &done {
            self.settle_damage(bucket, key);
        }
        done
    }

    /// Looks at an object again that was found damaged, and puts it out of sight if it still is: what was misread once on its
    /// way from the disk is none. While it is in sight, its key is taken and nobody can send it again.
    pub(crate) fn settle_damage(&self, bucket: &str, key: &str) {
        if let Err(fault) = self.out_of_sight(bucket, key) {
            tracing::error!(%fault, bucket, key, "a damaged object could not be put out of sight");
        }
    }

    fn out_of_sight(&self, bucket: &str, key: &str) -> Result<(), Fault> {
        let (folder, path) = self.layout.object(bucket, key);
        // Nobody puts another file there meanwhile. The disk is read under this lock, once for a damaged object.
        let _held = self.hold(&path)?;
        let why = match read_through(self, bucket, key) {
            Err(Fault::Damaged(why)) => why,
            Ok(()) | Err(Fault::NoSuchKey | Fault::NoSuchBucket) => return Ok(()),
            Err(other) => return Err(other),
        };
        match set_aside(&self.layout, &path, &why) {
            Ok(()) => {}
            Err((_, error)) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => {
                tracing::error!(file = %path.display(), %why, "the file of an object is gone");
            }
            Err((_, error)) => return Err(error.into()),
        }
        if let Some(holder) = self.change_index().buckets.get_mut(bucket) {
            holder.objects.remove(key);
        }
        Ok(())
    }
}
