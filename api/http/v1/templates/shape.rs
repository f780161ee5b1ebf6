//! The shape of a checklist as the contract tells it; `domain::template` reads and writes it.

use crate::http::vocabulary;
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
    /// Sections in order.
    pub sections: Vec<SectionShape>,
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
    /// Laws, decrees and decisions behind it.
    #[schema(required = false, example = json!(["Nghị định 118/2025/NĐ-CP"]))]
    pub legal_basis: Vec<String>,
    /// What an inspector should know while answering.
    pub guidance: Option<BilingualShape>,
    /// What is usually asked of a unit that fails.
    pub remedy: Option<RemedyShape>,
    /// Whom it is asked of; everybody where nothing is said.
    #[schema(required = false, value_type = Vec<vocabulary::Audience>)]
    pub applies_to: Vec<String>,
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
    },
    /// Free text, never scored.
    Text {},
}

/// A number that is asked for by name.
#[derive(Serialize, ToSchema)]
#[schema(as = Measure)]
pub struct MeasureShape {
    /// Stable name.
    #[schema(example = "badge_worn")]
    pub field: String,
    /// Known beforehand.
    pub default: Option<u32>,
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
