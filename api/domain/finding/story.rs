//! What became of a finding: what the unit said, what bore it out, what came of verifying, what a re-inspection saw.

use super::{Outcome, State};
use crate::action;
use crate::ids::{AccountId, ActionId, PhotoId, VisitId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What the unit says to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Its words.
    pub text: String,
    /// Its own evidence: held photos.
    pub photos: Vec<PhotoId>,
    /// Its own evidence: papers, as it names them.
    pub papers: Vec<String>,
    /// Who spoke for it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Whether the last day on which it was asked to explain was over by then.
    #[serde(default)]
    pub late: bool,
}

/// What came of verifying an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether the finding stands.
    pub upheld: bool,
    /// Why.
    pub reason: String,
    /// Who verified.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// What bore out what people said (xác minh).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substantiation {
    /// What was done and what it showed.
    pub text: String,
    /// Papers, by name.
    pub papers: Vec<String>,
    /// Who verified.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// What a re-inspection saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The re-inspection: the proof.
    pub visit: VisitId,
    /// What it saw.
    pub outcome: Outcome,
    /// In words; may be empty.
    pub note: String,
    /// Who recorded it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// The state the finding had before, so that a slip can be taken back; `None` in rows from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<State>,
    /// The state of the visit's own finding that became the repeated one; `None` where that was entered anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_over: Option<State>,
    /// The actions that went with it, and the state each had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub let_go: Vec<(ActionId, action::State)>,
}

/// What became of a finding, besides its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Story {
    /// Why it was dismissed.
    pub dismissed_because: Option<String>,
    /// The last day on which the unit may explain.
    pub explain_by: Option<Date>,
    /// What the unit said last.
    pub explanation: Option<Explanation>,
    /// What it had said before, each time it was asked or spoke up, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier_explanations: Vec<Explanation>,
    /// What came of verifying it.
    pub verification: Option<Verification>,
    /// What the last re-inspection saw.
    pub re_inspection: Option<Seen>,
    /// Why no action is needed.
    pub no_action_because: Option<String>,
    /// Number of a procedure outside the system; never more than the number.
    pub referral: Option<String>,
    /// Whether it rests on what people said (phản ánh), and is verified before anybody stands by it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hearsay: bool,
    /// What bore it out, where it rests on what people said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substantiation: Option<Substantiation>,
    /// Administrative procedures it is about, by code or name: those of a pilot that is worth telling.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<String>,
}

impl Explanation {
    /// Whether another says the same for the same person: a repeat of a request whose answer was lost.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { at: other.at, late: other.late, ..self.clone() } == *other
    }
}
