//! What is planned and does not take place so: a draft that is cancelled, a round that is changed, a visit that is broken off
//! on site. Each is told in the log once, however often it is sent.

use crate::harness::{Inspectorate, Shot, id_of, pictures};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_cancelled_stays_so() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let new =
        json!({ "owner": at.owner, "kind": "civil_service", "title": "Kiểm tra công vụ 6 xã năm 2021" });
    let campaign = who.send("POST", "/v1/campaigns", Some(&new)).await.header("location").to_owned();
    let cancelled = who.send("POST", &format!("{campaign}/cancel"), None).await;
    assert_eq!(
        (cancelled.status, &cancelled.body["state"]),
        (200, &json!("cancelled")),
        "{}",
        cancelled.body
    );
    assert_eq!(cancelled.header("etag"), "\"v2\"");
    for step in ["submit", "activate"] {
        let (status, no) = who.post(&format!("{campaign}/{step}"), &Value::Null).await;
        assert!(status == 409 || status == 403, "{step}: {no}");
    }
    assert_eq!(who.get(&campaign).await.1["state"], "cancelled");
    let deeds = at.house.deeds(id_of(&campaign)).await;
    assert_eq!(deeds, ["campaign.created", "campaign.cancelled"]);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_takes_other_targets_days_and_teams() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let rounds = format!("/v1/campaigns/{}/rounds", at.campaign);
    let new = json!({ "purpose": "first", "name": "Đợt 1", "targets": [at.commune], "teams": [] });
    let (_, made) = who.post(&rounds, &new).await;
    let id = made["id"].as_str().expect("an id");
    let round = format!("{rounds}/{id}");
    let change = async |version: &str, starts_on: &str, ends_on: &str| {
        let wish = json!({ "name": "Đợt 1, dời vì bão", "starts_on": starts_on, "ends_on": ends_on,
            "targets": [at.commune, at.other_commune], "teams": [at.team] });
        who.answer(who.request("PUT", &round).header("if-match", version).json(&wish)).await
    };
    let backwards = change("\"v1\"", "2034-10-09", "2034-10-01").await;
    assert_eq!(
        (backwards.status, &backwards.body["errors"][0]["pointer"]),
        (422, &json!("/ends_on")),
        "{}",
        backwards.body
    );
    let changed = change("\"v1\"", "2034-10-01", "2034-10-09").await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"v2\""), "{}", changed.body);
    let listed = who.get(&rounds).await.1["items"][0].clone();
    let told = |field: &str| &listed[field];
    assert_eq!((told("name"), told("version")), (&json!("Đợt 1, dời vì bão"), &json!(2)));
    assert_eq!((told("starts_on"), told("ends_on")), (&json!("2034-10-01"), &json!("2034-10-09")));
    assert_eq!(told("targets").as_array().map(Vec::len), Some(2));
    assert_eq!(told("teams"), &json!([at.team]));
    let stale = change("\"v1\"", "2034-10-01", "2034-10-01").await;
    assert_eq!((stale.status, &stale.body["code"]), (412, &json!("version.stale")));
    let deeds = at.house.deeds(id).await;
    assert_eq!(deeds, ["round.created", "round.changed"]);
    at.house.close().await;
}

/// What was seen until then stays, with what a phone without a network still holds of it; nothing new is added.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_broken_off_on_site_with_a_reason_and_keeps_what_it_holds() {
    let at = Inspectorate::open().await;
    let (visit, lead) = (at.visit("planned", 24).await, &at.lead);
    let why = json!({ "reason": "Đoàn được điều động phòng chống bão." });
    let early = at.step(lead, &visit, "abort", why.clone()).await;
    assert_eq!((early.status, &early.body["code"]), (409, &json!("visit.not-on-site")), "{}", early.body);
    at.on_site(&visit).await;
    at.answers_well(&visit, &["A01"]).await;
    let phone = &at.member.visitor;
    let of = id_of(&visit).parse().expect("an id");
    let shots = [1, 2].map(|seed| Shot::of(of, pictures::sharp(seed)).with("item", "A01"));
    for shot in &shots {
        let (status, declared) = phone.put(&shot.path(), &shot.declaration).await;
        assert_eq!(status, 201, "{declared}");
    }
    assert_eq!(phone.answer(shots[0].sending(phone)).await.status, 201);

    let silent = at.step(lead, &visit, "abort", json!({ "reason": " " })).await;
    assert_eq!(
        (silent.status, &silent.body["errors"][0]["pointer"]),
        (422, &json!("/reason")),
        "{}",
        silent.body
    );
    let ended = at.step(lead, &visit, "abort", why.clone()).await;
    assert_eq!((ended.status, &ended.body["state"]), (200, &json!("aborted")), "{}", ended.body);
    let again = at.step(lead, &visit, "abort", json!({ "reason": "Lý do khác." })).await;
    assert_eq!((again.status, &again.body["ended_because"]), (200, &why["reason"]), "the first reason stays");

    let photos = format!("/v1/photos?visit={}", id_of(&visit));
    for (list, kept) in [(format!("{visit}/responses"), 1), (photos.clone(), 1)] {
        let held = lead.visitor.get(&list).await.1;
        assert_eq!(held["items"].as_array().map(Vec::len), Some(kept), "{list}: {held}");
    }
    assert_eq!(phone.answer(shots[1].sending(phone)).await.status, 201);
    let seen = lead.visitor.get(&photos).await.1;
    let mut late: Vec<_> =
        seen["items"].as_array().expect("photos").iter().map(|it| &it["received"]["late"]).collect();
    late.sort_by_key(|late| late.as_bool());
    assert_eq!(late, [&json!(false), &json!(true)]);
    let after = Shot::of(of, pictures::sharp(3)).with("item", "A01");
    let (status, no) = phone.put(&after.path(), &after.declaration).await;
    assert_eq!((status, &no["code"]), (409, &json!("photo.visit-not-open")));
    let told = at.house.deeds(id_of(&visit)).await;
    assert_eq!(told.iter().filter(|deed| *deed == "visit.aborted").count(), 1, "{told:?}");
    at.house.work().await;
    at.house.close().await;
}
