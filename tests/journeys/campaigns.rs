//! Campaigns: papers, teams, the way from draft to active, who sees them.

use crate::harness::{House, Person, Visitor};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

struct Office {
    house: House,
    owner: Uuid,
    planner: Visitor,
    authority: Visitor,
    lead: Person,
    clerk: Person,
}

async fn office() -> Office {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let authority = house.officer("Hồ Thị Chủ", &[(Role::Authority, Some(owner))]).await.visitor;
    let lead = house.officer("Mai Thị Hồng", &[(Role::TeamLead, Some(owner))]).await;
    let clerk = house.officer("Nguyễn Văn Thư", &[(Role::Clerk, Some(owner))]).await;
    Office { house, owner, planner, authority, lead, clerk }
}

impl Office {
    async fn campaign(&self) -> String {
        let new = json!({ "owner": self.owner, "kind": "civil_service", "title": "Kiểm tra công vụ 6 xã năm 2021",
            "topics": ["Thực thi công vụ"], "period_from": "2021-09-28", "period_to": "2021-09-30" });
        let made = self.planner.send("POST", "/v1/campaigns", Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("location").to_owned()
    }

    fn team(&self) -> Value {
        json!({ "name": "Đoàn kiểm tra", "members": [
            { "account": self.lead.account, "role": "lead", "position": "Trưởng phòng Nội vụ" },
            { "account": self.clerk.account, "role": "clerk", "position": "Chuyên viên" }] })
    }
}

fn paper(kind: &str, number: &str, day: &str) -> Value {
    json!({ "kind": kind, "number": number, "issuer": "UBND huyện Nông Sơn", "issued_on": day })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_goes_from_draft_to_active_on_its_papers_and_its_team() {
    let office = office().await;
    let at = office.campaign().await;
    let step = async |who: &Visitor, step: &str| {
        let (status, body) = who.post(&format!("{at}/{step}"), &Value::Null).await;
        (status, body["code"].as_str().or(body["state"].as_str()).unwrap_or_default().to_owned())
    };
    let told = |status: u16, word: &str| (status, word.to_owned());

    assert_eq!(step(&office.authority, "approve").await, told(409, "campaign.state"));
    assert_eq!(step(&office.planner, "submit").await, told(200, "submitted"));
    assert_eq!(step(&office.planner, "approve").await, told(403, "forbidden"));
    assert_eq!(step(&office.authority, "approve").await, told(409, "campaign.no-plan"));
    let documents = format!("{at}/documents");
    assert_eq!(office.planner.post(&documents, &paper("plan", "133/KH-UBND", "2021-08-02")).await.0, 201);
    assert_eq!(step(&office.authority, "approve").await, told(200, "approved"));
    assert_eq!(step(&office.authority, "activate").await, told(409, "campaign.no-decision"));
    let (status, with) =
        office.planner.post(&documents, &paper("decision", "4889/QĐ-UBND", "2021-08-05")).await;
    assert_eq!(
        (status, with["documents"][1]["number"].as_i64(), &with["warnings"]),
        (201, Some(4889), &json!([]))
    );
    assert_eq!(with["decision_date"], "2021-08-05");
    assert_eq!(step(&office.authority, "activate").await, told(409, "campaign.no-team"));
    assert_eq!(office.planner.post(&format!("{at}/teams"), &office.team()).await.0, 201);
    assert_eq!(step(&office.authority, "activate").await, told(200, "active"));
    assert_eq!(step(&office.planner, "cancel").await, told(409, "campaign.state"));

    let deeds = office.house.deeds(at.rsplit('/').next().expect("an id")).await;
    let expected = ["created", "submitted", "document_entered", "approved", "document_entered", "activated"];
    assert_eq!(deeds, expected.map(|deed| format!("campaign.{deed}")));
    office.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_number_is_used_once_in_a_year_and_kept_as_written() {
    let office = office().await;
    let (at, other) = (office.campaign().await, office.campaign().await);
    let enter = async |at: &str, body: Value| office.planner.post(&format!("{at}/documents"), &body).await;

    let (_, party) = enter(&at, paper("plan", "11-HD/HU", "2018-06-13")).await;
    assert_eq!(party["documents"][0]["symbol"], "HD/HU");
    let (_, late) = enter(&at, paper("decision", "01/2018/QĐ-UBND", "2018-01-05")).await;
    assert_eq!(
        (&late["warnings"], &late["documents"][0]["written"]),
        (&json!(["decision_before_plan"]), &json!("01/2018/QĐ-UBND"))
    );
    let (status, problem) = enter(&other, paper("plan", "11-HD/HU", "2018-12-01")).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("document.number-taken")));
    assert_eq!(enter(&other, paper("plan", "11-HD/HU", "2019-01-05")).await.0, 201);
    let (status, problem) = enter(&other, paper("plan", "KH-UBND", "2019-01-05")).await;
    assert_eq!((status, problem["errors"][0]["pointer"].as_str()), (422, Some("/number")));
    office.house.close().await;
}

/// N01: two bodies of one installation enter the paper that they share; neither learns what the other has entered.
#[tokio::test(flavor = "multi_thread")]
async fn two_owners_enter_the_same_document_of_the_same_issuer() {
    let office = office().await;
    let owner = office.house.owner("uy-ban-kiem-tra").await.0;
    let other = office.house.holder("Ủy ban Kiểm tra", &[(Role::Scheduler, owner, None)]).await.visitor;
    let new = json!({ "owner": owner, "kind": "joint", "title": "Kiểm tra liên ngành" });
    let theirs = other.send("POST", "/v1/campaigns", Some(&new)).await.header("location").to_owned();
    let ours = office.campaign().await;
    let enter = async |who: &Visitor, at: &str| {
        who.post(&format!("{at}/documents"), &paper("decision", "4889/QĐ-UBND", "2021-08-05")).await
    };
    assert_eq!(enter(&office.planner, &ours).await.0, 201);
    let (status, shared) = enter(&other, &theirs).await;
    assert_eq!((status, &shared["documents"][0]["written"]), (201, &json!("4889/QĐ-UBND")));
    let (status, again) = enter(&other, &theirs).await;
    assert_eq!((status, again["code"].as_str()), (409, Some("document.number-taken")));
    office.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_has_one_lead_and_only_people_with_a_fitting_role() {
    let office = office().await;
    let teams = format!("{}/teams", office.campaign().await);
    let (lead, clerk) = (office.lead.account, office.clerk.account);
    let seat = |account: Uuid, role: &str| json!({ "account": account, "role": role });
    let cases = [
        (vec![seat(clerk, "clerk")], "team.no-lead"),
        (vec![seat(lead, "lead"), seat(clerk, "lead")], "team.two-leads"),
        (vec![seat(lead, "lead"), seat(lead, "member")], "team.member-twice"),
        (vec![seat(clerk, "lead")], "team.member-unfit"),
        (vec![seat(lead, "lead"), seat(Uuid::nil(), "member")], "team.member-unfit"),
        (vec![seat(lead, "chief")], "team.role-unknown"),
    ];
    for (members, code) in cases {
        let (status, problem) =
            office.planner.post(&teams, &json!({ "name": "Đoàn 1", "members": members })).await;
        assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some(code)), "{problem}");
    }

