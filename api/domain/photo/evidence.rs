//! Photos as evidence of what came after a visit: of a remedy, or of what a unit replies. They are judged by the checks
//! of every photo; what fails one shows nothing, what is worth a second look is told to whoever verifies.

use super::{Origin, State};
use crate::check::{Check, Outcome};
use crate::ids::PhotoId;
use crate::place::Verdict;
use crate::refusal::{FieldFault, Kind, Next, Refusal};
use crate::visit::CLOCK_SKEW_FLAG_S;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A photo as far as its worth as evidence goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Which.
    pub id: PhotoId,
    /// How far it got.
    pub state: State,
    /// What was measured on its pixels and its file.
    pub checks: Vec<Check>,
    /// Whether it was taken at the office; `None` where that does not matter.
    pub place: Option<Verdict>,
    /// When the shutter opened, by the device.
    pub captured_at: Timestamp,
    /// Seconds by which the device's clock was ahead of ours.
    pub clock_skew_s: f64,
    /// Camera or gallery.
    pub origin: Origin,
}

/// Something about a photo that whoever verifies should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Which photo.
    pub photo: PhotoId,
    /// A check's code that is worth a second look, or one of [`REMARKS`].
    pub code: String,
}

/// Nothing tells whether it was taken at the office.
pub const PLACE_UNKNOWN: &str = "place_unknown";
/// The device's clock was more than five minutes off.
pub const CLOCK_OFF: &str = "clock_off";
/// Picked from the gallery instead of taken in the app.
pub const FROM_GALLERY: &str = "from_gallery";
/// Taken before what it is to show was asked for, by the device's clock and by ours.
pub const TAKEN_BEFORE: &str = "taken_before";
/// Every remark that is no check.
pub const REMARKS: [&str; 4] = [PLACE_UNKNOWN, CLOCK_OFF, FROM_GALLERY, TAKEN_BEFORE];

impl Shown {
    /// Why it is no evidence: a stable code and a sentence.
    fn fault(&self) -> Option<(&'static str, String)> {
        let said = |text: &str| text.to_owned();
        Some(match self.state {
            State::Announced => ("photo.not-arrived", said("was declared, and its bytes have not arrived")),
            State::Stored => ("photo.not-examined", said("is not examined yet; wait for it and send again")),
            State::Quarantined => ("photo.set-apart", said("is damaged or can't be decoded; take it again")),
            State::NoPreview => {
                ("photo.no-picture", said("is kept in a format nobody can look at here; take it as JPEG"))
            }
            State::Withdrawn => ("photo.taken-back", said("was withdrawn")),
            State::Ready if self.place == Some(Verdict::Outside) => {
                ("photo.outside", said("was taken outside the office it is to show"))
            }
            State::Ready => {
                let failed = self.checks.iter().find(|check| check.outcome == Outcome::Fail)?;
                ("photo.check-failed", format!("failed the check {}; take it again", failed.code))
            }
        })
    }

    /// What is worth a second look, where it is evidence. `asked_at` is when what it is to show was asked for.
    fn remarks(&self, asked_at: Option<Timestamp>) -> impl Iterator<Item = Remark> + '_ {
        // By the device's clock and by the same clock set right: one of them may be wrong.
        let skew = jiff::SignedDuration::try_from_secs_f64(self.clock_skew_s).unwrap_or_default();
        let corrected = self.captured_at.checked_sub(skew).unwrap_or(self.captured_at);
        let before = asked_at.is_some_and(|asked| self.captured_at.max(corrected) < asked);
        let told = [
            (PLACE_UNKNOWN, self.place == Some(Verdict::CannotTell)),
            (CLOCK_OFF, self.clock_skew_s.abs() > CLOCK_SKEW_FLAG_S),
            (FROM_GALLERY, self.origin == Origin::Gallery),
            (TAKEN_BEFORE, before),
        ];
        let warned = self.checks.iter().filter(|check| check.outcome == Outcome::Warn);
        let codes = warned.map(|check| check.code.clone());
        let own = told.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| code.to_owned());
        codes.chain(own).map(|code| Remark { photo: self.id, code })
    }
}

