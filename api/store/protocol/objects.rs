//! Objects: put, get, head, copy, delete.

use std::ops::Range;
use std::sync::Arc;

use s3s::dto::{
    ChecksumMode, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETagCondition, Error,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Metadata, MetadataDirective,
    PutObjectInput, PutObjectOutput, StreamingBlob, Timestamp,
};
use s3s::{S3Error, S3Request, S3Response, S3Result};

use super::words::{
    about_of, after_body, algorithm, announced, checksum_type, checksums_of, condition, length,
    speak_checksums, tag, time, wanted,
};
use crate::digests::{Algorithm, Digests};
use crate::disk::{Store, now_ms, on_disk_thread};
use crate::fault::Fault;
use crate::header::{About, Header};
use crate::index::{Condition, Wanted};
use crate::write::{Intake, receive};

/// Keys in one batch delete at most, as on S3.
const LARGEST_BATCH: usize = 1000;

pub(super) async fn put_object(
    store: &Arc<Store>,
    mut request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let input = &mut request.input;
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref());
    // Refused here, a body costs neither hashing nor disk.
    store.admits(&input.bucket, &input.key, &condition)?;
    let body = input.body.take();
    let draft = Header {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        about: about_of!(input)?,
        ..Header::default()
    };
    let announced = announced(
        &request.headers,
        input.content_length,
        input.content_md5.as_deref(),
        checksums_of!(input),
        input.checksum_algorithm.as_ref(),
    )?;
    let trailers = after_body(&mut request);
    let publish = move |store: &Store, sealed: crate::write::Sealed| {
        let header = sealed.header.clone();
        store.publish(sealed, &condition).map(|_| header)
    };
    let header = receive(store, draft, body, announced, trailers, publish).await?;
    let mut output = PutObjectOutput {
        e_tag: Some(tag(&header.etag)),
        size: length(header.size),
        checksum_type: checksum_type(&header.checksums),
        ..PutObjectOutput::default()
    };
    speak_checksums!(output, &header.checksums);
    Ok(S3Response::new(output))
}

/// The conditions of a read (RFC 9110 §13.2.2, in its order of precedence).
struct ReadCondition {
    matching: Option<Wanted>,
    none_matching: Option<Wanted>,
    modified_since: Option<Timestamp>,
    unmodified_since: Option<Timestamp>,
}

impl ReadCondition {
    fn new(
        (if_match, if_none_match): (Option<&ETagCondition>, Option<&ETagCondition>),
        (since, unmodified): (Option<&Timestamp>, Option<&Timestamp>),
    ) -> Self {
        Self {
            matching: wanted(if_match),
            none_matching: wanted(if_none_match),
            modified_since: since.cloned(),
            unmodified_since: unmodified.cloned(),
        }
    }

    fn allows(&self, header: &Header) -> Result<(), Fault> {
        let is = |wanted: &Wanted| *wanted == Wanted::Any || *wanted == Wanted::Tag(header.etag.clone());
        // HTTP dates have whole seconds.
        let modified = time(header.modified_ms / 1000 * 1000);
        match (&self.matching, &self.unmodified_since) {
            (Some(wanted), _) if !is(wanted) => return Err(Fault::PreconditionFailed),
            (None, Some(limit)) if modified > *limit => return Err(Fault::PreconditionFailed),
            _ => {}
        }
        match (&self.none_matching, &self.modified_since) {
            (Some(wanted), _) if is(wanted) => Err(Fault::NotModified { etag: header.etag.clone() }),
            (None, Some(limit)) if modified <= *limit => {
                Err(Fault::NotModified { etag: header.etag.clone() })
            }
            _ => Ok(()),
        }
    }
}

fn user_metadata(about: &About) -> Option<Metadata> {
    Some(about.user.iter().map(|(k, v)| (k.clone(), v.clone())).collect::<Metadata>())
        .filter(|m| !m.is_empty())
}

/// Part of an object that was asked for; a part number means the whole, which is one part.
fn asked_range(range: Option<&s3s::dto::Range>, part: Option<i32>, size: u64) -> Result<Range<u64>, Fault> {
    match (range, part) {
        (Some(_), Some(_)) => Err(Fault::Invalid("a range and a part number exclude each other")),
        (None, Some(number)) if number != 1 => Err(Fault::InvalidRange),
        (None, _) => Ok(0..size),
        (Some(range), None) => range.check(size).map_err(|_| Fault::InvalidRange),
    }
}

