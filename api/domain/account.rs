//! A person's account: how the login is written, what a password must be, which roles may be granted how.

use crate::actor::{Grant, Role};
use crate::refusal::{FieldFault, Kind, Refusal};
use crate::text;
use unicode_normalization::UnicodeNormalization;

/// Shortest login, in characters.
const LOGIN_MIN: usize = 3;
/// Longest login, in characters.
const LOGIN_MAX: usize = 64;
/// Shortest password, in characters (NIST SP 800-63B-4 asks for 15 alone or 8 beside a second factor; 12 is what
/// the inspectorates' own rule asks for).
pub const PASSWORD_MIN: usize = 12;
/// Longest password that is taken, in characters; nothing is ever cut.
pub const PASSWORD_MAX: usize = 256;

/// Passwords tried first by everybody who guesses, and words of this product; compared without case and accents,
/// and also when repeated or followed by digits and signs only.
const BLOCKED: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "matkhau",
    "mat khau",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "abcdef",
    "abcdefghijkl",
    "administrator",
    "admin",
    "letmein",
    "welcome",
    "iloveyou",
    "anhyeuem",
    "vietnam",
    "hanoi",
    "fieldproof",
    "changeme",
    "thanhtra",
    "kiemtra",
];

/// A login as stored and compared: NFC, lower case, no spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login(String);

/// Why a login was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLogin {
    /// Shorter than 3 or longer than 64 characters.
    #[error("must have between 3 and 64 characters")]
    Length,
    /// A character other than letters, digits and `. _ - @ +`.
    #[error("may hold letters, digits and . _ - @ + only; {0:?} is neither")]
    Character(char),
}

impl Login {
    /// Reads a login as typed: NFC, lower case, trimmed.
    ///
    /// # Errors
    /// [`BadLogin`].
    pub fn parse(raw: &str) -> Result<Self, BadLogin> {
        if raw.len() > LOGIN_MAX * 16 {
            return Err(BadLogin::Length);
        }
        // Lower-casing may decompose (İ), so NFC comes last as well as first.
        let login: String = raw.trim().nfc().flat_map(char::to_lowercase).nfc().collect();
        if let Some(c) =
            login.chars().find(|c| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+')))
        {
            return Err(BadLogin::Character(c));
        }
        if (LOGIN_MIN..=LOGIN_MAX).contains(&login.chars().count()) {
            Ok(Self(login))
        } else {
            Err(BadLogin::Length)
        }
    }

    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
    #[error("must have at least 12 characters")]
    Short,
    /// Too long.
    #[error("may have at most 256 characters")]
    Long,
    /// Known to everybody who guesses, or made of the login.
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

    /// A new password. No rule about kinds of characters (NIST SP 800-63B-4 §3.1.1.2): length, and not guessable.
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
        if guessable(&password, login) { Err(BadPassword::Guessable) } else { Ok(Self(password)) }
    }

    /// The characters, for the one who hashes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn guessable(password: &str, login: &Login) -> bool {
    let key = text::fold(password);
    let letters: String = key.chars().filter(|c| c.is_alphabetic()).collect();
    let few = {
        let mut seen: Vec<char> = key.chars().collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len() < 4
    };
    let login = text::fold(login.as_str());
    let made_of = |word: &str| {
        let word: String = word.chars().filter(|c| c.is_alphabetic()).collect();
        !word.is_empty() && letters.replace(&word, "").is_empty() && letters.contains(&word)
    };
    let digits: Vec<u32> = key.chars().filter_map(|c| c.to_digit(10)).collect();
    let counting = letters.is_empty()
        && digits.windows(2).all(|pair| matches!(pair, [a, b] if *b == (a + 1) % 10 || (b + 1) % 10 == *a));
    few || counting
        || made_of(&login)
        || key == login
        || BLOCKED.iter().any(|word| made_of(word) || key == *word)
}

/// The life of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made; the first password is not set yet.
    Invited,
    /// May sign in.
    Active,
    /// May not, at once and everywhere.
    Disabled,
}

impl State {
    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// Reads a stored state.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled].into_iter().find(|s| s.as_str() == text)
    }
}

/// Whether a role may be granted to a person in this shape; `at` is the grant's place in the body.
///
/// # Errors
/// The field that is missing or too much.
pub fn grantable(grant: &Grant, at: &str) -> Result<(), Refusal> {
    let fault = |field: &str, code: &str, detail: &str| {
        Err(Refusal::invalid(vec![FieldFault::new(format!("{at}/{field}"), code, detail)]))
    };
    match grant.role {
        Role::Integrator => {
            fault("role", "grant.not-for-people", "is for programs; register a client instead")
        }
        Role::Administrator if grant.unit.is_some() => {
            fault("unit", "grant.not-narrowed", "does not narrow this role")
        }
        Role::Administrator if grant.campaign.is_some() => {
            fault("campaign", "grant.not-narrowed", "does not narrow this role")
        }
        Role::Administrator => Ok(()),
        _ if grant.owner.is_none() => fault("owner", "grant.owner-missing", "must be said for this role"),
        Role::HeadOfUnit | Role::UnitStaff if grant.unit.is_none() => {
            fault("unit", "grant.unit-missing", "must be said: the role answers for a unit")
        }
        _ => Ok(()),
    }
}

/// Refusal to take away the last way into the installation.
#[must_use]
pub fn last_administrator() -> Refusal {
    let detail = "This is the last administrator of the installation; name another one first.";
    Refusal::new(Kind::Conflict, "account.last-administrator", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn login(raw: &str) -> Login {
        Login::parse(raw).unwrap_or(Login("nobody".to_owned()))
    }

    #[test]
    fn logins_are_one_whatever_the_keyboard_sent() {
        let decomposed: String = "Hồng.Anh".nfd().collect();
        assert_eq!(Login::parse(" HỒNG.ANH "), Login::parse(&decomposed));
        assert_eq!(Login::parse("ab"), Err(BadLogin::Length));
        assert_eq!(Login::parse("a b c"), Err(BadLogin::Character(' ')));
        assert_eq!(Login::parse("a\u{202E}bc"), Err(BadLogin::Character('\u{202E}')));
        assert_eq!(Login::parse(&"x".repeat(65)), Err(BadLogin::Length));
    }

    #[test]
    fn passwords_are_judged_by_length_and_guessability_only() {
        let of = login("lan.anh");
        assert!(Password::choose("mua roi tren pho co", &of).is_ok());
        assert!(Password::choose(&"ồ x1".repeat(64), &of).is_ok(), "256 characters");
        for (raw, why) in [
            ("short", BadPassword::Short),
            (&*"ab1!".repeat(65), BadPassword::Long),
            ("Password1234", BadPassword::Guessable),
            ("MậtKhẩu12345!", BadPassword::Guessable),
            ("lan.anh2026!!", BadPassword::Guessable),
            ("123456789012", BadPassword::Guessable),
            ("aaaaaaaaaaaab", BadPassword::Guessable),
            ("with\u{7}bell in it", BadPassword::Control),
        ] {
            assert_eq!(Password::choose(raw, &of), Err(why), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_login_read_twice_is_the_same(raw in any::<String>()) {
            if let Ok(once) = Login::parse(&raw) {
                prop_assert_eq!(Login::parse(once.as_str()), Ok(once));
            }
        }
    }
}
