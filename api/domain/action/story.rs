//! What is told of an action in its course: reports, requests for more time, reminders, measures, the series it is part of.

use super::{Every, ExtensionState, MOST_INSTANCES, MOST_MEASURES};
use crate::ids::{AccountId, CampaignId, PhotoId, UnitId};
use crate::photo::evidence::Remark;
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
    /// What of its photos is worth a second look.
    #[serde(default)]
    pub remarks: Vec<Remark>,
    /// What was reached of what is counted.
    #[serde(default)]
    pub reached: Vec<Reached>,
}

/// How far something that is counted came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// What is counted: the name of one of the action's measures.
    pub name: String,
    /// As it is now.
    pub value: i64,
}

impl Report {
    /// Whether another says the same in the same words: a repeat of a request whose answer was lost.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let (remarks, due_on) = (other.remarks.clone(), other.due_on);
        Self { number: other.number, at: other.at, due_on, remarks, ..self.clone() } == *other
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
    /// As it is to be.
    pub after: i64,
    /// As it was reported last; `None` before that.
    #[serde(default)]
    pub reached: Option<i64>,
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

    /// The due days of all instances; the first is given. The day of the month is kept where the month has it, and is the
    /// month's last where it has not: twelve months are twelve instances, one a month.
    ///
    /// # Errors
    /// `action.recurrence` where the last is due after the year 2199.
    pub fn due_days(self, first: Date) -> Result<Vec<Date>, Refusal> {
        let months = match self.every {
            Every::Month => 1,
            Every::Quarter => 3,
            Every::Year => 12,
        };
        let day =
            |n: i32| first.checked_add(Span::new().months(n * months)).ok().filter(|day| day.year() < 2200);
        (0..i32::from(self.instances)).map(day).collect::<Option<_>>().ok_or_else(|| {
            let detail = "The last instance is due before the year 2200.";
            rule("action.recurrence", "/recurrence/instances", detail)
        })
    }
}

/// That it goes on in another campaign, because the one it was in ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The campaign it was in.
    pub from: CampaignId,
    /// The campaign it goes on in.
    pub to: CampaignId,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
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
    /// Campaigns it was carried over from, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Carried>,
}

impl Story {
    /// Reads how far its measures came, each named once.
    ///
    /// # Errors
    /// `action.reached` for what is not counted here, or counted twice.
    pub fn read_reached(&self, raw: Vec<Reached>) -> Result<Vec<Reached>, Refusal> {
        let mut told: Vec<Reached> = Vec::with_capacity(raw.len());
        for (n, one) in raw.into_iter().enumerate() {
            let pointer = format!("/reached/{n}/name");
            let name = said(&one.name, &pointer)?;
            let is_counted = self.measures.iter().any(|measure| measure.name == name);
            if !is_counted || told.iter().any(|earlier| earlier.name == name) {
                let detail = "Name each measure of the action at most once, as the action does.";
                return Err(rule("action.reached", &pointer, detail));
            }
            told.push(Reached { name, value: one.value });
        }
        Ok(told)
    }

    /// Adds a report, and notes how far its measures came.
    pub fn report(&mut self, report: Report) {
        for reached in &report.reached {
            let of = self.measures.iter_mut().filter(|measure| measure.name == reached.name);
            of.for_each(|measure| measure.reached = Some(reached.value));
        }
        self.reports.push(report);
    }
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
        measure.reached = None;
    }
    Ok(raw)
}

/// Reads a due day: not before the day of the visit that the action comes from. What was done on paper years ago may be
/// entered today, so that it may be over.
///
/// # Errors
/// `action.due-on` for a day before the visit, or after the year 2199.
pub fn due_on(day: Date, visited: Date) -> Result<Date, Refusal> {
    if day.year() >= 2200 {
        return Err(rule("action.due-on", "/due_on", "A due day lies in the years 2000 to 2200."));
    }
    if day < visited {
        let detail = format!("A due day is not before the visit the action comes from, {visited}.");
        return Err(rule("action.due-on", "/due_on", &detail));
    }
    Ok(day)
}
