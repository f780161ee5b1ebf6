//! What a phone says of its clock with a photo, and what came of it.

use crate::domain::photo::clock::{Judged, MOST_TOKEN, Said};
use crate::http::vocabulary;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a phone counted since it was told our time (`GET /v1/time`).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaptureClock, example = json!({
    "token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImZpZWxkcHJvb2YtdGltZStqd3QifQ.eyJpYXQiOjE3NzQwMDAwMDAuMTIzfQ.c2lnbmF0dXJl",
    "elapsed_ms": 1_834_112, "round_trip_ms": 240
}))]
pub struct ClockBody {
    /// The token it was given; what was never ours makes the verdict `unverified` and refuses nothing.
    token: String,
    /// Milliseconds between the token's arrival and the shutter, by a clock that nobody can set (elapsed real time); what can't
    /// be makes the verdict `impossible` and refuses nothing.
    elapsed_ms: i64,
    /// How long the request for the token took, in milliseconds.
    #[serde(default)]
    round_trip_ms: Option<i64>,
}

impl From<ClockBody> for Said {
    fn from(said: ClockBody) -> Self {
        // What is longer is none of ours, whatever it is.
        let token = if said.token.len() <= MOST_TOKEN { said.token } else { String::new() };
        Self { token, elapsed_ms: said.elapsed_ms, round_trip_ms: said.round_trip_ms }
    }
}

/// When a photo was taken by the server's clock, and how far the device's lay beside that. Neither corrects the other.
#[derive(Serialize, ToSchema)]
#[schema(as = PhotoClock, example = json!({
    "verdict": "consistent", "token_at": "2026-03-20T00:44:25.888Z", "elapsed_ms": 1_834_112, "round_trip_ms": 240,
    "estimated_at": "2026-03-20T01:15:00Z", "not_after": "2026-03-20T01:15:21Z", "skew_s": 0.4
}))]
pub struct ClockView {
    /// What it is worth; judged once, when the declaration came.
    #[schema(value_type = vocabulary::ClockVerdict)]
    verdict: &'static str,
    /// When the token was given, by the server's clock; `null` for none of ours or of somebody else's.
    token_at: Option<Timestamp>,
    /// As the phone said.
    elapsed_ms: i64,
    /// As the phone said.
    round_trip_ms: Option<i64>,
    /// When the shutter opened: `token_at` and `elapsed_ms`. Up to 15 s after `not_after` is taken for the drift of the phone's
    /// counting; what is later is `impossible`.
    estimated_at: Option<Timestamp>,
    /// When the declaration came; by then it was taken.
    not_after: Timestamp,
    /// Seconds by which `captured_at` lies behind `estimated_at`: how far ahead the device's own clock was.
    skew_s: Option<f64>,
}

impl From<&Judged> for ClockView {
    fn from(of: &Judged) -> Self {
        Self {
            verdict: of.verdict.as_str(),
            token_at: of.token_at,
            elapsed_ms: of.elapsed_ms,
            round_trip_ms: of.round_trip_ms,
            estimated_at: of.estimated_at,
            not_after: of.not_after,
            skew_s: of.skew_s,
        }
    }
}
