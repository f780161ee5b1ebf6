//! What people said is verified before anybody stands by it; findings that belong together name each other.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Answer, Holder, Inspectorate, id_of};
use serde_json::{Value, json};

async fn proposed(at: &Inspectorate, visit: &str, said: Value) -> String {
    let made = at.member.visitor.send("POST", &format!("{visit}/findings"), Some(&said)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.header("location").to_owned()
}

/// Changes what stands, whatever its version.
async fn changed(who: &Holder, finding: &str, said: Value) -> Answer {
    let version = who.visitor.send("GET", finding, None).await.header("etag").to_owned();
    let request = who.visitor.request("PATCH", finding).header("if-match", version);
    who.visitor.answer(request.json(&said)).await
}

/// M05: one report of harassment is a candidate until somebody has verified it; who leads the team does not alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_people_said_is_verified_before_it_is_confirmed() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let said = json!({ "kind": "finding", "category": "Thái độ", "critical": true, "hearsay": true,
        "statement": "Người dân phản ánh bị gây phiền hà tại quầy số 2." });
    let finding = proposed(&at, &visit, said).await;
    let plain =
        proposed(&at, &visit, json!({ "kind": "finding", "category": "Trụ sở", "statement": "Cổng đóng." }))
            .await;
    let (_, told) = at.lead.visitor.get(&finding).await;
    assert_eq!((&told["hearsay"], &told["substantiation"]), (&json!(true), &Value::Null));
    let confirm = format!("{finding}/confirm");
    let (status, no) = at.lead.visitor.post(&confirm, &json!({})).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-substantiated")), "{no}");
    let waiting = format!("/v1/findings?visit={}&unverified=true", id_of(&visit));
    let (_, list) = at.lead.visitor.get(&waiting).await;
    assert_eq!((&list["items"][0]["id"], &list["items"][1]), (&json!(id_of(&finding)), &Value::Null));
    signed(&at, &visit).await;
    let (_, minutes) = at.lead.visitor.get(&format!("{visit}/minutes")).await;
    assert!(minutes["document"].as_str().unwrap_or_default().contains("chờ xác minh"), "{minutes}");

    // Verifying takes longer than a visit: everything else is decided, and the visit is final.
    at.held_photo(&visit, "A01").await;
    for item in ["A01", "A02"] {
        confirmed(&at, &visit, item, json!({})).await;
    }
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200);
    let held = at.step(&at.lead, &visit, "finalise", Value::Null).await;
    assert_eq!(held.body["code"], "visit.candidates-undecided", "the other free one: {}", held.body);
    let why = json!({ "reason": "Cổng chỉ khép." });
    assert_eq!(at.lead.visitor.post(&format!("{plain}/dismiss"), &why).await.0, 200);
    assert_eq!(at.step(&at.lead, &visit, "finalise", Value::Null).await.status, 200);

    let way = format!("{finding}/substantiate");
    let checked =
        json!({ "text": "Đã làm việc với người phản ánh; nội dung đúng.", "papers": ["Biên bản 23/3/2026"] });
    let (status, no) = at.lead.visitor.post(&way, &checked).await;
    assert_eq!((status, &no["code"]), (403, &json!("finding.lead-alone")), "{no}");
    assert_eq!(at.head.visitor.post(&way, &checked).await.0, 403, "the unit is no judge in it");
    assert_eq!(at.member.visitor.post(&way, &json!({ "text": "" })).await.1["code"], "finding.text");
    let (status, no) = at.member.visitor.post(&format!("{plain}/substantiate"), &checked).await;
    assert_eq!((status, &no["code"]), (409, &json!("finding.not-hearsay")), "{no}");
    let (status, told) = at.member.visitor.post(&way, &checked).await;
    assert_eq!((status, &told["state"]), (200, &json!("candidate")), "{told}");
    assert_eq!(told["substantiation"]["by"], json!(at.member.account));
    assert_eq!(at.member.visitor.post(&way, &checked).await.0, 200, "said again");
    let other = json!({ "text": "Chưa rõ." });
    assert_eq!(at.clerk.visitor.post(&way, &other).await.1["code"], "finding.substantiated");
    assert_eq!(at.lead.visitor.get(&waiting).await.1["items"], json!([]));
    let (status, told) = at.lead.visitor.post(&confirm, &json!({})).await;
    assert_eq!((status, &told["state"]), (200, &json!("confirmed")), "{told}");
    at.house.end().await;
}

/// L19, N08: a link is seen from both findings, and may be taken away from either.
#[tokio::test(flavor = "multi_thread")]
async fn findings_that_belong_together_name_each_other() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let free = |what: &str| json!({ "kind": "finding", "category": what, "statement": "Chậm sau điều chỉnh địa giới." });
    let one = proposed(&at, &visit, free("Phối hợp")).await;
    let two = proposed(&at, &visit, free("Thẻ")).await;
    let three = proposed(&at, &visit, free("Hộ tịch")).await;
    let told = changed(&at.lead, &one, json!({ "linked": [id_of(&two), id_of(&three)] })).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let linked = async |finding: &str| at.reviewer.visitor.get(finding).await.1["linked"].clone();
    assert_eq!((linked(&two).await, linked(&three).await), (json!([id_of(&one)]), json!([id_of(&one)])));
    let (_, list) = at.reviewer.visitor.get(&format!("/v1/findings?visit={}&free=true", id_of(&visit))).await;
    assert!(list["items"].as_array().expect("items").iter().all(|of| of["linked"] != json!([])), "{list}");
    // Who read the other before it was linked is told that it changed.
    let stale = at.lead.visitor.request("PATCH", &two).header("if-match", "\"v1\"");
    assert_eq!(at.lead.visitor.answer(stale.json(&json!({ "linked": [] }))).await.status, 412);
    let told = changed(&at.lead, &two, json!({ "linked": [] })).await;
    assert_eq!(told.body["linked"], json!([]), "{}", told.body);
    assert_eq!(linked(&one).await, json!([id_of(&three)]));
    let same = changed(&at.lead, &one, json!({ "linked": [id_of(&one)] })).await;
    assert_eq!(
        (same.status, &same.body["errors"][0]["pointer"]),
        (422, &json!("/linked/0")),
        "{}",
        same.body
    );
    let (one, two) = (at.house.deeds(id_of(&one)).await, at.house.deeds(id_of(&two)).await);
    assert_eq!(one, ["finding.proposed", "finding.changed", "finding.unlinked"]);
    assert_eq!(two, ["finding.proposed", "finding.linked", "finding.changed"]);
    at.house.end().await;
}
