//! What is said again: the same is answered as before, anything else is refused and told what stands.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{reported, step};
use crate::harness::{Holder, Inspectorate, id_of};
use serde_json::{Value, json};

/// Says something of a finding.
async fn says(who: &Holder, finding: &str, way: &str, said: Value) -> (u16, Value) {
    who.visitor.post(&format!("{finding}/{way}"), &said).await
}

fn told(answer: &(u16, Value), word: &str) {
    let (status, no) = answer;
    let code = no["code"].as_str().unwrap_or_default();
    assert!(*status == 409 && code.ends_with(".decided-otherwise"), "{answer:?}");
    assert!(no["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{no}");
}

/// A caller who reads the status alone never believes that other words were taken.
#[tokio::test(flavor = "multi_thread")]
async fn other_words_are_not_dropped_silently() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let said = json!({ "severity": "defect", "root_cause": "Thiếu kinh phí" });
    let one = confirmed(&at, &visit, "A01", said.clone()).await;
    for same in [json!({}), said, json!({ "severity": "defect" })] {
        assert_eq!(says(&at.lead, &one, "confirm", same).await.0, 200);
    }
    for other in
        [json!({ "severity": "violation" }), json!({ "statement": "Khác" }), json!({ "critical": true })]
    {
        told(&says(&at.lead, &one, "confirm", other).await, "");
    }
    let list = format!("/v1/findings?visit={}&item=A02", id_of(&visit));
    let (_, list) = at.lead.visitor.get(&list).await;
    let two = format!("/v1/findings/{}", list["items"][0]["id"].as_str().unwrap());
    let why = |reason: &str| json!({ "reason": reason });
    for _ in 0..2 {
        assert_eq!(says(&at.lead, &two, "dismiss", why("Đo nhầm.")).await.0, 200);
    }
    told(&says(&at.lead, &two, "dismiss", why("Không có thật.")).await, "Đo nhầm.");
    signed(&at, &visit).await;

    let explained = json!({ "text": "Đang sửa.", "papers": ["Công văn 3/UBND"] });
    assert_eq!(says(&at.head, &one, "explain", explained).await.0, 200);
    for _ in 0..2 {
        assert_eq!(says(&at.member, &one, "uphold", why("Chưa sửa xong.")).await.0, 200);
    }
    told(&says(&at.clerk, &one, "uphold", why("Không đủ căn cứ.")).await, "Chưa sửa xong.");

    let new = json!({ "visit": id_of(&visit), "kind": "correction", "title": "Khắc phục", "owners": [at.commune],
        "findings": [id_of(&one)] });
    let made = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
    let action = made.header("location").to_owned();
    for day in [json!({ "due_on": "2030-01-31" }), json!({ "due_on": "2030-01-31" }), json!({})] {
        assert_eq!(step(&at.scheduler, &action, "issue", day).await.0, 200);
    }
    told(&step(&at.scheduler, &action, "issue", json!({ "due_on": "2030-02-28" })).await, "2030-01-31");
    reported(&at.head, &action).await;
    for _ in 0..2 {
        assert_eq!(step(&at.scheduler, &action, "return", why("Thiếu ảnh.")).await.0, 200);
    }
    told(&step(&at.scheduler, &action, "return", why("Sai mẫu.")).await, "Thiếu ảnh.");
    at.house.end().await;
}

