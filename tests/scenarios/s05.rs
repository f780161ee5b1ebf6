//! S5. Plan, decision, overlap: two inspections of huyện Nông Sơn in 2021 become one.

use super::office::{Office, Setting, district, done, paper, ratio};
use crate::harness::House;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const ISSUER: &str = "UBND huyện Nông Sơn";

async fn drafts(office: &Office) -> (Setting, Setting) {
    let service = office.draft("civil_service", "Kiểm tra công vụ năm 2021", &["Thực thi công vụ"]).await;
    let reform = office
        .draft("reform", "Kiểm tra cải cách hành chính năm 2021", &["Cải cách hành chính", "Kiểm soát TTHC"])
        .await;
    (service, reform)
}

/// X13, N01 to N07: one team instead of two, six visits instead of twelve, nothing lost of either.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn two_inspections_of_the_same_communes_become_one() {
    let house = House::open().await;
    house.with_register().await;
    let (nong_son, communes) = district("519", "2021-09-28");
    assert_eq!(communes.len(), 6);
    let office = Office::open(&house, "nong-son", ISSUER).await;
    let who = &office.scheduler.visitor;
    let [con, oss, ari] =
        [office.checklist("CON").await, office.checklist("OSS").await, office.checklist("ARI").await];
    let (service, reform) = drafts(&office).await;
    let days = ["2021-09-28", "2021-09-28", "2021-09-29", "2021-09-29", "2021-09-30", "2021-09-30"];
    for (of, checklists) in [(&service, vec![con, oss]), (&reform, vec![ari])] {
        for (unit, day) in communes.iter().zip(days) {
            done(office.schedule(&office.plan(of, unit.id, "planned", day, &checklists)).await);
        }
    }

    // Before: two campaigns, twelve visits, six overlaps that name both.
    let planned = async |of: &Setting| {
        let (_, list) =
            who.get(&format!("/v1/visits?campaign={}&state=planned&limit=200", of.campaign)).await;
        list["items"].as_array().expect("visits").clone()
    };
    assert_eq!(planned(&service).await.len() + planned(&reform).await.len(), 12);
    for (of, other) in [(&service, &reform), (&reform, &service)] {
        let (_, overlaps) = who.get(&format!("{}/overlaps", of.at)).await;
        let items = overlaps["items"].as_array().expect("overlaps");
        assert_eq!(items.len(), 6, "{overlaps}");
        for item in items {
            assert_eq!(
                (&item["campaign"], &item["other_campaign"]),
                (&json!(of.campaign), &json!(other.campaign))
            );
        }
        let units: BTreeSet<&str> = items.iter().filter_map(|item| item["unit"].as_str()).collect();
        assert_eq!(units.len(), 6, "one for each commune");
    }
    let asked = async || {
        let (_, burden) = who.get(&format!("/v1/reports/burden?unit={nong_son}&to=2021-12-31")).await;
        let items = burden["items"].as_array().expect("communes").clone();
        items
            .iter()
            .map(|b| (b["visits"].clone(), b["days"].clone(), b["campaigns"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(asked().await, vec![(json!(2), json!(1), json!(2)); 6]);

    // The merger.
    let merge = async |version: &str, into: Uuid| {
        let request = who.request("POST", &format!("{}/merge", reform.at)).header("if-match", version);
        who.answer(request.json(&json!({ "into": into }))).await
    };
    assert_eq!(merge("\"v1\"", reform.campaign).await.body["code"], "campaign.merge-unfit");
    assert_eq!(merge("\"v9\"", service.campaign).await.status, 412);
    let whole = done(merge("\"v1\"", service.campaign).await).body;
    assert_eq!(whole["id"], json!(service.campaign));
    assert_eq!(whole["topics"], json!(["Thực thi công vụ", "Cải cách hành chính", "Kiểm soát TTHC"]));
    assert_eq!(
        (&whole["mergers"][0]["visits_before"], &whole["mergers"][0]["visits_after"]),
        (&json!(12), &json!(6))
    );
    assert_eq!(whole["mergers"][0]["reduction"], ratio(6, 12, 50.0));
    let visits = planned(&service).await;
    assert_eq!((visits.len(), planned(&reform).await.len()), (6, 0));
    for visit in &visits {
        assert_eq!(visit["templates"], json!([con, oss, ari]));
    }
    assert_eq!(asked().await, vec![(json!(1), json!(1), json!(1)); 6]);
    let (_, left) = who.get("/v1/campaigns?state=draft").await;
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1), "2 inspections, then 1");

    // The other is kept to read.
    let (_, ended) = who.get(&reform.at).await;
    assert_eq!((&ended["state"], &ended["merged_into"]), (&json!("merged_into"), &json!(service.campaign)));
    let patch = who.request("PATCH", &reform.at).header("if-match", "\"v2\"").json(&json!({ "title": "X" }));
    assert_eq!(who.answer(patch).await.body["code"], "campaign.state");
    let late = office.plan(&reform, communes[0].id, "planned", "2021-10-01", &[ari]);
    assert_eq!(office.schedule(&late).await.body["code"], "visit.campaign-not-active");
    let (_, trace) = who.get(&format!("/v1/visits?campaign={}", reform.campaign)).await;
    assert!(
        trace["items"].as_array().expect("visits").iter().all(|v| v["joined_into"].is_string()),
        "{trace}"
    );
    assert_eq!(merge("\"v2\"", service.campaign).await.body["code"], "campaign.state", "once is enough");

    // Papers, then no visit before the decision, and the fieldwork.
    let papers = [
        paper("plan", "133/KH-UBND", ISSUER, "2021-08-02"),
        paper("decision", "4889/QĐ-UBND", ISSUER, "2021-08-05"),
    ];
    office.activate(&service.at, &papers).await;
    let (_, read) = who.get(&service.at).await;
    let written: Vec<&Value> =
        read["documents"].as_array().expect("papers").iter().map(|d| &d["written"]).collect();
    assert_eq!(written, ["133/KH-UBND", "4889/QĐ-UBND"]);
    assert_eq!(
        (&read["documents"][0]["year"], &read["documents"][0]["issuer_kind"]),
        (&json!(2021), &json!("state"))
    );
    let early =
        office.schedule(&office.plan(&service, communes[0].id, "planned", "2021-08-04", &[con])).await;
    assert_eq!((early.status, early.body["code"].as_str()), (422, Some("visit.before-decision")));
    let in_time =
        office.schedule(&office.plan(&service, communes[0].id, "planned", "2021-08-05", &[con])).await;
    done(in_time);
    for visit in &visits {
        let at = format!("/v1/visits/{}", visit["id"].as_str().expect("an id"));
        office.make(&house, &at, visit["planned_start"].as_str().expect("a start")).await;
    }
    let report =
        format!("/v1/reports/coverage?unit={nong_son}&as_of=2021-12-31&campaign={}", service.campaign);
    let (_, coverage) = who.get(&report).await;
    assert_eq!(coverage["classes"][0]["first_inspection"], ratio(6, 6, 100.0), "{coverage}");
    house.close().await;
}

/// N02, N03: one lead, and a number that is used once.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_has_one_lead_and_a_number_is_used_once() {
    let house = House::open().await;
    let office = Office::open(&house, "nong-son", ISSUER).await;
    let who = &office.scheduler.visitor;
    let new = json!({ "owner": office.owner, "kind": "joint", "title": "Kiểm tra liên ngành" });
    let bare = done(who.send("POST", "/v1/campaigns", Some(&new)).await).header("location").to_owned();
    let enter = async |paper: Value| who.send("POST", &format!("{bare}/documents"), Some(&paper)).await;
    done(enter(paper("plan", "133/KH-UBND", ISSUER, "2021-08-02")).await);
    done(enter(paper("decision", "4889/QĐ-UBND", ISSUER, "2021-08-05")).await);
    let again = enter(paper("plan", "133/KH-UBND", ISSUER, "2021-09-01")).await;
    assert_eq!((again.status, again.body["code"].as_str()), (409, Some("document.number-taken")));
    done(enter(paper("plan", "133/KH-UBND", ISSUER, "2022-01-10")).await);
    done(enter(paper("plan", "133/KH-UBND", "UBND huyện Quế Sơn", "2021-08-02")).await);

    done(who.send("POST", &format!("{bare}/submit"), Some(&Value::Null)).await);
    let authority = &office.authority.visitor;
    done(authority.send("POST", &format!("{bare}/approve"), Some(&Value::Null)).await);
    let lacking = authority.send("POST", &format!("{bare}/activate"), Some(&Value::Null)).await;
    assert_eq!((lacking.status, lacking.body["code"].as_str()), (409, Some("campaign.no-team")));
    let seat =
        |account: Uuid, role: &str| json!({ "account": account, "role": role, "position": "Chuyên viên" });
    let seats = [
        (vec![seat(office.lead.account, "lead"), seat(office.member.account, "lead")], "team.two-leads"),
        (vec![seat(office.member.account, "member")], "team.no-lead"),
    ];
    for (members, code) in seats {
        let team = json!({ "name": "Đoàn", "members": members });
        let (status, refused) = who.post(&format!("{bare}/teams"), &team).await;
        assert_eq!((status, refused["errors"][0]["code"].as_str()), (422, Some(code)));
    }
    house.close().await;
}
