//! When a photo was taken, by our clock: a phone that was told our time before, and counted on from there by a clock nobody can
//! set, says more than its wall clock does.
//!
//! Neither is corrected by the other: both times are kept, and how far they lie apart. What a phone says of its clock is
//! judged once, when the declaration comes, and never costs the photo.

use crate::ids::AccountId;
use crate::moment::DeviceMoment;
use crate::visit::CLOCK_SKEW_FLAG_S;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Most characters of a token that are kept, whatever it is.
pub const MOST_TOKEN: usize = 2048;
/// How far clocks of our own processes and the drift of a phone's may lead ahead of us, in seconds.
pub const LEEWAY_S: i64 = 15;

/// What a phone says of its clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The token it was given.
    pub token: String,
    /// Milliseconds between the token's arrival and the shutter, by its monotonic clock.
    pub elapsed_ms: i64,
    /// How long the request for the token took, in milliseconds: that much later may it all have been.
    pub round_trip_ms: Option<i64>,
}

/// What a token of ours says, once its signature is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Who asked for it.
    pub account: AccountId,
    /// When, by our clock.
    pub at: Timestamp,
    /// Its own name.
    pub id: String,
}

words! {
    /// What the times of a photo say of each other.
    Verdict {
        /// The wall clock and the counted time agree.
        Consistent = "consistent",
        /// The wall clock was set otherwise than ours, by more than five minutes.
        Skewed = "skewed",
        /// More time is counted than went by.
        Impossible = "impossible",
        /// The token is none that was given to whoever declared.
        Unverified = "unverified",
    }
}

/// What a phone said of its clock, as it was judged when the declaration came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What it is worth.
    pub verdict: Verdict,
    /// When the token was given: the photo is not older, if the phone counted well. `None` for one that is not ours.
    pub token_at: Option<Timestamp>,
    /// The token's own name.
    pub token_id: Option<String>,
    /// As said.
    pub elapsed_ms: i64,
    /// As said.
    pub round_trip_ms: Option<i64>,
    /// When the shutter opened, counted on from the token.
    pub estimated_at: Option<Timestamp>,
    /// When the declaration came: the photo is not younger.
    pub not_after: Timestamp,
    /// Seconds by which the wall clock was ahead of that when the shutter opened.
    pub skew_s: Option<f64>,
}

