//! The life of a notice: draft, reviewed, signed, issued.

use crate::refusal::{Kind, Next, Refusal};

/// Where a notice stands. Each recipient's acknowledgement is a fact of its own beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Read by somebody else than its author.
    Reviewed,
    /// Numbered, dated and signed: its text and figures are frozen.
    Signed,
    /// Sent to its recipients.
    Issued,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Reviewed, Self::Signed, Self::Issued];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Reviewed => "reviewed",
            Self::Signed => "signed",
            Self::Issued => "issued",
        }
    }

    /// Reads a stored or sent word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether text, figures and recipients may still change.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Reviewed)
    }
}

/// What is done to a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Change its text, figures or recipients; a reviewed one is a draft again.
    Write,
    /// Find it right.
    Review,
    /// Number, date and sign it.
    Sign,
    /// Send it to its recipients.
    Issue,
    /// A recipient confirms to have it.
    Acknowledge,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [Self::Write, Self::Review, Self::Sign, Self::Issue, Self::Acknowledge];
}

/// Where a step leads.
///
/// # Errors
/// `notice.frozen` for a change after signing, `notice.signed` for a second signature, `notice.not-reviewed`,
/// `notice.not-signed`, `notice.issued` for a second issue, `notice.not-issued`.
pub fn step(state: State, step: Step) -> Result<State, Refusal> {
    match (state, step) {
        (State::Draft | State::Reviewed, Step::Write) => Ok(State::Draft),
        (State::Draft | State::Reviewed, Step::Review) => Ok(State::Reviewed),
        (State::Reviewed, Step::Sign) => Ok(State::Signed),
        (State::Signed, Step::Issue) => Ok(State::Issued),
        (State::Issued, Step::Acknowledge) => Ok(State::Issued),
        (State::Signed | State::Issued, Step::Write | Step::Review) => {
            Err(never("notice.frozen", "A signed notice does not change; write a notice that corrects it."))
        }
        (State::Signed | State::Issued, Step::Sign) => {
            Err(never("notice.signed", "This notice is signed already."))
        }
        (State::Issued, Step::Issue) => Err(never("notice.issued", "This notice is issued already.")),
        (State::Draft, Step::Sign) => Err(never(
            "notice.not-reviewed",
            "Somebody else than its author reviews a notice before it is signed.",
        )),
        (State::Draft | State::Reviewed, Step::Issue) => {
            Err(never("notice.not-signed", "A notice is issued once it is signed."))
        }
        (State::Draft | State::Reviewed | State::Signed, Step::Acknowledge) => {
            Err(never("notice.not-issued", "A notice is acknowledged once it is issued."))
        }
    }
}

fn never(code: &'static str, detail: &'static str) -> Refusal {
    Refusal::new(Kind::Conflict, code, detail).next(Next::Fix)
}
