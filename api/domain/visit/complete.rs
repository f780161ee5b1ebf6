//! What must be there before a visit goes on: an answer to every item that is asked, every required photo, a decision
//! about every candidate.

use super::AskedList;
use crate::finding::{self, Finding};
use crate::ids::VisitId;
use crate::refusal::{FieldFault, Kind as Family, Refusal};
use crate::response::{self, Response};
use crate::score::{self, Standing};
use crate::template::{Item, Occasion};
use std::collections::HashMap;

/// The items of a visit that are asked and have no answer, in the order of its checklists. What is not asked of this
/// unit, on this day or after these answers is none of them.
#[must_use]
pub fn unanswered<'a>(lists: &'a [AskedList], answers: &'a [Response], occasion: Occasion) -> Vec<&'a Item> {
    let all = lists.iter().flat_map(|list| score::standings(list, answers, occasion));
    all.filter(|(_, standing)| *standing == Standing::Unanswered).map(|(item, _)| item).collect()
}

/// Refuses to go on while items that are asked have no answer and the lead has not said why (source: a response is open,
/// answered, complete).
///
/// # Errors
/// `visit.items-unanswered`, with every item.
pub fn items_answered(
    lists: &[AskedList],
    answers: &[Response],
    occasion: Occasion,
    because: Option<&str>,
) -> Result<(), Refusal> {
    let open = unanswered(lists, answers, occasion);
    if open.is_empty() || because.is_some() {
        return Ok(());
    }
    let detail = format!(
        "{} items that are asked have no answer: answer them, or let the lead say why they stay so (leave-unanswered).",
        open.len()
    );
    let mut refusal = Refusal::new(Family::Invalid, "visit.items-unanswered", detail);
    refusal.faults = open
        .into_iter()
        .map(|item| {
            let detail = format!("{} has no answer", item.code);
            FieldFault::new(format!("/items/{}", item.code), "visit.items-unanswered", detail)
        })
        .collect();
    Err(refusal)
}

/// Refuses to take a visit as final while the lead has not decided about each candidate. What rests on what people said
/// may wait longer: it is verified after the visit.
///
/// # Errors
/// `visit.candidates-undecided`, with how many there are and where.
pub fn candidates_decided(visit: VisitId, findings: &[Finding]) -> Result<(), Refusal> {
    let is_undecided = |of: &&Finding| of.state == finding::State::Candidate && !of.awaits_verification();
    let waiting = findings.iter().filter(is_undecided).count();
    if waiting == 0 {
        return Ok(());
    }
    let detail = format!("{waiting} candidates wait: the lead confirms or dismisses each of them first.");
    let mut refusal = Refusal::new(Family::Conflict, "visit.candidates-undecided", detail);
    let list = format!("see /v1/findings?visit={visit}&state=candidate");
    refusal.faults.push(FieldFault::new("/candidates", "visit.candidates-undecided", list));
    Err(refusal)
}

/// Most earlier findings that a refusal names.
const MOST_NAMED: usize = 50;

/// Refuses to take a re-inspection as final while it has not said of these earlier findings what it saw.
///
/// # Errors
/// `visit.earlier-undecided`, naming each.
pub fn earlier_decided(undecided: &[Finding]) -> Result<(), Refusal> {
    if undecided.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "{} earlier findings wait: the lead records what this re-inspection saw of each of them first.",
        undecided.len()
    );
    let code = "visit.earlier-undecided";
    let mut refusal = Refusal::new(Family::Conflict, code, detail);
    for (n, finding) in undecided.iter().take(MOST_NAMED).enumerate() {
        let about = finding.item.as_deref().or(finding.category.as_deref()).unwrap_or("–");
        let told = format!("{about}: see /v1/findings/{}", finding.id);
        refusal.faults.push(FieldFault::new(format!("/earlier_findings/{n}"), code, told));
    }
    Err(refusal)
}

/// How many photos are held, by item and by what they show.
pub type Held = HashMap<(String, String), u32>;

/// Photos that an item needs, and that are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The item.
    pub item: String,
    /// What they show; `None` where its rule does not say.
    pub subject: Option<String>,
    /// How many there are.
    pub here: u32,
    /// How many more it needs.
    pub missing: u32,
}

/// What the checklists need after these answers and is not among these photos, in their order. Items that are not asked
/// of this unit, on this day or after these answers need none, nor do those that the lead left open with a reason; one that
/// still waits for its answer needs what it needs whatever that will be.
#[must_use]
pub fn photos_lacking(
    lists: &[AskedList],
    answers: &[Response],
    held: &Held,
    (occasion, because): (Occasion, Option<&str>),
) -> Vec<Lack> {
    let mut all = Vec::new();
    let standings = lists.iter().flat_map(|list| score::standings(list, answers, occasion));
    for (item, standing) in standings {
        let outcome = match standing {
            Standing::NotAsked => continue,
            // What the lead left open can't be photographed either.
            Standing::Unanswered if because.is_some() => continue,
            Standing::Unanswered => None,
            Standing::Judged(judgement) => Some(judgement.outcome),
        };
        let subject = item.photo.subject.clone();
        let fits = |of: &(String, String)| {
            of.0 == item.code && subject.as_ref().is_none_or(|subject| *subject == of.1)
        };
        let here = held.iter().filter(|(of, _)| fits(of)).map(|(_, count)| *count).sum();
        let missing = response::photos_missing(&item.photo, outcome, here);
        if missing > 0 {
            all.push(Lack { item: item.code.clone(), subject, here, missing });
        }
    }
    all
}

/// Refuses to hand in a visit whose checklists still need photos of what their rules name.
///
/// # Errors
/// `visit.photos-missing`, with every item and how many it lacks.
pub fn photos_complete(
    lists: &[AskedList],
    answers: &[Response],
    held: &Held,
    of: (Occasion, Option<&str>),
) -> Result<(), Refusal> {
    let lacking = photos_lacking(lists, answers, held, of);
    if lacking.is_empty() {
        return Ok(());
    }
    let fault = |lack: Lack| {
        let of = lack.subject.map(|subject| format!(" of {subject}")).unwrap_or_default();
        let detail = format!("{} needs {} more{of}, {} held", lack.item, lack.missing, lack.here);
        FieldFault::new(format!("/items/{}", lack.item), "visit.photos-missing", detail)
    };
    let detail = "Required photos have not arrived yet, or show nothing that could be read; errors names the items and how \
        many each lacks.";
    let mut refusal = Refusal::new(Family::Invalid, "visit.photos-missing", detail);
    refusal.faults = lacking.into_iter().map(fault).collect();
    Err(refusal)
}
