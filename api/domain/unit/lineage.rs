//! Who stands in a unit's place on a day, and whose place a unit took: successions followed forwards and backwards.

use super::event::Portion;
use crate::ids::{UnitEventId, UnitId};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

/// One succession with the day from which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The event behind it.
    pub event: UnitEventId,
    /// Who gave.
    pub from: UnitId,
    /// Who took.
    pub to: UnitId,
    /// How much of `from`.
    pub portion: Portion,
    /// From which day.
    pub on: Date,
}

/// Somebody at the other end of one or more successions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kin {
    /// The unit.
    pub unit: UnitId,
    /// Whether all of the earlier unit went to the later one: every step of the way was whole.
    pub portion: Portion,
    /// The day of the step that is nearest to `unit`.
    pub on: Date,
    /// The event of that step.
    pub event: UnitEventId,
}

/// Who stands in the place of a unit that ended and went to it as a whole. A matter of the day, never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The unit that is in force.
    pub unit: UnitId,
    /// Its printed path on the day.
    pub path: String,
    /// Every unit above it on the day, nearest first.
    pub ancestors: Vec<UnitId>,
}

fn chained(a: Portion, b: Portion) -> Portion {
    if a == Portion::Whole && b == Portion::Whole { Portion::Whole } else { Portion::Part }
}

/// Who stands in the place of a unit on a day: nobody while it is in force itself, else every unit in force that took
/// over from it, directly or through others that ended meanwhile. Nearest first.
#[must_use]
pub fn heirs(unit: UnitId, day: Date, links: &[Link], in_force: impl Fn(UnitId) -> bool) -> Vec<Kin> {
    if in_force(unit) {
        return Vec::new();
    }
    let mut found: Vec<Kin> = Vec::new();
    follow(
        unit,
        links,
        |link| (link.on <= day).then_some((link.from, link.to)),
        |kin| {
            let is_there = in_force(kin.unit);
            if is_there {
                found.push(kin);
            }
            !is_there
        },
    );
    found
}

/// Whose place a unit had taken by a day, directly or through others, nearest first. Whether the whole of each went to
/// the unit is its `portion`.
#[must_use]
pub fn forebears(unit: UnitId, day: Date, links: &[Link]) -> Vec<Kin> {
    let mut found: Vec<Kin> = Vec::new();
    follow(
        unit,
        links,
        |link| (link.on <= day).then_some((link.to, link.from)),
        |kin| {
            found.push(kin);
            true
        },
    );
    found
}

/// For whom a unit stands on a day besides itself: every unit that ended and went to it as a whole, nearest first. Nobody
/// where it is not in force itself. The other side of [`heirs`].
#[must_use]
pub fn stands_for(unit: UnitId, day: Date, links: &[Link], in_force: impl Fn(UnitId) -> bool) -> Vec<Kin> {
    if !in_force(unit) {
        return Vec::new();
    }
    let mut kin = forebears(unit, day, links);
    kin.retain(|kin| kin.portion == Portion::Whole && !in_force(kin.unit));
    kin
}

