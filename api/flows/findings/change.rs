//! What else is told of a finding: its cause, what bears it out, what belongs together with it.

use super::{Hold, permitted, rows, write};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::{self, Finding, MOST_LINKS, State, Substantiation, said};
use crate::domain::ids::FindingId;
use crate::domain::permission::{Deed, may};
use crate::domain::refusal::{FieldFault, Kind as Family, Refusal};
use crate::flows::units::today;
use crate::flows::{Error, Result, current};
use crate::records::actions::verify;
use serde_json::json;

/// What becomes of something that is told: it stays, is taken back, or is said anew (RFC 7396).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patched<T> {
    /// Nothing was said of it.
    #[default]
    Stays,
    /// It is taken back.
    Removed,
    /// It becomes this.
    Becomes(T),
}

impl<T> Patched<T> {
    /// Whether something was said.
    fn is_said(&self) -> bool {
        !matches!(self, Self::Stays)
    }

    /// What stands after it.
    fn of<U>(self, before: Option<U>, read: impl FnOnce(T) -> Result<U>) -> Result<Option<U>> {
        Ok(match self {
            Self::Stays => before,
            Self::Removed => None,
            Self::Becomes(new) => Some(read(new)?),
        })
    }
}

/// What else is told of a finding.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Why it is so.
    pub root_cause: Patched<String>,
    /// Number of a procedure outside the system.
    pub referral: Patched<String>,
    /// Why no action is needed.
    pub no_action_because: Patched<String>,
    /// Findings that belong together with it, all of them.
    pub linked: Option<Vec<FindingId>>,
}

/// Tells more of a finding, or takes back what was told, whatever its state.
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
    let mut others = change.linked.clone().unwrap_or_default();
    if change.linked.is_some() {
        others.extend(rows::beside::linked(&mut *app.records.conn().await?, id).await?);
    }
    let mut hold = Hold::begin_with(app, actor, (id, Deed::VerifyFinding), &others).await?;
    if change.referral.is_said() || change.no_action_because.is_said() {
        // What becomes of it is for the lead and the office to say.
        may(actor, Deed::ProposeAction, &hold.standing.subject)?;
    }
    current(version, hold.finding.version)?;
    if let Some(wanted) = change.linked {
        relink(app, &mut hold, actor, wanted).await?;
    }
    let finding = &mut hold.finding;
    let cause = finding.root_cause.take();
    finding.root_cause = change.root_cause.of(cause, |raw| Ok(said(&raw, "/root_cause")?))?;
    let story = &mut finding.story;
    let because = story.no_action_because.take();
    story.no_action_because =
        change.no_action_because.of(because, |raw| Ok(said(&raw, "/no_action_because")?))?;
    story.referral = change.referral.of(story.referral.take(), |number| Ok(finding::referral(&number)?))?;
    let details = json!({ "root_cause": finding.root_cause, "referral": finding.story.referral,
        "linked": finding.linked, "no_action_because": finding.story.no_action_because });
    hold.write(actor, "finding.changed", details).await
}

