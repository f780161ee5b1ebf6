//! Every figure leads to its rows: whoever reads a number follows its link and finds exactly what was counted.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, reported, step};
use super::reports::{all, read};
use crate::harness::{Inspectorate, Visitor, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// Follows links, named by their places in an answer, and counts their rows to the figures beside them.
async fn counted(who: &Visitor, answer: &Value, links: &[(&str, &str)]) {
    for (link, figure) in links {
        let list = answer.pointer(link).and_then(Value::as_str).unwrap_or_else(|| panic!("{link}: {answer}"));
        let figure = answer.pointer(figure).unwrap_or_else(|| panic!("{figure}: {answer}"));
        assert_eq!(&json!(all(who, list).await.len()), figure, "{link}: {list}");
    }
}

async fn free(at: &Inspectorate, visit: &str, kind: &str) -> String {
    let said = json!({ "kind": kind, "category": "Phối hợp", "statement": "Phối hợp giữa các bộ phận.",
        "root_cause": if kind == "finding" { json!("Điều chỉnh địa giới") } else { Value::Null } });
    let made = at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&said)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.header("location").to_owned()
}

async fn confirm(at: &Inspectorate, finding: &str) {
    let (status, body) = at.lead.visitor.post(&format!("{finding}/confirm"), &json!({})).await;
    assert_eq!(status, 200, "{body}");
}

async fn handed_in(at: &Inspectorate, visit: &str) {
    for item in ["A01", "A03"] {
        at.held_photo(visit, item).await;
    }
    signed(at, visit).await;
    assert_eq!(at.step(&at.lead, visit, "submit", Value::Null).await.status, 200);
}

/// A visit that finds something of every sort, and the re-inspection that looks at it again.
pub(super) async fn two_visits(at: &Inspectorate) -> (String, String) {
    let visit = recorded(at).await;
    let first =
        confirmed(at, &visit, "A01", json!({ "critical": true, "root_cause": "Thiếu kinh phí" })).await;
    let second = confirmed(at, &visit, "A02", json!({})).await;
    let third = free(at, &visit, "finding").await;
    for finding in [&third, &free(at, &visit, "strength").await] {
        confirm(at, finding).await;
    }
    free(at, &visit, "finding").await;
    handed_in(at, &visit).await;
    let said = json!({ "text": "Diện tích đã đo lại.", "papers": ["Công văn 45/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{second}/explain"), &said).await.0, 200);
    let why = json!({ "reason": "Đã xác minh tại chỗ." });
    assert_eq!(at.member.visitor.post(&format!("{second}/withdraw"), &why).await.0, 200);

    let again = at.visit("re_inspection", 1).await;
    at.on_site(&again).await;
    for (item, answer) in [
        ("A01", json!({ "type": "yes_no_na", "value": "no" })),
        ("A02", json!({ "type": "number", "value": 41 })),
        ("A03", json!({ "type": "ratio", "numerator": 35, "denominator": 36 })),
    ] {
        let path = format!("/v1/responses/{}", Uuid::now_v7());
        assert_eq!(at.member.visitor.put(&path, &at.answer(&again, item, answer)).await.0, 201);
    }
    assert_eq!(at.step(&at.member, &again, "close-recording", Value::Null).await.status, 200);
    for (finding, outcome) in [(&first, "not_fixed"), (&third, "fixed")] {
        let seen = json!({ "visit": id_of(&again), "outcome": outcome });
        let (status, body) = at.lead.visitor.post(&format!("{finding}/re-inspection"), &seen).await;
        assert_eq!(status, 200, "{body}");
    }
    let new = confirmed(at, &again, "A03", json!({})).await;
    handed_in(at, &again).await;
    (new, visit)
}

