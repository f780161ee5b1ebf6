//! The ledger of a visit's photos: each one it should have and how far it got, and what a person has given up.

use super::heirs;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{PhotoId, VisitId};
use crate::domain::permission::{Deed, may};
use crate::domain::photo::ledger::{Totals, complete, may_be_given_up};
use crate::domain::refusal::Refusal;
use crate::domain::text;
use crate::domain::visit::{Lack, photos_lacking};
use crate::flows::photos::{arrival, permitted};
use crate::flows::units::today;
use crate::flows::{Error, Result, cut, promises};
use crate::records::custody::{self, Entry};
use crate::records::photos::ledger as rows;
use crate::records::visits::{self, evidence, life, standing};
use crate::records::{Db, photos, responses};
use jiff::Timestamp;
use serde_json::json;

pub use crate::records::photos::ledger::{Expected, Place};

/// Most characters of a reason.
const REASON_LIMIT: usize = 500;

/// A page of a visit's ledger, with what it amounts to.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Photos, in the order of their capture.
    pub photos: Vec<Expected>,
    /// Where the next page begins.
    pub next: Option<Place>,
    /// What the checklists ask for and no photo was declared for.
    pub lacking: Vec<Lack>,
    /// Of the whole visit.
    pub totals: Totals,
}

/// Reads what a visit should have, and how far each of it got.
///
/// # Errors
/// `not-found` where the actor may not see the visit's photos; an outage.
pub async fn ledger(
    app: &App,
    actor: &Actor,
    id: VisitId,
    (after, limit): (Option<Place>, u8),
) -> Result<Ledger> {
    let mut db = app.records.conn().await?;
    let mut found = standing(&mut db, actor, id).await?.ok_or_else(Refusal::not_found)?;
    heirs::add(&mut db, actor, (Deed::ReadPhotos, today(app)), &mut found).await?;
    may(actor, Deed::ReadPhotos, &found.subject)?;
    let now = app.now();
    let more = i64::from(limit) + 1;
    let (photos, is_more) = cut(rows::expected(&mut db, id, after, (more, now)).await?, limit);
    let last = photos.last().filter(|_| is_more);
    let next = last.map(|photo| (photo.captured_at, photo.id));
    let lacking = lacking(&mut db, id).await?;
    let mut totals = rows::totals(&mut db, id, now).await?;
    totals.required = lacking.iter().map(|lack| lack.missing).sum();
    Ok(Ledger { photos, next, lacking, totals })
}

/// What the checklists that a visit is pinned to ask for, and nobody has declared.
async fn lacking(db: &mut Db, id: VisitId) -> Result<Vec<Lack>> {
    let visit = life::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let lists = super::asked(db, &visit).await?;
    let answers = responses::of_visit(db, id).await?;
    let declared = evidence::photos_announced(db, id).await?;
    let occasion = super::occasion(db, &visit).await?;
    Ok(photos_lacking(&lists, &answers, &declared, (occasion, visit.unanswered_because.as_deref())))
}

/// Refuses to take a visit as final before all its photos are verified or given up. What was examined before receipts were
/// given is read again meanwhile.
pub(super) async fn must_be_complete(db: &mut Db, id: VisitId, now: Timestamp) -> Result<()> {
    Ok(complete(id, &rows::totals(db, id, now).await?)?)
}

/// Makes sure that somebody reads those photos of a visit again that nobody vouched for.
pub(super) async fn verify(app: &App, id: VisitId) -> Result<()> {
    let mut tx = app.records.begin().await?;
    let held = rows::held_of_visit(&mut tx, id).await?;
    for photo in photos::unverified(&mut tx, &held).await? {
        promises::verify(&mut tx, photo, app.now()).await?;
    }
    Ok(tx.commit_apart().await?)
}

/// Gives a photo up that was declared and will not come, or shows nothing: by whoever takes the visit as final. Once it is
/// given up the first reason stands.
///
/// # Errors
/// `not-found`, `forbidden`; `photo.write-off-needless` where it is there, `photo.withdrawn` where it is not expected,
/// `photo.visit-ended`, a fault at `/reason`; an outage.
pub async fn write_off(app: &App, actor: &Actor, id: PhotoId, reason: &str) -> Result<Expected> {
    let reason =
        text::required(reason, REASON_LIMIT).map_err(|why| Refusal::field("/reason", "text.refused", why))?;
    let mut tx = app.records.begin().await?;
    let (photo, visit) = permitted(&mut tx, app, actor, (Deed::ReadPhotos, id)).await?;
    may(actor, Deed::FinaliseVisit, &visit.subject)?;
    if !photo.declared.is_of_visit() {
        return Err(Refusal::not_found().into());
    }
    // The visit first, as whoever takes it as final holds it; then the photo, whose bytes may be coming.
    visits::lock(&mut tx, visit.id).await?;
    let photo = photos::lock(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    let now = app.now();
    let gone = || Error::Fault("a photo is in no ledger".to_owned());
    let line = rows::expected_photo(&mut tx, visit.id, (id, now)).await?.ok_or_else(gone)?;
    if line.written_off.is_some() {
        return Ok(line);
    }
    let state = visits::state(&mut tx, visit.id).await?.ok_or_else(Refusal::not_found)?;
    arrival(&photo, state)?;
    may_be_given_up(line.stage)?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    rows::write_off(&mut tx, id, &rows::WrittenOff { at: now, by, reason: reason.clone() }).await?;
    let entry = Entry {
        deed: "photo.written_off",
        object: ("photo", id.to_string()),
        owner: Some(photo.owner),
        visit: Some(visit.id),
        details: json!({ "reason": reason, "stage": line.stage.as_str() }),
    };
    custody::note(&mut tx, Some(actor), entry, now).await?;
    let line = rows::expected_photo(&mut tx, visit.id, (id, now)).await?.ok_or_else(gone)?;
    tx.commit().await?;
    Ok(line)
}
