//! Phones: a lead shows a code, the phone is let in with a key of its own, and whoever lost it ends it.

use crate::harness::people::role;
use crate::harness::phone::{Phone, code};
use crate::harness::{House, Inspectorate};
use fieldproof::domain::actor::Role;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_lets_a_phone_in_by_a_code_that_holds_once_and_for_ten_minutes() {
    let at = Inspectorate::open().await;
    let wish = json!({ "owner": at.owner, "account": at.member.account });
    let issued = at.lead.visitor.send("POST", "/v1/enrolments", Some(&wish)).await;
    assert_eq!((issued.status, issued.header("cache-control")), (201, "no-store"), "{}", issued.body);
    let secret = issued.body["code"].as_str().expect("a code").to_owned();
    assert!(secret.len() >= 43, "256 bits");
    assert_eq!(issued.body["url"], json!(format!("{}/enrol#code={secret}", at.house.url)));
    let svg = issued.body["qr_svg"].as_str().expect("a picture");
    assert!(svg.contains("<svg") && !svg.contains("script") && !svg.contains(&secret), "{svg}");

    // A camera that is not our app gets to a page that says what to do.
    let page = at.house.stranger().answer(at.house.stranger().request("GET", "/enrol")).await;
    let page = (page.status, String::from_utf8_lossy(&page.bytes).into_owned());
    assert!(page.0 == 200 && page.1.contains("quét mã này trong ứng dụng"), "{page:?}");

    let phone = Phone::with_p256();
    let (account, member) = (at.member.account, &at.member.visitor);
    let first = phone.enrol(&at.house, (account, member), &secret).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let device = first.header("location").to_owned();
    assert_eq!(first.body["key_id"], json!(phone.key_id()));
    assert_eq!((&first.body["alg"], &first.body["account"]), (&json!("ES256"), &json!(account)));
    // The answer was lost: the same request is answered alike.
    let again = phone.enrol(&at.house, (account, member), &secret).await;
    assert_eq!((again.status, &again.body["id"]), (200, &first.body["id"]), "{}", again.body);
    // Through another sign-in of the same person it would be a replay.
    let elsewhere = at.house.signed_in_anew(account).await;
    let replayed = phone.enrol(&at.house, (account, &elsewhere), &secret).await;
    assert_eq!(replayed.body["code"], "enrolment.worthless", "{}", replayed.body);
    // And nobody gets a second device out of one code.
    let second = Phone::new().enrol(&at.house, (account, member), &secret).await;
    assert_eq!((second.status, &second.body["code"]), (422, &json!("enrolment.worthless")));

    let (status, mine) = member.get("/v1/devices").await;
    assert_eq!((status, mine["items"].as_array().map(Vec::len)), (200, Some(1)), "{mine}");
    let of_owner = format!("/v1/devices?owner={}", at.owner);
    assert_eq!(at.lead.visitor.get(&of_owner).await.1["items"][0]["id"], first.body["id"]);
    assert_eq!(at.reviewer.visitor.get(&of_owner).await.0, 403);
    assert_eq!(at.lead.visitor.get("/v1/devices").await.1["items"], json!([]), "one's own alone");
    let of_lead = format!("{of_owner}&account={}", at.lead.account);
    assert_eq!(at.scheduler.visitor.get(&of_lead).await.1["items"], json!([]));
    assert_eq!((at.lead.visitor.get(&device).await.0, at.reviewer.visitor.get(&device).await.0), (200, 404));
    assert_eq!(at.house.deeds(first.body["id"].as_str().expect("an id")).await, ["device.enrolled"]);
    let kept = "SELECT count(*) FROM enrolments e WHERE e::text LIKE '%' || $1 || '%'";
    let row = at.house.sql().await.query_one(kept, &[&secret]).await.expect("a count");
    assert_eq!(row.get::<_, i64>(0), 0, "the code is kept nowhere but as its hash");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_wrong_over_replaced_or_somebody_else_s_is_answered_alike() {
    let at = Inspectorate::open().await;
    let (account, member) = (at.member.account, &at.member.visitor);
    let issue = async || code(&at.lead.visitor, at.owner, account).await;
    let phone = Phone::new();
    let refused = async |who: (Uuid, &crate::harness::Visitor), code: &str| {
        let mut answer = phone.enrol(&at.house, who, code).await;
        answer.body["instance"] = Value::Null;
        (answer.status, answer.body)
    };
    let replaced = issue().await;
    let late = issue().await;
    let wrong = refused((account, member), "no code of ours").await;
    assert_eq!((wrong.0, wrong.1["code"].as_str()), (422, Some("enrolment.worthless")), "{}", wrong.1);
    assert_eq!(refused((account, member), &replaced).await, wrong, "replaced");
    let foreign = (at.clerk.account, &at.clerk.visitor);
    assert_eq!(refused(foreign, &late).await, wrong, "for somebody else");
    at.house.wait_s(601);
    let member = &at.house.signed_in_anew(account).await;
    assert_eq!(refused((account, member), &late).await, wrong, "over");
    let lead = at.house.signed_in_anew(at.lead.account).await;
    let code = code(&lead, at.owner, account).await;
    let gone = format!("UPDATE grants SET revoked_at = now() WHERE account_id = '{account}'");
    at.house.sql().await.execute(&gone, &[]).await.expect("a role is taken");
    assert_eq!(refused((account, member), &code).await, wrong, "of the owner no more");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_proves_that_it_holds_the_key_for_this_code_person_and_place() {
    let at = Inspectorate::open().await;
    let (account, member) = (at.member.account, &at.member.visitor);
    let secret = code(&at.lead.visitor, at.owner, account).await;
    let phone = Phone::new();
    let good = phone.request(&at.house, account, &secret);
    let another = phone.request(&at.house, account, "another code");
    let as_somebody = phone.request(&at.house, at.clerk.account, &secret);
    let other_key = Phone::new().request(&at.house, account, &secret);
    for (what, proof) in [
        ("another code's", another["proof"].clone()),
        ("another person's", as_somebody["proof"].clone()),
        ("another key's", other_key["proof"].clone()),
        ("no signature", json!("AAAA")),
    ] {
        let mut said = good.clone();
        said["proof"] = proof;
        let (status, no) = member.post("/v1/devices", &said).await;
        assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("device.proof-wrong")), "{what}: {no}");
    }
    let mut said = good.clone();
    said["key"]["d"] = json!("the private half");
    let (status, no) = member.post("/v1/devices", &said).await;
    assert_eq!((status, &no["errors"][0]["pointer"]), (422, &json!("/key/d")), "a private key is not taken");
    assert!(!no.to_string().contains("the private half"));
    said = good.clone();
    said["key"]["x"] = json!("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let (_, no) = member.post("/v1/devices", &said).await;
    assert_eq!(no["errors"][0]["code"], "device.key-unusable", "the neutral point signs anything: {no}");
    // None of it used the code up.
    assert_eq!(member.post("/v1/devices", &good).await.0, 201);

    // A key is one device's: nobody else registers it, and a lead's code for somebody without a role is none.
    let theirs = code(&at.lead.visitor, at.owner, at.clerk.account).await;
    let taken = phone.enrol(&at.house, (at.clerk.account, &at.clerk.visitor), &theirs).await;
    assert_eq!((taken.status, &taken.body["code"]), (409, &json!("device.key-taken")), "{}", taken.body);
    let own = Phone::new().enrol(&at.house, (at.clerk.account, &at.clerk.visitor), &theirs).await;
    assert_eq!(own.status, 201, "{}", own.body);
    let stranger = at.house.holder("Người ngoài", &[]).await;
    let wish = json!({ "owner": at.owner, "account": stranger.account });
    let (status, no) = at.lead.visitor.post("/v1/enrolments", &wish).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("enrolment.account-unknown")), "{no}");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_shown_by_many_phones_at_once_lets_one_in() {
    let at = Inspectorate::open().await;
    let (account, member) = (at.member.account, &at.member.visitor);
    let secret = code(&at.lead.visitor, at.owner, account).await;
    let phones: Vec<Phone> = (0..8).map(|_| Phone::new()).collect();
    let asked = phones.iter().map(|phone| phone.enrol(&at.house, (account, member), &secret));
    let mut statuses: Vec<u16> =
        futures::future::join_all(asked).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![422; 7]].concat());
    let phone = Phone::new();
    let secret = code(&at.lead.visitor, at.owner, account).await;
    let asked = (0..8).map(|_| phone.enrol(&at.house, (account, member), &secret));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.body["id"] == answers[0].body["id"]));
    at.house.close().await;
}

