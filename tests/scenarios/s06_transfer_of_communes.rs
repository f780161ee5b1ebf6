//! Scenario 6: the transfer of Minh Quang and Phúc Sơn from Chiêm Hóa to Lâm Bình on 1 July 2021, and what followed when
//! the districts ended and a new, larger Minh Quang took name and code in 2025.

use super::desk::Desk;
use serde_json::{Value, json};

/// The printed path of a visit, read today.
async fn path_of(desk: &Desk, visit: &Value) -> String {
    let visit = desk.read(&format!("/v1/visits/{}", visit["id"].as_str().expect("a visit"))).await;
    visit["unit_path"].as_str().expect("a path").to_owned()
}

fn ids(list: &Value, at: &str) -> Vec<String> {
    let items = list["items"].as_array().expect("items").iter();
    items.map(|item| item.pointer(at).and_then(Value::as_str).expect("an id").to_owned()).collect()
}

/// Phú Lương goes to three wards in parts; name and code of Minh Quang belong to two units over all time.
async fn phu_luong_is_divided_and_minh_quang_is_two(desk: &Desk) {
    let phu_luong = desk.unit("09571", "2025-01-01").await;
    let divided = desk.read(&format!("/v1/unit-successors?unit={phu_luong}&on=2025-07-01")).await;
    let by = divided["items"][0]["successors"].as_array().expect("successors");
    let mut codes: Vec<&str> = by.iter().filter_map(|kin| kin["at"]["official_code"].as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["09552", "09568", "10126"]);
    assert!(by.iter().all(|kin| kin["portion"] == "part"));

    // Name and code over all time: two units.
    let found = desk.read("/v1/unit-versions?q=Minh%20Quang&official_code=02302").await;
    let mut units = ids(&found, "/unit");
    assert_eq!(units.len(), 3, "two versions of the old unit, one of the new");
    units.sort_unstable();
    units.dedup();
    assert_eq!(units.len(), 2);
}

