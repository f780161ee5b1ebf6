//! The life of a visit: one team at one unit once. Which state follows which, and why a step is refused.

mod minutes;

pub use minutes::{
    AskedList, Figures, Minutes, Outcome, Ratio, Side, Signature, Signing, TemplateFigures, photos_complete,
};

use crate::ids::VisitId;
use crate::ids::{
    AccountId, CampaignId, OwnerId, PremisesId, TeamId, TemplateVersionId, UnitId, UnitVersionId,
};
use crate::moment::vietnam_day;
use crate::place::{PositionSource, Verdict};
use crate::refusal::{Kind as Family, Next, Refusal};
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How a visit comes to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Announced (kiểm tra theo kế hoạch).
    Planned,
    /// Not announced (kiểm tra đột xuất): sealed until the team stands in the door.
    Surprise,
    /// Looks at what an earlier visit found (tái kiểm tra).
    ReInspection,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Planned, Self::Surprise, Self::ReInspection];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Surprise => "surprise",
            Self::ReInspection => "re_inspection",
        }
    }

    /// Reads a stored or sent kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The state a visit of this kind is born in.
    #[must_use]
    pub fn born(self) -> State {
        if self == Self::Surprise { State::Sealed } else { State::Planned }
    }
}

/// Where a visit is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Scheduled and announced.
    Planned,
    /// Scheduled and secret.
    Sealed,
    /// The team knows its target.
    Dispatched,
    /// The team has checked in.
    OnSite,
    /// Nothing new is looked at; what phones still hold may arrive.
    RecordingClosed,
    /// The minutes are drafted.
    MinutesReady,
    /// Both sides signed.
    Signed,
    /// Both sides signed, the unit with an objection.
    SignedWithObjection,
    /// The unit refused to sign, before a witness.
    SignatureRefused,
    /// Handed in: nothing changes any more.
    Submitted,
    /// Taken as final.
    Finalised,
    /// Called off before anybody came.
    Cancelled,
    /// Broken off on site.
    Aborted,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 13] = [
        Self::Planned,
        Self::Sealed,
        Self::Dispatched,
        Self::OnSite,
        Self::RecordingClosed,
        Self::MinutesReady,
        Self::Signed,
        Self::SignedWithObjection,
        Self::SignatureRefused,
        Self::Submitted,
        Self::Finalised,
        Self::Cancelled,
        Self::Aborted,
    ];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sealed => "sealed",
            Self::Dispatched => "dispatched",
            Self::OnSite => "on_site",
            Self::RecordingClosed => "recording_closed",
            Self::MinutesReady => "minutes_ready",
            Self::Signed => "signed",
            Self::SignedWithObjection => "signed_with_objection",
            Self::SignatureRefused => "signature_refused",
            Self::Submitted => "submitted",
            Self::Finalised => "finalised",
            Self::Cancelled => "cancelled",
            Self::Aborted => "aborted",
        }
    }

    /// Reads a stored or sent state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether both sides are done with the minutes.
    #[must_use]
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Signed | Self::SignedWithObjection | Self::SignatureRefused)
    }

    /// Whether nothing about the visit changes any more, but for taking it as final.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Submitted | Self::Finalised | Self::Cancelled | Self::Aborted)
    }

    /// Whether answers are taken. Late ones of slow phones too, until somebody has signed; whether somebody has is in
    /// the minutes.
    ///
    /// # Errors
    /// `visit.not-on-site` before check-in, `visit.answers-locked` once signed, `visit.closed` when over.
    pub fn may_be_answered(self) -> Result<(), Refusal> {
        if self.is_over() {
            return Err(closed());
        }
        let (code, detail) = match self {
            Self::Planned | Self::Sealed | Self::Dispatched => {
                ("visit.not-on-site", "Answers are taken once the team has checked in.")
            }
            Self::Signed | Self::SignedWithObjection | Self::SignatureRefused => {
                ("visit.answers-locked", "The minutes are signed; the answers they rest on stand.")
            }
            _ => return Ok(()),
        };
        Err(Refusal::new(Family::Conflict, code, detail))
    }

    /// Whether a phone of the team has it among its open work: told of the target, and not over.
    #[must_use]
    pub fn is_open_work(self) -> bool {
        !self.is_over() && !matches!(self, Self::Planned | Self::Sealed)
    }

    /// Whether it is too early for anything that is recorded on site.
    #[must_use]
    pub fn is_before_check_in(self) -> bool {
        matches!(self, Self::Planned | Self::Sealed | Self::Dispatched)
    }
}

/// What somebody does to a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Tell the team its target.
    Dispatch,
    /// Stand in the door; discloses a surprise visit.
    CheckIn,
    /// Stop looking at new things.
    CloseRecording,
    /// Write or rewrite the minutes.
    DraftMinutes,
    /// The second side has given its outcome.
    Sign(Outcome),
    /// Hand in.
    Submit,
    /// Take as final.
    Finalise,
    /// Call off before check-in.
    Cancel,
    /// Break off on site.
    Abort,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The visit goes to this state.
    To(State),
    /// It was done before; a repeated request gets the same answer and leaves no second trace.
    Done,
}

