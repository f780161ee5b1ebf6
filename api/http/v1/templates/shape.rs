//! The shape of a checklist as the contract tells it; `domain::template` reads and writes it.

use crate::http::vocabulary;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// A text in both languages.
#[derive(Serialize, ToSchema)]
#[schema(as = Bilingual, example = json!({ "vi": "Bộ phận Một cửa", "en": "One-stop shop" }))]
pub struct BilingualShape {
    /// Vietnamese, the language of record.
    pub vi: String,
    /// English; may be empty.
    #[schema(required = false)]
    pub en: String,
}

/// A checklist: what one version of a template asks.
#[derive(Serialize, ToSchema)]
#[schema(as = Checklist, example = json!({ "title": { "vi": "Bộ phận Một cửa", "en": "One-stop shop" }, "sections": [{
    "title": { "vi": "Cơ sở vật chất", "en": "Premises" }, "items": [{ "code": "OSS-A01",
    "question": { "vi": "Diện tích Bộ phận Một cửa là bao nhiêu m²?", "en": "What is the floor area, in square metres?" },
    "response": { "type": "number", "unit": "m2", "operator": ">=", "threshold": 40 },
    "photo": { "min_count": 1, "subject": "office_area", "when": "always", "privacy": "avoid_faces" },
    "weight": 3, "critical": false, "legal_basis": ["Nghị định 118/2025/NĐ-CP"] }] }] }))]
pub struct ChecklistShape {
    /// Title.
    pub title: BilingualShape,
    /// How a score becomes a grade; 90, 75, 50 and a cap at `needs_correction` where nothing is said.
    pub grading: Option<GradingShape>,
    /// Sections in order.
    pub sections: Vec<SectionShape>,
}

/// How a score becomes a grade.
#[derive(Serialize, ToSchema)]
#[schema(as = Grading, example = json!({ "critical_cap": "needs_correction", "grades": [
    { "code": "good", "label": { "vi": "Tốt", "en": "Good" }, "min": 90 },
    { "code": "needs_correction", "label": { "vi": "Cần chấn chỉnh", "en": "Needs correction" }, "min": 50 },
    { "code": "poor", "label": { "vi": "Yếu", "en": "Poor" }, "min": 0 }] }))]
pub struct GradingShape {
    /// Best first; the last one begins at 0.
    pub grades: Vec<GradeShape>,
    /// Code of the best grade that is left when a critical item fails.
    #[schema(example = "needs_correction")]
    pub critical_cap: String,
}

/// One grade.
#[derive(Serialize, ToSchema)]
#[schema(as = Grade)]
pub struct GradeShape {
    /// Stable code.
    #[schema(example = "good")]
    pub code: String,
    /// What people read.
    pub label: BilingualShape,
    /// The least percentage that earns it.
    #[schema(minimum = 0, maximum = 100, example = 90)]
    pub min: f64,
}

/// Items that belong together.
#[derive(Serialize, ToSchema)]
#[schema(as = Section)]
pub struct SectionShape {
    /// Title.
    pub title: BilingualShape,
    /// Items in order.
    pub items: Vec<ItemShape>,
}

/// One question.
#[derive(Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemShape {
    /// Stable code, unique in the checklist.
    #[schema(example = "OSS-B03", pattern = "^[A-Z][A-Z0-9-]{1,39}$")]
    pub code: String,
    /// The question.
    pub question: BilingualShape,
    /// What an answer looks like and when it is good.
    pub response: ResponseShape,
    /// Which photos belong to it; none are required where nothing is said.
    #[schema(required = false)]
    pub photo: PhotoRuleShape,
    /// Weight in the score.
    #[schema(minimum = 0, maximum = 100, example = 3)]
    pub weight: f64,
    /// Whether failing it caps the grade of the whole visit.
    #[schema(required = false)]
    pub critical: bool,
    /// Whether it asks for what people said: what it gives rise to is verified before the lead confirms it.
    #[schema(required = false)]
    pub hearsay: bool,
    /// Laws, decrees and decisions behind it.
    #[schema(required = false, example = json!(["Luật Tiếp công dân 42/2013/QH13",
        { "document": "Nghị định 118/2025/NĐ-CP", "valid_from": "2025-07-01" }]))]
    pub legal_basis: Vec<BasisShape>,
    /// What an inspector should know while answering.
    pub guidance: Option<BilingualShape>,
    /// What good looks like, or how to photograph it.
    pub picture: Option<PictureShape>,
    /// What is usually asked of a unit that fails.
    pub remedy: Option<RemedyShape>,
    /// Whom it is asked of; everybody where nothing is said.
    #[schema(required = false, value_type = Vec<vocabulary::Audience>)]
    pub applies_to: Vec<String>,
    /// What must have been answered before it is asked.
    pub condition: Option<ConditionShape>,
    /// The first day it is asked.
    pub valid_from: Option<Date>,
    /// The first day it is no longer asked.
    pub valid_to: Option<Date>,
}

/// A law, decree or decision: its name, or its name with the days between which it holds.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = LegalBasis, example = json!({ "document": "Nghị định 118/2025/NĐ-CP", "valid_from": "2025-07-01" }))]
#[allow(dead_code, reason = "only its shape is used")]
pub enum BasisShape {
    /// Its name.
    Name(String),
    /// With its days.
    Dated {
        /// Its name.
        document: String,
        /// The first day it holds.
        valid_from: Option<Date>,
        /// The first day it no longer holds.
        valid_to: Option<Date>,
    },
}

