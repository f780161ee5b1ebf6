//! Scheduling a visit and changing what is planned.

use super::life::Work;
use super::{allowed, entry};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::{Campaign, CampaignKind, CampaignState};
use crate::domain::ids::{CampaignId, TeamId, TemplateVersionId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::{
    Kind, LONGEST_DAYS, OVERLAPPING_VISIT, State, Visit, Window, not_before_decision, rule,
};
use crate::flows::units::lineage::not_in_force;
use crate::flows::{Result, current};
use crate::identity;
use crate::records::units::{self, UnitAt};
use crate::records::visits::life as rows;
use crate::records::visits::visible::{self, Wanted};
use crate::records::{Db, campaigns, custody, premises, teams, templates};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::HashSet;

/// Most checklists of one visit.
const MOST_TEMPLATES: usize = 20;

/// What somebody plans.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Under which campaign.
    pub campaign: CampaignId,
    /// Which team goes.
    pub team: TeamId,
    /// Where to.
    pub unit: UnitId,
    /// How.
    pub kind: Kind,
    /// When it is to begin.
    pub start: Timestamp,
    /// When it is to end.
    pub end: Timestamp,
    /// Published versions, in order.
    pub templates: Vec<TemplateVersionId>,
    /// What it re-inspects.
    pub previous: Option<VisitId>,
}

/// A planned visit, and what its scheduler should look at twice.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The visit.
    pub visit: Visit,
    /// Stable codes: `non_working_day`, `overlapping_visit` (only with visits the scheduler may see).
    pub warnings: Vec<&'static str>,
}

/// Refuses a campaign under which no visits are made.
///
/// # Errors
/// `visit.campaign-not-active`.
pub(super) fn campaign_is_active(state: CampaignState) -> Result<()> {
    if state == CampaignState::Active {
        return Ok(());
    }
    let detail = format!("Visits are made under an active campaign; this one is {}.", state.as_str());
    Err(Refusal::new(Family::Conflict, "visit.campaign-not-active", detail).into())
}

/// Schedules a visit. A surprise visit is born sealed.
///
/// # Errors
/// `visit.campaign-not-active`, `visit.team-of-other-campaign`, `visit.unit-not-in-force`, `visit.before-decision`,
/// `visit.no-prior-visit`, `visit.templates`, `visit.window`.
pub async fn schedule(app: &App, actor: &Actor, plan: Plan) -> Result<Scheduled> {
    let mut tx = app.records.begin().await?;
    let now = app.now();
    let campaign = campaigns::find(&mut tx, plan.campaign).await?.ok_or_else(Refusal::not_found)?;
    let unit = units::at(&mut tx, plan.unit, vietnam_day(plan.start)).await?;
    may(actor, Deed::ScheduleVisit, &subject(&mut tx, actor, &campaign, plan.team, unit.as_ref()).await?)?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    campaign_is_active(campaign.state)?;
    team_fits(&mut tx, plan.team, campaign.id).await?;
    let window = Window::checked(plan.start, plan.end)?;
    let Some(unit) = unit else {
        return Err(not_in_force(&mut tx, plan.unit, vietnam_day(plan.start)).await?.into());
    };
    not_before_decision(plan.start, campaign.decision_date, "/planned_start")?;
    templates_fit(&mut tx, &plan.templates, &campaign).await?;
    previous_fits(&mut tx, actor, &plan, &campaign).await?;
    let visit = Visit {
        id: VisitId::random(identity::random()),
        owner: campaign.owner,
        campaign: campaign.id,
        team: plan.team,
        unit: plan.unit,
        unit_version: unit.version,
        unit_path: unit.path,
        unit_ancestors: unit.ancestors,
        premises: premises::of_unit(&mut tx, plan.unit, vietnam_day(plan.start)).await?.map(|(id, ..)| id),
        kind: plan.kind,
        state: plan.kind.born(),
        window,
        disclosed_at: None,
        dispatched_at: None,
        check_in: None,
        submitted_at: None,
        finalised_at: None,
        ended_because: None,
        previous: plan.previous,
        minutes: None,
        templates: plan.templates,
        version: 1,
        created_by: by,
        created_at: now,
    };
    let warnings = warnings(&mut tx, actor, &visit).await?;
    rows::keep(&mut tx, &visit).await?;
    let details = json!({ "kind": visit.kind, "unit": visit.unit, "team": visit.team,
        "planned_start": window.start, "planned_end": window.end, "templates": visit.templates });
    custody::note(&mut tx, Some(actor), entry(&visit, "visit.scheduled", details), now).await?;
    tx.commit().await?;
    Ok(Scheduled { visit, warnings })
}

/// What changes in a plan; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// When it is to begin.
    pub start: Option<Timestamp>,
    /// When it is to end.
    pub end: Option<Timestamp>,
    /// Which team goes.
    pub team: Option<TeamId>,
}

