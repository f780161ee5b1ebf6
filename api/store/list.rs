//! One page of a bucket's keys, in byte order, with keys folded at a delimiter.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::index::Entry;

/// What a page is asked by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a> {
    pub prefix: &'a str,
    /// Keys that hold it after the prefix fold into one common prefix; empty means none.
    pub delimiter: &'a str,
    /// The page begins after this key or common prefix.
    pub after: Option<&'a str>,
    /// Keys and common prefixes together.
    pub limit: usize,
}

/// A page; `next` is what to continue after, if there is more.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub entries: Vec<(String, Entry)>,
    pub prefixes: Vec<String>,
    pub next: Option<String>,
}

/// Walks the keys by seeking, so that a page costs the same wherever it is and however much folds together.
pub(crate) fn page(objects: &BTreeMap<String, Entry>, query: Query<'_>) -> Page {
    let mut page = Page::default();
    if query.limit == 0 {
        return page;
    }
    let mut from = match query.after {
        Some(after) if after >= query.prefix => Bound::Excluded(after.to_owned()),
        _ => Bound::Included(query.prefix.to_owned()),
    };
    let mut last = None;
    while let Some((key, entry)) = objects.range((from, Bound::Unbounded)).next() {
        let Some(rest) = key.strip_prefix(query.prefix) else { break };
        let folded = Some(query.delimiter)
            .filter(|delimiter| !delimiter.is_empty())
            .and_then(|delimiter| rest.split_once(delimiter))
            .map(|(name, _)| format!("{}{name}{}", query.prefix, query.delimiter));
        let seen_before = folded.is_some() && folded.as_deref() == query.after;
        if !seen_before && page.entries.len() + page.prefixes.len() == query.limit {
            page.next = last;
            break;
        }
        if let Some(folded) = folded {
            let Some(beyond) = beyond(&folded) else { break };
            from = Bound::Included(beyond);
            if !seen_before {
                last = Some(folded.clone());
                page.prefixes.push(folded);
            }
        } else {
            from = Bound::Excluded(key.clone());
            last = Some(key.clone());
            page.entries.push((key.clone(), entry.clone()));
        }
    }
    page
}

/// The smallest string that is greater than everything beginning with `prefix`.
fn beyond(prefix: &str) -> Option<String> {
    let mut out = prefix.to_owned();
    while let Some(last) = out.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            out.push(next);
            return Some(out);
        }
    }
    None
}

/// Writes a key as `encoding-type=url` asks for: everything but letters, digits and `-_.~/` percent-encoded.
pub(crate) fn url_encoded(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn bucket(keys: &[&str]) -> BTreeMap<String, Entry> {
        let entry = Entry { size: 0, modified_ms: 0, etag: "e".into() };
        keys.iter().map(|key| ((*key).to_owned(), entry.clone())).collect()
    }

    fn walk(objects: &BTreeMap<String, Entry>, prefix: &str, delimiter: &str, limit: usize) -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = page(objects, Query { prefix, delimiter, after: after.as_deref(), limit });
            let mut names: Vec<String> = page.entries.into_iter().map(|(key, _)| key).collect();
            names.extend(page.prefixes);
            names.sort();
            assert!(names.len() <= limit);
            all.extend(names);
            match page.next {
                Some(next) => after = Some(next),
                None => return all,
            }
        }
    }

    #[test]
    fn pages_join_without_gap_or_repetition_whatever_their_size() {
        let objects = bucket(&["a", "a/1", "a/2", "a/b/3", "b", "c/x", "c/y", "d", "\u{10FFFF}/z", "ảnh/1"]);
        let flat: Vec<String> = objects.keys().cloned().collect();
        let folded = ["a", "a/", "b", "c/", "d", "ảnh/", "\u{10FFFF}/"];

        for limit in 1..12 {
            assert_eq!(walk(&objects, "", "", limit), flat);
            assert_eq!(walk(&objects, "", "/", limit), folded);
            assert_eq!(walk(&objects, "a/", "/", limit), ["a/1", "a/2", "a/b/"]);
        }
    }

    #[test]
    fn a_page_that_ends_exactly_at_the_end_promises_no_more() {
        let objects = bucket(&["a", "b"]);

        assert_eq!(page(&objects, Query { prefix: "", delimiter: "", after: None, limit: 2 }).next, None);
        assert_eq!(
            page(&objects, Query { prefix: "", delimiter: "", after: None, limit: 0 }),
            Page::default()
        );
    }

    #[test]
    fn odd_keys_are_percent_encoded() {
        assert_eq!(url_encoded("ả/a b+%.jpg"), "%E1%BA%A3/a%20b%2B%25.jpg");
    }
}
