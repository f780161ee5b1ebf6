//! Answers that fit what a checklist asks, and what they amount to.
//!
//! Source of the rules: the checklists' own legend (value types, operators, when a photo is needed).

mod candidate;
mod decimal;
mod judging;
pub mod life;
mod named;

pub use candidate::{Candidate, Decided, MOST_WAITING, none_waiting};
pub use decimal::{BadDecimal, Decimal};
pub use judging::{Judgement, judge};
pub use named::{MOST_NAMED, Paper};

use crate::ids::{AccountId, ResponseId, TemplateVersionId, VisitId};
use crate::moment::DeviceMoment;
use crate::refusal::{Kind as Family, Refusal};
use crate::template::{PhotoRule, PhotoWhen};
use crate::text;
use crate::visit::rule;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Most characters of a text answer or a note.
pub const MOST_TEXT: usize = 4000;

/// Yes, no, or the question does not arise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YesNoNa {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The question does not arise; needs a reason.
    Na,
}

impl YesNoNa {
    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Na => "na",
        }
    }

    /// Reads a stored or sent value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Yes, Self::No, Self::Na].into_iter().find(|value| value.as_str() == text)
    }
}

/// A part of a whole, measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The part.
    pub numerator: Decimal,
    /// The whole.
    pub denominator: Decimal,
}

impl Share {
    fn checked(self, at: &str) -> Result<Self, Refusal> {
        for (name, value) in [("numerator", self.numerator), ("denominator", self.denominator)] {
            if value.is_negative() {
                let detail = "A part and its whole are 0 or more.";
                return Err(rule("response.negative", &format!("{at}/{name}"), detail));
            }
        }
        Ok(self)
    }
}

/// An answer as it is kept: tagged by its type, numbers exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// Yes, no or not applicable.
    YesNoNa {
        /// Which.
        value: YesNoNa,
        /// Why the question does not arise.
        reason: Option<String>,
        /// The document that shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Paper>,
    },
    /// One of the options.
    Choice {
        /// The option's value.
        value: String,
        /// The document that shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Paper>,
    },
    /// How many.
    Count {
        /// 0 or more; 0 is a value, not a missing one.
        value: u32,
        /// Which of the item's parts are not there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<String>,
        /// The days of what was counted, where the item counts from a day on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dated: Vec<Date>,
    },
    /// A measured quantity in the item's unit.
    Number {
        /// The quantity.
        value: Decimal,
    },
    /// A part of a whole.
    Ratio {
        /// The part.
        numerator: Decimal,
        /// The whole; 0 means the question does not arise.
        denominator: Decimal,
        /// The same share in the same period of the year before, for an item that compares with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        earlier: Option<Share>,
    },
    /// Words.
    Text {
        /// NFC.
        value: String,
    },
}

/// What an answer amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Fine.
    Pass,
    /// Partly fine.
    Partial,
    /// Not fine: a candidate for a finding.
    Fail,
    /// Left out of every figure.
    Na,
    /// Kept; nothing to judge it by.
    Recorded,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Partial, Self::Fail, Self::Na, Self::Recorded];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Partial => "partial",
            Self::Fail => "fail",
            Self::Na => "na",
            Self::Recorded => "recorded",
        }
    }

    /// Reads a stored outcome.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

impl Answer {
    /// Brings the texts of an answer into the form they are kept in.
    ///
    /// # Errors
    /// `response.reason-missing` for "not applicable" without a reason, `response.text` for a text that is none,
    /// `response.negative` for a part or whole below 0, `response.document` for a document that is none.
    pub fn checked(self) -> Result<Self, Refusal> {
        Ok(match self {
            Self::YesNoNa { value: YesNoNa::Na, reason, document } => {
                let raw = reason.unwrap_or_default();
                let reason = text::required(&raw, 1000).map_err(|why| {
                    rule("response.reason-missing", "/answer/reason", &format!("A reason {why}."))
                })?;
                Self::YesNoNa { value: YesNoNa::Na, reason: Some(reason), document }
            }
            Self::YesNoNa { value, document, .. } => {
                Self::YesNoNa { value, reason: None, document: document.map(Paper::checked).transpose()? }
            }
            Self::Choice { value, document } => {
                Self::Choice { value, document: document.map(Paper::checked).transpose()? }
            }
            Self::Text { value } => {
                let value = text::required(&value, MOST_TEXT)
                    .map_err(|why| rule("response.text", "/answer/value", &why.to_string()))?;
                Self::Text { value }
            }
            Self::Ratio { numerator, denominator, earlier } => {
                Share { numerator, denominator }.checked("/answer")?;
                let earlier = earlier.map(|share| share.checked("/answer/earlier")).transpose()?;
                Self::Ratio { numerator, denominator, earlier }
            }
            other => other,
        })
    }

