//! What a notice may become, and how it reads.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not there")]

use super::*;
use crate::visit::Ratio;
use jiff::civil::date;
use std::collections::HashSet;

#[test]
fn a_notice_is_signed_once_and_never_changes_after() {
    // Everything that can be reached, by whatever steps in whatever order.
    let mut reached = vec![vec![State::Draft]];
    for _ in 0..6 {
        let longer = reached.iter().flat_map(|life| {
            let now = *life.last().unwrap();
            Step::ALL.into_iter().filter_map(move |next| {
                step(now, next).ok().map(|then| life.iter().copied().chain([then]).collect::<Vec<_>>())
            })
        });
        reached = longer.collect();
        for life in &reached {
            let signed = life.iter().position(|state| *state == State::Signed);
            if let Some(at) = signed {
                assert!(life.iter().skip(at).all(|state| !state.is_open()), "{life:?}");
                assert_eq!(life.iter().filter(|state| **state == State::Signed).count(), 1, "{life:?}");
                assert_eq!(life.get(at - 1), Some(&State::Reviewed), "{life:?}");
            } else {
                assert!(!life.contains(&State::Issued), "{life:?}");
            }
        }
    }
    let ends: HashSet<&str> = reached.iter().map(|life| life.last().unwrap().as_str()).collect();
    assert!(ends.contains("issued"), "it can be issued at all: {ends:?}");
}

#[test]
fn every_step_out_of_turn_is_refused_by_its_own_name() {
    let code = |state, next| step(state, next).map_err(|refusal| refusal.code).err();
    assert_eq!(code(State::Draft, Step::Sign), Some("notice.not-reviewed"));
    assert_eq!(code(State::Reviewed, Step::Issue), Some("notice.not-signed"));
    assert_eq!(code(State::Signed, Step::Write), Some("notice.frozen"));
    assert_eq!(code(State::Issued, Step::Review), Some("notice.frozen"));
    assert_eq!(code(State::Issued, Step::Sign), Some("notice.signed"));
    assert_eq!(code(State::Issued, Step::Issue), Some("notice.issued"));
    assert_eq!(code(State::Signed, Step::Acknowledge), Some("notice.not-issued"));
}

#[test]
fn numbers_and_dates_read_as_the_decree_asks() {
    let symbol = Symbol::parse("TB-UBND").unwrap();
    assert_eq!(number_line(5, &symbol), "Số: 05/TB-UBND");
    assert_eq!(number_line(133, &symbol), "Số: 133/TB-UBND");
    assert_eq!(date_line("Hà Đông", date(2013, 7, 10)), "Hà Đông, ngày 10 tháng 7 năm 2013");
    assert_eq!(date_line("Quế Trung", date(2022, 2, 4)), "Quế Trung, ngày 04 tháng 02 năm 2022");
    assert_eq!(date_line("Huế", date(2026, 12, 30)), "Huế, ngày 30 tháng 12 năm 2026");
}

#[test]
fn symbols_are_capitals() {
    for good in ["TB-UBND", "QĐ-UBND", "KL-SNV", "NQ-HĐND", "TB-HĐND&UBND"] {
        assert_eq!(Symbol::parse(good).map(|symbol| symbol.as_str().to_owned()).as_deref(), Some(good));
    }
    for bad in ["", "T", "tb-ubnd", "TB UBND", "-TB", "TB-", "05/TB"] {
        assert_eq!(Symbol::parse(bad), None, "{bad}");
    }
}

#[test]
fn words_for_shares_follow_from_counts() {
    let word = |numerator, denominator| how_many(Ratio { numerator, denominator });
    assert_eq!(word(0, 17), None);
    assert_eq!(word(0, 0), None);
    assert_eq!(word(4, 17), Some("một số"));
    assert_eq!(word(3, 10), Some("nhiều"));
    assert_eq!(word(11, 22), Some("nhiều"));
    assert_eq!(word(13, 17), Some("phần lớn"));
    assert_eq!(word(28, 28), Some("tất cả"));
    // 29.997 % rounds to 30.00 and is less all the same.
    assert_eq!(word(2_999_700, 10_000_000), Some("một số"));
}
