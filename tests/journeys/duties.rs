//! Findings and actions at their edges: what nobody is told before it is said, who decides nothing about their own, what
//! is left when one of several actions goes, requests whose answers were lost.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, reported, step};
use crate::harness::{Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

/// A finding waits for whichever of its actions still count: when the other one goes, it is done.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_several_actions_settles_a_finding() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let done = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let spare = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    reported(&at.head, &done).await;
    assert_eq!(step(&at.scheduler, &done, "verify", json!({})).await.1["state"], "verified_done");
    let state = async || at.lead.visitor.get(&finding).await.1["state"].clone();
    assert_eq!(state().await, "action_open", "the other one is awaited");
    assert_eq!(step(&at.scheduler, &spare, "cancel", json!({ "reason": "Trùng." })).await.0, 200);
    assert_eq!(state().await, "closed");
    at.house.end().await;
}

/// What was verified before the unit explained, and left when the other action was taken back, closes a finding that is upheld.
#[tokio::test(flavor = "multi_thread")]
async fn an_upheld_finding_goes_on_where_its_actions_are() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let done = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let spare = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    reported(&at.head, &done).await;
    assert_eq!(step(&at.scheduler, &done, "verify", json!({})).await.1["state"], "verified_done");
    let said = json!({ "text": "Bảng đang sửa.", "papers": ["Công văn 3/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{finding}/explain"), &said).await.0, 200);
    assert_eq!(step(&at.scheduler, &spare, "cancel", json!({ "reason": "Trùng." })).await.0, 200);
    let bare = format!("/v1/findings?visit={}&without_action=true&item=A01", id_of(&visit));
    let (_, list) = at.lead.visitor.get(&bare).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "nothing is under way for it");
    let why = json!({ "reason": "Đã xác minh." });
    let (status, upheld) = at.member.visitor.post(&format!("{finding}/uphold"), &why).await;
    assert_eq!(
        (status, &upheld["state"], &upheld["verification"]["upheld"]),
        (200, &json!("closed"), &json!(true))
    );
    at.house.end().await;
}

/// Nothing is verified by naming nothing, and no action comes from a visit that has not begun.
#[tokio::test(flavor = "multi_thread")]
async fn an_action_comes_from_a_visit_and_is_verified_by_what_it_remedied() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 72).await;
    let new = json!({ "visit": id_of(&sealed), "kind": "correction", "title": "Khắc phục", "owners": [at.commune] });
    let (status, no) = at.lead.visitor.post("/v1/corrective-actions", &new).await;
    assert_eq!((status, &no["code"]), (409, &json!("visit.not-on-site")), "it would be counted");
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    reported(&at.head, &action).await;
    let (status, no) = step(&at.scheduler, &action, "verify", json!({ "findings": [] })).await;
    assert_eq!((status, &no["code"]), (422, &json!("action.finding-unfit")), "{no}");
    at.house.end().await;
}

/// What was proposed and taken back before anybody issued it was never told to its unit.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_issued_is_never_told() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    signed(&at, &visit).await;
    let new =
        json!({ "visit": id_of(&visit), "kind": "correction", "title": "Khắc phục", "owners": [at.commune] });
    let made = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new)).await;
    let action = made.header("location").to_owned();
    let (_, gone) = step(&at.scheduler, &action, "cancel", json!({ "reason": "Đề xuất nhầm." })).await;
    assert_eq!(gone["state"], "cancelled");
    assert_eq!(at.head.visitor.get(&action).await.0, 404);
    let (_, list) = at.head.visitor.get("/v1/corrective-actions").await;
    assert_eq!(list["items"], json!([]));
    at.house.end().await;
}

