//! Answers: sent by phones, in any order, as often as they like. What clashes is kept side by side, see `beside`.

pub mod beside;

use super::Result;
use super::visits::heirs::readable;
use super::visits::life::Work;
use super::visits::{asked, note_sealed_reads, occasion};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{ResponseId, TemplateVersionId, VisitId, minted_by_phone};
use crate::domain::minutes::{Known, known};
use crate::domain::moment::DeviceMoment;
use crate::domain::permission::Deed;
use crate::domain::refusal::{FieldFault, Kind as Family, Refusal};
use crate::domain::response::{
    Answer, Candidate, IfStale, Keeping, MOST_TEXT, Outcome, Response, judge, keep,
};
use crate::domain::text;
use crate::domain::visit::{State, rule};
use crate::records::visits::life as rows;
use crate::records::{addenda, custody, responses};
use serde_json::{Value, json};
use std::slice::from_ref;

/// An answer as a phone sends it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Of which visit.
    pub visit: VisitId,
    /// Of which checklist.
    pub template_version: TemplateVersionId,
    /// To which item.
    pub item: String,
    /// What is answered.
    pub answer: Answer,
    /// Free words.
    pub note: String,
    /// When, by the device.
    pub answered: DeviceMoment,
    /// The version the phone last saw, for a change.
    pub base_version: Option<i32>,
    /// What becomes of it where that is not the current one.
    pub if_stale: IfStale,
}

/// An answer that is kept.
#[derive(Clone, Debug)]
pub enum Kept {
    /// The first to this item.
    New(Response),
    /// A change, or the same again.
    Known(Response),
    /// Another device was first and says something else: kept beside its answer, which comes with it, until the lead
    /// decides.
    Beside(Box<Candidate>, Box<Response>),
}

/// Takes an answer. The same again answers the same, whatever became of the visit meanwhile. A change that names the
/// version it rests on is refused where that is not the last one, or kept beside it, as it asks; whoever answers without
/// knowing of another answer is kept beside it.
///
/// # Errors
/// `not-found`; `response.stale`, `response.id-taken`, `response.item-answered`; `visit.not-on-site`,
/// `visit.answers-locked`, `visit.closed`; what is wrong with the answer itself.
pub async fn put(app: &App, actor: &Actor, id: ResponseId, sent: Sent) -> Result<Kept> {
    let mut work = Work::begin(app, actor, sent.visit, Deed::RecordVisit).await?;
    minted_by_phone(id.0).map_err(|why| rule("id.not-version-7", "{response}", &why.to_string()))?;
    let mut response = Response {
        id,
        visit: sent.visit,
        template_version: sent.template_version,
        item: sent.item,
        answer: sent.answer.checked()?,
        outcome: Outcome::Recorded,
        note: text::optional(&sent.note, MOST_TEXT)
            .map_err(|why| rule("response.note", "/note", &why.to_string()))?,
        version: 1,
        answered_by: work.by,
        answered: sent.answered,
        received_at: work.now,
    };
    let kept = responses::find(&mut work.tx, id).await?;
    let other =
        responses::to_item(&mut work.tx, response.visit, response.template_version, &response.item).await?;
    let is_kept = sent.base_version.is_none() || sent.if_stale == IfStale::Keep;
    let keeping = match keep(kept.as_ref(), &response, sent.base_version) {
        Ok(Keeping::First) if other.is_some() && is_kept => {
            return beside::keep(work, actor, response, other).await;
        }
        Err(no) if no.code == "response.stale" && is_kept => {
            return beside::keep(work, actor, response, kept).await;
        }
        settled => settled.map_err(|no| with_current(no, kept.as_ref()))?,
    };
    if let (Keeping::Repeated, Some(kept)) = (&keeping, kept.clone()) {
        return Ok(Kept::Known(kept));
    }
    work.visit.may_be_answered()?;
    response.outcome = outcome(&mut work, &response).await?;
    let (deed, details) = if let Keeping::Changed(version) = keeping {
        response.version = version;
        responses::change(&mut work.tx, &response).await?;
        ("response.changed", details(&response, kept.as_ref()))
    } else {
        enter(&mut work, &response, other.as_ref()).await?;
        ("response.given", details(&response, None))
    };
    let entry = custody::Entry {
        deed,
        object: ("response", response.id.to_string()),
        owner: Some(work.visit.owner),
        visit: Some(work.visit.id),
        details,
    };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    settle(&mut work, actor).await?;
    work.tx.commit().await?;
    Ok(if kept.is_some() { Kept::Known(response) } else { Kept::New(response) })
}

