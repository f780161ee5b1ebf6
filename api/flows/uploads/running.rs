//! Requests that append in this process: a newer one for the same upload ends the older, which first puts away what it
//! holds. Nothing depends on it but how much of a stale request is saved: other processes learn of a newer request by
//! its number in the database.

use crate::domain::ids::UploadId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long a newer request waits for the older to put away what it holds.
const PATIENCE: Duration = Duration::from_secs(3);

static RUNNING: LazyLock<Mutex<HashMap<UploadId, Entry>>> = LazyLock::new(Mutex::default);
static NUMBER: AtomicU64 = AtomicU64::new(0);

#[derive(Clone)]
struct Entry {
    number: u64,
    stop: watch::Sender<bool>,
    ended: watch::Receiver<()>,
}

/// The turn of one request; it ends when this is dropped.
pub struct Turn {
    upload: UploadId,
    number: u64,
    stop: watch::Receiver<bool>,
    _until: watch::Sender<()>,
    /// Whose turn it was before, until he is told.
    older: Option<Entry>,
}

fn running() -> MutexGuard<'static, HashMap<UploadId, Entry>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the turn for an upload as soon as a request that appends has come, before anything is asked about it: whoever
/// comes next must find it, even where this one is still looked at.
#[must_use]
pub fn arrive(upload: UploadId) -> Turn {
    let ((stop, stopped), (until, ended)) = (watch::channel(false), watch::channel(()));
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let older = running().insert(upload, Entry { number, stop, ended });
    Turn { upload, number, stop: stopped, _until: until, older }
}

/// Ends whoever appends to an upload in this process.
pub(super) async fn stop(upload: UploadId) {
    let older = running().get(&upload).cloned();
    if let Some(older) = older {
        older.end().await;
    }
}

impl Entry {
    async fn end(mut self) {
        self.stop.send_replace(true);
        // Nothing is ever sent: the other end is dropped.
        let _ = tokio::time::timeout(PATIENCE, self.ended.changed()).await;
    }
}

impl Turn {
    /// The upload.
    pub(super) fn upload(&self) -> UploadId {
        self.upload
    }

    /// Begins to append, once whoever had the turn in this process has let go.
    pub(super) async fn begin(&mut self) {
        if let Some(older) = self.older.take() {
            older.end().await;
        }
    }

    /// Waits until a newer request has taken the turn.
    pub(super) async fn lost(&mut self) {
        let _ = self.stop.wait_for(|stop| *stop).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = running();
        if running.get(&self.upload).is_some_and(|entry| entry.number == self.number) {
            match self.older.take() {
                // This request came to nothing: whoever was appending goes on.
                Some(older) if older.ended.has_changed().is_ok() => running.insert(self.upload, older),
                _ => running.remove(&self.upload),
            };
        }
    }
}
