//! What re-inspections see of earlier findings.

use super::{blank, entry, lock_logs, rows, visited, write};
use crate::app::App;
use crate::domain::action::{self, Action};
use crate::domain::actor::Actor;
use crate::domain::finding::{self, Finding, Move, Outcome, Seen, State, Step, seen_again_at, take};
use crate::domain::ids::{AccountId, ActionId, FindingId, UnitId, VisitId};
use crate::domain::minutes::looked_at as looked_at_line;
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::refusal::{FieldFault, Kind as Family, Refusal};
use crate::domain::text;
use crate::domain::visit::{Kind, Visit, rule};
use crate::flows::units::lineage;
use crate::flows::visits::{allowed, note_sealed_reads};
use crate::flows::{Result, actions, minutes};
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

/// Earlier findings of which a re-inspection has not said what it saw.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn undecided(tx: &mut Tx, visit: &Visit) -> Result<Vec<Finding>> {
    let looked_at = rows::beside::looked_at(tx, visit.id).await?;
    let mut carried = carried_to(tx, visit).await?;
    carried.retain(|finding| !looked_at.iter().any(|(id, _)| *id == finding.id));
    Ok(carried)
}

/// What a re-inspection saw of each earlier finding, and of which nobody has said yet, as its minutes print it. Sorted by
/// their words.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn told(tx: &mut Tx, visit: &Visit) -> Result<Vec<String>> {
    let looked_at = rows::beside::looked_at(tx, visit.id).await?;
    let ids: Vec<FindingId> = looked_at.iter().map(|(id, _)| *id).collect();
    let seen = rows::load(tx, &ids).await?;
    let mut lines: Vec<String> =
        undecided(tx, visit).await?.iter().map(|f| looked_at_line(f, None)).collect();
    lines.extend(seen.iter().map(|finding| {
        let outcome = looked_at.iter().find(|(id, _)| *id == finding.id).map(|(_, outcome)| *outcome);
        let note = finding.story.re_inspection.as_ref().filter(|last| last.visit == visit.id);
        let note = note.map(|last| last.note.as_str()).unwrap_or_default();
        looked_at_line(finding, outcome.map(|outcome| (outcome, note)))
    }));
    lines.sort_unstable();
    Ok(lines)
}

/// Refuses to stand by what a re-inspection found of an item of which an earlier finding is open: it would count as new.
///
/// # Errors
/// `finding.earlier-open`, naming the earlier one.
pub(super) async fn refuse_known(tx: &mut Tx, finding: &Finding) -> Result<()> {
    if finding.item.is_none() || finding.kind != finding::Kind::Shortfall {
        return Ok(());
    }
    let visit = visit_rows::find(tx, finding.visit).await?.ok_or_else(Refusal::not_found)?;
    if visit.kind != Kind::ReInspection {
        return Ok(());
    }
    let carried = carried_to(tx, &visit).await?;
    let Some(earlier) = carried.iter().find(|earlier| earlier.item == finding.item) else { return Ok(()) };
    let detail = format!(
        "An earlier finding of the same item is open, {}: record what this re-inspection saw of it \
         (/v1/findings/{}/re-inspection); not_fixed takes this candidate for its repetition. Where the earlier one goes on, \
         dismiss this candidate.",
        earlier.id, earlier.id
    );
    let code = "finding.earlier-open";
    let mut refusal = Refusal::new(Family::Conflict, code, detail);
    refusal.faults.push(FieldFault::new("/item", code, format!("see /v1/findings/{}", earlier.id)));
    Err(refusal.into())
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
/// proposed for it; what is fixed is closed with the re-inspection as proof. Until somebody has signed the minutes of the
/// re-inspection, what it recorded may be said anew; after that, what is recorded is added to them.
///
/// # Errors
/// `finding.not-re-inspected`, `finding.not-open`, `finding.repeated`, `finding.repeat-under-way`,
/// `finding.not-substantiated`, `finding.text`, `visit.not-on-site`, `visit.closed`.
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
    let note = text::optional(note, finding::MOST_TEXT)
        .map_err(|why| rule("finding.text", "/note", &format!("The text {why}.")))?;
    let stood = finding.story.re_inspection.clone().filter(|seen| seen.visit == at);
    if stood.as_ref().is_some_and(|seen| seen.outcome == outcome && seen.note == note) {
        let repeated = repeat_of(&mut tx, &visit, id).await?;
        return after(&mut tx, finding, repeated).await;
    }
    let was_told = looked_at_line(&finding, stood.as_ref().map(|seen| (seen.outcome, seen.note.as_str())));
    if visit.minutes.as_ref().is_none_or(|minutes| minutes.signatures.is_empty()) {
        take_back(&mut tx, actor, &mut finding, &visit, now).await?;
    }
    let was = finding.state;
    if let Move::To(state) = take(finding.kind, finding.state, Step::ReInspect(outcome))? {
        finding.state = state;
    }
    let (took_over, let_go) = (None, Vec::new());
    let seen = Seen { visit: at, outcome, note, by, at: now, was: Some(was), took_over, let_go };
    let becomes = looked_at_line(&finding, Some((outcome, &seen.note)));
    finding.story.re_inspection = Some(seen);
    let before = stood.map(|seen| seen.outcome);
    let details = json!({ "visit": at, "outcome": outcome, "instead_of": before });
    write(&mut tx, actor, &mut finding, ("finding.re_inspected", details), now).await?;
    let mut gone = Vec::new();
    if finding.state == State::Closed {
        let open = actions::open_for(&mut tx, &[id]).await?;
        gone = actions::let_go(&mut tx, actor, open, "the re-inspection closed its findings", now).await?;
    }
    minutes::add_looked_at(&mut tx, actor, &visit, (was_told, becomes), (by, now)).await?;
    let (repeated, took_over) = match outcome {
        Outcome::NotFixed => {
            let (repeated, took_over) = repeat(&mut tx, actor, &finding, &visit, now).await?;
            (Some(repeated), took_over)
        }
        _ => (None, None),
    };
    if let Some(seen) = &mut finding.story.re_inspection {
        (seen.took_over, seen.let_go) = (took_over, gone);
        finding.version = rows::change(&mut tx, &finding).await?;
    }
    let after = after(&mut tx, finding, repeated).await?;
    tx.commit().await?;
    Ok(after)
}

