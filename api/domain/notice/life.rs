//! The life of a notice: draft, reviewed, signed, issued, or discarded before it is signed; and what its signing says.

use crate::ids::AccountId;
use crate::refusal::{FieldFault, Kind, Next, Refusal};
use crate::text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// Where a notice stands. Each recipient's acknowledgement is a fact of its own beside it.
    State {
        /// Being written.
        Draft = "draft",
        /// Read and found right by somebody else than its authors.
        Reviewed = "reviewed",
        /// Numbered, dated and signed: its text and figures are frozen.
        Signed = "signed",
        /// Sent to its recipients.
        Issued = "issued",
        /// Not wanted any more, before anybody signed it.
        Discarded = "discarded",
        /// Signed and never sent, and not to be: its number stays used.
        Voided = "voided",
    }
}

impl State {
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
    /// Give it up.
    Discard,
    /// Say that what was signed is never sent.
    Void,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 7] =
        [Self::Write, Self::Review, Self::Sign, Self::Issue, Self::Acknowledge, Self::Discard, Self::Void];
}

/// Where a step leads.
///
/// # Errors
/// `notice.frozen` for a change after signing, `notice.signed` for a second signature, `notice.not-reviewed`,
/// `notice.not-signed`, `notice.issued` for a second issue, `notice.not-issued`, `notice.discarded` for whatever comes after
/// that, `notice.voided` likewise.
pub fn step(state: State, step: Step) -> Result<State, Refusal> {
    match (state, step) {
        (State::Draft | State::Reviewed, Step::Write) => Ok(State::Draft),
        (State::Draft | State::Reviewed, Step::Review) => Ok(State::Reviewed),
        (State::Reviewed, Step::Sign) => Ok(State::Signed),
        (State::Signed, Step::Issue) => Ok(State::Issued),
        (State::Issued, Step::Acknowledge) => Ok(State::Issued),
        (State::Draft | State::Reviewed, Step::Discard) => Ok(State::Discarded),
        (State::Signed, Step::Void) => Ok(State::Voided),
        (State::Voided, _) => Err(never(
            "notice.voided",
            "This notice was signed and declared void; its number stays used. Write another.",
        )),
        (State::Issued, Step::Void) => Err(never(
            "notice.issued",
            "An issued notice is not declared void; write a notice that corrects it.",
        )),
        (State::Draft | State::Reviewed, Step::Void) => {
            Err(never("notice.not-signed", "What nobody has signed is discarded."))
        }
        (State::Discarded, _) => Err(never("notice.discarded", "This notice was discarded; write another.")),
        (State::Signed | State::Issued, Step::Write | Step::Review | Step::Discard) => {
            let detail = if state == State::Signed {
                "A signed notice does not change; until it is issued it may be declared void."
            } else {
                "A signed notice does not change; write a notice that corrects it."
            };
            Err(never("notice.frozen", detail))
        }
        (State::Signed | State::Issued, Step::Sign) => {
            Err(never("notice.signed", "This notice is signed already."))
        }
        (State::Issued, Step::Issue) => Err(never("notice.issued", "This notice is issued already.")),
        (State::Draft, Step::Sign) => Err(never(
            "notice.not-reviewed",
            "Somebody else than its authors reviews a notice before it is signed.",
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

/// Refuses to freeze figures of a period whose last day has not come, or that were counted before that day. A period up to
/// today may be told today.
///
/// # Errors
/// `notice.period-open`, `notice.counted-early`.
pub fn period_is_over(last: Option<Date>, counted_on: Date, today: Date) -> Result<(), Refusal> {
    let Some(last) = last else { return Ok(()) };
    if today < last {
        let detail =
            format!("The period ends with {last}: its figures are frozen on that day at the earliest.");
        return Err(Refusal::new(Kind::Conflict, "notice.period-open", detail));
    }
    if counted_on < last {
        let detail = format!(
            "The figures were counted on {counted_on}, before the last day of the period ({last}): write the notice anew."
        );
        return Err(Refusal::new(Kind::Conflict, "notice.counted-early", detail).next(Next::Fix));
    }
    Ok(())
}

/// Why and when what was signed was declared void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voiding {
    /// Who, and when.
    pub act: Act,
    /// Why.
    pub reason: String,
}

/// Reads why a notice is declared void.
///
/// # Errors
/// `invalid` with `text.refused`.
pub fn void_reason(raw: &str) -> Result<String, Refusal> {
    text::required(raw, 1000).map_err(|why| Refusal::field("/reason", "text.refused", why))
}

/// Somebody did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

impl Act {
    /// Refuses an act to whoever wrote the notice: four eyes.
    ///
    /// # Errors
    /// `notice.own-draft`.
    pub fn of_another(self, writers: &[AccountId]) -> Result<Self, Refusal> {
        if writers.contains(&self.by) {
            let detail = "Whoever wrote a notice neither reviews nor signs it.";
            return Err(Refusal::new(Kind::Forbidden, "notice.own-draft", detail));
        }
        Ok(self)
    }
}

/// Whose name stands below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// In what capacity, a line each: `TM. ỦY BAN NHÂN DÂN`, `CHỦ TỊCH`.
    pub capacity: Vec<String>,
    /// The name.
    pub name: String,
}

/// What is added to a notice by signing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// Unique for issuer, year and symbol.
    pub number: i32,
    /// The day on it.
    pub on: Date,
    /// The place on it.
    pub place: String,
    /// Whose name stands below.
    pub signer: Signer,
    /// Who signed.
    pub act: Act,
    /// The canonical text.
    pub document: String,
    /// Its SHA-256 (hex).
    pub document_sha256: String,
}

/// Most lines above a signer's name: for whom, in whose place, as what.
const MOST_CAPACITY: usize = 4;

impl Signing {
    /// Checks what a signing says; the text follows. `earliest` is the last day of what the notice sums up or corrects,
    /// `today` the day of the signing in Vietnam.
    ///
    /// # Errors
    /// `invalid` with `notice.number`, `notice.signed-on`, `notice.capacity`, `text.refused`.
    pub fn checked(mut self, earliest: Option<Date>, today: Date) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        if !(1..=999_999).contains(&self.number) {
            faults.push(FieldFault::new("/number", "notice.number", "is not between 1 and 999,999"));
        }
        if self.on > today || earliest.is_some_and(|earliest| self.on < earliest) || self.on.year() < 1945 {
            let detail = "lies before what the notice sums up or corrects, or in the future";
            faults.push(FieldFault::new("/on", "notice.signed-on", detail));
        }
        let mut read = |at: &str, raw: &str| {
            text::required(raw, 200)
                .map_err(|why| faults.push(FieldFault::new(at, "text.refused", why)))
                .unwrap_or_default()
        };
        self.place = read("/place", &self.place);
        self.signer.name = read("/signer_name", &self.signer.name);
        let lines = self.signer.capacity.iter().take(MOST_CAPACITY).enumerate();
        let capacity = lines.map(|(n, line)| read(&format!("/capacity/{n}"), line)).collect();
        if !(1..=MOST_CAPACITY).contains(&self.signer.capacity.len()) {
            faults.push(FieldFault::new("/capacity", "notice.capacity", "has 1 to 4 lines"));
        }
        self.signer.capacity = capacity;
        if faults.is_empty() { Ok(self) } else { Err(Refusal::invalid(faults)) }
    }
}
