//! Checklists as XLSForm, the tables that ODK and its relatives read: what they know stands in their columns, what they
//! do not know in columns that begin with `fp_`, which they pass over.

mod places;
mod reading;

pub use reading::read;

use super::{
    Bilingual, Checklist, Condition, Item, Operator, PhotoWhen, Picture, PictureFacts, ResponseType,
};
use serde_json::{Map, Value};

/// One sheet of a workbook: rows of texts, the first of which names the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

const SURVEY: [&str; 18] = [
    "type",
    "name",
    "label::Tiếng Việt (vi)",
    "label::English (en)",
    "hint::Tiếng Việt (vi)",
    "hint::English (en)",
    "media::image::Tiếng Việt (vi)",
    "media::image::English (en)",
    "required",
    "relevant",
    "constraint",
    "default",
    "choice_filter",
    "fp_weight",
    "fp_critical",
    "fp_rules",
    "fp_alt_vi",
    "fp_alt_en",
];
const CHOICES: [&str; 9] = [
    "list_name",
    "name",
    "label::Tiếng Việt (vi)",
    "label::English (en)",
    "fp_credit",
    "fp_valid_from",
    "fp_valid_to",
    "filter_from",
    "filter_to",
];
const SETTINGS: [&str; 7] = [
    "form_title",
    "form_id",
    "version",
    "default_language",
    "allow_choice_duplicates",
    "fp_title_en",
    "fp_grading",
];

/// The list of answers to a yes/no item.
const YES_NO_NA: &str = "yes_no_na";
/// What the names of photo rows end with.
const PHOTO: &str = ".photo";
/// What the names of rows end with that ask why an item does not apply.
const REASON: &str = ".reason";
/// Which choices may be made on the day of the form, where some of a list have days.
const IN_FORCE: &str = "date(filter_from) <= today() and today() < date(filter_to)";
/// Days before and behind all others, in lists where some choices have days.
const ALL_DAYS: (&str, &str) = ("1900-01-01", "2201-01-01");

#[derive(Default)]
struct Row<'a> {
    kind: &'a str,
    name: &'a str,
    label: Option<&'a Bilingual>,
    hint: Option<&'a Bilingual>,
    /// A picture and the name of its file.
    picture: Option<(&'a Picture, String)>,
    required: bool,
    relevant: String,
    constraint: &'a str,
    default: String,
    filter: &'a str,
    own: [String; 3],
}

impl Row<'_> {
    fn cells(self) -> Vec<String> {
        let both = |text: Option<&Bilingual>| text.map(|t| (t.vi.clone(), t.en.clone())).unwrap_or_default();
        let ((label_vi, label_en), (hint_vi, hint_en)) = (both(self.label), both(self.hint));
        let (alt_vi, alt_en) = both(self.picture.as_ref().map(|(picture, _)| &picture.alt));
        let file = self.picture.map(|(_, file)| file).unwrap_or_default();
        let required = if self.required { "yes" } else { "" }.to_owned();
        let [weight, critical, rules] = self.own;
        vec![
            self.kind.to_owned(),
            self.name.to_owned(),
            label_vi,
            label_en,
            hint_vi,
            hint_en,
            // In every language: readers of the form fall back on none.
            file.clone(),
            file,
            required,
            self.relevant,
            self.constraint.to_owned(),
            self.default,
            self.filter.to_owned(),
            weight,
            critical,
            rules,
            alt_vi,
            alt_en,
        ]
    }
}

/// Writes a version of a checklist: sheets `survey`, `choices` and `settings`. A picture of those that are held is named as
/// its file is, any other by its digest alone.
#[must_use]
pub fn write(list: &Checklist, code: &str, version: &str, held: &[PictureFacts]) -> Vec<Sheet> {
    let head = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut survey = vec![head(&SURVEY)];
    let mut choices = vec![head(&CHOICES)];
    for (value, vi, en) in
        [("yes", "Có", "Yes"), ("no", "Không", "No"), ("na", "Không áp dụng", "Not applicable")]
    {
        choices.push(head(&[YES_NO_NA, value, vi, en, "", "", "", "", ""]));
    }
    for (n, section) in list.sections.iter().enumerate() {
        let name = format!("section_{}", n + 1);
        survey.push(
            Row { kind: "begin_group", name: &name, label: Some(&section.title), ..Row::default() }.cells(),
        );
        for item in &section.items {
            write_item(list, item, held, &mut survey);
            write_options(item, &mut choices);
        }
        survey.push(Row { kind: "end_group", ..Row::default() }.cells());
    }
    let grading =
        list.grading.as_ref().and_then(|grading| serde_json::to_string(grading).ok()).unwrap_or_default();
    let title = &list.title;
    let settings = head(&[&title.vi, code, version, "Tiếng Việt (vi)", "yes", &title.en, &grading]);
    let sheet = |name: &str, rows| Sheet { name: name.to_owned(), rows };
    vec![
        sheet("survey", survey),
        sheet("choices", choices),
        sheet("settings", vec![head(&SETTINGS), settings]),
    ]
}

