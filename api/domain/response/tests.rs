//! Answers, tried from outside.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't make its input should stop"
)]

use super::*;
use crate::template::{Bilingual, ChoiceOption, Measure, Operator, ResponseType, YesNo};
use proptest::prelude::*;
use uuid::Uuid;

fn number(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn share(at_least: f64) -> ResponseType {
    let measure = |field: &str| Measure { field: field.into(), default: None, above_zero: false };
    ResponseType::Ratio {
        numerator: measure("posted"),
        denominator: measure("required"),
        operator: Operator::AtLeast,
        threshold: Some(at_least),
        part_of_whole: false,
    }
}

fn yes() -> ResponseType {
    ResponseType::YesNoNa { pass: YesNo::Yes }
}

fn count(operator: Operator, threshold: f64) -> ResponseType {
    ResponseType::Count { unit: "piece".into(), operator, threshold, parts: vec![], after: None }
}

fn rule_of(when: PhotoWhen, min_count: u8) -> PhotoRule {
    PhotoRule { min_count, when, ..PhotoRule::default() }
}

fn ratio(part: &str, whole: &str) -> Answer {
    Answer::Ratio { numerator: number(part), denominator: number(whole), earlier: None }
}

/// The day of the scenarios' measured one-stop shop.
const DAY: jiff::civil::Date = jiff::civil::Date::constant(2020, 3, 20);

fn judged(asked: &ResponseType, answer: &Answer) -> Result<Outcome, &'static str> {
    judge(asked, answer, DAY).map(|judgement| judgement.outcome).map_err(|no| no.code)
}

