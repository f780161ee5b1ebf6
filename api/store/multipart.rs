//! Multipart uploads: parts are files of their own until the whole object is durable under its key.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use crate::digests::{Algorithm, Digests, composite, etag_of_parts};
use crate::disk::{Store, now_ms};
use crate::fault::Fault;
use crate::header::{Checksums, Header};
use crate::index::{Condition, Entry, Part, Upload};
use crate::layout::sync_folder;
use crate::read::Opened;
use crate::write::{Intake, Sealed};

/// File in an upload's folder that says what the upload will become.
pub(crate) const NOTE: &str = "upload";
/// Smallest part but the last, as on S3.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// Largest object made of parts, as on S3.
const LARGEST_OBJECT: u64 = 5 * 1024 * 1024 * 1024 * 1024;

/// The number of a part's file, 1 to 10,000.
pub(crate) fn part_number(file: &str) -> Option<u16> {
    file.strip_prefix("part-")?.parse().ok().filter(|n| (1..=10_000).contains(n))
}

/// One part as the client lists it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub number: u16,
    /// Without quotes.
    pub etag: String,
    pub checksums: Checksums,
}

/// What a client says when it completes an upload.
#[derive(Debug)]
pub(crate) struct Completion {
    pub id: String,
    pub bucket: String,
    pub key: String,
    pub parts: Vec<Listed>,
    pub condition: Condition,
    /// Length of the whole object in bytes, if announced.
    pub size: Option<u64>,
    /// Checksums of the whole object, if announced.
    pub checksums: Checksums,
}

impl Store {
    fn upload_folder(&self, id: &str) -> PathBuf {
        self.layout.uploads().join(id)
    }

    /// Begins an upload for the object that `head` describes; durable when it returns its id.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`], [`Fault::MetadataTooLarge`] or a failing disk.
    pub(crate) fn begin_upload(&self, mut head: Header) -> Result<String, Fault> {
        self.index().bucket(&head.bucket)?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        head.modified_ms = now_ms();
        let (note, _) = Intake::begin(&self.layout, &head, Digests::without_md5(&[]))?.measure();
        let sealed = note.seal(head.clone())?;
        let folder = self.upload_folder(&id);
        fs::create_dir(&folder)?;
        sealed.rename_to(&folder.join(NOTE))?;
        sync_folder(&folder)?;
        sync_folder(&self.layout.uploads())?;
        self.change_index()
            .uploads
            .insert(id.clone(), Upload { head, parts: BTreeMap::new(), completing: false });
        Ok(id)
    }

    /// Keeps a part, in place of an earlier one with its number. Durable when it returns.
    ///
    /// # Errors
    /// [`Fault::NoSuchUpload`] when the upload has ended meanwhile, or a failing disk.
    pub(crate) fn keep_part(&self, id: &str, number: u16, sealed: Sealed) -> Result<(), Fault> {
        let folder = self.upload_folder(id);
        let _held = self.hold(&folder)?;
        let head = &sealed.header;
        if self.index().upload(id, &head.bucket, &head.key)?.completing {
            return Err(Fault::NoSuchUpload);
        }
        let part = Part { entry: Entry::from(head), checksums: head.checksums.clone() };
        sealed.rename_to(&folder.join(format!("part-{number:05}")))?;
        sync_folder(&folder)?;
        if let Some(upload) = self.change_index().uploads.get_mut(id) {
            upload.parts.insert(number, part);
        }
        Ok(())
    }

    /// Ends an upload without an object.
    ///
    /// # Errors
    /// [`Fault::NoSuchBucket`], [`Fault::NoSuchUpload`] or a failing disk.
    pub(crate) fn abort_upload(&self, id: &str, bucket: &str, key: &str) -> Result<(), Fault> {
        let _held = self.hold(&self.upload_folder(id))?;
        if self.index().upload(id, bucket, key)?.completing {
            return Err(Fault::NoSuchUpload);
        }
        self.forget_upload(id)
    }

    /// Moves the parts out of sight in one step, durably, before they are deleted one by one.
    fn forget_upload(&self, id: &str) -> Result<(), Fault> {
        let away = self.layout.fresh_tmp();
        fs::rename(self.upload_folder(id), &away)?;
        self.change_index().uploads.remove(id);
        sync_folder(&self.layout.uploads())?;
        if let Err(error) = fs::remove_dir_all(&away) {
            tracing::warn!(%error, "parts of an ended upload stay until the next start");
        }
        Ok(())
    }

    /// Aborts uploads to which nothing has come for longer than the configured time; says how many.
    pub(crate) fn expire_uploads(&self) -> usize {
        let expiry = u64::try_from(self.upload_expiry.as_millis()).unwrap_or(u64::MAX);
        let limit = now_ms().saturating_sub(expiry);
        let stale: Vec<(String, String, String)> = {
            let index = self.index();
            let newest =
                |u: &Upload| u.parts.values().map(|p| p.entry.modified_ms).fold(u.head.modified_ms, u64::max);
            let old = index.uploads.iter().filter(|(_, u)| newest(u) < limit);
            old.map(|(id, u)| (id.clone(), u.head.bucket.clone(), u.head.key.clone())).collect()
        };
        let ended = stale.iter().filter(|(id, bucket, key)| self.abort_upload(id, bucket, key).is_ok());
        ended.count()
    }

