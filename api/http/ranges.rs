//! Conditional and partial reads: `If-None-Match`, `Range`, `If-Range` (RFC 9110 §13 and §14).

use crate::flows::photos::Span;
use actix_web::http::header::{HeaderMap, IF_NONE_MATCH, IF_RANGE, RANGE};

/// How much of an object is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    All,
    /// This part.
    Part(Span),
    /// A part that is not there: 416.
    Nothing,
}

/// Whether the caller holds this version already. The comparison is weak, as `If-None-Match` asks for.
#[must_use]
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers.get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok()).any(|list| {
        list.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}

/// Reads a single range; whatever is no single range of bytes is ignored, as RFC 9110 §14.2 allows.
#[must_use]
pub fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let Some(range) = text(RANGE).and_then(|range| range.strip_prefix("bytes=")) else { return Wanted::All };
    // A range of another version would tear the file; the comparison is strong.
    if text(IF_RANGE).is_some_and(|held| held != etag) {
        return Wanted::All;
    }
    let Some((first, last)) = range.split_once('-') else { return Wanted::All };
    let (first, last) = (first.trim(), last.trim());
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let end = size.saturating_sub(1);
    let span = match (first.is_empty(), last.is_empty()) {
        (true, true) => return Wanted::All,
        (true, false) => match number(last) {
            None => return Wanted::All,
            Some(0) => return Wanted::Nothing,
            Some(count) => Span { first: size.saturating_sub(count), last: end },
        },
        (false, true) => match number(first) {
            None => return Wanted::All,
            Some(first) => Span { first, last: end },
        },
        (false, false) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Span { first, last: last.min(end) },
            _ => return Wanted::All,
        },
    };
    if size == 0 || span.first >= size { Wanted::Nothing } else { Wanted::Part(span) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn with(range: &'static str, if_range: Option<&'static str>) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static(range));
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, HeaderValue::from_static(tag));
        }
        wanted(&headers, "\"a\"", 10)
    }

    #[test]
    fn single_ranges_are_read_and_the_rest_is_ignored() {
        assert_eq!(with("bytes=0-3", None), Wanted::Part(Span { first: 0, last: 3 }));
        assert_eq!(with("bytes=8-99", None), Wanted::Part(Span { first: 8, last: 9 }));
        assert_eq!(with("bytes=-4", None), Wanted::Part(Span { first: 6, last: 9 }));
        assert_eq!(with("bytes=-40", None), Wanted::Part(Span { first: 0, last: 9 }));
        assert_eq!(with("bytes=5-", None), Wanted::Part(Span { first: 5, last: 9 }));
        for nothing in ["bytes=10-", "bytes=11-12", "bytes=-0"] {
            assert_eq!(with(nothing, None), Wanted::Nothing, "{nothing}");
        }
        for all in
            ["bytes=0-1,3-4", "lines=1-2", "bytes=4-2", "bytes=x-2", "bytes=-", "bytes=99999999999999999999-"]
        {
            assert_eq!(with(all, None), Wanted::All, "{all}");
        }
        assert_eq!(with("bytes=0-3", Some("\"a\"")), Wanted::Part(Span { first: 0, last: 3 }));
        assert_eq!(with("bytes=0-3", Some("\"b\"")), Wanted::All);
    }

    #[test]
    fn a_held_version_is_known_by_any_of_its_names() {
        let known = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_static(value));
            is_known(&headers, "\"a\"")
        };
        assert!(known("\"x\", \"a\"") && known("W/\"a\"") && known("*"));
        assert!(!known("\"b\"") && !known("a"));
    }
}
