//! What the team marks on a photo is covered in every picture that others get of it; the original stays as it is.

use super::{Photo, permitted};
use crate::app::App;
use crate::decoding::{Cover, Picture, Unexamined};
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, PhotoId};
use crate::domain::moment::to_micros;
use crate::domain::permission::{self, Deed};
use crate::domain::photo::State;
use crate::domain::photo::mask::{self, MaskArea, Masked};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::flows::{Error, Result, current, random_bytes, scope};
use crate::media::{DerivativeSize, Key};
use crate::records::custody::{self, Entry};
use crate::records::visits::Standing;
use crate::records::{Db, photos, visits};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

/// Marks rectangles of a photo to be covered; the same again changes nothing. Without any it says that a person has
/// looked and found nothing to cover.
///
/// # Errors
/// `not-found`, `photo.mask-area`, `photo.withdrawn`, `photo.not-examined` while there is no picture of it,
/// `photo.mask-stays`, `version.stale`; an outage.
pub async fn mask(
    app: &App,
    actor: &Actor,
    id: PhotoId,
    version: i32,
    areas: Vec<MaskArea>,
) -> Result<Photo> {
    let areas = mask::areas(areas)?;
    let (photo, visit) = {
        let mut db = app.records.conn().await?;
        permitted_to_mask(&mut db, app, actor, id).await?
    };
    if photo.masked.as_ref().is_some_and(|held| held.areas == areas) {
        return Ok(photo);
    }
    current(version, photo.version)?;
    may_be_masked(&photo)?;
    mask::may_replace(photo.masked.as_ref(), &areas, visit.state.is_over())?;
    let number = photo.masked.as_ref().map_or(1, |held| held.number.saturating_add(1));
    let token = Uuid::from_bytes(random_bytes());
    let derivatives = covered(app, &photo, &areas, (number, token)).await?;
    let by = actor.account().unwrap_or(AccountId(Uuid::nil()));
    let masked = Masked { number, token: Some(token), at: to_micros(app.now()), by, areas, derivatives };

    let mut tx = app.records.begin().await?;
    let state = visits::lock(&mut tx, visit.id).await?.ok_or_else(Refusal::not_found)?;
    let held = photos::lock(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    may_be_masked(&held)?;
    current(version, held.version)?;
    mask::may_replace(held.masked.as_ref(), &masked.areas, state.is_over())?;
    photos::mask(&mut tx, id, &masked).await?;
    let entry = Entry {
        deed: "photo.masked",
        object: ("photo", id.to_string()),
        owner: Some(photo.owner),
        visit: Some(visit.id),
        details: json!({ "number": number, "areas": masked.areas }),
    };
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    tx.commit().await?;
    Ok(Photo { personal_data: true, masked: Some(masked), version: held.version + 1, ..held })
}

/// A photo with its visit, if the actor may mark it: the visit's team, and who sends photos of an action's outcome.
async fn permitted_to_mask(db: &mut Db, app: &App, actor: &Actor, id: PhotoId) -> Result<(Photo, Standing)> {
    let seen = permitted(db, app, actor, (Deed::ReadPhotos, id)).await?;
    if permission::allows(actor, Deed::SendPhoto, &seen.1.subject) {
        scope(actor, Deed::SendPhoto)?;
        return Ok(seen);
    }
    permitted(db, app, actor, (Deed::SendPhoto, id)).await
}

/// Whether there is a picture to cover parts of.
fn may_be_masked(photo: &Photo) -> std::result::Result<(), Refusal> {
    if photo.state == State::Withdrawn {
        let detail = "This photo was withdrawn.";
        return Err(Refusal::new(Kind::Conflict, "photo.withdrawn", detail).next(Next::Drop));
    }
    let preview = DerivativeSize::Preview.pixels().to_string();
    let made = photo.found.as_ref().and_then(|found| found.derivatives.as_ref());
    if made.is_some_and(|made| made.get(preview).is_some()) {
        return Ok(());
    }
    let detail =
        "There is no picture of it yet, or none can be made; nobody but the team opens it meanwhile.";
    Err(Refusal::new(Kind::Conflict, "photo.not-examined", detail))
}

/// Covers the rectangles in both derivatives, from the larger one: it is upright already, and no camera's bytes.
async fn covered(
    app: &App,
    photo: &Photo,
    areas: &[MaskArea],
    (number, token): (u32, Uuid),
) -> Result<Value> {
    let (owner, id, sha256) = (photo.owner, photo.declared.id, photo.declared.sha256);
    let plain = Key::Derivative { owner, photo: id, sha256, size: DerivativeSize::Preview };
    let (size, mut chunks) = app.media.get(&plain, None).await?;
    let mut bytes = BytesMut::with_capacity(usize::try_from(size).unwrap_or(0));
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    let cover = |a: &MaskArea| Cover { left: a.left, top: a.top, width: a.width, height: a.height };
    let covers = areas.iter().map(cover).collect();
    let examined = app.decoding.examine_covered(bytes.freeze(), covers).await.map_err(|why| match why {
        Unexamined::Away(why) => Error::Busy(why),
        Unexamined::Killed => Error::Busy("the decoder was killed".to_owned()),
    })?;
    let Picture::Ready(rendered) = &examined.picture else {
        return Err(Error::Fault(format!("a derivative of photo {id} can't be decoded")));
    };
    let made = [
        (DerivativeSize::Thumb, &rendered.thumb_jpeg, rendered.thumb_size),
        (DerivativeSize::Preview, &rendered.preview_jpeg, rendered.preview_size),
    ];
    let mut facts = serde_json::Map::new();
    for (size, jpeg, pixels) in made {
        let key = Key::Masked { owner, photo: id, sha256, number, token: Some(token), size };
        app.media.put_bytes(&key, "image/jpeg", Bytes::copy_from_slice(jpeg)).await?;
        let fact = json!({ "size_bytes": jpeg.len(), "width": pixels.width, "height": pixels.height });
        facts.insert(size.pixels().to_string(), fact);
    }
    Ok(Value::Object(facts))
}
