//! Units through time: a register, lists as of a day, search, changes, premises.

use crate::harness::{House, Visitor};
use fieldproof::domain::actor::Role;
use fieldproof::flows::units::{self, Register};
use serde_json::{Value, json};

const REGISTER: &str = include_str!("../../api/library/units.json");
const PHU_XUYEN: &str = "fa4c8517-eb7c-8be4-a2de-774787705e33";
const LAM_BINH: &str = "9869382b-5efa-83d6-851d-9b241ab57de9";
const CHIEM_HOA: &str = "e4f908a2-2bf4-8658-9708-6b8701ba011f";
const MY_DUC: &str = "7b7f5258-4d86-8dbe-9773-5cff1eed2b67";
const HA_DONG: &str = "10357724-c8df-888c-a84c-cd9fc279740b";
const NONG_SON: &str = "7c0d0540-496d-8868-ae95-5722f9274174";
const MINH_QUANG: &str = "71f78f63-cff5-870b-bf77-a91227a517f8";

/// How many units the state's catalogue has below a district on a day.
const COUNTS: [(&str, &str, usize); 16] = [
    (HA_DONG, "2013-07-01", 17),
    (PHU_XUYEN, "2017-09-01", 28),
    (MY_DUC, "2020-03-23", 22),
    (LAM_BINH, "2021-06-30", 8),
    (LAM_BINH, "2021-07-01", 10),
    (CHIEM_HOA, "2021-06-30", 26),
    (CHIEM_HOA, "2021-07-01", 24),
    (LAM_BINH, "2022-02-21", 10),
    (NONG_SON, "2021-09-28", 6),
    (PHU_XUYEN, "2020-03-01", 27),
    (HA_DONG, "2025-01-01", 15),
    (PHU_XUYEN, "2025-01-01", 23),
    (MY_DUC, "2025-01-01", 20),
    (NONG_SON, "2025-01-01", 0),
    (HA_DONG, "2025-07-01", 0),
    (LAM_BINH, "2025-07-01", 0),
];

fn register() -> Register {
    serde_json::from_str(REGISTER).expect("the register is readable")
}

