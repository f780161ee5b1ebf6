//! A register beside what is held: what is new in it, what differs, and what somebody changed here since, which stands.

use super::register::{Did, Row};
use super::register_check::{MOST_FAULTS, version_id};
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::unit::UnitVersion;
use crate::records::units::events::Kept;
use jiff::civil::Date;
use std::collections::HashMap;

/// What a register says that is not held as it says it.
pub(super) struct News {
    pub(super) new: Vec<UnitVersion>,
    pub(super) corrected: Vec<UnitVersion>,
    /// What becomes of each unit, in the order of the register.
    did: Vec<Did>,
}

/// What is held of one unit: versions of registers by their ids, and those that somebody began here.
#[derive(Default)]
struct Held {
    of_register: HashMap<UnitVersionId, UnitVersion>,
    begun_here: Vec<UnitVersion>,
}

impl Held {
    fn of(versions: Vec<UnitVersion>) -> Self {
        let mut held = Self::default();
        for version in versions {
            if version.id == version_id(version.unit.0, version.valid_from) {
                held.of_register.insert(version.id, version);
            } else {
                held.begun_here.push(version);
            }
        }
        held
    }

    /// Whether a version holds on a day on which one does that was begun here.
    fn is_overrun(&self, by: &UnitVersion) -> bool {
        let before = |from: Date, to: Option<Date>| to.is_none_or(|to| from < to);
        self.begun_here
            .iter()
            .any(|here| before(here.valid_from, by.valid_to) && before(by.valid_from, here.valid_to))
    }

    /// Whether the register says of a version what was held before somebody ended it earlier here. An event tells on which
    /// day it was to end before; a version that was only added behind it does not.
    fn was(
        &self,
        said: &UnitVersion,
        held: &UnitVersion,
        ended: &HashMap<UnitVersionId, Option<Date>>,
    ) -> bool {
        let but_for_its_end = UnitVersion { valid_to: said.valid_to, ..held.clone() } == *said;
        let earlier = held.valid_to.is_some_and(|end| said.valid_to.is_none_or(|said| end < said));
        let followed = self.begun_here.iter().any(|here| Some(here.valid_from) == held.valid_to);
        but_for_its_end && earlier && ended.get(&held.id).map_or(followed, |was| *was == said.valid_to)
    }
}

/// On which day versions were to end before somebody recorded that they ended; the first to say so knew it.
fn ended_by_people(told: &[Kept]) -> HashMap<UnitVersionId, Option<Date>> {
    let mut events: Vec<&Kept> = told.iter().filter(|kept| kept.register.is_none()).collect();
    events.sort_by_key(|kept| (kept.recorded_at, kept.event.id));
    let mut ended = HashMap::new();
    for effect in events.iter().flat_map(|kept| &kept.event.effects) {
        if let Some(end) = effect.ended {
            ended.entry(end.version).or_insert(end.was);
        }
    }
    ended
}

/// Whether a version goes on below a unit that ended here.
fn outlives(said: &UnitVersion, gone: &HashMap<UnitId, Option<Date>>) -> bool {
    let end = said.parent.and_then(|parent| gone.get(&parent)).copied().flatten();
    end.is_some_and(|end| said.valid_to.is_none_or(|to| end < to))
}

impl News {
    /// Compares a register that holds together with what is held.
    pub(super) fn of(
        units: &[Vec<UnitVersion>],
        mut histories: HashMap<UnitId, Vec<UnitVersion>>,
        told: &[Kept],
    ) -> Result<Self, Refusal> {
        let ended = ended_by_people(told);
        let gone: HashMap<UnitId, Option<Date>> = histories
            .iter()
            .filter_map(|(unit, versions)| Some((*unit, versions.last()?)))
            .filter(|(_, last)| ended.contains_key(&last.id))
            .map(|(unit, last)| (unit, last.valid_to))
            .collect();
        let mut news = Self { new: Vec::new(), corrected: Vec::new(), did: Vec::with_capacity(units.len()) };
        let mut faults = Vec::new();
        for (u, versions) in units.iter().enumerate() {
            let known = versions.first().and_then(|version| histories.remove(&version.unit));
            let mut did = if known.is_none() { Did::Created } else { Did::Unchanged };
            let mut held = Held::of(known.unwrap_or_default());
            if !held.begun_here.is_empty() {
                did = Did::ChangedHere;
            }
            for (v, said) in versions.iter().enumerate() {
                let before = held.of_register.remove(&said.id);
                let stands = match &before {
                    Some(before) if before == said => continue,
                    Some(before) if held.was(said, before, &ended) => {
                        did = Did::ChangedHere;
                        continue;
                    }
                    Some(before) => ended.contains_key(&before.id),
                    None => false,
                };
                if stands || held.is_overrun(said) || outlives(said, &gone) {
                    let detail = "what was recorded here says something else; undo it first";
                    let at = format!("/units/{u}/versions/{v}");
                    faults.push(FieldFault::new(at, "register.recorded-here", detail));
                    continue;
                }
                let to = if before.is_some() { &mut news.corrected } else { &mut news.new };
                to.push(said.clone());
                if did != Did::Created {
                    did = Did::Corrected;
                }
            }
            faults.extend(held.of_register.values().map(|version| {
                let detail =
                    format!("{} from {} of unit {} is held", version.name, version.valid_from, version.unit);
                FieldFault::new("/units", "register.version-lost", detail)
            }));
            news.did.push(did);
        }
        faults.truncate(MOST_FAULTS);
        if faults.is_empty() { Ok(news) } else { Err(Refusal::invalid(faults)) }
    }

    /// What becomes of each unit, by its last name.
    pub(super) fn rows(&self, units: &[Vec<UnitVersion>]) -> Vec<Row> {
        let row = |(n, (versions, did)): (usize, (&Vec<UnitVersion>, &Did))| Row {
            place: format!("/units/{n}"),
            name: versions.last().map(|version| version.name.clone()).unwrap_or_default(),
            did: *did,
        };
        units.iter().zip(&self.did).enumerate().map(row).collect()
    }
}
