//! Corrective actions: issued, listed and read. How they are proposed and handed over, what their owners answer, who
//! verifies it and what is due have files of their own.

pub mod answer;
pub mod cancel;
pub mod carry;
pub mod change;
pub mod due;
pub mod hand_over;
mod propose;
pub mod verify;

use super::units::{lineage, today};
use super::{Asked, Result, cut, scope};
use crate::app::App;
use crate::domain::action::{self, Action, Move, Owner, State, Step, Story, take};
use crate::domain::actor::Actor;
use crate::domain::finding::{self, Finding};
use crate::domain::ids::{AccountId, ActionId, FindingId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::{FieldFault, Kind as Family, Refusal};
use crate::domain::unit::{self, lineage::Holder};
use crate::domain::visit::rule;
use crate::identity;
use crate::records::actions::verify::Concerned;
use crate::records::actions::{self as rows, page as lists};
use crate::records::custody::{self, Entry};
use crate::records::visits::standing;
use crate::records::{Db, Tx, findings, visits};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

pub use crate::records::actions::page::{Narrowed, Place, Wanted};
pub use propose::{Proposal, propose};

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
        let known = permitted(&mut tx, actor, id, deed, today(app)).await?;
        let by = actor.account().ok_or_else(Refusal::forbidden)?;
        // Visits first and in one order, then the action, then its findings.
        let targets = targets_of(&mut tx, &known).await?;
        let mut logs: BTreeSet<VisitId> = targets.iter().map(|finding| finding.visit).collect();
        logs.insert(known.visit);
        for visit in logs {
            visits::lock(&mut tx, visit).await?;
        }
        let held = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
        // Who is to do it is never changed; what was learnt of it stays.
        let action = Action { owners: known.owners, ..held };
        Ok(Self { tx, action, by, now: app.now() })
    }

    /// Its owners, whoever stands in their place, and every unit above either.
    fn concerned(&self) -> Concerned {
        let mut of = Concerned::default();
        for owner in &self.action.owners {
            of.units.push(owner.unit);
            of.above.extend(&owner.ancestors);
            if let Some(at) = &owner.held_by {
                of.units.push(at.unit);
                of.above.extend(&at.ancestors);
            }
        }
        of
    }

    /// Refuses whoever belongs to an owner unit: nobody decides about their own.
    async fn refuse_own_unit(&mut self) -> Result<()> {
        let of = self.concerned();
        if rows::verify::belongs(&mut self.tx, self.by, &of).await? {
            return Err(own_unit().into());
        }
        Ok(())
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

fn own_unit() -> Refusal {
    let detail = "Nobody decides about an action of a unit they belong to.";
    Refusal::new(Family::Forbidden, "action.own-unit", detail)
}

/// An owner with whoever stands in its place, and every unit above either.
fn above(owner: &Owner) -> impl Iterator<Item = UnitId> + '_ {
    let in_place =
        owner.held_by.iter().flat_map(|at| std::iter::once(at.unit).chain(at.ancestors.iter().copied()));
    std::iter::once(owner.unit).chain(owner.ancestors.iter().copied()).chain(in_place)
}

/// Says of actions that are not over who stands in the place of their owners on a day; of those that are, whom a person
/// named in their place.
async fn tell_holders(db: &mut Db, actions: &mut [Action], day: Date) -> Result<()> {
    let open = || actions.iter().filter(|action| !action.state.is_over()).flat_map(|action| &action.owners);
    let units: Vec<UnitId> = open().filter(|o| o.handed_to.is_none()).map(|owner| owner.unit).collect();
    let owners = actions.iter().flat_map(|action| &action.owners);
    let handed: Vec<UnitId> = owners.filter_map(|owner| owner.handed_to).collect();
    let holders = lineage::answering(db, &units, &handed, day).await?;
    for action in actions {
        let is_over = action.state.is_over();
        for owner in &mut action.owners {
            let holder = holders.get(&owner.handed_to.unwrap_or(owner.unit));
            owner.held_by = holder.filter(|at| !is_over || owner.handed_to == Some(at.unit)).cloned();
        }
    }
    Ok(())
}

/// Says of actions that are held who is to do what a divided owner was to do; which of them it owned.
pub(super) async fn hand_on(
    tx: &mut Tx,
    actions: &mut [Action],
    from: UnitId,
    to: &Holder,
    day: Date,
) -> Result<Vec<ActionId>> {
    tell_holders(tx, actions, day).await?;
    let mut handed = Vec::new();
    for action in actions {
        let Some(owner) = action.owners.iter_mut().find(|owner| owner.unit == from) else { continue };
        owner.handed_to = Some(to.unit);
        owner.held_by = Some(to.clone());
        rows::hand_over(tx, action, from).await?;
        handed.push(action.id);
    }
    Ok(handed)
}