/// Once recording is closed, findings follow each answer that comes late or is corrected.
async fn settle(work: &mut Work, actor: &Actor) -> Result<()> {
    if matches!(work.visit.state, State::RecordingClosed | State::MinutesReady) {
        super::findings::bear(work, actor, &[]).await?;
    }
    Ok(())
}

/// Enters a first answer to an item.
async fn enter(work: &mut Work, new: &Response, other: Option<&Response>) -> Result<()> {
    if let Some(other) = other {
        let detail = format!("Another device answered this item under the id {}.", other.id);
        let no = Refusal::new(Family::Conflict, "response.item-answered", detail);
        return Err(with_current(no, Some(other)).into());
    }
    match responses::keep(&mut work.tx, new).await {
        // The same id at another visit, at the same moment.
        Err(why) if why.broke("responses_pkey") => {
            let detail = "This id was given to another answer. A new answer needs a new id.";
            Err(Refusal::new(Family::Conflict, "response.id-taken", detail).into())
        }
        done => Ok(done?),
    }
}

fn details(response: &Response, was: Option<&Response>) -> Value {
    json!({ "item": response.item, "answer": response.answer, "outcome": response.outcome,
        "note": response.note, "version": response.version, "was": was.map(said) })
}

/// What an answer amounts to, if it fits its item.
pub(super) async fn outcome(work: &mut Work, response: &Response) -> Result<Outcome> {
    let lists = asked(&mut work.tx, &work.visit).await?;
    let list = lists.iter().find(|list| list.version == response.template_version).ok_or_else(|| {
        rule("response.unknown-template", "/template_version", "The visit does not use this checklist.")
    })?;
    let item = list
        .body
        .item(&response.item)
        .ok_or_else(|| rule("response.unknown-item", "/item", "The checklist has no such item."))?;
    let occasion = occasion(&mut work.tx, &work.visit).await?;
    if !item.is_for(occasion) {
        let detail = "This item is not asked of this unit on the day of the visit.";
        return Err(rule("response.not-asked", "/item", detail).into());
    }
    Ok(judge(&item.response, &response.answer, occasion.day)?.outcome)
}

fn said(response: &Response) -> Value {
    json!({ "answer": response.answer, "outcome": response.outcome, "note": response.note,
        "version": response.version, "answered_by": response.answered_by, "answered_at": response.answered.rfc3339() })
}

/// Tells the phone what is kept, so that it can show both and let the lead decide. Only of the same visit: another
/// one's answers may not be the caller's to see.
fn with_current(mut no: Refusal, kept: Option<&Response>) -> Refusal {
    if let Some(kept) = kept.filter(|_| no.code != "response.id-taken") {
        no.faults.push(FieldFault::new("/base_version", "response.current-version", kept.version));
        no.faults.push(FieldFault::new("/answer", "response.current", said(kept)));
    }
    no
}

/// Every answer of a visit, and what waits beside them.
///
/// # Errors
/// `not-found`.
pub async fn of_visit(app: &App, actor: &Actor, visit: VisitId) -> Result<(Vec<Known>, Vec<Candidate>)> {
    let mut tx = app.records.begin().await?;
    readable(&mut tx, app, actor, visit).await?;
    let found = rows::find(&mut tx, visit).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, from_ref(&found), "responses", app.now()).await?;
    let added = addenda::of_visit(&mut tx, visit).await?;
    let answers = known(responses::of_visit(&mut tx, visit).await?, &added);
    let waiting = responses::candidates::of_visit(&mut tx, visit, true).await?;
    tx.commit().await?;
    Ok((answers, waiting))
}
