//! Locks between programs on one shelf: a file each, held by the kernel, gone with whoever held it.

use anyhow::Context;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// How often a lock that somebody holds is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// A lock; let go of when it is dropped.
#[derive(Debug)]
pub struct Alone {
    _held: File,
}

fn opened(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    file.with_context(|| path.display().to_string())
}

/// Waits for a lock that is held for a few writes and no longer.
pub(crate) fn briefly(path: &Path) -> anyhow::Result<Alone> {
    let held = opened(path)?;
    held.lock()?;
    Ok(Alone { _held: held })
}

/// Takes a lock unless somebody holds it.
pub(crate) fn now(path: &Path) -> anyhow::Result<Option<Alone>> {
    let held = opened(path)?;
    match held.try_lock() {
        Ok(()) => Ok(Some(Alone { _held: held })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(why)) => Err(why.into()),
    }
}

/// Waits for a lock that may be held for long, and lets others run meanwhile.
pub(crate) async fn patiently(path: &Path) -> anyhow::Result<Alone> {
    loop {
        if let Some(held) = now(path)? {
            return Ok(held);
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}
