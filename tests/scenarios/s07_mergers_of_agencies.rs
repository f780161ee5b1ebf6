//! Scenario 7, its part about units: huyện Lâm Bình merges two pairs of agencies into joint offices of party and state and
//! four pairs of service units, receives six service units together with two communes, and an administrator undoes a
//! merger.

use super::desk::Desk;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A body's name and type.
type Body = (&'static str, &'static str);

/// The twelve bodies that merge, in pairs, with the type of each, and what each pair becomes.
const MERGERS: [([Body; 2], Body); 6] = [
    (
        [("Văn phòng Huyện ủy", "party_office"), ("Văn phòng HĐND và UBND huyện", "agency")],
        ("Văn phòng huyện Lâm Bình", "joint_party_state_office"),
    ),
    (
        [("Cơ quan Ủy ban kiểm tra Huyện ủy", "party_office"), ("Thanh tra huyện", "agency")],
        ("Cơ quan Ủy ban kiểm tra - Thanh tra huyện Lâm Bình", "joint_party_state_office"),
    ),
    (
        [
            ("Trung tâm Văn hóa, Thông tin và Thể thao huyện", "public_service_unit"),
            ("Đài Truyền thanh - Truyền hình huyện", "public_service_unit"),
        ],
        ("Trung tâm Văn hóa, Truyền thông và Thể thao huyện", "public_service_unit"),
    ),
    (
        [
            ("Trường Tiểu học Xuân Lập", "public_service_unit"),
            ("Trường PTDTBT THCS Xuân Lập", "public_service_unit"),
        ],
        ("Trường sáp nhập tại Xuân Lập", "public_service_unit"),
    ),
    (
        [
            ("Trường Tiểu học Hồng Quang", "public_service_unit"),
            ("Trường PTDTBT THCS Hồng Quang", "public_service_unit"),
        ],
        ("Trường sáp nhập tại Hồng Quang", "public_service_unit"),
    ),
    (
        [("Trường THCS Thượng Lâm", "public_service_unit"), ("Trường THPT Lâm Bình", "public_service_unit")],
        ("Trường sáp nhập Thượng Lâm - Lâm Bình", "public_service_unit"),
    ),
];

/// The day of the mergers; the papers only say that it lies in 2019 to 2021.
const MERGED_ON: &str = "2021-01-01";

