//! Examples that the inspectorates' papers give, each with its own figures: assessments that disagree, findings of one cause,
//! recommendations and their addressees, actions of others, titles in the minutes, zero beside no answer.

use super::items::Commune;
use super::s04::good;
use crate::harness::{Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

/// M01, X04: two bodies judge CON-G01 differently; no complaint is a zero, and what nobody asked is not.
#[tokio::test(flavor = "multi_thread")]
async fn two_bodies_disagree_and_zero_is_an_answer() {
    let at = Commune::open().await;
    let lead = &at.desk.lead.visitor;
    let place = format!("{}/assessments", at.visit);
    for (assessor, name, judgement) in
        [("executive", "UBND huyện Mỹ Đức", "pass"), ("elected_body", "HĐND huyện Mỹ Đức", "fail")]
    {
        let said =
            json!({ "item": "CON-G01", "assessor": assessor, "assessor_name": name, "judgement": judgement });
        assert_eq!(lead.post(&place, &said).await.0, 201);
    }
    let list = at.desk.read(&place).await;
    let item = &list["items"][0];
    let told: Vec<Value> = item["assessments"]
        .as_array()
        .expect("assessments")
        .iter()
        .map(|one| json!([one["assessor_name"], one["judgement"]]))
        .collect();
    assert_eq!(told, [json!(["UBND huyện Mỹ Đức", "pass"]), json!(["HĐND huyện Mỹ Đức", "fail"])]);
    assert_eq!(
        (&item["item"], &item["count"], &item["disagree"]),
        (&json!("CON-G01"), &json!(2), &json!(true))
    );

    assert_eq!(at.judged("CIT-Q04", json!({ "type": "count", "value": 0 })).await[0], "pass");
    let answers = at.desk.read(&format!("{}/responses", at.visit)).await;
    assert_eq!(answers["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(answers["items"][0]["answer"], json!({ "type": "count", "value": 0 }));
    let of = async |standing: &str| {
        let items =
            at.desk.read(&format!("{}/score/items?standing={standing}", at.visit)).await["items"].clone();
        items.as_array().expect("items").iter().any(|item| item["item"] == "CIT-Q04")
    };
    assert!(of("pass").await && !of("unanswered").await, "answered with zero");
    at.desk.house.close().await;
}

/// M04: one case of alcohol is critical; with everything else in order the grade is capped.
#[tokio::test(flavor = "multi_thread")]
async fn one_case_of_alcohol_caps_the_grade() {
    let at = Commune::open().await;
    let (_, bundle) = at.desk.lead.visitor.get(&format!("{}/bundle", at.visit)).await;
    let lists = bundle["templates"].as_array().expect("checklists");
    let con = lists.iter().find(|list| list["code"] == "CON").expect("CON");
    let sections = con["body"]["sections"].as_array().expect("sections").iter();
    for item in sections.flat_map(|section| section["items"].as_array().expect("items")) {
        let code = item["code"].as_str().expect("a code");
        let answer =
            if code == "CON-H01" { json!({ "type": "count", "value": 1 }) } else { good(&item["response"]) };
        at.judged(code, answer).await;
    }
    let score = at.desk.read(&format!("{}/score", at.visit)).await;
    let con =
        score["templates"].as_array().expect("lists").iter().find(|list| list["code"] == "CON").expect("CON");
    assert_eq!((&con["answered"], &con["critical_failures"]), (&json!(15), &json!(["CON-H01"])));
    assert_eq!((&con["grade"]["code"], &con["grade"]["capped"]), (&json!("needs_correction"), &json!(true)));
    assert_eq!(con["percent"], 87.5, "good without it");
    at.desk.house.close().await;
}

/// L19, L20, N16, M15: four findings of one cause are one group of four; five recommendations to the district, one to six
/// communes; an unpaid allowance is a finding about the item that cites its decision.
#[tokio::test(flavor = "multi_thread")]
async fn causes_are_groups_and_recommendations_have_addressees() {
    let at = Commune::open().await;
    let lead = &at.desk.lead.visitor;
    let cause = "Điều chỉnh địa giới hành chính";
    let mut linked = Vec::new();
    for statement in [
        "Phối hợp lỏng lẻo sau điều chỉnh địa giới.",
        "Đơn thư kéo dài.",
        "Thẻ công chức cấp chậm.",
        "Phần mềm hộ tịch chưa liên thông thẻ bảo hiểm y tế.",
    ] {
        let said =
            json!({ "kind": "finding", "category": "Địa giới", "statement": statement, "root_cause": cause });
        let (status, made) = lead.post(&format!("{}/findings", at.visit), &said).await;
        assert_eq!(status, 201, "{made}");
        let finding = made["id"].as_str().expect("an id").to_owned();
        assert_eq!(lead.post(&format!("/v1/findings/{finding}/confirm"), &json!({})).await.0, 200);
        linked.push(finding);
    }
    let campaign = at.desk.read(&at.visit).await["campaign"].as_str().expect("a campaign").to_owned();
    let figures = at.desk.read(&format!("/v1/campaigns/{campaign}/finding-figures")).await;
    let groups: Vec<Value> = figures["root_causes"]
        .as_array()
        .expect("causes")
        .iter()
        .map(|group| json!([group["root_cause"], group["findings"]]))
        .collect();
    assert_eq!(groups, [json!([cause, 4])], "4 findings, 1 cause");

    let district = at.desk.unit("282", "2020-03-20").await;
    let below = at
        .desk
        .read(&format!("/v1/units?parent={district}&as_of=2020-03-20&kind=administrative&limit=6"))
        .await;
    let communes: Vec<&Value> =
        below["items"].as_array().expect("communes").iter().map(|unit| &unit["id"]).collect();
    let place = format!("{}/recommendations", at.visit);
    for text in [
        "Quản lý tốt địa bàn.",
        "Tự kiểm tra thường xuyên.",
        "Có giải pháp quyết liệt.",
        "Gắn quyền hạn với người đứng đầu.",
        "Phối hợp với Mặt trận Tổ quốc.",
    ] {
        let asked = json!({ "text": text, "addressees": [district] });
        assert_eq!(lead.post(&place, &asked).await.0, 201);
    }
    let all = json!({ "text": "Chấp hành giờ giấc, văn hóa công sở.", "addressees": communes });
    assert_eq!(lead.post(&place, &all).await.0, 201);
    let told = at.desk.read(&place).await;
    let addressees: Vec<usize> = told["items"]
        .as_array()
        .expect("recommendations")
        .iter()
        .map(|one| one["addressees"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(addressees, [1, 1, 1, 1, 1, 6]);
    assert!(told["items"][0]["addressees"][0]["unit"] == json!(district));
    assert_eq!(at.desk.read(&format!("/v1/campaigns/{campaign}/finding-figures")).await["confirmed"], 4);

    at.judged("OSS-C05", json!({ "type": "yes_no_na", "value": "no" })).await;
    at.close().await;
    let list = at.desk.read(&format!("/v1/findings?visit={}&item=OSS-C05", id_of(&at.visit))).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let laws = list["items"][0]["legal_basis"].as_array().expect("laws");
    let paid = "2492/QĐ-UBND ngày 02/6/2011";
    assert!(laws.iter().any(|law| law.as_str().is_some_and(|law| law.contains(paid))), "{laws:?}");
    assert_eq!(at.desk.read(&format!("/v1/findings/{}", linked[0])).await["legal_basis"], json!([]));
    let one = format!("/v1/findings/{}", list["items"][0]["id"].as_str().expect("an id"));
    assert_eq!(at.desk.read(&one).await["legal_basis"], json!(laws));
    let cited = at.desk.read("/v1/reference-documents?q=2492").await;
    let by = &cited["items"][0]["cited_by"][0];
    assert_eq!(by["item"], list["items"][0]["item"], "{cited}");
    assert!(cited["items"][0]["document"].as_str().is_some_and(|name| name.contains("2492/QĐ-UBND")));
    at.desk.house.close().await;
}

/// M28, M29, X18: an agency answers for what a commune benefits from, alone or jointly with it, under a programme document;
/// days and papers are kept as they were and as they are.
#[tokio::test(flavor = "multi_thread")]
async fn an_agency_remedies_for_a_commune_under_a_programme() {
    let at = Inspectorate::open().await;
    let desk = &at.scheduler.visitor;
    let new = json!({ "name": "Phòng Nội vụ huyện Mỹ Đức", "unit_type": "agency", "parent": at.province,
        "valid_from": "2010-01-01" });
    let (status, agency) = desk.post("/v1/units", &new).await;
    assert_eq!(status, 201, "{agency}");
    let agency: uuid::Uuid = agency["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let head = at.house.holder("Trưởng phòng Nội vụ", &[(Role::HeadOfUnit, at.owner, Some(agency))]).await;
    let paper = json!({ "kind": "plan", "number": "03/ĐA-UBND", "issuer": "UBND huyện Mỹ Đức", "issued_on": "2021-08-10",
        "title": "Đề án kiện toàn bộ phận một cửa" });
    let (status, held) = desk.post(&format!("/v1/campaigns/{}/documents", at.campaign), &paper).await;
    assert_eq!(status, 201, "{held}");
    let papers = held["documents"].as_array().expect("documents");
    let programme =
        papers.iter().find(|one| one["written"] == "03/ĐA-UBND").expect("the programme")["id"].clone();

    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let free =
        json!({ "kind": "finding", "category": "Một cửa", "statement": "Chưa kiện toàn bộ phận một cửa." });
    let (_, finding) = at.lead.visitor.post(&format!("{visit}/findings"), &free).await;
    let confirm = format!("/v1/findings/{}/confirm", finding["id"].as_str().expect("an id"));
    assert_eq!(at.lead.visitor.post(&confirm, &json!({})).await.0, 200);
    at.leaves_open(&visit).await;
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    assert_eq!(
        at.step(&at.lead, &visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await.status,
        200
    );
    for side in ["team", "unit"] {
        let said = json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
            "signer_position": "Chủ tịch UBND xã" });
        assert_eq!(at.step(&at.lead, &visit, "sign", said).await.status, 200);
    }

    let propose = async |owners: Value| {
        let new = json!({ "visit": id_of(&visit), "kind": "procedure_review", "title": "Hoàn thành Đề án một cửa",
            "owners": owners, "findings": [finding["id"]], "programme": programme,
            "measures": [{ "name": "Thời gian giải quyết", "unit": "day", "before": 10, "after": 7 },
                { "name": "Thành phần hồ sơ", "unit": "paper", "before": 5, "after": 4 }] });
        let made = desk.send("POST", "/v1/corrective-actions", Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let action = made.header("location").to_owned();
        let issued =
            desk.send("POST", &format!("{action}/issue"), Some(&json!({ "due_on": "2030-01-31" }))).await;
        assert_eq!(issued.status, 200, "{}", issued.body);
        action
    };
    let sees = async |who: &Holder, action: &str| who.visitor.get(action).await;
    let accepts = async |who: &Holder, action: &str| {
        who.visitor.send("POST", &format!("{action}/accept"), None).await.status
    };
    // The district's agency answers; the commune is who it is for.
    let alone = propose(json!([agency])).await;
    let (status, seen) = sees(&at.head, &alone).await;
    assert_eq!((status, &seen["owners"][0]["unit"], &seen["programme"]), (200, &json!(agency), &programme));
    assert_eq!(finding["unit"], json!(at.commune), "whom it is for");
    assert_eq!((accepts(&at.head, &alone).await, accepts(&head, &alone).await), (403, 200));
    let measures: Vec<Value> = seen["measures"]
        .as_array()
        .expect("measures")
        .iter()
        .map(|of| json!([of["unit"], of["before"].as_f64(), of["after"].as_f64()]))
        .collect();
    assert_eq!(measures, [json!(["day", 10.0, 7.0]), json!(["paper", 5.0, 4.0])]);
    // Two owners, one action: both see it, either takes it on.
    let joint = propose(json!([agency, at.commune])).await;
    for who in [&head, &at.head] {
        let (status, seen) = sees(who, &joint).await;
        assert_eq!((status, seen["owners"].as_array().map(Vec::len)), (200, Some(2)));
        assert_eq!(accepts(who, &joint).await, 200);
    }
    at.house.end().await;
}

/// L03: the lead of a supervision has three titles at a time, and the minutes print them all.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_printed_with_three_titles() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let titles = ["Ủy viên Thường trực HĐND tỉnh", "Trưởng ban Pháp chế", "Trưởng Đoàn giám sát số 18"];
    let team = format!("/v1/campaigns/{}/teams/{}", at.campaign, at.team);
    let held = who.send("GET", &team, None).await;
    let members = json!({ "members": [
        { "account": at.lead.account, "role": "lead", "position": titles[0], "positions": titles },
        { "account": at.member.account, "role": "member", "position": "Chuyên viên" }] });
    let request = who.request("PUT", &format!("{team}/members")).header("if-match", held.header("etag"));
    let seated = who.answer(request.json(&members)).await;
    assert_eq!(seated.status, 200, "{}", seated.body);
    let visit = at.visit("planned", 2).await;
    at.on_site(&visit).await;
    at.leaves_open(&visit).await;
    assert_eq!(at.step(&at.lead, &visit, "close-recording", Value::Null).await.status, 200);
    let drafted = at.step(&at.lead, &visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    let (_, minutes) = at.lead.visitor.get(&format!("{visit}/minutes")).await;
    let document = minutes["document"].as_str().expect("a document");
    assert!(document.contains(&format!("Mai Văn Bảy, {}", titles.join("; "))), "{document}");
    at.house.end().await;
}
