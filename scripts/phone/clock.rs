//! The server's time, and what the phone counted since by a clock that nobody can set: a photo's declaration names both.

use crate::line::{Failure, Line};
use crate::shelf::{Shelf, read, write_whole};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// After how long the server is asked again, in milliseconds.
const ASK_AGAIN_MS: i64 = 10 * 60 * 1000;
/// How long something else waits for the time.
const BY_THE_WAY: Duration = Duration::from_secs(10);

/// A token as it came.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    token: String,
    /// When it came, in milliseconds since the start of this phone.
    at_ms: i64,
    round_trip_ms: i64,
    /// Which start that was.
    start: String,
}

/// Milliseconds since this phone was started, asleep or awake.
fn elapsed_ms() -> i64 {
    let time = clock_gettime(ClockId::Boottime);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

fn start() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

fn kept(shelf: &Shelf) -> anyhow::Result<Option<Kept>> {
    // One that can't be read, or says nothing, is as none: the server is asked again.
    let held = read(&shelf.file("time.json"))?.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    // What was counted since another start counts from nothing.
    Ok(held.filter(|held| held.start == start() && !held.token.is_empty()))
}

/// Asks the server for the time, unless it was asked just now.
///
/// # Errors
/// [`Failure::Later`] where there is no line.
pub async fn ask(line: &Line, shelf: &Shelf) -> Result<(), Failure> {
    let begun = elapsed_ms();
    if kept(shelf)?.is_some_and(|kept| begun - kept.at_ms < ASK_AGAIN_MS) {
        return Ok(());
    }
    let told = line.get("/v1/time").await?;
    let at_ms = elapsed_ms();
    let token = told["token"].as_str().filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Failure::not_ours("a time without a token"))?.to_owned();
    let kept = Kept { token, at_ms, round_trip_ms: at_ms - begun, start: start() };
    Ok(write_whole(
        &shelf.file("time.json"),
        serde_json::to_string(&kept).map_err(anyhow::Error::from)?.as_bytes(),
    )?)
}

/// Asks on the occasion of something else, which neither fails for it nor waits for it for long: photos are taken before the
/// first sync, too.
pub async fn ask_by_the_way(line: &Line, shelf: &Shelf) {
    let _ = tokio::time::timeout(BY_THE_WAY, ask(line, shelf)).await;
}

/// What a declaration says of now; `None` for a phone that was never told the time since it was started.
///
/// # Errors
/// The shelf can't be read.
pub(crate) fn now(shelf: &Shelf) -> anyhow::Result<Option<Value>> {
    let said = |kept: Kept| {
        json!({ "token": kept.token, "elapsed_ms": elapsed_ms() - kept.at_ms,
            "round_trip_ms": kept.round_trip_ms })
    };
    Ok(kept(shelf)?.map(said))
}