/// Changes the planned time or the team, before the team is told.
///
/// # Errors
/// `version.stale`, `visit.already-dispatched`, and as [`schedule`].
pub async fn change(
    app: &App,
    actor: &Actor,
    id: VisitId,
    version: i32,
    change: Change,
) -> Result<Scheduled> {
    let mut work = Work::begin(app, actor, id, Deed::ScheduleVisit).await?;
    current(version, work.visit.version)?;
    if !matches!(work.visit.state, State::Planned | State::Sealed) {
        let detail = "The team has been told; what is planned stands.";
        return Err(Refusal::new(Family::Conflict, "visit.already-dispatched", detail).into());
    }
    let campaign =
        campaigns::find(&mut work.tx, work.visit.campaign).await?.ok_or_else(Refusal::not_found)?;
    let window = Window::checked(
        change.start.unwrap_or(work.visit.window.start),
        change.end.unwrap_or(work.visit.window.end),
    )?;
    let team = change.team.unwrap_or(work.visit.team);
    let day = vietnam_day(window.start);
    let Some(unit) = units::at(&mut work.tx, work.visit.unit, day).await? else {
        return Err(not_in_force(&mut work.tx, work.visit.unit, day).await?.into());
    };
    not_before_decision(window.start, campaign.decision_date, "/planned_start")?;
    if team != work.visit.team {
        team_fits(&mut work.tx, team, campaign.id).await?;
        // A lead plans for the team they lead, so they can't hand a visit to another's.
        let subject = subject(&mut work.tx, actor, &campaign, team, Some(&unit)).await?;
        may(actor, Deed::ScheduleVisit, &Subject { sealed: work.visit.is_sealed(), ..subject })?;
    }
    let was = json!({ "team": work.visit.team, "planned_start": work.visit.window.start,
        "planned_end": work.visit.window.end });
    let details =
        json!({ "was": was, "team": team, "planned_start": window.start, "planned_end": window.end });
    work.visit.premises =
        premises::of_unit(&mut work.tx, work.visit.unit, day).await?.map(|(premises, ..)| premises);
    work.visit.window = window;
    work.visit.team = team;
    work.visit.unit_version = unit.version;
    work.visit.unit_path = unit.path;
    work.visit.unit_ancestors = unit.ancestors;
    let warnings = warnings(&mut work.tx, actor, &work.visit).await?;
    let visit = work.write(actor, "visit.rescheduled", details).await?;
    Ok(Scheduled { visit, warnings })
}

async fn subject(
    db: &mut Db,
    actor: &Actor,
    campaign: &Campaign,
    team: TeamId,
    unit: Option<&UnitAt>,
) -> Result<Subject> {
    // A seat counts in its own campaign alone: with another's id it must not tell that there is such a campaign.
    let own = teams::find(db, team).await?.is_some_and(|found| found.campaign == campaign.id);
    let team_role = match actor.account() {
        Some(me) if own => teams::role_in(db, team, me).await?,
        _ => None,
    };
    Ok(Subject {
        owner: Some(campaign.owner),
        units: unit.map(|u| std::iter::once(u.unit).chain(u.ancestors.clone()).collect()).unwrap_or_default(),
        campaign: Some(campaign.id),
        supervision: campaign.kind == CampaignKind::Supervision,
        team_role,
        ..Subject::default()
    })
}

async fn team_fits(db: &mut Db, team: TeamId, campaign: CampaignId) -> Result<()> {
    match teams::find(db, team).await? {
        Some(found) if found.campaign == campaign => Ok(()),
        _ => Err(rule("visit.team-of-other-campaign", "/team", "The campaign has no such team.").into()),
    }
}

async fn templates_fit(db: &mut Db, wanted: &[TemplateVersionId], campaign: &Campaign) -> Result<()> {
    let fault = |place: &str, detail: &str| rule("visit.templates", place, detail);
    if wanted.is_empty() || wanted.len() > MOST_TEMPLATES {
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

/// The same answer for a visit that does not exist, that the actor may not see, and that does not fit.
async fn previous_fits(db: &mut Db, actor: &Actor, plan: &Plan, campaign: &Campaign) -> Result<()> {
    let no = |detail: &str| rule("visit.no-prior-visit", "/previous_visit", detail);
    match (plan.kind, plan.previous) {
        (Kind::ReInspection, Some(previous)) => {
            let fits = match allowed(db, actor, previous, Deed::ReadVisit).await {
                Ok(standing) => {
                    let over = [State::Submitted, State::Finalised].map(State::as_str);
                    standing.unit == plan.unit
                        && standing.owner == campaign.owner
                        && over.contains(&standing.state.as_str())
                }
                Err(crate::flows::Error::Refused(_)) => false,
                Err(why) => return Err(why),
            };
            let detail = "A re-inspection names a submitted visit of this owner at this unit.";
            if fits { Ok(()) } else { Err(no(detail).into()) }
        }
        (Kind::ReInspection, None) => Err(no("A re-inspection names the visit it looks at again.").into()),
        (_, Some(_)) => Err(no("Only a re-inspection names an earlier visit.").into()),
        (_, None) => Ok(()),
    }
}

/// Overlaps are looked for among the visits the scheduler may see, so that a warning tells nobody of a sealed one.
async fn warnings(db: &mut Db, actor: &Actor, visit: &Visit) -> Result<Vec<&'static str>> {
    let mut warnings = visit.window.warnings();
    let longest = SignedDuration::from_hours(LONGEST_DAYS * 24);
    let wanted = Wanted {
        unit: Some(visit.unit),
        from: visit.window.start.checked_sub(longest).ok(),
        to: Some(visit.window.end),
        ..Wanted::default()
    };
    let near = visible::page(db, actor, Deed::ReadVisit, &wanted, 200).await?;
    let ids: Vec<VisitId> = near.iter().map(|place| place.id).filter(|id| *id != visit.id).collect();
    let overlaps = rows::load(db, &ids).await?.into_iter().any(|other| {
        other.unit == visit.unit
            && !matches!(other.state, State::Cancelled | State::Aborted)
            && other.window.start < visit.window.end
            && visit.window.start < other.window.end
    });
    if overlaps {
        warnings.push(OVERLAPPING_VISIT);
    }
    Ok(warnings)
}
