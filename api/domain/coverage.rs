//! Coverage: which of the units that exist on a day were inspected, first and again.

use crate::campaign::round::TargetClass;
use crate::ids::UnitId;
use crate::visit::{Kind, Ratio};
use std::collections::{HashMap, HashSet};

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

/// Visits of one kind at one unit that were handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where.
    pub unit: UnitId,
    /// How they came.
    pub kind: Kind,
    /// How many.
    pub visits: u32,
}

words! {
    /// How far a unit was inspected.
    LookedAt {
        /// At least once.
        First = "first",
        /// Again.
        Again = "again",
        /// First and again.
        Both = "both",
        /// Never.
        Never = "never",
        /// Visited in any way, a session or another look too.
        Visited = "visited",
    }
}

/// A unit behind the figures: how often it was inspected, first and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visited {
    /// The unit.
    pub place: Place,
    /// First inspections.
    pub first: u32,
    /// Other looks.
    pub again: u32,
    /// Visits of every kind.
    pub visits: u32,
}

impl Visited {
    /// Each unit of a day with its visits, in the order given.
    #[must_use]
    pub fn of(places: Vec<Place>, visits: &[Made]) -> Vec<Self> {
        let mut by_unit: HashMap<UnitId, (u32, u32, u32)> = HashMap::new();
        for of in visits {
            let (first, again, all) = by_unit.entry(of.unit).or_default();
            *all += of.visits;
            match of.kind {
                Kind::ReInspection => *again += of.visits,
                kind if inspects(kind) => *first += of.visits,
                _ => {}
            }
        }
        let counted = |place: Place| {
            let (first, again, visits) = by_unit.get(&place.unit).copied().unwrap_or_default();
            Self { place, first, again, visits }
        };
        places.into_iter().map(counted).collect()
    }

    /// Whether it is one of these.
    #[must_use]
    pub fn was(&self, looked_at: LookedAt) -> bool {
        match looked_at {
            LookedAt::First => self.first > 0,
            LookedAt::Again => self.again > 0,
            LookedAt::Both => self.first > 0 && self.again > 0,
            LookedAt::Never => self.first == 0,
            LookedAt::Visited => self.visits > 0,
        }
    }
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

/// The kinds of visit that are an inspection of their own.
#[must_use]
pub fn inspecting() -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| inspects(*kind)).collect()
}

impl Coverage {
    /// Counts visits against the units of a day.
    #[must_use]
    pub fn count(places: &[Place], visits: &[Made]) -> Self {
        let of_kind = |kind: Kind| visits.iter().filter(|v| v.kind == kind).map(|v| v.visits).sum();
        let visited = Visited::of(places.to_vec(), visits);
        let classes = TargetClass::ALL.into_iter().filter_map(|class| {
            let of: Vec<&Visited> = visited.iter().filter(|unit| unit.place.class == class).collect();
            let were = |how| of.iter().filter(|unit| unit.was(how)).count();
            let ratio = |part, whole| Ratio { numerator: count(part), denominator: count(whole) };
            let never = of.iter().filter(|unit| unit.was(LookedAt::Never));
            (!of.is_empty()).then(|| OfClass {
                class,
                first_inspection: ratio(were(LookedAt::First), of.len()),
                not_covered: never.map(|unit| unit.place.clone()).collect(),
                again_of_all: ratio(were(LookedAt::Again), of.len()),
                again_of_inspected: ratio(were(LookedAt::Both), were(LookedAt::First)),
            })
        });
        let units: HashSet<UnitId> = visits.iter().map(|of| of.unit).collect();
        Self {
            visits: visits.iter().map(|of| of.visits).sum(),
            kinds: Kind::ALL.into_iter().map(|kind| (kind, of_kind(kind))).filter(|(_, n)| *n > 0).collect(),
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

    fn made(n: u128, kind: Kind) -> Made {
        Made { unit: UnitId(Uuid::from_u128(n)), kind, visits: 1 }
    }

    fn figures(ratio: Ratio) -> (u32, u32, Option<u64>) {
        (ratio.numerator, ratio.denominator, ratio.basis_points())
    }

    /// X07 to X12: 28 communes, 12 agencies, 5 service units.
    #[test]
    fn four_rounds_are_counted_as_their_report_says() {
        let mut places: Vec<Place> = (0..28).map(|n| place(n, TargetClass::Commune)).collect();
        places.extend((100..112).map(|n| place(n, TargetClass::Agency)));
        places.extend((200..205).map(|n| place(n, TargetClass::ServiceUnit)));
        let mut visits: Vec<Made> =
            (0..25).chain(100..112).chain(200..205).map(|n| made(n, Kind::Planned)).collect();
        visits.extend((0..11).map(|n| made(n, Kind::ReInspection)));
        let coverage = Coverage::count(&places, &visits);
        assert_eq!((coverage.visits, coverage.distinct_units), (53, 42));
        assert_eq!(coverage.kinds, [(Kind::Planned, 42), (Kind::ReInspection, 11)]);
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
                .filter_map(|(n, kind)| Some(made(*n, *Kind::ALL.get(*kind)?)))
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
