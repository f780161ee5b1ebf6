//! Giving bytes back: in pieces, never a whole object in memory, and never damaged ones as if they were good.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use s3s::crypto::{Checksum, Sha256};
use s3s::stream::{ByteStream, RemainingLength};
use tokio::task::JoinHandle;

use crate::disk::{Store, disk_thread};
use crate::fault::Fault;
use crate::header::{self, Header};

/// One trip to a disk thread brings this many bytes.
const PIECE: u64 = 256 * 1024;

/// An object whose file is open; a later overwrite or delete does not touch it.
pub(crate) struct Opened {
    file: File,
    pub header: Header,
    start: u64,
}

impl Store {
    /// Opens an object and makes sure that the file is this object's and has its whole length.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`], [`Fault::NoSuchKey`], [`Fault::Damaged`] or a failing disk.
    pub(crate) fn open(&self, bucket: &str, key: &str) -> Result<Opened, Fault> {
        self.index().object(bucket, key)?;
        let (_, path) = self.layout.object(bucket, key);
        let file = match File::open(&path) {
            Ok(file) => file,
            // A delete removes the file just before it tells the index.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && self.index().object(bucket, key).is_err() =>
            {
                return Err(Fault::NoSuchKey);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Fault::Damaged(format!("{bucket}/{key}: its file is gone")));
            }
            Err(error) => return Err(error.into()),
        };
        let opened = Opened::of(file).map_err(|why| match why.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Fault::Damaged(format!("{bucket}/{key}: {why}"))
            }
            // A disk that can't be read now says nothing about what lies on it.
            _ => why.into(),
        })?;
        if opened.header.bucket != bucket || opened.header.key != key {
            return Err(Fault::Damaged(format!("{bucket}/{key}: the file belongs to another object")));
        }
        Ok(opened)
    }
}

