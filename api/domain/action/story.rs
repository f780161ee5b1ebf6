//! What is told of an action in its course: reports, requests for more time, reminders, measures, the series it is part of.

use super::{Every, ExtensionState, MOST_INSTANCES, MOST_MEASURES};
use crate::ids::{AccountId, PhotoId, UnitId};
use crate::refusal::Refusal;
use crate::text;
use crate::visit::rule;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Most reminders of one action: one a week for two years.
pub const MOST_REMINDERS: usize = 100;

/// A request for more time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The day asked for.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// What became of it.
    pub state: ExtensionState,
    /// Who asked.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why it was decided so.
    pub decision: Option<String>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
}

impl Extension {
    /// Whether another asks for the same in the same words: a repeat of a request whose answer was lost.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { at: other.at, ..self.clone() } == *other
    }

    /// Whether it was decided so, in these words, by this person.
    #[must_use]
    pub fn was_decided(&self, grant: bool, reason: &str, by: AccountId) -> bool {
        let state = if grant { ExtensionState::Extended } else { ExtensionState::Kept };
        self.state == state && self.decision.as_deref() == Some(reason) && self.decided_by == Some(by)
    }
}

/// What an owner says when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Counts the reports of an action: 1, 2, …
    pub number: i32,
    /// In words.
    pub note: String,
    /// After-photos, held.
    pub photos: Vec<PhotoId>,
    /// Papers, as the owner names them.
    pub papers: Vec<String>,
    /// Who reported.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// The day on which it was due then; `None` in reports from before that was kept.
    pub due_on: Option<Date>,
    /// Why it was returned, where it was.
    pub returned_because: Option<String>,
}

impl Report {
    /// Whether another says the same in the same words: a repeat of a request whose answer was lost.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { number: other.number, at: other.at, due_on: other.due_on, ..self.clone() } == *other
    }
}

/// That somebody was told once more that it is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// In words.
    pub text: String,
    /// Which units.
    pub to: Vec<UnitId>,
    /// Who reminded.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Something counted before and after: days 10 → 7, papers 5 → 4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What is counted.
    pub name: String,
    /// In what: `day`, `paper`.
    pub unit: String,
    /// As it was.
    pub before: i64,
    /// As it is to be, or became.
    pub after: i64,
}

/// A series: the same action, time after time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// How often.
    pub every: Every,
    /// How many in all.
    pub instances: u16,
}

impl Recurrence {
    /// Checks the number of instances.
    ///
    /// # Errors
    /// `action.recurrence`.
    pub fn checked(self) -> Result<Self, Refusal> {
        if (2..=MOST_INSTANCES).contains(&self.instances) {
            return Ok(self);
        }
        let detail = format!("A recurring action has 2 to {MOST_INSTANCES} instances.");
        Err(rule("action.recurrence", "/recurrence/instances", &detail))
    }

    /// The due days of all instances; the first is given. The day of the month is kept where the month has it.
    #[must_use]
    pub fn due_days(self, first: Date) -> Vec<Date> {
        let months = match self.every {
            Every::Month => 1,
            Every::Quarter => 3,
            Every::Year => 12,
        };
        (0..i32::from(self.instances))
            .map(|n| first.checked_add(Span::new().months(n * months)).unwrap_or(first))
            .collect()
    }
}

/// What became of an action, besides its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Story {
    /// Before and after.
    pub measures: Vec<Measure>,
    /// Reports, oldest first.
    pub reports: Vec<Report>,
    /// Requests for more time, oldest first.
    pub extensions: Vec<Extension>,
    /// Reminders (đôn đốc), oldest first.
    pub reminders: Vec<Reminder>,
    /// The series, on its first instance.
    pub recurrence: Option<Recurrence>,
    /// Why it was cancelled.
    pub cancelled_because: Option<String>,
}

/// Reads a sentence of somebody's.
///
/// # Errors
/// `action.text`, blaming `pointer`.
pub fn said(raw: &str, pointer: &str) -> Result<String, Refusal> {
    text::required(raw, 4000).map_err(|why| rule("action.text", pointer, &format!("The text {why}.")))
}

/// Reads names of papers.
///
/// # Errors
/// `action.text` for one that says nothing, or for too many.
pub fn papers(raw: &[String]) -> Result<Vec<String>, Refusal> {
    if raw.len() > 50 {
        return Err(rule("action.text", "/papers", "At most 50 papers are named."));
    }
    raw.iter().enumerate().map(|(n, paper)| said(paper, &format!("/papers/{n}"))).collect()
}

/// Checks measures.
///
/// # Errors
/// `action.text`.
pub fn measures(mut raw: Vec<Measure>) -> Result<Vec<Measure>, Refusal> {
    if raw.len() > MOST_MEASURES {
        return Err(rule("action.text", "/measures", &format!("At most {MOST_MEASURES} measures.")));
    }
    for (n, measure) in raw.iter_mut().enumerate() {
        measure.name = said(&measure.name, &format!("/measures/{n}/name"))?;
        measure.unit = said(&measure.unit, &format!("/measures/{n}/unit"))?;
    }
    Ok(raw)
}

/// Reads a due day.
///
/// # Errors
/// `action.due-on` outside the years 2000 to 2200.
pub fn due_on(day: Date) -> Result<Date, Refusal> {
    if (2000..2200).contains(&day.year()) {
        return Ok(day);
    }
    Err(rule("action.due-on", "/due_on", "A due day lies in the years 2000 to 2200."))
}
