//! What the store holds, in memory and in order: rebuilt from the files at start, changed only after the disk is.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Fault;
use crate::header::{Checksums, Header};

/// Everything a list needs about an object without opening its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Length in bytes.
    pub size: u64,
    /// Milliseconds since 1970.
    pub modified_ms: u64,
    /// Without quotes.
    pub etag: Box<str>,
}

impl From<&Header> for Entry {
    fn from(header: &Header) -> Self {
        Self { size: header.size, modified_ms: header.modified_ms, etag: header.etag.as_str().into() }
    }
}

/// A part of an unfinished upload that is safe on disk.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub entry: Entry,
    pub checksums: Checksums,
}

/// An unfinished multipart upload.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Bucket, key and headers of the object it will become; `modified_ms` is when it was begun.
    pub head: Header,
    pub parts: BTreeMap<u16, Part>,
    /// A request is joining the parts right now.
    pub completing: bool,
}

/// One bucket.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// Milliseconds since 1970.
    pub created_ms: u64,
    pub objects: BTreeMap<String, Entry>,
}

/// Buckets, their objects and the unfinished uploads.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub buckets: BTreeMap<String, Bucket>,
    /// By upload id.
    pub uploads: BTreeMap<String, Upload>,
}

impl Index {
    /// # Errors
    /// [`Fault::NoSuchBucket`]
    pub(crate) fn bucket(&self, name: &str) -> Result<&Bucket, Fault> {
        self.buckets.get(name).ok_or(Fault::NoSuchBucket)
    }

    /// # Errors
    /// [`Fault::NoSuchBucket`], [`Fault::NoSuchKey`]
    pub(crate) fn object(&self, bucket: &str, key: &str) -> Result<&Entry, Fault> {
        self.bucket(bucket)?.objects.get(key).ok_or(Fault::NoSuchKey)
    }

    /// The upload with this id, if it was begun for this very bucket and key.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`], [`Fault::NoSuchUpload`]
    pub(crate) fn upload(&self, id: &str, bucket: &str, key: &str) -> Result<&Upload, Fault> {
        self.bucket(bucket)?;
        let upload = self.uploads.get(id).ok_or(Fault::NoSuchUpload)?;
        if upload.head.bucket == bucket && upload.head.key == key {
            Ok(upload)
        } else {
            Err(Fault::NoSuchUpload)
        }
    }

    /// Buckets of the objects and uploads held; each must exist, whatever happened to its marker.
    pub(crate) fn buckets_in_use(&self) -> BTreeSet<&str> {
        let holding =
            self.buckets.iter().filter(|(_, b)| !b.objects.is_empty()).map(|(name, _)| name.as_str());
        holding.chain(self.uploads.values().map(|u| u.head.bucket.as_str())).collect()
    }
}

/// What a conditional request compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// `*`
    Any,
    /// An entity tag without quotes.
    Tag(String),
}

impl Wanted {
    fn is(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Tag(tag) => tag == etag,
        }
    }
}

/// The conditions of a write (RFC 9110 §13.1.1 and §13.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Condition {
    pub if_match: Option<Wanted>,
    pub if_none_match: Option<Wanted>,
}

impl Condition {
    /// Whether a write may replace what is held now.
    ///
    /// # Errors
    /// [`Fault::PreconditionFailed`]; [`Fault::NoSuchKey`] for `If-Match` on nothing, as S3 answers it.
    pub(crate) fn allows(&self, held: Option<&str>) -> Result<(), Fault> {
        if let Some(wanted) = &self.if_match {
            match held {
                None => return Err(Fault::NoSuchKey),
                Some(etag) if !wanted.is(etag) => return Err(Fault::PreconditionFailed),
                Some(_) => {}
            }
        }
        match (&self.if_none_match, held) {
            (Some(wanted), Some(etag)) if wanted.is(etag) => Err(Fault::PreconditionFailed),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_a_write() {
        let only_new = Condition { if_none_match: Some(Wanted::Any), if_match: None };
        let only_over_a = Condition { if_match: Some(Wanted::Tag("a".into())), if_none_match: None };

        assert!(only_new.allows(None).is_ok());
        assert!(matches!(only_new.allows(Some("a")), Err(Fault::PreconditionFailed)));
        assert!(only_over_a.allows(Some("a")).is_ok());
        assert!(matches!(only_over_a.allows(Some("b")), Err(Fault::PreconditionFailed)));
        assert!(matches!(only_over_a.allows(None), Err(Fault::NoSuchKey)));
    }
}
