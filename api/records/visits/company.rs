//! Who received a team, and what it explained on the spot.

use crate::domain::ids::{AccountId, AttendeeId, GuidanceId, VisitId};
use crate::domain::visit::company::{Attendee, Guidance};
use crate::records::schema::{visit_attendees, visit_guidance};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp as NullableStamp, Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

type AttendeeRow = (Uuid, Uuid, String, String, Vec<String>, Uuid, Stamp, NullableStamp, i32);

fn attendee((id, visit, name, office, positions, by, at, removed, version): AttendeeRow) -> Attendee {
    Attendee {
        id: AttendeeId(id),
        visit: VisitId(visit),
        name,
        office,
        positions,
        recorded_by: AccountId(by),
        recorded_at: at.into(),
        removed_at: removed.into(),
        version,
    }
}

type GuidanceRow = (Uuid, Uuid, Option<String>, String, String, Stamp, i32, Uuid, Stamp, NullableStamp, i32);

fn guidance(
    (id, visit, item, guided, content, at, offset_s, by, recorded, removed, version): GuidanceRow,
) -> Guidance {
    Guidance {
        id: GuidanceId(id),
        visit: VisitId(visit),
        item,
        guided,
        content,
        given_at: at.into(),
        given_offset_s: offset_s,
        recorded_by: AccountId(by),
        recorded_at: recorded.into(),
        removed_at: removed.into(),
        version,
    }
}

/// One attendee.
///
/// # Errors
/// The database's own.
pub async fn find_attendee(db: &mut Db, id: AttendeeId) -> Result<Option<Attendee>> {
    let row: Option<AttendeeRow> = visit_attendees::table.find(id.0).first(db).await.optional()?;
    Ok(row.map(attendee))
}

/// Everybody who received a team, in the order they were recorded.
///
/// # Errors
/// The database's own.
pub async fn attendees(db: &mut Db, visit: VisitId) -> Result<Vec<Attendee>> {
    let rows: Vec<AttendeeRow> = visit_attendees::table
        .filter(visit_attendees::visit_id.eq(visit.0))
        .filter(visit_attendees::removed_at.is_null())
        .order((visit_attendees::recorded_at, visit_attendees::id))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(attendee).collect())
}

/// Attendees by their ids, in no order, those taken back too.
///
/// # Errors
/// The database's own.
pub async fn load_attendees(db: &mut Db, ids: &[AttendeeId]) -> Result<Vec<Attendee>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<AttendeeRow> =
        visit_attendees::table.filter(visit_attendees::id.eq_any(ids)).load(db).await?;
    Ok(rows.into_iter().map(attendee).collect())
}

/// Entries of guidance by their ids, in no order, those taken back too.
///
/// # Errors
/// The database's own.
pub async fn load_guidance(db: &mut Db, ids: &[GuidanceId]) -> Result<Vec<Guidance>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<GuidanceRow> =
        visit_guidance::table.filter(visit_guidance::id.eq_any(ids)).load(db).await?;
    Ok(rows.into_iter().map(guidance).collect())
}

/// Records an attendee, or corrects one of the same id.
///
/// # Errors
/// The database's own.
pub async fn keep_attendee(db: &mut Db, new: &Attendee) -> Result<()> {
    let said = (
        visit_attendees::name.eq(&new.name),
        visit_attendees::office.eq(&new.office),
        visit_attendees::positions.eq(&new.positions),
        visit_attendees::version.eq(new.version),
    );
    diesel::insert_into(visit_attendees::table)
        .values((
            visit_attendees::id.eq(new.id.0),
            visit_attendees::visit_id.eq(new.visit.0),
            said,
            visit_attendees::recorded_by.eq(new.recorded_by.0),
            visit_attendees::recorded_at.eq(new.recorded_at.to_diesel()),
        ))
        .on_conflict(visit_attendees::id)
        .do_update()
        .set(said)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes an attendee back.
///
/// # Errors
/// The database's own.
pub async fn remove_attendee(db: &mut Db, id: AttendeeId, at: Timestamp) -> Result<()> {
    let gone = visit_attendees::removed_at.eq(Some(at).to_diesel());
    diesel::update(visit_attendees::table.find(id.0)).set(gone).execute(db).await?;
    Ok(())
}

/// Takes an entry of guidance back.
///
/// # Errors
/// The database's own.
pub async fn remove_guidance(db: &mut Db, id: GuidanceId, at: Timestamp) -> Result<()> {
    let gone = visit_guidance::removed_at.eq(Some(at).to_diesel());
    diesel::update(visit_guidance::table.find(id.0)).set(gone).execute(db).await?;
    Ok(())
}

/// One entry of guidance.
///
/// # Errors
/// The database's own.
pub async fn find_guidance(db: &mut Db, id: GuidanceId) -> Result<Option<Guidance>> {
    let row: Option<GuidanceRow> = visit_guidance::table.find(id.0).first(db).await.optional()?;
    Ok(row.map(guidance))
}

/// The guidance log of a visit, in the order it was given.
///
/// # Errors
/// The database's own.
pub async fn guidance_log(db: &mut Db, visit: VisitId) -> Result<Vec<Guidance>> {
    let rows: Vec<GuidanceRow> = visit_guidance::table
        .filter(visit_guidance::visit_id.eq(visit.0))
        .filter(visit_guidance::removed_at.is_null())
        .order((visit_guidance::given_at, visit_guidance::id))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(guidance).collect())
}

/// Enters guidance, or corrects the entry of the same id.
///
/// # Errors
/// The database's own.
pub async fn keep_guidance(db: &mut Db, new: &Guidance) -> Result<()> {
    let said = (
        visit_guidance::item_code.eq(new.item.as_deref()),
        visit_guidance::guided.eq(&new.guided),
        visit_guidance::content.eq(&new.content),
        visit_guidance::given_at.eq(new.given_at.to_diesel()),
        visit_guidance::given_offset_s.eq(new.given_offset_s),
        visit_guidance::version.eq(new.version),
    );
    let recorded_at: Timestamp = new.recorded_at;
    diesel::insert_into(visit_guidance::table)
        .values((
            visit_guidance::id.eq(new.id.0),
            visit_guidance::visit_id.eq(new.visit.0),
            said,
            visit_guidance::recorded_by.eq(new.recorded_by.0),
            visit_guidance::recorded_at.eq(recorded_at.to_diesel()),
        ))
        .on_conflict(visit_guidance::id)
        .do_update()
        .set(said)
        .execute(db)
        .await?;
    Ok(())
}