/// Fills what answers to GET and HEAD have in common, under the same names.
macro_rules! describe {
    ($output:ident, $header:expr, $range:expr, $partial:expr, $mode:expr) => {{
        let header: &Header = $header;
        let range: &Range<u64> = $range;
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = length(range.end - range.start);
        $output.e_tag = Some(tag(&header.etag));
        $output.last_modified = Some(time(header.modified_ms));
        $output.metadata = user_metadata(&header.about);
        $output.content_type.clone_from(&header.about.content_type);
        $output.cache_control.clone_from(&header.about.cache_control);
        $output.content_disposition.clone_from(&header.about.content_disposition);
        $output.content_encoding.clone_from(&header.about.content_encoding);
        $output.content_language.clone_from(&header.about.content_language);
        if $partial {
            let last = range.end.saturating_sub(1);
            $output.content_range = Some(format!("bytes {}-{last}/{}", range.start, header.size));
        } else if $mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED) {
            // A partial answer must not carry them: clients would compare them with the part.
            speak_checksums!($output, &header.checksums);
            $output.checksum_type = checksum_type(&header.checksums);
        }
    }};
}

pub(super) async fn get_object(
    store: &Arc<Store>,
    request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let input = request.input;
    let conditions = ReadCondition::new(
        (input.if_match.as_ref(), input.if_none_match.as_ref()),
        (input.if_modified_since.as_ref(), input.if_unmodified_since.as_ref()),
    );
    let partial = input.range.is_some();
    let (disk, asked, part) = (Arc::clone(store), input.range, input.part_number);
    let (bucket, key) = (input.bucket, input.key);
    let (header, range, first, reader) = on_disk_thread(move || {
        disk.minding((&bucket, &key), || {
            let opened = disk.open(&bucket, &key)?;
            conditions.allows(&opened.header)?;
            let range = asked_range(asked.as_ref(), part, opened.header.size)?;
            let header = opened.header.clone();
            let mut reader = opened.reader(&range)?;
            // A small object is read, and checked, before the answer begins: damage is then a clean 500.
            let first = reader.piece()?;
            Ok((header, range, first, reader))
        })
    })
    .await?;
    let mut output = GetObjectOutput {
        body: Some(StreamingBlob::new(reader.into_stream(first, Arc::clone(store)))),
        ..GetObjectOutput::default()
    };
    describe!(output, &header, &range, partial, input.checksum_mode.as_ref());
    Ok(S3Response::new(output))
}

pub(super) async fn head_object(
    store: &Arc<Store>,
    request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let input = request.input;
    let conditions = ReadCondition::new(
        (input.if_match.as_ref(), input.if_none_match.as_ref()),
        (input.if_modified_since.as_ref(), input.if_unmodified_since.as_ref()),
    );
    let partial = input.range.is_some();
    let (disk, asked, part) = (Arc::clone(store), input.range, input.part_number);
    let (bucket, key) = (input.bucket, input.key);
    let (header, range) = on_disk_thread(move || {
        let opened = disk.minding((&bucket, &key), || disk.open(&bucket, &key))?;
        conditions.allows(&opened.header)?;
        let range = asked_range(asked.as_ref(), part, opened.header.size)?;
        Ok((opened.header, range))
    })
    .await?;
    let mut output = HeadObjectOutput::default();
    describe!(output, &header, &range, partial, input.checksum_mode.as_ref());
    Ok(S3Response::new(output))
}

