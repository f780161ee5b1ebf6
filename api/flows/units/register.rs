//! A register of units, entered whole or not at all, as often as one likes.

use super::register_check::{Checked, Outside};
use super::register_news::News;
use super::today;
use crate::app::App;
use crate::domain::ids::{UnitEventId, UnitId};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::unit::Certainty;
use crate::domain::unit::event::{EventKind, Portion};
use crate::flows::Result;
use crate::flows::findings::hand_over::hand_back;
use crate::records::units::events::{self, Kept};
use crate::records::units::many;
use crate::records::{self, Db, custody};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
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
    /// What happened to them.
    #[serde(default)]
    pub events: Vec<RegisterEvent>,
}

/// A unit in a register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterUnit {
    /// Our own id, the same each time the register is entered.
    pub(super) id: Uuid,
    /// Its versions, first to last.
    pub(super) versions: Vec<RegisterVersion>,
}

/// A version of a unit in a register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterVersion {
    pub(super) name: String,
    pub(super) unit_type: String,
    pub(super) parent: Option<Uuid>,
    pub(super) official_code: Option<String>,
    pub(super) valid_from: Option<Date>,
    pub(super) valid_to: Option<Date>,
    pub(super) instrument: Option<String>,
    pub(super) certainty: Option<String>,
}

/// Something that happened to units of a register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterEvent {
    /// Our own id, the same each time the register is entered.
    pub(super) id: Uuid,
    pub(super) kind: EventKind,
    pub(super) instrument: Option<String>,
    pub(super) legal_date: Option<Date>,
    pub(super) operating_date: Date,
    /// Where versions do not begin with the operating date.
    pub(super) effective_on: Option<Date>,
    pub(super) certainty: Option<Certainty>,
    #[serde(default)]
    pub(super) note: String,
    /// Units whose versions begin or end by it, besides those of its successions.
    #[serde(default)]
    pub(super) units: Vec<Uuid>,
    #[serde(default)]
    pub(super) successions: Vec<RegisterSuccession>,
}

/// Who took over from whom.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterSuccession {
    pub(super) from: Uuid,
    pub(super) to: Uuid,
    pub(super) portion: Portion,
}

/// What became of a row of a register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Did {
    /// It was not known.
    Created,
    /// Something of it was new or differed.
    Corrected,
    /// It is held as the register says it.
    #[default]
    Unchanged,
    /// The register says what was held before somebody changed the unit here; that stands.
    ChangedHere,
}

/// A row of a register, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the register: `/units/7`.
    pub place: String,
    /// What it is called, for people.
    pub name: String,
    /// What became of it.
    pub did: Did,
}

/// What entering a register did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Units in the register.
    pub units: usize,
    /// Versions in the register.
    pub versions: usize,
    /// Events in the register.
    pub events: usize,
    /// Units that were new.
    pub new_units: usize,
    /// Versions that were new.
    pub new_versions: usize,
    /// Events that were new.
    pub new_events: usize,
    /// Versions and events that were corrected.
    pub corrected: usize,
    /// What became of each unit and each event.
    pub rows: Vec<Row>,
}

