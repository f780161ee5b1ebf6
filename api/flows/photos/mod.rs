//! Photos: promised, received, examined, browsed, taken back.

mod after;
mod browse;
mod compare;
mod declare;
mod deliver;
mod envelope;
mod evidence;
mod examine;
mod have;
mod mask;
mod preview;
mod receipts;
mod receive;
mod withdraw;

pub use browse::{After, Facet, Filters, browse};
pub use declare::declare;
pub use deliver::{Deliverable, derivative, file_name, open, original, shown_to};
pub use envelope::{Opened, envelope};
pub(super) use evidence::shown;
pub use examine::{examine, give_up};
pub use have::{Asked, MOST_ASKED, Told, have};
pub use mask::mask;
pub use preview::receive as receive_preview;
pub use preview::{open_preview, preview, sweep_previews};
pub use receipts::{Vouched, receipt, verify};
pub use receive::{Receipt, receive};
pub(in crate::flows) use receive::{
    Sender, acknowledged, arrival, before, fits_type, keep_at_last, promise_of,
};
pub use withdraw::withdraw;

pub use crate::media::{Chunks, Span};

pub use crate::records::photos::Photo;

use super::units::today;
use super::visits::heirs;
use super::{Result, actions, findings, sessions};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::domain::permission::{self, Deed};
use crate::domain::refusal::Refusal;
use crate::records::visits::Standing;
use crate::records::{Db, photos};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Something that may be asked for twice: done now, or done before.
#[derive(Clone, Debug)]
pub enum Done<T> {
    /// By this request.
    Now(T),
    /// By an earlier one; nothing was changed.
    Before(T),
}

impl<T> Done<T> {
    /// What was done, now or before.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Now(of) | Self::Before(of) => of,
        }
    }
}

/// A photo with its visit, if the actor may do the deed to it. What shows an action done is sent by its owners alone, what
/// a unit replies with by that unit; they may look at it beside those who see the visit; the bytes of one that shows data of people are for those of the
/// visit alone, since an action may have several owners.
pub(in crate::flows) async fn permitted(
    db: &mut Db,
    app: &App,
    actor: &Actor,
    (deed, id): (Deed, PhotoId),
) -> Result<(Photo, Standing)> {
    let found = photos::find_with_visit(db, actor, id).await?;
    allowed(db, app, actor, deed, found.ok_or_else(Refusal::not_found)?).await
}

/// A photo that was read with its visit, if the actor may do the deed to it, as [`permitted`] says.
pub(in crate::flows) async fn allowed(
    db: &mut Db,
    app: &App,
    actor: &Actor,
    deed: Deed,
    (photo, mut standing): (Photo, Standing),
) -> Result<(Photo, Standing)> {
    if matches!(deed, Deed::ReadPhotos | Deed::ReadOriginal) {
        heirs::add(db, actor, (deed, today(app)), &mut standing).await?;
    }
    let is_theirs = deed == Deed::SendPhoto || !permission::allows(actor, deed, &standing.subject);
    match (photo.declared.action, photo.declared.reply_to) {
        (Some(action), _) if is_theirs => {
            if deed == Deed::ReadOriginal && photo.personal_data {
                permission::may(actor, deed, &standing.subject)?;
            }
            actions::shown_by(db, actor, (action, deed), today(app)).await?;
        }
        (None, Some(finding)) if is_theirs => {
            findings::shown_to(db, actor, (finding, deed), today(app)).await?;
        }
        _ => permission::may(actor, deed, &standing.subject)?,
    }
    Ok((photo, standing))
}

/// Photos that are waited for at the same time; beyond, the answer comes at once and the phone asks again.
const MOST_WAITERS: usize = 512;
static WAITERS: Semaphore = Semaphore::const_new(MOST_WAITERS);
/// Pause before the first look at a photo that is waited for; it doubles with each look.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Longest wait in seconds.
const LONGEST_WAIT_S: u8 = 60;

/// Reads one photo; with `wait_s` as soon as the worker has examined it, or when so many seconds have passed. Holds
/// no database connection while it waits, and answers by the rights that hold when it answers.
///
/// # Errors
/// `not-found` where the actor may not see it, `token.invalid` where the device was taken away meanwhile, a fault at `?wait_s` beyond 60; an outage.
pub async fn read(app: &App, actor: &Actor, id: PhotoId, wait_s: u8) -> Result<Photo> {
    if wait_s > LONGEST_WAIT_S {
        return Err(Refusal::field("?wait_s", "parameter.out-of-range", "must be 0 to 60 seconds").into());
    }
    let deadline = Instant::now() + Duration::from_secs(u64::from(wait_s));
    let photo = {
        let mut db = app.records.conn().await?;
        permitted(&mut db, app, actor, (Deed::ReadPhotos, id)).await?.0
    };
    if wait_s == 0 || !deliver::is_waiting(photo.state) {
        return Ok(photo);
    }
    let Ok(_place) = WAITERS.try_acquire() else { return Ok(photo) };
    let (mut state, mut pause) = (photo.state, LOOK_AGAIN);
    while deliver::is_waiting(state) && Instant::now() < deadline {
        tokio::time::sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let mut db = app.records.conn().await?;
        state = photos::state(&mut db, id).await?.ok_or_else(Refusal::not_found)?;
    }
    let actor = sessions::afresh(app, actor).await?;
    let mut db = app.records.conn().await?;
    Ok(permitted(&mut db, app, &actor, (Deed::ReadPhotos, id)).await?.0)
}
