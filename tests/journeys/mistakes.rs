//! What was entered at a visit by mistake is taken back while the state still allows it: hosts, guidance, clearances, a
//! signature that came too early. It stays in the log.

use super::findings::recorded;
use crate::harness::{Holder, Inspectorate, id_of};
use serde_json::{Value, json};
use uuid::Uuid;

async fn delete(who: &Holder, path: &str) -> (u16, Value) {
    let answer = who.visitor.send("DELETE", path, None).await;
    (answer.status, answer.body["code"].clone())
}

/// L04, N15: who received the team and what it explained, until somebody has signed.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_guidance_are_taken_back_until_somebody_has_signed() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let (host, advice, kept) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let person =
        json!({ "visit": id_of(&visit), "name": "Đặng Văn Sình", "positions": ["Chủ tịch UBND xã"] });
    let given = json!({ "visit": id_of(&visit), "guided": "Công chức", "content": "Cách ghi sổ",
        "given_at": "2026-03-20T09:40:00+07:00" });
    for (path, said) in [
        (format!("/v1/attendees/{host}"), &person),
        (format!("/v1/attendees/{kept}"), &person),
        (format!("/v1/guidance/{advice}"), &given),
    ] {
        assert_eq!(at.member.visitor.put(&path, said).await.0, 201);
    }
    let places = [format!("{visit}/attendees/{host}"), format!("{visit}/guidance/{advice}")];
    for place in &places {
        assert_eq!(delete(&at.reviewer, place).await.0, 403, "who only reads takes nothing back");
        assert_eq!(delete(&at.clerk, place).await.0, 204);
        assert_eq!(delete(&at.clerk, place).await.0, 204, "once is enough");
    }
    let listed = async |what: &str| {
        at.lead.visitor.get(&format!("{visit}/{what}")).await.1["items"].as_array().map(Vec::len)
    };
    assert_eq!((listed("attendees").await, listed("guidance").await), (Some(1), Some(0)));
    let (_, bundle) = at.lead.visitor.get(&format!("{visit}/bundle")).await;
    let taken_along = ["attendees", "guidance"].map(|of| bundle[of].as_array().map(Vec::len));
    assert_eq!(taken_along, [Some(1), Some(0)], "a phone takes along what there is");
    let (status, no) = at.member.visitor.put(&format!("/v1/attendees/{host}"), &person).await;
    assert_eq!((status, &no["code"]), (409, &json!("entry.taken-back")), "a phone that sends it again");
    let deeds: Vec<String> = [host, advice].map(|id| id.to_string()).into_iter().collect();
    for (object, deed) in deeds.iter().zip(["visit.host_taken_back", "visit.guidance_taken_back"]) {
        assert!(at.house.deeds(object).await.contains(&deed.to_owned()), "{deed}");
    }

    assert_eq!(at.step(&at.clerk, &visit, "minutes", json!({ "text": "Biên bản" })).await.status, 200);
    let sign = json!({ "side": "team", "outcome": "signed", "signer_name": "A", "signer_position": "B" });
    assert_eq!(at.step(&at.lead, &visit, "sign", sign).await.status, 200);
    let place = format!("{visit}/attendees/{kept}");
    assert_eq!(delete(&at.clerk, &place).await, (409, json!("visit.answers-locked")));
    at.house.end().await;
}

/// A side that signed too early takes it back while the other has not signed; then the minutes are written anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_taken_back_while_the_other_side_is_awaited() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    let text = json!({ "text": "Biên bản" });
    let withdraw = async |who: &Holder, side: &str| {
        let said = json!({ "side": side, "reason": "Đơn vị đề nghị sửa số liệu." });
        let answer = at.step(who, &visit, "withdraw-signature", said).await;
        (answer.status, answer.body["code"].clone())
    };
    let sign = async |who: &Holder, side: &str| {
        let said = json!({ "side": side, "outcome": "signed", "signer_name": "A", "signer_position": "B" });
        at.step(who, &visit, "sign", said).await.status
    };
    assert_eq!(withdraw(&at.lead, "team").await, (409, json!("visit.no-minutes")));
    assert_eq!(at.step(&at.clerk, &visit, "minutes", text.clone()).await.status, 200);
    assert_eq!(withdraw(&at.lead, "team").await.0, 200, "what is not there stays away");
    assert_eq!(sign(&at.head, "unit").await, 200);
    assert_eq!(withdraw(&at.lead, "unit").await, (403, json!("visit.signature-of-other")));
    assert_eq!(withdraw(&at.head, "team").await.0, 403);
    assert_eq!(
        at.step(&at.clerk, &visit, "minutes", text.clone()).await.body["code"],
        "visit.minutes-signed"
    );
    assert_eq!(withdraw(&at.head, "unit").await.0, 200);
    let (_, seen) = at.lead.visitor.get(&visit).await;
    assert_eq!((&seen["state"], &seen["minutes"]["signatures"]), (&json!("minutes_ready"), &json!([])));
    assert_eq!(at.step(&at.clerk, &visit, "minutes", text).await.status, 200, "drafted anew");
    assert_eq!((sign(&at.lead, "team").await, sign(&at.head, "unit").await), (200, 200));
    assert_eq!(withdraw(&at.lead, "team").await, (409, json!("visit.signatures-stand")));
    let deeds = at.house.deeds(id_of(&visit)).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "visit.signature_withdrawn").count(), 1);
    at.house.end().await;
}

/// Whoever is no longer cleared does not know of the visit any more; who is cleared is read by those who plan it.
#[tokio::test(flavor = "multi_thread")]
async fn a_clearance_is_listed_and_ended() {
    let at = Inspectorate::open().await;
    let mut plan = at.plan("planned", 24);
    plan["secret"] = json!(true);
    let (status, no) = at.scheduler.visitor.post("/v1/visits", &plan).await;
    assert_eq!((status, &no["code"]), (422, &json!("visit.secret")), "what is announced is no secret");
    let visit = at.visit("surprise", 24).await;
    let clearances = format!("{visit}/clearances");
    let who = json!({ "account": at.authority.account });
    assert_eq!(at.scheduler.visitor.post(&clearances, &who).await.0, 200);
    assert_eq!(at.authority.visitor.get(&visit).await.0, 200);
    let (_, list) = at.lead.visitor.get(&clearances).await;
    assert_eq!(list["items"][0]["account"], json!(at.authority.account), "{list}");
    assert_eq!(list["items"][0]["by"], json!(at.scheduler.account));
    assert_eq!(at.authority.visitor.get(&clearances).await.0, 403);
    assert_eq!(at.head.visitor.get(&clearances).await.0, 404);
    let one = format!("{clearances}/{}", at.authority.account);
    assert_eq!(delete(&at.head, &one).await.0, 404);
    assert_eq!(delete(&at.scheduler, &one).await.0, 204);
    assert_eq!(delete(&at.scheduler, &one).await.0, 204);
    assert_eq!(at.authority.visitor.get(&visit).await.0, 404);
    assert_eq!(at.scheduler.visitor.get(&clearances).await.1["items"], json!([]));
    at.house.close().await;
}