#[test]
fn comma_and_point_are_one_number() {
    for form in ["40,5", "40.5", " 40.50 "] {
        assert_eq!(number(form), number("40.5"));
    }
    let read = |json: &str| serde_json::from_str::<Decimal>(json);
    assert_eq!(read("40.5").unwrap(), read("\"40,5\"").unwrap());
    assert_eq!(serde_json::to_string(&number("40,5")).unwrap(), "40.5");
    assert_eq!(serde_json::to_string(&number("40")).unwrap(), "40");
    for wrong in ["\"1,2,3\"", "\"\"", "\",5\"", "\"1e3\"", "\"NaN\"", "1e300", "0.00000001", "null", "\"٤\""]
    {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn measured_shares_are_compared_exactly_and_shown_half_up() {
    // 000: 34 of 36 online procedures, waiting area 20 of 40 and 18 of 38.
    let asked = share(50.0);
    assert_eq!(judged(&asked, &ratio("20", "40")), Ok(Outcome::Pass));
    assert_eq!(judged(&asked, &ratio("18", "38")), Ok(Outcome::Fail));
    assert_eq!(ratio("18", "38").basis_points(), Some(4737));
    assert_eq!(ratio("34", "36").basis_points(), Some(9444));
    assert_eq!(ratio("1", "800").basis_points(), Some(13));
    assert_eq!(judged(&asked, &ratio("3", "0")), Ok(Outcome::Na));
    assert_eq!(ratio("3", "0").basis_points(), None);
    assert_eq!(judged(&share(100.0), &ratio("412", "420")), Ok(Outcome::Fail));
    assert_eq!(judged(&share(100.0), &ratio("12", "12")), Ok(Outcome::Pass));
}

#[test]
fn not_applicable_needs_a_reason() {
    let na = |reason: Option<&str>| {
        Answer::YesNoNa { value: YesNoNa::Na, reason: reason.map(Into::into), document: None }.checked()
    };
    assert_eq!(na(None).map_err(|r| r.code), Err("response.reason-missing"));
    assert_eq!(na(Some("  ")).map_err(|r| r.code), Err("response.reason-missing"));
    let asked = yes();
    assert_eq!(judged(&asked, &na(Some("xã không có trung tâm")).unwrap()), Ok(Outcome::Na));
}

#[test]
fn choices_earn_their_credit() {
    let label = || Bilingual { vi: "Có".into(), en: "Yes".into() };
    let option = |value: &str, credit| ChoiceOption {
        value: value.into(),
        label: label(),
        credit,
        valid_from: None,
        valid_to: None,
    };
    let asked =
        ResponseType::Choice { options: vec![option("both", 1.0), option("one", 0.5), option("none", 0.0)] };
    let choose = |value: &str| judged(&asked, &Answer::Choice { value: value.into(), document: None });
    assert_eq!(choose("both"), Ok(Outcome::Pass));
    assert_eq!(choose("one"), Ok(Outcome::Partial));
    assert_eq!(choose("none"), Ok(Outcome::Fail));
    assert_eq!(choose("two"), Err("response.unknown-option"));
    assert_eq!(
        judged(&asked, &Answer::Count { value: 1, missing: vec![], dated: vec![] }),
        Err("response.wrong-type")
    );
}

#[test]
fn zero_is_a_value() {
    let none = count(Operator::Exactly, 0.0);
    assert_eq!(judged(&none, &Answer::Count { value: 0, missing: vec![], dated: vec![] }), Ok(Outcome::Pass));
    assert_eq!(judged(&none, &Answer::Count { value: 1, missing: vec![], dated: vec![] }), Ok(Outcome::Fail));
    let area = ResponseType::Number {
        unit: "m2".into(),
        operator: Operator::AtLeast,
        threshold: 40.0,
        above_zero: true,
    };
    assert_eq!(judged(&area, &Answer::Number { value: number("39,5") }), Ok(Outcome::Fail));
    assert_eq!(judged(&area, &Answer::Number { value: number("40,0") }), Ok(Outcome::Pass));
    for wrong in ["0", "-1", "-0,5"] {
        assert_eq!(
            judged(&area, &Answer::Number { value: number(wrong) }),
            Err("response.not-above-zero"),
            "{wrong}"
        );
    }
}

#[test]
fn a_part_does_not_exceed_its_whole_where_it_is_one() {
    let mut waiting = share(50.0);
    if let ResponseType::Ratio { denominator, part_of_whole, .. } = &mut waiting {
        (denominator.above_zero, *part_of_whole) = (true, true);
    }
    assert_eq!(judged(&waiting, &ratio("39", "38")), Err("response.part-above-whole"));
    assert_eq!(judged(&waiting, &ratio("38", "38")), Ok(Outcome::Pass));
    assert_eq!(judged(&waiting, &ratio("0", "38")), Ok(Outcome::Fail));
    assert_eq!(judged(&waiting, &ratio("0", "0")), Err("response.not-above-zero"));
    assert_eq!(judged(&share(100.0), &ratio("12", "10")), Ok(Outcome::Pass), "more desks than officers");
    let negative = ratio("-1", "38").checked().unwrap_err();
    assert_eq!(
        (negative.code, negative.faults[0].pointer.as_str()),
        ("response.negative", "/answer/numerator")
    );
}

/// N11: lower than in the same period of the year before is fine; without that value the question does not arise.
#[test]
fn a_share_is_compared_with_the_year_before() {
    let mut overdue = share(0.0);
    if let ResponseType::Ratio { operator, threshold, .. } = &mut overdue {
        (*operator, *threshold) = (Operator::Below, None);
    }
    let against = |part: &str, whole: &str, before: Option<(&str, &str)>| {
        let earlier = before.map(|(n, d)| Share { numerator: number(n), denominator: number(d) });
        judged(&overdue, &Answer::Ratio { numerator: number(part), denominator: number(whole), earlier })
    };
    // 1.80 % against 2.40 %.
    assert_eq!(against("9", "500", Some(("12", "500"))), Ok(Outcome::Pass));
    assert_eq!(against("12", "500", Some(("9", "500"))), Ok(Outcome::Fail));
    assert_eq!(against("9", "500", Some(("9", "500"))), Ok(Outcome::Fail));
    assert_eq!(against("9", "500", None), Ok(Outcome::Na));
    assert_eq!(against("9", "500", Some(("0", "0"))), Ok(Outcome::Na));
    assert_eq!(against("0", "0", Some(("12", "500"))), Ok(Outcome::Na));
}

/// M21, X21: an edition of a standard is data; the same value earns less once a newer edition is the rule.
#[test]
fn an_option_earns_what_it_is_worth_on_the_day() {
    let option = |credit, valid_from, valid_to| ChoiceOption {
        value: "edition_2008".into(),
        label: Bilingual { vi: "Phiên bản 2008".into(), en: String::new() },
        credit,
        valid_from,
        valid_to,
    };
    let turn = jiff::civil::date(2018, 9, 15);
    let asked =
        ResponseType::Choice { options: vec![option(1.0, None, Some(turn)), option(0.5, Some(turn), None)] };
    let answer = Answer::Choice { value: "edition_2008".into(), document: None };
    let credit =
        |y, m, d| judge(&asked, &answer, jiff::civil::date(y, m, d)).unwrap().credit.unwrap().to_string();
    assert_eq!(credit(2017, 10, 6), "1");
    assert_eq!(credit(2018, 9, 14), "1");
    assert_eq!(credit(2018, 9, 15), "0.5");
    assert_eq!(credit(2020, 3, 20), "0.5");
}

#[test]
fn photos_are_needed_as_the_rule_says() {
    use Outcome::{Fail, Na, Partial, Pass};
    let missing = |when, outcome| photos_missing(&rule_of(when, 2), outcome, 1);
    assert_eq!(missing(PhotoWhen::Always, None), 1);
    assert_eq!(missing(PhotoWhen::Always, Some(Fail)), 1);
    assert_eq!(missing(PhotoWhen::Always, Some(Na)), 0);
    assert_eq!(missing(PhotoWhen::OnPass, Some(Partial)), 1);
    assert_eq!(missing(PhotoWhen::OnPass, Some(Fail)), 0);
    assert_eq!(missing(PhotoWhen::OnFail, Some(Fail)), 1);
    assert_eq!(missing(PhotoWhen::OnFail, Some(Pass)), 0);
    assert_eq!(missing(PhotoWhen::Optional, Some(Fail)), 0);
    assert_eq!(photos_missing(&rule_of(PhotoWhen::Always, 2), Some(Pass), 3), 0);
}

fn response(value: u32, version: i32) -> Response {
    Response {
        id: ResponseId(Uuid::from_u128(1)),
        visit: VisitId(Uuid::from_u128(2)),
        template_version: TemplateVersionId(Uuid::from_u128(3)),
        item: "OSS-A05".into(),
        answer: Answer::Count { value, missing: vec![], dated: vec![] },
        outcome: Outcome::Pass,
        note: String::new(),
        version,
        answered_by: AccountId(Uuid::nil()),
        answered: DeviceMoment::parse("2026-03-20T08:15:00+07:00").unwrap(),
        received_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_repeat_is_no_change_and_a_change_names_what_it_changes() {
    let kept = response(3, 4);
    assert_eq!(keep(None, &kept, None), Ok(Keeping::First));
    assert_eq!(keep(Some(&kept), &response(3, 1), None), Ok(Keeping::Repeated));
    assert_eq!(keep(Some(&kept), &response(5, 1), Some(4)), Ok(Keeping::Changed(5)));
    for base in [None, Some(3), Some(5)] {
        assert_eq!(keep(Some(&kept), &response(5, 1), base).map_err(|r| r.code), Err("response.stale"));
    }
    let mut other = response(3, 1);
    other.item = "OSS-A01".into();
    assert_eq!(keep(Some(&kept), &other, Some(4)).map_err(|r| r.code), Err("response.id-taken"));
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(value in -1_000_000_000_000_000_i64..=1_000_000_000_000_000) {
        let text = format!("{}{}.{:06}", if value < 0 { "-" } else { "" }, value.abs() / 1_000_000, value.abs() % 1_000_000);
        let read = Decimal::parse(&text).unwrap();
        prop_assert_eq!(read.millionths(), i128::from(value));
        prop_assert_eq!(Decimal::parse(&read.to_string()), Ok(read));
        let json = serde_json::to_string(&read).unwrap();
        if value.abs() < 1_000_000_000_000 {
            prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), read);
        }
    }

    #[test]
    fn judging_never_panics(n in 0_u32.., d in 0_u32.., t in any::<f64>()) {
        let whole = |n: u32| Decimal::parse(&n.to_string()).unwrap_or(Decimal::ONE);
        let answer = Answer::Ratio { numerator: whole(n), denominator: whole(d), earlier: None };
        prop_assert!(judge(&share(t), &answer, DAY).is_ok());
        let _ = answer.basis_points();
    }

    #[test]
    fn any_text_is_a_number_or_a_refusal(text in any::<String>()) {
        let _ = Decimal::parse(&text);
    }
}
