//! The life of a visit: one team at one unit once. Which state follows which, and why a step is refused.

pub mod company;
mod complete;
mod minutes;
mod state;

pub use complete::{
    Held, Lack, candidates_decided, earlier_decided, items_answered, photos_complete, photos_lacking,
    unanswered,
};
pub use minutes::{
    ALREADY_SIGNED, AskedList, Figures, FrozenScore, Minutes, Outcome, Ratio, Side, Signature, Signing,
    TemplateFigures,
};
pub use state::{Kind, Move, State, Step, closed, disclose, may_dispatch_now, take};

use crate::calendar::Calendar;
use crate::ids::{
    AccountId, CampaignId, OwnerId, PremisesId, RoundId, TeamId, TemplateVersionId, UnitId, UnitVersionId,
    VisitId,
};
use crate::moment::{of_our_time, vietnam_day};
use crate::place::{PositionSource, Verdict};
use crate::refusal::{Kind as Family, Refusal};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Refuses a day before the decision that set up the team (source: no visit before its decision).
///
/// # Errors
/// `visit.before-decision`, blaming `pointer`.
pub fn not_before_decision(at: Timestamp, decided_on: Option<Date>, pointer: &str) -> Result<(), Refusal> {
    match decided_on {
        Some(decided) if vietnam_day(at) < decided => {
            let detail = format!("The decision is of {decided}; no visit takes place before that day.");
            Err(rule("visit.before-decision", pointer, &detail))
        }
        _ => Ok(()),
    }
}

/// Refuses an arrival that is still to come by our clock, give or take what a clock may be off.
///
/// # Errors
/// `visit.arrival-to-come`, blaming `/at`.
pub fn not_to_come(arrived_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if arrived_at.duration_since(now).as_secs_f64() <= CLOCK_SKEW_FLAG_S {
        return Ok(());
    }
    let detail = "By the clock of the device the team arrives only later; say when it did.";
    Err(rule("visit.arrival-to-come", "/at", detail))
}

/// A refusal that has a code of its own and blames one field.
#[must_use]
pub fn rule(code: &'static str, pointer: &str, detail: &str) -> Refusal {
    let mut refusal = Refusal::new(Family::Invalid, code, detail);
    refusal.faults.push(crate::refusal::FieldFault::new(pointer, code, detail));
    refusal
}

/// The planned time of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When it is to begin.
    pub start: Timestamp,
    /// When it is to end.
    pub end: Timestamp,
}

/// The longest planned visit, in days (proposal: three times the longest seen in real campaigns).
pub const LONGEST_DAYS: i64 = 31;

/// Warning: the office may be closed.
pub const NON_WORKING_DAY: &str = "non_working_day";
/// Warning: another visit to the unit, one the scheduler may see, is planned for the same time.
pub const OVERLAPPING_VISIT: &str = "overlapping_visit";
/// Warning: an announced visit under a standing decision, with no plan.
pub const CAMPAIGN_UNPLANNED: &str = "campaign_unplanned";
/// Warning: by the days of the visit its unit will have ended.
pub const UNIT_NOT_IN_FORCE: &str = "unit_not_in_force";
/// Every warning.
pub const WARNINGS: [&str; 7] = [
    NON_WORKING_DAY,
    OVERLAPPING_VISIT,
    CAMPAIGN_UNPLANNED,
    UNIT_NOT_IN_FORCE,
    crate::assignment::OWN_UNIT,
    crate::assignment::IN_CONFLICT,
    crate::assignment::LATELY_THERE,
];

impl Window {
    /// Checks a planned time.
    ///
    /// # Errors
    /// `visit.window` when it ends before it begins or lasts longer than [`LONGEST_DAYS`].
    pub fn checked(start: Timestamp, end: Timestamp) -> Result<Self, Refusal> {
        of_our_time("/planned_start", start)?;
        of_our_time("/planned_end", end)?;
        if end <= start {
            return Err(rule("visit.window", "/planned_end", "A visit ends after it begins."));
        }
        if end.duration_since(start).as_hours() > LONGEST_DAYS * 24 {
            let detail = format!("A visit lasts {LONGEST_DAYS} days at most.");
            return Err(rule("visit.window", "/planned_end", &detail));
        }
        Ok(Self { start, end })
    }

    /// First and last day in Vietnam; a visit that ends at midnight does not reach the next day.
    #[must_use]
    pub fn days(&self) -> (Date, Date) {
        let last = self.end.saturating_sub(SignedDuration::from_micros(1)).unwrap_or(self.end);
        (vietnam_day(self.start), vietnam_day(last))
    }

    /// The last day in Vietnam on which a visit was made that arrived and was handed in then: the last one planned, or that
    /// of the arrival where the team came later, and none after it was handed in.
    #[must_use]
    pub fn last_day(&self, arrived: Option<Timestamp>, handed_in: Option<Timestamp>) -> Date {
        let (_, planned) = self.days();
        let made = arrived.map_or(planned, |at| vietnam_day(at).max(planned));
        handed_in.map_or(made, |at| vietnam_day(at).min(made))
    }

