//! Pauses between tries: they grow, and their length is random, so that phones that lost one line together don't come back
//! together ("full jitter").

use std::time::Duration;

/// The first pause is at most this.
const FIRST: Duration = Duration::from_millis(200);

/// A random number below `most`; 0 where there is none.
#[must_use]
pub fn below(most: u64) -> u64 {
    let mut random = [0; 8];
    // Without random bytes nothing of a phone works, and a pause is the least of it.
    if getrandom::fill(&mut random).is_err() || most == 0 {
        return 0;
    }
    u64::from_be_bytes(random) % most
}

/// Counts tries that failed in a row.
#[derive(Debug)]
pub struct Pauses {
    failed: u32,
    most: Duration,
}

impl Pauses {
    /// Pauses that grow up to `most`.
    #[must_use]
    pub fn up_to(most: Duration) -> Self {
        Self { failed: 0, most }
    }

    /// Something went well.
    pub fn forget(&mut self) {
        self.failed = 0;
    }

    /// How long to wait after one more failure; at least as long as the server asked for.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let grown = FIRST.saturating_mul(1 << self.failed.min(16)).min(self.most);
        self.failed = self.failed.saturating_add(1);
        let random = Duration::from_millis(below(u64::try_from(grown.as_millis()).unwrap_or(u64::MAX)));
        asked.map_or(random, |asked| asked + random)
    }
}
