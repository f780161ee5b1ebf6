//! Separation of duties: nobody judges what is their own, whatever seat or role they have by then.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, reported, step};
use crate::harness::{Holder, Inspectorate};
use serde_json::json;

/// Takes somebody's roles away and makes them home affairs instead.
async fn moved_to_the_office(at: &Inspectorate, who: &Holder) {
    let moved = format!(
        "UPDATE grants SET revoked_at = now() WHERE account_id = '{0}';
         INSERT INTO grants (id, account_id, role, owner_id, granted_at)
         VALUES (gen_random_uuid(), '{0}', 'scheduler', '{1}', now())",
        who.account, at.owner
    );
    at.house.sql().await.batch_execute(&moved).await.unwrap();
}

/// Whoever sits on a team for an office belongs to it: what that office did is for others to verify.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_sits_for_an_office_judges_nothing_of_that_office() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let explained = confirmed(&at, &visit, "A01", json!({})).await;
    let remedied = confirmed(&at, &visit, "A02", json!({})).await;
    signed(&at, &visit).await;
    let said = json!({ "text": "Bảng đang sửa.", "papers": ["Công văn 3/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{explained}/explain"), &said).await.0, 200);
    let action = issued(&at, &visit, &[&remedied], json!([at.commune]), json!({})).await;
    reported(&at.head, &action).await;
    let sits_for = async |unit| {
        let seat = format!(
            "UPDATE team_members SET office_unit_id = '{unit}' WHERE account_id = '{}'",
            at.member.account
        );
        at.house.sql().await.batch_execute(&seat).await.unwrap();
    };
    sits_for(at.commune).await;
    let why = json!({ "reason": "Đã xem xét." });
    for (way, said) in [("verify", json!({})), ("return", why.clone())] {
        let (status, no) = step(&at.member, &action, way, said).await;
        assert_eq!((status, &no["code"]), (403, &json!("action.own-unit")), "{way}");
    }
    let (status, no) = at.member.visitor.post(&format!("{explained}/uphold"), &why).await;
    assert_eq!((status, &no["code"]), (403, &json!("finding.own-unit")));
    // Somebody of an office above has a say in what is done below it: that is what offices above are for.
    sits_for(at.province).await;
    let (status, done) = step(&at.member, &action, "verify", json!({})).await;
    assert_eq!((status, &done["state"]), (200, &json!("verified_done")), "{done}");
    at.house.end().await;
}

/// A head who reported, asked and explained, and went over to home affairs since, judges none of it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_judges_their_own_words_in_another_role() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let explained = confirmed(&at, &visit, "A01", json!({})).await;
    let remedied = confirmed(&at, &visit, "A02", json!({})).await;
    signed(&at, &visit).await;
    let said = json!({ "text": "Bảng đang sửa.", "papers": ["Công văn 3/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{explained}/explain"), &said).await.0, 200);
    let action = issued(&at, &visit, &[&remedied], json!([at.commune]), json!({})).await;
    let asked = json!({ "until": "2030-02-15", "reason": "Chờ kinh phí." });
    assert_eq!(step(&at.head, &action, "request-extension", asked).await.0, 200);
    reported(&at.head, &action).await;
    moved_to_the_office(&at, &at.head).await;
    let why = json!({ "reason": "Đã xem xét." });
    for (way, said, code) in [
        ("verify", json!({}), "action.own-report"),
        ("return", why.clone(), "action.own-report"),
        ("decide-extension", json!({ "grant": true, "reason": "Có lý do." }), "action.own-request"),
    ] {
        let (status, no) = step(&at.head, &action, way, said).await;
        assert_eq!((status, no["code"].as_str()), (403, Some(code)), "{way}");
    }
    for way in ["uphold", "withdraw"] {
        let (status, no) = at.head.visitor.post(&format!("{explained}/{way}"), &why).await;
        assert_eq!((status, no["code"].as_str()), (403, Some("finding.own-explanation")), "{way}");
    }
    assert_eq!(step(&at.scheduler, &action, "verify", json!({})).await.1["state"], "verified_done");
    at.house.end().await;
}
