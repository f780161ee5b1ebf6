//! The contract as YAML that readers of 1.1 understand as those of 1.2 do.
//!
//! The emitter writes YAML 1.2, where `on`, `no`, `2026-03-20` and `11:30:00` are texts. PyYAML and others read 1.1, where
//! they are truths, days and numbers to the base of 60, so a field called `on` would have no name for them. Here they are
//! put into quotes. `scripts/check/openapi` reads the outcome with PyYAML and compares it with the JSON.

/// What YAML 1.1 takes for a truth, in any case of letters.
const TRUTHS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];

/// Puts texts into quotes that YAML 1.1 would take for something else.
#[must_use]
pub fn quoted(yaml: &str) -> String {
    let mut written = String::with_capacity(yaml.len() + yaml.len() / 50);
    // Lines of a text block are deeper than what it belongs to, and are left as they are.
    let mut block_below: Option<usize> = None;
    for line in yaml.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if block_below.is_some_and(|below| line.trim().is_empty() || indent > below) {
            written.push_str(line);
        } else {
            let mut marks = indent;
            while line.get(marks..).is_some_and(|rest| rest.starts_with("- ")) {
                marks += 2;
            }
            let (before, rest) = line.split_at(marks);
            written.push_str(before);
            let (key, value) = parts(rest);
            if let Some(key) = key {
                written.push_str(&as_text(key));
                written.push(':');
                written.push_str(if value.is_empty() { "" } else { " " });
            }
            written.push_str(&as_text(value));
            let is_block = value.starts_with(['|', '>']);
            block_below = is_block.then(|| if key.is_some() { marks } else { indent });
        }
        written.push('\n');
    }
    written
}

/// Key and value of a line; a list's entry has no key, a key may have no value on its line.
fn parts(rest: &str) -> (Option<&str>, &str) {
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
    let searched_from = quote.and_then(|quote| rest.get(1..)?.find(quote).map(|at| at + 2)).unwrap_or(0);
    let (head, tail) = rest.split_at(searched_from);
    if let Some(at) = tail.find(": ") {
        let (key, value) = rest.split_at(head.len() + at);
        return (Some(key), value.get(2..).unwrap_or_default());
    }
    match rest.strip_suffix(':') {
        Some(key) if quote.is_none() || key.len() >= searched_from => (Some(key), ""),
        _ => (None, rest),
    }
}

/// The scalar, in quotes where 1.1 would not take it for a text and 1.2 does.
fn as_text(scalar: &str) -> String {
    let is_truth = TRUTHS.iter().any(|truth| truth.eq_ignore_ascii_case(scalar));
    let begins_as_number =
        scalar.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'));
    if is_truth || begins_as_number && scalar.parse::<f64>().is_err() {
        return format!("'{}'", scalar.replace('\'', "''"));
    }
    scalar.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_old_readers_misread_is_put_into_quotes_and_nothing_else() {
        let given = "a:\n  on: 2026-03-20\n  text: |-\n    on: yes\n\n    no\n  list:\n  - yes\n  - 12\n  - key: 11:30:00\n    \
                     'q: r': no\n  - |-\n    off\n  - off\n  is: true\n  minus: -1.5\n  word: yesterday\n";
        let quoted_text = "a:\n  'on': '2026-03-20'\n  text: |-\n    on: yes\n\n    no\n  list:\n  - 'yes'\n  - 12\n  \
                           - key: '11:30:00'\n    'q: r': 'no'\n  - |-\n    off\n  - 'off'\n  is: true\n  minus: -1.5\n  \
                           word: yesterday\n";
        assert_eq!(quoted(given), quoted_text);
    }
}
