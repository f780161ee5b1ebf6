//! Figures of a notice: what is counted, the copy that was counted, and how it reads within a sentence.

use crate::campaign::round::TargetClass;
use crate::canonical::percent;
use crate::ids::{FindingId, UnitId, VisitId};
use crate::refusal::{FieldFault, Refusal};
use crate::shares::{HowMany, how_many};
use crate::visit::Ratio;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

words! {
    /// What is counted over the visits that a notice sums up.
    Measure {
        /// Visits (lượt).
        Visits = "visits",
        /// Distinct units that were visited.
        Units = "units",
        /// Units where an item is not fine, of those where it was judged.
        Item = "item",
        /// Findings that stand: confirmed, and not withdrawn.
        Findings = "findings",
        /// Units of a class that were inspected, of all there are.
        Coverage = "coverage",
    }
}

/// What is asked: the query that makes a figure, over the visits that the notice sums up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// What is counted.
    pub measure: Measure,
    /// Code of the checklist, where an item's code stands in several.
    pub template: Option<String>,
    /// Code of the item.
    pub item: Option<String>,
    /// Of findings: critical ones alone, or the others.
    pub critical: Option<bool>,
    /// Of coverage: which sort of unit.
    pub class: Option<TargetClass>,
    /// Of coverage: below which unit; the targets of the campaign's rounds where none is named, once the fieldwork is
    /// over.
    pub unit: Option<UnitId>,
}

impl Query {
    /// Whether its answer tells which units a campaign is going to: its targets, whether anybody came there yet or not.
    #[must_use]
    pub fn tells_targets(&self) -> bool {
        self.measure == Measure::Coverage && self.unit.is_none()
    }
}

/// A figure that is wanted, under the name by which sentences call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// A small letter, then small letters, digits and `_`, 30 at most.
    pub key: String,
    /// What is counted.
    pub query: Query,
}

/// A unit by the name it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Which.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
}

/// The rows a figure was counted from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Visits that were counted, or whose answer was.
    pub visits: Vec<VisitId>,
    /// Findings that were counted.
    pub findings: Vec<FindingId>,
}

/// A figure as it was counted: a copy, with what was asked and which rows answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What sentences call it.
    pub key: String,
    /// What was counted.
    pub query: Query,
    /// How many.
    pub part: u32,
    /// Of how many; `None` for a plain number.
    pub whole: Option<u32>,
    /// The units that make up the part, in the order of Vietnamese dictionaries.
    pub units: Vec<Named>,
    /// The other ones of the whole, likewise.
    pub others: Vec<Named>,
    /// Of an item: the laws, decrees and decisions on which it rests, those that held on the days of the visits counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_basis: Vec<String>,
    /// What it was counted from.
    pub rows: Rows,
    /// When.
    pub counted_at: Timestamp,
}

/// Most figures of one notice.
pub(super) const MOST_FIGURES: usize = 50;
/// Most rows that the figures of one notice are copied with: four megabytes of ids.
const MOST_ROWS: usize = 100_000;

/// Whether so many figures over so many visits can be copied with their rows.
///
/// # Errors
/// `invalid` with `notice.figure`.
pub fn fits(figures: usize, visits: usize) -> Result<(), Refusal> {
    if figures.saturating_mul(visits) <= MOST_ROWS {
        return Ok(());
    }
    let detail = "are too many over so many visits: figures times visits come to 100,000 at most";
    Err(Refusal::field("/figures", "notice.figure", detail))
}

