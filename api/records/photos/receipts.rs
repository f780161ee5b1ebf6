//! Receipts as rows: one for each photo whose bytes were read again, written once.

use crate::domain::ids::PhotoId;
use crate::domain::photo::State;
use crate::domain::photo::ledger::DAMAGED;
use crate::records::cached::Cached;
use crate::records::schema::{photo_receipts, photos};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// A receipt as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// When the bytes had been read again.
    pub verified_at: Timestamp,
    /// Number of that in the visit's evidence log.
    pub log_number: i64,
    /// The signed text.
    pub text: String,
}

/// What a receipt is made of, for queries that join it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = photo_receipts, check_for_backend(diesel::pg::Pg))]
pub(in crate::records) struct Row {
    #[diesel(deserialize_as = Stamp)]
    verified_at: Timestamp,
    log_number: i64,
    receipt: String,
}

impl From<Row> for Receipt {
    fn from(row: Row) -> Self {
        Self { verified_at: row.verified_at, log_number: row.log_number, text: row.receipt }
    }
}

/// The receipt of a photo; `None` before its bytes were read again, also where they were lost since and sent anew.
///
/// # Errors
/// The database's own.
pub async fn receipt(db: &mut Db, id: PhotoId) -> Result<Option<Receipt>> {
    let row: Option<Row> = photo_receipts::table
        .find(id.0)
        .inner_join(photos::table.on(photos::id.eq(photo_receipts::photo_id)))
        .filter(photos::restored_at.is_null())
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    Ok(row.map(Receipt::from))
}

/// Writes a receipt down. False where there is one already; then nothing is changed.
///
/// # Errors
/// The database's own.
pub async fn keep_receipt(db: &mut Db, id: PhotoId, receipt: &Receipt) -> Result<bool> {
    let kept = diesel::insert_into(photo_receipts::table)
        .values((
            photo_receipts::photo_id.eq(id.0),
            photo_receipts::verified_at.eq(receipt.verified_at.to_diesel()),
            photo_receipts::log_number.eq(receipt.log_number),
            photo_receipts::receipt.eq(&receipt.text),
        ))
        .on_conflict_do_nothing();
    Ok(Cached(kept).execute(db).await? == 1)
}

/// Sets a photo apart whose bytes the store lost, in the state it has from now on; what was found in them before stays
/// beside it.
///
/// # Errors
/// The database's own.
pub async fn set_apart(db: &mut Db, id: PhotoId, becomes: State, at: Timestamp) -> Result<()> {
    diesel::update(photos::table.find(id.0))
        .set((
            photos::state.eq(becomes.as_str()),
            photos::quarantine_reason.eq(DAMAGED),
            photos::examined_at.eq(at.to_diesel()),
            photos::version.eq(photos::version + 1),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Marks the bytes of a photo that the store had lost as durable again; when they were received first, and under which
/// number, stays. False where they are not wanted any more.
///
/// # Errors
/// The database's own.
pub async fn restore(db: &mut Db, id: PhotoId, at: Timestamp) -> Result<bool> {
    let lost = photos::id
        .eq(id.0)
        .and(photos::state.eq(State::Quarantined.as_str()))
        .and(photos::quarantine_reason.eq(DAMAGED));
    let restored = diesel::update(photos::table.filter(lost))
        .set((
            photos::state.eq(State::Stored.as_str()),
            photos::quarantine_reason.eq(None::<&str>),
            photos::examined_at.eq(None::<Stamp>),
            photos::restored_at.eq(at.to_diesel()),
            photos::version.eq(photos::version + 1),
        ))
        .execute(db)
        .await?;
    Ok(restored == 1)
}

/// Writes down that restored bytes were read again: what was vouched for holds again. False where they were not restored.
///
/// # Errors
/// The database's own.
pub async fn read_again(db: &mut Db, id: PhotoId) -> Result<bool> {
    let restored = photos::table.filter(photos::id.eq(id.0).and(photos::restored_at.is_not_null()));
    let read = diesel::update(restored).set(photos::restored_at.eq(None::<Stamp>));
    Ok(Cached(read).execute(db).await? == 1)
}

/// Which of these photos have durable bytes and no receipt, while nothing promises that anybody will read them again.
/// Those whose bytes are lost wait for their phone, not for us.
///
/// # Errors
/// The database's own.
pub async fn unverified(db: &mut Db, ids: &[PhotoId]) -> Result<Vec<PhotoId>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Unverified> = diesel::sql_query(
        "SELECT p.id FROM photos p WHERE p.id = ANY ($1) AND p.stored_at IS NOT NULL \
         AND (p.state IN ('ready', 'no_preview') OR p.state IN ('quarantined', 'withdrawn') \
           AND p.quarantine_reason IS DISTINCT FROM 'original-damaged') \
         AND NOT EXISTS (SELECT 1 FROM photo_receipts r WHERE r.photo_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.dedupe_key = 'verify-photo:' || p.id AND t.state <> 'dead') \
         ORDER BY p.id",
    )
    .bind::<Array<SqlUuid>, _>(wanted)
    .load(db)
    .await?;
    Ok(rows.into_iter().map(|row| PhotoId(row.id)).collect())
}

#[derive(QueryableByName)]
struct Unverified {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}
