//! What is decided about a finding: confirmed or dismissed, explained, verified.

use super::again::refuse_known;
use super::{Hold, write};
use crate::app::App;
use crate::domain::action::{self, Action};
use crate::domain::actor::Actor;
use crate::domain::finding::{
    self, Explanation, Finding, MOST_PHOTOS, Severity, Step, Verification, said, said_if,
};
use crate::domain::ids::{AccountId, FindingId, PhotoId, UnitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::photo;
use crate::domain::photo::evidence::{Shown, judged};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::photos::{Photo, shown};
use crate::flows::{Result, actions, minutes};
use crate::records::actions::{hold_for, verify};
use crate::records::findings::drafts;
use crate::records::{Tx, photos};
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

impl Confirmation {
    /// Whether all that it says holds of a finding already.
    fn says_nothing_else(&self, of: &Finding) -> Result<bool> {
        let statement = said_if(self.statement.as_deref(), "/statement")?;
        let root_cause = said_if(self.root_cause.as_deref(), "/root_cause")?;
        Ok(self.severity.is_none_or(|severity| of.severity == Some(severity))
            && self.critical.is_none_or(|critical| of.critical == critical)
            && statement.is_none_or(|statement| of.statement == statement)
            && (root_cause.is_none() || of.root_cause == root_cause))
    }
}

/// That something else was said before, which stands.
fn otherwise(detail: &str) -> crate::flows::Error {
    Refusal::new(Family::Conflict, "finding.decided-otherwise", detail).into()
}

/// Stands by a candidate. What is changed about it while doing so is on record with what it was; where somebody has signed
/// the minutes, it is added to them.
///
/// # Errors
/// `finding.not-candidate`, `finding.not-substantiated`, `finding.earlier-open`, `finding.decided-otherwise`,
/// `finding.severity`, `finding.text`.
pub async fn confirm(app: &App, actor: &Actor, id: FindingId, said_of: Confirmation) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideFinding).await?;
    let Some(state) = hold.step(Step::Confirm)? else {
        let is_same = said_of.says_nothing_else(&hold.finding)?;
        let told = "This finding is confirmed already with other words, severity or cause; read it. What is added to it later \
                    has ways of its own.";
        return if is_same { Ok(hold.finding) } else { Err(otherwise(told)) };
    };
    hold.finding.refuse_hearsay()?;
    refuse_known(&mut hold.tx, &hold.finding).await?;
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

/// Does not stand by a candidate. Where somebody has signed minutes that tell of it, that is added to them.
///
/// # Errors
/// `finding.not-candidate`, `finding.decided-otherwise`, `finding.text` without a reason.
pub async fn dismiss(app: &App, actor: &Actor, id: FindingId, reason: &str) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideFinding).await?;
    let reason = said(reason, "/reason")?;
    let Some(state) = hold.step(Step::Dismiss)? else {
        return match &hold.finding.story.dismissed_because {
            Some(stands) if *stands != reason => {
                Err(otherwise(&format!("This finding is dismissed already, because: {stands}")))
            }
            _ => Ok(hold.finding),
        };
    };
    minutes::add_dismissed(&mut hold.tx, actor, (&hold.finding, &reason), (hold.by, hold.now)).await?;
    hold.finding.state = state;
    hold.finding.story.dismissed_because = Some(reason.clone());
    hold.write(actor, "finding.dismissed", json!({ "reason": reason })).await
}