/// A lead names findings of the own team; those of another are for the office to join.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_proposes_for_the_own_teams_findings() {
    let at = Inspectorate::open().await;
    let ours = recorded(&at).await;
    let visit = recorded(&at).await;
    let theirs = confirmed(&at, &visit, "A01", json!({})).await;
    let other = at.house.team(at.campaign, &[(at.member.account, "lead")]).await;
    let sql = at.house.sql().await;
    let moved = format!("UPDATE findings SET team_id = '{other}' WHERE id = '{}'", id_of(&theirs));
    sql.batch_execute(&moved).await.unwrap();
    let new = json!({ "visit": id_of(&ours), "kind": "correction", "title": "Khắc phục", "owners": [at.commune],
        "findings": [id_of(&theirs)] });
    let (status, no) = at.lead.visitor.post("/v1/corrective-actions", &new).await;
    assert_eq!((status, &no["code"]), (422, &json!("action.finding-unfit")));
    assert_eq!(at.scheduler.visitor.post("/v1/corrective-actions", &new).await.0, 201);
    at.house.end().await;
}

/// Whoever led the team does not settle a critical finding alone, whatever they are by then; and what becomes of a finding
/// is not for a member to say.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_lead_is_no_way_around_it() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({ "critical": true })).await;
    signed(&at, &visit).await;
    let said = json!({ "text": "Bảng đang sửa.", "papers": ["Công văn 3/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{finding}/explain"), &said).await.0, 200);
    let leave = format!(
        "UPDATE team_members SET removed_at = now() WHERE account_id = '{0}';
         INSERT INTO grants (id, account_id, role, owner_id, granted_at)
         VALUES (gen_random_uuid(), '{0}', 'scheduler', '{1}', now())",
        at.lead.account, at.owner
    );
    at.house.sql().await.batch_execute(&leave).await.unwrap();
    let why = json!({ "reason": "Đã xác minh." });
    let (status, no) = at.lead.visitor.post(&format!("{finding}/withdraw"), &why).await;
    assert_eq!((status, &no["code"]), (403, &json!("finding.lead-alone")));

    let change = async |who: &crate::harness::Holder, said: Value| {
        let request = who.visitor.request("PATCH", &finding).header("if-match", "\"v3\"");
        who.visitor.answer(request.json(&said)).await.status
    };
    for said in [json!({ "no_action_because": "Không cần." }), json!({ "referral": "12/QĐ-UBND" })] {
        assert_eq!(change(&at.member, said).await, 403);
    }
    assert_eq!(change(&at.member, json!({ "root_cause": "Thiếu người" })).await, 200);
    at.house.end().await;
}

/// A phone whose answer was lost asks again in the same words and is told what was done.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_again_change_nothing() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let twice = async |who, path: &str, said: Value| {
        let first = step(who, &action, path, said.clone()).await;
        assert_eq!(first.0, 200, "{path}: {}", first.1);
        assert_eq!(step(who, &action, path, said).await, first, "{path}");
        first.1
    };
    for path in ["accept", "start"] {
        twice(&at.head, path, Value::Null).await;
    }
    let asked = json!({ "until": "2030-02-15", "reason": "Chờ kinh phí." });
    twice(&at.head, "request-extension", asked).await;
    twice(&at.authority, "decide-extension", json!({ "grant": true, "reason": "Có lý do." })).await;
    let shown = json!({ "note": "Đã làm.", "papers": ["Báo cáo 1/BC-UBND"] });
    let after = twice(&at.head, "report", shown).await;
    assert_eq!(after["reports"].as_array().map(Vec::len), Some(1));
    let other = json!({ "note": "Làm khác.", "papers": ["Báo cáo 2/BC-UBND"] });
    assert_eq!(step(&at.head, &action, "report", other).await.0, 409);
    let explain = format!("{finding}/explain");
    let said = json!({ "text": "Bảng đang sửa.", "papers": ["Công văn 3/UBND"] });
    let first = at.head.visitor.post(&explain, &said).await;
    assert_eq!(first.0, 200);
    assert_eq!(at.head.visitor.post(&explain, &said).await, first);
    at.house.end().await;
}

