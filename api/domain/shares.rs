//! How many units are not fine at an item, and at several together: counted by unit, whatever the number of visits.

use crate::ids::UnitId;
use crate::visit::Ratio;
use std::collections::{BTreeMap, BTreeSet};

/// One item over the units where it was assessed. A unit counts once, by its latest assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemShare {
    /// Code of the checklist.
    pub template: String,
    /// Code of the item.
    pub item: String,
    /// How many units were assessed; those where it does not apply are none.
    pub assessed: u32,
    /// Units that earn less than full credit.
    pub failing: BTreeSet<UnitId>,
    /// Units that earn all of it; told apart only where the item was asked for by name.
    pub passing: BTreeSet<UnitId>,
}

impl ItemShare {
    /// Not fine, of all that were assessed.
    #[must_use]
    pub fn failing(&self) -> Ratio {
        Ratio { numerator: count(&self.failing), denominator: self.assessed }
    }

    /// Fine, of all that were assessed.
    #[must_use]
    pub fn passing(&self) -> Ratio {
        Ratio { numerator: self.assessed.saturating_sub(count(&self.failing)), denominator: self.assessed }
    }
}

/// Several items over the units where all of them were assessed, perhaps none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// The codes, each once, in the order given.
    pub codes: Vec<String>,
    /// Each unit where all were assessed, with the codes that are not fine there, in that order.
    pub units: BTreeMap<UnitId, Vec<String>>,
}

/// Which units of several items together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Where all were assessed.
    Assessed,
    /// Where none of them is fine.
    AtAll,
    /// Where this one alone is not fine.
    AtOneAlone(String),
}

impl Together {
    /// Not fine at every one of them.
    #[must_use]
    pub fn at_all(&self) -> Ratio {
        self.share(&Which::AtAll)
    }

    /// Not fine at this one alone, in the order of the codes.
    #[must_use]
    pub fn at_one_alone(&self) -> Vec<(String, Ratio)> {
        let alone = |code: &String| (code.clone(), self.share(&Which::AtOneAlone(code.clone())));
        self.codes.iter().map(alone).collect()
    }

    /// Whether a unit where these codes are not fine is one of them.
    #[must_use]
    pub fn is_among(&self, failing: &[String], which: &Which) -> bool {
        match which {
            Which::Assessed => true,
            Which::AtAll => failing.len() == self.codes.len(),
            Which::AtOneAlone(code) => matches!(failing, [only] if only == code),
        }
    }

    fn share(&self, which: &Which) -> Ratio {
        let among = self.units.values().filter(|failing| self.is_among(failing, which));
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ratio { numerator: number(among.count()), denominator: number(self.units.len()) }
    }
}

/// One code over every checklist that asks it.
#[derive(Default)]
struct OfCode {
    failing: BTreeSet<UnitId>,
    assessed: BTreeSet<UnitId>,
}

/// Counts the items of these codes together, whether anybody was asked them or not; `None` for fewer than two codes. A
/// code that stands in several checklists is one item: not fine where one of them found it so.
#[must_use]
pub fn together(items: &[ItemShare], codes: &[String]) -> Option<Together> {
    let mut of_codes: Vec<(&String, OfCode)> = Vec::with_capacity(codes.len());
    for code in codes {
        if of_codes.iter().any(|(known, _)| *known == code) {
            continue;
        }
        let mut of = OfCode::default();
        for item in items.iter().filter(|item| item.item == *code) {
            of.assessed.extend(item.failing.iter().chain(&item.passing));
            of.failing.extend(&item.failing);
        }
        of_codes.push((code, of));
    }
    let ((_, first), rest) = of_codes.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let everywhere = rest.iter().fold(first.assessed.clone(), |common, (_, of)| &common & &of.assessed);
    let failing_at = |unit: &UnitId| {
        let not_fine = of_codes.iter().filter(|(_, of)| of.failing.contains(unit));
        not_fine.map(|(code, _)| (*code).clone()).collect::<Vec<_>>()
    };
    Some(Together {
        codes: of_codes.iter().map(|(code, _)| (*code).clone()).collect(),
        units: everywhere.into_iter().map(|unit| (unit, failing_at(&unit))).collect(),
    })
}

/// How many of all, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMany {
    /// Less than 30 %.
    Some,
    /// 30 to 50 %.
    Many,
    /// More than half.
    Most,
    /// Every one.
    All,
}

impl HowMany {
    /// As notices and reports in Vietnamese say it.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Some => "một số",
            Self::Many => "nhiều",
            Self::Most => "phần lớn",
            Self::All => "tất cả",
        }
    }

    /// As reports in English say it.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Some => "some",
            Self::Many => "many",
            Self::Most => "most",
            Self::All => "all",
        }
    }
}

