//! Conclusion notices: listed and read. How they are written, what becomes of them and their figures have files of their
//! own.

mod figures;
pub mod life;
pub mod write;

use super::campaigns::subject as of_campaign;
use super::{Error, Result, cut, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::Campaign;
use crate::domain::ids::{NoticeId, UnitId};
use crate::domain::notice::{Notice, State, Summary};
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::Refusal;
use crate::records::custody::{self, Entry};
use crate::records::notices as rows;
use crate::records::{Db, campaigns};
use jiff::Timestamp;
use serde_json::Value;

pub use crate::records::notices::{Place, Wanted};
pub use figures::{Compared, compare};

/// A notice with what corrects it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The notice.
    pub notice: Notice,
    /// Issued notices that correct it and that the reader may read, oldest first.
    pub corrected_by: Vec<NoticeId>,
}

/// What rights need to know about a campaign's notices; a notice's own units come with it.
async fn subject(db: &mut Db, actor: &Actor, campaign: &Campaign) -> Result<Subject> {
    // Nothing about a notice is a secret of its team's: it sums up visits that are over.
    Ok(Subject { dispatched: true, ..of_campaign(db, actor, campaign).await? })
}

/// Refuses a deed to whoever may not do it; whoever may not even read the notice is told that there is none. Only
/// reading is open to those who see no more than some of its recipients.
async fn permitted(db: &mut Db, actor: &Actor, notice: &Notice, deed: Deed) -> Result<()> {
    let campaign = campaigns::find(db, notice.campaign).await?.ok_or_else(Refusal::not_found)?;
    let whole = Subject { signed: notice.state == State::Issued, ..subject(db, actor, &campaign).await? };
    let told = notice.recipients.iter().flat_map(|to| to.unit.iter().chain(&to.ancestors)).copied();
    may(actor, Deed::ReadNotice, &Subject { units: told.collect(), ..whole.clone() })?;
    if deed != Deed::ReadNotice && !allows(actor, deed, &whole) {
        return Err(Refusal::forbidden().into());
    }
    scope(actor, deed)
}

fn entry(notice: &Notice, deed: &'static str, details: Value) -> Entry<'static> {
    let object = ("notice", notice.id.to_string());
    Entry { deed, object, owner: Some(notice.owner), visit: None, details }
}

async fn note(db: &mut Db, actor: &Actor, entry: Entry<'_>, at: Timestamp) -> Result<()> {
    custody::note(db, Some(actor), entry, at).await?;
    Ok(())
}

/// With the notices that correct it, those that the actor may read.
async fn whole(db: &mut Db, actor: &Actor, notice: Notice) -> Result<Held> {
    let correcting = rows::correcting(db, notice.id).await?;
    let mut corrected_by = Vec::with_capacity(correcting.len());
    for by in rows::load(db, &correcting).await? {
        match permitted(db, actor, &by, Deed::ReadNotice).await {
            Ok(()) => corrected_by.push(by.id),
            Err(Error::Refused(_)) => {}
            Err(why) => return Err(why),
        }
    }
    Ok(Held { notice, corrected_by })
}

/// Reads one notice. An inspected unit reads one that was issued to it, and of the others that got it only who they are.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: NoticeId) -> Result<Held> {
    let mut db = app.records.conn().await?;
    let mut notice = rows::find(&mut db, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(&mut db, actor, &notice, Deed::ReadNotice).await?;
    if permitted(&mut db, actor, &notice, Deed::CompareNotice).await.is_err() {
        conceal(actor, &mut notice);
    }
    whole(&mut db, actor, notice).await
}

/// Leaves out what is the office's own: visits and rows behind the figures, units that no sentence names, and what other
/// recipients did.
fn conceal(actor: &Actor, notice: &mut Notice) {
    notice.cover.visits.clear();
    let own: Vec<UnitId> = actor.grants.iter().filter_map(|grant| grant.unit).collect();
    for to in &mut notice.recipients {
        let is_own = to.unit.iter().chain(&to.ancestors).any(|unit| own.contains(unit));
        to.acknowledged = to.acknowledged.filter(|_| is_own);
    }
    notice.keep_what_is_told();
}

/// One page of the notices an actor may see, latest first, and where the next one begins.
///
/// # Errors
/// `scope-missing`.
pub async fn page(
    app: &App,
    actor: &Actor,
    wanted: &Wanted,
    limit: u8,
) -> Result<(Vec<Summary>, Option<Place>)> {
    scope(actor, Deed::ReadNotice)?;
    let mut db = app.records.conn().await?;
    let found = rows::page(&mut db, actor, wanted, limit.saturating_add(1)).await?;
    let (places, more) = cut(found, limit);
    let next = places.last().copied().filter(|_| more);
    let ids: Vec<NoticeId> = places.iter().map(|place| place.id).collect();
    Ok((rows::summaries(&mut db, &ids).await?, next))
}
