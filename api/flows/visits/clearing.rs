//! Who of the authority may read a sealed visit: cleared for it by whoever may plan it, listed, and no longer cleared.

use super::life::Work;
use super::{allowed, entry, note_sealed_reads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::permission::{Deed, allows};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::{Visit, rule};
use crate::flows::Result;
use crate::records::custody;
use crate::records::visits::{clearances, life as rows};
use serde_json::json;

pub use crate::records::visits::clearances::Cleared;

/// Lets somebody of the authority read one sealed visit. Repeats change nothing.
///
/// # Errors
/// `visit.not-sealed`, `visit.not-authority`.
pub async fn clear(app: &App, actor: &Actor, id: VisitId, account: AccountId) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::ScheduleVisit).await?;
    if !work.visit.is_sealed() {
        let detail = "Only a surprise visit that is not disclosed yet needs clearances.";
        return Err(Refusal::new(Family::Conflict, "visit.not-sealed", detail).into());
    }
    if !clearances::is_authority(&mut work.tx, account, work.visit.owner).await? {
        let detail = "Only somebody of the owner's authority can be cleared.";
        return Err(rule("visit.not-authority", "/account", detail).into());
    }
    if clearances::clear(&mut work.tx, id, account, work.by, work.now).await? {
        let details = json!({ "account": account });
        custody::note(&mut work.tx, Some(actor), entry(&work.visit, "visit.cleared", details), work.now)
            .await?;
        work.tx.commit().await?;
    }
    Ok(work.visit)
}

/// Everybody who is cleared for a visit, oldest first: for those who may plan it.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn list(app: &App, actor: &Actor, id: VisitId) -> Result<Vec<Cleared>> {
    let mut tx = app.records.begin().await?;
    let standing = allowed(&mut tx, actor, id, Deed::ReadVisit).await?;
    if !allows(actor, Deed::ScheduleVisit, &standing.subject) {
        return Err(Refusal::forbidden().into());
    }
    let visit = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "clearances", app.now()).await?;
    let found = clearances::of_visit(&mut tx, id).await?;
    tx.commit().await?;
    Ok(found)
}

/// Ends somebody's clearance. One that is not there stays away.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn end(app: &App, actor: &Actor, id: VisitId, account: AccountId) -> Result<()> {
    let mut work = Work::begin(app, actor, id, Deed::ScheduleVisit).await?;
    if clearances::end(&mut work.tx, id, account).await? {
        let details = json!({ "account": account });
        let told = entry(&work.visit, "visit.clearance_ended", details);
        custody::note(&mut work.tx, Some(actor), told, work.now).await?;
        work.tx.commit().await?;
    }
    Ok(())
}
