//! Minutes of a visit: a text, figures frozen from the answers, and what each side says to them.

use super::State;
use crate::campaign::DocumentNumber;
use crate::canonical::sha256;
use crate::ids::{AccountId, TemplateVersionId};
use crate::photo::Sha256;
use crate::refusal::{FieldFault, Kind as Family, Refusal};
use crate::response::{Decimal, Response};
use crate::score::{Score, Ungraded};
use crate::template::{Bilingual, Checklist, Occasion};
use crate::text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The team, by its lead.
    Team,
    /// The inspected unit, by its head.
    Unit,
}

/// What a side says to the minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Signed.
    Signed,
    /// Signed, with an objection that stays with the minutes.
    SignedWithObjection,
    /// Not signed; needs a reason and a witness.
    SignatureRefused,
}

impl Outcome {
    /// The state it leaves the visit in.
    #[must_use]
    pub fn state(self) -> State {
        match self {
            Self::Signed => State::Signed,
            Self::SignedWithObjection => State::SignedWithObjection,
            Self::SignatureRefused => State::SignatureRefused,
        }
    }
}

/// What one side said, and who said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Which side.
    pub side: Side,
    /// What it said.
    pub outcome: Outcome,
    /// The objection, where there is one.
    pub objection: Option<String>,
    /// Why it refused.
    pub reason: Option<String>,
    /// Before whom it refused.
    pub witness: Option<String>,
    /// Printed name.
    pub signer_name: String,
    /// Printed position.
    pub signer_position: String,
    /// Whose device it was signed on.
    pub by: AccountId,
    /// When, by the device, with its offset (RFC 3339): a side may sign without a line. Beside `at`; neither corrects the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<String>,
    /// When we heard of it.
    pub at: Timestamp,
}

/// A side that has signed says something else.
pub const ALREADY_SIGNED: &str = "visit.already-signed";

impl Signature {
    /// Checks that what was said is whole: names, an objection with "signed with objection", reason and witness
    /// with a refusal; texts come back in NFC. A team signs or goes on writing, it neither objects nor refuses.
    ///
    /// # Errors
    /// `visit.signature` with the field that is missing or too much.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let fault = |field: &str, detail: &str| super::rule("visit.signature", field, detail);
        if self.side == Side::Team && self.outcome != Outcome::Signed {
            return Err(fault("/outcome", "The team signs; objections and refusals are the unit's."));
        }
        self.signer_name = said(&self.signer_name, "/signer_name", 200)?;
        self.signer_position = said(&self.signer_position, "/signer_position", 200)?;
        let wanted = [
            ("/objection", &mut self.objection, self.outcome == Outcome::SignedWithObjection, 4000),
            ("/reason", &mut self.reason, self.outcome == Outcome::SignatureRefused, 2000),
            ("/witness", &mut self.witness, self.outcome == Outcome::SignatureRefused, 200),
        ];
        for (field, value, needed, limit) in wanted {
            match (value.as_deref(), needed) {
                (Some(raw), true) => *value = Some(said(raw, field, limit)?),
                (None, true) => return Err(fault(field, "is needed with this outcome")),
                (Some(_), false) => return Err(fault(field, "does not belong to this outcome")),
                (None, false) => {}
            }
        }
        Ok(self)
    }

    /// Whether another request says the same thing: a repeat, not a change of mind.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { by: other.by, at: other.at, signed_at: other.signed_at.clone(), ..self.clone() } == *other
    }
}

fn said(raw: &str, field: &str, limit: usize) -> Result<String, Refusal> {
    text::required(raw, limit).map_err(|why| super::rule("visit.signature", field, &why.to_string()))
}

/// A part of a whole: percent with two decimals, half up; `None` of nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// The part.
    pub numerator: u32,
    /// The whole.
    pub denominator: u32,
}

impl Ratio {
    /// Hundredths of a percent, rounded half up: 9444 for 34 of 36. `None` where the whole is 0.
    #[must_use]
    pub fn basis_points(self) -> Option<u64> {
        let (part, whole) = (u64::from(self.numerator), u64::from(self.denominator));
        (whole > 0).then(|| (part * 20_000 + whole) / (whole * 2))
    }
}

/// Answers of one checklist, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFigures {
    /// Which version.
    pub template_version: TemplateVersionId,
    /// Its code, such as `OSS`.
    pub code: String,
    /// How many items it has.
    pub items: u32,
    /// Answered and fine.
    pub pass: u32,
    /// Answered, partly fine.
    pub partial: u32,
    /// Answered, not fine.
    pub fail: u32,
    /// Does not apply.
    pub na: u32,
    /// Answered where nothing is judged.
    pub recorded: u32,
    /// Asked and not answered.
    pub unanswered: u32,
    /// Not asked of this unit, on this day or after these answers: no part of the other counts.
    #[serde(default)]
    pub not_asked: u32,
    /// Codes of the items that are not fine, in the checklist's order.
    pub failing: Vec<String>,
    /// What it came to; `None` in minutes of before scores were frozen.
    #[serde(default)]
    pub score: Option<FrozenScore>,
}

