//! Which items are asked: of whom, on which day, and after which answers.

use super::{Audience, Checklist, ChoiceOption, Item, Operator, ResponseType, holds_on};
use crate::response::{Answer, Decimal, YesNoNa};
use crate::unit::{Level, UnitType};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// When and of whom a checklist is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The day of the visit in Vietnam.
    pub day: Date,
    /// What sort of unit is visited.
    pub audience: Audience,
}

impl Audience {
    /// What a unit of this type counts as: communes, wards and townships; everything else works as an agency does.
    #[must_use]
    pub fn of(unit_type: UnitType) -> Self {
        if unit_type.level() == Level::Commune { Self::Commune } else { Self::Agency }
    }
}

/// An item is asked only after this answer to an earlier one: one of several values, or a measure that compares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Code of the earlier item.
    pub item: String,
    /// Of a choice its values, of a yes/no item `yes`, `no` and `na`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// How a count, a number or the percent of a ratio is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
}

impl Condition {
    /// Whether an answer to the earlier item meets it. An answer that is missing does not.
    #[must_use]
    pub fn is_met(&self, answer: Option<&Answer>) -> bool {
        let among = |value: &str| self.any_of.iter().any(|wanted| wanted == value);
        let compares = |left: i128, unit: i128| match (self.operator, self.threshold) {
            (Some(operator), Some(threshold)) => {
                operator.holds(left, Decimal::of_f64(threshold).millionths() * unit)
            }
            _ => false,
        };
        match answer {
            Some(Answer::YesNoNa { value, .. }) => among(value.as_str()),
            Some(Answer::Choice { value, .. }) => among(value),
            Some(Answer::Count { value, .. }) => compares(Decimal::whole(*value).millionths(), 1),
            Some(Answer::Number { value }) => compares(value.millionths(), 1),
            Some(Answer::Ratio { numerator, denominator, .. }) if !denominator.is_zero() => {
                compares(numerator.millionths() * 100_000_000, denominator.millionths())
            }
            _ => false,
        }
    }

    /// Whether it can be met by any answer to an item of this type.
    #[must_use]
    pub fn fits(&self, asked: &ResponseType) -> bool {
        let compares = self.operator.is_some() && self.threshold.is_some() && self.any_of.is_empty();
        let names = self.operator.is_none() && self.threshold.is_none() && !self.any_of.is_empty();
        let known = |known: &dyn Fn(&str) -> bool| names && self.any_of.iter().all(|value| known(value));
        match asked {
            ResponseType::YesNoNa { .. } => known(&|value| YesNoNa::parse(value).is_some()),
            ResponseType::Choice { options } => known(&|value| options.iter().any(|o| o.value == value)),
            ResponseType::Count { .. } | ResponseType::Number { .. } | ResponseType::Ratio { .. } => compares,
            ResponseType::Text {} => false,
        }
    }
}

impl Operator {
    /// Whether a left side compares with a right one.
    #[must_use]
    pub fn holds(self, left: i128, right: i128) -> bool {
        match self {
            Self::AtLeast => left >= right,
            Self::AtMost => left <= right,
            Self::Exactly => left == right,
            Self::Below => left < right,
            Self::Above => left > right,
        }
    }
}

impl ChoiceOption {
    /// Whether it may be chosen on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        holds_on(day, self.valid_from, self.valid_to)
    }
}

impl Item {
    /// Whether it is asked of this sort of unit on this day, whatever was answered.
    #[must_use]
    pub fn is_for(&self, occasion: Occasion) -> bool {
        (self.applies_to.is_empty() || self.applies_to.contains(&occasion.audience))
            && holds_on(occasion.day, self.valid_from, self.valid_to)
    }
}

impl Checklist {
    /// Every item in order, each with whether it is asked after these answers. An item whose condition rests on one
    /// that is not asked is not asked either.
    #[must_use]
    pub fn asking<'a>(
        &'a self,
        occasion: Occasion,
        answer_to: &dyn Fn(&str) -> Option<&'a Answer>,
    ) -> Vec<(&'a Item, bool)> {
        let mut all: Vec<(&Item, bool)> = Vec::new();
        for item in self.items() {
            let met = item.condition.as_ref().is_none_or(|condition| {
                let is_asked = all.iter().any(|(of, asked)| *asked && of.code == condition.item);
                is_asked && condition.is_met(answer_to(&condition.item))
            });
            all.push((item, met && item.is_for(occasion)));
        }
        all
    }
}
