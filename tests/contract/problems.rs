//! Every code a caller may meet is worded in both languages, means one thing, and stands in `openapi/problems.md`.

use super::source::{bodies, calls, is_code, literals, texts};
use super::{holds, in_repository};
use fieldproof::http::wording;
use std::collections::{BTreeMap, BTreeSet};

/// What the sources say: problem codes with their statuses, and codes of fields.
#[derive(Default)]
struct Collected {
    problems: BTreeMap<String, BTreeSet<u16>>,
    fields: BTreeSet<String>,
}

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
    let mut found = Collected::default();
    for folder in ["api/domain", "api/flows", "api/http"] {
        for (_, code) in texts(&in_repository(folder)) {
            for call in ["Refusal::new", "Self::new"] {
                for arguments in calls(&code, call) {
                    let kind = arguments.first().filter(|a| a.contains("Kind::"));
                    if let (Some(kind), Some(code)) = (kind, arguments.get(1).and_then(|a| literal(a))) {
                        found.problems.entry(code).or_default().extend(status_of_kind(kind));
                    }
                }
            }
            for arguments in calls(&code, "of_door") {
                if let Some(code) = arguments.get(1).and_then(|a| literal(a)) {
                    found.problems.entry(code).or_default().extend(status_of_name(&arguments[0]));
                }
            }
            for call in ["FieldFault::new", "Refusal::field", "fault"] {
                let named = calls(&code, call).into_iter();
                found.fields.extend(
                    named.filter_map(|a| a.get(1).and_then(|a| literal(a))).filter(|c| c.contains('.')),
                );
            }
            let chosen = code.split("let code =").skip(1).filter_map(|rest| rest.split(';').next());
            for body in bodies(&code, "code").into_iter().chain(chosen) {
                found.fields.extend(literals(body).into_iter().filter(|c| is_code(c) && c.contains('.')));
            }
        }
    }
    found
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_problem_code_is_worded_and_none_is_stale() {
    let found = collect();
    let mut faults = Vec::new();
    let worded: BTreeMap<&str, u16> = wording::PROBLEMS.iter().map(|w| (w.code, w.status)).collect();
    for (code, statuses) in &found.problems {
        match worded.get(code.as_str()) {
            None => faults.push(format!("{code} ({statuses:?}): needs a row in http/wording.rs")),
            // The sources may leave the status to a variable; where they name it, it is one, and ours.
            Some(status) if statuses.iter().any(|s| s != status) => {
                faults
                    .push(format!("{code}: means {status} in http/wording.rs, {statuses:?} in the sources"));
            }
            Some(_) => {}
        }
    }
    faults.extend(
        worded
            .keys()
            .filter(|c| !found.problems.contains_key(**c))
            .map(|c| format!("{c}: worded, but nobody says it")),
    );
    none(faults);
}

#[test]
fn every_field_code_is_worded_and_none_is_stale() {
    let found = collect();
    let worded: BTreeSet<&str> = wording::FIELDS.iter().map(|w| w.code).collect();
    let used: BTreeSet<&str> = found.fields.iter().map(String::as_str).collect();
    // A domain's own codes may be a whole refusal in one place and a field's in another.
    let problems: BTreeSet<&str> = wording::PROBLEMS.iter().map(|w| w.code).collect();
    let missing = used.iter().filter(|c| !worded.contains(**c) && !problems.contains(**c));
    let stale = worded.iter().filter(|c| !used.contains(**c));
    none(
        missing
            .map(|c| format!("{c}: needs a row in http/wording.rs (fields)"))
            .chain(stale.map(|c| format!("{c}: worded, but nobody says it")))
            .collect(),
    );
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
