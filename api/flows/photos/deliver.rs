//! Handing out bytes: originals, each reading of which is recorded, and derivatives.

use super::{Photo, permitted};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::domain::permission::{self, Deed, Subject};
use crate::domain::photo::mask::{self, Showing};
use crate::domain::photo::{Sha256, State};
use crate::domain::refusal::Refusal;
use crate::flows::{Error, Result};
use crate::media::{self, Chunks, DerivativeSize, Key, Span};
use crate::records::custody::{self, Entry};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde_json::json;
use sha2::Digest;
use uuid::Uuid;

/// An object that may be handed out, not opened yet.
#[derive(Clone, Debug)]
pub struct Deliverable {
    /// The photo it belongs to.
    pub photo: Photo,
    /// Bytes of the whole object.
    pub size_bytes: u64,
    /// Which object.
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Original,
    Derivative(DerivativeSize),
    Masked(DerivativeSize, u32, Option<Uuid>),
}

impl Deliverable {
    fn key(&self) -> Key {
        let (owner, photo, sha256) = (self.photo.owner, self.photo.declared.id, self.photo.declared.sha256);
        match self.what {
            What::Original => Key::Original { owner, photo, sha256 },
            What::Derivative(size) => Key::Derivative { owner, photo, sha256, size },
            What::Masked(size, number, token) => Key::Masked { owner, photo, sha256, number, token, size },
        }
    }

    /// Which marking of the photo is covered in it; `None` where nothing is.
    #[must_use]
    pub fn masking(&self) -> Option<u32> {
        match self.what {
            What::Masked(_, number, _) => Some(number),
            What::Original | What::Derivative(_) => None,
        }
    }
}

/// Finds an original the actor may read.
///
/// # Errors
/// `not-found` where the actor may not, or while its bytes are not held; `photo.not-masked` for anybody but the team
/// while nobody has marked the data of people on it; an outage.
pub async fn original(app: &App, actor: &Actor, id: PhotoId) -> Result<Deliverable> {
    let mut db = app.records.conn().await?;
    let (photo, visit) = permitted(&mut db, app, actor, (Deed::ReadOriginal, id)).await?;
    if photo.received.is_none() {
        return Err(Refusal::not_found().into());
    }
    if shown_to(&photo, actor, &visit.subject) == Showing::Waiting {
        return Err(mask::not_masked().into());
    }
    Ok(Deliverable { size_bytes: photo.declared.size_bytes, photo, what: What::Original })
}

/// How a photo is shown to somebody who may read it.
#[must_use]
pub fn shown_to(photo: &Photo, actor: &Actor, subject: &Subject) -> Showing {
    mask::showing(photo.personal_data, photo.masked.is_some(), permission::is_of_team(actor, subject))
}

/// Finds a derivative the actor may read, by the pixels of its long side: with what was marked covered, unless the actor
/// is of the team.
///
/// # Errors
/// `not-found` where the actor may not, or where there is none; `photo.not-masked` as [`original`]; an outage.
pub async fn derivative(app: &App, actor: &Actor, id: PhotoId, pixels: u16) -> Result<Deliverable> {
    let size = DerivativeSize::of_pixels(pixels).ok_or_else(Refusal::not_found)?;
    let mut db = app.records.conn().await?;
    let (photo, visit) = permitted(&mut db, app, actor, (Deed::ReadPhotos, id)).await?;
    let (what, made) = match (shown_to(&photo, actor, &visit.subject), &photo.masked) {
        (Showing::Waiting, _) => return Err(mask::not_masked().into()),
        (Showing::Masked, Some(masked)) => {
            (What::Masked(size, masked.number, masked.token), Some(&masked.derivatives))
        }
        _ => {
            let made = photo.found.as_ref().and_then(|found| found.derivatives.as_ref());
            (What::Derivative(size), made)
        }
    };
    let made = made.and_then(|all| all.get(pixels.to_string())).and_then(|one| one.get("size_bytes"));
    let size_bytes = made.and_then(serde_json::Value::as_u64).ok_or_else(Refusal::not_found)?;
    Ok(Deliverable { photo, size_bytes, what })
}

