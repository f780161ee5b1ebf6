//! What is due, who was reminded of it, and what a unit is to review of its own papers.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, reported, step};
use crate::harness::{Inspectorate, id_of};
use serde_json::{Value, json};
use uuid::Uuid;

/// L16: whoever reminds begins with what is latest; lateness is counted in days; reminders say who, when, to whom, what.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_listed_and_reminded_of() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let mut actions = Vec::new();
    for day in ["2020-12-15", "2020-11-30", "2029-12-31"] {
        let more = json!({ "kind": "report", "title": "Báo cáo thực hiện Kế hoạch 138/KH-UBND" });
        let action = issued(&at, &visit, &[&finding], json!([at.commune]), more).await;
        let due = format!("UPDATE actions SET due_on = '{day}' WHERE id = '{}'", id_of(&action));
        at.house.sql().await.batch_execute(&due).await.unwrap();
        actions.push(action);
    }
    let due = async |query: &str| {
        let (status, list) = at.scheduler.visitor.get(&format!("/v1/due-actions{query}")).await;
        assert_eq!(status, 200, "{list}");
        let ids = list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        (ids, list["next"].clone())
    };
    let id = |n: usize| json!(id_of(&actions[n]));
    assert_eq!(due("").await.0, [id(1), id(0)], "the latest first, what is years away not at all");
    assert_eq!(due("?until=2030-01-01").await.0, [id(1), id(0), id(2)]);
    let (first, next) = due("?until=2030-01-01&limit=2").await;
    assert_eq!(first, [id(1), id(0)]);
    let cursor = next.as_str().expect("a next page").to_owned();
    assert_eq!(due(&format!("?until=2030-01-01&limit=2&cursor={cursor}")).await, (vec![id(2)], Value::Null));
    let (_, own) = at.head.visitor.get("/v1/due-actions").await;
    assert_eq!(own["items"].as_array().map(Vec::len), Some(2));
    assert!(own["items"][1]["days_late"].as_i64().unwrap() > 2000, "{own}");

    // Rows are as late as the moment that was asked for makes them.
    let at_that_time = "/v1/corrective-actions?overdue=true&at=2030-01-01T17:00:00Z";
    let (_, late) = at.scheduler.visitor.get(at_that_time).await;
    let late: Vec<&Value> =
        late["items"].as_array().unwrap().iter().filter(|row| row["id"] == id(2)).collect();
    assert_eq!(late.len(), 1);
    assert_eq!((&late[0]["overdue"], &late[0]["days_late"]), (&json!(true), &json!(2)));

    let remind = async |who: &crate::harness::Holder, text: &str| {
        step(who, &actions[0], "reminders", json!({ "text": text })).await
    };
    let (status, reminded) = remind(&at.scheduler, "Đề nghị báo cáo ngay.").await;
    assert_eq!(status, 201, "{reminded}");
    let kept = &reminded["reminders"][0];
    assert_eq!((&kept["to"], &kept["by"]), (&json!([at.commune]), &json!(at.scheduler.account)));
    assert_eq!(
        remind(&at.scheduler, "Đề nghị báo cáo ngay.").await.1["reminders"].as_array().unwrap().len(),
        1
    );
    assert_eq!(remind(&at.lead, "Đoàn đề nghị báo cáo.").await.1["reminders"].as_array().unwrap().len(), 2);
    for who in [&at.head, &at.member, &at.authority] {
        assert_eq!(remind(who, "x").await.0, 403);
    }
    reported(&at.head, &actions[0]).await;
    let (status, no) = remind(&at.scheduler, "Đề nghị báo cáo lần hai.").await;
    assert_eq!((status, &no["code"]), (409, &json!("action.no-time-runs")));
    assert_eq!(due("").await.0, [id(1)], "what is reported waits for somebody else");
    at.house.end().await;
}

/// M33: replacing the chair raises a review task for 4 document kinds; a new rule does so, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_chair_makes_a_unit_review_its_papers() {
    let at = Inspectorate::open().await;
    let raised = json!({ "owner": at.owner, "unit": at.commune, "kind": "new_chair", "occurred_on": "2026-03-01",
        "about": "Ông Nguyễn Văn An được bầu làm Chủ tịch UBND xã" });
    let made = at.scheduler.visitor.send("POST", "/v1/reviews", Some(&raised)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let review = made.header("location").to_owned();
    let tasks = made.body["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 4);
    assert!(tasks.iter().all(|task| task["due_on"] == "2026-03-31" && task["overdue"] == true), "{tasks:?}");
    let (status, no) = at.scheduler.visitor.post("/v1/reviews", &raised).await;
    assert_eq!((status, &no["code"]), (409, &json!("review.raised-already")));
    for (field, value, code) in [
        ("unit", json!(Uuid::new_v4()), "review.unit"),
        ("about", json!(" "), "review.text"),
        ("due_on", json!("2026-02-28"), "review.due-on"),
    ] {
        let mut wrong = raised.clone();
        wrong["kind"] = json!("new_rule");
        wrong[field] = value;
        let (status, no) = at.scheduler.visitor.post("/v1/reviews", &wrong).await;
        assert_eq!((status, &no["code"]), (422, &json!(code)), "{no}");
    }

    let done = json!({ "paper": "12/QĐ-UBND", "note": "Ban hành quy chế làm việc mới." });
    let complete = format!("{review}/work_regulation/complete");
    assert_eq!(at.scheduler.visitor.post(&complete, &done).await.0, 403, "the unit says so itself");
    let (status, after) = at.head.visitor.post(&complete, &done).await;
    assert_eq!(status, 200, "{after}");
    let own = after["tasks"].as_array().unwrap().iter().find(|task| task["document"] == "work_regulation");
    assert_eq!((&own.unwrap()["paper"], &own.unwrap()["overdue"]), (&json!("12/QĐ-UBND"), &json!(false)));
    assert_eq!(at.head.visitor.post(&complete, &done).await, (200, after));
    let (status, no) = at.head.visitor.post(&complete, &json!({ "note": "Khác." })).await;
    assert_eq!((status, &no["code"]), (409, &json!("review.done")));
    assert_eq!(at.head.visitor.post(&format!("{review}/none/complete"), &done).await.0, 404);

    let list = format!("/v1/reviews?owner={}", at.owner);
    assert_eq!(at.reviewer.visitor.get(&list).await.1["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(at.head.visitor.get(&list).await.0, 404, "all units are not theirs to see");
    let own = format!("{list}&unit={}", at.commune);
    assert_eq!(at.head.visitor.get(&own).await.1["items"].as_array().map(Vec::len), Some(1));
    at.house.end().await;
}
