//! A divided unit has no single successor, and one that was abolished none at all: the office says who answers for what was
//! open there.

use super::{Hold, entry, rows};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::{Finding, said};
use crate::domain::ids::{ActionId, FindingId, UnitId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::units::lineage::{self, Part};
use crate::flows::units::today;
use crate::flows::{Result, actions};
use crate::records::findings::handed;
use crate::records::units::many;
use crate::records::{Tx, actions as action_rows, custody, visits};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Hands an open finding of a divided unit over to one of those that took a part of it, or of a unit that ended without
/// successor to any that is in force, and with it what that unit was to do about it. Where it was found stays.
///
/// # Errors
/// `finding.not-open`, `finding.not-divided` where the unit is in force or went to one other as a whole,
/// `finding.no-heir`, `finding.text` without a reason.
pub async fn hand_over(app: &App, actor: &Actor, id: FindingId, to: UnitId, reason: &str) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let reason = said(reason, "/reason")?;
    if hold.finding.handed_to == Some(to) {
        return Ok(hold.finding);
    }
    if !hold.finding.state.is_open() {
        let detail = "Only an open finding is handed over.";
        return Err(Refusal::new(Family::Conflict, "finding.not-open", detail).into());
    }
    let from = hold.finding.unit;
    // Nothing happens to these units, nor is undone, before this is done.
    many::lock_in_place(&mut hold.tx, &[from, to]).await?;
    let heir = match lineage::part_of(&mut hold.tx, from, to, today(app)).await? {
        Part::Taken(heir) => heir,
        Part::None => {
            let detail = "This unit took no part of the one it was found at, or is not in force.";
            return Err(rule("finding.no-heir", "/unit", detail).into());
        }
        Part::Undivided => {
            let detail = "Only what was open at a unit that was divided or abolished is handed over; anything else goes along by itself.";
            return Err(Refusal::new(Family::Conflict, "finding.not-divided", detail).into());
        }
    };
    handed::hand_over(&mut hold.tx, id, Some((to, &heir.ancestors))).await?;
    let mut open = actions::open_for(&mut hold.tx, &[id]).await?;
    let along = actions::hand_on(&mut hold.tx, &mut open, from, &heir, today(app)).await?;
    hold.finding.handed_to = Some(to);
    hold.finding.held_by = Some(heir);
    hold.finding.version = rows::change(&mut hold.tx, &hold.finding).await?;
    let details = json!({ "from": from, "to": to, "reason": reason, "actions": along });
    custody::note(&mut hold.tx, Some(actor), entry(&hold.finding, "finding.handed_over", details), hold.now)
        .await?;
    hold.tx.commit().await?;
    Ok(hold.finding)
}

/// What an event on units had been the ground for.
#[derive(Clone, Debug, Default)]
pub(in crate::flows) struct HandedBack {
    /// Findings for which the unit they were found at answers again.
    findings: Vec<FindingId>,
    /// Actions that an owner is to do again.
    actions: Vec<ActionId>,
}

impl HandedBack {
    /// As the log of the event has it.
    pub(in crate::flows) fn told(&self) -> Value {
        json!({ "findings": self.findings, "actions": self.actions })
    }
}

/// Gives back what was handed over because of something that happened to `units` and does not hold any more; of `gone`
/// nothing is left to answer for anything. Whoever is in force again answers for it, or whoever took the whole of it; of a
/// unit that still has no such heir a person says it anew.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn hand_back(
    tx: &mut Tx,
    actor: Option<&Actor>,
    (units, gone): (&[UnitId], &[UnitId]),
    (now, day): (Timestamp, Date),
) -> Result<HandedBack> {
    let from = lineage::with_forebears(tx, units).await?;
    let mut findings = handed::handed(tx, &from, gone).await?;
    let mut owned = action_rows::handed(tx, &from, gone).await?;
    if findings.is_empty() && owned.is_empty() {
        return Ok(HandedBack::default());
    }
    let of_findings = findings.iter().filter_map(|finding| Some((finding.unit, finding.handed_to?)));
    let owners = owned.iter().flat_map(|action| &action.owners);
    let of_owners = owners.filter_map(|owner| Some((owner.unit, owner.handed_to?)));
    let ways: Vec<(UnitId, UnitId)> = of_findings.chain(of_owners).collect();
    let groundless = lineage::groundless(tx, &ways, day).await?;
    let goes_back = |from: UnitId, to: Option<UnitId>| {
        to.is_some_and(|to| gone.contains(&to) || groundless.contains(&(from, to)))
    };
    findings.retain(|finding| goes_back(finding.unit, finding.handed_to));
    owned.retain(|action| action.owners.iter().any(|owner| goes_back(owner.unit, owner.handed_to)));
    // Visits first and in one order, as everywhere.
    let logs = findings.iter().map(|finding| finding.visit).chain(owned.iter().map(|action| action.visit));
    for visit in logs.collect::<BTreeSet<VisitId>>() {
        visits::lock(tx, visit).await?;
    }
    let mut back = HandedBack::default();
    let ids: Vec<FindingId> = findings.iter().map(|finding| finding.id).collect();
    for mut finding in rows::hold(tx, &ids).await? {
        let Some(was) = finding.handed_to.take() else { continue };
        handed::hand_over(tx, finding.id, None).await?;
        finding.version = rows::change(tx, &finding).await?;
        let details = json!({ "from": was, "to": finding.unit });
        custody::note_along(tx, actor, entry(&finding, "finding.handed_back", details), now).await?;
        back.findings.push(finding.id);
    }
    for action in owned {
        back.actions
            .extend(actions::hand_over::hand_back(tx, actor, action.id, &goes_back, (now, day)).await?);
    }
    Ok(back)
}
