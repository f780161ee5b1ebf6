//! Each unit that was visited, with what it is ranked by.

use super::{Eyes, begin, is_open, verdicts};
use crate::domain::ids::UnitId;
use crate::records::visits::visible::Wanted;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// A unit's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfUnit {
    /// Visits that count.
    pub visits: u32,
    /// Items that were judged, each by the latest visit that asked it.
    pub judged: u32,
    /// Those that earn less than full credit.
    pub failing: u32,
    /// Findings of these visits that are open.
    pub open: u32,
    /// The critical ones among them.
    pub critical: u32,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = BigInt)]
    visits: i64,
    #[diesel(sql_type = BigInt)]
    judged: i64,
    #[diesel(sql_type = BigInt)]
    failing: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    critical: i64,
}

/// Every unit with a visit that counts, in no order.
///
/// # Errors
/// The database's own.
pub async fn by_unit(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<Vec<(UnitId, OfUnit)>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    verdicts(&mut sql, wanted.as_known, None);
    sql.text(
        ", judged_units AS (SELECT unit_id, count(*) AS judged, count(*) FILTER (WHERE failing) AS failing ",
    )
    .text("FROM verdict GROUP BY unit_id)")
    .text(", open AS (SELECT s.unit_id, count(*) AS open, count(*) FILTER (WHERE f.critical) AS critical ")
    .text("FROM seen s JOIN findings f ON f.visit_id = s.id WHERE f.kind = 'finding' AND ");
    is_open(&mut sql, wanted.as_known);
    sql.text(" GROUP BY s.unit_id) SELECT v.unit_id, v.visits, coalesce(j.judged, 0) AS judged, ")
        .text("coalesce(j.failing, 0) AS failing, coalesce(o.open, 0) AS open, coalesce(o.critical, 0) AS critical ")
        .text("FROM (SELECT unit_id, count(*) AS visits FROM seen GROUP BY unit_id) v ")
        .text("LEFT JOIN judged_units j ON j.unit_id = v.unit_id LEFT JOIN open o ON o.unit_id = v.unit_id");
    let rows: Vec<Row> = sql.query().load(db).await?;
    let count = |n: i64| u32::try_from(n).map_err(Error::bad_row);
    let of = |row: Row| {
        let figures = OfUnit {
            visits: count(row.visits)?,
            judged: count(row.judged)?,
            failing: count(row.failing)?,
            open: count(row.open)?,
            critical: count(row.critical)?,
        };
        Ok((UnitId(row.unit_id), figures))
    };
    rows.into_iter().map(of).collect()
}
