//! Scores, tried on the checklists that come with the program and on made-up ones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't make its input should stop"
)]

use super::*;
use crate::ids::{AccountId, ResponseId, VisitId};
use crate::moment::DeviceMoment;
use crate::response::{YesNoNa, photos_missing};
use crate::template::{Audience, Checklist, Operator, ResponseType, YesNo};
use crate::visit::{Held, items_answered, photos_complete};
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const VERSION: TemplateVersionId = TemplateVersionId(Uuid::from_u128(3));

fn shipped(file: &str) -> AskedList {
    let filed: Value = serde_json::from_str(file).unwrap();
    let body = Checklist::stored(filed["body"].clone()).unwrap().checked("").unwrap();
    AskedList { version: VERSION, code: filed["code"].as_str().unwrap().to_owned(), body }
}

fn one_stop_shop() -> AskedList {
    shipped(include_str!("../../library/oss.json"))
}

fn every_list() -> Vec<AskedList> {
    let files = [
        include_str!("../../library/oss.json"),
        include_str!("../../library/con.json"),
        include_str!("../../library/cit.json"),
        include_str!("../../library/ari.json"),
        include_str!("../../library/agy.json"),
    ];
    files.iter().map(|file| shipped(file)).collect()
}

/// 20 March 2020, at a commune.
fn occasion() -> Occasion {
    Occasion { day: date(2020, 3, 20), audience: Audience::Commune }
}

fn given(item: &str, answer: Answer) -> Response {
    Response {
        id: ResponseId(Uuid::from_u128(1)),
        visit: VisitId(Uuid::from_u128(2)),
        template_version: VERSION,
        item: item.to_owned(),
        answer,
        outcome: Outcome::Recorded,
        note: String::new(),
        version: 1,
        answered_by: AccountId(Uuid::nil()),
        answered: DeviceMoment::parse("2020-03-20T08:15:00+07:00").unwrap(),
        received_at: Timestamp::UNIX_EPOCH,
    }
}

/// An answer that passes.
fn good(asked: &ResponseType) -> Answer {
    let whole = |n: f64| Decimal::of_f64(n);
    match asked {
        ResponseType::YesNoNa { pass: YesNo::Yes } => {
            Answer::YesNoNa { value: YesNoNa::Yes, reason: None, document: None }
        }
        ResponseType::YesNoNa { pass: YesNo::No } => {
            Answer::YesNoNa { value: YesNoNa::No, reason: None, document: None }
        }
        ResponseType::Choice { options } => {
            let best = options.iter().find(|o| o.credit >= 1.0 && o.holds_on(date(2020, 3, 20))).unwrap();
            Answer::Choice { value: best.value.clone(), document: None }
        }
        ResponseType::Count { threshold, .. } => {
            Answer::Count { value: format!("{threshold}").parse().unwrap(), missing: vec![], dated: vec![] }
        }
        ResponseType::Number { threshold, .. } => Answer::Number { value: whole(*threshold) },
        ResponseType::Ratio { operator: Operator::Below, .. } => Answer::Ratio {
            numerator: Decimal::ONE,
            denominator: whole(100.0),
            earlier: Some(crate::response::Share { numerator: whole(2.0), denominator: whole(100.0) }),
        },
        ResponseType::Ratio { threshold, .. } => {
            Answer::Ratio { numerator: whole(threshold.unwrap()), denominator: whole(100.0), earlier: None }
        }
        ResponseType::Text {} => Answer::Text { value: "Không".to_owned() },
    }
}

fn all_good(list: &AskedList) -> Vec<Response> {
    list.body.items().map(|item| given(&item.code, good(&item.response))).collect()
}

fn set(answers: &mut [Response], item: &str, answer: &Value) {
    let of = answers.iter_mut().find(|answer| answer.item == item).unwrap();
    of.answer = serde_json::from_value(answer.clone()).unwrap();
}

fn percent(score: &Score) -> f64 {
    f64::from(score.basis_points.unwrap()) / 100.0
}

