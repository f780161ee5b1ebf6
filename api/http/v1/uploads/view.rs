//! How an upload is shown.

use super::super::photos::PhotoReceiptView;
use crate::domain::upload::Upload;
use crate::flows::photos::{Done, Receipt};
use crate::flows::uploads::Progress;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far an upload got.
#[derive(Serialize, ToSchema)]
pub struct UploadView {
    /// The upload.
    id: Uuid,
    /// The photo whose bytes it brings.
    photo: Uuid,
    /// Bytes of the whole photo.
    #[schema(example = 3_481_204)]
    length_bytes: u64,
    /// Bytes that are durable.
    #[schema(example = 1_048_576)]
    received_bytes: u64,
    /// When it is forgotten if it gets no further.
    expires_at: Timestamp,
    /// What is told of a photo that is durable; `null` before that.
    receipt: Option<PhotoReceiptView>,
}

impl UploadView {
    /// An upload with what its photo got.
    pub(super) fn of(upload: &Upload, receipt: Option<&Receipt>) -> Self {
        Self {
            id: upload.id.0,
            photo: upload.photo.0,
            length_bytes: upload.length_bytes,
            received_bytes: upload.received_bytes,
            expires_at: upload.expires_at,
            receipt: receipt.map(PhotoReceiptView::from),
        }
    }
}

impl From<&Progress> for UploadView {
    fn from(progress: &Progress) -> Self {
        Self::of(&progress.upload, progress.receipt.as_ref())
    }
}

/// What a photo got, now or before.
pub(super) fn receipt(done: &Done<Receipt>) -> &Receipt {
    match done {
        Done::Now(receipt) | Done::Before(receipt) => receipt,
    }
}
