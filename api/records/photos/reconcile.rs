//! Photos as the reconciliation of rows and objects reads them.

use super::row::digest;
use crate::domain::ids::{OwnerId, PhotoId};
use crate::domain::photo::Sha256;
use crate::records::schema::photos;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::collections::HashMap;
use uuid::Uuid;

/// A row that claims to have its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldOriginal {
    /// The photo.
    pub photo: PhotoId,
    /// Its owner.
    pub owner: OwnerId,
    /// Digest of the bytes.
    pub sha256: Sha256,
    /// Their number.
    pub size_bytes: u64,
}

/// The next rows with durable bytes, in the order of their ids.
///
/// # Errors
/// The database's own.
pub async fn held_after(db: &mut Db, after: Option<PhotoId>, limit: i64) -> Result<Vec<HeldOriginal>> {
    let rows: Vec<(Uuid, Uuid, Vec<u8>, i64)> = photos::table
        .select((photos::id, photos::owner_id, photos::sha256, photos::size_bytes))
        .filter(photos::stored_at.is_not_null())
        .filter(photos::id.gt(after.map_or(Uuid::nil(), |id| id.0)))
        .order(photos::id.asc())
        .limit(limit)
        .load(db)
        .await?;
    rows.into_iter()
        .map(|(id, owner, sha256, size)| {
            Ok(HeldOriginal {
                photo: PhotoId(id),
                owner: OwnerId(owner),
                sha256: digest(sha256)?,
                size_bytes: u64::try_from(size).map_err(Error::bad_row)?,
            })
        })
        .collect()
}

/// Which of these photos wait to be examined while nothing promises that anybody will: their task was put aside, or is
/// gone. Read in one statement, so that one that is being examined is not taken for such.
///
/// # Errors
/// The database's own.
pub async fn forgotten(db: &mut Db, ids: &[PhotoId]) -> Result<Vec<PhotoId>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Forgotten> = diesel::sql_query(
        "SELECT p.id FROM photos p WHERE p.id = ANY ($1) AND p.state = 'stored' AND NOT EXISTS (SELECT 1 FROM tasks t \
         WHERE t.dedupe_key = 'derive-photo:' || p.id AND t.state <> 'dead') ORDER BY p.id",
    )
    .bind::<Array<SqlUuid>, _>(wanted)
    .load(db)
    .await?;
    Ok(rows.into_iter().map(|row| PhotoId(row.id)).collect())
}

#[derive(QueryableByName)]
struct Forgotten {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Which of these photos there are, with the digest each promises.
///
/// # Errors
/// The database's own.
pub async fn promised_digests(db: &mut Db, ids: &[PhotoId]) -> Result<HashMap<PhotoId, Sha256>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, Vec<u8>)> =
        photos::table.select((photos::id, photos::sha256)).filter(photos::id.eq_any(wanted)).load(db).await?;
    rows.into_iter().map(|(id, sha256)| Ok((PhotoId(id), digest(sha256)?))).collect()
}
