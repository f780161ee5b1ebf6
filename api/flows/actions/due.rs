//! What is due soon or late, and reminders to whoever is to do it.

use super::{Hold, rows, tell_holders};
use crate::app::App;
use crate::domain::action::{Action, said};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, CampaignId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::Deed;
use crate::domain::unit;
use crate::flows::units::today;
use crate::flows::{Result, cut, scope};
use crate::records::actions::due;
use jiff::civil::Date;
use serde_json::json;

pub use due::Place;

/// Days ahead that a list looks where nothing is said.
const DAYS_AHEAD: i64 = 7;

/// What is asked of the list of what is due.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Due on this local day at the latest; a week from now where none is named.
    pub until: Option<Date>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Behind this place.
    pub after: Option<Place>,
}

/// One page of the actions that are awaited and due by a day, first things first, and where the next one begins.
///
/// # Errors
/// `scope-missing`; `invalid` for a day out of range.
pub async fn page(app: &App, actor: &Actor, asked: Asked, limit: u8) -> Result<(Vec<Action>, Option<Place>)> {
    scope(actor, Deed::ReadActions)?;
    let day = today(app);
    let in_a_week = day.saturating_add(jiff::Span::new().days(DAYS_AHEAD));
    let until = unit::day("?until", asked.until.unwrap_or(in_a_week))?;
    let wanted = due::Wanted { until, campaign: asked.campaign, after: asked.after, today: day };
    let mut db = app.records.conn().await?;
    let found = due::page(&mut db, actor, &wanted, limit.saturating_add(1)).await?;
    let (places, more) = cut(found, limit);
    let next = places.last().copied().filter(|_| more);
    let ids: Vec<ActionId> = places.iter().map(|place| ActionId(place.id)).collect();
    let mut actions = rows::load(&mut db, &ids).await?;
    tell_holders(&mut db, &mut actions, day).await?;
    Ok((actions, next))
}

/// Reminds the owners of an action, or whoever stands in their place (đôn đốc). The same words of the same person on the
/// same day are one reminder.
///
/// # Errors
/// `action.no-time-runs`, `action.reminders`, `action.text`.
pub async fn remind(app: &App, actor: &Actor, id: ActionId, text: &str) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::ProposeAction).await?;
    let text = said(text, "/text")?;
    let (by, now) = (hold.by, hold.now);
    let repeated = hold.action.story.reminders.iter().any(|earlier| {
        earlier.text == text && earlier.by == by && vietnam_day(earlier.at) == vietnam_day(now)
    });
    if repeated {
        return Ok(hold.action);
    }
    hold.action.remind(text, by, now)?;
    let to = hold.action.story.reminders.last().map(|reminder| reminder.to.clone());
    let details = json!({ "to": to, "due_on": hold.action.due_on });
    hold.write(actor, "action.reminded", details).await
}