/// An item is asked only after this answer to an earlier item: `any_of`, or `operator` with `threshold` for a measure.
#[derive(Serialize, ToSchema)]
#[schema(as = Condition, example = json!({ "item": "CIT-M01", "any_of": ["separate", "separate_cramped"] }))]
pub struct ConditionShape {
    /// Code of the earlier item.
    #[schema(example = "CIT-M01")]
    pub item: String,
    /// Values of a choice; `yes`, `no` and `na` of a yes/no item.
    #[schema(required = false)]
    pub any_of: Vec<String>,
    /// How a measure is compared.
    #[schema(value_type = Option<vocabulary::Operator>)]
    pub operator: Option<String>,
    /// With what; percent for a ratio.
    pub threshold: Option<f64>,
}

/// A picture beside the guidance. Its bytes are sent to `/v1/templates/{template}/pictures/{sha256}`, before the version is
/// published.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemPicture)]
pub struct PictureShape {
    /// SHA-256 of its bytes.
    #[schema(
        example = "f856c9058a9d60076b81757b24a8d8f31e693f5e2ad7d72a89437c309d347d67",
        pattern = "^[0-9a-f]{64}$"
    )]
    pub sha256: String,
    /// What it shows, for who can't see it.
    pub alt: BilingualShape,
}

/// The usual remedy.
#[derive(Serialize, ToSchema)]
#[schema(as = Remedy)]
pub struct RemedyShape {
    /// What is to be done.
    pub text: BilingualShape,
    /// Calendar days from the signing of the notice.
    #[schema(minimum = 1, maximum = 3650, example = 30)]
    pub due_days: u16,
}

/// One of the things an item counts.
#[derive(Serialize, ToSchema)]
#[schema(as = Part)]
pub struct PartShape {
    /// Stable value.
    #[schema(example = "schedule", pattern = "^[a-z][a-z0-9_]{0,59}$")]
    pub value: String,
    /// What people read.
    pub label: BilingualShape,
}

/// What an answer looks like and when it is good.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = ResponseType)]
pub enum ResponseShape {
    /// Yes, no, or not applicable with a reason.
    YesNoNa {
        /// The good answer.
        #[schema(value_type = vocabulary::YesNo)]
        pass: String,
    },
    /// One of several, each with its credit.
    Choice {
        /// The options in order.
        options: Vec<OptionShape>,
    },
    /// A whole number from 0.
    Count {
        /// What is counted.
        #[schema(example = "person")]
        unit: String,
        /// How the value is compared.
        #[schema(value_type = vocabulary::Operator)]
        operator: String,
        /// With what the value is compared.
        #[schema(example = 3)]
        threshold: f64,
        /// What can be counted, one by one, where that is known beforehand.
        #[schema(required = false, max_items = 20)]
        parts: Vec<PartShape>,
        /// Only what is later than this day counts.
        #[schema(example = "2016-06-30")]
        after: Option<Date>,
    },
    /// A decimal number.
    Number {
        /// Its unit.
        #[schema(example = "m2")]
        unit: String,
        /// How the value is compared.
        #[schema(value_type = vocabulary::Operator)]
        operator: String,
        /// With what the value is compared.
        #[schema(example = 40)]
        threshold: f64,
        /// Whether 0 and less can't be.
        #[schema(required = false)]
        above_zero: bool,
    },
    /// Two numbers; a denominator of 0 means not applicable.
    Ratio {
        /// The first number.
        numerator: MeasureShape,
        /// The second number.
        denominator: MeasureShape,
        /// How the value is compared.
        #[schema(value_type = vocabulary::Operator)]
        operator: String,
        /// In percent; absent: compared with the same period of the year before.
        #[schema(example = 100)]
        threshold: Option<f64>,
        /// Whether the first number is a part of the second and can't be larger.
        #[schema(required = false)]
        part_of_whole: bool,
    },
    /// Free text, never scored.
    Text {},
}

/// A number that is asked for by name.
#[derive(Serialize, ToSchema)]
#[schema(as = AskedNumber)]
pub struct MeasureShape {
    /// Stable name.
    #[schema(example = "badge_worn")]
    pub field: String,
    /// Known beforehand.
    pub default: Option<u32>,
    /// Whether 0 can't be.
    #[schema(required = false)]
    pub above_zero: bool,
}

/// One option of a choice.
#[derive(Serialize, ToSchema)]
#[schema(as = ChoiceOption)]
pub struct OptionShape {
    /// Stable value.
    #[schema(example = "separate_cramped")]
    pub value: String,
    /// What people read.
    pub label: BilingualShape,
    /// 0 (bad) to 1 (good).
    #[schema(minimum = 0, maximum = 1, example = 0.6)]
    pub credit: f64,
    /// The first day it may be chosen; a value may stand twice with other days.
    pub valid_from: Option<Date>,
    /// The first day it may no longer be chosen.
    pub valid_to: Option<Date>,
}

/// Which photos belong to an item.
#[derive(Serialize, ToSchema)]
#[schema(as = PhotoRule)]
pub struct PhotoRuleShape {
    /// How many at least, when they are needed.
    #[schema(minimum = 0, maximum = 20, example = 1)]
    pub min_count: u8,
    /// What they show.
    #[schema(value_type = Option<vocabulary::PhotoSubject>)]
    pub subject: Option<String>,
    /// When they are needed.
    #[schema(value_type = vocabulary::PhotoWhen)]
    pub when: String,
    /// How people and their data are kept out.
    #[schema(value_type = vocabulary::PhotoPrivacy)]
    pub privacy: String,
}
