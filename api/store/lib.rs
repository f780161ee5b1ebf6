//! A small crash-safe object store for one machine that speaks the S3 protocol.
//!
//! What was answered with success is on the disk, whole, under its name, and checked against everything the
//! client announced about it. README.md says what is promised, how files look and what this is not for.
//!
//! Floor plan: `serve` (sockets) → `front` (bounds) → `protocol` (S3's words) → `disk`, `write`, `read`, `list`, `multipart`
//! (what the store does) → `header`, `digests`, `index`, `layout`, `fault` (what it is made of); `recover`
//! builds the index at start.

mod aside;
mod digests;
mod disk;
mod fault;
mod front;
mod header;
mod index;
mod layout;
mod list;
mod multipart;
mod protocol;
mod read;
mod recover;
mod serve;
mod write;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use read::DamagedObject;
pub use serve::{Running, start};

/// How a store is run.
#[derive(Clone)]
pub struct StoreConfig {
    /// Folder that holds everything; made if it does not exist. Must lie on one local file system.
    pub root: PathBuf,
    /// Address to listen on; port 0 lets the system choose, see [`Running::address`].
    pub listen: SocketAddr,
    /// The one access key the store knows.
    pub access_key_id: String,
    /// Its secret, for AWS Signature Version 4.
    pub secret_access_key: String,
    /// Buckets made at start if they do not exist. Default none.
    pub buckets: Vec<String>,
    /// Bodies received at the same time; more wait 10 s and are then told to slow down. Default 1,024.
    pub max_puts: usize,
    /// Unfinished multipart uploads end when nothing has come for this long. Default 7 days.
    pub upload_expiry: Duration,
}

impl StoreConfig {
    /// A store in `root`, listening on `listen`, for one pair of keys, with defaults for the rest.
    pub fn new(
        root: impl Into<PathBuf>,
        listen: SocketAddr,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Self {
        Self {
            root: root.into(),
            listen,
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            buckets: Vec::new(),
            max_puts: 1024,
            upload_expiry: Duration::from_hours(7 * 24),
        }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("root", &self.root)
            .field("listen", &self.listen)
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &"(hidden)")
            .field("buckets", &self.buckets)
            .field("max_puts", &self.max_puts)
            .field("upload_expiry", &self.upload_expiry)
            .finish()
    }
}

/// Why a store cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process serves the same folder.
    #[error("{} is in use by another object store (process {holder})", root.display())]
    InUse {
        /// The folder.
        root: PathBuf,
        /// Process id that the other one left in the lock file.
        holder: String,
    },
    /// The folder holds something that this version did not write.
    #[error("{} is not a folder of this object store, or of another version of it", root.display())]
    Foreign {
        /// The folder.
        root: PathBuf,
    },
    /// The disk refuses.
    #[error("{}: {error}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
    /// The address cannot be listened on, most often because its port is taken.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
    /// A setting is impossible.
    #[error("{0}")]
    Setting(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_not_printed() {
        let config = StoreConfig::new("/x", SocketAddr::from(([127, 0, 0, 1], 0)), "key", "hush");

        assert!(!format!("{config:?}").contains("hush"));
    }
}
