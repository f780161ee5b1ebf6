//! What an owner was to do that was divided or abolished: the office says who does it, whether or not it came from a finding
//! there.

use super::{Hold, entry, hand_on, rows, tell_holders};
use crate::app::App;
use crate::domain::action::{Action, said};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, UnitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::Result;
use crate::flows::units::lineage::{self, Part};
use crate::flows::units::today;
use crate::records::units::many;
use crate::records::{Tx, custody};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// Hands an action that is not over from a divided owner over to one of those that took a part of it, or from one that
/// ended without successor to any unit in force. Who owned it stays.
///
/// # Errors
/// `action.not-open`, `action.not-owner`, `action.not-divided` where that owner is in force or went to one other as a whole,
/// `action.no-heir`, `action.text` without a reason.
pub async fn hand_over(
    app: &App,
    actor: &Actor,
    id: ActionId,
    (from, to): (UnitId, UnitId),
    reason: &str,
) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let reason = said(reason, "/reason")?;
    let Some(owner) = hold.action.owners.iter().find(|owner| owner.unit == from) else {
        return Err(rule("action.not-owner", "/from", "This unit does not own the action.").into());
    };
    if owner.handed_to == Some(to) {
        return Ok(hold.action);
    }
    if hold.action.state.is_over() {
        let detail = "Only an action that is not over is handed over.";
        return Err(Refusal::new(Family::Conflict, "action.not-open", detail).into());
    }
    // Nothing happens to these units, nor is undone, before this is done.
    many::lock_in_place(&mut hold.tx, &[from, to]).await?;
    let heir = match lineage::part_of(&mut hold.tx, from, to, today(app)).await? {
        Part::Taken(heir) => heir,
        Part::None => {
            let detail = "This unit took no part of the one that owns the action, or is not in force.";
            return Err(rule("action.no-heir", "/unit", detail).into());
        }
        Part::Undivided => {
            let detail = "Only what a unit was to do that was divided or abolished is handed over; anything else goes along by itself.";
            return Err(Refusal::new(Family::Conflict, "action.not-divided", detail).into());
        }
    };
    hand_on(&mut hold.tx, std::slice::from_mut(&mut hold.action), from, &heir, today(app)).await?;
    hold.write(actor, "action.handed_over", json!({ "from": from, "to": to, "reason": reason })).await
}

/// Takes an action back from whoever was told to do it in an owner's place and is not to any more; its id where there was
/// one. Its visit is held.
pub(in crate::flows) async fn hand_back(
    tx: &mut Tx,
    actor: Option<&Actor>,
    id: ActionId,
    goes_back: &(dyn Fn(UnitId, Option<UnitId>) -> bool + Sync),
    (now, day): (Timestamp, Date),
) -> Result<Option<ActionId>> {
    let Some(mut action) = rows::hold(tx, id).await? else { return Ok(None) };
    let mut ways = Vec::new();
    for owner in action.owners.iter_mut().filter(|owner| goes_back(owner.unit, owner.handed_to)) {
        ways.push((owner.unit, owner.handed_to.take()));
    }
    if ways.is_empty() {
        return Ok(None);
    }
    tell_holders(tx, std::slice::from_mut(&mut action), day).await?;
    for (unit, _) in &ways {
        rows::hand_over(tx, &action, *unit).await?;
    }
    action.version = rows::change(tx, &action).await?;
    for (unit, was) in ways {
        let details = json!({ "from": was, "to": unit });
        custody::note_along(tx, actor, entry(&action, "action.handed_back", details), now).await?;
    }
    Ok(Some(id))
}
