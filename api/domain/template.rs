//! What is asked: checklists as immutable versions, their items, answers' shapes, photo rules.

use crate::canonical::json::canonical;
use crate::refusal::{FieldFault, Refusal};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

mod asking;
mod basis;
mod changes;
mod check;
mod grading;
mod picture;
mod reference;
pub mod xlsform;

pub use asking::{Condition, Occasion};
pub use basis::{LegalBasis, holds_on};
pub use changes::{Aspect, ChangedItem, Changes, Comparability};
pub use check::{MOST_ITEMS, MOST_OPTIONS};
pub use grading::{Grade, Grading};
pub use picture::{
    MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, MOST_PICTURES, PICTURE_TYPES, Picture, PictureFacts, PictureHead,
    admit_picture, digest as picture_digest, has_room, intact_picture, take_picture,
};
pub use reference::{Citation, Reference, references};

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Vietnamese, the language of record.
    pub vi: String,
    /// English; may be empty where nobody translated it.
    #[serde(default)]
    pub en: String,
}

/// A checklist: what one version of a template asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Title.
    pub title: Bilingual,
    /// How a score becomes a grade; [`Grading::usual`] where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grading: Option<Grading>,
    /// Sections in order.
    pub sections: Vec<Section>,
}

/// Items that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Title.
    pub title: Bilingual,
    /// Items in order.
    pub items: Vec<Item>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Stable code, unique in the checklist: `OSS-B03`.
    pub code: String,
    /// The question.
    pub question: Bilingual,
    /// What an answer looks like and when it is good.
    pub response: ResponseType,
    /// Which photos belong to it.
    #[serde(default)]
    pub photo: PhotoRule,
    /// Weight in the score, 0 to 100.
    pub weight: f64,
    /// Whether failing it caps the grade of the whole visit.
    #[serde(default)]
    pub critical: bool,
    /// Whether it asks for what people said (phản ánh): what it gives rise to is verified before the lead confirms it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hearsay: bool,
    /// Laws, decrees and decisions behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_basis: Vec<LegalBasis>,
    /// What an inspector should know while answering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guidance: Option<Bilingual>,
    /// What good looks like, or how to photograph it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// What is usually asked of a unit that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// Whom it is asked of; empty means everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_to: Vec<Audience>,
    /// What must have been answered before it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// The first day it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The first day it is no longer asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
}

/// Whom an item is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Communes, wards, townships.
    Commune,
    /// Agencies and service units.
    Agency,
}

/// The usual remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// What is to be done.
    pub text: Bilingual,
    /// Calendar days from the signing of the notice.
    pub due_days: u16,
}

/// What an answer looks like and when it is good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ResponseType {
    /// Yes, no, or not applicable with a reason.
    YesNoNa {
        /// The good answer.
        pass: YesNo,
    },
    /// One of several, each with its credit.
    Choice {
        /// The options in order.
        options: Vec<ChoiceOption>,
    },
    /// A whole number from 0.
    Count {
        /// What is counted: `person`, `procedure`.
        unit: String,
        /// How the value is compared.
        operator: Operator,
        /// With what.
        threshold: f64,
        /// What can be counted, one by one, where that is known beforehand.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<Part>,
        /// Only what is later than this day counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Date>,
    },
    /// A decimal number.
    Number {
        /// Its unit: `m2`.
        unit: String,
        /// How the value is compared.
        operator: Operator,
        /// With what.
        threshold: f64,
        /// Whether 0 and less can't be: an office has an area.
        #[serde(default, skip_serializing_if = "is_false")]
        above_zero: bool,
    },
    /// Two numbers; a denominator of 0 means not applicable.
    Ratio {
        /// Name of the first number.
        numerator: Measure,
        /// Name of the second number.
        denominator: Measure,
        /// How the percentage is compared.
        operator: Operator,
        /// With what, in percent; absent: with the value of the same period of the year before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold: Option<f64>,
        /// Whether the first number is a part of the second and can't be larger.
        #[serde(default, skip_serializing_if = "is_false")]
        part_of_whole: bool,
    },
    /// Free text, never scored.
    Text {},
}

