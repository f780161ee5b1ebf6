//! The object store: bytes in and out over the S3 protocol. Alone names the S3 client.

pub mod key;
mod listing;
mod pieces;
mod transfer;

pub use key::{DerivativeSize, Key};
pub use listing::Listed;
pub use pieces::Part;
pub use transfer::{Before, Put, PutError};

use crate::config::S3Config;
use crate::domain::photo::Sha256;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use std::time::Duration;

/// A store that accepts no connection for so long is away.
const CONNECT: Duration = Duration::from_secs(2);
/// The first byte of an answer to a call without a streamed body.
const ANSWER: Duration = Duration::from_secs(8);
/// Such a call with all its repetitions: whoever waits for us is told within 15 s that the store is away.
const ASKED: Duration = Duration::from_secs(12);
/// A connection that rested for so long is not used again: it may have died unnoticed while the store was away, and
/// each dead one in the pool would cost an upload after the store is back.
const REST: Duration = Duration::from_secs(4);
/// No progress for so long, in either direction, while bytes flow: an idle time-out, never a total one.
const STALL: Duration = Duration::from_secs(12);
/// A probe waits no longer than this.
const PING: Duration = Duration::from_secs(2);

/// The store's handle.
#[derive(Clone)]
pub struct Media {
    /// For calls that may be repeated: no body, or a small one in memory.
    asking: aws_sdk_s3::Client,
    /// For bodies that stream through: tried once, as long as they take.
    sending: aws_sdk_s3::Client,
    bucket: String,
}

/// What is known about an object without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Bytes of the whole object.
    pub size_bytes: u64,
    /// SHA-256 as the store checked it; `None` where the store does not keep checksums.
    pub sha256: Option<Sha256>,
}

/// Bytes on their way out, in chunks as they arrive.
pub type Chunks = std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// A part of an object, in bytes: first and last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub first: u64,
    /// Last byte.
    pub last: u64,
}

