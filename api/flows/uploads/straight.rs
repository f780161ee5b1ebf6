//! A photo whose bytes all come with one request goes straight to its place; what arrived is held meanwhile, so that a
//! break costs nothing of it. The PUT of a line that broke waits a little for the rest: a phone that changes its cell is
//! back at once, and what it sent before is not carried to the store and read from there again. Nothing depends on it but
//! that work: what arrived is durable in pieces before anybody is told of it.

use super::running::Turn;
use super::tail::Tail;
use crate::domain::ids::UploadId;
use crate::domain::photo::Arrived;
use crate::domain::upload::Upload;
use crate::media::{self, Put, PutError};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, sleep_until};

/// How much of a photo is handed over at once: all of it is held meanwhile, and whoever goes on with a PUT may run in another
/// thread than the PUT does.
pub(super) const GATHERED: usize = 128 * 1024;
/// A photo that takes longer is put away in pieces.
const AT_ONCE: Duration = Duration::from_secs(2);
/// How long a PUT waits for the rest of its photo: less than any store waits for bytes.
const BACK_SOON: Duration = Duration::from_secs(5);
/// How many PUTs may wait in this process: each holds a connection to the store.
static PLACES: Semaphore = Semaphore::const_new(64);
static WAITING: LazyLock<Mutex<HashMap<UploadId, Waiting>>> = LazyLock::new(Mutex::default);

/// Why the bytes were not read to their end.
pub(super) enum Stop {
    /// A newer request took the turn.
    Lost,
    /// They come too slowly to be held in memory, or there is no room for them.
    Slow,
    /// The line broke.
    Line(String),
}

/// How it went.
pub(super) enum Sent {
    /// Every byte is durable at its place.
    Whole,
    /// They stopped before.
    Stopped(Stop),
    /// These are other bytes than were promised.
    Other(Arrived),
    /// The store did not take them.
    Failed(media::Error),
}

struct Waiting {
    put: Put,
    /// Of the request that left it, which had the turn and appends nothing more.
    epoch: i64,
    until: Instant,
    _place: SemaphorePermit<'static>,
}

fn waiting() -> MutexGuard<'static, HashMap<UploadId, Waiting>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leaves a PUT for whoever goes on with its upload, if there is a place for it. All that it took is durable by then, and the
/// request that leaves it, told by its epoch, appends nothing more.
pub(super) fn leave(upload: UploadId, epoch: i64, put: Put) {
    let Ok(place) = PLACES.try_acquire() else { return };
    let until = Instant::now() + BACK_SOON;
    waiting().insert(upload, Waiting { put, epoch, until, _place: place });
    tokio::spawn(async move {
        sleep(BACK_SOON).await;
        let mut waiting = waiting();
        if waiting.get(&upload).is_some_and(|left| left.until <= until) {
            waiting.remove(&upload);
        }
    });
}

/// The upload as the request that left a waiting PUT left it, if nobody has had the turn since: what it says of the turn and
/// of the bytes that are durable holds without asking again.
pub(super) fn as_left(upload: &Upload) -> Option<Upload> {
    let waiting = waiting();
    let left = waiting.get(&upload.id).filter(|left| left.epoch == upload.epoch)?;
    Some(Upload { received_bytes: left.put.taken(), ..upload.clone() })
}

/// The PUT that waits for the rest of an upload, which waits no more, and the epoch of the request that left it.
pub(super) fn resume(upload: UploadId) -> Option<(Put, i64)> {
    waiting().remove(&upload).map(|left| (left.put, left.epoch))
}

/// Sends a body to its place as it comes; also what of it is held by then.
pub(super) async fn send<S, E>(put: &mut Put, body: &mut S, turn: &mut Turn) -> (Sent, Tail)
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let (held, stopped) = (RefCell::new(Tail::default()), RefCell::new(None));
    let until = Instant::now() + AT_ONCE;
    let bytes = stream::unfold((body, turn), |(body, turn)| {
        let (held, stopped) = (&held, &stopped);
        async move {
            let is_full = held.borrow().is_full();
            let why = if is_full {
                Stop::Slow
            } else {
                tokio::select! {
                    biased;
                    () = turn.lost() => Stop::Lost,
                    next = body.next() => match next {
                        Some(Ok(bytes)) => {
                            held.borrow_mut().push(bytes.clone());
                            return Some((Ok(bytes), (body, turn)));
                        }
                        Some(Err(why)) => Stop::Line(why.to_string()),
                        None => Stop::Line("it ended early".to_owned()),
                    },
                    () = sleep_until(until) => Stop::Slow,
                }
            };
            stopped.replace(Some(why));
            Some((Err("it was stopped"), (body, turn)))
        }
    });
    let sent = match put.take(bytes).await {
        Ok(()) => Sent::Whole,
        Err(PutError::Mismatch(arrived)) => Sent::Other(arrived),
        Err(PutError::Store(why)) => Sent::Failed(why),
        Err(PutError::BrokeOff(why)) => Sent::Stopped(stopped.take().unwrap_or(Stop::Line(why))),
    };
    (sent, held.into_inner())
}
