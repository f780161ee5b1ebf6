//! Lists of administrative procedures (danh mục thủ tục hành chính): what is in force on a day, and how a board that
//! posts them compares with it.

use crate::ids::OwnerId;
use crate::refusal::{FieldFault, Refusal};
use crate::template::holds_on;
use crate::text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// On which floor of the state a procedure is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureLevel {
    /// By the province.
    Province,
    /// By the district; to 2025-06-30.
    District,
    /// By the commune.
    Commune,
}

impl ProcedureLevel {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Province, Self::District, Self::Commune];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
        }
    }

    /// Reads a stored or sent level.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// A field (lĩnh vực) that procedures are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcedureField {
    /// Stable code: `dia_chinh`.
    pub code: String,
    /// What people read: `Địa chính`.
    pub name: String,
}

/// A procedure, as it is announced for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Its code in the national catalogue: `1.001193`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Code of its field.
    pub field: String,
    /// The first day it holds.
    pub valid_from: Date,
    /// The first day it no longer holds.
    pub valid_to: Option<Date>,
    /// Code of what replaced it.
    pub replaced_by: Option<String>,
    /// The decision that announced it.
    pub instrument: Option<String>,
}

impl Procedure {
    fn holds_on(&self, day: Date) -> bool {
        holds_on(day, Some(self.valid_from), self.valid_to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let before = |from: Date, to: Option<Date>| to.is_none_or(|to| from < to);
        self.code == other.code
            && before(self.valid_from, other.valid_to)
            && before(other.valid_from, self.valid_to)
    }
}

/// A list to be entered: whose, for which level, its fields and procedures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcedureList {
    /// Whose list.
    pub owner: OwnerId,
    /// For which level.
    pub level: ProcedureLevel,
    /// The fields it uses.
    pub fields: Vec<ProcedureField>,
    /// The procedures.
    pub procedures: Vec<Procedure>,
}

/// Most procedures in one list that is entered or compared: several times what any level has.
pub const MOST_PROCEDURES: usize = 3000;

impl ProcedureList {
    /// Reads a list from outside: texts in NFC, every rule checked.
    ///
    /// # Errors
    /// `invalid` with the place of each fault, the first hundred.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut add = |at: String, code: &str, detail: String| faults.push(FieldFault::new(at, code, detail));
        if self.procedures.len() > MOST_PROCEDURES || self.fields.len() > 200 {
            let detail = format!("a list has at most {MOST_PROCEDURES} procedures and 200 fields");
            return Err(Refusal::field("/procedures", "procedure.size", detail));
        }
        let mut known = HashSet::new();
        for (n, field) in self.fields.iter_mut().enumerate() {
            if !is_field(&field.code) || !known.insert(field.code.clone()) {
                let detail = "use small letters, digits and _, no field twice".to_owned();
                add(format!("/fields/{n}/code"), "procedure.field", detail);
            }
            clean(&mut field.name, 200, &format!("/fields/{n}/name"), &mut add);
        }
        for (n, of) in self.procedures.iter_mut().enumerate() {
            let at = format!("/procedures/{n}");
            if !is_code(&of.code) {
                add(
                    format!("{at}/code"),
                    "procedure.code",
                    "use letters, digits, points and dashes".to_owned(),
                );
            }
            clean(&mut of.name, 500, &format!("{at}/name"), &mut add);
            if !known.contains(&of.field) {
                add(format!("{at}/field"), "procedure.field", "is none of the list's fields".to_owned());
            }
            if of.valid_to.is_some_and(|to| to <= of.valid_from) {
                let detail = "is the first day it no longer holds, so it lies behind valid_from".to_owned();
                add(format!("{at}/valid_to"), "procedure.dates", detail);
            }
            let days = [Some(of.valid_from), of.valid_to];
            if days.into_iter().flatten().any(|day| !(1900..=2200).contains(&day.year())) {
                let detail = "is not between the years 1900 and 2200".to_owned();
                add(format!("{at}/valid_from"), "date.out-of-range", detail);
            }
            if of.replaced_by.as_deref().is_some_and(|code| !is_code(code) || code == of.code) {
                let detail = "is the code of another procedure".to_owned();
                add(format!("{at}/replaced_by"), "procedure.code", detail);
            }
            if let Some(instrument) = &mut of.instrument {
                clean(instrument, 300, &format!("{at}/instrument"), &mut add);
            }
        }
        if faults.is_empty() {
            return Ok(self);
        }
        faults.truncate(100);
        Err(Refusal::invalid(faults))
    }
}

