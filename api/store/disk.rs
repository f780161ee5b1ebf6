//! The store itself: the index beside the files, and every change that is made to both.
//!
//! Order of every change: the file is durable, then its name is, then the index knows it, then it is answered.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::JoinHandle;

use crate::fault::Fault;
use crate::index::{Bucket, Condition, Entry, Index};
use crate::layout::{Layout, sync_folder, write_durably};
use crate::write::Sealed;

/// Names are spread over this many locks; a lock is held while a name is published or removed.
const STRIPES: usize = 256;

/// All state of a running store.
pub(crate) struct Store {
    pub layout: Layout,
    index: RwLock<Index>,
    stripes: Vec<Mutex<()>>,
    /// Bodies being received at this moment.
    pub receiving: AtomicUsize,
    pub puts: tokio::sync::Semaphore,
    pub upload_expiry: Duration,
    /// Held as long as the store lives; the kernel lets go of it with the process.
    _lock: fs::File,
    /// Its last drop tells the one who stops the store that nothing of it is left. Declared after the lock.
    _alive: tokio::sync::mpsc::Sender<()>,
}

impl Store {
    pub(crate) fn new(
        layout: Layout,
        index: Index,
        limits: (usize, Duration),
        lock: fs::File,
        alive: tokio::sync::mpsc::Sender<()>,
    ) -> Self {
        Self {
            layout,
            index: RwLock::new(index),
            stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(),
            receiving: AtomicUsize::new(0),
            puts: tokio::sync::Semaphore::new(limits.0.clamp(1, tokio::sync::Semaphore::MAX_PERMITS)),
            upload_expiry: limits.1,
            _lock: lock,
            _alive: alive,
        }
    }

    // A thread that panicked left the index as consistent as it was: each change is one map operation.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change_index(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock of a file's name.
    ///
    /// # Errors
    /// None in practice; the list of locks is never empty.
    pub(crate) fn hold(&self, path: &Path) -> Result<MutexGuard<'_, ()>, Fault> {
        use std::hash::{Hash, Hasher};
        let mut hasher = std::hash::DefaultHasher::new();
        path.hash(&mut hasher);
        let stripes = u64::try_from(self.stripes.len()).unwrap_or(1).max(1);
        let stripe = usize::try_from(hasher.finish() % stripes).unwrap_or(0);
        let lock = self.stripes.get(stripe).ok_or(Fault::Invalid("no lock for this name"))?;
        Ok(lock.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Refuses early what [`Store::publish`] would refuse late; says nothing about what happens in between.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`] or what the condition says.
    pub(crate) fn admits(&self, bucket: &str, key: &str, condition: &Condition) -> Result<(), Fault> {
        let index = self.index();
        let held = index.bucket(bucket)?.objects.get(key);
        condition.allows(held.map(|entry| &*entry.etag))
    }

    /// Gives a finished file its name. When this returns, the object survives a power cut and everyone sees it.
    ///
    /// The lock of the name is held until the name is durable, so that whoever loses a race against this
    /// writer hears so only when the winner cannot vanish any more.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`], what the condition says, or a failing disk; then nothing has changed.
    pub(crate) fn publish(&self, sealed: Sealed, condition: &Condition) -> Result<Entry, Fault> {
        let (bucket, key) = (sealed.header.bucket.clone(), sealed.header.key.clone());
        let (folder, file) = self.layout.object(&bucket, &key);
        let _held = self.hold(&file)?;
        self.admits(&bucket, &key, condition)?;
        let replaces = self.index().object(&bucket, &key).is_ok();
        let entry = Entry::from(&sealed.header);
        sealed.rename_to(&file)?;
        let synced = sync_folder(&folder);
        if synced.is_err() && !replaces {
            drop(fs::remove_file(&file));
            return Err(synced.map_or_else(Fault::from, |()| Fault::NoSuchKey));
        }
        let mut index = self.change_index();
        let Some(holder) = index.buckets.get_mut(&bucket) else {
            // The bucket was deleted while the file was being named.
            drop(fs::remove_file(&file));
            return Err(Fault::NoSuchBucket);
        };
        // An overwrite that could not be made durable is on disk all the same: the index says so, the answer doesn't.
        holder.objects.insert(key, entry.clone());
        synced?;
        Ok(entry)
    }

