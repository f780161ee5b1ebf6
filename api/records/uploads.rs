//! Uploads as rows: how far each got, whose turn it is, which pieces of it lie in the store.

use super::cached::Cached;
use super::schema::{upload_pieces, uploads};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, PhotoId, UploadId};
use crate::domain::upload::Upload;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::{DecoratableTarget, excluded};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = uploads, check_for_backend(diesel::pg::Pg))]
pub(super) struct Row {
    id: Uuid,
    photo_id: Uuid,
    length_bytes: i64,
    received_bytes: i64,
    epoch: i64,
    metadata: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
}

impl TryFrom<Row> for Upload {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: UploadId(row.id),
            photo: PhotoId(row.photo_id),
            length_bytes: u64::try_from(row.length_bytes).map_err(Error::bad_row)?,
            received_bytes: u64::try_from(row.received_bytes).map_err(Error::bad_row)?,
            epoch: row.epoch,
            metadata: row.metadata,
            expires_at: row.expires_at,
        })
    }
}

fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|why| Error::Fault(why.to_string()))
}

/// What a new upload is made from.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its id, if there is none for this photo and account yet.
    pub id: UploadId,
    /// Whose bytes are to come.
    pub photo: PhotoId,
    /// Who sends them.
    pub account: AccountId,
    /// How many they are.
    pub length_bytes: u64,
    /// What the client says about it.
    pub metadata: Option<&'a str>,
    /// Now.
    pub at: Timestamp,
    /// When it is forgotten if nothing comes.
    pub expires_at: Timestamp,
}

/// Begins an upload; one that is under way for the same photo and account goes on living instead.
///
/// # Errors
/// The database's own.
pub async fn begin(db: &mut Db, new: New<'_>) -> Result<Upload> {
    let begun = diesel::insert_into(uploads::table)
        .values((
            uploads::id.eq(new.id.0),
            uploads::photo_id.eq(new.photo.0),
            uploads::account_id.eq(new.account.0),
            uploads::length_bytes.eq(signed(new.length_bytes)?),
            uploads::metadata.eq(new.metadata),
            uploads::created_at.eq(new.at.to_diesel()),
            uploads::expires_at.eq(new.expires_at.to_diesel()),
        ))
        .on_conflict((uploads::photo_id, uploads::account_id))
        .filter_target(uploads::ended_at.is_null())
        .do_update()
        .set(uploads::expires_at.eq(excluded(uploads::expires_at)))
        .returning(Row::as_returning());
    Cached(begun).get_result::<Row>(db).await?.try_into()
}

/// Somebody's upload that is neither ended nor expired.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn open(id: UploadId, of: AccountId, now: Timestamp) -> _ {
    let (id, of, now): (Uuid, Uuid, jiff_diesel::Timestamp) = (id.0, of.0, now.to_diesel());
    uploads::table
        .filter(uploads::id.eq(id))
        .filter(uploads::account_id.eq(of))
        .filter(uploads::ended_at.is_null())
        .filter(uploads::expires_at.gt(now))
}

/// Takes the turn at an open upload: whoever had it before appends nothing more.
///
/// # Errors
/// The database's own.
pub async fn take(db: &mut Db, id: UploadId, of: AccountId, now: Timestamp) -> Result<Option<Upload>> {
    let taken = diesel::update(open(id, of, now))
        .set(uploads::epoch.eq(uploads::epoch + 1))
        .returning(Row::as_returning());
    let row: Option<Row> = Cached(taken).get_result(db).await.optional()?;
    row.map(Upload::try_from).transpose()
}

/// A piece of an upload, an object of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The upload.
    pub upload: UploadId,
    /// Where it begins.
    pub from: u64,
    /// Its bytes.
    pub length: u64,
    /// Of the request that wrote it.
    pub epoch: i64,
}

/// Writes down that a piece is durable. False where the turn was lost, or the upload has ended: then nothing is written.
///
/// # Errors
/// The database's own.
pub async fn advance(db: &mut Db, piece: Piece, expires_at: Timestamp) -> Result<bool> {
    let statement = diesel::sql_query(
        "WITH moved AS (UPDATE uploads SET received_bytes = received_bytes + $3, expires_at = greatest(expires_at, $5)
             WHERE id = $1 AND epoch = $4 AND received_bytes = $2 AND ended_at IS NULL RETURNING id)
         INSERT INTO upload_pieces (upload_id, from_byte, length_bytes, epoch) SELECT id, $2, $3, $4 FROM moved",
    )
    .bind::<SqlUuid, _>(piece.upload.0)
    .bind::<BigInt, _>(signed(piece.from)?)
    .bind::<BigInt, _>(signed(piece.length)?)
    .bind::<BigInt, _>(piece.epoch)
    .bind::<Timestamptz, _>(expires_at.to_diesel());
    Ok(Cached(statement).execute(db).await? == 1)
}

fn piece((upload, from, length, epoch): (Uuid, i64, i64, i64)) -> Result<Piece> {
    Ok(Piece {
        upload: UploadId(upload),
        from: u64::try_from(from).map_err(Error::bad_row)?,
        length: u64::try_from(length).map_err(Error::bad_row)?,
        epoch,
    })
}

const PIECE: (
    upload_pieces::upload_id,
    upload_pieces::from_byte,
    upload_pieces::length_bytes,
    upload_pieces::epoch,
) = (upload_pieces::upload_id, upload_pieces::from_byte, upload_pieces::length_bytes, upload_pieces::epoch);

