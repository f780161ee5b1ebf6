//! Minutes as a document, and what is added to them once they are signed.

use super::Result;
use super::visits::heirs::readable;
use super::visits::life::Work;
use super::visits::note_sealed_reads;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::Finding;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::minutes::{self, Addendum, Correction, FORMAT, answered, corrected, withdrawable};
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::response::{Answer, Response};
use crate::domain::score::Score;
use crate::domain::template::ResponseType;
use crate::domain::visit::{Minutes, Visit, rule};
use crate::records::custody::{self, Entry};
use crate::records::visits::life as visit_rows;
use crate::records::{Tx, accounts, addenda, responses};
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
    readable(&mut tx, app, actor, id).await?;
    let visit = visit_rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "minutes", app.now()).await?;
    let addenda = addenda::of_visit(&mut tx, id).await?;
    tx.commit().await?;
    let minutes = visit.minutes.ok_or_else(none)?;
    Ok(Document { visit: id, minutes, addenda })
}

/// Minutes ready to be printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Of which visit.
    pub visit: Visit,
    /// As drafted and signed.
    pub minutes: Minutes,
    /// What was added, oldest first, each with the name of whoever wrote it.
    pub addenda: Vec<(Addendum, String)>,
    /// What the checklists come to with that; empty where no answer was changed.
    pub scores: Vec<Score>,
}

/// The minutes of a visit with everything that their paper shows.
///
/// # Errors
/// As [`read`].
pub async fn print(app: &App, actor: &Actor, id: VisitId) -> Result<Printed> {
    let mut tx = app.records.begin().await?;
    readable(&mut tx, app, actor, id).await?;
    let visit = visit_rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(&mut tx, actor, std::slice::from_ref(&visit), "minutes", app.now()).await?;
    let Some(minutes) = visit.minutes.clone() else { return Err(none().into()) };
    let addenda = addenda::of_visit(&mut tx, id).await?;
    let scores = if addenda.iter().any(|of| of.answer.is_some()) {
        let occasion = super::visits::occasion(&mut tx, &visit).await?;
        let lists = super::visits::asked(&mut tx, &visit).await?;
        let answers = corrected(responses::of_visit(&mut tx, id).await?, &addenda);
        lists.iter().map(|list| Score::of(list, &answers, occasion)).collect()
    } else {
        Vec::new()
    };
    let authors: Vec<AccountId> = addenda.iter().map(|of| of.by).collect();
    let names = accounts::names(&mut tx, &authors).await?;
    tx.commit().await?;
    let named = |of: Addendum| {
        let name = names.get(&of.by).cloned().unwrap_or_default();
        (of, name)
    };
    Ok(Printed { visit, minutes, addenda: addenda.into_iter().map(named).collect(), scores })
}

fn none() -> Refusal {
    Refusal::new(Family::Conflict, "minutes.none", "Nobody has drafted minutes of this visit yet.")
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
    /// The addendum that is taken back, where one is.
    pub withdraws: Option<i32>,
    /// Why.
    pub reason: String,
}

