//! Overlap: two campaigns at one unit in the same week, and how much is asked of a unit.

use crate::ids::UnitId;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Two visits fewer than this many days apart overlap (source: a supervision of the same commune in the same week).
pub const DAYS_APART: i64 = 7;

/// Where and when somebody comes, and under which campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch<C, V> {
    /// Under which campaign.
    pub campaign: C,
    /// Which visit.
    pub visit: V,
    /// Where.
    pub unit: UnitId,
    /// First and last day.
    pub days: (Date, Date),
}

impl<C, V> Stretch<C, V> {
    /// Whole days between two stretches; 0 where they touch or overlap.
    fn apart<D, W>(&self, other: &Stretch<D, W>) -> i64 {
        let gap = |end: Date, start: Date| i64::from(end.until(start).map_or(0, |span| span.get_days()));
        gap(self.days.1, other.days.0).max(gap(other.days.1, self.days.0)).max(0)
    }

    /// Whether both come to one unit in the same week.
    #[must_use]
    pub fn overlaps<D, W>(&self, other: &Stretch<D, W>) -> bool {
        self.unit == other.unit && self.apart(other) < DAYS_APART
    }
}

/// Two campaigns that come to one unit in the same week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap<C, V> {
    /// Where.
    pub unit: UnitId,
    /// The other campaign.
    pub other: C,
    /// Own visits that meet one of the other, each once.
    pub own: Vec<V>,
    /// The other's visits that meet one of the own, each once.
    pub theirs: Vec<V>,
    /// First and last day of the other's visits there.
    pub days: (Date, Date),
}

/// Compares visits of one campaign with those of others: one entry for each unit and other campaign.
#[must_use]
pub fn overlaps<C: Copy + Ord, V: Copy + PartialEq>(
    own: &[Stretch<C, V>],
    others: &[Stretch<C, V>],
) -> Vec<Overlap<C, V>> {
    let mut found: BTreeMap<(UnitId, C), Overlap<C, V>> = BTreeMap::new();
    for visit in own {
        let meets = |other: &&Stretch<C, V>| other.campaign != visit.campaign && visit.overlaps(other);
        for other in others.iter().filter(meets) {
            let entry = found.entry((visit.unit, other.campaign)).or_insert_with(|| Overlap {
                unit: visit.unit,
                other: other.campaign,
                own: Vec::new(),
                theirs: Vec::new(),
                days: other.days,
            });
            entry.days = (entry.days.0.min(other.days.0), entry.days.1.max(other.days.1));
            if !entry.own.contains(&visit.visit) {
                entry.own.push(visit.visit);
            }
            if !entry.theirs.contains(&other.visit) {
                entry.theirs.push(other.visit);
            }
        }
    }
    found.into_values().collect()
}

/// What inspections ask of one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Burden {
    /// How often somebody comes.
    pub visits: u32,
    /// On how many days somebody is there.
    pub days: u32,
    /// Under how many campaigns.
    pub campaigns: u32,
}

/// Counts what is asked of each unit.
#[must_use]
pub fn burden<C: Copy + Ord, V>(all: &[Stretch<C, V>]) -> BTreeMap<UnitId, Burden> {
    let mut seen: BTreeMap<UnitId, (u32, BTreeSet<Date>, BTreeSet<C>)> = BTreeMap::new();
    for stretch in all {
        let (visits, days, campaigns) = seen.entry(stretch.unit).or_default();
        *visits += 1;
        campaigns.insert(stretch.campaign);
        let mut day = stretch.days.0;
        while day <= stretch.days.1 {
            days.insert(day);
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    seen.into_iter()
        .map(|(unit, (visits, days, campaigns))| {
            (unit, Burden { visits, days: count(days.len()), campaigns: count(campaigns.len()) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn stretch(campaign: u8, visit: u32, unit: u128, (day, long): (i32, i32)) -> Stretch<u8, u32> {
        let from = Date::constant(2021, 9, 1).saturating_add(jiff::Span::new().days(day));
        let to = from.saturating_add(jiff::Span::new().days(long));
        Stretch { campaign, visit, unit: UnitId(Uuid::from_u128(unit)), days: (from, to) }
    }

    /// N05, N06: two drafts at the same six communes.
    #[test]
    fn two_drafts_at_six_communes_overlap_six_times() {
        let visits = |campaign| -> Vec<_> {
            (0_u8..6).map(|n| stretch(campaign, n.into(), n.into(), (27 + i32::from(n) / 2, 0))).collect()
        };
        let (own, other) = (visits(1), visits(2));
        assert_eq!(overlaps(&own, &other).len(), 6);
        assert_eq!(overlaps(&own, &own), Vec::new(), "a campaign does not overlap itself");
        let both: Vec<_> = own.into_iter().chain(other).collect();
        let asked = burden(&both);
        assert!(asked.values().all(|b| *b == Burden { visits: 2, days: 1, campaigns: 2 }));
    }

    /// X13: a supervision group on the same commune in the same week.
    #[test]
    fn the_same_week_is_warned_about_and_the_week_after_is_not() {
        let own = [stretch(1, 1, 1, (0, 1))];
        assert_eq!(overlaps(&own, &[stretch(2, 2, 1, (7, 0))]).len(), 1);
        assert_eq!(overlaps(&own, &[stretch(2, 2, 1, (8, 0))]).len(), 0);
        assert_eq!(overlaps(&own, &[stretch(2, 2, 2, (0, 0))]).len(), 0, "another unit");
    }

    proptest! {
        #[test]
        fn what_overlaps_overlaps_from_both_sides(a in (0_i32..40, 0_i32..9), b in (0_i32..40, 0_i32..9)) {
            let (a, b) = ([stretch(1, 1, 1, a)], [stretch(2, 2, 1, b)]);
            prop_assert_eq!(overlaps(&a, &b).len(), overlaps(&b, &a).len());
        }
    }
}
