//! What a visit knows of each photo it should have, and what a phone may do with its own copy.

use super::State;
use crate::ids::VisitId;
use crate::refusal::{FieldFault, Kind, Next, Refusal};

/// Why a photo is set apart whose original was missing or changed when it was read again.
pub const DAMAGED: &str = "original-damaged";

/// Whether the store lost the bytes of a photo in this state, set apart for this reason.
#[must_use]
pub fn is_damaged(state: State, reason: Option<&str>) -> bool {
    state == State::Quarantined && reason == Some(DAMAGED)
}

/// The state that a photo's bytes are in, as far as they are held and sound: of one taken back the state it was in before,
/// since it is kept like any other. `None` where they never came, or were lost.
#[must_use]
pub fn state_of_bytes(state: State, before: Option<State>, reason: Option<&str>) -> Option<State> {
    let of_bytes = if state == State::Withdrawn { before? } else { state };
    (of_bytes.is_held() && reason != Some(DAMAGED)).then_some(of_bytes)
}

/// How far an expected photo got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Declared or required; nothing of it came.
    Expected,
    /// A part of its bytes is durable.
    Receiving,
    /// Its bytes are durable, and were not read again yet.
    Stored,
    /// Its bytes were read again from the store: there is a receipt.
    Verified,
    /// Set apart: its bytes were lost, or show no sound picture.
    Quarantined,
    /// Taken back.
    Withdrawn,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] =
        [Self::Expected, Self::Receiving, Self::Stored, Self::Verified, Self::Quarantined, Self::Withdrawn];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Receiving => "receiving",
            Self::Stored => "stored",
            Self::Verified => "verified",
            Self::Quarantined => "quarantined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing but a person's word ends the waiting for it. What is stored is read again by itself.
    #[must_use]
    pub fn may_be_written_off(self) -> bool {
        matches!(self, Self::Expected | Self::Receiving | Self::Quarantined)
    }

    /// Of a photo in this state, with so many bytes of an upload that is not whole.
    #[must_use]
    pub fn of(state: State, has_receipt: bool, received_bytes: u64) -> Self {
        match state {
            State::Announced if received_bytes > 0 => Self::Receiving,
            State::Announced => Self::Expected,
            State::Quarantined => Self::Quarantined,
            State::Withdrawn => Self::Withdrawn,
            State::Stored | State::Ready | State::NoPreview if has_receipt => Self::Verified,
            State::Stored | State::Ready | State::NoPreview => Self::Stored,
        }
    }
}

/// Whether somebody gave a photo up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// With a reason.
    Up,
    /// Nobody did.
    Not,
}

/// How many photos of a visit got how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Declared, nothing came.
    pub expected: u32,
    /// A part of the bytes is durable.
    pub receiving: u32,
    /// Durable, not read again yet.
    pub stored: u32,
    /// Read again.
    pub verified: u32,
    /// Set apart.
    pub quarantined: u32,
    /// Taken back: no longer expected.
    pub withdrawn: u32,
    /// Given up with a reason, of those that are expected, receiving or quarantined.
    pub written_off: u32,
    /// What the checklists still ask for and no photo was declared for.
    pub required: u32,
}

impl Totals {
    /// Counts photos of a kind.
    pub fn add(&mut self, stage: Stage, given: Given, photos: u32) {
        let place = match stage {
            Stage::Expected => &mut self.expected,
            Stage::Receiving => &mut self.receiving,
            Stage::Stored => &mut self.stored,
            Stage::Verified => &mut self.verified,
            Stage::Quarantined => &mut self.quarantined,
            Stage::Withdrawn => &mut self.withdrawn,
        };
        *place += photos;
        if given == Given::Up && stage.may_be_written_off() {
            self.written_off += photos;
        }
    }

    /// Photos that are neither verified nor given up.
    #[must_use]
    pub fn open(&self) -> u32 {
        (self.expected + self.receiving + self.stored + self.quarantined).saturating_sub(self.written_off)
    }

    /// Whether nothing is waited for: every expected photo is verified or given up, and none is lacking.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.open() == 0 && self.required == 0
    }
}

/// Refuses to take a visit as final while something of what it should have is open.
///
/// # Errors
/// `visit.media-incomplete`, with how many photos are open and where they stand.
pub fn complete(visit: VisitId, totals: &Totals) -> Result<(), Refusal> {
    let open = totals.open();
    if open == 0 {
        return Ok(());
    }
    let detail =
        format!("{open} photos are neither verified nor written off; wait for them, or say why not.");
    let mut refusal = Refusal::new(Kind::Conflict, "visit.media-incomplete", detail);
    let list = format!("see /v1/visits/{visit}/media");
    refusal.faults.push(FieldFault::new("/media", "visit.media-incomplete", list));
    Err(refusal)
}

