//! Uploads over several requests: begun for a declared photo, continued by any instance, whole at last or forgotten. State
//! lies in the database and the store alone.

mod append;
mod running;
mod straight;
mod tail;
mod whole;

pub(super) use append::part;
pub use append::{Append, Appended, Checksum, append};
pub use running::{Turn, arrive};

use super::photos::{Photo, Receipt, acknowledged, allowed, arrival, fits_type, permitted, promise_of};
use super::{Error, Result};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{PhotoId, UploadId};
use crate::domain::permission::Deed;
use crate::domain::photo::{Admission, Arrived, MediaType, Sha256, admit};
use crate::domain::refusal::Refusal;
use crate::domain::upload::{Ending, LIFE, Misfit, Upload};
use crate::failpoint;
use crate::media::{self, Part, key};
use crate::records::uploads::{self, New};
use crate::records::visits::Standing;
use crate::{identity, records};

/// Why a request did not append what it brought.
#[derive(Debug)]
pub enum Halt {
    /// No, or not now, and why.
    Refused(Error),
    /// The bytes don't fit.
    Misfit(Misfit),
    /// They are not those the head promised; nothing of them was kept.
    WrongChecksum,
    /// The upload ended between its beginning and the first byte of the request that began it.
    Gone,
    /// The line is of no more use to anybody: it broke, came too slowly, or a newer request has taken its place. It is
    /// cut without an answer, which tells a client to ask how far it got.
    Cut(String),
}

impl From<Error> for Halt {
    fn from(why: Error) -> Self {
        Self::Refused(why)
    }
}

impl From<Refusal> for Halt {
    fn from(no: Refusal) -> Self {
        Self::Refused(no.into())
    }
}

impl From<records::Error> for Halt {
    fn from(why: records::Error) -> Self {
        Self::Refused(why.into())
    }
}

impl From<media::Error> for Halt {
    fn from(why: media::Error) -> Self {
        Self::Refused(why.into())
    }
}

impl From<Misfit> for Halt {
    fn from(why: Misfit) -> Self {
        Self::Misfit(why)
    }
}

/// What a client says of the photo when it begins an upload, where it does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offered {
    /// How many bytes it has.
    pub length: Option<u64>,
    /// Their digest.
    pub sha256: Option<Sha256>,
    /// What they are.
    pub media_type: Option<MediaType>,
}

/// How far an upload got.
#[derive(Debug)]
pub struct Progress {
    /// The upload.
    pub upload: Upload,
    /// Set once the photo is durable.
    pub receipt: Option<Receipt>,
}

/// Begins an upload of a declared photo. The same photo again, by the same person, is the same upload as long as that lives.
///
/// # Errors
/// As for a photo that is sent at once: `not-found`, `photo.id-taken`, `photo.withdrawn`, `photo.visit-ended`,
/// `photo.too-large`, `photo.type-mismatch`, `photo.length-mismatch`; an outage.
pub async fn begin(
    app: &App,
    actor: &Actor,
    id: PhotoId,
    offered: Offered,
    metadata: Option<&str>,
) -> Result<Progress> {
    let mut db = app.records.conn().await?;
    let (photo, visit) = permitted(&mut db, app, actor, (Deed::SendPhoto, id)).await?;
    let account = actor.account().ok_or_else(Refusal::not_found)?;
    let promised = promise_of(&photo);
    let said = Arrived {
        size_bytes: offered.length.unwrap_or(promised.size_bytes),
        sha256: offered.sha256.unwrap_or(promised.sha256),
    };
    let admission = admit(photo.awaited(), promised, said)?;
    if let Some(media_type) = offered.media_type {
        fits_type(&photo, media_type)?;
    }
    if admission == Admission::Receive {
        arrival(&photo, visit.state)?;
    }
    let now = app.now();
    let new = New {
        id: UploadId::random(identity::random()),
        photo: id,
        account,
        length_bytes: promised.size_bytes,
        metadata,
        at: now,
        expires_at: now.saturating_add(LIFE).unwrap_or(now),
    };
    let upload = uploads::begin(&mut db, new).await?;
    drop(db);
    failpoint::pass(failpoint::Step::UploadBegun);
    progress(app, upload, photo).await
}

async fn progress(app: &App, upload: Upload, photo: Photo) -> Result<Progress> {
    if !photo.awaited().is_held() {
        return Ok(Progress { upload, receipt: None });
    }
    let upload = Upload { received_bytes: upload.length_bytes, ..upload };
    Ok(Progress { upload, receipt: Some(acknowledged(app, photo).await?) })
}

/// Ends an upload that is all there, for a client to whom that is the end: tus 1.0.0 has no word for a photo whose bytes
/// are all there and that somebody still has to complete, as the other protocol leaves it.
///
/// # Errors
/// [`Halt`].
pub async fn complete(app: &App, actor: &Actor, of: Progress) -> std::result::Result<Progress, Halt> {
    let (id, length) = (of.upload.id, of.upload.length_bytes);
    if of.receipt.is_some() || of.upload.received_bytes < length {
        return Ok(of);
    }
    let nothing = Append {
        offset: Some(length),
        length: Some(0),
        ending: Ending::AtLength,
        checksum: None,
        said_length: None,
    };
    let body = futures::stream::empty::<std::result::Result<bytes::Bytes, std::convert::Infallible>>();
    match Box::pin(append(app, actor, arrive(id), nothing, body)).await? {
        Appended::Whole(upload, done) => Ok(Progress { upload, receipt: Some(done.into_inner()) }),
        Appended::More(upload) => Ok(Progress { upload, receipt: None }),
    }
}

