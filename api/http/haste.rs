//! Which uploads come fast: a phone that changes its cell is back on a new line at once, of which nothing is known yet, and
//! the rest of its photo comes as what went before. Nothing depends on it but how much of it is read at a time.

use crate::domain::ids::UploadId;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many are remembered.
const MANY: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();
/// How long.
const FRESH: Duration = Duration::from_mins(1);

static FAST: LazyLock<Mutex<LruCache<UploadId, Instant>>> = LazyLock::new(|| Mutex::new(LruCache::new(MANY)));

fn fast() -> MutexGuard<'static, LruCache<UploadId, Instant>> {
    FAST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An upload whose bytes come fast.
pub(super) fn remember(upload: UploadId) {
    fast().put(upload, Instant::now());
}

/// Whether an upload's bytes came fast just now.
pub(super) fn is_known(upload: UploadId) -> bool {
    fast().get(&upload).is_some_and(|since| since.elapsed() < FRESH)
}