/// Links a finding with these and no others. A link is seen from both its findings, so that the others change, too.
async fn relink(app: &App, hold: &mut Hold, actor: &Actor, mut wanted: Vec<FindingId>) -> Result<()> {
    let named = wanted.clone();
    wanted.sort_unstable();
    wanted.dedup();
    let id = hold.finding.id;
    let before = rows::beside::linked(&mut hold.tx, id).await?;
    let new: Vec<FindingId> = wanted.iter().filter(|other| !before.contains(other)).copied().collect();
    let gone: Vec<FindingId> = before.iter().filter(|other| !wanted.contains(other)).copied().collect();
    let mut faults = Vec::new();
    for other in &new {
        if *other != id && fits(app, hold, actor, *other).await? {
            continue;
        }
        let n = named.iter().position(|of| of == other).unwrap_or_default();
        let detail = "is no other finding of the same owner that you may see";
        faults.push(FieldFault::new(format!("/linked/{n}"), "finding.links", detail));
    }
    let mut changed = rows::hold(&mut hold.tx, &[new.as_slice(), gone.as_slice()].concat()).await?;
    rows::beside::tell(&mut hold.tx, &mut changed).await?;
    let is_full = |of: &&Finding| new.contains(&of.id) && of.linked.len() >= MOST_LINKS;
    if wanted.len() > MOST_LINKS || changed.iter().any(|of| is_full(&of)) {
        let detail = format!("a finding has at most {MOST_LINKS} links");
        faults.push(FieldFault::new("/linked", "finding.links", detail));
    }
    if !faults.is_empty() {
        let detail = format!("Links name at most {MOST_LINKS} other findings of the same owner.");
        let mut refusal = Refusal::new(Family::Invalid, "finding.links", detail);
        refusal.faults = faults;
        return Err(refusal.into());
    }
    rows::beside::link(&mut hold.tx, id, &new, &gone).await?;
    for mut other in changed {
        let deed = if new.contains(&other.id) { "finding.linked" } else { "finding.unlinked" };
        write(&mut hold.tx, actor, &mut other, (deed, json!({ "with": id })), hold.now).await?;
    }
    hold.finding.linked = wanted;
    Ok(())
}

/// Whether a finding may be linked with the one in hand: the actor sees it, and it is the same owner's.
async fn fits(app: &App, hold: &mut Hold, actor: &Actor, other: FindingId) -> Result<bool> {
    match permitted(&mut hold.tx, actor, other, Deed::ReadFindings, today(app)).await {
        Ok((finding, _)) => Ok(finding.owner == hold.finding.owner),
        Err(Error::Refused(_)) => Ok(false),
        Err(why) => Err(why),
    }
}

/// Bears out a candidate that rests on what people said (xác minh): then the lead may stand by it. By nobody of the unit;
/// of a critical one by somebody else than whoever leads its team, or ever did.
///
/// # Errors
/// `finding.not-hearsay`, `finding.not-candidate`, `finding.substantiated`, `finding.own-unit`, `finding.lead-alone`,
/// `finding.text`.
pub async fn substantiate(
    app: &App,
    actor: &Actor,
    id: FindingId,
    (text, papers): (&str, &[String]),
) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::VerifyFinding).await?;
    let text = said(text, "/text")?;
    let papers = crate::domain::action::papers(papers)?;
    let said_before = |of: &Substantiation| of.by == hold.by && of.text == text && of.papers == papers;
    if hold.finding.story.substantiation.as_ref().is_some_and(said_before) {
        return Ok(hold.finding);
    }
    if !hold.finding.story.hearsay {
        let detail = "It does not rest on what people said; the lead may confirm it.";
        return Err(Refusal::new(Family::Conflict, "finding.not-hearsay", detail).into());
    }
    if hold.finding.state != State::Candidate {
        let detail = format!("Only a candidate is verified; this one is {}.", hold.finding.state.as_str());
        return Err(Refusal::new(Family::Conflict, "finding.not-candidate", detail).into());
    }
    if !hold.finding.awaits_verification() {
        let detail = "Somebody has verified it already; what they said stands.";
        return Err(Refusal::new(Family::Conflict, "finding.substantiated", detail).into());
    }
    let of = hold.concerned();
    if verify::belongs(&mut hold.tx, hold.by, &of).await? {
        let detail = "Nobody verifies what is said of a unit that they belong to.";
        return Err(Refusal::new(Family::Forbidden, "finding.own-unit", detail).into());
    }
    if verify::led_critical(&mut hold.tx, hold.by, id).await? {
        let detail = "A critical finding is verified by somebody else than the lead of its team.";
        return Err(Refusal::new(Family::Forbidden, "finding.lead-alone", detail).into());
    }
    let details = json!({ "papers": papers });
    hold.finding.story.substantiation = Some(Substantiation { text, papers, by: hold.by, at: hold.now });
    hold.write(actor, "finding.substantiated", details).await
}
