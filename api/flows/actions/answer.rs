//! What the owners of an action answer: that they take it on, begin, are done, need more time.

use super::{Hold, targets_of};
use crate::app::App;
use crate::domain::action::{Action, Extension, ExtensionState, Report, Step, papers, said};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, PhotoId, UnitId};
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
    /// After-photos: held, sound, of an owner or of a unit where the findings were.
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
    let Some(state) = hold.step(Step::Report)? else { return Ok(hold.action) };
    let mut photos = done.photos;
    photos.sort_unstable();
    photos.dedup();
    let mut units: Vec<UnitId> = hold.action.owners.iter().map(|owner| owner.unit).collect();
    units.extend(targets_of(&mut hold.tx, &hold.action).await?.iter().map(|finding| finding.unit));
    let papers = papers(&done.papers)?;
    if photos.len() > MOST_PHOTOS
        || (photos.is_empty() && papers.is_empty())
        || rows::photos_of(&mut hold.tx, &photos, &units).await? != photos.len()
    {
        let detail = format!(
            "Evidence is a named paper, or up to {MOST_PHOTOS} sound photos of the owners or of where it was found."
        );
        return Err(rule("action.evidence", "/photos", &detail).into());
    }
    let number = hold.action.reported() + 1;
    let note = said(&done.note, "/note")?;
    let details = json!({ "number": number, "photos": photos, "papers": papers });
    let report = Report { number, note, photos, papers, by: hold.by, at: hold.now, returned_because: None };
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
    hold.action.ask_for_time(request)?;
    hold.write(actor, "action.extension_requested", json!({ "until": until })).await
}

/// Grants more time, or keeps the day.
///
/// # Errors
/// `action.no-extension-asked`, `action.text` without a reason.
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
    hold.action.decide_time(grant, reason.clone(), by)?;
    let deed = if grant { "action.extended" } else { "action.day_kept" };
    let details = json!({ "due_on": hold.action.due_on, "reason": reason });
    hold.write(actor, deed, details).await
}
