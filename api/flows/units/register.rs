//! A register of units, entered whole or not at all, as often as one likes.

use crate::app::App;
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::unit::{BEGINNING, UnitVersion, VersionSaid, below};
use crate::flows::Result;
use crate::records::{self, custody};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A register as a file holds it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Where it comes from.
    pub source: String,
    /// The units.
    pub units: Vec<RegisterUnit>,
}

/// A unit in a register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterUnit {
    /// Our own id, the same each time the register is entered.
    id: Uuid,
    /// Its versions, first to last.
    versions: Vec<RegisterVersion>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisterVersion {
    name: String,
    unit_type: String,
    parent: Option<Uuid>,
    official_code: Option<String>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    instrument: Option<String>,
    certainty: Option<String>,
}

/// What entering a register did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Units in the register.
    pub units: usize,
    /// Versions in the register.
    pub versions: usize,
    /// Units that were new.
    pub new_units: usize,
    /// Versions that were new.
    pub new_versions: usize,
    /// Versions that were corrected.
    pub corrected: usize,
}

/// The id of a register's version: the same for the same unit and first day, so that entering twice changes nothing.
fn version_id(unit: Uuid, from: Date) -> UnitVersionId {
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
    fn checked(self) -> Result<Vec<Vec<UnitVersion>>> {
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
        check_parents(&units, &mut faults);
        faults.truncate(100);
        if faults.is_empty() { Ok(units) } else { Err(Refusal::invalid(faults).into()) }
    }
}

impl RegisterVersion {
    fn checked(self, unit: Uuid) -> std::result::Result<UnitVersion, Refusal> {
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

/// Each parent stands in the register, exists on the first day of its child's version, and fits by its floor. Floors
/// that fit can't make a circle among administrative units; organisations are climbed.
fn check_parents(units: &[Vec<UnitVersion>], faults: &mut Vec<FieldFault>) {
    let by_id: HashMap<UnitId, &Vec<UnitVersion>> =
        units.iter().filter_map(|versions| Some((versions.first()?.unit, versions))).collect();
    let on = |unit: UnitId, day: Date| by_id.get(&unit)?.iter().find(|version| version.holds_on(day));
    for (u, versions) in units.iter().enumerate() {
        for (v, version) in versions.iter().enumerate() {
            let Some(parent) = version.parent else { continue };
            let at = format!("/units/{u}/versions/{v}/parent");
            match on(parent, version.valid_from) {
                None => {
                    let detail = format!("the register has no such unit on {}", version.valid_from);
                    faults.push(FieldFault::new(at, "unit.parent-unknown", detail));
                }
                Some(above) => {
                    if let Err(no) = below(version.unit_type, above.unit_type) {
                        faults.push(FieldFault::new(
                            &at,
                            "unit.parent-unfit",
                            no.faults.first().map_or("", |f| &f.detail),
                        ));
                    }
                    let mut step = Some(above);
                    let floors = (0..12).take_while(|_| {
                        step = step.and_then(|s| s.parent).and_then(|p| on(p, version.valid_from));
                        step.is_some_and(|s| s.unit != version.unit)
                    });
                    if floors.count() == 12 || step.is_some() {
                        faults.push(FieldFault::new(
                            at,
                            "unit.parent-circle",
                            "leads back to the unit itself",
                        ));
                    }
                }
            }
        }
    }
}

/// Enters a register: all of it, or nothing. Entered again it changes nothing; a later edition adds what is new and
/// corrects what differs, version by version of the same first day.
///
/// # Errors
/// `invalid` with every fault, or `register.version-lost` where a version that is held is missing in the register:
/// visits may rest on it, so a person decides.
pub async fn import(app: &App, register: Register) -> Result<Imported> {
    let source = register.source.clone();
    let units = register.checked()?;
    let now = app.now();
    let mut done = Imported { units: units.len(), ..Imported::default() };
    let mut tx = app.records.begin().await?;
    records::units::defer_overlap(&mut tx).await?;
    let ids: Vec<UnitId> = units.iter().filter_map(|versions| Some(versions.first()?.unit)).collect();
    let mut held: HashMap<UnitVersionId, UnitVersion> = HashMap::new();
    for some in ids.chunks(1000) {
        held.extend(records::units::versions_of(&mut tx, some).await?.into_iter().map(|v| (v.id, v)));
    }
    for versions in &units {
        let Some(first) = versions.first() else { continue };
        let new = records::units::keep(&mut tx, first.unit, first.unit_type.kind(), now).await?;
        done.new_units += usize::from(new);
    }
    for version in units.iter().flatten() {
        done.versions += 1;
        match held.remove(&version.id) {
            Some(same) if same == *version => {}
            Some(_) => {
                records::units::correct_version(&mut tx, version).await?;
                done.corrected += 1;
            }
            None => {
                records::units::keep_version(&mut tx, version, now).await?;
                done.new_versions += 1;
            }
        }
    }
    if !held.is_empty() {
        let lost = held.values().take(100).map(|version| {
            let detail =
                format!("{} from {} of unit {} is held", version.name, version.valid_from, version.unit);
            FieldFault::new("/units", "register.version-lost", detail)
        });
        return Err(Refusal::invalid(lost.collect()).into());
    }
    let details = json!({ "source": source, "units": done.units, "versions": done.versions,
        "new_units": done.new_units, "new_versions": done.new_versions, "corrected": done.corrected });
    let entry = custody::Entry {
        deed: "units.imported",
        object: ("register", source.chars().take(100).collect()),
        owner: None,
        visit: None,
        details,
    };
    custody::note(&mut tx, None, entry, now).await?;
    tx.commit().await?;
    Ok(done)
}
