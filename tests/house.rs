//! The floor plan, held: who may import whom, how long a file may be, what it says first, what it is called.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Longest file, in lines; `schema.rs` is generated and apart.
const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["utils", "util", "common", "helpers", "manager", "service", "misc"];

const WORKSHOPS: [&str; 6] = ["records", "media", "decoding", "identity", "notary", "spreadsheet"];

/// Crates that only one room may name: (crate, room).
const ONLY: [(&str, &[&str]); 16] = [
    ("diesel", &["records"]),
    ("diesel_async", &["records"]),
    ("diesel_migrations", &["records"]),
    ("jiff_diesel", &["records"]),
    ("aws_sdk_s3", &["media"]),
    ("fieldproof_imaging", &["decoding"]),
    ("actix_web", &["http"]),
    ("utoipa", &["http"]),
    ("utoipa_actix_web", &["http"]),
    ("calamine", &["spreadsheet"]),
    ("rust_xlsxwriter", &["spreadsheet"]),
    ("jsonwebtoken", &["identity"]),
    ("argon2", &["identity"]),
    ("ed25519_dalek", &["identity", "notary"]),
    ("p256", &["notary"]),
    ("qrcode", &["http"]),
];

/// The room a file of `api/` belongs to.
fn room(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    match first {
        // The command line's own commands and the demo are doors like `main`.
        "admin" | "library" | "demo" => "main",
        other => other,
    }
}

/// What a room may name of ours.
fn may_import(room: &str) -> BTreeSet<&'static str> {
    let mut rooms = BTreeSet::from(["domain"]);
    match room {
        "domain" => rooms.clear(),
        "config" | "telemetry" => {}
        "app" => rooms.extend(WORKSHOPS.into_iter().chain(["config"])),
        "flows" => rooms.extend(WORKSHOPS.into_iter().chain(["app", "config", "failpoint"])),
        "http" | "worker" => rooms.extend(["app", "config", "flows"]),
        "main" => rooms.extend([
            "app",
            "config",
            "flows",
            "http",
            "telemetry",
            "worker",
            "admin",
            "library",
            "demo",
        ]),
        "lib" => rooms.extend(WORKSHOPS),
        workshop if WORKSHOPS.contains(&workshop) => rooms.extend(["config"]),
        _ => rooms.clear(),
    }
    rooms
}

fn sources(under: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(under).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The text without comments, which may name whatever they explain.
fn code_of(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// What follows each `root::`: single names and the names inside braces.
fn named_after(code: &str, root: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let start = format!("{root}::");
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + start.len()..];
        if let Some(inside) = rest.strip_prefix('{') {
            let mut depth = 0_i32;
            let mut first = true;
            let mut name = String::new();
            for c in inside.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => first = true,
                    c if first && depth == 0 && (c.is_alphanumeric() || c == '_') => {
                        name.push(c);
                        continue;
                    }
                    c if c.is_whitespace() => continue,
                    _ => {}
                }
                if !name.is_empty() {
                    names.insert(std::mem::take(&mut name));
                    first = c == ',';
                }
            }
            if !name.is_empty() {
                names.insert(name);
            }
        } else {
            names.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names
}

fn names_crate(code: &str, name: &str) -> bool {
    !named_after(code, name).is_empty() || code.lines().any(|l| l.trim() == format!("use {name};"))
}

/// What a file of `api/` does against the plan.
fn faults(path: &str, text: &str) -> Vec<String> {
    let code = code_of(text);
    let room = room(path);
    let allowed = may_import(room);
    let mut faults = Vec::new();
    for root in ["crate", "fieldproof"] {
        for name in named_after(&code, root) {
            let ours = [
                "domain",
                "config",
                "telemetry",
                "app",
                "flows",
                "http",
                "worker",
                "admin",
                "library",
                "demo",
            ];
            let is_room = ours.contains(&name.as_str()) || WORKSHOPS.contains(&name.as_str());
            if is_room && name != room && !allowed.contains(name.as_str()) {
                faults.push(format!("{path}: {room} may not import {name}"));
            }
        }
    }
    for (name, rooms) in ONLY {
        if names_crate(&code, name) && !rooms.contains(&room) {
            faults.push(format!("{path}: only {} may name {name}", rooms.join(" and ")));
        }
    }
    faults
}