    /// Joins the parts into the object and ends the upload; the parts stay until the object is durable.
    ///
    /// Safe to repeat: when the upload has ended and the key holds exactly these parts, the answer is the same again.
    ///
    /// # Errors
    /// What is wrong with the list of parts, the condition, the announced size and checksums, or the disk.
    pub(crate) fn complete_upload(self: &Arc<Self>, asked: &Completion) -> Result<Header, Fault> {
        let etag = etag_of_parts(asked.parts.iter().map(|part| part.etag.as_str()))?;
        let upload = match self.start_completing(asked) {
            Ok(upload) => upload,
            Err(Fault::NoSuchUpload) => {
                let opened = self.open(&asked.bucket, &asked.key).map_err(|_| Fault::NoSuchUpload)?;
                return if opened.header.etag == etag { Ok(opened.header) } else { Err(Fault::NoSuchUpload) };
            }
            Err(fault) => return Err(fault),
        };
        let done = self.join_parts(asked, &upload, etag);
        match &done {
            Ok(_) => {
                let _held = self.hold(&self.upload_folder(&asked.id))?;
                if let Err(fault) = self.forget_upload(&asked.id) {
                    // The object is safe; at worst the upload is completed once more or expires.
                    tracing::warn!(%fault, "could not end a completed upload");
                    self.stop_completing(&asked.id);
                }
            }
            Err(_) => self.stop_completing(&asked.id),
        }
        done
    }

    fn start_completing(&self, asked: &Completion) -> Result<Upload, Fault> {
        let _held = self.hold(&self.upload_folder(&asked.id))?;
        let upload = self.index().upload(&asked.id, &asked.bucket, &asked.key)?.clone();
        if upload.completing {
            return Err(Fault::Busy);
        }
        check_list(asked, &upload)?;
        self.admits(&asked.bucket, &asked.key, &asked.condition)?;
        if let Some(held) = self.change_index().uploads.get_mut(&asked.id) {
            held.completing = true;
        }
        Ok(upload)
    }

    fn stop_completing(&self, id: &str) {
        if let Some(upload) = self.change_index().uploads.get_mut(id) {
            upload.completing = false;
        }
    }

    fn join_parts(&self, asked: &Completion, upload: &Upload, etag: String) -> Result<Header, Fault> {
        let folder = self.upload_folder(&asked.id);
        let mut header = upload.head.clone();
        let wanted = header.checksums.wanted.as_deref().and_then(Algorithm::parse);
        let full = wanted.filter(|_| !upload.head.checksums.composite);
        header.checksums = Checksums::default();
        let asked_for: Vec<Algorithm> = full.into_iter().collect();
        let mut intake = Intake::begin(&self.layout, &header, Digests::without_md5(&asked_for))?;
        for part in &asked.parts {
            let file = File::open(folder.join(format!("part-{:05}", part.number)))?;
            let opened =
                Opened::of(file).map_err(|why| Fault::Damaged(format!("part {}: {why}", part.number)))?;
            if opened.header.etag != part.etag {
                return Err(Fault::InvalidPart);
            }
            let whole = 0..opened.header.size;
            let mut reader = opened.reader(&whole)?;
            loop {
                intake.push(&[reader.piece()?])?;
                if reader.left() == 0 {
                    break;
                }
            }
        }
        let (unsealed, measured) = intake.measure();
        header.checksums = measured.checksums;
        if let Some(algorithm) = wanted.filter(|_| full.is_none()) {
            let held: Vec<&Checksums> = asked
                .parts
                .iter()
                .filter_map(|p| upload.parts.get(&p.number))
                .map(|p| &p.checksums)
                .collect();
            header.checksums.set(algorithm, composite(algorithm, &held));
            header.checksums.composite = true;
        }
        asked.checksums.must_match(&header.checksums)?;
        if asked.size.is_some_and(|size| size != measured.size) {
            return Err(Fault::Invalid("the announced size is not that of the parts"));
        }
        header.size = measured.size;
        header.sha256 = measured.sha256;
        header.etag = etag;
        header.modified_ms = now_ms();
        self.publish(unsealed.seal(header.clone())?, &asked.condition)?;
        Ok(header)
    }
}

fn check_list(asked: &Completion, upload: &Upload) -> Result<(), Fault> {
    if asked.parts.is_empty() {
        return Err(Fault::Invalid("an upload is completed with at least one part"));
    }
    if asked.parts.windows(2).any(|pair| matches!(pair, [a, b] if a.number >= b.number)) {
        return Err(Fault::InvalidPartOrder);
    }
    let mut total = 0_u64;
    for (at, part) in asked.parts.iter().enumerate() {
        let held = upload.parts.get(&part.number).ok_or(Fault::InvalidPart)?;
        if *held.entry.etag != *part.etag {
            return Err(Fault::InvalidPart);
        }
        part.checksums.must_match(&held.checksums).map_err(|_| Fault::InvalidPart)?;
        if held.entry.size < SMALLEST_PART && at + 1 < asked.parts.len() {
            return Err(Fault::PartTooSmall);
        }
        total = total.saturating_add(held.entry.size);
    }
    if total > LARGEST_OBJECT { Err(Fault::TooLarge) } else { Ok(()) }
}
