//! Corrective actions: who is to remedy what by when, and who may say that it is done.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

pub async fn step(who: &Holder, action: &str, step: &str, said: Value) -> (u16, Value) {
    let said = (!said.is_null()).then_some(&said);
    let answer = who.visitor.send("POST", &format!("{action}/{step}"), said).await;
    (answer.status, answer.body)
}

/// Proposes an action for findings and issues it.
pub async fn issued(at: &Inspectorate, visit: &str, findings: &[&str], owners: Value, more: Value) -> String {
    let findings: Vec<&str> = findings.iter().map(|finding| id_of(finding)).collect();
    let mut new = json!({ "visit": id_of(visit), "kind": "correction", "title": "Khắc phục tồn tại",
        "owners": owners, "findings": findings });
    for (field, value) in more.as_object().into_iter().flatten() {
        new[field] = value.clone();
    }
    let made = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let action = made.header("location").to_owned();
    let due = json!({ "due_on": "2030-01-31" });
    assert_eq!(step(&at.lead, &action, "issue", due.clone()).await.0, 403, "the lead proposes");
    let (status, body) = step(&at.scheduler, &action, "issue", due).await;
    assert_eq!((status, &body["state"]), (200, &json!("issued")), "{body}");
    action
}

pub async fn reported(who: &Holder, action: &str) {
    for taken in ["accept", "start"] {
        let (status, body) = step(who, action, taken, Value::Null).await;
        assert_eq!(status, 200, "{body}");
    }
    let shown = json!({ "note": "Đã làm.", "papers": ["Báo cáo 1/BC-UBND"] });
    let (status, body) = step(who, action, "report", shown).await;
    assert_eq!((status, &body["state"]), (200, &json!("reported_done")), "{body}");
}

/// Nobody verifies an action of a unit they belong to, and the lead not a critical finding alone.
#[tokio::test(flavor = "multi_thread")]
async fn duties_are_separate() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({ "critical": true })).await;
    signed(&at, &visit).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    assert_eq!(at.lead.visitor.get(&finding).await.1["state"], "action_open");
    let (status, no) = step(&at.scheduler, &action, "verify", json!({})).await;
    assert_eq!((status, &no["code"]), (409, &json!("action.not-reported")));
    let bare = json!({ "note": "Đã làm." });
    step(&at.head, &action, "accept", Value::Null).await;
    step(&at.head, &action, "start", Value::Null).await;
    assert_eq!(step(&at.head, &action, "report", bare).await.1["code"], "action.evidence");
    let shown = json!({ "note": "Đã làm.", "papers": ["Báo cáo 1/BC-UBND"] });
    assert_eq!(step(&at.lead, &action, "report", shown.clone()).await.0, 403, "only its owner reports");
    assert_eq!(step(&at.head, &action, "report", shown).await.0, 200);
    assert_eq!(step(&at.head, &action, "verify", json!({})).await.0, 403);

    // Home affairs who works at the unit too: the query itself refuses.
    let roles = [(Role::Scheduler, at.owner, None), (Role::UnitStaff, at.owner, Some(at.province))];
    let both = at.house.holder("Người hai vai", &roles).await;
    for (way, said) in [
        ("verify", json!({})),
        ("return", json!({ "reason": "x" })),
        ("cancel", json!({ "reason": "x" })),
        ("decide-extension", json!({ "grant": true, "reason": "x" })),
    ] {
        let (status, no) = step(&both, &action, way, said).await;
        assert_eq!((status, &no["code"]), (403, &json!("action.own-unit")), "{way}");
    }

    let (status, alone) = step(&at.lead, &action, "verify", json!({})).await;
    assert_eq!((status, &alone["state"]), (200, &json!("reported_done")), "kept, and not enough: {alone}");
    assert_eq!(alone["findings"][0]["verified_at"], Value::Null);
    let (status, done) = step(&at.member, &action, "verify", json!({})).await;
    assert_eq!((status, &done["state"]), (200, &json!("verified_done")), "{done}");
    assert_eq!(at.head.visitor.get(&finding).await.1["state"], "closed");
    assert_eq!(
        step(&at.scheduler, &action, "cancel", json!({ "reason": "x" })).await.1["code"],
        "action.verified"
    );
    at.house.end().await;
}