    /// Removes objects; a key that does not exist is no error. Durable when it returns.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`] or a failing disk for all; per key what its condition says.
    pub(crate) fn remove(
        &self,
        bucket: &str,
        keys: &[(String, Condition)],
    ) -> Result<Vec<Result<(), Fault>>, Fault> {
        self.index().bucket(bucket)?;
        let mut touched = BTreeSet::new();
        let mut answers = Vec::with_capacity(keys.len());
        for (key, condition) in keys {
            answers.push(self.unlink(bucket, key, condition).map(|folder| touched.extend(folder)));
        }
        for folder in touched {
            sync_folder(&folder)?;
        }
        Ok(answers)
    }

    fn unlink(
        &self,
        bucket: &str,
        key: &str,
        condition: &Condition,
    ) -> Result<Option<std::path::PathBuf>, Fault> {
        let (folder, file) = self.layout.object(bucket, key);
        let _held = self.hold(&file)?;
        self.admits(bucket, key, condition)?;
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let mut index = self.change_index();
        let held = index.buckets.get_mut(bucket).and_then(|b| b.objects.remove(key));
        Ok(held.map(|_| folder))
    }

    /// # Errors
    /// [`Fault::BucketExists`] or a failing disk.
    pub(crate) fn create_bucket(&self, name: &str) -> Result<(), Fault> {
        let marker = self.layout.buckets().join(name);
        let _held = self.hold(&marker)?;
        if self.index().bucket(name).is_ok() {
            return Err(Fault::BucketExists);
        }
        write_durably(&marker, b"")?;
        let bucket = Bucket { created_ms: now_ms(), ..Bucket::default() };
        self.change_index().buckets.insert(name.to_owned(), bucket);
        Ok(())
    }

    /// # Errors
    /// [`Fault::NoSuchBucket`], [`Fault::BucketNotEmpty`] or a failing disk.
    pub(crate) fn delete_bucket(&self, name: &str) -> Result<(), Fault> {
        let marker = self.layout.buckets().join(name);
        let _held = self.hold(&marker)?;
        let mut index = self.change_index();
        index.bucket(name)?;
        if index.buckets_in_use().contains(name) {
            return Err(Fault::BucketNotEmpty);
        }
        fs::remove_file(&marker)?;
        index.buckets.remove(name);
        drop(index);
        Ok(sync_folder(&self.layout.buckets())?)
    }

    /// A place among the bodies being received.
    pub(crate) fn count_in(&self) -> Receiving<'_> {
        self.receiving.fetch_add(1, Ordering::Relaxed);
        Receiving(self)
    }
}

/// One body being received; counted until dropped.
pub(crate) struct Receiving<'a>(&'a Store);

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        self.0.receiving.fetch_sub(1, Ordering::Relaxed);
    }
}

/// This machine's clock in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Starts work that may block on a thread that may; the one place where such threads are asked for.
///
/// How many run at once is bounded by the bodies and answers under way.
pub(crate) fn disk_thread<T, W>(work: W) -> JoinHandle<T>
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
{
    tokio::task::spawn_blocking(work)
}

/// Runs work that may block on a thread that may, and waits for it.
///
/// # Errors
/// Those of the work; [`Fault::Disk`] when its thread died.
pub(crate) async fn on_disk_thread<T, W>(work: W) -> Result<T, Fault>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, Fault> + Send + 'static,
{
    match disk_thread(work).await {
        Ok(done) => done,
        Err(died) => Err(Fault::Disk(io::Error::other(died))),
    }
}
