//! What was open at a commune that was divided: a person says which heir answers for it, and nobody else does from then on.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, reported, step};
use super::reports::all;
use crate::harness::{Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

/// An heir of the divided commune, and who answers for it.
struct Heir {
    unit: String,
    head: Holder,
}

/// A signed visit to the commune, as if it had been ten days ago, with one confirmed finding.
async fn visited(at: &Inspectorate) -> (String, String) {
    let visit = recorded(at).await;
    let finding = confirmed(at, &visit, "A01", json!({})).await;
    signed(at, &visit).await;
    let earlier = format!(
        "UPDATE visits SET planned_start = planned_start - interval '10 days',
             planned_end = planned_end - interval '10 days' WHERE id = '{}'",
        id_of(&visit)
    );
    at.house.sql().await.batch_execute(&earlier).await.unwrap();
    (visit, finding)
}

fn today(at: &Inspectorate) -> jiff::civil::Date {
    at.house.app.now().to_zoned(jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap()).date()
}

async fn happened(at: &Inspectorate, event: &Value) -> Value {
    let (status, event) = at.scheduler.visitor.post("/v1/unit-events", event).await;
    assert_eq!(status, 201, "{event}");
    event
}

/// Undoes the last event of a unit, as an administrator.
async fn undone(at: &Inspectorate, unit: &str) -> String {
    let (_, events) = at.scheduler.visitor.get(&format!("/v1/unit-events?unit={unit}")).await;
    let event = events["items"][0]["id"].as_str().expect("an event").to_owned();
    let admin = at.house.holder("Quản trị", &[(Role::Administrator, at.owner, None)]).await;
    let why = json!({ "reason": "Nghị quyết chưa có hiệu lực." });
    let (status, body) = admin.visitor.post(&format!("/v1/unit-events/{event}/undo"), &why).await;
    assert_eq!(status, 200, "{body}");
    event
}

/// What a unit holds, as the office counts it.
async fn held(at: &Inspectorate, unit: &str) -> [usize; 2] {
    let count = async |list: &str| all(&at.scheduler.visitor, &format!("{list}?held_by={unit}")).await.len();
    [count("/v1/findings").await, count("/v1/corrective-actions").await]
}

/// Divides the commune today: its east and its west.
async fn divided(at: &Inspectorate) -> [Heir; 2] {
    let today = today(at);
    let opened = |name: &str| json!({ "name": name, "unit_type": "commune", "parent": at.province });
    let part = |n: u8| json!({ "from": at.commune, "to_opened": n, "portion": "part" });
    let split = json!({ "kind": "split", "instrument": "1684/NQ-UBTVQH15", "operating_date": today,
        "opens": [opened("Xã Minh Đông"), opened("Xã Minh Tây")], "closes": [at.commune],
        "successions": [part(0), part(1)] });
    let event = happened(at, &split).await;
    let heir = async |n: usize, name: &str| {
        let unit = event["successions"][n]["to"].as_str().expect("an heir").to_owned();
        let of = Some(unit.parse().expect("an id"));
        Heir { unit, head: at.house.holder(name, &[(Role::HeadOfUnit, at.owner, of)]).await }
    };
    [heir(0, "Chủ tịch xã Minh Đông").await, heir(1, "Chủ tịch xã Minh Tây").await]
}

async fn hand_over(at: &Inspectorate, finding: &str, to: &Heir) {
    let said = json!({ "unit": to.unit, "reason": "Trụ sở thuộc địa bàn này." });
    let (status, body) = at.scheduler.visitor.post(&format!("{finding}/hand-over"), &said).await;
    assert_eq!((status, &body["held_by"]["unit"]), (200, &json!(to.unit)), "{body}");
}

/// How many findings and actions somebody's lists show.
async fn listed(who: &Holder) -> [usize; 2] {
    let count =
        async |path: &str| who.visitor.get(path).await.1["items"].as_array().map_or(usize::MAX, Vec::len);
    [count("/v1/findings").await, count("/v1/corrective-actions").await]
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answered_before_sees_no_more_of_it_and_whoever_answers_sees_it_to_the_end() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let [east, west] = divided(&at).await;
    hand_over(&at, &finding, &east).await;
    assert_eq!((listed(&east.head).await, listed(&west.head).await), ([1, 1], [0, 0]));
    // What the finding rests on is read by whoever answers for it, and by nobody else of the heirs.
    let rests_on =
        ["", "/minutes", "/responses", "/score", "/attendees", "/bundle"].map(|of| format!("{visit}{of}"));
    let photos = format!("/v1/photos?visit={}", id_of(&visit));
    for path in rests_on.iter().chain([&photos]) {
        let seen = (east.head.visitor.get(path).await.0, west.head.visitor.get(path).await.0);
        assert_eq!(seen, (200, 404), "{path}");
    }
    hand_over(&at, &finding, &west).await;
    assert_eq!((listed(&east.head).await, listed(&west.head).await), ([0, 0], [1, 1]));
    for path in rests_on.iter().chain([&photos]) {
        let seen = (east.head.visitor.get(path).await.0, west.head.visitor.get(path).await.0);
        assert_eq!(seen, (404, 200), "{path}");
    }
    for path in [&finding, &action] {
        assert_eq!(east.head.visitor.get(path).await.0, 404);
    }
    reported(&west.head, &action).await;
    let (_, done) = step(&at.scheduler, &action, "verify", json!({})).await;
    assert_eq!(done["state"], "verified_done", "{done}");
    assert_eq!(listed(&west.head).await, [1, 1]);
    for path in [&finding, &action] {
        assert_eq!(west.head.visitor.get(path).await.0, 200, "what is listed can be read");
    }
    at.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_recurs_or_is_proposed_later_is_the_heirs_too() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let new = |more: Value| {
        let mut new = json!({ "visit": id_of(&visit), "kind": "report", "title": "Báo cáo kết quả",
            "owners": [at.commune], "findings": [id_of(&finding)] });
        new["recurrence"] = more;
        new
    };
    let quarterly = json!({ "every": "quarter", "instances": 4 });
    let series = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new(quarterly))).await;
    assert_eq!(series.status, 201, "{}", series.body);
    let [_, west] = divided(&at).await;
    hand_over(&at, &finding, &west).await;
    let later = at.lead.visitor.send("POST", "/v1/corrective-actions", Some(&new(Value::Null))).await;
    assert_eq!(later.status, 201, "{}", later.body);
    assert_eq!(later.body["owners"][0]["held_by"]["unit"], json!(west.unit));
    for action in [&series, &later] {
        let due = json!({ "due_on": "2030-01-31" });
        assert_eq!(step(&at.scheduler, action.header("location"), "issue", due).await.0, 200);
    }
    let (_, list) = west.head.visitor.get("/v1/corrective-actions").await;
    let all = list["items"].as_array().expect("a list");
    assert_eq!(all.len(), 5, "{list}");
    for action in all {
        assert_eq!(action["owners"][0]["held_by"]["unit"], json!(west.unit));
        let action = format!("/v1/corrective-actions/{}", action["id"].as_str().expect("an id"));
        assert_eq!(step(&west.head, &action, "accept", Value::Null).await.0, 200);
    }
    at.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_came_from_no_finding_there_is_handed_over_by_itself() {
    let at = Inspectorate::open().await;
    let (visit, _) = visited(&at).await;
    let action = issued(&at, &visit, &[], json!([at.commune, at.other_commune]), json!({})).await;
    let said =
        |from: &str, to: &str| json!({ "from": from, "unit": to, "reason": "Trụ sở thuộc địa bàn này." });
    let (commune, other) = (at.commune.to_string(), at.other_commune.to_string());
    let (status, no) = step(&at.scheduler, &action, "hand-over", said(&commune, &other)).await;
    assert_eq!((status, &no["code"]), (409, &json!("action.not-divided")));
    let [east, west] = divided(&at).await;
    for (from, to, code) in
        [(&east.unit, &west.unit, "action.not-owner"), (&commune, &other, "action.no-heir")]
    {
        let (status, no) = step(&at.scheduler, &action, "hand-over", said(from, to)).await;
        assert_eq!((status, no["code"].as_str()), (422, Some(code)));
    }
    assert_eq!(step(&at.lead, &action, "hand-over", said(&commune, &west.unit)).await.0, 403);
    for to in [&east, &west] {
        let first = step(&at.scheduler, &action, "hand-over", said(&commune, &to.unit)).await;
        assert_eq!(first.0, 200, "{}", first.1);
        let again = step(&at.scheduler, &action, "hand-over", said(&commune, &to.unit)).await;
        assert_eq!(again, first, "said twice, done once");
    }
    assert_eq!((listed(&east.head).await, listed(&west.head).await), ([0, 0], [0, 1]));
    assert_eq!(step(&east.head, &action, "accept", Value::Null).await.0, 404);
    reported(&west.head, &action).await;
    assert_eq!(step(&at.scheduler, &action, "verify", json!({})).await.1["state"], "verified_done");
    let (status, no) = step(&at.scheduler, &action, "hand-over", said(&commune, &east.unit)).await;
    assert_eq!((status, &no["code"]), (409, &json!("action.not-open")));
    at.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_inspection_of_the_heir_looks_at_what_it_answers_for() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let finish = format!("UPDATE visits SET state = 'finalised' WHERE id = '{}'", id_of(&visit));
    at.house.sql().await.batch_execute(&finish).await.unwrap();
    let [east, west] = divided(&at).await;
    hand_over(&at, &finding, &west).await;
    let again = async |unit: &str| {
        let mut plan = at.plan("re_inspection", 1);
        plan["unit"] = json!(unit);
        at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await
    };
    let (no, made) = (again(&east.unit).await, again(&west.unit).await);
    assert_eq!((no.status, &no.body["code"]), (422, &json!("visit.no-prior-visit")));
    assert_eq!((made.status, &made.body["previous_visit"]), (201, &json!(id_of(&visit))), "{}", made.body);
    let again = made.header("location").to_owned();
    at.on_site(&again).await;
    let (_, carried) = at.lead.visitor.get(&format!("{again}/earlier-findings")).await;
    assert_eq!(carried["items"][0]["id"], json!(id_of(&finding)), "{carried}");
    let seen = json!({ "visit": id_of(&again), "outcome": "fixed" });
    let (status, after) = at.lead.visitor.post(&format!("{finding}/re-inspection"), &seen).await;
    assert_eq!((status, &after["finding"]["state"]), (200, &json!("closed")), "{after}");
    at.house.end().await;
}

