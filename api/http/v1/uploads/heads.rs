//! What the heads of uploads say, in both protocols: numbers, truths, digests.

use crate::flows::uploads::Checksum;
use crate::http::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// A header's text; of one that is there twice nobody knows which is meant.
pub(super) fn text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let mut lines = request.headers().get_all(name);
    let line = lines.next().filter(|_| lines.next().is_none());
    line.and_then(|value| value.to_str().ok()).map(str::trim)
}

/// A whole number of at most fifteen digits, which is what both protocols count bytes with.
pub(super) fn number(text: &str) -> Option<u64> {
    let is_number = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// An Item of RFC 9651 without its parameters, which nobody has defined.
fn item(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

/// An Integer that counts something; another value is as good as none (draft-ietf-httpbis-resumable-upload).
pub(super) fn integer(request: &HttpRequest, name: &str) -> Option<u64> {
    text(request, name).map(item).and_then(number)
}

/// A Boolean; another value is as good as none.
pub(super) fn boolean(request: &HttpRequest, name: &str) -> Option<bool> {
    match text(request, name).map(item)? {
        "?1" => Some(true),
        "?0" => Some(false),
        _ => None,
    }
}

/// The media type of a body, without parameters, in lower case.
pub(super) fn media_type(request: &HttpRequest) -> String {
    let said = text(request, "content-type").unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// How many bytes come: known, or told by the last chunk.
pub(super) fn length(request: &HttpRequest) -> Option<u64> {
    if request.headers().contains_key("transfer-encoding") {
        return None;
    }
    Some(text(request, "content-length").and_then(number).unwrap_or(0))
}

/// A time as HTTP writes it (RFC 9110 §5.6.7).
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `Upload-Checksum` of tus: the name of an algorithm and the digest of this body in base64.
///
/// # Errors
/// `upload.checksum`.
pub(super) fn checksum(request: &HttpRequest) -> Result<Option<Checksum>, Problem> {
    if !request.headers().contains_key("upload-checksum") {
        return Ok(None);
    }
    let told = text(request, "upload-checksum").and_then(|text| text.split_once(' '));
    let digest = told.and_then(|(name, digest)| Some((name, STANDARD.decode(digest.trim()).ok()?)));
    match digest {
        Some(("sha1", digest)) if digest.len() == 20 => Ok(Some(Checksum::Sha1(digest))),
        Some(("sha256", digest)) if digest.len() == 32 => Ok(Some(Checksum::Sha256(digest))),
        _ => {
            let detail =
                "Upload-Checksum must be sha1 or sha256, a space, and the digest of this body in base64.";
            Err(Problem::of_door(StatusCode::BAD_REQUEST, "upload.checksum", detail))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on should stop")]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        for (text, is) in [
            ("0", Some(0)),
            ("100", Some(100)),
            ("999999999999999", Some(999_999_999_999_999)),
            ("1000000000000000", None),
            ("-1", None),
            ("+1", None),
            ("1.0", None),
            ("", None),
            ("1 2", None),
        ] {
            assert_eq!(number(text), is, "{text}");
        }
        assert_eq!(item("?1; a=b"), "?1");
    }

    #[test]
    fn a_time_is_written_as_http_does() {
        let at: Timestamp = "2014-06-25T16:00:00Z".parse().unwrap();
        assert_eq!(date(at), "Wed, 25 Jun 2014 16:00:00 GMT");
    }
}
