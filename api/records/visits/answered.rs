//! Items over many visits: at which units they are not fine.

use crate::domain::ids::{UnitId, VisitId};
use crate::domain::shares::ItemShare;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    template: String,
    #[diesel(sql_type = Text)]
    item_code: String,
    #[diesel(sql_type = BigInt)]
    assessed: i64,
    #[diesel(sql_type = Array<SqlUuid>)]
    failing: Vec<Uuid>,
    #[diesel(sql_type = Array<SqlUuid>)]
    passing: Vec<Uuid>,
}

/// A unit counts once for each item, by its latest visit that asked it. Units that are fine are named only where the
/// items are: a year of a province would be hundreds of thousands.
const SHARES: &str = "
SELECT template, item_code, count(*) AS assessed,
    coalesce(array_agg(unit_id) FILTER (WHERE failing), '{}') AS failing,
    coalesce(array_agg(unit_id) FILTER (WHERE NOT failing AND $2::text[] IS NOT NULL), '{}') AS passing
FROM (
    SELECT DISTINCT ON (v.unit_id, t.code, r.item_code)
        v.unit_id, t.code AS template, r.item_code, r.outcome IN ('fail', 'partial') AS failing
    FROM responses r
    JOIN visits v ON v.id = r.visit_id
    JOIN template_versions tv ON tv.id = r.template_version_id
    JOIN templates t ON t.id = tv.template_id
    WHERE r.visit_id = ANY($1) AND ($2::text[] IS NULL OR r.item_code = ANY($2))
    AND r.outcome IN ('pass', 'partial', 'fail')
    ORDER BY v.unit_id, t.code, r.item_code, v.planned_start DESC, v.id DESC) AS latest
GROUP BY template, item_code
ORDER BY template, item_code";

/// Each item that was judged in these visits, or those of these codes.
///
/// # Errors
/// The database's own.
pub async fn shares(db: &mut Db, visits: &[VisitId], items: Option<&[String]>) -> Result<Vec<ItemShare>> {
    let visits: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = diesel::sql_query(SHARES)
        .bind::<Array<SqlUuid>, _>(visits)
        .bind::<Nullable<Array<Text>>, _>(items)
        .load(db)
        .await?;
    let units = |ids: Vec<Uuid>| ids.into_iter().map(UnitId).collect::<BTreeSet<_>>();
    let share = |row: Row| {
        Ok(ItemShare {
            template: row.template,
            item: row.item_code,
            assessed: u32::try_from(row.assessed).map_err(Error::bad_row)?,
            failing: units(row.failing),
            passing: units(row.passing),
        })
    };
    rows.into_iter().map(share).collect()
}

#[derive(QueryableByName)]
struct VisitRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
}

/// The visits whose answers count for an item: each unit's latest that asked it.
///
/// # Errors
/// The database's own.
pub async fn deciding(db: &mut Db, visits: &[VisitId], template: &str, item: &str) -> Result<Vec<VisitId>> {
    let words = "SELECT DISTINCT ON (v.unit_id) r.visit_id FROM responses r
        JOIN visits v ON v.id = r.visit_id
        JOIN template_versions tv ON tv.id = r.template_version_id
        JOIN templates t ON t.id = tv.template_id
        WHERE r.visit_id = ANY($1) AND t.code = $2 AND r.item_code = $3 AND r.outcome IN ('pass', 'partial', 'fail')
        ORDER BY v.unit_id, v.planned_start DESC, v.id DESC";
    let visits: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let rows: Vec<VisitRow> = diesel::sql_query(words)
        .bind::<Array<SqlUuid>, _>(visits)
        .bind::<Text, _>(template)
        .bind::<Text, _>(item)
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|row| VisitId(row.visit_id)).collect())
}
