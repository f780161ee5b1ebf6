//! Corrective actions: who is to remedy what by when, and who says that it is done.

mod state;

pub use state::{Move, Step, take};

use crate::ids::{
    AccountId, ActionId, CampaignId, DocumentId, FindingId, OwnerId, PhotoId, TeamId, UnitId, VisitId,
};
use crate::moment::vietnam_day;
use crate::refusal::{Kind as Family, Refusal};
use crate::text;
use crate::visit::rule;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Most owners of one action.
pub const MOST_OWNERS: usize = 20;
/// Most findings of one action.
pub const MOST_FINDINGS: usize = 200;
/// Most instances of a recurring action: five years of months.
pub const MOST_INSTANCES: u16 = 60;
/// Most measures of one action.
pub const MOST_MEASURES: usize = 20;

words! {
    /// Where an action is in its life.
    State {
        /// Proposed by the team.
        Proposed = "proposed",
        /// Issued to its owners with a due day.
        Issued = "issued",
        /// An owner took it on.
        Accepted = "accepted",
        /// Under way.
        InProgress = "in_progress",
        /// An owner says it is done, with evidence.
        ReportedDone = "reported_done",
        /// Somebody else has verified that.
        VerifiedDone = "verified_done",
        /// The evidence did not do.
        Returned = "returned",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

words! {
    /// What sort of action it is.
    Kind {
        /// Put something right.
        Correction = "correction",
        /// Review a procedure: fewer days, fewer papers.
        ProcedureReview = "procedure_review",
        /// Issue or repeal a document.
        Document = "document",
        /// Train or instruct people.
        Training = "training",
    }
}

words! {
    /// What became of a request for more time.
    ExtensionState {
        /// Waits for a decision.
        Requested = "requested",
        /// Granted: the due day moved.
        Extended = "extended",
        /// Refused: the due day is kept.
        Kept = "kept",
    }
}

words! {
    /// How often a recurring action falls due.
    Every {
        /// Each month.
        Month = "month",
        /// Each quarter.
        Quarter = "quarter",
        /// Each year.
        Year = "year",
    }
}

impl State {
    /// Whether somebody still has to do something and time runs.
    #[must_use]
    pub fn is_awaited(self) -> bool {
        matches!(self, Self::Issued | Self::Accepted | Self::InProgress | Self::Returned)
    }

    /// The awaited ones, as stored: for queries.
    #[must_use]
    pub fn awaited() -> Vec<&'static str> {
        Self::ALL.iter().filter(|state| state.is_awaited()).map(|state| state.as_str()).collect()
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::VerifiedDone | Self::Cancelled)
    }
}

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
    /// Why it was returned, where it was.
    pub returned_because: Option<String>,
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
    /// The series, on its first instance.
    pub recurrence: Option<Recurrence>,
    /// Why it was cancelled.
    pub cancelled_because: Option<String>,
}

/// Somebody who is to do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Which unit.
    pub unit: UnitId,
    /// Its printed path.
    pub path: String,
    /// Every unit above, nearest first.
    pub ancestors: Vec<UnitId>,
}

/// A finding that an action is to remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub finding: FindingId,
    /// When somebody who may verified that it is remedied.
    pub verified_at: Option<Timestamp>,
}

/// Something somebody is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Random: tells neither time nor number.
    pub id: ActionId,
    /// Whose campaign.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// The visit it came from.
    pub visit: VisitId,
    /// That visit's team.
    pub team: TeamId,
    /// What sort.
    pub kind: Kind,
    /// What is to be done.
    pub title: String,
    /// Where it is in its life.
    pub state: State,
    /// The last day, local.
    pub due_on: Option<Date>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// The programme it is part of.
    pub programme: Option<DocumentId>,
    /// The first of its series, itself for that one.
    pub series: Option<ActionId>,
    /// Which one of the series, from 1.
    pub instance: i32,
    /// Who is to do it.
    pub owners: Vec<Owner>,
    /// What it is to remedy.
    pub targets: Vec<Target>,
    /// What became of it.
    pub story: Story,
    /// Who proposed it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Timestamp,
    /// For `If-Match`.
    pub version: i32,
}

impl Action {
    /// Whether it is late: its due day is over in Vietnam, and nobody says that it is done. Never stored.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_awaited() && self.due_on.is_some_and(|due| vietnam_day(now) > due)
    }

    /// The request for more time that waits.
    #[must_use]
    pub fn extension_asked(&self) -> Option<&Extension> {
        self.story.extensions.last().filter(|last| last.state == ExtensionState::Requested)
    }

    /// Adds a request for more time.
    ///
    /// # Errors
    /// `action.no-time-runs` where nothing falls due, `action.extension-asked` when one waits already,
    /// `action.extension` for a day that is no later.
    pub fn ask_for_time(&mut self, request: Extension) -> Result<(), Refusal> {
        let Some(due) = self.due_on.filter(|_| self.state.is_awaited()) else {
            let detail = format!("No time runs for an action that is {}.", self.state.as_str());
            return Err(Refusal::new(Family::Conflict, "action.no-time-runs", detail));
        };
        if self.extension_asked().is_some() {
            let detail = "A request for more time waits already.";
            return Err(Refusal::new(Family::Conflict, "action.extension-asked", detail));
        }
        if request.until <= due {
            return Err(rule("action.extension", "/until", "More time ends after the due day."));
        }
        self.story.extensions.push(request);
        Ok(())
    }

    /// Decides the request that waits.
    ///
    /// # Errors
    /// `action.no-extension-asked`.
    pub fn decide_time(&mut self, grant: bool, reason: String, by: AccountId) -> Result<(), Refusal> {
        let waits = self.story.extensions.last_mut().filter(|last| last.state == ExtensionState::Requested);
        let Some(asked) = waits else {
            let detail = "No request for more time waits for a decision.";
            return Err(Refusal::new(Family::Conflict, "action.no-extension-asked", detail));
        };
        asked.state = if grant { ExtensionState::Extended } else { ExtensionState::Kept };
        asked.decision = Some(reason);
        asked.decided_by = Some(by);
        if grant {
            self.due_on = Some(asked.until);
        }
        Ok(())
    }

    /// The report that is judged.
    #[must_use]
    pub fn reported(&self) -> i32 {
        self.story.reports.last().map_or(0, |report| report.number)
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

#[cfg(test)]
mod tests;