/// Two owners of one action in whose place one commune stands are one line of its list, and take no place of another's.
#[tokio::test(flavor = "multi_thread")]
async fn joint_owners_with_one_heir_are_listed_once() {
    let at = Inspectorate::open().await;
    let (visit, _) = visited(&at).await;
    let joint = json!([at.commune, at.other_commune]);
    let actions = [
        issued(&at, &visit, &[], joint.clone(), json!({})).await,
        issued(&at, &visit, &[], joint.clone(), json!({})).await,
        issued(&at, &visit, &[], joint, json!({})).await,
    ];
    let [_, west] = divided(&at).await;
    let today = at.house.app.now().to_zoned(jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap()).date();
    let split = json!({ "kind": "split", "instrument": "1684/NQ-UBTVQH15", "operating_date": today,
        "opens": [{ "name": "Xã Minh Nam", "unit_type": "commune", "parent": at.province }],
        "closes": [at.other_commune],
        "successions": [{ "from": at.other_commune, "to": west.unit, "portion": "part" },
            { "from": at.other_commune, "to_opened": 0, "portion": "part" }] });
    let (status, event) = at.scheduler.visitor.post("/v1/unit-events", &split).await;
    assert_eq!(status, 201, "{event}");
    for action in &actions {
        for from in [at.commune, at.other_commune] {
            let said = json!({ "from": from, "unit": west.unit, "reason": "Trụ sở thuộc địa bàn này." });
            let (status, body) = step(&at.scheduler, action, "hand-over", said).await;
            assert_eq!(status, 200, "{body}");
        }
    }
    for more in ["", "&state=issued"] {
        let list = format!("/v1/corrective-actions?held_by={}{more}", west.unit);
        let held = all(&at.scheduler.visitor, &list).await;
        let ids: Vec<&str> = held.iter().filter_map(|action| action["id"].as_str()).collect();
        let latest_first: Vec<&str> = actions.iter().rev().map(|action| id_of(action)).collect();
        assert_eq!(ids, latest_first, "{list}");
    }
    at.house.end().await;
}

