//! Multipart uploads in S3's words.

use std::sync::Arc;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, EncodingType, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, Part, StorageClass, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response, S3Result};

use super::buckets::owner;
use super::words::{
    about_of, after_body, algorithm, announced, checksum_type, checksums_of, condition, length,
    speak_checksums, tag, time,
};
use crate::digests::Algorithm;
use crate::disk::{Store, on_disk_thread};
use crate::fault::Fault;
use crate::header::{Checksums, Header};
use crate::index::Upload;
use crate::list::url_encoded;
use crate::multipart::{Completion, Listed};
use crate::write::receive;

/// Parts or uploads on one page at most, as on S3.
const LARGEST_PAGE: i32 = 1000;

fn number(part: i32) -> Result<u16, Fault> {
    let number = u16::try_from(part).ok().filter(|n| (1..=10_000).contains(n));
    number.ok_or(Fault::Invalid("part numbers run from 1 to 10,000"))
}

fn spoken(upload: &Upload) -> (Option<ChecksumAlgorithm>, Option<ChecksumType>) {
    let wanted = upload.head.checksums.wanted.clone();
    let kind =
        if upload.head.checksums.composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT };
    let kind = wanted.is_some().then(|| ChecksumType::from_static(kind));
    (wanted.map(ChecksumAlgorithm::from), kind)
}

pub(super) async fn create_multipart_upload(
    store: &Arc<Store>,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let input = request.input;
    let named = algorithm(input.checksum_algorithm.as_ref())?;
    let kind = input.checksum_type.as_ref().map(ChecksumType::as_str);
    // As on S3: CRC-64 knows only whole objects, the SHAs only composites, the other CRCs both.
    let composite = match named {
        None | Some(Algorithm::Crc64Nvme) if kind == Some(ChecksumType::COMPOSITE) => {
            return Err(Fault::Invalid("this checksum has no composite form").into());
        }
        None | Some(Algorithm::Crc64Nvme) => false,
        Some(Algorithm::Sha1 | Algorithm::Sha256) if kind == Some(ChecksumType::FULL_OBJECT) => {
            return Err(Fault::Invalid("this checksum has only a composite form").into());
        }
        Some(_) => kind != Some(ChecksumType::FULL_OBJECT),
    };
    let wanted = named.map(|algorithm| algorithm.name().to_owned());
    let head = Header {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        about: about_of!(input)?,
        checksums: Checksums { composite, wanted, ..Checksums::default() },
        ..Header::default()
    };
    let disk = Arc::clone(store);
    let id = on_disk_thread(move || disk.begin_upload(head)).await?;
    let (checksum_algorithm, checksum_type) = store.index().uploads.get(&id).map_or((None, None), spoken);
    Ok(S3Response::new(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm,
        checksum_type,
        ..CreateMultipartUploadOutput::default()
    }))
}

pub(super) async fn upload_part(
    store: &Arc<Store>,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let input = &mut request.input;
    let number = number(input.part_number)?;
    let wanted = {
        let index = store.index();
        let upload = index.upload(&input.upload_id, &input.bucket, &input.key)?;
        upload.head.checksums.wanted.as_deref().and_then(Algorithm::parse)
    };
    let body = input.body.take();
    let draft = Header { bucket: input.bucket.clone(), key: input.key.clone(), ..Header::default() };
    let mut announced = announced(
        &request.headers,
        input.content_length,
        input.content_md5.as_deref(),
        checksums_of!(input),
        input.checksum_algorithm.as_ref(),
    )?;
    announced.asked.extend(wanted.filter(|algorithm| !announced.asked.contains(algorithm)));
    let id = input.upload_id.clone();
    let trailers = after_body(&mut request);
    let publish = move |store: &Store, sealed: crate::write::Sealed| {
        let header = sealed.header.clone();
        store.keep_part(&id, number, sealed).map(|()| header)
    };
    let header = receive(store, draft, body, announced, trailers, publish).await?;
    let mut output = UploadPartOutput { e_tag: Some(tag(&header.etag)), ..UploadPartOutput::default() };
    speak_checksums!(output, &header.checksums);
    Ok(S3Response::new(output))
}

fn listed(part: CompletedPart) -> Result<Listed, Fault> {
    Ok(Listed {
        checksums: checksums_of!(part),
        number: number(part.part_number.ok_or(Fault::Invalid("a part has no number"))?)?,
        etag: part.e_tag.ok_or(Fault::Invalid("a part has no ETag"))?.into_value(),
    })
}

pub(super) async fn complete_multipart_upload(
    store: &Arc<Store>,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let input = request.input;
    let asked = Completion {
        condition: condition(input.if_match.as_ref(), input.if_none_match.as_ref()),
        checksums: checksums_of!(input),
        size: input.mpu_object_size.and_then(|size| u64::try_from(size).ok()),
        id: input.upload_id,
        bucket: input.bucket,
        key: input.key,
        parts: input
            .multipart_upload
            .and_then(|upload| upload.parts)
            .unwrap_or_default()
            .into_iter()
            .map(listed)
            .collect::<Result<_, _>>()?,
    };
    let disk = Arc::clone(store);
    let header = on_disk_thread(move || disk.complete_upload(&asked)).await?;
    let mut output = CompleteMultipartUploadOutput {
        e_tag: Some(tag(&header.etag)),
        checksum_type: checksum_type(&header.checksums),
        location: Some(format!("/{}/{}", header.bucket, url_encoded(&header.key))),
        ..CompleteMultipartUploadOutput::default()
    };
    speak_checksums!(output, &header.checksums);
    output.bucket = Some(header.bucket);
    output.key = Some(header.key);
    Ok(S3Response::new(output))
}