    /// Percent of a ratio in hundredths, half up: 8333 for 5 of 6. `None` for other types and for a whole of 0.
    #[must_use]
    pub fn basis_points(&self) -> Option<i128> {
        match self {
            Self::Ratio { numerator, denominator, .. } if !denominator.is_zero() => {
                let (part, whole) = (numerator.millionths(), denominator.millionths());
                Some((part * 20_000 + whole) / (whole * 2))
            }
            _ => None,
        }
    }
}

/// How many photos of an item are still missing. `Always` holds for an item nobody answered too, and no rule holds
/// where the question does not arise.
#[must_use]
pub fn photos_missing(rule: &PhotoRule, outcome: Option<Outcome>, held: u32) -> u32 {
    let needed = match (rule.when, outcome) {
        (_, Some(Outcome::Na)) | (PhotoWhen::Optional, _) => false,
        (PhotoWhen::Always, _) => true,
        (PhotoWhen::OnPass, Some(outcome)) => outcome != Outcome::Fail,
        (PhotoWhen::OnFail, Some(outcome)) => outcome == Outcome::Fail,
        (PhotoWhen::OnPass | PhotoWhen::OnFail, None) => false,
    };
    if needed { u32::from(rule.min_count).saturating_sub(held) } else { 0 }
}

/// An answer as the phone sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Minted by the phone.
    pub id: ResponseId,
    /// Of which visit.
    pub visit: VisitId,
    /// Of which checklist.
    pub template_version: TemplateVersionId,
    /// To which item.
    pub item: String,
    /// What is answered.
    pub answer: Answer,
    /// What it amounts to.
    pub outcome: Outcome,
    /// Free words, NFC; empty when there are none.
    pub note: String,
    /// Counts the changes; starts at 1.
    pub version: i32,
    /// Who answered last.
    pub answered_by: AccountId,
    /// When, by the device.
    pub answered: DeviceMoment,
    /// When we received it.
    pub received_at: Timestamp,
}

/// What an answer that was sent does to the one that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing was kept: the first.
    First,
    /// The same again: answer what was answered then.
    Repeated,
    /// A change: this is its version.
    Changed(i32),
}

words! {
    /// What becomes of an answer that rests on another version than the current one.
    IfStale {
        /// It is refused, with what stands: whoever sent it reads both and says again what holds.
        Refuse = "refuse",
        /// It is kept beside what stands, and the lead decides: nobody is there to read both.
        Keep = "keep",
    }
}

/// Decides between a first answer, a repeat and a change; `based_on` is the version the phone last saw.
///
/// # Errors
/// `response.id-taken` when the id names the answer to another item; `response.stale` when another device changed
/// the answer first, or the change names no version: both are kept apart and a person decides.
pub fn keep(kept: Option<&Response>, sent: &Response, based_on: Option<i32>) -> Result<Keeping, Refusal> {
    let Some(kept) = kept else { return Ok(Keeping::First) };
    if (kept.visit, kept.template_version, &kept.item) != (sent.visit, sent.template_version, &sent.item) {
        let detail = "This id was given to the answer of another item. A new answer needs a new id.";
        return Err(Refusal::new(Family::Conflict, "response.id-taken", detail));
    }
    let same = kept.answer == sent.answer && kept.note == sent.note && kept.answered == sent.answered;
    match based_on {
        _ if same => Ok(Keeping::Repeated),
        Some(version) if version == kept.version => Ok(Keeping::Changed(version + 1)),
        _ => {
            let detail = format!(
                "The answer is at version {}; read it, then send the change with that base_version.",
                kept.version
            );
            Err(Refusal::new(Family::Conflict, "response.stale", detail))
        }
    }
}

#[cfg(test)]
mod tests;
