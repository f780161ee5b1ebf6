//! Capture envelopes as they were sent: signature and signed text, for whoever verifies them elsewhere.

use crate::domain::ids::PhotoId;
use crate::domain::photo::envelope::Envelope;
use crate::records::schema::capture_envelopes as rows;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};

/// What was kept of an envelope besides what was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The signature, in the phone's writing.
    pub signature: String,
    /// The canonical text that was signed.
    pub signed: String,
    /// When it came, by our clock.
    pub received_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = rows)]
struct Row {
    signature: String,
    signed: String,
    #[diesel(deserialize_as = Stamp)]
    received_at: Timestamp,
}

/// Keeps the envelope of a photo that was just declared.
///
/// # Errors
/// The database's own.
pub async fn keep_envelope(db: &mut Db, photo: PhotoId, envelope: &Envelope, at: Timestamp) -> Result<()> {
    diesel::insert_into(rows::table)
        .values((
            rows::photo_id.eq(photo.0),
            rows::signature.eq(&envelope.signature),
            rows::signed.eq(&envelope.signed),
            rows::received_at.eq(at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Reads the envelope of a photo, where it came with one.
///
/// # Errors
/// The database's own.
pub async fn envelope(db: &mut Db, photo: PhotoId) -> Result<Option<Kept>> {
    let row: Option<Row> = rows::table.find(photo.0).select(Row::as_select()).first(db).await.optional()?;
    Ok(row.map(|Row { signature, signed, received_at }| Kept { signature, signed, received_at }))
}
