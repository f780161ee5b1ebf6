//! When a photo may come, and which bytes: settled from the visit, from what was promised and from what is offered, before a
//! byte is read.

use super::{MAX_BYTES, MediaType, Sha256, State};
use crate::action;
use crate::refusal::{Kind, Next, Refusal};
use crate::visit;

/// Whether photos may be declared for a visit in this state: from check-in until it is submitted, so that a required
/// photo which was forgotten can still be added; the log tells when it came.
///
/// # Errors
/// `photo.visit-not-open`.
pub fn may_be_declared(visit: visit::State) -> Result<(), Refusal> {
    if !visit.is_before_check_in() && !visit.is_over() {
        return Ok(());
    }
    let detail = "Photos are declared from check-in until the visit is submitted.";
    Err(Refusal::new(Kind::Conflict, "photo.visit-not-open", detail))
}

/// Whether photos may be declared for a corrective action in this state: while somebody is to do it.
///
/// # Errors
/// `photo.action-not-open`.
pub fn may_be_shown_for(action: action::State) -> Result<(), Refusal> {
    if action.is_awaited() {
        return Ok(());
    }
    let detail = format!("Photos are declared while an action is awaited; this one is {}.", action.as_str());
    Err(Refusal::new(Kind::Conflict, "photo.action-not-open", detail))
}

/// Whether a photo may be taken back while its visit is in this state: until the visit is submitted.
///
/// # Errors
/// `photo.visit-submitted`.
pub fn may_be_withdrawn(visit: visit::State) -> Result<(), Refusal> {
    if visit.is_over() {
        let detail = "The visit is submitted or has ended; its photos stay as they are.";
        return Err(Refusal::new(Kind::Conflict, "photo.visit-submitted", detail).next(Next::Drop));
    }
    Ok(())
}

/// Whether a photo that shows an action done may be taken back while the action is in this state: until it is reported
/// done, and again when the report was returned.
///
/// # Errors
/// `photo.action-reported`.
pub fn may_be_taken_from(action: action::State) -> Result<(), Refusal> {
    if action.is_awaited() {
        return Ok(());
    }
    let detail = format!("The action is {}; what shows it done stays as it is.", action.as_str());
    Err(Refusal::new(Kind::Conflict, "photo.action-reported", detail).next(Next::Drop))
}

/// How bytes that come now stand to the minutes of their visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Before the visit was submitted or broken off.
    InTime,
    /// After that: kept and marked, no part of what was handed in.
    Late,
}

/// Whether bytes are still taken for a declared photo while its visit is in this state. A phone without a network may
/// bring them after the visit was submitted, or broken off on site by its lead; nothing is added once somebody has taken
/// the visit as final.
///
/// # Errors
/// `photo.visit-ended`.
pub fn arrival(visit: visit::State) -> Result<Arrival, Refusal> {
    match visit {
        visit::State::Finalised | visit::State::Cancelled => {
            let detail = "The visit has ended for good; no more evidence is taken for it.";
            Err(Refusal::new(Kind::Conflict, "photo.visit-ended", detail))
        }
        visit::State::Submitted | visit::State::Aborted => Ok(Arrival::Late),
        _ => Ok(Arrival::InTime),
    }
}

/// What the head of an upload says about the body to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Length and digest as announced.
    pub bytes: Arrived,
    /// `Content-Type`.
    pub media_type: MediaType,
}

/// What came over the wire, as counted and hashed by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Number of bytes.
    pub size_bytes: u64,
    /// Their digest.
    pub sha256: Sha256,
}

/// Compares what was promised with what came.
///
/// # Errors
/// `photo.length-mismatch` or `photo.digest-mismatch`: nothing is kept, the phone sends again.
pub fn intact(promised: Arrived, arrived: Arrived) -> Result<(), Refusal> {
    if promised.size_bytes != arrived.size_bytes {
        let detail = format!("{} bytes were declared, {} arrived.", promised.size_bytes, arrived.size_bytes);
        return Err(Refusal::new(Kind::Invalid, "photo.length-mismatch", detail).next(Next::Retry));
    }
    if promised.sha256 != arrived.sha256 {
        let detail = format!(
            "SHA-256 {} was declared, the bytes that arrived have {}.",
            promised.sha256.to_hex(),
            arrived.sha256.to_hex()
        );
        return Err(Refusal::new(Kind::Invalid, "photo.digest-mismatch", detail).next(Next::Retry));
    }
    Ok(())
}

/// What to do with bytes offered for a declared photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Read them.
    Receive,
    /// They are held already; answer what was answered then.
    Held,
}

/// Refuses what is larger than any photo may be.
///
/// # Errors
/// `photo.too-large` beyond [`MAX_BYTES`].
pub fn within_limit(size_bytes: u64) -> Result<(), Refusal> {
    if size_bytes <= MAX_BYTES {
        return Ok(());
    }
    let detail = format!("A photo may have {MAX_BYTES} bytes, this one has {size_bytes}.");
    Err(Refusal::new(Kind::TooLarge, "photo.too-large", detail))
}