/// An undone division leaves nothing behind: what was handed over is the old unit's again, in every list, and goes along
/// with it later.
#[tokio::test(flavor = "multi_thread")]
async fn undoing_a_division_gives_back_what_was_handed_over() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let commune = at.commune.to_string();
    let own = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let joint = issued(&at, &visit, &[], json!([at.commune, at.other_commune]), json!({})).await;
    assert_eq!(held(&at, &commune).await, [1, 2]);
    let [east, west] = divided(&at).await;
    hand_over(&at, &finding, &east).await;
    let said = json!({ "from": commune, "unit": west.unit, "reason": "Trụ sở thuộc địa bàn này." });
    assert_eq!(step(&at.scheduler, &joint, "hand-over", said).await.0, 200);
    assert_eq!((held(&at, &east.unit).await, held(&at, &west.unit).await), ([1, 1], [0, 1]));
    let event = undone(&at, &commune).await;

    assert_eq!(held(&at, &commune).await, [1, 2]);
    for heir in [&east, &west] {
        assert_eq!((held(&at, &heir.unit).await, listed(&heir.head).await), ([0, 0], [0, 0]));
    }
    let (_, told) = at.scheduler.visitor.get(&finding).await;
    assert_eq!((&told["held_by"], at.head.visitor.get(&finding).await.0), (&Value::Null, 200), "{told}");
    let (_, told) = at.scheduler.visitor.get(&joint).await;
    let owners = told["owners"].as_array().expect("owners");
    assert!(owners.iter().all(|owner| owner["held_by"].is_null()), "{told}");
    assert_eq!(held(&at, &at.other_commune.to_string()).await, [0, 1], "who owns it beside keeps it");
    // Each step is on record: the event says what came back, the visit's own log each thing.
    let sql = at.house.sql().await;
    let noted = format!(
        "SELECT details #>> '{{handed_back,findings,0}}', jsonb_array_length(details #> '{{handed_back,actions}}')
         FROM custody WHERE deed = 'unit_event.undone' AND object_id = '{event}'"
    );
    let row = sql.query_one(&noted, &[]).await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, i32>(1)), (id_of(&finding), 2));
    assert_eq!(at.house.deeds(id_of(&finding)).await.last().map(String::as_str), Some("finding.handed_back"));
    for action in [&own, &joint] {
        assert_eq!(
            at.house.deeds(id_of(action)).await.last().map(String::as_str),
            Some("action.handed_back")
        );
    }

    // It answers as before, and what is open goes along when it goes to another as a whole.
    reported(&at.head, &own).await;
    let merged = json!({ "kind": "merge", "instrument": "202/2025/QH15", "operating_date": today(&at),
        "opens": [{ "name": "Xã Quang Minh", "unit_type": "commune", "parent": at.province }],
        "closes": [commune], "successions": [{ "from": commune, "to_opened": 0, "portion": "whole" }] });
    let merged = happened(&at, &merged).await;
    let heir = merged["successions"][0]["to"].as_str().expect("an heir");
    assert_eq!((held(&at, heir).await, held(&at, &commune).await), ([1, 2], [0, 0]));
    at.house.end().await;
}

