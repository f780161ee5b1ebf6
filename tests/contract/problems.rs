//! Every code a caller may meet is worded in both languages, means one thing, and stands in `openapi/problems.md`.

use super::source::{calls, is_code, is_word, literals, texts};
use super::{holds, in_repository};
use fieldproof::http::wording;
use std::collections::{BTreeMap, BTreeSet};

/// What the sources say: codes, with their statuses where a status stands beside the code.
type Collected = BTreeMap<String, BTreeSet<u16>>;

fn literal(argument: &str) -> Option<String> {
    let text = argument.strip_prefix('"')?.strip_suffix('"')?;
    is_code(text).then(|| text.to_owned())
}

fn status_of_kind(kind: &str) -> Option<u16> {
    Some(match kind.rsplit("::").next()? {
        "Unauthenticated" => 401,
        "Forbidden" => 403,
        "NotFound" => 404,
        "Conflict" => 409,
        "Stale" => 412,
        "PreconditionMissing" => 428,
        "TooLarge" => 413,
        "UnsupportedType" => 415,
        "Invalid" => 422,
        "TooMany" => 429,
        _ => return None,
    })
}

fn status_of_name(name: &str) -> Option<u16> {
    Some(match name.rsplit("::").next()? {
        "BAD_REQUEST" => 400,
        "UNAUTHORIZED" => 401,
        "FORBIDDEN" => 403,
        "NOT_FOUND" => 404,
        "METHOD_NOT_ALLOWED" => 405,
        "REQUEST_TIMEOUT" => 408,
        "CONFLICT" => 409,
        "LENGTH_REQUIRED" => 411,
        "PRECONDITION_FAILED" => 412,
        "PAYLOAD_TOO_LARGE" => 413,
        "UNSUPPORTED_MEDIA_TYPE" => 415,
        "RANGE_NOT_SATISFIABLE" => 416,
        "UNPROCESSABLE_ENTITY" => 422,
        "PRECONDITION_REQUIRED" => 428,
        "TOO_MANY_REQUESTS" => 429,
        "INTERNAL_SERVER_ERROR" => 500,
        "SERVICE_UNAVAILABLE" => 503,
        "INSUFFICIENT_STORAGE" => 507,
        _ => return None,
    })
}

fn collect() -> Collected {
    let mut found = Collected::new();
    for folder in ["api/domain", "api/flows", "api/http"] {
        for (path, code) in texts(&in_repository(folder)) {
            if path.ends_with("http/wording.rs") {
                continue;
            }
            let at = |n: usize, arguments: &[String]| arguments.get(n).and_then(|a| literal(a));
            for arguments in ["Refusal::new", "Self::new"].iter().flat_map(|call| calls(&code, call)) {
                // `Kind` goes by another name where a noun has kinds of its own.
                let is_kind = arguments[0].contains("Kind::") || arguments[0].contains("Family::");
                if let Some(code) = at(1, &arguments).filter(|_| is_kind) {
                    found.entry(code).or_default().extend(status_of_kind(&arguments[0]));
                }
            }
            for arguments in ["of_door", "refuse"].iter().flat_map(|call| calls(&code, call)) {
                if let Some(code) = at(1, &arguments) {
                    found.entry(code).or_default().extend(status_of_name(&arguments[0]));
                }
            }
            let of_fields =
                ["FieldFault::new", "Refusal::field", "fault"].iter().flat_map(|call| calls(&code, call));
            let named = of_fields.filter_map(|a| at(1, &a));
            let ruled =
                ["rule", "refused"].iter().flat_map(|call| calls(&code, call)).filter_map(|a| at(0, &a));
            let chosen = code.split("let code =").skip(1).filter_map(|rest| rest.split(';').next());
            let chosen = chosen.flat_map(literals).filter(|c| is_code(c));
            // The ground records no deeds: what looks like a code there is one.
            let ground = if folder == "api/domain" { literals(&code) } else { Vec::new() };
            let ground = ground.into_iter().filter(|c| c.split('.').all(is_word));
            for code in named.chain(ruled).chain(chosen).chain(ground).filter(|c| c.contains('.')) {
                found.entry(code).or_default();
            }
        }
    }
    found
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_code_is_worded_and_none_is_stale() {
    let found = collect();
    let mut faults = Vec::new();
    for (code, statuses) in &found {
        match wording::find(code) {
            None => faults.push(format!("{code} ({statuses:?}): needs a row in http/wording.rs")),
            Some(word) if statuses.iter().any(|s| *s != word.status) => {
                faults
                    .push(format!("{code}: {} in http/wording.rs, {statuses:?} in the sources", word.status));
            }
            Some(_) => {}
        }
    }
    let worded = wording::PROBLEMS.iter().chain(wording::FIELDS);
    let stale = worded.filter(|word| !found.contains_key(word.code));
    faults.extend(stale.map(|word| format!("{}: worded, but nobody says it", word.code)));
    none(faults);
}

#[test]
fn each_code_means_one_thing() {
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for word in wording::PROBLEMS.iter().chain(wording::FIELDS) {
        if seen.insert(word.code, word.en).is_some() {
            faults.push(format!("{}: worded twice", word.code));
        }
        for (language, text) in [("vi", word.vi), ("en", word.en)] {
            if text.is_empty() || !text.ends_with('.') {
                faults.push(format!("{} ({language}): a sentence with a full stop, please", word.code));
            }
        }
    }
    for table in [wording::PROBLEMS, wording::FIELDS] {
        if let Some(pair) = table.windows(2).find(|pair| pair[0].code >= pair[1].code) {
            faults.push(format!("{}: out of order, the tables are sorted", pair[1].code));
        }
    }
    none(faults);
}

#[test]
fn the_list_of_codes_is_committed() {
    holds("openapi/problems.md", &wording::markdown());
}
