//! The contract: the document, the codes, the schema and the settings equal what the code does.
//!
//! With `UPDATE=1` a generated file that has drifted is written anew instead (`scripts/schema` does that).

mod migrations;
mod openapi;
mod problems;
mod readme;
mod row_list;
mod rows;
mod source;
mod store;
mod xlsform;

use std::path::PathBuf;

/// A path in the repository.
fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether generated files are written anew instead of compared.
fn updating() -> bool {
    std::env::var("UPDATE").is_ok_and(|v| v == "1")
}

/// Fails when a generated file differs from what the code says; writes it with `UPDATE=1`.
fn holds(path: &str, wanted: &str) {
    let file = in_repository(path);
    if updating() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(&file, wanted).expect("the file can be written");
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if kept == wanted {
        return;
    }
    let first = kept.lines().zip(wanted.lines()).position(|(k, w)| k != w);
    let line = first.unwrap_or_else(|| kept.lines().count().min(wanted.lines().count()));
    panic!(
        "{path} has drifted at line {}; scripts/schema writes it anew.\n  kept:   {:?}\n  wanted: {:?}",
        line + 1,
        kept.lines().nth(line),
        wanted.lines().nth(line)
    );
}
