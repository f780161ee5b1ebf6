//! Appending to an upload: what arrives is held for a moment, put away as pieces where it takes longer, and carried to the
//! photo's own place when it is whole.

use super::running::Turn;
use super::straight::{self, Sent, Stop};
use super::tail::Tail;
use super::{Halt, give_up, leave_pieces, open, take, whole};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::photo::{self, Arrived};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::upload::{Ending, LIFE, Misfit, Upload};
use crate::failpoint;
use crate::flows::Error;
use crate::flows::photos::{Done, Photo, Receipt, Sender, acknowledged, arrival, before, promise_of};
use crate::media::{Key, Part, Put};
use crate::records::photos;
use crate::records::uploads::{self, Piece};
use crate::records::visits::Standing;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha2::Digest;
use tokio::time::{Instant, sleep_until};

/// The largest piece.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A digest of what one request brings, as its head says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1, which every tus server must know.
    Sha1(Vec<u8>),
    /// SHA-256.
    Sha256(Vec<u8>),
    /// SHA-512.
    Sha512(Vec<u8>),
}

/// What the head of a request says about the bytes to come.
#[derive(Clone, Debug)]
pub struct Append {
    /// Where they begin; `None` to begin where the upload goes on, and skip what is there already.
    pub offset: Option<u64>,
    /// How many they are, where that is known.
    pub length: Option<u64>,
    /// When they complete the upload.
    pub ending: Ending,
    /// Their digest: nothing of them is kept where it differs.
    pub checksum: Option<Checksum>,
    /// How many bytes the whole photo has, where the head says it.
    pub said_length: Option<u64>,
}

/// How far an upload got with a request.
#[derive(Debug)]
pub enum Appended {
    /// More is to come.
    More(Upload),
    /// The photo is durable.
    Whole(Upload, Box<Done<Receipt>>),
}

enum Counted {
    Nothing,
    Sha1(sha1::Sha1, Vec<u8>),
    Sha256(sha2::Sha256, Vec<u8>),
    Sha512(sha2::Sha512, Vec<u8>),
}

impl Counted {
    fn of(checksum: Option<&Checksum>) -> Self {
        match checksum.cloned() {
            None => Self::Nothing,
            Some(Checksum::Sha1(wanted)) => Self::Sha1(sha1::Sha1::new(), wanted),
            Some(Checksum::Sha256(wanted)) => Self::Sha256(sha2::Sha256::new(), wanted),
            Some(Checksum::Sha512(wanted)) => Self::Sha512(sha2::Sha512::new(), wanted),
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        match self {
            Self::Nothing => {}
            Self::Sha1(hash, _) => hash.update(bytes),
            Self::Sha256(hash, _) => hash.update(bytes),
            Self::Sha512(hash, _) => hash.update(bytes),
        }
    }

    fn fits_what_was_said(self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Sha1(hash, wanted) => hash.finalize().as_slice() == wanted,
            Self::Sha256(hash, wanted) => hash.finalize().as_slice() == wanted,
            Self::Sha512(hash, wanted) => hash.finalize().as_slice() == wanted,
        }
    }
}

/// The object of a piece.
pub(in crate::flows) fn part(piece: &Piece) -> Part {
    let key = Key::Piece { upload: piece.upload, from: piece.from, epoch: piece.epoch };
    Part { key, length: piece.length }
}

/// Appends what a request brings. A request that appends to the same upload at the moment is ended, and so is this one
/// by the next.
///
/// # Errors
/// [`Halt`].
pub async fn append<S, E>(
    app: &App,
    actor: &Actor,
    mut turn: Turn,
    what: Append,
    mut body: S,
) -> Result<Appended, Halt>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let sender = Sender::of(actor);
    let Ready { upload, photo, visit, skip, left } =
        match Box::pin(begin(app, actor, &mut turn, &what)).await? {
            Begun::Now(ready) => *ready,
            Begun::Whole(upload, receipt) => {
                return Ok(Appended::Whole(upload, Box::new(Done::Before(*receipt))));
            }
        };
    let mut intake = Intake::new(app, upload, &what, skip);
    if let Some(mut put) = intake.straight(&photo, left) {
        let (sent, tail) = Box::pin(straight::send(&mut put, &mut body, &mut turn)).await;
        intake.hold(tail);
        match sent {
            Sent::Whole => return Box::pin(intake.keep(sender, photo, &visit)).await,
            Sent::Stopped(Stop::Slow) => {}
            Sent::Stopped(Stop::Lost) => return intake.leave(put, "a newer request came").await,
            Sent::Stopped(Stop::Line(why)) => return intake.leave(put, &why).await,
            Sent::Other(arrived) => return other_bytes(app, &intake.upload, &photo, arrived).await,
            // What waited for this request has come to nothing meanwhile; the pieces have not.
            Sent::Failed(why) if intake.put_away > 0 => tracing::info!(%why, "a waiting PUT failed"),
            Sent::Failed(why) => return Err(why.into()),
        }
    }
    intake.collect(&mut body, &mut turn).await?;
    // What comes after the bytes lies in a box of its own, as it does for a plain PUT.
    Box::pin(intake.finish(sender, photo, &visit)).await
}