/// Enters an organisation below a unit.
async fn organisation(desk: &Desk, name: &str, unit_type: &str, below: &str) -> String {
    let body = json!({ "name": name, "unit_type": unit_type, "parent": below, "valid_from": "2015-01-01" });
    let (status, made) = desk.planner.post("/v1/units", &body).await;
    assert_eq!((status, made["kind"].as_str()), (201, Some("organisation")), "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

/// The event by which two bodies become one.
fn merger(pair: [&str; 2], (name, unit_type): (&str, &str), below: &str) -> Value {
    json!({ "kind": "merge", "instrument": "Kế hoạch 168-KH/TU", "legal_date": "2020-12-15",
        "operating_date": MERGED_ON,
        "opens": [{ "name": name, "unit_type": unit_type, "parent": below }],
        "closes": pair,
        "successions": pair.map(|from| json!({ "from": from, "to_opened": 0, "portion": "whole" })) })
}

async fn bodies(desk: &Desk, below: &str, day: &str) -> HashMap<String, usize> {
    let list = desk.read(&format!("/v1/units?parent={below}&kind=organisation&as_of={day}&limit=200")).await;
    let mut counts = HashMap::new();
    for item in list["items"].as_array().expect("items") {
        *counts.entry(item["unit_type"].as_str().expect("a type").to_owned()).or_default() += 1;
    }
    counts
}

/// L08 to L14: planned and recorded mergers across party and state, transfers that bring organisations along, refusals
/// that name the successor, undoing.
#[tokio::test(flavor = "multi_thread")]
async fn s07_agencies_merge_and_an_administrator_undoes_a_merger() {
    let desk = Desk::open("tuyen-quang").await;
    let (chiem_hoa, lam_binh) = (desk.unit("073", "2020-01-01").await, desk.unit("071", "2020-01-01").await);
    let mut units: HashMap<&str, String> = HashMap::new();
    for (name, unit_type) in MERGERS.iter().flat_map(|(pair, _)| pair) {
        units.insert(name, organisation(&desk, name, unit_type, &lam_binh).await);
    }
    let thanh_tra = units["Thanh tra huyện"].clone();
    let read = desk.read(&format!("/v1/units/{thanh_tra}?as_of=2020-06-01")).await;
    assert_eq!(read["at"]["path"], "Thanh tra huyện, huyện Lâm Bình, tỉnh Tuyên Quang");
    assert_eq!(desk.count(&lam_binh, "kind=organisation", "2020-12-31").await, 12);
    assert_eq!(desk.count(&lam_binh, "kind=administrative", "2020-12-31").await, 8, "communes stay apart");

    // The six mergers: a joint office each for the two of agencies.
    let mut events: HashMap<&str, Value> = HashMap::new();
    for (pair, (name, unit_type)) in MERGERS {
        let ids = pair.map(|(name, _)| units[name].as_str());
        let event = desk.record(&merger(ids, (name, unit_type), &lam_binh)).await;
        let successor = event["successions"][0]["to"].as_str().expect("a successor").to_owned();
        units.insert(name, successor);
        events.insert(name, event);
    }
    // Two communes and six service units come from Chiêm Hóa.
    let mut received = Vec::new();
    for n in 1..=6 {
        let name = format!("Đơn vị sự nghiệp công lập {n}");
        received.push(organisation(&desk, &name, "public_service_unit", &chiem_hoa).await);
    }
    let moved: Vec<Value> = received.iter().map(|unit| json!({ "unit": unit, "parent": lam_binh })).collect();
    desk.record(
        &json!({ "kind": "transfer", "instrument": "1262/NQ-UBTVQH14", "operating_date": "2021-07-01",
        "changes": moved }),
    )
    .await;

    let (before, after) =
        (bodies(&desk, &lam_binh, "2020-12-31").await, bodies(&desk, &lam_binh, "2021-07-01").await);
    let of = |counts: &HashMap<String, usize>, types: &[&str]| {
        types.iter().filter_map(|one| counts.get(*one)).sum::<usize>().cast_signed()
    };
    let agencies = ["agency", "party_office", "joint_party_state_office"];
    let service = ["public_service_unit"];
    assert_eq!(of(&after, &agencies) - of(&before, &agencies), -2, "specialised agencies");
    assert_eq!(of(&after, &service) - of(&before, &service), 2, "service units: -4 + 6");
    assert_eq!(after.values().sum::<usize>(), before.values().sum::<usize>(), "all bodies: 0");
    assert_eq!(after["joint_party_state_office"], 2);

    // Old visits stay with the old body; a new one is refused and the successor is named.
    let under = desk.active_campaign("Kiểm tra công vụ năm 2020", ("21/QĐ-UBND", "2020-03-02")).await;
    let (status, old) =
        desk.plan(&under, &thanh_tra, "2020-11-10T08:00:00+07:00", "2020-11-10T17:00:00+07:00").await;
    assert_eq!(status, 201, "{old}");
    let late = async || {
        desk.plan(&under, &thanh_tra, "2021-03-10T08:00:00+07:00", "2021-03-10T17:00:00+07:00").await
    };
    let (status, refused) = late().await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("visit.unit-not-in-force")));
    let joint = "Cơ quan Ủy ban kiểm tra - Thanh tra huyện Lâm Bình";
    let named = refused["errors"].as_array().expect("errors").iter().find(|e| e["code"] == "unit.successor");
    let path = format!("{} whole {joint}, huyện Lâm Bình, tỉnh Tuyên Quang", units[joint]);
    assert_eq!(named.expect("a successor")["detail"], path);
    let history = desk.read(&format!("/v1/units/{}/visits?predecessors=true", units[joint])).await;
    assert_eq!(
        (&history["items"][0]["visit"]["id"], &history["items"][0]["predecessor"]),
        (&old["id"], &json!(true))
    );
    assert_eq!(history["items"][0]["visit"]["unit"], json!(thanh_tra), "it stays a visit to the old body");

    // An administrator undoes that merger; a planner may not.
    let event = events[joint]["id"].as_str().expect("an event").to_owned();
    let undo = format!("/v1/unit-events/{event}/undo");
    let why = json!({ "reason": "Chưa có quyết định của Ban Thường vụ Tỉnh ủy" });
    assert_eq!(desk.planner.post(&undo, &why).await.0, 403);
    let (status, undone) = desk.admin.post(&undo, &why).await;
    assert_eq!((status, undone["undone_because"].as_str()), (200, why["reason"].as_str()), "{undone}");
    assert_eq!(desk.house.deeds(&event).await, ["unit_event.recorded", "unit_event.undone"]);
    assert_eq!(desk.count(&lam_binh, "unit_type=joint_party_state_office", MERGED_ON).await, 1);
    let (status, planned) = late().await;
    assert_eq!(status, 201, "Thanh tra huyện is in force again: {planned}");
    let rolled = desk.read(&format!("/v1/unit-successors?unit={thanh_tra}&on=2021-03-10")).await;
    assert_eq!(rolled["items"][0]["in_force"], true);
    let (status, again) = desk.admin.post(&undo, &why).await;
    assert_eq!((status, again["code"].as_str()), (409, Some("unit-event.undone")));
    let kept = desk.read(&format!("/v1/unit-events/{event}")).await;
    assert_eq!(kept["effects"].as_array().map(Vec::len), Some(3), "what it did stays on record");

    // A merger that is planned is there for planners and changes no list before its day.
    let next = json!({ "kind": "merge", "instrument": "Đề án sắp xếp", "operating_date": "2199-01-01",
        "opens": [{ "name": "Văn phòng chung", "unit_type": "joint_party_state_office", "parent": chiem_hoa }],
        "closes": [received[0]],
        "successions": [{ "from": received[0], "to_opened": 0, "portion": "whole" }] });
    let (status, unfit) = desk.planner.post("/v1/unit-events", &next).await;
    assert_eq!((status, unfit["errors"][0]["code"].as_str()), (422, Some("unit.parent-unknown")), "{unfit}");
    let province = desk.unit("08", "2026-01-01").await;
    let mut planned = next.clone();
    planned["opens"][0]["parent"] = json!(province);
    let planned = desk.record(&planned).await;
    assert_eq!(planned["planned"], true);
    let list = desk.read("/v1/unit-events?from=2198-01-01").await;
    assert_eq!(list["items"][0]["id"], planned["id"]);
    assert_eq!(
        desk.read(&format!("/v1/units/{}", received[0])).await["at"]["name"],
        "Đơn vị sự nghiệp công lập 1"
    );
    desk.house.close().await;
}