/// N08: one action closes its findings only when all are verified. M28, M29: its owners are others than the unit
/// inspected, jointly, and each sees it.
#[tokio::test(flavor = "multi_thread")]
async fn one_action_closes_its_findings_together() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let free = json!({ "kind": "finding", "category": "Phối hợp", "statement": "Phối hợp lỏng lẻo." });
    let free = at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&free)).await;
    let free = free.header("location").to_owned();
    assert_eq!(at.lead.visitor.post(&format!("{free}/confirm"), &json!({})).await.0, 200);
    let one = confirmed(&at, &visit, "A01", json!({})).await;
    let two = confirmed(&at, &visit, "A02", json!({})).await;
    signed(&at, &visit).await;
    let owners = json!([at.other_commune, at.province]);
    let action = issued(&at, &visit, &[&one, &two, &free], owners, json!({})).await;
    let own = |unit| [(Role::HeadOfUnit, at.owner, Some(unit))];
    let beside = at.house.holder("Chủ tịch xã bên", &own(at.other_commune)).await;
    let above = at.house.holder("Chủ tịch tỉnh", &own(at.province)).await;
    for (who, may_answer) in [(&beside, true), (&above, true), (&at.head, false)] {
        assert_eq!(who.visitor.get(&action).await.0, 200, "each sees it");
        let (status, _) = step(who, &action, "accept", Value::Null).await;
        assert_eq!(status, if may_answer { 200 } else { 403 });
    }
    assert_eq!(step(&beside, &action, "start", Value::Null).await.0, 200);
    let shown = json!({ "note": "Đã làm.", "papers": ["Báo cáo 1/BC-UBND"] });
    assert_eq!(step(&above, &action, "report", shown).await.0, 200);

    let part = json!({ "findings": [id_of(&one), id_of(&two)] });
    let (_, body) = step(&at.scheduler, &action, "verify", part).await;
    assert_eq!(body["state"], "reported_done");
    let state = async |finding: &str| at.lead.visitor.get(finding).await.1["state"].clone();
    assert_eq!((state(&one).await, state(&free).await), (json!("remedied"), json!("action_open")));
    let (_, body) = step(&at.scheduler, &action, "verify", json!({ "findings": [id_of(&free)] })).await;
    assert_eq!(body["state"], "verified_done");
    for finding in [&one, &two, &free] {
        assert_eq!(state(finding).await, json!("closed"));
    }
    at.house.end().await;
}

/// M36, X18: a monthly action has twelve instances; what is counted before and after is kept; more time is asked once.
#[tokio::test(flavor = "multi_thread")]
async fn actions_recur_and_may_be_given_time() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    signed(&at, &visit).await;
    let more = json!({ "kind": "procedure_review", "recurrence": { "every": "month", "instances": 12 },
        "measures": [{ "name": "Thời gian giải quyết", "unit": "day", "before": 10, "after": 7 }] });
    let action = issued(&at, &visit, &[], json!([at.commune]), more).await;
    let list = format!("/v1/corrective-actions?campaign={}&state=issued&limit=200", at.campaign);
    let (_, page) = at.head.visitor.get(&list).await;
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    let mut days: Vec<&str> = items.iter().filter_map(|item| item["due_on"].as_str()).collect();
    days.sort_unstable();
    assert_eq!((days[0], days[1], days[11]), ("2030-01-31", "2030-02-28", "2030-12-31"));
    assert!(
        items.iter().all(|item| item["series"] == json!(id_of(&action)) && item["measures"][0]["after"] == 7)
    );

    let until = |day: &str| json!({ "until": day, "reason": "Chờ kinh phí." });
    assert_eq!(
        step(&at.head, &action, "request-extension", until("2030-01-31")).await.1["code"],
        "action.extension"
    );
    assert_eq!(step(&at.head, &action, "request-extension", until("2030-02-15")).await.0, 200);
    let (_, no) = step(&at.head, &action, "request-extension", until("2030-03-15")).await;
    assert_eq!(no["code"], "action.extension-asked");
    let kept = json!({ "grant": false, "reason": "Không cần thêm thời gian." });
    assert_eq!(step(&at.lead, &action, "decide-extension", kept.clone()).await.0, 403);
    let (status, body) = step(&at.authority, &action, "decide-extension", kept).await;
    assert_eq!(
        (status, &body["due_on"], &body["extensions"][0]["state"]),
        (200, &json!("2030-01-31"), &json!("kept"))
    );
    let (_, gone) = step(&at.scheduler, &action, "cancel", json!({ "reason": "Không cần nữa." })).await;
    assert_eq!(gone["state"], "cancelled");
    let (_, no) = step(&at.head, &action, "request-extension", until("2030-03-15")).await;
    assert_eq!(no["code"], "action.no-time-runs");
    at.house.end().await;
}

/// Evidence that does not do is returned, and what was verified of it is open again.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_may_be_returned() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let one = confirmed(&at, &visit, "A01", json!({})).await;
    let two = confirmed(&at, &visit, "A02", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    let action = issued(&at, &visit, &[&one, &two], json!([at.commune]), json!({})).await;
    reported(&at.head, &action).await;
    step(&at.scheduler, &action, "verify", json!({ "findings": [id_of(&one)] })).await;
    assert_eq!(at.lead.visitor.get(&one).await.1["state"], "remedied");
    let (_, body) = step(&at.scheduler, &action, "return", json!({ "reason": "Chưa rõ." })).await;
    assert_eq!(
        (&body["state"], &body["reports"][0]["returned_because"]),
        (&json!("returned"), &json!("Chưa rõ."))
    );
    assert_eq!(at.lead.visitor.get(&one).await.1["state"], "action_open");
    let shown = json!({ "note": "Đã làm lại.", "papers": ["Báo cáo 2/BC-UBND"] });
    let (status, body) = step(&at.head, &action, "report", shown).await;
    assert_eq!((status, body["reports"].as_array().map(Vec::len)), (200, Some(2)), "{body}");
    let (_, body) = step(&at.scheduler, &action, "verify", json!({})).await;
    assert_eq!(body["state"], "verified_done");
    assert_eq!(at.lead.visitor.get(&two).await.1["state"], "closed");
    at.house.end().await;
}