enum Begun {
    Now(Box<Ready>),
    Whole(Upload, Box<Receipt>),
}

/// What bytes may be appended to, and how many of them are there already.
struct Ready {
    upload: Upload,
    photo: Photo,
    visit: Standing,
    skip: u64,
    /// The PUT that took what is there, if it still waits.
    left: Option<Put>,
}

/// Settles rights, state and place before the first byte, and takes the turn.
async fn begin(app: &App, actor: &Actor, turn: &mut Turn, what: &Append) -> Result<Begun, Halt> {
    let (upload, photo, visit) = match open(app, actor, turn.upload()).await {
        Err(Error::Refused(no)) if no.kind == Kind::NotFound => return Err(gone(what)),
        found => found?,
    };
    if photo.awaited().is_held() {
        return before_this(app, upload, photo, what).await;
    }
    photo::admit(photo.awaited(), promise_of(&photo), promise_of(&photo))?;
    arrival(&photo, visit.state)?;
    // A request that begins elsewhere changes nothing, not even whose turn it is.
    fits(&upload, what)?;
    let had_older = turn.begin().await;
    if turn.is_lost() {
        // It came meanwhile, and waits for this one to end.
        return Err(Halt::Cut("a newer request came".to_owned()));
    }
    let left = straight::resume(upload.id);
    let upload = match &left {
        // Nobody has had the turn since, and the one that had it appends nothing more: it is ours as it was left.
        Some((put, epoch)) if *epoch == upload.epoch => Upload { received_bytes: put.taken(), ..upload },
        _ => take(app, actor, upload.id).await?.ok_or_else(|| gone(what))?,
    };
    if had_older {
        // The one that was ended may have been at its very last step, and has put away what it held.
        let photo = photos::find(&mut *app.records.conn().await?, upload.photo).await?;
        let photo = photo.ok_or_else(Refusal::not_found)?;
        if photo.awaited().is_held() {
            return before_this(app, upload, photo, what).await;
        }
    }
    let left = left.map(|(put, _)| put).filter(|put| put.taken() == upload.received_bytes);
    let (expected, provided) = (upload.received_bytes, what.offset.unwrap_or(0));
    let skip = expected.checked_sub(provided).ok_or(Misfit::Offset { expected, provided })?;
    Ok(Begun::Now(Box::new(Ready { upload, photo, visit, skip, left })))
}

/// What is said where there is no upload any more: to who goes on with one, that it is unknown; who has begun it just now
/// begins it again.
fn gone(what: &Append) -> Halt {
    if what.offset.is_some() { Refusal::not_found().into() } else { Halt::Gone }
}

/// What is said to a request for a photo that was whole before it.
async fn before_this(app: &App, upload: Upload, photo: Photo, what: &Append) -> Result<Begun, Halt> {
    let expected = upload.length_bytes;
    let provided = what.offset.unwrap_or(expected);
    if provided != expected {
        return Err(Misfit::Offset { expected, provided }.into());
    }
    if what.offset.is_some() && what.length.is_some_and(|length| length > 0) {
        return Err(Misfit::TooLong.into());
    }
    let upload = Upload { received_bytes: expected, ..upload };
    Ok(Begun::Whole(upload, Box::new(acknowledged(app, photo).await?)))
}

/// Whether the bytes fit where they say they begin; without saying so, they begin with the photo's first.
fn fits(upload: &Upload, what: &Append) -> Result<(), Misfit> {
    if let Some(offset) = what.offset {
        upload.fits(offset, what.length, what.ending)?;
    } else {
        let from_start = Upload { received_bytes: 0, ..upload.clone() };
        from_start.fits(0, what.length, what.ending)?;
    }
    if what.said_length.is_some_and(|length| length != upload.length_bytes) {
        return Err(Misfit::OtherLength);
    }
    Ok(())
}

