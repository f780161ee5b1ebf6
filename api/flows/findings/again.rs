//! What re-inspections see of earlier findings.

use super::{blank, entry, lock_logs, rows, visited, write};
use crate::app::App;
use crate::domain::action::{self, Action};
use crate::domain::actor::Actor;
use crate::domain::finding::{self, Finding, Move, Outcome, Seen, State, Step, seen_again_at, take};
use crate::domain::ids::{AccountId, ActionId, FindingId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::text;
use crate::domain::visit::{Kind, Visit, rule};
use crate::flows::units::lineage;
use crate::flows::visits::{allowed, note_sealed_reads};
use crate::flows::{Result, actions};
use crate::identity;
use crate::records::visits::life as visit_rows;
use crate::records::{Tx, actions as action_rows, custody};
use jiff::Timestamp;
use serde_json::json;

/// Most earlier findings carried to a re-inspection.
const MOST_CARRIED: i64 = 500;

/// The earlier findings a re-inspection is to look at: what the owner's visits left open and the unit answers for, by item.
/// Other visits carry none.
///
/// # Errors
/// `not-found`.
pub async fn carried(app: &App, actor: &Actor, id: VisitId) -> Result<Vec<Finding>> {
    let mut tx = app.records.begin().await?;
    allowed(&mut tx, actor, id, Deed::ReadFindings).await?;
    let visit = visit_rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "earlier-findings", app.now()).await?;
    let carried = match visit.kind {
        Kind::ReInspection => carried_to(&mut tx, &visit).await?,
        _ => Vec::new(),
    };
    tx.commit().await?;
    Ok(carried)
}

/// What the owner's earlier visits left open at the unit, at those that went to it as a whole, and at divided ones of which
/// it was handed over.
pub(in crate::flows) async fn carried_to(tx: &mut Tx, visit: &Visit) -> Result<Vec<Finding>> {
    let day = vietnam_day(visit.window.start);
    let units = lineage::with_predecessors(tx, visit.unit, day).await?;
    let mut open = rows::open_at(tx, (visit.owner, &units), visit.id, MOST_CARRIED).await?;
    rows::beside::tell(tx, &mut open).await?;
    Ok(open)
}

/// An earlier finding after a re-inspection, and the one that repeats it.
#[derive(Clone, Debug)]
pub struct After {
    /// The earlier finding.
    pub finding: Finding,
    /// Where it was not fixed: the new one.
    pub repeated: Option<Finding>,
}

/// Records what a re-inspection saw of an earlier finding. Not fixed opens a finding that repeats it, with an action
/// proposed for it; what is fixed is closed with the re-inspection as proof.
///
/// # Errors
/// `finding.not-re-inspected`, `finding.not-open`, `finding.repeated`, `finding.not-substantiated`, `visit.not-on-site`,
/// `visit.closed`.
pub async fn record(
    app: &App,
    actor: &Actor,
    id: FindingId,
    at: VisitId,
    outcome: Outcome,
    note: &str,
) -> Result<After> {
    let mut tx = app.records.begin().await?;
    allowed(&mut tx, actor, at, Deed::DecideFinding).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let now = app.now();
    let earlier = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    let visit = visit_rows::find(&mut tx, at).await?.ok_or_else(Refusal::not_found)?;
    // Whoever inspects again was given what is open there; anything else is as unknown as it was.
    let units = lineage::with_predecessors(&mut tx, visit.unit, vietnam_day(visit.window.start)).await?;
    if earlier.owner != visit.owner || !units.contains(&earlier.answering()) {
        return Err(Refusal::not_found().into());
    }
    lock_logs(&mut tx, [at, earlier.visit], id).await?;
    let visit = visit_rows::find(&mut tx, at).await?.ok_or_else(Refusal::not_found)?;
    let mut finding = rows::hold(&mut tx, &[id]).await?.pop().ok_or_else(Refusal::not_found)?;
    seen_again_at(&finding, &visit, &units)?;
    visited(&visit)?;
    if finding.story.re_inspection.as_ref().is_some_and(|seen| seen.visit == at && seen.outcome == outcome) {
        let repeated = repeat_of(&mut tx, &visit, id).await?;
        return Ok(After { finding, repeated });
    }
    let note = text::optional(note, finding::MOST_TEXT)
        .map_err(|why| rule("finding.text", "/note", &format!("The text {why}.")))?;
    if let Move::To(state) = take(finding.kind, finding.state, Step::ReInspect(outcome))? {
        finding.state = state;
    }
    finding.story.re_inspection = Some(Seen { visit: at, outcome, note, by, at: now });
    let details = json!({ "visit": at, "outcome": outcome });
    write(&mut tx, actor, &mut finding, ("finding.re_inspected", details), now).await?;
    if finding.state == State::Closed {
        let open = actions::open_for(&mut tx, &[id]).await?;
        actions::let_go(&mut tx, actor, open, "the re-inspection closed its findings", now).await?;
    }
    let repeated = match outcome {
        Outcome::NotFixed => Some(repeat(&mut tx, actor, &finding, &visit, now).await?),
        _ => None,
    };
    tx.commit().await?;
    Ok(After { finding, repeated })
}

