//! Every request that changes something, sent many times at once, as a phone does that lost its answers. Where
//! `FIELDPROOF_TEST_REPEATS` asks for it, a visitor sends the first ones of each operation so; the figures which the tests
//! assert stay what they are, and that is the proof of one effect. `scripts/check/repeats` runs them and looks whether
//! every operation was among them.

use super::visitor::Answer;
use futures::future::join_all;
use reqwest::{Method, Request, RequestBuilder};
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{LazyLock, Mutex};
use uuid::Uuid;

/// How many requests with an effect are repeated of each operation, whatever test sends them; then its tests go on as ever.
const MOST: usize = 1;
/// How many refused ones are repeated of each operation in one test.
const MOST_REFUSED: usize = 8;
const KEY: &str = "idempotency-key";

struct Asked {
    times: usize,
    /// Where it is written down what was repeated.
    told: String,
    refused: Mutex<HashMap<String, usize>>,
}

static ASKED: LazyLock<Option<Asked>> = LazyLock::new(|| {
    let times = std::env::var("FIELDPROOF_TEST_REPEATS").ok()?.parse().expect("a number");
    let told = std::env::var("FIELDPROOF_TEST_REPEATED").expect("a file");
    Some(Asked { times, told, refused: Mutex::default() })
});

impl Asked {
    fn has_enough_of(&self, name: &str) -> bool {
        let told = std::fs::read_to_string(&self.told).unwrap_or_default();
        let refused = self.refused.lock().expect("counts").get(name).copied().unwrap_or_default();
        refused >= MOST_REFUSED || told.lines().filter(|line| *line == name).count() >= MOST
    }
}

/// Method and path with `{}` where an id or a number stands.
fn operation(request: &Request) -> String {
    let of = |part: &str| part.parse::<Uuid>().is_ok() || part.parse::<u64>().is_ok();
    let path: Vec<&str> =
        request.url().path().split('/').map(|part| if of(part) { "{}" } else { part }).collect();
    format!("{} {}", request.method(), path.join("/"))
}

/// What changes nothing, the forms of signing in, which have rules of their own, and what a test itself sends again.
fn is_left_alone(request: &Request) -> bool {
    let path = request.url().path();
    // The parts of a push have keys of their own: tests/journeys/sync_push.rs repeats it. A wrong password is counted.
    !path.starts_with("/v1/")
        || matches!(path, "/v1/sync" | "/v1/me/password")
        || request.headers().contains_key(KEY)
        || matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Sends a request, many times at once where that is asked for, and gives the answer of the one that took effect.
pub async fn sent(request: RequestBuilder) -> Answer {
    let once = async |request: RequestBuilder| Answer::read(request.send().await.expect("an answer")).await;
    let Some(asked) = &*ASKED else { return once(request).await };
    let Some(built) = request.try_clone().and_then(|request| request.build().ok()) else {
        return once(request).await;
    };
    let name = operation(&built);
    if is_left_alone(&built) || asked.has_enough_of(&name) {
        return once(request).await;
    }
    let request = match *built.method() {
        Method::POST => request.header(KEY, Uuid::new_v4().to_string()),
        _ => request,
    };
    let (mut winner, mut had_effect) = (None, false);
    // Fifty at once may all be told to come back: as a phone does, they do.
    while winner.as_ref().is_none_or(is_for_later) {
        let all = (0..asked.times).map(|_| {
            let same = request.try_clone().expect("a request that can be sent again");
            // A newer request for an upload ends the older: its line is cut.
            async { Some(Answer::read(same.send().await.ok()?).await) }
        });
        let answers: Vec<Answer> = join_all(all).await.into_iter().flatten().collect();
        let (first, was_done) = one_effect(&name, *built.method() == Method::POST, answers);
        (winner, had_effect) = (Some(first), was_done);
    }
    let winner = winner.expect("an answer");
    if had_effect {
        let mut file = OpenOptions::new().append(true).create(true).open(&asked.told).expect("a file");
        file.write_all(format!("{name}\n").as_bytes()).expect("written");
    } else {
        *asked.refused.lock().expect("counts").entry(name).or_default() += 1;
    }
    winner
}

/// Whether the same is to be sent again.
fn is_for_later(answer: &Answer) -> bool {
    answer.status == 503 || answer.body["code"] == "idempotency.in-progress"
}

/// The answer that counts, and whether it is one of success. Fails where two of them tell of two effects.
fn one_effect(name: &str, is_keyed: bool, answers: Vec<Answer>) -> (Answer, bool) {
    let is_done = |answer: &&Answer| (200..300).contains(&answer.status);
    let is_again = |answer: &Answer| answer.header("idempotency-replayed") == "true";
    let seen: Vec<(u16, &str)> = answers
        .iter()
        .map(|answer| (answer.status, answer.body["code"].as_str().unwrap_or_default()))
        .collect();
    assert!(seen.iter().all(|(status, _)| *status < 500 || *status == 503), "{name}: {seen:?}");
    let done: Vec<&Answer> = answers.iter().filter(is_done).collect();
    let first = done.iter().filter(|answer| !is_again(answer)).count();
    if is_keyed && first < done.len() {
        assert_eq!(first, 1, "{name}: {seen:?}");
        assert!(done.iter().all(|answer| answer.bytes == done[0].bytes), "{name}: two answers under one key");
        let others = seen.iter().filter(|(status, _)| !(200..300).contains(status));
        for (status, code) in others {
            // The effect may be that the sender has no session any more.
            let waits = matches!(*code, "busy" | "idempotency.in-progress" | "token.invalid");
            assert!(waits, "{name}: {status} {code} beside an effect");
        }
    }
    let made: Vec<&&Answer> = done.iter().filter(|of| of.status == 201 && !is_again(of)).collect();
    // An upload is found by whoever asks for it again, at one address.
    let is_found = || made.iter().all(|of| of.header("location") == made[0].header("location"));
    assert!(made.len() <= 1 || name == "POST /v1/uploads" && is_found(), "{name}: {seen:?}");
    let versions: Vec<_> = done.iter().map(|answer| answer.body["version"].as_i64()).collect();
    assert!(versions.windows(2).all(|two| two[0] == two[1]), "{name}: {versions:?}");
    let had_effect = !done.is_empty();
    let rank = |answer: &Answer| match answer.status {
        201 if !is_again(answer) => 0,
        200..300 if !is_again(answer) => 1,
        200..300 => 2,
        _ if is_for_later(answer) => 4,
        _ => 3,
    };
    let winner = answers.into_iter().min_by_key(rank).unwrap_or_else(|| panic!("{name}: no answer"));
    (winner, had_effect)
}
