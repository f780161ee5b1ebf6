//! How many units are not fine at an item, and at several together: counted by unit, whatever the number of visits.

use crate::ids::UnitId;
use crate::visit::Ratio;
use std::collections::BTreeSet;

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

/// Several items over the units where all of them were assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// Not fine at every one of them.
    pub at_all: Ratio,
    /// Not fine at this one alone, in the order given.
    pub at_one_alone: Vec<(String, Ratio)>,
}

/// Counts items together; `None` for fewer than two.
#[must_use]
pub fn together(items: &[ItemShare]) -> Option<Together> {
    let (first, rest) = items.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let assessed = |item: &ItemShare| -> BTreeSet<UnitId> { &item.failing | &item.passing };
    let everywhere = rest.iter().fold(assessed(first), |common, item| &common & &assessed(item));
    let ratio = |units: &BTreeSet<UnitId>| Ratio {
        numerator: count(&(units & &everywhere)),
        denominator: count(&everywhere),
    };
    let at_all = rest.iter().fold(first.failing.clone(), |common, item| &common & &item.failing);
    let alone = items.iter().enumerate().map(|(n, item)| {
        let others = items.iter().enumerate().filter(|(m, _)| *m != n);
        let only = others.fold(item.failing.clone(), |left, (_, other)| &left - &other.failing);
        (item.item.clone(), ratio(&only))
    });
    Some(Together { at_all: ratio(&at_all), at_one_alone: alone.collect() })
}

/// The word for a share, which follows from its counts and is never typed: less than 30 % is `một số`, to 50 % `nhiều`,
/// more `phần lớn`, all `tất cả`; `None` for none of them, or of nothing.
#[must_use]
pub fn how_many(share: Ratio) -> Option<&'static str> {
    if share.numerator == 0 || share.denominator == 0 {
        return None;
    }
    if share.numerator >= share.denominator {
        return Some("tất cả");
    }
    // Compared as counts: a rounded percent could move a share over a limit.
    let (part, whole) = (u64::from(share.numerator) * 100, u64::from(share.denominator));
    Some(if part < whole * 30 {
        "một số"
    } else if part <= whole * 50 {
        "nhiều"
    } else {
        "phần lớn"
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
        let both = together(&[set.clone(), list]);
        let of = |numerator| Ratio { numerator, denominator: 17 };
        let alone = vec![("OSS-D02".to_owned(), of(9)), ("OSS-D03".to_owned(), of(0))];
        assert_eq!(both, Some(Together { at_all: of(4), at_one_alone: alone }));
        assert_eq!(together(&[set]), None);
    }

    #[test]
    fn words_for_shares_follow_from_counts() {
        let word = |numerator, denominator| how_many(Ratio { numerator, denominator });
        assert_eq!(word(0, 17), None);
        assert_eq!(word(0, 0), None);
        assert_eq!(word(4, 17), Some("một số"));
        assert_eq!(word(3, 10), Some("nhiều"));
        assert_eq!(word(11, 22), Some("nhiều"));
        assert_eq!(word(13, 17), Some("phần lớn"));
        assert_eq!(word(28, 28), Some("tất cả"));
        // 29.997 % rounds to 30.00 and is less all the same.
        assert_eq!(word(2_999_700, 10_000_000), Some("một số"));
    }

    #[test]
    fn a_unit_that_was_not_asked_one_of_them_is_not_counted_together() {
        let one = item("A", units(0..3), units(3..6));
        let other = item("B", units(1..2), units(2..4));
        let counted = together(&[one, other]);
        assert_eq!(counted.map(|both| both.at_all), Some(Ratio { numerator: 1, denominator: 3 }));
    }
}
