//! Recommendations: what a team asks of somebody without saying that anything was wrong.

use super::Result;
use super::visits::allowed;
use super::visits::life::Work;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{RecommendationId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::recommendation::{Addressee, Recommendation, addressed, asked};
use crate::domain::visit::rule;
use crate::identity;
use crate::records::custody::{self, Entry};
use crate::records::{recommendations as rows, units};
use serde_json::json;

/// Enters a recommendation of a visit.
///
/// # Errors
/// `recommendation.text`, `recommendation.addressees`, `visit.not-on-site`, `visit.closed`.
pub async fn enter(
    app: &App,
    actor: &Actor,
    visit: VisitId,
    text: &str,
    to: &[UnitId],
) -> Result<Recommendation> {
    let mut work = Work::begin(app, actor, visit, Deed::ProposeFinding).await?;
    super::findings::visited(&work.visit)?;
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

/// The recommendations of a visit, oldest first.
///
/// # Errors
/// `not-found`.
pub async fn of_visit(app: &App, actor: &Actor, visit: VisitId) -> Result<Vec<Recommendation>> {
    let mut tx = app.records.begin().await?;
    allowed(&mut tx, actor, visit, Deed::ReadFindings).await?;
    Ok(rows::of_visit(&mut tx, visit).await?)
}
