//! How failed sign-ins slow down further ones: more and more, and nobody is ever locked out.
//!
//! Three counts run side by side. One account from one source is what a guesser does, so it slows down first. One
//! account from anywhere is a guess spread over many machines (NIST SP 800-63B-4 §3.2.2 allows at most 100); sources
//! from which the account's holder has signed in before are spared, so that an inspector is not kept out on the day of
//! a visit. One source against any account is password spraying, or an office behind one address, so it is patient.

use jiff::{SignedDuration, Timestamp};

/// What failures are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// One account from one source.
    Pair,
    /// One account from anywhere.
    Account,
    /// One source against any account.
    Source,
}

/// A pause after which counting starts anew.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// How long a source is known to be an account holder's own.
pub const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

impl Counted {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Pair, Self::Account, Self::Source];

    fn free_and_longest(self) -> (i32, i64) {
        match self {
            Self::Pair => (5, 900),
            Self::Account => (50, 300),
            Self::Source => (200, 60),
        }
    }

    /// Seconds to wait before the next attempt: none at first, then doubling.
    #[must_use]
    pub fn wait_s(self, failures: i32, last_at: Timestamp, now: Timestamp) -> i64 {
        let (free, longest) = self.free_and_longest();
        let beyond = failures.saturating_sub(free);
        if beyond < 0 {
            return 0;
        }
        let pause = 2_i64.saturating_pow(u32::try_from(beyond).unwrap_or(0).min(30)).min(longest);
        let passed = now.duration_since(last_at).as_secs().max(0);
        pause.saturating_sub(passed).max(0)
    }
}

/// A count with one more failure.
#[must_use]
pub fn next(failures: i32, last_at: Timestamp, now: Timestamp) -> i32 {
    if now.duration_since(last_at) > FORGOTTEN_AFTER { 1 } else { failures.saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_its_limit_and_passes() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Counted::Pair.wait_s(4, at, at), 0);
        assert_eq!(Counted::Pair.wait_s(5, at, at), 1);
        assert_eq!(Counted::Pair.wait_s(8, at, at), 8);
        assert_eq!(Counted::Pair.wait_s(i32::MAX, at, at), 900);
        let later = at + SignedDuration::from_secs(899);
        assert_eq!(Counted::Pair.wait_s(99, at, later), 1);
        assert_eq!(next(99, at, at + SignedDuration::from_hours(1)), 1);
    }
}
