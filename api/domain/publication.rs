//! Totals that an owner makes public: counted once, told to everybody, with nothing in them that is small enough to name
//! somebody.

use crate::campaign::CampaignState;
use crate::campaign::round::TargetClass;
use crate::ids::{AccountId, CampaignId, OwnerId, PublicationId};
use crate::refusal::{Kind, Refusal};
use crate::template::Bilingual;
use crate::text;
use crate::visit::Ratio;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Fewest things behind a number that everybody is told: less than these could be known by name.
pub const FEWEST: u32 = 5;

/// A count as everybody may know it: none at all, or [`FEWEST`] and more.
#[must_use]
pub fn told(count: u32) -> Option<u32> {
    (count == 0 || count >= FEWEST).then_some(count)
}

/// A share as everybody may know it: neither its part nor its whole is small.
#[must_use]
pub fn told_share(of: Ratio) -> Option<Ratio> {
    (of.denominator >= FEWEST && told(of.numerator).is_some()).then_some(of)
}

/// Units of one sort that were inspected, of all there were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfClass {
    /// Which sort.
    pub class: TargetClass,
    /// How many.
    pub inspected: Ratio,
}

/// At how many units an item was not fine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfItem {
    /// Code of the checklist.
    pub template: String,
    /// Code of the item.
    pub item: String,
    /// What was asked.
    pub question: Bilingual,
    /// Of the units where it was judged; `None` where that would be a small number.
    pub failing: Option<Ratio>,
}

/// What everybody is told. A number that is `None` is from 1 to 4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Visits that were handed in and are no secret.
    pub visits: Option<u32>,
    /// Units that were visited.
    pub units: Option<u32>,
    /// Sorts of which there are [`FEWEST`] units at least.
    pub coverage: Vec<OfClass>,
    /// Findings that were confirmed.
    pub confirmed: Option<u32>,
    /// Those that are open.
    pub open: Option<u32>,
    /// The critical ones among the confirmed.
    pub critical: Option<u32>,
    /// Strengths.
    pub strengths: Option<u32>,
    /// Actions that were issued.
    pub issued: Option<u32>,
    /// Those that were verified.
    pub verified: Option<u32>,
    /// Those that are late.
    pub overdue: Option<u32>,
    /// Items that were judged at [`FEWEST`] units at least.
    pub items: Vec<OfItem>,
}

/// Taken back: nobody is told any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Why.
    pub because: String,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Totals that were made public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Which.
    pub id: PublicationId,
    /// Whose.
    pub owner: OwnerId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What everybody reads above them.
    pub title: String,
    /// The day whose units count, and by which what is late goes.
    pub as_of: Date,
    /// The numbers.
    pub totals: Totals,
    /// Who made them public.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Taken back, if it was.
    pub withdrawn: Option<Withdrawal>,
}

impl Publication {
    /// Takes it back.
    ///
    /// # Errors
    /// `publication.withdrawn` where it was before; `publication.text` without a reason.
    pub fn withdraw(&mut self, because: &str, by: AccountId, at: Timestamp) -> Result<(), Refusal> {
        if self.withdrawn.is_some() {
            let detail = "These totals were taken back before.";
            return Err(Refusal::new(Kind::Conflict, "publication.withdrawn", detail));
        }
        let because = text::required(because, 1000)
            .map_err(|why| Refusal::field("/reason", "publication.text", why))?;
        self.withdrawn = Some(Withdrawal { because, by, at });
        Ok(())
    }
}

/// Reads what everybody is to read above the totals.
///
/// # Errors
/// `publication.text`.
pub fn title(said: &str) -> Result<String, Refusal> {
    text::required(said, 300).map_err(|why| Refusal::field("/title", "publication.text", why))
}

/// Refuses to tell of a campaign while somebody may still be on the way.
///
/// # Errors
/// `publication.fieldwork-open`.
pub fn publishable(state: CampaignState) -> Result<(), Refusal> {
    if matches!(state, CampaignState::FieldworkClosed | CampaignState::Concluded | CampaignState::Closed) {
        return Ok(());
    }
    let detail = "Totals are made public once the fieldwork of their campaign is over.";
    Err(Refusal::new(Kind::Conflict, "publication.fieldwork-open", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_name_somebody_is_not_told() {
        assert_eq!([0, 1, 4, 5, 31].map(told), [Some(0), None, None, Some(5), Some(31)]);
        let of = |numerator, denominator| Ratio { numerator, denominator };
        for (share, is_told) in [
            (of(13, 17), true),
            (of(0, 17), true),
            (of(17, 17), true),
            (of(4, 17), false),
            (of(1, 17), false),
            (of(0, 4), false),
            (of(4, 4), false),
            (of(0, 0), false),
        ] {
            assert_eq!(told_share(share), is_told.then_some(share), "{share:?}");
        }
    }

    #[test]
    fn nothing_is_told_while_somebody_may_be_on_the_way() {
        use CampaignState::{Closed, Concluded, FieldworkClosed};
        let may: Vec<CampaignState> =
            CampaignState::ALL.into_iter().filter(|state| publishable(*state).is_ok()).collect();
        assert_eq!(may, [FieldworkClosed, Concluded, Closed]);
    }

    proptest! {
        #[test]
        fn no_number_from_one_to_four_is_ever_told(numerator in 0_u32..30, more in 0_u32..30) {
            let share = Ratio { numerator, denominator: numerator + more };
            if let Some(of) = told_share(share) {
                prop_assert!(!(1..FEWEST).contains(&of.numerator) && of.denominator >= FEWEST);
            }
        }
    }
}
