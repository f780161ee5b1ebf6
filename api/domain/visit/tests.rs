//! The life of a visit, tried from outside: every path the list allows, and none it forbids.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't make its input should stop"
)]

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

const STEPS: [Step; 11] = [
    Step::Dispatch,
    Step::CheckIn,
    Step::CloseRecording,
    Step::DraftMinutes,
    Step::Sign(Outcome::Signed),
    Step::Sign(Outcome::SignedWithObjection),
    Step::Sign(Outcome::SignatureRefused),
    Step::Submit,
    Step::Finalise,
    Step::Cancel,
    Step::Abort,
];

/// The list itself, written down a second time.
fn listed(from: State, to: State) -> bool {
    use State::{
        Aborted, Cancelled, Dispatched, Finalised, MinutesReady, OnSite, Planned, RecordingClosed, Sealed,
        SignatureRefused, Signed, SignedWithObjection, Submitted,
    };
    let chain = [
        (Planned, Dispatched),
        (Sealed, Dispatched),
        (Dispatched, OnSite),
        (OnSite, RecordingClosed),
        (RecordingClosed, MinutesReady),
        (MinutesReady, MinutesReady),
        (MinutesReady, Signed),
        (MinutesReady, SignedWithObjection),
        (MinutesReady, SignatureRefused),
        (Signed, Submitted),
        (SignedWithObjection, Submitted),
        (SignatureRefused, Submitted),
        (Submitted, Finalised),
        (Planned, Cancelled),
        (Sealed, Cancelled),
        (Dispatched, Cancelled),
        (OnSite, Aborted),
    ];
    chain.contains(&(from, to))
}

#[test]
fn the_list_and_nothing_but_the_list() {
    let mut reached = HashSet::new();
    for from in State::ALL {
        for step in STEPS {
            match take(from, step) {
                Ok(Move::To(to)) => {
                    assert!(listed(from, to), "{from:?} {step:?} {to:?}");
                    reached.insert((from, to));
                }
                Ok(Move::Done) => assert!(!matches!(step, Step::DraftMinutes | Step::Sign(_))),
                Err(no) => assert!(no.code.starts_with("visit."), "{}", no.code),
            }
        }
    }
    let all = State::ALL.into_iter().flat_map(|from| State::ALL.into_iter().map(move |to| (from, to)));
    assert_eq!(reached, all.filter(|(from, to)| listed(*from, *to)).collect());
}

#[test]
fn every_step_out_of_place_has_its_own_code() {
    let code = |state, step| take(state, step).map_err(|no| no.code);
    assert_eq!(code(State::Planned, Step::CheckIn), Err("visit.not-dispatched"));
    assert_eq!(code(State::Dispatched, Step::CloseRecording), Err("visit.not-on-site"));
    assert_eq!(code(State::OnSite, Step::Submit), Err("visit.not-signed"));
    assert_eq!(code(State::OnSite, Step::Cancel), Err("visit.already-on-site"));
    assert_eq!(code(State::Submitted, Step::Submit), Ok(Move::Done));
    assert_eq!(code(State::Submitted, Step::Abort), Err("visit.closed"));
    assert_eq!(code(State::Cancelled, Step::Finalise), Err("visit.not-submitted"));
}

#[test]
fn a_surprise_is_told_twelve_hours_before_at_the_earliest() {
    let start: Timestamp = "2026-03-20T08:00:00+07:00".parse().unwrap();
    let lead = SignedDuration::from_hours(12);
    let at =
        |sealed, now: &str| may_dispatch_now(sealed, start, lead, now.parse().unwrap()).map_err(|no| no.code);
    assert_eq!(at(true, "2026-03-19T19:59:59+07:00"), Err("visit.too-early-to-dispatch"));
    assert_eq!(at(true, "2026-03-19T20:00:00+07:00"), Ok(()));
    assert_eq!(at(false, "2026-01-01T00:00:00+07:00"), Ok(()));
}

#[test]
fn what_is_disclosed_goes_on_and_what_was_called_off_in_secret_stays_secret() {
    let to = |is_secret, state| disclose(is_secret, state).map_err(|no| no.code);
    assert_eq!(to(true, State::Sealed), Ok(State::Planned));
    assert_eq!(to(true, State::Dispatched), Ok(State::Dispatched));
    assert_eq!(to(true, State::Cancelled), Err("visit.closed"));
    assert_eq!(to(false, State::Planned), Err("visit.not-sealed"));
}

#[test]
fn no_visit_before_its_decision() {
    // 004: decision of 5/8/2021; a visit on the 4th is refused, also at 23:59 local time.
    let decided = Some(jiff::civil::date(2021, 8, 5));
    let day = |at: &str| not_before_decision(at.parse().unwrap(), decided, "/at").map_err(|no| no.code);
    assert_eq!(day("2021-08-04T23:59:00+07:00"), Err("visit.before-decision"));
    assert_eq!(day("2021-08-05T00:00:00+07:00"), Ok(()));
}

#[test]
fn a_day_off_is_a_warning() {
    let warned = |from: &str, to: &str| {
        Window::checked(from.parse().unwrap(), to.parse().unwrap())
            .map(|w| w.warnings(&Calendar::default()))
            .map_err(|no| no.code)
    };
    // 003: 20/02/2022 is a Sunday.
    assert_eq!(warned("2022-02-20T08:00:00+07:00", "2022-02-21T17:00:00+07:00"), Ok(vec!["non_working_day"]));
    assert_eq!(warned("2022-02-21T08:00:00+07:00", "2022-02-21T17:00:00+07:00"), Ok(vec![]));
    assert_eq!(warned("2026-09-01T08:00:00+07:00", "2026-09-02T17:00:00+07:00"), Ok(vec!["non_working_day"]));
    assert_eq!(warned("2022-02-21T17:00:00+07:00", "2022-02-21T08:00:00+07:00"), Err("visit.window"));
}

