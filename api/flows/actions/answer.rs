//! What the owners of an action answer: that they take it on, begin, are done, need more time.

use super::Hold;
use crate::app::App;
use crate::domain::action::{Action, Extension, ExtensionState, Reached, Report, State, Step, papers, said};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, PhotoId};
use crate::domain::permission::Deed;
use crate::domain::photo::evidence::{Shown, judged};
use crate::domain::visit::rule;
use crate::flows::Result;
use crate::flows::photos::{Photo, shown};
use crate::records::photos;
use jiff::civil::Date;
use serde_json::json;

/// Most after-photos of one report.
const MOST_PHOTOS: usize = 50;

/// Takes an action on, for an owner.
///
/// # Errors
/// `action.not-issued`.
pub async fn accept(app: &App, actor: &Actor, id: ActionId) -> Result<Action> {
    step(app, actor, id, Step::Accept, "action.accepted").await
}

/// Begins, or begins anew after a return.
///
/// # Errors
/// `action.not-accepted`.
pub async fn start(app: &App, actor: &Actor, id: ActionId) -> Result<Action> {
    step(app, actor, id, Step::Start, "action.started").await
}

async fn step(app: &App, actor: &Actor, id: ActionId, step: Step, deed: &'static str) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::AnswerAction).await?;
    let Some(state) = hold.step(step)? else { return Ok(hold.action) };
    hold.action.state = state;
    hold.write(actor, deed, json!({})).await
}

/// What an owner shows for it.
#[derive(Clone, Debug)]
pub struct Done {
    /// In words.
    pub note: String,
    /// After-photos: declared for this action, held and sound.
    pub photos: Vec<PhotoId>,
    /// Papers, by name.
    pub papers: Vec<String>,
    /// How far its measures came.
    pub reached: Vec<Reached>,
}

/// Reports an action as done, with evidence.
///
/// # Errors
/// `action.not-in-progress`, `action.evidence`, `photo.evidence-waits`, `action.reached`, `action.text`.
pub async fn report(app: &App, actor: &Actor, id: ActionId, done: Done) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::AnswerAction).await?;
    let mut photos = done.photos.clone();
    photos.sort_unstable();
    photos.dedup();
    let mut report = Report {
        number: hold.action.reported() + 1,
        note: said(&done.note, "/note")?,
        photos,
        papers: papers(&done.papers)?,
        by: hold.by,
        at: hold.now,
        due_on: hold.action.due_on,
        returned_because: None,
        remarks: Vec::new(),
        reached: hold.action.story.read_reached(done.reached)?,
    };
    let last = hold.action.story.reports.last();
    if hold.action.state == State::ReportedDone && last.is_some_and(|last| last.says_the_same(&report)) {
        return Ok(hold.action);
    }
    let Some(state) = hold.step(Step::Report)? else { return Ok(hold.action) };
    let detail =
        format!("Evidence is a named paper, or up to {MOST_PHOTOS} sound photos declared for this action.");
    if done.photos.len() > MOST_PHOTOS || (report.photos.is_empty() && report.papers.is_empty()) {
        return Err(rule("action.evidence", "/photos", &detail).into());
    }
    let held = photos::in_order(&mut hold.tx, &done.photos).await?;
    let of_action = |photo: &&Photo| photo.declared.action == Some(id);
    let named: Vec<Option<Shown>> =
        held.iter().map(|photo| photo.as_ref().filter(of_action).map(|photo| shown(photo, true))).collect();
    report.remarks = judged(&named, hold.action.issued_at, ("action.evidence", &detail))?;
    report.remarks.sort_by(|a, b| (a.photo, &a.code).cmp(&(b.photo, &b.code)));
    report.remarks.dedup();
    let details = json!({ "number": report.number, "photos": report.photos, "papers": report.papers,
        "reached": report.reached });
    hold.action.story.report(report);
    hold.action.state = state;
    hold.write(actor, "action.reported", details).await
}

/// Asks for more time.
///
/// # Errors
/// `action.no-time-runs`, `action.extension-asked`, `action.extension`, `action.text` without a reason.
pub async fn ask_for_time(
    app: &App,
    actor: &Actor,
    id: ActionId,
    until: Date,
    reason: &str,
) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::AnswerAction).await?;
    let request = Extension {
        until,
        reason: said(reason, "/reason")?,
        state: ExtensionState::Requested,
        by: hold.by,
        at: hold.now,
        decision: None,
        decided_by: None,
    };
    if hold.action.story.extensions.last().is_some_and(|earlier| earlier.says_the_same(&request)) {
        return Ok(hold.action);
    }
    hold.action.ask_for_time(request)?;
    hold.write(actor, "action.extension_requested", json!({ "until": until })).await
}

/// Grants more time, or keeps the day.
///
/// # Errors
/// `action.no-extension-asked`, `action.no-time-runs`, `action.own-unit`, `action.own-request`, `action.text` without a
/// reason.
pub async fn decide_time(
    app: &App,
    actor: &Actor,
    id: ActionId,
    grant: bool,
    reason: &str,
) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::DecideExtension).await?;
    let reason = said(reason, "/reason")?;
    let by = hold.by;
    if hold.action.story.extensions.last().is_some_and(|asked| asked.was_decided(grant, &reason, by)) {
        return Ok(hold.action);
    }
    hold.refuse_own_unit().await?;
    hold.action.decide_time(grant, reason.clone(), by)?;
    let deed = if grant { "action.extended" } else { "action.day_kept" };
    let details = json!({ "due_on": hold.action.due_on, "reason": reason });
    hold.write(actor, deed, details).await
}
