//! Separation of duties: nobody judges what is their own, whatever seat or role they have by then.

use super::findings::{confirmed, recorded, signed};
use super::remedies::{issued, reported, step};
use crate::harness::{Holder, Inspectorate};
use fieldproof::domain::actor::Role;
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

/// A former lead is seated as a member and still does not settle a critical finding alone: neither what the unit says of it
/// nor what it did. Nor does confirming it as harmless help where its item is critical.
#[tokio::test(flavor = "multi_thread")]
async fn a_critical_finding_is_never_the_leads_alone() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let by_word = confirmed(&at, &visit, "A01", json!({ "critical": true })).await;
    let by_item = confirmed(&at, &visit, "A02", json!({ "critical": false })).await;
    // A checklist whose second item is critical, as if it had been published so.
    let critical_item = format!(
        "SET session_replication_role = replica;
         UPDATE template_versions SET body = jsonb_set(body, '{{sections,0,items,1,critical}}', 'true')
         WHERE id = '{}';
         SET session_replication_role = DEFAULT",
        at.checklist
    );
    at.house.sql().await.batch_execute(&critical_item).await.unwrap();
    signed(&at, &visit).await;
    let said = json!({ "text": "Bảng đang sửa.", "papers": ["Công văn 3/UBND"] });
    assert_eq!(at.head.visitor.post(&format!("{by_item}/explain"), &said).await.0, 200);
    let action = issued(&at, &visit, &[&by_word], json!([at.commune]), json!({})).await;
    reported(&at.head, &action).await;

    let team = format!("/v1/campaigns/{}/teams/{}", at.campaign, at.team);
    let read = at.scheduler.visitor.send("GET", &team, None).await;
    let next = at.house.holder("Trưởng đoàn mới", &[(Role::TeamLead, at.owner, None)]).await;
    let seats = [(&next, "lead"), (&at.lead, "member"), (&at.clerk, "clerk"), (&at.member, "member")];
    let seats = seats.map(|(who, role)| json!({ "account": who.account, "role": role }));
    let members = json!({ "members": seats });
    let request = at.scheduler.visitor.request("PUT", &format!("{team}/members"));
    let request = request.header("if-match", read.header("etag"));
    let reseated = at.scheduler.visitor.answer(request.json(&members)).await;
    assert_eq!(reseated.status, 200, "{}", reseated.body);

    let (_, kept) = step(&at.lead, &action, "verify", json!({})).await;
    assert_eq!(kept["state"], "reported_done", "{kept}");
    let why = json!({ "reason": "Đã xác minh." });
    let (status, no) = at.lead.visitor.post(&format!("{by_item}/withdraw"), &why).await;
    assert_eq!((status, &no["code"]), (403, &json!("finding.lead-alone")));
    assert_eq!(at.member.visitor.post(&format!("{by_item}/withdraw"), &why).await.0, 200);
    assert_eq!(step(&at.member, &action, "verify", json!({})).await.1["state"], "verified_done");
    at.house.end().await;
}
