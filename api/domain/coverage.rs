//! Coverage: which of the units that exist on a day were inspected, first and again.

use crate::campaign::round::TargetClass;
use crate::ids::{RoundId, UnitId};
use crate::visit::{Kind, Ratio};
use std::collections::{BTreeMap, HashSet};

/// A unit that exists on the day of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// Its name on that day.
    pub name: String,
    /// What it counts as.
    pub class: TargetClass,
}

/// A visit that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where.
    pub unit: UnitId,
    /// How it came.
    pub kind: Kind,
    /// In which round, if in any.
    pub round: Option<RoundId>,
}

/// Coverage of one class of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfClass {
    /// Which class.
    pub class: TargetClass,
    /// Inspected at least once, of all.
    pub first_inspection: Ratio,
    /// Never inspected, in the order given.
    pub not_covered: Vec<Place>,
    /// Inspected again, of all.
    pub again_of_all: Ratio,
    /// Inspected again, of those inspected before.
    pub again_of_inspected: Ratio,
}

/// The figures of a coverage report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Every visit, wherever its unit is now.
    pub visits: u32,
    /// Visits by kind.
    pub kinds: Vec<(Kind, u32)>,
    /// Visits by round; those of none are left out.
    pub rounds: BTreeMap<RoundId, u32>,
    /// Units visited at least once, each once.
    pub distinct_units: u32,
    /// One entry for each class that has units on the day.
    pub classes: Vec<OfClass>,
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Whether a visit of this kind is an inspection of its own: a session is none, and another look is counted apart.
fn inspects(kind: Kind) -> bool {
    matches!(kind, Kind::Planned | Kind::Surprise)
}

impl Coverage {
    /// Counts visits against the units of a day.
    #[must_use]
    pub fn count(places: &[Place], visits: &[Made]) -> Self {
        let first: HashSet<UnitId> = visits.iter().filter(|v| inspects(v.kind)).map(|v| v.unit).collect();
        let again: HashSet<UnitId> =
            visits.iter().filter(|v| v.kind == Kind::ReInspection).map(|v| v.unit).collect();
        let mut rounds: BTreeMap<RoundId, u32> = BTreeMap::new();
        for round in visits.iter().filter_map(|visit| visit.round) {
            *rounds.entry(round).or_default() += 1;
        }
        let of_kind = |kind: Kind| count(visits.iter().filter(|visit| visit.kind == kind).count());
        let classes = TargetClass::ALL.into_iter().filter_map(|class| {
            let of: Vec<&Place> = places.iter().filter(|place| place.class == class).collect();
            let inspected = of.iter().filter(|place| first.contains(&place.unit)).count();
            let twice = of.iter().filter(|place| again.contains(&place.unit)).count();
            let both = of.iter().filter(|p| again.contains(&p.unit) && first.contains(&p.unit)).count();
            let ratio = |part, whole| Ratio { numerator: count(part), denominator: count(whole) };
            (!of.is_empty()).then(|| OfClass {
                class,
                first_inspection: ratio(inspected, of.len()),
                not_covered: of.iter().filter(|p| !first.contains(&p.unit)).map(|p| (*p).clone()).collect(),
                again_of_all: ratio(twice, of.len()),
                again_of_inspected: ratio(both, inspected),
            })
        });
        let units: HashSet<UnitId> = visits.iter().map(|visit| visit.unit).collect();
        Self {
            visits: count(visits.len()),
            kinds: Kind::ALL.into_iter().map(|kind| (kind, of_kind(kind))).filter(|(_, n)| *n > 0).collect(),
            rounds,
            distinct_units: count(units.len()),
            classes: classes.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn place(n: u128, class: TargetClass) -> Place {
        Place { unit: UnitId(Uuid::from_u128(n)), name: format!("Xã {n}"), class }
    }

    fn made(n: u128, kind: Kind, round: u128) -> Made {
        Made { unit: UnitId(Uuid::from_u128(n)), kind, round: Some(RoundId(Uuid::from_u128(round))) }
    }

    fn figures(ratio: Ratio) -> (u32, u32, Option<u64>) {
        (ratio.numerator, ratio.denominator, ratio.basis_points())
    }

    /// X07 to X12: four rounds, 28 communes, 12 agencies, 5 service units.
    #[test]
    fn four_rounds_are_counted_as_their_report_says() {
        let mut places: Vec<Place> = (0..28).map(|n| place(n, TargetClass::Commune)).collect();
        places.extend((100..112).map(|n| place(n, TargetClass::Agency)));
        places.extend((200..205).map(|n| place(n, TargetClass::ServiceUnit)));
        let mut visits: Vec<Made> = (0..13).map(|n| made(n, Kind::Planned, 1)).collect();
        visits.extend((13..25).map(|n| made(n, Kind::Planned, 2)));
        visits.extend((100..112).chain(200..205).map(|n| made(n, Kind::Planned, 3)));
        visits.extend((0..11).map(|n| made(n, Kind::ReInspection, 4)));
        let coverage = Coverage::count(&places, &visits);
        assert_eq!((coverage.visits, coverage.distinct_units), (53, 42));
        assert_eq!(coverage.rounds.values().copied().collect::<Vec<_>>(), [13, 12, 17, 11]);
        let [communes, agencies, service_units] = coverage.classes.as_slice() else {
            unreachable!("three classes")
        };
        assert_eq!(figures(communes.first_inspection), (25, 28, Some(8929)));
        assert_eq!(communes.not_covered.len(), 3);
        assert_eq!(figures(communes.again_of_all), (11, 28, Some(3929)));
        assert_eq!(figures(communes.again_of_inspected), (11, 25, Some(4400)));
        assert_eq!(figures(agencies.first_inspection), (12, 12, Some(10_000)));
        assert_eq!(figures(service_units.first_inspection), (5, 5, Some(10_000)));
    }

    proptest! {
        #[test]
        fn covered_and_not_covered_are_everything(seen in prop::collection::vec((0_u128..12, 0_usize..4), 0..30)) {
            let places: Vec<Place> = (0..10).map(|n| place(n, TargetClass::Commune)).collect();
            let visits: Vec<Made> = seen
                .iter()
                .filter_map(|(n, kind)| Some(made(*n, *Kind::ALL.get(*kind)?, 1)))
                .collect();
            for class in Coverage::count(&places, &visits).classes {
                prop_assert_eq!(
                    class.first_inspection.numerator + count(class.not_covered.len()),
                    class.first_inspection.denominator
                );
                prop_assert!(class.again_of_inspected.numerator <= class.again_of_all.numerator);
            }
        }
    }
}
