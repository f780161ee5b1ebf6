//! Work that phones still hold: what each said of itself, visit by visit, and what of it somebody may be told.

use crate::ids::VisitId;
use jiff::Timestamp;

/// Most visits of one report: a phone that holds work of more is told to send some first.
pub const MOST_VISITS: usize = 200;
/// Most photos or changes of one visit that a report may name.
pub const MOST_PIECES: u32 = 1_000_000;
/// Most bytes of one visit that a report may name: 1 TiB.
pub const MOST_BYTES: u64 = 1 << 40;

/// An amount of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Photos.
    pub photos: u64,
    /// Answers and other changes; none where only photos are counted.
    pub changes: u64,
    /// Bytes of the photos.
    pub bytes: u64,
    /// The earliest of them: when it was captured by the phone's clock, or declared by ours.
    pub oldest: Option<Timestamp>,
}

impl Amount {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            photos: self.photos.saturating_add(other.photos),
            changes: self.changes.saturating_add(other.changes),
            bytes: self.bytes.saturating_add(other.bytes),
            oldest: [self.oldest, other.oldest].into_iter().flatten().min(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.photos == 0 && self.changes == 0
    }
}

/// All amounts of visits that somebody may know of. Of a visit that is not theirs to see not even the number of its photos is
/// told: that a phone holds any says that its person was somewhere.
#[must_use]
pub fn told(of: &[(VisitId, Amount)], may_know: impl Fn(VisitId) -> bool) -> Amount {
    let known = of.iter().filter(|(visit, _)| may_know(*visit));
    known.fold(Amount::default(), |all, (_, amount)| all.and(*amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_told_is_what_may_be_known() {
        let at = |s| Timestamp::from_second(s).ok();
        let [open, secret, other] = [1, 2, 3].map(|n| VisitId(Uuid::from_u128(n)));
        let held = [
            (open, Amount { photos: 3, changes: 1, bytes: 9, oldest: at(20) }),
            (secret, Amount { photos: 40, changes: 7, bytes: 90, oldest: at(1) }),
            (other, Amount { photos: 2, changes: 0, bytes: 4, oldest: at(10) }),
        ];
        let all = Amount { photos: 5, changes: 1, bytes: 13, oldest: at(10) };
        assert_eq!(told(&held, |visit| visit != secret), all);
        assert!(told(&held, |_| false).is_nothing());
    }
}