fn clean(raw: &mut String, most: usize, at: &str, add: &mut dyn FnMut(String, &str, String)) {
    match text::required(raw, most) {
        Ok(read) => *raw = read,
        Err(why) => add(at.to_owned(), "text.refused", why.to_string()),
    }
}

fn is_field(code: &str) -> bool {
    (1..=60).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_code(code: &str) -> bool {
    (1..=60).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/'))
}

/// What entering a list does to what is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entering {
    /// Not held before.
    pub new: Vec<Procedure>,
    /// Held under the same code and first day, and different.
    pub corrected: Vec<Procedure>,
    /// Held as they are.
    pub unchanged: usize,
}

/// Sorts a list into what is new and what is corrected. What is held and not in the list stays: a list adds and ends, it
/// never takes away what a visit was judged by.
///
/// # Errors
/// `invalid` with `procedure.overlap` where a procedure would hold twice on one day.
pub fn enter(held: &[Procedure], list: &ProcedureList) -> Result<Entering, Refusal> {
    let key = |of: &Procedure| (of.code.clone(), of.valid_from);
    let before: BTreeMap<_, _> = held.iter().map(|of| (key(of), of)).collect();
    let mut after: BTreeMap<(String, Date), &Procedure> = before.clone();
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    let mut done = Entering::default();
    for (n, of) in list.procedures.iter().enumerate() {
        if !seen.insert(key(of)) {
            let detail = format!("{} stands twice from {}", of.code, of.valid_from);
            faults.push(FieldFault::new(format!("/procedures/{n}"), "procedure.overlap", detail));
        }
        match before.get(&key(of)) {
            None => done.new.push(of.clone()),
            Some(same) if *same == of => done.unchanged += 1,
            Some(_) => done.corrected.push(of.clone()),
        }
        after.insert(key(of), of);
    }
    let in_order: Vec<&Procedure> = after.values().copied().collect();
    for (one, next) in in_order.iter().zip(in_order.iter().skip(1)) {
        if one.overlaps(next) {
            let place = |of: &Procedure| list.procedures.iter().position(|own| own == of);
            let at = place(next).or(place(one)).unwrap_or_default();
            let detail = format!("{} holds from {} and from {}", one.code, one.valid_from, next.valid_from);
            faults.push(FieldFault::new(format!("/procedures/{at}"), "procedure.overlap", detail));
        }
    }
    if faults.is_empty() {
        return Ok(done);
    }
    faults.truncate(100);
    Err(Refusal::invalid(faults))
}

/// A procedure as somebody found it on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its code.
    pub code: String,
    /// Under which field it stood, where that was looked at.
    pub field: Option<String>,
}

/// Why a posted procedure should not be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutdatedBecause {
    /// It ended and nothing took its place.
    Abolished,
    /// Another one took its place.
    Replaced,
    /// It holds only later.
    NotYet,
}

/// A posted procedure that is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// As it was last announced, or will be.
    pub procedure: Procedure,
    /// Why.
    pub because: OutdatedBecause,
}

/// A procedure posted under another field than its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The procedure.
    pub procedure: Procedure,
    /// Where it stood.
    pub posted_under: String,
}

/// How a board compares with the list in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many must be posted.
    pub required: u32,
    /// How many of them are.
    pub posted: u32,
    /// In force and not posted, by code.
    pub missing: Vec<Procedure>,
    /// Posted and not in force, by code.
    pub outdated: Vec<Outdated>,
    /// Posted under another field, by code.
    pub wrong_field: Vec<Misplaced>,
    /// Posted and in no list.
    pub unknown: Vec<String>,
    /// Fields of which nothing at all is posted.
    pub missing_fields: Vec<String>,
}

