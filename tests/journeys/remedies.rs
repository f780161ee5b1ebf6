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

/// Changes what stands, whatever its version.
async fn changed(who: &Holder, action: &str, said: Value) -> (u16, Value) {
    let version = who.visitor.send("GET", action, None).await.header("etag").to_owned();
    let request = who.visitor.request("PATCH", action).header("if-match", version);
    let answer = who.visitor.answer(request.json(&said)).await;
    (answer.status, answer.body)
}

/// What is proposed may be changed and taken back by whoever proposes; what is issued is the office's.
#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_changed_and_taken_back() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let one = confirmed(&at, &visit, "A01", json!({})).await;
    let two = confirmed(&at, &visit, "A02", json!({})).await;
    signed(&at, &visit).await;
    let new = json!({ "visit": id_of(&visit), "kind": "correction", "title": "Khắc phục",
        "owners": [at.commune], "findings": [id_of(&one)] });
    let propose = async || {
        let made = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("location").to_owned()
    };
    let action = propose().await;
    let change = json!({ "title": "Khắc phục cả hai tồn tại", "owners": [at.commune, at.other_commune],
        "findings": [id_of(&one), id_of(&two)], "due_on": "2030-03-01",
        "measures": [{ "name": "Số thủ tục", "unit": "procedure", "before": 141, "after": 150 }] });
    assert_eq!(changed(&at.member, &action, change.clone()).await.0, 403, "members do not propose actions");
    let (status, told) = changed(&at.lead, &action, change).await;
    assert_eq!((status, &told["title"]), (200, &json!("Khắc phục cả hai tồn tại")), "{told}");
    assert_eq!(told["owners"].as_array().map(Vec::len), Some(2), "{told}");
    assert_eq!((&told["findings"][1]["finding"].is_string(), &told["due_on"]), (&true, &json!("2030-03-01")));
    let stale = at.lead.visitor.request("PATCH", &action).header("if-match", "\"v1\"").json(&json!({}));
    assert_eq!(at.lead.visitor.answer(stale).await.status, 412);
    let past = json!({ "due_on": "2020-01-31" });
    assert_eq!(changed(&at.lead, &action, past.clone()).await.1["code"], "action.due-on");
    assert_eq!(step(&at.scheduler, &action, "issue", past).await.1["code"], "action.due-on");

    // The one who proposed takes it back; nobody else of the team, and nobody of it once it is issued.
    let why = json!({ "reason": "Trùng việc khác." });
    let (status, gone) = step(&at.lead, &action, "cancel", why.clone()).await;
    assert_eq!((status, &gone["state"]), (200, &json!("cancelled")), "{gone}");
    assert_eq!(step(&at.lead, &action, "cancel", why.clone()).await.0, 200, "said again");
    assert_eq!(changed(&at.lead, &action, json!({ "title": "x" })).await.1["code"], "action.not-proposed");
    let action = propose().await;
    let due = json!({ "due_on": "2030-01-31" });
    assert_eq!(step(&at.scheduler, &action, "issue", due).await.0, 200);
    assert_eq!(changed(&at.lead, &action, json!({ "title": "x" })).await.1["code"], "action.not-proposed");
    assert_eq!(step(&at.lead, &action, "cancel", why).await.0, 403);
    at.house.end().await;
}

/// X18: what was counted before, what it is to be, and how far it came, with the report.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_tells_how_far_it_came() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    signed(&at, &visit).await;
    let days = "Thời gian giải quyết";
    let more = json!({ "kind": "procedure_review", "measures": [
        { "name": days, "unit": "day", "before": 10, "after": 7 },
        { "name": "Giấy tờ", "unit": "paper", "before": 5, "after": 4 }] });
    let action = issued(&at, &visit, &[], json!([at.commune]), more).await;
    for taken in ["accept", "start"] {
        assert_eq!(step(&at.head, &action, taken, Value::Null).await.0, 200);
    }
    let shown = |reached: Value| json!({ "note": "Đã rà soát.", "papers": ["Báo cáo 1/BC-UBND"], "reached": reached });
    for wrong in [
        json!([{ "name": "Phí", "value": 1 }]),
        json!([{ "name": days, "value": 8 }, { "name": days, "value": 9 }]),
    ] {
        let (status, no) = step(&at.head, &action, "report", shown(wrong)).await;
        assert_eq!((status, &no["code"]), (422, &json!("action.reached")), "{no}");
    }
    let (status, done) =
        step(&at.head, &action, "report", shown(json!([{ "name": days, "value": 8 }]))).await;
    assert_eq!((status, &done["measures"][0]["reached"]), (200, &json!(8)), "{done}");
    assert_eq!((&done["measures"][0]["after"], &done["measures"][1]["reached"]), (&json!(7), &Value::Null));
    assert_eq!(done["reports"][0]["reached"], json!([{ "name": days, "value": 8 }]));
    at.house.end().await;
}

