//! How a visit is handed in and taken as final, what the lead leaves open, and how it ends early.

use super::life::{Work, reason_given};
use super::{asked, media, occasion};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::VisitId;
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::visit::{
    self, Kind, Move, Step, Visit, candidates_decided, earlier_decided, items_answered, photos_complete,
    unanswered,
};
use crate::flows::Result;
use crate::flows::findings::again;
use crate::flows::responses::beside::refuse_waiting;
use crate::records::visits::evidence;
use crate::records::{findings, responses};
use serde_json::json;

/// Says why items stay without an answer: the lead's reason, which the minutes print. It may be said anew until somebody
/// has signed; minutes that were drafted before are drafted again then.
///
/// # Errors
/// `visit.not-on-site`, `visit.minutes-signed`, `visit.all-answered`, `visit.closed`, `visit.reason` without a reason.
pub async fn leave_unanswered(app: &App, actor: &Actor, id: VisitId, reason: &str) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::SubmitVisit).await?;
    let reason = reason_given(reason)?;
    if work.visit.unanswered_because.as_ref() == Some(&reason) {
        return Ok(work.visit);
    }
    may_be_left(&work.visit)?;
    let lists = asked(&mut work.tx, &work.visit).await?;
    let answers = responses::of_visit(&mut work.tx, id).await?;
    let occasion = occasion(&mut work.tx, &work.visit).await?;
    let open: Vec<String> =
        unanswered(&lists, &answers, occasion).into_iter().map(|item| item.code.clone()).collect();
    if open.is_empty() {
        let detail = "Every item that is asked has an answer; there is nothing to give a reason for.";
        return Err(Refusal::new(Family::Conflict, "visit.all-answered", detail).into());
    }
    work.visit.unanswered_because = Some(reason.clone());
    work.write(actor, "visit.left_unanswered", json!({ "reason": reason, "items": open })).await
}

/// Whether a reason is still taken: from check-in until somebody has signed. Visits that were signed before reasons were
/// asked for take one until they are handed in.
fn may_be_left(visit: &Visit) -> std::result::Result<(), Refusal> {
    if visit.state.is_over() || visit.state.is_before_check_in() {
        return visit.state.may_be_answered();
    }
    match &visit.minutes {
        Some(minutes) if visit.unanswered_because.is_some() => minutes.may_be_redrafted(),
        _ => Ok(()),
    }
}

/// Hands a visit in: from then on nothing about it changes.
///
/// # Errors
/// `visit.not-signed`, `visit.answers-clash`, `visit.items-unanswered`, `visit.photos-missing`, `visit.closed`.
pub async fn submit(app: &App, actor: &Actor, id: VisitId) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::SubmitVisit).await?;
    let Move::To(state) = visit::take(work.visit.state, Step::Submit)? else { return Ok(work.visit) };
    refuse_waiting(&mut work.tx, id).await?;
    let lists = asked(&mut work.tx, &work.visit).await?;
    let answers = responses::of_visit(&mut work.tx, id).await?;
    let held = evidence::photos_held(&mut work.tx, id).await?;
    let occasion = occasion(&mut work.tx, &work.visit).await?;
    let because = work.visit.unanswered_because.as_deref();
    items_answered(&lists, &answers, occasion, because)?;
    photos_complete(&lists, &answers, &held, (occasion, because))?;
    let details = json!({ "answers": answers.len(), "photos": held.values().sum::<u32>(),
        "unanswered": unanswered(&lists, &answers, occasion).len() });
    work.visit.state = state;
    work.visit.submitted_at = Some(work.now);
    work.write(actor, "visit.submitted", details).await
}

/// Takes a submitted visit as final, once the lead has decided about each candidate and, at a re-inspection, said what became
/// of each earlier finding, and once each photo it should have is verified or given up.
///
/// # Errors
/// `visit.not-submitted`, `visit.candidates-undecided`, `visit.earlier-undecided`, `visit.media-incomplete`.
pub async fn finalise(app: &App, actor: &Actor, id: VisitId) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::FinaliseVisit).await?;
    let Move::To(state) = visit::take(work.visit.state, Step::Finalise)? else { return Ok(work.visit) };
    candidates_decided(id, &findings::of_visit(&mut work.tx, id).await?)?;
    if work.visit.kind == Kind::ReInspection {
        earlier_decided(&again::undecided(&mut work.tx, &work.visit).await?)?;
    }
    if let Err(no) = media::must_be_complete(&mut work.tx, id, work.now).await {
        drop(work);
        media::verify(app, id).await?;
        return Err(no);
    }
    work.visit.state = state;
    work.visit.finalised_at = Some(work.now);
    work.write(actor, "visit.finalised", json!({})).await
}

/// Calls a visit off before anybody came. A sealed one stays sealed for good.
///
/// # Errors
/// `visit.already-on-site`, `visit.closed`, `visit.reason` without a reason.
pub async fn cancel(app: &App, actor: &Actor, id: VisitId, reason: &str) -> Result<Visit> {
    end(app, actor, id, (Deed::ScheduleVisit, Step::Cancel, "visit.cancelled"), reason).await
}

/// Breaks a visit off on site. A closed office in working hours is no reason: it is a finding with a photo.
///
/// # Errors
/// `visit.not-on-site`, `visit.closed`, `visit.reason` without a reason.
pub async fn abort(app: &App, actor: &Actor, id: VisitId, reason: &str) -> Result<Visit> {
    end(app, actor, id, (Deed::SubmitVisit, Step::Abort, "visit.aborted"), reason).await
}

async fn end(
    app: &App,
    actor: &Actor,
    id: VisitId,
    (deed, step, name): (Deed, Step, &'static str),
    reason: &str,
) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, deed).await?;
    let reason = reason_given(reason)?;
    let Move::To(state) = visit::take(work.visit.state, step)? else { return Ok(work.visit) };
    work.visit.state = state;
    work.visit.ended_because = Some(reason.clone());
    work.write(actor, name, json!({ "reason": reason })).await
}
