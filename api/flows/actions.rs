//! Corrective actions: proposed, issued, listed and read. What their owners answer and who verifies it have files of
//! their own.

pub mod answer;
pub mod verify;

use super::visits::life::Work;
use super::{Result, cut, scope};
use crate::app::App;
use crate::domain::action::{
    self, Action, Kind, MOST_FINDINGS, MOST_OWNERS, Measure, Move, Owner, Recurrence, State, Step, Story,
    Target, measures, said, take,
};
use crate::domain::actor::Actor;
use crate::domain::finding::{self, Finding};
use crate::domain::ids::{AccountId, ActionId, DocumentId, FindingId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::Refusal;
use crate::domain::visit::rule;
use crate::identity;
use crate::records::actions::{self as rows, page as lists};
use crate::records::custody::{self, Entry};
use crate::records::visits::standing;
use crate::records::{Db, Tx, campaigns, findings, units, visits};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub use crate::records::actions::page::{Place, Wanted};

/// An action in somebody's hands: held, with its log, until the work is done.
struct Hold {
    tx: Tx,
    action: Action,
    by: AccountId,
    now: Timestamp,
}

impl Hold {
    async fn begin(app: &App, actor: &Actor, id: ActionId, deed: Deed) -> Result<Self> {
        let mut tx = app.records.begin().await?;
        let action = permitted(&mut tx, actor, id, deed).await?;
        let by = actor.account().ok_or_else(Refusal::forbidden)?;
        // Visits first and in one order, then the action, then its findings.
        let targets = targets_of(&mut tx, &action).await?;
        let mut logs: BTreeSet<VisitId> = targets.iter().map(|finding| finding.visit).collect();
        logs.insert(action.visit);
        for visit in logs {
            visits::lock(&mut tx, visit).await?;
        }
        let action = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
        Ok(Self { tx, action, by, now: app.now() })
    }

    /// Takes a step; `None` where it was taken before.
    fn step(&self, step: Step) -> Result<Option<State>> {
        Ok(match take(self.action.state, step)? {
            Move::To(state) => Some(state),
            Move::Done => None,
        })
    }

    /// The findings it is to remedy, held.
    async fn targets(&mut self) -> Result<Vec<Finding>> {
        let ids: Vec<FindingId> = self.action.targets.iter().map(|target| target.finding).collect();
        Ok(findings::hold(&mut self.tx, &ids).await?)
    }

    async fn write(mut self, actor: &Actor, deed: &'static str, details: Value) -> Result<Action> {
        self.action.version = rows::change(&mut self.tx, &self.action).await?;
        custody::note(&mut self.tx, Some(actor), entry(&self.action, deed, details), self.now).await?;
        self.tx.commit().await?;
        Ok(self.action)
    }
}

pub(super) fn entry(action: &Action, deed: &'static str, details: Value) -> Entry<'static> {
    Entry {
        deed,
        object: ("action", action.id.to_string()),
        owner: Some(action.owner),
        visit: Some(action.visit),
        details,
    }
}

async fn targets_of(db: &mut Db, action: &Action) -> Result<Vec<Finding>> {
    let ids: Vec<FindingId> = action.targets.iter().map(|target| target.finding).collect();
    Ok(findings::load(db, &ids).await?)
}

/// What an actor is to an action. Its owners see it beside the unit it came from, once it is issued; only its owners
/// answer it.
async fn subject(db: &mut Db, actor: &Actor, action: &Action, deed: Deed) -> Result<Subject> {
    let standing = standing(db, actor, action.visit).await?.ok_or_else(Refusal::not_found)?;
    let owners =
        action.owners.iter().flat_map(|o| std::iter::once(o.unit).chain(o.ancestors.iter().copied()));
    let mut units: Vec<UnitId> = owners.collect();
    if deed != Deed::AnswerAction {
        units.extend(standing.subject.units.iter().copied());
    }
    Ok(Subject { units, signed: action.state != State::Proposed, ..standing.subject })
}

async fn permitted(db: &mut Db, actor: &Actor, id: ActionId, deed: Deed) -> Result<Action> {
    let action = rows::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    // Whoever may not even read it is told that there is none.
    may(actor, Deed::ReadActions, &subject(db, actor, &action, Deed::ReadActions).await?)?;
    let subject = subject(db, actor, &action, deed).await?;
    if !crate::domain::permission::allows(actor, deed, &subject) {
        return Err(Refusal::forbidden().into());
    }
    scope(actor, deed)?;
    Ok(action)
}

/// Reads one action.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: ActionId) -> Result<Action> {
    let mut db = app.records.conn().await?;
    permitted(&mut db, actor, id, Deed::ReadActions).await
}

/// One page of the actions an actor may see, latest first, and where the next one begins.
///
/// # Errors
/// `scope-missing`.
pub async fn page(
    app: &App,
    actor: &Actor,
    wanted: &Wanted,
    limit: u8,
) -> Result<(Vec<Action>, Option<Place>)> {
    scope(actor, Deed::ReadActions)?;
    let mut db = app.records.conn().await?;
    let found = lists::page(&mut db, actor, wanted, limit.saturating_add(1)).await?;
    let (places, more) = cut(found, limit);
    let next = places.last().copied().filter(|_| more);
    let ids: Vec<ActionId> = places.iter().map(|place| ActionId(place.id)).collect();
    Ok((rows::load(&mut db, &ids).await?, next))
}

/// What somebody proposes.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The visit it comes from.
    pub visit: VisitId,
    /// What sort.
    pub kind: Kind,
    /// What is to be done.
    pub title: String,
    /// By whom.
    pub owners: Vec<UnitId>,
    /// To remedy what.
    pub findings: Vec<FindingId>,
    /// By when, where that is known.
    pub due_on: Option<Date>,
    /// The programme it is part of.
    pub programme: Option<DocumentId>,
    /// Before and after.
    pub measures: Vec<Measure>,
    /// How often, where more than once.
    pub recurrence: Option<Recurrence>,
}

