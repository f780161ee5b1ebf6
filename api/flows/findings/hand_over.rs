//! A divided unit has no single successor: the office says which of its heirs answers for what was open there.

use super::{Hold, entry, rows};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::{Finding, said};
use crate::domain::ids::{FindingId, UnitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::units::lineage::{self, Part};
use crate::flows::units::today;
use crate::flows::{Result, actions};
use crate::records::custody;
use serde_json::json;

/// Hands an open finding of a divided unit over to one of those that took a part of it, and with it what that unit was to
/// do about it. Where it was found stays.
///
/// # Errors
/// `finding.not-open`, `finding.not-divided` where the unit is in force or went to one other as a whole,
/// `finding.no-heir`, `finding.text` without a reason.
pub async fn hand_over(app: &App, actor: &Actor, id: FindingId, to: UnitId, reason: &str) -> Result<Finding> {
    let mut hold = Hold::begin(app, actor, id, Deed::IssueAction).await?;
    let reason = said(reason, "/reason")?;
    if hold.finding.handed_to == Some(to) {
        return Ok(hold.finding);
    }
    if !hold.finding.state.is_open() {
        let detail = "Only an open finding is handed over.";
        return Err(Refusal::new(Family::Conflict, "finding.not-open", detail).into());
    }
    let from = hold.finding.unit;
    let heir = match lineage::part_of(&mut hold.tx, from, to, today(app)).await? {
        Part::Taken(heir) => heir,
        Part::None => {
            let detail = "This unit took no part of the one it was found at.";
            return Err(rule("finding.no-heir", "/unit", detail).into());
        }
        Part::Undivided => {
            let detail =
                "Only what was open at a divided unit is handed over; anything else goes along by itself.";
            return Err(Refusal::new(Family::Conflict, "finding.not-divided", detail).into());
        }
    };
    rows::hand_over(&mut hold.tx, id, to, &heir.ancestors).await?;
    let mut open = actions::open_for(&mut hold.tx, &[id]).await?;
    let handed = actions::hand_on(&mut hold.tx, &mut open, from, &heir, today(app)).await?;
    hold.finding.handed_to = Some(to);
    hold.finding.held_by = Some(heir);
    hold.finding.version = rows::change(&mut hold.tx, &hold.finding).await?;
    let details = json!({ "from": from, "to": to, "reason": reason, "actions": handed });
    custody::note(&mut hold.tx, Some(actor), entry(&hold.finding, "finding.handed_over", details), hold.now)
        .await?;
    hold.tx.commit().await?;
    Ok(hold.finding)
}
