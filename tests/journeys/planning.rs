//! Planning around people and offices: working calendars, rules for teams, who received a team and what it explained.

use crate::harness::{Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

fn office_hours(saturday: &Value) -> Value {
    let day = json!([{ "from": "07:30:00", "to": "11:30:00" }, { "from": "13:30:00", "to": "17:00:00" }]);
    json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day, "saturday": saturday })
}

/// M14, L02: a one-stop shop works on Saturday mornings; a day off is warned about, and taken.
#[tokio::test(flavor = "multi_thread")]
async fn an_office_has_its_own_hours_and_a_day_off_is_a_warning() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let calendar = format!("/v1/units/{}/calendar", at.commune);
    let put = async |version: &str, body: &Value| {
        who.answer(who.request("PUT", &calendar).header("if-match", version).json(body)).await
    };
    let works = async |moment: &str| {
        let path = format!("/v1/units/{}/working-time?at={}", at.commune, moment.replace('+', "%2B"));
        who.get(&path).await.1["working"].clone()
    };
    let usual = who.send("GET", &calendar, None).await;
    assert_eq!((usual.status, usual.header("etag"), &usual.body["version"]), (200, "\"v0\"", &json!(0)));
    assert_eq!(works("2020-03-21T09:00:00+07:00").await, false);

    let morning = json!([{ "from": "07:30:00", "to": "11:30:00" }]);
    let wrong = json!({ "hours": office_hours(&json!([{ "from": "11:30:00", "to": "07:30:00" }])) });
    assert_eq!(put("\"v0\"", &wrong).await.body["errors"][0]["pointer"], "/hours/saturday");
    let tet = json!({ "day": "2022-02-02", "works": false, "name": "Tết Nguyên đán" });
    let entered = put("\"v0\"", &json!({ "hours": office_hours(&morning), "days": [tet] })).await;
    assert_eq!((entered.status, entered.header("etag")), (200, "\"v1\""), "{}", entered.body);
    assert_eq!(put("\"v0\"", &json!({ "hours": {} })).await.status, 412);
    assert_eq!(works("2020-03-21T09:00:00+07:00").await, true);
    assert_eq!(works("2020-03-21T14:00:00+07:00").await, false);
    assert_eq!(works("2022-02-02T09:00:00+07:00").await, false);

    // The country's days hold for every office; a day in lieu opens a Sunday.
    let lieu = json!({ "days": [{ "day": "2022-02-27", "works": true, "name": "Làm bù" }] });
    let holidays = async |year: u16, version: &str, body: &Value| {
        let put = who.request("PUT", &format!("/v1/holidays/{year}")).header("if-match", version);
        who.answer(put.json(body)).await
    };
    assert_eq!(who.put("/v1/holidays/2022", &lieu).await.1["code"], "version.missing");
    let unentered = who.send("GET", "/v1/holidays/2022", None).await;
    assert_eq!((unentered.header("etag"), &unentered.body["version"]), ("\"v0\"", &json!(0)));
    let entered = holidays(2022, "\"v0\"", &lieu).await;
    assert_eq!((entered.status, entered.header("etag")), (200, "\"v1\""), "{}", entered.body);
    let stale = holidays(2022, "\"v0\"", &json!({ "days": [] })).await;
    assert_eq!((stale.status, stale.body["code"].as_str()), (412, Some("version.stale")));
    assert_eq!(who.send("GET", "/v1/holidays/2022", None).await.header("etag"), "\"v1\"");
    assert_eq!(holidays(2021, "\"v0\"", &lieu).await.body["errors"][0]["code"], "calendar.other-year");
    assert_eq!(works("2022-02-27T09:00:00+07:00").await, true);

    // L02: 20 and 21/2/2022, a Sunday and a Monday; then a Saturday, when this office works.
    let plan = async |from: &str, to: &str| {
        let mut plan = at.plan("working_session", 24);
        plan["planned_start"] = json!(from);
        plan["planned_end"] = json!(to);
        plan["templates"] = json!([]);
        plan["review_from"] = json!("2019-01-01");
        plan["review_to"] = json!("2021-12-31");
        let made = who.send("POST", "/v1/visits", Some(&plan)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made
    };
    let sunday = plan("2022-02-20T08:00:00+07:00", "2022-02-21T17:00:00+07:00").await;
    let warned = json!(["non_working_day", "campaign_unplanned"]);
    assert_eq!(sunday.body["warnings"], warned, "the campaign has a decision and no plan");
    let read = who.get(sunday.header("location")).await.1;
    assert_eq!(read["warnings"], warned);
    assert_eq!((&read["review_from"], &read["kind"]), (&json!("2019-01-01"), &json!("working_session")));
    let saturday = plan("2022-03-05T08:00:00+07:00", "2022-03-05T11:00:00+07:00").await;
    assert_eq!(saturday.body["warnings"], json!(["campaign_unplanned"]));

    // A check-in says whether the office works at that time, by our clock.
    for (visit, hour, works) in [(&saturday, 9, true), (&sunday, 14, false)] {
        let place = visit.header("location");
        assert_eq!(at.step(&at.scheduler, place, "dispatch", Value::Null).await.status, 200);
        let came =
            json!({ "at": format!("2022-03-05T{hour:02}:00:00+07:00"), "device_clock": at.house.app.now() });
        let there = at.step(&at.member, place, "check-in", came).await;
        assert_eq!(there.body["check_in"]["in_working_time"], json!(works), "{}", there.body);
    }
    at.house.close().await;
}

