//! A sealed visit does not exist for anybody who is not cleared for it: same answers, same lists, same headers.

use crate::harness::{Answer, Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// An answer without what is different in every answer: request id, date, the rate that is left.
pub(super) fn bare(answer: &Answer, visit: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = answer
        .all_headers()
        .filter(|(name, _)| {
            !matches!(name.as_str(), "x-request-id" | "date") && !name.starts_with("ratelimit")
        })
        .collect();
    headers.sort();
    let request = answer.header("x-request-id");
    let body = String::from_utf8_lossy(&answer.bytes).replace(request, "R").replace(visit, "V");
    (answer.status, headers, body)
}

pub(super) async fn outsiders(at: &Inspectorate) -> Vec<(&'static str, Holder)> {
    let (house, owner) = (&at.house, at.owner);
    let foreign = house.owner("lai-chau").await.0;
    vec![
        ("oversight", house.holder("Giám sát", &[(Role::Oversight, owner, None)]).await),
        ("reviewer", house.holder("Xét duyệt", &[(Role::Reviewer, owner, None)]).await),
        ("authority", house.holder("Lãnh đạo", &[(Role::Authority, owner, None)]).await),
        ("head", house.holder("Chủ tịch xã", &[(Role::HeadOfUnit, owner, Some(at.commune))]).await),
        ("staff", house.holder("Công chức xã", &[(Role::UnitStaff, owner, Some(at.commune))]).await),
        ("administrator", house.holder("Quản trị", &[(Role::Administrator, owner, None)]).await),
        ("lead of nothing", house.holder("Trưởng đoàn khác", &[(Role::TeamLead, owner, None)]).await),
        ("foreign scheduler", house.holder("Tỉnh khác", &[(Role::Scheduler, foreign, None)]).await),
        (
            "scheduler of the next commune",
            house.holder("Xã bên", &[(Role::Scheduler, owner, Some(at.other_commune))]).await,
        ),
    ]
}

fn reads(visit: &str) -> Vec<(&'static str, String)> {
    vec![
        ("GET", visit.to_owned()),
        ("GET", format!("{visit}/bundle")),
        ("GET", format!("{visit}/responses")),
        ("POST", format!("{visit}/dispatch")),
        ("POST", format!("{visit}/close-recording")),
        ("POST", format!("{visit}/submit")),
        ("POST", format!("{visit}/finalise")),
    ]
}

fn writes(at: &Inspectorate, visit: &str) -> Vec<(&'static str, String, Value)> {
    let sign = json!({ "side": "unit", "outcome": "signed", "signer_name": "A", "signer_position": "B" });
    vec![
        ("POST", format!("{visit}/check-in"), json!({ "at": "2026-03-20T08:00:00+07:00" })),
        ("POST", format!("{visit}/minutes"), json!({ "text": "x" })),
        ("POST", format!("{visit}/sign"), sign),
        ("POST", format!("{visit}/cancel"), json!({ "reason": "x" })),
        ("POST", format!("{visit}/cancel"), json!({ "reason": "" })),
        ("POST", format!("{visit}/abort"), json!({ "reason": "x" })),
        ("POST", format!("{visit}/clearances"), json!({ "account": Uuid::nil() })),
        (
            "PUT",
            "/v1/responses/0195b1c2-7a3e-7c44-9b1d-5e6f7a8b9c0d".to_owned(),
            at.answer(visit, "A02", json!({ "type": "number", "value": 1 })),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_visit_is_answered_as_an_unknown_one_on_every_road() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 24).await;
    let unknown = format!("/v1/visits/{}", Uuid::new_v4());
    let mut people = outsiders(&at).await;
    // The team's own member knows nothing either until the team is told.
    people.push(("member", at.house.holder("Thành viên", &[(Role::Member, at.owner, None)]).await));
    for (role, who) in &people {
        for ((method, real), (_, none)) in reads(&sealed).into_iter().zip(reads(&unknown)) {
            let (real, none) =
                (who.visitor.send(method, &real, None).await, who.visitor.send(method, &none, None).await);
            assert_eq!(real.status, 404, "{role} {method}");
            assert_eq!(bare(&real, id_of(&sealed)), bare(&none, id_of(&unknown)), "{role} {method}");
        }
        for ((method, real, said), (_, none, said_too)) in
            writes(&at, &sealed).into_iter().zip(writes(&at, &unknown))
        {
            let real_answer = who.visitor.send(method, &real, Some(&said)).await;
            let none_answer = who.visitor.send(method, &none, Some(&said_too)).await;
            assert_eq!(real_answer.status, 404, "{role} {real}");
            assert_eq!(
                bare(&real_answer, id_of(&sealed)),
                bare(&none_answer, id_of(&unknown)),
                "{role} {real}"
            );
        }
    }
    let patch = |visit: &str| {
        let who = &people[0].1.visitor;
        who.answer(who.request("PATCH", visit).header("if-match", "\"v1\"").json(&json!({})))
    };
    let (real, none) = (patch(&sealed).await, patch(&unknown).await);
    assert_eq!(bare(&real, id_of(&sealed)), bare(&none, id_of(&unknown)));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_is_the_same_with_and_without_a_sealed_visit() {
    let at = Inspectorate::open().await;
    let open = at.visit("planned", 30).await;
    let people = outsiders(&at).await;
    let views = [
        "/v1/visits".to_owned(),
        "/v1/visits?limit=1".to_owned(),
        "/v1/visits?kind=surprise".to_owned(),
        "/v1/visits?state=sealed&state=dispatched&state=cancelled".to_owned(),
        format!("/v1/visits?unit={}", at.commune),
        format!("/v1/visits?unit={}", at.province),
        format!("/v1/visits?campaign={}", at.campaign),
        "/v1/visits?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z".to_owned(),
        format!("/v1/campaigns/{}", at.campaign),
        format!("/v1/units/{}", at.commune),
        open.clone(),
        format!("{open}/bundle"),
    ];
    let look = async || {
        let mut all = Vec::new();
        for (role, who) in &people {
            for view in &views {
                let answer = who.visitor.send("GET", view, None).await;
                let cursor = answer.body["next"].as_str().unwrap_or("none").to_owned();
                let (status, mut headers, body) = bare(&answer, "none");
                headers.retain(|(name, _)| name != "link");
                all.push((*role, view.clone(), status, headers, body.replace(&cursor, "next")));
            }
        }
        all
    };
    let before = look().await;
    let sealed = at.visit("surprise", 10).await;
    assert_eq!(look().await, before, "sealed");
    assert_eq!(at.step(&at.scheduler, &sealed, "dispatch", Value::Null).await.status, 200);
    assert_eq!(look().await, before, "dispatched");
    assert_eq!(at.step(&at.scheduler, &sealed, "cancel", json!({ "reason": "Bão" })).await.status, 200);
    assert_eq!(look().await, before, "cancelled, and never disclosed");

    let second = at.visit("surprise", 9).await;
    at.on_site(&second).await;
    let (status, seen) = at.head.visitor.get(&second).await;
    assert_eq!((status, seen["kind"].as_str()), (200, Some("surprise")), "disclosed at check-in");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_scheduler_is_not_warned_of_a_sealed_visit_and_its_holder_is() {
    let at = Inspectorate::open().await;
    at.visit("surprise", 24).await;
    let warned = |body: &Value| body["warnings"].as_array().unwrap().contains(&json!("overlapping_visit"));
    let own = at.scheduler.visitor.send("POST", "/v1/visits", Some(&at.plan("planned", 26))).await;
    assert!(warned(&own.body), "{}", own.body);

    let foreign = at.house.owner("doan-giam-sat").await.0;
    let planner = at.house.holder("Ban Pháp chế", &[(Role::Scheduler, foreign, None)]).await;
    let campaign = at.house.active_campaign(foreign).await;
    let team = at.house.team(campaign, &[(planner.account, "lead")]).await;
    let mut plan = at.plan("planned", 26);
    plan["campaign"] = json!(campaign);
    plan["team"] = json!(team);
    plan["templates"] = json!([at.house.checklist(foreign).await]);
    let (status, theirs) = planner.visitor.post("/v1/visits", &plan).await;
    assert_eq!(status, 201, "{theirs}");
    assert!(warned(&theirs), "an announced visit is no secret: {theirs}");
    let called_off =
        at.step(&at.scheduler, own.header("location"), "cancel", json!({ "reason": "Đổi kế hoạch" })).await;
    assert_eq!(called_off.status, 200, "{}", called_off.body);
    at.house
        .sql()
        .await
        .execute(
            "UPDATE visits SET state = 'cancelled' WHERE owner_id = $1::text::uuid",
            &[&foreign.to_string()],
        )
        .await
        .unwrap();
    let (_, alone) = planner.visitor.post("/v1/visits", &plan).await;
    assert!(!warned(&alone), "the sealed one is: {alone}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_reads_a_sealed_visit_once_cleared_and_every_read_is_recorded() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 24).await;
    let reads = async || {
        let deeds = at.house.deeds(id_of(&sealed)).await;
        deeds.iter().filter(|deed| *deed == "visit.sealed-read").count()
    };
    assert_eq!(at.authority.visitor.get(&sealed).await.0, 404);
    assert_eq!(at.authority.visitor.get("/v1/visits").await.1["items"], json!([]));
    let not_authority = json!({ "account": at.reviewer.account });
    let refused = at.step(&at.scheduler, &sealed, "clearances", not_authority).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("visit.not-authority")));
    assert_eq!(reads().await, 0);

    let clearance = json!({ "account": at.authority.account });
    assert_eq!(at.step(&at.scheduler, &sealed, "clearances", clearance.clone()).await.status, 200);
    assert_eq!(at.step(&at.scheduler, &sealed, "clearances", clearance).await.status, 200);
    for path in ["", "/bundle", "/responses"] {
        assert_eq!(at.authority.visitor.get(&format!("{sealed}{path}")).await.0, 200, "{path}");
    }
    assert_eq!(at.authority.visitor.get("/v1/visits").await.1["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(reads().await, 4);
    assert_eq!(at.step(&at.authority, &sealed, "dispatch", Value::Null).await.status, 403);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_a_list_of_sealed_visits_is_recorded_and_waits_for_nobody() {
    let at = Inspectorate::open().await;
    at.visit("surprise", 24).await;
    at.visit("surprise", 48).await;
    let sql = at.house.sql().await;
    let numbers = "SELECT sum(last_log_number)::bigint FROM visits";
    let before: i64 = sql.query_one(numbers, &[]).await.unwrap().get(0);
    // As a check-in under way would.
    sql.batch_execute("BEGIN; SELECT 1 FROM visits FOR UPDATE").await.unwrap();

    let (status, page) = at.scheduler.visitor.get("/v1/visits").await;

    sql.batch_execute("COMMIT").await.unwrap();
    assert_eq!((status, page["items"].as_array().map(Vec::len)), (200, Some(2)), "{page}");
    let after: i64 = sql.query_one(numbers, &[]).await.unwrap().get(0);
    assert_eq!(after, before, "readers do not add to a visit's own log");
    let read = "SELECT 1 FROM custody WHERE deed = 'visit.sealed-read' AND visit_id IS NULL
        AND details ->> 'visit' = object_id AND details ->> 'through' = 'list'";
    assert_eq!(sql.query(read, &[]).await.unwrap().len(), 2);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_the_team_loses_sight_at_once() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 10).await;
    let list = async |who: &Holder| who.visitor.get("/v1/visits").await.1["items"].as_array().map(Vec::len);
    assert_eq!((at.member.visitor.get(&sealed).await.0, list(&at.member).await), (404, Some(0)));
    assert_eq!(list(&at.lead).await, Some(1));
    assert_eq!(at.step(&at.lead, &sealed, "dispatch", Value::Null).await.status, 200);
    assert_eq!((at.member.visitor.get(&sealed).await.0, list(&at.member).await), (200, Some(1)));

    let gone = "UPDATE team_members SET removed_at = now() WHERE role IN ('member', 'lead')";
    at.house.sql().await.execute(gone, &[]).await.unwrap();

    for who in [&at.member, &at.lead] {
        assert_eq!((who.visitor.get(&sealed).await.0, list(who).await), (404, Some(0)));
        let arrived = json!({ "at": "2026-03-20T08:00:00+07:00" });
        assert_eq!(at.step(who, &sealed, "check-in", arrived).await.status, 404);
    }
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_role_loses_what_the_seat_gave_at_once() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 10).await;
    let told = at.visit("surprise", 9).await;
    assert_eq!(at.step(&at.lead, &told, "dispatch", Value::Null).await.status, 200);
    let count = async |who: &Holder, list: &str| {
        let (_, page) = who.visitor.get(list).await;
        page["items"].as_array().map(Vec::len)
    };
    let campaign = format!("/v1/campaigns/{}", at.campaign);
    for (who, visits) in [(&at.lead, 2), (&at.member, 1), (&at.clerk, 1)] {
        assert_eq!(count(who, "/v1/visits").await, Some(visits));
        assert_eq!(count(who, "/v1/campaigns").await, Some(1));
        assert_eq!(who.visitor.get(&campaign).await.0, 200);
    }

    let revoke = "UPDATE grants SET revoked_at = now() WHERE role IN ('team_lead', 'member', 'clerk')";
    at.house.sql().await.execute(revoke, &[]).await.expect("revoked");

    for who in [&at.lead, &at.member, &at.clerk] {
        assert_eq!(count(who, "/v1/visits").await, Some(0));
        assert_eq!(count(who, "/v1/campaigns").await, Some(0));
        assert_eq!(who.visitor.get(&campaign).await.0, 404);
        for visit in [&sealed, &told] {
            assert_eq!(who.visitor.get(visit).await.0, 404);
            assert_eq!(who.visitor.get(&format!("{visit}/bundle")).await.0, 404);
            assert_eq!(at.step(who, visit, "dispatch", Value::Null).await.status, 404);
            let arrived = json!({ "at": at.house.app.now() });
            assert_eq!(at.step(who, visit, "check-in", arrived).await.status, 404);
        }
    }
    at.house.close().await;
}
