//! The life of a finding, tried from outside: every path the list allows, and none it forbids.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't make its input should stop")]

use super::*;
use proptest::prelude::*;

const STEPS: [Step; 13] = [
    Step::Confirm,
    Step::Dismiss,
    Step::RequestExplanation,
    Step::Explain,
    Step::Uphold,
    Step::Withdraw,
    Step::OpenAction,
    Step::Remedy,
    Step::Close,
    Step::ReInspect(Outcome::Fixed),
    Step::ReInspect(Outcome::PartlyFixed),
    Step::ReInspect(Outcome::NotFixed),
    Step::ReInspect(Outcome::NoLongerApplicable),
];

/// The moves of the process, written down a second time.
fn listed(from: State, to: State) -> bool {
    use State::{
        ActionOpen, Candidate, Closed, Confirmed, Dismissed, Explained, ExplanationRequested, Remedied,
        Upheld, Withdrawn,
    };
    let chain = [
        (Candidate, Confirmed),
        (Candidate, Dismissed),
        (Confirmed, ExplanationRequested),
        (Confirmed, Explained),
        (Confirmed, ActionOpen),
        (ExplanationRequested, Explained),
        (ExplanationRequested, Upheld),
        (Explained, Upheld),
        (Explained, Withdrawn),
        (Upheld, ActionOpen),
        (ActionOpen, ExplanationRequested),
        (ActionOpen, Explained),
        (ActionOpen, Remedied),
        (Remedied, ActionOpen),
        (Remedied, Closed),
    ];
    // A re-inspection closes whatever is open, or leaves it as it is.
    chain.contains(&(from, to)) || (from.is_open() && (to == Closed || to == from))
}

#[test]
fn the_list_and_nothing_but_the_list() {
    for from in State::ALL {
        for step in STEPS {
            match take(Kind::Shortfall, *from, step) {
                Ok(Move::To(to)) => assert!(listed(*from, to), "{from:?} {step:?} {to:?}"),
                Ok(Move::Done) => assert_ne!(*from, State::Candidate),
                Err(no) => assert!(no.code.starts_with("finding.") && !no.detail.is_empty()),
            }
        }
    }
}

#[test]
fn a_strength_is_only_confirmed_or_dismissed() {
    for step in STEPS {
        let taken = take(Kind::Strength, State::Candidate, step);
        assert_eq!(taken.is_ok(), matches!(step, Step::Confirm | Step::Dismiss), "{step:?}");
    }
}

#[test]
fn a_moment_and_its_precision_agree() {
    let at = Some(Timestamp::UNIX_EPOCH);
    assert!(Inspected::checked(None, Precision::Period).is_ok());
    assert!(Inspected::checked(at, Precision::Day).is_ok());
    for (at, precision) in [(at, Precision::Period), (None, Precision::Instant), (None, Precision::Day)] {
        assert_eq!(Inspected::checked(at, precision).unwrap_err().code, "finding.inspected-at");
    }
}

#[test]
fn a_referral_is_a_number_and_nothing_more() {
    assert_eq!(referral(" 12/QĐ-UBND ").unwrap(), "12/QĐ-UBND");
    for story in ["", "QĐ-UBND", "12/QĐ-UBND về ông A", &"1".repeat(61)] {
        assert_eq!(referral(story).unwrap_err().code, "finding.referral", "{story}");
    }
}

proptest! {
    #[test]
    fn no_walk_leaves_the_list(walk in prop::collection::vec(0..STEPS.len(), 0..40)) {
        let mut state = State::Candidate;
        let mut confirmed = false;
        for step in walk.into_iter().filter_map(|n| STEPS.get(n)) {
            if let Ok(Move::To(to)) = take(Kind::Shortfall, state, *step) {
                prop_assert!(listed(state, to));
                confirmed |= to == State::Confirmed;
                state = to;
            }
            // Nothing is open, withdrawn or closed that the lead did not stand by.
            prop_assert!(confirmed || matches!(state, State::Candidate | State::Dismissed));
            if matches!(state, State::Dismissed | State::Withdrawn | State::Closed) {
                let left = STEPS.iter().any(|s| matches!(take(Kind::Shortfall, state, *s), Ok(Move::To(_))));
                prop_assert!(!left, "{state:?} is an end");
            }
        }
    }
}