/// Refuses bytes that are not those promised. They are lost for good: whoever sends the right ones begins anew.
async fn other_bytes<T>(app: &App, upload: &Upload, photo: &Photo, arrived: Arrived) -> Result<T, Halt> {
    give_up(app, upload.id).await?;
    photo::intact(promise_of(photo), arrived)?;
    Err(Error::Fault("bytes differ and are the same".to_owned()).into())
}

/// What one request has brought so far.
struct Intake<'a> {
    app: &'a App,
    upload: Upload,
    ending: Ending,
    /// How many bytes come, where that is known.
    length: Option<u64>,
    counted: Counted,
    has_checksum: bool,
    /// Bytes that were there before and come again.
    skip: u64,
    /// Bytes that came.
    came: u64,
    tail: Tail,
    /// Where the tail begins.
    put_away: u64,
    /// Pieces that count only when the checksum is right.
    unconfirmed: Vec<Piece>,
}

enum Step<E> {
    Came(Option<Result<Bytes, E>>),
    Lost,
    Due,
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

impl<'a> Intake<'a> {
    fn new(app: &'a App, upload: Upload, what: &Append, skip: u64) -> Self {
        Self {
            app,
            ending: what.ending,
            length: what.length,
            counted: Counted::of(what.checksum.as_ref()),
            has_checksum: what.checksum.is_some(),
            skip,
            came: 0,
            tail: Tail::default(),
            put_away: upload.received_bytes,
            unconfirmed: Vec::new(),
            upload,
        }
    }

    /// The PUT to the photo's place, where this request brings all that is missing and no digest of its own that would have
    /// to be looked at first: a new one for a whole photo, and for the rest of one the PUT that took what came before.
    fn straight(&self, photo: &Photo, left: Option<Put>) -> Option<Put> {
        let brings_all = self.length == Some(self.upload.length_bytes - self.put_away)
            && self.skip == 0
            && !self.has_checksum
            && self.ending != Ending::Later;
        if !brings_all {
            return None;
        }
        if self.put_away > 0 {
            return left;
        }
        let key =
            Key::Original { owner: photo.owner, photo: photo.declared.id, sha256: photo.declared.sha256 };
        let (place, media_type) = ((&key, before(photo)), photo.declared.media_type.as_str());
        Some(self.app.media.put(place, promise_of(photo), media_type, straight::GATHERED))
    }

    /// Ends before the body does, with a PUT that may go on.
    async fn leave<T>(mut self, put: Put, why: &str) -> Result<T, Halt> {
        self.put_away().await?;
        if put.taken() == self.put_away {
            straight::leave(self.upload.id, self.upload.epoch, put);
        }
        Err(Halt::Cut(why.to_owned()))
    }

    /// Ends an upload whose bytes are all at their place.
    async fn keep(self, sender: Sender<'_>, photo: Photo, visit: &Standing) -> Result<Appended, Halt> {
        let Self { app, upload, put_away, .. } = self;
        let id = upload.id;
        let done = whole::keep(app, sender, upload, photo, visit).await?;
        if put_away > 0 {
            leave_pieces(app, id).await;
        }
        Ok(done)
    }

    fn hold(&mut self, tail: Tail) {
        self.came = tail.length();
        self.tail = tail;
    }

    fn arrived(&self) -> u64 {
        self.put_away + self.tail.length()
    }

    /// Whether nothing more is waited for.
    fn is_all_there(&self) -> bool {
        match self.length {
            Some(length) => self.came >= length,
            None => self.ending == Ending::AtLength && self.arrived() == self.upload.length_bytes,
        }
    }

    /// Reads the body to its end.
    async fn collect<S, E>(&mut self, body: &mut S, turn: &mut Turn) -> Result<(), Halt>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        while !self.is_all_there() {
            let due = self.tail.due().filter(|_| self.may_be_put_away() > 0);
            let step = tokio::select! {
                biased;
                () = turn.lost() => Step::Lost,
                next = body.next() => Step::Came(next),
                () = until(due) => Step::Due,
            };
            match step {
                Step::Came(Some(Ok(bytes))) => self.take_in(bytes).await?,
                Step::Came(None) => return Ok(()),
                Step::Came(Some(Err(why))) => return self.break_off(&why.to_string()).await,
                Step::Lost => return self.break_off("a newer request came").await,
                Step::Due => self.put_away().await?,
            }
        }
        Ok(())
    }

