//! A person's account: how the login is written, what a password must be, which roles may be granted how.

use crate::actor::{Actor, Grant, Role};
use crate::ids::AccountId;
use crate::refusal::{FieldFault, Kind, Refusal};
use unicode_normalization::UnicodeNormalization;

mod password;

pub use password::{BadPassword, PASSWORD_MAX, PASSWORD_MIN, Password};

/// Shortest login, in characters.
const LOGIN_MIN: usize = 3;
/// Longest login, in characters.
const LOGIN_MAX: usize = 64;
/// Languages of pages and texts; the first where nobody says.
pub const LOCALES: [&str; 2] = ["vi", "en"];

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
    /// Every state, in the order of a life.
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Disabled];

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
        Self::ALL.into_iter().find(|s| s.as_str() == text)
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
        role if !role.is_for_people() => {
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

/// Refuses to let somebody grant a role to themselves, whatever they may grant to others: whoever runs the
/// installation sees no evidence, and that must not be one request away.
///
/// # Errors
/// `grant.own`.
pub fn not_to_oneself(actor: &Actor, account: AccountId) -> Result<(), Refusal> {
    if actor.account() != Some(account) {
        return Ok(());
    }
    let detail = "Nobody grants a role to themselves; another administrator can.";
    Err(Refusal::new(Kind::Forbidden, "grant.own", detail))
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

    #[test]
    fn logins_are_one_whatever_the_keyboard_sent() {
        let decomposed: String = "Hồng.Anh".nfd().collect();
        assert_eq!(Login::parse(" HỒNG.ANH "), Login::parse(&decomposed));
        assert_eq!(Login::parse("ab"), Err(BadLogin::Length));
        assert_eq!(Login::parse("a b c"), Err(BadLogin::Character(' ')));
        assert_eq!(Login::parse("a\u{202E}bc"), Err(BadLogin::Character('\u{202E}')));
        assert_eq!(Login::parse(&"x".repeat(65)), Err(BadLogin::Length));
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
