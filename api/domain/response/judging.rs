//! What an answer amounts to: judged by what the item asks, exactly, and the credit it earns.

use super::named::{days_counted, parts_counted, shows, shows_yes};
use super::{Answer, Decimal, Outcome, Share, YesNoNa};
use crate::refusal::Refusal;
use crate::template::{ChoiceOption, Operator, ResponseType, YesNo};
use crate::visit::rule;
use jiff::civil::Date;

/// What an answer amounts to, and what part of the item's weight it earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Pass, partly, fail; or nothing to count.
    pub outcome: Outcome,
    /// 0 to 1; `None` where the answer does not count in a score.
    pub credit: Option<Decimal>,
}

impl Judgement {
    const NA: Self = Self { outcome: Outcome::Na, credit: None };
    const RECORDED: Self = Self { outcome: Outcome::Recorded, credit: None };

    /// By the credit that is earned: all of it, some, none.
    #[must_use]
    pub fn worth(credit: Decimal) -> Self {
        let outcome = match credit {
            Decimal::ONE => Outcome::Pass,
            Decimal::ZERO => Outcome::Fail,
            _ => Outcome::Partial,
        };
        Self { outcome, credit: Some(credit) }
    }

    /// Whether it is worth a finding: less than everything.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        matches!(self.outcome, Outcome::Fail | Outcome::Partial)
    }
}

/// Judges an answer by what the item asks on a day. Measures are compared exactly, not as floating numbers.
///
/// # Errors
/// `response.wrong-type` when the item asks for something else, `response.unknown-option` for an option it lacks on
/// that day, `response.not-above-zero` and `response.part-above-whole` for measures that can't be,
/// `response.document-of-nothing` for a document that shows nothing; for counts `response.unknown-part` and
/// `response.parts-uncounted`, `response.days-unasked`, `response.before-cut-off` and `response.days-uncounted`.
pub fn judge(asked: &ResponseType, answer: &Answer, on: Date) -> Result<Judgement, Refusal> {
    let fine = |good: bool| Judgement::worth(if good { Decimal::ONE } else { Decimal::ZERO });
    let measured = |operator: Operator, threshold: f64, value: i128| {
        fine(operator.holds(value, Decimal::of_f64(threshold).millionths()))
    };
    Ok(match (asked, answer) {
        (ResponseType::YesNoNa { pass }, Answer::YesNoNa { value, document, .. }) => {
            shows_yes(document.as_ref(), *value)?;
            match value {
                YesNoNa::Na => Judgement::NA,
                YesNoNa::Yes => fine(*pass == YesNo::Yes),
                YesNoNa::No => fine(*pass == YesNo::No),
            }
        }
        (ResponseType::Choice { options }, Answer::Choice { value, document }) => {
            let worth = chosen(options, value, on)?;
            shows(document.as_ref(), worth.credit)?;
            worth
        }
        (
            ResponseType::Count { operator, threshold, parts, after, .. },
            Answer::Count { value, missing, dated },
        ) => {
            parts_counted(parts, *value, missing)?;
            days_counted(*after, *value, dated)?;
            measured(*operator, *threshold, Decimal::whole(*value).millionths())
        }
        (ResponseType::Number { operator, threshold, above_zero, .. }, Answer::Number { value }) => {
            positive(*above_zero, *value, "/answer/value")?;
            measured(*operator, *threshold, value.millionths())
        }
        (
            ResponseType::Ratio { numerator: part, denominator: whole, operator, threshold, part_of_whole },
            Answer::Ratio { numerator, denominator, earlier },
        ) => {
            positive(part.above_zero, *numerator, "/answer/numerator")?;
            positive(whole.above_zero, *denominator, "/answer/denominator")?;
            let share = Share { numerator: *numerator, denominator: *denominator };
            if *part_of_whole {
                no_larger(share, "/answer/numerator")?;
                earlier.map_or(Ok(()), |earlier| no_larger(earlier, "/answer/earlier/numerator"))?;
            }
            compared(share, *operator, *threshold, *earlier).map_or(Judgement::NA, fine)
        }
        (ResponseType::Text {}, Answer::Text { .. }) => Judgement::RECORDED,
        _ => {
            let detail = "This item asks for an answer of another type.";
            return Err(rule("response.wrong-type", "/answer/type", detail));
        }
    })
}

/// Whether a share compares with its threshold, or with the share of the year before where there is none; `None` where
/// there is nothing to divide by or to compare with.
fn compared(
    share: Share,
    operator: Operator,
    threshold: Option<f64>,
    earlier: Option<Share>,
) -> Option<bool> {
    if share.denominator.is_zero() {
        return None;
    }
    let (part, whole) = (share.numerator.millionths(), share.denominator.millionths());
    // Without dividing: both sides times the denominators.
    match (threshold, earlier) {
        (Some(percent), _) => {
            Some(operator.holds(part * 100_000_000, Decimal::of_f64(percent).millionths() * whole))
        }
        (None, Some(before)) if !before.denominator.is_zero() => Some(
            operator.holds(part * before.denominator.millionths(), before.numerator.millionths() * whole),
        ),
        (None, _) => None,
    }
}

fn positive(needed: bool, value: Decimal, at: &str) -> Result<(), Refusal> {
    if needed && (value.is_zero() || value.is_negative()) {
        return Err(rule("response.not-above-zero", at, "This measure is above 0."));
    }
    Ok(())
}

fn no_larger(share: Share, at: &str) -> Result<(), Refusal> {
    if share.numerator > share.denominator {
        let detail =
            format!("{} is a part and can't exceed its whole, {}.", share.numerator, share.denominator);
        return Err(rule("response.part-above-whole", at, &detail));
    }
    Ok(())
}

fn chosen(options: &[ChoiceOption], value: &str, on: Date) -> Result<Judgement, Refusal> {
    let in_force = || options.iter().filter(|option| option.holds_on(on));
    let Some(chosen) = in_force().find(|option| option.value == value) else {
        let known: Vec<&str> = in_force().map(|option| option.value.as_str()).collect();
        let detail = format!("The options are {}.", known.join(", "));
        return Err(rule("response.unknown-option", "/answer/value", &detail));
    };
    Ok(Judgement::worth(Decimal::of_f64(chosen.credit)))
}
