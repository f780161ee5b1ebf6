//! What an answer names besides its value: the document that shows it, the parts that are missing, the days of what was
//! counted.

use super::{Decimal, YesNoNa};
use crate::campaign::DocumentNumber;
use crate::refusal::{FieldFault, Refusal};
use crate::template::Part;
use crate::text;
use crate::visit::rule;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Most days that an answer names.
pub const MOST_NAMED: usize = 200;

/// A document that shows what is answered: the statute a unit has issued, the decision that sets up a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Number and symbol as written: `12/QĐ-UBND`, `11-HD/HU`.
    pub number: String,
    /// The day on it.
    pub issued_on: Date,
    /// Who issued it.
    pub issuer: String,
}

impl Paper {
    /// Brings its texts into the form they are kept in.
    ///
    /// # Errors
    /// `invalid` with `response.document` at each field that is none.
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut fault = |at: &str, why: String| {
            faults.push(FieldFault::new(format!("/answer/document/{at}"), "response.document", why));
        };
        let number = DocumentNumber::parse(&self.number).map_err(|why| fault("number", why)).ok();
        let issuer = text::required(&self.issuer, 200).map_err(|why| fault("issuer", why.to_string())).ok();
        if !(1945..=2100).contains(&self.issued_on.year()) {
            fault("issued_on", "is not between the years 1945 and 2100".to_owned());
        }
        match (number, issuer) {
            (Some(number), Some(issuer)) if faults.is_empty() => {
                Ok(Self { number: number.written, issuer, ..self })
            }
            _ => Err(Refusal::invalid(faults)),
        }
    }

    /// In words, as minutes print it.
    #[must_use]
    pub fn told(&self) -> String {
        let day = self.issued_on;
        format!(
            "số {} ngày {:02}/{:02}/{:04} của {}",
            self.number,
            day.day(),
            day.month(),
            day.year(),
            self.issuer
        )
    }
}

/// A document shows something that is there: none goes with an answer that earns nothing.
pub(super) fn shows(document: Option<&Paper>, credit: Option<Decimal>) -> Result<(), Refusal> {
    if document.is_none() || credit.is_some_and(|credit| credit != Decimal::ZERO) {
        return Ok(());
    }
    let detail = "An answer that says there is none, or that the question does not arise, names no document.";
    Err(rule("response.document-of-nothing", "/answer/document", detail))
}

/// As [`shows`], for a yes or no: whatever is good, only a yes has something to show.
pub(super) fn shows_yes(document: Option<&Paper>, value: YesNoNa) -> Result<(), Refusal> {
    shows(document, (value == YesNoNa::Yes).then_some(Decimal::ONE))
}

/// Each part is either counted or named as missing.
pub(super) fn parts_counted(parts: &[Part], value: u32, missing: &[String]) -> Result<(), Refusal> {
    let known: HashSet<&str> = parts.iter().map(|part| part.value.as_str()).collect();
    let named: HashSet<&str> = missing.iter().map(String::as_str).collect();
    if named.len() != missing.len() || !named.is_subset(&known) {
        let parts: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let detail = match parts.as_slice() {
            [] => "This item has no parts.".to_owned(),
            _ => format!("The parts are {}; each is named once.", parts.join(", ")),
        };
        return Err(rule("response.unknown-part", "/answer/missing", &detail));
    }
    let counted = usize::try_from(value).unwrap_or(usize::MAX).saturating_add(missing.len());
    if parts.is_empty() || counted == parts.len() {
        return Ok(());
    }
    let detail = format!(
        "The item has {} parts; {value} are counted and {} named as missing.",
        parts.len(),
        missing.len()
    );
    Err(rule("response.parts-uncounted", "/answer/missing", &detail))
}

/// The days of what is counted all lie behind the day from which the item counts, and are as many.
pub(super) fn days_counted(after: Option<Date>, value: u32, dated: &[Date]) -> Result<(), Refusal> {
    if dated.is_empty() {
        return Ok(());
    }
    let Some(after) = after else {
        return Err(rule(
            "response.days-unasked",
            "/answer/dated",
            "This item does not count from a day on.",
        ));
    };
    if let Some(early) = dated.iter().position(|day| *day <= after) {
        let detail = format!("The item counts what is later than {after}.");
        return Err(rule("response.before-cut-off", &format!("/answer/dated/{early}"), &detail));
    }
    if usize::try_from(value).is_ok_and(|value| value == dated.len()) && dated.len() <= MOST_NAMED {
        return Ok(());
    }
    let detail = format!("The count is {value}; the number of days given is {}.", dated.len());
    Err(rule("response.days-uncounted", "/answer/dated", &detail))
}
