//! When offices work: hours of a week, days that are not what their weekday says.

use super::schema::{calendar_days, calendars, holiday_years, holidays};
use super::{Db, Error, Result};
use crate::domain::calendar::{Calendar, SpecialDay, Week};
use crate::domain::ids::UnitId;
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A calendar as an office entered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Hours of a usual week.
    pub week: Week,
    /// Its own special days, in order.
    pub days: Vec<SpecialDay>,
    /// Counts changes, for `If-Match`.
    pub version: i32,
}

fn special((day, works, name): (jiff_diesel::Date, bool, String)) -> SpecialDay {
    SpecialDay { day: day.into(), works, name }
}

/// What an office entered itself.
///
/// # Errors
/// The database's own.
pub async fn of_unit(db: &mut Db, unit: UnitId) -> Result<Option<Entered>> {
    let row: Option<(Value, i32)> = calendars::table
        .find(unit.0)
        .select((calendars::hours, calendars::version))
        .first(db)
        .await
        .optional()?;
    let Some((hours, version)) = row else { return Ok(None) };
    let days: Vec<(jiff_diesel::Date, bool, String)> = calendar_days::table
        .filter(calendar_days::unit_id.eq(unit.0))
        .order(calendar_days::day)
        .select((calendar_days::day, calendar_days::works, calendar_days::name))
        .load(db)
        .await?;
    let week = serde_json::from_value(hours).map_err(Error::bad_row)?;
    Ok(Some(Entered { week, days: days.into_iter().map(special).collect(), version }))
}

/// The calendar that holds for an office in these days: the hours of the nearest unit that entered some, the special
/// days of the office and everything above it, nearest first, then those of the country.
///
/// # Errors
/// The database's own.
pub async fn holding(db: &mut Db, chain: &[UnitId], (from, to): (Date, Date)) -> Result<Calendar> {
    let ids: Vec<Uuid> = chain.iter().map(|id| id.0).collect();
    let weeks: Vec<(Uuid, Value)> = calendars::table
        .filter(calendars::unit_id.eq_any(&ids))
        .select((calendars::unit_id, calendars::hours))
        .load(db)
        .await?;
    let weeks: HashMap<Uuid, Value> = weeks.into_iter().collect();
    let nearest = ids.iter().find_map(|id| weeks.get(id));
    let week = match nearest {
        Some(hours) => serde_json::from_value(hours.clone()).map_err(Error::bad_row)?,
        None => Week::usual(),
    };
    let mut days: Vec<(Uuid, jiff_diesel::Date, bool, String)> = calendar_days::table
        .filter(calendar_days::unit_id.eq_any(&ids))
        .filter(calendar_days::day.between(from.to_diesel(), to.to_diesel()))
        .select((calendar_days::unit_id, calendar_days::day, calendar_days::works, calendar_days::name))
        .load(db)
        .await?;
    days.sort_by_key(|(unit, ..)| ids.iter().position(|id| id == unit));
    let own = days.into_iter().map(|(_, day, works, name)| special((day, works, name))).collect();
    let country = holidays_between(db, (from, to)).await?;
    Ok(Calendar { week, own, country })
}

/// Special days of the whole country.
///
/// # Errors
/// The database's own.
pub async fn holidays_between(db: &mut Db, (from, to): (Date, Date)) -> Result<Vec<SpecialDay>> {
    let rows: Vec<(jiff_diesel::Date, bool, String)> = holidays::table
        .filter(holidays::day.between(from.to_diesel(), to.to_diesel()))
        .order(holidays::day)
        .select((holidays::day, holidays::works, holidays::name))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(special).collect())
}

/// Writes what an office enters under the next version, which it returns.
///
/// # Errors
/// The database's own.
pub async fn write(
    db: &mut Db,
    unit: UnitId,
    week: &Week,
    days: &[SpecialDay],
    now: Timestamp,
) -> Result<i32> {
    let hours = serde_json::to_value(week).map_err(|why| Error::Fault(why.to_string()))?;
    let version = diesel::insert_into(calendars::table)
        .values((
            calendars::unit_id.eq(unit.0),
            calendars::hours.eq(&hours),
            calendars::version.eq(1),
            calendars::changed_at.eq(now.to_diesel()),
        ))
        .on_conflict(calendars::unit_id)
        .do_update()
        .set((
            calendars::hours.eq(&hours),
            calendars::version.eq(calendars::version + 1),
            calendars::changed_at.eq(now.to_diesel()),
        ))
        .returning(calendars::version)
        .get_result(db)
        .await?;
    diesel::delete(calendar_days::table.filter(calendar_days::unit_id.eq(unit.0))).execute(db).await?;
    let rows: Vec<_> = days
        .iter()
        .map(|special| {
            (
                calendar_days::unit_id.eq(unit.0),
                calendar_days::day.eq(special.day.to_diesel()),
                calendar_days::works.eq(special.works),
                calendar_days::name.eq(&special.name),
            )
        })
        .collect();
    diesel::insert_into(calendar_days::table).values(rows).execute(db).await?;
    Ok(version)
}

/// Takes out what an office entered; it follows the unit above it again.
///
/// # Errors
/// The database's own.
pub async fn remove(db: &mut Db, unit: UnitId) -> Result<()> {
    diesel::delete(calendar_days::table.filter(calendar_days::unit_id.eq(unit.0))).execute(db).await?;
    diesel::delete(calendars::table.find(unit.0)).execute(db).await?;
    Ok(())
}

/// How often the country's special days of a year were entered; 0 where they never were.
///
/// # Errors
/// The database's own.
pub async fn holidays_version(db: &mut Db, year: i16) -> Result<i32> {
    let version =
        holiday_years::table.find(year).select(holiday_years::version).first(db).await.optional()?;
    Ok(version.unwrap_or(0))
}

/// Lets nobody else enter special days until the transaction ends: two who enter a year at once do so one after the
/// other, and the later one is told.
///
/// # Errors
/// The database's own.
pub async fn hold_holidays(db: &mut Db) -> Result<()> {
    Ok(db.batch_execute("LOCK TABLE holidays IN SHARE ROW EXCLUSIVE MODE").await?)
}

/// Writes the country's special days of a year, between its first day and its last, anew under the next version, which it
/// returns; they must be held.
///
/// # Errors
/// The database's own.
pub async fn write_holidays(
    db: &mut Db,
    (from, to): (Date, Date),
    days: &[SpecialDay],
    now: Timestamp,
) -> Result<i32> {
    let version = diesel::insert_into(holiday_years::table)
        .values((
            holiday_years::year.eq(from.year()),
            holiday_years::version.eq(1),
            holiday_years::changed_at.eq(now.to_diesel()),
        ))
        .on_conflict(holiday_years::year)
        .do_update()
        .set((
            holiday_years::version.eq(holiday_years::version + 1),
            holiday_years::changed_at.eq(now.to_diesel()),
        ))
        .returning(holiday_years::version)
        .get_result(db)
        .await?;
    let between = holidays::day.between(from.to_diesel(), to.to_diesel());
    diesel::delete(holidays::table.filter(between)).execute(db).await?;
    let rows: Vec<_> = days
        .iter()
        .map(|special| {
            (
                holidays::day.eq(special.day.to_diesel()),
                holidays::works.eq(special.works),
                holidays::name.eq(&special.name),
            )
        })
        .collect();
    diesel::insert_into(holidays::table).values(rows).execute(db).await?;
    Ok(version)
}
