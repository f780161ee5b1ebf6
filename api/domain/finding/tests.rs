//! The life of a finding, tried from outside: every path the list allows, and none it forbids.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't make its input should stop"
)]

use super::*;
use crate::ids::ResponseId;
use crate::moment::DeviceMoment;
use crate::response::{Answer, Outcome as Answered, YesNoNa};
use crate::template::{Audience, Checklist};
use crate::visit::Figures;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const STEPS: [Step; 14] = [
    Step::Confirm,
    Step::Dismiss,
    Step::Lapse,
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

fn now() -> Timestamp {
    "2026-03-20T01:15:00Z".parse().unwrap()
}

/// The moves of the process, written down a second time.
fn listed(from: State, to: State) -> bool {
    use State::{
        ActionOpen, Candidate, Closed, Confirmed, Dismissed, Explained, ExplanationRequested, Lapsed,
        Remedied, Upheld, Withdrawn,
    };
    let chain = [
        (Candidate, Confirmed),
        (Candidate, Dismissed),
        (Candidate, Lapsed),
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
    let at = Some(now());
    let visit = (now(), now());
    assert!(Inspected::checked(None, Precision::Period, visit).is_ok());
    assert!(Inspected::checked(at, Precision::Day, visit).is_ok());
    for (at, precision) in [(at, Precision::Period), (None, Precision::Instant), (None, Precision::Day)] {
        assert_eq!(Inspected::checked(at, precision, visit).unwrap_err().code, "finding.inspected-at");
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
            // Nothing is open, withdrawn or closed that the lead did not stand by, and nothing lapses that they stood by.
            prop_assert!(confirmed != matches!(state, State::Candidate | State::Dismissed | State::Lapsed));
            if matches!(state, State::Dismissed | State::Lapsed | State::Withdrawn | State::Closed) {
                let left = STEPS.iter().any(|s| matches!(take(Kind::Shortfall, state, *s), Ok(Move::To(_))));
                prop_assert!(!left, "{state:?} is an end");
            }
        }
    }
}

/// Before there were phones, and by a clock that is more than a day fast.
#[test]
fn nothing_was_seen_at_an_impossible_time() {
    let came: Timestamp = "2026-03-20T01:15:00Z".parse().unwrap();
    let visit = (came, came + jiff::SignedDuration::from_hours(3));
    for at in ["2026-03-19T17:00:00Z", "2026-03-20T04:15:00Z"] {
        assert!(Inspected::checked(Some(at.parse().unwrap()), Precision::Instant, visit).is_ok(), "{at}");
    }
    for at in ["2026-03-19T16:59:59Z", "2026-03-20T04:15:01Z", "-005000-01-01T00:00:00Z"] {
        let no = Inspected::checked(Some(at.parse().unwrap()), Precision::Instant, visit);
        assert_eq!(no.unwrap_err().code, "finding.inspected-at", "{at}");
    }
}

/// A condition that is no longer met takes its item out of the visit, whatever was answered before.
#[test]
fn what_is_not_asked_gives_rise_to_nothing() {
    let item = |code: &str, condition: Value| {
        let mut item = json!({ "code": code, "question": { "vi": "Có đạt không?", "en": "" }, "weight": 1,
            "response": { "type": "yes_no_na", "pass": "yes" },
            "photo": { "min_count": 0, "when": "optional", "subject": "desk" } });
        if !condition.is_null() {
            item["condition"] = condition;
        }
        item
    };
    let after = json!({ "item": "A01", "any_of": ["yes"] });
    let body = json!({ "title": { "vi": "Một cửa", "en": "" }, "sections": [{ "title": { "vi": "Mục", "en": "" },
        "items": [item("A01", Value::Null), item("A02", after)] }] });
    let version = TemplateVersionId(Uuid::from_u128(3));
    let list = AskedList { version, code: "MC".to_owned(), body: Checklist::stored(body).unwrap() };
    let said = |item: &str, value: YesNoNa| Response {
        id: ResponseId(Uuid::nil()),
        visit: VisitId(Uuid::nil()),
        template_version: version,
        item: item.to_owned(),
        answer: Answer::YesNoNa { value, reason: None, document: None },
        outcome: if value == YesNoNa::Yes { Answered::Pass } else { Answered::Fail },
        note: String::new(),
        version: 1,
        answered_by: AccountId(Uuid::nil()),
        answered: DeviceMoment::parse("2020-03-20T08:15:00+07:00").unwrap(),
        received_at: Timestamp::UNIX_EPOCH,
    };
    let occasion = Occasion { day: jiff::civil::date(2020, 3, 20), audience: Audience::Commune };
    let born = |first, second| -> Vec<String> {
        let answers = [said("A01", first), said("A02", second)];
        born_of(std::slice::from_ref(&list), &answers, occasion).into_iter().map(|birth| birth.item).collect()
    };
    assert_eq!(born(YesNoNa::Yes, YesNoNa::No), ["A02"]);
    assert_eq!(born(YesNoNa::No, YesNoNa::No), ["A01"], "A02 is not asked after a no");
    let figures = Figures::count(std::slice::from_ref(&list), &[said("A01", YesNoNa::No)], occasion);
    let counted = figures.templates.first().unwrap();
    assert_eq!((counted.unanswered, counted.not_asked, counted.fail), (0, 1, 1));
}
