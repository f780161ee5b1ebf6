//! Capture envelopes: judged when they come, shown with all that is needed to verify them elsewhere.

use super::{Photo, permitted};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::device::Device;
use crate::domain::ids::{AccountId, PhotoId};
use crate::domain::permission::Deed;
use crate::domain::photo::envelope::{Envelope, Judged, judge};
use crate::domain::refusal::Refusal;
use crate::flows::Result;
use crate::notary;
use crate::records::photos::{self, Kept};
use crate::records::{Db, devices};

/// What an envelope is worth at this moment.
pub(super) async fn judged(db: &mut Db, by: AccountId, envelope: &Envelope) -> Result<Judged> {
    let named = devices::find(db, envelope.device).await?;
    Ok(judge(envelope, by, named.as_ref(), notary::is_signed))
}

/// An envelope with what it was held against.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The photo it is of.
    pub photo: PhotoId,
    /// What it was worth when it was received.
    pub judged: Judged,
    /// As it was sent.
    pub kept: Kept,
    /// The device; `None` where none of whoever declared was named.
    pub device: Option<Device>,
}

/// Reads the envelope of a photo, for whoever may read the photo.
///
/// # Errors
/// `not-found` where the actor may not see the photo, and where it came without an envelope; an outage.
pub async fn envelope(app: &App, actor: &Actor, id: PhotoId) -> Result<Opened> {
    let mut db = app.records.conn().await?;
    let photo: Photo = permitted(&mut db, app, actor, (Deed::ReadPhotos, id)).await?.0;
    let judged = photo.envelope.ok_or_else(Refusal::not_found)?;
    let kept = photos::envelope(&mut db, id).await?.ok_or_else(Refusal::not_found)?;
    let device = match judged.key_id {
        Some(_) => devices::find(&mut db, judged.device).await?,
        None => None,
    };
    Ok(Opened { photo: id, judged, kept, device })
}