/// L05, L15, L21, X23, N18: lists as of a day, printed paths, history through predecessors, codes that are reused.
#[tokio::test(flavor = "multi_thread")]
async fn s06_two_communes_change_district_and_the_districts_end() {
    let desk = Desk::open("tuyen-quang").await;
    let (chiem_hoa, lam_binh) = (desk.unit("073", "2021-01-01").await, desk.unit("071", "2021-01-01").await);
    let ha_dong = desk.unit("268", "2013-07-01").await;
    let minh_quang = desk.unit("02302", "2021-01-01").await;
    let (phuc_son, hong_quang) =
        (desk.unit("02299", "2021-01-01").await, desk.unit("02293", "2021-01-01").await);
    let new_minh_quang = desk.unit("02302", "2025-07-01").await;
    assert_ne!(minh_quang, new_minh_quang, "same name and code, another unit");

    // Communes below a district, day by day.
    for (district, day, communes) in [
        (&chiem_hoa, "2021-06-30", 26),
        (&chiem_hoa, "2021-07-01", 24),
        (&lam_binh, "2021-06-30", 8),
        (&lam_binh, "2021-07-01", 10),
        (&lam_binh, "2025-06-30", 10),
        (&lam_binh, "2025-07-01", 0),
        (&ha_dong, "2013-07-01", 17),
        (&ha_dong, "2025-01-01", 15),
        (&ha_dong, "2025-07-01", 0),
    ] {
        assert_eq!(desk.count(district, "kind=administrative", day).await, communes, "{district} on {day}");
    }
    let lang_can = desk.unit("02266", "2021-06-30").await;
    for (day, unit_type) in [("2021-06-30", "commune"), ("2021-07-01", "township")] {
        assert_eq!(
            desk.read(&format!("/v1/units/{lang_can}?as_of={day}")).await["at"]["unit_type"],
            unit_type
        );
    }
    assert_eq!(desk.count(&lam_binh, "unit_type=township", "2021-07-01").await, 1);

    // Visit A before the transfer, visit B after it.
    let in_2021 = desk.active_campaign("Giám sát năm 2021", ("12/QĐ-HĐND", "2021-04-05")).await;
    let in_2022 = desk.active_campaign("Chương trình giám sát năm 2022", ("18/QĐ-HĐND", "2022-02-10")).await;
    let (status, a) =
        desk.plan(&in_2021, &minh_quang, "2021-05-10T08:00:00+07:00", "2021-05-10T17:00:00+07:00").await;
    assert_eq!(status, 201, "{a}");
    let days = ("2022-02-20T08:00:00+07:00", "2022-02-21T17:00:00+07:00");
    let review = json!({ "review_from": "2019-01-01", "review_to": "2021-12-31" });
    let (status, b) = desk.plan_with(&in_2022, &minh_quang, days, &review).await;
    assert_eq!((&b["review_from"], &b["review_to"]), (&json!("2019-01-01"), &json!("2021-12-31")), "{b}");
    assert_eq!((status, &b["warnings"]), (201, &json!(["non_working_day"])), "20/02/2022 is a Sunday: {b}");
    assert_eq!(path_of(&desk, &a).await, "Xã Minh Quang, huyện Chiêm Hóa, tỉnh Tuyên Quang");
    assert_eq!(path_of(&desk, &b).await, "Xã Minh Quang, huyện Lâm Bình, tỉnh Tuyên Quang");
    let both = [&b, &a].map(|visit| visit["id"].as_str().expect("an id").to_owned());

    // Lâm Bình 2022 counts B only; the period it looks back on moves it to no other year.
    let year = "from=2022-01-01T00:00:00%2B07:00&to=2023-01-01T00:00:00%2B07:00";
    let of_2022 = desk.read(&format!("/v1/visits?unit={lam_binh}&{year}")).await;
    assert_eq!(ids(&of_2022, "/id"), both[..1]);
    assert_eq!(ids(&desk.read(&format!("/v1/visits?unit={lam_binh}")).await, "/id"), both[..1]);
    for (district, days, visits) in [
        (&lam_binh, "from=2022-01-01&to=2022-12-31", vec![json!(1)]),
        (&lam_binh, "from=2019-01-01&to=2021-12-31", vec![]),
        (&chiem_hoa, "from=2021-01-01&to=2021-12-31", vec![json!(1)]),
    ] {
        let report = desk.read(&format!("/v1/reports/burden?unit={district}&{days}")).await;
        let asked = report["items"].as_array().expect("units").iter().map(|unit| unit["visits"].clone());
        assert_eq!(asked.collect::<Vec<_>>(), visits, "{days}: {report}");
    }

    // The history of the old unit is its own; that of the new one is the predecessor's.
    let own = desk.read(&format!("/v1/units/{minh_quang}/visits?predecessors=true")).await;
    assert_eq!(ids(&own, "/visit/id"), both);
    assert_eq!(own["items"][0]["predecessor"], false);
    let bare = desk.read(&format!("/v1/units/{new_minh_quang}/visits")).await;
    assert_eq!(bare["items"], json!([]), "own visits: 0");
    let history = desk.read(&format!("/v1/units/{new_minh_quang}/visits?predecessors=true")).await;
    assert_eq!(ids(&history, "/visit/id"), both);
    for item in history["items"].as_array().expect("items") {
        assert_eq!((&item["predecessor"], &item["portion"]), (&json!(true), &json!("whole")));
    }
    let before = desk.read(&format!("/v1/units/{new_minh_quang}/predecessors?on=2025-07-01")).await;
    let mut names: Vec<&str> =
        before["items"].as_array().expect("items").iter().filter_map(|i| i["at"]["path"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["Xã Hồng Quang", "Xã Minh Quang", "Xã Phúc Sơn"]
            .map(|name| format!("{name}, huyện Lâm Bình, tỉnh Tuyên Quang"))
    );

    // Who stands in their place on 1 July 2025: whole for three, in parts for Phú Lương.
    let three = format!("unit={minh_quang}&unit={phuc_son}&unit={hong_quang}");
    let rolled = desk.read(&format!("/v1/unit-successors?{three}&on=2025-07-01")).await;
    for one in rolled["items"].as_array().expect("items") {
        let by = &one["successors"];
        assert_eq!(by.as_array().map(Vec::len), Some(1), "{one}");
        assert_eq!((&by[0]["unit"], &by[0]["portion"]), (&json!(new_minh_quang), &json!("whole")));
        assert_eq!(by[0]["at"]["path"], "Xã Minh Quang, tỉnh Tuyên Quang");
    }
    let earlier = desk.read(&format!("/v1/unit-successors?{three}&on=2025-06-30")).await;
    assert!(
        earlier["items"].as_array().expect("items").iter().all(|one| one["in_force"] == true),
        "{earlier}"
    );
    phu_luong_is_divided_and_minh_quang_is_two(&desk).await;

    // No visit to a unit that is gone; the answer names who is there.
    let (status, refused) =
        desk.plan(&in_2022, &minh_quang, "2025-07-01T08:00:00+07:00", "2025-07-01T17:00:00+07:00").await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("visit.unit-not-in-force")));
    let named = refused["errors"].as_array().expect("errors").iter().find(|e| e["code"] == "unit.successor");
    assert_eq!(
        named.expect("a successor")["detail"],
        format!("{new_minh_quang} whole Xã Minh Quang, tỉnh Tuyên Quang")
    );
    desk.house.close().await;
}
