//! Putting objects: one sized PUT that streams through a small window, hashed here and checked by the store.

use super::{Error, Key, Media, STALL};
use crate::domain::photo::{Arrived, Sha256};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha2::Digest;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;

/// Most bytes of one slice.
const SLICE: usize = 32 * 1024;
/// What waits between the phone and the store: as slices of their own, with one being written and one being read, 128 KiB
/// an upload.
const WINDOW: usize = 2;

/// Why bytes were not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The sender stopped before the end.
    #[error("the body broke off: {0}")]
    BrokeOff(String),
    /// These are not the bytes that were promised; the store has thrown them away.
    #[error("other bytes than promised arrived")]
    Mismatch(Arrived),
    /// The store did not keep them.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What may be at a name before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing, or the same bytes: they are never written over.
    Same,
    /// What is left of bytes that were found damaged: it is written over.
    Damaged,
}

/// How a PUT that streams ended at the store.
enum Answer {
    Kept,
    /// `If-None-Match: *` failed: an object of this name is there.
    Occupied,
}

impl Media {
    /// Streams bytes of known length and digest to their name, in one PUT that overwrites nothing but what is damaged.
    ///
    /// An object that is there already with the same length and digest is success: an earlier attempt came so far.
    /// Patience with the sender is unlimited; the store may not stall for longer than 12 s.
    ///
    /// # Errors
    /// [`PutError`]; then nothing was added.
    pub async fn put_stream<S, E>(
        &self,
        place: (&Key, Before),
        promised: Arrived,
        media_type: &'static str,
        body: S,
    ) -> Result<(), PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        self.put(place, promised, media_type, 0).take(body).await
    }

    /// Prepares such a PUT for bytes that come from one sender after another. Nothing is sent before the first are taken,
    /// and then as many at once as `gathered`, for senders who hold them anyway: each hand-over may wake another thread.
    #[must_use]
    pub fn put(
        &self,
        (key, before): (&Key, Before),
        promised: Arrived,
        media_type: &'static str,
        gathered: usize,
    ) -> Put {
        let (feed, slices) = mpsc::channel(WINDOW);
        let (media, key) = (self.clone(), *key);
        let sending = {
            let media = media.clone();
            async move { media.put_once((&key, before), promised, media_type, slices).await }
        };
        Put {
            media,
            key,
            promised,
            sending: Box::pin(sending),
            answer: None,
            feed: Feeding { feed: Some(feed), waiting: Vec::new(), bytes: 0, gathered },
            hash: sha2::Sha256::new(),
            taken: 0,
        }
    }

    async fn put_once(
        &self,
        (key, before): (&Key, Before),
        promised: Arrived,
        media_type: &str,
        slices: mpsc::Receiver<Vec<Bytes>>,
    ) -> Result<Answer, Error> {
        let body =
            SdkBody::from_body_1_x(Feed { slices, here: Vec::new().into_iter(), left: promised.size_bytes });
        let sent = self
            .sending
            .put_object()
            .bucket(&self.bucket)
            .key(key.name())
            .content_type(media_type)
            .content_length(i64::try_from(promised.size_bytes).unwrap_or(i64::MAX))
            .checksum_sha256(STANDARD.encode(promised.sha256.0))
            .set_if_none_match((before == Before::Same).then(|| "*".to_owned()))
            .body(ByteStream::new(body))
            .customize()
            .disable_payload_signing()
            .send();
        match sent.await {
            Ok(_) => Ok(Answer::Kept),
            Err(why) if is_occupied(&why) => Ok(Answer::Occupied),
            // Our own hash agreed, so the bytes changed between us and the store: worth another try.
            Err(why) if is_damaged(&why) => {
                Err(Error::Busy("bytes were damaged on the way to the store".to_owned()))
            }
            Err(why) => Err(Error::from_sdk(&why)),
        }
    }

    async fn expect_held(&self, key: &Key, promised: Arrived) -> Result<(), Error> {
        match self.head(key).await? {
            Some(held) if held.size_bytes == promised.size_bytes => match held.sha256 {
                Some(sha256) if sha256 == promised.sha256 => Ok(()),
                Some(_) => Err(Error::Fault(format!("{} holds other bytes than its name says", key.name()))),
                // A store without checksums: read it, which is rare enough.
                None => self.expect_digest(key, promised.sha256).await,
            },
            Some(_) => Err(Error::Fault(format!("{} has another length than promised", key.name()))),
            None => Err(Error::Busy("the object was there and is gone".to_owned())),
        }
    }

    async fn expect_digest(&self, key: &Key, promised: Sha256) -> Result<(), Error> {
        let (_, mut chunks) = self.get(key, None).await?;
        let mut hash = sha2::Sha256::new();
        while let Some(chunk) = chunks.next().await {
            hash.update(&chunk?);
        }
        if <[u8; 32]>::from(hash.finalize()) == promised.0 {
            Ok(())
        } else {
            Err(Error::Fault(format!("{} holds other bytes than its name says", key.name())))
        }
    }

    /// Writes a small object from memory, over an older one if there is one.
    ///
    /// # Errors
    /// The store's own.
    pub async fn put_bytes(&self, key: &Key, media_type: &str, bytes: Bytes) -> Result<(), Error> {
        let digest = sha2::Sha256::digest(&bytes);
        let sent = self
            .asking
            .put_object()
            .bucket(&self.bucket)
            .key(key.name())
            .content_type(media_type)
            .content_length(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
            .checksum_sha256(STANDARD.encode(digest))
            .body(ByteStream::from(bytes))
            .customize()
            .disable_payload_signing()
            .send();
        sent.await.map(|_| ()).map_err(|why| Error::from_sdk(&why))
    }
}

