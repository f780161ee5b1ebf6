//! Scheduling a visit and changing what is planned.

use super::entry;
use super::grounds::{previous, round_fits, team_fits, templates_fit, warnings};
use super::life::Work;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::{Campaign, CampaignKind, CampaignState};
use crate::domain::ids::{CampaignId, RoundId, TeamId, TemplateVersionId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::{Kind, State, Visit, Window, not_before_decision};
use crate::flows::units::lineage::{in_force_to_the_end, not_in_force};
use crate::flows::{Result, current};
use crate::identity;
use crate::records::units::{self, UnitAt};
use crate::records::visits::life as rows;
use crate::records::{Db, campaigns, custody, premises, teams};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// What somebody plans.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Under which campaign.
    pub campaign: CampaignId,
    /// Which team goes.
    pub team: TeamId,
    /// Where to.
    pub unit: UnitId,
    /// In which round of the campaign, if in any.
    pub round: Option<RoundId>,
    /// How.
    pub kind: Kind,
    /// Whether a re-inspection comes as a surprise; a surprise visit does, whatever is said.
    pub secret: bool,
    /// When it is to begin.
    pub start: Timestamp,
    /// When it is to end.
    pub end: Timestamp,
    /// Published versions, in order.
    pub templates: Vec<TemplateVersionId>,
    /// What it re-inspects; a re-inspection that names none looks at the last visit of its campaign at the unit.
    pub previous: Option<VisitId>,
    /// The period it looks back on; the campaign's where none is named.
    pub review: (Option<Date>, Option<Date>),
}

/// A planned visit, and what its scheduler should look at twice.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The visit.
    pub visit: Visit,
    /// Stable codes, out of [`crate::domain::visit::WARNINGS`]; overlaps only with visits the scheduler may see.
    pub warnings: Vec<&'static str>,
}

/// Refuses a campaign under which no visits are planned any more.
///
/// # Errors
/// `visit.campaign-not-active`.
fn campaign_takes_plans(state: CampaignState) -> Result<()> {
    if state.takes_plans() { Ok(()) } else { campaign_is_active(state) }
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

/// Schedules a visit. A surprise visit is born sealed, and a re-inspection that is to be one.
///
/// # Errors
/// `visit.campaign-not-active`, `visit.team-of-other-campaign`, `visit.unit-not-in-force`, `visit.before-decision`,
/// `visit.no-prior-visit`, `visit.templates`, `visit.window`, `visit.round-of-other-campaign`, `visit.not-a-target`,
/// `visit.team-not-of-round`, `visit.kind-not-of-round`, `visit.member-of-own-unit`, `visit.member-lately-there`, `visit.secret`.
pub async fn schedule(app: &App, actor: &Actor, plan: Plan) -> Result<Scheduled> {
    let window = Window::checked(plan.start, plan.end)?;
    plan.kind.may_be_secret(plan.secret)?;
    let mut tx = app.records.begin().await?;
    let now = app.now();
    // Held as it is: a visit is not planned into a campaign that is ending at the moment.
    let campaign = campaigns::find_settled(&mut tx, plan.campaign).await?.ok_or_else(Refusal::not_found)?;
    let unit = units::at(&mut tx, plan.unit, vietnam_day(plan.start)).await?;
    may(actor, Deed::ScheduleVisit, &subject(&mut tx, actor, &campaign, plan.team, unit.as_ref()).await?)?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    campaign_takes_plans(campaign.state)?;
    team_fits(&mut tx, plan.team, campaign.id).await?;
    let Some(unit) = unit else {
        return Err(not_in_force(&mut tx, plan.unit, vietnam_day(plan.start)).await?.into());
    };
    in_force_to_the_end(&mut tx, plan.unit, &window).await?;
    not_before_decision(plan.start, campaign.decision_date, "/planned_start")?;
    templates_fit(&mut tx, &plan.templates, plan.kind, &campaign).await?;
    let previous = previous(&mut tx, actor, &plan, &campaign).await?;
    let review =
        if plan.review == (None, None) { (campaign.review_from, campaign.review_to) } else { plan.review };
    review_fits(review)?;
    let mut visit = Visit {
        id: VisitId::random(identity::random()),
        owner: campaign.owner,
        campaign: campaign.id,
        team: plan.team,
        round: plan.round,
        unit: plan.unit,
        unit_version: Some(unit.version),
        unit_path: unit.path,
        unit_ancestors: unit.ancestors,
        premises: premises::of_unit(&mut tx, plan.unit, vietnam_day(plan.start)).await?.map(|(id, ..)| id),
        kind: plan.kind,
        secret: plan.kind.is_secret(plan.secret),
        state: plan.kind.born(plan.secret),
        window,
        disclosed_at: None,
        dispatched_at: None,
        check_in: None,
        submitted_at: None,
        finalised_at: None,
        ended_because: None,
        unanswered_because: None,
        review,
        joined_into: None,
        previous,
        minutes: None,
        templates: plan.templates,
        warnings: Vec::new(),
        version: 1,
        created_by: by,
        created_at: now,
    };
    round_fits(&mut tx, plan.round, &visit).await?;
    let warnings = warnings(&mut tx, actor, &campaign, &mut visit).await?;
    rows::keep(&mut tx, &visit).await?;
    let details = json!({ "kind": visit.kind, "secret": visit.secret, "unit": visit.unit, "team": visit.team,
        "round": visit.round, "planned_start": window.start, "planned_end": window.end, "templates": visit.templates });
    custody::note(&mut tx, Some(actor), entry(&visit, "visit.scheduled", details), now).await?;
    tx.commit().await?;
    Ok(Scheduled { visit, warnings })
}

/// Refuses a period that ends before it begins.
fn review_fits((from, to): (Option<Date>, Option<Date>)) -> Result<()> {
    for (at, day) in [("/review_from", from), ("/review_to", to)] {
        day.map(|day| crate::domain::unit::day(at, day)).transpose()?;
    }
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err(Refusal::field("/review_to", "campaign.period", "ends before it begins").into());
    }
    Ok(())
}

