//! What a password must be (NIST SP 800-63B-4 §3.1.1): long, and not one of those that are guessed first. No rule about
//! kinds of characters, no rule about changing it.

use super::Login;
use crate::text;
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Shortest password, in characters: what NIST SP 800-63B-4 asks of one that stands alone, without a second factor.
pub const PASSWORD_MIN: usize = 15;
/// Longest password that is taken, in characters (NIST asks for 64 at least); nothing is ever cut.
pub const PASSWORD_MAX: usize = 256;
/// Shortest word that counts when a password is looked at for blocked ones.
const SHORTEST_WORD: usize = 3;

/// Words and phrases that are tried first by everybody who guesses, one a line; what follows a # is a remark.
const BLOCKED: &str = include_str!("blocked_passwords.txt");

/// The letters of each blocked word, folded.
static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = BLOCKED.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.map(letters_of).filter(|word| word.len() >= SHORTEST_WORD).collect()
});

/// A password in the form that is hashed: NFC. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// Why a new password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too short.
    #[error("must have at least {PASSWORD_MIN} characters")]
    Short,
    /// Too long.
    #[error("may have at most {PASSWORD_MAX} characters")]
    Long,
    /// Known to everybody who guesses, or made of the login or the product's name.
    #[error("is one that is guessed first; take words that only you put together")]
    Guessable,
    /// A character that can't be typed.
    #[error("holds a control character")]
    Control,
}

impl BadPassword {
    /// Stable code for problem documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "password.too-short",
            Self::Long => "password.too-long",
            Self::Guessable => "password.guessable",
            Self::Control => "password.control-character",
        }
    }
}

impl Password {
    /// A password as typed at sign-in: normalised, not judged.
    #[must_use]
    pub fn typed(raw: &str) -> Self {
        // What is longer can't be anybody's, and need not be normalised to be refused.
        let most = (PASSWORD_MAX + 1) * 4;
        Self(raw.chars().take(most).nfc().collect())
    }

    /// A new password.
    ///
    /// # Errors
    /// [`BadPassword`].
    pub fn choose(raw: &str, login: &Login) -> Result<Self, BadPassword> {
        let Self(password) = Self::typed(raw);
        let length = password.chars().count();
        if length < PASSWORD_MIN {
            return Err(BadPassword::Short);
        }
        if length > PASSWORD_MAX {
            return Err(BadPassword::Long);
        }
        if password.chars().any(char::is_control) {
            return Err(BadPassword::Control);
        }
        if is_guessable(&password, login) { Err(BadPassword::Guessable) } else { Ok(Self(password)) }
    }

    /// The characters, for the one who hashes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Letters alone, lower case, without accents.
fn letters_of(text: &str) -> String {
    text::fold(text).chars().filter(|c| c.is_alphabetic()).collect()
}

/// The letter that people write a figure or a sign for: `p@ssw0rd`.
fn meant(c: char) -> Option<char> {
    Some(match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => return None,
    })
}

/// A letter of a password, or what may stand for one.
#[derive(Clone, Copy)]
struct Letter {
    letter: char,
    /// A figure or a sign: between words it may mean nothing.
    is_meant: bool,
}

/// Whether a password is made of nothing but blocked words, the login's own among them, or runs up and down the
/// alphabet or the figures, or repeats two or three characters. What else stands in it, figures and signs, does not
/// make it better.
fn is_guessable(password: &str, login: &Login) -> bool {
    let key: Vec<char> = text::fold(password).chars().filter(|c| c.is_alphanumeric()).collect();
    let different: HashSet<&char> = key.iter().collect();
    if different.len() < 4 || is_a_walk(&key) {
        return true;
    }
    let own: Vec<String> = std::iter::once(login.as_str())
        .chain(login.as_str().split(['.', '_', '-', '@', '+']))
        .map(letters_of)
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .collect();
    let read = |c: char| match meant(c) {
        Some(letter) => Some(Letter { letter, is_meant: true }),
        None if c.is_alphabetic() => Some(Letter { letter: c, is_meant: false }),
        None => None,
    };
    let dressed: Vec<Letter> = text::fold(password).chars().filter_map(read).collect();
    let plain: Vec<Letter> = dressed.iter().copied().filter(|letter| !letter.is_meant).collect();
    !plain.is_empty() && (is_made_of_words(&plain, &own) || is_made_of_words(&dressed, &own))
}