/// Proposes an action. Its owners may be others than the unit inspected; one action may remedy several findings.
///
/// # Errors
/// `action.owners`, `action.finding-unfit`, `action.programme-unknown`, `action.text`, `action.due-on`,
/// `action.recurrence`.
pub async fn propose(app: &App, actor: &Actor, proposal: Proposal) -> Result<Action> {
    let mut tx = app.records.begin().await?;
    let standing = standing(&mut tx, actor, proposal.visit).await?.ok_or_else(Refusal::not_found)?;
    // A visit's team and its office see what came of it; an action that is not there yet has no state to hide.
    may(actor, Deed::ProposeAction, &standing.subject)?;
    drop(tx);
    let mut work = Work::begin(app, actor, proposal.visit, Deed::ReadFindings).await?;
    let targets = fitting(&mut work, &proposal.findings).await?;
    let owners = owners(&mut work, &proposal.owners).await?;
    if let Some(programme) = proposal.programme {
        let known = campaigns::documents(&mut work.tx, work.visit.campaign).await?;
        if !known.iter().any(|document| document.id == programme) {
            let detail = "The campaign has no such document.";
            return Err(rule("action.programme-unknown", "/programme", detail).into());
        }
    }
    let action = Action {
        id: ActionId::random(identity::random()),
        owner: work.visit.owner,
        campaign: work.visit.campaign,
        visit: work.visit.id,
        team: work.visit.team,
        kind: proposal.kind,
        title: said(&proposal.title, "/title")?,
        state: State::Proposed,
        due_on: proposal.due_on.map(action::due_on).transpose()?,
        issued_at: None,
        programme: proposal.programme,
        series: None,
        instance: 1,
        owners,
        targets,
        story: Story {
            measures: measures(proposal.measures)?,
            recurrence: proposal.recurrence.map(Recurrence::checked).transpose()?,
            ..Story::default()
        },
        created_by: work.by,
        created_at: work.now,
        version: 1,
    };
    let beside: Vec<UnitId> = work.standing.subject.units.clone();
    rows::keep(&mut work.tx, &action, &beside).await?;
    let details = json!({ "findings": proposal.findings, "owners": proposal.owners });
    custody::note(&mut work.tx, Some(actor), entry(&action, "action.proposed", details), work.now).await?;
    work.tx.commit().await?;
    Ok(action)
}

async fn fitting(work: &mut Work, wanted: &[FindingId]) -> Result<Vec<Target>> {
    let mut ids = wanted.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let known = findings::load(&mut work.tx, &ids).await?;
    let fit = known.iter().filter(|finding| {
        finding.campaign == work.visit.campaign
            && finding.kind == finding::Kind::Shortfall
            && finding.state.is_open()
    });
    if ids.len() > MOST_FINDINGS || fit.count() != ids.len() {
        let detail = "An action remedies open findings of its own campaign.";
        return Err(rule("action.finding-unfit", "/findings", detail).into());
    }
    Ok(ids.into_iter().map(|finding| Target { finding, verified_at: None }).collect())
}

