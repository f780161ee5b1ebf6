//! What is decided about a finding: confirmed or dismissed, explained, verified, told more about.

use super::{Hold, rows, write};
use crate::app::App;
use crate::domain::action::{self, Action};
use crate::domain::actor::Actor;
use crate::domain::finding::{
    self, Explanation, Finding, MOST_LINKS, MOST_PHOTOS, Severity, Step, Verification, said, said_if,
};
use crate::domain::ids::{AccountId, FindingId, PhotoId, UnitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, may};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::{Result, actions, current, minutes};
use crate::records::actions::{hold_for, photos_of, verify};
use crate::records::findings::drafts;
use jiff::civil::Date;
use serde_json::{Value, json};

/// What the lead says while confirming; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    /// How grave.
    pub severity: Option<Severity>,
    /// Whether it is critical.
    pub critical: Option<bool>,
    /// What was found, in the lead's words.
    pub statement: Option<String>,
    /// Why it is so.
    pub root_cause: Option<String>,
}

/// Stands by a candidate. What is changed about it while doing so is on record with what it was; where somebody has signed
/// the minutes, it is added to them.
///
/// # Errors
/// `finding.not-candidate`, `finding.severity`, `finding.text`.
pub async fn confirm(app: &App, actor: &Actor, id: FindingId, said_of: Confirmation) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideFinding).await?;
    let Some(state) = hold.step(Step::Confirm)? else { return Ok(hold.finding) };
    let was = hold.finding.clone();
    let finding = &mut hold.finding;
    if finding.kind == finding::Kind::Strength
        && (said_of.severity.is_some() || said_of.critical == Some(true))
    {
        let detail = "A strength is neither grave nor critical.";
        return Err(rule("finding.severity", "/severity", detail).into());
    }
    finding.severity = said_of.severity.or(finding.severity);
    finding.critical = said_of.critical.unwrap_or(finding.critical);
    if let Some(statement) = said_if(said_of.statement.as_deref(), "/statement")? {
        finding.statement = statement;
    }
    finding.root_cause =
        said_if(said_of.root_cause.as_deref(), "/root_cause")?.or_else(|| finding.root_cause.clone());
    finding.state = state;
    let mut details = json!({ "severity": finding.severity, "critical": finding.critical });
    let (before, after) = (told(&was), told(finding));
    if before != after {
        details = json!({ "severity": finding.severity, "critical": finding.critical, "was": before,
            "becomes": after });
    }
    minutes::add_confirmed(&mut hold.tx, actor, (&was, &hold.finding), (hold.by, hold.now)).await?;
    hold.write(actor, "finding.confirmed", details).await
}

/// What the lead may change while confirming.
fn told(of: &Finding) -> Value {
    json!({ "statement": of.statement, "severity": of.severity, "critical": of.critical,
        "root_cause": of.root_cause })
}

/// Does not stand by a candidate.
///
/// # Errors
/// `finding.not-candidate`, `finding.text` without a reason.
pub async fn dismiss(app: &App, actor: &Actor, id: FindingId, reason: &str) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideFinding).await?;
    let reason = said(reason, "/reason")?;
    let Some(state) = hold.step(Step::Dismiss)? else { return Ok(hold.finding) };
    hold.finding.state = state;
    hold.finding.story.dismissed_because = Some(reason.clone());
    hold.write(actor, "finding.dismissed", json!({ "reason": reason })).await
}

/// Asks the unit to explain, until the end of a local day where one is named; asked again, it may be given longer.
///
/// # Errors
/// `finding.not-explainable`, `finding.strength`, `finding.explain-by`.
pub async fn request_explanation(
    app: &App,
    actor: &Actor,
    id: FindingId,
    until: Option<Date>,
) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideFinding).await?;
    let state = hold.step(Step::RequestExplanation)?;
    if !hold.finding.story.ask(state.is_none(), until, vietnam_day(hold.now))? {
        return Ok(hold.finding);
    }
    hold.finding.state = state.unwrap_or(hold.finding.state);
    hold.write(actor, "finding.explanation_requested", json!({ "until": until })).await
}

/// What the unit says, with evidence of its own.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its words.
    pub text: String,
    /// Held photos of the unit.
    pub photos: Vec<PhotoId>,
    /// Papers, by name.
    pub papers: Vec<String>,
}

/// Explains a finding for the unit, asked or not: its right of reply.
///
/// # Errors
/// `finding.not-explainable`, `finding.text`, `finding.photos`.
pub async fn explain(app: &App, actor: &Actor, id: FindingId, unit_says: Said) -> Result<Finding> {
    send(Hold::begin(app, actor, id, Deed::ExplainFinding).await?, actor, unit_says, None).await
}

