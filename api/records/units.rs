//! Units and their versions, as of a day.

use super::schema::{unit_versions, units};
use super::{Db, Error, Result};
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::domain::text;
use crate::domain::unit::{Certainty, UnitKind, UnitType, UnitVersion, path};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

mod below;
pub mod events;
pub mod lineage;
pub mod many;
pub mod removal;
mod search;
pub mod through_time;

pub use below::{below, in_order};
pub use search::{Found, Place, Wanted, page};

/// A unit as it was on a day, with everything above it on that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitAt {
    /// The unit.
    pub unit: UnitId,
    /// The version that held on the day.
    pub version: UnitVersionId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub unit_type: UnitType,
    /// Its code in the state's catalogue.
    pub official_code: Option<String>,
    /// As printed: `Xã Minh Quang, huyện Chiêm Hóa, tỉnh Tuyên Quang`.
    pub path: String,
    /// Every unit above, nearest first.
    pub ancestors: Vec<UnitId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = unit_versions)]
struct Row {
    id: Uuid,
    unit_id: Uuid,
    name: String,
    unit_type: String,
    parent_id: Option<Uuid>,
    official_code: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    valid_from: Date,
    #[diesel(deserialize_as = NullableDate)]
    valid_to: Option<Date>,
    instrument: Option<String>,
    certainty: String,
}

fn read_type(text: &str) -> Result<UnitType> {
    UnitType::parse(text).ok_or_else(|| Error::bad_row(format!("unit type {text}")))
}

impl TryFrom<Row> for UnitVersion {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: UnitVersionId(row.id),
            unit: UnitId(row.unit_id),
            name: row.name,
            unit_type: read_type(&row.unit_type)?,
            parent: row.parent_id.map(UnitId),
            official_code: row.official_code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            instrument: row.instrument,
            certainty: Certainty::parse(&row.certainty).ok_or_else(|| Error::bad_row(&row.certainty))?,
        })
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = SqlUuid)]
    start: Uuid,
    #[diesel(sql_type = Integer)]
    depth: i32,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    unit_type: String,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    official_code: Option<String>,
}

/// Climbs from each unit to the top as of a day. Twelve floors are more than any state has; the bound ends a circle
/// that two late corrections could make.
const CLIMB: &str = "
WITH RECURSIVE climb AS (
    SELECT v.unit_id AS start, 0 AS depth, v.unit_id, v.id, v.name, v.unit_type, v.official_code, v.parent_id
    FROM unit_versions v
    WHERE v.unit_id = ANY($1) AND v.valid_from <= $2 AND (v.valid_to IS NULL OR v.valid_to > $2)
  UNION ALL
    SELECT c.start, c.depth + 1, v.unit_id, v.id, v.name, v.unit_type, v.official_code, v.parent_id
    FROM climb c JOIN unit_versions v ON v.unit_id = c.parent_id
    WHERE v.valid_from <= $2 AND (v.valid_to IS NULL OR v.valid_to > $2) AND c.depth < 12
)
SELECT start, depth, unit_id, id, name, unit_type, official_code FROM climb ORDER BY start, depth";

/// A unit as it was on a day; `None` if it did not exist then.
///
/// # Errors
/// The database's own.
pub async fn at(db: &mut Db, unit: UnitId, day: Date) -> Result<Option<UnitAt>> {
    Ok(all_at(db, &[unit], day).await?.remove(&unit))
}

/// Several units as they were on a day; those that did not exist then are left out.
///
/// # Errors
/// The database's own.
pub async fn all_at(db: &mut Db, wanted: &[UnitId], day: Date) -> Result<HashMap<UnitId, UnitAt>> {
    let ids: Vec<Uuid> = wanted.iter().map(|id| id.0).collect();
    let steps: Vec<Step> = diesel::sql_query(CLIMB)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<diesel::sql_types::Date, _>(day.to_diesel())
        .load(db)
        .await?;
    let mut out = HashMap::new();
    for climb in steps.chunk_by(|a, b| a.start == b.start) {
        let Some(own) = climb.first().filter(|step| step.depth == 0) else { continue };
        let at = UnitAt {
            unit: UnitId(own.unit_id),
            version: UnitVersionId(own.id),
            name: own.name.clone(),
            unit_type: read_type(&own.unit_type)?,
            official_code: own.official_code.clone(),
            path: path(climb.iter().map(|step| step.name.as_str())),
            ancestors: climb.iter().skip(1).map(|step| UnitId(step.unit_id)).collect(),
        };
        out.insert(at.unit, at);
    }
    Ok(out)
}

