//! The worker's look at a photo: what it is, whether it serves, smaller pictures of it.
//!
//! May be done twice without harm: derivatives are written over with the same bytes, and the row takes the findings
//! only while it still waits for them. What can't be decoded is set apart with the reason and stops nothing else.

use super::{Photo, compare, receipts};
use crate::app::App;
use crate::decoding::{self, Examined, Picture, Quarantine, Unexamined};
use crate::domain::check::{self, Check, Outcome};
use crate::domain::ids::PhotoId;
use crate::domain::photo::{Sha256, State};
use crate::failpoint::{Step, pass};
use crate::flows::{Error, Result};
use crate::media::{self, DerivativeSize, Key};
use crate::records::custody::{self, Entry};
use crate::records::photos::{self, Found};
use crate::records::visits;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde_json::{Value, json};
use sha2::Digest;

/// So often a damaged original is read before it counts as damaged: that verdict stands for ever.
const READINGS: u32 = 3;
/// We failed at it, and not because of anything known about the photo.
const NOT_EXAMINED: &str = "examination-failed";
/// How often a photo may cost a decoder its life by a kill from outside before it is set apart. A machine without
/// memory kills so, and the photo that asks for the most memory is the likeliest cause.
const MOST_KILLS: i32 = 4;

/// Examines a photo that is stored; one that is gone or examined already is left alone, and of one that was taken back only
/// the bytes are read again. `attempt` counts from 1.
///
/// # Errors
/// An outage of the database, the store or the decoders: the same again later. [`Error::Fault`] where the attempt
/// itself is worth counting.
pub async fn examine(app: &App, id: PhotoId, attempt: i32) -> Result<()> {
    let photo = photos::find(&mut *app.records.conn().await?, id).await?;
    let photo = match photo {
        Some(photo) if photo.state == State::Stored => photo,
        // Nobody looks at its pixels; its phone waits for its bytes to be read again all the same.
        Some(photo) if photo.state == State::Withdrawn => return receipts::verify(app, id).await,
        _ => return Ok(()),
    };
    let Some(bytes) = whole_or_damaged(app, &photo).await? else {
        return receipts::lose(app, &photo).await;
    };
    // Before anything is decoded: a phone waits for this to free its memory, whatever the pixels are.
    receipts::vouch(app, &photo).await?;
    let examined = match app.decoding.examine(bytes).await {
        Ok(examined) => examined,
        Err(Unexamined::Away(why)) => return Err(Error::Busy(why)),
        Err(Unexamined::Killed) if attempt < MOST_KILLS => {
            return Err(Error::Fault("the decoder was killed".to_owned()));
        }
        Err(Unexamined::Killed) => {
            tracing::warn!(photo = %id, attempt, "decoders were killed over a photo; it is set apart");
            let found =
                Found { reason: Some(Quarantine::DecoderLimit.code().to_owned()), ..nothing_found(app) };
            return keep(app, &photo, State::Quarantined, found).await;
        }
    };
    let (state, reason, derivatives) = outcome(app, &photo, &examined).await?;
    let found = Found {
        sniffed_type: examined.format.map(|format| format.media_type().to_owned()),
        size: examined.size.map(|size| (size.width, size.height)),
        placeholder: placeholder(&examined),
        exif: serde_json::to_value(&examined.exif).ok(),
        checks: serde_json::to_value(checks_of(&photo, &examined)).ok(),
        derivatives,
        reason,
        ..nothing_found(app)
    };
    keep(app, &photo, state, found).await
}

/// Sets a photo apart that could not be examined in all attempts: kept, shown, and no longer waited for.
///
/// # Errors
/// An outage.
pub async fn give_up(app: &App, id: PhotoId, why: &str) -> Result<()> {
    let Some(photo) = waiting(app, id).await? else { return Ok(()) };
    tracing::error!(photo = %id, why, "a photo could not be examined; it is set apart");
    let found = Found { reason: Some(NOT_EXAMINED.to_owned()), ..nothing_found(app) };
    keep(app, &photo, State::Quarantined, found).await
}

async fn waiting(app: &App, id: PhotoId) -> Result<Option<Photo>> {
    let mut db = app.records.conn().await?;
    Ok(photos::find(&mut db, id).await?.filter(|photo| photo.state == State::Stored))
}

fn nothing_found(app: &App) -> Found {
    Found {
        at: app.now(),
        sniffed_type: None,
        size: None,
        placeholder: None,
        exif: None,
        checks: None,
        derivatives: None,
        reason: None,
    }
}

/// Reads an original; `None` where it is missing or changed in the store itself, not once on its way to us.
pub(super) async fn whole_or_damaged(app: &App, photo: &Photo) -> Result<Option<Bytes>> {
    for _ in 1..READINGS {
        if let Some(bytes) = whole(app, photo).await? {
            return Ok(Some(bytes));
        }
        tracing::warn!(photo = %photo.declared.id, "an original was read with other bytes; it is read again");
    }
    whole(app, photo).await
}

