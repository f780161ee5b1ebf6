//! After-photos: the owners of an action show that it is done, by the road of every photo.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, step};
use crate::harness::{Holder, Inspectorate, Shot, id_of, pictures};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

/// A photo of an action, taken in front of the owner's office.
fn after(action: &str, visit: &str, bytes: Vec<u8>) -> Shot {
    let shot = Shot::of(id_of(visit).parse().expect("an id"), bytes);
    shot.with("item", Value::Null).with("action", id_of(action))
}

async fn head_of(at: &Inspectorate, role: Role, unit: uuid::Uuid) -> Holder {
    at.house.holder("Người của đơn vị", &[(role, at.owner, Some(unit))]).await
}

/// Declared for the action, sent, acknowledged, examined and judged against the owner's office; then it is evidence.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_shows_that_it_is_done() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    confirmed(&at, &visit, "A02", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    for next in ["submit", "finalise"] {
        assert_eq!(at.step(&at.lead, &visit, next, Value::Null).await.status, 200, "{next}");
    }
    let office = json!({ "name": "Trụ sở", "valid_from": "2020-01-01",
        "shape": { "type": "Point", "coordinates": [107.9642, 15.7431], "radius_m": 60 } });
    let place = format!("/v1/units/{}/premises", at.other_commune);
    assert_eq!(at.scheduler.visitor.post(&place, &office).await.0, 201);
    let action = issued(&at, &visit, &[&finding], json!([at.other_commune]), json!({})).await;
    let head = head_of(&at, Role::HeadOfUnit, at.other_commune).await;
    let staff = head_of(&at, Role::UnitStaff, at.other_commune).await;

    let shot = after(&action, &visit, pictures::sharp(3));
    for (who, status) in [(&at.member, 403), (&at.head, 404), (&at.authority, 403)] {
        assert_eq!(who.visitor.put(&shot.path(), &shot.declaration).await.0, status);
    }
    let (status, declared) = staff.visitor.put(&shot.path(), &shot.declaration).await;
    assert_eq!((status, &declared["action"]), (201, &json!(id_of(&action))), "{declared}");
    assert_eq!(declared["place"]["verdict"], "inside", "of the owner's office, not the inspected unit's");
    let sent = staff.visitor.answer(shot.sending(&staff.visitor)).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert!(sent.body["acknowledgement"].is_string(), "{}", sent.body);
    let again = staff.visitor.answer(shot.sending(&staff.visitor)).await;
    assert_eq!((again.status, &again.body["acknowledgement"]), (200, &sent.body["acknowledgement"]));
    at.house.work().await;
    let (_, seen) = head.visitor.get(&shot.path()).await;
    assert_eq!(seen["state"], "ready", "{seen}");
    assert_eq!(at.reviewer.visitor.get(&shot.path()).await.0, 200);
    assert_eq!(at.head.visitor.get(&shot.path()).await.0, 200, "it is about their unit");

    // What the visit handed in stays what it was.
    let count = async |who: &Holder, filter: String| {
        let (_, list) = who.visitor.get(&format!("/v1/photos?{filter}")).await;
        list["items"].as_array().map(Vec::len)
    };
    assert_eq!(count(&at.reviewer, format!("visit={}", id_of(&visit))).await, Some(1));
    assert_eq!(count(&at.reviewer, format!("action={}", id_of(&action))).await, Some(1));
    assert_eq!(count(&staff, format!("action={}", id_of(&action))).await, Some(1));
    assert_eq!(count(&at.head, format!("action={}", uuid::Uuid::new_v4())).await, None);

    for taken in ["accept", "start"] {
        assert_eq!(step(&head, &action, taken, Value::Null).await.0, 200);
    }
    let (_, before) = at.reviewer.visitor.get(&format!("/v1/photos?visit={}", id_of(&visit))).await;
    let shown = |photo: &Value| json!({ "note": "Đã niêm yết lại.", "photos": [photo] });
    let (status, no) = step(&head, &action, "report", shown(&before["items"][0]["id"])).await;
    assert_eq!(
        (status, &no["code"]),
        (422, &json!("action.evidence")),
        "a picture of before is none of after"
    );
    let (status, done) = step(&head, &action, "report", shown(&json!(shot.id))).await;
    assert_eq!((status, &done["reports"][0]["photos"]), (200, &json!([shot.id])), "{done}");
    let late = after(&action, &visit, pictures::sharp(4));
    let (status, no) = staff.visitor.put(&late.path(), &late.declaration).await;
    assert_eq!((status, &no["code"]), (409, &json!("photo.action-not-open")));
    assert_eq!(staff.visitor.put(&shot.path(), &shot.declaration).await.0, 200, "the same promise again");
    at.house.close().await;
}

