//! Minutes as a document, and what is added to them once they are signed.

use super::Result;
use super::visits::life::Work;
use super::visits::{allowed, note_sealed_reads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::VisitId;
use crate::domain::minutes::{Addendum, Correction, answered, corrected};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::response::{Answer, Response};
use crate::domain::visit::{Minutes, rule};
use crate::records::custody::{self, Entry};
use crate::records::visits::life as visit_rows;
use crate::records::{addenda, responses};
use jiff::Timestamp;
use serde_json::json;

/// Minutes with everything added to them.
#[derive(Clone, Debug)]
pub struct Document {
    /// Of which visit.
    pub visit: VisitId,
    /// As drafted and signed.
    pub minutes: Minutes,
    /// What was added, oldest first.
    pub addenda: Vec<Addendum>,
}

/// The minutes of a visit, whole.
///
/// # Errors
/// `not-found`; `minutes.none` where nobody has drafted any yet.
pub async fn read(app: &App, actor: &Actor, id: VisitId) -> Result<Document> {
    let mut tx = app.records.begin().await?;
    allowed(&mut tx, actor, id, Deed::ReadVisit).await?;
    let visit = visit_rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "minutes", app.now()).await?;
    let addenda = addenda::of_visit(&mut tx, id).await?;
    tx.commit().await?;
    let minutes = visit.minutes.ok_or_else(|| {
        Refusal::new(Family::Conflict, "minutes.none", "Nobody has drafted minutes of this visit yet.")
    })?;
    Ok(Document { visit: id, minutes, addenda })
}

/// What somebody adds.
#[derive(Clone, Debug)]
pub struct Added {
    /// The item it is about.
    pub item: Option<String>,
    /// The answer to it as it should have been.
    pub answer: Option<Answer>,
    /// As it stands, where it is about no item.
    pub was: Option<String>,
    /// As it should read, where it is about no item.
    pub becomes: Option<String>,
    /// Why.
    pub reason: String,
}

/// Adds to signed minutes. What an item's answer was is taken from the answer itself, or from the last addendum to it; the
/// new one is judged as answers are, and figures take it from then on.
///
/// # Errors
/// `minutes.not-signed`, `minutes.addendum`, `finding.item-unknown`; what is wrong with the answer itself.
pub async fn add(app: &App, actor: &Actor, id: VisitId, added: Added) -> Result<Addendum> {
    let mut work = Work::begin(app, actor, id, Deed::DraftMinutes).await?;
    let signed = work.visit.minutes.as_ref().filter(|minutes| minutes.signed_at.is_some());
    let Some(minutes) = signed else {
        let detail = "Minutes that nobody has signed yet are drafted anew instead.";
        return Err(Refusal::new(Family::Conflict, "minutes.not-signed", detail).into());
    };
    let frozen =
        [&minutes.document_sha256, &minutes.text_sha256].into_iter().find(|sha256| !sha256.is_empty());
    let frozen = frozen.cloned().unwrap_or_default();
    let before = addenda::of_visit(&mut work.tx, id).await?;
    let (was, becomes, answer) = match (&added.item, added.answer, added.was, added.becomes) {
        (Some(item), Some(answer), None, None) => correction(&mut work, &before, item, answer).await?,
        (None, None, Some(was), Some(becomes)) => (was, becomes, None),
        _ => {
            let detail =
                "Name an item and its answer, or say what stands in the minutes and what becomes of it.";
            return Err(rule("minutes.addendum", "/item", detail).into());
        }
    };
    let number = before.last().map_or(1, |last| last.number + 1);
    let link = before.last().map_or(frozen, |last| last.sha256.clone());
    let addendum = Addendum {
        visit: id,
        number,
        item: added.item,
        answer,
        was,
        becomes,
        reason: added.reason,
        by: work.by,
        at: to_micros(work.now),
        sha256: String::new(),
    };
    let addendum = addendum.checked()?.chained(&link);
    addenda::keep(&mut work.tx, &addendum).await?;
    if addendum.answer.is_some() {
        let all: Vec<Addendum> = before.into_iter().chain([addendum.clone()]).collect();
        super::findings::reconsider(&mut work, actor, &all).await?;
    }
    let entry = Entry {
        deed: "minutes.addendum",
        object: ("visit", id.to_string()),
        owner: Some(work.visit.owner),
        visit: Some(id),
        details: json!({ "number": addendum.number, "item": addendum.item, "was": addendum.was,
            "becomes": addendum.becomes, "reason": addendum.reason, "sha256": addendum.sha256,
            "outcome": addendum.answer.as_ref().map(|of| of.outcome) }),
    };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    work.tx.commit().await?;
    Ok(addendum)
}

/// What an item's answer was, what it becomes, and what that amounts to.
async fn correction(
    work: &mut Work,
    before: &[Addendum],
    item: &str,
    answer: Answer,
) -> Result<(String, String, Option<Correction>)> {
    let answers = corrected(responses::of_visit(&mut work.tx, work.visit.id).await?, before);
    let stands = answers
        .into_iter()
        .find(|answer| answer.item == *item)
        .ok_or_else(|| rule("finding.item-unknown", "/item", "The minutes hold no answer to this item."))?;
    let was = answered(&stands.answer);
    let changed = Response { answer: answer.checked()?, ..stands };
    let correction = Correction {
        template_version: changed.template_version,
        outcome: super::responses::outcome(work, &changed).await?,
        answer: changed.answer,
    };
    Ok((was, answered(&correction.answer), Some(correction)))
}

/// The time as the database keeps it, so that the hash can be computed again.
fn to_micros(at: Timestamp) -> Timestamp {
    crate::domain::moment::to_micros(at)
}
