//! Explanations that somebody of the unit writes and its head sends: seen by nobody else before.

use super::decide::{Said, send};
use super::{Hold, entry, permitted};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::{Finding, Step, said, take};
use crate::domain::ids::FindingId;
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::flows::units::today;
use crate::flows::{Result, current};
use crate::records::custody;
use crate::records::findings::drafts as rows;
use serde_json::json;

pub use rows::Draft;

/// The draft, if anybody wrote one.
///
/// # Errors
/// `not-found`; `forbidden` for whoever is not of the unit.
pub async fn read(app: &App, actor: &Actor, id: FindingId) -> Result<Option<Draft>> {
    let mut tx = app.records.begin().await?;
    permitted(&mut tx, actor, id, Deed::DraftExplanation, today(app)).await?;
    Ok(rows::find(&mut tx, id).await?)
}

/// Writes the draft anew; `version` is the one last read, 0 where there was none.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `finding.not-explainable`, `finding.strength`, `finding.text`.
pub async fn write(
    app: &App,
    actor: &Actor,
    id: FindingId,
    (text, papers): (&str, &[String]),
    version: i32,
) -> Result<Draft> {
    let mut hold = Hold::begin(app, actor, id, Deed::DraftExplanation).await?;
    let held = rows::find(&mut hold.tx, id).await?;
    current(version, held.map_or(0, |held| held.version))?;
    // What may not be explained any more is not drafted either.
    take(hold.finding.kind, hold.finding.state, Step::Explain)?;
    let draft = Draft {
        text: said(text, "/text")?,
        papers: crate::domain::action::papers(papers)?,
        by: hold.by,
        at: hold.now,
        version: version + 1,
    };
    rows::keep(&mut hold.tx, id, &draft).await?;
    let details = json!({ "version": draft.version });
    let entry = entry(&hold.finding, "finding.explanation_drafted", details);
    custody::note(&mut hold.tx, Some(actor), entry, hold.now).await?;
    hold.tx.commit().await?;
    Ok(draft)
}

/// Sends the draft of this version as the unit's explanation.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`; as explaining.
pub async fn send_it(app: &App, actor: &Actor, id: FindingId, version: i32) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::ExplainFinding).await?;
    let Some(draft) = rows::find(&mut hold.tx, id).await? else {
        let detail = "Nobody has drafted an explanation, or it was sent.";
        return Err(Refusal::new(Family::Conflict, "finding.no-draft", detail).into());
    };
    current(version, draft.version)?;
    let unit_says = Said { text: draft.text, photos: Vec::new(), papers: draft.papers };
    send(hold, actor, unit_says, Some(draft.by)).await
}
