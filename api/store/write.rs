//! Taking bytes in: a file under `.tmp`, hashed as it is written, checked as a whole before it gets a name.

use std::fs::{self, File};
use std::io::{IoSlice, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use s3s::dto::StreamingBlob;

use crate::digests::{Algorithm, Digests, Measured};
use crate::disk::{Store, now_ms, on_disk_thread};
use crate::fault::Fault;
use crate::header::{self, Checksums, Header};
use crate::layout::Layout;

/// Largest object or part of one request, as on S3.
pub(crate) const LARGEST: u64 = 5 * 1024 * 1024 * 1024;
/// What one body may hold in memory before it goes to disk, when few are received at once.
const LARGEST_BATCH: usize = 512 * 1024;
const SMALLEST_BATCH: usize = 64 * 1024;
/// What all bodies together may hold; shared among them by [`batch_size`].
const ALL_BATCHES: usize = 32 * 1024 * 1024;
/// A body may be slow but not silent for longer.
const SILENCE: Duration = Duration::from_mins(5);

/// A file that is removed unless it is given a name.
pub(crate) struct Temporary {
    path: PathBuf,
    named: bool,
}

impl Temporary {
    pub(crate) fn create(layout: &Layout) -> Result<(Self, File), Fault> {
        let path = layout.fresh_tmp();
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        Ok((Self { path, named: false }, file))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.named {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// A file being written: room for the head, then the bytes.
pub(crate) struct Intake {
    temporary: Temporary,
    file: File,
    room: usize,
    digests: Digests,
}

impl Intake {
    /// # Errors
    /// [`Fault::MetadataTooLarge`] for a head that no file can hold, or a failing disk.
    pub(crate) fn begin(layout: &Layout, draft: &Header, digests: Digests) -> Result<Self, Fault> {
        let room = header::room(draft).map_err(|_| Fault::MetadataTooLarge)?;
        let (temporary, mut file) = Temporary::create(layout)?;
        file.seek(SeekFrom::Start(u64::try_from(room).unwrap_or(0)))?;
        Ok(Self { temporary, file, room, digests })
    }

    /// # Errors
    /// A full or failing disk.
    pub(crate) fn push(&mut self, pieces: &[Bytes]) -> Result<(), Fault> {
        for piece in pieces {
            self.digests.update(piece);
        }
        let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut left = slices.as_mut_slice();
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.file.write_vectored(left) {
                Ok(0) => return Err(Fault::Disk(std::io::ErrorKind::WriteZero.into())),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Ends the body; what was measured is still to be compared with what was announced.
    pub(crate) fn measure(self) -> (Unsealed, Measured) {
        let measured = self.digests.finish();
        (Unsealed { temporary: self.temporary, file: self.file, room: self.room }, measured)
    }
}

/// A whole body on disk whose head is still missing.
pub(crate) struct Unsealed {
    temporary: Temporary,
    file: File,
    room: usize,
}

impl Unsealed {
    /// Writes the head and waits until everything is on the disk.
    ///
    /// # Errors
    /// A full or failing disk.
    pub(crate) fn seal(mut self, header: Header) -> Result<Sealed, Fault> {
        let head = header::encode(&header, self.room).map_err(|_| Fault::MetadataTooLarge)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&head)?;
        self.file.sync_data()?;
        Ok(Sealed { temporary: self.temporary, header })
    }
}

/// A durable file that lacks only its name.
pub(crate) struct Sealed {
    temporary: Temporary,
    pub header: Header,
}

impl Sealed {
    /// # Errors
    /// A failing disk; the file is removed then.
    pub(crate) fn rename_to(mut self, path: &Path) -> Result<(), Fault> {
        fs::rename(&self.temporary.path, path)?;
        self.temporary.named = true;
        Ok(())
    }
}

/// What a request announced about its body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announced {
    /// Bytes after removing any chunk framing.
    pub length: Option<u64>,
    pub md5: Option<[u8; 16]>,
    pub checksums: Checksums,
    /// Checksums to compute though no value came with the head: trailers, or asked for by name.
    pub asked: Vec<Algorithm>,
}

impl Announced {
    fn algorithms(&self) -> Vec<Algorithm> {
        let mut all = self.asked.clone();
        all.extend(
            self.checksums.present().map(|(algorithm, _)| algorithm).filter(|a| !self.asked.contains(a)),
        );
        all
    }

    fn check(&self, measured: &Measured) -> Result<(), Fault> {
        if self.length.is_some_and(|length| length != measured.size) {
            return Err(Fault::IncompleteBody);
        }
        if self.md5.is_some() && self.md5 != measured.md5 {
            return Err(Fault::BadDigest("Content-MD5"));
        }
        self.checksums.must_match(&measured.checksums)
    }
}

/// Receives a body, checks all that was announced and hands the sealed file to `publish`, on a disk thread.
///
/// `draft` holds bucket, key and headers; size, digests, ETag and time are filled in here.
/// `trailers` gives, once the body has been read, the checksums that came after it.
///
/// # Errors
/// Whatever was wrong with the body, the disk or the publishing; nothing is left of the body then.
pub(crate) async fn receive<T, P>(
    store: &Arc<Store>,
    draft: Header,
    mut body: Option<StreamingBlob>,
    mut announced: Announced,
    trailers: impl FnOnce() -> Result<Checksums, Fault>,
    publish: P,
) -> Result<T, Fault>
where
    T: Send + 'static,
    P: FnOnce(&Store, Sealed) -> Result<T, Fault> + Send + 'static,
{
    if announced.length.is_some_and(|length| length > LARGEST) {
        return Err(Fault::TooLarge);
    }
    let _permit = tokio::time::timeout(Duration::from_secs(10), store.puts.acquire())
        .await
        .map_err(|_| Fault::Busy)?
        .map_err(|_| Fault::Busy)?;
    let _counted = store.count_in();
    let algorithms = announced.algorithms();
    let mut intake: Option<Intake> = None;
    let mut total: u64 = 0;
    loop {
        let (pieces, size, ended) = fill(&mut body, batch_size(store)).await?;
        total = total.saturating_add(size);
        if total > announced.length.unwrap_or(LARGEST) {
            return Err(if announced.length.is_some() { Fault::IncompleteBody } else { Fault::TooLarge });
        }
        if ended {
            for (algorithm, value) in trailers()?.present() {
                announced.checksums.set(algorithm, Some(value.to_owned()));
            }
            let (store, mut header) = (Arc::clone(store), draft);
            return on_disk_thread(move || {
                let mut intake = ready(intake, &store, &header, &algorithms)?;
                intake.push(&pieces)?;
                drop(pieces);
                let (unsealed, measured) = intake.measure();
                announced.check(&measured)?;
                header.size = measured.size;
                header.modified_ms = now_ms();
                header.etag = measured.md5.map(hex::encode).unwrap_or_default();
                header.sha256 = measured.sha256;
                header.checksums = measured.checksums;
                publish(&store, unsealed.seal(header)?)
            })
            .await;
        }
        let (disk, header, asked, so_far) =
            (Arc::clone(store), draft.clone(), algorithms.clone(), intake.take());
        intake = Some(
            on_disk_thread(move || {
                let mut intake = ready(so_far, &disk, &header, &asked)?;
                intake.push(&pieces)?;
                Ok(intake)
            })
            .await?,
        );
    }
}

fn ready(
    so_far: Option<Intake>,
    store: &Store,
    draft: &Header,
    asked: &[Algorithm],
) -> Result<Intake, Fault> {
    so_far.map_or_else(|| Intake::begin(&store.layout, draft, Digests::new(asked)), Ok)
}

/// The more bodies arrive at once, the smaller the piece each may keep in memory.
fn batch_size(store: &Store) -> usize {
    let receiving = store.receiving.load(Ordering::Relaxed).max(1);
    (ALL_BATCHES / receiving).clamp(SMALLEST_BATCH, LARGEST_BATCH)
}

/// Collects pieces of the body, without copying them, until they are worth a trip to a disk thread.
async fn fill(body: &mut Option<StreamingBlob>, enough: usize) -> Result<(Vec<Bytes>, u64, bool), Fault> {
    let mut pieces = Vec::new();
    let mut size = 0_usize;
    let Some(stream) = body else { return Ok((pieces, 0, true)) };
    while size < enough {
        match tokio::time::timeout(SILENCE, stream.next()).await {
            Err(_) => return Err(Fault::Stalled),
            Ok(None) => return Ok((pieces, u64::try_from(size).unwrap_or(u64::MAX), true)),
            Ok(Some(Err(error))) => return Err(broken_body(&*error)),
            Ok(Some(Ok(piece))) => {
                size = size.saturating_add(piece.len());
                pieces.push(piece);
            }
        }
    }
    Ok((pieces, u64::try_from(size).unwrap_or(u64::MAX), false))
}

/// The protocol crate checks signed bodies while they flow, but keeps the types of its complaints to itself.
fn broken_body(error: &(dyn std::error::Error + Send + Sync)) -> Fault {
    let text = error.to_string();
    if text.contains("Sha256Mismatch") {
        Fault::SignedDigestMismatch
    } else if text.contains("SignatureMismatch") {
        Fault::PieceSignature
    } else {
        tracing::debug!(error = %text, "a body broke off");
        Fault::IncompleteBody
    }
}
