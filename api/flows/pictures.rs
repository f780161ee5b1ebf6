//! Guidance pictures of checklists: sent before a version shows them, read by whoever may read the template.

use super::photos::Done;
use super::templates::{Template, editable, note, seen};
use super::{Error, Result};
use crate::app::App;
use crate::decoding::{self, Format};
use crate::domain::actor::Actor;
use crate::domain::ids::TemplateId;
use crate::domain::photo::{Arrived, MediaType, Sha256};
use crate::domain::refusal::{Kind, Next, Refusal};
use crate::domain::template::{self, PictureFacts, PictureHead};
use crate::media::{self, Chunks, Key, Span};
use crate::records::templates::pictures as rows;
use crate::records::{self, Db};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use jiff::Timestamp;
use serde_json::json;
use sha2::Digest;

pub use crate::records::templates::pictures::HeldPicture;

/// What the head of a request says of the picture to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The digest of the address, the length of the head.
    pub bytes: Arrived,
    /// `Content-Type`, where it is one of ours.
    pub media_type: Option<MediaType>,
}

/// Takes a picture for a template. Right, room, length and type are settled before the first byte is read, everything else
/// before anything is kept; the object is durable before the row says so.
///
/// # Errors
/// `not-found`, `forbidden`, `picture.too-many`, `picture.too-large`, `picture.type`, `picture.broke-off`, `picture.digest-mismatch`,
/// `picture.damaged`, `picture.sides`, `picture.metadata`; an outage.
pub async fn receive<S, E>(
    app: &App,
    actor: &Actor,
    id: TemplateId,
    offer: Offer,
    body: S,
) -> Result<Done<HeldPicture>>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    {
        let mut db = app.records.conn().await?;
        editable(&mut db, actor, id).await?;
        has_room(&mut db, id, offer.bytes.sha256).await?;
    }
    template::admit_picture(offer.bytes.size_bytes, offer.media_type)?;
    let bytes = collect(offer.bytes.size_bytes, body).await?;
    template::intact_picture(offer.bytes, arrived(&bytes))?;
    let facts = template::take_picture(offer.bytes, offer.media_type, head(&bytes))?;
    // Also where it is held: whoever sends it again mends an object that was lost.
    put(app, id, facts, bytes).await?;
    let mut tx = app.records.begin().await?;
    let of = editable(&mut tx, actor, id).await?;
    let is_new = keep(&mut tx, Some(actor), &of, facts, app.now()).await?;
    let held = find(&mut tx, id, facts.bytes.sha256).await?;
    let held = held.ok_or_else(|| Error::Fault("a picture was kept and is not there".to_owned()))?;
    tx.commit().await?;
    Ok(if is_new { Done::Now(held) } else { Done::Before(held) })
}

/// Refuses a picture beyond the most that a template holds; one that it holds already is none.
async fn has_room(db: &mut Db, template: TemplateId, sha256: Sha256) -> Result<()> {
    Ok(template::has_room(rows::count_others(db, template, sha256).await?)?)
}

/// Reads a body of this length, and no more.
pub(super) async fn collect<S, E>(size_bytes: u64, mut body: S) -> Result<Bytes>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let mut whole = BytesMut::new();
    while u64::try_from(whole.len()).is_ok_and(|length| length < size_bytes) {
        match body.next().await {
            Some(Ok(piece)) => whole.extend_from_slice(&piece),
            Some(Err(why)) => {
                tracing::info!(%why, "a picture broke off");
                let detail = "The body broke off; nothing was kept, send the picture again.";
                return Err(Refusal::new(Kind::Invalid, "picture.broke-off", detail)
                    .next(Next::Retry)
                    .into());
            }
            None => break,
        }
    }
    Ok(whole.freeze())
}

pub(super) fn arrived(bytes: &Bytes) -> Arrived {
    let sha256 = Sha256(sha2::Sha256::digest(bytes).into());
    Arrived { size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX), sha256 }
}

/// What the parts of a picture say; nothing is decoded.
pub(super) fn head(bytes: &Bytes) -> PictureHead {
    let outline = decoding::outline(bytes);
    PictureHead {
        media_type: outline.format.map(Format::media_type).and_then(MediaType::parse),
        size: outline.size.map(|size| (size.width, size.height)),
        carries_more: outline.carries_more,
    }
}

async fn put(app: &App, template: TemplateId, facts: PictureFacts, bytes: Bytes) -> Result<()> {
    let key = Key::Picture { template, sha256: facts.bytes.sha256 };
    Ok(app.media.put_bytes(&key, facts.media_type.as_str(), bytes).await?)
}

async fn find(db: &mut Db, template: TemplateId, sha256: Sha256) -> Result<Option<HeldPicture>> {
    Ok(rows::held(db, &[template], &[sha256]).await?.pop())
}

/// Puts files that came with a checklist to their places, by the rules of every picture.
pub(super) async fn store(app: &App, template: TemplateId, files: &[Bytes]) -> Result<Vec<PictureFacts>> {
    if !files.is_empty() {
        // The program may be at work before any server was.
        app.media.ensure_bucket().await?;
    }
    let mut all = Vec::new();
    for bytes in files {
        let (came, head) = (arrived(bytes), head(bytes));
        let facts = template::admit_picture(came.size_bytes, head.media_type)
            .and_then(|()| template::take_picture(came, head.media_type, head))
            .map_err(|no| {
                Refusal::field(&format!("/pictures/{}", came.sha256.to_hex()), no.code, no.detail)
            })?;
        put(app, template, facts, bytes.clone()).await?;
        all.push(facts);
    }
    Ok(all)
}

/// Writes down that a template holds a picture, where there is room; whether that is new.
pub(super) async fn keep(
    db: &mut Db,
    actor: Option<&Actor>,
    of: &Template,
    facts: PictureFacts,
    now: Timestamp,
) -> Result<bool> {
    // Held, so that two that race don't both take the last room.
    records::templates::hold(db, of.id).await?;
    has_room(db, of.id, facts.bytes.sha256).await?;
    let new = HeldPicture { template: of.id, facts, received_at: now };
    if !rows::keep(db, &new, actor.and_then(Actor::account)).await? {
        return Ok(false);
    }
    let details = json!({ "sha256": facts.bytes.sha256.to_hex(), "size_bytes": facts.bytes.size_bytes,
        "media_type": facts.media_type.as_str() });
    note(db, actor, "template.picture-received", of, details, now).await?;
    Ok(true)
}

/// Finds a picture of a template that the actor may read.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, id: TemplateId, sha256: Sha256) -> Result<HeldPicture> {
    let mut db = app.records.conn().await?;
    seen(&mut db, actor, id).await?;
    Ok(find(&mut db, id, sha256).await?.ok_or_else(Refusal::not_found)?)
}

/// Opens it.
///
/// # Errors
/// An outage; a fault where an object that must be there is not.
pub async fn open(app: &App, picture: &HeldPicture, span: Option<Span>) -> Result<Chunks> {
    let key = Key::Picture { template: picture.template, sha256: picture.facts.bytes.sha256 };
    let (_, chunks) = app.media.get(&key, span).await.map_err(|why| match why {
        media::Error::Missing => Error::Fault(format!("object {} is missing", key.name())),
        other => other.into(),
    })?;
    Ok(chunks)
}
