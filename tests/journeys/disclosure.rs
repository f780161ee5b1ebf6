//! How a secret ends: by check-in or by an act of the lead; and how sight of it ends for whoever is taken off.

use crate::harness::{Holder, Inspectorate, id_of};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

fn why() -> Value {
    json!({ "reason": "Đơn vị đã biết trước kế hoạch." })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lead_alone_discloses_a_sealed_visit_before_check_in() {
    let at = Inspectorate::open().await;
    let sealed = at.visit("surprise", 30).await;
    let created_at = at.lead.visitor.get(&sealed).await.1["created_at"].clone();
    for (who, status) in [(&at.scheduler, 403), (&at.member, 404), (&at.authority, 404), (&at.head, 404)] {
        assert_eq!(at.step(who, &sealed, "disclose", why()).await.status, status);
    }
    let without = at.step(&at.lead, &sealed, "disclose", json!({ "reason": " " })).await;
    assert_eq!((without.status, without.body["code"].as_str()), (422, Some("visit.reason")));
    let early = at.step(&at.scheduler, &sealed, "dispatch", Value::Null).await;
    assert_eq!(early.body["code"], "visit.too-early-to-dispatch");

    let done = at.step(&at.lead, &sealed, "disclose", why()).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!((done.body["state"].as_str(), done.body["sealed"].as_bool()), (Some("planned"), Some(false)));
    assert_eq!(done.body["created_at"], created_at, "with its true time of creation");
    let again = at.step(&at.lead, &sealed, "disclose", why()).await;
    assert_eq!((again.status, &again.body["disclosed_at"]), (200, &done.body["disclosed_at"]));
    for who in [&at.head, &at.reviewer, &at.member, &at.authority] {
        assert_eq!(who.visitor.get(&sealed).await.1["kind"], "surprise");
        assert_eq!(who.visitor.get("/v1/visits").await.1["items"][0]["id"], id_of(&sealed));
    }
    let clearance =
        at.step(&at.scheduler, &sealed, "clearances", json!({ "account": at.authority.account })).await;
    assert_eq!((clearance.status, clearance.body["code"].as_str()), (409, Some("visit.not-sealed")));

    at.on_site(&sealed).await;
    let (_, seen) = at.lead.visitor.get(&sealed).await;
    assert_eq!(seen["disclosed_at"], done.body["disclosed_at"], "check-in discloses nothing anew");
    let deeds = at.house.deeds(id_of(&sealed)).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "visit.disclosed").count(), 1);
    let find = "SELECT details ->> 'reason' FROM custody WHERE deed = 'visit.disclosed'";
    let row = at.house.sql().await.query_one(find, &[]).await.unwrap();
    assert_eq!(row.get::<_, Option<String>>(0).as_deref(), why()["reason"].as_str());
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_secret_and_what_was_called_off_in_secret_is_not_disclosed() {
    let at = Inspectorate::open().await;
    let told = async |visit: &str| {
        let answer = at.step(&at.lead, visit, "disclose", why()).await;
        (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(told(&at.visit("planned", 30).await).await, (409, "visit.not-sealed".to_owned()));
    let off = at.visit("surprise", 40).await;
    assert_eq!(at.step(&at.lead, &off, "cancel", json!({ "reason": "Bão" })).await.status, 200);
    assert_eq!(told(&off).await, (409, "visit.closed".to_owned()));
    assert_eq!(at.head.visitor.get(&off).await.0, 404);

    let open = at.visit("surprise", 10).await;
    assert_eq!(at.step(&at.scheduler, &open, "dispatch", Value::Null).await.status, 200);
    assert_eq!(at.step(&at.lead, &open, "disclose", why()).await.body["state"], "dispatched");
    assert_eq!(at.head.visitor.get(&open).await.0, 200);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_names_photos_only_to_whom_photos_are() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 10).await;
    at.on_site(&visit).await;
    at.held_photo(&visit, "A01").await;
    let named = async |who: &Holder| {
        let (status, body) = who.visitor.get(&format!("{visit}/bundle")).await;
        (status, body["photos"].as_array().map(Vec::len))
    };
    assert_eq!(named(&at.member).await, (200, Some(1)));
    assert_eq!(named(&at.reviewer).await, (200, Some(1)));
    assert_eq!(named(&at.head).await, (200, Some(0)), "photos come to the unit after signing");
    let sign = "UPDATE visits SET minutes = jsonb_build_object('text', '', 'text_sha256', '', 'drafted_by', $1::text,
        'drafted_at', now(), 'signed_at', now(), 'signatures', '[]'::jsonb,
        'figures', '{\"templates\": [], \"answers_sha256\": \"\"}'::jsonb)";
    at.house.sql().await.execute(sign, &[&at.lead.account.to_string()]).await.unwrap();
    assert_eq!(named(&at.head).await, (200, Some(1)));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_seat_role_device_or_account_loses_the_visit_at_the_next_call() {
    let at = Inspectorate::open().await;
    let held = async |name| at.house.holder(name, &[(Role::Member, at.owner, None)]).await;
    let (seat, role) = (held("Mất ghế").await, held("Mất vai").await);
    let (device, account) = (held("Mất máy").await, held("Mất tài khoản").await);
    let root = at.house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let team = format!("/v1/campaigns/{}/teams/{}", at.campaign, at.team);
    let seats = |who: &[&Holder]| {
        let member = |account: Uuid, role: &str| json!({ "account": account, "role": role, "position": "" });
        let lead = member(at.lead.account, "lead");
        let rest = who.iter().map(|who| member(who.account, "member"));
        json!({ "members": std::iter::once(lead).chain(rest).collect::<Vec<_>>() })
    };
    let reseat = async |who: &[&Holder]| {
        let etag = at.scheduler.visitor.send("GET", &team, None).await.header("etag").to_owned();
        let request = at.scheduler.visitor.request("PUT", &format!("{team}/members"));
        let answer = at.scheduler.visitor.answer(request.header("if-match", etag).json(&seats(who))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    reseat(&[&seat, &role, &device, &account]).await;
    let visit = at.visit("surprise", 10).await;
    assert_eq!(at.step(&at.lead, &visit, "dispatch", Value::Null).await.status, 200);
    let sight = async |who: &Holder| {
        let (status, list) = who.visitor.get("/v1/visits").await;
        let campaign = who.visitor.get(&format!("/v1/campaigns/{}", at.campaign)).await.0;
        (who.visitor.get(&visit).await.0, status, list["items"].as_array().map(Vec::len), campaign)
    };
    for who in [&seat, &role, &device, &account] {
        assert_eq!(sight(who).await, (200, 200, Some(1), 200));
    }

    reseat(&[&role, &device, &account]).await;
    assert_eq!(sight(&seat).await, (404, 200, Some(0), 404), "taken off the team");

    let of = format!("/v1/accounts/{}", role.account);
    let grant = root.get(&of).await.1["grants"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(root.send("DELETE", &format!("{of}/grants/{grant}"), None).await.status, 204);
    assert_eq!(sight(&role).await, (404, 200, Some(0), 404), "no role, though a seat");
    let arrived = at.step(&role, &visit, "check-in", json!({ "at": at.house.app.now() })).await;
    assert_eq!(arrived.status, 404);

    let mine = device.visitor.get("/v1/me").await.1["devices"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(device.visitor.send("DELETE", &format!("/v1/me/devices/{mine}"), None).await.status, 204);
    assert_eq!(sight(&device).await, (401, 401, None, 401), "the device ended");

    let disabled = root.send("POST", &format!("/v1/accounts/{}/disable", account.account), None).await;
    assert_eq!(disabled.status, 200, "{}", disabled.body);
    assert_eq!(sight(&account).await, (401, 401, None, 401), "the account is disabled");
    at.house.close().await;
}