    async fn take_in(&mut self, mut bytes: Bytes) -> Result<(), Halt> {
        let came = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.came = self.came.saturating_add(came);
        self.counted.count(&bytes);
        let known = self.skip.min(came);
        self.skip -= known;
        let _ = bytes.split_to(usize::try_from(known).unwrap_or(usize::MAX).min(bytes.len()));
        if bytes.is_empty() {
            return Ok(());
        }
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.arrived().saturating_add(more) > self.upload.length_bytes {
            // Whoever sends more than there is sends something else.
            give_up(self.app, self.upload.id).await?;
            return Err(Misfit::TooLong.into());
        }
        self.tail.push(bytes);
        if self.tail.is_full() { self.put_away().await } else { Ok(()) }
    }

    /// How many bytes of the tail may become durable before the photo is whole. The last one never does where an upload
    /// ends by its length: a client that is told of all its bytes takes its photo for safe.
    fn may_be_put_away(&self) -> u64 {
        match self.ending {
            Ending::Later => self.tail.length(),
            _ => self.tail.length().min((self.upload.length_bytes - 1).saturating_sub(self.put_away)),
        }
    }

    /// Makes what is held durable.
    async fn put_away(&mut self) -> Result<(), Halt> {
        loop {
            let most = self.may_be_put_away().min(LARGEST);
            if most == 0 {
                return Ok(());
            }
            let chunks = self.tail.take(most);
            let piece =
                Piece { upload: self.upload.id, from: self.put_away, length: most, epoch: self.upload.epoch };
            self.app.media.put_part(part(&piece), chunks).await?;
            failpoint::pass(failpoint::Step::PieceDurable);
            self.put_away += most;
            if self.has_checksum {
                self.unconfirmed.push(piece);
            } else {
                self.confirm(piece).await?;
            }
        }
    }

    /// Writes down that a piece is durable, if it is still this request's turn.
    async fn confirm(&mut self, piece: Piece) -> Result<(), Halt> {
        let expires_at = self.app.now().saturating_add(LIFE).unwrap_or(self.upload.expires_at);
        let mut db = self.app.records.conn().await?;
        let is_ours = uploads::advance(&mut db, piece, expires_at).await?;
        drop(db);
        failpoint::pass(failpoint::Step::PieceWritten);
        if is_ours {
            self.upload.received_bytes = piece.from + piece.length;
            self.upload.expires_at = self.upload.expires_at.max(expires_at);
            return Ok(());
        }
        self.app.media.delete(&part(&piece).key).await?;
        Err(Halt::Cut("a newer request took the turn".to_owned()))
    }

    /// Ends before the body does: what arrived stays, unless it could only be judged as a whole.
    async fn break_off<T>(&mut self, why: &str) -> Result<T, Halt> {
        if self.has_checksum {
            self.discard().await?;
        } else {
            self.put_away().await?;
        }
        Err(Halt::Cut(why.to_owned()))
    }

    async fn discard(&mut self) -> Result<(), Halt> {
        let parts: Vec<Part> = self.unconfirmed.iter().map(part).collect();
        self.unconfirmed.clear();
        Ok(self.app.media.delete_parts(&parts).await?)
    }

    /// Decides what the bytes that came amount to.
    async fn finish(mut self, sender: Sender<'_>, photo: Photo, visit: &Standing) -> Result<Appended, Halt> {
        if !std::mem::replace(&mut self.counted, Counted::Nothing).fits_what_was_said() {
            self.discard().await?;
            return Err(Halt::WrongChecksum);
        }
        let is_whole = self.arrived() == self.upload.length_bytes;
        if is_whole && self.ending != Ending::Later {
            let Self { app, upload, tail, unconfirmed, .. } = self;
            let loose: Vec<Part> = unconfirmed.iter().map(part).collect();
            let whole = whole::Bytes { unconfirmed, tail };
            return match Box::pin(whole::assemble(app, &upload, &photo, whole)).await? {
                Ok(()) => {
                    let (id, had_pieces) = (upload.id, upload.received_bytes > 0);
                    let done = whole::keep(app, sender, upload, photo, visit).await?;
                    if let Err(why) = app.media.delete_parts(&loose).await {
                        tracing::warn!(%why, "pieces without a row are removed when their upload expires");
                    }
                    if had_pieces {
                        leave_pieces(app, id).await;
                    }
                    Ok(done)
                }
                Err(arrived) => other_bytes(app, &upload, &photo, arrived).await,
            };
        }
        self.put_away().await?;
        for piece in std::mem::take(&mut self.unconfirmed) {
            self.confirm(piece).await?;
        }
        if self.ending == Ending::Here {
            return Err(Misfit::OtherLength.into());
        }
        Ok(Appended::More(self.upload))
    }
}