fn api() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("api")
}

/// Files of the product itself: the crates beside it have manifests that say what they may use.
fn product() -> Vec<(String, String)> {
    let root = api();
    let beside = ["domain", "imaging", "store"].map(|name| root.join(name));
    let own = sources(&root).into_iter().filter(|path| !beside.iter().any(|folder| path.starts_with(folder)));
    own.map(|path| {
        let name = path.strip_prefix(&root).expect("inside api").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).expect("a readable file"))
    })
    .collect()
}

/// Every Rust file of the repository.
fn everything() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["api", "tests"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .map(|path| {
            let name = path.strip_prefix(root).expect("inside the repository").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a readable file"))
        })
        .collect()
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_room_imports_only_what_the_plan_allows() {
    none(product().iter().flat_map(|(path, text)| faults(path, text)).collect());
}

#[test]
fn the_ground_knows_nothing_of_the_world() {
    let root = api().join("domain");
    let foreign = ["tokio", "diesel", "actix_web", "std::net", "std::fs", "std::env", "rand", "getrandom"];
    let mut found = Vec::new();
    for path in sources(&root) {
        let code = code_of(&std::fs::read_to_string(&path).expect("a readable file"));
        for name in foreign {
            if names_crate(&code, name) {
                found.push(format!("{}: names {name}", path.display()));
            }
        }
        if code.contains("Timestamp::now") || code.contains("async fn") {
            found.push(format!("{}: reads a clock or waits", path.display()));
        }
    }
    none(found);
}

#[test]
fn the_plan_bites() {
    let bad = [
        ("http/v1/photos.rs", "use crate::records::photos;"),
        ("http/v1/photos.rs", "use crate::{app::App, records::{self}};"),
        ("worker/duty.rs", "fn f() { crate::media::get(); }"),
        ("records/photos.rs", "use crate::flows;"),
        ("media/mod.rs", "use crate::records::Db;"),
        ("flows/photos.rs", "use diesel::prelude::*;"),
        ("flows/photos.rs", "use crate::http::problem::Problem;"),
        ("http/v1/photos.rs", "use aws_sdk_s3::Client;"),
        ("flows/photos.rs", "use fieldproof_imaging::examine;"),
        ("main.rs", "use fieldproof::{flows, records};"),
        ("admin.rs", "use fieldproof::records::accounts;"),
    ];
    for (path, text) in bad {
        assert_eq!(faults(path, text).len(), 1, "{path}: {text}");
    }
    let good = [
        ("flows/photos.rs", "use crate::records::{self, photos};\n// diesel::x explains itself"),
        ("decoding.rs", "use fieldproof_imaging::examine;"),
        ("demo/phone.rs", "use fieldproof::{app::App, flows};"),
        ("records/photos.rs", "use diesel::prelude::*; use crate::records::Db;"),
    ];
    for (path, text) in good {
        assert_eq!(faults(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn no_file_is_longer_than_a_reader_s_patience() {
    let long = everything().into_iter().filter(|(path, _)| !path.ends_with("records/schema.rs"));
    none(
        long.filter(|(_, text)| text.lines().count() > MOST_LINES)
            .map(|(path, text)| format!("{path}: {} lines, at most {MOST_LINES}", text.lines().count()))
            .collect(),
    );
}

#[test]
fn every_file_says_first_what_it_is_for() {
    none(
        everything()
            .into_iter()
            .filter(|(_, text)| !text.starts_with("//! "))
            .map(|(path, _)| format!("{path}: begins without //!"))
            .collect(),
    );
}

#[test]
fn files_are_named_for_what_they_hold() {
    none(
        everything()
            .into_iter()
            .filter(|(path, _)| {
                let parts = path.split('/').map(|part| part.trim_end_matches(".rs"));
                parts.into_iter().any(|part| EMPTY_NAMES.contains(&part))
            })
            .map(|(path, _)| format!("{path}: a name that says nothing"))
            .collect(),
    );
}