/// Most faults that are told at once.
const MOST_FAULTS: usize = 100;

/// Reads what hangs on a board: codes trimmed and of the form they are entered in, fields among those of the lists.
///
/// # Errors
/// `invalid` with `procedure.code` and `procedure.field` at each place, the first hundred.
pub fn on_board(mut posted: Vec<Posted>, fields: &[ProcedureField]) -> Result<Vec<Posted>, Refusal> {
    let mut faults = Vec::new();
    for (n, of) in posted.iter_mut().enumerate() {
        of.code = of.code.trim().to_owned();
        if !is_code(&of.code) {
            let detail = "use letters, digits, points and dashes";
            faults.push(FieldFault::new(format!("/posted/{n}/code"), "procedure.code", detail));
        }
        let Some(field) = &mut of.field else { continue };
        *field = field.trim().to_owned();
        if !fields.iter().any(|known| known.code == *field) {
            faults.push(FieldFault::new(
                format!("/posted/{n}/field"),
                "procedure.field",
                "is none of the fields",
            ));
        }
    }
    if faults.is_empty() {
        return Ok(posted);
    }
    faults.truncate(MOST_FAULTS);
    Err(Refusal::invalid(faults))
}

/// Compares a board with the procedures in force on a day; where fields are named, with those of these fields, and of
/// anything else only what stands under one of them. What is posted twice counts once.
#[must_use]
pub fn compare(list: &[Procedure], posted: &[Posted], day: Date, fields: &[String]) -> Comparison {
    let is_asked = |field: &str| fields.is_empty() || fields.iter().any(|asked| asked == field);
    let in_force: BTreeMap<&str, &Procedure> =
        list.iter().filter(|of| of.holds_on(day)).map(|of| (of.code.as_str(), of)).collect();
    let mut on_board: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for of in posted {
        on_board.entry(of.code.as_str()).or_default().extend(of.field.as_deref());
    }
    let required: Vec<&Procedure> =
        in_force.values().copied().filter(|of| is_asked(of.field.as_str())).collect();
    let (there, missing): (Vec<&Procedure>, Vec<&Procedure>) =
        required.iter().copied().partition(|of| on_board.contains_key(of.code.as_str()));
    let mut out = Comparison {
        required: u32::try_from(required.len()).unwrap_or(u32::MAX),
        posted: u32::try_from(there.len()).unwrap_or(u32::MAX),
        missing: missing.into_iter().cloned().collect(),
        ..Comparison::default()
    };
    for (code, under) in &on_board {
        if let Some(of) = in_force.get(code) {
            let misplaced = |field: &&&str| **field != of.field && (is_asked(&of.field) || is_asked(field));
            if let Some(other) = under.iter().find(misplaced) {
                let posted_under = (*other).to_owned();
                out.wrong_field.push(Misplaced { procedure: (*of).clone(), posted_under });
            }
            continue;
        }
        let versions = || list.iter().filter(|of| of.code == **code);
        let ended = versions().filter(|of| of.valid_from <= day).max_by_key(|of| of.valid_from);
        match ended.or_else(|| versions().min_by_key(|of| of.valid_from)) {
            None if under.is_empty() || under.iter().any(|field| is_asked(field)) => {
                out.unknown.push((*code).to_owned());
            }
            Some(of) if is_asked(&of.field) || under.iter().any(|field| is_asked(field)) => {
                let because = match (of.valid_from <= day, &of.replaced_by) {
                    (false, _) => OutdatedBecause::NotYet,
                    (true, Some(_)) => OutdatedBecause::Replaced,
                    (true, None) => OutdatedBecause::Abolished,
                };
                out.outdated.push(Outdated { procedure: of.clone(), because });
            }
            None | Some(_) => {}
        }
    }
    let all: BTreeSet<&str> = required.iter().map(|of| of.field.as_str()).collect();
    let found: BTreeSet<&str> = there.iter().map(|of| of.field.as_str()).collect();
    out.missing_fields = all.difference(&found).map(|field| (*field).to_owned()).collect();
    out
}

#[cfg(test)]
mod tests;