fn grade(score: &Score) -> &str {
    &score.grade.as_ref().unwrap().code
}

/// Codes and weights of the checklists' own legend: 90 items; 33/71, 15/40, 14/30, 16/35, 12/30; 45 photos.
#[test]
fn the_five_checklists_are_whole() {
    let figures: Vec<(String, usize, f64, u32)> = every_list()
        .iter()
        .map(|list| {
            let weight = list.body.items().map(|item| item.weight).sum();
            let photos =
                list.body.items().map(|item| photos_missing(&item.photo, Some(Outcome::Pass), 0)).sum();
            (list.code.clone(), list.body.items().count(), weight, photos)
        })
        .collect();
    let expected = [
        ("OSS", 33, 71.0, 24),
        ("CON", 15, 40.0, 4),
        ("CIT", 14, 30.0, 7),
        ("ARI", 16, 35.0, 6),
        ("AGY", 12, 30.0, 4),
    ];
    assert_eq!(
        figures,
        expected.map(|(code, items, weight, photos)| (code.to_owned(), items, weight, photos))
    );
}

/// M10 to M25 and the scenario of the measured one-stop shop.
#[test]
fn the_measured_one_stop_shop_scores_what_the_scenario_says() {
    let list = one_stop_shop();
    let mut answers = all_good(&list);
    let whole = Score::of(&list, &answers, occasion());
    assert_eq!((whole.points.to_string(), percent(&whole), grade(&whole)), ("71".to_owned(), 100.0, "good"));

    set(&mut answers, "OSS-A01", &json!({ "type": "number", "value": 38 }));
    set(&mut answers, "OSS-A02", &json!({ "type": "ratio", "numerator": 18, "denominator": 38 }));
    set(&mut answers, "OSS-D04", &json!({ "type": "count", "value": 3 }));
    set(&mut answers, "OSS-D06", &json!({ "type": "choice", "value": "older_edition_posted" }));
    set(&mut answers, "OSS-F02", &json!({ "type": "choice", "value": "none" }));
    set(&mut answers, "OSS-C01", &json!({ "type": "choice", "value": "none" }));
    set(&mut answers, "OSS-E03", &json!({ "type": "yes_no_na", "value": "no", "reason": null }));
    let score = Score::of(&list, &answers, occasion());
    assert_eq!((score.points.to_string(), score.weight.to_string()), ("52".to_owned(), "71".to_owned()));
    assert_eq!((percent(&score), grade(&score)), (73.24, "needs_correction"));
    assert_eq!(score.failing.len(), 7);
    assert_eq!(score.failing.iter().filter(|f| f.credit.is_zero()).count(), 6);
    let halves: Vec<&str> =
        score.failing.iter().filter(|f| f.credit.to_string() == "0.5").map(|f| f.item.as_str()).collect();
    assert_eq!(halves, ["OSS-D06"]);
    assert_eq!((score.critical_failures().count(), score.grade.as_ref().unwrap().is_capped), (0, false));

    let missing =
        photos_complete(std::slice::from_ref(&list), &answers, &Held::new(), (occasion(), None)).unwrap_err();
    assert_eq!(missing.code, "visit.photos-missing");
    let lacking: Vec<&str> = missing.faults.iter().map(|f| f.pointer.as_str()).collect();
    assert!(lacking.contains(&"/items/OSS-D04") && !lacking.contains(&"/items/OSS-C01"), "{lacking:?}");

    set(&mut answers, "OSS-A01", &json!({ "type": "number", "value": 40 }));
    set(&mut answers, "OSS-A02", &json!({ "type": "ratio", "numerator": 20, "denominator": 40 }));
    let better = Score::of(&list, &answers, occasion());
    assert_eq!(
        (better.points.to_string(), percent(&better), grade(&better)),
        ("58".to_owned(), 81.69, "fair")
    );
}

