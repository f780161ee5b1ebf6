//! Working off the queue: changes in their order, then photos, then what waited for them; what may leave the phone leaves it.

use crate::line::{Failure, Line};
use crate::queue::Awaited;
use crate::retry::Pauses;
use crate::shelf::Shelf;
use crate::upload::Protocol;
use crate::{clock, device, line, lock};
use serde_json::Value;
use std::collections::HashSet;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// A round that lasted so long before it broke got somewhere: the line breaks, and nobody is crowding the server.
const LASTING: Duration = Duration::from_secs(1);
/// How soon receipts that are not there yet are asked for again.
const FOR_RECEIPTS: Duration = Duration::from_millis(500);
/// How soon the phone looks whether another sync is over.
const FOR_ANOTHER: Duration = Duration::from_millis(200);
/// How often somebody is told at most what is waited for.
const TELL_EVERY: Duration = Duration::from_secs(4);

/// A phone: a shelf, a line, and what is spoken on it.
#[derive(Debug)]
pub struct Phone {
    /// What it holds.
    pub shelf: Shelf,
    /// Where it sends it.
    pub line: Line,
    /// How it sends photos.
    pub protocol: Protocol,
}

/// What one round came to.
#[derive(Debug, Default)]
pub struct Round {
    /// Changes that were taken.
    pub changes: usize,
    /// Changes that met another one: the server keeps both.
    pub conflicts: usize,
    /// Changes and photos that were refused, and are put aside.
    pub refused: usize,
    /// Previews that were sent.
    pub previews: usize,
    /// Photos whose bytes were sent.
    pub sent: usize,
    /// Photos that left the phone for a receipt.
    pub let_go: usize,
    /// Photos that are still on the phone, and not put aside.
    pub held: usize,
    /// Changes that are still on the phone, and not put aside.
    pub waiting: usize,
    /// Why a photo stays whose receipt came.
    pub doubt: Option<String>,
    /// Why the server takes no report of what this phone holds: it is no device of the server's any more.
    pub unknown_device: Option<Value>,
}

/// How working off came to its end.
#[derive(Debug, Default)]
pub struct Ended {
    /// Whether everything was sent and let go, but for what is put aside.
    pub is_empty: bool,
    /// The last reason why not.
    pub why: Option<String>,
    /// The sign-in is over: its person signs in again.
    pub signed_out: bool,
    /// Why the server takes no report of what this phone holds.
    pub unknown_device: Option<Value>,
}

impl Phone {
    /// Works off what can be worked off until something fails for the time being. Waits for another that does so on this
    /// shelf.
    ///
    /// # Errors
    /// [`Failure::Later`] where the line broke, or, with everything else done, for what only one photo met: the next round goes
    /// on where this one got to.
    pub async fn round(&self) -> Result<Round, Failure> {
        let _alone = lock::patiently(&self.shelf.file("sync.lock")).await?;
        self.worked_off().await
    }

    async fn worked_off(&self) -> Result<Round, Failure> {
        let mut done = Round::default();
        clock::ask(&self.line, &self.shelf).await?;
        self.push(&Awaited::of(self.shelf.photos()?.iter()), &mut done).await?;
        match device::report_what_is_new(&self.line, &self.shelf).await {
            // It is told at the end.
            Err(Failure::Refused(_)) => {}
            reported => reported?,
        }
        let tried = self.send_photos(&mut done).await?;
        // What waited for photos, but for those that could not be sent and are not put aside.
        self.push(&self.awaited_still(&tried.done)?, &mut done).await?;
        done.waiting = self.shelf.changes()?.len();
        match device::report(&self.line, &self.shelf).await {
            // Nothing else fails for it.
            Err(Failure::Refused(problem)) => done.unknown_device = Some(problem),
            reported => reported?,
        }
        tried.later.map_or(Ok(done), Err)
    }

    /// Photos that could not be sent, or came onto the shelf meanwhile.
    fn awaited_still(&self, done: &HashSet<Uuid>) -> anyhow::Result<Awaited> {
        let photos = self.shelf.photos()?;
        Ok(Awaited::of(photos.iter().filter(|photo| !done.contains(&photo.id))))
    }

    /// Works until the phone is empty, through breaks, or until the time is over; whether it is empty.
    ///
    /// # Errors
    /// What is this phone's own, and a sign-in that is over.
    pub async fn until_empty(&self, most: Duration) -> anyhow::Result<bool> {
        let ended = self.work_off(most, |_| {}).await?;
        anyhow::ensure!(!ended.signed_out, "sign in again: {}", ended.why.unwrap_or_default());
        Ok(ended.is_empty)
    }

