//! What was entered by mistake is taken back while nothing rests on it; that something does is never told of a visit that
//! the asker may not know of.

use crate::harness::{Answer, Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

async fn ask(who: &Holder, method: &str, path: &str, version: &str, said: Option<&Value>) -> Answer {
    let mut request = who.visitor.request(method, path).header("if-match", version);
    if let Some(said) = said {
        request = request.json(said);
    }
    who.visitor.answer(request).await
}

async fn take_back(who: &Holder, path: &str, version: &str) -> (u16, String) {
    let answer = ask(who, "DELETE", path, version, None).await;
    (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
}

fn told(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn unit(at: &Inspectorate, name: &str, parent: Uuid) -> String {
    let new = json!({ "name": name, "unit_type": "commune", "parent": parent, "valid_from": "2020-01-01" });
    let made = at.scheduler.visitor.send("POST", "/v1/units", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.header("location").to_owned()
}

/// R26: that a unit may go does not depend on a visit that is secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_entered_by_mistake_goes_while_nothing_rests_on_it() {
    let at = Inspectorate::open().await;
    let person = at.house.officer("Quản trị", &[(Role::Administrator, None)]).await;
    let admin = Holder { account: person.account, visitor: person.visitor };
    let [plain, secret, open] = ["Xã Một", "Xã Hai", "Xã Ba"].map(|name| unit(&at, name, at.province));
    let (plain, secret, open) = (plain.await, secret.await, open.await);
    let plan = |kind: &str, unit: &str| {
        let mut plan = at.plan(kind, 24);
        plan["unit"] = json!(id_of(unit));
        plan
    };
    let sealed = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan("surprise", &secret))).await;
    assert_eq!(sealed.status, 201, "{}", sealed.body);
    assert_eq!(at.scheduler.visitor.post("/v1/visits", &plan("planned", &open)).await.0, 201);

    for unit in [&plain, &secret] {
        assert_eq!(take_back(&admin, unit, "*").await, told(204, ""));
        assert_eq!(at.scheduler.visitor.get(unit).await.0, 404);
        assert_eq!(take_back(&admin, unit, "*").await, told(404, "not-found"));
        let deeds = at.house.deeds(id_of(unit)).await;
        assert_eq!(deeds, ["unit.created", "unit.removed"]);
    }
    let left = at.scheduler.visitor.get(sealed.header("location")).await.1;
    assert_eq!((&left["unit_version"], &left["state"]), (&Value::Null, &json!("sealed")), "{left}");
    let version = json!({ "name": "Xã Một", "unit_type": "commune", "parent": at.province, "valid_from": "2021-01-01" });
    assert_eq!(at.scheduler.visitor.post(&format!("{plain}/versions"), &version).await.0, 404);

    let why = async |unit: &str| {
        let no = ask(&admin, "DELETE", unit, "*", None).await;
        assert_eq!((no.status, no.body["code"].as_str()), (409, Some("unit.in-use")), "{}", no.body);
        no.body["errors"][0]["detail"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(why(&open).await, "có lượt kiểm tra đã lập hoặc đã tiến hành");
    assert_eq!(why(&format!("/v1/units/{}", at.province)).await, "có đơn vị trực thuộc");
    assert_eq!(why(&format!("/v1/units/{}", at.commune)).await, "có người được giao quyền ở đó");
    let rename = json!({ "kind": "rename", "instrument": "12/NQ-HĐND", "operating_date": "2025-07-01",
        "changes": [{ "unit": at.other_commune, "name": "Xã Phúc" }] });
    assert_eq!(at.scheduler.visitor.post("/v1/unit-events", &rename).await.0, 201);
    assert_eq!(why(&format!("/v1/units/{}", at.other_commune)).await, "có sự kiện liên quan");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_added_by_mistake_is_taken_back_and_what_was_before_holds_again() {
    let at = Inspectorate::open().await;
    let unit = format!("/v1/units/{}", at.commune);
    let add = async |name: &str, from: &str| {
        let version =
            json!({ "name": name, "unit_type": "commune", "parent": at.province, "valid_from": from });
        let (status, said) = at.scheduler.visitor.post(&format!("{unit}/versions"), &version).await;
        assert_eq!(status, 201, "{said}");
        said["versions"].as_array().and_then(|all| all.last()).expect("a version")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let first = at.house.version_of(at.commune).await;
    let wrong = add("Xã Minh Qang", "2026-01-01").await;
    let [announced, secret] = ["planned", "surprise"].map(|kind| at.visit(kind, 24));
    let (announced, secret) = (announced.await, secret.await);
    let path_of = async |visit: &str| at.scheduler.visitor.get(visit).await.1["unit_path"].clone();
    assert_eq!(path_of(&secret).await, "Xã Minh Qang, tỉnh Tuyên Quang");

    let of = |version: &str| format!("{unit}/versions/{version}");
    assert_eq!(
        take_back(&at.scheduler, &of(&first.to_string()), "*").await,
        told(409, "unit.version-followed")
    );
    let back = ask(&at.scheduler, "DELETE", &of(&wrong), "*", None).await;
    assert_eq!(
        (back.status, back.body["versions"].as_array().map(Vec::len)),
        (200, Some(1)),
        "{}",
        back.body
    );
    assert_eq!(back.body["versions"][0]["valid_to"], Value::Null, "it goes on");
    for visit in [&announced, &secret] {
        assert_eq!(path_of(visit).await, "Xã Minh Quang, tỉnh Tuyên Quang");
    }
    assert_eq!(take_back(&at.scheduler, &of(&wrong), "*").await, told(404, "not-found"));
    assert_eq!(take_back(&at.scheduler, &of(&first.to_string()), "*").await, told(409, "unit.version-only"));
    assert_eq!(take_back(&at.reviewer, &of(&first.to_string()), "*").await.0, 403);

    // What visits that were made rest on stays.
    let made = add("Xã Minh Quảng", "2026-01-01").await;
    at.on_site(&announced).await;
    assert_eq!(take_back(&at.scheduler, &of(&made), "*").await, told(409, "unit.in-use"));
    let rename = json!({ "kind": "rename", "instrument": "12/NQ-HĐND", "operating_date": "2035-07-01",
        "changes": [{ "unit": at.commune, "name": "Xã Minh" }] });
    let (_, event) = at.scheduler.visitor.post("/v1/unit-events", &rename).await;
    let begun = event["effects"][0]["begun"]["id"].as_str().expect("a version");
    assert_eq!(take_back(&at.scheduler, &of(begun), "*").await, told(409, "unit-event.other-stands"));
    at.house.close().await;
}

/// R26: whoever may not know of a surprise takes out the round and the team that it stands in as if it were not there.
#[tokio::test(flavor = "multi_thread")]
async fn rounds_and_teams_go_while_no_visit_that_is_known_rests_on_them() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    let supervise = format!("UPDATE campaigns SET kind = 'supervision' WHERE id = '{}'", at.campaign);
    sql.execute(&supervise, &[]).await.expect("a supervision");
    let overseer = at.house.holder("Giám sát viên", &[(Role::Oversight, at.owner, None)]).await;
    let rounds = format!("/v1/campaigns/{}/rounds", at.campaign);
    let round = async |targets: Value, teams: Value| {
        let new = json!({ "purpose": "first", "name": "", "targets": targets, "teams": teams });
        let made = at.scheduler.visitor.send("POST", &rounds, Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        format!("{rounds}/{}", made.body["id"].as_str().expect("an id"))
    };
    let schedule = async |kind: &str, round: &str, team: &str| {
        let mut plan = at.plan(kind, 24);
        (plan["round"], plan["team"]) = (json!(id_of(round)), json!(team));
        let made = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("location").to_owned()
    };
    let team = async |name: &str| {
        let new = json!({ "name": name, "members": [
            { "account": at.lead.account, "role": "lead", "position": "Trưởng đoàn" }] });
        let made = at
            .scheduler
            .visitor
            .send("POST", &format!("/v1/campaigns/{}/teams", at.campaign), Some(&new))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("location").to_owned()
    };
    let [empty, secret] = [round(json!([]), json!([])), round(json!([]), json!([]))];
    let (empty, secret) = (empty.await, secret.await);
    let open = round(json!([at.commune]), json!([])).await;
    let (idle, sealed_team, busy) = (team("Đoàn 2").await, team("Đoàn 3").await, team("Đoàn 4").await);
    let sealed = schedule("surprise", &secret, id_of(&sealed_team)).await;
    schedule("planned", &open, id_of(&busy)).await;

    assert_eq!(ask(&overseer, "DELETE", &empty, "\"v9\"", None).await.status, 412);
    let no_version = overseer.visitor.send("DELETE", &empty, None).await;
    assert_eq!(no_version.status, 428, "{}", no_version.body);
    assert_eq!(
        take_back(&at.scheduler, &secret, "\"v1\"").await,
        told(409, "round.in-use"),
        "they know of it"
    );
    for gone in [&empty, &secret] {
        assert_eq!(take_back(&overseer, gone, "\"v1\"").await, told(204, ""));
        assert_eq!(take_back(&overseer, gone, "\"v1\"").await, told(404, "not-found"));
    }
    assert_eq!(take_back(&overseer, &open, "\"v1\"").await, told(409, "round.in-use"));
    let read = at.scheduler.visitor.get(&sealed).await.1;
    assert_eq!((&read["round"], &read["state"]), (&Value::Null, &json!("sealed")), "{read}");
    let log = at.scheduler.visitor.get(&format!("{sealed}/log")).await.1;
    assert!(log.to_string().contains("visit.round_removed"), "{log}");

    let of = round(json!([at.other_commune]), json!([id_of(&idle)])).await;
    assert_eq!(take_back(&overseer, &idle, "\"v1\"").await, told(409, "team.in-use"));
    assert_eq!(take_back(&overseer, &of, "\"v1\"").await, told(204, ""));
    assert_eq!(take_back(&at.scheduler, &sealed_team, "\"v1\"").await, told(409, "team.in-use"));
    for gone in [&idle, &sealed_team] {
        assert_eq!(take_back(&overseer, gone, "\"v1\"").await, told(204, ""));
        assert_eq!(at.scheduler.visitor.get(gone).await.0, 404);
    }
    assert_eq!(take_back(&overseer, &busy, "\"v1\"").await, told(409, "team.in-use"));
    let teams = at.scheduler.visitor.get(&format!("/v1/campaigns/{}/teams", at.campaign)).await.1;
    assert_eq!(teams["items"].as_array().map(Vec::len), Some(2), "{teams}");
    assert_eq!(at.lead.visitor.get(&sealed).await.0, 200, "who was to go there still knows of it");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_paper_goes_once_the_right_one_is_there() {
    let at = Inspectorate::open().await;
    let campaign = format!("/v1/campaigns/{}", at.campaign);
    let enter = async |number: &str, day: &str| {
        let paper = json!({ "kind": "decision", "number": number, "issuer": "UBND tỉnh", "issued_on": day, "title": "" });
        let made = at.scheduler.visitor.send("POST", &format!("{campaign}/documents"), Some(&paper)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("etag").to_owned()
    };
    let read = at.scheduler.visitor.send("GET", &campaign, None).await;
    let of = |body: &Value, number: &str| {
        let all = body["documents"].as_array().into_iter().flatten();
        let found = all.filter(|of| of["written"] == number).find_map(|of| of["id"].as_str());
        format!("{campaign}/documents/{}", found.expect("the paper"))
    };
    let first = of(&read.body, "4889/QĐ-UBND");
    assert_eq!(take_back(&at.scheduler, &first, read.header("etag")).await, told(409, "document.in-use"));
    assert_eq!(take_back(&at.scheduler, &first, "\"v77\"").await, told(412, "version.stale"));

    at.visit("planned", 24).await;
    let late = enter("9/QĐ-UBND", "2090-01-01").await;
    assert_eq!(
        take_back(&at.scheduler, &first, &late).await,
        told(409, "document.in-use"),
        "visits before it"
    );
    let right = enter("12/QĐ-UBND", "2021-08-10").await;
    let back = ask(&at.scheduler, "DELETE", &first, &right, None).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(back.body["documents"].as_array().map(Vec::len), Some(2), "{}", back.body);
    let wrong = of(&back.body, "9/QĐ-UBND");
    assert_eq!(take_back(&at.scheduler, &wrong, &right).await, told(412, "version.stale"));
    assert_eq!(take_back(&at.scheduler, &wrong, back.header("etag")).await.0, 200);
    enter("9/QĐ-UBND", "2090-01-02").await;
    let deeds = at.house.deeds(&at.campaign.to_string()).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "campaign.document_withdrawn").count(), 2, "{deeds:?}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_and_a_procedure_entered_by_mistake_are_taken_back() {
    let at = Inspectorate::open().await;
    let calendar = format!("/v1/units/{}/calendar", at.commune);
    let hours = json!({ "hours": { "saturday": [{ "from": "07:30:00", "to": "11:30:00" }] }, "days": [
        { "day": "2026-03-20", "works": false, "name": "Đại hội" }] });
    assert_eq!(take_back(&at.scheduler, &calendar, "\"v0\"").await, told(404, "not-found"));
    let put = ask(&at.scheduler, "PUT", &calendar, "\"v0\"", Some(&hours)).await;
    assert_eq!(put.status, 200, "{}", put.body);
    assert_eq!(take_back(&at.scheduler, &calendar, "\"v0\"").await, told(412, "version.stale"));
    assert_eq!(take_back(&at.scheduler, &calendar, put.header("etag")).await, told(204, ""));
    let usual = at.scheduler.visitor.get(&calendar).await.1;
    assert_eq!((&usual["version"], &usual["days"]), (&json!(0), &json!([])), "{usual}");

    let procedure =
        json!({ "code": "1.001", "name": "Khai sinh", "field": "ho_tich", "valid_from": "2018-01-01" });
    let list = json!({ "owner": at.owner, "level": "commune", "fields": [{ "code": "ho_tich", "name": "Hộ tịch" }],
        "procedures": [procedure] });
    assert_eq!(at.scheduler.visitor.post("/v1/procedure-lists", &list).await.0, 200);
    let of = |code: &str| {
        format!("/v1/procedures?owner={}&level=commune&code={code}&valid_from=2018-01-01", at.owner)
    };
    let unknown = ask(&at.scheduler, "DELETE", &of("1.002"), "*", None).await;
    assert_eq!((unknown.status, &unknown.body["errors"][0]["code"]), (422, &json!("procedure.unknown")));
    assert_eq!(take_back(&at.reviewer, &of("1.001"), "*").await.0, 403);
    // A visit of its days that was handed in was judged by it.
    let visit = at.visit("planned", 24).await;
    let sql = at.house.sql().await;
    let hand_in = |state: &str| format!("UPDATE visits SET state = '{state}' WHERE id = '{}'", id_of(&visit));
    sql.execute(&hand_in("submitted"), &[]).await.expect("handed in");
    assert_eq!(take_back(&at.scheduler, &of("1.001"), "*").await, told(409, "procedure.in-use"));
    sql.execute(&hand_in("planned"), &[]).await.expect("planned");
    assert_eq!(take_back(&at.scheduler, &of("1.001"), "*").await, told(204, ""));
    let left = at.scheduler.visitor.get(&format!("/v1/procedures?owner={}&level=commune", at.owner)).await.1;
    assert_eq!(left["items"], json!([]));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_with_the_pin_in_the_wrong_place_is_taken_back_on_the_same_day() {
    let at = Inspectorate::open().await;
    let premises = format!("/v1/units/{}/premises", at.commune);
    let survey = async |longitude: f64, from: &str| {
        let said = json!({ "name": "Trụ sở UBND xã", "valid_from": from,
            "shape": { "type": "Point", "coordinates": [longitude, 22.3382], "radius_m": 60 } });
        at.scheduler.visitor.post(&premises, &said).await.0
    };
    assert_eq!((survey(105.1, "2025-01-01").await, survey(108.1, "2026-01-01").await), (201, 201));
    assert_eq!(survey(105.2, "2026-01-01").await, 409, "it holds from that day");
    let [announced, secret] = ["planned", "surprise"].map(|kind| at.visit(kind, 24));
    let (announced, secret) = (announced.await, secret.await);
    let of = |from: &str| format!("{premises}?valid_from={from}");
    assert_eq!(take_back(&at.scheduler, &of("2025-01-01"), "*").await, told(409, "premises.followed"));
    assert_eq!(take_back(&at.scheduler, &of("2024-01-01"), "*").await, told(422, "invalid"));
    assert_eq!(take_back(&at.scheduler, &of("2026-01-01"), "*").await, told(204, ""), "secret or not");
    let list = at.scheduler.visitor.get(&premises).await.1;
    assert_eq!(
        (list["items"].as_array().map(Vec::len), &list["items"][0]["valid_to"]),
        (Some(1), &Value::Null)
    );
    for visit in [&announced, &secret] {
        assert_eq!(at.scheduler.visitor.get(visit).await.1["premises"], list["items"][0]["id"]);
    }
    assert_eq!(survey(105.2, "2026-01-01").await, 201);
    at.on_site(&announced).await;
    assert_eq!(take_back(&at.scheduler, &of("2026-01-01"), "*").await, told(409, "premises.in-use"));
    at.house.close().await;
}
