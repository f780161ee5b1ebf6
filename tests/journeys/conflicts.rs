//! Who is not to be sent where: conflicts of interest, and what a round's targets are worth a second look for.

use crate::harness::{Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

async fn set_rules(at: &Inspectorate, version: &str, conflict: &str) {
    let rules = format!("/v1/owners/{}/assignment-rules", at.owner);
    let said = json!({ "own_unit": "refuse", "conflict": conflict, "rotation": "off", "rotation_days": 365 });
    let request = at.scheduler.visitor.request("PUT", &rules).header("if-match", version).json(&said);
    let answer = at.scheduler.visitor.answer(request).await;
    assert_eq!((answer.status, &answer.body["conflict"]), (200, &json!(conflict)), "{}", answer.body);
}

async fn enter(at: &Inspectorate, who: &Holder, unit: uuid::Uuid) -> (u16, Value) {
    let said = json!({ "account": who.account, "unit": unit, "reason": "Người thân là lãnh đạo đơn vị" });
    let path = format!("/v1/owners/{}/conflicts-of-interest", at.owner);
    at.scheduler.visitor.post(&path, &said).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_where_a_conflict_of_interest_keeps_them_from_until_it_is_withdrawn() {
    let at = Inspectorate::open().await;
    let path = format!("/v1/owners/{}/conflicts-of-interest", at.owner);
    assert_eq!(enter(&at, &at.member, at.commune).await.0, 201);
    assert_eq!(enter(&at, &at.member, at.commune).await.1["code"], "conflict.known");
    let stranger = at.house.holder("Người ngoài", &[]).await;
    let no = enter(&at, &stranger, at.commune).await.1;
    assert_eq!(no["errors"][0]["code"], "conflict.account-unknown", "{no}");
    assert_eq!(at.reviewer.visitor.get(&path).await.0, 403);
    let listed = at.scheduler.visitor.get(&path).await.1;
    assert_eq!(listed["items"][0]["account"], json!(at.member.account), "{listed}");

    let plan = at.plan("planned", 24);
    let (status, no) = at.scheduler.visitor.post("/v1/visits", &plan).await;
    assert_eq!((status, no["code"].as_str()), (422, Some("visit.member-in-conflict")), "{no}");
    let why = no["errors"][0]["detail"].as_str().unwrap_or_default();
    assert!(why.contains(&at.member.account.to_string()) && why.contains(&at.commune.to_string()), "{no}");
    assert!(!no.to_string().contains("Người thân"), "why is for those who keep the rules");
    set_rules(&at, "\"v0\"", "warn").await;
    let (status, made) = at.scheduler.visitor.post("/v1/visits", &plan).await;
    assert_eq!(status, 201, "{made}");
    assert!(made["warnings"].as_array().expect("warnings").contains(&json!("member_in_conflict")), "{made}");
    set_rules(&at, "\"v1\"", "refuse").await;

    let between = format!("{path}?account={}&unit={}", at.member.account, at.commune);
    assert_eq!(at.scheduler.visitor.send("DELETE", &between, None).await.status, 204);
    let again = at.scheduler.visitor.send("DELETE", &between, None).await;
    assert_eq!((again.status, &again.body["errors"][0]["code"]), (422, &json!("conflict.unknown")));
    let (status, made) = at.scheduler.visitor.post("/v1/visits", &plan).await;
    assert_eq!((status, made["warnings"].to_string().contains("conflict")), (201, false), "{made}");
    assert_eq!(at.scheduler.visitor.get(&path).await.1["items"], json!([]));

    // What went to a unit as a whole goes along.
    assert_eq!(enter(&at, &at.lead, at.other_commune).await.0, 201);
    let merger = json!({ "kind": "merge", "instrument": "1684/NQ-UBTVQH15", "operating_date": "2025-07-01",
        "closes": [at.other_commune],
        "successions": [{ "from": at.other_commune, "to": at.commune, "portion": "whole" }] });
    assert_eq!(at.scheduler.visitor.post("/v1/unit-events", &merger).await.0, 201);
    let (status, no) = at.scheduler.visitor.post("/v1/visits", &plan).await;
    assert_eq!((status, no["code"].as_str()), (422, Some("visit.member-in-conflict")), "{no}");
    at.house.close().await;
}

/// R26: who may not know of a surprise seats its team without a word about it.
#[tokio::test(flavor = "multi_thread")]
async fn seating_a_team_tells_of_its_visits_to_those_alone_who_know_of_them() {
    let at = Inspectorate::open().await;
    let supervise = format!("UPDATE campaigns SET kind = 'supervision' WHERE id = '{}'", at.campaign);
    at.house.sql().await.execute(&supervise, &[]).await.expect("a supervision");
    let overseer = at.house.holder("Giám sát viên", &[(Role::Oversight, at.owner, None)]).await;
    let sealed = at.visit("surprise", 2).await;
    let told = at.step(&at.scheduler, &sealed, "dispatch", Value::Null).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(enter(&at, &at.member, at.commune).await.0, 201);

    let team = format!("/v1/campaigns/{}/teams/{}", at.campaign, at.team);
    let seat = async |who: &Holder| {
        let read = who.visitor.send("GET", &team, None).await;
        let members: Vec<Value> = [(&at.lead, "lead"), (&at.member, "member"), (&at.clerk, "clerk")]
            .map(|(who, role)| json!({ "account": who.account, "role": role, "position": "" }))
            .to_vec();
        let request = who.visitor.request("PUT", &format!("{team}/members"));
        let request = request.header("if-match", read.header("etag")).json(&json!({ "members": members }));
        let answer = who.visitor.answer(request).await;
        (answer.status, answer.body)
    };
    let (status, body) = seat(&overseer).await;
    assert_eq!((status, &body["warnings"]), (200, &json!([])), "{body}");
    let (status, no) = seat(&at.scheduler).await;
    assert_eq!((status, no["code"].as_str()), (422, Some("visit.member-in-conflict")), "{no}");
    set_rules(&at, "\"v0\"", "warn").await;
    let (status, body) = seat(&at.scheduler).await;
    let warned = json!([{ "visit": id_of(&sealed), "code": "member_in_conflict" }]);
    assert_eq!((status, &body["warnings"]), (200, &warned), "{body}");
    assert_eq!(seat(&overseer).await.1["warnings"], json!([]));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_tells_of_targets_that_are_gone_on_its_days_or_stand_in_another() {
    let at = Inspectorate::open().await;
    let end = json!({ "kind": "abolish", "instrument": "x", "operating_date": "2035-01-01", "closes": [at.other_commune] });
    assert_eq!(at.scheduler.visitor.post("/v1/unit-events", &end).await.0, 201);
    let rounds = format!("/v1/campaigns/{}/rounds", at.campaign);
    let enter = async |purpose: &str, ends_on: &str| {
        let new = json!({ "purpose": purpose, "name": "", "starts_on": "2034-12-01", "ends_on": ends_on,
            "targets": [at.commune, at.other_commune], "teams": [] });
        let (status, made) = at.scheduler.visitor.post(&rounds, &new).await;
        assert_eq!(status, 201, "{made}");
        made["warnings"].clone()
    };
    let gone = json!([{ "unit": at.other_commune, "code": "target_not_in_force" }]);
    assert_eq!(enter("first", "2034-12-31").await, json!([]));
    assert_eq!(enter("re_inspection", "2035-01-31").await, gone);
    let again = enter("re_inspection", "2034-12-31").await;
    let codes: Vec<&Value> = again.as_array().expect("warnings").iter().map(|of| &of["code"]).collect();
    assert_eq!(codes, ["target_in_other_round", "target_in_other_round"], "{again}");
    at.house.close().await;
}
