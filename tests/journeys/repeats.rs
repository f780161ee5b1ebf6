//! Requests that come again, and bodies that hardly come at all.

use crate::harness::people::PASSWORD;
use crate::harness::phone::Phone;
use crate::harness::{House, Inspectorate, Shot, Visitor, pictures};
use fieldproof::domain::actor::Role;
use fieldproof::flows::replays::forget_expired;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn keyed(visitor: &Visitor, key: &str, body: &Value) -> reqwest::RequestBuilder {
    visitor.request("POST", "/v1/owners").header("Idempotency-Key", key).json(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_times_the_same_post_makes_one_owner() {
    let house = House::open().await;
    let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let new = json!({ "code": "nong-son", "name": "UBND huyện Nông Sơn" });

    let sent = (0..50).map(|_| admin.answer(keyed(&admin, "key-1", &new)));
    let answers = futures::future::join_all(sent).await;

    assert!(answers.iter().all(|a| a.status == 201), "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|a| a.bytes == answers[0].bytes && a.header("location") == answers[0].header("location"))
    );
    let replayed = answers.iter().filter(|a| a.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 49);
    let sql = house.sql().await;
    let count = |query: &'static str| {
        let sql = &sql;
        async move { sql.query_one(query, &[]).await.expect("a count").get::<_, i64>(0) }
    };
    assert_eq!(count("SELECT count(*) FROM owners WHERE code = 'nong-son'").await, 1);
    assert_eq!(count("SELECT count(*) FROM custody WHERE object_kind = 'owner'").await, 1);
    assert_eq!(count("SELECT count(*) FROM replays WHERE committed AND status = 201").await, 1);

    let other = admin
        .answer(keyed(&admin, "key-1", &json!({ "code": "hiep-duc", "name": "UBND huyện Hiệp Đức" })))
        .await;
    assert_eq!((other.status, other.body["code"].as_str()), (422, Some("idempotency.other-request")));
    let odd = admin.answer(keyed(&admin, &"k".repeat(256), &new)).await;
    assert_eq!((odd.status, odd.body["code"].as_str()), (422, Some("idempotency.bad-key")));
    // What was refused took no effect: the same again is looked at anew.
    let taken = admin.answer(keyed(&admin, "key-2", &new)).await;
    let again = admin.answer(keyed(&admin, "key-2", &new)).await;
    assert_eq!((taken.status, again.status, again.header("idempotency-replayed")), (409, 409, ""));
    house.close().await;
}

/// Once it is changed, the old one that stands in the repeats is wrong: they get the first one's answer instead.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_times_the_same_new_password_changes_it_once() {
    let house = House::open().await;
    let lan = house.account("lan", &[]).await;
    let me = house.bearer(&house.sign_in("lan").await.access);
    let change = json!({ "current_password": PASSWORD, "new_password": "nắng lên sau rặng tre" });
    let one = || {
        let request = me.request("POST", "/v1/me/password").header("Idempotency-Key", "new-password");
        me.answer(request.json(&change))
    };
    let answers = futures::future::join_all((0..50).map(|_| one())).await;
    // Whoever waited longer than five seconds, or found no connection in time, is asked to come again, and is told the same then.
    for answer in &answers {
        match answer.status {
            503 => {}
            409 => assert_eq!(answer.body["code"], "idempotency.in-progress"),
            status => assert_eq!(status, 204, "{}", answer.body),
        }
        if answer.status != 204 {
            assert_eq!(one().await.status, 204);
        }
    }
    assert_eq!(
        house.deeds(&lan.to_string()).await.iter().filter(|deed| deed.contains("password")).count(),
        1
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_for_the_moment_succeeds_later_under_the_same_key() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 72).await;
    let dispatch = || {
        let who = &at.scheduler.visitor;
        who.answer(who.request("POST", &format!("{visit}/dispatch")).header("Idempotency-Key", "dispatch-1"))
    };
    let early = dispatch().await;
    assert_eq!((early.status, early.body["client_action"].as_str()), (409, Some("retry")), "{}", early.body);
    let sooner = "UPDATE visits SET planned_start = planned_start - interval '68 hours'";
    at.house.sql().await.execute(sooner, &[]).await.expect("the day comes nearer");
    let later = dispatch().await;
    assert_eq!(later.status, 200, "{}", later.body);
    assert_eq!(dispatch().await.header("idempotency-replayed"), "true");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_a_wrong_password_is_no_effect_of_the_request() {
    let house = House::open().await;
    let lan = house.person("lan", &[]).await;
    let change = |old: &str| json!({ "current_password": old, "new_password": "nắng lên sau rặng tre" });
    let send = |old: &str| {
        let request = lan.request("POST", "/v1/me/password").header("Idempotency-Key", "change-1");
        lan.answer(request.json(&change(old)))
    };
    assert_eq!(send("not this one").await.status, 422);
    let kept = "SELECT count(*) FROM replays";
    assert_eq!(house.sql().await.query_one(kept, &[]).await.expect("a count").get::<_, i64>(0), 0);
    assert_eq!(send(PASSWORD).await.status, 204, "the key is free for the right one");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_lives_as_long_as_its_campaign_and_thirty_days_at_least() {
    const MONTH_S: i64 = 31 * 24 * 3600;
    let house = House::open().await;
    let scene = house.scene().await;
    let admin = house.officer("Quản trị", &[(Role::Administrator, None)]).await.visitor;
    let why = json!({ "reason": "Không xem xét trong lượt này." });
    let left = format!("/v1/visits/{}/leave-unanswered", scene.visit);
    assert_eq!(scene.phone.post(&left, &why).await.0, 200);
    let close = format!("/v1/visits/{}/close-recording", scene.visit);
    let closed = scene.phone.request("POST", &close).header("Idempotency-Key", "of-a-visit");
    assert_eq!(scene.phone.answer(closed).await.status, 200);
    let made = keyed(&admin, "of-no-campaign", &json!({ "code": "nong-son", "name": "UBND huyện Nông Sơn" }));
    assert_eq!(admin.answer(made).await.status, 201);

    let sql = house.sql().await;
    let kept = || async {
        let rows = sql.query("SELECT key FROM replays ORDER BY key", &[]).await.expect("keys");
        rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>()
    };
    let tied = "SELECT campaign_id::text FROM replays WHERE key = 'of-a-visit'";
    let tied: String = sql.query_one(tied, &[]).await.expect("a row").get(0);
    assert_eq!(tied, scene.campaign.to_string());
    forget_expired(&house.app).await.expect("a sweep");
    assert_eq!(kept().await, ["of-a-visit", "of-no-campaign"]);
    house.wait_s(MONTH_S);
    forget_expired(&house.app).await.expect("a sweep");
    assert_eq!(kept().await, ["of-a-visit"], "its campaign is still open");
    sql.execute("UPDATE campaigns SET state = 'closed'", &[]).await.expect("it is closed");
    forget_expired(&house.app).await.expect("a sweep");
    assert!(kept().await.is_empty());
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_not_given_again_to_whoever_lost_the_right() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    let who = &at.scheduler.visitor;
    let begin = json!({ "owner": at.owner, "kind": "civil_service", "title": "Kiểm tra công vụ năm 2026",
        "topics": ["Thực thi công vụ"] });
    let send = || {
        let request = who.request("POST", "/v1/campaigns").header("Idempotency-Key", "campaign-1");
        who.answer(request.json(&begin))
    };
    let first = send().await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(send().await.header("idempotency-replayed"), "true");

    let role = |change: &str| {
        let scheduler = at.scheduler.account;
        format!("UPDATE grants SET {change} WHERE account_id = '{scheduler}' AND role = 'scheduler'")
    };
    sql.batch_execute(&role("revoked_at = now()")).await.expect("the role is taken");
    let after = send().await;
    assert_eq!((after.status, after.body["code"].as_str()), (403, Some("idempotency.right-lost")));
    assert_eq!(after.header("idempotency-replayed"), "");
    assert!(!after.body.to_string().contains(first.body["id"].as_str().expect("an id")));
    sql.batch_execute(&role("revoked_at = NULL")).await.expect("the role is given back");
    let again = send().await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.bytes, first.bytes);
    let made = "SELECT count(*) FROM campaigns WHERE title = 'Kiểm tra công vụ năm 2026'";
    assert_eq!(sql.query_one(made, &[]).await.expect("a count").get::<_, i64>(0), 1);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_a_visit_is_for_its_team_of_today() {
    let at = Inspectorate::open().await;
    let sql = at.house.sql().await;
    let visit = at.visit("surprise", 4).await;
    let dispatch = |who: &'static str| {
        let visitor = if who == "lead" { &at.lead.visitor } else { &at.scheduler.visitor };
        let request = visitor.request("POST", &format!("{visit}/dispatch"));
        visitor.answer(request.header("Idempotency-Key", "dispatch-1"))
    };
    let first = dispatch("lead").await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(dispatch("lead").await.bytes, first.bytes);

    let seat =
        |change: &str| format!("UPDATE team_members SET {change} WHERE account_id = '{}'", at.lead.account);
    sql.batch_execute(&seat("removed_at = now()")).await.expect("somebody leaves the team");
    let after = dispatch("lead").await;
    assert_eq!(
        (after.status, after.body["code"].as_str()),
        (404, Some("not-found")),
        "as if it were not there"
    );
    assert_eq!(after.header("idempotency-replayed"), "");
    sql.batch_execute(&seat("removed_at = NULL")).await.expect("and comes back");
    let again = dispatch("lead").await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_stands_still_is_told_so_and_let_go() {
    let settings = [("FIELDPROOF_MIN_BODY_WINDOW_S", "1"), ("FIELDPROOF_MIN_BODY_RATE", "100000")];
    let house = House::open_with(&settings).await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(7));
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
    let first = shot.bytes[..10].to_vec();
    let body = futures::stream::unfold(0, move |n| {
        let piece = first.clone();
        async move {
            if n > 0 {
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
            Some((Ok::<_, std::io::Error>(piece), n + 1))
        }
    });
    let begun = Instant::now();
    let request = shot
        .sending(&scene.phone)
        .header("content-length", shot.bytes.len())
        .body(reqwest::Body::wrap_stream(body));
    let answer = scene.phone.answer(request).await;

    assert_eq!((answer.status, answer.body["code"].as_str()), (408, Some("body.too-slow")), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "let go after {:?}", begun.elapsed());
    assert_eq!(shot.send(&scene.phone).await.status, 201, "the photo can be sent again at once");
    house.end().await;
}

/// A code that lets a phone in, an invitation, a link to a new password: no cache keeps them, however often they are told.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_kept_from_caches_as_the_first_was() {
    let at = Inspectorate::open().await;
    let wish = json!({ "owner": at.owner, "account": at.member.account });
    let ask =
        || at.lead.visitor.request("POST", "/v1/enrolments").header("Idempotency-Key", "mo-may").json(&wish);
    let (first, again) = (at.lead.visitor.answer(ask()).await, at.lead.visitor.answer(ask()).await);
    assert_eq!((first.status, again.status, first.bytes == again.bytes), (201, 201, true));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((first.header("cache-control"), again.header("cache-control")), ("no-store", "no-store"));

    // The key is used up, whatever else is asked under it and whoever may do that.
    let other = json!({ "owner": at.owner, "kind": "civil_service", "title": "Kiểm tra" });
    let campaign =
        at.lead.visitor.request("POST", "/v1/campaigns").header("Idempotency-Key", "mo-may").json(&other);
    let no = at.lead.visitor.answer(campaign).await;
    assert_eq!((no.status, &no.body["code"]), (422, &json!("idempotency.other-request")), "{}", no.body);
    assert_eq!(no.body["client_action"], "fix");

    // A device is tied to the sign-in that asks: another one is told nothing that was kept.
    let (phone, code) = (Phone::new(), first.body["code"].as_str().expect("a code").to_owned());
    let body = phone.request(&at.house, at.member.account, &code);
    let enrol =
        |who: &Visitor| who.request("POST", "/v1/devices").header("Idempotency-Key", "may-moi").json(&body);
    assert_eq!(at.member.visitor.answer(enrol(&at.member.visitor)).await.status, 201);
    let elsewhere = at.house.signed_in_anew(at.member.account).await;
    let no = elsewhere.answer(enrol(&elsewhere)).await;
    assert_eq!((no.status, &no.body["code"]), (422, &json!("enrolment.worthless")), "{}", no.body);
    at.house.close().await;
}
