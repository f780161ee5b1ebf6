//! The people of a unit draft an explanation, its head sends it; the inspectors read what was sent, not what was drafted.

use super::findings::{confirmed, recorded, signed};
use crate::harness::Inspectorate;
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn staff_draft_an_explanation_and_the_head_sends_it() {
    let at = Inspectorate::open().await;
    let roles = [(Role::UnitStaff, at.owner, Some(at.commune))];
    let staff = at.house.holder("Vũ Thị Lan", &roles).await;
    let elsewhere = [(Role::UnitStaff, at.owner, Some(at.other_commune))];
    let stranger = at.house.holder("Cán bộ nơi khác", &elsewhere).await;
    let visit = recorded(&at).await;
    let finding = confirmed(&at, &visit, "A01", json!({})).await;
    let at_draft = format!("{finding}/explanation-draft");
    let said = |text: &str, version: i32| json!({ "text": text, "papers": ["Công văn 45/UBND"], "base_version": version });
    assert_eq!(
        staff.visitor.put(&at_draft, &said("Chưa ký", 0)).await.0,
        404,
        "told once the minutes are signed"
    );
    signed(&at, &visit).await;

    assert_eq!(staff.visitor.get(&at_draft).await, (200, json!({ "draft": null })));
    let (status, no) = staff.visitor.put(&at_draft, &said("", 0)).await;
    assert_eq!((status, &no["code"]), (422, &json!("finding.text")));
    let (status, first) = staff.visitor.put(&at_draft, &said("Bảng đặt ở phòng bên.", 0)).await;
    assert_eq!((status, &first["version"], &first["by"]), (200, &json!(1), &json!(staff.account)), "{first}");
    // Whoever did not read it writes nothing over it.
    assert_eq!(at.head.visitor.put(&at_draft, &said("Khác", 0)).await.0, 412);
    let (status, second) = at.head.visitor.put(&at_draft, &said("Bảng niêm yết đặt ở phòng bên.", 1)).await;
    assert_eq!((status, &second["version"]), (200, &json!(2)));
    assert_eq!(staff.visitor.get(&at_draft).await.1["draft"]["text"], "Bảng niêm yết đặt ở phòng bên.");

    // Nobody but the unit sees it; staff send nothing.
    for (who, status) in [(&at.lead, 403), (&at.scheduler, 403), (&at.reviewer, 403), (&stranger, 404)] {
        assert_eq!(who.visitor.get(&at_draft).await.0, status);
    }
    let seen = at.lead.visitor.get(&finding).await.1;
    assert!(!seen.to_string().contains("phòng bên"), "{seen}");
    let send = format!("{at_draft}/send");
    assert_eq!(staff.visitor.post(&send, &json!({ "version": 2 })).await.0, 403);
    assert_eq!(staff.visitor.post(&format!("{finding}/explain"), &json!({ "text": "Tự gửi" })).await.0, 403);
    assert_eq!(
        at.head.visitor.post(&send, &json!({ "version": 1 })).await.0,
        412,
        "not the one that was read"
    );
    let (status, sent) = at.head.visitor.post(&send, &json!({ "version": 2 })).await;
    assert_eq!((status, &sent["state"]), (200, &json!("explained")), "{sent}");
    let explanation = at.lead.visitor.get(&finding).await.1["explanation"].clone();
    assert_eq!(explanation["text"], "Bảng niêm yết đặt ở phòng bên.");
    assert_eq!(explanation["papers"], json!(["Công văn 45/UBND"]));

    // It is gone. While it is being verified the unit may add to it, and drafts that anew.
    assert_eq!(staff.visitor.get(&at_draft).await.1["draft"], Value::Null);
    let (status, no) = at.head.visitor.post(&send, &json!({ "version": 2 })).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.no-draft")));
    let (status, more) = staff.visitor.put(&at_draft, &said("Thêm", 0)).await;
    assert_eq!((status, &more["version"]), (200, &json!(1)), "{more}");
    let deeds = at.house.deeds(crate::harness::id_of(&finding)).await;
    let told: Vec<&String> = deeds.iter().filter(|deed| deed.contains("expla")).collect();
    assert_eq!(
        told,
        [
            "finding.explanation_drafted",
            "finding.explanation_drafted",
            "finding.explained",
            "finding.explanation_drafted"
        ]
    );
    at.house.end().await;
}
