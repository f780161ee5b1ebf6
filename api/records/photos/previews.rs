//! Previews: facts of a small picture beside the photo it announces, until the photo is verified.

use crate::domain::ids::{OwnerId, PhotoId};
use crate::domain::photo::Sha256;
use crate::domain::photo::preview::Preview;
use crate::records::schema::photos;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Writes down that a photo has a preview.
///
/// # Errors
/// The database's own.
pub async fn keep_preview(db: &mut Db, id: PhotoId, preview: &Preview) -> Result<()> {
    let preview = serde_json::to_value(preview).map_err(Error::bad_row)?;
    diesel::update(photos::table.find(id.0))
        .set((photos::preview.eq(preview), photos::version.eq(photos::version + 1)))
        .execute(db)
        .await?;
    Ok(())
}

/// A preview that is of no more use.
#[derive(Clone, Debug)]
pub struct Outlived {
    /// The photo.
    pub photo: PhotoId,
    /// Its owner.
    pub owner: OwnerId,
    /// The preview.
    pub preview: Preview,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    preview: Value,
}

/// Previews of photos that were verified and examined, or taken back.
///
/// # Errors
/// The database's own.
pub async fn outlived_previews(db: &mut Db, limit: i64) -> Result<Vec<Outlived>> {
    let statement = diesel::sql_query(
        "SELECT p.id, p.owner_id, p.preview FROM photos p WHERE p.preview IS NOT NULL AND (p.state = 'withdrawn'
             OR p.state IN ('ready', 'no_preview', 'quarantined')
                 AND p.quarantine_reason IS DISTINCT FROM 'original-damaged'
                 AND EXISTS (SELECT 1 FROM photo_receipts r WHERE r.photo_id = p.id))
         ORDER BY p.id LIMIT $1",
    )
    .bind::<BigInt, _>(limit);
    let rows: Vec<Row> = statement.load(db).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Outlived {
                photo: PhotoId(row.id),
                owner: OwnerId(row.owner_id),
                preview: serde_json::from_value(row.preview).map_err(Error::bad_row)?,
            })
        })
        .collect()
}

/// Forgets a preview whose object is gone.
///
/// # Errors
/// The database's own.
pub async fn forget_preview(db: &mut Db, id: PhotoId) -> Result<()> {
    diesel::update(photos::table.find(id.0))
        .set((photos::preview.eq(None::<Value>), photos::version.eq(photos::version + 1)))
        .execute(db)
        .await?;
    Ok(())
}

/// The digests of the previews that these photos have.
///
/// # Errors
/// The database's own.
pub async fn preview_digests(db: &mut Db, ids: &[PhotoId]) -> Result<HashMap<PhotoId, Sha256>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, Option<Value>)> = photos::table
        .select((photos::id, photos::preview))
        .filter(photos::id.eq_any(wanted))
        .load(db)
        .await?;
    let digest = |kept: Value| serde_json::from_value::<Preview>(kept).ok()?.digest();
    Ok(rows.into_iter().filter_map(|(id, kept)| Some((PhotoId(id), digest(kept?)?))).collect())
}
