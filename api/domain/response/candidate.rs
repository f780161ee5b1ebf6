//! Answers that clash: what another device said of an item without knowing what was answered. Both are kept until the lead
//! decides.

use super::Response;
use crate::ids::{AccountId, CandidateId};
use crate::refusal::{FieldFault, Kind as Family, Refusal};
use jiff::Timestamp;

/// Most answers of a visit that may wait beside others.
pub const MOST_WAITING: usize = 500;

/// An answer beside the one that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its own.
    pub id: CandidateId,
    /// What the phone sent, under the id it gave; it has no version.
    pub sent: Response,
    /// What the lead decided.
    pub decided: Option<Decided>,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Whether it is the answer now.
    pub taken: bool,
    /// Who decided.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

impl Response {
    /// Whether two devices answered alike: nobody needs to decide.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.answer == other.answer && self.note == other.note
    }
}

/// Refuses to go on while answers wait for a decision.
///
/// # Errors
/// `visit.answers-clash`, with every item of which two devices say different things.
pub fn none_waiting(candidates: &[Candidate]) -> Result<(), Refusal> {
    let waiting = candidates.iter().filter(|candidate| candidate.decided.is_none());
    let mut items: Vec<&str> = waiting.map(|candidate| candidate.sent.item.as_str()).collect();
    items.sort_unstable();
    items.dedup();
    if items.is_empty() {
        return Ok(());
    }
    let detail = "Devices answered differently; the lead decides first. Errors names the items.";
    let mut no = Refusal::new(Family::Conflict, "visit.answers-clash", detail);
    let fault = |item: &str| FieldFault::new(format!("/items/{item}"), "response.clashes", "two answers");
    no.faults = items.into_iter().map(fault).collect();
    Err(no)
}