/// Nobody inspects their own unit; whoever was there lately is refused or warned about, as the owner's data says.
#[tokio::test(flavor = "multi_thread")]
async fn rules_for_teams_refuse_or_warn() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let rules = format!("/v1/owners/{}/assignment-rules", at.owner);
    let set = async |version: &str, own: &str, rotation: &str| {
        let said = json!({ "own_unit": own, "rotation": rotation, "rotation_days": 365 });
        who.answer(who.request("PUT", &rules).header("if-match", version).json(&said)).await
    };
    let schedule = async |kind: &str, hours: i64| {
        let made = who.send("POST", "/v1/visits", Some(&at.plan(kind, hours))).await;
        (
            made.status,
            made.body["code"].as_str().unwrap_or_default().to_owned(),
            made.body["warnings"].clone(),
        )
    };
    let refused = |code: &str| (422, code.to_owned(), Value::Null);

    // The member now works at the commune.
    let give = format!(
        "INSERT INTO grants (id, account_id, role, owner_id, unit_id, granted_at)
         VALUES (gen_random_uuid(), '{}', 'unit_staff', '{}', '{}', now())",
        at.member.account, at.owner, at.commune
    );
    at.house.sql().await.batch_execute(&give).await.unwrap();
    assert_eq!(schedule("planned", 400).await, refused("visit.member-of-own-unit"));
    assert_eq!(set("\"v0\"", "never", "off").await.body["errors"][0]["pointer"], "/own_unit");
    assert_eq!(set("\"v0\"", "warn", "off").await.status, 200);
    let (status, _, warnings) = schedule("planned", 400).await;
    assert_eq!(status, 201);
    assert!(warnings.as_array().unwrap().contains(&json!("member_of_own_unit")), "{warnings}");

    // A seat that says which office its holder comes from counts, too.
    at.house
        .sql()
        .await
        .batch_execute("UPDATE grants SET revoked_at = now() WHERE role = 'unit_staff'")
        .await
        .unwrap();
    assert_eq!(set("\"v1\"", "refuse", "off").await.status, 200);
    assert_eq!(schedule("planned", 900).await.0, 201);
    let team = format!("/v1/campaigns/{}/teams/{}", at.campaign, at.team);
    let held = who.send("GET", &team, None).await;
    let seat = |account: Uuid, role: &str, unit: Value| {
        json!({ "account": account, "role": role, "position": "Chuyên viên", "office": "UBND xã Minh Quang",
            "office_unit": unit, "positions": ["Chuyên viên", "Ủy viên"], "group": "Tổ 1" })
    };
    let members = json!({ "members": [seat(at.lead.account, "lead", Value::Null),
        seat(at.member.account, "member", json!(at.commune))] });
    let request = who.request("PUT", &format!("{team}/members")).header("if-match", held.header("etag"));
    let seated = who.answer(request.json(&members)).await;
    assert_eq!(seated.status, 200, "{}", seated.body);
    assert_eq!(seated.body["members"][1]["positions"], json!(["Chuyên viên", "Ủy viên"]));
    assert_eq!(seated.body["members"][1]["office_unit"], json!(at.commune));
    assert_eq!(schedule("planned", 1400).await, refused("visit.member-of-own-unit"));

    // Nor are they seated once the team has been told.
    let free = json!({ "members": [seat(at.lead.account, "lead", Value::Null)] });
    let reseat = async |etag: &str, members: &Value| {
        let request = who.request("PUT", &format!("{team}/members")).header("if-match", etag);
        who.answer(request.json(members)).await
    };
    let seated = reseat(seated.header("etag"), &free).await;
    assert_eq!(seated.status, 200, "{}", seated.body);
    let told = at.visit("planned", 1500).await;
    assert_eq!(at.step(&at.scheduler, &told, "dispatch", Value::Null).await.status, 200);
    let late = reseat(seated.header("etag"), &members).await;
    assert_eq!((late.status, late.body["code"].as_str()), (422, Some("visit.member-of-own-unit")));

    // Lately there: a visit of this team that was handed in.
    let made = who.send("POST", "/v1/visits", Some(&at.plan("planned", 1900))).await;
    let finish = format!(
        "UPDATE visits SET state = 'finalised', dispatched_at = now(), submitted_at = now() WHERE id = '{}'",
        id_of(made.header("location"))
    );
    at.house.sql().await.batch_execute(&finish).await.unwrap();
    assert_eq!(set("\"v2\"", "refuse", "warn").await.status, 200);
    let (status, _, warnings) = schedule("planned", 2600).await;
    assert!(
        status == 201 && warnings.as_array().unwrap().contains(&json!("member_lately_there")),
        "{warnings}"
    );
    assert_eq!(set("\"v3\"", "refuse", "refuse").await.status, 200);
    assert_eq!(schedule("planned", 2600).await, refused("visit.member-lately-there"));
    let (status, _, warnings) = schedule("re_inspection", 2600).await;
    assert_eq!(status, 201, "another look is no rotation: {warnings}");

    // Whoever was there is not new because they left the team and came back, however often.
    let only = |account: Uuid| json!({ "members": [seat(account, "lead", Value::Null)] });
    let other = at.house.holder("Phạm Thị Dung", &[(Role::TeamLead, at.owner, None)]).await;
    let mut etag = who.send("GET", &team, None).await.header("etag").to_owned();
    for account in [other.account, at.lead.account, other.account, at.lead.account] {
        let seated = reseat(&etag, &only(account)).await;
        assert_eq!(seated.status, 200, "{}", seated.body);
        etag = seated.header("etag").to_owned();
    }
    assert_eq!(schedule("planned", 2600).await, refused("visit.member-lately-there"));
    assert_eq!(reseat(&etag, &only(other.account)).await.status, 200);
    assert_eq!(schedule("planned", 2600).await.0, 201, "somebody who was never there");
    at.house.close().await;
}

