//! Reads a checklist out of the sheets of an XLSForm, every fault told by its sheet and row.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value answers null for what it does not hold, and those written to are objects made here"
)]

use super::places::{ItemPlace, Places, SectionPlace};
use super::{OPERATORS, PHOTO, REASON, Sheet, YES_NO_NA};
use crate::refusal::{FieldFault, Refusal};
use crate::template::{
    Checklist, Condition, Grading, MOST_ITEMS, MOST_OPTIONS, PICTURE_TYPES, picture_digest,
};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::ops::Range;

/// Rows of a sheet with what their columns are called.
pub(super) struct Table<'a> {
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

    /// What the column of a text in a language is called: `label::Tiếng Việt (vi)`, or a plain `label` where there is none.
    pub(super) fn column(&self, column: &str, language: &str) -> String {
        let fits = |name: &&&str| {
            name.strip_prefix(column)
                .and_then(|rest| rest.strip_prefix("::"))
                .is_some_and(|rest| rest == language || rest.ends_with(&format!("({language})")))
        };
        self.head.iter().find(fits).map_or(column, |name| name).to_owned()
    }

    /// A text in both languages; what stands in a plain column is Vietnamese.
    fn both(&self, row: usize, column: &str) -> Value {
        let of = |language: &str| {
            let named = self.column(column, language);
            if named == column { "" } else { self.cell(row, &named) }
        };
        let (vi, en) = (of("vi"), of("en"));
        json!({ "vi": if vi.is_empty() { self.cell(row, column) } else { vi }, "en": en })
    }

    /// Where a cell is, for a person with the workbook open: the head is row 1.
    pub(super) fn at(&self, row: usize, column: &str) -> String {
        format!("/{}/{}/{column}", self.name, row + 2)
    }
}

struct Reading<'a> {
    choices: Option<&'a Table<'a>>,
    /// Rows of the choices by the list they belong to.
    lists: HashMap<&'a str, Vec<usize>>,
    items: usize,
    faults: Vec<FieldFault>,
    sections: Vec<Value>,
    places: Vec<SectionPlace>,
    /// Whether a section is open: what stands behind its end is in none.
    is_open: bool,
    /// The question that was found wrong last: what belongs to it is not wrong, too.
    failed: &'a str,
}

/// What a row asks: the type of its answers, the list of its choices, the rows of a ratio's two numbers.
struct Asked<'a> {
    kind: &'a str,
    list: &'a str,
    ends: Range<usize>,
}

/// Whether a row asks why an item does not apply, which every answer of that kind tells anyway.
fn reason_of(item: &Value, name: &str) -> bool {
    item["response"]["type"] == "yes_no_na" && name.strip_suffix(REASON).is_some_and(|of| item["code"] == of)
}

/// Most faults that are told of one workbook.
const MOST_FAULTS: usize = 100;

/// Rows that ask nothing of an inspector.
const PASSED_OVER: [&str; 8] = ["", "note", "start", "end", "today", "deviceid", "calculate", "username"];

/// Reads a checklist, as it may be drafted.
///
/// # Errors
/// `invalid`: `xlsform.sheet` for a workbook without questions, and by sheet, row and column `xlsform.type` for a
/// question no checklist can ask, `xlsform.rules` for rules that are missing or unreadable, `xlsform.condition` for a
/// condition that is no condition of ours, `xlsform.picture` for a picture that is named otherwise than by its digest, and
/// what a checklist's own rules refuse.
pub fn read(sheets: &[Sheet]) -> Result<Checklist, Refusal> {
    let no_sheet = || Refusal::field("/survey", "xlsform.sheet", "the workbook has no sheet called survey");
    let survey = Table::of(sheets, "survey").ok_or_else(no_sheet)?;
    let [choices, settings] = ["choices", "settings"].map(|name| Table::of(sheets, name));
    let choices = choices.as_ref();
    let mut lists = HashMap::<_, Vec<_>>::new();
    for (choices, row) in
        choices.into_iter().flat_map(|choices| (0..choices.rows.len()).map(move |row| (choices, row)))
    {
        lists.entry(choices.cell(row, "list_name")).or_default().push(row);
    }
    let (faults, sections, places) = (Vec::new(), Vec::new(), Vec::new());
    let mut reading =
        Reading { choices, lists, items: 0, faults, sections, places, is_open: false, failed: "" };
    let mut row = 0;
    // What no checklist can hold is not read to its end: a small workbook may unfold to any size.
    while row < survey.rows.len() && reading.items <= MOST_ITEMS && reading.faults.len() < MOST_FAULTS {
        row = reading.row(&survey, row);
    }
    let mut body = json!({ "title": { "vi": "", "en": "" }, "sections": reading.sections });
    if let Some(settings) = &settings {
        body["title"] =
            json!({ "vi": settings.cell(0, "form_title"), "en": settings.cell(0, "fp_title_en") });
        let grading = settings.cell(0, "fp_grading");
        if !grading.is_empty() {
            match serde_json::from_str::<Grading>(grading) {
                Ok(_) => body["grading"] = serde_json::from_str(grading).unwrap_or_default(),
                Err(why) => reading.fault(settings.at(0, "fp_grading"), "xlsform.rules", why),
            }
        }
    }
    if !reading.faults.is_empty() {
        reading.faults.truncate(MOST_FAULTS);
        return Err(Refusal::invalid(reading.faults));
    }
    let list = Checklist::stored(body).map_err(|why| Refusal::field("/settings", "xlsform.rules", why))?;
    let places = Places { survey: &survey, choices, settings: settings.as_ref(), sections: reading.places };
    list.checked("").map_err(|no| places.name(no))
}