/// The word for a share, which follows from its counts and is never typed; `None` for none of them, or of nothing.
#[must_use]
pub fn how_many(share: Ratio) -> Option<HowMany> {
    if share.numerator == 0 || share.denominator == 0 {
        return None;
    }
    if share.numerator >= share.denominator {
        return Some(HowMany::All);
    }
    // Compared as counts: a rounded percent could move a share over a limit.
    let (part, whole) = (u64::from(share.numerator) * 100, u64::from(share.denominator));
    Some(if part < whole * 30 {
        HowMany::Some
    } else if part <= whole * 50 {
        HowMany::Many
    } else {
        HowMany::Most
    })
}

fn count(units: &BTreeSet<UnitId>) -> u32 {
    u32::try_from(units.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn units(numbers: impl IntoIterator<Item = u128>) -> BTreeSet<UnitId> {
        numbers.into_iter().map(|n| UnitId(Uuid::from_u128(n))).collect()
    }

    fn item(code: &str, failing: BTreeSet<UnitId>, passing: BTreeSet<UnitId>) -> ItemShare {
        let assessed = count(&failing) + count(&passing);
        ItemShare { template: "OSS".to_owned(), item: code.to_owned(), assessed, failing, passing }
    }

    /// H07, H08: seventeen wards, thirteen without the full set of procedures, four of them by a wrong list, too.
    #[test]
    fn items_are_counted_alone_and_together() {
        let set = item("OSS-D02", units(0..13), units(13..17));
        let list = item("OSS-D03", units(0..4), units(4..17));
        assert_eq!(set.failing(), Ratio { numerator: 13, denominator: 17 });
        assert_eq!(set.passing(), Ratio { numerator: 4, denominator: 17 });
        let named = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let codes = named(&["OSS-D02", "OSS-D03"]);
        let both = together(&[set.clone(), list], &codes);
        let of = |numerator| Ratio { numerator, denominator: 17 };
        let alone = vec![("OSS-D02".to_owned(), of(9)), ("OSS-D03".to_owned(), of(0))];
        let told = |together: Option<Together>| together.map(|of| (of.at_all(), of.at_one_alone()));
        assert_eq!(told(both), Some((of(4), alone)));
        assert_eq!(together(std::slice::from_ref(&set), &named(&["OSS-D02", "OSS-D02"])), None);
        // An item that nobody was asked is one of them all the same: at no unit were both looked at.
        let of_none = |code: &str| (code.to_owned(), Ratio { numerator: 0, denominator: 0 });
        let with_none = together(std::slice::from_ref(&set), &codes);
        let alone = vec![of_none("OSS-D02"), of_none("OSS-D03")];
        assert_eq!(told(with_none), Some((of_none("").1, alone)));
        // One code is one item, though it stands in two checklists.
        let elsewhere = ItemShare { template: "MC".to_owned(), ..set.clone() };
        assert_eq!(together(&[elsewhere, set], &named(&["OSS-D02"])), None);
    }

    #[test]
    fn words_for_shares_follow_from_counts() {
        let word =
            |numerator, denominator| how_many(Ratio { numerator, denominator }).map(HowMany::vietnamese);
        assert_eq!(word(0, 17), None);
        assert_eq!(word(0, 0), None);
        assert_eq!(word(4, 17), Some("một số"));
        assert_eq!(word(3, 10), Some("nhiều"));
        assert_eq!(word(11, 22), Some("nhiều"));
        assert_eq!(word(13, 17), Some("phần lớn"));
        assert_eq!(word(28, 28), Some("tất cả"));
        // 29.997 % rounds to 30.00 and is less all the same.
        assert_eq!(word(2_999_700, 10_000_000), Some("một số"));
        let english = |numerator| how_many(Ratio { numerator, denominator: 10 }).map(HowMany::english);
        assert_eq!(
            [0, 2, 3, 5, 6, 10].map(english),
            [None, Some("some"), Some("many"), Some("many"), Some("most"), Some("all")]
        );
    }

    #[test]
    fn a_unit_that_was_not_asked_one_of_them_is_not_counted_together() {
        let one = item("A", units(0..3), units(3..6));
        let other = item("B", units(1..2), units(2..4));
        let counted = together(&[one, other], &["A".to_owned(), "B".to_owned()]);
        assert_eq!(counted.map(|both| both.at_all()), Some(Ratio { numerator: 1, denominator: 3 }));
    }
}