/// Decides, before a byte is read, whether bytes of this length and digest are wanted.
///
/// # Errors
/// `photo.id-taken` when the id holds or promises other bytes, `photo.withdrawn` when it was taken back,
/// `photo.too-large` beyond [`MAX_BYTES`], `photo.length-mismatch` when the length can't be right.
pub fn admit(state: State, promised: Arrived, offered: Arrived) -> Result<Admission, Refusal> {
    within_limit(offered.size_bytes)?;
    if offered.sha256 != promised.sha256 {
        let detail =
            "This id was declared for other bytes (their SHA-256 differs). A new photo needs a new id.";
        return Err(Refusal::new(Kind::Conflict, "photo.id-taken", detail).next(Next::Fix));
    }
    if offered.size_bytes != promised.size_bytes {
        let detail =
            format!("{} bytes were declared, {} are offered.", promised.size_bytes, offered.size_bytes);
        return Err(Refusal::new(Kind::Invalid, "photo.length-mismatch", detail));
    }
    match state {
        State::Announced => Ok(Admission::Receive),
        State::Withdrawn => {
            Err(Refusal::new(Kind::Conflict, "photo.withdrawn", "This photo was withdrawn.").next(Next::Drop))
        }
        _ => Ok(Admission::Held),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(byte: u8, size: u64) -> Arrived {
        Arrived { size_bytes: size, sha256: Sha256([byte; 32]) }
    }

    #[test]
    fn the_same_bytes_again_are_held_and_other_bytes_clash() {
        assert_eq!(admit(State::Announced, some(1, 9), some(1, 9)), Ok(Admission::Receive));
        for state in [State::Stored, State::Ready, State::Quarantined, State::NoPreview] {
            assert_eq!(admit(state, some(1, 9), some(1, 9)), Ok(Admission::Held));
            assert_eq!(admit(state, some(1, 9), some(2, 9)).map_err(|r| r.code), Err("photo.id-taken"));
        }
    }

    #[test]
    fn photos_are_declared_from_check_in_until_the_visit_is_over_and_withdrawn_until_then() {
        use visit::State as Visit;
        for state in Visit::ALL {
            let declared = may_be_declared(state).map_err(|no| no.code);
            let withdrawn = may_be_withdrawn(state).map_err(|no| no.code);
            let (may_declare, may_withdraw) = match state {
                Visit::Planned | Visit::Sealed | Visit::Dispatched => (false, true),
                Visit::OnSite
                | Visit::RecordingClosed
                | Visit::MinutesReady
                | Visit::Signed
                | Visit::SignedWithObjection
                | Visit::SignatureRefused => (true, true),
                Visit::Submitted | Visit::Finalised | Visit::Cancelled | Visit::Aborted => (false, false),
            };
            assert_eq!(declared, may_declare.then_some(()).ok_or("photo.visit-not-open"), "{state:?}");
            assert_eq!(withdrawn, may_withdraw.then_some(()).ok_or("photo.visit-submitted"), "{state:?}");
        }
    }

    #[test]
    fn too_large_is_refused_before_anything_else() {
        let offered = some(2, MAX_BYTES + 1);
        assert_eq!(admit(State::Announced, some(1, 9), offered).map_err(|r| r.code), Err("photo.too-large"));
    }

    #[test]
    fn bytes_are_late_once_the_visit_is_submitted_or_broken_off_and_refused_once_it_has_ended() {
        use visit::State as Visit;
        for state in [
            Visit::OnSite,
            Visit::RecordingClosed,
            Visit::MinutesReady,
            Visit::Signed,
            Visit::SignatureRefused,
        ] {
            assert_eq!(arrival(state), Ok(Arrival::InTime));
        }
        for state in [Visit::Submitted, Visit::Aborted] {
            assert_eq!(arrival(state), Ok(Arrival::Late));
        }
        for state in [Visit::Finalised, Visit::Cancelled] {
            assert_eq!(arrival(state).map_err(|no| no.code), Err("photo.visit-ended"));
        }
    }

    #[test]
    fn damaged_bytes_are_told_apart_by_length_and_digest() {
        assert_eq!(intact(some(1, 9), some(1, 8)).map_err(|r| r.code), Err("photo.length-mismatch"));
        assert_eq!(intact(some(1, 9), some(2, 9)).map_err(|r| r.code), Err("photo.digest-mismatch"));
        assert_eq!(intact(some(1, 9), some(1, 9)), Ok(()));
    }

    #[test]
    fn media_types_are_read_as_phones_write_them() {
        assert_eq!(MediaType::parse("image/JPEG; charset=binary"), Some(MediaType::Jpeg));
        assert_eq!(MediaType::parse("image/heif"), Some(MediaType::Heic));
        assert_eq!(MediaType::parse("image/svg+xml"), None);
    }
}
