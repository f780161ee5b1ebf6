//! Reads a checklist out of the sheets of an XLSForm, every fault told by its sheet and row.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value answers null for what it does not hold, and those written to are objects made here"
)]

use super::{OPERATORS, PHOTO, Sheet, YES_NO_NA};
use crate::refusal::{FieldFault, Refusal};
use crate::template::{Checklist, Condition, MOST_ITEMS, MOST_OPTIONS, PICTURE_TYPES, picture_digest};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Rows of a sheet with what their columns are called.
struct Table<'a> {
    name: &'a str,
    head: Vec<&'a str>,
    rows: &'a [Vec<String>],
}

impl<'a> Table<'a> {
    fn of(sheets: &'a [Sheet], name: &'a str) -> Option<Self> {
        let sheet = sheets.iter().find(|sheet| sheet.name.trim() == name)?;
        let (head, rows) = sheet.rows.split_first()?;
        Some(Self { name, head: head.iter().map(|column| column.trim()).collect(), rows })
    }

    /// A cell by the name of its column, trimmed; empty where there is none.
    fn cell(&self, row: usize, column: &str) -> &'a str {
        let place = self.head.iter().position(|name| *name == column);
        place.and_then(|place| self.rows.get(row)?.get(place)).map(|cell| cell.trim()).unwrap_or_default()
    }

    /// A text in both languages: columns such as `label::Tiếng Việt (vi)`, or a plain `label`, which is Vietnamese.
    fn both(&self, row: usize, column: &str) -> Value {
        let of = |language: &str| {
            let fits = |name: &&&str| {
                name.strip_prefix(column)
                    .and_then(|rest| rest.strip_prefix("::"))
                    .is_some_and(|rest| rest == language || rest.ends_with(&format!("({language})")))
            };
            self.head.iter().find(fits).map(|name| self.cell(row, name)).unwrap_or_default()
        };
        let (vi, en) = (of("vi"), of("en"));
        json!({ "vi": if vi.is_empty() { self.cell(row, column) } else { vi }, "en": en })
    }

    /// Where a cell is, for a person with the workbook open: the head is row 1.
    fn at(&self, row: usize, column: &str) -> String {
        format!("/{}/{}/{column}", self.name, row + 2)
    }
}

struct Reading<'a> {
    choices: Option<Table<'a>>,
    /// Rows of the choices by the list they belong to.
    lists: HashMap<&'a str, Vec<usize>>,
    items: usize,
    faults: Vec<FieldFault>,
    sections: Vec<Value>,
}

/// Most faults that are told of one workbook.
const MOST_FAULTS: usize = 100;

/// Rows that ask nothing of an inspector.
const PASSED_OVER: [&str; 8] = ["", "note", "start", "end", "today", "deviceid", "calculate", "username"];

/// Reads a checklist.
///
/// # Errors
/// `invalid`: `xlsform.sheet` for a workbook without questions, and by sheet, row and column `xlsform.type` for a
/// question no checklist can ask, `xlsform.rules` for rules that are missing or unreadable, `xlsform.condition` for a
/// condition that is no condition of ours, `xlsform.picture` for a picture that is named otherwise than by its digest.
pub fn read(sheets: &[Sheet]) -> Result<Checklist, Refusal> {
    let no_sheet = || Refusal::field("/survey", "xlsform.sheet", "the workbook has no sheet called survey");
    let survey = Table::of(sheets, "survey").ok_or_else(no_sheet)?;
    let choices = Table::of(sheets, "choices");
    let mut lists = HashMap::<_, Vec<_>>::new();
    for (choices, row) in
        choices.iter().flat_map(|choices| (0..choices.rows.len()).map(move |row| (choices, row)))
    {
        lists.entry(choices.cell(row, "list_name")).or_default().push(row);
    }
    let mut reading = Reading { choices, lists, items: 0, faults: Vec::new(), sections: Vec::new() };
    let mut row = 0;
    // What no checklist can hold is not read to its end: a small workbook may unfold to any size.
    while row < survey.rows.len() && reading.items <= MOST_ITEMS && reading.faults.len() < MOST_FAULTS {
        row = reading.row(&survey, row);
    }
    let mut body = json!({ "title": { "vi": "", "en": "" }, "sections": reading.sections });
    if let Some(settings) = Table::of(sheets, "settings") {
        body["title"] =
            json!({ "vi": settings.cell(0, "form_title"), "en": settings.cell(0, "fp_title_en") });
        let grading = settings.cell(0, "fp_grading");
        if !grading.is_empty() {
            match serde_json::from_str::<Value>(grading) {
                Ok(grading) => body["grading"] = grading,
                Err(why) => reading.fault(settings.at(0, "fp_grading"), "xlsform.rules", why),
            }
        }
    }
    if !reading.faults.is_empty() {
        reading.faults.truncate(MOST_FAULTS);
        return Err(Refusal::invalid(reading.faults));
    }
    Checklist::stored(body).map_err(|why| Refusal::field("/settings", "xlsform.rules", why))
}

