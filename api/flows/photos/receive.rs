//! The bytes of a promised photo: checked before the first, streamed to their place, acknowledged when durable.

use super::{Done, Photo, permitted, receipts};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::domain::permission::Deed;
use crate::domain::photo::{self, Admission, Arrival, Arrived, MediaType, Offer};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::domain::visit;
use crate::failpoint::{Step, pass};
use crate::flows::{Error, Result, keys, promises, sessions};
use crate::media::{Before, Key, PutError};
use crate::notary::{self, Acknowledgement};
use crate::records::custody::{self, Entry};
use crate::records::photos::{Received, Reception};
use crate::records::visits::Standing;
use crate::records::{self, photos, visits};
use bytes::Bytes;
use futures::Stream;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How long the last step may be tried again while the database has no time for it.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

/// How long a look at somebody's rights is good for: a device or an assignment that was taken away does nothing more after
/// that, however long its request goes on.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// Who sends bytes, and since when their rights were looked at.
#[derive(Clone, Copy, Debug)]
pub(in crate::flows) struct Sender<'a> {
    actor: &'a Actor,
    since: Instant,
}

impl<'a> Sender<'a> {
    /// Somebody whose rights are about to be looked at.
    pub(in crate::flows) fn of(actor: &'a Actor) -> Self {
        Self { actor, since: Instant::now() }
    }

    /// Looks again whether they may send this photo, where the last look is no good any more.
    async fn still(self, app: &App, id: PhotoId) -> Result<()> {
        if self.since.elapsed() < GOOD_FOR {
            return Ok(());
        }
        let actor = sessions::afresh(app, self.actor).await?;
        let mut db = app.records.conn().await?;
        permitted(&mut db, app, &actor, (Deed::SendPhoto, id)).await?;
        Ok(())
    }
}

/// What the phone is told when its photo is durable.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The photo as it stands.
    pub photo: Photo,
    /// Signed acknowledgement, a compact JWS.
    pub acknowledgement: String,
}

/// Takes the bytes of a declared photo.
///
/// Rights, state, length and type are settled before the first byte is read; no database connection is held while
/// bytes flow; the object is durable before the row says so.
///
/// # Errors
/// `not-found`, `photo.id-taken`, `photo.withdrawn`, `photo.visit-ended`, `photo.too-large`, `photo.type-mismatch`,
/// `photo.length-mismatch`, `photo.digest-mismatch`, `photo.broke-off`; an outage. Nothing is kept then.
pub async fn receive<S, E>(
    app: &App,
    actor: &Actor,
    id: PhotoId,
    offer: Offer,
    body: S,
) -> Result<Done<Receipt>>
where
    S: Stream<Item = std::result::Result<Bytes, E>>,
    E: std::fmt::Display,
{
    let sender = Sender::of(actor);
    let (photo, visit) = Box::pin(async {
        let mut db = app.records.conn().await?;
        permitted(&mut db, app, actor, (Deed::SendPhoto, id)).await
    })
    .await?;
    let promised = promise_of(&photo);
    if photo::admit(photo.awaited(), promised, offer.bytes)? == Admission::Held {
        return Ok(Done::Before(Box::pin(acknowledged(app, photo)).await?));
    }
    arrival(&photo, visit.state)?;
    fits_type(&photo, offer.media_type)?;
    let key = Key::Original { owner: photo.owner, photo: id, sha256: promised.sha256 };
    let media_type = photo.declared.media_type.as_str();
    // What comes before and after the bytes lies in boxes of its own: for minutes, and for hundreds of slow phones at
    // once, only what the bytes need is kept.
    match app.media.put_stream((&key, before(&photo)), promised, media_type, body).await {
        Ok(()) => Box::pin(keep_at_last(app, sender, photo, &visit, offer)).await,
        Err(PutError::Mismatch(arrived)) => {
            photo::intact(promised, arrived)?;
            Err(Error::Fault("bytes differ and are the same".to_owned()))
        }
        Err(PutError::BrokeOff(why)) => {
            tracing::info!(%why, "a photo broke off");
            let detail = "The body broke off; nothing was kept, send the photo again.";
            Err(Refusal::new(Kind::Invalid, "photo.broke-off", detail).next(Next::Retry).into())
        }
        Err(PutError::Store(why)) => Err(why.into()),
    }
}

/// How bytes that come now stand to the visit: what shows an action done or answers a finding comes
/// after it, and is no part of it.
pub(in crate::flows) fn arrival(photo: &Photo, visit: visit::State) -> Result<Arrival> {
    if !photo.declared.is_of_visit() {
        return Ok(Arrival::InTime);
    }
    Ok(photo::arrival(visit)?)
}

/// What was declared about the bytes.
pub(in crate::flows) fn promise_of(photo: &Photo) -> Arrived {
    Arrived { size_bytes: photo.declared.size_bytes, sha256: photo.declared.sha256 }
}

/// What may lie at the place of a photo's bytes.
pub(in crate::flows) fn before(photo: &Photo) -> Before {
    if photo.is_damaged() { Before::Damaged } else { Before::Same }
}

/// Refuses bytes that are said to be of another type than was declared.
pub(in crate::flows) fn fits_type(photo: &Photo, offered: MediaType) -> Result<()> {
    let declared = photo.declared.media_type;
    if offered == declared {
        return Ok(());
    }
    let detail = format!("{} was declared, {} is sent.", declared.as_str(), offered.as_str());
    Err(Refusal::new(Kind::UnsupportedType, "photo.type-mismatch", detail).into())
}

