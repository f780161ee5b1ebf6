//! Scenario 7: huyện Lâm Bình merges two pairs of agencies into joint offices of party and state and four pairs of service
//! units, receives six service units together with two communes, and an administrator undoes a merger. What is open at
//! the agencies goes along with them, and comes back.

use super::desk::{Active, Desk};
use crate::harness::{Holder, id_of};
use fieldproof::domain::actor::Role;
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

/// The day from which there are no districts any more: nothing below one outlives it.
const DISTRICTS_END: &str = "2025-07-01";

/// Enters an organisation below a unit.
async fn organisation(desk: &Desk, name: &str, unit_type: &str, below: &str) -> String {
    let body = json!({ "name": name, "unit_type": unit_type, "parent": below, "valid_from": "2015-01-01",
        "valid_to": DISTRICTS_END });
    let (status, made) = desk.planner.post("/v1/units", &body).await;
    assert_eq!((status, made["kind"].as_str()), (201, Some("organisation")), "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

/// The event by which two bodies become one.
fn merger(pair: [&str; 2], (name, unit_type): (&str, &str), below: &str) -> Value {
    json!({ "kind": "merge", "instrument": "Kế hoạch 168-KH/TU", "legal_date": "2020-12-15",
        "operating_date": MERGED_ON,
        "opens": [{ "name": name, "unit_type": unit_type, "parent": below, "valid_to": DISTRICTS_END }],
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
    let province = desk.unit("08", "2026-01-01").await;
    let body = json!({ "name": "Trung tâm Xúc tiến", "unit_type": "public_service_unit", "parent": province,
        "valid_from": "2026-01-01" });
    let (status, lasting) = desk.planner.post("/v1/units", &body).await;
    assert_eq!(status, 201, "{lasting}");
    let next = json!({ "kind": "merge", "instrument": "Đề án sắp xếp", "operating_date": "2199-01-01",
        "opens": [{ "name": "Văn phòng chung", "unit_type": "joint_party_state_office", "parent": chiem_hoa }],
        "closes": [lasting["id"]],
        "successions": [{ "from": lasting["id"], "to_opened": 0, "portion": "whole" }] });
    let (status, unfit) = desk.planner.post("/v1/unit-events", &next).await;
    assert_eq!((status, unfit["errors"][0]["code"].as_str()), (422, Some("unit.parent-unknown")), "{unfit}");
    let mut planned = next.clone();
    planned["opens"][0]["parent"] = json!(province);
    let planned = desk.record(&planned).await;
    assert_eq!(planned["planned"], true);
    let list = desk.read("/v1/unit-events?from=2198-01-01").await;
    assert_eq!(list["items"][0]["id"], planned["id"]);
    let now = desk.read(&format!("/v1/units/{}", lasting["id"].as_str().expect("an id"))).await;
    assert_eq!(now["at"]["name"], "Trung tâm Xúc tiến");
    desk.house.close().await;
}

/// A district as it would be if there were any left: what happened there can be answered today.
async fn living_district(desk: &Desk) -> String {
    let province = desk.house.place("Tỉnh Tuyên Quang", "province", None).await;
    desk.house.place("Huyện Lâm Bình", "rural_district", Some(province)).await.to_string()
}

/// Enters a body below it.
async fn body(desk: &Desk, name: &str, unit_type: &str, below: &str) -> String {
    let said = json!({ "name": name, "unit_type": unit_type, "parent": below, "valid_from": "2015-01-01" });
    let (status, made) = desk.planner.post("/v1/units", &said).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

/// A visit to a body in November 2020 that finds so many things, each confirmed; both sides sign.
async fn findings_at(desk: &Desk, under: &Active, unit: &str, count: usize) -> Vec<String> {
    let (from, to) = ("2020-11-10T08:00:00+07:00", "2020-11-10T17:00:00+07:00");
    let (status, visit) = desk.plan(under, unit, from, to).await;
    assert_eq!(status, 201, "{visit}");
    let at = format!("/v1/visits/{}", visit["id"].as_str().expect("an id"));
    let lead = &desk.lead.visitor;
    let done = async |path: &str, said: Value| {
        let (status, body) = lead.post(&format!("{at}/{path}"), &said).await;
        assert!((200..300).contains(&status), "{path}: {body}");
        body
    };
    assert_eq!(desk.planner.post(&format!("{at}/dispatch"), &Value::Null).await.0, 200);
    done("check-in", json!({ "at": from, "device_clock": desk.house.app.now() })).await;
    let mut found = Vec::new();
    for n in 1..=count {
        let said = json!({ "kind": "finding", "category": "Văn thư", "statement": format!("Tồn tại {n}") });
        let finding = format!("/v1/findings/{}", done("findings", said).await["id"].as_str().expect("an id"));
        assert_eq!(lead.post(&format!("{finding}/confirm"), &json!({})).await.0, 200);
        found.push(finding);
    }
    done("close-recording", Value::Null).await;
    done("minutes", json!({ "text": "Biên bản kiểm tra" })).await;
    for side in ["team", "unit"] {
        let said = json!({ "side": side, "outcome": "signed", "signer_name": "A", "signer_position": "B" });
        done("sign", said).await;
    }
    found
}

/// An action for a finding, issued to a body.
async fn action_for(desk: &Desk, finding: &str, owner: &str) -> String {
    let visit = desk.read(finding).await["visit"].clone();
    let new = json!({ "visit": visit, "kind": "correction", "title": "Khắc phục", "owners": [owner],
        "findings": [id_of(finding)] });
    let made = desk.planner.send("POST", "/v1/corrective-actions", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let action = made.header("location").to_owned();
    let due = json!({ "due_on": "2021-03-31" });
    assert_eq!(desk.planner.post(&format!("{action}/issue"), &due).await.0, 200);
    action
}

async fn report(who: &Holder, action: &str) {
    for (step, said) in [
        ("accept", Value::Null),
        ("start", Value::Null),
        ("report", json!({ "note": "Đã làm.", "papers": ["Báo cáo 1/BC-TTr"] })),
    ] {
        let (status, body) = who.visitor.post(&format!("{action}/{step}"), &said).await;
        assert_eq!(status, 200, "{step}: {body}");
    }
}

/// How many open findings each of these bodies answers for on a day.
async fn held(desk: &Desk, bodies: &[&str], day: &str) -> Vec<usize> {
    let mut counts = Vec::new();
    for body in bodies {
        let list = desk.read(&format!("/v1/findings?held_by={body}&as_of={day}")).await;
        counts.push(list["items"].as_array().expect("items").len());
    }
    counts
}

/// L10: the open findings of both bodies, and what is to be done about them, go to the joint office; each shows where it
/// was found, what is closed stays, and undoing the merger brings 3, 2 and 1 back.
#[tokio::test(flavor = "multi_thread")]
async fn s07_what_is_open_goes_along_with_a_merger() {
    let desk = Desk::open("tuyen-quang").await;
    let lam_binh = living_district(&desk).await;
    let thanh_tra = body(&desk, "Thanh tra huyện", "agency", &lam_binh).await;
    let control = body(&desk, "Cơ quan Ủy ban kiểm tra Huyện ủy", "party_office", &lam_binh).await;
    let office = body(&desk, "Văn phòng HĐND và UBND huyện", "agency", &lam_binh).await;
    let party = body(&desk, "Văn phòng Huyện ủy", "party_office", &lam_binh).await;
    let head_of = async |name: &str, unit: &str| {
        let unit = unit.parse().expect("an id");
        desk.house.holder(name, &[(Role::HeadOfUnit, desk.owner, Some(unit))]).await
    };
    let chief = head_of("Chánh Thanh tra huyện", &thanh_tra).await;

    let under = desk.active_campaign("Kiểm tra công vụ năm 2020", ("21/QĐ-UBND", "2020-03-02")).await;
    let found = findings_at(&desk, &under, &thanh_tra, 4).await;
    let closed = action_for(&desk, &found[3], &thanh_tra).await;
    report(&chief, &closed).await;
    assert_eq!(desk.planner.post(&format!("{closed}/verify"), &json!({})).await.1["state"], "verified_done");
    let open_action = action_for(&desk, &found[0], &thanh_tra).await;
    findings_at(&desk, &under, &control, 2).await;
    let of_office = findings_at(&desk, &under, &office, 1).await;
    let bodies = [thanh_tra.as_str(), &control, &office];
    assert_eq!(held(&desk, &bodies, "2020-12-31").await, [3, 2, 1]);

    let (joint, district) =
        ("Cơ quan Ủy ban kiểm tra - Thanh tra huyện Lâm Bình", "Văn phòng huyện Lâm Bình");
    let of = |pair, name| {
        let mut event = merger(pair, (name, "joint_party_state_office"), &lam_binh);
        event["opens"][0]["valid_to"] = Value::Null;
        event
    };
    let event = desk.record(&of([&control, &thanh_tra], joint)).await;
    let new_joint = event["successions"][0]["to"].as_str().expect("a successor").to_owned();
    let other = desk.record(&of([&party, &office], district)).await;
    let new_office = other["successions"][0]["to"].as_str().expect("a successor").to_owned();

    assert_eq!(held(&desk, &[&new_joint, &new_office], "2021-01-01").await, [5, 1], "6 before and after");
    assert_eq!(held(&desk, &bodies, "2021-01-01").await, [0, 0, 0]);
    assert_eq!(held(&desk, &bodies, "2020-12-31").await, [3, 2, 1], "as it was by the units of that day");
    let list = desk.read(&format!("/v1/findings?held_by={new_joint}&as_of=2021-01-01")).await;
    let path = format!("{joint}, huyện Lâm Bình, tỉnh Tuyên Quang");
    for finding in list["items"].as_array().expect("items") {
        assert!(
            [&thanh_tra, &control].iter().any(|body| finding["unit"] == json!(body)),
            "its original body"
        );
        assert_eq!(finding["held_by"], json!({ "unit": new_joint, "path": path }));
    }
    // What is closed stays with the old body, and so does the list of what was found there.
    let old = desk.read(&format!("/v1/findings?unit={thanh_tra}")).await;
    assert_eq!(old["items"].as_array().map(Vec::len), Some(4));
    let stayed = desk.read(&found[3]).await;
    assert_eq!((&stayed["state"], &stayed["held_by"]), (&json!("closed"), &Value::Null));

    // The head of the joint office answers for what is open; the closed one is none of theirs.
    let successor = head_of("Thủ trưởng cơ quan hợp nhất", &new_joint).await;
    let (_, own) = successor.visitor.get("/v1/findings").await;
    assert_eq!(own["items"].as_array().map(Vec::len), Some(5), "{own}");
    assert_eq!(successor.visitor.get(&found[0]).await.0, 200);
    assert_eq!(successor.visitor.get(&found[3]).await.0, 404);
    assert_eq!(successor.visitor.get(&of_office[0]).await.0, 404, "another body's");
    let said = json!({ "text": "Đã bàn giao hồ sơ sau hợp nhất.", "papers": ["Biên bản bàn giao 3/BB"] });
    let (status, explained) = successor.visitor.post(&format!("{}/explain", found[1]), &said).await;
    assert_eq!((status, &explained["state"]), (200, &json!("explained")), "{explained}");
    let actions = desk.read(&format!("/v1/corrective-actions?held_by={new_joint}")).await;
    assert_eq!(actions["items"].as_array().map(Vec::len), Some(1));
    let owner = &actions["items"][0]["owners"][0];
    assert_eq!((&owner["unit"], &owner["held_by"]["unit"]), (&json!(thanh_tra), &json!(new_joint)));
    report(&successor, &open_action).await;
    // Whoever belongs to the joint office does not verify what its forebear was to do.
    let roles = [
        (Role::Scheduler, desk.owner, None),
        (Role::UnitStaff, desk.owner, Some(new_joint.parse().expect("an id"))),
    ];
    let both = desk.house.holder("Người hai vai", &roles).await;
    let (status, no) = both.visitor.post(&format!("{open_action}/verify"), &json!({})).await;
    assert_eq!((status, &no["code"]), (403, &json!("action.own-unit")));

    let undo = format!("/v1/unit-events/{}/undo", event["id"].as_str().expect("an event"));
    let why = json!({ "reason": "Chưa có quyết định của Ban Thường vụ Tỉnh ủy" });
    let (status, undone) = desk.admin.post(&undo, &why).await;
    assert_eq!(status, 200, "{undone}");
    assert_eq!(held(&desk, &bodies, "2021-01-01").await, [3, 2, 0]);
    let undo = format!("/v1/unit-events/{}/undo", other["id"].as_str().expect("an event"));
    assert_eq!(desk.admin.post(&undo, &why).await.0, 200);
    assert_eq!(held(&desk, &bodies, "2021-01-01").await, [3, 2, 1]);
    assert_eq!(successor.visitor.get(&found[0]).await.0, 404);
    assert_eq!(desk.read(&found[0]).await["held_by"], Value::Null);
    desk.house.end().await;
}

/// A body that is divided has no single successor: nothing goes along by itself, and the office says who answers.
#[tokio::test(flavor = "multi_thread")]
async fn s07_what_is_open_at_a_divided_body_is_handed_over_by_a_person() {
    let desk = Desk::open("tuyen-quang").await;
    let lam_binh = living_district(&desk).await;
    let office = body(&desk, "Văn phòng HĐND và UBND huyện", "agency", &lam_binh).await;
    let party = body(&desk, "Văn phòng Huyện ủy", "party_office", &lam_binh).await;
    let under = desk.active_campaign("Kiểm tra công vụ năm 2020", ("21/QĐ-UBND", "2020-03-02")).await;
    let found = findings_at(&desk, &under, &office, 1).await;
    let action = action_for(&desk, &found[0], &office).await;
    let hand_over = async |to: &str| {
        let said = json!({ "unit": to, "reason": "Nhận bàn giao mảng văn thư." });
        desk.planner.post(&format!("{}/hand-over", found[0]), &said).await
    };
    let (status, no) = hand_over(&party).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-divided")));

    let opened = |name: &str| json!({ "name": name, "unit_type": "agency", "parent": lam_binh });
    let event = desk
        .record(&json!({ "kind": "split", "instrument": "Đề án 3", "operating_date": MERGED_ON,
            "opens": [opened("Văn phòng HĐND huyện"), opened("Văn phòng UBND huyện")], "closes": [office],
            "successions": [{ "from": office, "to_opened": 0, "portion": "part" },
                { "from": office, "to_opened": 1, "portion": "part" }] }))
        .await;
    let council = event["successions"][0]["to"].as_str().expect("an heir").to_owned();
    let committee = event["successions"][1]["to"].as_str().expect("an heir").to_owned();
    let heads = [&council, &committee].map(|unit| unit.parse().expect("an id"));
    let [of_council, of_committee] = [
        desk.house.holder("Chánh Văn phòng HĐND", &[(Role::HeadOfUnit, desk.owner, Some(heads[0]))]).await,
        desk.house.holder("Chánh Văn phòng UBND", &[(Role::HeadOfUnit, desk.owner, Some(heads[1]))]).await,
    ];
    assert_eq!(held(&desk, &[&office, &council, &committee], "2021-01-01").await, [0, 0, 0]);
    assert_eq!(of_committee.visitor.get(&found[0]).await.0, 404, "nobody has decided");
    let (status, no) = hand_over(&party).await;
    assert_eq!((status, &no["code"]), (422, &json!("finding.no-heir")));
    let (status, handed) = hand_over(&committee).await;
    assert_eq!(
        (status, &handed["unit"], &handed["held_by"]["unit"]),
        (200, &json!(office), &json!(committee))
    );
    assert_eq!(held(&desk, &[&office, &council, &committee], "2021-01-01").await, [0, 0, 1]);
    for (who, status) in [(&of_committee, 200), (&of_council, 404)] {
        assert_eq!(who.visitor.get(&found[0]).await.0, status);
        assert_eq!(who.visitor.get(&action).await.0, status);
    }
    let (_, list) = of_committee.visitor.get("/v1/findings").await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    report(&of_committee, &action).await;
    let (_, done) = desk.planner.post(&format!("{action}/verify"), &json!({})).await;
    assert_eq!(done["state"], "verified_done", "{done}");
    desk.house.end().await;
}