async fn with_register() -> (House, Visitor) {
    let house = House::open().await;
    units::import(&house.app, register()).await.expect("the register is entered");
    let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await;
    (house, admin.visitor)
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_as_of_a_day_agree_with_the_catalogue_and_a_second_import_changes_nothing() {
    let (house, admin) = with_register().await;

    let again = units::import(&house.app, register()).await.expect("entered again");
    assert_eq!((again.units, again.versions), (169, 202));
    assert_eq!((again.new_units, again.new_versions, again.corrected), (0, 0, 0));

    for (parent, day, count) in COUNTS {
        let (status, page) = admin.get(&format!("/v1/units?parent={parent}&as_of={day}&limit=200")).await;
        assert_eq!((status, names(&page).len()), (200, count), "{parent} on {day}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_printed_with_what_stood_above_it_on_the_day() {
    let (house, admin) = with_register().await;

    for (day, path) in [
        ("2021-06-30", "Xã Minh Quang, huyện Chiêm Hóa, tỉnh Tuyên Quang"),
        ("2021-07-01", "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang"),
    ] {
        let (status, unit) = admin.get(&format!("/v1/units/{MINH_QUANG}?as_of={day}")).await;
        assert_eq!((status, unit["at"]["path"].as_str()), (200, Some(path)));
        assert_eq!(unit["at"]["ancestors"].as_array().map(Vec::len), Some(2));
    }
    let (_, gone) = admin.get(&format!("/v1/units/{MINH_QUANG}?as_of=2025-07-01")).await;
    assert_eq!((&gone["at"], gone["versions"].as_array().map(Vec::len)), (&Value::Null, Some(2)));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_with_a_fault_enters_nothing() {
    let house = House::open().await;
    let mut broken: Value = serde_json::from_str(REGISTER).expect("the register is readable");
    broken["units"][7]["versions"][0]["name"] = json!("");
    broken["units"][9]["versions"][0]["parent"] = json!(uuid::Uuid::nil());

    let refused = units::import(&house.app, serde_json::from_value(broken).expect("a register")).await;

    let faults = match refused {
        Err(fieldproof::flows::Error::Refused(no)) => no.faults,
        other => panic!("{other:?}"),
    };
    assert_eq!(faults[0].pointer, "/units/7/versions/0/name");
    assert!(faults.iter().any(|f| f.code == "unit.parent-unknown"), "{faults:?}");
    let held = house.sql().await.query_one("SELECT count(*) FROM units", &[]).await.expect("a count");
    assert_eq!(held.get::<_, i64>(0), 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_without_accents_and_exact_accents_come_first() {
    let (house, admin) = with_register().await;
    let find = async |q: &str| {
        let request = admin.request("GET", "/v1/units").query(&[("q", q), ("as_of", "2021-09-28")]);
        names(&admin.answer(request).await.body)
    };

    assert_eq!(find("phuoc ninh").await, ["Xã Phước Ninh", "Xã Ninh Phước"], "the very order first");
    assert_eq!(find("PHƯỚC NINH").await, ["Xã Phước Ninh", "Xã Ninh Phước"]);
    // Old and new placement of a tone are one spelling; the decomposed form, as phones send it, too.
    for q in ["Chiêm Hóa", "Chiêm Hoá", "CHIÊM HOÁ", "Chie\u{302}m Hoa\u{301}"] {
        let request = admin.request("GET", "/v1/units").query(&[("q", q), ("as_of", "2021-09-28")]);
        let found = admin.answer(request).await.body;
        let first = (&found["items"][0]["name"], &found["items"][0]["fit"]);
        assert_eq!(first, (&json!("Huyện Chiêm Hóa"), &json!("exact")), "{q}: {found}");
    }
    let old = json!({ "name": "X· Minh Quang", "unit_type": "commune", "parent": NONG_SON, "valid_from": "2010-01-01" });
    let (status, no) = admin.post("/v1/units", &old).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("text.refused")), "{no}");
    let told = no["errors"][0]["detail"].as_str().unwrap_or_default();
    assert!(told.contains("TCVN3") && told.contains("Unicode"), "{no}");
    let phu = find("Phú Lương").await;
    assert_eq!(phu.first().map(String::as_str), Some("Phường Phú Lương"), "{phu:?}");
    assert!(find("%").await.is_empty());
    for query in [
        "as_of=-009999-01-01",
        "as_of=9999-12-31",
        "as_of=2021-02-30",
        "q=%00",
        "q=",
        "limit=0",
        "colour=red",
    ] {
        let (status, problem) = admin.get(&format!("/v1/units?{query}")).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some("invalid")), "{query}: {problem}");
    }
    assert_eq!(admin.get("/v1/units/not-an-id").await.0, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_gap_or_repetition() {
    let (house, admin) = with_register().await;
    for filter in ["as_of=2017-09-01", "as_of=2017-09-01&q=ph%C3%BA"] {
        let (_, whole) = admin.get(&format!("/v1/units?{filter}&limit=200")).await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let (status, page) = admin.get(&format!("/v1/units?{filter}&limit=7{cursor}")).await;
            assert_eq!(status, 200, "{page}");
            seen.extend(names(&page));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(seen.len() > 7);
        assert_eq!(seen, names(&whole));
    }
    let (status, problem) = admin.get("/v1/units?limit=7&cursor=AAAA").await;
    assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some("parameter.cursor")));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_changes_from_a_day_on() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let enter = async |body: &Value| planner.send("POST", "/v1/units", Some(body)).await;

    let province =
        enter(&json!({ "name": "Tỉnh Quảng Nam", "unit_type": "province", "valid_from": "1997-01-01" }))
            .await;
    assert_eq!(province.status, 201, "{}", province.body);
    let above = province.body["id"].clone();
    let district = json!({ "name": "Huyện Nông Sơn", "unit_type": "rural_district", "parent": above,
        "valid_from": "2008-04-23", "instrument": "42/2008/NĐ-CP" });
    let district = enter(&district).await;
    assert_eq!(district.status, 201, "{}", district.body);
    let at = district.header("location").to_owned();
    assert_eq!(district.body["at"]["path"], "Huyện Nông Sơn, tỉnh Quảng Nam");

    let early = json!({ "name": "Huyện Cũ", "unit_type": "rural_district", "parent": above, "valid_from": "1990-01-01" });
    let bare = json!({ "name": "Nông Sơn", "unit_type": "rural_district", "parent": above, "valid_from": "2008-04-23" });
    for (body, code) in [(early, "unit.parent-unknown"), (bare, "unit.name-prefix")] {
        let no = enter(&body).await;
        assert_eq!((no.status, no.body["errors"][0]["code"].as_str()), (422, Some(code)));
    }

    let town = json!({ "name": "Thị xã Nông Sơn", "unit_type": "town", "parent": above, "valid_from": "2024-05-01" });
    let (status, changed) = planner.post(&format!("{at}/versions"), &town).await;
    assert_eq!((status, changed["versions"][0]["valid_to"].as_str()), (201, Some("2024-05-01")));
    let (status, problem) = planner.post(&format!("{at}/versions"), &town).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("unit.version-order")));
    let (_, before) = planner.get(&format!("{at}?as_of=2024-04-30")).await;
    assert_eq!(before["at"]["name"], "Huyện Nông Sơn");
    let id = district.body["id"].as_str().expect("an id");
    assert_eq!(house.deeds(id).await, ["unit.created", "unit.version_added"]);

    let member = house.officer("Nguyễn Thị Mai", &[(Role::Member, Some(owner))]).await.visitor;
    assert_eq!(
        member
            .post(
                "/v1/units",
                &json!({ "name": "Tỉnh X", "unit_type": "province", "valid_from": "2000-01-01" })
            )
            .await
            .0,
        403
    );
    assert_eq!(member.get(&at).await.0, 200);
    assert_eq!(house.stranger().get(&at).await.0, 401);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_survey_ends_the_one_before_it() {
    let (house, admin) = with_register().await;
    let at = format!("/v1/units/{MINH_QUANG}/premises");
    let survey = |shape: Value, from: &str| json!({ "name": "Trụ sở UBND xã Minh Quang", "shape": shape, "valid_from": from });
    let point = json!({ "type": "Point", "coordinates": [105.1609, 22.3382], "radius_m": 60 });
    let ring =
        json!([[105.16, 22.338], [105.161, 22.338], [105.161, 22.339], [105.16, 22.339], [105.16, 22.338]]);

    let (status, first) = admin.post(&at, &survey(point.clone(), "2021-09-01")).await;
    assert_eq!((status, first["shape"]["radius_m"].as_f64()), (201, Some(60.0)), "{first}");
    let polygon = json!({ "type": "Polygon", "coordinates": [ring] });
    assert_eq!(admin.post(&at, &survey(polygon.clone(), "2022-03-01")).await.0, 201);

    let (_, list) = admin.get(&at).await;
    assert_eq!(list["items"][0]["shape"], polygon);
    assert_eq!(list["items"][1]["valid_to"], "2022-03-01");
    let (status, problem) = admin.post(&at, &survey(point.clone(), "2022-03-01")).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("premises.survey-order")));
    let nowhere = json!({ "type": "Point", "coordinates": [22.3382, 105.1609], "radius_m": 60 });
    let holes = json!({ "type": "Polygon", "coordinates": [[], []] });
    for (shape, code) in [(nowhere, "place.area"), (holes, "place.rings")] {
        let (status, problem) = admin.post(&at, &survey(shape, "2023-01-01")).await;
        assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some(code)), "{problem}");
    }
    let (status, problem) = admin.post(&at, &survey(point.clone(), "-009999-01-01")).await;
    assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some("date.out-of-range")));
    let (status, problem) = admin.post(&at, &survey(point, "2025-07-01")).await;
    assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some("premises.no-unit")));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_change_a_unit_at_once_leave_one_history() {
    let (house, admin) = with_register().await;
    // One that goes on: whoever was merged does not begin anew on the day of the merger.
    let (_, list) = admin.get("/v1/units?unit_type=municipality&as_of=2026-01-01").await;
    let city = list["items"][0].clone();
    let at = format!("/v1/units/{}/versions", city["id"].as_str().expect("an id"));
    let next = json!({ "name": city["name"], "unit_type": "municipality", "valid_from": "2026-01-01" });

    let answers = futures::future::join_all((0..6).map(|_| admin.post(&at, &next))).await;

    let mut statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    house.close().await;
}

