//! What the team marks on a photo is covered in every picture that others get of it; the original stays as it is.

use super::{Photo, permitted};
use crate::app::App;
use crate::decoding::{Cover, Picture, Unexamined};
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, PhotoId};
use crate::domain::moment::to_micros;
use crate::domain::permission::Deed;
use crate::domain::photo::State;
use crate::domain::photo::mask::{self, MaskArea, Masked};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::flows::{Error, Result};
use crate::media::{DerivativeSize, Key};
use crate::records::custody::{self, Entry};
use crate::records::{photos, visits};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

/// Marks rectangles of a photo to be covered; the same again changes nothing. Without any it says that a person has
/// looked and found nothing to cover.
///
/// # Errors
/// `not-found`, `photo.mask-area`, `photo.withdrawn`, `photo.not-examined` while there is no picture of it; an outage.
pub async fn mask(app: &App, actor: &Actor, id: PhotoId, areas: Vec<MaskArea>) -> Result<Photo> {
    let areas = mask::areas(areas)?;
    let (photo, visit) = {
        let mut db = app.records.conn().await?;
        permitted(&mut db, app, actor, (Deed::SendPhoto, id)).await?
    };
    if photo.masked.as_ref().is_some_and(|held| held.areas == areas) {
        return Ok(photo);
    }
    may_be_masked(&photo)?;
    let number = photo.masked.as_ref().map_or(1, |held| held.number.saturating_add(1));
    let derivatives = covered(app, &photo, &areas, number).await?;
    let by = actor.account().unwrap_or(AccountId(Uuid::nil()));
    let masked = Masked { number, at: to_micros(app.now()), by, areas, derivatives };

    let mut tx = app.records.begin().await?;
    visits::lock(&mut tx, visit.id).await?;
    let held = photos::lock(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    may_be_masked(&held)?;
    if held.masked != photo.masked {
        return Err(Error::Busy("somebody else marked the photo at the same moment".to_owned()));
    }
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
async fn covered(app: &App, photo: &Photo, areas: &[MaskArea], number: u32) -> Result<Value> {
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
        let key = Key::Masked { owner, photo: id, sha256, number, size };
        app.media.put_bytes(&key, "image/jpeg", Bytes::copy_from_slice(jpeg)).await?;
        let fact = json!({ "size_bytes": jpeg.len(), "width": pixels.width, "height": pixels.height });
        facts.insert(size.pixels().to_string(), fact);
    }
    Ok(Value::Object(facts))
}