/// A score as it stood when the minutes were drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenScore {
    /// Sum of weight times credit.
    pub points: Decimal,
    /// Sum of the weights that count.
    pub weight: Decimal,
    /// Hundredths of a percent, half up; `None` where nothing counts.
    pub basis_points: Option<u32>,
    /// Code of the grade after the cap.
    pub grade: Option<String>,
    /// The grade in words.
    pub label: Option<Bilingual>,
    /// Critical items that fail, in order.
    pub critical_failures: Vec<String>,
    /// Why no grade is given, where none is; `None` as well in minutes of before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ungraded_because: Option<Ungraded>,
}

impl From<&Score> for FrozenScore {
    fn from(score: &Score) -> Self {
        Self {
            points: score.points,
            weight: score.weight,
            basis_points: score.basis_points,
            grade: score.grade.as_ref().map(|grade| grade.code.clone()),
            label: score.grade.as_ref().map(|grade| grade.label.clone()),
            critical_failures: score.critical_failures().map(ToOwned::to_owned).collect(),
            ungraded_because: score.ungraded_because,
        }
    }
}

impl TemplateFigures {
    /// How many of the items that were asked have an answer.
    #[must_use]
    pub fn answered(&self) -> Ratio {
        let answered = self.pass + self.partial + self.fail + self.na + self.recorded;
        Ratio { numerator: answered, denominator: answered + self.unanswered }
    }

    /// How many of the judged items are fine.
    #[must_use]
    pub fn passed(&self) -> Ratio {
        Ratio { numerator: self.pass, denominator: self.pass + self.partial + self.fail }
    }
}

/// The figures of a visit, frozen when the minutes are drafted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// One entry a checklist, in order.
    pub templates: Vec<TemplateFigures>,
    /// SHA-256 (hex) over the answers they were counted from, so that a later answer is noticed.
    pub answers_sha256: String,
}

/// A checklist as a visit asks it.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedList {
    /// Which version.
    pub version: TemplateVersionId,
    /// Its code, such as `OSS`.
    pub code: String,
    /// What it asks.
    pub body: Checklist,
}

impl Figures {
    /// Counts the answers of a visit, as they are scored.
    #[must_use]
    pub fn count(lists: &[AskedList], answers: &[Response], occasion: Occasion) -> Self {
        let templates = lists.iter().map(|list| TemplateFigures::count(list, answers, occasion)).collect();
        let mut lines: Vec<String> =
            answers.iter().map(|a| format!("{} {} {}\n", a.template_version, a.item, a.version)).collect();
        lines.sort_unstable();
        Self { templates, answers_sha256: sha256(&lines.concat()) }
    }
}

impl TemplateFigures {
    fn count(list: &AskedList, answers: &[Response], occasion: Occasion) -> Self {
        let score = Score::of(list, answers, occasion);
        let tally = score.tally;
        Self {
            template_version: list.version,
            code: list.code.clone(),
            items: u32::try_from(list.body.items().count()).unwrap_or(u32::MAX),
            pass: tally.pass,
            partial: tally.partial,
            fail: tally.fail,
            na: tally.na,
            recorded: tally.recorded,
            unanswered: tally.unanswered,
            not_asked: tally.not_asked,
            failing: score.failing.iter().map(|failing| failing.item.clone()).collect(),
            score: Some(FrozenScore::from(&score)),
        }
    }
}

/// The minutes (biên bản).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// What the team writes.
    pub text: String,
    /// SHA-256 (hex) of the text: what the sides sign.
    pub text_sha256: String,
    /// Number and symbol of the paper, as written; `None` leaves room for them.
    #[serde(default)]
    pub number: Option<String>,
    /// The whole document: answers, strengths, findings, guidance and the text, in canonical form.
    #[serde(default)]
    pub document: String,
    /// SHA-256 (hex) of the document: what freezes it. Empty in minutes of before there were documents.
    #[serde(default)]
    pub document_sha256: String,
    /// Frozen copies.
    pub figures: Figures,
    /// Who drafted this text.
    pub drafted_by: AccountId,
    /// When.
    pub drafted_at: Timestamp,
    /// At most one a side.
    pub signatures: Vec<Signature>,
    /// When the second side was done.
    pub signed_at: Option<Timestamp>,
}

/// What a signature does to minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signing {
    /// One side is done, the other is awaited.
    Awaiting(Minutes),
    /// Both are done; the unit's outcome decides the visit's state.
    Complete(Minutes, Outcome),
    /// This side said the same before.
    Repeated,
}

/// Most characters of minutes.
pub const MOST_TEXT: usize = 50_000;

