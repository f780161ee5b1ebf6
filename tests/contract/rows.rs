//! Each thing that an inspectorate's papers ask of the product is proven by a test that names it: the rows stand in
//! `row_list.rs`, a test names those it proves in its doc comment (`/// M10, M11: …`, `/// H07 to H09: …`), and
//! `tests/rows.md` tells which test proves what.

use super::row_list::ROWS;
use super::{holds, in_repository};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// A test and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Proof {
    file: String,
    test: String,
}

fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path.display().to_string());
        }
    }
}

/// Reads a row's name: a letter of the five papers and two digits.
fn row(word: &str) -> Option<(char, u32)> {
    let mut chars = word.chars();
    let letter = chars.next().filter(|letter| "MXHLN".contains(*letter))?;
    let digits = chars.as_str();
    let plain = digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten().map(|number| (letter, number))
}

/// The rows that a doc comment names; `H07 to H09` names three.
fn named(doc: &str) -> BTreeSet<String> {
    // An item's code, such as CON-H01, is one word and names no row.
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words: Vec<&str> = doc.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
    let mut rows = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let Some((letter, number)) = row(word) else { continue };
        let last = match words.get(at + 1..at + 3) {
            Some(["to", until]) => {
                row(until).filter(|(of, _)| *of == letter).map_or(number, |(_, last)| last)
            }
            _ => number,
        };
        rows.extend((number..=last).map(|number| format!("{letter}{number:02}")));
    }
    rows
}

/// The tests of a file with the doc comment of each.
fn tests(text: &str) -> Vec<(String, String)> {
    let (mut doc, mut is_test, mut found) = (String::new(), false, Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            doc.push_str(words);
            doc.push('\n');
        } else if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        } else if !line.is_empty() {
            let name = line.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next());
            if let Some(name) = name.filter(|_| is_test) {
                found.push((name.trim().to_owned(), doc.clone()));
            }
            // An attribute may go over several lines; what closes it is no end of the comment.
            if !matches!(line, ")]" | "]") && !line.starts_with("clippy::") && !line.starts_with("reason =") {
                (doc, is_test) = (String::new(), false);
            }
        }
    }
    found
}

fn proofs() -> BTreeMap<String, BTreeSet<Proof>> {
    let root = in_repository("").display().to_string();
    let mut paths = Vec::new();
    for folder in ["tests", "api/domain"] {
        files(&in_repository(folder), &mut paths);
    }
    let mut found: BTreeMap<String, BTreeSet<Proof>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !path.contains("/contract/row")) {
        let file = path.strip_prefix(&root).unwrap_or(path).trim_start_matches('/').to_owned();
        for (test, doc) in tests(&std::fs::read_to_string(path).expect("a readable file")) {
            for row in named(&doc) {
                found.entry(row).or_default().insert(Proof { file: file.clone(), test: test.clone() });
            }
        }
    }
    found
}

#[test]
fn every_row_is_proven_by_a_test_that_names_it_and_no_other_row_is_named() {
    let proofs = proofs();
    let known: BTreeSet<&str> = ROWS.iter().map(|(row, _)| *row).collect();
    assert_eq!(known.len(), ROWS.len(), "no row stands twice");
    let unknown: Vec<_> = proofs.iter().filter(|(row, _)| !known.contains(row.as_str())).collect();
    assert!(unknown.is_empty(), "rows that there are not: {unknown:?}");

    let mut table = String::from(
        "# What is asked, and which test proves it\n\n\
         Written by `scripts/schema` from `tests/contract/row_list.rs` and the doc comments of the tests.\n\n\
         | row | what the product does | proven by |\n|---|---|---|\n",
    );
    for (row, asked) in ROWS {
        let of = proofs.get(row).into_iter().flatten();
        let told: Vec<String> = of.map(|proof| format!("{}: `{}`", proof.file, proof.test)).collect();
        let _ = writeln!(table, "| {row} | {asked} | {} |", told.join("<br>"));
    }
    holds("tests/rows.md", &table);
    let open: Vec<&str> = ROWS.iter().map(|(row, _)| *row).filter(|row| !proofs.contains_key(*row)).collect();
    assert!(open.is_empty(), "no test names {}", open.join(" "));
}

#[test]
fn rows_are_read_out_of_comments() {
    let rows = |doc: &str| named(doc).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(rows(" M10, M11: shown by CON-H01. N03 (again)"), "M10 M11 N03");
    assert_eq!(rows(" H07 to H09, X01 to M02, L1, M123, R04"), "H07 H08 H09 M02 X01");
    let text = "/// M01: told.\n#[tokio::test(flavor = \"multi_thread\")]\n#[allow(\n    clippy::too_many_lines,\n    \
                reason = \"one story\"\n)]\nasync fn is_told() {\n/// M02: no test.\nfn other() {\n#[test]\nfn bare() {}";
    assert_eq!(
        tests(text),
        [("is_told".to_owned(), " M01: told.\n".to_owned()), ("bare".to_owned(), String::new())]
    );
}
