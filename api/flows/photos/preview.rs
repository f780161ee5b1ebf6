//! Previews: a small picture before the original, shown as what it is, gone once the original is verified.

use super::{Done, Photo, permitted, shown_to};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::domain::permission::Deed;
use crate::domain::photo::mask::{self, Showing};
use crate::domain::photo::preview::{self, Preview};
use crate::domain::photo::{MediaType, arrival};
use crate::domain::refusal::Refusal;
use crate::domain::template;
use crate::flows::pictures::{arrived, collect, head};
use crate::flows::{Error, Result};
use crate::media::{self, Chunks, Key, Span};
use crate::records::custody;
use crate::records::photos;
use bytes::Bytes;
use futures::Stream;
use serde_json::json;

/// Previews that are removed by one sweep before it looks for more.
const BATCH: i64 = 100;

/// Takes a preview of a photo whose original is still awaited; a newer one takes the place of an older.
///
/// # Errors
/// `not-found`, `preview.too-late`, `photo.withdrawn`, `photo.visit-ended`, `preview.too-large`, `preview.type`,
/// `preview.length`, `preview.sides`, `picture.broke-off`, `picture.damaged`, `picture.metadata`; an outage.
pub async fn receive<S, E>(
    app: &App,
    actor: &Actor,
    id: PhotoId,
    (size_bytes, media_type): (u64, Option<MediaType>),
    body: S,
) -> Result<Done<Photo>>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let photo = {
        let mut db = app.records.conn().await?;
        let (photo, visit) = permitted(&mut db, app, actor, (Deed::SendPhoto, id)).await?;
        preview::may_come(photo.awaited())?;
        if photo.declared.is_of_visit() {
            arrival(visit.state)?;
        }
        photo
    };
    preview::admit(size_bytes, media_type)?;
    let bytes = collect(size_bytes, body).await?;
    let came = arrived(&bytes);
    let facts = template::take_picture(came, media_type, head(&bytes)).map_err(preview::said_of_previews)?;
    preview::keep(size_bytes, came, facts.size)?;
    if photo.preview.as_ref().is_some_and(|held| held.digest() == Some(came.sha256)) {
        return Ok(Done::Before(photo));
    }
    let key = Key::Preview { owner: photo.owner, photo: id, sha256: came.sha256 };
    app.media.put_bytes(&key, facts.media_type.as_str(), bytes).await?;
    let kept = Preview::of(facts, app.now());
    let mut tx = app.records.begin().await?;
    // The visit's row is held from here on, then the photo's.
    let more = json!({ "preview_sha256": kept.sha256, "preview_size_bytes": kept.size_bytes });
    let entry = super::receipts::entry(&photo, "photo.previewed", more);
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    let held = photos::lock(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    preview::may_come(held.awaited())?;
    // The same, sent many times at once, is kept once.
    if held.preview.as_ref().is_some_and(|of| of.digest() == Some(came.sha256)) {
        return Ok(Done::Before(held));
    }
    photos::keep_preview(&mut tx, id, &kept).await?;
    let photo = photos::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    tx.commit().await?;
    if let Some(older) = held.preview.as_ref().and_then(Preview::digest).filter(|of| *of != came.sha256)
        && let Err(why) =
            app.media.delete(&Key::Preview { owner: held.owner, photo: id, sha256: older }).await
    {
        tracing::warn!(%why, "a preview that was replaced is left to fsck");
    }
    Ok(Done::Now(photo))
}

/// Finds the preview of a photo; it goes soon after there is something better to show.
///
/// # Errors
/// `not-found` where the actor may not see the photo, or where it has none any more; `photo.not-masked` for anybody but the team
/// where it shows data of people; an outage.
pub async fn preview(app: &App, actor: &Actor, id: PhotoId) -> Result<(Photo, Preview)> {
    let mut db = app.records.conn().await?;
    let (photo, visit) = permitted(&mut db, app, actor, (Deed::ReadPhotos, id)).await?;
    if shown_to(&photo, actor, &visit.subject) != Showing::Plain {
        return Err(mask::not_masked().into());
    }
    let held = photo.preview.clone().ok_or_else(Refusal::not_found)?;
    Ok((photo, held))
}

/// Opens it.
///
/// # Errors
/// `not-found` where it was removed this moment; an outage.
pub async fn open_preview(app: &App, (photo, of): &(Photo, Preview), span: Option<Span>) -> Result<Chunks> {
    let sha256 = of.digest().ok_or_else(|| Error::Fault("a preview without a digest".to_owned()))?;
    let key = Key::Preview { owner: photo.owner, photo: photo.declared.id, sha256 };
    match app.media.get(&key, span).await {
        Ok((_, chunks)) => Ok(chunks),
        Err(media::Error::Missing) => Err(Refusal::not_found().into()),
        Err(why) => Err(why.into()),
    }
}

/// Removes previews that are of no more use: the object first, so that none is left without a row. Safe to run at any
/// time; twice a minute is right.
///
/// # Errors
/// An outage.
pub async fn sweep_previews(app: &App) -> Result<()> {
    loop {
        let outlived = photos::outlived_previews(&mut *app.records.conn().await?, BATCH).await?;
        for of in &outlived {
            if let Some(sha256) = of.preview.digest() {
                app.media.delete(&Key::Preview { owner: of.owner, photo: of.photo, sha256 }).await?;
            }
            photos::forget_preview(&mut *app.records.conn().await?, of.photo).await?;
        }
        if i64::try_from(outlived.len()).is_ok_and(|count| count < BATCH) {
            return Ok(());
        }
    }
}
