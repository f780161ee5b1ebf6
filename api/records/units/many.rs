//! Units and versions by the thousand, and what holds several of them at once.

use super::{Db, Error, Result, Row};
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::domain::text;
use crate::domain::unit::{UnitKind, UnitType, UnitVersion};
use crate::records::schema::{unit_versions, units};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows of one statement: far below the 65,535 values that PostgreSQL takes at once.
const AT_ONCE: usize = 1000;

/// Enters units without versions; how many of them were not there. One that was taken out is there again.
///
/// # Errors
/// The database's own.
pub async fn keep_all(db: &mut Db, all: &[(UnitId, UnitKind)], now: Timestamp) -> Result<usize> {
    let mut new = 0;
    for some in all.chunks(AT_ONCE) {
        let row = |(unit, kind): &(UnitId, UnitKind)| {
            (units::id.eq(unit.0), units::kind.eq(kind.as_str()), units::created_at.eq(now.to_diesel()))
        };
        let ids: Vec<Uuid> = some.iter().map(|(unit, _)| unit.0).collect();
        let gone = units::table.filter(units::id.eq_any(ids).and(units::removed_at.is_not_null()));
        let again = units::removed_at.eq(None::<Timestamp>.to_diesel());
        new += diesel::update(gone).set(again).execute(db).await?;
        let rows: Vec<_> = some.iter().map(row).collect();
        new += diesel::insert_into(units::table).values(rows).on_conflict_do_nothing().execute(db).await?;
    }
    Ok(new)
}

/// Enters versions.
///
/// # Errors
/// Constraint `unit_versions_no_overlap` where another version of a unit holds on one of its days.
pub async fn keep_versions(db: &mut Db, all: &[UnitVersion], now: Timestamp) -> Result<()> {
    for some in all.chunks(AT_ONCE) {
        let rows: Vec<_> = some
            .iter()
            .map(|version| {
                (
                    unit_versions::id.eq(version.id.0),
                    unit_versions::unit_id.eq(version.unit.0),
                    unit_versions::name.eq(&version.name),
                    unit_versions::name_key.eq(text::fold(&version.name)),
                    unit_versions::unit_type.eq(version.unit_type.as_str()),
                    unit_versions::parent_id.eq(version.parent.map(|id| id.0)),
                    unit_versions::official_code.eq(version.official_code.as_deref()),
                    unit_versions::valid_from.eq(version.valid_from.to_diesel()),
                    unit_versions::valid_to.eq(version.valid_to.to_diesel()),
                    unit_versions::instrument.eq(version.instrument.as_deref()),
                    unit_versions::certainty.eq(version.certainty.as_str()),
                    unit_versions::created_at.eq(now.to_diesel()),
                )
            })
            .collect();
        diesel::insert_into(unit_versions::table).values(rows).execute(db).await?;
    }
    Ok(())
}

/// Says on which day versions end.
///
/// # Errors
/// The database's own.
pub async fn end_versions(db: &mut Db, all: &[UnitVersionId], to: Option<Date>) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|id| id.0).collect();
    diesel::update(unit_versions::table.filter(unit_versions::id.eq_any(ids)))
        .set(unit_versions::valid_to.eq(to.to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes versions out.
///
/// # Errors
/// A constraint of whatever rests on one of them.
pub async fn remove_versions(db: &mut Db, all: &[UnitVersionId]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|id| id.0).collect();
    diesel::delete(unit_versions::table.filter(unit_versions::id.eq_any(ids))).execute(db).await?;
    Ok(())
}

/// Holds units until the transaction ends, always in the same order; those there are.
///
/// # Errors
/// The database's own.
pub async fn lock_all(db: &mut Db, all: &[UnitId]) -> Result<Vec<UnitId>> {
    let ids: Vec<Uuid> = all.iter().map(|id| id.0).collect();
    let held: Vec<Uuid> = units::table
        .filter(units::id.eq_any(ids).and(units::removed_at.is_null()))
        .order(units::id.asc())
        .select(units::id)
        .for_update()
        .load(db)
        .await?;
    Ok(held.into_iter().map(UnitId).collect())
}

/// Keeps events from happening to units until the transaction ends, as [`lock_all`] does, beside others who do the same.
///
/// # Errors
/// The database's own.
pub async fn lock_in_place(db: &mut Db, all: &[UnitId]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|id| id.0).collect();
    let held = units::table.filter(units::id.eq_any(ids)).order(units::id.asc()).select(units::id);
    held.for_key_share().load::<Uuid>(db).await?;
    Ok(())
}

/// Those of these versions that end, with the first day on which they no longer hold.
///
/// # Errors
/// The database's own.
pub async fn ending(db: &mut Db, of: &[UnitVersionId]) -> Result<HashMap<UnitVersionId, Date>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, NullableDate)> = unit_versions::table
        .filter(unit_versions::id.eq_any(ids).and(unit_versions::valid_to.is_not_null()))
        .select((unit_versions::id, unit_versions::valid_to))
        .load(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, end)| Some((UnitVersionId(id), end.to_jiff()?))).collect())
}

/// Every version of several units, first to last; a unit without versions is left out.
///
/// # Errors
/// The database's own.
pub async fn histories(db: &mut Db, of: &[UnitId]) -> Result<HashMap<UnitId, Vec<UnitVersion>>> {
    let mut out: HashMap<UnitId, Vec<UnitVersion>> = HashMap::new();
    for some in of.chunks(AT_ONCE) {
        let ids: Vec<Uuid> = some.iter().map(|id| id.0).collect();
        let rows: Vec<Row> = unit_versions::table
            .filter(unit_versions::unit_id.eq_any(ids))
            .order(unit_versions::valid_from.asc())
            .select(Row::as_select())
            .load(db)
            .await?;
        for row in rows {
            let version = UnitVersion::try_from(row)?;
            out.entry(version.unit).or_default().push(version);
        }
    }
    Ok(out)
}

/// Names and types of whatever stands directly below a unit on a day or later, by name.
///
/// # Errors
/// The database's own.
pub async fn types_below(db: &mut Db, parent: UnitId, day: Date) -> Result<Vec<(String, UnitType)>> {
    let rows: Vec<(String, String)> = unit_versions::table
        .filter(unit_versions::parent_id.eq(parent.0))
        .filter(unit_versions::valid_to.is_null().or(unit_versions::valid_to.gt(day.to_diesel())))
        .select((unit_versions::name, unit_versions::unit_type))
        .distinct()
        .order((unit_versions::name.asc(), unit_versions::unit_type.asc()))
        .load(db)
        .await?;
    rows.into_iter().map(|(name, of)| Ok((name, super::read_type(&of)?))).collect()
}

/// Names of units that stand below one of these on a day or later, some left out; at most twenty.
///
/// # Errors
/// The database's own.
pub async fn still_below(db: &mut Db, parents: &[UnitId], but: &[UnitId], day: Date) -> Result<Vec<String>> {
    let ids: Vec<Uuid> = parents.iter().map(|id| id.0).collect();
    let but: Vec<Uuid> = but.iter().map(|id| id.0).collect();
    let names: Vec<String> = unit_versions::table
        .filter(unit_versions::parent_id.eq_any(ids))
        .filter(unit_versions::unit_id.ne_all(but))
        .filter(unit_versions::valid_to.is_null().or(unit_versions::valid_to.gt(day.to_diesel())))
        .select(unit_versions::name)
        .order((unit_versions::name_key.asc(), unit_versions::id.asc()))
        .limit(20)
        .load(db)
        .await
        .map_err(Error::from)?;
    Ok(names)
}
