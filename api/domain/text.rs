//! Bounded text: NFC, no control characters, never longer than said; and the folded form used for search.

mod encoding;

pub use encoding::{OldEncoding, old_encoding};

use unicode_normalization::UnicodeNormalization;

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// Longer than allowed; lengths are Unicode scalar values after NFC.
    #[error("is {length} characters long, at most {limit} are allowed")]
    TooLong {
        /// Length as sent.
        length: usize,
        /// Most that is taken.
        limit: usize,
    },
    /// A control, private-use or unassigned-by-policy character; bidirectional overrides are refused too.
    #[error("holds the character U+{0:04X}, which is not allowed in a text")]
    Forbidden(u32),
    /// Vietnamese in an encoding from before Unicode.
    #[error("is written in the old encoding {}; convert it to Unicode and send it again", .0.name())]
    Encoded(OldEncoding),
}

fn forbidden(c: char) -> bool {
    let code = u32::from(c);
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(code, 0x202A..=0x202E | 0x2066..=0x2069 | 0xE000..=0xF8FF | 0xFFF9..=0xFFFB | 0xF0000..=0x0010_FFFF)
        || matches!(code, 0x2028 | 0x2029 | 0xFEFF)
}

/// Reads a text that may be empty: NFC, trimmed, at most `limit` characters.
///
/// # Errors
/// [`BadText::TooLong`], [`BadText::Forbidden`] or [`BadText::Encoded`].
pub fn optional(raw: &str, limit: usize) -> Result<String, BadText> {
    // Counted before normalising, so that a hostile megabyte costs nothing more than its count.
    let length = raw.chars().take(limit.saturating_mul(4).saturating_add(1)).count();
    if length > limit.saturating_mul(4) {
        return Err(BadText::TooLong { length: raw.chars().count(), limit });
    }
    let text: String = raw.nfc().collect::<String>().trim().to_owned();
    if let Some(c) = text.chars().find(|c| forbidden(*c)) {
        return Err(BadText::Forbidden(u32::from(c)));
    }
    let length = text.chars().count();
    if length > limit {
        return Err(BadText::TooLong { length, limit });
    }
    old_encoding(&text).map_or(Ok(text), |of| Err(BadText::Encoded(of)))
}

/// Reads a text that must say something: as [`optional`], and not empty.
///
/// # Errors
/// [`BadText`], the first that applies.
pub fn required(raw: &str, limit: usize) -> Result<String, BadText> {
    let text = optional(raw, limit)?;
    if text.is_empty() { Err(BadText::Empty) } else { Ok(text) }
}

/// Signs that people and phones write where a name has an apostrophe: `Ea H'leo`, `Ea H’leo`.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '´' | '`')
}

/// Signs that people and phones write where a name has a dash: `Phan Rang-Tháp Chàm`, `Phan Rang – Tháp Chàm`.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '‐' | '‑')
}

/// Apostrophes and dashes as a keyboard has them, whichever were typed.
#[must_use]
pub fn plain_marks(text: &str) -> String {
    let plain = |c: char| match c {
        c if is_apostrophe(c) => '\'',
        c if is_dash(c) => '-',
        c => c,
    };
    text.chars().map(plain).collect()
}

/// The search key of a name: lower case, accents gone, `đ` as `d`, so that `ĐỒNG MAI`, `dong mai` and the
/// decomposed form are one. Tone placement (hòa, hoà) disappears with the tones, apostrophes with the accents; a dash
/// is a blank.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut gap = false;
    let is_left_out = |c: char| unicode_normalization::char::is_combining_mark(c) || is_apostrophe(c);
    for c in text.nfd().filter(|c| !is_left_out(*c)) {
        if c.is_whitespace() || is_dash(c) {
            gap = !key.is_empty();
            continue;
        }
        if gap {
            key.push(' ');
            gap = false;
        }
        match c {
            // đ does not decompose; Unicode has no rule that takes its stroke away.
            'đ' | 'Đ' => key.push('d'),
            _ => key.extend(c.to_lowercase()),
        }
    }
    key
}

/// The ways in which words may be written whose tone stands on either of two vowels: `hòa` and `hoà`, `Thủy` and `Thuỷ`. In
/// small letters, the words as they stand first; at most eight, which three such words have.
#[must_use]
pub fn placements(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for (n, word) in text.to_lowercase().nfc().collect::<String>().split(' ').enumerate() {
        let other = moved_tone(word).filter(|_| all.len() <= 4);
        let ways: Vec<&str> = std::iter::once(word).chain(other.as_deref()).collect();
        let gap = if n == 0 { "" } else { " " };
        all =
            ways.iter().flat_map(|way| all.iter().map(move |so_far| format!("{so_far}{gap}{way}"))).collect();
    }
    all
}

