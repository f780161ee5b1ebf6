//! A real store in this process on a folder of its own, and a client for it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use fieldproof_store::{Running, StoreConfig, start};

pub const BUCKET: &str = "evidence";

/// A folder that goes away with its last user.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let name = format!("fieldproof-store-test-{}", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn root(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub fn config(root: &Path) -> StoreConfig {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    StoreConfig { buckets: vec![BUCKET.to_owned()], ..StoreConfig::new(root, any, "a-key", "a-secret") }
}

/// A client that never tries twice, so that a test sees every first answer.
pub fn client(address: impl std::fmt::Display) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(Credentials::new("a-key", "a-secret", None, None, "test"))
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .http_client(http)
        .build();
    Client::from_conf(config)
}

/// A running store with its client.
pub struct House {
    pub folder: Folder,
    pub running: Running,
    pub s3: Client,
}

impl House {
    pub async fn open() -> Self {
        Self::reopen(Folder::new()).await
    }

    pub async fn reopen(folder: Folder) -> Self {
        let running = start(config(&folder.root())).await.unwrap();
        let s3 = client(running.address);
        Self { folder, running, s3 }
    }

    /// Stops the store; the folder stays.
    pub async fn close(self) -> Folder {
        self.running.stop().await;
        self.folder
    }

    pub fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) -> PutObjectFluentBuilder {
        self.s3.put_object().bucket(BUCKET).key(key).body(bytes.into().into())
    }

    /// The whole object, or the status that came instead; 0 for an answer that broke off.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, u16> {
        get(&self.s3, key).await
    }
}

pub async fn get(s3: &Client, key: &str) -> Result<Vec<u8>, u16> {
    let answer = s3.get_object().bucket(BUCKET).key(key).send().await;
    let body = answer.map_err(|error| status(&error))?.body;
    body.collect().await.map(aws_sdk_s3::primitives::AggregatedBytes::to_vec).map_err(|_| 0)
}

/// The status of a refusal; 0 when no whole answer came.
pub fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().map_or(0, |response| response.status().as_u16())
}

pub fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    error.code().unwrap_or_default().to_owned()
}

/// Bytes that differ for every seed and repeat for the same one.
pub fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut out = Vec::with_capacity(size + 8);
    while out.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(size);
    out
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
