//! Single words of S3 read and spoken: times, tags, conditions, checksums, announced bodies.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use s3s::dto::{ChecksumAlgorithm, ChecksumType, ETag, ETagCondition, Metadata, Timestamp};
use s3s::{S3Request, TrailingHeaders};

use crate::digests::Algorithm;
use crate::fault::Fault;
use crate::header::{About, Checksums};
use crate::index::{Condition, Wanted};
use crate::write::Announced;

/// User metadata is limited as on S3, keys and values together, in bytes.
const LARGEST_METADATA: usize = 2048;

pub(super) fn time(ms: u64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_millis(ms))
}

pub(super) fn tag(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

pub(super) fn length(size: u64) -> Option<i64> {
    i64::try_from(size).ok()
}

pub(super) fn wanted(condition: Option<&ETagCondition>) -> Option<Wanted> {
    condition.map(|condition| match condition {
        ETagCondition::Any => Wanted::Any,
        ETagCondition::ETag(tag) => Wanted::Tag(tag.value().to_owned()),
    })
}

pub(super) fn condition(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> Condition {
    Condition { if_match: wanted(if_match), if_none_match: wanted(if_none_match) }
}

/// Gathers the five checksum fields that many inputs have under the same names.
macro_rules! checksums_of {
    ($input:expr) => {
        crate::header::Checksums {
            crc32: $input.checksum_crc32.clone(),
            crc32c: $input.checksum_crc32c.clone(),
            crc64nvme: $input.checksum_crc64nvme.clone(),
            sha1: $input.checksum_sha1.clone(),
            sha256: $input.checksum_sha256.clone(),
            ..crate::header::Checksums::default()
        }
    };
}
pub(super) use checksums_of;

/// Fills the five checksum fields that many outputs have under the same names.
macro_rules! speak_checksums {
    ($output:expr, $checksums:expr) => {{
        let checksums = $checksums;
        $output.checksum_crc32.clone_from(&checksums.crc32);
        $output.checksum_crc32c.clone_from(&checksums.crc32c);
        $output.checksum_crc64nvme.clone_from(&checksums.crc64nvme);
        $output.checksum_sha1.clone_from(&checksums.sha1);
        $output.checksum_sha256.clone_from(&checksums.sha256);
    }};
}
pub(super) use speak_checksums;

/// Gathers the headers that an object keeps from inputs that have them under the same names.
macro_rules! about_of {
    ($input:expr) => {
        crate::protocol::words::about(
            crate::header::About {
                content_type: $input.content_type.clone(),
                cache_control: $input.cache_control.clone(),
                content_disposition: $input.content_disposition.clone(),
                content_encoding: $input.content_encoding.clone(),
                content_language: $input.content_language.clone(),
                user: std::collections::BTreeMap::new(),
            },
            $input.metadata.as_ref(),
        )
    };
}
pub(super) use about_of;

/// # Errors
/// [`Fault::MetadataTooLarge`]
pub(super) fn about(mut about: About, user: Option<&Metadata>) -> Result<About, Fault> {
    // `aws-chunked` describes the request's body, not the object.
    about.content_encoding = about.content_encoding.take().and_then(|encoding| {
        let kept: Vec<&str> =
            encoding.split(',').map(str::trim).filter(|e| !e.eq_ignore_ascii_case("aws-chunked")).collect();
        Some(kept.join(",")).filter(|kept| !kept.is_empty())
    });
    about.user =
        user.map(|user| user.iter().map(|(k, v)| (k.clone(), v.clone())).collect()).unwrap_or_default();
    let size: usize = about.user.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > LARGEST_METADATA { Err(Fault::MetadataTooLarge) } else { Ok(about) }
}

pub(super) fn checksum_type(checksums: &Checksums) -> Option<ChecksumType> {
    checksums.present().next()?;
    let kind = if checksums.composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT };
    Some(ChecksumType::from_static(kind))
}

pub(super) fn algorithm(named: Option<&ChecksumAlgorithm>) -> Result<Option<Algorithm>, Fault> {
    named.map_or(Ok(None), |name| {
        Algorithm::parse(name.as_str())
            .map(Some)
            .ok_or(Fault::Invalid("this checksum algorithm is not known here"))
    })
}

/// Reads what the head of a request says about its body.
///
/// # Errors
/// [`Fault::Invalid`] for values that cannot be right whatever the body is.
pub(super) fn announced(
    headers: &HeaderMap,
    content_length: Option<i64>,
    content_md5: Option<&str>,
    checksums: Checksums,
    named: Option<&ChecksumAlgorithm>,
) -> Result<Announced, Fault> {
    let decoded = text(headers, "x-amz-decoded-content-length").map(|value| {
        value.parse::<u64>().map_err(|_| Fault::Invalid("x-amz-decoded-content-length is no number"))
    });
    let length =
        decoded.transpose()?.or_else(|| content_length.and_then(|length| u64::try_from(length).ok()));
    let md5 = content_md5
        .map(|value| {
            let bytes = STANDARD.decode(value).ok();
            bytes
                .and_then(|b| b.try_into().ok())
                .ok_or(Fault::Invalid("Content-MD5 is not 16 bytes in base64"))
        })
        .transpose()?;
    let mut asked: Vec<Algorithm> = algorithm(named)?.into_iter().collect();
    asked.extend(trailing(headers).filter_map(Algorithm::of_field));
    asked.dedup();
    Ok(Announced { length, md5, checksums, asked })
}

/// The checksums that came after the body; each that was promised must be there.
///
/// # Errors
/// [`Fault::Invalid`] for one that is missing.
pub(super) fn trailers(headers: &HeaderMap, sent: Option<&TrailingHeaders>) -> Result<Checksums, Fault> {
    let sent = sent.and_then(TrailingHeaders::take).unwrap_or_default();
    let mut checksums = Checksums::default();
    for field in trailing(headers) {
        let Some(algorithm) = Algorithm::of_field(field) else { continue };
        let value = text(&sent, &algorithm.field()).ok_or(Fault::Invalid("a promised trailer is missing"))?;
        checksums.set(algorithm, Some(value.to_owned()));
    }
    Ok(checksums)
}

fn trailing(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    text(headers, "x-amz-trailer").into_iter().flat_map(|names| names.split(','))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What must outlive the request's input: its head and the handle to what follows its body.
pub(super) fn after_body<T>(
    request: &mut S3Request<T>,
) -> impl FnOnce() -> Result<Checksums, Fault> + use<T> {
    let headers = std::mem::take(&mut request.headers);
    let sent = request.trailing_headers.take();
    move || trailers(&headers, sent.as_ref())
}
