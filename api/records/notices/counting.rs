//! The rows behind the figures of a notice, over the visits that it sums up.

use crate::domain::finding::State;
use crate::domain::ids::{FindingId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::template::LegalBasis;
use crate::domain::visit::{Kind, Window};
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp};
use serde_json::Value;
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

/// Whether a checklist that one of these visits is pinned to has an item.
///
/// # Errors
/// The database's own.
pub async fn is_asked(db: &mut Db, of: &[VisitId], template: Option<&str>, item: &str) -> Result<bool> {
    let words = "SELECT EXISTS (SELECT 1 FROM template_versions v JOIN templates t ON t.id = v.template_id
        WHERE v.id IN (SELECT template_version_id FROM visit_templates WHERE visit_id = ANY ($1))
            AND ($2 IS NULL OR t.code = $2)
            AND jsonb_path_exists(v.body, '$.sections[*].items[*] ? (@.code == $code)',
                jsonb_build_object('code', $3))) AS is_asked";
    let found: Asked = diesel::sql_query(words)
        .bind::<Array<SqlUuid>, _>(keys(of))
        .bind::<Nullable<Text>, _>(template)
        .bind::<Text, _>(item)
        .get_result(db)
        .await?;
    Ok(found.is_asked)
}

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = Bool)]
    is_asked: bool,
}

/// The laws behind an item of a checklist, as these visits were asked it: those that held on the day of one of them, in the
/// order in which the item names them.
///
/// # Errors
/// The database's own.
pub async fn bases(db: &mut Db, of: &[VisitId], template: &str, item: &str) -> Result<Vec<String>> {
    let words = "SELECT DISTINCT v.body_bases AS bases, s.planned_start AS began
        FROM (SELECT id, planned_start FROM visits WHERE id = ANY ($1)) AS s
        JOIN visit_templates p ON p.visit_id = s.id
        JOIN LATERAL (SELECT jsonb_path_query_first(b.body, '$.sections[*].items[*] ? (@.code == $code)',
                jsonb_build_object('code', $3)) -> 'legal_basis' AS body_bases
            FROM template_versions b JOIN templates t ON t.id = b.template_id
            WHERE b.id = p.template_version_id AND t.code = $2) AS v ON v.body_bases IS NOT NULL
        ORDER BY s.planned_start";
    let rows: Vec<Based> = diesel::sql_query(words)
        .bind::<Array<SqlUuid>, _>(keys(of))
        .bind::<Text, _>(template)
        .bind::<Text, _>(item)
        .load(db)
        .await?;
    let mut told: Vec<String> = Vec::new();
    for row in rows {
        let bases: Vec<LegalBasis> = serde_json::from_value(row.bases).map_err(Error::bad_row)?;
        for basis in bases.into_iter().filter(|basis| basis.holds_on(vietnam_day(row.began))) {
            if !told.contains(&basis.document) {
                told.push(basis.document);
            }
        }
    }
    Ok(told)
}

#[derive(QueryableByName)]
struct Based {
    #[diesel(sql_type = Jsonb)]
    bases: Value,
    #[diesel(sql_type = Timestamptz, deserialize_as = Stamp)]
    began: Timestamp,
}
