//! What a visit knows of each photo it should have: how far it got, and whether somebody gave it up.

use crate::domain::ids::{AccountId, PhotoId, VisitId};
use crate::domain::photo::State;
use crate::domain::photo::ledger::{Given, Stage, Totals};
use crate::records::schema::photo_write_offs;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// One expected photo.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Minted by a phone.
    pub id: PhotoId,
    /// The item it is evidence for.
    pub item: Option<String>,
    /// What it shows.
    pub subject: String,
    /// When the shutter opened, by the device.
    pub captured_at: Timestamp,
    /// Number of its bytes.
    pub size_bytes: u64,
    /// How far it got.
    pub stage: Stage,
    /// Durable bytes of an upload that is not whole.
    pub received_bytes: u64,
    /// Why it is set apart.
    pub reason: Option<String>,
    /// When its bytes had been read again.
    pub verified_at: Option<Timestamp>,
    /// Set where somebody gave it up.
    pub written_off: Option<WrittenOff>,
}

/// Who gave a photo up, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenOff {
    /// By our clock.
    pub at: Timestamp,
    /// Who.
    pub by: AccountId,
    /// Why.
    pub reason: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    item_code: Option<String>,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = Stamp)]
    captured_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    size_bytes: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    quarantine_reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = NullableTimestamp)]
    verified_at: Option<Timestamp>,
    #[diesel(sql_type = BigInt)]
    received_bytes: i64,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = NullableTimestamp)]
    written_off_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    written_off_by: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    written_off_because: Option<String>,
}

impl TryFrom<Row> for Expected {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let state = State::parse(&row.state).ok_or_else(|| Error::bad_row(format!("state {}", row.state)))?;
        let received_bytes = u64::try_from(row.received_bytes).map_err(Error::bad_row)?;
        let written_off = row.written_off_at.zip(row.written_off_by).zip(row.written_off_because);
        Ok(Self {
            id: PhotoId(row.id),
            item: row.item_code,
            subject: row.subject,
            captured_at: row.captured_at,
            size_bytes: u64::try_from(row.size_bytes).map_err(Error::bad_row)?,
            stage: Stage::of(state, row.verified_at.is_some(), received_bytes),
            received_bytes,
            reason: row.quarantine_reason,
            verified_at: row.verified_at,
            written_off: written_off.map(|((at, by), reason)| WrittenOff { at, by: AccountId(by), reason }),
        })
    }
}

/// Everything about the photos of one visit, `$1`, as far as uploads go at `$2`. What came after the visit is no part of
/// it, nor is what was taken back.
const OF_VISIT: &str = "FROM photos p
    LEFT JOIN photo_receipts r ON r.photo_id = p.id AND p.restored_at IS NULL
    LEFT JOIN photo_write_offs w ON w.photo_id = p.id
    LEFT JOIN LATERAL (SELECT max(u.received_bytes) AS received_bytes FROM uploads u
        WHERE u.photo_id = p.id AND u.ended_at IS NULL AND u.expires_at > $2) u ON p.state = 'announced'
    WHERE p.visit_id = $1 AND p.action_id IS NULL AND p.reply_to IS NULL";

const COLUMNS: &str =
    "SELECT p.id, p.item_code, p.subject, p.captured_at, p.size_bytes, p.state, p.quarantine_reason,
    r.verified_at, coalesce(u.received_bytes, 0) AS received_bytes, w.written_off_at, w.written_off_by,
    w.reason AS written_off_because";

/// Where a page of the ledger ends.
pub type Place = (Timestamp, PhotoId);

