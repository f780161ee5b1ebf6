//! Kinds and states of a visit, the steps between them, and why a step is refused.

use super::Outcome;
use crate::moment::{DeviceMoment, VIETNAM_OFFSET_S};
use crate::refusal::{Kind as Family, Next, Refusal};
use crate::response::life;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How a visit comes to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Announced (kiểm tra theo kế hoạch).
    Planned,
    /// Not announced (kiểm tra đột xuất): sealed until the team stands in the door.
    Surprise,
    /// Looks at what an earlier visit found (tái kiểm tra).
    ReInspection,
    /// A meeting with the unit, with minutes (buổi làm việc): looks at papers and a period, perhaps without checklists.
    WorkingSession,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Surprise, Self::ReInspection, Self::WorkingSession];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Surprise => "surprise",
            Self::ReInspection => "re_inspection",
            Self::WorkingSession => "working_session",
        }
    }

    /// Reads a stored or sent kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a visit of this kind is sealed until it is disclosed: a surprise always, a re-inspection that is said to be
    /// one (source: surprise is independent of re-inspection).
    #[must_use]
    pub fn is_secret(self, said: bool) -> bool {
        self == Self::Surprise || said
    }

    /// Whether a visit of this kind is announced by a plan (source: a standing decision without plan is allowed for surprise
    /// work).
    #[must_use]
    pub fn rests_on_plan(self) -> bool {
        matches!(self, Self::Planned | Self::WorkingSession)
    }

    /// Refuses a secret that is none: what is announced is planned with its unit.
    ///
    /// # Errors
    /// `visit.secret`.
    pub fn may_be_secret(self, said: bool) -> Result<(), Refusal> {
        if !said || matches!(self, Self::Surprise | Self::ReInspection) {
            return Ok(());
        }
        let detail = "A planned visit and a working session are announced; a surprise visit is secret, and a re-inspection may be.";
        Err(super::rule("visit.secret", "/secret", detail))
    }

    /// The state a visit is born in.
    #[must_use]
    pub fn born(self, is_secret: bool) -> State {
        if self.is_secret(is_secret) { State::Sealed } else { State::Planned }
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
                let locked = life::Facts { signed: true, ..life::Facts::default() };
                return life::take(locked, life::Step::Answer).map(|_| ());
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
        (was, _) => Err(misplaced(was, step)),
    }
}

/// The visit is over.
#[must_use]
pub fn closed() -> Refusal {
    Refusal::new(Family::Conflict, "visit.closed", "This visit is over; nothing about it changes any more.")
        .next(Next::Ask)
}

fn misplaced(was: State, step: Step) -> Refusal {
    let (code, detail) = match step {
        Step::Dispatch => ("visit.already-dispatched", "The team has been told already."),
        Step::CheckIn => (
            "visit.not-dispatched",
            "A team checks in once, after it was dispatched and before recording ends.",
        ),
        Step::CloseRecording | Step::Abort => {
            ("visit.not-on-site", "This is for a team that is on site: checked in, recording not closed.")
        }
        Step::DraftMinutes if was.is_signed() => {
            ("visit.minutes-signed", "Minutes that both sides are done with stand; write an addendum.")
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

/// Where a visit that has not been disclosed goes when its lead discloses it: nothing about it is secret any more, so
/// a sealed one becomes a planned one; a team that was told stays told.
///
/// # Errors
/// `visit.not-sealed` for one that was never secret, `visit.closed` for a visit that was called off: that one stays
/// sealed for good.
pub fn disclose(is_secret: bool, state: State) -> Result<State, Refusal> {
    if !is_secret {
        let detail = "Only a surprise visit is sealed, until it is disclosed.";
        return Err(Refusal::new(Family::Conflict, "visit.not-sealed", detail));
    }
    match state {
        State::Sealed => Ok(State::Planned),
        over if over.is_over() => Err(closed()),
        told => Ok(told),
    }
}

/// Refuses to tell the team of a sealed visit earlier than `lead` before its planned start.
///
/// # Errors
/// `visit.too-early-to-dispatch`; the same request succeeds later.
pub fn may_dispatch_now(
    is_sealed: bool,
    start: Timestamp,
    lead: SignedDuration,
    now: Timestamp,
) -> Result<(), Refusal> {
    let earliest = start.saturating_sub(lead).unwrap_or(start);
    if !is_sealed || now >= earliest {
        return Ok(());
    }
    let local = DeviceMoment { at: earliest, offset_s: VIETNAM_OFFSET_S }.rfc3339();
    let detail = format!("The team of a surprise visit may be told from {local} on.");
    Err(Refusal::new(Family::Conflict, "visit.too-early-to-dispatch", detail).next(Next::Retry))
}
