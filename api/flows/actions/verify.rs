//! Who says that an action is done: never somebody of an owner unit, never whoever reported it, never the lead alone where
//! it is critical. The query that enters a verification holds to that itself.

use super::{Hold, otherwise, own_unit};
use crate::app::App;
use crate::domain::action::{Action, State, Step, said};
use crate::domain::actor::Actor;
use crate::domain::finding::{self, Finding};
use crate::domain::ids::{ActionId, FindingId};
use crate::domain::permission::Deed;
use crate::domain::photo::evidence::{Shown, judged};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::rule;
use crate::flows::photos::shown;
use crate::flows::{Result, findings};
use crate::records::actions as shelf;
use crate::records::actions::verify::{self as rows, Verification};
use crate::records::{Tx, photos};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Verifies that an action has remedied some of its findings, or all of them. It is done when all are verified; then its
/// findings are closed, unless other actions still work on them.
///
/// # Errors
/// `action.not-reported`, `action.own-unit`, `action.own-report`, `action.finding-unfit`, `action.finding-explained`,
/// `action.evidence-gone`, `photo.evidence-waits`.
pub async fn verify(app: &App, actor: &Actor, id: ActionId, only: Option<Vec<FindingId>>) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::VerifyAction).await?;
    let Some(done) = hold.step(Step::Verify)? else { return Ok(hold.action) };
    let mut targets = hold.targets().await?;
    let wanted = only.unwrap_or_else(|| targets.iter().map(|finding| finding.id).collect());
    let unfit = wanted.iter().any(|id| !targets.iter().any(|finding| finding.id == *id));
    if unfit || (wanted.is_empty() && !targets.is_empty()) {
        let detail = "This action does not remedy one of these findings.";
        return Err(rule("action.finding-unfit", "/findings", detail).into());
    }
    let in_doubt = |finding: &&Finding| {
        use finding::State::{Explained, ExplanationRequested};
        wanted.contains(&finding.id) && matches!(finding.state, ExplanationRequested | Explained)
    };
    if targets.iter().any(|finding| in_doubt(&finding)) {
        let detail = "The unit's explanation of a finding is settled first.";
        return Err(Refusal::new(Family::Conflict, "action.finding-explained", detail).into());
    }
    still_shown(&mut hold).await?;
    let how = Verification { action: id, report: hold.action.reported(), by: hold.by, at: hold.now };
    hold.action.refuse_reporter(hold.by)?;
    let of = hold.concerned();
    if wanted.is_empty() {
        hold.refuse_own_unit().await?;
    } else if rows::enter(&mut hold.tx, how, &wanted, &of).await? == 0 {
        return Err(own_unit().into());
    }
    rows::settle(&mut hold.tx, how).await?;
    if let Some(settled) = shelf::find(&mut hold.tx, id).await? {
        hold.action.targets = settled.targets;
    }
    if all_verified(&hold.action, &targets) {
        hold.action.state = done;
    }
    settle(&mut hold.tx, actor, &mut targets, Some(&hold.action), hold.now).await?;
    hold.write(actor, "action.verified", json!({ "findings": wanted, "report": how.report })).await
}

/// Refuses to verify what nobody can look at: each photo of the report is there, examined and sound.
async fn still_shown(hold: &mut Hold) -> Result<()> {
    let named = hold.action.story.reports.last().map(|report| report.photos.clone()).unwrap_or_default();
    let held = photos::in_order(&mut hold.tx, &named).await?;
    let held: Vec<Option<Shown>> = held
        .iter()
        .map(|photo| Some(Shown { checks: Vec::new(), ..shown(photo.as_ref()?, false) }))
        .collect();
    let code = "action.evidence-gone";
    let detail = "Photos of the report can't be looked at any more; return it.";
    judged(&held, None, (code, detail)).map_err(|no| Refusal { kind: Family::Conflict, ..no })?;
    Ok(())
}