async fn repeat_of(tx: &mut Tx, visit: &Visit, id: FindingId) -> Result<Option<Finding>> {
    Ok(rows::of_visit(tx, visit.id).await?.into_iter().find(|finding| finding.repeat_of == Some(id)))
}

/// Opens the finding that repeats an earlier one: the candidate its item gave rise to at this visit, or a new one.
async fn repeat(
    tx: &mut Tx,
    actor: &Actor,
    earlier: &Finding,
    visit: &Visit,
    now: Timestamp,
) -> Result<Finding> {
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let here = rows::of_visit(tx, visit.id).await?;
    let same_item = here.into_iter().find(|f| earlier.item.is_some() && f.item == earlier.item);
    let is_new = same_item.is_none();
    let mut finding = match same_item {
        Some(born)
            if matches!(born.state, State::Candidate | State::Confirmed | State::Lapsed)
                && born.repeat_of.is_none() =>
        {
            born
        }
        Some(_) => {
            let detail = "This visit has decided about the same item already.";
            return Err(Refusal::new(Family::Conflict, "finding.repeated", detail).into());
        }
        None => Finding {
            item: earlier.item.clone(),
            template_version: earlier.template_version,
            category: earlier.category.clone(),
            statement: earlier.statement.clone(),
            severity: earlier.severity,
            critical: earlier.critical,
            root_cause: earlier.root_cause.clone(),
            ..blank(visit, by, now)
        },
    };
    finding.refuse_hearsay()?;
    finding.state = State::Confirmed;
    finding.repeat_of = Some(earlier.id);
    finding.repeat_count = earlier.repeat_count + 1;
    if is_new {
        rows::keep(tx, &finding).await?;
    } else {
        finding.version = rows::change(tx, &finding).await?;
    }
    let details = json!({ "repeat_of": earlier.id, "repeat_count": finding.repeat_count });
    custody::note(tx, Some(actor), entry(&finding, "finding.repeated", details), now).await?;
    propose_action(tx, actor, &finding, (visit, by), now).await?;
    Ok(finding)
}

/// What was not remedied needs an action of its own: proposed to the unit, for the office to issue.
async fn propose_action(
    tx: &mut Tx,
    actor: &Actor,
    finding: &Finding,
    (visit, by): (&Visit, AccountId),
    now: Timestamp,
) -> Result<()> {
    let action = Action {
        id: ActionId::random(identity::random()),
        owner: finding.owner,
        campaign: finding.campaign,
        visit: visit.id,
        team: visit.team,
        kind: action::Kind::Correction,
        title: format!("Khắc phục: {}", finding.statement),
        state: action::State::Proposed,
        due_on: None,
        issued_at: None,
        programme: None,
        series: None,
        instance: 1,
        owners: vec![action::Owner {
            unit: visit.unit,
            path: visit.unit_path.clone(),
            ancestors: visit.unit_ancestors.clone(),
            handed_to: None,
            held_by: None,
        }],
        targets: vec![action::Target { finding: finding.id, verified_at: None }],
        story: action::Story::default(),
        created_by: by,
        created_at: now,
        version: 1,
    };
    let beside: Vec<UnitId> =
        std::iter::once(visit.unit).chain(visit.unit_ancestors.iter().copied()).collect();
    action_rows::keep(tx, &action, &beside).await?;
    let details = json!({ "findings": [finding.id] });
    custody::note(tx, Some(actor), actions::entry(&action, "action.proposed", details), now).await?;
    Ok(())
}
