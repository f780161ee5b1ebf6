//! What phones said they still hold, and what they declared and have not sent.

use super::schema::{unsent_reports as reports, unsent_work as work};
use super::{Db, Error, Result};
use crate::domain::ids::{DeviceId, OwnerId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::unsent::Amount;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use std::collections::HashMap;
use uuid::Uuid;

/// Amounts of one device, visit by visit.
pub type ByVisit = Vec<(VisitId, Amount)>;

/// When a phone said so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// By our clock.
    pub at: Timestamp,
    /// By its own.
    pub device_clock: DeviceMoment,
}

/// Writes down what a device says it holds, in place of what it said before. Held one after the other by the device's row.
///
/// # Errors
/// The database's own.
pub async fn report(db: &mut Db, device: DeviceId, said: Said, held: &ByVisit) -> Result<()> {
    let row = (
        reports::device_id.eq(device.0),
        reports::reported_at.eq(said.at.to_diesel()),
        reports::device_clock.eq(said.device_clock.at.to_diesel()),
        reports::device_clock_offset_s.eq(said.device_clock.offset_s),
    );
    diesel::insert_into(reports::table)
        .values(row)
        .on_conflict(reports::device_id)
        .do_update()
        .set(row)
        .execute(db)
        .await?;
    diesel::delete(work::table.filter(work::device_id.eq(device.0))).execute(db).await?;
    let number = |count: u64| i64::try_from(count).map_err(Error::bad_row);
    let mut rows = Vec::with_capacity(held.len());
    for (visit, amount) in held {
        rows.push((
            work::device_id.eq(device.0),
            work::visit_id.eq(visit.0),
            work::photos.eq(number(amount.photos)?),
            work::changes.eq(number(amount.changes)?),
            work::bytes.eq(number(amount.bytes)?),
            work::oldest_captured_at.eq(amount.oldest.to_diesel()),
        ));
    }
    if !rows.is_empty() {
        diesel::insert_into(work::table).values(&rows).execute(db).await?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct ReportRow {
    device_id: Uuid,
    #[diesel(deserialize_as = Stamp)]
    reported_at: Timestamp,
    #[diesel(deserialize_as = Stamp)]
    device_clock: Timestamp,
    device_clock_offset_s: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = work)]
struct WorkRow {
    device_id: Uuid,
    visit_id: Uuid,
    photos: i64,
    changes: i64,
    bytes: i64,
    #[diesel(deserialize_as = NullableTimestamp)]
    oldest_captured_at: Option<Timestamp>,
}

fn amount(counts: (i64, i64, i64), oldest: Option<Timestamp>) -> Result<Amount> {
    let number = |count: i64| u64::try_from(count).map_err(Error::bad_row);
    Ok(Amount { photos: number(counts.0)?, changes: number(counts.1)?, bytes: number(counts.2)?, oldest })
}

/// What these devices said last, and when.
///
/// # Errors
/// The database's own.
pub async fn said(db: &mut Db, of: &[DeviceId]) -> Result<HashMap<DeviceId, (Said, ByVisit)>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::device_id.eq_any(&ids))
        .select(ReportRow::as_select())
        .load(db)
        .await?;
    let mut all = HashMap::new();
    for row in rows {
        let device_clock =
            DeviceMoment::from_parts(row.device_clock, row.device_clock_offset_s).map_err(Error::bad_row)?;
        all.insert(DeviceId(row.device_id), (Said { at: row.reported_at, device_clock }, ByVisit::new()));
    }
    let rows: Vec<WorkRow> =
        work::table.filter(work::device_id.eq_any(&ids)).select(WorkRow::as_select()).load(db).await?;
    for row in rows {
        let amount = amount((row.photos, row.changes, row.bytes), row.oldest_captured_at)?;
        if let Some((_, held)) = all.get_mut(&DeviceId(row.device_id)) {
            held.push((VisitId(row.visit_id), amount));
        }
    }
    Ok(all)
}

#[derive(QueryableByName)]
struct AwaitedRow {
    #[diesel(sql_type = SqlUuid)]
    device_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = BigInt)]
    photos: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<Stamp>,
}

/// Photos at visits of an owner that these devices declared and whose bytes have not come, by device and visit.
///
/// # Errors
/// The database's own.
pub async fn awaited(db: &mut Db, owner: OwnerId, of: &[DeviceId]) -> Result<HashMap<DeviceId, ByVisit>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    // By the sessions of a device, each a seek in the index of what is awaited.
    let statement = "SELECT s.device_id, p.visit_id, count(*) AS photos,
            coalesce(sum(p.size_bytes), 0)::bigint AS bytes, min(p.declared_at) AS oldest
        FROM sessions s JOIN photos p ON p.declared_session = s.id
        WHERE s.device_id = ANY ($1) AND p.state = 'announced' AND p.owner_id = $2
        GROUP BY s.device_id, p.visit_id";
    let rows: Vec<AwaitedRow> = diesel::sql_query(statement)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlUuid, _>(owner.0)
        .load(db)
        .await?;
    let mut all: HashMap<DeviceId, ByVisit> = HashMap::new();
    for row in rows {
        let amount = amount((row.photos, 0, row.bytes), row.oldest.map(Timestamp::from))?;
        all.entry(DeviceId(row.device_id)).or_default().push((VisitId(row.visit_id), amount));
    }
    Ok(all)
}

#[derive(QueryableByName)]
struct UsedRow {
    #[diesel(sql_type = SqlUuid)]
    device_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    used: Stamp,
}

/// When these devices last renewed what they call with.
///
/// # Errors
/// The database's own.
pub async fn last_used(db: &mut Db, of: &[DeviceId]) -> Result<HashMap<DeviceId, Timestamp>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let statement = "SELECT device_id, max(last_used_at) AS used FROM sessions
        WHERE device_id = ANY ($1) GROUP BY device_id";
    let rows: Vec<UsedRow> = diesel::sql_query(statement).bind::<Array<SqlUuid>, _>(ids).load(db).await?;
    Ok(rows.into_iter().map(|row| (DeviceId(row.device_id), row.used.into())).collect())
}