/// M04: a critical failure caps the grade, whatever the percentage.
#[test]
fn a_critical_failure_caps_the_grade() {
    let list = one_stop_shop();
    let mut answers = all_good(&list);
    set(&mut answers, "OSS-D02", &json!({ "type": "ratio", "numerator": 141, "denominator": 150 }));
    let score = Score::of(&list, &answers, occasion());
    assert_eq!((score.points.to_string(), percent(&score)), ("66".to_owned(), 92.96));
    assert_eq!((grade(&score), score.grade.as_ref().unwrap().is_capped), ("needs_correction", true));
    assert_eq!(score.critical_failures().collect::<Vec<_>>(), ["OSS-D02"]);
}

#[test]
fn exactly_the_photos_of_the_rules_are_asked_for() {
    let list = one_stop_shop();
    let answers = all_good(&list);
    let lists = std::slice::from_ref(&list);
    let of = |subject: &str| ("OSS-A01".to_owned(), subject.to_owned());
    let lacks = |held: &Held| {
        let no = photos_complete(lists, &answers, held, (occasion(), None)).unwrap_err();
        no.faults.iter().any(|fault| fault.pointer == "/items/OSS-A01")
    };
    assert!(lacks(&Held::new()));
    assert!(lacks(&Held::from([(of("desk"), 3)])), "a photo of a desk is none of the office");
    assert!(!lacks(&Held::from([(of("office_area"), 1)])));
}

/// Items come and go with the law: the chair heads the one-stop shop until the districts end.
#[test]
fn an_item_is_asked_on_its_days_and_of_its_units() {
    let list = one_stop_shop();
    let tally = |y, m, d, audience| Score::of(&list, &[], Occasion { day: date(y, m, d), audience }).tally;
    assert_eq!(tally(2025, 6, 30, Audience::Commune).unanswered, 33);
    let after = tally(2025, 7, 1, Audience::Commune);
    assert_eq!((after.unanswered, after.not_asked), (32, 1));
    assert_eq!(tally(2020, 3, 20, Audience::Agency).not_asked, 33);
    let agency = shipped(include_str!("../../library/agy.json"));
    let at_commune = Score::of(&agency, &[], occasion());
    assert_eq!((at_commune.tally.not_asked, at_commune.basis_points, at_commune.grade), (1, None, None));
}

fn conditional() -> AskedList {
    let item = |code: &str, condition: Value| {
        json!({ "code": code, "question": { "vi": "Câu hỏi" }, "weight": 2, "condition": condition,
            "photo": { "min_count": 1, "subject": "desk", "when": "always" },
            "response": { "type": "yes_no_na", "pass": "yes" } })
    };
    let first = json!({ "code": "A1", "question": { "vi": "Bao nhiêu bàn?" }, "weight": 1,
        "response": { "type": "count", "unit": "piece", "operator": ">=", "threshold": 1 } });
    let body = json!({ "title": { "vi": "Thử" }, "sections": [{ "title": { "vi": "Phần" }, "items": [
        first,
        item("A2", json!({ "item": "A1", "operator": ">", "threshold": 2 })),
        item("A3", json!({ "item": "A2", "any_of": ["no", "na"] })),
    ] }] });
    AskedList {
        version: VERSION,
        code: "THU".into(),
        body: Checklist::stored(body).unwrap().checked("").unwrap(),
    }
}

