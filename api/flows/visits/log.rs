//! A visit's evidence log, and who looked at it while it was secret.

use super::{allowed, note_sealed_reads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::VisitId;
use crate::domain::permission::{Deed, allows};
use crate::domain::refusal::Refusal;
use crate::domain::visit::Visit;
use crate::flows::Result;
use crate::records::custody;
use crate::records::visits::{Standing, life as rows};
use jiff::Timestamp;

pub use crate::records::custody::Line;

/// Kinds of things in the log that whoever reads the visit knows of.
const OF_VISITS: [&str; 5] = ["visit", "response", "attendee", "guidance", "team"];

/// A page of a visit's evidence log, behind a number. What is recorded before a surprise visit is disclosed is for those
/// who may plan it and who were cleared for it; photos and findings are told to whoever reads those.
///
/// # Errors
/// `not-found`; an outage.
pub async fn log(
    app: &App,
    actor: &Actor,
    id: VisitId,
    (after, limit): (Option<i64>, u8),
) -> Result<Vec<Line>> {
    let mut tx = app.records.begin().await?;
    let standing = allowed(&mut tx, actor, id, Deed::ReadVisit).await?;
    let visit = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "log", app.now()).await?;
    let mut kinds = OF_VISITS.to_vec();
    if allows(actor, Deed::ReadPhotos, &standing.subject) {
        kinds.push("photo");
    }
    if allows(actor, Deed::ReadFindings, &standing.subject) {
        kinds.extend(["finding", "recommendation"]);
    }
    let since = told_since(actor, &standing, &visit);
    let page = (after, i64::from(limit) + 1);
    let lines = custody::of_visit(&mut tx, id, (&kinds, since), page).await?;
    tx.commit().await?;
    Ok(lines)
}

/// The instant from which on somebody is told what happened; `None` for everything.
fn told_since(actor: &Actor, standing: &Standing, visit: &Visit) -> Option<Timestamp> {
    let knows_the_plan = allows(actor, Deed::ScheduleVisit, &standing.subject) || standing.subject.cleared;
    if !visit.kind.is_secret(visit.secret) || knows_the_plan {
        return None;
    }
    Some(visit.disclosed_at.unwrap_or(Timestamp::MAX))
}

/// A page of who looked at a visit while it was secret, behind a place. For those who may plan it.
///
/// # Errors
/// `not-found`, `forbidden`; an outage.
pub async fn readings(
    app: &App,
    actor: &Actor,
    id: VisitId,
    (after, limit): (Option<i64>, u8),
) -> Result<Vec<Line>> {
    let mut tx = app.records.begin().await?;
    let standing = allowed(&mut tx, actor, id, Deed::ReadVisit).await?;
    if !allows(actor, Deed::ScheduleVisit, &standing.subject) {
        return Err(Refusal::forbidden().into());
    }
    let visit = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "readings", app.now()).await?;
    let lines = custody::readings_of_visit(&mut tx, id, (after, i64::from(limit) + 1)).await?;
    tx.commit().await?;
    Ok(lines)
}