/// The same word with its tone on the other of its last two vowels, where both are places for it.
fn moved_tone(word: &str) -> Option<String> {
    let split = |c: char| {
        let (tones, letter): (Vec<char>, Vec<char>) = c
            .nfd()
            .partition(|mark| matches!(mark, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'));
        (letter, tones)
    };
    let letters: Vec<char> = word.chars().collect();
    let (rest, last) = letters.split_at_checked(letters.len().checked_sub(2)?)?;
    let [(first, tone_of_first), (second, tone_of_second)] = [split(*last.first()?), split(*last.get(1)?)];
    let is_open = matches!((first.as_slice(), second.as_slice()), (['o'], ['a' | 'e']) | (['u'], ['y']));
    // In quý the u belongs to the consonant.
    let moves = tone_of_first.len() + tone_of_second.len() == 1 && rest.last() != Some(&'q');
    let moved = [first, tone_of_second, second, tone_of_first].concat();
    (is_open && moves).then(|| rest.iter().copied().chain(moved).nfc().collect())
}

/// What names of one body have in common, however they were typed: in small letters, one blank between words, each tone on
/// one of the vowels it may stand on. Accents count.
#[must_use]
pub fn alike(text: &str) -> String {
    let small = text.nfc().collect::<String>().to_lowercase();
    let one = |word: &str| match moved_tone(word) {
        Some(other) if other.as_str() < word => other,
        _ => word.to_owned(),
    };
    small.split_whitespace().map(one).collect::<Vec<_>>().join(" ")
}

/// Words as a pattern of SQL's `LIKE` that means just them: `%`, `_` and `\\` lose their meaning.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_vietnamese_names_to_one_key() {
        let decomposed: String = "Đồng Mai".nfd().collect();
        for form in ["Đồng Mai", "đồng mai", "ĐỒNG MAI", "dong  mai", decomposed.as_str()] {
            assert_eq!(fold(form), "dong mai", "{form}");
        }
        assert_eq!(fold("Chiêm Hóa"), fold("Chiêm Hoá"));
        assert_eq!(fold("Phượng Dực"), "phuong duc");
        for form in ["Ea H'leo", "Ea H’leo", "ea hʼleo", "ea hleo"] {
            assert_eq!(fold(form), "ea hleo", "{form}");
        }
        for form in ["Phan Rang-Tháp Chàm", "Phan Rang – Tháp Chàm", "phan rang thap cham"] {
            assert_eq!(fold(form), "phan rang thap cham", "{form}");
        }
    }

    #[test]
    fn a_body_is_one_however_it_is_typed() {
        let typed = ["UBND tỉnh Hòa Bình", "UBND tỉnh Hoà Bình", " ubnd  tỉnh   HOÀ BÌNH"];
        assert!(typed.iter().all(|name| alike(name) == alike(typed[0])), "{}", alike(typed[0]));
        assert_ne!(alike("UBND xã Tân Hòa"), alike("UBND xã Tân Hóa"), "two communes");
        let decomposed: String = "UBND tỉnh Hòa Bình".nfd().collect();
        assert_eq!(alike(&decomposed), alike(typed[1]));
    }

    #[test]
    fn refuses_overrides_and_control_characters_but_keeps_lines() {
        assert_eq!(required("a\u{202E}b", 10), Err(BadText::Forbidden(0x202E)));
        assert_eq!(required("a\0b", 10), Err(BadText::Forbidden(0)));
        assert_eq!(required("a\nb", 10), Ok("a\nb".to_owned()));
        assert_eq!(required(" \u{a0} ", 10), Err(BadText::Empty));
    }

    #[test]
    fn a_tone_stands_on_either_of_two_vowels() {
        assert_eq!(placements("Chiêm Hóa"), ["chiêm hóa", "chiêm hoá"]);
        assert_eq!(placements("THUỶ"), ["thuỷ", "thủy"]);
        assert_eq!(placements("khoẻ"), ["khoẻ", "khỏe"]);
        assert_eq!(placements("quý hoa"), ["quý hoa"]);
        assert_eq!(placements("hòa hòa hòa hòa").len(), 8);
    }

    #[test]
    fn a_pattern_means_just_its_words() {
        assert_eq!(literal(r"100 %_\ xã"), r"100 \%\_\\ xã");
    }

    proptest! {
        #[test]
        fn what_is_taken_is_nfc_and_short_enough(raw in any::<String>()) {
            if let Ok(text) = optional(&raw, 20) {
                prop_assert!(text.chars().count() <= 20);
                prop_assert_eq!(text.nfc().collect::<String>(), text);
            }
        }

        #[test]
        fn folding_twice_changes_nothing(raw in "[a-zA-ZÀ-ỹđĐ ]{0,30}") {
            let once = fold(&raw);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