/// Writes down that the bytes are durable, with more patience than any other step has: a phone's minutes are in them,
/// and in a crowd of phones that end at once many wait for one of few connections. Repeating it is safe.
///
/// # Errors
/// `token.invalid` and `not-found` where the sender's rights ended meanwhile; what [`receive`] says; an outage.
pub(in crate::flows) async fn keep_at_last(
    app: &App,
    sender: Sender<'_>,
    mut photo: Photo,
    visit: &Standing,
    offer: Offer,
) -> Result<Done<Receipt>> {
    pass(Step::ObjectDurable);
    let until = Instant::now() + PATIENCE;
    let mut state = visit.state;
    loop {
        let kept = match sender.still(app, photo.declared.id).await {
            Ok(()) => keep(app, sender.actor, photo.clone(), (visit, state), offer).await,
            Err(why) => Err(why),
        };
        match kept {
            Err(Error::Busy(why)) if Instant::now() < until => {
                tracing::debug!(%why, "a received photo waits to be written down");
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
        if let Ok(mut db) = app.records.conn().await {
            photo = photos::find(&mut db, photo.declared.id).await?.ok_or_else(Refusal::not_found)?;
            state = visits::state(&mut db, visit.id).await?.ok_or_else(Refusal::not_found)?;
        }
    }
}

/// Writes down that the bytes are durable; whoever comes second finds that they are. `photo` and the visit's state are
/// as last read: where they no longer hold, nothing is written.
async fn keep(
    app: &App,
    actor: &Actor,
    photo: Photo,
    (visit, state): (&Standing, visit::State),
    offer: Offer,
) -> Result<Done<Receipt>> {
    let id = photo.declared.id;
    if photo::admit(photo.awaited(), promise_of(&photo), offer.bytes)? == Admission::Held {
        return Ok(Done::Before(acknowledged(app, photo).await?));
    }
    if photo.is_damaged() {
        return restore(app, actor, photo).await;
    }
    let key = keys::notary(app).await?;
    let mut tx = app.records.begin_in_company().await?;
    photos::place_below(&mut tx, &photo, &visit.subject.units).await?;
    promises::examine(&mut tx, id, app.now()).await?;
    let late = arrival(&photo, state)? == Arrival::Late;
    let entry = Entry {
        deed: "photo.received",
        object: ("photo", id.to_string()),
        owner: Some(photo.owner),
        visit: Some(visit.id),
        details: json!({ "sha256": photo.declared.sha256.to_hex(), "size_bytes": photo.declared.size_bytes,
            "late": late }),
    };
    // The visit's row is held from here on.
    let noted = custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    let noted = noted.ok_or_else(|| Error::Fault("a visit's log gave no number".to_owned()))?;
    let received = Received { at: noted.at, log_number: noted.number, late };
    let acknowledgement = sign(app, &key, &photo, received);
    let reception = Reception { received, acknowledgement: &acknowledgement };
    let kept = photos::store(&mut tx, id, reception).await?;
    let Some(kept) = kept.filter(|_| noted.state == state) else {
        // Another request was quicker, or the visit went on meanwhile: looked at anew.
        return Err(Error::Busy("the photo or its visit was being changed".to_owned()));
    };
    pass(Step::RowWritten);
    tx.commit().await?;
    pass(Step::Committed);
    Ok(Done::Now(Receipt { photo: kept, acknowledgement }))
}

/// Writes down that bytes which the store had lost are durable again. They are those of then, so that what was
/// acknowledged then holds: when they came, and whether they were late.
async fn restore(app: &App, actor: &Actor, photo: Photo) -> Result<Done<Receipt>> {
    let id = photo.declared.id;
    let mut tx = app.records.begin_in_company().await?;
    promises::examine_restored(&mut tx, id, app.now()).await?;
    let entry = receipts::entry(&photo, "photo.restored", Value::Null);
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    if !photos::restore(&mut tx, id, app.now()).await? {
        return Err(Error::Busy("the photo was being changed".to_owned()));
    }
    pass(Step::RowWritten);
    tx.commit().await?;
    pass(Step::Committed);
    let held = photos::find(&mut *app.records.conn().await?, id).await?;
    Ok(Done::Now(acknowledged(app, held.unwrap_or(photo)).await?))
}

/// The acknowledgement that was given when the bytes came: every repetition gets the same text, whichever key signs
/// and whatever address we go by since then.
pub(in crate::flows) async fn acknowledged(app: &App, photo: Photo) -> Result<Receipt> {
    let received =
        photo.received.ok_or_else(|| Error::Fault("a held photo without a log number".to_owned()))?;
    let mut db = app.records.conn().await?;
    let given = photos::acknowledgement(&mut db, photo.declared.id).await?;
    // Another request may have written it down this very moment.
    records::settle(&mut db).await?;
    drop(db);
    let acknowledgement = match given {
        Some(given) => given,
        // Received before acknowledgements were kept.
        None => sign(app, &*keys::notary(app).await?, &photo, received),
    };
    Ok(Receipt { photo, acknowledgement })
}

fn sign(app: &App, key: &keys::Key, photo: &Photo, received: Received) -> String {
    let facts = Acknowledgement {
        issuer: &app.config.public_url,
        photo: photo.declared.id,
        visit: photo.declared.visit,
        sha256: photo.declared.sha256,
        size_bytes: photo.declared.size_bytes,
        received_at: received.at,
        log_number: received.log_number,
    };
    notary::acknowledge(&key.signing, &key.kid, facts)
}
