//! Several phones at one visit: what they answer differently is kept side by side, and the lead decides.

use crate::harness::{Holder, Inspectorate, id_of};
use serde_json::{Value, json};
use uuid::Uuid;

async fn says(at: &Inspectorate, who: &Holder, visit: &str, id: Uuid, metres: u32) -> (u16, Value) {
    let said = at.answer(visit, "A02", json!({ "type": "number", "value": metres }));
    who.visitor.put(&format!("/v1/responses/{id}"), &said).await
}

async fn decide(who: &Holder, visit: &str, candidate: &Value, take: bool) -> (u16, Value) {
    let path = format!("{visit}/answer-candidates/{}/decide", candidate["id"].as_str().expect("an id"));
    who.visitor.post(&path, &json!({ "take": take })).await
}

/// Two phones without a network answer one item; a third agrees with the first; the lead takes the second's answer.
#[tokio::test(flavor = "multi_thread")]
async fn what_two_phones_say_is_kept_and_the_lead_decides() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let [mine, yours, theirs] = std::array::from_fn(|_| Uuid::now_v7());
    let (status, first) = says(&at, &at.member, &visit, mine, 41).await;
    assert_eq!(status, 201, "{first}");
    let (status, beside) = says(&at, &at.clerk, &visit, yours, 38).await;
    assert_eq!(
        (status, &beside["outcome"], &beside["taken"]),
        (202, &json!("fail"), &Value::Null),
        "{beside}"
    );
    assert_eq!(says(&at, &at.clerk, &visit, yours, 38).await, (202, beside.clone()), "the same again is one");
    let (status, agreed) = says(&at, &at.lead, &visit, theirs, 41).await;
    assert_eq!((status, &agreed["id"]), (200, &json!(mine)), "whoever says the same clashes with nobody");
    let (status, again) = says(&at, &at.member, &visit, mine, 42).await;
    assert_eq!(status, 202, "a change that rests on nothing it has read: {again}");

    // With what is kept comes what stands.
    let alone = |clash: &Value| {
        let mut kept = clash.clone();
        let current = kept.as_object_mut().and_then(|of| of.remove("current"));
        assert_eq!(current.as_ref().map(|of| &of["answer"]), Some(&first["answer"]), "{clash}");
        kept
    };
    let (beside, again) = (alone(&beside), alone(&again));
    let (_, list) = at.reviewer.visitor.get(&format!("{visit}/responses")).await;
    assert_eq!(list["items"][0]["answer"]["value"], 41);
    assert_eq!(list["items"][0]["candidates"], json!([beside, again]));
    let (_, bundle) = at.lead.visitor.get(&format!("{visit}/bundle")).await;
    assert_eq!(bundle["responses"], list["items"], "the phones take them along");

    // Nobody signs and nobody submits before it is decided.
    at.answers_well(&visit, &["A01", "A03"]).await;
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    assert_eq!(at.step(&at.clerk, &visit, "minutes", json!({ "text": "Biên bản" })).await.status, 200);
    let sign = json!({ "side": "team", "outcome": "signed", "signer_name": "A", "signer_position": "B" });
    let refused = at.step(&at.lead, &visit, "sign", sign.clone()).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("visit.answers-clash")));
    assert_eq!(refused.body["errors"][0]["pointer"], "/items/A02");

    assert_eq!(decide(&at.member, &visit, &beside, true).await.0, 403);
    let (status, taken) = decide(&at.lead, &visit, &beside, true).await;
    assert_eq!(
        (status, &taken["answer"]["value"], &taken["version"]),
        (200, &json!(38), &json!(2)),
        "{taken}"
    );
    assert_eq!(taken["answered_by"], json!(at.clerk.account));
    assert_eq!(decide(&at.lead, &visit, &beside, true).await, (200, taken));
    let (status, no) = decide(&at.lead, &visit, &again, true).await;
    assert_eq!((status, &no["code"]), (409, &json!("response.decided")), "it was let go with the other");
    let (_, list) = at.reviewer.visitor.get(&format!("{visit}/responses")).await;
    assert_eq!(list["items"][0]["candidates"], json!([]));

    // The log holds what each said.
    let told = "SELECT details::text FROM custody WHERE deed = 'response.decided' AND visit_id::text = $1";
    let told: String = at.house.sql().await.query_one(told, &[&id_of(&visit)]).await.unwrap().get(0);
    assert!(told.contains("38") && told.contains("41"), "{told}");
    let outdated = at.step(&at.lead, &visit, "sign", sign.clone()).await;
    assert_eq!(outdated.body["code"], "visit.minutes-outdated", "the answers are others now");
    assert_eq!(at.step(&at.clerk, &visit, "minutes", json!({ "text": "Biên bản" })).await.status, 200);
    assert_eq!(at.step(&at.lead, &visit, "sign", sign).await.status, 200);
    let (status, locked) = says(&at, &at.member, &visit, Uuid::now_v7(), 50).await;
    assert_eq!((status, &locked["code"]), (409, &json!("visit.answers-locked")));
    at.house.close().await;
}

/// What waits may also be let go; the answer stays as it was.
#[tokio::test(flavor = "multi_thread")]
async fn the_lead_may_let_go_of_what_waits() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let (_, first) = says(&at, &at.member, &visit, Uuid::now_v7(), 41).await;
    let (_, beside) = says(&at, &at.clerk, &visit, Uuid::now_v7(), 38).await;
    let (status, kept) = decide(&at.lead, &visit, &beside, false).await;
    assert_eq!((status, kept), (200, first));
    let unknown = json!({ "id": Uuid::new_v4() });
    assert_eq!(decide(&at.lead, &visit, &unknown, false).await.0, 404);
    let other = at.visit("planned", 5).await;
    assert_eq!(decide(&at.lead, &other, &beside, false).await.0, 404, "of another visit");
    at.house.close().await;
}
