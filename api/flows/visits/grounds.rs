//! What must hold for a visit to be planned, and what a scheduler is warned about.

use super::allowed;
use super::plan::Plan;
use crate::domain::actor::Actor;
use crate::domain::assignment::judge;
use crate::domain::campaign::round::{Purpose, Round};
use crate::domain::campaign::{Campaign, CampaignKind};
use crate::domain::ids::{CampaignId, RoundId, TeamId, TemplateVersionId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::visit::{
    CAMPAIGN_UNPLANNED, Kind, OVERLAPPING_VISIT, State, UNIT_NOT_IN_FORCE, Visit, rule,
};
use crate::flows::reports::overlaps::others;
use crate::flows::units::lineage::with_predecessors;
use crate::flows::{Error, Result};
use crate::records::visits::counted::Counted;
use crate::records::visits::visible::{self, Wanted};
use crate::records::{Db, assignments, calendars, campaigns, findings, rounds, teams, templates, units};
use std::collections::HashSet;

/// Most checklists of one visit.
const MOST_TEMPLATES: usize = 20;

pub(super) async fn team_fits(db: &mut Db, team: TeamId, campaign: CampaignId) -> Result<()> {
    match teams::find(db, team).await? {
        Some(found) if found.campaign == campaign => Ok(()),
        _ => Err(rule("visit.team-of-other-campaign", "/team", "The campaign has no such team.").into()),
    }
}

/// Published checklists of the owner or the library, no item code twice. A working session may go without.
pub(super) async fn templates_fit(
    db: &mut Db,
    wanted: &[TemplateVersionId],
    kind: Kind,
    campaign: &Campaign,
) -> Result<()> {
    let fault = |place: &str, detail: &str| rule("visit.templates", place, detail);
    if (wanted.is_empty() && kind != Kind::WorkingSession) || wanted.len() > MOST_TEMPLATES {
        return Err(fault("/templates", &format!("A visit has 1 to {MOST_TEMPLATES} checklists.")).into());
    }
    let found = templates::versions_by_id(db, wanted).await?;
    // Photos name an item by its code alone, so a code means one item in a visit.
    let mut codes: HashSet<&str> = HashSet::new();
    for (n, id) in wanted.iter().enumerate() {
        let place = format!("/templates/{n}");
        if wanted.iter().take(n).any(|earlier| earlier == id) {
            return Err(fault(&place, "This checklist is named twice.").into());
        }
        let usable = found.iter().find(|version| {
            version.id == *id
                && version.is_published()
                && version.owner.is_none_or(|owner| owner == campaign.owner)
        });
        let Some(version) = usable else {
            return Err(
                fault(&place, "There is no such published checklist of this owner or the library.").into()
            );
        };
        if let Some(item) = version.body.items().find(|item| !codes.insert(item.code.as_str())) {
            let detail = format!("Its item {} is in another checklist of this visit already.", item.code);
            return Err(fault(&place, &detail).into());
        }
    }
    Ok(())
}

/// The visit that is looked at again: the one that is named, or the last one of this campaign at the unit. The same
/// answer for a visit that does not exist, that the actor may not see, and that does not fit.
pub(super) async fn previous(
    db: &mut Db,
    actor: &Actor,
    plan: &Plan,
    campaign: &Campaign,
) -> Result<Option<VisitId>> {
    let no = |detail: &str| rule("visit.no-prior-visit", "/previous_visit", detail);
    let units = match plan.kind {
        // What was looked at in a unit that went to this one as a whole is looked at again here; of a divided one, what
        // this one was told to answer for.
        Kind::ReInspection => {
            let mut units = with_predecessors(db, plan.unit, vietnam_day(plan.start)).await?;
            let handed = findings::handed_from(db, campaign.owner, &units).await?;
            units.extend(handed);
            units
        }
        _ => Vec::new(),
    };
    match (plan.kind, plan.previous) {
        (Kind::ReInspection, Some(previous)) => {
            let fits = match allowed(db, actor, previous, Deed::ReadVisit).await {
                Ok(standing) => {
                    units.contains(&standing.unit)
                        && standing.campaign == campaign.id
                        && matches!(standing.state, State::Submitted | State::Finalised)
                }
                Err(Error::Refused(_)) => false,
                Err(why) => return Err(why),
            };
            let detail = "A re-inspection names a submitted visit of this campaign at this unit.";
            if fits { Ok(Some(previous)) } else { Err(no(detail).into()) }
        }
        (Kind::ReInspection, None) => {
            let wanted = Wanted {
                campaign: Some(campaign.id),
                states: vec![State::Submitted, State::Finalised],
                at: units,
                to: Some(plan.start),
                ..Wanted::default()
            };
            let last = visible::page(db, actor, Deed::ReadVisit, &wanted, 1).await?;
            let detail = "The campaign has no submitted visit at this unit to look at again.";
            Ok(Some(last.first().ok_or_else(|| no(detail))?.id))
        }
        (_, Some(_)) => Err(no("Only a re-inspection names an earlier visit.").into()),
        (_, None) => Ok(None),
    }
}

/// A round of the campaign that has the unit as its target and the team among those that serve it.
pub(super) async fn round_fits(db: &mut Db, round: Option<RoundId>, visit: &Visit) -> Result<()> {
    let Some(id) = round else { return Ok(()) };
    let found = rounds::find(db, id).await?.filter(|round| round.campaign == visit.campaign);
    let Some(round) = found else {
        return Err(rule("visit.round-of-other-campaign", "/round", "The campaign has no such round.").into());
    };
    Ok(in_round(&round, visit)?)
}

fn in_round(round: &Round, visit: &Visit) -> std::result::Result<(), Refusal> {
    if !round.has_place_for(visit.unit, visit.kind.is_secret(visit.secret)) {
        return Err(rule("visit.not-a-target", "/unit", "The unit is no target of this round."));
    }
    if !round.teams.is_empty() && !round.teams.contains(&visit.team) {
        return Err(rule("visit.team-not-of-round", "/team", "The team does not serve this round."));
    }
    let looks_again = visit.kind == Kind::ReInspection;
    if looks_again != (round.purpose == Purpose::ReInspection) {
        let detail = "Re-inspections belong in rounds of re-inspection, other visits in other rounds.";
        return Err(rule("visit.kind-not-of-round", "/kind", detail));
    }
    Ok(())
}

/// What of a plan is worth a second look: the office's calendar, the people, and the visits near it. Overlaps are looked
/// for among what is no secret and what the scheduler may see, so that a warning tells nobody of a sealed visit.
///
/// # Errors
/// What the owner's rules for teams refuse.
pub(super) async fn warnings(
    db: &mut Db,
    actor: &Actor,
    campaign: &Campaign,
    visit: &mut Visit,
) -> Result<Vec<&'static str>> {
    let chain: Vec<_> = std::iter::once(visit.unit).chain(visit.unit_ancestors.iter().copied()).collect();
    let office = calendars::holding(db, &chain, visit.window.days()).await?;
    let mut warnings = visit.window.warnings(&office);
    // Supervision goes by a programme.
    let is_unplanned = campaign.decision_date.is_some() && campaign.plan_date.is_none();
    if is_unplanned && campaign.kind != CampaignKind::Supervision && visit.kind.rests_on_plan() {
        warnings.push(CAMPAIGN_UNPLANNED);
    }
    warnings.extend(people(db, visit).await?);
    visit.warnings = warnings.iter().map(|code| (*code).to_owned()).collect();
    let own = Counted {
        id: visit.id,
        owner: visit.owner,
        campaign: visit.campaign,
        unit: visit.unit,
        round: visit.round,
        kind: visit.kind,
        window: visit.window,
    };
    let near = others(db, actor, visit.owner, &[own]).await?;
    // What was planned under a campaign that was given up comes no more.
    let campaigns: HashSet<CampaignId> = near.iter().map(|other| other.campaign).collect();
    let live = campaigns::still_meant(db, &campaigns.into_iter().collect::<Vec<_>>()).await?;
    let near = near.into_iter().filter(|other| live.contains(&other.campaign)).collect::<Vec<_>>();
    let meets = |other: &Counted| {
        let at_once = other.window.start < visit.window.end && visit.window.start < other.window.end;
        other.id != visit.id && (at_once || other.campaign != visit.campaign)
    };
    if near.iter().any(meets) {
        warnings.push(OVERLAPPING_VISIT);
    }
    Ok(warnings)
}