    let made = office.planner.send("POST", &teams, Some(&office.team())).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"v1\""), "{}", made.body);
    assert_eq!(made.body["members"][0]["display_name"], "Mai Thị Hồng");
    let put = async |etag: &str, members: Value| {
        let at = format!("{}/members", made.header("location"));
        let request =
            office.planner.request("PUT", &at).header("If-Match", etag).json(&json!({ "members": members }));
        office.planner.answer(request).await
    };
    let second = office.house.officer("Phan Văn Phó", &[(Role::TeamLead, Some(office.owner))]).await;
    let swapped = json!([seat(second.account, "lead"), seat(lead, "deputy")]);
    let changed = put("\"v1\"", swapped.clone()).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"v2\""), "{}", changed.body);
    assert_eq!(changed.body["members"].as_array().map(Vec::len), Some(2));
    assert_eq!(put("\"v1\"", swapped).await.status, 412);
    assert_eq!(office.clerk.visitor.get(made.header("location")).await.0, 404, "who left sees it no longer");
    office.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_s_past_stays_as_it_was() {
    let office = office().await;
    let teams = format!("{}/teams", office.campaign().await);
    let made = office.planner.send("POST", &teams, Some(&office.team())).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let second = office.house.officer("Phan Văn Phó", &[(Role::TeamLead, Some(office.owner))]).await;
    let seat = |account: Uuid, role: &str| json!({ "account": account, "role": role });
    let put = async |etag: &str, members: Value| {
        let at = format!("{}/members", made.header("location"));
        let request =
            office.planner.request("PUT", &at).header("If-Match", etag).json(&json!({ "members": members }));
        assert_eq!(office.planner.answer(request).await.status, 200);
    };
    let row = async || {
        let query = "SELECT role, added_at::text, removed_at IS NOT NULL FROM team_members
            WHERE account_id = $1::text::uuid";
        let sql = office.house.sql().await;
        let row = sql.query_one(query, &[&office.lead.account.to_string()]).await.expect("a seat");
        (row.get::<_, String>(0), row.get::<_, String>(1), row.get::<_, bool>(2))
    };
    let first = row().await;
    put("\"v1\"", json!([seat(second.account, "lead")])).await;
    let third = json!([seat(second.account, "lead"), seat(office.clerk.account, "clerk")]);
    put("\"v2\"", third).await;
    assert_eq!(row().await, ("lead".to_owned(), first.1.clone(), true), "who led it before did lead it");
    put("\"v3\"", json!([seat(second.account, "lead"), seat(office.lead.account, "member")])).await;
    let back = row().await;
    assert_eq!((back.0.as_str(), back.2), ("member", false));
    assert_ne!(back.1, first.1, "who comes back comes anew");
    put("\"v4\"", json!([seat(second.account, "lead"), seat(office.lead.account, "deputy")])).await;
    assert_eq!(row().await.1, back.1, "who stays keeps their day");
    office.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_shows_to_its_owner_and_its_team_and_to_nobody_else() {
    let office = office().await;
    let at = office.campaign().await;
    let theirs = office.house.owner("que-son").await.0;
    let other = office.house.officer("Trần Thị Hoa", &[(Role::Scheduler, Some(theirs))]).await.visitor;
    let admin = office.house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let count = async |who: &Visitor| who.get("/v1/campaigns").await.1["items"].as_array().map(Vec::len);

    for stranger in [&other, &admin, &office.lead.visitor] {
        assert_eq!(stranger.get(&at).await.1["code"], "not-found");
        assert_eq!(count(stranger).await, Some(0));
    }
    let (status, _) =
        other.post("/v1/campaigns", &json!({ "owner": office.owner, "kind": "joint", "title": "X" })).await;
    assert_eq!(status, 404);
    office.planner.post(&format!("{at}/teams"), &office.team()).await;
    for insider in [&office.lead.visitor, &office.clerk.visitor, &office.planner, &office.authority] {
        assert_eq!(insider.get(&at).await.0, 200);
        assert_eq!(count(insider).await, Some(1));
    }
    assert_eq!(office.house.stranger().get(&at).await.0, 401);
    office.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_rests_on_the_version_that_was_read() {
    let office = office().await;
    let at = office.campaign().await;
    let patch = async |etag: Option<&str>, body: Value| {
        let request = office.planner.request("PATCH", &at).json(&body);
        office
            .planner
            .answer(match etag {
                Some(etag) => request.header("If-Match", etag),
                None => request,
            })
            .await
    };
    assert_eq!(patch(None, json!({})).await.status, 428);
    let changed =
        patch(Some("\"v1\""), json!({ "title": "Kiểm tra công vụ quý III", "period_to": null })).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"v2\""), "{}", changed.body);
    assert_eq!(
        (&changed.body["period_from"], &changed.body["period_to"]),
        (&json!("2021-09-28"), &Value::Null)
    );
    assert_eq!(patch(Some("\"v1\""), json!({})).await.body["code"], "version.stale");
    let wrong = patch(Some("\"v2\""), json!({ "period_to": "2021-01-01", "title": " " })).await;
    let codes: Vec<&str> =
        wrong.body["errors"].as_array().expect("faults").iter().filter_map(|f| f["code"].as_str()).collect();
    assert_eq!((wrong.status, codes), (422, vec!["text.refused", "campaign.period"]));
    assert_eq!(
        patch(Some("\"v2\""), json!({ "state": "active" })).await.body["errors"][0]["code"],
        "field.unknown"
    );
    let plan = paper("plan", "133/KH-UBND", "2021-08-02");
    let entered = office.planner.send("POST", &format!("{at}/documents"), Some(&plan)).await;
    assert_eq!((entered.status, entered.header("etag")), (201, "\"v3\""), "a paper changes what is read");
    assert_eq!(patch(Some("\"v2\""), json!({})).await.status, 412);
    office.house.close().await;
}

