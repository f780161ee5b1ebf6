//! How much is asked of each unit.

use super::{Eyes, begin};
use crate::domain::ids::{UnitId, VisitId};
use crate::domain::overlap::Burden;
use crate::records::visits::visible::Wanted;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = BigInt)]
    visits: i64,
    #[diesel(sql_type = BigInt)]
    days: i64,
    #[diesel(sql_type = BigInt)]
    campaigns: i64,
}

/// What is asked of each unit: visits, days in Vietnam, campaigns.
///
/// # Errors
/// The database's own.
pub async fn by_unit(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<Vec<(UnitId, Burden)>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    // A visit that ends at midnight is not there on the day that begins then.
    sql.text(" SELECT s.unit_id, count(DISTINCT s.id) AS visits, count(DISTINCT d.day) AS days, ")
        .text("count(DISTINCT s.campaign_id) AS campaigns FROM seen s CROSS JOIN LATERAL generate_series(")
        .text("(s.planned_start AT TIME ZONE interval '7 hours')::date, ")
        .text("((s.planned_end - interval '1 microsecond') AT TIME ZONE interval '7 hours')::date, ")
        .text("interval '1 day') AS d (day) GROUP BY s.unit_id");
    let rows: Vec<Row> = sql.query().load(db).await?;
    let count = |n: i64| u32::try_from(n).map_err(Error::bad_row);
    let of = |row: Row| {
        let asked =
            Burden { visits: count(row.visits)?, days: count(row.days)?, campaigns: count(row.campaigns)? };
        Ok((UnitId(row.unit_id), asked))
    };
    rows.into_iter().map(of).collect()
}

#[derive(QueryableByName)]
struct Sealed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Those of the visits that count which are still sealed: whoever counts them has read of them.
///
/// # Errors
/// The database's own.
pub async fn sealed(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<Vec<VisitId>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    sql.text(" SELECT s.id FROM seen s JOIN visits v ON v.id = s.id ")
        .text("WHERE (v.kind = 'surprise' OR v.secret) AND v.disclosed_at IS NULL");
    let rows: Vec<Sealed> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(|row| VisitId(row.id)).collect())
}