/// Somebody's upload, its photo and visit, if they may send it. Another person's upload is an unknown one.
async fn open(app: &App, actor: &Actor, id: UploadId) -> Result<(Upload, Photo, Standing)> {
    let account = actor.account().ok_or_else(Refusal::not_found)?;
    let mut db = app.records.conn().await?;
    let found = records::photos::find_by_upload(&mut db, actor, (id, account), app.now()).await?;
    let (upload, photo, visit) = found.ok_or_else(Refusal::not_found)?;
    let (photo, visit) = allowed(&mut db, app, actor, Deed::SendPhoto, (photo, visit)).await?;
    Ok((upload, photo, visit))
}

/// How far an upload got, in durable bytes. Whoever appends to it at the moment loses the turn, so that the next request
/// may begin where this says.
///
/// # Errors
/// `not-found`; an outage.
pub async fn look(app: &App, actor: &Actor, id: UploadId) -> Result<Progress> {
    let (upload, mut photo, _) = open(app, actor, id).await?;
    let had_older = running::stop(id).await;
    if photo.awaited().is_held() {
        return progress(app, upload, photo).await;
    }
    if let Some(upload) = straight::as_left(&upload) {
        return progress(app, upload, photo).await;
    }
    let upload = take(app, actor, id).await?.ok_or_else(Refusal::not_found)?;
    if had_older {
        // The request that lost its turn may have been at its very last step.
        photo = records::photos::find(&mut *app.records.conn().await?, upload.photo)
            .await?
            .ok_or_else(Refusal::not_found)?;
    }
    progress(app, upload, photo).await
}

/// Takes the turn at somebody's upload; `None` where it has ended.
async fn take(app: &App, actor: &Actor, id: UploadId) -> Result<Option<Upload>> {
    let account = actor.account().ok_or_else(Refusal::not_found)?;
    Ok(uploads::take(&mut *app.records.conn().await?, id, account, app.now()).await?)
}

/// Gives an upload up: it is unknown from now on, and its pieces go. A photo that is durable stays.
///
/// # Errors
/// `not-found`; an outage.
pub async fn end(app: &App, actor: &Actor, id: UploadId) -> Result<()> {
    let (upload, _, _) = open(app, actor, id).await?;
    running::stop(id).await;
    give_up(app, upload.id).await
}

/// Ends an upload and removes what there is of it; what can't be removed now is removed by the reaper.
///
/// # Errors
/// An outage of the database.
pub(super) async fn give_up(app: &App, id: UploadId) -> Result<()> {
    uploads::end(&mut *app.records.conn().await?, id, app.now()).await?;
    if let Err(why) = remove(app, id).await {
        tracing::warn!(%why, "an upload that ended is removed later");
    }
    Ok(())
}

/// Removes what is left of an upload that has ended: objects first, so that no object is left without a row.
async fn remove(app: &App, id: UploadId) -> Result<()> {
    app.media.delete_below(&key::pieces_of(id)).await?;
    let mut tx = app.records.begin().await?;
    uploads::forget(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Leaves the pieces of an upload whose photo is whole to the sweep: its phone waits for no more than its photo needs.
async fn leave_pieces(app: &App, id: UploadId) {
    let left = async {
        uploads::leave_pieces(&mut *app.records.conn().await?, id, app.now()).await?;
        Ok::<_, Error>(())
    };
    if let Err(why) = left.await {
        tracing::warn!(%why, "pieces of a photo that is whole are removed when their upload expires");
    }
}

/// Uploads that are ended or tidied by one statement.
const BATCH: i64 = 100;

fn is_last(batch: &[UploadId]) -> bool {
    i64::try_from(batch.len()).is_ok_and(|count| count < BATCH)
}

/// Forgets uploads that have expired, what was left of others, and pieces of photos that are whole. Safe to run at any
/// time; twice a minute is right.
///
/// # Errors
/// An outage.
pub async fn sweep(app: &App) -> Result<()> {
    loop {
        let lapsed = uploads::lapsed(&mut *app.records.conn().await?, app.now(), BATCH).await?;
        for id in &lapsed {
            remove(app, *id).await?;
        }
        if is_last(&lapsed) {
            break;
        }
    }
    // Last: what a store does not let go of in bulk goes one by one when its upload expires.
    tidy(app).await
}

/// Removes the pieces of photos that are whole: objects first, so that no object is left without a row.
async fn tidy(app: &App) -> Result<()> {
    loop {
        let (untidy, pieces) = {
            let mut db = app.records.conn().await?;
            let untidy = uploads::untidy(&mut db, BATCH).await?;
            let pieces = uploads::pieces_of(&mut db, &untidy).await?;
            (untidy, pieces)
        };
        app.media.delete_parts(&pieces.iter().map(part).collect::<Vec<Part>>()).await?;
        let mut tx = app.records.begin().await?;
        uploads::forget_pieces(&mut tx, &untidy).await?;
        tx.commit().await?;
        if is_last(&untidy) {
            return Ok(());
        }
    }
}
