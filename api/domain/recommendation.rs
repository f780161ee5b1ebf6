//! Recommendations (kiến nghị): what a team asks of somebody without saying that anything was wrong.

use crate::ids::{AccountId, CampaignId, OwnerId, RecommendationId, UnitId, VisitId};
use crate::refusal::Refusal;
use crate::text;
use crate::visit::rule;
use jiff::Timestamp;

/// Most addressees of one recommendation.
pub const MOST_ADDRESSEES: usize = 500;

/// Whom it is addressed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Which unit.
    pub unit: UnitId,
    /// Its printed path on the day it was made.
    pub path: String,
}

/// What a team asks of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Random.
    pub id: RecommendationId,
    /// Whose campaign.
    pub owner: OwnerId,
    /// Under which campaign.
    pub campaign: CampaignId,
    /// From which visit.
    pub visit: VisitId,
    /// What is asked.
    pub text: String,
    /// Of whom.
    pub addressees: Vec<Addressee>,
    /// Who entered it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Reads what is asked.
///
/// # Errors
/// `recommendation.text`.
pub fn asked(raw: &str) -> Result<String, Refusal> {
    text::required(raw, 4000).map_err(|why| rule("recommendation.text", "/text", &format!("The text {why}.")))
}

/// Refuses a recommendation to nobody, or to too many.
///
/// # Errors
/// `recommendation.addressees`.
pub fn addressed(units: &[UnitId]) -> Result<Vec<UnitId>, Refusal> {
    let mut known = units.to_vec();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || units.len() > MOST_ADDRESSEES {
        let detail = format!("A recommendation has 1 to {MOST_ADDRESSEES} addressees.");
        return Err(rule("recommendation.addressees", "/addressees", &detail));
    }
    Ok(known)
}
