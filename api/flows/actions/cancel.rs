//! Taking actions back that are not needed any more: one, or one with every later one of its series.

use super::{Hold, entry, permitted, rows, verify};
use crate::app::App;
use crate::domain::action::{Action, Move, State, Step, said, take};
use crate::domain::actor::Actor;
use crate::domain::ids::ActionId;
use crate::domain::permission::Deed;
use crate::flows::Result;
use crate::flows::units::today;
use crate::records::custody;
use serde_json::json;

/// Takes an action back that is not needed any more: the office, or whoever proposed it while nobody has issued it. What
/// its findings waited for besides decides what becomes of them. With its series go all later instances of which nobody
/// has said that they are done.
///
/// # Errors
/// `forbidden`, `action.verified`, `action.own-unit`, `action.text` without a reason.
pub async fn cancel(
    app: &App,
    actor: &Actor,
    id: ActionId,
    reason: &str,
    with_series: bool,
) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::ProposeAction).await?;
    let is_own = hold.action.issued_at.is_none() && hold.action.created_by == hold.by;
    if !is_own {
        permitted(&mut hold.tx, actor, id, Deed::IssueAction, today(app)).await?;
    }
    let reason = said(reason, "/reason")?;
    let state = match hold.step(Step::Cancel) {
        // One that is verified stands, and those after it may still go.
        Err(_) if with_series && hold.action.state == State::VerifiedDone => None,
        step => step?,
    };
    hold.refuse_own_unit().await?;
    let mut gone = false;
    if let Some(series) = hold.action.series.filter(|_| with_series) {
        for mut later in rows::hold_later(&mut hold.tx, series, hold.action.instance).await? {
            if later.state == State::ReportedDone {
                continue;
            }
            let Ok(Move::To(state)) = take(later.state, Step::Cancel) else { continue };
            later.state = state;
            later.story.cancelled_because = Some(reason.clone());
            later.version = rows::change(&mut hold.tx, &later).await?;
            let details = json!({ "reason": reason, "series": series });
            custody::note(&mut hold.tx, Some(actor), entry(&later, "action.cancelled", details), hold.now)
                .await?;
            gone = true;
        }
    }
    let Some(state) = state else {
        if gone {
            let mut targets = hold.targets().await?;
            verify::settle(&mut hold.tx, actor, &mut targets, Some(&hold.action), hold.now).await?;
            hold.tx.commit().await?;
        }
        return Ok(hold.action);
    };
    hold.action.state = state;
    hold.action.story.cancelled_because = Some(reason.clone());
    let mut targets = hold.targets().await?;
    verify::settle(&mut hold.tx, actor, &mut targets, Some(&hold.action), hold.now).await?;
    hold.write(actor, "action.cancelled", json!({ "reason": reason })).await
}
