//! Photos of findings: what the team saw of a free one, and what the unit replies with.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Inspectorate, Shot, id_of, pictures};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

fn shot(visit: &str, seed: u8) -> Shot {
    Shot::of(id_of(visit).parse().expect("an id"), pictures::sharp(seed)).with("item", Value::Null)
}

/// A free finding has photos of its own and lists them; one of an item lists those of the item as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_finding_lists_the_photos_that_show_it() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 1).await;
    at.on_site(&visit).await;
    let free =
        json!({ "kind": "finding", "category": "Trụ sở", "statement": "Cổng đóng trong giờ làm việc." });
    let made = at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&free)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let finding = made.header("location").to_owned();
    assert_eq!(made.body["photos"], json!([]));

    let gate = shot(&visit, 3).with("finding", id_of(&finding));
    let sent = gate.send(&at.member.visitor).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let (_, seen) = at.member.visitor.get(&gate.path()).await;
    assert_eq!((&seen["finding"], &seen["item"]), (&json!(id_of(&finding)), &Value::Null));
    let (_, told) = at.member.visitor.get(&finding).await;
    assert_eq!(told["photos"], json!([gate.id]), "{told}");
    let (_, list) = at.member.visitor.get(&format!("/v1/photos?finding={}", id_of(&finding))).await;
    assert_eq!((&list["items"][0]["id"], &list["items"][1]), (&json!(gate.id), &Value::Null));
    let (_, list) = at.reviewer.visitor.get(&format!("/v1/photos?visit={}", id_of(&visit))).await;
    assert_eq!(list["items"][0]["id"], json!(gate.id), "it is part of the visit");

    // Of the same visit, and of no other item than the finding's.
    for (wrong, pointer) in [
        (shot(&visit, 4).with("finding", json!(Uuid::new_v4())), "/finding"),
        (shot(&visit, 5).with("finding", id_of(&finding)).with("item", "A01"), "/finding"),
        (shot(&visit, 6).with("finding", id_of(&finding)).with("reply_to", id_of(&finding)), "/reply_to"),
    ] {
        let (status, no) = at.member.visitor.put(&wrong.path(), &wrong.declaration).await;
        assert_ne!(status, 201, "{no}");
        if status == 422 {
            assert_eq!(no["errors"][0]["pointer"], pointer, "{no}");
        }
    }
    at.house.work().await;
    at.house.close().await;
}

/// The unit's right of reply has evidence of its own: sent by its head and staff, no part of what the visit saw, judged by
/// the checks of every photo, and kept once it was shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_replies_with_photos_of_its_own() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    confirmed(&at, &visit, "A02", json!({})).await;
    at.held_photo(&visit, "A01").await;
    let early = shot(&visit, 2).with("reply_to", id_of(&finding));
    assert_eq!(
        at.head.visitor.put(&early.path(), &early.declaration).await.0,
        404,
        "not told before signing"
    );
    signed(&at, &visit).await;
    for next in ["submit", "finalise"] {
        assert_eq!(at.step(&at.lead, &visit, next, Value::Null).await.status, 200, "{next}");
    }
    let own = |role| [(role, at.owner, Some(at.commune))];
    let staff = at.house.holder("Nhân viên xã", &own(Role::UnitStaff)).await;
    let beside = [(Role::HeadOfUnit, at.owner, Some(at.other_commune))];
    let beside = at.house.holder("Chủ tịch xã bên", &beside).await;

    let board = shot(&visit, 3).with("reply_to", id_of(&finding));
    for (who, status) in [(&at.member, 403), (&at.authority, 403), (&beside, 404)] {
        assert_eq!(who.visitor.put(&board.path(), &board.declaration).await.0, status);
    }
    let sent = board.send(&staff.visitor).await;
    assert_eq!(sent.status, 201, "after the visit is final: {}", sent.body);
    let dark = Shot::of(id_of(&visit).parse().expect("an id"), pictures::dark());
    let dark = dark.with("item", Value::Null).with("reply_to", id_of(&finding));
    assert_eq!(dark.send(&at.head.visitor).await.status, 201);
    let mistaken = shot(&visit, 7).with("reply_to", id_of(&finding));
    assert_eq!(mistaken.send(&at.head.visitor).await.status, 201);
    let explain = format!("{finding}/explain");
    let said = |ids: &[Uuid]| json!({ "text": "Bảng treo ở cửa bên.", "photos": ids });
    let (status, no) = at.head.visitor.post(&explain, &said(&[board.id])).await;
    assert_eq!((status, &no["code"]), (409, &json!("photo.evidence-waits")), "{no}");
    at.house.work().await;
    let (status, no) = at.head.visitor.post(&explain, &said(&[board.id, dark.id])).await;
    assert_eq!((status, &no["code"]), (422, &json!("finding.photos")), "{no}");
    assert_eq!(no["errors"][0]["pointer"], "/photos/1");
    assert_eq!(
        staff.visitor.post(&explain, &said(&[board.id])).await.0,
        403,
        "staff prepare, the head speaks"
    );
    let (status, told) = at.head.visitor.post(&explain, &said(&[board.id])).await;
    assert_eq!((status, &told["explanation"]["photos"]), (200, &json!([board.id])), "{told}");

    // Whoever verifies sees it; the visit stays what was handed in.
    assert_eq!(at.member.visitor.get(&board.path()).await.1["reply_to"], json!(id_of(&finding)));
    let (_, list) = at.member.visitor.get(&format!("/v1/photos?reply_to={}", id_of(&finding))).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
    let (_, list) = staff.visitor.get(&format!("/v1/photos?reply_to={}", id_of(&finding))).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(beside.visitor.get(&board.path()).await.0, 404);
    let (_, list) = at.reviewer.visitor.get(&format!("/v1/photos?visit={}", id_of(&visit))).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");

    let because = json!({ "reason": "Chụp nhầm" });
    let withdraw =
        async |shot: &Shot| at.head.visitor.post(&format!("{}/withdraw", shot.path()), &because).await;
    assert_eq!(withdraw(&mistaken).await.1["state"], "withdrawn");
    let (status, no) = withdraw(&board).await;
    assert_eq!((status, &no["code"]), (409, &json!("photo.reply-given")), "{no}");
    // It may add to what it said until that is verified; then it is over.
    let more = json!({ "text": "Bảng treo ở cửa bên, có ảnh và biên bản.", "photos": [board.id] });
    assert_eq!(
        at.head.visitor.post(&explain, &more).await.1["earlier_explanations"].as_array().map(Vec::len),
        Some(1)
    );
    let why = json!({ "reason": "Đã xác minh." });
    assert_eq!(at.member.visitor.post(&format!("{finding}/withdraw"), &why).await.1["state"], "withdrawn");
    let (status, no) = at.head.visitor.post(&explain, &said(&[board.id])).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-explainable")), "{no}");
    let late = shot(&visit, 9).with("reply_to", id_of(&finding));
    assert_eq!(
        at.head.visitor.put(&late.path(), &late.declaration).await.1["code"],
        "finding.not-explainable"
    );
    at.house.close().await;
}
