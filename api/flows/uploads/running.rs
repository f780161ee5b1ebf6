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
pub(super) struct Turn {
    upload: UploadId,
    number: u64,
    stop: watch::Receiver<bool>,
    _until: watch::Sender<()>,
}

fn running() -> MutexGuard<'static, HashMap<UploadId, Entry>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the turn for an upload, once whoever had it in this process has let go.
pub(super) async fn enter(upload: UploadId) -> Turn {
    let ((stop, stopped), (until, ended)) = (watch::channel(false), watch::channel(()));
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let turn = Turn { upload, number, stop: stopped, _until: until };
    let older = running().insert(upload, Entry { number, stop, ended });
    if let Some(older) = older {
        older.end().await;
    }
    turn
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
    /// Waits until a newer request has taken the turn.
    pub(super) async fn lost(&mut self) {
        let _ = self.stop.wait_for(|stop| *stop).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = running();
        if running.get(&self.upload).is_some_and(|entry| entry.number == self.number) {
            running.remove(&self.upload);
        }
    }
}