/// Judges the photos that are named as evidence, in the order in which they were named (`None`: one that was not sent for
/// this), and says what is worth a second look.
///
/// # Errors
/// `code` with a fault for each photo that is no evidence; `photo.evidence-waits` where all that is wrong is that photos
/// are not examined yet: the same request serves in a moment.
pub fn judged(
    named: &[Option<Shown>],
    asked_at: Option<Timestamp>,
    (code, detail): (&'static str, &str),
) -> Result<Vec<Remark>, Refusal> {
    let foreign = || ("photo.not-of-this", "was not sent for this".to_owned());
    let faults: Vec<FieldFault> = named
        .iter()
        .enumerate()
        .filter_map(|(n, shown)| {
            let (code, why) = shown.as_ref().map_or_else(|| Some(foreign()), Shown::fault)?;
            Some(FieldFault::new(format!("/photos/{n}"), code, why))
        })
        .collect();
    if faults.is_empty() {
        return Ok(named.iter().flatten().flat_map(|shown| shown.remarks(asked_at)).collect());
    }
    let only_wait = faults.iter().all(|fault| fault.code == "photo.not-examined");
    let mut refusal = if only_wait {
        let detail = "Some photos are not examined yet; send the same again in a moment.";
        Refusal::new(Kind::Conflict, "photo.evidence-waits", detail).next(Next::Retry)
    } else {
        Refusal::new(Kind::Invalid, code, detail)
    };
    refusal.faults = faults;
    Err(refusal)
}

/// Refuses to take a photo back that the unit has shown in its reply.
///
/// # Errors
/// `photo.reply-given`.
pub fn may_be_taken_from_reply(is_shown: bool) -> Result<(), Refusal> {
    if !is_shown {
        return Ok(());
    }
    let detail = "The unit has shown this photo in its reply; it stays as it is.";
    Err(Refusal::new(Kind::Conflict, "photo.reply-given", detail).next(Next::Drop))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn shown(state: State) -> Shown {
        Shown {
            id: PhotoId(Uuid::nil()),
            state,
            checks: Vec::new(),
            place: Some(Verdict::Inside),
            captured_at: "2026-03-25T02:00:00Z".parse().unwrap(),
            clock_skew_s: 0.0,
            origin: Origin::Camera,
        }
    }

    fn check(code: &str, outcome: Outcome) -> Check {
        Check { outcome, ..Check::cannot_tell(code) }
    }

    fn asked() -> Timestamp {
        "2026-03-24T02:00:00Z".parse().unwrap()
    }

    const WHY: (&str, &str) = ("action.evidence", "why");

    #[test]
    fn what_is_not_there_or_fails_a_check_is_no_evidence() {
        let dark = Shown { checks: vec![check("too_dark", Outcome::Fail)], ..shown(State::Ready) };
        let outside = Shown { place: Some(Verdict::Outside), ..shown(State::Ready) };
        for (named, code) in [
            (None, "photo.not-of-this"),
            (Some(shown(State::Announced)), "photo.not-arrived"),
            (Some(shown(State::Quarantined)), "photo.set-apart"),
            (Some(shown(State::NoPreview)), "photo.no-picture"),
            (Some(shown(State::Withdrawn)), "photo.taken-back"),
            (Some(dark), "photo.check-failed"),
            (Some(outside), "photo.outside"),
        ] {
            let no = judged(&[Some(shown(State::Ready)), named], Some(asked()), WHY).unwrap_err();
            let told = no.faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str()));
            assert_eq!((no.code, told.collect::<Vec<_>>()), ("action.evidence", vec![("/photos/1", code)]));
        }
    }

    #[test]
    fn what_is_not_examined_yet_is_asked_for_again() {
        let no = judged(&[Some(shown(State::Stored))], Some(asked()), WHY).unwrap_err();
        assert_eq!((no.code, no.next), ("photo.evidence-waits", Next::Retry));
        let no = judged(&[Some(shown(State::Stored)), None], Some(asked()), WHY).unwrap_err();
        assert_eq!(no.code, "action.evidence", "waiting would not help");
    }

    #[test]
    fn what_is_worth_a_second_look_is_told() {
        let doubtful = Shown {
            checks: vec![check("blurred", Outcome::Warn), check("too_dark", Outcome::Pass)],
            place: Some(Verdict::CannotTell),
            captured_at: "2026-03-20T02:00:00Z".parse().unwrap(),
            clock_skew_s: -301.0,
            origin: Origin::Gallery,
            ..shown(State::Ready)
        };
        let told = judged(&[Some(shown(State::Ready)), Some(doubtful.clone())], Some(asked()), WHY).unwrap();
        let codes: Vec<&str> = told.iter().map(|remark| remark.code.as_str()).collect();
        assert_eq!(codes, ["blurred", PLACE_UNKNOWN, CLOCK_OFF, FROM_GALLERY, TAKEN_BEFORE]);
        // A clock that is a week behind takes photos a week early: set right, it is after.
        let slow = Shown { clock_skew_s: -7.0 * 86400.0, ..doubtful };
        let told = judged(&[Some(slow)], Some(asked()), WHY).unwrap();
        assert!(!told.iter().any(|remark| remark.code == TAKEN_BEFORE), "{told:?}");
    }
}
