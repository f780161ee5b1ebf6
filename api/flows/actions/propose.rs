//! How actions are proposed: by the lead or the office, to whoever is to do it, for findings that are open.

use super::{entry, tell_holders};
use crate::app::App;
use crate::domain::action::{
    self, Action, Kind, MOST_FINDINGS, MOST_OWNERS, Measure, Owner, Recurrence, State, Story, Target,
    measures, said,
};
use crate::domain::actor::Actor;
use crate::domain::campaign::CampaignState;
use crate::domain::finding::{self, Finding};
use crate::domain::ids::{ActionId, CampaignId, DocumentId, FindingId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::{Visit, rule};
use crate::flows::Result;
use crate::flows::findings::visited;
use crate::flows::units::today;
use crate::flows::visits::life::Work;
use crate::identity;
use crate::records::actions as rows;
use crate::records::visits::standing;
use crate::records::{Tx, campaigns, custody, findings, units};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

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
/// `visit.not-on-site`, `visit.closed`, `campaign.state`; `action.owners`, `action.finding-unfit`, `action.programme-unknown`,
/// `action.text`, `action.due-on`, `action.recurrence`.
pub async fn propose(app: &App, actor: &Actor, proposal: Proposal) -> Result<Action> {
    let mut tx = app.records.begin().await?;
    let standing = standing(&mut tx, actor, proposal.visit).await?.ok_or_else(Refusal::not_found)?;
    // A visit's team and its office see what came of it; an action that is not there yet has no state to hide.
    may(actor, Deed::ProposeAction, &standing.subject)?;
    drop(tx);
    let mut work = Work::begin(app, actor, proposal.visit, Deed::ReadFindings).await?;
    visited(&work.visit)?;
    let Work { tx, visit, standing, now, .. } = &mut work;
    takes_actions(tx, visit.campaign).await?;
    let ground = Ground { visit, subject: &standing.subject, now: *now };
    let findings = ground.fitting(tx, actor, &proposal.findings).await?;
    let targets = targets(&findings);
    let owners = ground.owners(tx, &proposal.owners, &findings).await?;
    if let Some(programme) = proposal.programme {
        ground.known(tx, programme).await?;
    }
    let visited_on = vietnam_day(work.visit.window.start);
    let mut action = Action {
        id: ActionId::random(identity::random()),
        owner: work.visit.owner,
        campaign: work.visit.campaign,
        visit: work.visit.id,
        team: work.visit.team,
        kind: proposal.kind,
        title: said(&proposal.title, "/title")?,
        state: State::Proposed,
        due_on: proposal.due_on.map(|day| action::due_on(day, visited_on)).transpose()?,
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
    tell_holders(&mut work.tx, std::slice::from_mut(&mut action), today(app)).await?;
    let beside: Vec<UnitId> = work.standing.subject.units.clone();
    rows::keep(&mut work.tx, &action, &beside).await?;
    let details = json!({ "findings": proposal.findings, "owners": proposal.owners });
    custody::note(&mut work.tx, Some(actor), entry(&action, "action.proposed", details), work.now).await?;
    work.tx.commit().await?;
    Ok(action)
}

/// The findings as what an action is to remedy, none of it verified.
pub(super) fn targets(findings: &[Finding]) -> Vec<Target> {
    findings.iter().map(|of| Target { finding: of.id, verified_at: None }).collect()
}

/// Refuses a campaign that is closed: nothing is left open there.
async fn takes_actions(tx: &mut Tx, id: CampaignId) -> Result<()> {
    // Nobody closes it meanwhile.
    let campaign = campaigns::find_settled(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if campaign.state != CampaignState::Closed {
        return Ok(());
    }
    let detail = "The campaign is closed: nothing is left to be done under it.";
    Err(Refusal::new(Family::Conflict, "campaign.state", detail).into())
}

/// What an action is proposed from.
pub(super) struct Ground<'a> {
    /// The visit it comes from.
    pub(super) visit: &'a Visit,
    /// What the actor is to that visit.
    pub(super) subject: &'a Subject,
    /// When.
    pub(super) now: Timestamp,
}

impl Ground<'_> {
    /// Findings an action may be proposed for, by id: open ones of its campaign; a lead names those of the own team.
    pub(super) async fn fitting(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        wanted: &[FindingId],
    ) -> Result<Vec<Finding>> {
        let mut ids = wanted.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let known = findings::load(tx, &ids).await?;
        let office = Subject { team_role: None, ..self.subject.clone() };
        let is_of_office = allows(actor, Deed::ProposeAction, &office);
        let fit = known.iter().filter(|finding| {
            finding.campaign == self.visit.campaign
                && (is_of_office || finding.team == self.visit.team)
                && finding.kind == finding::Kind::Shortfall
                && finding.state.is_open()
        });
        if ids.len() > MOST_FINDINGS || fit.count() != ids.len() {
            let detail = "An action remedies open findings of its own campaign.";
            return Err(rule("action.finding-unfit", "/findings", detail).into());
        }
        Ok(known)
    }

    /// The owners as they were on the day of the visit, or as they are today where they came later. What is to be done
    /// about findings that were handed over is handed over with them.
    pub(super) async fn owners(
        &self,
        tx: &mut Tx,
        wanted: &[UnitId],
        findings: &[Finding],
    ) -> Result<Vec<Owner>> {
        let mut ids = wanted.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut known = units::all_at(tx, &ids, vietnam_day(self.now)).await?;
        known.extend(units::all_at(tx, &ids, vietnam_day(self.visit.window.start)).await?);
        if ids.is_empty() || ids.len() > MOST_OWNERS || known.len() != ids.len() {
            let detail = format!("An action has 1 to {MOST_OWNERS} owners, each a unit in force.");
            return Err(rule("action.owners", "/owners", &detail).into());
        }
        let heir = |unit: UnitId| findings.iter().filter(|f| f.unit == unit).find_map(|f| f.handed_to);
        let mut owners: Vec<Owner> = known
            .into_values()
            .map(|unit| Owner {
                unit: unit.unit,
                path: unit.path,
                ancestors: unit.ancestors,
                handed_to: heir(unit.unit),
                held_by: None,
            })
            .collect();
        owners.sort_by_key(|owner| owner.unit);
        Ok(owners)
    }

    /// Refuses a programme that is no paper of the campaign.
    pub(super) async fn known(&self, tx: &mut Tx, programme: DocumentId) -> Result<()> {
        let known = campaigns::documents(tx, self.visit.campaign).await?;
        if known.iter().any(|document| document.id == programme) {
            return Ok(());
        }
        let detail = "The campaign has no such document.";
        Err(rule("action.programme-unknown", "/programme", detail).into())
    }
}
