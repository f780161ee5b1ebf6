//! The life of an answer at a visit: open, answered, complete, and locked once the minutes are signed.
//!
//! Source: domain §3, checklist response. What changes after signing is an addendum beside the answer, never the answer.

use crate::refusal::{Kind, Refusal};

words! {
    /// Where the answer to an item is in its life.
    Life {
        /// Asked, and no answer has come.
        Open = "open",
        /// Answered; photos that the item's rule asks for are missing.
        Answered = "answered",
        /// Answered, with every photo that the rule asks for.
        Complete = "complete",
        /// Signed for by a side: it stands as it is.
        Locked = "locked",
    }
}

/// What is known of an item at a visit. An answer that says "does not apply" without a reason is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether it has an answer.
    pub answered: bool,
    /// Whether the photos are held that its rule asks for after this answer.
    pub shown: bool,
    /// Whether somebody has signed the minutes that hold it.
    pub signed: bool,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is answered, or answered anew.
    Answer,
    /// The last photo that its rule asks for has arrived.
    Show,
    /// A photo that its rule asks for was withdrawn, or the answer asks for another one.
    Lack,
    /// A side signs the minutes.
    Sign,
}

impl Life {
    /// Where it is.
    #[must_use]
    pub fn of(facts: Facts) -> Self {
        match facts {
            Facts { signed: true, .. } => Self::Locked,
            Facts { answered: false, .. } => Self::Open,
            Facts { shown: false, .. } => Self::Answered,
            _ => Self::Complete,
        }
    }
}

/// What is known after a step.
///
/// # Errors
/// `visit.answers-locked` for an answer after somebody has signed.
pub fn take(facts: Facts, step: Step) -> Result<Facts, Refusal> {
    match step {
        Step::Answer if facts.signed => {
            let detail = "The minutes are signed; the answers they rest on stand.";
            Err(Refusal::new(Kind::Conflict, "visit.answers-locked", detail))
        }
        Step::Answer => Ok(Facts { answered: true, ..facts }),
        Step::Show => Ok(Facts { shown: true, ..facts }),
        Step::Lack => Ok(Facts { shown: false, ..facts }),
        Step::Sign => Ok(Facts { signed: true, ..facts }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 4] = [Step::Answer, Step::Show, Step::Lack, Step::Sign];

    /// The list of §3: whatever is locked stays, and nothing is complete that was not answered.
    fn listed(from: Life, to: Life) -> bool {
        use Life::{Answered, Complete, Locked, Open};
        from == to
            || matches!(
                (from, to),
                (Open, Answered | Complete | Locked)
                    | (Answered, Complete | Locked)
                    | (Complete, Answered | Locked)
            )
    }

    #[test]
    fn an_answer_is_complete_with_its_photos_and_locked_by_a_signature() {
        use Life::{Answered, Complete, Locked, Open};
        let mut facts = Facts::default();
        let mut told = vec![Life::of(facts)];
        for step in [Step::Answer, Step::Show, Step::Lack, Step::Show, Step::Sign, Step::Show] {
            facts = take(facts, step).unwrap_or_default();
            told.push(Life::of(facts));
        }
        assert_eq!(told, [Open, Answered, Complete, Answered, Complete, Locked, Locked]);
        assert_eq!(take(facts, Step::Answer).map_err(|no| no.code), Err("visit.answers-locked"));
    }

    proptest! {
        #[test]
        fn no_walk_leaves_the_list(walk in prop::collection::vec(0..STEPS.len(), 0..40)) {
            let mut facts = Facts::default();
            for step in walk.into_iter().filter_map(|n| STEPS.get(n)) {
                let before = Life::of(facts);
                match take(facts, *step) {
                    Ok(after) => {
                        prop_assert!(listed(before, Life::of(after)), "{before:?} {step:?}");
                        prop_assert!(Life::of(after) != Life::Complete || (after.answered && after.shown));
                        facts = after;
                    }
                    Err(no) => {
                        prop_assert_eq!(no.code, "visit.answers-locked");
                        prop_assert_eq!((before, *step), (Life::Locked, Step::Answer));
                    }
                }
            }
        }
    }
}
