//! The copy on the phone, held against what was declared of it: of one that rotted, or can't be read, no byte is sent.

use crate::blocking;
use crate::line::Failure;
use crate::shelf::{Kept, Shelf};
use rustix::io::Errno;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// What is read of a file at once.
const SIP: usize = 256 * 1024;

/// Reads a photo's copy through, and holds it against its declaration.
///
/// # Errors
/// [`Failure::Refused`] with a problem of the phone's own: `phone.copy-changed`, `phone.copy-unreadable`. Its person decides.
pub(crate) async fn hold(shelf: &Shelf, photo: &Kept) -> Result<(), Failure> {
    let file = shelf.original(photo.id);
    let found = blocking::done(move || digest(file)).await?.map_err(unreadable)?;
    same(photo, &found)
}

/// Reads a photo's copy whole, and looks at it where it is what was declared.
///
/// # Errors
/// Those of [`hold`].
pub(crate) async fn whole<T: Send + 'static>(
    shelf: &Shelf,
    photo: &Kept,
    look: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Result<T, Failure> {
    let (file, photo) = (shelf.original(photo.id), photo.clone());
    blocking::done(move || {
        let bytes = std::fs::read(file).map_err(unreadable)?;
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        same(&photo, &(size_bytes, hex::encode(Sha256::digest(&bytes))))?;
        Ok(look(&bytes))
    })
    .await?
}

fn same(photo: &Kept, (size_bytes, sha256): &(u64, String)) -> Result<(), Failure> {
    if (*size_bytes, sha256) == (photo.size_bytes, &photo.sha256) {
        return Ok(());
    }
    let detail = format!(
        "The phone holds other bytes of this photo than it captured: {size_bytes} bytes with SHA-256 {sha256}."
    );
    Err(Failure::Refused(json!({ "code": "phone.copy-changed", "detail": detail })))
}

fn digest(file: PathBuf) -> io::Result<(u64, String)> {
    let (mut file, mut some) = (File::open(file)?, vec![0; SIP]);
    let (mut count, mut sha256) = (0, Sha256::new());
    loop {
        let read = match file.read(&mut some) {
            Ok(0) => return Ok((count, hex::encode(sha256.finalize()))),
            Ok(read) => some.get(..read).unwrap_or_default(),
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Err(why) => return Err(why),
        };
        sha256.update(read);
        count += u64::try_from(read.len()).unwrap_or_default();
    }
}

fn unreadable(why: io::Error) -> Failure {
    // What the phone itself is short of says nothing of the photo.
    if let Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) = Errno::from_io_error(&why) {
        return why.into();
    }
    let detail = format!("The copy on the phone can't be read: {why}.");
    Failure::Refused(json!({ "code": "phone.copy-unreadable", "detail": detail }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]
mod tests {
    use super::hold;
    use crate::line::Failure;
    use crate::shelf::{Capture, Shelf, minted, now};

    #[tokio::test]
    async fn only_what_was_captured_is_sent() {
        let visit = minted(now()).unwrap();
        let root = std::env::temp_dir().join(format!("fieldproof-copy-{visit}"));
        let shelf = Shelf::open(&root).unwrap();
        let capture = Capture::at_visit(visit);
        let id = shelf.capture(&capture, b"bytes of a photo").unwrap();
        let photo = shelf.held().unwrap().remove(0);
        let code = async || match hold(&shelf, &photo).await {
            Ok(()) => "whole".to_owned(),
            Err(Failure::Refused(problem)) => problem["code"].as_str().unwrap_or_default().to_owned(),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(code().await, "whole");
        for other in [&b"bytes of A photo"[..], b"bytes of a", b""] {
            std::fs::write(shelf.original(id), other).unwrap();
            assert_eq!(code().await, "phone.copy-changed");
        }
        std::fs::remove_file(shelf.original(id)).unwrap();
        assert_eq!(code().await, "phone.copy-unreadable");
        // It is nowhere else, so it is still held, and stays where its person finds it.
        assert!(shelf.holds(id) && shelf.held().unwrap().len() == 1);
        shelf.put_aside(id, &serde_json::json!({ "code": "phone.copy-unreadable" })).unwrap();
        assert_eq!((shelf.refused().unwrap().len(), shelf.photos().unwrap().len()), (1, 0));
        shelf.again(id).unwrap();
        assert_eq!(shelf.photos().unwrap().len(), 1);
        shelf.discard_photo(id, false).unwrap_err();
        shelf.discard_photo(id, true).unwrap();
        assert!(!shelf.holds(id) && shelf.held().unwrap().is_empty());
        std::fs::remove_dir_all(&root).unwrap();
    }
}
