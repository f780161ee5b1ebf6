//! Successions between units, read both ways.

use crate::domain::ids::{UnitEventId, UnitId};
use crate::domain::unit::event::Portion;
use crate::domain::unit::lineage::{self, Link};
use crate::records::schema::unit_versions;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Date as SqlDate, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;
use std::collections::HashSet;
use uuid::Uuid;

/// From units to whoever took over by a day, however long the way. `UNION` leaves out what was met before, so that a
/// circle ends.
const FORWARDS: &str = "
WITH RECURSIVE way AS (
    SELECT event_id, from_id, to_id, portion, effective_on FROM unit_successions
    WHERE from_id = ANY($1) AND effective_on <= $2
  UNION
    SELECT s.event_id, s.from_id, s.to_id, s.portion, s.effective_on
    FROM way w JOIN unit_successions s ON s.from_id = w.to_id WHERE s.effective_on <= $2
)
SELECT * FROM way ORDER BY effective_on, to_id, from_id";

/// From units to whose place they had taken by a day.
const BACKWARDS: &str = "
WITH RECURSIVE way AS (
    SELECT event_id, from_id, to_id, portion, effective_on FROM unit_successions
    WHERE to_id = ANY($1) AND effective_on <= $2
  UNION
    SELECT s.event_id, s.from_id, s.to_id, s.portion, s.effective_on
    FROM way w JOIN unit_successions s ON s.to_id = w.from_id WHERE s.effective_on <= $2
)
SELECT * FROM way ORDER BY effective_on DESC, from_id, to_id";

/// Units that had begun and are not in force, and from which no way of whole successions leads to one that is. Reads every
/// version and every succession: some tens of thousands in the whole country.
const WITHOUT_HEIR: &str = "
WITH RECURSIVE there AS (
    SELECT unit_id FROM unit_versions WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
), gone AS (
    SELECT unit_id FROM unit_versions WHERE valid_from <= $1 EXCEPT SELECT unit_id FROM there
), whole AS (
    SELECT from_id, to_id FROM unit_successions WHERE portion = 'whole' AND effective_on <= $1
), way AS (
    SELECT g.unit_id AS start, s.to_id AS at FROM gone g JOIN whole s ON s.from_id = g.unit_id
  UNION
    SELECT w.start, s.to_id FROM way w JOIN gone g ON g.unit_id = w.at JOIN whole s ON s.from_id = w.at
)
SELECT unit_id AS id FROM gone
EXCEPT SELECT w.start FROM way w JOIN there t ON t.unit_id = w.at";

#[derive(QueryableByName)]
struct Unit {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Units that have ended by a day and did not go to one unit in force as a whole.
///
/// # Errors
/// The database's own.
pub async fn without_heir(db: &mut Db, day: Date) -> Result<Vec<UnitId>> {
    let rows: Vec<Unit> =
        diesel::sql_query(WITHOUT_HEIR).bind::<SqlDate, _>(day.to_diesel()).load(db).await?;
    Ok(rows.into_iter().map(|row| UnitId(row.id)).collect())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    from_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    to_id: Uuid,
    #[diesel(sql_type = Text)]
    portion: String,
    #[diesel(sql_type = SqlDate)]
    effective_on: jiff_diesel::Date,
}

impl TryFrom<Row> for Link {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            event: UnitEventId(row.event_id),
            from: UnitId(row.from_id),
            to: UnitId(row.to_id),
            portion: Portion::parse(&row.portion).ok_or_else(|| Error::bad_row(&row.portion))?,
            on: row.effective_on.into(),
        })
    }
}

async fn walk(db: &mut Db, statement: &'static str, units: &[UnitId], day: Date) -> Result<Vec<Link>> {
    let ids: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = diesel::sql_query(statement)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlDate, _>(day.to_diesel())
        .load(db)
        .await?;
    rows.into_iter().map(Link::try_from).collect()
}

/// Every succession that leads on from these units by a day.
///
/// # Errors
/// The database's own.
pub async fn forwards(db: &mut Db, units: &[UnitId], day: Date) -> Result<Vec<Link>> {
    walk(db, FORWARDS, units, day).await
}

/// Every succession that leads to these units by a day.
///
/// # Errors
/// The database's own.
pub async fn backwards(db: &mut Db, units: &[UnitId], day: Date) -> Result<Vec<Link>> {
    walk(db, BACKWARDS, units, day).await
}

/// For whom each of these units stands on a day besides itself: pairs of a unit and one that went to it as a whole.
///
/// # Errors
/// The database's own.
pub async fn stands_for(db: &mut Db, units: &[UnitId], day: Date) -> Result<Vec<(UnitId, UnitId)>> {
    let links = if units.is_empty() { Vec::new() } else { backwards(db, units, day).await? };
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let met: Vec<Uuid> = links.iter().flat_map(|link| [link.from.0, link.to.0]).collect();
    let living: Vec<Uuid> = unit_versions::table
        .filter(unit_versions::unit_id.eq_any(met))
        .filter(unit_versions::valid_from.le(day.to_diesel()))
        .filter(unit_versions::valid_to.is_null().or(unit_versions::valid_to.gt(day.to_diesel())))
        .select(unit_versions::unit_id)
        .load(db)
        .await?;
    let living: HashSet<Uuid> = living.into_iter().collect();
    let of = |unit: UnitId| lineage::stands_for(unit, day, &links, |unit| living.contains(&unit.0));
    Ok(units.iter().flat_map(|unit| of(*unit).into_iter().map(|kin| (*unit, kin.unit))).collect())
}
