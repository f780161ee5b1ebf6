//! Corrective actions: who is to remedy what by when, and who says that it is done.

mod state;
mod story;

pub use state::{Move, Step, take};
pub use story::{
    Carried, Extension, MOST_REMINDERS, Measure, Reached, Recurrence, Reminder, Report, Story, due_on,
    measures, papers, said,
};

use crate::ids::{AccountId, ActionId, CampaignId, DocumentId, FindingId, OwnerId, TeamId, UnitId, VisitId};
use crate::moment::vietnam_day;
use crate::refusal::{Kind as Family, Refusal};
use crate::unit::lineage::Holder;
use crate::visit::rule;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;

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
        /// Hand in a report.
        Report = "report",
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

    /// Those that are not over, as stored: for queries.
    #[must_use]
    pub fn unfinished() -> Vec<&'static str> {
        Self::ALL.iter().filter(|state| !state.is_over()).map(|state| state.as_str()).collect()
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::VerifiedDone | Self::Cancelled)
    }
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
    /// Who a person said is to do it, where the unit was divided.
    pub handed_to: Option<UnitId>,
    /// Who stands in its place now, where it ended and the action is not over. Read, never stored.
    pub held_by: Option<Holder>,
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
    /// The units that see it because they are to do it: its owners and whoever a person named in their place, with every
    /// unit above. Who stands in the place of an owner that went to it as a whole is a matter of the day, and not among
    /// them.
    #[must_use]
    pub fn units(&self) -> BTreeSet<UnitId> {
        let named = |owner: &&Owner| owner.handed_to.is_some();
        let own = self.owners.iter().flat_map(|owner| std::iter::once(&owner.unit).chain(&owner.ancestors));
        let holders = self.owners.iter().filter(named).filter_map(|owner| owner.held_by.as_ref());
        own.chain(holders.flat_map(|at| std::iter::once(&at.unit).chain(&at.ancestors))).copied().collect()
    }

    /// Whether it is late: its due day is over in Vietnam, and nobody says that it is done. Never stored.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_awaited() && self.due_on.is_some_and(|due| vietnam_day(now) > due)
    }

    /// How many days late it was reported, by the day that was due then; or is by now where nobody has; 0 in time. `None`
    /// where no day was set, or nothing is awaited any more.
    #[must_use]
    pub fn days_late(&self, now: Timestamp) -> Option<i32> {
        let (day, due) = match self.state {
            State::ReportedDone | State::VerifiedDone => {
                let report = self.story.reports.last()?;
                (vietnam_day(report.at), report.due_on.or(self.due_on)?)
            }
            state if state.is_awaited() => (vietnam_day(now), self.due_on?),
            _ => return None,
        };
        Some((day - due).get_days().max(0))
    }

    /// Adds a reminder to the owners, or to whoever stands in their place.
    ///
    /// # Errors
    /// `action.no-time-runs` where nothing is awaited, `action.reminders` beyond [`MOST_REMINDERS`].
    pub fn remind(&mut self, text: String, by: AccountId, at: Timestamp) -> Result<(), Refusal> {
        if !self.state.is_awaited() {
            let detail = format!("Nothing is awaited of an action that is {}.", self.state.as_str());
            return Err(Refusal::new(Family::Conflict, "action.no-time-runs", detail));
        }
        if self.story.reminders.len() >= MOST_REMINDERS {
            let detail = format!("An action has at most {MOST_REMINDERS} reminders.");
            return Err(Refusal::new(Family::Conflict, "action.reminders", detail));
        }
        let to = self.owners.iter().map(|owner| owner.held_by.as_ref().map_or(owner.unit, |at| at.unit));
        let to = to.collect();
        self.story.reminders.push(Reminder { text, to, by, at });
        Ok(())
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
            let detail = format!("More time ends after the due day, {due}.");
            return Err(rule("action.extension", "/until", &detail));
        }
        if request.until.year() >= 2200 {
            return Err(rule("action.extension", "/until", "More time ends before the year 2200."));
        }
        self.story.extensions.push(request);
        Ok(())
    }

    /// Decides the request that waits.
    ///
    /// # Errors
    /// `action.no-extension-asked`, `action.own-request` for whoever asked, `action.no-time-runs` where time is to be given
    /// for what is over.
    pub fn decide_time(&mut self, grant: bool, reason: String, by: AccountId) -> Result<(), Refusal> {
        let waits = self.story.extensions.last_mut().filter(|last| last.state == ExtensionState::Requested);
        let Some(asked) = waits else {
            let detail = "No request for more time waits for a decision.";
            return Err(Refusal::new(Family::Conflict, "action.no-extension-asked", detail));
        };
        if asked.by == by {
            let detail = "A request for more time is decided by somebody else than whoever asked.";
            return Err(Refusal::new(Family::Forbidden, "action.own-request", detail));
        }
        if grant && !(self.state.is_awaited() || self.state == State::ReportedDone) {
            let detail = format!("No time runs for an action that is {}.", self.state.as_str());
            return Err(Refusal::new(Family::Conflict, "action.no-time-runs", detail));
        }
        asked.state = if grant { ExtensionState::Extended } else { ExtensionState::Kept };
        asked.decision = Some(reason);
        asked.decided_by = Some(by);
        if grant {
            self.due_on = Some(asked.until);
        }
        Ok(())
    }

    /// Refuses whoever wrote the report that is judged, whatever they are by now.
    ///
    /// # Errors
    /// `action.own-report`.
    pub fn refuse_reporter(&self, by: AccountId) -> Result<(), Refusal> {
        if self.story.reports.last().is_none_or(|report| report.by != by) {
            return Ok(());
        }
        let detail = "A report is judged by somebody else than whoever wrote it.";
        Err(Refusal::new(Family::Forbidden, "action.own-report", detail))
    }

    /// The number of the report that is judged.
    #[must_use]
    pub fn reported(&self) -> i32 {
        self.story.reports.last().map_or(0, |report| report.number)
    }
}

#[cfg(test)]
mod tests;