/// A PUT under way. It is cut short of its announced length, so that nothing is kept, where this is dropped before its end.
pub struct Put {
    media: Media,
    key: Key,
    promised: Arrived,
    sending: Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>,
    answer: Option<Answer>,
    feed: Feeding,
    hash: sha2::Sha256,
    taken: u64,
}

impl Put {
    /// How many bytes it took.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes bytes until all are there and durable. The last chunk is handed over only when length and digest are those
    /// promised, so that wrong bytes are never complete at the store, whatever it checks itself.
    ///
    /// # Errors
    /// [`PutError`]. After [`PutError::BrokeOff`] another sender may go on where this one stopped; after any other the PUT
    /// has come to nothing.
    pub async fn take<S, E>(&mut self, body: S) -> Result<(), PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let Self { media, key, promised, sending, answer, feed, hash, taken } = self;
        let mut pumped = pin!(pump(body, *promised, feed, (hash, taken)));
        let is_pumped = answer.is_none()
            && tokio::select! {
                biased;
                told = &mut *sending => {
                    *answer = Some(told?);
                    false
                }
                done = &mut pumped => {
                    done?;
                    true
                }
            };
        if !is_pumped {
            // Told so early; the phone's bytes must still be the promised ones.
            pumped.await?;
        }
        if answer.is_none() {
            let Ok(told) = tokio::time::timeout(STALL, sending).await else {
                return Err(Error::Busy("the store took the bytes and said nothing".to_owned()).into());
            };
            *answer = Some(told?);
        }
        match answer {
            Some(Answer::Occupied) => Ok(Box::pin(media.expect_held(key, *promised)).await?),
            _ => Ok(()),
        }
    }
}

/// Hands the sender's bytes over, slice by slice, and counts and hashes them; all are consumed even when the store
/// listens no more. What completes the length waits until the digest is known.
async fn pump<S, E>(
    body: S,
    promised: Arrived,
    feed: &mut Feeding,
    (hash, size_bytes): (&mut sha2::Sha256, &mut u64),
) -> Result<(), PutError>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: std::fmt::Display,
{
    let mut body = pin!(body);
    let mut last = Bytes::new();
    while *size_bytes < promised.size_bytes {
        let Some(chunk) = body.next().await else { break };
        let chunk = chunk.map_err(|why| PutError::BrokeOff(why.to_string()))?;
        hash.update(&chunk);
        *size_bytes = size_bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if *size_bytes >= promised.size_bytes {
            // Nothing can follow; a sender that keeps its line open without a word more is not waited for.
            last = chunk;
        } else {
            feed.give(chunk).await?;
        }
    }
    let arrived = Arrived { size_bytes: *size_bytes, sha256: Sha256(std::mem::take(hash).finalize().into()) };
    if arrived != promised {
        return Err(PutError::Mismatch(arrived));
    }
    feed.give(last).await?;
    feed.hand_over().await
}

/// The giving end of the window.
struct Feeding {
    /// `None` once the PUT has ended.
    feed: Option<mpsc::Sender<Vec<Bytes>>>,
    /// What was not handed over yet.
    waiting: Vec<Bytes>,
    /// How many bytes that are.
    bytes: usize,
    /// How many of them are handed over at once.
    gathered: usize,
}

impl Feeding {
    async fn give(&mut self, mut chunk: Bytes) -> Result<(), PutError> {
        while !chunk.is_empty() {
            let slice = chunk.split_to(chunk.len().min(SLICE));
            self.bytes += slice.len();
            self.waiting.push(slice);
            if self.bytes > self.gathered {
                self.hand_over().await?;
            }
        }
        Ok(())
    }

    async fn hand_over(&mut self) -> Result<(), PutError> {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let Some(open) = self.feed.as_ref().filter(|_| !waiting.is_empty()) else { return Ok(()) };
        match tokio::time::timeout(STALL, open.send(waiting)).await {
            Ok(Ok(())) => {}
            // The PUT has ended; its own answer says why.
            Ok(Err(_)) => self.feed = None,
            Err(_) => return Err(Error::Busy("the store stopped taking bytes".to_owned()).into()),
        }
        Ok(())
    }
}

/// The receiving end of the window as a body of exact length.
struct Feed {
    slices: mpsc::Receiver<Vec<Bytes>>,
    /// Those that were handed over last.
    here: std::vec::IntoIter<Bytes>,
    left: u64,
}

/// The feed ended before its announced length.
#[derive(Debug, thiserror::Error)]
#[error("the bytes end too early")]
struct CutShort;

impl http_body::Body for Feed {
    type Data = Bytes;
    type Error = CutShort;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, CutShort>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        loop {
            if let Some(slice) = self.here.next() {
                self.left = self.left.saturating_sub(u64::try_from(slice.len()).unwrap_or(u64::MAX));
                return Poll::Ready(Some(Ok(http_body::Frame::data(slice))));
            }
            match ready!(self.slices.poll_recv(cx)) {
                Some(slices) => self.here = slices.into_iter(),
                None => return Poll::Ready(Some(Err(CutShort))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

fn is_occupied(why: &SdkError<PutObjectError>) -> bool {
    why.raw_response().is_some_and(|raw| raw.status().as_u16() == 412)
}

fn is_damaged(why: &SdkError<PutObjectError>) -> bool {
    matches!(
        why.code(),
        Some("BadDigest" | "XAmzContentChecksumMismatch" | "XAmzContentSHA256Mismatch" | "InvalidDigest")
    )
}

/// Reads a checksum as S3 writes it.
pub(super) fn read_base64(text: &str) -> Option<Sha256> {
    STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).map(Sha256)
}