/// L03, L04, N15: hosts with their titles, and a log of what was explained, however often a phone sends it.
#[tokio::test(flavor = "multi_thread")]
async fn who_received_the_team_and_what_it_explained_is_kept_once() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 2).await;
    let id = id_of(&visit);
    let host = json!({ "visit": id, "name": "Nguyễn Thành Trung", "office": "UBND huyện Lâm Bình",
        "positions": ["Phó Bí thư Huyện ủy", "Chủ tịch UBND huyện"] });
    let attendee = format!("/v1/attendees/{}", Uuid::now_v7());
    let phone = &at.member.visitor;
    assert_eq!(phone.put(&attendee, &host).await.1["code"], "visit.not-on-site");
    at.on_site(&visit).await;
    assert_eq!(phone.put(&attendee, &host).await.0, 201);
    assert_eq!(phone.put(&attendee, &host).await.0, 200, "sent again");
    let mut corrected = host.clone();
    corrected["office"] = json!("UBND huyện Lâm Bình, tỉnh Tuyên Quang");
    assert_eq!(phone.put(&attendee, &corrected).await.0, 202, "whoever names no version has not read it");
    corrected["base_version"] = json!(1);
    assert_eq!(phone.put(&attendee, &corrected).await.0, 200);
    let (_, hosts) = phone.get(&format!("{visit}/attendees")).await;
    assert_eq!(hosts["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(hosts["items"][0]["office"], corrected["office"]);
    assert_eq!(hosts["items"][0]["positions"], host["positions"]);
    assert_eq!(
        phone.put(&format!("/v1/attendees/{}", Uuid::new_v4()), &host).await.1["code"],
        "id.not-version-7"
    );

    for n in 0..4 {
        let said = json!({ "visit": id, "item": "A01", "guided": "Công chức Văn phòng - Thống kê",
            "content": format!("Hướng dẫn nội dung {n}"), "given_at": format!("2021-09-28T09:4{n}:00+07:00") });
        let entry = format!("/v1/guidance/{}", Uuid::now_v7());
        assert_eq!(phone.put(&entry, &said).await.0, 201);
        assert_eq!(phone.put(&entry, &said).await.0, 200);
    }
    // The minutes print everybody with all their titles.
    at.answers_well(&visit, &["A01", "A02", "A03"]).await;
    assert_eq!(at.step(&at.lead, &visit, "close-recording", Value::Null).await.status, 200);
    let drafted = at.step(&at.clerk, &visit, "minutes", json!({ "text": "Hai bên thống nhất." })).await;
    assert_eq!(drafted.status, 200, "{}", drafted.body);
    let (_, minutes) = at.lead.visitor.get(&format!("{visit}/minutes")).await;
    let document = minutes["document"].as_str().unwrap();
    for line in [
        "- Nguyễn Thành Trung, Phó Bí thư Huyện ủy; Chủ tịch UBND huyện, UBND huyện Lâm Bình, tỉnh Tuyên Quang\n",
        "- Trưởng đoàn: Mai Văn Bảy, Chuyên viên\n",
        "- Thư ký đoàn: Đỗ Văn Thư, Chuyên viên\n",
    ] {
        assert!(document.contains(line), "{line}\n{document}");
    }

    let (_, log) = at.reviewer.visitor.get(&format!("{visit}/guidance")).await;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(4));
    assert_eq!(log["items"][3]["given_at"], "2021-09-28T09:43:00+07:00");
    let stranger = at.house.holder("Người lạ", &[(Role::Member, at.owner, None)]).await.visitor;
    assert_eq!(stranger.put(&attendee, &host).await.0, 404);
    at.house.close().await;
}

