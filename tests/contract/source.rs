//! Reads calls out of Rust source, as far as the collection of problem codes needs.

use std::path::Path;

/// Every Rust file under a folder, without what follows its unit tests.
pub(super) fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            found.push((path.display().to_string(), code));
        }
    }
    found.sort();
    found
}

/// The top-level arguments of the call whose parenthesis has just been opened.
fn arguments(rest: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let mut depth = 0_i32;
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        let last = arguments.last_mut().expect("never empty");
        match c {
            '"' => {
                last.push(c);
                while let Some(c) = chars.next() {
                    last.push(c);
                    match c {
                        '\\' => last.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '(' | '[' | '{' => {
                depth += 1;
                last.push(c);
            }
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => {
                depth -= 1;
                last.push(c);
            }
            ',' if depth == 0 => arguments.push(String::new()),
            c => last.push(c),
        }
    }
    arguments.iter().map(|a| a.trim().to_owned()).collect()
}

/// The arguments of each call of `name(`.
pub(super) fn calls(code: &str, name: &str) -> Vec<Vec<String>> {
    let start = format!("{name}(");
    code.match_indices(&start)
        .filter(|(at, _)| {
            let before = code[..*at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && !code[..*at].ends_with("fn ")
        })
        .map(|(at, _)| arguments(&code[at + start.len()..]))
        .collect()
}

/// String literals that stand whole on a line, comments apart.
pub(super) fn literals(code: &str) -> Vec<String> {
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).map(ToOwned::to_owned).collect()
}

/// Whether a text has the form of a code: `noun.rule` or one word, in kebab-case.
pub(super) fn is_code(text: &str) -> bool {
    text.split('.').all(is_word)
}

/// Whether a text is one part of a code.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