impl<'a> Reading<'a> {
    fn fault(&mut self, at: String, code: &str, detail: impl ToString) {
        self.faults.push(FieldFault::new(at, code, detail));
    }

    /// Reads what begins at a row; the row behind it.
    fn row(&mut self, survey: &Table<'a>, row: usize) -> usize {
        let before = self.faults.len();
        let next = self.read_row(survey, row);
        let name = survey.cell(row, "name");
        if self.faults.len() > before {
            self.failed = name;
        }
        next
    }

    fn read_row(&mut self, survey: &Table<'a>, row: usize) -> usize {
        let words: Vec<&str> =
            survey.cell(row, "type").split([' ', '_']).filter(|word| !word.is_empty()).collect();
        let name = survey.cell(row, "name");
        match words.as_slice() {
            ["begin", "group"] if survey.cell(row, "fp_rules").is_empty() => {
                self.section(survey, row);
                row + 1
            }
            ["begin", "group"] => {
                let ends = |at: &usize| survey.cell(*at, "type").replace(' ', "_") == "end_group";
                let end = (row + 1..survey.rows.len()).find(ends).unwrap_or(survey.rows.len());
                self.item(survey, row, Asked { kind: "ratio", list: "", ends: row + 1..end });
                end + 1
            }
            ["end", "group"] => {
                self.is_open = false;
                row + 1
            }
            ["image" | "text"] if self.is_of_failed(name) => row + 1,
            ["image"] => {
                self.photo(survey, row, name);
                row + 1
            }
            ["text"] if self.last().is_some_and(|item| reason_of(item, name)) => row + 1,
            other if other.len() < 2 && PASSED_OVER.contains(&other.concat().as_str()) => row + 1,
            _ => {
                self.question(survey, row);
                row + 1
            }
        }
    }

    fn section(&mut self, survey: &Table<'_>, row: usize) {
        if self.is_open {
            let detail = "a section holds no other group; end it first";
            self.fault(survey.at(row, "type"), "xlsform.type", detail);
        }
        if !survey.cell(row, "relevant").is_empty() {
            let detail = "a section has no condition; write it at each of its questions";
            self.fault(survey.at(row, "relevant"), "xlsform.condition", detail);
        }
        self.is_open = true;
        self.sections.push(json!({ "title": survey.both(row, "label"), "items": [] }));
        self.places.push(SectionPlace { row, items: Vec::new() });
    }

    /// The item that was read last, in the section that is open.
    fn last(&self) -> Option<&Value> {
        self.sections.last().filter(|_| self.is_open)?["items"].as_array()?.last()
    }

    fn is_of_failed(&self, name: &str) -> bool {
        let of = name.strip_suffix(PHOTO).or_else(|| name.strip_suffix(REASON));
        of.is_some_and(|of| of == self.failed)
    }

    /// A photo belongs to the question above it, whose rules say which it is to be.
    fn photo(&mut self, survey: &Table<'_>, row: usize, name: &str) {
        let of = name.strip_suffix(PHOTO);
        let item = self.last().filter(|item| of.is_some_and(|of| item["code"] == of));
        match item.map(|item| item["photo"]["min_count"].as_u64().unwrap_or_default() > 0) {
            Some(true) => {}
            Some(false) => {
                let detail = "the rules of the question above ask for no photo; add it to its fp_rules";
                self.fault(survey.at(row, "name"), "xlsform.rules", detail);
            }
            None => {
                let detail = "a photo belongs to the question above it and is called <its name>.photo";
                self.fault(survey.at(row, "name"), "xlsform.type", detail);
            }
        }
    }

    fn question(&mut self, survey: &Table<'_>, row: usize) {
        let said = survey.cell(row, "type").replace("select one", "select_one");
        let mut words = said.split_whitespace();
        let (kind, list, more) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
        let asked = match (kind, list) {
            ("integer", "") => "count",
            ("decimal", "") => "number",
            ("text", "") => "text",
            ("select_one", YES_NO_NA) => "yes_no_na",
            ("select_one", list) if !list.is_empty() && more.is_none() => "choice",
            _ => "",
        };
        if asked.is_empty() {
            let detail = format!("no checklist asks a question of type {}", survey.cell(row, "type"));
            return self.fault(survey.at(row, "type"), "xlsform.type", detail);
        }
        if asked == "choice" && !self.lists.contains_key(list) {
            let detail = format!("the sheet choices has no list {list}");
            return self.fault(survey.at(row, "type"), "xlsform.type", detail);
        }
        self.item(survey, row, Asked { kind: asked, list, ends: 0..0 });
    }