/// Whether a unit is known, and of which kind.
///
/// # Errors
/// The database's own.
pub async fn kind(db: &mut Db, unit: UnitId) -> Result<Option<UnitKind>> {
    let held = units::table.find(unit.0).filter(units::removed_at.is_null()).select(units::kind);
    let kind: Option<String> = held.first(db).await.optional()?;
    kind.map(|text| UnitKind::parse(&text).ok_or_else(|| Error::bad_row(text))).transpose()
}

/// Which of these are units.
///
/// # Errors
/// The database's own.
pub async fn known(db: &mut Db, of: &[UnitId]) -> Result<HashSet<UnitId>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let held = units::table.filter(units::id.eq_any(ids).and(units::removed_at.is_null()));
    let found: Vec<Uuid> = held.select(units::id).load(db).await?;
    Ok(found.into_iter().map(UnitId).collect())
}

/// What a unit was called by law during one version.
///
/// # Errors
/// The database's own.
pub async fn type_of_version(db: &mut Db, version: UnitVersionId) -> Result<Option<UnitType>> {
    let found: Option<String> =
        unit_versions::table.find(version.0).select(unit_versions::unit_type).first(db).await.optional()?;
    found.map(|text| read_type(&text)).transpose()
}

/// Every version of a unit, first to last.
///
/// # Errors
/// The database's own.
pub async fn versions(db: &mut Db, unit: UnitId) -> Result<Vec<UnitVersion>> {
    Ok(many::histories(db, &[unit]).await?.remove(&unit).unwrap_or_default())
}

/// Enters a unit without versions. False if it was there already.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, unit: UnitId, kind: UnitKind, now: Timestamp) -> Result<bool> {
    Ok(many::keep_all(db, &[(unit, kind)], now).await? == 1)
}

/// Enters a version.
///
/// # Errors
/// Constraint `unit_versions_no_overlap` where another version holds on one of its days.
pub async fn keep_version(db: &mut Db, version: &UnitVersion, now: Timestamp) -> Result<()> {
    many::keep_versions(db, std::slice::from_ref(version), now).await
}

/// Ends a version on a day.
///
/// # Errors
/// The database's own.
pub async fn close_version(db: &mut Db, version: UnitVersionId, to: Date) -> Result<()> {
    many::end_versions(db, &[version], Some(to)).await
}

/// Holds a unit until the transaction ends, so that two people do not end its last version at once. False if there is
/// no such unit.
///
/// # Errors
/// The database's own.
pub async fn lock(db: &mut Db, unit: UnitId) -> Result<bool> {
    Ok(!many::lock_all(db, &[unit]).await?.is_empty())
}

/// Every version of several units.
///
/// # Errors
/// The database's own.
pub async fn versions_of(db: &mut Db, of: &[UnitId]) -> Result<Vec<UnitVersion>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = unit_versions::table
        .filter(unit_versions::unit_id.eq_any(ids))
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(UnitVersion::try_from).collect()
}

/// Writes a version anew under its id.
///
/// # Errors
/// As [`keep_version`].
pub async fn correct_version(db: &mut Db, version: &UnitVersion) -> Result<()> {
    diesel::update(unit_versions::table.find(version.id.0))
        .set((
            unit_versions::name.eq(&version.name),
            unit_versions::name_key.eq(text::fold(&version.name)),
            unit_versions::unit_type.eq(version.unit_type.as_str()),
            unit_versions::parent_id.eq(version.parent.map(|id| id.0)),
            unit_versions::official_code.eq(version.official_code.as_deref()),
            unit_versions::valid_from.eq(version.valid_from.to_diesel()),
            unit_versions::valid_to.eq(version.valid_to.to_diesel()),
            unit_versions::instrument.eq(version.instrument.as_deref()),
            unit_versions::certainty.eq(version.certainty.as_str()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Lets versions overlap until the transaction ends, for whoever moves several dates at once.
///
/// # Errors
/// The database's own.
pub async fn defer_overlap(db: &mut Db) -> Result<()> {
    diesel::sql_query("SET CONSTRAINTS unit_versions_no_overlap DEFERRED").execute(db).await?;
    Ok(())
}
