//! Re-inspections: what was found before is looked at again, once and for all; what comes of it stands in the minutes.

use super::findings::{confirmed, recorded, signed};
use super::remedies::issued;
use crate::harness::{Inspectorate, id_of};
use serde_json::{Value, json};
use uuid::Uuid;

/// A first visit that found A01 and A02, handed in; both findings.
async fn first(at: &Inspectorate) -> [String; 2] {
    let visit = recorded(at).await;
    let found =
        [confirmed(at, &visit, "A01", json!({})).await, confirmed(at, &visit, "A02", json!({})).await];
    handed_in(at, &visit).await;
    found
}

async fn handed_in(at: &Inspectorate, visit: &str) {
    at.held_photo(visit, "A01").await;
    signed(at, visit).await;
    let submitted = at.step(&at.lead, visit, "submit", Value::Null).await;
    assert_eq!(submitted.status, 200, "{}", submitted.body);
}

/// The re-inspection, perhaps as a surprise, with its recording closed: A01 answered so, the others well.
async fn again(at: &Inspectorate, is_secret: bool, a01: &str) -> String {
    let mut plan = at.plan("re_inspection", 1);
    if is_secret {
        plan["secret"] = json!(true);
    }
    let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let visit = made.header("location").to_owned();
    at.on_site(&visit).await;
    for (item, answer) in [
        ("A01", json!({ "type": "yes_no_na", "value": a01 })),
        ("A02", json!({ "type": "number", "value": 41 })),
        ("A03", json!({ "type": "ratio", "numerator": 36, "denominator": 36 })),
    ] {
        let said = at.answer(&visit, item, answer);
        let path = format!("/v1/responses/{}", Uuid::now_v7());
        assert_eq!(at.member.visitor.put(&path, &said).await.0, 201);
    }
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    visit
}

/// Records what was seen of an earlier finding.
async fn sees(at: &Inspectorate, visit: &str, finding: &str, outcome: &str) -> (u16, Value) {
    let seen = json!({ "visit": id_of(visit), "outcome": outcome, "note": "Đã xem tại chỗ." });
    at.lead.visitor.post(&format!("{finding}/re-inspection"), &seen).await
}

async fn of_item(at: &Inspectorate, visit: &str, item: &str) -> Value {
    let (_, list) = at.lead.visitor.get(&format!("/v1/findings?visit={}&item={item}", id_of(visit))).await;
    list["items"][0].clone()
}

/// X10: whoever stands by what a re-inspection found again is told of the earlier finding; nothing is final before it is
/// said what became of each of them, of a surprise as of any other.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_again_is_never_new() {
    for is_secret in [false, true] {
        let at = Inspectorate::open().await;
        let [one, two] = first(&at).await;
        let visit = again(&at, is_secret, "no").await;
        let born = format!("/v1/findings/{}", of_item(&at, &visit, "A01").await["id"].as_str().unwrap());
        let (status, no) = at.lead.visitor.post(&format!("{born}/confirm"), &json!({})).await;
        assert_eq!((status, &no["code"]), (409, &json!("finding.earlier-open")), "{no}");
        assert!(no["errors"][0]["detail"].as_str().unwrap().contains(id_of(&one)), "{no}");

        let (status, after) = sees(&at, &visit, &one, "not_fixed").await;
        assert_eq!((status, &after["repeated"]["id"]), (200, &json!(id_of(&born))), "{after}");
        handed_in(&at, &visit).await;
        let no = at.step(&at.lead, &visit, "finalise", Value::Null).await;
        assert_eq!((no.status, &no.body["code"]), (409, &json!("visit.earlier-undecided")), "{}", no.body);
        assert_eq!(no.body["errors"].as_array().map(Vec::len), Some(1), "{}", no.body);
        assert!(no.body["errors"][0]["detail"].as_str().unwrap().contains(id_of(&two)), "{}", no.body);
        assert_eq!(sees(&at, &visit, &two, "fixed").await.0, 200);
        assert_eq!(at.step(&at.lead, &visit, "finalise", Value::Null).await.status, 200);

        let report = format!("/v1/reports/recurrence?campaign={}", at.campaign);
        let (_, report) = at.scheduler.visitor.get(&report).await;
        assert_eq!(
            (&report["seen"]["repeated"]["numerator"], &report["new_findings"]),
            (&json!(1), &json!(0))
        );
        let (_, open) = at.lead.visitor.get(&format!("/v1/findings?held_by={}", at.commune)).await;
        assert_eq!(open["items"].as_array().map(Vec::len), Some(1), "one stands for both: {open}");
        at.house.end().await;
    }
}