    /// Works until the phone is empty, through breaks, or until the time or the sign-in is over. Tells now and then what it
    /// waits for.
    ///
    /// # Errors
    /// Only what is this phone's own, and what the server refuses as a whole.
    pub async fn work_off(&self, most: Duration, tell: impl FnMut(&str)) -> anyhow::Result<Ended> {
        let (begun, mut pauses) = (Instant::now(), Pauses::up_to(LONGEST_PAUSE));
        let mut teller = Teller { tell, last: None };
        let mut ended = Ended::default();
        let left = || most.saturating_sub(begun.elapsed());
        let _alone = loop {
            if let Some(alone) = lock::now(&self.shelf.file("sync.lock"))? {
                break alone;
            }
            let why = "another sync is at work on this phone";
            if left().is_zero() {
                return Ok(Ended { why: Some(why.to_owned()), ..ended });
            }
            teller.tell(&format!("{why}; waiting for it"));
            tokio::time::sleep(FOR_ANOTHER.min(left())).await;
        };
        while !left().is_zero() {
            let round = Instant::now();
            let Some(result) = self.watched(left(), &mut teller, ended.why.as_deref()).await? else { break };
            let has_failed = result.is_err();
            let pause = match result {
                Ok(round) if round.held == 0 && round.waiting == 0 => {
                    let unknown_device = round.unknown_device;
                    return Ok(Ended { is_empty: true, why: None, signed_out: false, unknown_device });
                }
                Ok(round) => {
                    pauses.forget();
                    ended.why = Some(round.doubt.unwrap_or_else(|| "receipts are not there yet".to_owned()));
                    ended.unknown_device = round.unknown_device;
                    FOR_RECEIPTS
                }
                Err(Failure::Later { why, after, .. }) => {
                    if round.elapsed() >= LASTING {
                        pauses.forget();
                    }
                    ended.why = Some(why);
                    pauses.next(after)
                }
                Err(Failure::SignedOut(why)) => {
                    return Ok(Ended { why: Some(why), signed_out: true, ..ended });
                }
                Err(Failure::Refused(problem)) => {
                    anyhow::bail!("the server takes nothing: {}", line::sentence(&problem))
                }
                Err(Failure::Own(why)) => return Err(why),
            };
            // What only waits for its receipts for a moment needs no word.
            if teller.is_due() && (has_failed || begun.elapsed() >= TELL_EVERY) {
                teller.tell(&self.waits(ended.why.as_deref())?);
            }
            tokio::time::sleep(pause.min(left())).await;
        }
        Ok(ended)
    }

    /// One round, ended when the time is: what was sent so far is kept on both sides. Tells now and then that it goes on.
    async fn watched<T: FnMut(&str)>(
        &self,
        left: Duration,
        teller: &mut Teller<T>,
        why: Option<&str>,
    ) -> anyhow::Result<Option<Result<Round, Failure>>> {
        let mut round = Box::pin(self.worked_off());
        let end = tokio::time::Instant::now() + left;
        loop {
            tokio::select! {
                result = &mut round => return Ok(Some(result)),
                () = tokio::time::sleep_until(end) => break,
                () = tokio::time::sleep(TELL_EVERY) => {
                    if teller.is_due() {
                        teller.tell(&format!("sending; {}", self.waits(why)?));
                    }
                }
            }
        }
        tokio::select! {
            result = &mut round => Ok(Some(result)),
            () = self.line.at_rest() => Ok(None),
        }
    }

    /// What is still here, and the last reason why.
    fn waits(&self, why: Option<&str>) -> anyhow::Result<String> {
        let (photos, changes) = (self.shelf.photos()?, self.shelf.changes()?.len());
        let bytes: u64 = photos.iter().map(|photo| photo.size_bytes).sum();
        let why = why.map(|why| format!("; last: {why}")).unwrap_or_default();
        Ok(format!("{} photos ({bytes} bytes) and {changes} changes to send{why}", photos.len()))
    }
}

/// Tells somebody something, and not all the time.
struct Teller<T> {
    tell: T,
    last: Option<Instant>,
}

impl<T: FnMut(&str)> Teller<T> {
    fn is_due(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= TELL_EVERY)
    }

    fn tell(&mut self, what: &str) {
        if self.is_due() {
            self.last = Some(Instant::now());
            (self.tell)(what);
        }
    }
}
