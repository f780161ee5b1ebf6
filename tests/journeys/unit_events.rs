//! What happens to units: what stands in the way of recording and undoing, and what a register may say about it.

use crate::harness::{Inspectorate, id_of};
use fieldproof::flows::units::{self, Register};
use serde_json::{Value, json};

const REGISTER: &str = include_str!("../../api/library/units.json");
const CHIEM_HOA: &str = "e4f908a2-2bf4-8658-9708-6b8701ba011f";
const MINH_QUANG: &str = "71f78f63-cff5-870b-bf77-a91227a517f8";

fn register() -> Value {
    serde_json::from_str(REGISTER).expect("the register is readable")
}

async fn enter(at: &Inspectorate, register: Value) -> Result<units::Imported, Vec<(String, String)>> {
    let register: Register = serde_json::from_value(register).expect("a register");
    match units::import(&at.house.app, register).await {
        Ok(done) => Ok(done),
        Err(fieldproof::flows::Error::Refused(no)) => {
            Err(no.faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect())
        }
        Err(why) => panic!("{why}"),
    }
}

async fn record(at: &Inspectorate, event: &Value) -> (u16, Value) {
    at.scheduler.visitor.post("/v1/unit-events", event).await
}

fn merger(at: &Inspectorate, day: &str) -> Value {
    json!({ "kind": "merge", "instrument": "1684/NQ-UBTVQH15", "operating_date": day,
        "opens": [{ "name": "Xã Minh Quang", "unit_type": "commune", "parent": at.province }],
        "closes": [at.commune, at.other_commune],
        "successions": [{ "from": at.commune, "to_opened": 0, "portion": "whole" },
            { "from": at.other_commune, "to_opened": 0, "portion": "whole" }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_leaves_nobody_below_and_nothing_reaches_into_the_past() {
    let at = Inspectorate::open().await;
    let abolish = json!({ "kind": "abolish", "instrument": "Luật 72/2025/QH15", "operating_date": "2025-07-01",
        "closes": [at.province] });
    let (status, no) = record(&at, &abolish).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.still-above")));
    assert_eq!(no["errors"][1]["detail"], "Xã Phúc Sơn");

    let early = merger(&at, "1999-01-01");
    let (status, no) = record(&at, &early).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit.version-order")));
    let mut below_itself = json!({ "kind": "transfer", "instrument": "x", "operating_date": "2025-07-01",
        "changes": [{ "unit": at.commune, "parent": at.other_commune }] });
    let (status, no) = record(&at, &below_itself).await;
    assert_eq!((status, no["errors"][0]["code"].as_str()), (422, Some("unit.parent-unfit")));
    below_itself["kind"] = json!("annex");
    let (status, no) = record(&at, &below_itself).await;
    assert_eq!((status, no["errors"][0]["pointer"].as_str()), (422, Some("/kind")));
    assert_eq!(
        record(&at, &json!({ "kind": "merge", "instrument": "x", "operating_date": "2025-07-01" })).await.0,
        422
    );
    let (status, list) = at.reviewer.visitor.get("/v1/unit-events").await;
    assert_eq!((status, &list["items"]), (200, &json!([])), "what is refused leaves nothing behind");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_undone_unless_something_rests_on_it() {
    let at = Inspectorate::open().await;
    let admin =
        at.house.officer("Quản trị", &[(fieldproof::domain::actor::Role::Administrator, None)]).await.visitor;
    let (status, event) = record(&at, &merger(&at, "2025-07-01")).await;
    assert_eq!(status, 201, "{event}");
    let new = event["successions"][0]["to"].as_str().expect("a successor").to_owned();
    let undo = format!("/v1/unit-events/{}/undo", event["id"].as_str().expect("an id"));
    let why = json!({ "reason": "Ghi nhầm" });

    let rename = json!({ "kind": "rename", "instrument": "12/NQ-HĐND", "operating_date": "2025-09-01",
        "changes": [{ "unit": new, "name": "Xã Minh Sơn" }] });
    let (status, renamed) = record(&at, &rename).await;
    assert_eq!(status, 201, "{renamed}");
    let (status, no) = admin.post(&undo, &why).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.followed")));
    let undo_rename = format!("/v1/unit-events/{}/undo", renamed["id"].as_str().expect("an id"));
    assert_eq!(admin.post(&undo_rename, &json!({ "reason": " " })).await.0, 422);
    assert_eq!(admin.post(&undo_rename, &why).await.0, 200);

    let mut plan = at.plan("planned", 24);
    plan["unit"] = json!(new);
    let visit = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(
        (visit.status, visit.body["unit_path"].as_str()),
        (201, Some("Xã Minh Quang, tỉnh Tuyên Quang"))
    );
    at.on_site(visit.header("location")).await;
    let (status, no) = admin.post(&undo, &why).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.in-use")));
    assert_eq!(admin.get(&format!("/v1/units/{new}")).await.1["at"]["name"], "Xã Minh Quang", "nothing went");

    // Newest first, the undone one among them; those of one unit are found by it.
    let (_, list) = at.reviewer.visitor.get(&format!("/v1/unit-events?unit={new}")).await;
    assert_eq!((&list["items"][0]["id"], &list["items"][1]["id"]), (&renamed["id"], &event["id"]));
    let (_, first) = at.reviewer.visitor.get("/v1/unit-events?limit=1").await;
    let next = format!("/v1/unit-events?limit=1&cursor={}", first["next"].as_str().expect("a cursor"));
    assert_eq!(at.reviewer.visitor.get(&next).await.1["items"][0]["id"], event["id"]);
    at.house.close().await;
}

/// R26: neither the answer nor what is left tells whether somebody is to come.
#[tokio::test(flavor = "multi_thread")]
async fn undoing_an_event_goes_as_well_where_a_secret_visit_is_planned() {
    let at = Inspectorate::open().await;
    let admin =
        at.house.officer("Quản trị", &[(fieldproof::domain::actor::Role::Administrator, None)]).await.visitor;
    let day = (at.house.app.now() + jiff::SignedDuration::from_hours(24)).to_string()[..10].to_owned();
    let rename = json!({ "kind": "rename", "instrument": "12/NQ-HĐND", "operating_date": day,
        "changes": [{ "unit": at.commune, "name": "Xã Minh Sơn" }] });
    let why = json!({ "reason": "Ghi nhầm" });
    let path_of = async |visit: &str| at.scheduler.visitor.get(visit).await.1["unit_path"].clone();

    let (status, renamed) = record(&at, &rename).await;
    assert_eq!(status, 201, "{renamed}");
    let visit = at.visit("surprise", 72).await;
    assert_eq!(path_of(&visit).await, "Xã Minh Sơn, tỉnh Tuyên Quang");
    let undo = format!("/v1/unit-events/{}/undo", renamed["id"].as_str().expect("an id"));
    let (status, undone) = admin.post(&undo, &why).await;
    assert_eq!(status, 200, "{undone}");
    assert_eq!(path_of(&visit).await, "Xã Minh Quang, tỉnh Tuyên Quang", "it stands on what holds again");

    // One at a unit that there never was after all: those who know of it read so, and call it off.
    let (_, event) = record(&at, &merger(&at, &day)).await;
    let mut plan = at.plan("surprise", 72);
    plan["unit"] = event["successions"][0]["to"].clone();
    let lost = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    assert_eq!(lost.status, 201, "{}", lost.body);
    let undo = format!("/v1/unit-events/{}/undo", event["id"].as_str().expect("an id"));
    assert_eq!(admin.post(&undo, &why).await.0, 200);
    let lost = lost.header("location");
    assert_eq!(at.scheduler.visitor.get(lost).await.1["unit_version"], Value::Null);
    let called_off = at.scheduler.visitor.send("POST", &format!("{lost}/cancel"), Some(&why)).await;
    assert_eq!(called_off.status, 200, "{}", called_off.body);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_events_on_one_day_the_later_is_undone_first() {
    let at = Inspectorate::open().await;
    let admin =
        at.house.officer("Quản trị", &[(fieldproof::domain::actor::Role::Administrator, None)]).await.visitor;
    let third = at.house.place("Xã Thổ Bình", "commune", Some(at.province)).await;
    let merge = |to: Value| {
        json!({ "kind": "merge", "instrument": "1684/NQ-UBTVQH15", "operating_date": "2025-07-01",
            "closes": [at.commune],
            "successions": [{ "from": at.commune, "to": to, "portion": "part" }] })
    };
    let (status, first) = record(&at, &merge(json!(at.other_commune))).await;
    assert_eq!(status, 201, "{first}");
    let (status, second) = record(&at, &merge(json!(third))).await;
    assert_eq!(status, 201, "{second}");
    let undo = async |event: &Value| {
        let path = format!("/v1/unit-events/{}/undo", event["id"].as_str().expect("an id"));
        let (status, said) = admin.post(&path, &json!({ "reason": "Ghi nhầm" })).await;
        (status, said["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(undo(&first).await, (409, "unit-event.followed".to_owned()), "the other still says it ended");
    assert_eq!(undo(&second).await.0, 200);
    assert_eq!(undo(&first).await.0, 200);
    let (_, unit) = at.reviewer.visitor.get(&format!("/v1/units/{}", at.commune)).await;
    assert_eq!(unit["at"]["name"], "Xã Minh Quang");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_outlives_what_they_stand_below_or_leaves_it_unasked() {
    let at = Inspectorate::open().await;
    let district = at.house.place("Huyện Chiêm Hóa", "rural_district", Some(at.province)).await;
    let abolish = json!({ "kind": "abolish", "instrument": "Luật 72/2025/QH15", "operating_date": "2035-07-01",
        "closes": [district] });
    assert_eq!(record(&at, &abolish).await.0, 201);
    let who = &at.scheduler.visitor;
    let mut child = json!({ "name": "Xã Tân Mỹ", "unit_type": "commune", "parent": district,
        "valid_from": "2026-01-01" });
    let (status, no) = who.post("/v1/units", &child).await;
    assert_eq!((status, no["errors"][0]["code"].as_str()), (422, Some("unit.parent-ends")), "{no}");
    child["valid_to"] = json!("2035-07-01");
    assert_eq!(who.post("/v1/units", &child).await.0, 201);

    // Whoever keeps one commune does not lift it out of the province.
    let keeper = at
        .house
        .holder("Cán bộ xã", &[(fieldproof::domain::actor::Role::Scheduler, at.owner, Some(at.commune))])
        .await;
    let versions = format!("/v1/units/{}/versions", at.commune);
    let top = json!({ "name": "Tỉnh Minh Quang", "unit_type": "province", "valid_from": "2026-01-01" });
    assert_eq!(keeper.visitor.post(&versions, &top).await.0, 403);
    let named = json!({ "name": "Phường Minh Quang", "unit_type": "ward", "parent": at.province,
        "valid_from": "2026-01-01" });
    let (status, said) = keeper.visitor.post(&versions, &named).await;
    assert_eq!(status, 201, "{said}");
    at.house.close().await;
}

/// M38, L08: a planned end changes nothing before its day, and stands until its event is undone.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_is_planned_stands_until_its_event_is_undone() {
    let at = Inspectorate::open().await;
    let (status, event) = record(&at, &merger(&at, "2035-01-01")).await;
    assert_eq!(status, 201, "{event}");
    let new = event["successions"][0]["to"].as_str().expect("a successor").to_owned();

    at.visit("planned", 24).await;
    let visit = async |from: &str, to: &str| {
        let mut plan = at.plan("planned", 24);
        (plan["planned_start"], plan["planned_end"]) = (json!(from), json!(to));
        at.scheduler.visitor.post("/v1/visits", &plan).await
    };
    let (status, said) = visit("2034-12-29T08:00:00+07:00", "2034-12-29T17:00:00+07:00").await;
    assert_eq!(status, 201, "{said}");
    for (from, to) in [
        ("2035-02-01T08:00:00+07:00", "2035-02-01T17:00:00+07:00"),
        ("2034-12-29T08:00:00+07:00", "2035-01-02T17:00:00+07:00"),
    ] {
        let (status, no) = visit(from, to).await;
        assert_eq!((status, no["code"].as_str()), (422, Some("visit.unit-not-in-force")), "{from} {no}");
        let named = no["errors"][1]["detail"].as_str().unwrap_or_default();
        assert!(named.contains(&new) && named.contains("Xã Minh Quang"), "{no}");
    }

    let abolish = json!({ "kind": "abolish", "instrument": "x", "operating_date": "2030-01-01", "closes": [at.commune] });
    let third = at.house.place("Xã Thổ Bình", "commune", Some(at.province)).await;
    let elsewhere = json!({ "kind": "merge", "instrument": "x", "operating_date": "2030-01-01", "closes": [at.commune],
        "successions": [{ "from": at.commune, "to": third, "portion": "whole" }] });
    let renamed = |day: &str| {
        json!({ "kind": "rename", "instrument": "x", "operating_date": day,
            "changes": [{ "unit": at.commune, "name": "Xã Minh Sơn" }] })
    };
    for event in [abolish, elsewhere, renamed("2035-01-01")] {
        let (status, no) = record(&at, &event).await;
        assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.other-stands")), "{event} {no}");
    }
    let (status, said) = record(&at, &renamed("2030-01-01")).await;
    assert_eq!((status, &said["effects"][0]["begun"]["valid_to"]), (201, &json!("2035-01-01")), "{said}");
    let versions = format!("/v1/units/{}/versions", at.commune);
    let version = |from: &str| json!({ "name": "Xã Minh Hải", "unit_type": "commune", "parent": at.province, "valid_from": from });
    let (status, said) = at.scheduler.visitor.post(&versions, &version("2031-01-01")).await;
    assert_eq!((status, &said["at"]["name"]), (201, &json!("Xã Minh Hải")), "{said}");
    assert_eq!(said["versions"][2]["valid_to"], "2035-01-01", "{said}");
    let (status, no) = at.scheduler.visitor.post(&versions, &version("2035-01-01")).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.other-stands")), "{no}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_opens_or_changes_fits_what_stands_above_and_below_it() {
    let at = Inspectorate::open().await;
    let district = at.house.place("Huyện Chiêm Hóa", "rural_district", Some(at.province)).await;
    let child = at.house.place("Xã Tân Mỹ", "commune", Some(district)).await;
    let to_commune = json!({ "kind": "reclassify", "instrument": "x", "operating_date": "2030-01-01",
        "changes": [{ "unit": district, "name": "Xã Chiêm Hóa", "unit_type": "commune" }] });
    let (status, no) = record(&at, &to_commune).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("unit.child-unfit")), "{no}");
    assert_eq!(no["errors"][0]["detail"], "Xã Tân Mỹ");
    let versions = format!("/v1/units/{district}/versions");
    let mut version = json!({ "name": "Huyện Chiêm Hoá", "unit_type": "rural_district", "parent": at.province,
        "valid_from": "2030-01-01", "valid_to": "2031-01-01" });
    let (status, no) = at.scheduler.visitor.post(&versions, &version).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.still-above")), "{no}");
    (version["name"], version["unit_type"]) = (json!("Xã Chiêm Hóa"), json!("commune"));
    let (status, no) = at.scheduler.visitor.post(&versions, &version).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("unit.child-unfit")), "{no}");

    let leave = json!({ "kind": "transfer", "instrument": "x", "operating_date": "2030-01-01",
        "changes": [{ "unit": child, "parent": at.province }] });
    assert_eq!(record(&at, &leave).await.0, 201);
    let end =
        json!({ "kind": "abolish", "instrument": "x", "operating_date": "2031-01-01", "closes": [district] });
    assert_eq!(record(&at, &end).await.0, 201);
    let open = json!({ "kind": "create", "instrument": "x", "operating_date": "2029-01-01",
        "opens": [{ "name": "Xã Kim Bình", "unit_type": "commune", "parent": district }] });
    let (status, no) = record(&at, &open).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("unit.parent-ends")), "{no}");
    assert_eq!(no["errors"][0]["pointer"], "/opens/0/parent");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_stands_on_its_unit_as_it_is_when_the_team_is_told() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 48).await;
    let day = (at.house.app.now() + jiff::SignedDuration::from_hours(30)).to_string()[..10].to_owned();
    let rename = json!({ "kind": "reclassify", "instrument": "12/NQ-HĐND", "operating_date": day,
        "changes": [{ "unit": at.commune, "name": "Phường Minh Quang", "unit_type": "ward" }] });
    let (status, renamed) = record(&at, &rename).await;
    assert_eq!(status, 201, "{renamed}");
    let told = at.step(&at.scheduler, &visit, "dispatch", Value::Null).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.body["unit_path"], "Phường Minh Quang, tỉnh Tuyên Quang");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_was_planned_before_its_unit_ended_is_not_dispatched() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 48).await;
    let day =
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").expect("a zone")).date();
    let (status, event) = record(&at, &merger(&at, &day.to_string())).await;
    assert_eq!(status, 201, "{event}");
    let told = at.step(&at.scheduler, &visit, "dispatch", Value::Null).await;
    assert_eq!((told.status, told.body["code"].as_str()), (422, Some("visit.unit-not-in-force")));
    let read = at.scheduler.visitor.get(&format!("/v1/visits/{}", id_of(&visit))).await.1;
    assert_eq!(read["unit_path"], "Xã Minh Quang, tỉnh Tuyên Quang", "what was planned is told as it was");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_tells_of_events_once_and_every_fault_of_them_by_its_place() {
    let at = Inspectorate::open().await;
    let first = enter(&at, register()).await.expect("the register is entered");
    assert_eq!((first.new_units, first.new_versions, first.new_events), (169, 202, 62));
    let again = enter(&at, register()).await.expect("entered again");
    assert_eq!((again.new_units, again.new_versions, again.new_events, again.corrected), (0, 0, 0, 0));

    let mut wrong = register();
    let merger = wrong["events"].as_array().expect("events").iter().position(|e| e["kind"] == "merge");
    let merger = merger.expect("a merger");
    wrong["events"][merger]["successions"][0]["from"] = json!(uuid::Uuid::nil());
    wrong["events"][merger]["operating_date"] = json!("1900-01-01");
    let transfer = wrong["events"].as_array().expect("events").iter().position(|e| e["kind"] == "transfer");
    let transfer = transfer.expect("a transfer");
    wrong["events"][transfer]["effective_on"] = json!("2001-01-01");
    wrong["units"][3]["versions"][0]["name"] = json!("");
    let faults = enter(&at, wrong).await.expect_err("refused");
    for (place, code) in [
        ("/units/3/versions/0/name".to_owned(), "text.refused"),
        (format!("/events/{merger}/successions/0/from"), "register.event"),
        (format!("/events/{merger}/operating_date"), "unit-event.dates"),
        (format!("/events/{transfer}/units/0"), "register.event"),
    ] {
        assert!(faults.contains(&(place.clone(), code.to_owned())), "{place} {code}: {faults:?}");
    }
    let mut shorter = register();
    shorter["events"].as_array_mut().expect("events").pop();
    let faults = enter(&at, shorter).await.expect_err("refused");
    assert_eq!(faults, [("/events".to_owned(), "register.event-lost".to_owned())]);
    let mut corrected = register();
    corrected["events"][0]["note"] = json!("Theo danh mục");
    assert_eq!(enter(&at, corrected).await.expect("corrected").corrected, 1);

    // What a register says is corrected by a register.
    let (_, list) = at.scheduler.visitor.get(&format!("/v1/unit-events?unit={MINH_QUANG}")).await;
    let ours = list["items"][0]["id"].as_str().expect("an event");
    let admin =
        at.house.officer("Quản trị", &[(fieldproof::domain::actor::Role::Administrator, None)]).await.visitor;
    let (status, no) = admin.post(&format!("/v1/unit-events/{ours}/undo"), &json!({ "reason": "x" })).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("unit-event.of-register")));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_of_offices_stands_below_units_that_are_known_and_yields_to_what_was_recorded() {
    let at = Inspectorate::open().await;
    enter(&at, register()).await.expect("the register is entered");
    let office = "0d9d6a35-7f2b-8f0a-9d07-2f6a5b1c7e01";
    let offices = json!({ "source": "Sở Nội vụ", "units": [{ "id": office, "versions": [
        { "name": "Phòng Nội vụ", "unit_type": "agency", "parent": CHIEM_HOA, "official_code": null,
          "valid_from": "2010-01-01", "valid_to": "2025-07-01", "instrument": null, "certainty": "high" }] }] });
    assert_eq!(enter(&at, offices.clone()).await.expect("entered").new_units, 1);
    let (_, read) = at.scheduler.visitor.get(&format!("/v1/units/{office}?as_of=2021-01-01")).await;
    assert_eq!(read["at"]["path"], "Phòng Nội vụ, huyện Chiêm Hóa, tỉnh Tuyên Quang");

    let end = json!({ "kind": "abolish", "instrument": "55/QĐ-UBND", "operating_date": "2022-01-01", "closes": [office] });
    assert_eq!(record(&at, &end).await.0, 201);
    let again = enter(&at, offices.clone()).await.expect("the register is the same");
    assert_eq!((again.new_versions, again.corrected, again.rows[0].did), (0, 0, units::Did::ChangedHere));
    let (_, read) = at.scheduler.visitor.get(&format!("/v1/units/{office}?as_of=2022-01-01")).await;
    assert_eq!(read["at"], Value::Null, "it has ended all the same");
    let mut longer = offices.clone();
    longer["units"][0]["versions"][0]["valid_to"] = json!("2024-07-01");
    let faults = enter(&at, longer).await.expect_err("refused");
    assert_eq!(faults, [("/units/0/versions/0".to_owned(), "register.recorded-here".to_owned())]);
    let mut orphan = offices.clone();
    orphan["units"][0]["versions"][0]["valid_to"] = json!(null);
    let faults = enter(&at, orphan).await.expect_err("refused");
    assert_eq!(faults, [("/units/0/versions/0/parent".to_owned(), "unit.parent-ends".to_owned())]);
    let mut early = offices;
    early["units"][0]["versions"][0]["valid_from"] = json!(null);
    early["units"][0]["versions"][0]["parent"] = json!(uuid::Uuid::nil());
    let faults = enter(&at, early).await.expect_err("refused");
    assert_eq!(faults[0], ("/units/0/versions/0/parent".to_owned(), "unit.parent-unknown".to_owned()));
    at.house.close().await;
}