/// Two owners of one action went to one commune in parts: undoing one division gives that owner back, not the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_division_handed_over_stays_where_it_is() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let (commune, other) = (at.commune.to_string(), at.other_commune.to_string());
    let joint = issued(&at, &visit, &[], json!([at.commune, at.other_commune]), json!({})).await;
    let [_, west] = divided(&at).await;
    let split = json!({ "kind": "split", "instrument": "1684/NQ-UBTVQH15", "operating_date": today(&at),
        "opens": [{ "name": "Xã Minh Nam", "unit_type": "commune", "parent": at.province }], "closes": [other],
        "successions": [{ "from": other, "to": west.unit, "portion": "part" },
            { "from": other, "to_opened": 0, "portion": "part" }] });
    happened(&at, &split).await;
    hand_over(&at, &finding, &west).await;
    for from in [&commune, &other] {
        let said = json!({ "from": from, "unit": west.unit, "reason": "Trụ sở thuộc địa bàn này." });
        assert_eq!(step(&at.scheduler, &joint, "hand-over", said).await.0, 200);
    }
    undone(&at, &other).await;
    let (_, told) = at.scheduler.visitor.get(&joint).await;
    let holder = |unit: &str| {
        let owner =
            told["owners"].as_array().expect("owners").iter().find(|owner| owner["unit"] == json!(unit));
        owner.expect("an owner")["held_by"]["unit"].clone()
    };
    assert_eq!((holder(&commune), holder(&other)), (json!(west.unit), Value::Null), "{told}");
    assert_eq!((held(&at, &west.unit).await, held(&at, &other).await), ([1, 1], [0, 1]));
    assert_eq!(listed(&west.head).await, [1, 1], "it still sees what it answers for");
    at.house.end().await;
}