/// An issuer is one however its name is typed: case, blanks and the place of a tone are no other body.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_taken_however_its_issuer_is_typed() {
    let office = office().await;
    let at = office.campaign().await;
    let enter = async |number: &str, issuer: &str| {
        let body = json!({ "kind": "plan", "number": number, "issuer": issuer, "issued_on": "2024-03-01" });
        let (status, answer) = office.planner.post(&format!("{at}/documents"), &body).await;
        (status, answer["code"].as_str().map(ToOwned::to_owned))
    };
    let taken = (409, Some("document.number-taken".to_owned()));
    assert_eq!(enter("7/KH-UBND", "UBND tỉnh Hòa Bình").await.0, 201);
    let decomposed = "UBND ti\u{309}nh Ho\u{300}a Bi\u{300}nh";
    for issuer in ["UBND tỉnh Hoà Bình", "UBND  tỉnh   Hòa Bình", "ubnd tỉnh hoà bình", decomposed]
    {
        assert_eq!(enter("7/KH-UBND", issuer).await, taken, "{issuer}");
    }
    for issuer in ["UBND tỉnh Hóa Bình", "UBND xã Hòa Bình"] {
        assert_eq!(enter("7/KH-UBND", issuer).await.0, 201, "{issuer}");
    }
    assert_eq!(enter("8/KH-UBND", "UBND tỉnh Hoà Bình").await.0, 201);
    office.house.close().await;
}