/// Walks along links; each unit once, by the way on which it was met first, unless another way of the same length is
/// whole. `ends` gives both ends of a link in walking direction; `visit` says whether to walk on.
fn follow(
    start: UnitId,
    links: &[Link],
    ends: impl Fn(&Link) -> Option<(UnitId, UnitId)>,
    mut visit: impl FnMut(Kin) -> bool,
) {
    let mut by_end: HashMap<UnitId, Vec<(&Link, UnitId)>> = HashMap::new();
    for link in links {
        if let Some((near, far)) = ends(link) {
            by_end.entry(near).or_default().push((link, far));
        }
    }
    let mut seen = HashSet::from([start]);
    let mut edge = vec![(start, Portion::Whole)];
    while !edge.is_empty() {
        let mut next: Vec<Kin> = Vec::new();
        for (near, portion) in &edge {
            for (link, far) in by_end.get(near).into_iter().flatten().filter(|(_, far)| !seen.contains(far)) {
                let portion = chained(*portion, link.portion);
                match next.iter_mut().find(|kin| kin.unit == *far) {
                    Some(known) if portion == Portion::Whole => known.portion = portion,
                    Some(_) => {}
                    None => next.push(Kin { unit: *far, portion, on: link.on, event: link.event }),
                }
            }
        }
        seen.extend(next.iter().map(|kin| kin.unit));
        edge = next.into_iter().filter(|kin| visit(*kin)).map(|kin| (kin.unit, kin.portion)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    fn unit(n: u128) -> UnitId {
        UnitId(Uuid::from_u128(n))
    }

    fn link(from: u128, to: u128, portion: Portion, on: Date) -> Link {
        Link { event: UnitEventId(Uuid::nil()), from: unit(from), to: unit(to), portion, on }
    }

    fn found(kin: &[Kin]) -> Vec<(UnitId, Portion)> {
        kin.iter().map(|kin| (kin.unit, kin.portion)).collect()
    }

    #[test]
    fn heirs_are_those_in_force_however_long_the_way() {
        // 1 and 2 merged into 3 in 2020; 3 went in parts to 4 and 5 in 2025.
        let links = [
            link(1, 3, Portion::Whole, date(2020, 2, 1)),
            link(2, 3, Portion::Whole, date(2020, 2, 1)),
            link(3, 4, Portion::Part, date(2025, 7, 1)),
            link(3, 5, Portion::Part, date(2025, 7, 1)),
        ];
        let in_2021 = |u: UnitId| u == unit(3);
        let in_2026 = |u: UnitId| u == unit(4) || u == unit(5);
        assert_eq!(found(&heirs(unit(1), date(2021, 1, 1), &links, in_2021)), [(unit(3), Portion::Whole)]);
        let parts = [(unit(4), Portion::Part), (unit(5), Portion::Part)];
        assert_eq!(found(&heirs(unit(1), date(2026, 1, 1), &links, in_2026)), parts);
        assert_eq!(heirs(unit(3), date(2021, 1, 1), &links, in_2021), []);
        assert_eq!(heirs(unit(1), date(2019, 1, 1), &links, |u| u == unit(1)), []);
    }

    #[test]
    fn forebears_are_those_of_the_day() {
        let links = [
            link(1, 3, Portion::Whole, date(2020, 2, 1)),
            link(3, 4, Portion::Part, date(2025, 7, 1)),
            link(6, 4, Portion::Whole, date(2025, 7, 1)),
        ];
        assert_eq!(forebears(unit(4), date(2025, 6, 30), &links), []);
        let all = [(unit(3), Portion::Part), (unit(6), Portion::Whole), (unit(1), Portion::Part)];
        assert_eq!(found(&forebears(unit(4), date(2025, 7, 1), &links)), all);
    }

    #[test]
    fn a_unit_stands_for_those_that_went_to_it_as_a_whole() {
        // 1 and 2 merged into 3; half of 6 went there, too; 3 and 7 became 4.
        let links = [
            link(1, 3, Portion::Whole, date(2020, 2, 1)),
            link(2, 3, Portion::Whole, date(2020, 2, 1)),
            link(6, 3, Portion::Part, date(2020, 2, 1)),
            link(3, 4, Portion::Whole, date(2025, 7, 1)),
            link(7, 4, Portion::Whole, date(2025, 7, 1)),
        ];
        let of = |n, day, living: &[u128]| {
            let kin = stands_for(unit(n), day, &links, |u| living.iter().any(|n| u == unit(*n)));
            let mut all: Vec<UnitId> = kin.into_iter().map(|kin| kin.unit).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(of(3, date(2021, 1, 1), &[3, 7]), [unit(1), unit(2)]);
        assert_eq!(of(3, date(2026, 1, 1), &[4]), [], "it has ended itself");
        assert_eq!(of(4, date(2026, 1, 1), &[4]), [unit(1), unit(2), unit(3), unit(7)]);
        assert_eq!(of(4, date(2025, 6, 30), &[3, 4, 7]), [], "not before its day");
        assert_eq!(of(3, date(2021, 1, 1), &[1, 3, 7]), [unit(2)], "who is there stands for itself");
    }

    #[test]
    fn a_circle_of_late_corrections_ends() {
        let day = date(2020, 1, 1);
        let links = [link(1, 2, Portion::Whole, day), link(2, 1, Portion::Whole, day)];
        assert_eq!(heirs(unit(1), day, &links, |_| false), []);
        assert_eq!(found(&forebears(unit(1), day, &links)), [(unit(2), Portion::Whole)]);
    }
}
