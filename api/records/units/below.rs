//! Every unit below another as of a day, in the order of Vietnamese dictionaries.

use super::read_type;
use crate::domain::ids::UnitId;
use crate::domain::unit::UnitType;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    unit_type: String,
}

/// Climbs down; twelve floors are more than any state has. Names are ordered without the word for the type, so that a
/// township stands among the communes.
const BELOW: &str = "
WITH RECURSIVE below AS (
    SELECT v.unit_id, v.name, v.unit_type, 0 AS depth FROM unit_versions v
    WHERE v.parent_id = $1 AND v.valid_from <= $2 AND (v.valid_to IS NULL OR v.valid_to > $2)
  UNION
    SELECT v.unit_id, v.name, v.unit_type, b.depth + 1 FROM below b JOIN unit_versions v ON v.parent_id = b.unit_id
    WHERE v.valid_from <= $2 AND (v.valid_to IS NULL OR v.valid_to > $2) AND b.depth < 12
)
SELECT DISTINCT unit_id, name, unit_type,
    vietnamese_order(regexp_replace(name, '^(Xã|Phường|Thị trấn|Đặc khu) ', '')) COLLATE \"C\" AS place
FROM below ORDER BY place, unit_id";

/// Every unit below another on a day: id, name, type.
///
/// # Errors
/// The database's own.
pub async fn below(db: &mut Db, unit: UnitId, day: Date) -> Result<Vec<(UnitId, String, UnitType)>> {
    let rows: Vec<Row> = diesel::sql_query(BELOW)
        .bind::<SqlUuid, _>(unit.0)
        .bind::<diesel::sql_types::Date, _>(day.to_diesel())
        .load(db)
        .await?;
    rows.into_iter().map(|row| Ok((UnitId(row.unit_id), row.name, read_type(&row.unit_type)?))).collect()
}

/// These units as of a day where they exist, else as they were last, in the same order.
const IN_ORDER: &str = "
SELECT unit_id, name, unit_type FROM (
    SELECT DISTINCT ON (v.unit_id) v.unit_id, v.name, v.unit_type FROM unit_versions v
    WHERE v.unit_id = ANY($1) AND v.valid_from <= $2
    ORDER BY v.unit_id, v.valid_from DESC) AS last
ORDER BY vietnamese_order(regexp_replace(name, '^(Xã|Phường|Thị trấn|Đặc khu) ', '')) COLLATE \"C\", unit_id";

/// These units by name as of a day, or as they were last: id, name, type.
///
/// # Errors
/// The database's own.
pub async fn in_order(db: &mut Db, units: &[UnitId], day: Date) -> Result<Vec<(UnitId, String, UnitType)>> {
    let ids: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = diesel::sql_query(IN_ORDER)
        .bind::<diesel::sql_types::Array<SqlUuid>, _>(ids)
        .bind::<diesel::sql_types::Date, _>(day.to_diesel())
        .load(db)
        .await?;
    rows.into_iter().map(|row| Ok((UnitId(row.unit_id), row.name, read_type(&row.unit_type)?))).collect()
}