impl Minutes {
    /// Drafts minutes; `write` makes the document of the text and the number.
    ///
    /// # Errors
    /// `visit.minutes` for a text or a number that is none.
    pub fn draft(
        (raw, number): (&str, Option<&str>),
        figures: Figures,
        write: impl FnOnce(&str, Option<&str>) -> String,
        by: AccountId,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        let refused = |place: &str, why: &str| super::rule("visit.minutes", place, why);
        let text = text::required(raw, MOST_TEXT).map_err(|why| refused("/text", &why.to_string()))?;
        let number = number.map(DocumentNumber::parse).transpose().map_err(|why| refused("/number", &why))?;
        let number = number.map(|of| of.written);
        let text_sha256 = sha256(&text);
        let document = write(&text, number.as_deref());
        Ok(Self {
            text,
            text_sha256,
            number,
            document_sha256: sha256(&document),
            document,
            figures,
            drafted_by: by,
            drafted_at: at,
            signatures: vec![],
            signed_at: None,
        })
    }

    /// Refuses to take a signature for what its signer has not read: a draft may have been replaced since.
    ///
    /// # Errors
    /// `visit.minutes-outdated` where another text was read.
    pub fn are_what_was_read(&self, text: Option<Sha256>) -> Result<(), Refusal> {
        if text.is_none_or(|text| text.to_hex() == self.text_sha256) {
            return Ok(());
        }
        let (code, detail) =
            ("visit.minutes-outdated", "Another text was read than stands; read it, then sign.");
        let mut refusal = Refusal::new(Family::Conflict, code, detail);
        refusal.faults.push(FieldFault::new("/text_sha256", code, detail));
        Err(refusal)
    }

    /// Adds what a side says; `current` are the figures as the answers are now, `document` what would be written now.
    ///
    /// # Errors
    /// `visit.already-signed` when that side said something else before; `visit.minutes-outdated` when answers came
    /// after the draft, or findings changed before anybody had signed.
    pub fn sign(&self, signature: Signature, current: &Figures, document: &str) -> Result<Signing, Refusal> {
        if let Some(earlier) = self.signatures.iter().find(|s| s.side == signature.side) {
            return if earlier.says_the_same(&signature) {
                Ok(Signing::Repeated)
            } else {
                let detail = "This side has given its outcome already; it stands, and the visit's log keeps what is said now.";
                Err(Refusal::new(Family::Conflict, ALREADY_SIGNED, detail))
            };
        }
        // Once a side has signed, its text stands: what is decided later about findings is no reason to write it anew.
        let changed = self.signatures.is_empty() && !self.document.is_empty() && self.document != document;
        // The answers alone decide: how they are counted may have been refined since the draft.
        if self.figures.answers_sha256 != current.answers_sha256 || changed {
            let detail = "Answers or findings came after the minutes were drafted; draft them again.";
            return Err(Refusal::new(Family::Conflict, "visit.minutes-outdated", detail));
        }
        let mut minutes = self.clone();
        let at = signature.at;
        minutes.signatures.push(signature);
        let unit = minutes.signatures.iter().find(|s| s.side == Side::Unit).map(|s| s.outcome);
        match unit {
            Some(outcome) if minutes.signatures.len() == 2 => {
                minutes.signed_at = Some(at);
                Ok(Signing::Complete(minutes, outcome))
            }
            _ => Ok(Signing::Awaiting(minutes)),
        }
    }

    /// Without what a side said, as long as the other side has not signed, too; `None` where it said nothing. Only
    /// whoever's device it was said on takes it back.
    ///
    /// # Errors
    /// `visit.signatures-stand`, `visit.signature-of-other`.
    pub fn unsigned(&self, side: Side, by: AccountId) -> Result<Option<Self>, Refusal> {
        if self.signed_at.is_some() {
            let detail = "Both sides are done with the minutes; what they said stands.";
            return Err(Refusal::new(Family::Conflict, "visit.signatures-stand", detail));
        }
        let Some(said) = self.signatures.iter().find(|said| said.side == side) else { return Ok(None) };
        if said.by != by {
            let detail = "This was signed on somebody else's device; they take it back.";
            return Err(Refusal::new(Family::Forbidden, "visit.signature-of-other", detail));
        }
        let signatures = self.signatures.iter().filter(|said| said.side != side).cloned().collect();
        Ok(Some(Self { signatures, ..self.clone() }))
    }

    /// Refuses to write over what a side has signed.
    ///
    /// # Errors
    /// `visit.minutes-signed`.
    pub fn may_be_redrafted(&self) -> Result<(), Refusal> {
        if self.signatures.is_empty() {
            return Ok(());
        }
        let detail = "A side has signed this text; it can't be written over.";
        Err(Refusal::new(Family::Conflict, "visit.minutes-signed", detail))
    }
}
