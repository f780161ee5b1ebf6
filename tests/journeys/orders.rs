//! Under what orders people inspect: kinds of campaigns, their topics and plans, teams of several offices.

use crate::harness::{Inspectorate, id_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// M30, X01, H03, L01: a thematic campaign of eight topics, a plan that is open towards the future, a supervision with
/// team number 18, two offices in one team.
#[tokio::test(flavor = "multi_thread")]
async fn campaigns_have_kinds_topics_years_and_numbered_teams_of_several_offices() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let create = async |more: Value| {
        let mut new = json!({ "owner": at.owner, "kind": "thematic", "title": "Thanh tra trách nhiệm" });
        for (field, value) in more.as_object().expect("fields") {
            new[field] = value.clone();
        }
        let made = who.send("POST", "/v1/campaigns", Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        (made.header("location").to_owned(), made.body)
    };
    let topics = [
        "Tiếp công dân",
        "Khiếu nại",
        "Tố cáo",
        "Phòng, chống tham nhũng",
        "Thực hiện kết luận",
        "Đất đai",
        "Trật tự xây dựng",
        "Thủ tục hành chính",
    ];
    let (_, thematic) = create(json!({ "topics": topics })).await;
    assert_eq!((&thematic["kind"], &thematic["topics"]), (&json!("thematic"), &json!(topics)));

    let goals = ["Nâng cao chỉ số cải cách hành chính năm 2017 và các năm tiếp theo"];
    let (open, _) = create(json!({ "kind": "reform", "goals": goals, "year_from": 2017 })).await;
    let (_, read) = who.get(&open).await;
    assert_eq!(
        (&read["goals"], &read["year_from"], &read["year_to"]),
        (&json!(goals), &json!(2017), &Value::Null)
    );
    let past = json!({ "owner": at.owner, "kind": "reform", "title": "x", "year_to": 2017 });
    assert_eq!(who.post("/v1/campaigns", &past).await.0, 422, "a plan has a beginning");

    let (supervision, _) =
        create(json!({ "kind": "supervision", "title": "Chương trình giám sát năm 2022" })).await;
    let seat = |of: &crate::harness::Holder, role: &str, office: &str| json!({ "account": of.account, "role": role, "position": "Chuyên viên", "office": office });
    let (home, council) = ("Phòng Nội vụ", "Văn phòng HĐND và UBND quận");
    let team = json!({ "number": 18, "name": "Đoàn giám sát số 18", "members": [
        seat(&at.lead, "lead", home), seat(&at.member, "member", council), seat(&at.clerk, "clerk", council)] });
    let made = who.send("POST", &format!("{supervision}/teams"), Some(&team)).await;
    assert_eq!((made.status, &made.body["number"]), (201, &json!(18)), "{}", made.body);
    let (_, read) =
        who.get(&format!("{supervision}/teams/{}", made.body["id"].as_str().expect("an id"))).await;
    let members = read["members"].as_array().expect("members").iter();
    let offices: BTreeSet<&str> = members.filter_map(|member| member["office"].as_str()).collect();
    assert_eq!(offices, BTreeSet::from([home, council]), "two offices in one team");
    assert_eq!(read["number"], 18);
    at.house.close().await;
}

/// H18: a unit that is only inferred says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_says_how_sure_it_is() {
    let at = Inspectorate::open().await;
    let new = json!({ "name": "Quận Hà Đông", "unit_type": "urban_district", "parent": at.province,
        "valid_from": "2009-05-09", "official_code": "268", "certainty": "inferred" });
    let made = at.scheduler.visitor.send("POST", "/v1/units", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (_, read) = at.member.visitor.get(made.header("location")).await;
    assert_eq!(read["versions"][0]["certainty"], "inferred");
    let bad = json!({ "name": "Quận Hà Đông", "unit_type": "urban_district", "parent": at.province,
        "valid_from": "2009-05-09", "certainty": "perhaps" });
    assert_eq!(at.scheduler.visitor.post("/v1/units", &bad).await.0, 422);
    at.house.close().await;
}

/// X16, X17, X20: five findings of five categories, three of one cause, and a pilot with the list of its procedures.
#[tokio::test(flavor = "multi_thread")]
async fn findings_have_categories_and_causes_and_a_pilot_its_procedures() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let propose =
        async |said: Value| at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&said)).await;
    let categories = ["Văn bản quy phạm", "Liên thông", "Phối hợp", "Quy trình", "Kế hoạch"];
    for (n, category) in categories.into_iter().enumerate() {
        let cause = if n < 3 { "Thiếu kiểm tra, đôn đốc" } else { "Thiếu nhân lực" };
        let said = json!({ "kind": "finding", "category": category, "statement": "Còn hạn chế.", "root_cause": cause });
        let made = propose(said).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let confirm = format!("{}/confirm", made.header("location"));
        assert_eq!(at.lead.visitor.post(&confirm, &json!({})).await.0, 200);
    }
    let (_, list) = at.lead.visitor.get(&format!("/v1/findings?visit={}&kind=finding", id_of(&visit))).await;
    let told: BTreeSet<&str> =
        list["items"].as_array().expect("findings").iter().filter_map(|f| f["category"].as_str()).collect();
    assert_eq!(told, BTreeSet::from(categories));
    let (_, figures) =
        at.reviewer.visitor.get(&format!("/v1/campaigns/{}/finding-figures", at.campaign)).await;
    let causes = figures["root_causes"].as_array().expect("causes");
    let told: Vec<_> = causes.iter().map(|of| (of["root_cause"].as_str(), of["findings"].as_u64())).collect();
    assert_eq!(told, [(Some("Thiếu kiểm tra, đôn đốc"), Some(3)), (Some("Thiếu nhân lực"), Some(2))]);
    for of in causes {
        let (status, rows) = at.reviewer.visitor.get(of["rows"].as_str().expect("an address")).await;
        assert_eq!(status, 200, "{rows}");
        assert_eq!(json!(rows["items"].as_array().map(Vec::len)), of["findings"], "{of}");
    }

    let procedures = ["Đăng ký khai sinh", "Đăng ký kết hôn", "Đăng ký khai tử"];
    let pilot = json!({ "kind": "strength", "category": "Thí điểm", "procedures": procedures,
        "statement": "Trả kết quả tại nhà, kèm thiệp chúc mừng hoặc lời chia buồn của UBND xã." });
    let made = propose(pilot).await;
    assert_eq!((made.status, &made.body["procedures"]), (201, &json!(procedures)), "{}", made.body);
    let (_, kept) = at.lead.visitor.get(made.header("location")).await;
    assert_eq!(kept["procedures"].as_array().map(Vec::len), Some(3));
    let twice =
        json!({ "kind": "strength", "category": "Thí điểm", "statement": "x", "procedures": ["A", " A "] });
    let refused = propose(twice).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("finding.procedures")));
    assert_eq!(refused.body["errors"][0]["pointer"], "/procedures/1");
    at.house.close().await;
}