impl Reading<'_> {
    fn fault(&mut self, at: String, code: &str, detail: impl ToString) {
        self.faults.push(FieldFault::new(at, code, detail));
    }

    /// Reads what begins at a row; the row behind it.
    fn row(&mut self, survey: &Table<'_>, row: usize) -> usize {
        let kind = survey.cell(row, "type").replace("select one", "select_one").replace(' ', "_");
        let name = survey.cell(row, "name");
        match kind.as_str() {
            "begin_group" if survey.cell(row, "fp_rules").is_empty() => {
                self.sections.push(json!({ "title": survey.both(row, "label"), "items": [] }));
                row + 1
            }
            "begin_group" => {
                self.item(survey, row, "ratio");
                let ends = |at: &usize| survey.cell(*at, "type").replace(' ', "_") == "end_group";
                (row + 1..survey.rows.len()).find(ends).map_or(survey.rows.len(), |end| end + 1)
            }
            "end_group" => row + 1,
            "image" if name.ends_with(PHOTO) => row + 1,
            other if PASSED_OVER.contains(&other) => row + 1,
            other => {
                let asked = match other {
                    "integer" => "count",
                    "decimal" => "number",
                    "text" => "text",
                    _ if other.strip_prefix("select_one_") == Some(YES_NO_NA) => "yes_no_na",
                    _ if other.starts_with("select_one_") => "choice",
                    _ => "",
                };
                if asked.is_empty() {
                    let detail = format!("no checklist asks a question of type {}", survey.cell(row, "type"));
                    self.fault(survey.at(row, "type"), "xlsform.type", detail);
                } else {
                    self.item(survey, row, asked);
                }
                row + 1
            }
        }
    }

    fn item(&mut self, survey: &Table<'_>, row: usize, asked: &str) {
        let rules = survey.cell(row, "fp_rules");
        let parsed = if rules.is_empty() { Ok(Map::new()) } else { serde_json::from_str(rules) };
        let mut item: Map<String, Value> = match parsed {
            Ok(item) => item,
            Err(why) => return self.fault(survey.at(row, "fp_rules"), "xlsform.rules", why),
        };
        let usual = match asked {
            "yes_no_na" => json!({ "type": asked, "pass": "yes" }),
            _ => json!({ "type": asked }),
        };
        let mut response = item.remove("response").unwrap_or(usual);
        if response["type"] != asked {
            let detail = format!("the rules are those of another type, {}", response["type"]);
            return self.fault(survey.at(row, "type"), "xlsform.type", detail);
        }
        if asked == "choice" {
            let listed = survey.cell(row, "type").split_whitespace().next_back().unwrap_or_default();
            response["options"] = self.options(listed);
        }
        let guidance = survey.both(row, "hint");
        if guidance["vi"] != "" {
            item.insert("guidance".to_owned(), guidance);
        }
        if let Some(picture) = self.picture(survey, row) {
            item.insert("picture".to_owned(), picture);
        }
        let relevant = survey.cell(row, "relevant");
        if !relevant.is_empty() {
            if let Some(read) = condition(relevant).and_then(|read| serde_json::to_value(read).ok()) {
                item.insert("condition".to_owned(), read);
            } else {
                let detail = "write ${CODE} = 'value' or …, or ${CODE} >= 3";
                self.fault(survey.at(row, "relevant"), "xlsform.condition", detail);
            }
        }
        let weight = Some(survey.cell(row, "fp_weight")).filter(|cell| !cell.is_empty()).unwrap_or("1");
        let Ok(weight) = weight.replace(',', ".").parse::<f64>() else {
            return self.fault(survey.at(row, "fp_weight"), "xlsform.rules", "is no number");
        };
        item.insert("code".to_owned(), survey.cell(row, "name").into());
        item.insert("question".to_owned(), survey.both(row, "label"));
        item.insert("response".to_owned(), response);
        item.insert("weight".to_owned(), weight.into());
        item.insert("critical".to_owned(), (survey.cell(row, "fp_critical") == "yes").into());
        let item = Value::Object(item);
        // Read here already, so that a fault is told by its row.
        if let Err(why) = serde_json::from_value::<crate::template::Item>(item.clone()) {
            return self.fault(survey.at(row, "fp_rules"), "xlsform.rules", why);
        }
        match self.sections.last_mut().and_then(|section| section["items"].as_array_mut()) {
            Some(items) => {
                items.push(item);
                self.items += 1;
            }
            None => {
                self.fault(survey.at(row, "name"), "xlsform.type", "stands in no group; groups are sections");
            }
        }
    }

    /// The picture of a question, named by the digest of its bytes, the same in both languages.
    fn picture(&mut self, survey: &Table<'_>, row: usize) -> Option<Value> {
        const COLUMN: &str = "media::image";
        let named = survey.both(row, COLUMN);
        let (vi, en) = (named["vi"].as_str().unwrap_or_default(), named["en"].as_str().unwrap_or_default());
        let name = if vi.is_empty() { en } else { vi };
        if name.is_empty() {
            return None;
        }
        let stem = name.rsplit_once('.').map_or(Some(name), |(stem, ending)| {
            PICTURE_TYPES.iter().any(|of| of.extension() == ending).then_some(stem)
        });
        let digest = stem.filter(|_| en.is_empty() || en == name).and_then(picture_digest);
        let Some(digest) = digest else {
            let detail = "name the picture by the SHA-256 of its bytes, <64 hexadecimal digits>.jpg, .png or .webp, and \
                          the same one in each language";
            let filled =
                survey.head.iter().find(|of| of.starts_with(COLUMN) && !survey.cell(row, of).is_empty());
            self.fault(survey.at(row, filled.unwrap_or(&COLUMN)), "xlsform.picture", detail);
            return None;
        };
        let alt = json!({ "vi": survey.cell(row, "fp_alt_vi"), "en": survey.cell(row, "fp_alt_en") });
        Some(json!({ "sha256": digest.to_hex(), "alt": alt }))
    }

    fn options(&mut self, listed: &str) -> Value {
        let mut options = Vec::new();
        let mut faults = Vec::new();
        if let (Some(choices), Some(rows)) = (&self.choices, self.lists.get(listed)) {
            for &row in rows.iter().take(MOST_OPTIONS + 1) {
                let mut option =
                    json!({ "value": choices.cell(row, "name"), "label": choices.both(row, "label") });
                match choices.cell(row, "fp_credit").replace(',', ".").parse::<f64>() {
                    Ok(credit) => option["credit"] = credit.into(),
                    Err(_) => faults.push(choices.at(row, "fp_credit")),
                }
                for day in ["fp_valid_from", "fp_valid_to"] {
                    let cell = choices.cell(row, day);
                    if !cell.is_empty() {
                        option[day.trim_start_matches("fp_")] = cell.into();
                    }
                }
                options.push(option);
            }
        }
        for at in faults {
            self.fault(at, "xlsform.rules", "a choice has a credit, 0 to 1");
        }
        options.into()
    }
}

