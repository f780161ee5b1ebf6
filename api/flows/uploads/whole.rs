//! The end of an upload: its pieces and what is still held become the photo's bytes, and the last step of every photo
//! follows.

use super::append::{Appended, part};
use super::tail::Tail;
use super::{Halt, give_up};
use crate::app::App;
use crate::domain::photo::{Arrived, Offer};
use crate::domain::refusal::Refusal;
use crate::domain::upload::Upload;
use crate::flows::Error;
use crate::flows::photos::{Photo, Sender, before, keep_at_last, promise_of};
use crate::media::{self, Key, Part, PutError};
use crate::records::uploads::{self, Piece};
use crate::records::visits::Standing;
use futures::{StreamExt, stream};
use std::cell::Cell;

/// What is not written down as durable.
#[derive(Default)]
pub(super) struct Bytes {
    /// Pieces that wait for nothing but this.
    pub(super) unconfirmed: Vec<Piece>,
    /// What is in memory.
    pub(super) tail: Tail,
}

/// Carries pieces and tail to the photo's place; or gives the digest of other bytes than promised.
pub(super) async fn assemble(
    app: &App,
    upload: &Upload,
    photo: &Photo,
    bytes: Bytes,
) -> Result<Result<(), Arrived>, Halt> {
    let mut pieces = {
        let mut db = app.records.conn().await?;
        uploads::pieces(&mut db, upload.id).await?
    };
    pieces.extend(bytes.unconfirmed);
    let length: u64 = pieces.iter().map(|piece| piece.length).sum::<u64>() + bytes.tail.length();
    if length != upload.length_bytes {
        // A newer request has added to it meanwhile.
        return Err(Halt::Cut("the pieces are not those of this request".to_owned()));
    }
    let parts: Vec<Part> = pieces.iter().map(part).collect();
    let (chunks, _room) = bytes.tail.into_chunks();
    let is_lost = Cell::new(false);
    let stored = app.media.read_parts(parts).inspect(|chunk| {
        is_lost.set(is_lost.get() || matches!(chunk, Err(media::Error::Missing)));
    });
    let all = stored.chain(stream::iter(chunks.into_iter().map(Ok)));
    let key = Key::Original { owner: photo.owner, photo: photo.declared.id, sha256: photo.declared.sha256 };
    let (promised, media_type) = (promise_of(photo), photo.declared.media_type.as_str());
    let put = Box::pin(app.media.put_stream((&key, before(photo)), promised, media_type, all)).await;
    match put {
        Ok(()) => Ok(Ok(())),
        Err(PutError::Mismatch(arrived)) => Ok(Err(arrived)),
        Err(PutError::Store(why)) => Err(why.into()),
        Err(PutError::BrokeOff(why)) if is_lost.get() => {
            // What was durable is gone: nothing can be built on it any more.
            tracing::error!(%why, "a piece of an upload is missing");
            give_up(app, upload.id).await?;
            Err(Refusal::not_found().into())
        }
        Err(PutError::BrokeOff(why)) => Err(Error::Busy(format!("a piece can't be read: {why}")).into()),
    }
}

/// Writes down that the photo's bytes are durable, as for every photo.
pub(super) async fn keep(
    app: &App,
    sender: Sender<'_>,
    upload: Upload,
    photo: Photo,
    visit: &Standing,
) -> Result<Appended, Halt> {
    let offer = Offer { bytes: promise_of(&photo), media_type: photo.declared.media_type };
    let kept = Box::pin(keep_at_last(app, sender, photo, visit, offer)).await?;
    let upload = Upload { received_bytes: upload.length_bytes, ..upload };
    Ok(Appended::Whole(upload, Box::new(kept)))
}