pub(super) async fn abort_multipart_upload(
    store: &Arc<Store>,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let input = request.input;
    let store = Arc::clone(store);
    on_disk_thread(move || store.abort_upload(&input.upload_id, &input.bucket, &input.key)).await?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}

fn page_size(asked: Option<i32>) -> usize {
    usize::try_from(asked.unwrap_or(LARGEST_PAGE).clamp(0, LARGEST_PAGE)).unwrap_or(0)
}

pub(super) async fn list_parts(
    store: &Arc<Store>,
    request: S3Request<ListPartsInput>,
) -> S3Result<S3Response<ListPartsOutput>> {
    let input = request.input;
    let index = store.index();
    let upload = index.upload(&input.upload_id, &input.bucket, &input.key)?;
    let after = input.part_number_marker.and_then(|marker| u16::try_from(marker).ok()).unwrap_or(0);
    let limit = page_size(input.max_parts);
    let beyond = upload.parts.range(after.saturating_add(1)..);
    let mut parts: Vec<Part> = Vec::new();
    for (number, held) in beyond.clone().take(limit) {
        let mut part = Part {
            e_tag: Some(tag(&held.entry.etag)),
            last_modified: Some(time(held.entry.modified_ms)),
            part_number: Some(i32::from(*number)),
            size: length(held.entry.size),
            ..Part::default()
        };
        speak_checksums!(part, &held.checksums);
        parts.push(part);
    }
    let truncated = beyond.count() > parts.len();
    let (checksum_algorithm, checksum_type) = spoken(upload);
    Ok(S3Response::new(ListPartsOutput {
        checksum_algorithm,
        checksum_type,
        is_truncated: Some(truncated),
        max_parts: i32::try_from(limit).ok(),
        next_part_number_marker: parts.last().filter(|_| truncated).and_then(|part| part.part_number),
        part_number_marker: input.part_number_marker,
        parts: Some(parts),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        owner: Some(owner()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..ListPartsOutput::default()
    }))
}

/// Lists uploads by key, then id. A delimiter is refused rather than ignored: nobody needs one here.
pub(super) async fn list_multipart_uploads(
    store: &Arc<Store>,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    let input = request.input;
    if input.delimiter.as_ref().is_some_and(|delimiter| !delimiter.is_empty()) {
        return Err(Fault::Invalid("uploads are listed without a delimiter").into());
    }
    let url = input.encoding_type.as_ref().is_some_and(|e| e.as_str() == EncodingType::URL);
    let spell = |key: &str| if url { url_encoded(key) } else { key.to_owned() };
    let prefix = input.prefix.clone().unwrap_or_default();
    let marker = (input.key_marker.as_deref().unwrap_or_default(), input.upload_id_marker.as_deref());
    let index = store.index();
    index.bucket(&input.bucket)?;
    let follows = |id: &str, key: &str| match marker {
        (after, Some(after_id)) => (key, id) > (after, after_id),
        (after, None) => key > after,
    };
    let mut held: Vec<(&str, &str, &Upload)> = index
        .uploads
        .iter()
        .map(|(id, upload)| (upload.head.key.as_str(), id.as_str(), upload))
        .filter(|(key, id, u)| u.head.bucket == input.bucket && key.starts_with(&prefix) && follows(id, key))
        .collect();
    held.sort_by_key(|(key, id, _)| (*key, *id));
    let limit = page_size(input.max_uploads);
    let truncated = held.len() > limit && limit > 0;
    held.truncate(limit);
    let uploads = held.iter().map(|(key, id, upload)| {
        let (checksum_algorithm, checksum_type) = spoken(upload);
        MultipartUpload {
            checksum_algorithm,
            checksum_type,
            initiated: Some(time(upload.head.modified_ms)),
            key: Some(spell(key)),
            owner: Some(owner()),
            upload_id: Some((*id).to_owned()),
            ..MultipartUpload::default()
        }
    });
    let uploads: Vec<MultipartUpload> = uploads.collect();
    let last = held.last().filter(|_| truncated);
    Ok(S3Response::new(ListMultipartUploadsOutput {
        is_truncated: Some(truncated),
        key_marker: input.key_marker.as_deref().map(spell),
        max_uploads: i32::try_from(limit).ok(),
        next_key_marker: last.map(|(key, ..)| spell(key)),
        next_upload_id_marker: last.map(|(_, id, _)| (*id).to_owned()),
        prefix: input.prefix.as_deref().map(spell),
        upload_id_marker: input.upload_id_marker.clone(),
        uploads: Some(uploads),
        bucket: Some(input.bucket),
        encoding_type: input.encoding_type,
        ..ListMultipartUploadsOutput::default()
    }))
}