/// Reads a condition as [`super::expression`] writes it.
fn condition(text: &str) -> Option<Condition> {
    let mut out = Condition { item: String::new(), any_of: Vec::new(), operator: None, threshold: None };
    for part in text.split(" or ") {
        let (of, rest) = reference(part.trim())?;
        if !out.item.is_empty() && out.item != of {
            return None;
        }
        out.item = of;
        let (sign, operator) = OPERATORS.iter().find(|(sign, _)| rest.trim_start().starts_with(sign))?;
        let value = rest.trim_start().strip_prefix(sign)?.trim();
        match value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
            Some(value) if *sign == "=" => out.any_of.push(value.to_owned()),
            Some(_) => return None,
            None => {
                if out.operator.is_some() {
                    return None;
                }
                out.operator = Some(*operator);
                out.threshold = Some(value.parse().ok()?);
            }
        }
    }
    Some(out)
}

/// The item that an expression begins with, and what follows.
fn reference(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix("(${") {
        let (of, rest) = rest.split_once(".n} div ${")?;
        let rest = rest.strip_prefix(of)?.strip_prefix(".d} * 100)")?;
        return Some((of.to_owned(), rest));
    }
    let (of, rest) = text.strip_prefix("${")?.split_once('}')?;
    Some((of.to_owned(), rest))
}
