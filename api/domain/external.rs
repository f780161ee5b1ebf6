//! Figures that others made: a rank in an index, a share, a count by category, a report's due day. They are imported as
//! they were told and never computed here.

use crate::campaign::round::TargetClass;
use crate::ids::{OwnerId, UnitId};
use crate::period::Period;
use crate::refusal::{FieldFault, Refusal};
use crate::response::Decimal;
use crate::text;
use crate::visit::Ratio;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Most values of one import.
pub const MOST_VALUES: usize = 5000;
/// Most components of an index, most categories of a count.
pub const MOST_PARTS: usize = 50;
/// Most faults that are told at once.
const MOST_FAULTS: usize = 100;

/// One part of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// What it measures, as its maker names it.
    pub name: String,
    /// What was reached.
    pub score: Decimal,
    /// What could be reached, where it is told.
    pub of: Option<Decimal>,
}

/// How many of one category. A category is a code, so that no name of a person gets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Such as `cong_chuc` or `hop_dong`.
    pub category: String,
    /// How many.
    pub count: u32,
}

/// A figure as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Figure {
    /// A place in an index.
    Index {
        /// From 1.
        rank: u32,
        /// Of how many.
        of: u32,
        /// What was reached, where it is told.
        score: Option<Decimal>,
        /// What it is made of.
        components: Vec<Component>,
    },
    /// A part of a whole.
    Ratio {
        /// The part.
        numerator: u32,
        /// The whole.
        denominator: u32,
    },
    /// How many; 0 is a value.
    Count {
        /// All of them.
        count: u32,
        /// By category; where any is told they are all of them.
        parts: Vec<Part>,
    },
    /// When something was due, and when it was done.
    Deadline {
        /// The last day, local.
        due_on: Date,
        /// The day it was done; `None` while it is not.
        done_on: Option<Date>,
    },
}

impl Figure {
    /// Whether it is the last place of an index.
    #[must_use]
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Index { rank, of, .. } if rank == of)
    }

    /// Of a share.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        match *self {
            Self::Ratio { numerator, denominator } => Some(Ratio { numerator, denominator }),
            _ => None,
        }
    }

    /// How many days after the due day it was done, or today where it is not; 0 where it was in time.
    #[must_use]
    pub fn days_late(&self, today: Date) -> Option<u32> {
        match *self {
            Self::Deadline { due_on, done_on } => {
                let late = (done_on.unwrap_or(today) - due_on).get_days();
                Some(u32::try_from(late).unwrap_or(0))
            }
            _ => None,
        }
    }

    fn check(&mut self, at: &str, add: &mut impl FnMut(String, &str, String)) {
        match self {
            Self::Index { rank, of, components, .. } => {
                if *rank == 0 || rank > of {
                    add(format!("{at}/rank"), "external.rank", "a rank lies between 1 and `of`".to_owned());
                }
                too_many(components.len(), &format!("{at}/components"), add);
                for (n, component) in components.iter_mut().enumerate() {
                    clean(&mut component.name, 300, &format!("{at}/components/{n}/name"), add);
                }
            }
            Self::Ratio { numerator, denominator } => {
                if numerator > denominator {
                    let detail = "a part is at most its whole".to_owned();
                    add(format!("{at}/numerator"), "external.ratio", detail);
                }
            }
            Self::Count { count, parts } => {
                too_many(parts.len(), &format!("{at}/parts"), add);
                let mut known = HashSet::new();
                for (n, part) in parts.iter().enumerate() {
                    if !is_code(&part.category) || !known.insert(part.category.as_str()) {
                        let detail = "use small letters, digits and _, no category twice".to_owned();
                        add(format!("{at}/parts/{n}/category"), "external.category", detail);
                    }
                }
                let sum: u64 = parts.iter().map(|part| u64::from(part.count)).sum();
                if !parts.is_empty() && sum != u64::from(*count) {
                    let detail = format!("the categories come to {sum}, not to {count}");
                    add(format!("{at}/parts"), "external.parts", detail);
                }
            }
            Self::Deadline { due_on, done_on } => {
                for (field, day) in [("due_on", Some(*due_on)), ("done_on", *done_on)] {
                    if day.is_some_and(|day| !(1900..=2200).contains(&day.year())) {
                        let detail = "is not between the years 1900 and 2200".to_owned();
                        add(format!("{at}/{field}"), "date.out-of-range", detail);
                    }
                }
            }
        }
    }
}

/// A value of a series: about a unit, or a sort of units below it, or the owner as a whole; of one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The unit; `None` for the owner as a whole.
    pub unit: Option<UnitId>,
    /// Of this sort of units alone.
    pub class: Option<TargetClass>,
    /// Of which days.
    pub period: Period,
    /// What was told.
    pub figure: Figure,
}

impl Value {
    /// What it is about: a series holds one value about each.
    #[must_use]
    pub fn about(&self) -> (Option<UnitId>, Option<TargetClass>, Period) {
        (self.unit, self.class, self.period)
    }
}

/// Values to be imported: all of them or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Whose.
    pub owner: OwnerId,
    /// Code of the series, such as `par_index`.
    pub series: String,
    /// What people read.
    pub title: String,
    /// Where it was told: a paper, a report, an address.
    pub source: String,
    /// The values.
    pub values: Vec<Value>,
}