/// What an actor is to an action. Its owners see it beside the unit it came from, once it is issued; only its owners
/// answer it. Whoever stands in the place of one that ended is to it what that one was.
fn subject(standing: &Subject, action: &Action, came_from: Option<&Holder>, deed: Deed) -> Subject {
    let mut units: Vec<UnitId> = action.owners.iter().flat_map(above).collect();
    if deed != Deed::AnswerAction {
        units.extend(standing.units.iter().copied());
        units.extend(
            came_from.iter().flat_map(|at| std::iter::once(at.unit).chain(at.ancestors.iter().copied())),
        );
    }
    let (signed, campaign) = (action.issued_at.is_some(), Some(action.campaign));
    Subject { units, signed, campaign, ..standing.clone() }
}

/// An action, if the actor may do the deed to it. Whoever may not even read it is told that there is none.
async fn permitted(db: &mut Db, actor: &Actor, id: ActionId, deed: Deed, day: Date) -> Result<Action> {
    let mut action = rows::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let standing = standing(db, actor, action.visit).await?.ok_or_else(Refusal::not_found)?;
    tell_holders(db, std::slice::from_mut(&mut action), day).await?;
    let mut came_from = HashMap::new();
    if !action.state.is_over() {
        came_from = lineage::holders(db, &[standing.unit], day).await?;
    }
    let as_to = |deed| subject(&standing.subject, &action, came_from.get(&standing.unit), deed);
    may(actor, Deed::ReadActions, &as_to(Deed::ReadActions))?;
    if !allows(actor, deed, &as_to(deed)) {
        return Err(Refusal::forbidden().into());
    }
    scope(actor, deed)?;
    Ok(action)
}

/// An action to whose after-photos an actor may do a deed as head or staff of an owner, or of whoever stands in its
/// place: send them, or look at them as at photos of their own visits.
///
/// # Errors
/// `not-found`, `forbidden`.
pub(super) async fn shown_by(
    db: &mut Db,
    actor: &Actor,
    (id, deed): (ActionId, Deed),
    day: Date,
) -> Result<Action> {
    let mut action = rows::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let standing = standing(db, actor, action.visit).await?.ok_or_else(Refusal::not_found)?;
    tell_holders(db, std::slice::from_mut(&mut action), day).await?;
    let as_owner = subject(&standing.subject, &action, None, Deed::AnswerAction);
    let judged = if deed == Deed::ReadOriginal { deed } else { Deed::SendAfterPhoto };
    if !allows(actor, judged, &as_owner) {
        may(actor, judged, &as_owner)?;
    }
    scope(actor, deed)?;
    Ok(action)
}

/// Those of these actions that an actor may read, as they stand on a day, in no order.
///
/// # Errors
/// The database's own.
pub(super) async fn told(db: &mut Db, actor: &Actor, ids: &[ActionId], day: Date) -> Result<Vec<Action>> {
    let mut actions = rows::load(db, ids).await?;
    tell_holders(db, &mut actions, day).await?;
    let of: Vec<VisitId> = actions.iter().map(|action| action.visit).collect();
    let standings = visits::standings(db, actor, &of).await?;
    let units: Vec<UnitId> = standings.iter().map(|standing| standing.unit).collect();
    let came_from = lineage::holders(db, &units, day).await?;
    actions.retain(|action| {
        standings.iter().find(|standing| standing.id == action.visit).is_some_and(|standing| {
            let at = came_from.get(&standing.unit).filter(|_| !action.state.is_over());
            allows(actor, Deed::ReadActions, &subject(&standing.subject, action, at, Deed::ReadActions))
        })
    });
    Ok(actions)
}

/// Reads one action.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: ActionId) -> Result<Action> {
    let mut db = app.records.conn().await?;
    permitted(&mut db, actor, id, Deed::ReadActions, today(app)).await
}

/// One page of the actions an actor may see, latest first, and where the next one begins.
///
/// # Errors
/// `scope-missing`; `invalid` for a day out of range.
pub async fn page(
    app: &App,
    actor: &Actor,
    asked: &Asked<Wanted>,
    limit: u8,
) -> Result<(Vec<Action>, Option<Place>)> {
    scope(actor, Deed::ReadActions)?;
    let day = unit::day("?as_of", asked.as_of.unwrap_or_else(|| today(app)))?;
    let mut db = app.records.conn().await?;
    let held = lineage::held_by(&mut db, asked.held_by, day).await?;
    let mut wanted = asked.wanted.clone();
    wanted.narrowed.held = held;
    if asked.held_by_nobody {
        wanted.narrowed.unheld = Some(lineage::nobody_stands_for(&mut db, day).await?);
    }
    let found = lists::page(&mut db, actor, &wanted, (limit.saturating_add(1), today(app))).await?;
    let (places, more) = cut(found, limit);
    let next = places.last().copied().filter(|_| more);
    let ids: Vec<ActionId> = places.iter().map(|place| ActionId(place.id)).collect();
    let mut actions = rows::load(&mut db, &ids).await?;
    tell_holders(&mut db, &mut actions, day).await?;
    Ok((actions, next))
}

