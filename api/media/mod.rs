//! The object store: bytes in and out over the S3 protocol. Alone names the S3 client.

use crate::config::S3Config;

/// The store's handle.
#[derive(Clone)]
pub struct Media {
    bucket: String,
}

impl Media {
    /// Prepares a client; speaks to nobody yet.
    #[must_use]
    pub fn open(config: &S3Config) -> Self {
        Self { bucket: config.bucket.clone() }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Name of the bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}

/// What can go wrong with the object store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is away or overloaded: the same call may succeed later.
    #[error("object store is not available: {0}")]
    Busy(String),
    /// It answered what nobody expects.
    #[error("object store fault: {0}")]
    Fault(String),
}