/// What changes in a plan; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// When it is to begin.
    pub start: Option<Timestamp>,
    /// When it is to end.
    pub end: Option<Timestamp>,
    /// Which team goes.
    pub team: Option<TeamId>,
    /// In which round.
    pub round: Option<RoundId>,
    /// Which checklists, all of them in order.
    pub templates: Option<Vec<TemplateVersionId>>,
    /// The period it looks back on.
    pub review: Option<(Option<Date>, Option<Date>)>,
}

/// Changes the planned time, the team, the checklists or the period looked back on, before the team is told.
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
    in_force_to_the_end(&mut work.tx, work.visit.unit, &window).await?;
    not_before_decision(window.start, campaign.decision_date, "/planned_start")?;
    if team != work.visit.team {
        team_fits(&mut work.tx, team, campaign.id).await?;
        // A lead plans for the team they lead, so they can't hand a visit to another's.
        let subject = subject(&mut work.tx, actor, &campaign, team, Some(&unit)).await?;
        may(actor, Deed::ScheduleVisit, &Subject { sealed: work.visit.is_sealed(), ..subject })?;
    }
    if let Some(templates) = change.templates.filter(|wanted| *wanted != work.visit.templates) {
        templates_fit(&mut work.tx, &templates, work.visit.kind, &campaign).await?;
        rows::replace_templates(&mut work.tx, id, &templates).await?;
        work.visit.templates = templates;
    }
    if let Some(review) = change.review {
        review_fits(review)?;
        work.visit.review = review;
    }
    let was = json!({ "team": work.visit.team, "planned_start": work.visit.window.start,
        "planned_end": work.visit.window.end });
    let details = json!({ "was": was, "team": team, "round": change.round, "planned_start": window.start, "planned_end": window.end,
        "templates": work.visit.templates });
    work.visit.premises =
        premises::of_unit(&mut work.tx, work.visit.unit, day).await?.map(|(premises, ..)| premises);
    work.visit.window = window;
    work.visit.team = team;
    work.visit.round = change.round.or(work.visit.round);
    work.visit.unit_version = Some(unit.version);
    work.visit.unit_path = unit.path;
    work.visit.unit_ancestors = unit.ancestors;
    round_fits(&mut work.tx, work.visit.round, &work.visit).await?;
    let warnings = warnings(&mut work.tx, actor, &campaign, &mut work.visit).await?;
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
