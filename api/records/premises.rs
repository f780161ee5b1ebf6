//! Where offices are, survey by survey.

use super::schema::{premises, visits};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, PremisesId, UnitId};
use crate::domain::place::Area;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

/// Where an office is, from one day to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Premises {
    /// Its id.
    pub id: PremisesId,
    /// Whose office.
    pub unit: UnitId,
    /// What people call it.
    pub name: String,
    /// Postal address.
    pub address: String,
    /// The ground.
    pub area: Area,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_to: Option<Date>,
    /// When it was entered.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = premises)]
struct Row {
    id: Uuid,
    unit_id: Uuid,
    name: String,
    address: String,
    area: Value,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    valid_from: Date,
    #[diesel(deserialize_as = NullableDate)]
    valid_to: Option<Date>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl TryFrom<Row> for Premises {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: PremisesId(row.id),
            unit: UnitId(row.unit_id),
            name: row.name,
            address: row.address,
            area: serde_json::from_value(row.area).map_err(Error::bad_row)?,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            created_at: row.created_at,
        })
    }
}

/// Where a unit's office is on a day: id, ground, name.
///
/// # Errors
/// The database's own.
pub async fn of_unit(db: &mut Db, unit: UnitId, day: Date) -> Result<Option<(PremisesId, Area, String)>> {
    let row: Option<Row> = premises::table
        .filter(premises::unit_id.eq(unit.0))
        .filter(premises::valid_from.le(day.to_diesel()))
        .filter(premises::valid_to.is_null().or(premises::valid_to.gt(Some(day).to_diesel())))
        .order((premises::valid_from.desc(), premises::id.asc()))
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Premises::try_from).transpose().map(|found| found.map(|p| (p.id, p.area, p.name)))
}

/// One office.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: PremisesId) -> Result<Option<Premises>> {
    let row: Option<Row> = premises::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Premises::try_from).transpose()
}

/// Every survey of a unit's office, latest first.
///
/// # Errors
/// The database's own.
pub async fn all_of_unit(db: &mut Db, unit: UnitId) -> Result<Vec<Premises>> {
    let rows: Vec<Row> = premises::table
        .filter(premises::unit_id.eq(unit.0))
        .order((premises::valid_from.desc(), premises::id.asc()))
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(Premises::try_from).collect()
}

/// Enters a survey.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Premises, by: Option<AccountId>) -> Result<()> {
    let area = serde_json::to_value(&new.area).map_err(|why| Error::Fault(why.to_string()))?;
    diesel::insert_into(premises::table)
        .values((
            premises::id.eq(new.id.0),
            premises::unit_id.eq(new.unit.0),
            premises::name.eq(&new.name),
            premises::address.eq(&new.address),
            premises::area.eq(area),
            premises::valid_from.eq(new.valid_from.to_diesel()),
            premises::valid_to.eq(new.valid_to.to_diesel()),
            premises::created_by.eq(by.map(|id| id.0)),
            premises::created_at.eq(new.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Ends a survey on a day.
///
/// # Errors
/// The database's own.
pub async fn close(db: &mut Db, id: PremisesId, to: Date) -> Result<()> {
    diesel::update(premises::table.find(id.0))
        .set(premises::valid_to.eq(Some(to).to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a visit that was made rests on a survey.
///
/// # Errors
/// The database's own.
pub async fn was_used(db: &mut Db, id: PremisesId) -> Result<bool> {
    let made = visits::table.filter(visits::premises_id.eq(id.0).and(visits::checked_in_at.is_not_null()));
    Ok(diesel::select(diesel::dsl::exists(made)).get_result(db).await?)
}

/// Takes a survey out, and lets the one before it go on. Visits that nobody has made look for their office anew when they
/// are told and when they arrive.
///
/// # Errors
/// The database's own.
pub async fn remove(db: &mut Db, id: PremisesId, before: Option<PremisesId>) -> Result<()> {
    diesel::update(visits::table.filter(visits::premises_id.eq(id.0)))
        .set((visits::premises_id.eq(before.map(|id| id.0)), visits::version.eq(visits::version + 1)))
        .execute(db)
        .await?;
    diesel::delete(premises::table.find(id.0)).execute(db).await?;
    if let Some(before) = before {
        diesel::update(premises::table.find(before.0))
            .set(premises::valid_to.eq(None::<Date>.to_diesel()))
            .execute(db)
            .await?;
    }
    Ok(())
}