/// A commune that was abolished has no heir of whom anybody could be the one: the office names any unit that is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_open_at_an_abolished_unit_is_handed_to_any_unit_in_force() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let (commune, other) = (at.commune.to_string(), at.other_commune.to_string());
    let action = issued(&at, &visit, &[], json!([at.commune]), json!({})).await;
    let to = |unit: &str| json!({ "unit": unit, "reason": "Sở Nội vụ giao." });
    let over = async |unit: &str| at.scheduler.visitor.post(&format!("{finding}/hand-over"), &to(unit)).await;
    assert_eq!(over(&other).await.1["code"], "finding.not-divided");
    let gone = json!({ "kind": "abolish", "instrument": "1684/NQ-UBTVQH15", "operating_date": today(&at),
        "closes": [commune] });
    happened(&at, &gone).await;
    assert_eq!(held(&at, &other).await, [0, 0]);
    for nobody in [&commune, &uuid::Uuid::new_v4().to_string()] {
        let (status, no) = over(nobody).await;
        assert_eq!((status, &no["code"]), (422, &json!("finding.no-heir")), "{no}");
    }
    let refused = at.lead.visitor.post(&format!("{finding}/hand-over"), &to(&other)).await;
    assert_eq!(refused.0, 403, "the office says so");
    let (status, told) = over(&other).await;
    assert_eq!((status, &told["held_by"]["unit"]), (200, &json!(other)), "{told}");
    let mut said = to(&other);
    said["from"] = json!(commune);
    let (status, told) = step(&at.scheduler, &action, "hand-over", said).await;
    assert_eq!((status, &told["owners"][0]["held_by"]["unit"]), (200, &json!(other)), "{told}");
    assert_eq!(held(&at, &other).await, [1, 1]);
    undone(&at, &commune).await;
    assert_eq!((held(&at, &other).await, held(&at, &commune).await), ([0, 0], [1, 1]));
    at.house.end().await;
}

/// What waits for a person after a division or an end is in a list of its own, until somebody answers for it.
#[tokio::test(flavor = "multi_thread")]
async fn the_office_sees_what_nobody_answers_for() {
    let at = Inspectorate::open().await;
    let (visit, finding) = visited(&at).await;
    let action = issued(&at, &visit, &[], json!([at.commune, at.other_commune]), json!({})).await;
    let waiting = async |who: &Holder, more: &str| {
        let count =
            async |list: &str| all(&who.visitor, &format!("{list}?held_by_nobody=true{more}")).await.len();
        [count("/v1/findings").await, count("/v1/corrective-actions").await]
    };
    assert_eq!(waiting(&at.scheduler, "").await, [0, 0]);
    let [east, west] = divided(&at).await;
    assert_eq!(waiting(&at.scheduler, "").await, [1, 1]);
    let closed = "/v1/findings?held_by_nobody=true&state=closed";
    assert_eq!(all(&at.scheduler.visitor, closed).await.len(), 0, "what is closed waits for nobody");
    assert_eq!(waiting(&east.head, "").await, [0, 0], "it is the office's to see");
    let yesterday = today(&at).yesterday().unwrap();
    assert_eq!(waiting(&at.scheduler, &format!("&as_of={yesterday}")).await, [0, 0], "it was in force then");
    hand_over(&at, &finding, &east).await;
    assert_eq!(waiting(&at.scheduler, "").await, [0, 1]);
    let said = json!({ "from": at.commune, "unit": west.unit, "reason": "Trụ sở thuộc địa bàn này." });
    assert_eq!(step(&at.scheduler, &action, "hand-over", said).await.0, 200);
    assert_eq!(waiting(&at.scheduler, "").await, [0, 0]);
    // What went to another as a whole waits for nobody; what ended without anybody does.
    let merged = json!({ "kind": "merge", "instrument": "202/2025/QH15", "operating_date": today(&at),
        "opens": [{ "name": "Xã Phúc Minh", "unit_type": "commune", "parent": at.province }],
        "closes": [at.other_commune],
        "successions": [{ "from": at.other_commune, "to_opened": 0, "portion": "whole" }] });
    happened(&at, &merged).await;
    assert_eq!(waiting(&at.scheduler, "").await, [0, 0]);
    at.house.end().await;
}