/// Asks the unit to explain, until the end of a local day where one is named; asked again, it may be given longer.
///
/// # Errors
/// `finding.not-explainable`, `finding.strength`, `finding.explain-by`, `finding.decided-otherwise` for less time.
pub async fn request_explanation(
    app: &App,
    actor: &Actor,
    id: FindingId,
    until: Option<Date>,
) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideFinding).await?;
    let state = hold.step(Step::RequestExplanation)?;
    let asked_by = hold.finding.story.explain_by;
    if !hold.finding.story.ask(state.is_none(), until, vietnam_day(hold.now))? {
        return match asked_by.filter(|by| until.is_some_and(|until| until != *by)) {
            Some(by) => Err(otherwise(&format!(
                "The unit was given until the end of {by} to explain; it is never given less time."
            ))),
            None => Ok(hold.finding),
        };
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

/// Explains a finding for the unit, asked or not: its right of reply. What comes after the day it was asked for is marked.
///
/// # Errors
/// `finding.not-explainable`, `finding.text`, `finding.photos`, `photo.evidence-waits`.
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
    let mut photos = unit_says.photos.clone();
    photos.sort_unstable();
    photos.dedup();
    let explanation = Explanation {
        text: said(&unit_says.text, "/text")?,
        photos,
        papers: crate::domain::action::papers(&unit_says.papers)?,
        by: hold.by,
        at: hold.now,
        late: hold.finding.story.explain_by.is_some_and(|by| vietnam_day(hold.now) > by),
    };
    let repeated = |earlier: &Explanation| earlier.says_the_same(&explanation);
    if hold.finding.state == finding::State::Explained
        && hold.finding.story.explanation.as_ref().is_some_and(repeated)
    {
        return Ok(hold.finding);
    }
    let Some(state) = hold.step(Step::Explain)? else { return Ok(hold.finding) };
    replied(&mut hold.tx, &hold.finding, &unit_says.photos).await?;
    let mut details = json!({ "photos": explanation.photos, "papers": explanation.papers });
    if let (Some(by), Some(details)) = (drafted_by, details.as_object_mut()) {
        details.insert("drafted_by".to_owned(), json!(by));
    }
    hold.finding.state = state;
    hold.finding.story.explain(explanation);
    drafts::remove(&mut hold.tx, hold.finding.id).await?;
    hold.write(actor, "finding.explained", details).await
}

/// Judges the photos a unit replies with: those it sent for that, by the checks of every photo; those that were taken at
/// its visits stand as they are.
async fn replied(tx: &mut Tx, finding: &Finding, named: &[PhotoId]) -> Result<()> {
    let detail = format!("Evidence is at most {MOST_PHOTOS} sound photos of the unit.");
    if named.len() > MOST_PHOTOS {
        return Err(rule("finding.photos", "/photos", &detail).into());
    }
    let units: Vec<UnitId> =
        std::iter::once(finding.unit).chain(finding.held_by.as_ref().map(|at| at.unit)).collect();
    let as_evidence = |photo: &Photo| {
        let sent = shown(photo, false);
        if photo.declared.reply_to == Some(finding.id) {
            return Some(sent);
        }
        let is_sound = matches!(photo.state, photo::State::Stored | photo::State::Ready);
        let is_theirs = photo.owner == finding.owner && units.contains(&photo.unit) && is_sound;
        is_theirs.then(|| Shown { state: photo::State::Ready, checks: Vec::new(), ..sent })
    };
    let held = photos::in_order(tx, named).await?;
    let named: Vec<Option<Shown>> = held.iter().map(|photo| as_evidence(photo.as_ref()?)).collect();
    judged(&named, None, ("finding.photos", &detail))?;
    Ok(())
}

/// Settles an explanation after verifying it: the finding stands, or is withdrawn and its actions with it. Nobody
/// verifies for a unit they belong to, and the lead not a critical one alone.
///
/// # Errors
/// `finding.no-explanation`, `finding.explanation-awaited`, `finding.own-unit`, `finding.own-explanation`,
/// `finding.lead-alone`, `finding.decided-otherwise`, `finding.text` without a reason.
pub async fn verify(app: &App, actor: &Actor, id: FindingId, upheld: bool, reason: &str) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::VerifyFinding).await?;
    let reason = said(reason, "/reason")?;
    let step = if upheld { Step::Uphold } else { Step::Withdraw };
    let Some(state) = hold.step(step)? else {
        return match &hold.finding.story.verification {
            Some(stands) if stands.reason != reason => {
                let what = if upheld { "upheld" } else { "withdrawn" };
                Err(otherwise(&format!("This finding is {what} already, because: {}", stands.reason)))
            }
            _ => Ok(hold.finding),
        };
    };
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
