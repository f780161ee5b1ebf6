//! Units: enter one, change it from a day on, read and find them as of a day.

use super::{Error, Result, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::text;
use crate::domain::unit::{self, UnitKind, UnitType, UnitVersion, VersionSaid};
use crate::records::units::many;
pub use crate::records::units::{Found, Place, UnitAt};
use crate::records::{self, Db, custody};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

pub mod events;
pub mod lineage;
mod register;
mod register_check;
mod register_news;
pub mod removal;
pub mod through_time;

pub use register::{Did, Imported, Register, Row, import};

/// A unit with all that is known of it.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The unit.
    pub id: UnitId,
    /// Administrative or organisation.
    pub kind: UnitKind,
    /// The day it was asked about.
    pub as_of: Date,
    /// As it was on that day; `None` if it did not exist then.
    pub at: Option<UnitAt>,
    /// Every version, first to last.
    pub versions: Vec<UnitVersion>,
}

/// Today in Vietnam, which is what a question without a day is about.
#[must_use]
pub fn today(app: &App) -> Date {
    vietnam_day(app.now())
}

/// Refuses whoever may not change this unit, or what stands at the top where none is named. Where a unit lies is asked
/// as of today.
pub(super) async fn may_edit(db: &mut Db, app: &App, actor: &Actor, unit: Option<UnitId>) -> Result<()> {
    let mut units: Vec<UnitId> = unit.into_iter().collect();
    if let Some(unit) = unit
        && let Some(found) = records::units::at(db, unit, today(app)).await?
    {
        units.extend(found.ancestors);
    }
    Ok(may(actor, Deed::EditUnits, &Subject { units, ..Subject::default() })?)
}

/// Enters a unit with its first version.
///
/// # Errors
/// `forbidden`, `invalid`.
pub async fn create(app: &App, actor: &Actor, said: VersionSaid) -> Result<Unit> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, said.parent).await?;
    let (id, now) = (UnitId::random(random_bytes()), app.now());
    let version = UnitVersion::checked(UnitVersionId::random(random_bytes()), id, said)?;
    many::lock_all(&mut tx, version.parent.as_slice()).await?;
    fits(&mut tx, &version).await?;
    records::units::keep(&mut tx, id, version.unit_type.kind(), now).await?;
    keep(&mut tx, actor, "unit.created", &version, now).await?;
    let unit = look(&mut tx, id, version.valid_from).await?;
    tx.commit().await?;
    Ok(unit)
}

/// Enters a new version of a unit; the last one ends on the day this one begins.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `unit.kind-changed`, `unit.version-order`, `unit.version-gap`,
/// `unit-event.other-stands` behind the day on which an event ends the unit, `unit-event.still-above` where others stand
/// below it for longer.
pub async fn add_version(app: &App, actor: &Actor, id: UnitId, said: VersionSaid) -> Result<Unit> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, Some(id)).await?;
    let version = UnitVersion::checked(UnitVersionId::random(random_bytes()), id, said)?;
    let now = app.now();
    // With the parent, so that nobody ends it meanwhile.
    let touched: Vec<UnitId> = std::iter::once(id).chain(version.parent).collect();
    if !many::lock_all(&mut tx, &touched).await?.contains(&id) {
        return Err(Refusal::not_found().into());
    }
    let before = records::units::versions(&mut tx, id).await?;
    // Out of a parent's hands, or to the top, is an act on where it comes to stand.
    if before.last().is_none_or(|last| last.parent != version.parent) {
        may_edit(&mut tx, app, actor, version.parent).await?;
    }
    if records::units::kind(&mut tx, id).await? != Some(version.unit_type.kind()) {
        let detail = "an administrative unit does not become an organisation, nor the other way round";
        return Err(Refusal::field("/unit_type", "unit.kind-changed", detail).into());
    }
    let version = ending_as_told(&mut tx, version).await?;
    fits(&mut tx, &version).await?;
    below_fits(&mut tx, &version).await?;
    if let Some(last) = before.last() {
        let ends = unit::follow(last, version.valid_from)?;
        records::units::close_version(&mut tx, last.id, ends).await?;
    }
    keep(&mut tx, actor, "unit.version_added", &version, now).await?;
    let was = before.last().and_then(|last| last.valid_to);
    records::units::removal::note_previous_end(&mut tx, version.id, was).await?;
    let unit = look(&mut tx, id, version.valid_from).await?;
    tx.commit().await?;
    Ok(unit)
}

/// A version ends on the day on which an event ends its unit, whether it says so or not.
async fn ending_as_told(db: &mut Db, mut version: UnitVersion) -> Result<UnitVersion> {
    let unit = version.unit;
    let told = records::units::events::touching(db, &[unit]).await?;
    let Some(end) = told.into_iter().map(|kept| kept.event).find(|event| event.ends(unit)) else {
        return Ok(version);
    };
    let day = end.effective_on;
    if version.valid_from >= day || version.valid_to.is_some_and(|to| to != day) {
        let detail = format!("Event {} says that this unit ends on {day}; undo that first.", end.id);
        return Err(Refusal::new(Kind::Conflict, "unit-event.other-stands", detail).into());
    }
    version.valid_to = Some(day);
    Ok(version)
}

/// Names of units below a version's unit, on its first day or later, that may not stand below its type; at most twenty.
async fn unfit_below(db: &mut Db, version: &UnitVersion) -> Result<Vec<String>> {
    let below = many::types_below(db, version.unit, version.valid_from).await?;
    let unfit = below.into_iter().filter(|(_, of)| !of.fits_below(version.unit_type));
    Ok(unfit.map(|(name, _)| name).take(20).collect())
}

