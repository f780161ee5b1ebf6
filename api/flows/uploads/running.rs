//! Requests that append in this process: a newer one for the same upload ends the older ones, which first put away what
//! they hold. Nothing depends on it but how much of a stale request is saved: other processes learn of a newer request by
//! its number in the database.

use crate::domain::ids::UploadId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long a newer request waits for the older ones to put away what they hold.
const PATIENCE: Duration = Duration::from_secs(3);

static RUNNING: LazyLock<Mutex<HashMap<UploadId, Vec<Entry>>>> = LazyLock::new(Mutex::default);
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
}

fn running() -> MutexGuard<'static, HashMap<UploadId, Vec<Entry>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands in line for an upload as soon as a request that appends has come, before anything is asked about it: whoever
/// comes next must find it, even where this one is still looked at. It ends nobody yet: it may come to nothing.
#[must_use]
pub fn arrive(upload: UploadId) -> Turn {
    let ((stop, stopped), (until, ended)) = (watch::channel(false), watch::channel(()));
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    running().entry(upload).or_default().push(Entry { number, stop, ended });
    Turn { upload, number, stop: stopped, _until: until }
}

/// Ends whoever appends to an upload in this process; false where nobody does.
pub(super) async fn stop(upload: UploadId) -> bool {
    end_before(upload, u64::MAX).await
}

async fn end_before(upload: UploadId, number: u64) -> bool {
    let mut older: Vec<Entry> = running().get(&upload).cloned().unwrap_or_default();
    older.retain(|entry| entry.number < number);
    for entry in &older {
        entry.stop.send_replace(true);
    }
    let was_any = !older.is_empty();
    let ended = async {
        for mut entry in older {
            // Nothing is ever sent: the other end is dropped.
            let _ = entry.ended.changed().await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, ended).await;
    was_any
}

impl Turn {
    /// The upload.
    pub(super) fn upload(&self) -> UploadId {
        self.upload
    }

    /// Begins to append, once whoever came before in this process has let go; false where nobody had.
    pub(super) async fn begin(&mut self) -> bool {
        end_before(self.upload, self.number).await
    }

    /// Whether a newer request has taken the turn.
    pub(super) fn is_lost(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until a newer request has taken the turn.
    pub(super) async fn lost(&mut self) {
        let _ = self.stop.wait_for(|stop| *stop).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = running();
        let Some(line) = running.get_mut(&self.upload) else { return };
        line.retain(|entry| entry.number != self.number);
        if line.is_empty() {
            running.remove(&self.upload);
        }
    }
}
