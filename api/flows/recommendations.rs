//! Recommendations: what a team asks of somebody without saying that anything was wrong.

use super::units::today;
use super::visits::allowed;
use super::visits::life::Work;
use super::{Result, cut};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{OwnerId, RecommendationId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::recommendation::{Addressee, Recommendation, addressed, asked};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::identity;
use crate::records::custody::{self, Entry};
use crate::records::{recommendations as rows, units};
use serde_json::json;

pub use crate::records::recommendations::Place;

/// Enters a recommendation of a visit, until somebody has signed the minutes, which print it.
///
/// # Errors
/// `recommendation.text`, `recommendation.addressees`, `visit.not-on-site`, `visit.closed`, `visit.minutes-signed`.
pub async fn enter(
    app: &App,
    actor: &Actor,
    visit: VisitId,
    text: &str,
    to: &[UnitId],
) -> Result<Recommendation> {
    let mut work = Work::begin(app, actor, visit, Deed::ProposeFinding).await?;
    super::findings::visited(&work.visit)?;
    if work.visit.minutes.as_ref().is_some_and(|minutes| minutes.may_be_redrafted().is_err()) {
        let detail = "The minutes are signed with every recommendation of the visit; what is asked later is for the notice.";
        return Err(Refusal::new(Family::Conflict, "visit.minutes-signed", detail).into());
    }
    let units = addressed(to)?;
    let mut known = units::all_at(&mut work.tx, &units, vietnam_day(work.now)).await?;
    known.extend(units::all_at(&mut work.tx, &units, vietnam_day(work.visit.window.start)).await?);
    if known.len() != units.len() {
        let detail = "Each addressee is a unit in force.";
        return Err(rule("recommendation.addressees", "/addressees", detail).into());
    }
    let mut addressees: Vec<Addressee> =
        known.into_values().map(|unit| Addressee { unit: unit.unit, path: unit.path }).collect();
    addressees.sort_by(|a, b| (&a.path, a.unit).cmp(&(&b.path, b.unit)));
    let new = Recommendation {
        id: RecommendationId::random(identity::random()),
        owner: work.visit.owner,
        campaign: work.visit.campaign,
        visit,
        text: asked(text)?,
        addressees,
        by: work.by,
        at: work.now,
    };
    rows::keep(&mut work.tx, &new).await?;
    let entry = Entry {
        deed: "recommendation.entered",
        object: ("recommendation", new.id.to_string()),
        owner: Some(new.owner),
        visit: Some(visit),
        details: json!({ "addressees": units }),
    };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    work.tx.commit().await?;
    Ok(new)
}

/// One page of what an owner's teams recommend to a unit, latest first, and where the next one begins. Told once the minutes
/// of the visit are signed, so that nothing of a secret one is.
///
/// # Errors
/// `not-found`, where the actor may not see what is addressed to the unit.
pub async fn addressed_to(
    app: &App,
    actor: &Actor,
    (owner, unit): (OwnerId, UnitId),
    after: Option<Place>,
    limit: u8,
) -> Result<(Vec<Recommendation>, Option<Place>)> {
    let mut db = app.records.conn().await?;
    let at = units::at(&mut db, unit, today(app)).await?;
    let units = std::iter::once(unit).chain(at.into_iter().flat_map(|at| at.ancestors)).collect();
    may(actor, Deed::ReadAddressed, &Subject { owner: Some(owner), units, ..Subject::default() })?;
    let found = rows::addressed_to(&mut db, (owner, unit), after, limit.saturating_add(1)).await?;
    let (found, more) = cut(found, limit);
    let next = found.last().map(|last| (last.at, last.id.0)).filter(|_| more);
    Ok((found, next))
}

/// The recommendations of a visit, oldest first.
///
/// # Errors
/// `not-found`.
pub async fn of_visit(app: &App, actor: &Actor, visit: VisitId) -> Result<Vec<Recommendation>> {
    let mut tx = app.records.begin().await?;
    allowed(&mut tx, actor, visit, Deed::ReadFindings).await?;
    Ok(rows::of_visit(&mut tx, visit).await?)
}
