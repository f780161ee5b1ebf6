//! Canonical texts of papers that are frozen: UTF-8 in NFC, lines ended by `\n`, in an order that follows from the
//! contents alone, so that anybody who has the text can compute its hash again.

pub mod json;

use crate::visit::Ratio;
use sha2::{Digest, Sha256};

/// Folds every run of spaces and line ends, so that a value never breaks out of its line.
#[must_use]
pub fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// SHA-256 (hex) over the UTF-8 bytes of a document.
#[must_use]
pub fn sha256(document: &str) -> String {
    hex::encode(Sha256::digest(document))
}

/// A share as papers here print it: two decimals behind a comma, half up; a dash for a share of nothing.
#[must_use]
pub fn percent(share: Ratio) -> String {
    share.basis_points().map_or("–".to_owned(), |p| format!("{},{:02}%", p / 100, p % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_a_decimal_comma() {
        let share = |numerator, denominator| percent(Ratio { numerator, denominator });
        assert_eq!(share(13, 17), "76,47%");
        assert_eq!(share(17, 17), "100,00%");
        assert_eq!(share(0, 0), "–");
    }
}