impl Asked {
    /// Checks name and query; blames fields below `at`.
    pub(super) fn faults(&self, at: &str) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut chars = self.key.chars();
        let begins = chars.next().is_some_and(|c| c.is_ascii_lowercase());
        let goes_on = chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !begins || !goes_on || self.key.len() > 30 {
            let detail = "is not a small letter and up to 29 small letters, digits or _";
            faults.push(FieldFault::new(format!("{at}/key"), "notice.figure", detail));
        }
        let Query { measure, template, item, critical, class, unit } = &self.query;
        let of_items = matches!(measure, Measure::Item | Measure::Findings);
        let fits = [
            ("item", item.is_some(), of_items, *measure == Measure::Item),
            ("template", template.is_some(), *measure == Measure::Item, false),
            ("critical", critical.is_some(), *measure == Measure::Findings, false),
            ("class", class.is_some(), *measure == Measure::Coverage, *measure == Measure::Coverage),
            ("unit", unit.is_some(), *measure == Measure::Coverage, false),
        ];
        for (field, said, allowed, needed) in fits {
            if (said && !allowed) || (needed && !said) {
                let detail =
                    if said { "does not belong to this measure" } else { "is needed for this measure" };
                faults.push(FieldFault::new(format!("{at}/query/{field}"), "notice.figure", detail));
            }
        }
        if item.iter().chain(template).any(|code| code.is_empty() || code.chars().count() > 60) {
            let detail = "names no code of 1 to 60 characters";
            faults.push(FieldFault::new(format!("{at}/query/item"), "notice.figure", detail));
        }
        faults
    }
}

impl Figure {
    /// The share, where there is a whole.
    #[must_use]
    pub fn share(&self) -> Option<Ratio> {
        Some(Ratio { numerator: self.part, denominator: self.whole? })
    }

    /// The word for its share, which follows from its counts.
    #[must_use]
    pub fn wording(&self) -> Option<&'static str> {
        self.share().and_then(how_many).map(HowMany::vietnamese)
    }

    /// Whether the same query counted something else.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let said = |of: &Self| (of.part, of.whole, of.units.clone(), of.others.clone());
        said(self) != said(other)
    }

    fn aspect(&self, aspect: &str) -> Option<String> {
        let names = |units: &[Named]| {
            let all: Vec<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
            if all.is_empty() { NONE.to_owned() } else { all.join(", ") }
        };
        Some(match aspect {
            "count" => self.part.to_string(),
            "whole" => self.whole?.to_string(),
            "ratio" => {
                let share = self.share()?;
                format!("{}/{} ({})", share.numerator, share.denominator, percent(share))
            }
            "percent" => percent(self.share()?),
            "words" => {
                self.share()?;
                self.wording().unwrap_or(NONE).to_owned()
            }
            "names" => names(&self.units),
            "others" => names(&self.others),
            "basis" if self.legal_basis.is_empty() => NONE.to_owned(),
            "basis" => self.legal_basis.join("; "),
            _ => return None,
        })
    }
}

/// What stands for none.
const NONE: &str = "không có";

/// Puts figures into a sentence: `{key.ratio}` becomes `13/17 (76,47%)`, and so do `count`, `whole`, `percent`, `words`
/// (một số, nhiều, phần lớn, tất cả), `names`, `others` and, of an item, `basis`. Words for shares are never typed.
///
/// # Errors
/// What stands between braces and is no figure that is there.
pub fn said_as_counted(text: &str, figures: &[Figure]) -> Result<String, String> {
    put_in(text, |key, aspect| figures.iter().find(|figure| figure.key == key)?.aspect(aspect))
}

/// Checks a sentence before anything is counted.
pub(super) fn calls_known(text: &str, asked: &[Asked]) -> Result<(), String> {
    let known = |key: &str, aspect: &str| {
        let query = &asked.iter().find(|asked| asked.key == key)?.query;
        let is_share = matches!(query.measure, Measure::Item | Measure::Coverage);
        let fits = match aspect {
            "count" => true,
            "whole" | "ratio" | "percent" | "words" | "others" => is_share,
            "names" => query.measure != Measure::Visits,
            "basis" => query.measure == Measure::Item,
            _ => false,
        };
        fits.then(String::new)
    };
    put_in(text, known).map(|_| ())
}

/// Whether a sentence calls this of a figure.
pub(super) fn is_called(text: &str, figure: &Figure, aspect: &str) -> bool {
    text.contains(&format!("{{{}.{aspect}}}", figure.key))
}

fn put_in(text: &str, find: impl Fn(&str, &str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let plain = |words: &str| if words.contains('}') { Err("}".to_owned()) } else { Ok(()) };
    while let Some((before, after)) = rest.split_once('{') {
        plain(before)?;
        let (called, behind) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        let found = called.split_once('.').and_then(|(key, aspect)| find(key, aspect));
        out.push_str(before);
        out.push_str(&found.ok_or_else(|| called.to_owned())?);
        rest = behind;
    }
    plain(rest)?;
    out.push_str(rest);
    Ok(out)
}
