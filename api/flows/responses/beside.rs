//! Answers that clash: both are kept, and the lead decides.

use super::{Kept, outcome, said, settle};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{CandidateId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::response::{Candidate, Decided, MOST_WAITING, Response, none_waiting};
use crate::flows::visits::life::Work;
use crate::flows::{Error, Result};
use crate::identity;
use crate::records::responses::{self, candidates as rows};
use crate::records::{Tx, custody};
use serde_json::{Value, json};

/// Keeps an answer beside the one that is there. Devices that answer alike do not clash; the same again is one candidate.
pub(super) async fn keep(
    mut work: Work,
    actor: &Actor,
    mut sent: Response,
    there: Option<Response>,
) -> Result<Kept> {
    let there = there.ok_or_else(|| Error::Fault("an answer clashes with none".to_owned()))?;
    let all = rows::of_visit(&mut work.tx, sent.visit, false).await?;
    let same = |known: &&Candidate| known.sent.id == sent.id && known.sent.agrees_with(&sent);
    if let Some(known) = all.iter().find(same) {
        return Ok(Kept::Beside(Box::new(known.clone()), Box::new(there)));
    }
    if there.agrees_with(&sent) {
        return Ok(Kept::Known(there));
    }
    work.visit.may_be_answered()?;
    sent.outcome = outcome(&mut work, &sent).await?;
    if all.iter().filter(|known| known.decided.is_none()).count() >= MOST_WAITING {
        let detail = "Too many answers wait for the lead; decide some first.";
        return Err(Refusal::new(Family::Conflict, "response.too-many-waiting", detail).into());
    }
    sent.version = 0;
    let candidate = Candidate { id: CandidateId::random(identity::random()), sent, decided: None };
    rows::keep(&mut work.tx, candidate.id, &candidate.sent).await?;
    let details = json!({ "item": candidate.sent.item, "candidate": candidate.id,
        "said": said(&candidate.sent), "kept": said(&there) });
    note(&mut work, actor, ("response.kept_beside", &there), details).await?;
    work.tx.commit().await?;
    Ok(Kept::Beside(Box::new(candidate), Box::new(there)))
}

async fn note(
    work: &mut Work,
    actor: &Actor,
    (deed, there): (&'static str, &Response),
    details: Value,
) -> Result<()> {
    let entry = custody::Entry {
        deed,
        object: ("response", there.id.to_string()),
        owner: Some(work.visit.owner),
        visit: Some(work.visit.id),
        details,
    };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    Ok(())
}

/// Decides about an answer that waits: it becomes the answer, and whatever else waits at the item is let go; or it is let
/// go itself. The log tells both.
///
/// # Errors
/// `not-found`; `response.decided` when it was decided otherwise before; `visit.answers-locked`, `visit.closed` to take
/// one when answers are locked.
pub async fn decide(
    app: &App,
    actor: &Actor,
    visit: VisitId,
    id: CandidateId,
    take: bool,
) -> Result<Response> {
    let mut work = Work::begin(app, actor, visit, Deed::SubmitVisit).await?;
    let all = rows::of_visit(&mut work.tx, visit, false).await?;
    let candidate = all.iter().find(|known| known.id == id).ok_or_else(Refusal::not_found)?;
    if candidate.decided.is_some_and(|decided| decided.taken != take) {
        let detail = "Somebody has decided about this answer; that stands.";
        return Err(Refusal::new(Family::Conflict, "response.decided", detail).into());
    }
    let sent = &candidate.sent;
    let there = responses::to_item(&mut work.tx, visit, sent.template_version, &sent.item).await?;
    let there = there.ok_or_else(|| Error::Fault("a candidate without an answer".to_owned()))?;
    if candidate.decided.is_some() {
        return Ok(there);
    }
    let mut answer = there.clone();
    let decided = Decided { taken: take, by: work.by, at: work.now };
    rows::decide(&mut work.tx, &[id], decided).await?;
    if take {
        work.visit.may_be_answered()?;
        answer = Response { id: there.id, version: there.version + 1, ..sent.clone() };
        responses::change(&mut work.tx, &answer).await?;
        let at_item = |known: &&Candidate| {
            known.sent.template_version == sent.template_version && known.sent.item == sent.item
        };
        let others: Vec<CandidateId> =
            all.iter().filter(at_item).map(|known| known.id).filter(|other| *other != id).collect();
        rows::decide(&mut work.tx, &others, Decided { taken: false, ..decided }).await?;
    }
    let details = json!({ "item": sent.item, "candidate": id, "taken": take, "said": said(sent),
        "kept": said(&there), "version": answer.version });
    note(&mut work, actor, ("response.decided", &there), details).await?;
    settle(&mut work, actor).await?;
    work.tx.commit().await?;
    Ok(answer)
}

/// Refuses to go on with a visit while answers wait for the lead.
///
/// # Errors
/// `visit.answers-clash`.
pub(in crate::flows) async fn refuse_waiting(tx: &mut Tx, visit: VisitId) -> Result<()> {
    Ok(none_waiting(&rows::of_visit(tx, visit, true).await?)?)
}
