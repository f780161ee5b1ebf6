//! Answers that fit what a checklist asks, and what they amount to.
//!
//! Source of the rules: the checklists' own legend (value types, operators, when a photo is needed).

mod decimal;

pub use decimal::{BadDecimal, Decimal};

use crate::ids::{AccountId, ResponseId, TemplateVersionId, VisitId};
use crate::moment::DeviceMoment;
use crate::refusal::{Kind as Family, Refusal};
use crate::template::{ChoiceOption, Operator, PhotoRule, PhotoWhen, ResponseType, YesNo};
use crate::text;
use crate::visit::rule;
use jiff::Timestamp;
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
    },
    /// One of the options.
    Choice {
        /// The option's value.
        value: String,
    },
    /// How many.
    Count {
        /// 0 or more; 0 is a value, not a missing one.
        value: u32,
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
    },
    /// Words.
    Text {
        /// NFC.
        value: String,
    },
}

fn holds(operator: Operator, left: i128, right: i128) -> bool {
    match operator {
        Operator::AtLeast => left >= right,
        Operator::AtMost => left <= right,
        Operator::Exactly => left == right,
        Operator::Below => left < right,
        Operator::Above => left > right,
    }
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
    /// `response.negative` for a part or whole below 0.
    pub fn checked(self) -> Result<Self, Refusal> {
        Ok(match self {
            Self::YesNoNa { value: YesNoNa::Na, reason } => {
                let raw = reason.unwrap_or_default();
                let reason = text::required(&raw, 1000).map_err(|why| {
                    rule("response.reason-missing", "/answer/reason", &format!("A reason {why}."))
                })?;
                Self::YesNoNa { value: YesNoNa::Na, reason: Some(reason) }
            }
            Self::YesNoNa { value, .. } => Self::YesNoNa { value, reason: None },
            Self::Text { value } => {
                let value = text::required(&value, MOST_TEXT)
                    .map_err(|why| rule("response.text", "/answer/value", &why.to_string()))?;
                Self::Text { value }
            }
            Self::Ratio { numerator, denominator }
                if numerator.is_negative() || denominator.is_negative() =>
            {
                return Err(rule("response.negative", "/answer", "A part and its whole are 0 or more."));
            }
            other => other,
        })
    }

    /// Percent of a ratio in hundredths, half up: 8333 for 5 of 6. `None` for other types and for a whole of 0.
    #[must_use]
    pub fn basis_points(&self) -> Option<i128> {
        match self {
            Self::Ratio { numerator, denominator } if !denominator.is_zero() => {
                let (part, whole) = (numerator.millionths(), denominator.millionths());
                Some((part * 20_000 + whole) / (whole * 2))
            }
            _ => None,
        }
    }
}

/// Judges an answer by what the item asks. Measures are compared exactly, not as floating numbers.
///
/// # Errors
/// `response.wrong-type` when the item asks for something else, `response.unknown-option` for an option it lacks.
pub fn judge(asked: &ResponseType, answer: &Answer) -> Result<Outcome, Refusal> {
    let fine = |good: bool| if good { Outcome::Pass } else { Outcome::Fail };
    let measured = |operator: Operator, threshold: f64, value: i128| {
        fine(holds(operator, value, Decimal::of_f64(threshold).millionths()))
    };
    Ok(match (asked, answer) {
        (ResponseType::YesNoNa { pass }, Answer::YesNoNa { value, .. }) => match value {
            YesNoNa::Na => Outcome::Na,
            YesNoNa::Yes => fine(*pass == YesNo::Yes),
            YesNoNa::No => fine(*pass == YesNo::No),
        },
        (ResponseType::Choice { options }, Answer::Choice { value }) => chosen(options, value)?,
        (ResponseType::Count { operator, threshold, .. }, Answer::Count { value }) => {
            measured(*operator, *threshold, Decimal::whole(*value).millionths())
        }
        (ResponseType::Number { operator, threshold, .. }, Answer::Number { value }) => {
            measured(*operator, *threshold, value.millionths())
        }
        (ResponseType::Ratio { .. }, Answer::Ratio { denominator, .. }) if denominator.is_zero() => {
            Outcome::Na
        }
        // Without a threshold the value of the year before is the measure; nobody has told us that one.
        (ResponseType::Ratio { threshold: None, .. }, Answer::Ratio { .. }) => Outcome::Recorded,
        (
            ResponseType::Ratio { operator, threshold: Some(percent), .. },
            Answer::Ratio { numerator, denominator },
        ) => {
            // n/d against t percent, without dividing: both sides times d.
            let left = numerator.millionths() * 100_000_000;
            let right = Decimal::of_f64(*percent).millionths() * denominator.millionths();
            fine(holds(*operator, left, right))
        }
        (ResponseType::Text {}, Answer::Text { .. }) => Outcome::Recorded,
        _ => {
            let detail = "This item asks for an answer of another type.";
            return Err(rule("response.wrong-type", "/answer/type", detail));
        }
    })
}

fn chosen(options: &[ChoiceOption], value: &str) -> Result<Outcome, Refusal> {
    let Some(chosen) = options.iter().find(|option| option.value == value) else {
        let known: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
        let detail = format!("The options are {}.", known.join(", "));
        return Err(rule("response.unknown-option", "/answer/value", &detail));
    };
    Ok(match Decimal::of_f64(chosen.credit) {
        Decimal::ONE => Outcome::Pass,
        Decimal::ZERO => Outcome::Fail,
        _ => Outcome::Partial,
    })
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
