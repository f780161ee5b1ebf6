//! What is open when a campaign ends is carried over: it goes on in another campaign of the owner, and says where it came
//! from.

use super::{Hold, State};
use crate::app::App;
use crate::domain::action::{Action, Carried, said};
use crate::domain::actor::Actor;
use crate::domain::campaign::CampaignState;
use crate::domain::ids::{ActionId, CampaignId};
use crate::domain::permission::{Deed, allows};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::Result;
use crate::flows::campaigns::subject;
use crate::records::campaigns;
use serde_json::json;

/// Carries an action that is not over into another campaign, which answers for it from then on. Its findings and its visit
/// stay where they were.
///
/// # Errors
/// `action.not-open`, `action.carry-over`, `action.text` without a reason.
pub async fn carry_over(
    app: &App,
    actor: &Actor,
    id: ActionId,
    to: CampaignId,
    reason: &str,
) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let reason = said(reason, "/reason")?;
    let from = hold.action.campaign;
    if from == to && hold.action.story.carried.last().is_some_and(|last| last.reason == reason) {
        return Ok(hold.action);
    }
    if hold.action.state.is_over() || hold.action.state == State::Proposed {
        let detail = "Only an action that was issued and is not over is carried over; a proposal is issued or cancelled.";
        return Err(Refusal::new(Family::Conflict, "action.not-open", detail).into());
    }
    // Nobody closes it meanwhile.
    let target = campaigns::find_settled(&mut hold.tx, to).await?;
    let mut fits = false;
    if let Some(target) = target.filter(|of| of.owner == hold.action.owner && of.id != from) {
        use CampaignState::{Active, Approved, Concluded, FieldworkClosed};
        fits = matches!(target.state, Approved | Active | FieldworkClosed | Concluded)
            && allows(actor, Deed::ReadCampaign, &subject(&mut hold.tx, actor, &target).await?);
    }
    if !fits {
        let detail = "An action goes on in another campaign of its owner that is approved and not closed.";
        return Err(rule("action.carry-over", "/campaign", detail).into());
    }
    hold.action.campaign = to;
    let carried = Carried { from, to, reason: reason.clone(), by: hold.by, at: hold.now };
    hold.action.story.carried.push(carried);
    hold.write(actor, "action.carried_over", json!({ "from": from, "to": to, "reason": reason })).await
}