impl Media {
    /// Prepares a client; speaks to nobody yet. A connection lives in the runtime that opened it, and ends with it: each
    /// runtime, so each serving thread, opens a client of its own.
    #[must_use]
    pub fn open(config: &S3Config) -> Self {
        let http = Builder::new()
            .pool_idle_timeout(REST)
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let credentials = Credentials::new(
            config.access_key_id.as_str(),
            config.secret_access_key.expose().as_str(),
            None,
            None,
            "settings",
        );
        let mut shared = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials)
            .force_path_style(config.path_style)
            .http_client(http)
            // Every body of ours carries the SHA-256 that we know beforehand; no second checksum of the client's own.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // Measures bytes per second and would end a phone on a slow line.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        shared.set_endpoint_url(config.endpoint.clone());
        let asking = shared
            .clone()
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT)
                    .read_timeout(ANSWER)
                    .operation_timeout(ASKED)
                    .build(),
            )
            .build();
        let sending = shared
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).disable_read_timeout().build())
            .build();
        Self {
            asking: aws_sdk_s3::Client::from_conf(asking),
            sending: aws_sdk_s3::Client::from_conf(sending),
            bucket: config.bucket.clone(),
        }
    }

    /// Whether the store answers and has our bucket, within two seconds.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        let asked = self.sending.head_bucket().bucket(&self.bucket).send();
        match tokio::time::timeout(PING, asked).await {
            Ok(answer) => answer.map(|_| ()).map_err(|why| Error::from_sdk(&why)),
            Err(_) => Err(Error::Busy("no answer within 2 s".to_owned())),
        }
    }

    /// Makes the bucket where it is missing.
    ///
    /// # Errors
    /// A store that is away, or one where we may neither see nor make the bucket.
    pub async fn ensure_bucket(&self) -> Result<(), Error> {
        let asked = self.asking.head_bucket().bucket(&self.bucket).send();
        let Err(missing) = asked.await else { return Ok(()) };
        match Error::from_sdk(&missing) {
            Error::Missing => {}
            other => return Err(other),
        }
        let asked = self.asking.create_bucket().bucket(&self.bucket).send();
        match asked.await {
            Ok(_) => Ok(()),
            Err(why) if matches!(why.code(), Some("BucketAlreadyOwnedByYou" | "BucketAlreadyExists")) => {
                Ok(())
            }
            Err(why) => Err(Error::from_sdk(&why)),
        }
    }

    /// Name of the bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Length and checksum of an object; `None` when there is none.
    ///
    /// # Errors
    /// The store's own.
    pub async fn head(&self, key: &Key) -> Result<Option<Held>, Error> {
        let asked = self
            .asking
            .head_object()
            .bucket(&self.bucket)
            .key(key.name())
            .checksum_mode(aws_sdk_s3::types::ChecksumMode::Enabled)
            .send();
        match asked.await {
            Ok(head) => Ok(Some(Held {
                size_bytes: head.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
                sha256: head.checksum_sha256().and_then(transfer::read_base64),
            })),
            Err(why) => match Error::from_sdk(&why) {
                Error::Missing => Ok(None),
                other => Err(other),
            },
        }
    }

    /// Reads an object or a part of it; gives the number of bytes to come and the bytes.
    ///
    /// # Errors
    /// [`Error::Missing`], or the store's own. Errors while bytes flow come in the stream.
    pub async fn get(&self, key: &Key, span: Option<Span>) -> Result<(u64, Chunks), Error> {
        let range = span.map(|s| format!("bytes={}-{}", s.first, s.last));
        let asked = self.asking.get_object().bucket(&self.bucket).key(key.name()).set_range(range);
        let answer = asked.send().await.map_err(|why| Error::from_sdk(&why))?;
        let size = answer.content_length().and_then(|n| u64::try_from(n).ok());
        let size = size.ok_or_else(|| Error::Fault("an object without length".to_owned()))?;
        let chunks = stream::try_unfold(answer.body, |mut body| async move {
            match tokio::time::timeout(STALL, body.next()).await {
                Ok(Some(Ok(chunk))) => Ok(Some((chunk, body))),
                Ok(Some(Err(why))) => Err(Error::Busy(DisplayErrorContext(&why).to_string())),
                Ok(None) => Ok(None),
                Err(_) => Err(Error::Busy("the store stopped sending".to_owned())),
            }
        });
        Ok((size, chunks.boxed()))
    }

    /// Removes an object; one that is gone already is gone.
    ///
    /// # Errors
    /// The store's own.
    pub async fn delete(&self, key: &Key) -> Result<(), Error> {
        let asked = self.asking.delete_object().bucket(&self.bucket).key(key.name()).send();
        match asked.await.map_err(|why| Error::from_sdk(&why)) {
            Ok(_) | Err(Error::Missing) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// What can go wrong with the object store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is away, overloaded, or refuses our keys: the same call may succeed later.
    #[error("object store is not available: {0}")]
    Busy(String),
    /// There is no such object (or bucket).
    #[error("there is no such object")]
    Missing,
    /// It answered what nobody expects.
    #[error("object store fault: {0}")]
    Fault(String),
}

impl Error {
    fn from_sdk<E>(why: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let said = || DisplayErrorContext(why).to_string();
        match why {
            SdkError::ServiceError(answered) => match answered.raw().status().as_u16() {
                404 => Self::Missing,
                // Refused keys are a matter of settings: once those are right, the same call succeeds.
                401 | 403 => Self::Busy(format!(
                    "it refuses us (are FIELDPROOF_S3_ACCESS_KEY_ID and FIELDPROOF_S3_SECRET_ACCESS_KEY right?): {}",
                    said()
                )),
                408 | 409 | 429 | 500..=599 => Self::Busy(said()),
                _ => Self::Fault(said()),
            },
            SdkError::ConstructionFailure(_) => Self::Fault(said()),
            _ => Self::Busy(said()),
        }
    }
}