impl Import {
    /// Checks all of it.
    ///
    /// # Errors
    /// `invalid` with the place of each fault, the first hundred.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut add = |at: String, code: &str, detail: String| faults.push(FieldFault::new(at, code, detail));
        if self.values.is_empty() || self.values.len() > MOST_VALUES {
            let detail = format!("an import has 1 to {MOST_VALUES} values");
            return Err(Refusal::field("/values", "external.size", detail));
        }
        if !is_code(&self.series) {
            add("/series".to_owned(), "external.series", "use small letters, digits and _".to_owned());
        }
        clean(&mut self.title, 300, "/title", &mut add);
        clean(&mut self.source, 300, "/source", &mut add);
        let mut known = HashSet::new();
        for (n, value) in self.values.iter_mut().enumerate() {
            if !known.insert(value.about()) {
                let detail = "another value is about the same unit, sort and period".to_owned();
                add(format!("/values/{n}"), "external.twice", detail);
            }
            value.figure.check(&format!("/values/{n}/figure"), &mut add);
        }
        if faults.is_empty() {
            return Ok(self);
        }
        faults.truncate(MOST_FAULTS);
        Err(Refusal::invalid(faults))
    }
}

fn too_many(parts: usize, at: &str, add: &mut impl FnMut(String, &str, String)) {
    if parts > MOST_PARTS {
        add(at.to_owned(), "external.size", format!("at most {MOST_PARTS} are taken"));
    }
}

fn clean(words: &mut String, most: usize, at: &str, add: &mut impl FnMut(String, &str, String)) {
    match text::required(words, most) {
        Ok(clean) => *words = clean,
        Err(why) => add(at.to_owned(), "external.text", why.to_string()),
    }
}

fn is_code(code: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=60).contains(&code.len()) && code.chars().all(letters)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

    use super::*;
    use uuid::Uuid;

    fn value(period: &str, figure: Figure) -> Value {
        Value { unit: None, class: None, period: Period::parse(period).unwrap(), figure }
    }

    fn import(values: Vec<Value>) -> Import {
        Import {
            owner: OwnerId(Uuid::nil()),
            series: "par_index".to_owned(),
            title: "Chỉ số CCHC".to_owned(),
            source: "Báo cáo 8 tháng năm 2017".to_owned(),
            values,
        }
    }

    fn codes(of: Import) -> Vec<(String, String)> {
        let faults = of.checked().err().map(|no| no.faults).unwrap_or_default();
        faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    fn count(count: u32, parts: &[(&str, u32)]) -> Figure {
        let part = |(category, count): &(&str, u32)| Part { category: (*category).to_owned(), count: *count };
        Figure::Count { count, parts: parts.iter().map(part).collect() }
    }

    /// X15: rank 30 of 30 in 2016 is the last; X03: 12 of 12 agencies.
    #[test]
    fn a_rank_tells_whether_it_is_the_last() {
        let rank = |rank, of| Figure::Index { rank, of, score: None, components: Vec::new() };
        assert!(rank(30, 30).is_last() && !rank(29, 30).is_last());
        for (bad, of) in [(0, 30), (31, 30)] {
            let told = codes(import(vec![value("2016", rank(bad, of))]));
            assert_eq!(told, [("/values/0/figure/rank".to_owned(), "external.rank".to_owned())]);
        }
        let iso = Figure::Ratio { numerator: 12, denominator: 12 };
        assert_eq!(iso.ratio().and_then(Ratio::basis_points), Some(10_000));
    }

    /// M02: ten people due are eight civil servants and two on a contract; nobody is named.
    #[test]
    fn categories_come_to_the_whole_and_are_codes() {
        assert!(
            import(vec![value("2020", count(10, &[("cong_chuc", 8), ("hop_dong", 2)]))]).checked().is_ok()
        );
        let short = import(vec![value("2020", count(10, &[("cong_chuc", 8)]))]);
        assert_eq!(codes(short), [("/values/0/figure/parts".to_owned(), "external.parts".to_owned())]);
        let named = import(vec![value("2020", count(1, &[("Nguyễn Văn An", 1)]))]);
        let place = "/values/0/figure/parts/0/category".to_owned();
        assert_eq!(codes(named), [(place, "external.category".to_owned())]);
        // L17, X04: none is a value.
        assert!(import(vec![value("2020", count(0, &[]))]).checked().is_ok());
    }

    /// L16: due on 15 December, sent on the 20th: five days late.
    #[test]
    fn lateness_is_counted_in_days() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let sent = |done_on| Figure::Deadline { due_on: day("2020-12-15"), done_on };
        let today = day("2021-01-01");
        assert_eq!(sent(Some(day("2020-12-20"))).days_late(today), Some(5));
        assert_eq!(sent(Some(day("2020-12-15"))).days_late(today), Some(0));
        assert_eq!(sent(Some(day("2020-11-30"))).days_late(today), Some(0));
        assert_eq!(sent(None).days_late(today), Some(17));
        assert_eq!(count(1, &[]).days_late(today), None);
    }

    #[test]
    fn one_value_is_about_one_thing_and_everything_wrong_is_told_at_once() {
        let mut two = import(vec![value("2016", count(1, &[])), value("2016", count(2, &[]))]);
        two.series = "PAR index".to_owned();
        two.title = String::new();
        let told: Vec<String> = codes(two).into_iter().map(|(_, code)| code).collect();
        assert_eq!(told, ["external.series", "external.text", "external.twice"]);
        assert_eq!(codes(import(Vec::new())), [("/values".to_owned(), "external.size".to_owned())]);
    }
}
