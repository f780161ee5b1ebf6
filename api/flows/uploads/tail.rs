//! Bytes that arrived and are not durable yet: a little for each upload, more while there is room for all together.

use bytes::Bytes;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// What every upload may hold.
const OWN: u64 = 128 * 1024;
/// What all uploads of this process may hold besides, in KiB: photos that arrive at once and never become pieces.
static ROOM: Semaphore = Semaphore::const_new(64 * 1024);
/// By how much an upload's share of it grows, in KiB.
const STEP_KIB: u32 = 128;
/// How long bytes may lie in memory alone, once it is known that they do not all come at once: what a killed process costs a
/// slow phone, and most of what hundreds of them hold here.
const LONGEST: Duration = Duration::from_secs(1);

/// The bytes of one upload.
#[derive(Default)]
pub(super) struct Tail {
    chunks: VecDeque<Bytes>,
    length: u64,
    since: Option<Instant>,
    share: Option<SemaphorePermit<'static>>,
    share_bytes: u64,
    is_full: bool,
}

fn length_of(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

impl Tail {
    /// How many bytes there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether no room is left, so that they must be put away before more is read.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// When they must be put away at the latest.
    pub(super) fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + LONGEST)
    }

    /// Holds some more.
    pub(super) fn push(&mut self, bytes: Bytes) {
        self.length = self.length.saturating_add(length_of(&bytes));
        self.chunks.push_back(bytes);
        self.since.get_or_insert_with(Instant::now);
        while self.length > OWN + self.share_bytes {
            let Ok(more) = ROOM.try_acquire_many(STEP_KIB) else {
                self.is_full = true;
                return;
            };
            match &mut self.share {
                Some(share) => share.merge(more),
                None => self.share = Some(more),
            }
            self.share_bytes += u64::from(STEP_KIB) * 1024;
        }
    }

    /// Gives out the first bytes, as many as `most`, as they came: nothing is copied.
    pub(super) fn take(&mut self, most: u64) -> Vec<Bytes> {
        let mut left = usize::try_from(most.min(self.length)).unwrap_or(usize::MAX);
        self.length = self.length.saturating_sub(most);
        let mut taken = Vec::new();
        while left > 0 {
            let Some(mut chunk) = self.chunks.pop_front() else { break };
            let part = chunk.split_to(chunk.len().min(left));
            left -= part.len();
            if !chunk.is_empty() {
                self.chunks.push_front(chunk);
            }
            taken.push(part);
        }
        self.rest();
        taken
    }

    /// Takes what is left for the time from now on.
    fn rest(&mut self) {
        self.is_full = false;
        self.since = (self.length > 0).then(Instant::now);
        if self.length <= OWN {
            self.share = None;
            self.share_bytes = 0;
        }
    }

    /// Gives out everything as it came; the room it took is given back when the second value is dropped.
    pub(super) fn into_chunks(self) -> (VecDeque<Bytes>, Option<SemaphorePermit<'static>>) {
        (self.chunks, self.share)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on should stop")]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_their_order_and_room_is_given_back() {
        let mut tail = Tail::default();
        let all: Vec<u8> = (0..300_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        for chunk in all.chunks(7 * 1024) {
            tail.push(Bytes::copy_from_slice(chunk));
        }
        assert!(tail.share_bytes >= 300_000 - OWN && tail.due().is_some());
        let mut out = tail.take(100_001).concat();
        assert_eq!((out.len(), tail.length()), (100_001, 199_999));
        while tail.length() > 0 {
            out.extend_from_slice(&tail.take(5_000).concat());
        }
        assert!(out == all && tail.due().is_none() && tail.share_bytes == 0);
    }
}
