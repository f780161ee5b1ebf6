//! Settings of the object store: for whoever speaks to it, and for the process that is it.

use super::{Fault, Reader, Secret, environment, forms};

/// Where the object store is and how to speak to it.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// Endpoint URL; `None` for Amazon's own of the region.
    pub endpoint: Option<String>,
    /// Region in signatures.
    pub region: String,
    /// Bucket.
    pub bucket: String,
    /// Access key.
    pub access_key_id: String,
    /// Secret key.
    pub secret_access_key: Secret<String>,
    /// Bucket in the path instead of the host.
    pub path_style: bool,
}

impl S3Config {
    /// Reads the settings of the object store alone, for the process that is the store.
    ///
    /// # Errors
    /// All faults of these settings at once.
    pub fn from_environment() -> Result<Self, Vec<Fault>> {
        let mut from = Reader { lookup: &environment, faults: Vec::new() };
        let s3 = read(&mut from);
        if from.faults.is_empty() { Ok(s3) } else { Err(from.faults) }
    }
}

pub(super) fn read(from: &mut Reader<'_>) -> S3Config {
    S3Config {
        endpoint: Some(from.formed("FIELDPROOF_S3_ENDPOINT", forms::endpoint)).filter(|url| !url.is_empty()),
        region: from.needed("FIELDPROOF_S3_REGION"),
        bucket: from.needed("FIELDPROOF_S3_BUCKET"),
        access_key_id: from.needed("FIELDPROOF_S3_ACCESS_KEY_ID"),
        secret_access_key: Secret::new(from.needed("FIELDPROOF_S3_SECRET_ACCESS_KEY")),
        path_style: from.parsed("FIELDPROOF_S3_PATH_STYLE", "true or false"),
    }
}