    /// What a scheduler should look at twice; never a reason to refuse. [`NON_WORKING_DAY`]: on one of its days the
    /// office does not work.
    #[must_use]
    pub fn warnings(&self, office: &Calendar) -> Vec<&'static str> {
        let (mut day, last) = self.days();
        loop {
            if !office.is_working_day(day) {
                return vec![NON_WORKING_DAY];
            }
            match day.tomorrow() {
                Ok(next) if day < last => day = next,
                _ => return Vec::new(),
            }
        }
    }
}

/// Above this a device's clock is flagged (source: field reality, 5 minutes).
pub const CLOCK_SKEW_FLAG_S: f64 = 300.0;

/// The moment the team stood in the door, as the phone said and as we judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckIn {
    /// By the device's clock.
    pub at: Timestamp,
    /// Seconds east of UTC, as the device said.
    pub offset_s: i32,
    /// Degrees north, WGS 84.
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84.
    pub longitude: Option<f64>,
    /// Radius of the 68 % circle in metres.
    pub accuracy_m: Option<f64>,
    /// How the phone came to the position.
    pub source: PositionSource,
    /// Whether that is at the office.
    pub verdict: Verdict,
    /// Metres to the premises.
    pub distance_m: Option<f64>,
    /// Why the verdict is what it is.
    pub reasons: Vec<String>,
    /// Whether the office works at that time, by our clock and its calendar; `None` for those from before it was told.
    #[serde(default)]
    pub in_working_time: Option<bool>,
    /// Device clock minus ours when the request came, in seconds; an offline check-in sent without the device's
    /// present clock counts its delay here too.
    pub clock_skew_s: f64,
    /// Who checked in.
    pub by: AccountId,
    /// When we received it.
    pub received_at: Timestamp,
}

impl CheckIn {
    /// Whether the clock is off by more than [`CLOCK_SKEW_FLAG_S`].
    #[must_use]
    pub fn clock_is_off(&self) -> bool {
        self.clock_skew_s.abs() > CLOCK_SKEW_FLAG_S
    }

    /// When it was, by our clock: what counts where the device's clock was off.
    #[must_use]
    pub fn arrived_at(&self) -> Timestamp {
        jiff::SignedDuration::try_from_secs_f64(self.clock_skew_s)
            .ok()
            .and_then(|ahead| self.at.checked_sub(ahead).ok())
            .unwrap_or(self.received_at)
    }
}

/// One team at one unit once.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Random: tells neither time nor number.
    pub id: VisitId,
    /// Whose campaign it is.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// Which team goes.
    pub team: TeamId,
    /// In which round of the campaign, where it has rounds.
    pub round: Option<RoundId>,
    /// Where to.
    pub unit: UnitId,
    /// The unit as it is on the planned day; `None` where the event that made it so was undone and the unit is not
    /// there on that day.
    pub unit_version: Option<UnitVersionId>,
    /// Its printed path on that day: "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang".
    pub unit_path: String,
    /// Every unit above it on that day, nearest first.
    pub unit_ancestors: Vec<UnitId>,
    /// The office, where one is known.
    pub premises: Option<PremisesId>,
    /// How it comes.
    pub kind: Kind,
    /// Whether it is sealed until it is disclosed, which a re-inspection may be, too; see [`Kind::is_secret`].
    pub secret: bool,
    /// Where it is in its life.
    pub state: State,
    /// When it is planned.
    pub window: Window,
    /// When a surprise visit became known.
    pub disclosed_at: Option<Timestamp>,
    /// When the team was told.
    pub dispatched_at: Option<Timestamp>,
    /// The check-in.
    pub check_in: Option<CheckIn>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// When it was taken as final.
    pub finalised_at: Option<Timestamp>,
    /// Why it was cancelled or aborted.
    pub ended_because: Option<String>,
    /// Why the lead leaves items without an answer, where some are.
    pub unanswered_because: Option<String>,
    /// The period it looks back on; says nothing of when it was made, nor of whose report it stands in.
    pub review: (Option<Date>, Option<Date>),
    /// With which visit it was joined when two campaigns became one.
    pub joined_into: Option<VisitId>,
    /// What it re-inspects.
    pub previous: Option<VisitId>,
    /// Its minutes.
    pub minutes: Option<Minutes>,
    /// Its checklists, in order.
    pub templates: Vec<TemplateVersionId>,
    /// What was worth a second look when it was planned, out of [`WARNINGS`]; overlaps, and whether its unit
    /// will be there, are asked anew each time.
    pub warnings: Vec<String>,
    /// For `If-Match`.
    pub version: i32,
    /// Who scheduled it.
    pub created_by: AccountId,
    /// When it was scheduled.
    pub created_at: Timestamp,
}

impl Visit {
    /// Whether answers are taken: where [`State::may_be_answered`] says so and nobody has signed yet.
    ///
    /// # Errors
    /// As [`State::may_be_answered`].
    pub fn may_be_answered(&self) -> Result<(), Refusal> {
        let signed = self.minutes.as_ref().is_some_and(|minutes| !minutes.signatures.is_empty());
        let state = if signed && !self.state.is_over() { State::Signed } else { self.state };
        state.may_be_answered()
    }

    /// Whether it is a surprise that nobody outside may know of yet.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.kind.is_secret(self.secret) && self.disclosed_at.is_none()
    }
}

#[cfg(test)]
mod tests;