fn signature(side: Side, outcome: Outcome) -> Signature {
    let refused = outcome == Outcome::SignatureRefused;
    Signature {
        side,
        outcome,
        objection: (outcome == Outcome::SignedWithObjection).then(|| "Số liệu mục B chưa đúng.".into()),
        reason: refused.then(|| "Không đồng ý với kết luận.".into()),
        witness: refused.then(|| "Trần Thị Bình".into()),
        signer_name: "Nguyễn Văn An".into(),
        signer_position: "Chủ tịch UBND xã".into(),
        by: AccountId(uuid::Uuid::nil()),
        signed_at: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_refusal_needs_reason_and_witness_and_a_team_does_not_refuse() {
    assert!(signature(Side::Unit, Outcome::SignatureRefused).checked().is_ok());
    for without in ["reason", "witness"] {
        let mut said = signature(Side::Unit, Outcome::SignatureRefused);
        if without == "reason" {
            said.reason = None;
        } else {
            said.witness = Some("  ".into());
        }
        assert_eq!(said.checked().map_err(|no| no.code), Err("visit.signature"), "{without}");
    }
    let team = signature(Side::Team, Outcome::SignedWithObjection);
    assert_eq!(team.checked().map_err(|no| no.code), Err("visit.signature"));
    let mut chatty = signature(Side::Unit, Outcome::Signed);
    chatty.reason = Some("x".into());
    assert_eq!(chatty.checked().map_err(|no| no.code), Err("visit.signature"));
}

#[test]
fn both_sides_sign_the_figures_they_were_shown() {
    let minutes = Minutes {
        text: "Biên bản".into(),
        text_sha256: String::new(),
        number: None,
        document: String::new(),
        document_sha256: String::new(),
        figures: Figures::default(),
        drafted_by: AccountId(uuid::Uuid::nil()),
        drafted_at: Timestamp::UNIX_EPOCH,
        signatures: vec![],
        signed_at: None,
    };
    let later = Figures { answers_sha256: "ff".into(), ..Figures::default() };
    let team = signature(Side::Team, Outcome::Signed);
    let unit = signature(Side::Unit, Outcome::SignedWithObjection);
    assert_eq!(minutes.sign(team.clone(), &later, "").map_err(|no| no.code), Err("visit.minutes-outdated"));
    let Ok(Signing::Awaiting(half)) = minutes.sign(team.clone(), &Figures::default(), "") else {
        panic!("awaiting")
    };
    assert_eq!(half.sign(team, &Figures::default(), ""), Ok(Signing::Repeated));
    assert_eq!(half.may_be_redrafted().map_err(|no| no.code), Err("visit.minutes-signed"));
    let Ok(Signing::Complete(whole, outcome)) = half.sign(unit, &Figures::default(), "") else {
        panic!("complete")
    };
    assert_eq!(outcome, Outcome::SignedWithObjection);
    assert_eq!(whole.signed_at, Some(Timestamp::UNIX_EPOCH));
    let other = signature(Side::Unit, Outcome::Signed);
    assert_eq!(whole.sign(other, &Figures::default(), "").map_err(|no| no.code), Err("visit.already-signed"));
}

#[test]
fn percentages_are_half_up() {
    let of = |numerator, denominator| Ratio { numerator, denominator }.basis_points();
    assert_eq!(of(34, 36), Some(9444));
    assert_eq!(of(1, 800), Some(13));
    assert_eq!(of(0, 0), None);
}

proptest! {
    #[test]
    fn whatever_is_tried_a_life_stays_on_the_list(tries in prop::collection::vec(0_usize..STEPS.len(), 0..40), kind in 0_usize..4, secret in any::<bool>()) {
        let kind = Kind::ALL[kind];
        let secret = secret && kind.may_be_secret(true).is_ok();
        let mut state = kind.born(secret);
        let mut checked_in = false;
        for step in tries.into_iter().map(|n| STEPS[n]) {
            if let Ok(Move::To(next)) = take(state, step) {
                prop_assert!(listed(state, next));
                checked_in |= next == State::OnSite;
                state = next;
            }
            prop_assert!(kind == Kind::Surprise || secret || state != State::Sealed);
            prop_assert!(checked_in || state.is_before_check_in() || state == State::Cancelled);
            if state.is_over() {
                prop_assert!(!matches!(take(state, Step::CheckIn), Ok(Move::To(_))));
            }
        }
    }
}

#[test]
fn a_visit_lasts_to_its_last_planned_day_or_its_arrival_and_no_longer_than_it_took() {
    let at = |text: &str| text.parse::<Timestamp>().ok();
    let window = Window {
        start: at("2013-07-01T08:00:00+07:00").unwrap_or_default(),
        end: at("2013-07-03T17:00:00+07:00").unwrap_or_default(),
    };
    let last = |arrived: &str, handed_in: &str| window.last_day(at(arrived), at(handed_in)).to_string();
    assert_eq!(last("2013-07-01T08:10:00+07:00", "2013-07-09T08:00:00+07:00"), "2013-07-03");
    assert_eq!(last("2013-07-05T08:10:00+07:00", "2013-07-09T08:00:00+07:00"), "2013-07-05", "late");
    assert_eq!(last("2013-07-01T08:10:00+07:00", "2013-07-02T17:00:00+07:00"), "2013-07-02", "done early");
    assert_eq!(last("2013-06-28T08:10:00+07:00", "2013-06-28T17:00:00+07:00"), "2013-06-28", "came early");
    assert_eq!(window.last_day(None, None).to_string(), "2013-07-03");
}