/// The list of steps: where each leads from a state.
///
/// # Errors
/// The step's own code when it does not fit the state; `visit.closed` when the visit is over.
pub fn take(state: State, step: Step) -> Result<Move, Refusal> {
    use State::{
        Aborted, Cancelled, Dispatched, Finalised, MinutesReady, OnSite, Planned, RecordingClosed, Sealed,
        Submitted,
    };
    let target = match step {
        Step::Dispatch => Dispatched,
        Step::CheckIn => OnSite,
        Step::CloseRecording => RecordingClosed,
        Step::DraftMinutes => MinutesReady,
        Step::Sign(outcome) => outcome.state(),
        Step::Submit => Submitted,
        Step::Finalise => Finalised,
        Step::Cancel => Cancelled,
        Step::Abort => Aborted,
    };
    match (state, step) {
        (Planned | Sealed, Step::Dispatch)
        | (Dispatched, Step::CheckIn)
        | (OnSite, Step::CloseRecording | Step::Abort)
        | (RecordingClosed | MinutesReady, Step::DraftMinutes)
        | (MinutesReady, Step::Sign(_))
        | (Submitted, Step::Finalise)
        | (Planned | Sealed | Dispatched, Step::Cancel) => Ok(Move::To(target)),
        (signed, Step::Submit) if signed.is_signed() => Ok(Move::To(target)),
        // Drafting again and signing again are decided by what the minutes hold.
        (was, _) if was == target && !matches!(step, Step::DraftMinutes | Step::Sign(_)) => Ok(Move::Done),
        (over, _) if over.is_over() && step != Step::Finalise => Err(closed()),
        _ => Err(misplaced(step)),
    }
}

/// The visit is over.
#[must_use]
pub fn closed() -> Refusal {
    Refusal::new(Family::Conflict, "visit.closed", "This visit is over; nothing about it changes any more.")
        .next(Next::Ask)
}

fn misplaced(step: Step) -> Refusal {
    let (code, detail) = match step {
        Step::Dispatch => ("visit.already-dispatched", "The team has been told already."),
        Step::CheckIn => (
            "visit.not-dispatched",
            "A team checks in once, after it was dispatched and before recording ends.",
        ),
        Step::CloseRecording | Step::Abort => {
            ("visit.not-on-site", "This is for a team that is on site: checked in, recording not closed.")
        }
        Step::DraftMinutes => (
            "visit.recording-not-closed",
            "Minutes are drafted after recording is closed and before they are signed.",
        ),
        Step::Sign(_) => ("visit.no-minutes", "There are no minutes waiting for a signature."),
        Step::Submit => {
            ("visit.not-signed", "A visit is submitted after both sides are done with the minutes.")
        }
        Step::Finalise => ("visit.not-submitted", "Only a submitted visit is taken as final."),
        Step::Cancel => ("visit.already-on-site", "The team is there already; a visit under way is aborted."),
    };
    Refusal::new(Family::Conflict, code, detail)
}

/// Refuses to tell the team of a surprise visit earlier than `lead` before its planned start.
///
/// # Errors
/// `visit.too-early-to-dispatch`; the same request succeeds later.
pub fn may_dispatch_now(
    kind: Kind,
    start: Timestamp,
    lead: SignedDuration,
    now: Timestamp,
) -> Result<(), Refusal> {
    let earliest = start.saturating_sub(lead).unwrap_or(start);
    if kind != Kind::Surprise || now >= earliest {
        return Ok(());
    }
    let detail = format!("The team of a surprise visit may be told from {earliest} on.");
    Err(Refusal::new(Family::Conflict, "visit.too-early-to-dispatch", detail).next(Next::Retry))
}

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

impl Window {
    /// Checks a planned time.
    ///
    /// # Errors
    /// `visit.window` when it ends before it begins or lasts longer than [`LONGEST_DAYS`].
    pub fn checked(start: Timestamp, end: Timestamp) -> Result<Self, Refusal> {
        if end <= start {
            return Err(rule("visit.window", "/planned_end", "A visit ends after it begins."));
        }
        if end.duration_since(start).as_hours() > LONGEST_DAYS * 24 {
            let detail = format!("A visit lasts {LONGEST_DAYS} days at most.");
            return Err(rule("visit.window", "/planned_end", &detail));
        }
        Ok(Self { start, end })
    }

    /// What a scheduler should look at twice; never a reason to refuse. `non_working_day`: a Saturday, Sunday or
    /// fixed public holiday lies in it (calendars of single offices and Tết are not known yet).
    #[must_use]
    pub fn warnings(&self) -> Vec<&'static str> {
        let last = vietnam_day(self.end.saturating_sub(SignedDuration::from_micros(1)).unwrap_or(self.end));
        let mut day = vietnam_day(self.start);
        loop {
            if is_day_off(day) {
                return vec!["non_working_day"];
            }
            match day.tomorrow() {
                Ok(next) if day < last => day = next,
                _ => return Vec::new(),
            }
        }
    }
}

/// Weekends and the holidays that have a fixed date (Bộ luật Lao động 2019, điều 112).
fn is_day_off(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
        || matches!((day.month(), day.day()), (1 | 5, 1) | (4, 30) | (9, 2))
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
    /// Where to.
    pub unit: UnitId,
    /// The unit as it is on the planned day.
    pub unit_version: UnitVersionId,
    /// Its printed path on that day: "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang".
    pub unit_path: String,
    /// Every unit above it on that day, nearest first.
    pub unit_ancestors: Vec<UnitId>,
    /// The office, where one is known.
    pub premises: Option<PremisesId>,
    /// How it comes.
    pub kind: Kind,
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
    /// What it re-inspects.
    pub previous: Option<VisitId>,
    /// Its minutes.
    pub minutes: Option<Minutes>,
    /// Its checklists, in order.
    pub templates: Vec<TemplateVersionId>,
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
        self.kind == Kind::Surprise && self.disclosed_at.is_none()
    }
}

#[cfg(test)]
mod tests;