fn write_item(list: &Checklist, item: &Item, held: &[PictureFacts], survey: &mut Vec<Vec<String>>) {
    let relevant = item.condition.as_ref().map(|condition| expression(list, condition)).unwrap_or_default();
    let list_of_item = format!("select_one {}", item.code);
    let (kind, constraint) = match &item.response {
        ResponseType::YesNoNa { .. } => ("select_one yes_no_na", ""),
        ResponseType::Choice { .. } => (list_of_item.as_str(), ""),
        ResponseType::Count { .. } => ("integer", ". >= 0"),
        ResponseType::Number { above_zero: true, .. } => ("decimal", ". > 0"),
        ResponseType::Number { .. } => ("decimal", ""),
        ResponseType::Ratio { .. } => ("begin_group", ""),
        ResponseType::Text {} => ("text", ""),
    };
    let own = [item.weight.to_string(), if item.critical { "yes" } else { "" }.to_owned(), rules(item)];
    let row = Row {
        kind,
        name: &item.code,
        label: Some(&item.question),
        hint: item.guidance.as_ref(),
        picture: item.picture.as_ref().map(|picture| (picture, file_name(picture, held))),
        relevant: relevant.clone(),
        constraint,
        filter: if has_days(item) { IN_FORCE } else { "" },
        own,
        ..Row::default()
    };
    survey.push(row.cells());
    if matches!(item.response, ResponseType::YesNoNa { .. }) {
        let (name, relevant) = (format!("{}{REASON}", item.code), format!("${{{}}} = 'na'", item.code));
        let label =
            Bilingual { vi: "Lý do không áp dụng".to_owned(), en: "Why it does not apply".to_owned() };
        let (kind, label) = ("text", Some(&label));
        survey.push(Row { kind, name: &name, label, required: true, relevant, ..Row::default() }.cells());
    }
    if let ResponseType::Ratio { numerator, denominator, .. } = &item.response {
        for (end, measure) in [("n", numerator), ("d", denominator)] {
            let label = Bilingual { vi: measure.field.clone(), en: measure.field.clone() };
            let name = format!("{}.{end}", item.code);
            let constraint = if measure.above_zero { ". > 0" } else { ". >= 0" };
            let default = measure.default.map(|known| known.to_string()).unwrap_or_default();
            let row = Row { name: &name, label: Some(&label), constraint, default, ..Row::default() };
            survey.push(Row { kind: "decimal", ..row }.cells());
        }
        survey.push(Row { kind: "end_group", ..Row::default() }.cells());
    }
    if item.photo.min_count > 0 {
        let of = item.photo.subject.clone().unwrap_or_default();
        let label = Bilingual { vi: format!("Ảnh: {of}"), en: format!("Photo: {of}") };
        let name = format!("{}{PHOTO}", item.code);
        let required = item.photo.when == PhotoWhen::Always;
        survey.push(
            Row { kind: "image", name: &name, label: Some(&label), required, relevant, ..Row::default() }
                .cells(),
        );
    }
}

fn file_name(picture: &Picture, held: &[PictureFacts]) -> String {
    let own = held.iter().find(|facts| Some(facts.bytes.sha256) == picture.digest());
    own.map_or_else(|| picture.sha256.clone(), PictureFacts::file_name)
}

/// What XLSForm has no column for, as JSON.
fn rules(item: &Item) -> String {
    let mut all =
        serde_json::to_value(item).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    for shown in ["code", "question", "guidance", "picture", "condition", "weight", "critical"] {
        all.remove(shown);
    }
    if let Some(Value::Object(response)) = all.get_mut("response") {
        response.remove("options");
    }
    let sorted: Map<String, Value> = all.into_iter().collect();
    Value::Object(sorted).to_string()
}

/// Whether some choices of an item are no choices on some days.
fn has_days(item: &Item) -> bool {
    let ResponseType::Choice { options } = &item.response else { return false };
    options.iter().any(|option| option.valid_from.is_some() || option.valid_to.is_some())
}

fn write_options(item: &Item, choices: &mut Vec<Vec<String>>) {
    let ResponseType::Choice { options } = &item.response else { return };
    let filters = has_days(item);
    for option in options {
        let filter = |day: Option<jiff::civil::Date>, else_on: &str| {
            if filters {
                day.map_or_else(|| else_on.to_owned(), |day| day.to_string())
            } else {
                String::new()
            }
        };
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        choices.push(vec![
            item.code.clone(),
            option.value.clone(),
            option.label.vi.clone(),
            option.label.en.clone(),
            option.credit.to_string(),
            day(option.valid_from),
            day(option.valid_to),
            filter(option.valid_from, ALL_DAYS.0),
            filter(option.valid_to, ALL_DAYS.1),
        ]);
    }
}

/// Operators as XPath writes them.
const OPERATORS: [(&str, Operator); 5] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=", Operator::Exactly),
    ("<", Operator::Below),
    (">", Operator::Above),
];

/// A condition as XPath: `${A} = 'yes' or ${A} = 'na'`, `${A} >= 3`, `(${A.n} div ${A.d} * 100) < 50`.
fn expression(list: &Checklist, condition: &Condition) -> String {
    let of = &condition.item;
    if let (Some(operator), Some(threshold)) = (condition.operator, condition.threshold) {
        let sign = OPERATORS.iter().find(|(_, own)| *own == operator).map_or("=", |(sign, _)| sign);
        return match list.item(of).map(|item| &item.response) {
            Some(ResponseType::Ratio { .. }) => {
                format!("(${{{of}.n}} div ${{{of}.d}} * 100) {sign} {threshold}")
            }
            _ => format!("${{{of}}} {sign} {threshold}"),
        };
    }
    let each: Vec<String> = condition.any_of.iter().map(|value| format!("${{{of}}} = '{value}'")).collect();
    each.join(" or ")
}