#[test]
fn an_item_with_a_condition_is_asked_only_when_it_is_met() {
    let list = conditional();
    let yes = |value| Answer::YesNoNa { value, reason: None, document: None };
    let stands = |answers: &[Response]| {
        let asked = |standing| !matches!(standing, Standing::NotAsked);
        standings(&list, answers, occasion()).iter().map(|(_, s)| asked(*s)).collect::<Vec<_>>()
    };
    let desks = |value| given("A1", Answer::Count { value, missing: vec![], dated: vec![] });
    assert_eq!(stands(&[]), [true, false, false]);
    assert_eq!(stands(&[desks(2)]), [true, false, false]);
    assert_eq!(stands(&[desks(3)]), [true, true, false]);
    assert_eq!(stands(&[desks(3), given("A2", yes(YesNoNa::No))]), [true, true, true]);
    let open = |answers: &[Response]| {
        let lists = std::slice::from_ref(&list);
        let no = items_answered(lists, answers, occasion(), None).err();
        no.map(|no| no.faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!((open(&[]), open(&[desks(2)])), (vec!["/items/A1".to_owned()], vec![]));
    assert_eq!(open(&[desks(3)]), ["/items/A2"], "asked after this answer");
    assert!(items_answered(std::slice::from_ref(&list), &[], occasion(), Some("khóa cửa")).is_ok());
    // What A3 rests on is not asked any more: neither is A3, whatever A2 says.
    let answers = [desks(2), given("A2", yes(YesNoNa::No)), given("A3", yes(YesNoNa::No))];
    assert_eq!(stands(&answers), [true, false, false]);
    let score = Score::of(&list, &answers, occasion());
    assert_eq!((score.weight.to_string(), score.failing.len()), ("1".to_owned(), 0));
    assert!(photos_complete(std::slice::from_ref(&list), &answers, &Held::new(), (occasion(), None)).is_ok());
}

proptest! {
    /// Whatever is answered: the percentage lies between 0 and 100, points never exceed the weight, each item stands
    /// in exactly one place, and an item answered better never lowers the score.
    #[test]
    fn a_score_keeps_its_bounds(credits in prop::collection::vec((0_u32..=10, 1_u32..=100, any::<bool>(), any::<bool>()), 1..30)) {
        let option = |n: u32| json!({ "value": format!("v{n}"), "label": { "vi": "Mức" }, "credit": f64::from(n) / 10.0 });
        let options: Vec<Value> = (0..=10).map(option).collect();
        let items: Vec<Value> = credits.iter().enumerate().map(|(n, (_, weight, critical, _))| json!({
            "code": format!("C-{n}"), "question": { "vi": "Câu hỏi" }, "weight": f64::from(*weight) / 4.0, "critical": critical,
            "response": { "type": "choice", "options": options } })).collect();
        let body = json!({ "title": { "vi": "Thử" }, "sections": [{ "title": { "vi": "Phần" }, "items": items }] });
        let list = AskedList { version: VERSION, code: "THU".into(), body: Checklist::stored(body).unwrap().checked("").unwrap() };
        let choose = |n: usize, credit: u32| given(&format!("C-{n}"), Answer::Choice { value: format!("v{credit}"), document: None });
        let answers: Vec<Response> = credits.iter().enumerate().filter(|(_, of)| of.3)
            .map(|(n, (credit, ..))| choose(n, *credit)).collect();
        let score = Score::of(&list, &answers, occasion());
        let tally = score.tally;
        let placed = tally.pass + tally.partial + tally.fail + tally.na + tally.recorded + tally.unanswered + tally.not_asked;
        prop_assert_eq!(usize::try_from(placed).unwrap(), credits.len());
        prop_assert!(score.points <= score.weight);
        prop_assert!(score.basis_points.is_none_or(|bp| bp <= 10_000));
        let is_whole = tally.unanswered == 0;
        prop_assert_eq!(score.grade.is_some(), score.basis_points.is_some() && is_whole, "half a list has no grade");
        prop_assert_eq!(score.ungraded_because.is_none(), score.grade.is_some());
        prop_assert_eq!(score.ungraded_because == Some(Ungraded::ItemsUnanswered), !is_whole);
        if is_whole && score.critical_failures().next().is_some() {
            prop_assert!(["needs_correction", "poor"].contains(&grade(&score)));
        }
        let better: Vec<Response> = answers.iter().map(|a| {
            let mut a = a.clone();
            a.answer = Answer::Choice { value: "v10".into(), document: None };
            a
        }).collect();
        prop_assert!(Score::of(&list, &better, occasion()).basis_points >= score.basis_points);
    }
}
