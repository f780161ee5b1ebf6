//! How long an answer takes must not tell whether a sealed visit stands behind it.

use crate::harness::{Answer, Inspectorate, Visitor};
use fieldproof::domain::actor::Role;
use std::time::Instant;
use uuid::Uuid;

/// Pairs in the first attempt, and in the second if noise spoilt the first.
const PAIRS: [usize; 2] = [200, 800];

/// An answer without what differs between any two: request id, date, the rate that is left.
fn bare(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let once = |name: &str| matches!(name, "x-request-id" | "date") || name.starts_with("ratelimit");
    let mut headers: Vec<_> = answer.all_headers().filter(|(name, _)| !once(name)).collect();
    headers.sort();
    let body = String::from_utf8_lossy(&answer.bytes).replace(answer.header("x-request-id"), "R");
    (answer.status, headers, body)
}

/// Milliseconds of one answer.
async fn timed(by: &Visitor, path: &str) -> f64 {
    let begun = Instant::now();
    let answer = by.send("GET", path, None).await;
    assert_eq!(answer.status, 404);
    begun.elapsed().as_secs_f64() * 1000.0
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("a small number"))
}

/// The probability of such a difference by chance: two-sided Mann–Whitney test, normal approximation (good beyond 20
/// values a side); times this fine are never equal, so ties need no correction.
fn chance(one: &[f64], other: &[f64]) -> f64 {
    let of_one = one.iter().map(|value| (*value, true));
    let mut all: Vec<(f64, bool)> = of_one.chain(other.iter().map(|value| (*value, false))).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let ranks = all.iter().enumerate().filter(|(_, (_, of_one))| *of_one).map(|(rank, _)| number(rank + 1));
    let (n, m) = (number(one.len()), number(other.len()));
    let wins = ranks.sum::<f64>() - n * (n + 1.0) / 2.0;
    two_tails((wins - n * m / 2.0).abs() / (n * m * (n + m + 1.0) / 12.0).sqrt())
}

/// Both tails of the normal distribution beyond `z` (Abramowitz and Stegun 26.2.17, error below 1e-7).
fn two_tails(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let factors = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let polynomial = factors.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    2.0 * polynomial * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Times both kinds of address in turn; the median difference in milliseconds and its probability by chance.
async fn compare(by: &Visitor, sealed: &str, pairs: usize) -> (f64, f64) {
    let (mut real, mut none) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
    for n in 0..pairs {
        let unknown = format!("/v1/visits/{}", Uuid::new_v4());
        // Who goes first changes, so that neither always finds the connection warm.
        if n % 2 == 0 {
            real.push(timed(by, sealed).await);
            none.push(timed(by, &unknown).await);
        } else {
            none.push(timed(by, &unknown).await);
            real.push(timed(by, sealed).await);
        }
    }
    ((median(&real) - median(&none)).abs(), chance(&real, &none))
}

#[test]
fn the_rank_test_tells_the_same_from_the_shifted() {
    let even: Vec<f64> = (0..200).map(|n| f64::from(n) * 2.0).collect();
    let odd: Vec<f64> = (0..200).map(|n| f64::from(n) * 2.0 + 1.0).collect();
    let shifted: Vec<f64> = odd.iter().map(|v| v + 80.0).collect();
    assert!(chance(&even, &odd) > 0.9);
    assert!(chance(&even, &shifted) < 1e-6);
    assert!((two_tails(1.959_964) - 0.05).abs() < 1e-6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_visit_takes_as_long_as_none() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 24).await;
    let inspector = at.house.holder("Trưởng đoàn khác", &[(Role::TeamLead, at.owner, None)]).await;
    for (who, visitor) in [("head of the unit", &at.head.visitor), ("other inspector", &inspector.visitor)] {
        for path in ["", "/bundle", "/responses"] {
            let (real, none) = (format!("{sealed}{path}"), format!("/v1/visits/{}{path}", Uuid::new_v4()));
            let (real, none) =
                (visitor.send("GET", &real, None).await, visitor.send("GET", &none, None).await);
            assert_eq!(bare(&real), bare(&none), "{who} {path}");
        }
        compare(visitor, &sealed, 20).await;
        let mut seen = Vec::new();
        for pairs in PAIRS {
            seen.push(compare(visitor, &sealed, pairs).await);
            if seen.iter().any(|(apart_ms, chance)| *apart_ms < 1.0 || *chance > 0.01) {
                break;
            }
        }
        let alike = seen.iter().any(|(apart_ms, chance)| *apart_ms < 1.0 || *chance > 0.01);
        assert!(alike, "{who}: {seen:?} (milliseconds apart, probability by chance)");
    }
    at.house.close().await;
}