/// Judges what was said of a clock. `token` is what was found in it, `captured` what the wall clock said when the shutter
/// opened, `now` when the declaration came.
#[must_use]
pub fn judge(
    said: &Said,
    (token, by): (Option<&Token>, AccountId),
    captured: DeviceMoment,
    now: Timestamp,
) -> Judged {
    let latest = now.saturating_add(SignedDuration::from_secs(LEEWAY_S)).unwrap_or(now);
    let token = token.filter(|token| token.account == by && token.at <= latest);
    let counted = SignedDuration::from_millis(said.elapsed_ms);
    let estimated_at = token.and_then(|token| token.at.checked_add(counted).ok());
    let skew_s = estimated_at.map(|at| captured.at.duration_since(at).as_secs_f64());
    // The request for the token took less than has gone by since.
    let took = said.round_trip_ms.unwrap_or(0);
    let answered = token.map(|token| token.at.checked_add(SignedDuration::from_millis(took)));
    let is_odd = took < 0 || answered.is_some_and(|at| at.map_or(true, |at| at > latest));
    let verdict = match (token, estimated_at, skew_s) {
        (None, ..) => Verdict::Unverified,
        (_, Some(at), _) if said.elapsed_ms < 0 || is_odd || at > latest => Verdict::Impossible,
        (_, Some(_), Some(skew_s)) if skew_s.abs() > CLOCK_SKEW_FLAG_S => Verdict::Skewed,
        (_, Some(_), Some(_)) => Verdict::Consistent,
        _ => Verdict::Impossible,
    };
    Judged {
        verdict,
        token_at: token.map(|token| token.at),
        token_id: token.map(|token| token.id.clone()),
        elapsed_ms: said.elapsed_ms,
        round_trip_ms: said.round_trip_ms,
        estimated_at,
        not_after: now,
        skew_s,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ME: AccountId = AccountId(Uuid::max());

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn judged(elapsed_ms: i64, wall: &str, now: &str) -> Judged {
        let token = Token { account: ME, at: at("2026-03-20T01:00:00Z"), id: "7f".to_owned() };
        let said = Said { token: String::new(), elapsed_ms, round_trip_ms: Some(80) };
        judge(&said, (Some(&token), ME), DeviceMoment::parse(wall).unwrap(), at(now))
    }

    #[test]
    fn both_times_are_kept_and_how_far_they_lie_apart() {
        let hour = 3_600_000;
        let honest = judged(hour, "2026-03-20T09:00:02+07:00", "2026-03-20T10:00:00Z");
        assert_eq!((honest.verdict, honest.skew_s), (Verdict::Consistent, Some(2.0)));
        assert_eq!(honest.estimated_at, Some(at("2026-03-20T02:00:00Z")));
        assert_eq!(honest.not_after, at("2026-03-20T10:00:00Z"));
        for (wall, verdict, skew_s) in [
            ("2026-03-20T09:05:00+07:00", Verdict::Consistent, 300.0),
            ("2026-03-20T09:05:01+07:00", Verdict::Skewed, 301.0),
            ("2026-03-20T08:54:59+07:00", Verdict::Skewed, -301.0),
            ("2026-03-19T09:00:00+07:00", Verdict::Skewed, -86400.0),
        ] {
            let of = judged(hour, wall, "2026-03-20T10:00:00Z");
            assert_eq!((of.verdict, of.skew_s), (verdict, Some(skew_s)), "{wall}");
        }
    }

    #[test]
    fn nobody_counts_more_time_than_went_by() {
        let wall = "2026-03-20T09:00:00+07:00";
        assert_eq!(judged(3_600_000, wall, "2026-03-20T02:00:00Z").verdict, Verdict::Consistent);
        assert_eq!(judged(3_615_000, wall, "2026-03-20T02:00:00Z").verdict, Verdict::Consistent);
        for elapsed_ms in [3_615_001, i64::MAX, -1, i64::MIN] {
            assert_eq!(judged(elapsed_ms, wall, "2026-03-20T02:00:00Z").verdict, Verdict::Impossible);
        }
        // A token that is not given yet is none.
        assert_eq!(judged(0, wall, "2026-03-20T00:59:44Z").verdict, Verdict::Unverified);
    }

    #[test]
    fn a_request_takes_no_longer_than_has_gone_by() {
        let token = Token { account: ME, at: at("2026-03-20T01:00:00Z"), id: "7f".to_owned() };
        let wall = DeviceMoment::parse("2026-03-20T08:00:01+07:00").unwrap();
        for (took, verdict) in [
            (0, Verdict::Consistent),
            (500, Verdict::Consistent),
            (-5, Verdict::Impossible),
            (3_600_000, Verdict::Impossible),
            (i64::MAX, Verdict::Impossible),
        ] {
            let said = Said { token: String::new(), elapsed_ms: 1000, round_trip_ms: Some(took) };
            let of = judge(&said, (Some(&token), ME), wall, at("2026-03-20T01:00:02Z"));
            assert_eq!(of.verdict, verdict, "{took}");
        }
    }

    #[test]
    fn a_token_of_somebody_else_says_nothing() {
        let said = Said { token: String::new(), elapsed_ms: 0, round_trip_ms: None };
        let wall = DeviceMoment::parse("2026-03-20T08:00:00+07:00").unwrap();
        let now = at("2026-03-20T01:00:00Z");
        let theirs = Token { account: AccountId(Uuid::nil()), at: now, id: "7f".to_owned() };
        for token in [None, Some(&theirs)] {
            let of = judge(&said, (token, ME), wall, now);
            assert_eq!((of.verdict, of.token_at, of.estimated_at), (Verdict::Unverified, None, None));
            assert_eq!((of.skew_s, of.not_after), (None, now));
        }
    }
}
