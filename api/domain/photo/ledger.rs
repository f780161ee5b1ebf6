//! What a visit knows of each photo it should have, and what a phone may do with its own copy.

use super::State;
use crate::refusal::{Kind, Next, Refusal};

/// Why a photo is set apart whose original was missing or changed when it was read again.
pub const DAMAGED: &str = "original-damaged";

/// Whether the store lost the bytes of a photo in this state, set apart for this reason.
#[must_use]
pub fn is_damaged(state: State, reason: Option<&str>) -> bool {
    state == State::Quarantined && reason == Some(DAMAGED)
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

/// Why there is no receipt for a photo in this state.
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
    fn a_phone_sends_again_what_the_store_lost() {
        let refusal = no_receipt(State::Quarantined, is_damaged(State::Quarantined, Some(DAMAGED)));
        assert_eq!((refusal.code, refusal.next), ("receipt.quarantined", Next::Retry));
        let refusal = no_receipt(State::Quarantined, is_damaged(State::Quarantined, Some("truncated")));
        assert_eq!((refusal.code, refusal.next), ("receipt.pending", Next::Retry));
        assert!(!is_damaged(State::Withdrawn, Some(DAMAGED)));
    }
}