/// Each figure of a campaign's findings and actions, for whoever may list all of them; the others get the figures alone.
#[tokio::test(flavor = "multi_thread")]
async fn figures_of_findings_and_actions_lead_to_their_rows() {
    let at = Inspectorate::open().await;
    two_visits(&at).await;
    let path = format!("/v1/campaigns/{}/finding-figures", at.campaign);
    let figures = read(&at.lead.visitor, &path).await;
    let told = ["/confirmed", "/open", "/candidates", "/withdrawn", "/without_action", "/strengths"];
    assert_eq!(
        told.map(|at| figures.pointer(at).and_then(Value::as_i64)),
        [5, 2, 1, 1, 1, 1].map(Some),
        "{figures}"
    );
    assert_eq!(figures["re_inspection"]["new_findings"], 1);
    let links = [
        ("/rows/confirmed", "/confirmed"),
        ("/rows/open", "/open"),
        ("/rows/candidates", "/candidates"),
        ("/rows/critical", "/critical/numerator"),
        ("/rows/withdrawn", "/withdrawn"),
        ("/rows/without_action", "/without_action"),
        ("/rows/strengths", "/strengths"),
        ("/re_inspection/rows/looked_at", "/re_inspection/fixed/denominator"),
        ("/re_inspection/rows/fixed", "/re_inspection/fixed/numerator"),
        ("/re_inspection/rows/partly_fixed", "/re_inspection/partly_fixed/numerator"),
        ("/re_inspection/rows/repeated", "/re_inspection/repeated/numerator"),
        ("/re_inspection/rows/no_longer_applicable", "/re_inspection/no_longer_applicable/numerator"),
        ("/re_inspection/rows/new_findings", "/re_inspection/new_findings"),
    ];
    let who = &at.lead.visitor;
    counted(who, &figures, &links).await;
    let ranking = figures["re_inspection"]["repeat_ranking"].as_array().expect("a ranking");
    let items: Vec<&Value> = ranking.iter().map(|item| &item["item"]).collect();
    assert_eq!(items, [&json!("A01"), &Value::Null]);
    let links = [
        ("/rows/looked_at", "/fixed/denominator"),
        ("/rows/fixed", "/fixed/numerator"),
        ("/rows/repeated", "/repeated/numerator"),
    ];
    for item in ranking {
        counted(who, item, &links).await;
    }
    let causes = figures["root_causes"].as_array().expect("causes");
    assert_eq!(causes.len(), 2);
    for cause in causes {
        counted(who, cause, &[("/rows", "/findings")]).await;
    }
    at.house.end().await;
}

/// A link that would hold less than was counted is not given.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_list_everything_is_given_no_list() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let path = format!("/v1/campaigns/{}/finding-figures", at.campaign);
    assert!(read(&at.lead.visitor, &path).await["rows"].is_object(), "one team found all of it");
    assert_eq!(read(&at.head.visitor, &path).await["rows"], Value::Null);

    let other = at.house.holder("Trưởng đoàn 2", &[(Role::TeamLead, at.owner, None)]).await;
    let beside = at.house.team(at.campaign, &[(other.account, "lead")]).await;
    let mut plan = at.plan("planned", 1);
    (plan["team"], plan["unit"]) = (json!(beside), json!(at.other_commune));
    let there =
        at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await.header("location").to_owned();
    assert_eq!(at.step(&at.scheduler, &there, "dispatch", Value::Null).await.status, 200);
    assert_eq!(at.step(&other, &there, "check-in", json!({ "at": at.house.app.now() })).await.status, 200);
    let said = json!({ "kind": "finding", "category": "Phối hợp", "statement": "Lỏng lẻo." });
    assert_eq!(other.visitor.post(&format!("{there}/findings"), &said).await.0, 201);
    for (who, is_told) in [(&at.lead, false), (&other, false), (&at.scheduler, true), (&at.reviewer, true)] {
        let figures = read(&who.visitor, &path).await;
        assert_eq!(figures["rows"].is_object(), is_told, "{figures}");
        assert_eq!(
            (&figures["confirmed"], &figures["candidates"]),
            (&json!(1), &json!(2)),
            "figures are of all"
        );
        if is_told {
            counted(&who.visitor, &figures, &[("/rows/candidates", "/candidates")]).await;
        }
    }
    at.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_actions_lead_to_their_rows() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let first = confirmed(&at, &visit, "A01", json!({})).await;
    let second = confirmed(&at, &visit, "A02", json!({})).await;
    signed(&at, &visit).await;
    let done = issued(&at, &visit, &[&first], json!([at.commune]), json!({})).await;
    reported(&at.head, &done).await;
    let late = issued(&at, &visit, &[&second], json!([at.commune]), json!({})).await;
    let more = json!({ "until": "2030-02-28", "reason": "Chờ kinh phí" });
    assert_eq!(step(&at.head, &late, "request-extension", more).await.0, 200);
    let (status, body) =
        step(&at.authority, &late, "decide-extension", json!({ "grant": true, "reason": "Đồng ý" })).await;
    assert_eq!(status, 200, "{body}");
    let links = [
        ("/rows/issued", "/issued"),
        ("/rows/proposed", "/proposed"),
        ("/rows/reported", "/reported"),
        ("/rows/verified", "/verified/numerator"),
        ("/rows/returned", "/returned"),
        ("/rows/extended", "/extended"),
        ("/rows/overdue", "/overdue"),
        ("/rows/cancelled", "/cancelled"),
    ];
    for (when, overdue) in [("", 0), ("?at=2030-03-01T00:00:00%2B07:00", 1)] {
        let path = format!("/v1/campaigns/{}/action-figures{when}", at.campaign);
        let figures = read(&at.scheduler.visitor, &path).await;
        assert_eq!((&figures["extended"], &figures["overdue"]), (&json!(1), &json!(overdue)), "{figures}");
        counted(&at.scheduler.visitor, &figures, &links).await;
    }
    let head = read(&at.head.visitor, &format!("/v1/campaigns/{}/action-figures", at.campaign)).await;
    assert_eq!((&head["issued"], &head["rows"]), (&json!(2), &Value::Null));
    at.house.end().await;
}