/// R34: what speaks for a revoked device is over with the next request, its renewal too.
#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_device_ends_its_sign_in_and_no_other() {
    let house = House::open().await;
    let owner = house.owner("tuyen-quang").await;
    let lead = house.person("truong-doan", &[role(Role::TeamLead, owner)]).await;
    let account = house.account("binh", &[role(Role::Member, owner)]).await.0;
    let lost = house.sign_in("binh").await;
    let other = house.sign_in("binh").await;
    let on_lost = house.bearer(&lost.access);
    let phone = Phone::new();
    let id = phone.let_in(&house, (owner.0, &lead), (account, &on_lost)).await;
    let renewed = house.refresh(&lost.refresh).await;
    assert_eq!(renewed.status, 200);
    let (access, refresh) = ["access_token", "refresh_token"]
        .map(|name| renewed.body[name].as_str().unwrap_or_default().to_owned())
        .into();
    assert_eq!(house.bearer(&access).get("/v1/me").await.0, 200);

    let device = format!("/v1/devices/{id}");
    let no = lead.post(&format!("{device}/revoke"), &json!({ "reason": " " })).await;
    assert_eq!((no.0, &no.1["errors"][0]["pointer"]), (422, &json!("/reason")));
    let reason = json!({ "reason": "Mất máy trên đường về" });
    let (status, revoked) = lead.post(&format!("{device}/revoke"), &reason).await;
    assert_eq!((status, &revoked["revoked"]["reason"]), (200, &reason["reason"]), "{revoked}");
    for token in [&lost.access, &access] {
        assert_eq!(house.bearer(token).get("/v1/me").await.0, 401);
    }
    assert_eq!(house.refresh(&refresh).await.status, 400);
    assert_eq!(house.bearer(&other.access).get("/v1/me").await.0, 200, "another sign-in goes on");
    let again = lead.post(&format!("{device}/revoke"), &json!({ "reason": "Lại" })).await;
    assert_eq!((again.0, &again.1["revoked"]), (200, &revoked["revoked"]), "the first reason stands");
    assert_eq!(house.deeds(&id.to_string()).await, ["device.enrolled", "device.revoked"]);

    // Its key is no device's any more; the phone makes another.
    let anew = house.bearer(&house.sign_in("binh").await.access);
    let secret = code(&lead, owner.0, account).await;
    let refused = phone.enrol(&house, (account, &anew), &secret).await;
    assert_eq!(refused.body["code"], "device.key-taken", "{}", refused.body);
    assert_eq!(Phone::new().enrol(&house, (account, &anew), &secret).await.status, 201);
    house.close().await;
}

/// A phone that signed in anew is let in with the key it has, stays the same device, and its new sign-in ends with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_signs_in_anew_stays_the_device_it_was() {
    let at = Inspectorate::open().await;
    let account = at.member.account;
    let phone = Phone::new();
    let by = (at.owner, &at.lead.visitor);
    let first = phone.let_in(&at.house, by, (account, &at.member.visitor)).await;
    let anew = at.house.signed_in_anew(account).await;
    let again = phone.let_in(&at.house, by, (account, &anew)).await;
    assert_eq!(first, again);
    assert_eq!(at.member.visitor.get("/v1/devices").await.1["items"].as_array().map(Vec::len), Some(1));
    // Its own person may end it, too.
    let gone = json!({ "reason": "Trả máy cho cơ quan" });
    assert_eq!(anew.post(&format!("/v1/devices/{first}/revoke"), &gone).await.0, 200);
    assert_eq!((anew.get("/v1/me").await.0, at.member.visitor.get("/v1/me").await.0), (401, 401));
    assert_eq!(at.house.deeds(&first.to_string()).await.len(), 3);
    at.house.close().await;
}