/// Adds to signed minutes. What an item's answer was is taken from the answer itself, or from the last addendum to it; the
/// new one is judged as answers are, and figures take it from then on. One that takes another back restores what stood
/// before it. Answers and what is taken back are the lead's to say, words the clerk's too.
///
/// # Errors
/// `minutes.not-signed`, `minutes.addendum`, `minutes.addendum-lead`, `minutes.addendum-unknown`,
/// `minutes.addendum-withdrawn`, `minutes.addendum-corrected`, `finding.item-unknown`; what is wrong with the answer itself.
pub async fn add(app: &App, actor: &Actor, id: VisitId, added: Added) -> Result<Addendum> {
    let mut work = Work::begin(app, actor, id, Deed::DraftMinutes).await?;
    if work.visit.minutes.as_ref().is_none_or(|minutes| minutes.signed_at.is_none()) {
        let detail = "Minutes that nobody has signed yet are drafted anew instead.";
        return Err(Refusal::new(Family::Conflict, "minutes.not-signed", detail).into());
    }
    if (added.answer.is_some() || added.withdraws.is_some()) && !work.is_lead(actor) {
        let detail = "What changes an answer, and what takes an addendum back, is the lead's to add.";
        return Err(Refusal::new(Family::Forbidden, "minutes.addendum-lead", detail).into());
    }
    let before = addenda::of_visit(&mut work.tx, id).await?;
    let Added { item, answer, was, becomes, withdraws, reason } = added;
    let (item, was, becomes, answer) = match (item, answer, was, becomes, withdraws) {
        (Some(item), Some(answer), None, None, None) => {
            let (was, becomes, answer) = correction(&mut work, &before, &item, answer).await?;
            (Some(item), was, becomes, answer)
        }
        (None, None, Some(was), Some(becomes), None) => (None, was, becomes, None),
        (None, None, None, None, Some(number)) => {
            let of = withdrawable(number, &before)?.clone();
            let answer = restored(&mut work, &before, &of).await?;
            (of.item, of.becomes, of.was, answer)
        }
        _ => {
            let detail = "Name an item and its answer, say what stands in the minutes and what becomes of it, or name the \
                 addendum that is taken back.";
            return Err(rule("minutes.addendum", "/item", detail).into());
        }
    };
    let addendum = Addendum {
        visit: id,
        number: 0,
        item,
        answer,
        was,
        becomes,
        reason,
        withdraws,
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
    if !is_told(&visit, was) || minutes::found(&same_but_confirmed) == minutes::found(becomes) {
        return Ok(());
    }
    let words = (minutes::found(was), minutes::found(becomes));
    add_line(tx, actor, &visit, (words, "Trưởng đoàn xác nhận phát hiện."), (by, now)).await
}

/// Adds that the lead does not stand by a candidate of which minutes tell that somebody has signed. The visit's row is held.
///
/// # Errors
/// The database's own.
pub(super) async fn add_dismissed(
    tx: &mut Tx,
    actor: &Actor,
    (of, reason): (&Finding, &str),
    (by, now): (AccountId, Timestamp),
) -> Result<()> {
    let visit = visit_rows::find(tx, of.visit).await?.ok_or_else(Refusal::not_found)?;
    if !is_told(&visit, of) {
        return Ok(());
    }
    let words = (minutes::found(of), minutes::dismissed(of));
    let why = format!("Trưởng đoàn không xác nhận phát hiện: {reason}");
    add_line(tx, actor, &visit, (words, &why), (by, now)).await
}

/// Whether somebody has signed minutes that tell of a finding so.
fn is_told(visit: &Visit, of: &Finding) -> bool {
    visit.minutes.as_ref().is_some_and(|minutes| {
        let told = [minutes::found(of), minutes::found_in_codes(of)];
        !minutes.signatures.is_empty() && told.iter().any(|words| minutes.document.contains(words))
    })
}

/// Adds what a re-inspection saw of an earlier finding after somebody had signed its minutes: what they tell of it, and
/// what holds now. The visit's row is held.
///
/// # Errors
/// The database's own.
pub(super) async fn add_looked_at(
    tx: &mut Tx,
    actor: &Actor,
    visit: &Visit,
    (was, becomes): (String, String),
    (by, now): (AccountId, Timestamp),
) -> Result<()> {
    if was == becomes || visit.minutes.as_ref().is_none_or(|minutes| minutes.signatures.is_empty()) {
        return Ok(());
    }
    let why = "Trưởng đoàn ghi nhận kết quả khắc phục.";
    add_line(tx, actor, visit, ((was, becomes), why), (by, now)).await
}

/// Adds a line that takes the place of one, for a reason of ours.
async fn add_line(
    tx: &mut Tx,
    actor: &Actor,
    visit: &Visit,
    ((was, becomes), reason): ((String, String), &str),
    (by, now): (AccountId, Timestamp),
) -> Result<()> {
    let before = addenda::of_visit(tx, visit.id).await?;
    let addendum = Addendum {
        visit: visit.id,
        number: 0,
        item: None,
        answer: None,
        was,
        becomes,
        reason: reason.to_owned(),
        withdraws: None,
        by,
        at: to_micros(now),
        format: FORMAT,
        sha256: String::new(),
    };
    append(tx, actor, visit, (&before, addendum), now).await?;
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
            "becomes": addendum.becomes, "reason": addendum.reason, "withdraws": addendum.withdraws,
            "sha256": addendum.sha256,
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
    let asked = super::visits::asked(&mut work.tx, &work.visit).await?;
    let list = asked.iter().find(|list| list.version == stands.template_version);
    let asked = list.and_then(|list| list.body.item(item)).map(|item| item.response.clone());
    let asked = asked.unwrap_or(ResponseType::Text {});
    let was = answered(&stands.answer, &asked);
    let changed = Response { answer: answer.checked()?, ..stands };
    let correction = Correction {
        template_version: changed.template_version,
        outcome: super::responses::outcome(work, &changed).await?,
        answer: changed.answer,
    };
    Ok((was, answered(&correction.answer, &asked), Some(correction)))
}

/// The answer that stood before an addendum, where that one changed an answer.
async fn restored(work: &mut Work, all: &[Addendum], of: &Addendum) -> Result<Option<Correction>> {
    let (Some(item), Some(changed)) = (&of.item, &of.answer) else { return Ok(None) };
    let earlier: Vec<Addendum> = all.iter().filter(|other| other.number < of.number).cloned().collect();
    let stood = corrected(responses::of_visit(&mut work.tx, work.visit.id).await?, &earlier);
    let is = |answer: &Response| answer.item == *item && answer.template_version == changed.template_version;
    Ok(stood.into_iter().find(is).map(|stood| Correction {
        template_version: stood.template_version,
        answer: stood.answer,
        outcome: stood.outcome,
    }))
}

/// The time as the database keeps it, so that the hash can be computed again.
fn to_micros(at: Timestamp) -> Timestamp {
    crate::domain::moment::to_micros(at)
}
