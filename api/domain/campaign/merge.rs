//! Two campaigns become one: which visits are joined, and which only change sides.

use crate::ids::{TemplateVersionId, UnitId, VisitId};
use jiff::civil::Date;

/// A visit that is planned, as far as joining goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Which visit.
    pub visit: VisitId,
    /// Where.
    pub unit: UnitId,
    /// First and last day in Vietnam.
    pub days: (Date, Date),
    /// Whether it may be joined: announced, and nobody was told yet.
    pub may_join: bool,
    /// Its checklists, in order.
    pub templates: Vec<TemplateVersionId>,
}

/// Two visits that become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The visit that ends.
    pub ends: VisitId,
    /// The visit that goes on.
    pub goes_on: VisitId,
    /// What the one visit asks from now on: its own checklists, then those of the other that it lacks.
    pub templates: Vec<TemplateVersionId>,
}

/// What joining two campaigns does to their visits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merging {
    /// Pairs at the same unit on the same days.
    pub joined: Vec<Joined>,
    /// Visits of the campaign that ends which go on under the other.
    pub moved: Vec<VisitId>,
}

/// Pairs the visits of the campaign that ends with those of the campaign that goes on: same unit, same days. The
/// rest changes sides.
#[must_use]
pub fn plan(ending: &[Stay], going_on: &[Stay]) -> Merging {
    let mut merging = Merging::default();
    for visit in ending {
        let fits = |other: &&Stay| {
            other.may_join
                && visit.may_join
                && (other.unit, other.days) == (visit.unit, visit.days)
                && merging.joined.iter().all(|pair| pair.goes_on != other.visit)
        };
        match going_on.iter().find(fits) {
            Some(other) => {
                let mut templates = other.templates.clone();
                templates.extend(visit.templates.iter().filter(|id| !other.templates.contains(id)));
                merging.joined.push(Joined { ends: visit.visit, goes_on: other.visit, templates });
            }
            None => merging.moved.push(visit.visit),
        }
    }
    merging
}

/// Topics or goals of two campaigns: those of the first, then those of the second that it lacks.
#[must_use]
pub fn united(first: &[String], second: &[String]) -> Vec<String> {
    let mut all = first.to_vec();
    all.extend(second.iter().filter(|line| !first.contains(line)).cloned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn stay((visit, unit, day, may_join): (u128, u128, i8, bool)) -> Stay {
        let day = Date::constant(2021, 9, 1).saturating_add(jiff::Span::new().days(day));
        let template = TemplateVersionId(Uuid::from_u128(visit % 3));
        let (visit, unit) = (VisitId(Uuid::from_u128(visit)), UnitId(Uuid::from_u128(unit)));
        Stay { visit, unit, days: (day, day), may_join, templates: vec![template] }
    }

    fn stays(first: u128) -> impl Strategy<Value = Vec<Stay>> {
        prop::collection::vec((0_u128..3, 0_i8..3, any::<bool>()), 0..8).prop_map(move |all| {
            let place = |(n, (unit, day, may)): (u128, (u128, i8, bool))| stay((first + n, unit, day, may));
            (0..).zip(all).map(place).collect()
        })
    }

    #[test]
    fn the_same_commune_on_the_same_day_is_visited_once() {
        let own: Vec<Stay> = (0..6).map(|n| stay((n, n, 28, true))).collect();
        let other: Vec<Stay> = (0..6).map(|n| stay((10 + n, n, 28, true))).collect();
        let merging = plan(&other, &own);
        assert_eq!((merging.joined.len(), merging.moved.len()), (6, 0));
        let sealed = stay((20, 0, 28, false));
        assert_eq!(plan(std::slice::from_ref(&sealed), &own).moved, [sealed.visit]);
    }

    proptest! {
        #[test]
        fn every_visit_goes_exactly_one_way(ending in stays(0), going_on in stays(100)) {
            let merging = plan(&ending, &going_on);
            let mut ways: Vec<VisitId> = merging.joined.iter().map(|pair| pair.ends).collect();
            ways.extend(&merging.moved);
            ways.sort_unstable();
            let all: Vec<VisitId> = ending.iter().map(|visit| visit.visit).collect();
            prop_assert_eq!(ways, all);
            let mut targets: Vec<VisitId> = merging.joined.iter().map(|pair| pair.goes_on).collect();
            let pairs = targets.len();
            targets.sort_unstable();
            targets.dedup();
            prop_assert_eq!(targets.len(), pairs);
        }
    }
}
