//! A proposal is changed until it is issued: what is to be done, by whom, about what, by when.

use super::propose::{Ground, targets};
use super::{Hold, rows, tell_holders};
use crate::app::App;
use crate::domain::action::{self, Action, Kind, Measure, Recurrence, State, measures, said};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, DocumentId, FindingId, UnitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::flows::units::today;
use crate::flows::{Result, current};
use crate::records::findings;
use crate::records::visits::{life as visits, standing};
use jiff::civil::Date;
use serde_json::json;

/// What is changed of a proposal; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What sort.
    pub kind: Option<Kind>,
    /// What is to be done.
    pub title: Option<String>,
    /// By whom, all of them.
    pub owners: Option<Vec<UnitId>>,
    /// To remedy what, all of it.
    pub findings: Option<Vec<FindingId>>,
    /// By when.
    pub due_on: Option<Date>,
    /// The programme it is part of.
    pub programme: Option<DocumentId>,
    /// Before and after, all of it.
    pub measures: Option<Vec<Measure>>,
    /// How often.
    pub recurrence: Option<Recurrence>,
    /// Once after all.
    pub once: bool,
}

/// Changes a proposal, by whoever may propose it.
///
/// # Errors
/// `version.stale`, `action.not-proposed` once it is issued or cancelled, and what [`super::propose()`] refuses.
pub async fn change(app: &App, actor: &Actor, id: ActionId, version: i32, change: Change) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::ProposeAction).await?;
    current(version, hold.action.version)?;
    if hold.action.state != State::Proposed {
        let detail =
            format!("Only a proposed action is changed. This one is {}.", hold.action.state.as_str());
        return Err(Refusal::new(Family::Conflict, "action.not-proposed", detail).into());
    }
    let visit = visits::find(&mut hold.tx, hold.action.visit).await?.ok_or_else(Refusal::not_found)?;
    let subject = standing(&mut hold.tx, actor, visit.id).await?.ok_or_else(Refusal::not_found)?.subject;
    let ground = Ground { visit: &visit, subject: &subject, now: hold.now };
    let Change {
        kind,
        title,
        owners,
        findings: wanted,
        due_on,
        programme,
        measures: counted,
        recurrence,
        once,
    } = change;
    hold.action.kind = kind.unwrap_or(hold.action.kind);
    if let Some(title) = title {
        hold.action.title = said(&title, "/title")?;
    }
    let found = if let Some(wanted) = wanted {
        ground.fitting(&mut hold.tx, actor, &wanted).await?
    } else {
        let ids: Vec<FindingId> = hold.action.targets.iter().map(|target| target.finding).collect();
        findings::load(&mut hold.tx, &ids).await?
    };
    hold.action.targets = targets(&found);
    let owners = owners.unwrap_or_else(|| hold.action.owners.iter().map(|owner| owner.unit).collect());
    hold.action.owners = ground.owners(&mut hold.tx, &owners, &found).await?;
    if let Some(day) = due_on {
        hold.action.due_on = Some(action::due_on(day, vietnam_day(visit.window.start))?);
    }
    if let Some(programme) = programme {
        ground.known(&mut hold.tx, programme).await?;
        hold.action.programme = Some(programme);
    }
    if let Some(counted) = counted {
        hold.action.story.measures = measures(counted)?;
    }
    if let Some(recurrence) = recurrence {
        hold.action.story.recurrence = Some(recurrence.checked()?);
    }
    if once {
        hold.action.story.recurrence = None;
    }
    tell_holders(&mut hold.tx, std::slice::from_mut(&mut hold.action), today(app)).await?;
    rows::rewrite(&mut hold.tx, &hold.action, &subject.units).await?;
    let ids: Vec<FindingId> = found.iter().map(|finding| finding.id).collect();
    let details = json!({ "title": hold.action.title, "owners": owners, "findings": ids,
        "due_on": hold.action.due_on });
    hold.write(actor, "action.changed", details).await
}