    fn item(&mut self, survey: &Table<'_>, row: usize, asked: Asked<'_>) {
        let Asked { kind: asked, list: listed, ends } = asked;
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
            response["options"] = self.options(listed);
        }
        for end in ends {
            self.end_of_ratio(survey, (row, end), &mut response);
        }
        let guidance = survey.both(row, "hint");
        if guidance["vi"] != "" || guidance["en"] != "" {
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
        let critical = match survey.cell(row, "fp_critical").to_lowercase().as_str() {
            "yes" | "true" | "1" | "có" => true,
            "" | "no" | "false" | "0" | "không" => false,
            _ => return self.fault(survey.at(row, "fp_critical"), "xlsform.rules", "write yes, or nothing"),
        };
        item.insert("code".to_owned(), survey.cell(row, "name").into());
        item.insert("question".to_owned(), survey.both(row, "label"));
        item.insert("response".to_owned(), response);
        item.insert("weight".to_owned(), weight.into());
        item.insert("critical".to_owned(), critical.into());
        let item = Value::Object(item);
        // Read here already, so that a fault is told by its row.
        if let Err(why) = serde_json::from_value::<crate::template::Item>(item.clone()) {
            return self.fault(survey.at(row, "fp_rules"), "xlsform.rules", why);
        }
        let rows = self.lists.get(listed).filter(|_| asked == "choice").cloned().unwrap_or_default();
        let is_open = self.is_open;
        let section = self.sections.last_mut().filter(|_| is_open);
        match (section.and_then(|section| section["items"].as_array_mut()), self.places.last_mut()) {
            (Some(items), Some(place)) => {
                items.push(item);
                place.items.push(ItemPlace { row, options: rows });
                self.items += 1;
            }
            _ => {
                self.fault(survey.at(row, "name"), "xlsform.type", "stands in no group; groups are sections");
            }
        }
    }

    /// One of the two numbers of a ratio: what is known of it beforehand stands in the column `default`, where the sheet has
    /// one.
    fn end_of_ratio(&mut self, survey: &Table<'_>, (row, end): (usize, usize), response: &mut Value) {
        let (of, name) = (survey.cell(row, "name"), survey.cell(end, "name"));
        let measure = match name.strip_prefix(of) {
            Some(".n") => "numerator",
            Some(".d") => "denominator",
            _ => {
                let detail = format!("the group of a ratio holds {of}.n and {of}.d alone");
                return self.fault(survey.at(end, "name"), "xlsform.type", detail);
            }
        };
        if !survey.head.contains(&"default") || !response[measure].is_object() {
            return;
        }
        match survey.cell(end, "default") {
            "" => {
                if let Some(measure) = response[measure].as_object_mut() {
                    measure.remove("default");
                }
            }
            said => match said.parse::<u32>() {
                Ok(known) => response[measure]["default"] = known.into(),
                Err(_) => self.fault(survey.at(end, "default"), "xlsform.rules", "is no whole number"),
            },
        }
    }

    /// The picture of a question, named by the digest of its bytes, the same in both languages.
    fn picture(&mut self, survey: &Table<'_>, row: usize) -> Option<Value> {
        const COLUMN: &str = "media::image";
        let named = survey.both(row, COLUMN);
        let (vi, en) = (named["vi"].as_str().unwrap_or_default(), named["en"].as_str().unwrap_or_default());
        let name = if vi.is_empty() { en } else { vi };
        if name.is_empty() {
            let described =
                ["fp_alt_vi", "fp_alt_en"].into_iter().find(|of| !survey.cell(row, of).is_empty());
            if let Some(column) = described {
                self.fault(
                    survey.at(row, column),
                    "xlsform.picture",
                    "describes a picture that is not named",
                );
            }
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
        if let (Some(choices), Some(rows)) = (self.choices, self.lists.get(listed)) {
            for &row in rows.iter().take(MOST_OPTIONS + 1) {
                let mut option =
                    json!({ "value": choices.cell(row, "name"), "label": choices.both(row, "label") });
                match choices.cell(row, "fp_credit").replace(',', ".").parse::<f64>() {
                    Ok(credit) => option["credit"] = credit.into(),
                    Err(_) => faults.push((choices.at(row, "fp_credit"), "a choice has a credit, 0 to 1")),
                }
                for day in ["fp_valid_from", "fp_valid_to"] {
                    let cell = choices.cell(row, day);
                    match cell.parse::<Date>() {
                        _ if cell.is_empty() => {}
                        Ok(read) => option[day.trim_start_matches("fp_")] = read.to_string().into(),
                        Err(_) => faults.push((choices.at(row, day), "is no day such as 2026-03-20")),
                    }
                }
                options.push(option);
            }
        }
        for (at, detail) in faults {
            self.fault(at, "xlsform.rules", detail);
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