/// Both with what stands beside them.
async fn after(tx: &mut Tx, finding: Finding, repeated: Option<Finding>) -> Result<After> {
    let mut both: Vec<Finding> = std::iter::once(finding).chain(repeated).collect();
    rows::beside::tell(tx, &mut both).await?;
    let repeated = (both.len() > 1).then(|| both.pop()).flatten();
    let finding = both.pop().ok_or_else(Refusal::not_found)?;
    Ok(After { finding, repeated })
}

/// Takes back what this re-inspection recorded of a finding and closed it with: the finding is what it was, what repeated
/// it is what it was or lapses, and actions that had gone stand again.
async fn take_back(
    tx: &mut Tx,
    actor: &Actor,
    finding: &mut Finding,
    visit: &Visit,
    now: Timestamp,
) -> Result<()> {
    let Some(state) = finding.before_closed_by(visit.id) else { return Ok(()) };
    let Some(seen) = finding.story.re_inspection.clone() else { return Ok(()) };
    if let Some(mut repeat) = repeat_of(tx, visit, finding.id).await? {
        if repeat.state != State::Confirmed {
            let detail = format!(
                "The finding that repeats it is {} by now; what was recorded stands.",
                repeat.state.as_str()
            );
            return Err(Refusal::new(Family::Conflict, "finding.repeat-under-way", detail).into());
        }
        repeat.state = seen.took_over.unwrap_or(State::Lapsed);
        (repeat.repeat_of, repeat.repeat_count) = (None, 0);
        let told = json!({ "repeated": finding.id, "state": repeat.state });
        write(tx, actor, &mut repeat, ("finding.repetition_taken_back", told), now).await?;
        let proposed = actions::open_for(tx, &[repeat.id]).await?;
        actions::let_go(tx, actor, proposed, "the re-inspection saw something else", now).await?;
    }
    finding.state = state;
    actions::bring_back(tx, actor, &seen.let_go, now).await
}

async fn repeat_of(tx: &mut Tx, visit: &Visit, id: FindingId) -> Result<Option<Finding>> {
    Ok(rows::of_visit(tx, visit.id).await?.into_iter().find(|finding| finding.repeat_of == Some(id)))
}

/// Opens the finding that repeats an earlier one: the candidate its item gave rise to at this visit, with the state it had,
/// or a new one.
async fn repeat(
    tx: &mut Tx,
    actor: &Actor,
    earlier: &Finding,
    visit: &Visit,
    now: Timestamp,
) -> Result<(Finding, Option<State>)> {
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let here = rows::of_visit(tx, visit.id).await?;
    let same_item = here.into_iter().find(|f| earlier.item.is_some() && f.item == earlier.item);
    let born = same_item.clone();
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
    match &born {
        None => {
            rows::keep(tx, &finding).await?;
        }
        Some(born) => {
            finding.version = rows::change(tx, &finding).await?;
            minutes::add_confirmed(tx, actor, (born, &finding), (by, now)).await?;
        }
    }
    let details = json!({ "repeat_of": earlier.id, "repeat_count": finding.repeat_count });
    custody::note(tx, Some(actor), entry(&finding, "finding.repeated", details), now).await?;
    propose_action(tx, actor, &finding, (visit, by), now).await?;
    Ok((finding, born.map(|born| born.state)))
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