/// The owners as they were on the day of the visit, or as they are today where they came later.
async fn owners(work: &mut Work, wanted: &[UnitId]) -> Result<Vec<Owner>> {
    let mut ids = wanted.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut known = units::all_at(&mut work.tx, &ids, vietnam_day(work.now)).await?;
    known.extend(units::all_at(&mut work.tx, &ids, vietnam_day(work.visit.window.start)).await?);
    if ids.is_empty() || ids.len() > MOST_OWNERS || known.len() != ids.len() {
        let detail = format!("An action has 1 to {MOST_OWNERS} owners, each a unit in force.");
        return Err(rule("action.owners", "/owners", &detail).into());
    }
    let mut owners: Vec<Owner> = known
        .into_values()
        .map(|unit| Owner { unit: unit.unit, path: unit.path, ancestors: unit.ancestors })
        .collect();
    owners.sort_by_key(|owner| owner.unit);
    Ok(owners)
}

/// Issues an action to its owners; a recurring one with all its instances. Its findings wait for it from then on.
///
/// # Errors
/// `action.not-proposed`, `action.due-on`, `finding.not-actionable`.
pub async fn issue(app: &App, actor: &Actor, id: ActionId, due_on: Option<Date>) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let Some(state) = hold.step(Step::Issue)? else { return Ok(hold.action) };
    let Some(due) = due_on.or(hold.action.due_on) else {
        return Err(rule("action.due-on", "/due_on", "An action is issued with a due day.").into());
    };
    hold.action.due_on = Some(action::due_on(due)?);
    hold.action.state = state;
    hold.action.issued_at = Some(hold.now);
    for mut finding in hold.targets().await? {
        let moved = finding::take(finding.kind, finding.state, finding::Step::OpenAction)?;
        if let finding::Move::To(state) = moved {
            finding.state = state;
            let details = json!({ "action": id });
            super::findings::write(
                &mut hold.tx,
                actor,
                &mut finding,
                ("finding.action_opened", details),
                hold.now,
            )
            .await?;
        }
    }
    if let Some(recurrence) = hold.action.story.recurrence {
        hold.action.series = Some(id);
        let days = recurrence.due_days(due);
        let beside = standing(&mut hold.tx, actor, hold.action.visit).await?;
        let beside = beside.map(|of| of.subject.units).unwrap_or_default();
        for (day, instance) in days.into_iter().zip(1..).skip(1) {
            let next = Action {
                id: ActionId::random(identity::random()),
                due_on: Some(day),
                instance,
                created_at: hold.now,
                story: Story { measures: hold.action.story.measures.clone(), ..Story::default() },
                version: 1,
                ..hold.action.clone()
            };
            rows::keep(&mut hold.tx, &next, &beside).await?;
        }
    }
    hold.write(actor, "action.issued", json!({ "due_on": due })).await
}

/// Takes an action back that is not needed any more.
///
/// # Errors
/// `action.verified`, `action.text` without a reason.
pub async fn cancel(app: &App, actor: &Actor, id: ActionId, reason: &str) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let reason = said(reason, "/reason")?;
    let Some(state) = hold.step(Step::Cancel)? else { return Ok(hold.action) };
    hold.action.state = state;
    hold.action.story.cancelled_because = Some(reason.clone());
    hold.write(actor, "action.cancelled", json!({ "reason": reason })).await
}

/// The actions for findings that are not over, held.
pub(super) async fn open_for(tx: &mut Tx, findings: &[FindingId]) -> Result<Vec<Action>> {
    let mut held = rows::hold_for(tx, findings).await?;
    held.retain(|action| !action.state.is_over());
    Ok(held)
}

/// Cancels those of these actions of whose findings none is open any more.
pub(super) async fn let_go(
    tx: &mut Tx,
    actor: &Actor,
    actions: Vec<Action>,
    because: &str,
    now: Timestamp,
) -> Result<()> {
    for mut action in actions {
        if targets_of(tx, &action).await?.iter().any(|finding| finding.state.is_open()) {
            continue;
        }
        let Move::To(state) = take(action.state, Step::Cancel)? else { continue };
        action.state = state;
        action.story.cancelled_because = Some(because.to_owned());
        action.version = rows::change(tx, &action).await?;
        let details = json!({ "reason": because });
        custody::note(tx, Some(actor), entry(&action, "action.cancelled", details), now).await?;
    }
    Ok(())
}
