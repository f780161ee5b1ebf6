//! Typed headers: versions (`If-Match`, `ETag`) and digests (`Repr-Digest`).

use super::problem::Problem;
use crate::domain::photo::Sha256;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::{Ready, ready};

/// `ETag` of a version: `"v7"`.
#[must_use]
pub fn etag(version: i32) -> (actix_web::http::header::HeaderName, String) {
    (ETAG, format!("\"v{version}\""))
}

/// The version a caller means to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
        ready(match header {
            None => {
                let detail =
                    "Send the ETag you last read in If-Match, so that nobody's change is overwritten unseen.";
                Err(Problem::of_door(StatusCode::PRECONDITION_REQUIRED, "version.missing", detail))
            }
            Some(text) => {
                let version =
                    text.trim().strip_prefix("\"v").and_then(|t| t.strip_suffix('"')).map(str::parse);
                match version {
                    Some(Ok(version)) => Ok(Self(version)),
                    // An ETag that was never ours can't be the current one.
                    _ => Err(Problem::of_door(
                        StatusCode::PRECONDITION_FAILED,
                        "version.stale",
                        "This ETag is not the current one; read again.",
                    )),
                }
            }
        })
    }
}

/// `ETag` of what is named by its digest: `"<64 hex digits>"`, with `draft-` before them while it may still change.
#[must_use]
pub fn digest_etag(sha256: [u8; 32], is_draft: bool) -> String {
    format!("\"{}{}\"", if is_draft { "draft-" } else { "" }, hex::encode(sha256))
}

/// The digest of what a caller means to change, for things whose `ETag` is their digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatchDigest(pub [u8; 32]);

impl FromRequest for IfMatchDigest {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
        let digest = header.and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
        let digest = digest.map(|text| text.strip_prefix("draft-").unwrap_or(text));
        let digest = digest.and_then(|text| hex::decode(text).ok()?.try_into().ok());
        ready(match (header, digest) {
            (_, Some(digest)) => Ok(Self(digest)),
            (None, None) => {
                let detail =
                    "Send the ETag you last read in If-Match, so that nobody's change is overwritten unseen.";
                Err(Problem::of_door(StatusCode::PRECONDITION_REQUIRED, "version.missing", detail))
            }
            (Some(_), None) => Err(Problem::of_door(
                StatusCode::PRECONDITION_FAILED,
                "version.stale",
                "This ETag is not the current one; read again.",
            )),
        })
    }
}

/// Whether the caller holds what this `ETag` names already (`If-None-Match`, RFC 9110 §13.1.2).
#[must_use]
pub fn is_known(request: &HttpRequest, etag: &str) -> bool {
    let header = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    header.is_some_and(|text| {
        text.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}

/// `Repr-Digest: sha-256=:…:` (RFC 9530): the digest of what the body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReprDigest(pub Sha256);

impl FromRequest for ReprDigest {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match joined(request, "repr-digest") {
            None => {
                let detail = "Send Repr-Digest: sha-256=:<base64>: with the digest of the bytes.";
                Err(Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "digest.missing", detail))
            }
            Some(text) => parse_digest(&text).map(Self).ok_or_else(|| {
                let detail = "Repr-Digest must hold sha-256=:<base64 of 32 bytes>:, see RFC 9530.";
                Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "digest.unreadable", detail)
            }),
        })
    }
}

/// A header that may stand on several lines, as one (RFC 9110 §5.3).
#[must_use]
pub fn joined(request: &HttpRequest, name: &str) -> Option<String> {
    let lines: Vec<&str> = request.headers().get_all(name).filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Whether a header is a dictionary of digests at all (RFC 9530 §2).
#[must_use]
pub fn are_digests(header: &str) -> bool {
    let is_one = |member: &str| {
        let (name, value) = member.split_once('=').unwrap_or((member, ""));
        let value = value.strip_prefix(':').and_then(|value| value.strip_suffix(':'));
        !name.is_empty() && value.is_some_and(|value| STANDARD.decode(value).is_ok())
    };
    header.split(',').map(str::trim).all(is_one)
}

/// Reads the sha-256 member of a digest header.
#[must_use]
pub fn parse_digest(header: &str) -> Option<Sha256> {
    digest_member(header, "sha-256")?.try_into().ok().map(Sha256)
}

/// The bytes of one member of a digest header (RFC 9530), by the name of its algorithm; of several the last, as RFC 9651
/// has it.
#[must_use]
pub fn digest_member(header: &str, algorithm: &str) -> Option<Vec<u8>> {
    let of = |member: &str| {
        member.strip_prefix(algorithm)?.strip_prefix("=:")?.strip_suffix(':').map(str::to_owned)
    };
    STANDARD.decode(header.rsplit(',').map(str::trim).find_map(of)?).ok()
}

/// Writes a digest header's value.
#[must_use]
pub fn write_digest(sha256: Sha256) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_come_back_as_written() {
        let digest = Sha256([9; 32]);
        assert_eq!(parse_digest(&write_digest(digest)), Some(digest));
        assert_eq!(parse_digest(&format!("md5=:AA==:, {}", write_digest(digest))), Some(digest));
        assert_eq!(parse_digest("sha-256=:AA==:"), None);
        assert_eq!(parse_digest("sha-256=AA"), None);
    }
}