/// What the unit says becomes its explanation; whatever was drafted of one is forgotten.
pub(super) async fn send(
    mut hold: Hold,
    actor: &Actor,
    unit_says: Said,
    drafted_by: Option<AccountId>,
) -> Result<Finding> {
    let mut photos = unit_says.photos;
    photos.sort_unstable();
    photos.dedup();
    let explanation = Explanation {
        text: said(&unit_says.text, "/text")?,
        photos,
        papers: crate::domain::action::papers(&unit_says.papers)?,
        by: hold.by,
        at: hold.now,
    };
    let repeated = |earlier: &Explanation| earlier.says_the_same(&explanation);
    if hold.finding.state == finding::State::Explained
        && hold.finding.story.explanation.as_ref().is_some_and(repeated)
    {
        return Ok(hold.finding);
    }
    let Some(state) = hold.step(Step::Explain)? else { return Ok(hold.finding) };
    let photos = &explanation.photos;
    let units: Vec<UnitId> =
        std::iter::once(hold.finding.unit).chain(hold.finding.held_by.as_ref().map(|at| at.unit)).collect();
    if photos.len() > MOST_PHOTOS
        || photos_of(&mut hold.tx, photos, (hold.finding.owner, &units)).await? != photos.len()
    {
        let detail = format!("Evidence is at most {MOST_PHOTOS} sound photos of the unit.");
        return Err(rule("finding.photos", "/photos", &detail).into());
    }
    let mut details = json!({ "photos": explanation.photos, "papers": explanation.papers });
    if let (Some(by), Some(details)) = (drafted_by, details.as_object_mut()) {
        details.insert("drafted_by".to_owned(), json!(by));
    }
    hold.finding.state = state;
    hold.finding.story.explain(explanation);
    drafts::remove(&mut hold.tx, hold.finding.id).await?;
    hold.write(actor, "finding.explained", details).await
}

/// Settles an explanation after verifying it: the finding stands, or is withdrawn and its actions with it. Nobody
/// verifies for a unit they belong to, and the lead not a critical one alone.
///
/// # Errors
/// `finding.no-explanation`, `finding.explanation-awaited`, `finding.own-unit`, `finding.own-explanation`,
/// `finding.lead-alone`, `finding.text` without a reason.
pub async fn verify(app: &App, actor: &Actor, id: FindingId, upheld: bool, reason: &str) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::VerifyFinding).await?;
    let reason = said(reason, "/reason")?;
    let step = if upheld { Step::Uphold } else { Step::Withdraw };
    let Some(state) = hold.step(step)? else { return Ok(hold.finding) };
    let of = hold.concerned();
    if verify::belongs(&mut hold.tx, hold.by, &of).await? {
        let detail = "Nobody verifies what a unit says that they belong to.";
        return Err(Refusal::new(Family::Forbidden, "finding.own-unit", detail).into());
    }
    hold.finding.story.refuse_explainer(hold.by)?;
    // Whoever led the team that found it, whatever they are since.
    if verify::led_critical(&mut hold.tx, hold.by, id).await? {
        let detail = "A critical finding is verified by somebody else than the lead of its team.";
        return Err(Refusal::new(Family::Forbidden, "finding.lead-alone", detail).into());
    }
    if upheld {
        hold.finding.story.refuse_unheard(hold.finding.state, vietnam_day(hold.now))?;
    }
    hold.finding.state = state;
    hold.finding.story.verification =
        Some(Verification { upheld, reason: reason.clone(), by: hold.by, at: hold.now });
    let mut of = hold_for(&mut hold.tx, &[id]).await?;
    let issued =
        |action: &Action| !matches!(action.state, action::State::Proposed | action::State::Cancelled);
    if upheld && of.iter().any(issued) {
        hold.finding.state = finding::State::ActionOpen;
    }
    of.retain(|action| !action.state.is_over());
    let deed = if upheld { "finding.upheld" } else { "finding.withdrawn" };
    let finding = &mut hold.finding;
    write(&mut hold.tx, actor, finding, (deed, json!({ "reason": reason })), hold.now).await?;
    if upheld {
        // What was verified of its actions before counts, where nothing else is awaited.
        actions::verify::settle(&mut hold.tx, actor, std::slice::from_mut(finding), None, hold.now).await?;
    } else {
        actions::let_go(&mut hold.tx, actor, of, "the finding was withdrawn", hold.now).await?;
    }
    hold.tx.commit().await?;
    Ok(hold.finding)
}

/// What else is told of a finding; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Why it is so.
    pub root_cause: Option<String>,
    /// Number of a procedure outside the system.
    pub referral: Option<String>,
    /// Why no action is needed.
    pub no_action_because: Option<String>,
    /// Findings that belong together with it, all of them.
    pub linked: Option<Vec<FindingId>>,
}

/// Tells more of a finding, whatever its state.
///
/// # Errors
/// `version.stale`, `finding.text`, `finding.referral`, `finding.links`.
pub async fn change(
    app: &App,
    actor: &Actor,
    id: FindingId,
    version: i32,
    change: Change,
) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::VerifyFinding).await?;
    if change.referral.is_some() || change.no_action_because.is_some() {
        // What becomes of it is for the lead and the office to say.
        may(actor, Deed::ProposeAction, &hold.standing.subject)?;
    }
    current(version, hold.finding.version)?;
    if let Some(mut linked) = change.linked {
        linked.sort_unstable();
        linked.dedup();
        let known = rows::load(&mut hold.tx, &linked).await?;
        let fit = known.iter().filter(|f| f.owner == hold.finding.owner && f.id != id).count();
        if linked.len() > MOST_LINKS || fit != linked.len() {
            let detail = format!("Links name at most {MOST_LINKS} other findings of the same owner.");
            return Err(rule("finding.links", "/linked", &detail).into());
        }
        hold.finding.story.linked = linked;
    }
    let finding = &mut hold.finding;
    finding.root_cause =
        said_if(change.root_cause.as_deref(), "/root_cause")?.or_else(|| finding.root_cause.clone());
    let story = &mut finding.story;
    story.no_action_because = said_if(change.no_action_because.as_deref(), "/no_action_because")?
        .or_else(|| story.no_action_because.clone());
    if let Some(number) = change.referral {
        story.referral = Some(finding::referral(&number)?);
    }
    let details = json!({ "root_cause": finding.root_cause, "referral": finding.story.referral,
        "linked": finding.story.linked, "no_action_because": finding.story.no_action_because });
    hold.write(actor, "finding.changed", details).await
}
