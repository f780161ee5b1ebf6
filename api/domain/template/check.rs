//! The rules of a checklist, each fault told by its place.

use super::{
    Bilingual, Checklist, ChoiceOption, Grading, Item, Measure, Part, PhotoRule, PhotoWhen, ResponseType,
};
use crate::photo::SUBJECTS;
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use jiff::civil::Date;
use std::collections::HashSet;

/// Most items in one checklist.
pub const MOST_ITEMS: usize = 300;
/// Most options of a choice.
pub const MOST_OPTIONS: usize = 20;

struct Faults(Vec<FieldFault>);

impl Faults {
    fn add(&mut self, at: impl Into<String>, code: &str, detail: impl ToString) {
        self.0.push(FieldFault::new(at, code, detail));
    }

    /// Brings a text to NFC in place.
    fn text(&mut self, at: &str, text: &mut String, limit: usize, required: bool) {
        let read = if required { text::required(text, limit) } else { text::optional(text, limit) };
        match read {
            // What checklists are exchanged as, XLSForm, has no way to write it as it is.
            Ok(read) if read.contains("${") => {
                self.add(at, "text.refused", "holds ${, which forms read as the name of a question");
            }
            Ok(read) => *text = read,
            Err(why) => self.add(at, "text.refused", why),
        }
    }

    /// A number in its range with at most four decimals: what people write, and what every JSON reader reads alike, so
    /// that the digest of a body does not hang on the last bit of a float.
    fn number(&mut self, at: &str, code: &str, number: f64, (least, most): (f64, f64)) {
        if !(least..=most).contains(&number) {
            self.add(at, code, format!("is not between {least} and {most}"));
        } else if ((number * 1e4).round() / 1e4).to_bits() != number.to_bits() {
            self.add(at, code, "has more than four decimals");
        }
    }

    /// Days within reason, the first before the second.
    fn days(&mut self, at: &str, valid_from: Option<Date>, valid_to: Option<Date>) {
        for (name, day) in [("valid_from", valid_from), ("valid_to", valid_to)] {
            if day.is_some_and(|day| !(1900..=2200).contains(&day.year())) {
                self.add(
                    format!("{at}/{name}"),
                    "date.out-of-range",
                    "is not between the years 1900 and 2200",
                );
            }
        }
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to <= from
        {
            let detail = "is the first day it no longer holds, so it lies behind valid_from";
            self.add(format!("{at}/valid_to"), "template.dates", detail);
        }
    }

    fn both(&mut self, at: &str, text: &mut Bilingual, limit: usize) {
        self.text(&format!("{at}/vi"), &mut text.vi, limit, true);
        self.text(&format!("{at}/en"), &mut text.en, limit, false);
    }
}