pub(super) async fn copy_object(
    store: &Arc<Store>,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let input = request.input;
    let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
        return Err(Fault::Invalid("an object is copied from a bucket of this store").into());
    };
    let (from_bucket, from_key) = (bucket.to_string(), key.to_string());
    let replace = input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == MetadataDirective::REPLACE);
    if !replace && from_bucket == input.bucket && from_key == input.key {
        return Err(Fault::Invalid("an object is copied onto itself only to replace its metadata").into());
    }
    let given = about_of!(input)?;
    let named = algorithm(input.checksum_algorithm.as_ref())?;
    let if_source = ReadCondition::new(
        (input.copy_source_if_match.as_ref(), input.copy_source_if_none_match.as_ref()),
        (input.copy_source_if_modified_since.as_ref(), input.copy_source_if_unmodified_since.as_ref()),
    );
    let disk = Arc::clone(store);
    let header = on_disk_thread(move || {
        let opened = disk.minding((&from_bucket, &from_key), || disk.open(&from_bucket, &from_key))?;
        // A copy has no 304: every condition that fails is a 412.
        if_source.allows(&opened.header).map_err(|_| Fault::PreconditionFailed)?;
        disk.index().bucket(&input.bucket)?;
        let source = opened.header.clone();
        let about = if replace { given } else { source.about.clone() };
        let header = Header { bucket: input.bucket, key: input.key, about, ..source };
        copy(&disk, opened, header, named)
    })
    .await?;
    let mut result = CopyObjectResult {
        e_tag: Some(tag(&header.etag)),
        last_modified: Some(time(header.modified_ms)),
        checksum_type: checksum_type(&header.checksums),
        ..CopyObjectResult::default()
    };
    speak_checksums!(result, &header.checksums);
    Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() }))
}

/// Copies the bytes, comparing them with their SHA-256 on the way; the copy keeps the ETag unless it was of parts.
fn copy(
    store: &Store,
    source: crate::read::Opened,
    mut header: Header,
    named: Option<Algorithm>,
) -> Result<Header, Fault> {
    let had: Option<Algorithm> = header.checksums.present().map(|(algorithm, _)| algorithm).next();
    let asked: Vec<Algorithm> = named.or(had).into_iter().collect();
    let mut intake = Intake::begin(&store.layout, &header, Digests::new(&asked))?;
    let whole = 0..header.size;
    let mut reader = source.reader(&whole)?;
    loop {
        intake.push(&[reader.piece()?])?;
        if reader.left() == 0 {
            break;
        }
    }
    let (unsealed, measured) = intake.measure();
    header.size = measured.size;
    header.sha256 = measured.sha256;
    header.etag = measured.md5.map(hex::encode).unwrap_or_default();
    header.checksums = measured.checksums;
    header.modified_ms = now_ms();
    store.publish(unsealed.seal(header.clone())?, &Condition::default())?;
    Ok(header)
}

pub(super) async fn delete_object(
    store: &Arc<Store>,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let input = request.input;
    let condition = condition(input.if_match.as_ref(), None);
    let store = Arc::clone(store);
    let answers = on_disk_thread(move || store.remove(&input.bucket, &[(input.key, condition)])).await?;
    answers.into_iter().collect::<Result<(), Fault>>()?;
    Ok(S3Response::new(DeleteObjectOutput::default()))
}

pub(super) async fn delete_objects(
    store: &Arc<Store>,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let input = request.input;
    if input.delete.objects.len() > LARGEST_BATCH {
        return Err(Fault::Invalid("one request deletes at most 1,000 objects").into());
    }
    let quiet = input.delete.quiet == Some(true);
    let wanted = |tag: s3s::dto::ETag| Some(Wanted::Tag(tag.value().to_owned()));
    let keys: Vec<(String, Condition)> = input
        .delete
        .objects
        .into_iter()
        .map(|o| (o.key, Condition { if_match: o.e_tag.and_then(wanted), if_none_match: None }))
        .collect();
    let store = Arc::clone(store);
    let (keys, answers) = on_disk_thread(move || {
        let answers = store.remove(&input.bucket, &keys)?;
        Ok((keys, answers))
    })
    .await?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for ((key, _), answer) in keys.into_iter().zip(answers) {
        match answer {
            Ok(()) if quiet => {}
            Ok(()) => deleted.push(DeletedObject { key: Some(key), ..DeletedObject::default() }),
            Err(fault) => {
                let error = S3Error::from(fault);
                errors.push(Error {
                    code: Some(error.code().as_str().to_owned()),
                    key: Some(key),
                    message: error.message().map(str::to_owned),
                    ..Error::default()
                });
            }
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors).filter(|errors| !errors.is_empty()),
        ..DeleteObjectsOutput::default()
    }))
}