/// A number that is asked for by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Stable name: `badge_worn`.
    pub field: String,
    /// Known beforehand, such as the 36 procedures of a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<u32>,
    /// Whether 0 can't be, so that it does not mean "not applicable" either.
    #[serde(default, skip_serializing_if = "is_false")]
    pub above_zero: bool,
}

/// One of the things an item counts: the schedule among the three postings of a reception room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Stable value: `schedule`.
    pub value: String,
    /// What people read.
    pub label: Bilingual,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// One option of a choice. A value may stand twice with other days: an edition that was good earns less once there is a
/// newer one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Stable value: `separate_cramped`.
    pub value: String,
    /// What people read.
    pub label: Bilingual,
    /// 0 (bad) to 1 (good).
    pub credit: f64,
    /// The first day it may be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The first day it may no longer be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
}

/// How a measured value is compared with its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Exactly.
    #[serde(rename = "==")]
    Exactly,
    /// Below.
    #[serde(rename = "<")]
    Below,
    /// Above.
    #[serde(rename = ">")]
    Above,
}

/// Which photos belong to an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoRule {
    /// How many at least, when they are needed.
    #[serde(default)]
    pub min_count: u8,
    /// What they show: one of the photo subjects, such as `notice_board`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When they are needed.
    #[serde(default)]
    pub when: PhotoWhen,
    /// How people and their data are kept out.
    #[serde(default)]
    pub privacy: Privacy,
}

/// When photos are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoWhen {
    /// Whatever the answer.
    Always,
    /// Only if there is something to show: credit above 0.
    OnPass,
    /// Only if the credit is 0.
    OnFail,
    /// Never required.
    #[default]
    Optional,
}

/// How people and their data are kept out of a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Frame it without people.
    #[default]
    AvoidFaces,
    /// Faces are blurred in every derivative.
    BlurFaces,
    /// Names and numbers of people are masked in every derivative.
    MaskPersonalData,
}

impl Checklist {
    /// Reads a checklist from outside: texts in NFC, every rule checked.
    ///
    /// # Errors
    /// `invalid` with every place that breaks a rule, as pointers below `at` (`/body`).
    pub fn checked(self, at: &str) -> Result<Self, Refusal> {
        check::checked(self, at)
    }

    /// Reads a checklist as stored.
    ///
    /// # Errors
    /// What serde says about a wrong shape.
    pub fn stored(body: serde_json::Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(body)
    }

    /// Every item in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| section.items.iter())
    }

    /// The item of a code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items().find(|item| item.code == code)
    }

    /// How its score becomes a grade.
    #[must_use]
    pub fn grading(&self) -> Grading {
        self.grading.clone().unwrap_or_else(Grading::usual)
    }

    /// As stored and sent.
    ///
    /// # Errors
    /// Never for a checked checklist.
    pub fn to_value(&self) -> Result<serde_json::Value, Refusal> {
        let fault =
            |why: serde_json::Error| Refusal::invalid(vec![FieldFault::new("", "template.body", why)]);
        serde_json::to_value(self).map_err(fault)
    }

    /// SHA-256 over the canonical JSON (RFC 8785) of the body: what names a published version for good.
    ///
    /// # Errors
    /// As [`Checklist::to_value`].
    pub fn sha256(&self) -> Result<[u8; 32], Refusal> {
        Ok(Sha256::digest(canonical(&self.to_value()?).as_bytes()).into())
    }
}

/// Reads a template's code: 2 to 20 of `A`–`Z`, `0`–`9` and `-`, beginning with a letter.
///
/// # Errors
/// `template.code`.
pub fn code(raw: &str) -> Result<String, Refusal> {
    let code = raw.trim();
    if check::is_code(code, 2, 20) {
        return Ok(code.to_owned());
    }
    Err(Refusal::field("/code", "template.code", "use 2 to 20 capital letters, digits and -, a letter first"))
}

#[cfg(test)]
mod tests;