/// Enters a register: all of it, or nothing. Entered again it changes nothing, whatever happened to its units here since; a
/// later edition adds what is new and corrects what differs, version by version of the same first day. Parents may stand in
/// the register or be known already.
///
/// # Errors
/// `invalid` with every fault; among them `register.version-lost` and `register.event-lost` where something that is held
/// is missing in the register, and `register.recorded-here` where the register says something new that contradicts what
/// somebody recorded: visits may rest on it, so a person decides.
pub async fn import(app: &App, register: Register) -> Result<Imported> {
    let source = register.source.clone();
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let outside = outside(&mut tx, &register).await?;
    let Checked { units, events } = register.checked(&outside)?;
    let mut done = Imported { units: units.len(), events: events.len(), ..Imported::default() };
    records::units::defer_overlap(&mut tx).await?;
    let ids: Vec<UnitId> = units.iter().filter_map(|versions| Some(versions.first()?.unit)).collect();
    let held = many::histories(&mut tx, &ids).await?;
    let told = told(&mut tx, &ids).await?;
    let news = News::of(&units, held, &told)?;
    done.rows = news.rows(&units);
    done.versions = units.iter().map(Vec::len).sum();
    done.new_versions = news.new.len();
    done.corrected = news.corrected.len();
    let kinds: Vec<_> =
        units.iter().filter_map(|all| all.first()).map(|v| (v.unit, v.unit_type.kind())).collect();
    done.new_units = many::keep_all(&mut tx, &kinds, now).await?;
    for version in &news.corrected {
        records::units::correct_version(&mut tx, version).await?;
    }
    many::keep_versions(&mut tx, &news.new, now).await?;
    let mut known: HashMap<UnitEventId, Kept> =
        told.into_iter().filter(|kept| kept.register.is_some()).map(|kept| (kept.event.id, kept)).collect();
    let (mut new, mut stale) = (Vec::new(), Vec::new());
    for (n, event) in events.into_iter().enumerate() {
        let did = match known.remove(&event.id) {
            Some(same) if same.event == event => Did::Unchanged,
            Some(_) => Did::Corrected,
            None => Did::Created,
        };
        let name = format!("{} {}", event.kind.as_str(), event.effective_on);
        done.rows.push(Row { place: format!("/events/{n}"), name, did });
        match did {
            Did::Created => done.new_events += 1,
            Did::Corrected => stale.push(event.id),
            Did::Unchanged | Did::ChangedHere => continue,
        }
        let register = Some(source.clone());
        new.push(Kept { event, register, recorded_by: None, recorded_at: now, undone: None });
    }
    if !known.is_empty() {
        let lost = known.values().take(100).map(|kept| {
            let detail = format!("{} of {} is held", kept.event.kind.as_str(), kept.event.effective_on);
            FieldFault::new("/events", "register.event-lost", detail)
        });
        return Err(Refusal::invalid(lost.collect()).into());
    }
    done.corrected += stale.len();
    let corrected: Vec<UnitId> = new.iter().flat_map(|kept| kept.event.changes()).collect();
    events::forget(&mut tx, &stale).await?;
    events::keep(&mut tx, &new).await?;
    if !stale.is_empty() {
        hand_back(&mut tx, None, (&corrected, &[]), (now, today(app))).await?;
    }
    let details = json!({ "source": source, "units": done.units, "versions": done.versions, "events": done.events,
        "new_units": done.new_units, "new_versions": done.new_versions, "new_events": done.new_events,
        "corrected": done.corrected });
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

/// Parents that the register names without holding them.
async fn outside(db: &mut Db, register: &Register) -> Result<Outside> {
    let own: HashSet<Uuid> = register.units.iter().map(|unit| unit.id).collect();
    let parents = register.units.iter().flat_map(|unit| unit.versions.iter().filter_map(|v| v.parent));
    let mut wanted: Vec<UnitId> = parents.filter(|parent| !own.contains(parent)).map(UnitId).collect();
    let mut all = Outside::new();
    // What stands above them is needed too, to climb.
    for _ in 0..12 {
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|unit| !own.contains(&unit.0) && !all.contains_key(unit));
        if wanted.is_empty() {
            break;
        }
        let found = many::histories(db, &wanted).await?;
        wanted = found.values().flatten().filter_map(|version| version.parent).collect();
        all.extend(found);
    }
    Ok(all)
}

/// Events that touch these units, of registers and of people.
async fn told(db: &mut Db, units: &[UnitId]) -> Result<Vec<Kept>> {
    let mut all: HashMap<UnitEventId, Kept> = HashMap::new();
    for some in units.chunks(1000) {
        all.extend(events::touching(db, some).await?.into_iter().map(|kept| (kept.event.id, kept)));
    }
    Ok(all.into_values().collect())
}