/// The next photos of a visit that are expected or came, in the order of their capture.
///
/// # Errors
/// The database's own.
pub async fn expected(
    db: &mut Db,
    visit: VisitId,
    after: Option<Place>,
    (limit, now): (i64, Timestamp),
) -> Result<Vec<Expected>> {
    let (from, id) = after.unwrap_or((Timestamp::MIN, PhotoId(Uuid::nil())));
    let from = (from != Timestamp::MIN).then(|| from.to_diesel());
    let statement = diesel::sql_query(format!(
        "{COLUMNS} {OF_VISIT} AND p.state <> 'withdrawn'
         AND p.captured_at >= coalesce($3, '-infinity') AND (p.captured_at > coalesce($3, '-infinity') OR p.id > $4)
         ORDER BY p.captured_at, p.id LIMIT $5"
    ))
    .bind::<SqlUuid, _>(visit.0)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Nullable<Timestamptz>, _>(from)
    .bind::<SqlUuid, _>(id.0)
    .bind::<BigInt, _>(limit);
    let rows: Vec<Row> = statement.load(db).await?;
    rows.into_iter().map(Expected::try_from).collect()
}

/// One photo as the ledger of its visit has it.
///
/// # Errors
/// The database's own.
pub async fn expected_photo(
    db: &mut Db,
    visit: VisitId,
    (id, now): (PhotoId, Timestamp),
) -> Result<Option<Expected>> {
    let statement = diesel::sql_query(format!("{COLUMNS} {OF_VISIT} AND p.id = $3"))
        .bind::<SqlUuid, _>(visit.0)
        .bind::<Timestamptz, _>(now.to_diesel())
        .bind::<SqlUuid, _>(id.0);
    let row: Option<Row> = statement.get_result(db).await.optional()?;
    row.map(Expected::try_from).transpose()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    has_receipt: bool,
    #[diesel(sql_type = BigInt)]
    received_bytes: i64,
    #[diesel(sql_type = Bool)]
    is_written_off: bool,
    #[diesel(sql_type = BigInt)]
    photos: i64,
}

/// How many photos of a visit got how far.
///
/// # Errors
/// The database's own.
pub async fn totals(db: &mut Db, visit: VisitId, now: Timestamp) -> Result<Totals> {
    let statement = diesel::sql_query(format!(
        "SELECT p.state, r.photo_id IS NOT NULL AS has_receipt,
             (coalesce(u.received_bytes, 0) > 0)::int::bigint AS received_bytes,
             w.photo_id IS NOT NULL AS is_written_off, count(*) AS photos {OF_VISIT} GROUP BY 1, 2, 3, 4"
    ))
    .bind::<SqlUuid, _>(visit.0)
    .bind::<Timestamptz, _>(now.to_diesel());
    let counts: Vec<Count> = statement.load(db).await?;
    let mut totals = Totals::default();
    for count in counts {
        let state = State::parse(&count.state).ok_or_else(|| Error::bad_row(&count.state))?;
        let received = u64::try_from(count.received_bytes).map_err(Error::bad_row)?;
        let photos = u32::try_from(count.photos).map_err(Error::bad_row)?;
        let given = if count.is_written_off { Given::Up } else { Given::Not };
        totals.add(Stage::of(state, count.has_receipt, received), given, photos);
    }
    Ok(totals)
}

/// The photos of a visit whose bytes are there and were not read again.
///
/// # Errors
/// The database's own.
pub async fn held_of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<PhotoId>> {
    use crate::records::schema::photos;
    let held = State::ALL.into_iter().filter(|state| state.is_held()).map(State::as_str);
    let ids: Vec<Uuid> = photos::table
        .filter(photos::visit_id.eq(visit.0).and(photos::state.eq_any(held.collect::<Vec<_>>())))
        .select(photos::id)
        .load(db)
        .await?;
    Ok(ids.into_iter().map(PhotoId).collect())
}

/// Gives a photo up. False where somebody has done so before; then nothing is changed.
///
/// # Errors
/// The database's own.
pub async fn write_off(db: &mut Db, id: PhotoId, how: &WrittenOff) -> Result<bool> {
    let written = diesel::insert_into(photo_write_offs::table)
        .values((
            photo_write_offs::photo_id.eq(id.0),
            photo_write_offs::written_off_at.eq(how.at.to_diesel()),
            photo_write_offs::written_off_by.eq(how.by.0),
            photo_write_offs::reason.eq(&how.reason),
        ))
        .on_conflict_do_nothing()
        .execute(db)
        .await?;
    Ok(written == 1)
}