impl Opened {
    /// Reads the head of a file and compares the file's length with it.
    ///
    /// # Errors
    /// A failing disk; `InvalidData` that says what is wrong.
    pub(crate) fn of(file: File) -> io::Result<Self> {
        let (header, start) = header::read(&file)?;
        let start = u64::try_from(start).unwrap_or(u64::MAX);
        let length = file.metadata()?.len();
        if Some(length) != start.checked_add(header.size) {
            let why = format!("the file has {length} bytes instead of {start} + {}", header.size);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(Self { file, header, start })
    }

    /// Prepares to read part of the object; the whole of it is also compared with its SHA-256.
    ///
    /// # Errors
    /// A failing disk.
    pub(crate) fn reader(mut self, range: &Range<u64>) -> Result<Reader, Fault> {
        self.file.seek(SeekFrom::Start(self.start.saturating_add(range.start)))?;
        let whole = range.start == 0 && range.end == self.header.size;
        Ok(Reader {
            file: self.file,
            left: range.end.saturating_sub(range.start),
            check: whole.then(|| (Sha256::new(), self.header.sha256)),
            bucket: self.header.bucket,
            key: self.header.key,
        })
    }
}

/// A position in an open object.
pub(crate) struct Reader {
    file: File,
    left: u64,
    check: Option<(Sha256, String)>,
    bucket: String,
    key: String,
}

impl Reader {
    /// The next piece; empty at the end. The last piece of a whole object comes only if the digest is right.
    ///
    /// # Errors
    /// [`Fault::Damaged`] or a failing disk.
    pub(crate) fn piece(&mut self) -> Result<Bytes, Fault> {
        let size = self.left.min(PIECE);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        self.file.read_exact(&mut bytes)?;
        self.left = self.left.saturating_sub(size);
        if let Some((hasher, _)) = &mut self.check {
            hasher.update(&bytes);
        }
        if self.left == 0
            && let Some((hasher, sha256)) = self.check.take()
            && hex::encode(hasher.finalize()) != sha256
        {
            let why = format!("{}/{}: the bytes do not fit their SHA-256", self.bucket, self.key);
            return Err(Fault::Damaged(why));
        }
        Ok(bytes.into())
    }

    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Sends what is left as a stream that follows `first`.
    pub(crate) fn into_stream(self, first: Bytes, store: Arc<Store>) -> Pieces {
        let left = self.left;
        Pieces {
            store,
            first: Some(first).filter(|bytes| !bytes.is_empty()),
            next: Next::Idle(Some(Box::new(self))),
            left,
        }
    }
}

/// A reader as the body of an answer: asks for the next piece only when the last one has gone out.
pub(crate) struct Pieces {
    store: Arc<Store>,
    first: Option<Bytes>,
    next: Next,
    /// Bytes beyond `first` that have not come out yet.
    left: u64,
}

enum Next {
    Idle(Option<Box<Reader>>),
    Busy(JoinHandle<(Box<Reader>, Result<Bytes, Fault>)>),
}

impl Stream for Pieces {
    type Item = Result<Bytes, s3s::StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        loop {
            match &mut self.next {
                Next::Idle(reader) => {
                    let Some(mut reader) = reader.take().filter(|reader| reader.left > 0) else {
                        return Poll::Ready(None);
                    };
                    self.next = Next::Busy(disk_thread(move || {
                        let piece = reader.piece();
                        (reader, piece)
                    }));
                }
                Next::Busy(work) => {
                    let done = std::task::ready!(Pin::new(work).poll(cx));
                    let (reader, piece) = match done {
                        Ok((reader, piece)) => (Some(reader), piece),
                        Err(died) => (None, Err(Fault::Disk(io::Error::other(died)))),
                    };
                    return Poll::Ready(Some(match piece {
                        Ok(bytes) => {
                            self.next = Next::Idle(reader);
                            self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(0));
                            Ok(bytes)
                        }
                        Err(fault) => {
                            // Cutting the connection short of the announced length is the only honest end.
                            self.next = Next::Idle(None);
                            tracing::error!(%fault, "broke off an answer");
                            if let (Fault::Damaged(_), Some(of)) = (&fault, reader) {
                                let store = Arc::clone(&self.store);
                                drop(disk_thread(move || store.settle_damage(&of.bucket, &of.key)));
                            }
                            Err(fault.into())
                        }
                    }));
                }
            }
        }
    }
}

impl ByteStream for Pieces {
    fn remaining_length(&self) -> RemainingLength {
        let first = self.first.as_ref().map_or(0, Bytes::len);
        RemainingLength::new_exact(usize::try_from(self.left).unwrap_or(usize::MAX).saturating_add(first))
    }
}

/// An object that is not what it was when it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedObject {
    /// The bucket it is in.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// What is wrong, for a person to read.
    pub reason: String,
}

/// Reads every object there is and compares it with its SHA-256; objects deleted meanwhile are no damage.
pub(crate) fn scrub(store: &Arc<Store>) -> Vec<DamagedObject> {
    let names: Vec<(String, String)> = {
        let index = store.index();
        let pairs =
            index.buckets.iter().flat_map(|(b, held)| held.objects.keys().map(|k| (b.clone(), k.clone())));
        pairs.collect()
    };
    let mut damaged = Vec::new();
    for (bucket, key) in names {
        match read_through(store, &bucket, &key) {
            Ok(()) | Err(Fault::NoSuchKey | Fault::NoSuchBucket) => {}
            Err(fault) => damaged.push(DamagedObject { bucket, key, reason: fault.to_string() }),
        }
    }
    damaged
}

/// Reads an object to its end.
///
/// # Errors
/// Those of [`Store::open`] and [`Reader::piece`].
pub(crate) fn read_through(store: &Store, bucket: &str, key: &str) -> Result<(), Fault> {
    let opened = store.open(bucket, key)?;
    let whole = 0..opened.header.size;
    let mut reader = opened.reader(&whole)?;
    loop {
        reader.piece()?;
        if reader.left() == 0 {
            return Ok(());
        }
    }
}
