//! Pieces of uploads: small objects, read back one behind the other.

use super::{Error, Key, Media};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A piece that is there, and how long it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub key: Key,
    /// Its bytes.
    pub length: u64,
}

/// Bytes at hand as a body of exact length.
struct Chunks {
    chunks: VecDeque<Bytes>,
    left: u64,
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.chunks.pop_front().map(|chunk| {
            self.left = self.left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            Ok(http_body::Frame::data(chunk))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

impl Media {
    /// Writes a piece, as the chunks it came in. A CRC-32 guards it on the way: what proves the photo is the SHA-256 of the
    /// whole, and another one of each piece would prove nothing more.
    ///
    /// # Errors
    /// The store's own.
    pub async fn put_part(&self, part: Part, chunks: Vec<Bytes>) -> Result<(), Error> {
        let mut crc = crc32fast::Hasher::new();
        for chunk in &chunks {
            crc.update(chunk);
        }
        let body = move || {
            let chunks = chunks.iter().cloned().collect();
            SdkBody::from_body_1_x(Chunks { chunks, left: part.length })
        };
        let sent = self
            .asking
            .put_object()
            .bucket(&self.bucket)
            .key(part.key.name())
            .content_type("application/octet-stream")
            .content_length(i64::try_from(part.length).unwrap_or(i64::MAX))
            .checksum_crc32(STANDARD.encode(crc.finalize().to_be_bytes()))
            .body(ByteStream::new(SdkBody::retryable(body)))
            .customize()
            .disable_payload_signing()
            .send();
        sent.await.map(|_| ()).map_err(|why| Error::from_sdk(&why))
    }

    /// Reads pieces one behind the other, each when the one before has been taken.
    ///
    /// # Errors
    /// Come in the stream: [`Error::Missing`] for a piece that is not there or has another length, else the store's own.
    pub fn read_parts(&self, parts: Vec<Part>) -> impl Stream<Item = Result<Bytes, Error>> + use<> {
        let media = self.clone();
        stream::iter(parts)
            .then(move |part| {
                let media = media.clone();
                async move {
                    let (length, chunks) = media.get(&part.key, None).await?;
                    if length != part.length {
                        return Err(Error::Missing);
                    }
                    Ok(chunks)
                }
            })
            .try_flatten()
    }

    /// Removes every object whose name begins so.
    ///
    /// # Errors
    /// The store's own; what was removed by then stays removed.
    pub async fn delete_below(&self, prefix: &str) -> Result<(), Error> {
        loop {
            let (page, next) = self.list(prefix, None).await?;
            for object in &page {
                self.delete_listed(object).await?;
            }
            // What was listed is gone, so that the first page is always the next.
            if next.is_none() {
                return Ok(());
            }
        }
    }

    /// Removes pieces, a thousand with one request; those that are gone already are gone.
    ///
    /// # Errors
    /// The store's own; some may be removed nevertheless.
    pub async fn delete_parts(&self, parts: &[Part]) -> Result<(), Error> {
        /// The most that S3 takes.
        const AT_ONCE: usize = 1000;
        let bad = |why: aws_sdk_s3::error::BuildError| Error::Fault(why.to_string());
        for some in parts.chunks(AT_ONCE) {
            let named = some.iter().map(|part| ObjectIdentifier::builder().key(part.key.name()).build());
            let named: Vec<ObjectIdentifier> = named.collect::<Result<_, _>>().map_err(bad)?;
            let all = Delete::builder().set_objects(Some(named)).quiet(true).build().map_err(bad)?;
            let asked = self.asking.delete_objects().bucket(&self.bucket).delete(all).send();
            let answer = asked.await.map_err(|why| Error::from_sdk(&why))?;
            if let Some(first) = answer.errors().iter().find(|error| error.code() != Some("NoSuchKey")) {
                return Err(Error::Busy(format!("a piece can't be removed: {first:?}")));
            }
        }
        Ok(())
    }
}
