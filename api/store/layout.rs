//! Where everything lies under the store's folder, and how a folder is made durable.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use s3s::crypto::{Checksum, Sha256};

use crate::StoreError;

/// First line of the file `FORMAT`; another one is refused at start.
const FORMAT: &str = "fieldproof-store 1\n";

/// Paths under one root folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// One file per bucket, empty, named as the bucket.
    pub(crate) fn buckets(&self) -> PathBuf {
        self.root.join("buckets")
    }

    pub(crate) fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// One folder per unfinished upload.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    /// Files that were at their place but cannot be believed.
    pub(crate) fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// What is being written; emptied at every start.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join(".tmp")
    }

    /// The folder, one of 256, and the path of an object's file.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> (PathBuf, PathBuf) {
        let name = object_name(bucket, key);
        let (fan, rest) = name.split_at(2);
        let folder = self.objects().join(fan);
        let file = folder.join(rest);
        (folder, file)
    }

    pub(crate) fn fresh_tmp(&self) -> PathBuf {
        self.tmp().join(uuid::Uuid::new_v4().simple().to_string())
    }

    /// Makes the folders, refuses a folder of another format or one that another process holds.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Foreign`], [`StoreError::Disk`]
    pub(crate) fn claim(&self) -> Result<File, StoreError> {
        let failed = |what: &Path, error: io::Error| StoreError::Disk { path: what.to_owned(), error };
        fs::create_dir_all(&self.root).map_err(|e| failed(&self.root, e))?;
        let lock = self.lock()?;
        let format = self.root.join("FORMAT");
        match fs::read_to_string(&format) {
            Ok(text) if text == FORMAT => {}
            Ok(_) => return Err(StoreError::Foreign { root: self.root.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let strangers =
                    ["buckets", "objects", "uploads"].iter().any(|name| self.root.join(name).exists());
                if strangers {
                    return Err(StoreError::Foreign { root: self.root.clone() });
                }
                // Beside and then renamed: a power cut must not leave an empty mark, which would look foreign.
                let beside = self.root.join("FORMAT.new");
                write_durably(&beside, FORMAT.as_bytes()).map_err(|e| failed(&beside, e))?;
                fs::rename(&beside, &format).map_err(|e| failed(&format, e))?;
            }
            Err(error) => return Err(failed(&format, error)),
        }
        let tmp = self.tmp();
        if tmp.exists() {
            fs::remove_dir_all(&tmp).map_err(|e| failed(&tmp, e))?;
        }
        let fans = (0..=255_u8).map(|n| self.objects().join(hex::encode([n])));
        for folder in [self.buckets(), self.uploads(), self.quarantine(), tmp].into_iter().chain(fans) {
            fs::create_dir_all(&folder).map_err(|e| failed(&folder, e))?;
        }
        for folder in [self.objects(), self.root.clone()] {
            sync_folder(&folder).map_err(|e| failed(&folder, e))?;
        }
        if let Some(parent) = self.root.parent().filter(|p| !p.as_os_str().is_empty()) {
            sync_folder(parent).map_err(|e| failed(parent, e))?;
        }
        Ok(lock)
    }

    fn lock(&self) -> Result<File, StoreError> {
        let path = self.root.join(".lock");
        let failed = |error: io::Error| StoreError::Disk { path: path.clone(), error };
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let mut holder = String::new();
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                file.read_to_string(&mut holder).map_err(failed)?;
                let root = self.root.clone();
                return Err(StoreError::InUse { root, holder: holder.trim().to_owned() });
            }
            Err(errno) => return Err(failed(errno.into())),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(file)
    }
}

/// Name of an object's file: SHA-256 of bucket, a zero byte and key, in hex. No bucket holds a zero byte.
pub(crate) fn object_name(bucket: &str, key: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(bucket.as_bytes());
    hasher.update(&[0]);
    hasher.update(key.as_bytes());
    hex::encode(hasher.finalize())
}

/// Makes renames, creations and removals in a folder survive a power cut.
///
/// # Errors
/// What the disk says.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Writes a small new file so that it survives a power cut.
///
/// # Errors
/// What the disk says.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), sync_folder)
}