/// Warns of visits to come whose unit will have ended by their last day, whenever that was recorded.
///
/// # Errors
/// The database's own.
pub(super) async fn warn_of_ends(db: &mut Db, visits: &mut [Visit]) -> Result<()> {
    let to_come = |visit: &&mut Visit| visit.state.is_before_check_in();
    let versions: Vec<_> = visits.iter_mut().filter(to_come).filter_map(|visit| visit.unit_version).collect();
    // Nearly always none of them ends, and one query says so.
    let ending = units::many::ending(db, &versions).await?;
    for visit in visits.iter_mut().filter(to_come) {
        let (_, day) = visit.window.days();
        let ends = visit.unit_version.and_then(|version| ending.get(&version)).is_some_and(|end| *end <= day);
        if ends && units::at(db, visit.unit, day).await?.is_none() {
            visit.warnings.push(UNIT_NOT_IN_FORCE.to_owned());
        }
    }
    Ok(())
}

/// Judges the team against the owner's rules.
///
/// # Errors
/// What they refuse.
pub(in crate::flows) async fn people(db: &mut Db, visit: &Visit) -> Result<Vec<&'static str>> {
    let (rules, _) = assignments::rules(db, visit.owner).await?;
    let (day, _) = visit.window.days();
    let units = with_predecessors(db, visit.unit, day).await?;
    let team = assignments::assigned(db, visit.owner, (visit.team, &units), visit.window.start).await?;
    let looks_again = visit.kind == Kind::ReInspection;
    Ok(judge(rules, &units, day, &team, looks_again)?)
}