/// Issues an action to its owners; a recurring one with all its instances. Its findings wait for it from then on.
///
/// # Errors
/// `action.not-proposed`, `action.due-on`, `action.recurrence`, `action.decided-otherwise`; `finding.not-actionable`, naming
/// each finding that is in the way.
pub async fn issue(app: &App, actor: &Actor, id: ActionId, due_on: Option<Date>) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let Some(state) = hold.step(Step::Issue)? else {
        if due_on.is_some_and(|due| hold.action.due_on != Some(due)) {
            let due = hold.action.due_on.map(|due| due.to_string()).unwrap_or_default();
            return Err(otherwise(&format!(
                "This action is issued already, due on {due}; that stands until more time is granted."
            )));
        }
        return Ok(hold.action);
    };
    let Some(due) = due_on.or(hold.action.due_on) else {
        return Err(rule("action.due-on", "/due_on", "An action is issued with a due day.").into());
    };
    let visit = visits::life::find(&mut hold.tx, hold.action.visit).await?.ok_or_else(Refusal::not_found)?;
    let due = action::due_on(due, vietnam_day(visit.window.start))?;
    hold.action.due_on = Some(due);
    hold.action.state = state;
    hold.action.issued_at = Some(hold.now);
    let targets = hold.targets().await?;
    refuse_unready(&hold.action, &targets)?;
    for mut finding in targets {
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
        let days = recurrence.due_days(due)?;
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
            let details = json!({ "due_on": day, "series": id, "instance": instance });
            custody::note(&mut hold.tx, Some(actor), entry(&next, "action.issued", details), hold.now)
                .await?;
        }
    }
    hold.write(actor, "action.issued", json!({ "due_on": due })).await
}

/// Says of each finding of an action for which none is issued where it stands in it.
fn refuse_unready(action: &Action, targets: &[Finding]) -> std::result::Result<(), Refusal> {
    let mut refused: Option<Refusal> = None;
    for (n, target) in action.targets.iter().enumerate() {
        let Some(finding) = targets.iter().find(|finding| finding.id == target.finding) else { continue };
        let Err(no) = finding::take(finding.kind, finding.state, finding::Step::OpenAction) else { continue };
        let (id, state) = (finding.id, finding.state.as_str());
        let told = match finding.story.explain_by.filter(|_| finding.state.awaits_the_unit()) {
            Some(by) => format!("{id} is {state}; the unit may explain until the end of {by}"),
            None => format!("{id} is {state}"),
        };
        let fault = FieldFault::new(format!("/findings/{n}"), no.code, told);
        refused.get_or_insert(no).faults.push(fault);
    }
    refused.map_or(Ok(()), Err)
}

/// That something else was said before, which stands.
pub(super) fn otherwise(detail: &str) -> crate::flows::Error {
    Refusal::new(Family::Conflict, "action.decided-otherwise", detail).into()
}

/// The actions for findings that are not over, held.
pub(super) async fn open_for(tx: &mut Tx, findings: &[FindingId]) -> Result<Vec<Action>> {
    let mut held = rows::hold_for(tx, findings).await?;
    held.retain(|action| !action.state.is_over());
    Ok(held)
}

/// Cancels those of these actions of whose findings none is open any more; each with the state it had.
pub(super) async fn let_go(
    tx: &mut Tx,
    actor: &Actor,
    actions: Vec<Action>,
    because: &str,
    now: Timestamp,
) -> Result<Vec<(ActionId, State)>> {
    let mut gone = Vec::new();
    for mut action in actions {
        if targets_of(tx, &action).await?.iter().any(|finding| finding.state.is_open()) {
            continue;
        }
        let Move::To(state) = take(action.state, Step::Cancel)? else { continue };
        gone.push((action.id, action.state));
        action.state = state;
        action.story.cancelled_because = Some(because.to_owned());
        action.version = rows::change(tx, &action).await?;
        let details = json!({ "reason": because });
        custody::note(tx, Some(actor), entry(&action, "action.cancelled", details), now).await?;
    }
    Ok(gone)
}

/// Lets actions stand again that a slip had cancelled, each in the state it had.
pub(super) async fn bring_back(
    tx: &mut Tx,
    actor: &Actor,
    gone: &[(ActionId, State)],
    now: Timestamp,
) -> Result<()> {
    for (id, state) in gone {
        let held = rows::hold(tx, *id).await?.filter(|action| action.state == State::Cancelled);
        let Some(mut action) = held else { continue };
        action.state = *state;
        action.story.cancelled_because = None;
        action.version = rows::change(tx, &action).await?;
        let details = json!({ "state": state });
        custody::note(tx, Some(actor), entry(&action, "action.reinstated", details), now).await?;
    }
    Ok(())
}