/// Opens it. Reading an original is recorded, durably, before the first byte is given.
///
/// An original is read whole and hashed on its way out, also where a part of it is asked for: if the store gives other
/// bytes than were received, the last of them are withheld, so that the reader's connection ends early and no damaged
/// file counts as evidence.
///
/// # Errors
/// An outage; a fault where an object that must be there is not.
pub async fn open(app: &App, actor: &Actor, wanted: &Deliverable, span: Option<Span>) -> Result<Chunks> {
    let is_original = wanted.what == What::Original;
    let read = span.filter(|_| !is_original);
    let (_, chunks) = app.media.get(&wanted.key(), read).await.map_err(|why| match why {
        media::Error::Missing => Error::Fault(format!("object {} is missing", wanted.key().name())),
        other => other.into(),
    })?;
    if !is_original {
        return Ok(chunks);
    }
    note_reading(app, actor, &wanted.photo, span).await?;
    let span = span.unwrap_or(Span { first: 0, last: u64::MAX });
    Ok(checked(chunks, &wanted.photo, span).boxed())
}

async fn note_reading(app: &App, actor: &Actor, photo: &Photo, span: Option<Span>) -> Result<()> {
    let mut tx = app.records.begin().await?;
    let entry = Entry {
        deed: "photo.original_read",
        object: ("photo", photo.declared.id.to_string()),
        owner: Some(photo.owner),
        // Readers do not add to the visit's own numbered log: it tells what the team did.
        visit: None,
        details: json!({ "visit": photo.declared.visit,
            "bytes": span.map(|s| json!({ "first": s.first, "last": s.last })) }),
    };
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    Ok(tx.commit().await?)
}

struct Checking {
    chunks: Chunks,
    hash: sha2::Sha256,
    /// Where the next chunk begins in the original.
    at: u64,
    held_back: Option<Bytes>,
    wanted: Span,
    photo: PhotoId,
    expected: Sha256,
}

impl Checking {
    /// Counts and hashes a chunk; gives what of it was asked for.
    fn take(&mut self, mut chunk: Bytes) -> Bytes {
        self.hash.update(&chunk);
        let begin = self.at;
        self.at = begin.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        let within = |at: u64| usize::try_from(at.saturating_sub(begin)).unwrap_or(usize::MAX);
        chunk.truncate(within(self.wanted.last.saturating_add(1)));
        chunk.split_off(within(self.wanted.first).min(chunk.len()))
    }
}

/// Hands each chunk on when the next has come; the last one only if the digest of the whole is right.
fn checked(
    chunks: Chunks,
    of: &Photo,
    wanted: Span,
) -> impl Stream<Item = std::result::Result<Bytes, media::Error>> + Send + use<> {
    let (photo, expected) = (of.declared.id, of.declared.sha256);
    let hash = sha2::Sha256::new();
    let start = Checking { chunks, hash, at: 0, held_back: None, wanted, photo, expected };
    stream::try_unfold(start, |mut on| async move {
        while let Some(chunk) = on.chunks.next().await {
            let asked_for = on.take(chunk?);
            if !asked_for.is_empty()
                && let Some(before) = on.held_back.replace(asked_for)
            {
                return Ok(Some((before, on)));
            }
        }
        let Some(last) = on.held_back.take() else { return Ok(None) };
        if <[u8; 32]>::from(on.hash.finalize_reset()) == on.expected.0 {
            return Ok(Some((last, on)));
        }
        tracing::error!(photo = %on.photo, "the store gave damaged bytes for an original; the answer was cut");
        metrics::counter!("media_damaged_reads_total").increment(1);
        Err(media::Error::Fault("damaged original".to_owned()))
    })
}

/// A name for the file of an original: visit, item and id, ASCII only.
#[must_use]
pub fn file_name(photo: &Photo) -> String {
    let safe = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(60).collect()
    };
    let item = photo.declared.item.as_deref().map_or_else(|| "visit".to_owned(), safe);
    let ending = photo.declared.media_type.extension();
    format!("{}-{item}-{}.{ending}", photo.declared.visit, photo.declared.id)
}

/// Whether a photo in this state still waits for the worker.
#[must_use]
pub fn is_waiting(state: State) -> bool {
    matches!(state, State::Announced | State::Stored)
}
