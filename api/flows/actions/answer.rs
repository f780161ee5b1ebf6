//! What the owners of an action answer: that they take it on, begin, are done, need more time.

use super::Hold;
use crate::app::App;
use crate::domain::action::{Action, Extension, ExtensionState, Report, State, Step, papers, said};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, PhotoId};
use crate::domain::permission::Deed;
use crate::domain::visit::rule;
use crate::flows::Result;
use crate::records::actions as rows;
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
}

/// Reports an action as done, with evidence.
///
/// # Errors
/// `action.not-in-progress`, `action.evidence`, `action.text`.
pub async fn report(app: &App, actor: &Actor, id: ActionId, done: Done) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::AnswerAction).await?;
    let mut photos = done.photos;
    photos.sort_unstable();
    photos.dedup();
    let report = Report {
        number: hold.action.reported() + 1,
        note: said(&done.note, "/note")?,
        photos,
        papers: papers(&done.papers)?,
        by: hold.by,
        at: hold.now,
        due_on: hold.action.due_on,
        returned_because: None,
    };
    let last = hold.action.story.reports.last();
    if hold.action.state == State::ReportedDone && last.is_some_and(|last| last.says_the_same(&report)) {
        return Ok(hold.action);
    }
    let Some(state) = hold.step(Step::Report)? else { return Ok(hold.action) };
    if report.photos.len() > MOST_PHOTOS
        || (report.photos.is_empty() && report.papers.is_empty())
        || rows::shown_for(&mut hold.tx, &report.photos, id).await? != report.photos.len()
    {
        let detail = format!(
            "Evidence is a named paper, or up to {MOST_PHOTOS} sound photos declared for this action."
        );
        return Err(rule("action.evidence", "/photos", &detail).into());
    }
    let details = json!({ "number": report.number, "photos": report.photos, "papers": report.papers });
    hold.action.story.reports.push(report);
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
        until: crate::domain::action::due_on(until)?,
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