/// Capital letters, digits and dashes, a letter first.
pub(super) fn is_code(code: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

/// Small letters, digits and underscores, a letter first.
fn is_name(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

pub(super) fn checked(mut list: Checklist, at: &str) -> Result<Checklist, Refusal> {
    let mut faults = Faults(Vec::new());
    faults.both(&format!("{at}/title"), &mut list.title, 300);
    let count = list.items().count();
    if count == 0 || count > MOST_ITEMS {
        faults.add(
            format!("{at}/sections"),
            "template.size",
            format!("a checklist has 1 to {MOST_ITEMS} items"),
        );
        return Err(Refusal::invalid(faults.0));
    }
    if let Some(grading) = &mut list.grading {
        check_grading(&mut faults, &format!("{at}/grading"), grading);
    }
    let mut codes = HashSet::new();
    for (s, section) in list.sections.iter_mut().enumerate() {
        let at = format!("{at}/sections/{s}");
        faults.both(&format!("{at}/title"), &mut section.title, 300);
        if section.items.is_empty() {
            faults.add(format!("{at}/items"), "template.section-empty", "a section has an item");
        }
        for (i, item) in section.items.iter_mut().enumerate() {
            let at = format!("{at}/items/{i}");
            if !codes.insert(item.code.clone()) {
                faults.add(format!("{at}/code"), "template.code-twice", "another item has this code");
            }
            check_item(&mut faults, &at, item);
        }
    }
    check_conditions(&mut faults, at, &list);
    if faults.0.is_empty() {
        return Ok(list);
    }
    // A thousand faults help nobody; the first hundred do.
    faults.0.truncate(100);
    Err(Refusal::invalid(faults.0))
}

fn check_item(faults: &mut Faults, at: &str, item: &mut Item) {
    if !is_code(&item.code, 2, 40) {
        let detail = "use 2 to 40 capital letters, digits and -, a letter first";
        faults.add(format!("{at}/code"), "template.code", detail);
    }
    faults.both(&format!("{at}/question"), &mut item.question, 500);
    faults.number(&format!("{at}/weight"), "template.weight", item.weight, (0.0, 100.0));
    if item.legal_basis.len() > 20 {
        faults.add(format!("{at}/legal_basis"), "template.size", "at most 20 documents");
    }
    for (n, basis) in item.legal_basis.iter_mut().enumerate() {
        let at = format!("{at}/legal_basis/{n}");
        faults.text(&at, &mut basis.document, 300, true);
        faults.days(&at, basis.valid_from, basis.valid_to);
    }
    faults.days(at, item.valid_from, item.valid_to);
    if let Some(guidance) = &mut item.guidance {
        faults.both(&format!("{at}/guidance"), guidance, 2000);
    }
    if let Some(picture) = &mut item.picture {
        let at = format!("{at}/picture");
        if picture.digest().is_none() {
            faults.add(
                format!("{at}/sha256"),
                "template.picture-digest",
                "is not 64 small hexadecimal digits",
            );
        }
        faults.both(&format!("{at}/alt"), &mut picture.alt, 300);
    }
    if let Some(remedy) = &mut item.remedy {
        faults.both(&format!("{at}/remedy/text"), &mut remedy.text, 1000);
        if !(1..=3650).contains(&remedy.due_days) {
            faults.add(
                format!("{at}/remedy/due_days"),
                "template.due-days",
                "is not between 1 and 3650 days",
            );
        }
    }
    check_response(faults, &format!("{at}/response"), &mut item.response);
    check_photo(faults, &format!("{at}/photo"), &item.photo);
}

fn check_response(faults: &mut Faults, at: &str, response: &mut ResponseType) {
    match response {
        ResponseType::YesNoNa { .. } | ResponseType::Text {} => {}
        ResponseType::Choice { options } => check_options(faults, at, options),
        ResponseType::Count { unit, threshold, parts, after, .. } => {
            check_unit(faults, at, unit, *threshold);
            check_parts(faults, &format!("{at}/parts"), parts);
            if after.is_some_and(|day| !(1900..=2200).contains(&day.year())) {
                faults.add(
                    format!("{at}/after"),
                    "date.out-of-range",
                    "is not between the years 1900 and 2200",
                );
            }
            if threshold.fract() != 0.0 {
                faults.add(
                    format!("{at}/threshold"),
                    "template.threshold",
                    "a count is compared with a whole number",
                );
            }
        }
        ResponseType::Number { unit, threshold, .. } => check_unit(faults, at, unit, *threshold),
        ResponseType::Ratio { numerator, denominator, threshold, .. } => {
            check_measure(faults, &format!("{at}/numerator"), numerator);
            check_measure(faults, &format!("{at}/denominator"), denominator);
            if numerator.field == denominator.field {
                faults.add(
                    format!("{at}/denominator/field"),
                    "template.field",
                    "is the numerator's name too",
                );
            }
            if let Some(percent) = *threshold {
                faults.number(&format!("{at}/threshold"), "template.threshold", percent, (0.0, 1000.0));
            }
        }
    }
}

fn check_unit(faults: &mut Faults, at: &str, unit: &str, threshold: f64) {
    if !is_name(unit) {
        faults.add(format!("{at}/unit"), "template.unit", "use small letters, digits and _");
    }
    faults.number(&format!("{at}/threshold"), "template.threshold", threshold, (0.0, 1e9));
}

fn check_measure(faults: &mut Faults, at: &str, measure: &Measure) {
    if !is_name(&measure.field) {
        faults.add(format!("{at}/field"), "template.field", "use small letters, digits and _");
    }
}

fn check_parts(faults: &mut Faults, at: &str, parts: &mut [Part]) {
    if parts.len() > 20 {
        faults.add(at, "template.size", "at most 20 parts");
    }
    let mut earlier = HashSet::new();
    for (n, part) in parts.iter_mut().enumerate() {
        if !is_name(&part.value) || !earlier.insert(part.value.clone()) {
            let detail = "use small letters, digits and _, no value twice";
            faults.add(format!("{at}/{n}/value"), "template.part-value", detail);
        }
        faults.both(&format!("{at}/{n}/label"), &mut part.label, 200);
    }
}

fn check_options(faults: &mut Faults, at: &str, options: &mut [ChoiceOption]) {
    if !(2..=MOST_OPTIONS).contains(&options.len()) {
        faults.add(format!("{at}/options"), "template.options", "a choice has 2 to 20 options");
    }
    let mut earlier: Vec<(String, Option<Date>, Option<Date>)> = Vec::new();
    for (n, option) in options.iter_mut().enumerate() {
        let at = format!("{at}/options/{n}");
        let (from, to) = (option.valid_from, option.valid_to);
        let clashes = |of: &(String, Option<Date>, Option<Date>)| {
            of.0 == option.value && before(of.1, to) && before(from, of.2)
        };
        if !is_name(&option.value) || earlier.iter().any(clashes) {
            let detail = "use small letters, digits and _, no value twice on one day";
            faults.add(format!("{at}/value"), "template.option-value", detail);
        }
        faults.days(&at, from, to);
        earlier.push((option.value.clone(), from, to));
        faults.both(&format!("{at}/label"), &mut option.label, 200);
        faults.number(&format!("{at}/credit"), "template.credit", option.credit, (0.0, 1.0));
    }
}

/// Whether something that begins on one day begins before another day; no day is the beginning or the end of time.
fn before(from: Option<Date>, to: Option<Date>) -> bool {
    from.zip(to).is_none_or(|(from, to)| from < to)
}

fn check_grading(faults: &mut Faults, at: &str, grading: &mut Grading) {
    if !(1..=10).contains(&grading.grades.len()) {
        faults.add(format!("{at}/grades"), "template.grades", "there are 1 to 10 grades");
    }
    let mut above: Option<f64> = None;
    let mut codes = HashSet::new();
    for (n, grade) in grading.grades.iter_mut().enumerate() {
        let at = format!("{at}/grades/{n}");
        if !is_name(&grade.code) || !codes.insert(grade.code.clone()) {
            faults.add(
                format!("{at}/code"),
                "template.grades",
                "use small letters, digits and _, no code twice",
            );
        }
        faults.both(&format!("{at}/label"), &mut grade.label, 100);
        faults.number(&format!("{at}/min"), "template.grades", grade.min, (0.0, 100.0));
        if above.is_some_and(|above| grade.min >= above) {
            faults.add(
                format!("{at}/min"),
                "template.grades",
                "stands below the grade before it, best first",
            );
        }
        above = Some(grade.min);
    }
    if above.is_some_and(|last| last > 0.0) {
        faults.add(
            format!("{at}/grades"),
            "template.grades",
            "the last grade begins at 0, so that each score has one",
        );
    }
    if !codes.contains(&grading.critical_cap) {
        faults.add(format!("{at}/critical_cap"), "template.grades", "is the code of one of the grades");
    }
}

/// A condition names an item before its own, so that there are no circles, and a value that item can have.
fn check_conditions(faults: &mut Faults, at: &str, list: &Checklist) {
    let mut before: Vec<&Item> = Vec::new();
    for (s, section) in list.sections.iter().enumerate() {
        for (i, item) in section.items.iter().enumerate() {
            if let Some(condition) = &item.condition {
                let at = format!("{at}/sections/{s}/items/{i}/condition");
                match before.iter().find(|earlier| earlier.code == condition.item) {
                    None => {
                        faults.add(format!("{at}/item"), "template.condition", "is no item before this one");
                    }
                    Some(earlier) if !condition.fits(&earlier.response) => {
                        let detail =
                            "name values of the item in any_of, or operator and threshold for a measure";
                        faults.add(at.clone(), "template.condition", detail);
                    }
                    Some(_) => {}
                }
                if let Some(threshold) = condition.threshold {
                    faults.number(&format!("{at}/threshold"), "template.threshold", threshold, (0.0, 1e9));
                }
                if condition.any_of.len() > 20 {
                    faults.add(format!("{at}/any_of"), "template.size", "at most 20 values");
                }
            }
            before.push(item);
        }
    }
}

fn check_photo(faults: &mut Faults, at: &str, rule: &PhotoRule) {
    if rule.min_count > 20 {
        faults.add(format!("{at}/min_count"), "template.photo-count", "is more than 20");
    }
    if rule.when != PhotoWhen::Optional && (rule.min_count == 0 || rule.subject.is_none()) {
        let detail = "a required photo has a subject and a count of at least 1";
        faults.add(at, "template.photo-rule", detail);
    }
    if rule.subject.as_deref().is_some_and(|subject| !SUBJECTS.contains(&subject)) {
        let detail = format!("is none of {}", SUBJECTS.join(", "));
        faults.add(format!("{at}/subject"), "template.photo-subject", detail);
    }
}