/// Whoever issues an action for several findings is told which of them are in the way, where each is, and until when.
#[tokio::test(flavor = "multi_thread")]
async fn findings_in_the_way_of_an_action_are_named() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let one = confirmed(&at, &visit, "A01", json!({})).await;
    let two = confirmed(&at, &visit, "A02", json!({})).await;
    signed(&at, &visit).await;
    let new = json!({ "visit": id_of(&visit), "kind": "correction", "title": "Khắc phục", "owners": [at.commune],
        "findings": [id_of(&one), id_of(&two)] });
    let made = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(says(&at.lead, &two, "request-explanation", json!({ "until": "2199-12-30" })).await.0, 200);
    let due = json!({ "due_on": "2030-01-31" });
    let (status, no) = step(&at.scheduler, made.header("location"), "issue", due).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-actionable")), "{no}");
    let faults = no["errors"].as_array().unwrap();
    assert_eq!(faults.len(), 1, "{no}");
    let place = made.body["findings"].as_array().unwrap().iter().position(|of| of["finding"] == id_of(&two));
    assert_eq!(faults[0]["pointer"], json!(format!("/findings/{}", place.unwrap())), "{no}");
    let detail = faults[0]["detail"].as_str().unwrap();
    assert!(detail.contains(id_of(&two)) && detail.contains("2199-12-30"), "{no}");
    at.house.end().await;
}

/// What was told of a finding is taken back with `null`; what is left out stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_of_a_finding_is_taken_back() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({ "root_cause": "Thiếu kinh phí" })).await;
    let amend = async |who: &Holder, said: Value| {
        let version = at.lead.visitor.send("GET", &finding, None).await.header("etag").to_owned();
        let request = who.visitor.request("PATCH", &finding).header("if-match", version);
        who.visitor.answer(request.json(&said)).await
    };
    let more = json!({ "referral": "15/QĐ-KL", "no_action_because": "Đã sửa ngay." });
    assert_eq!(amend(&at.lead, more).await.status, 200);
    let kept = amend(&at.lead, json!({})).await;
    assert_eq!(
        (&kept.body["referral"], &kept.body["root_cause"]),
        (&json!("15/QĐ-KL"), &json!("Thiếu kinh phí"))
    );
    assert_eq!(
        amend(&at.member, json!({ "referral": null })).await.status,
        403,
        "for the lead and the office"
    );
    let gone = amend(&at.lead, json!({ "referral": null, "no_action_because": null })).await;
    assert_eq!((gone.status, &gone.body["referral"]), (200, &Value::Null), "{}", gone.body);
    assert_eq!(
        (&gone.body["no_action_because"], &gone.body["root_cause"]),
        (&Value::Null, &json!("Thiếu kinh phí"))
    );
    assert_eq!(amend(&at.lead, json!({ "root_cause": null })).await.body["root_cause"], Value::Null);
    let bare = format!("/v1/findings?visit={}&without_action=true", id_of(&visit));
    assert_eq!(at.scheduler.visitor.get(&bare).await.1["items"].as_array().map(Vec::len), Some(1));
    at.house.end().await;
}

/// Minutes that tell of a candidate are added to when the lead does not stand by it; its answer counts as it was given.
#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_after_signing_is_an_addendum() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    let (_, list) = at.lead.visitor.get(&format!("/v1/findings?visit={}&item=A02", id_of(&visit))).await;
    let finding = format!("/v1/findings/{}", list["items"][0]["id"].as_str().unwrap());
    let why = json!({ "reason": "Đo nhầm." });
    for _ in 0..2 {
        assert_eq!(says(&at.lead, &finding, "dismiss", why.clone()).await.0, 200);
    }
    let (_, minutes) = at.head.visitor.get(&format!("{visit}/minutes")).await;
    let addenda = minutes["addenda"].as_array().unwrap();
    assert_eq!(addenda.len(), 1, "{minutes}");
    assert!(addenda[0]["was"].as_str().unwrap().ends_with("| chờ xác nhận"), "{minutes}");
    assert_eq!(addenda[0]["becomes"], "A02: Câu hỏi | không xác nhận");
    assert!(addenda[0]["reason"].as_str().unwrap().ends_with("Đo nhầm."), "{minutes}");
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let (_, report) = at.scheduler.visitor.get("/v1/reports/items?item=A02").await;
    assert_eq!(report["items"][0]["failing"]["numerator"], 1, "{report}");
    at.house.end().await;
}