/// An after-photo names the visit its action came from, and no item of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_after_photo_belongs_to_one_action() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    signed(&at, &visit).await;
    let action = issued(&at, &visit, &[&finding], json!([at.commune]), json!({})).await;
    let other = at.visit("planned", 72).await;
    for shot in [
        after(&action, &visit, pictures::sharp(5)).with("item", "A01"),
        after(&action, &other, pictures::sharp(6)),
    ] {
        let (status, no) = at.head.visitor.put(&shot.path(), &shot.declaration).await;
        assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("photo.action-unfit")), "{no}");
    }
    let unknown = after(&uuid::Uuid::new_v4().to_string(), &visit, pictures::sharp(7));
    assert_eq!(at.head.visitor.put(&unknown.path(), &unknown.declaration).await.0, 404);
    at.house.close().await;
}

/// M18: of several owners, none reads the names in what another photographed; the visit's team may cover them as well.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_owner_shows_of_its_registers_is_not_for_the_others() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    at.held_photo(&visit, "A01").await;
    signed(&at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let action = issued(&at, &visit, &[&finding], json!([at.commune, at.other_commune]), json!({})).await;
    let staff = head_of(&at, Role::UnitStaff, at.other_commune).await;
    let other = head_of(&at, Role::HeadOfUnit, at.other_commune).await;

    let register = after(&action, &visit, pictures::sharp(3)).with("subject", "register_book");
    let mistaken = after(&action, &visit, pictures::sharp(4));
    for shot in [&register, &mistaken] {
        assert_eq!(at.head.visitor.put(&shot.path(), &shot.declaration).await.0, 201);
        assert_eq!(at.head.visitor.answer(shot.sending(&at.head.visitor)).await.status, 201);
    }
    at.house.work().await;
    let original = async |who: &Holder, shot: &Shot| {
        who.visitor.send("GET", &format!("{}/original", shot.path()), None).await.status
    };
    for who in [&other, &staff] {
        assert_eq!(original(who, &register).await, 404, "a register of the other owner");
    }
    assert_eq!(original(&other, &mistaken).await, 200, "a board shows nobody's data");
    assert_eq!(original(&staff, &mistaken).await, 404, "originals are for heads");

    let seen = at.lead.visitor.send("GET", &register.path(), None).await;
    let half = json!({ "areas": [{ "left": 0.0, "top": 0.0, "width": 0.5, "height": 1.0 }] });
    let marking = at.lead.visitor.request("PUT", &format!("{}/masks", register.path()));
    let marked = at.lead.visitor.answer(marking.header("if-match", seen.header("etag")).json(&half)).await;
    assert_eq!(marked.status, 200, "{}", marked.body);
    let bared = at.lead.visitor.request("PUT", &format!("{}/masks", register.path()));
    let bared = bared.header("if-match", marked.header("etag")).json(&json!({ "areas": [] }));
    let no = at.lead.visitor.answer(bared).await;
    assert_eq!((no.status, &no.body["code"]), (409, &json!("photo.mask-stays")));
    let preview = format!("{}/derivatives/1600", register.path());
    assert_eq!(at.scheduler.visitor.send("GET", &preview, None).await.status, 200);

    // Taken back until it is reported, though the visit was handed in long ago; then it stays.
    let because = json!({ "reason": "Chụp nhầm" });
    let withdraw =
        async |shot: &Shot| at.head.visitor.post(&format!("{}/withdraw", shot.path()), &because).await;
    let (status, gone) = withdraw(&mistaken).await;
    assert_eq!((status, &gone["state"]), (200, &json!("withdrawn")), "{gone}");
    let shown = json!({ "note": "Đã ghi đủ sổ.", "photos": [register.id] });
    for (taken, body) in [("accept", Value::Null), ("start", Value::Null), ("report", shown)] {
        let (status, done) = step(&at.head, &action, taken, body).await;
        assert_eq!(status, 200, "{taken}: {done}");
    }
    let (status, no) = withdraw(&register).await;
    assert_eq!((status, &no["code"]), (409, &json!("photo.action-reported")));
    at.house.close().await;
}
