//! What a divided owner was to do: the office says which of its heirs does it, whether or not it came from a finding there.

use super::{Hold, hand_on};
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
use serde_json::json;

/// Hands an action that is not over from a divided owner over to one of those that took a part of it. Who owned it stays.
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
    let heir = match lineage::part_of(&mut hold.tx, from, to, today(app)).await? {
        Part::Taken(heir) => heir,
        Part::None => {
            let detail = "This unit took no part of the one that owns the action.";
            return Err(rule("action.no-heir", "/unit", detail).into());
        }
        Part::Undivided => {
            let detail =
                "Only what a divided unit was to do is handed over; anything else goes along by itself.";
            return Err(Refusal::new(Family::Conflict, "action.not-divided", detail).into());
        }
    };
    hand_on(&mut hold.tx, std::slice::from_mut(&mut hold.action), from, &heir, today(app)).await?;
    hold.write(actor, "action.handed_over", json!({ "from": from, "to": to, "reason": reason })).await
}
