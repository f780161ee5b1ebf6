//! Starting up: reads the head of every file back into the index and sets aside what cannot be believed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::aside::set_aside;
use crate::header::Header;
use crate::index::{Bucket, Entry, Index, Part, Upload};
use crate::layout::{Layout, object_name, write_durably};
use crate::multipart::{NOTE, part_number};
use crate::read::Opened;

/// Folders are read by this many threads: a cold disk answers several questions at once.
const READERS: usize = 4;

/// Builds the index from the files of a claimed folder.
///
/// # Errors
/// A failing disk, with the path it failed at.
pub(crate) fn recover(layout: &Layout) -> Result<Index, (PathBuf, io::Error)> {
    let mut index = Index { buckets: read_buckets(layout)?, uploads: read_uploads(layout)? };
    let mut fans: Vec<PathBuf> = entries(&layout.objects())?;
    fans.sort();
    let share = fans.len().div_ceil(READERS).max(1);
    let read: Vec<Result<Vec<Header>, (PathBuf, io::Error)>> = std::thread::scope(|scope| {
        let readers: Vec<_> =
            fans.chunks(share).map(|fans| scope.spawn(move || read_objects(layout, fans))).collect();
        readers.into_iter().map(|r| r.join().unwrap_or_else(|_| Err(died(layout)))).collect()
    });
    for heads in read {
        for head in heads? {
            let entry = Entry::from(&head);
            index.buckets.entry(head.bucket).or_default().objects.insert(head.key, entry);
        }
    }
    // An object or upload whose bucket has lost its marker keeps its bucket: evidence does not vanish by a lost name.
    let missing: Vec<String> = index
        .buckets_in_use()
        .into_iter()
        .filter(|name| !layout.buckets().join(name).exists())
        .map(str::to_owned)
        .collect();
    for name in missing {
        let marker = layout.buckets().join(&name);
        write_durably(&marker, b"").map_err(|error| (marker.clone(), error))?;
        index.buckets.entry(name).or_default();
    }
    Ok(index)
}

fn died(layout: &Layout) -> (PathBuf, io::Error) {
    (layout.objects(), io::Error::other("a thread reading the folders died"))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let at = |error| (folder.to_owned(), error);
    fs::read_dir(folder).map_err(at)?.map(|entry| entry.map(|e| e.path()).map_err(at)).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read_buckets(layout: &Layout) -> Result<BTreeMap<String, Bucket>, (PathBuf, io::Error)> {
    let mut buckets = BTreeMap::new();
    for path in entries(&layout.buckets())? {
        let made = fs::metadata(&path).and_then(|m| m.modified()).unwrap_or(UNIX_EPOCH);
        let since = made.duration_since(UNIX_EPOCH).unwrap_or_default();
        let created_ms = u64::try_from(since.as_millis()).unwrap_or(0);
        buckets.insert(file_name(&path), Bucket { created_ms, ..Bucket::default() });
    }
    Ok(buckets)
}

fn read_objects(layout: &Layout, fans: &[PathBuf]) -> Result<Vec<Header>, (PathBuf, io::Error)> {
    let mut heads = Vec::new();
    for fan in fans {
        for path in entries(fan)? {
            match believable(&path)? {
                Ok(head) if object_name(&head.bucket, &head.key) == file_name(fan) + &file_name(&path) => {
                    heads.push(head);
                }
                Ok(_) => set_aside(layout, &path, "its name is not that of its key")?,
                Err(why) => set_aside(layout, &path, &why)?,
            }
        }
    }
    Ok(heads)
}

/// The head of a file, or in words why the file is no object of ours; only a failing disk is an error.
fn believable(path: &Path) -> Result<Result<Header, String>, (PathBuf, io::Error)> {
    match File::open(path).and_then(Opened::of) {
        Ok(opened) => Ok(Ok(opened.header)),
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::IsADirectory) => {
            Ok(Err(error.to_string()))
        }
        Err(error) => Err((path.to_owned(), error)),
    }
}

fn read_uploads(layout: &Layout) -> Result<BTreeMap<String, Upload>, (PathBuf, io::Error)> {
    let mut uploads = BTreeMap::new();
    for folder in entries(&layout.uploads())? {
        let note = folder.join(NOTE);
        if !note.exists() {
            // Begun but never answered for: the note is written before the answer.
            fs::remove_dir_all(&folder).map_err(|error| (folder.clone(), error))?;
            continue;
        }
        let head = match believable(&note)? {
            Ok(head) => head,
            Err(why) => {
                set_aside(layout, &folder, &why)?;
                continue;
            }
        };
        let mut parts = BTreeMap::new();
        for path in entries(&folder)? {
            let Some(number) = part_number(&file_name(&path)) else { continue };
            match believable(&path)? {
                Ok(part) => {
                    parts.insert(number, Part { entry: Entry::from(&part), checksums: part.checksums });
                }
                Err(why) => set_aside(layout, &path, &why)?,
            }
        }
        uploads.insert(file_name(&folder), Upload { head, parts, completing: false });
    }
    Ok(uploads)
}