/// Whether nearly every character follows from the one before: the next, the same or the last.
fn is_a_walk(key: &[char]) -> bool {
    let follows = |pair: &[char]| match pair {
        [a, b] => u32::from(*a).abs_diff(u32::from(*b)) <= 1 || matches!((a, b), ('9', '0') | ('0', '9')),
        _ => true,
    };
    key.windows(2).filter(|pair| !follows(pair)).count() <= 2
}

fn is_made_of_words(letters: &[Letter], own: &[String]) -> bool {
    let longest = WORDS.iter().chain(own).map(|word| word.chars().count()).max().unwrap_or(0);
    // Beginnings that are made of words; a word may begin at the end of each.
    let mut reached = HashSet::from([0]);
    for start in 0..letters.len() {
        if !reached.contains(&start) {
            continue;
        }
        let mut word = String::new();
        for (place, letter) in letters.iter().enumerate().skip(start).take(longest) {
            if place == start && letter.is_meant {
                reached.insert(start + 1);
            }
            word.push(letter.letter);
            if WORDS.contains(&word) || own.contains(&word) {
                reached.insert(place + 1);
            }
        }
    }
    reached.contains(&letters.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chosen(raw: &str) -> Result<Password, BadPassword> {
        Password::choose(raw, &Login("lan.anh".to_owned()))
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_cut() {
        assert_eq!(chosen("mưa rơi phố cổ").map_err(BadPassword::code), Err("password.too-short"), "14");
        assert!(chosen("mưa rơi, phố cổ").is_ok(), "15");
        let longest = "ồ ạx1".repeat(64).chars().take(PASSWORD_MAX).collect::<String>();
        assert_eq!(chosen(&longest).map(|password| password.expose() == longest), Ok(true));
        assert_eq!(chosen(&format!("{longest}1")), Err(BadPassword::Long));
        assert_eq!(chosen("with a \u{7}bell in it"), Err(BadPassword::Control));
    }

    #[test]
    fn the_same_keys_on_another_phone_are_the_same_password() {
        let decomposed: String = "mưa rơi trên phố cổ".nfd().collect();
        assert_eq!(chosen(&decomposed), chosen("mưa rơi trên phố cổ"));
        assert_eq!(Password::typed(&decomposed), Password::typed("mưa rơi trên phố cổ"));
    }

    #[test]
    fn what_is_guessed_first_is_refused_whatever_its_dress() {
        for raw in [
            "PasswordPassword",
            "P@ssw0rd-P@ssw0rd!2026",
            "MậtKhẩuMậtKhẩu12345!",
            "anh yêu em nhiều lắm",
            "Độc lập - Tự do - Hạnh phúc",
            "lan.anh2026!!lan.anh",
            "Fieldproof@Fieldproof#1",
            "fieldproof-lan-anh-2026",
            "thanhtra.kiemtra.2026",
            "123456789012345",
            "abcdefghijklmnop",
            "qwertyuiopasdfgh",
            "1q2w3e4r5t6y7u8i",
            "1qaz2wsx3edc4rfv",
            "aaaaaaaaaaaaaaab",
            "correct horse battery staple",
        ] {
            assert_eq!(chosen(raw), Err(BadPassword::Guessable), "{raw}");
        }
    }

    #[test]
    fn words_that_only_one_put_together_are_taken() {
        for raw in [
            "mưa rơi trên phố cổ",
            "nắng lên sau rặng tre",
            "bench-password-of-the-day",
            "Lan Anh trồng 3 cây khế",
            "w7kq9-zm2xd-4tnpe-hh8va",
            "chợ Đồng Xuân bán mít",
        ] {
            assert!(chosen(raw).is_ok(), "{raw}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_a_word() {
        for line in BLOCKED.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            assert!(line.is_empty() || letters_of(line).len() >= SHORTEST_WORD, "{line:?}");
        }
        assert!(WORDS.len() > 300, "{}", WORDS.len());
    }

    proptest! {
        #[test]
        fn judging_never_fails_and_what_is_taken_is_long_enough(raw in any::<String>()) {
            if let Ok(password) = chosen(&raw) {
                prop_assert!((PASSWORD_MIN..=PASSWORD_MAX).contains(&password.expose().chars().count()));
            }
        }
    }
}