/// Whether nothing is left to verify: each finding is verified, or is no longer open.
fn all_verified(action: &Action, targets: &[Finding]) -> bool {
    action.targets.iter().all(|target| {
        let finding = targets.iter().find(|finding| finding.id == target.finding);
        target.verified_at.is_some() || finding.is_none_or(|finding| !finding.state.is_open())
    })
}

/// Goes on with findings after something was said of an action that is to remedy them, or of what their unit explained:
/// remedied when each action that counts has remedied them, closed when all of those are done. The action in hand is not
/// written down yet.
pub(in crate::flows) async fn settle(
    tx: &mut Tx,
    actor: &Actor,
    targets: &mut [Finding],
    in_hand: Option<&Action>,
    now: Timestamp,
) -> Result<()> {
    let because = || json!({ "action": in_hand.map(|action| action.id) });
    let waiting = |f: &&mut Finding| matches!(f.state, finding::State::ActionOpen | finding::State::Remedied);
    for finding in targets.iter_mut().filter(waiting) {
        let mut actions = shelf::hold_for(tx, &[finding.id]).await?;
        if let Some(held) = in_hand {
            actions.iter_mut().filter(|a| a.id == held.id).for_each(|a| a.clone_from(held));
        }
        let live: Vec<&Action> = actions.iter().filter(|a| a.state != State::Cancelled).collect();
        let verified = |action: &&Action| {
            let own = action.targets.iter().find(|target| target.finding == finding.id);
            own.is_some_and(|target| target.verified_at.is_some())
        };
        if live.is_empty() || !live.iter().all(verified) {
            continue;
        }
        if finding.state == finding::State::ActionOpen {
            step(tx, actor, finding, (finding::Step::Remedy, "finding.remedied", because()), now).await?;
        }
        if actions.iter().all(|action| action.state.is_over()) {
            step(tx, actor, finding, (finding::Step::Close, "finding.closed", because()), now).await?;
        }
    }
    Ok(())
}

async fn step(
    tx: &mut Tx,
    actor: &Actor,
    finding: &mut Finding,
    (step, deed, details): (finding::Step, &'static str, Value),
    now: Timestamp,
) -> Result<()> {
    if let finding::Move::To(state) = finding::take(finding.kind, finding.state, step)? {
        finding.state = state;
        findings::write(tx, actor, finding, (deed, details), now).await?;
    }
    Ok(())
}

/// Returns a report whose evidence does not do; what was verified of it is open again.
///
/// # Errors
/// `action.not-reported`, `action.own-unit`, `action.own-report`, `action.decided-otherwise`, `action.text` without a
/// reason.
pub async fn give_back(app: &App, actor: &Actor, id: ActionId, reason: &str) -> Result<Action> {
    let mut hold = Hold::begin(app, actor, id, Deed::VerifyAction).await?;
    let reason = said(reason, "/reason")?;
    let Some(state) = hold.step(Step::Return)? else {
        let last = hold.action.story.reports.last().and_then(|report| report.returned_because.as_ref());
        if let Some(stands) = last.filter(|stands| **stands != reason) {
            return Err(otherwise(&format!("This report is returned already, because: {stands}")));
        }
        return Ok(hold.action);
    };
    hold.refuse_own_unit().await?;
    hold.action.refuse_reporter(hold.by)?;
    let mut targets = hold.targets().await?;
    for finding in targets.iter_mut().filter(|f| f.state == finding::State::Remedied) {
        let opened = (finding::Step::OpenAction, "finding.action_opened", json!({ "action": id }));
        step(&mut hold.tx, actor, finding, opened, hold.now).await?;
    }
    rows::unsettle(&mut hold.tx, id).await?;
    for target in &mut hold.action.targets {
        target.verified_at = None;
    }
    hold.action.state = state;
    if let Some(report) = hold.action.story.reports.last_mut() {
        report.returned_because = Some(reason.clone());
    }
    hold.write(actor, "action.returned", json!({ "reason": reason })).await
}
