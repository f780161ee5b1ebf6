//! Minutes as a document, and what is added to them once they are signed.

use super::Result;
use super::visits::life::Work;
use super::visits::{allowed, note_sealed_reads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::Finding;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::minutes::{self, Addendum, Correction, FORMAT, answered, corrected};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::response::{Answer, Response};
use crate::domain::visit::{Minutes, Visit, rule};
use crate::records::custody::{self, Entry};
use crate::records::visits::life as visit_rows;
use crate::records::{Tx, addenda, responses};
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
    if work.visit.minutes.as_ref().is_none_or(|minutes| minutes.signed_at.is_none()) {
        let detail = "Minutes that nobody has signed yet are drafted anew instead.";
        return Err(Refusal::new(Family::Conflict, "minutes.not-signed", detail).into());
    }
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
    let addendum = Addendum {
        visit: id,
        number: 0,
        item: added.item,
        answer,
        was,
        becomes,
        reason: added.reason,
        by: work.by,
        at: to_micros(work.now),
        format: FORMAT,
        sha256: String::new(),
    };
    let addendum = append(&mut work.tx, actor, &work.visit, (&before, addendum.checked()?), work.now).await?;
    if addendum.answer.is_some() {
        let all: Vec<Addendum> = before.into_iter().chain([addendum.clone()]).collect();
        super::findings::bear(&mut work, actor, &all).await?;
    }
    work.tx.commit().await?;
    Ok(addendum)
}

/// Adds what the lead changed about a finding while confirming it, where its minutes have been signed by somebody: the line
/// that was signed and the one that holds now. The visit's row is held.
///
/// # Errors
/// The database's own.
pub(super) async fn add_confirmed(
    tx: &mut Tx,
    actor: &Actor,
    (was, becomes): (&Finding, &Finding),
    (by, now): (AccountId, Timestamp),
) -> Result<()> {
    // That it is no candidate any more is what minutes with candidates wait for: no change of them.
    let same_but_confirmed = Finding { state: becomes.state, ..was.clone() };
    let visit = visit_rows::find(tx, was.visit).await?.ok_or_else(Refusal::not_found)?;
    let signed = visit.minutes.as_ref().is_some_and(|minutes| {
        !minutes.signatures.is_empty() && minutes.document.contains(&minutes::found(was))
    });
    if !signed || minutes::found(&same_but_confirmed) == minutes::found(becomes) {
        return Ok(());
    }
    let before = addenda::of_visit(tx, visit.id).await?;
    let addendum = Addendum {
        visit: visit.id,
        number: 0,
        item: None,
        answer: None,
        was: minutes::found(was),
        becomes: minutes::found(becomes),
        reason: "Trưởng đoàn xác nhận phát hiện.".to_owned(),
        by,
        at: to_micros(now),
        format: FORMAT,
        sha256: String::new(),
    };
    append(tx, actor, &visit, (&before, addendum), now).await?;
    Ok(())
}

/// Numbers an addendum, ties it to what came before, writes and records it.
async fn append(
    tx: &mut Tx,
    actor: &Actor,
    visit: &Visit,
    (before, mut addendum): (&[Addendum], Addendum),
    now: Timestamp,
) -> Result<Addendum> {
    let frozen = visit.minutes.iter().flat_map(|of| [&of.document_sha256, &of.text_sha256]);
    let link = before.last().map(|last| &last.sha256);
    let link = link.or_else(|| frozen.into_iter().find(|sha256| !sha256.is_empty()));
    addendum.number = before.last().map_or(1, |last| last.number + 1);
    let addendum = addendum.chained(link.map_or("", String::as_str));
    addenda::keep(tx, &addendum).await?;
    let entry = Entry {
        deed: "minutes.addendum",
        object: ("visit", visit.id.to_string()),
        owner: Some(visit.owner),
        visit: Some(visit.id),
        details: json!({ "number": addendum.number, "item": addendum.item, "was": addendum.was,
            "becomes": addendum.becomes, "reason": addendum.reason, "sha256": addendum.sha256,
            "outcome": addendum.answer.as_ref().map(|of| of.outcome) }),
    };
    custody::note(tx, Some(actor), entry, now).await?;
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