/// §5: phones write other apostrophes and dashes than the catalogue, and people leave them out; a whole name comes before
/// those that only begin so.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_however_its_marks_are_typed() {
    let (house, admin) = with_register().await;
    let enter = async |name: &str, unit_type: &str| {
        let body = json!({ "name": name, "unit_type": unit_type, "parent": NONG_SON, "valid_from": "2010-01-01",
            "valid_to": "2025-01-01" });
        let (status, made) = admin.post("/v1/units", &body).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(made["at"]["name"], json!(name), "kept as it was typed");
    };
    for (name, unit_type) in [
        ("Xã Ea H'leo", "commune"),
        ("Xã Đắk R’Tíh", "commune"),
        ("Phường Phan Rang-Tháp Chàm", "ward"),
        ("Phường Đức Chính", "ward"),
        ("Phường Đức Giang", "ward"),
    ] {
        enter(name, unit_type).await;
    }
    let find = async |q: &str| {
        let request = admin.request("GET", "/v1/units").query(&[("q", q), ("as_of", "2021-09-28")]);
        let page = admin.answer(request).await.body;
        let fits: Vec<String> =
            page["items"].as_array().expect("items").iter().map(|unit| unit["fit"].to_string()).collect();
        (names(&page), fits)
    };
    for q in ["Ea H’leo", "ea h'leo", "Ea Hʼleo", "ea hleo", "ea h leo", "xa ea h´leo"] {
        assert_eq!(find(q).await.0, ["Xã Ea H'leo"], "{q}");
    }
    assert_eq!(find("Xã Ea H‘leo").await.1, ["\"exact\""], "accents and all");
    for q in ["dak r tih", "Đắk R'Tíh", "dak rtih"] {
        assert_eq!(find(q).await.0, ["Xã Đắk R’Tíh"], "{q}");
    }
    for q in ["Phan Rang – Tháp Chàm", "phan rang-tháp chàm", "phan rang thap cham", "phan rangthap cham"]
    {
        assert_eq!(find(q).await.0, ["Phường Phan Rang-Tháp Chàm"], "{q}");
    }
    assert_eq!(find("-").await.0, Vec::<String>::new());
    let (named, fits) = find("phuong duc").await;
    assert_eq!(named, ["Xã Phượng Dực", "Phường Đức Chính", "Phường Đức Giang"], "the very name comes first");
    assert_eq!(fits, ["\"whole\"", "\"beginning\"", "\"beginning\""]);
    let versions = admin.request("GET", "/v1/unit-versions").query(&[("q", "ea h leo")]);
    let versions = admin.answer(versions).await;
    assert_eq!((versions.status, names(&versions.body)), (200, vec!["Xã Ea H'leo".to_owned()]));
    house.close().await;
}
