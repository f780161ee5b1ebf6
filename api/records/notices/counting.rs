//! The rows behind the figures of a notice, over the visits that it sums up.

use crate::domain::finding::State;
use crate::domain::ids::{FindingId, UnitId, VisitId};
use crate::domain::visit::{Kind, Window};
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp};
use uuid::Uuid;

fn keys(visits: &[VisitId]) -> Vec<Uuid> {
    visits.iter().map(|id| id.0).collect()
}

/// A visit as figures count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visited {
    /// Which.
    pub visit: VisitId,
    /// Where.
    pub unit: UnitId,
    /// How it came.
    pub kind: Kind,
}

#[derive(QueryableByName)]
struct VisitRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// These visits, in the order they were planned for.
///
/// # Errors
/// The database's own.
pub async fn visited(db: &mut Db, visits: &[VisitId]) -> Result<Vec<Visited>> {
    let words = "SELECT id, unit_id, kind FROM visits WHERE id = ANY($1) ORDER BY planned_start, id";
    let rows: Vec<VisitRow> =
        diesel::sql_query(words).bind::<Array<SqlUuid>, _>(keys(visits)).load(db).await?;
    let read = |row: VisitRow| {
        let kind = Kind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?;
        Ok(Visited { visit: VisitId(row.id), unit: UnitId(row.unit_id), kind })
    };
    rows.into_iter().map(read).collect()
}

/// When a visit was meant and made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// As planned.
    pub planned: Window,
    /// By the device's clock.
    pub arrived: Option<Timestamp>,
    /// When it was handed in.
    pub handed_in: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct TimesRow {
    #[diesel(sql_type = Timestamptz)]
    planned_start: Stamp,
    #[diesel(sql_type = Timestamptz)]
    planned_end: Stamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    arrived: NullableTimestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: NullableTimestamp,
}

/// When these visits were meant and made, in no order.
///
/// # Errors
/// The database's own.
pub async fn times(db: &mut Db, visits: &[VisitId]) -> Result<Vec<Times>> {
    let words = "SELECT planned_start, planned_end, (check_in ->> 'at')::timestamptz AS arrived, submitted_at
        FROM visits WHERE id = ANY($1)";
    let rows: Vec<TimesRow> =
        diesel::sql_query(words).bind::<Array<SqlUuid>, _>(keys(visits)).load(db).await?;
    let read = |row: TimesRow| Times {
        planned: Window { start: row.planned_start.into(), end: row.planned_end.into() },
        arrived: row.arrived.into(),
        handed_in: row.submitted_at.into(),
    };
    Ok(rows.into_iter().map(read).collect())
}

#[derive(QueryableByName)]
struct FindingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
}

/// Findings of these visits that the lead stands by and that were not withdrawn, oldest first: which, and where.
///
/// # Errors
/// The database's own.
pub async fn findings(
    db: &mut Db,
    visits: &[VisitId],
    item: Option<&str>,
    critical: Option<bool>,
) -> Result<Vec<(FindingId, UnitId)>> {
    let words = "SELECT id, unit_id FROM findings WHERE visit_id = ANY($1) AND kind = 'finding'
        AND state = ANY ($2) AND ($3::text IS NULL OR item_code = $3) AND ($4::boolean IS NULL OR critical = $4)
        ORDER BY reported_at, id";
    let rows: Vec<FindingRow> = diesel::sql_query(words)
        .bind::<Array<SqlUuid>, _>(keys(visits))
        .bind::<Array<Text>, _>(State::standing())
        .bind::<Nullable<Text>, _>(item)
        .bind::<Nullable<Bool>, _>(critical)
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|row| (FindingId(row.id), UnitId(row.unit_id))).collect())
}