/// Reads an original and compares it with its digest; `None` where it is missing or changed.
async fn whole(app: &App, photo: &Photo) -> Result<Option<Bytes>> {
    let key = Key::Original { owner: photo.owner, photo: photo.declared.id, sha256: photo.declared.sha256 };
    let (size, mut chunks) = match app.media.get(&key, None).await {
        Ok(opened) => opened,
        Err(media::Error::Missing) => return Ok(None),
        Err(why) => return Err(why.into()),
    };
    if size != photo.declared.size_bytes {
        return Ok(None);
    }
    let mut bytes = BytesMut::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut hash = sha2::Sha256::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        hash.update(&chunk);
        bytes.extend_from_slice(&chunk);
    }
    let same = Sha256(hash.finalize().into()) == photo.declared.sha256;
    Ok(same.then(|| bytes.freeze()))
}

fn placeholder(examined: &Examined) -> Option<Vec<u8>> {
    examined.picture.rendered().map(|rendered| rendered.placeholder.clone())
}

/// Stores the derivatives, if there are any; says what the photo becomes.
async fn outcome(
    app: &App,
    photo: &Photo,
    examined: &Examined,
) -> Result<(State, Option<String>, Option<Value>)> {
    let (state, reason) = match &examined.picture {
        Picture::Ready(_) => (State::Ready, None),
        Picture::NoPreview { reason } => (State::NoPreview, Some(reason.code().to_owned())),
        // What is left of a damaged photo can be looked at; it stays set apart.
        Picture::Partial { reason, .. } | Picture::Quarantined { reason } => {
            (State::Quarantined, Some(reason.code().to_owned()))
        }
    };
    let Some(rendered) = examined.picture.rendered() else { return Ok((state, reason, None)) };
    let made = [
        (DerivativeSize::Thumb, &rendered.thumb_jpeg, rendered.thumb_size),
        (DerivativeSize::Preview, &rendered.preview_jpeg, rendered.preview_size),
    ];
    let mut facts = serde_json::Map::new();
    for (size, jpeg, pixels) in made {
        let (owner, id, sha256) = (photo.owner, photo.declared.id, photo.declared.sha256);
        let key = Key::Derivative { owner, photo: id, sha256, size };
        app.media.put_bytes(&key, "image/jpeg", Bytes::copy_from_slice(jpeg)).await?;
        let fact = json!({ "size_bytes": jpeg.len(), "width": pixels.width, "height": pixels.height });
        facts.insert(size.pixels().to_string(), fact);
    }
    Ok((state, reason, Some(Value::Object(facts))))
}

fn code(of: decoding::CheckCode) -> &'static str {
    match of {
        decoding::CheckCode::TooDark => check::TOO_DARK,
        decoding::CheckCode::Blurred => check::BLURRED,
        decoding::CheckCode::TooSmallToRead => check::TOO_SMALL_TO_READ,
    }
}

fn checks_of(photo: &Photo, examined: &Examined) -> Vec<Check> {
    let mut all = vec![whole_file(&examined.picture)];
    if let (Picture::Ready(rendered), Some(size)) = (&examined.picture, examined.size) {
        all.extend(decoding::checks(&rendered.quality, size).map(|check| Check {
            code: code(check.code).to_owned(),
            outcome: match check.outcome {
                decoding::Outcome::Pass => Outcome::Pass,
                decoding::Outcome::Warn => Outcome::Warn,
                decoding::Outcome::Fail => Outcome::Fail,
            },
            measured: Some(check.measured),
            threshold: Some(check.threshold),
        }));
    }
    all.extend(compare::checks(photo, examined.format, &examined.exif));
    all
}

/// Whether the file is all there, as far as decoding tells.
fn whole_file(picture: &Picture) -> Check {
    match picture {
        Picture::Ready(_) => Check::holds(check::DAMAGED, true),
        Picture::Partial { .. }
        | Picture::Quarantined { reason: Quarantine::Truncated | Quarantine::Damaged } => {
            Check { outcome: Outcome::Fail, ..Check::holds(check::DAMAGED, false) }
        }
        Picture::NoPreview { .. } | Picture::Quarantined { .. } => Check::cannot_tell(check::DAMAGED),
    }
}

async fn keep(app: &App, photo: &Photo, state: State, found: Found) -> Result<()> {
    let id = photo.declared.id;
    let mut tx = app.records.begin().await?;
    visits::lock(&mut tx, photo.declared.visit).await?;
    if photos::lock(&mut tx, id).await?.is_none_or(|held| held.state != State::Stored) {
        return Ok(());
    }
    let now = app.now();
    photos::examined(&mut tx, id, state, &found).await?;
    let entry = Entry {
        deed: "photo.examined",
        object: ("photo", id.to_string()),
        owner: Some(photo.owner),
        visit: Some(photo.declared.visit),
        details: json!({ "state": state, "reason": found.reason, "sniffed_type": found.sniffed_type }),
    };
    custody::note(&mut tx, None, entry, now).await?;
    tx.commit().await?;
    pass(Step::Examined);
    Ok(())
}
