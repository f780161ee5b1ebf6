//! Rankings: who is equal shares a rank, and what is too small to be ranked stands apart with the reason.

use crate::visit::Ratio;
use std::cmp::Ordering;

words! {
    /// What units are ranked by, most first.
    By {
        /// Findings that are open.
        OpenFindings = "open_findings",
        /// Items that are not fine, of those judged.
        FailingItems = "failing_items",
    }
}

words! {
    /// Why something is not ranked.
    Unranked {
        /// Nobody inspected it.
        NotInspected = "not_inspected",
        /// It was visited, and no item was judged.
        NothingJudged = "nothing_judged",
        /// Fewer were judged, or looked at again, than were asked for.
        TooFew = "too_few",
    }
}

impl By {
    /// On how much a rank must rest where nobody says: a count needs something judged, a share enough to be one.
    #[must_use]
    pub fn usual_least(self) -> u32 {
        match self {
            Self::OpenFindings => 1,
            Self::FailingItems => 5,
        }
    }
}

/// What something is ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A number of things.
    Count(u32),
    /// A part of a whole, which is not 0 where it is ranked.
    Share(Ratio),
}

impl Measure {
    /// Compared exactly: a rounded percent would make equal what is not.
    fn order(self, other: Self) -> Ordering {
        let parts = |measure| match measure {
            Self::Count(count) => (u64::from(count), 1),
            Self::Share(of) => (u64::from(of.numerator), u64::from(of.denominator)),
        };
        let ((a, whole_a), (b, whole_b)) = (parts(self), parts(other));
        (a * whole_b).cmp(&(b * whole_a))
    }
}

/// Something with its rank: one more than the number of those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked<T> {
    /// From 1; equals share one, and the next comes after all of them.
    pub rank: u32,
    /// What is ranked.
    pub of: T,
}

/// Ranks by a measure, most first. Equals keep the order they are given in, so that each reading shows the same.
#[must_use]
pub fn ranked<T>(mut all: Vec<T>, measure: impl Fn(&T) -> Measure) -> Vec<Ranked<T>> {
    all.sort_by(|a, b| measure(b).order(measure(a)));
    let mut ranked: Vec<Ranked<T>> = Vec::with_capacity(all.len());
    for of in all {
        let equal = ranked.last().filter(|last| measure(&last.of).order(measure(&of)).is_eq());
        let next = u32::try_from(ranked.len() + 1).unwrap_or(u32::MAX);
        let rank = equal.map_or(next, |last| last.rank);
        ranked.push(Ranked { rank, of });
    }
    ranked
}

/// Whether a rank that rests on so much would say something.
///
/// # Errors
/// Why not.
pub fn rankable(rests_on: u32, least: u32) -> Result<(), Unranked> {
    match rests_on {
        0 => Err(Unranked::NothingJudged),
        few if few < least => Err(Unranked::TooFew),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(numerator: u32, denominator: u32) -> Measure {
        Measure::Share(Ratio { numerator, denominator })
    }

    fn ranks(measures: &[Measure]) -> Vec<(u32, usize)> {
        let all: Vec<(usize, Measure)> = measures.iter().copied().enumerate().collect();
        ranked(all, |(_, measure)| *measure).into_iter().map(|r| (r.rank, r.of.0)).collect()
    }

    /// S2: CON-G01, OSS-D02, CIT-P02, OSS-E01 by how often they were found again.
    #[test]
    fn shares_are_ranked_most_first() {
        let of_eleven = [3, 0, 5, 2].map(|part| share(part, 11));
        assert_eq!(ranks(&of_eleven), [(1, 2), (2, 0), (3, 3), (4, 1)]);
    }

    #[test]
    fn equals_share_a_rank_and_keep_their_order() {
        let counts = [2, 1, 2, 0, 1].map(Measure::Count);
        assert_eq!(ranks(&counts), [(1, 0), (1, 2), (3, 1), (3, 4), (5, 3)]);
        assert_eq!(ranks(&[share(1, 3), share(2, 6)]), [(1, 0), (1, 1)]);
        // Both are 33.33 % when rounded.
        assert_eq!(ranks(&[share(33_332, 100_000), share(1, 3)]), [(1, 1), (2, 0)]);
    }

    #[test]
    fn what_rests_on_too_little_is_not_ranked() {
        assert_eq!(rankable(0, 5), Err(Unranked::NothingJudged));
        assert_eq!(rankable(4, 5), Err(Unranked::TooFew));
        assert_eq!(rankable(5, 5), Ok(()));
        assert_eq!(rankable(0, 0), Err(Unranked::NothingJudged), "nothing is never enough");
    }

    proptest! {
        #[test]
        fn a_rank_counts_those_before(counts in prop::collection::vec(0_u32..6, 0..40)) {
            let all = ranked(counts.clone(), |count| Measure::Count(*count));
            for one in &all {
                let before = counts.iter().filter(|count| **count > one.of).count();
                prop_assert_eq!(usize::try_from(one.rank).unwrap_or(0), before + 1);
            }
            prop_assert_eq!(all.len(), counts.len());
        }
    }
}
