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

/// Most bytes handed over at once.
const SLICE: usize = 32 * 1024;
/// Slices waiting between the phone and the store: with one being written and one being read, 128 KiB an upload.
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
    /// The last chunk is handed over only when length and digest are those promised, so that wrong bytes are never
    /// complete at the store, whatever it checks itself. An object that is there already with the same length and
    /// digest is success: an earlier attempt came so far. Patience with the sender is unlimited; the store may not
    /// stall for longer than 12 s.
    ///
    /// # Errors
    /// [`PutError`]; then nothing was added.
    pub async fn put_stream<S, E>(
        &self,
        (key, before): (&Key, Before),
        promised: Arrived,
        media_type: &str,
        body: S,
    ) -> Result<(), PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let (feed, taken) = mpsc::channel(WINDOW);
        let mut put = pin!(self.put_once((key, before), promised, media_type, taken));
        let mut pumped = pin!(pump(body, promised, feed));
        let answer = tokio::select! {
            biased;
            answer = &mut put => match answer {
                // Told so early; the phone's bytes must still be the promised ones.
                Ok(Answer::Occupied) => {
                    pumped.await?;
                    Answer::Occupied
                }
                Ok(Answer::Kept) => {
                    pumped.await?;
                    Answer::Kept
                }
                Err(why) => return Err(why.into()),
            },
            done = &mut pumped => {
                // On an error the feed is dropped here, which cuts the PUT short of its announced length.
                done?;
                match tokio::time::timeout(STALL, &mut put).await {
                    Ok(answer) => answer?,
                    Err(_) => return Err(Error::Busy("the store took the bytes and said nothing".to_owned()).into()),
                }
            }
        };
        match answer {
            Answer::Kept => Ok(()),
            Answer::Occupied => Ok(Box::pin(self.expect_held(key, promised)).await?),
        }
    }

    async fn put_once(
        &self,
        (key, before): (&Key, Before),
        promised: Arrived,
        media_type: &str,
        slices: mpsc::Receiver<Bytes>,
    ) -> Result<Answer, Error> {
        let body = SdkBody::from_body_1_x(Feed { slices, left: promised.size_bytes });
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

/// Hands the sender's bytes over, slice by slice, and counts and hashes them; all are consumed even when the store
/// listens no more. What completes the length waits until the digest is known.
async fn pump<S, E>(body: S, promised: Arrived, feed: mpsc::Sender<Bytes>) -> Result<(), PutError>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: std::fmt::Display,
{
    let mut body = pin!(body);
    let mut feed = Some(feed);
    let mut hash = sha2::Sha256::new();
    let mut size_bytes = 0_u64;
    let mut last = Bytes::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|why| PutError::BrokeOff(why.to_string()))?;
        hash.update(&chunk);
        size_bytes = size_bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if size_bytes >= promised.size_bytes {
            // Nothing can follow; a sender that keeps its line open without a word more is not waited for.
            last = chunk;
            break;
        }
        hand_over(&mut feed, chunk).await?;
    }
    let arrived = Arrived { size_bytes, sha256: Sha256(hash.finalize().into()) };
    if arrived != promised {
        return Err(PutError::Mismatch(arrived));
    }
    hand_over(&mut feed, last).await
}

async fn hand_over(feed: &mut Option<mpsc::Sender<Bytes>>, mut chunk: Bytes) -> Result<(), PutError> {
    while let Some(open) = feed.as_ref().filter(|_| !chunk.is_empty()) {
        let slice = chunk.split_to(chunk.len().min(SLICE));
        match tokio::time::timeout(STALL, open.send(slice)).await {
            Ok(Ok(())) => {}
            // The PUT has ended; its own answer says why.
            Ok(Err(_)) => *feed = None,
            Err(_) => return Err(Error::Busy("the store stopped taking bytes".to_owned()).into()),
        }
    }
    Ok(())
}

/// The receiving end of the window as a body of exact length.
struct Feed {
    slices: mpsc::Receiver<Bytes>,
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
        Poll::Ready(Some(match ready!(self.slices.poll_recv(cx)) {
            Some(slice) => {
                self.left = self.left.saturating_sub(u64::try_from(slice.len()).unwrap_or(u64::MAX));
                Ok(http_body::Frame::data(slice))
            }
            None => Err(CutShort),
        }))
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