/// The pieces of an upload, in their order.
///
/// # Errors
/// The database's own.
pub async fn pieces(db: &mut Db, id: UploadId) -> Result<Vec<Piece>> {
    let rows: Vec<(Uuid, i64, i64, i64)> = upload_pieces::table
        .filter(upload_pieces::upload_id.eq(id.0))
        .order(upload_pieces::from_byte)
        .select(PIECE)
        .load(db)
        .await?;
    rows.into_iter().map(piece).collect()
}

/// The next pieces of all uploads, in the order of uploads and bytes.
///
/// # Errors
/// The database's own.
pub async fn pieces_after(db: &mut Db, last: Option<Piece>, limit: i64) -> Result<Vec<Piece>> {
    let mut query = upload_pieces::table
        .order((upload_pieces::upload_id, upload_pieces::from_byte))
        .limit(limit)
        .select(PIECE)
        .into_boxed();
    if let Some(last) = last {
        let behind =
            upload_pieces::upload_id.gt(last.upload.0).or(upload_pieces::from_byte.gt(signed(last.from)?));
        query = query.filter(upload_pieces::upload_id.ge(last.upload.0)).filter(behind);
    }
    let rows: Vec<(Uuid, i64, i64, i64)> = query.load(db).await?;
    rows.into_iter().map(piece).collect()
}

/// The pieces of these uploads.
///
/// # Errors
/// The database's own.
pub async fn pieces_of(db: &mut Db, ids: &[UploadId]) -> Result<Vec<Piece>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, i64, i64, i64)> =
        upload_pieces::table.filter(upload_pieces::upload_id.eq_any(wanted)).select(PIECE).load(db).await?;
    rows.into_iter().map(piece).collect()
}

/// Writes down that the pieces of an upload lie there for nothing: its photo is whole elsewhere.
///
/// # Errors
/// The database's own.
pub async fn leave_pieces(db: &mut Db, id: UploadId, now: Timestamp) -> Result<()> {
    let left = diesel::update(uploads::table.find(id.0)).set(uploads::untidy_since.eq(now.to_diesel()));
    Cached(left).execute(db).await?;
    Ok(())
}

/// Uploads whose pieces lie there for nothing, those first that were whole first.
///
/// # Errors
/// The database's own.
pub async fn untidy(db: &mut Db, limit: i64) -> Result<Vec<UploadId>> {
    let ids: Vec<Uuid> = uploads::table
        .filter(uploads::untidy_since.is_not_null())
        .order(uploads::untidy_since)
        .limit(limit)
        .select(uploads::id)
        .load(db)
        .await?;
    Ok(ids.into_iter().map(UploadId).collect())
}

/// Forgets the pieces of uploads, whose objects are gone; the uploads themselves are remembered until they expire.
///
/// # Errors
/// The database's own.
pub async fn forget_pieces(db: &mut Db, ids: &[UploadId]) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    diesel::delete(upload_pieces::table.filter(upload_pieces::upload_id.eq_any(&ids))).execute(db).await?;
    diesel::update(uploads::table.filter(uploads::id.eq_any(&ids)))
        .set(uploads::untidy_since.eq(None::<jiff_diesel::Timestamp>))
        .execute(db)
        .await?;
    Ok(())
}

/// Ends an upload: nobody appends any more, and it is unknown from now on. Its pieces are still there.
///
/// # Errors
/// The database's own.
pub async fn end(db: &mut Db, id: UploadId, now: Timestamp) -> Result<()> {
    diesel::update(uploads::table.filter(uploads::id.eq(id.0).and(uploads::ended_at.is_null())))
        .set((
            uploads::epoch.eq(uploads::epoch + 1),
            uploads::ended_at.eq(now.to_diesel()),
            // The same index leads the reaper to what was given up and to what has expired.
            uploads::expires_at.eq(now.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Ends what is under way for a photo, or was: its bytes are lost, and come anew from their first.
///
/// # Errors
/// The database's own.
pub async fn end_of_photo(db: &mut Db, photo: PhotoId, now: Timestamp) -> Result<()> {
    diesel::update(uploads::table.filter(uploads::photo_id.eq(photo.0).and(uploads::ended_at.is_null())))
        .set((
            uploads::epoch.eq(uploads::epoch + 1),
            uploads::ended_at.eq(now.to_diesel()),
            uploads::expires_at.eq(now.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Ends uploads that have expired, and finds those that ended before and were not forgotten.
///
/// # Errors
/// The database's own.
pub async fn lapsed(db: &mut Db, now: Timestamp, limit: i64) -> Result<Vec<UploadId>> {
    let statement = diesel::sql_query(
        "UPDATE uploads SET ended_at = coalesce(ended_at, $1), epoch = epoch + 1 WHERE id IN (
             SELECT id FROM uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING id",
    )
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(limit);
    let rows: Vec<Ended> = statement.load(db).await?;
    Ok(rows.into_iter().map(|row| UploadId(row.id)).collect())
}

/// Forgets an upload that has ended, with its pieces' rows.
///
/// # Errors
/// The database's own.
pub async fn forget(db: &mut Db, id: UploadId) -> Result<()> {
    forget_pieces(db, &[id]).await?;
    diesel::delete(uploads::table.filter(uploads::id.eq(id.0).and(uploads::ended_at.is_not_null())))
        .execute(db)
        .await?;
    Ok(())
}