/// Each instance of a series is on record by itself.
#[tokio::test(flavor = "multi_thread")]
async fn every_instance_of_a_series_is_witnessed() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let more = json!({ "recurrence": { "every": "quarter", "instances": 4 } });
    issued(&at, &visit, &[], json!([at.commune]), more).await;
    let count = "SELECT count(*) FROM custody WHERE deed = 'action.issued'";
    assert_eq!(at.house.sql().await.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 4);
    at.house.end().await;
}

/// Times that no calendar has are refused by name, a body that judges has a name, and causes are no totals.
#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    for moment in ["-005000-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2199-01-01T00:00:00Z"] {
        let said = json!({ "kind": "finding", "category": "c", "statement": "x", "inspected_at": moment });
        let (status, no) = at.member.visitor.post(&format!("{visit}/findings"), &said).await;
        assert_eq!((status, &no["code"]), (422, &json!("finding.inspected-at")), "{moment}: {no}");
    }
    let figures = format!("/v1/campaigns/{}/action-figures", at.campaign);
    let (status, no) = at.scheduler.visitor.get(&format!("{figures}?at=-005000-01-01T00:00:00Z")).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("date.out-of-range")), "{no}");
    let nameless = json!({ "item": "A03", "assessor": "executive", "judgement": "pass" });
    let (status, no) = at.member.visitor.post(&format!("{visit}/assessments"), &nameless).await;
    assert_eq!((status, &no["code"]), (422, &json!("assessment.assessor")));

    confirmed(&at, &visit, "A01", json!({ "root_cause": "Chủ tịch xã Minh Quang đi vắng" })).await;
    signed(&at, &visit).await;
    let figures = format!("/v1/campaigns/{}/finding-figures", at.campaign);
    let causes = async |who: &crate::harness::Holder| {
        let (status, figures) = who.visitor.get(&figures).await;
        assert_eq!(status, 200, "{figures}");
        figures["root_causes"].as_array().map(Vec::len)
    };
    assert_eq!((causes(&at.reviewer).await, causes(&at.head).await), (Some(1), Some(0)));
    at.house.end().await;
}

/// What lies below a unit does not push its own last visit out of sight.
#[tokio::test(flavor = "multi_thread")]
async fn a_re_inspection_finds_the_last_visit_to_the_unit_itself() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    let visit = recorded(&at).await;
    let finish = format!("UPDATE visits SET state = 'finalised' WHERE id = '{}'", id_of(&visit));
    let copies = format!(
        "INSERT INTO visits SELECT (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(),
             'planned_start', v.planned_start + n * interval '1 second'))).*
         FROM visits v, generate_series(1, 25) n WHERE v.id = '{0}';
         INSERT INTO visits SELECT (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(),
             'unit_id', '{1}', 'unit_ancestors', ARRAY[]::uuid[], 'planned_start', v.planned_start - interval '1 day'))).*
         FROM visits v WHERE v.id = '{0}'",
        id_of(&visit),
        at.province
    );
    sql.batch_execute(&finish).await.unwrap();
    sql.batch_execute(&copies).await.unwrap();
    let mut plan = at.plan("re_inspection", 48);
    plan["unit"] = json!(at.province);
    let (status, made) = at.scheduler.visitor.post("/v1/visits", &plan).await;
    assert_eq!(status, 201, "{made}");
    assert!(made["previous_visit"].is_string(), "{made}");
    at.house.end().await;
}

/// A team sees what became of its visit; a person without any role for it sees nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let stranger =
        at.house.holder("Người xã bên", &[(Role::HeadOfUnit, at.owner, Some(at.other_commune))]).await;
    for path in [&finding, &action] {
        assert_eq!(stranger.visitor.get(path).await.0, 404);
    }
    for list in ["/v1/findings", "/v1/corrective-actions"] {
        let path = format!("{list}?held_by={}", at.commune);
        assert_eq!(stranger.visitor.get(&path).await.1["items"], json!([]));
        assert_eq!(at.head.visitor.get(&path).await.1["items"].as_array().map(Vec::len), Some(1), "{list}");
    }
    at.house.end().await;
}