/// Whether those below a unit may stand below what it becomes, and none for longer than it is there.
async fn below_fits(db: &mut Db, version: &UnitVersion) -> Result<()> {
    let unfit = unfit_below(db, version).await?;
    if !unfit.is_empty() {
        let of = |name| FieldFault::new("/unit_type", "unit.child-unfit", name);
        return Err(Refusal::invalid(unfit.into_iter().map(of).collect()).into());
    }
    let Some(end) = version.valid_to else { return Ok(()) };
    let left = many::still_below(db, &[version.unit], &[], end).await?;
    if left.is_empty() { Ok(()) } else { Err(still_above("/valid_to", left).into()) }
}

/// Refuses the end of a unit below which others stand.
fn still_above(at: &str, left: Vec<String>) -> Refusal {
    let detail = "Units still stand below one that is to end; let them end, merge or move first.";
    let mut no = Refusal::new(Kind::Conflict, "unit-event.still-above", detail);
    no.faults = left.into_iter().map(|name| FieldFault::new(at, "unit.left-below", name)).collect();
    no
}

/// Whether the parent exists from the first day to the last, stands on a fitting floor and is not below the unit itself.
async fn fits(db: &mut Db, version: &UnitVersion) -> Result<()> {
    let Some(parent) = version.parent else { return Ok(()) };
    let Some(above) = records::units::at(db, parent, version.valid_from).await? else {
        let detail = format!("there is no such unit on {}", version.valid_from);
        return Err(Refusal::field("/parent", "unit.parent-unknown", detail).into());
    };
    let ends = records::units::versions(db, parent).await?.last().and_then(|last| last.valid_to);
    if let Some(ends) = ends
        && version.valid_to.is_none_or(|own| own > ends)
    {
        let detail = format!("it ends on {ends}; this unit can't stand below it for longer");
        return Err(Refusal::field("/parent", "unit.parent-ends", detail).into());
    }
    if above.ancestors.contains(&version.unit) {
        return Err(Refusal::field("/parent", "unit.parent-circle", "lies below this unit").into());
    }
    Ok(unit::below(version.unit_type, above.unit_type)?)
}

async fn keep(db: &mut Db, actor: &Actor, deed: &str, version: &UnitVersion, now: Timestamp) -> Result<()> {
    records::units::keep_version(db, version, now).await.map_err(|why| {
        if why.broke("unit_versions_no_overlap") {
            let detail = "Another version of this unit holds on one of these days.";
            return Refusal::new(Kind::Conflict, "unit.version-order", detail).into();
        }
        Error::from(why)
    })?;
    let details = json!({ "version": version.id, "name": version.name, "unit_type": version.unit_type.as_str(),
        "parent": version.parent, "valid_from": version.valid_from, "valid_to": version.valid_to });
    let object = ("unit", version.unit.to_string());
    custody::note(db, Some(actor), custody::Entry { deed, object, owner: None, visit: None, details }, now)
        .await?;
    Ok(())
}

async fn look(db: &mut Db, id: UnitId, as_of: Date) -> Result<Unit> {
    let kind = records::units::kind(db, id).await?.ok_or_else(Refusal::not_found)?;
    let at = records::units::at(db, id, as_of).await?;
    let versions = records::units::versions(db, id).await?;
    Ok(Unit { id, kind, as_of, at, versions })
}

/// One unit as of a day, with its whole history.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, id: UnitId, as_of: Option<Date>) -> Result<Unit> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let as_of = unit::day("?as_of", as_of.unwrap_or_else(|| today(app)))?;
    let mut db = app.records.conn().await?;
    look(&mut db, id, as_of).await
}

/// What a list of units is about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// As of which day; today where nothing is said.
    pub as_of: Option<Date>,
    /// Directly below this unit.
    pub parent: Option<UnitId>,
    /// Whose name holds this.
    pub name: Option<String>,
    /// Of one of these types, if any is named.
    pub types: Vec<UnitType>,
    /// Of this kind.
    pub kind: Option<UnitKind>,
}

/// The types that a list of types and a kind leave; `None` for all.
fn types(types: Vec<UnitType>, kind: Option<UnitKind>) -> Option<Vec<UnitType>> {
    if types.is_empty() && kind.is_none() {
        return None;
    }
    let wanted = |one: &&UnitType| {
        (types.is_empty() || types.contains(one)) && kind.is_none_or(|kind| one.kind() == kind)
    };
    Some(UnitType::ALL.iter().filter(wanted).copied().collect())
}

/// Every type of unit there is in law.
///
/// # Errors
/// `forbidden`.
pub fn types_known(actor: &Actor) -> Result<&'static [UnitType]> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    Ok(UnitType::ALL)
}

/// One page of units, and whether there are more.
///
/// # Errors
/// `forbidden`, `invalid` for a name that is no text.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: Asked,
    after: Option<&Place>,
    limit: u8,
) -> Result<(Vec<Found>, bool)> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let name = asked.name.map(|raw| text::required(&raw, 100)).transpose();
    let name = name.map_err(|why| Refusal::field("?q", "text.refused", why))?;
    let day = unit::day("?as_of", asked.as_of.unwrap_or_else(|| today(app)))?;
    let types = types(asked.types, asked.kind);
    let wanted = records::units::Wanted { day, parent: asked.parent, name, types };
    let mut db = app.records.conn().await?;
    let found = records::units::page(&mut db, &wanted, after, i64::from(limit) + 1).await?;
    Ok(super::cut(found, limit))
}