/// Whoever reads Vietnamese is told what is wrong in Vietnamese, states and roles with it.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_in_vietnamese_words() {
    let office = office().await;
    let at = office.campaign().await;
    let years = json!({ "owner": office.owner, "kind": "civil_service", "title": "Kiểm tra", "year_from": 2020,
        "year_to": 2019 });
    let (_, no) = office.planner.post("/v1/campaigns", &years).await;
    assert_eq!(no["errors"][0]["detail"], "trước năm đầu", "{no}");
    let (_, no) = office.planner.post(&format!("{at}/documents"), &paper("plan", "133", "2021-08-02")).await;
    let form = "không đúng dạng, viết như 133/KH-UBND, 01/2025/QĐ-UBND hoặc 11-HD/HU";
    assert_eq!(no["errors"][0]["detail"], form, "{no}");
    let team = json!({ "name": "Đoàn", "members": [{ "account": office.clerk.account, "role": "lead" }] });
    let (_, no) = office.planner.post(&format!("{at}/teams"), &team).await;
    let told = no["errors"][0]["detail"].as_str().expect("a sentence");
    assert!(told.contains("trưởng đoàn") && !told.contains("team_lead"), "{no}");
    let (_, no) = office.authority.post(&format!("{at}/activate"), &Value::Null).await;
    let told = no["detail"].as_str().expect("a sentence");
    assert!(told.contains("dự thảo") && !told.contains("draft"), "{no}");
    office.house.close().await;
}