/// A standing decision without a plan is enough for surprises; whoever announces a visit under it is warned.
#[tokio::test(flavor = "multi_thread")]
async fn an_announced_visit_wants_a_plan() {
    let at = Inspectorate::open().await;
    let warned = async |kind: &str, hours: i64| {
        let made = at.scheduler.visitor.post("/v1/visits", &at.plan(kind, hours)).await;
        assert_eq!(made.0, 201, "{}", made.1);
        made.1["warnings"].to_string().contains("campaign_unplanned")
    };
    assert_eq!((warned("surprise", 30).await, warned("planned", 60).await), (false, true));
    let plan = json!({ "kind": "plan", "number": "133/KH-UBND", "issuer": "UBND tỉnh Tuyên Quang",
        "issued_on": "2021-08-02" });
    let entered = at.scheduler.visitor.post(&format!("/v1/campaigns/{}/documents", at.campaign), &plan).await;
    assert!(entered.0 < 300, "{}", entered.1);
    assert!(!warned("planned", 90).await, "there is a plan now");
    at.house.close().await;
}

/// S7: what is recorded about a unit is told with the visits that are planned to it, whichever came first.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_to_a_unit_that_will_have_ended_says_so() {
    let at = Inspectorate::open().await;
    let (soon, late) = (at.visit("planned", 24).await, at.visit("planned", 24 * 20).await);
    let sealed = at.visit("surprise", 24 * 25).await;
    let warned = async |visit: &str| {
        let told = at.scheduler.visitor.get(visit).await.1["warnings"].to_string();
        told.contains("unit_not_in_force")
    };
    assert_eq!((warned(&soon).await, warned(&late).await), (false, false));
    let zone = jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
    let day = (at.house.app.now() + jiff::SignedDuration::from_hours(24 * 10)).to_zoned(zone).date();
    let merged = json!({ "kind": "merge", "instrument": "202/2025/QH15", "operating_date": day,
        "opens": [{ "name": "Xã Quang Minh", "unit_type": "commune", "parent": at.province }],
        "closes": [at.commune],
        "successions": [{ "from": at.commune, "to_opened": 0, "portion": "whole" }] });
    assert_eq!(at.scheduler.visitor.post("/v1/unit-events", &merged).await.0, 201);
    assert_eq!((warned(&soon).await, warned(&late).await, warned(&sealed).await), (false, true, true));
    let (_, list) =
        at.scheduler.visitor.get(&format!("/v1/visits?campaign={}&kind=planned", at.campaign)).await;
    let told: Vec<bool> = list["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|visit| visit["warnings"].to_string().contains("unit_not_in_force"))
        .collect();
    assert_eq!(told, [true, false], "the list says so, too");
    at.house.close().await;
}
