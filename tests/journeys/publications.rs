//! Totals that an owner makes public: anybody reads them without an account, and nothing in them names a unit or a person.

use super::reports::{found, handed_in, ratio};
use crate::harness::{Inspectorate, Visitor};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

const NAMES: [&str; 6] =
    ["Xã Minh Quang", "Xã Phúc Sơn", "Xã Đồng Mai", "Xã Mộ Lao", "Xã Phú Lương", "Xã Phúc La"];

/// Six communes were visited: at five the first item is not fine, at two the second. A surprise visit to a seventh was called
/// off before anybody knew of it. Gives the units.
async fn season(at: &Inspectorate) -> Vec<Uuid> {
    let mut units = vec![at.commune, at.other_commune];
    for name in &NAMES[2..] {
        units.push(at.house.place(name, "commune", Some(at.province)).await);
    }
    let secret = at.house.place("Xã Châu Can", "commune", Some(at.province)).await;
    let all: Vec<Uuid> = units.iter().copied().chain([secret]).collect();
    let targets = json!({ "purpose": "first", "targets": all, "teams": [] });
    let rounds = format!("/v1/campaigns/{}/rounds", at.campaign);
    assert_eq!(at.scheduler.visitor.post(&rounds, &targets).await.0, 201);
    for (n, unit) in units.iter().enumerate() {
        handed_in(at, *unit, "2026-03-20", &found(n == 0, n > 1)).await;
    }
    let mut plan = at.plan("surprise", 10);
    plan["unit"] = json!(secret);
    let sealed = at.scheduler.visitor.send("POST", "/v1/visits", Some(&plan)).await;
    let sealed = sealed.header("location").to_owned();
    assert_eq!(at.step(&at.scheduler, &sealed, "cancel", json!({ "reason": "Bão" })).await.status, 200);
    units
}

async fn publish(at: &Inspectorate, who: &Visitor, title: &str) -> (u16, String, Value) {
    let path = format!("/v1/campaigns/{}/published-totals", at.campaign);
    let answer = who.send("POST", &path, Some(&json!({ "title": title }))).await;
    (answer.status, answer.header("location").to_owned(), answer.body)
}

/// Public totals: published on purpose by the authority, read without a token, without small numbers and without names.
#[tokio::test(flavor = "multi_thread")]
async fn totals_are_public_once_their_owner_says_so_and_name_nobody() {
    let at = Inspectorate::open().await;
    season(&at).await;
    let (authority, anybody) = (&at.authority.visitor, at.house.stranger());
    let title = "Kết quả kiểm tra công vụ năm 2026";
    let (status, _, no) = publish(&at, authority, title).await;
    assert_eq!(
        (status, &no["code"]),
        (409, &json!("publication.fieldwork-open")),
        "somebody may be on the way"
    );
    let list = "/v1/published-totals";
    assert_eq!(anybody.get(list).await.1["items"], json!([]), "nothing by itself");

    let close = format!("/v1/campaigns/{}/close-fieldwork", at.campaign);
    assert_eq!(at.scheduler.visitor.post(&close, &Value::Null).await.0, 200);
    let oversight = at.house.holder("Bùi Quang Sát", &[(Role::Oversight, at.owner, None)]).await;
    for (who, status) in
        [(&at.scheduler, 403), (&at.reviewer, 403), (&oversight, 403), (&at.lead, 403), (&at.head, 404)]
    {
        assert_eq!(publish(&at, &who.visitor, title).await.0, status);
    }
    assert_eq!(publish(&at, authority, "").await.2["errors"][0]["code"], "publication.text");
    let (status, place, totals) = publish(&at, authority, title).await;
    assert_eq!(status, 201, "{totals}");

    let (status, read) = anybody.get(&place).await;
    assert_eq!((status, &read), (200, &totals), "without a token");
    assert_eq!(anybody.get(list).await.1["items"], json!([totals]));
    assert_eq!((&read["title"], &read["fewest"]), (&json!(title), &json!(5)));
    assert_eq!((&read["visits"], &read["units"]), (&json!(6), &json!(6)));
    assert_eq!(read["coverage"], json!([{ "class": "commune", "inspected": ratio(6, 7) }]));
    let told = ["confirmed_findings", "open_findings", "critical_findings", "issued_actions", "strengths"];
    assert_eq!(told.map(|name| read[name].clone()), [json!(7), json!(7), json!(0), json!(0), json!(0)]);
    let items = read["items"].as_array().expect("items");
    assert_eq!((&items[0]["item"], &items[0]["failing"]), (&json!("A01"), &ratio(5, 6)));
    assert_eq!(
        (&items[1]["item"], &items[1]["failing"]),
        (&json!("A02"), &Value::Null),
        "two could be known"
    );
    assert_eq!(items[0]["question"]["vi"], "Câu hỏi");
    let text = read.to_string();
    for name in NAMES.iter().chain(&["Châu Can", "Hồ Thị Chủ", "Mai Văn Bảy"]) {
        assert!(!text.contains(name), "{name}: {text}");
    }
    for id in [at.campaign, at.commune, at.authority.account, at.team] {
        assert!(!text.contains(&id.to_string()), "{text}");
    }
    // What is public stays as it was told, whatever is found out later.
    let (status, _, no) = publish(&at, authority, title).await;
    assert_eq!((status, &no["code"]), (409, &json!("publication.standing")));
    taken_back(&at, &place, &anybody).await;
    at.house.end().await;
}

/// What is taken back nobody reads any more; it may be published anew.
async fn taken_back(at: &Inspectorate, place: &str, anybody: &Visitor) {
    let back = format!("{place}/withdraw");
    let why = json!({ "reason": "Đính chính số liệu" });
    for (who, status) in [(anybody, 401), (&at.scheduler.visitor, 403), (&at.head.visitor, 404)] {
        assert_eq!(who.post(&back, &why).await.0, status);
    }
    let authority = &at.authority.visitor;
    assert_eq!(authority.post(&back, &json!({ "reason": " " })).await.0, 422);
    assert_eq!(authority.send("POST", &back, Some(&why)).await.status, 204);
    let unknown = anybody.get(&format!("/v1/published-totals/{}", Uuid::new_v4())).await;
    let (status, gone) = anybody.get(place).await;
    assert_eq!((status, &gone["code"]), (404, &unknown.1["code"]));
    assert_eq!(anybody.get("/v1/published-totals").await.1["items"], json!([]));
    assert_eq!(authority.send("POST", &back, Some(&why)).await.body["code"], "publication.withdrawn");
    let id = crate::harness::id_of(place);
    assert_eq!(at.house.deeds(id).await, ["totals.published", "totals.withdrawn"]);
    assert_eq!(publish(at, authority, "Số liệu đã đính chính").await.0, 201);
}

/// One visit alone: its numbers would tell of its unit.
#[tokio::test(flavor = "multi_thread")]
async fn small_totals_tell_next_to_nothing() {
    let at = Inspectorate::open().await;
    handed_in(&at, at.commune, "2026-03-20", &found(false, false)).await;
    let close = format!("/v1/campaigns/{}/close-fieldwork", at.campaign);
    assert_eq!(at.scheduler.visitor.post(&close, &Value::Null).await.0, 200);
    let (status, _, totals) = publish(&at, &at.authority.visitor, "Kết quả").await;
    assert_eq!(status, 201, "{totals}");
    for name in ["visits", "units", "confirmed_findings", "open_findings"] {
        assert_eq!(totals[name], Value::Null, "{name}: {totals}");
    }
    assert_eq!((&totals["coverage"], &totals["items"]), (&json!([]), &json!([])));
    at.house.end().await;
}
