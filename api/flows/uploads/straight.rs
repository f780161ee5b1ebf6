//! A whole photo that arrives at once goes straight to its place; what arrived is held meanwhile, so that a break costs
//! nothing of it.

use super::running::Turn;
use super::tail::Tail;
use crate::app::App;
use crate::domain::photo::Arrived;
use crate::media::{self, Before, Key, PutError};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use std::cell::RefCell;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A photo that takes longer is put away in pieces.
const AT_ONCE: Duration = Duration::from_secs(2);

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

/// Sends a body to its place as it comes; also what of it is held by then.
pub(super) async fn send<S, E>(
    app: &App,
    (place, promised, media_type): ((&Key, Before), Arrived, &str),
    body: &mut S,
    turn: &mut Turn,
) -> (Sent, Tail)
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
    let sent = match app.media.put_stream(place, promised, media_type, bytes).await {
        Ok(()) => Sent::Whole,
        Err(PutError::Mismatch(arrived)) => Sent::Other(arrived),
        Err(PutError::Store(why)) => Sent::Failed(why),
        Err(PutError::BrokeOff(why)) => Sent::Stopped(stopped.take().unwrap_or(Stop::Line(why))),
    };
    (sent, held.into_inner())
}
