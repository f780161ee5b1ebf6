//! Repeated requests: one effect, one answer, however often a phone that lost the answer sends the same again.

use super::{Error, Result};
use crate::app::App;
use crate::domain::actor::{Actor, Who};
use crate::domain::footing::{Footing, needs_seats};
use crate::domain::permission::{self, Deed};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::identity;
pub use crate::records::replays::Hold;
use crate::records::replays::{self, Asked, Kept};
use crate::records::{Db, teams, visits};
use jiff::SignedDuration;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// How long an answer is kept at least: phones may be away from any network for weeks. One whose effect lies under a
/// campaign is kept until that is over, too.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a repeated request waits for the first to be answered.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After this, a request that neither took effect nor was answered is taken for dead with its process.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// Longest key, in characters.
const MAX_KEY: usize = 255;

/// An answer as it went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The headers that belong to the answer itself: name to value.
    pub headers: Value,
    /// The body.
    pub body: Vec<u8>,
}

/// What a request is known by when it comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// What stands in its `Idempotency-Key`.
    Header(&'a str),
    /// The id that a phone gave to a change it made offline.
    Change(Uuid),
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(header: &'a str) -> Self {
        Self::Header(header)
    }
}

impl Key<'_> {
    /// As kept. A space stands in those of changes, which no header's may hold: neither is ever taken for the other.
    fn text(self) -> Result<String> {
        match self {
            Self::Change(id) => Ok(format!("change {id}")),
            Self::Header(key)
                if (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Ok(key.to_owned())
            }
            Self::Header(_) => {
                let detail = "Idempotency-Key must have 1 to 255 visible ASCII characters.";
                Err(Refusal::new(Kind::Invalid, "idempotency.bad-key", detail).into())
            }
        }
    }
}

/// What to do with a request that brings a key.
#[derive(Clone, Debug)]
pub enum Turn {
    /// It is the first: answer it, then [`settle`].
    First(Hold),
    /// It was answered before.
    Again(Answer),
}