/// Whether a photo at this stage may be given up: what is there waits for nobody.
///
/// # Errors
/// `photo.write-off-needless`.
pub fn may_be_given_up(stage: Stage) -> Result<(), Refusal> {
    if stage.may_be_written_off() {
        return Ok(());
    }
    let detail = format!("The photo is {}; there is nothing to give up.", stage.as_str());
    Err(Refusal::new(Kind::Conflict, "photo.write-off-needless", detail))
}

/// What a phone is told of a photo it asks after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody declared it, or it is not theirs to send.
    Unknown,
    /// Its id was declared for other bytes.
    OtherDigest,
    /// So far it got.
    At(Stage),
}

impl Standing {
    /// Every word.
    #[must_use]
    pub fn words() -> Vec<&'static str> {
        let stages = Stage::ALL.map(Self::At);
        [Self::Unknown, Self::OtherDigest].into_iter().chain(stages).map(Self::as_str).collect()
    }

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::OtherDigest => "other_digest",
            Self::At(stage) => stage.as_str(),
        }
    }
}

/// Why there is no receipt for a photo in this state; of one taken back whose bytes are held, the state of those.
#[must_use]
pub fn no_receipt(state: State, is_damaged: bool) -> Refusal {
    let refuse = |code, detail| Refusal::new(Kind::Conflict, code, detail);
    match state {
        _ if is_damaged => {
            let detail =
                "The bytes were lost or changed in the store. Send the original again, and keep your copy.";
            refuse("receipt.quarantined", detail).next(Next::Retry)
        }
        State::Announced => {
            refuse("receipt.no-bytes", "The bytes have not come yet: send the original first.")
                .next(Next::Fix)
        }
        State::Withdrawn => refuse("photo.withdrawn", "This photo was withdrawn.").next(Next::Drop),
        _ => {
            let detail = "The bytes are durable and have not been read again yet; ask again in a moment.";
            refuse("receipt.pending", detail).next(Next::Retry)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_again_is_verified_and_what_is_set_apart_never_is() {
        for state in State::ALL {
            assert_ne!(Stage::of(state, false, 9), Stage::Verified, "{state:?}");
            let held_and_sound = state.is_held() && state != State::Quarantined;
            assert_eq!(Stage::of(state, true, 0) == Stage::Verified, held_and_sound, "{state:?}");
        }
        assert_eq!(Stage::of(State::Announced, false, 0), Stage::Expected);
        assert_eq!(Stage::of(State::Announced, false, 1), Stage::Receiving);
    }

    #[test]
    fn a_visit_is_complete_when_each_photo_is_verified_or_given_up() {
        assert!(Totals::default().is_complete());
        for stage in Stage::ALL {
            let mut open = Totals::default();
            open.add(stage, Given::Not, 2);
            let is_done = matches!(stage, Stage::Verified | Stage::Withdrawn);
            assert_eq!(
                (open.is_complete(), open.open()),
                (is_done, if is_done { 0 } else { 2 }),
                "{stage:?}"
            );
            let mut given_up = Totals::default();
            given_up.add(stage, Given::Up, 2);
            assert_eq!(given_up.is_complete(), stage != Stage::Stored, "{stage:?}");
            assert_eq!(may_be_given_up(stage).is_ok(), !is_done && stage != Stage::Stored, "{stage:?}");
        }
        // One that came after it was given up makes up for no other.
        let mut totals = Totals::default();
        totals.add(Stage::Verified, Given::Up, 1);
        totals.add(Stage::Expected, Given::Not, 1);
        assert_eq!(totals.open(), 1);
        assert!(!Totals { required: 1, ..Totals::default() }.is_complete());
    }

    #[test]
    fn bytes_of_a_photo_taken_back_are_vouched_for_like_any_other_s() {
        let taken_back = |before, reason| state_of_bytes(State::Withdrawn, before, reason);
        assert_eq!(taken_back(Some(State::Stored), None), Some(State::Stored));
        assert_eq!(taken_back(Some(State::Quarantined), Some("truncated")), Some(State::Quarantined));
        assert_eq!(taken_back(Some(State::Quarantined), Some(DAMAGED)), None);
        assert_eq!(taken_back(Some(State::Stored), Some(DAMAGED)), None, "lost since");
        assert_eq!((taken_back(Some(State::Announced), None), taken_back(None, None)), (None, None));
        assert_eq!(state_of_bytes(State::Quarantined, None, Some(DAMAGED)), None);
        assert_eq!(state_of_bytes(State::Ready, None, None), Some(State::Ready));
    }

    #[test]
    fn a_phone_sends_again_what_the_store_lost() {
        let refusal = no_receipt(State::Quarantined, is_damaged(State::Quarantined, Some(DAMAGED)));
        assert_eq!((refusal.code, refusal.next), ("receipt.quarantined", Next::Retry));
        let refusal = no_receipt(State::Quarantined, is_damaged(State::Quarantined, Some("truncated")));
        assert_eq!((refusal.code, refusal.next), ("receipt.pending", Next::Retry));
        assert!(!is_damaged(State::Withdrawn, Some(DAMAGED)));
    }
}
