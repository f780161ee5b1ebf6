//! Minutes as a document, and what is added to them once they are signed.

use super::Result;
use super::visits::life::Work;
use super::visits::{allowed, note_sealed_reads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::VisitId;
use crate::domain::minutes::{Addendum, answered};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
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
    /// As it stands, where it is about no item.
    pub was: Option<String>,
    /// As it should read.
    pub becomes: String,
    /// Why.
    pub reason: String,
}

/// Adds to signed minutes. What an item's answer was is taken from the answer itself, or from the last addendum to it.
///
/// # Errors
/// `minutes.not-signed`, `minutes.addendum`, `finding.item-unknown`.
pub async fn add(app: &App, actor: &Actor, id: VisitId, added: Added) -> Result<Addendum> {
    let mut work = Work::begin(app, actor, id, Deed::DraftMinutes).await?;
    let signed = work.visit.minutes.as_ref().filter(|minutes| minutes.signed_at.is_some());
    let Some(minutes) = signed else {
        let detail = "Minutes that nobody has signed yet are drafted anew instead.";
        return Err(Refusal::new(Family::Conflict, "minutes.not-signed", detail).into());
    };
    let frozen =
        if minutes.document_sha256.is_empty() { &minutes.text_sha256 } else { &minutes.document_sha256 };
    let before = addenda::of_visit(&mut work.tx, id).await?;
    let was = match (&added.item, added.was) {
        (Some(item), None) => {
            let last = before.iter().rev().find(|earlier| earlier.item.as_ref() == Some(item));
            let answers = responses::of_visit(&mut work.tx, id).await?;
            let answer = answers.iter().find(|answer| answer.item == *item);
            let stands = last.map(|last| last.becomes.clone()).or(answer.map(|a| answered(&a.answer)));
            stands.ok_or_else(|| {
                rule("finding.item-unknown", "/item", "The minutes hold no answer to this item.")
            })?
        }
        (None, Some(was)) => was,
        _ => {
            let detail = "Name an item, or say what stands in the minutes: one of the two.";
            return Err(rule("minutes.addendum", "/was", detail).into());
        }
    };
    let number = before.last().map_or(1, |last| last.number + 1);
    let link = before.last().map_or(frozen.as_str(), |last| last.sha256.as_str()).to_owned();
    let addendum = Addendum {
        visit: id,
        number,
        item: added.item,
        was,
        becomes: added.becomes,
        reason: added.reason,
        by: work.by,
        at: to_micros(work.now),
        sha256: String::new(),
    };
    let addendum = addendum.checked()?.chained(&link);
    addenda::keep(&mut work.tx, &addendum).await?;
    let entry = Entry {
        deed: "minutes.addendum",
        object: ("visit", id.to_string()),
        owner: Some(work.visit.owner),
        visit: Some(id),
        details: json!({ "number": addendum.number, "item": addendum.item, "was": addendum.was,
            "becomes": addendum.becomes, "reason": addendum.reason, "sha256": addendum.sha256 }),
    };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    work.tx.commit().await?;
    Ok(addendum)
}

/// The time as the database keeps it, so that the hash can be computed again.
fn to_micros(at: Timestamp) -> Timestamp {
    crate::domain::moment::to_micros(at)
}
