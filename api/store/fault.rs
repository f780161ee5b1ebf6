//! What can go wrong inside the store, and the S3 answer each of it becomes.

use std::io;

use s3s::{S3Error, S3ErrorCode};

/// A refusal or a failure, named for its cause.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the bucket does not exist")]
    NoSuchBucket,
    #[error("the bucket exists already")]
    BucketExists,
    #[error("the bucket still holds objects or unfinished uploads")]
    BucketNotEmpty,
    #[error("the object does not exist")]
    NoSuchKey,
    #[error("the upload does not exist; it was completed, aborted or has expired")]
    NoSuchUpload,
    #[error("a condition of the request does not hold")]
    PreconditionFailed,
    #[error("the object has not changed")]
    NotModified { etag: String },
    #[error("the range lies outside the object")]
    InvalidRange,
    #[error("the {0} of the body is not the one announced")]
    BadDigest(&'static str),
    #[error("the SHA-256 of the body is not the one that was signed")]
    SignedDigestMismatch,
    #[error("the signature of a piece of the body is wrong")]
    PieceSignature,
    #[error("the body ended early or is longer than announced")]
    IncompleteBody,
    #[error("no byte of the body arrived for too long")]
    Stalled,
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the object is larger than 5 GiB")]
    TooLarge,
    #[error("a part other than the last is smaller than 5 MiB")]
    PartTooSmall,
    #[error("a part is missing or its ETag is another one")]
    InvalidPart,
    #[error("parts must be listed in ascending order")]
    InvalidPartOrder,
    #[error("the user metadata is larger than 2 KiB")]
    MetadataTooLarge,
    #[error("too many bodies are being received at once")]
    Busy,
    #[error("the disk is full")]
    DiskFull,
    #[error("the stored object is damaged: {0}")]
    Damaged(String),
    #[error("the disk failed: {0}")]
    Disk(#[source] io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull
            }
            _ => Self::Disk(error),
        }
    }
}

impl From<Fault> for S3Error {
    fn from(fault: Fault) -> Self {
        let code = match &fault {
            Fault::NoSuchBucket => S3ErrorCode::NoSuchBucket,
            Fault::BucketExists => S3ErrorCode::BucketAlreadyOwnedByYou,
            Fault::BucketNotEmpty => S3ErrorCode::BucketNotEmpty,
            Fault::NoSuchKey => S3ErrorCode::NoSuchKey,
            Fault::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            Fault::PreconditionFailed => S3ErrorCode::PreconditionFailed,
            Fault::NotModified { .. } => S3ErrorCode::NotModified,
            Fault::InvalidRange => S3ErrorCode::InvalidRange,
            Fault::BadDigest(_) => S3ErrorCode::BadDigest,
            Fault::SignedDigestMismatch => own_code("XAmzContentSHA256Mismatch"),
            Fault::PieceSignature => S3ErrorCode::SignatureDoesNotMatch,
            Fault::IncompleteBody => S3ErrorCode::IncompleteBody,
            Fault::Stalled => S3ErrorCode::RequestTimeout,
            Fault::Invalid(_) => S3ErrorCode::InvalidRequest,
            Fault::TooLarge => S3ErrorCode::EntityTooLarge,
            Fault::PartTooSmall => S3ErrorCode::EntityTooSmall,
            Fault::InvalidPart => S3ErrorCode::InvalidPart,
            Fault::InvalidPartOrder => S3ErrorCode::InvalidPartOrder,
            Fault::MetadataTooLarge => S3ErrorCode::MetadataTooLarge,
            Fault::Busy => S3ErrorCode::SlowDown,
            Fault::DiskFull => own_code("InsufficientStorage"),
            Fault::Damaged(_) | Fault::Disk(_) => S3ErrorCode::InternalError,
        };
        let message = match &fault {
            // What is wrong with our disk is for our log, not for the caller.
            Fault::Damaged(_) => "the stored object is damaged".to_owned(),
            Fault::Disk(_) => "the disk failed".to_owned(),
            other => other.to_string(),
        };
        match &fault {
            Fault::DiskFull => tracing::error!("refused a write: the disk is full"),
            Fault::Damaged(what) => tracing::error!(%what, "refused to serve a damaged object"),
            Fault::Disk(error) => tracing::error!(%error, "the disk failed"),
            _ => {}
        }
        let mut error = S3Error::with_message(code, message);
        match &fault {
            Fault::DiskFull => error.set_status_code(hyper::StatusCode::INSUFFICIENT_STORAGE),
            Fault::SignedDigestMismatch => error.set_status_code(hyper::StatusCode::BAD_REQUEST),
            Fault::NotModified { etag } => {
                if let Ok(value) = hyper::header::HeaderValue::from_str(&format!("\"{etag}\"")) {
                    error.set_headers(std::iter::once((hyper::header::ETAG, value)).collect());
                }
            }
            _ => {}
        }
        error
    }
}

fn own_code(name: &str) -> S3ErrorCode {
    S3ErrorCode::from_bytes(name.as_bytes()).unwrap_or(S3ErrorCode::InternalError)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_failing_one() {
        let full = S3Error::from(Fault::from(io::Error::from_raw_os_error(28)));
        let failing = S3Error::from(Fault::from(io::Error::from_raw_os_error(5)));

        assert_eq!(full.status_code().unwrap().as_u16(), 507);
        assert_eq!(full.code().as_str(), "InsufficientStorage");
        assert_eq!(failing.status_code().unwrap().as_u16(), 500);
    }
}