/// M36: of a series one instance may go, or all that are left.
#[tokio::test(flavor = "multi_thread")]
async fn one_instance_goes_or_the_rest_of_its_series() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    signed(&at, &visit).await;
    let more = json!({ "recurrence": { "every": "month", "instances": 5 } });
    let first = issued(&at, &visit, &[], json!([at.commune]), more).await;
    let states = async || {
        let list = format!("/v1/corrective-actions?campaign={}&limit=200", at.campaign);
        let (_, page) = at.scheduler.visitor.get(&list).await;
        let mut all: Vec<(i64, String, String)> = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|of| {
                (
                    of["instance"].as_i64().unwrap_or(0),
                    of["state"].as_str().unwrap_or("").to_owned(),
                    of["id"].as_str().unwrap_or("").to_owned(),
                )
            })
            .collect();
        all.sort();
        all
    };
    let instance =
        |all: &[(i64, String, String)], n: usize| format!("/v1/corrective-actions/{}", all[n - 1].2);
    let all = states().await;
    let why = |series: bool| json!({ "reason": "Không cần nữa.", "series": series });
    assert_eq!(step(&at.scheduler, &instance(&all, 2), "cancel", why(false)).await.1["state"], "cancelled");
    let now: Vec<String> = states().await.into_iter().map(|of| of.1).collect();
    assert_eq!(now, ["issued", "cancelled", "issued", "issued", "issued"]);
    reported(&at.head, &instance(&all, 5)).await;
    assert_eq!(step(&at.scheduler, &instance(&all, 3), "cancel", why(true)).await.1["state"], "cancelled");
    let now: Vec<String> = states().await.into_iter().map(|of| of.1).collect();
    assert_eq!(now, ["issued", "cancelled", "cancelled", "cancelled", "reported_done"]);
    assert_eq!(at.scheduler.visitor.get(&first).await.1["recurrence"]["instances"], 5);
    at.house.end().await;
}

/// A campaign is closed when what is open is done, cancelled or carried over; where that came from stays to be seen.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_goes_on_in_another_campaign() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let sql = at.house.sql().await;
    let concluded = format!("UPDATE campaigns SET state = 'concluded' WHERE id = '{}'", at.campaign);
    sql.batch_execute(&concluded).await.expect("a change");
    let campaign = format!("/v1/campaigns/{}", at.campaign);
    let (status, no) = at.scheduler.visitor.post(&format!("{campaign}/close"), &Value::Null).await;
    assert_eq!((status, &no["code"]), (409, &json!("campaign.actions-open")), "{no}");

    let next = at.house.active_campaign(at.owner).await;
    let elsewhere = at.house.owner("ha-giang").await.0;
    let foreign = at.house.active_campaign(elsewhere).await;
    let to = |campaign: uuid::Uuid| json!({ "campaign": campaign, "reason": "Theo dõi tiếp." });
    for wrong in [at.campaign, foreign, uuid::Uuid::new_v4()] {
        let (status, no) = step(&at.scheduler, &action, "carry-over", to(wrong)).await;
        assert_eq!((status, &no["code"]), (422, &json!("action.carry-over")), "{no}");
    }
    assert_eq!(step(&at.lead, &action, "carry-over", to(next)).await.0, 403);
    let (status, told) = step(&at.scheduler, &action, "carry-over", to(next)).await;
    assert_eq!((status, &told["campaign"]), (200, &json!(next)), "{told}");
    assert_eq!((&told["carried"][0]["from"], &told["carried"][0]["to"]), (&json!(at.campaign), &json!(next)));
    assert_eq!(step(&at.scheduler, &action, "carry-over", to(next)).await.0, 200, "said again");

    let list = async |filter: String| {
        let (_, page) = at.scheduler.visitor.get(&format!("/v1/corrective-actions?{filter}")).await;
        page["items"].as_array().map(Vec::len)
    };
    assert_eq!(list(format!("campaign={}", at.campaign)).await, Some(0));
    assert_eq!(list(format!("campaign={next}")).await, Some(1));
    assert_eq!(list(format!("carried_from={}", at.campaign)).await, Some(1));
    let (_, figures) = at.scheduler.visitor.get(&format!("{campaign}/action-figures")).await;
    assert_eq!((&figures["issued"], &figures["carried_over"]), (&json!(0), &json!(1)), "{figures}");
    let (status, closed) = at.scheduler.visitor.post(&format!("{campaign}/close"), &Value::Null).await;
    assert_eq!((status, &closed["state"]), (200, &json!("closed")), "{closed}");

    // It is still the unit's to do, and its finding is settled with it; nothing new is begun in what is closed.
    reported(&at.head, &action).await;
    assert_eq!(step(&at.scheduler, &action, "verify", json!({})).await.1["state"], "verified_done");
    assert_eq!(at.lead.visitor.get(&finding).await.1["state"], "closed");
    let new =
        json!({ "visit": id_of(&visit), "kind": "correction", "title": "Thêm", "owners": [at.commune] });
    let late = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("campaign.state")), "{}", late.body);
    at.house.end().await;
}