/// What stays better and not gone is the earlier finding still: what the answer gave rise to is no new one.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_better_goes_on_as_it_was() {
    let at = Inspectorate::open().await;
    let [one, two] = first(&at).await;
    let visit = again(&at, false, "no").await;
    for (finding, outcome) in [(&one, "partly_fixed"), (&two, "fixed")] {
        assert_eq!(sees(&at, &visit, finding, outcome).await.0, 200);
    }
    let born = format!("/v1/findings/{}", of_item(&at, &visit, "A01").await["id"].as_str().unwrap());
    let (status, no) = at.lead.visitor.post(&format!("{born}/confirm"), &json!({})).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.earlier-open")), "{no}");
    let why = json!({ "reason": "Đã theo dõi ở phát hiện trước." });
    assert_eq!(at.lead.visitor.post(&format!("{born}/dismiss"), &why).await.0, 200);
    handed_in(&at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "finalise", Value::Null).await.status, 200);
    at.house.end().await;
}

/// Minutes of a re-inspection say what became of each earlier finding; what is recorded after somebody has signed them is
/// an addendum, so that no signed paper is silent about what the visit found.
#[tokio::test(flavor = "multi_thread")]
async fn minutes_say_what_became_of_each_earlier_finding() {
    let at = Inspectorate::open().await;
    let [one, two] = first(&at).await;
    let visit = again(&at, false, "yes").await;
    assert_eq!(sees(&at, &visit, &one, "fixed").await.0, 200);
    handed_in(&at, &visit).await;
    let minutes = format!("{visit}/minutes");
    let (_, whole) = at.head.visitor.get(&minutes).await;
    let document = whole["document"].as_str().unwrap();
    let section = "II. KẾT QUẢ KHẮC PHỤC\n- A01: Câu hỏi | đã khắc phục | Đã xem tại chỗ.\n\
                   - A02: Câu hỏi | chưa ghi nhận kết quả\n\nIII. ƯU ĐIỂM";
    assert!(document.contains(section), "{document}");
    assert!(document.contains("\nVI. Ý KIẾN CỦA ĐOÀN\n"), "{document}");

    let (status, after) = sees(&at, &visit, &two, "not_fixed").await;
    assert_eq!((status, &after["repeated"]["repeat_count"]), (200, &json!(1)), "{after}");
    let (_, added) = at.head.visitor.get(&minutes).await;
    assert_eq!(added["document_sha256"], whole["document_sha256"]);
    let addenda = added["addenda"].as_array().unwrap();
    assert_eq!(addenda.len(), 1, "{added}");
    assert_eq!(addenda[0]["was"], "A02: Câu hỏi | chưa ghi nhận kết quả");
    assert_eq!(
        addenda[0]["becomes"],
        "A02: Câu hỏi | chưa khắc phục, lập phát hiện lặp lại | Đã xem tại chỗ."
    );
    let (status, no) = sees(&at, &visit, &one, "not_fixed").await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-open")), "signed so: {no}");
    at.house.end().await;
}