/// Takes the key for this request, or finds the answer the key stands for. `deed` is the right that the request needs,
/// where it needs one: a kept answer is for whoever may still do what was asked.
///
/// # Errors
/// `idempotency.bad-key`, `idempotency.other-request`, `idempotency.in-progress` after five seconds of waiting,
/// `idempotency.answer-lost` for a request that took effect but whose answer died with its process; where the right
/// was lost meanwhile, what a request without the right is told, or `idempotency.right-lost`.
pub async fn begin<'k>(
    app: &App,
    actor: &Actor,
    deed: Option<Deed>,
    key: impl Into<Key<'k>>,
    fingerprint: [u8; 32],
) -> Result<Turn> {
    let key = key.into().text()?;
    let principal = match &actor.who {
        Who::Person(account) => format!("account:{account}"),
        Who::Program(client) => format!("client:{client}"),
    };
    // Kept for weeks, and a request may hold a password: a plain digest could be tried out by whoever reads the table.
    let fingerprint = app.identity.sealer().mark("replay", &fingerprint);
    let begun = tokio::time::Instant::now();
    loop {
        let now = app.now();
        let hold = Hold { principal: principal.clone(), key: key.clone(), taken_at: now };
        let expires_at = now.saturating_add(KEPT_FOR).unwrap_or(now);
        let given_up_before = now.saturating_sub(GIVEN_UP_AFTER).unwrap_or(now);
        let kept = {
            let mut conn = app.records.conn().await?;
            let footing = footing(&mut conn, actor, deed).await?;
            let asked = Asked {
                hold: &hold,
                fingerprint: &fingerprint,
                footing: &footing,
                expires_at,
                given_up_before,
            };
            if replays::take(&mut conn, asked).await? {
                return Ok(Turn::First(hold));
            }
            let kept = replays::find(&mut conn, &principal, &key).await?;
            if kept.as_ref().is_some_and(|kept| kept.expires_at <= now)
                && replays::free(&mut conn, &hold).await?
            {
                continue;
            }
            // Another request under the key is told that, whatever its own right: nothing of it was ever answered.
            let is_same = |kept: &&Kept| kept.fingerprint == fingerprint;
            let is_over = |kept: &&Kept| kept.answer.is_some() || kept.committed;
            if let Some(kept) = kept.as_ref().filter(is_same).filter(is_over) {
                may_still(&mut conn, actor, deed, kept, &footing).await?;
            }
            kept
        };
        if let Some(kept) = kept
            && let Some(answer) = answer_of(app, kept, fingerprint, begun.elapsed())?
        {
            return Ok(Turn::Again(answer));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What the right to this deed rests on today.
async fn footing(db: &mut Db, actor: &Actor, deed: Option<Deed>) -> Result<Footing> {
    let Some(deed) = deed else { return Ok(Footing::default()) };
    let seats = match actor.account() {
        Some(account) if needs_seats(deed) => teams::seats(db, account).await?,
        _ => Vec::new(),
    };
    Ok(Footing::of(actor, deed, &seats))
}

/// Whether somebody may still do what a kept answer tells the outcome of: asked of the visit itself where it is a
/// visit's, else of what the right rested on.
async fn may_still(
    db: &mut Db,
    actor: &Actor,
    deed: Option<Deed>,
    kept: &Kept,
    today: &Footing,
) -> Result<()> {
    let Some(deed) = deed else { return Ok(()) };
    super::scope(actor, deed)?;
    if let Some(visit) = kept.visit {
        let standing = visits::standing(db, actor, visit).await?.ok_or_else(Refusal::not_found)?;
        return Ok(permission::may(actor, deed, &standing.subject)?);
    }
    if kept.footing.as_ref().is_some_and(|then| then.holds(today)) {
        return Ok(());
    }
    let detail = "What allowed this request is yours no more, so its answer is not given again.";
    Err(Refusal::new(Kind::Forbidden, "idempotency.right-lost", detail).into())
}

/// The answer a key stands for; nothing while it is worth waiting.
fn answer_of(app: &App, kept: Kept, fingerprint: [u8; 32], waited: Duration) -> Result<Option<Answer>> {
    if kept.fingerprint != fingerprint {
        let detail = "This key was used for another request; a new request needs a key of its own.";
        return Err(Refusal::new(Kind::Invalid, "idempotency.other-request", detail).next(Next::Fix).into());
    }
    match kept.answer {
        Some((status, headers, sealed)) => {
            let opened = app.identity.sealer().open("replay", &sealed);
            let body = opened.map_err(|_| Error::Fault("a kept answer can't be opened".to_owned()))?;
            Ok(Some(Answer { status, headers, body }))
        }
        None if waited < PATIENCE => Ok(None),
        None if kept.committed => {
            let detail =
                "The request with this key took effect, but its answer was lost; read the state instead.";
            Err(Refusal::new(Kind::Conflict, "idempotency.answer-lost", detail).next(Next::Fix).into())
        }
        None => {
            let detail = "The request with this key is still being answered; send it again in a few seconds.";
            Err(Refusal::new(Kind::Conflict, "idempotency.in-progress", detail).next(Next::Retry).into())
        }
    }
}

/// Runs the first request's work under its key.
pub async fn under<F: Future>(hold: &Hold, work: F) -> F::Output {
    replays::holding(hold.clone(), work).await
}

/// Keeps the first request's answer. A request that was refused and took no effect gives its key back instead: the
/// same again is looked at anew, and may be in order by then.
///
/// # Errors
/// The database's own; the key then stays with the request until it is taken for dead.
pub async fn settle(app: &App, hold: &Hold, answer: &Answer) -> Result<()> {
    let mut conn = app.records.conn().await?;
    let refused = answer.status >= 400;
    if refused && (replays::give_back(&mut conn, hold).await? || answer.status >= 500) {
        return Ok(());
    }
    let sealed = app.identity.sealer().seal("replay", &answer.body);
    Ok(replays::keep(&mut conn, hold, answer.status, answer.headers.clone(), sealed).await?)
}

/// What tells one request from another: SHA-256 over method, address and body, each with its length.
#[must_use]
pub fn fingerprint(method: &str, address: &str, body: &[u8]) -> [u8; 32] {
    let mut whole = Vec::with_capacity(body.len().saturating_add(address.len()).saturating_add(32));
    for part in [method.as_bytes(), address.as_bytes(), body] {
        whole.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        whole.extend_from_slice(part);
    }
    identity::sha256(&whole)
}

/// Forgets answers whose time is over; how many.
///
/// # Errors
/// The database's own.
pub async fn forget_expired(app: &App) -> Result<usize> {
    let mut conn = app.records.conn().await?;
    Ok(replays::forget_expired(&mut conn, app.now()).await?)
}
