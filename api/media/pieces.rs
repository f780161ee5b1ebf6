//! Pieces of uploads: small objects, read back one behind the other.

use super::{Error, Key, Media};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};

/// A piece that is there, and how long it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub key: Key,
    /// Its bytes.
    pub length: u64,
}

impl Media {
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

    /// Removes pieces, as many at a time as a store takes without effort.
    ///
    /// # Errors
    /// The store's own.
    pub async fn delete_parts(&self, parts: &[Part]) -> Result<(), Error> {
        const AT_ONCE: usize = 4;
        stream::iter(parts.iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |part| async move { self.delete(&part.key).await })
            .await
    }
}
