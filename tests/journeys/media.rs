//! The media ledger: a visit knows each photo it should have, and nobody calls it complete before it is.

use super::findings::{confirmed, recorded, signed};
use crate::harness::{Answer, Inspectorate, Shot, id_of, pictures};
use serde_json::{Value, json};
use uuid::Uuid;

fn shot(visit: &str, seed: u8, item: &str) -> Shot {
    Shot::of(Uuid::parse_str(id_of(visit)).expect("an id"), pictures::sharp(seed)).with("item", item)
}

async fn ledger(at: &Inspectorate, visit: &str) -> Value {
    let (status, body) = at.reviewer.visitor.get(&format!("{visit}/media")).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn refused(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

/// The totals that are not zero.
fn counted(ledger: &Value) -> Value {
    let all = ledger["totals"].as_object().expect("totals").iter();
    all.filter(|(_, count)| **count != json!(0)).map(|(name, count)| (name.clone(), count.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_knows_each_photo_it_should_have_and_how_far_it_got() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let lacks = |item: &str| json!({ "item": item, "subject": "notice_board", "declared": 0, "missing": 1 });
    let before = ledger(&at, &visit).await;
    assert_eq!(before["required"], json!([lacks("A01")]), "whatever is answered");
    assert_eq!((counted(&before), &before["complete"]), (json!({ "required": 1 }), &json!(false)));
    at.answers_well(&visit, &["A01"]).await;
    let fails = json!({ "type": "ratio", "numerator": 30, "denominator": 36 });
    let said = at.answer(&visit, "A03", fails);
    assert_eq!(at.member.visitor.put(&format!("/v1/responses/{}", Uuid::now_v7()), &said).await.0, 201);

    let asked = ledger(&at, &visit).await;
    assert_eq!(asked["required"], json!([lacks("A01"), lacks("A03")]), "always, and because it failed");
    assert_eq!((counted(&asked), &asked["complete"]), (json!({ "required": 2 }), &json!(false)));

    let phone = &at.member.visitor;
    let shots: Vec<Shot> = (0..5).map(|n| shot(&visit, n, if n == 4 { "A03" } else { "A01" })).collect();
    let [expected, receiving, verified, withdrawn, damaged] = &shots[..] else { unreachable!() };
    for of in [expected, receiving, withdrawn] {
        assert_eq!(phone.put(&of.path(), &of.declaration).await.0, 201);
    }
    for of in [verified, damaged] {
        assert_eq!(of.send(phone).await.status, 201);
    }
    let reason = json!({ "reason": "Chụp nhầm" });
    assert_eq!(phone.post(&format!("{}/withdraw", withdrawn.path()), &reason).await.0, 200);
    let begun = phone.request("POST", &format!("/v1/uploads?photo={}", receiving.id));
    let begun = begun.header("tus-resumable", "1.0.0").header("upload-length", receiving.bytes.len());
    let place = phone.answer(begun).await.header("location").rsplit('/').next().unwrap().to_owned();
    let part = phone.request("PATCH", &format!("/v1/uploads/{place}"));
    let part = part.header("tus-resumable", "1.0.0").header("upload-offset", "0");
    let part = part.header("content-type", "application/offset+octet-stream");
    assert_eq!(phone.answer(part.body(receiving.bytes[..700].to_vec())).await.status, 204);
    let stored = ledger(&at, &visit).await;
    let wanted = json!({ "expected": 1, "receiving": 1, "stored": 2, "withdrawn": 1 });
    assert_eq!(counted(&stored), wanted, "{stored}");
    let objects = at.house.app.media.list("originals/", None).await.unwrap().0;
    let lost = objects.iter().find(|object| object.name.contains(&damaged.id.to_string())).unwrap();
    at.house.app.media.delete_listed(lost).await.unwrap();
    at.house.work().await;

    // Page by page it is the same list.
    let mut lines = Vec::new();
    let mut next = String::new();
    loop {
        let (_, page) = at.reviewer.visitor.get(&format!("{visit}/media?limit=1{next}")).await;
        assert_eq!(page["complete"], false);
        lines.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    let whole = ledger(&at, &visit).await;
    assert_eq!(whole["items"], json!(lines));
    let state =
        |of: &Shot| lines.iter().find(|line| line["photo"] == json!(of.id)).map(|line| &line["state"]);
    assert_eq!(state(expected), Some(&json!("expected")));
    assert_eq!(state(receiving), Some(&json!("receiving")));
    assert_eq!(state(verified), Some(&json!("verified")));
    assert_eq!(state(damaged), Some(&json!("quarantined")));
    assert_eq!(state(withdrawn), None);
    let received = lines.iter().find(|line| line["state"] == "receiving").unwrap();
    assert_eq!(received["received_bytes"], 700);
    let wanted = json!({ "expected": 1, "receiving": 1, "verified": 1, "quarantined": 1, "withdrawn": 1 });
    assert_eq!((counted(&whole), &whole["required"]), (wanted, &json!([])));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_not_final_before_each_photo_is_verified_or_written_off() {
    let at = Inspectorate::open().await;
    let visit = recorded(&at).await;
    for item in ["A01", "A02"] {
        confirmed(&at, &visit, item, json!({})).await;
    }
    let phone = &at.member.visitor;
    let [first, late, lost] = [1, 2, 3].map(|seed| shot(&visit, seed, "A01"));
    assert_eq!(first.send(phone).await.status, 201);
    for of in [&late, &lost] {
        assert_eq!(phone.put(&of.path(), &of.declaration).await.0, 201);
    }
    signed(&at, &visit).await;
    assert_eq!(at.step(&at.lead, &visit, "submit", Value::Null).await.status, 200, "evidence may come later");
    let finalise = async || at.step(&at.scheduler, &visit, "finalise", Value::Null).await;
    let no = finalise().await;
    assert_eq!(refused(&no), (409, "visit.media-incomplete"), "{}", no.body);
    let list = no.body["errors"][0]["detail"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    let waiting = at.scheduler.visitor.get(&list).await.1;
    assert_eq!(counted(&waiting), json!({ "expected": 2, "stored": 1 }));

    at.house.work().await;
    assert_eq!(late.send(phone).await.status, 201, "after it was handed in");
    assert_eq!(refused(&finalise().await), (409, "visit.media-incomplete"), "stored is not verified");
    at.house.work().await;
    assert_eq!(refused(&finalise().await), (409, "visit.media-incomplete"), "one is still expected");

    // Whoever may take it as final may say why a photo will not come.
    let off = async |who: &crate::harness::Holder, of: &Shot, reason: &str| {
        let path = format!("{}/write-off", of.path());
        who.visitor.send("POST", &path, Some(&json!({ "reason": reason }))).await
    };
    assert_eq!(off(&at.member, &lost, "Máy bị mất").await.status, 403);
    assert_eq!(off(&at.scheduler, &lost, " ").await.status, 422);
    assert_eq!(refused(&off(&at.scheduler, &late, "Máy bị mất").await), (409, "photo.write-off-needless"));
    let given_up = off(&at.scheduler, &lost, "Máy bị mất").await;
    assert_eq!((given_up.status, &given_up.body["state"]), (200, &json!("expected")), "{}", given_up.body);
    assert_eq!(given_up.body["written_off"]["reason"], "Máy bị mất");
    assert_eq!(off(&at.scheduler, &lost, "Lý do khác").await.body, given_up.body, "the first reason stands");
    let whole = ledger(&at, &visit).await;
    assert_eq!(whole["complete"], true);
    assert_eq!(counted(&whole), json!({ "expected": 1, "verified": 2, "written_off": 1 }));
    let done = finalise().await;
    assert_eq!((done.status, &done.body["state"]), (200, &json!("finalised")), "{}", done.body);
    let deeds = at.house.deeds(&lost.id.to_string()).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "photo.written_off").count(), 1);
    assert_eq!(refused(&off(&at.scheduler, &late, "Máy bị mất").await), (409, "photo.visit-ended"));
    at.house.close().await;
}
