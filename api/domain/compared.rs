//! Comparing a share with the one of an earlier period.

use crate::visit::Ratio;
use std::cmp::Ordering;

/// A measured part of a measured whole, in millionths of what was measured: sums of many answers, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The part.
    pub part: i128,
    /// The whole.
    pub whole: i128,
}

words! {
    /// How a share compares with the earlier one.
    Change {
        /// Smaller than before.
        Lower = "lower",
        /// Larger than before.
        Higher = "higher",
        /// As before.
        Same = "same",
        /// There is nothing to compare with.
        NotComparable = "na",
    }
}

impl Measured {
    /// Percent in hundredths, half up; `None` of nothing.
    #[must_use]
    pub fn basis_points(self) -> Option<i128> {
        (self.whole > 0).then(|| (self.part * 20_000 + self.whole).div_euclid(self.whole * 2))
    }

    /// How it compares with an earlier one, exactly: rounded percents may be equal where the shares are not.
    #[must_use]
    pub fn against(self, earlier: Self) -> Change {
        if self.whole <= 0 || earlier.whole <= 0 {
            return Change::NotComparable;
        }
        match (self.part * earlier.whole).cmp(&(earlier.part * self.whole)) {
            Ordering::Less => Change::Lower,
            Ordering::Greater => Change::Higher,
            Ordering::Equal => Change::Same,
        }
    }

    /// Hundredths of a percentage point between the rounded percents, so that the difference of what is read is what is
    /// read; `None` where there is nothing to compare with.
    #[must_use]
    pub fn points_since(self, earlier: Self) -> Option<i128> {
        Some(self.basis_points()? - earlier.basis_points()?)
    }
}

impl From<Ratio> for Measured {
    fn from(of: Ratio) -> Self {
        Self { part: i128::from(of.numerator) * 1_000_000, whole: i128::from(of.denominator) * 1_000_000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(numerator: u32, denominator: u32) -> Measured {
        Ratio { numerator, denominator }.into()
    }

    /// N11: 1.80 % of the dossiers are overdue, against 2.40 % in the same period of the year before.
    #[test]
    fn a_share_is_compared_with_the_year_before() {
        let (now, before) = (share(9, 500), share(12, 500));
        assert_eq!((now.basis_points(), before.basis_points()), (Some(180), Some(240)));
        assert_eq!((now.against(before), now.points_since(before)), (Change::Lower, Some(-60)));
        assert_eq!((before.against(now), before.points_since(now)), (Change::Higher, Some(60)));
        assert_eq!(now.against(share(18, 1000)), Change::Same);
        assert_eq!((now.against(share(0, 0)), now.points_since(share(0, 0))), (Change::NotComparable, None));
    }

    #[test]
    fn shares_that_round_alike_are_still_told_apart() {
        let (less, more) = (share(33_332, 100_000), share(1, 3));
        assert_eq!((less.against(more), less.points_since(more)), (Change::Lower, Some(0)));
    }
}