/// A slip is taken back as long as nobody has signed: the finding is what it was, what repeated it is a candidate again,
/// actions that had gone stand, and the log tells all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_taken_back_until_somebody_signs() {
    let at = Inspectorate::open().await;
    let [one, two] = first(&at).await;
    let (_, of) = at.lead.visitor.get(&one).await;
    let visit = format!("/v1/visits/{}", of["visit"].as_str().unwrap());
    let action = issued(&at, &visit, &[&one], json!([at.commune]), json!({})).await;
    let visit = again(&at, false, "no").await;
    let state = async |path: &str| at.lead.visitor.get(path).await.1["state"].clone();

    assert_eq!(sees(&at, &visit, &one, "fixed").await.1["finding"]["state"], "closed");
    assert_eq!(state(&action).await, "cancelled");
    let (status, after) = sees(&at, &visit, &one, "not_fixed").await;
    assert_eq!(
        (status, &after["finding"]["re_inspection"]["outcome"]),
        (200, &json!("not_fixed")),
        "{after}"
    );
    let repeat = format!("/v1/findings/{}", after["repeated"]["id"].as_str().unwrap());
    let (_, actions) =
        at.lead.visitor.get(&format!("/v1/corrective-actions?finding={}", id_of(&repeat))).await;
    let proposed = format!("/v1/corrective-actions/{}", actions["items"][0]["id"].as_str().unwrap());
    assert_eq!((state(&repeat).await, state(&proposed).await), (json!("confirmed"), json!("proposed")));

    let (status, after) = sees(&at, &visit, &one, "partly_fixed").await;
    assert_eq!((status, &after["finding"]["state"]), (200, &json!("action_open")), "{after}");
    assert_eq!((state(&action).await, state(&proposed).await), (json!("issued"), json!("cancelled")));
    let (_, lapsed) = at.lead.visitor.get(&repeat).await;
    assert_eq!(
        (&lapsed["state"], &lapsed["repeat_of"], &lapsed["repeat_count"]),
        (&json!("candidate"), &Value::Null, &json!(0))
    );
    assert_eq!(sees(&at, &visit, &one, "not_fixed").await.1["repeated"]["id"], json!(id_of(&repeat)));
    assert_eq!(sees(&at, &visit, &two, "no_longer_applicable").await.0, 200);

    // One that was entered for the repetition alone is gone with it.
    assert_eq!(sees(&at, &visit, &two, "not_fixed").await.0, 200);
    assert_eq!(sees(&at, &visit, &two, "fixed").await.0, 200);
    assert_eq!(of_item(&at, &visit, "A02").await["state"], "lapsed");
    let deeds = at.house.deeds(id_of(&action)).await;
    assert!(deeds.contains(&"action.reinstated".to_owned()), "{deeds:?}");
    let deeds = at.house.deeds(id_of(&one)).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "finding.re_inspected").count(), 4, "{deeds:?}");
    handed_in(&at, &visit).await;
    let (status, no) = sees(&at, &visit, &two, "not_fixed").await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-open")), "{no}");
    assert_eq!(at.step(&at.lead, &visit, "finalise", Value::Null).await.status, 200);
    let (_, report) =
        at.scheduler.visitor.get(&format!("/v1/reports/recurrence?campaign={}", at.campaign)).await;
    let seen = &report["seen"];
    assert_eq!(
        (&seen["repeated"]["numerator"], &seen["fixed"]["numerator"], &seen["fixed"]["denominator"]),
        (&json!(1), &json!(1), &json!(2)),
        "each once, as it was said last"
    );
    assert_eq!(report["new_findings"], 0);
    at.house.end().await;
}

/// What a visit of later days found is nothing for a re-inspection before it to look at.
#[tokio::test(flavor = "multi_thread")]
async fn a_re_inspection_waits_for_what_came_before_it_alone() {
    let at = Inspectorate::open().await;
    let [one, two] = first(&at).await;
    let visit = again(&at, false, "yes").await;
    for finding in [&one, &two] {
        assert_eq!(sees(&at, &visit, finding, "fixed").await.0, 200);
    }
    handed_in(&at, &visit).await;
    let later = recorded(&at).await;
    confirmed(&at, &later, "A02", json!({})).await;
    let day = format!(
        "UPDATE visits SET planned_start = planned_start + interval '2 days', planned_end = planned_end + interval '2 days'
         WHERE id = '{}'",
        id_of(&later)
    );
    at.house.sql().await.batch_execute(&day).await.unwrap();
    let (_, carried) = at.lead.visitor.get(&format!("{visit}/earlier-findings")).await;
    assert_eq!(carried["items"], json!([]));
    assert_eq!(at.step(&at.lead, &visit, "finalise", Value::Null).await.status, 200);
    at.house.end().await;
}