/// X10: what came again, by item and free, and what was found for the first time.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_again_leads_to_its_rows() {
    let at = Inspectorate::open().await;
    let (_, first) = two_visits(&at).await;
    let who = &at.reviewer.visitor;
    let report = read(who, &format!("/v1/reports/recurrence?unit={}", at.province)).await;
    let looked_at = ("/seen/rows/looked_at", "/seen/fixed/denominator");
    let repeated = ("/seen/rows/repeated", "/seen/repeated/numerator");
    counted(who, &report, &[looked_at, repeated, ("/new_findings_rows", "/new_findings")]).await;
    let items = report["items"].as_array().expect("items");
    assert_eq!((items.len(), &report["new_findings"]), (2, &json!(1)), "an item, and the free ones together");
    for item in items {
        counted(who, item, &[looked_at, repeated, ("/seen/rows/fixed", "/seen/fixed/numerator")]).await;
    }
    let ranked = read(who, &format!("/v1/reports/ranking?unit={}", at.province)).await;
    counted(
        who,
        &ranked["items"][0],
        &[("/rows/visits", "/visits"), ("/rows/open_findings", "/open_findings")],
    )
    .await;
    let one = all(who, &format!("/v1/visits?id={}&id={}", id_of(&first), Uuid::new_v4())).await;
    assert_eq!(one.len(), 1, "an unknown id adds nothing");
    at.house.end().await;
}

/// N05, N06: where two campaigns meet, and how much is asked of a unit.
#[tokio::test(flavor = "multi_thread")]
async fn overlaps_and_burden_lead_to_their_rows() {
    let at = Inspectorate::open().await;
    let scheduled = async |who: &Visitor, plan: &Value| {
        let made = who.send("POST", "/v1/visits", Some(plan)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        id_of(made.header("location")).to_owned()
    };
    let own = [at.plan("planned", 24), at.plan("planned", 72)];
    let far = at.plan("planned", 24 * 40);
    let who = &at.scheduler.visitor;
    for plan in own.iter().chain([&far]) {
        scheduled(who, plan).await;
    }
    let campaign = at.house.active_campaign(at.owner).await;
    let team = at.house.team(campaign, &[(at.lead.account, "lead")]).await;
    let mut plan = at.plan("planned", 48);
    (plan["campaign"], plan["team"]) = (json!(campaign), json!(team));
    let beside = scheduled(who, &plan).await;
    let path = format!("/v1/campaigns/{}/overlaps", at.campaign);
    let met = read(who, &path).await["items"].clone();
    assert_eq!(met.as_array().map(Vec::len), Some(1), "{met}");
    assert_eq!(met[0]["visits"].as_array().map(Vec::len), Some(2), "the third is weeks away");
    let mine = all(who, met[0]["rows"]["visits"].as_str().expect("an address")).await;
    assert_eq!(mine.len(), 2);
    let theirs = all(who, met[0]["rows"]["other_visits"].as_str().expect("an address")).await;
    assert_eq!((theirs.len(), &theirs[0]["id"]), (1, &json!(beside)));

    // Another owner's visit is told of, and not shown.
    let other = at.house.owner("bac-kan").await.0;
    let planner = at.house.holder("Người khác", &[(Role::Scheduler, other, None)]).await;
    let lead = at.house.holder("Trưởng đoàn khác", &[(Role::TeamLead, other, None)]).await;
    let foreign = at.house.active_campaign(other).await;
    let team = at.house.team(foreign, &[(lead.account, "lead")]).await;
    (plan["campaign"], plan["team"]) = (json!(foreign), json!(team));
    plan["templates"] = json!([at.house.checklist(other).await]);
    scheduled(&planner.visitor, &plan).await;
    let met = read(who, &path).await["items"].clone();
    let hidden = met.as_array().expect("overlaps").iter().find(|one| one["other_owner"] == json!(other));
    assert_eq!(hidden.expect("told")["rows"]["other_visits"], Value::Null, "{met}");

    let mut sealed = at.plan("surprise", 96);
    sealed["unit"] = json!(at.other_commune);
    scheduled(who, &sealed).await;
    for (whose, visits) in [(who, [4, 1]), (&at.reviewer.visitor, [4, 0])] {
        let burden = read(whose, &format!("/v1/reports/burden?unit={}", at.province)).await;
        for (unit, visits) in [at.commune, at.other_commune].iter().zip(visits) {
            let asked =
                burden["items"].as_array().expect("units").iter().find(|one| one["unit"] == json!(unit));
            let Some(asked) = asked else {
                assert_eq!(visits, 0, "{burden}");
                continue;
            };
            assert_eq!(asked["visits"], visits, "{burden}");
            counted(whose, asked, &[("/rows", "/visits")]).await;
        }
    }
    at.house.end().await;
}
