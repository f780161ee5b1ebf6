//! Whether a register holds together: every fault by its place, before anything is entered.

use super::register::{Register, RegisterEvent, RegisterVersion};
use crate::domain::ids::{UnitEventId, UnitId, UnitVersionId};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::text;
use crate::domain::unit::event::{Effect, Ended, Portion, Succession, UnitEvent, portions_fit};
use crate::domain::unit::{BEGINNING, Certainty, UnitVersion, VersionSaid, below};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Most faults that are told at once.
pub(super) const MOST_FAULTS: usize = 1000;

/// Units that a register names without holding them, as they are held.
pub(super) type Outside = HashMap<UnitId, Vec<UnitVersion>>;

/// A register that holds together.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) units: Vec<Vec<UnitVersion>>,
    pub(super) events: Vec<UnitEvent>,
}

/// The id of a register's version: the same for the same unit and first day, so that entering twice changes nothing.
pub(super) fn version_id(unit: Uuid, from: Date) -> UnitVersionId {
    let mut hash = Sha256::new();
    hash.update(unit.as_bytes());
    hash.update(from.to_string().as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    UnitVersionId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

impl Register {
    /// Checks the register as a whole.
    pub(super) fn checked(self, outside: &Outside) -> Result<Checked, Refusal> {
        let mut faults = Vec::new();
        let mut seen = HashSet::new();
        let mut units = Vec::with_capacity(self.units.len());
        for (u, unit) in self.units.into_iter().enumerate() {
            let at = format!("/units/{u}");
            if !seen.insert(unit.id) || unit.versions.is_empty() {
                let detail = "a unit stands in a register once, with its versions";
                faults.push(FieldFault::new(&at, "register.unit", detail));
            }
            let mut versions: Vec<UnitVersion> = Vec::with_capacity(unit.versions.len());
            for (v, said) in unit.versions.into_iter().enumerate() {
                let at = format!("{at}/versions/{v}");
                match said.checked(unit.id) {
                    Ok(version) if versions.last().is_some_and(|last| !precedes(last, &version)) => {
                        let detail = "begins before the version above ends, or is of another kind";
                        faults.push(FieldFault::new(at, "register.version-order", detail));
                    }
                    Ok(version) => versions.push(version),
                    Err(no) => faults.extend(no.faults.into_iter().map(|mut fault| {
                        fault.pointer = format!("{at}{}", fault.pointer);
                        fault
                    })),
                }
            }
            units.push(versions);
        }
        let by_id: HashMap<UnitId, &Vec<UnitVersion>> =
            units.iter().filter_map(|versions| Some((versions.first()?.unit, versions))).collect();
        check_parents(&units, &by_id, outside, &mut faults);
        let events = check_events(self.events, &by_id, &mut faults);
        faults.truncate(MOST_FAULTS);
        if faults.is_empty() { Ok(Checked { units, events }) } else { Err(Refusal::invalid(faults)) }
    }
}

impl RegisterVersion {
    fn checked(self, unit: Uuid) -> Result<UnitVersion, Refusal> {
        let valid_from = self.valid_from.unwrap_or(BEGINNING);
        let said = VersionSaid {
            name: self.name,
            unit_type: self.unit_type,
            parent: self.parent.map(UnitId),
            official_code: self.official_code,
            valid_from,
            valid_to: self.valid_to,
            instrument: self.instrument,
            certainty: self.certainty,
        };
        UnitVersion::checked(version_id(unit, valid_from), UnitId(unit), said)
    }
}

fn precedes(last: &UnitVersion, next: &UnitVersion) -> bool {
    last.valid_to.is_some_and(|to| to <= next.valid_from) && last.unit_type.kind() == next.unit_type.kind()
}

type ById<'a> = HashMap<UnitId, &'a Vec<UnitVersion>>;

/// Each parent stands in the register or is known, exists on the first day of its child's version, and fits by its
/// floor. Floors that fit can't make a circle among administrative units; organisations are climbed.
fn check_parents(
    units: &[Vec<UnitVersion>],
    by_id: &ById<'_>,
    outside: &Outside,
    faults: &mut Vec<FieldFault>,
) {
    let on = |unit: UnitId, day: Date| {
        let versions = by_id.get(&unit).copied().or_else(|| outside.get(&unit))?;
        versions.iter().find(|version| version.holds_on(day))
    };
    for (u, versions) in units.iter().enumerate() {
        for (v, version) in versions.iter().enumerate() {
            let Some(parent) = version.parent else { continue };
            let at = format!("/units/{u}/versions/{v}/parent");
            let Some(above) = on(parent, version.valid_from) else {
                let detail = format!("no such unit is known on {}", version.valid_from);
                faults.push(FieldFault::new(at, "unit.parent-unknown", detail));
                continue;
            };
            if let Some(end) =
                known_until(by_id.get(&parent).copied().or_else(|| outside.get(&parent)), version)
            {
                let detail = format!("it ends on {end}; this unit can't stand below it for longer");
                faults.push(FieldFault::new(&at, "unit.parent-ends", detail));
            }
            if let Err(no) = below(version.unit_type, above.unit_type) {
                let detail = no.faults.first().map_or("", |f| &f.detail);
                faults.push(FieldFault::new(&at, "unit.parent-unfit", detail));
            }
            let mut step = Some(above);
            let floors = (0..12).take_while(|_| {
                step = step.and_then(|s| s.parent).and_then(|p| on(p, version.valid_from));
                step.is_some_and(|s| s.unit != version.unit)
            });
            if floors.count() == 12 || step.is_some() {
                let detail = "leads back to the unit itself";
                faults.push(FieldFault::new(at, "unit.parent-circle", detail));
            }
        }
    }
}

/// The day from which whoever stands above a version is gone while that version goes on; versions of the parent that follow
/// one another without a gap are one stretch.
fn known_until(parent: Option<&Vec<UnitVersion>>, version: &UnitVersion) -> Option<Date> {
    let first = parent?.iter().find(|above| above.holds_on(version.valid_from))?;
    let later = || parent.into_iter().flatten().filter(|above| above.valid_from > first.valid_from);
    let end = later()
        .fold(first.valid_to, |end, next| if end == Some(next.valid_from) { next.valid_to } else { end });
    end.filter(|end| version.valid_to.is_none_or(|own| own > *end))
}

/// Each event's days agree with the versions of its units, and what a unit gives on one day fits together.
fn check_events(said: Vec<RegisterEvent>, by_id: &ById<'_>, faults: &mut Vec<FieldFault>) -> Vec<UnitEvent> {
    let mut seen = HashSet::new();
    let mut given: HashMap<(UnitId, Date), Vec<(usize, Portion)>> = HashMap::new();
    let mut events = Vec::with_capacity(said.len());
    for (n, event) in said.into_iter().enumerate() {
        let at = format!("/events/{n}");
        if !seen.insert(event.id) {
            faults.push(FieldFault::new(&at, "register.event", "an event stands in a register once"));
        }
        let event = event.checked(&at, by_id, faults);
        for succession in &event.successions {
            given.entry((succession.from, event.effective_on)).or_default().push((n, succession.portion));
        }
        events.push(event);
    }
    for portions in given.values() {
        let all: Vec<Portion> = portions.iter().map(|(_, portion)| *portion).collect();
        if let (false, Some((n, _))) = (portions_fit(&all), portions.first()) {
            let detail = "all of a unit that ends goes to one, or parts of it to any number";
            faults.push(FieldFault::new(format!("/events/{n}/successions"), "unit-event.portion", detail));
        }
    }
    events
}

impl RegisterEvent {
    fn checked(self, at: &str, by_id: &ById<'_>, faults: &mut Vec<FieldFault>) -> UnitEvent {
        let day = self.effective_on.unwrap_or(self.operating_date);
        let mut bounded = |name: &str, raw: &str, most| {
            let read = text::optional(raw, most);
            let read =
                read.map_err(|why| faults.push(FieldFault::new(format!("{at}/{name}"), "text.refused", why)));
            read.unwrap_or_default()
        };
        let instrument = bounded("instrument", self.instrument.as_deref().unwrap_or_default(), 300);
        let note = bounded("note", &self.note, 2000);
        let early = [self.operating_date, day].iter().any(|day| *day <= BEGINNING || day.year() > 2200);
        if early || self.legal_date.is_some_and(|legal| legal > self.operating_date) {
            let detail =
                "new units work after 1945-09-02, by 2200, and not before the instrument takes effect";
            faults.push(FieldFault::new(format!("{at}/operating_date"), "unit-event.dates", detail));
        }
        let before = day.yesterday().unwrap_or(day);
        let version = |unit: UnitId, fits: &dyn Fn(&UnitVersion) -> bool| {
            by_id.get(&unit).and_then(|all| all.iter().find(|version| fits(version)))
        };
        let effect = |unit: UnitId| {
            let ended =
                version(unit, &|v| v.valid_to == Some(day)).map(|v| Ended { version: v.id, was: None });
            let begun = version(unit, &|v| v.valid_from == day).cloned();
            Effect { unit, ended, begun }
        };
        let is_felt = |effect: &Effect| effect.ended.is_some() || effect.begun.is_some();
        for (n, unit) in self.units.iter().enumerate() {
            if !is_felt(&effect(UnitId(*unit))) {
                let detail = format!("no version of this unit begins or ends on {day}");
                faults.push(FieldFault::new(format!("{at}/units/{n}"), "register.event", detail));
            }
        }
        let mut successions: Vec<Succession> = Vec::new();
        for (n, said) in self.successions.iter().enumerate() {
            let (from, to) = (UnitId(said.from), UnitId(said.to));
            let at = format!("{at}/successions/{n}");
            if version(from, &|v| v.holds_on(before)).is_none() {
                let detail = format!("the register has no such unit on {before}");
                faults.push(FieldFault::new(format!("{at}/from"), "register.event", detail));
            }
            let known = successions.iter().any(|s| (s.from, s.to) == (from, to));
            if from == to || known || version(to, &|v| v.holds_on(day)).is_none() {
                let detail = format!("is no other unit that is in force on {day}, named once");
                faults.push(FieldFault::new(format!("{at}/to"), "register.event", detail));
            }
            if said.portion == Portion::Whole && version(from, &|v| v.holds_on(day)).is_some() {
                let detail = "a unit that goes on gives parts";
                faults.push(FieldFault::new(format!("{at}/portion"), "unit-event.portion", detail));
            }
            successions.push(Succession { from, to, portion: said.portion });
        }
        let given = successions.iter().flat_map(|s| [s.from, s.to]);
        let mut touched: Vec<UnitId> = self.units.iter().copied().map(UnitId).chain(given).collect();
        touched.sort_unstable();
        touched.dedup();
        if touched.is_empty() {
            faults.push(FieldFault::new(at, "register.event", "an event touches a unit"));
        }
        UnitEvent {
            id: UnitEventId(self.id),
            kind: self.kind,
            instrument: Some(instrument).filter(|text| !text.is_empty()),
            legal_date: self.legal_date,
            operating_date: self.operating_date,
            effective_on: day,
            certainty: self.certainty.unwrap_or(Certainty::High),
            note,
            effects: touched.into_iter().map(effect).filter(is_felt).collect(),
            successions,
        }
    }
}
