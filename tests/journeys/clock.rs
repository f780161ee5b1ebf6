//! Our time is told so that it can be shown later: when a photo was taken is known whatever a phone's clock was set to.

use super::sync_push::change;
use crate::harness::phone::Phone;
use crate::harness::{House, Scene, Shot, Visitor, pictures};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use fieldproof::domain::key::Purpose;
use fieldproof::flows;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A phone that was told the time: what it counts on from.
struct Told {
    token: String,
    now: Timestamp,
}

async fn told(by: &Visitor) -> Told {
    let answer = by.send("GET", "/v1/time", None).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    let now = answer.body["now"].as_str().expect("a time").parse().expect("a time");
    Told { token: answer.body["token"].as_str().expect("a token").to_owned(), now }
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).expect("a time of ours")
}

/// A time as a device in Vietnam writes it.
fn wall(at: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(7));
    at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

/// A photo of the scene, taken by the wall clock at this time, with what the phone says of its clock.
fn shot(scene: &Scene, seed: u8, captured: Timestamp, clock: Value) -> Shot {
    let shot = Shot::of(scene.visit, pictures::sharp(seed));
    shot.with("captured_at", wall(captured)).with("device_clock", wall(captured)).with("clock", clock)
}

async fn declared(by: &Visitor, shot: &Shot) -> Value {
    let (status, photo) = by.put(&shot.path(), &shot.declaration).await;
    assert_eq!(status, 201, "{photo}");
    photo
}

fn seconds(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn moment(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_is_signed_for_whoever_asks_and_anybody_can_verify_it() {
    let house = House::open().await;
    let scene = house.scene().await;
    let before = house.app.now();
    let (first, second) = (told(&scene.phone).await, told(&scene.phone).await);
    assert_ne!(first.token, second.token, "each has a name of its own");
    assert!(first.now >= after(before, -1) && first.now <= house.app.now());

    let parts: Vec<&str> = first.token.split('.').collect();
    let part = |n: usize| URL_SAFE_NO_PAD.decode(parts[n]).expect("base64url");
    let header: Value = serde_json::from_slice(&part(0)).expect("a header");
    assert_eq!((&header["typ"], &header["alg"]), (&json!("fieldproof-time+jwt"), &json!("EdDSA")));
    let claims: Value = serde_json::from_slice(&part(1)).expect("claims");
    let me = scene.phone.get("/v1/me").await.1;
    assert_eq!((&claims["sub"], &claims["iss"]), (&me["id"], &json!(house.url)));
    let told_ms = format!("{:.0}", seconds(&claims["iat"]) * 1000.0);
    assert_eq!(told_ms, first.now.as_millisecond().to_string(), "{claims}");
    assert_eq!(claims["device"], Value::Null);

    let keys = house.stranger().get("/.well-known/jwks.json").await.1;
    let keys = keys["keys"].as_array().expect("keys").iter();
    let key = keys.into_iter().find(|key| key["kid"] == header["kid"]).expect("it is published");
    let x = URL_SAFE_NO_PAD.decode(key["x"].as_str().expect("x")).expect("base64url");
    let key = VerifyingKey::from_bytes(x.as_slice().try_into().expect("32 bytes")).expect("a key");
    let signature = Signature::from_slice(&part(2)).expect("a signature");
    let signed = format!("{}.{}", parts[0], parts[1]);
    assert!(key.verify_strict(signed.as_bytes(), &signature).is_ok());

    // It is no access token, and without one nobody is told.
    assert_eq!(house.bearer(&first.token).get("/v1/me").await.0, 401);
    assert_eq!(house.stranger().get("/v1/time").await.0, 401);
    // A phone that was let in is named.
    let phone = Phone::new();
    let account = me["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let device = phone.let_in(&house, (scene.owner, &scene.phone), (account, &scene.phone)).await;
    let token = told(&scene.phone).await.token;
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("claims");
    assert_eq!(claims["device"], json!(device));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_phone_is_consistent_and_one_that_is_set_wrong_shows_by_how_much() {
    let house = House::open().await;
    let scene = house.scene().await;
    let told = told(&scene.phone).await;
    house.wait_s(300);
    // Two minutes later by the phone's own counting, and three until there is a line.
    let clock = json!({ "token": told.token, "elapsed_ms": 120_000, "round_trip_ms": 180 });
    let honest = shot(&scene, 1, after(told.now, 121), clock.clone());
    let photo = declared(&scene.phone, &honest).await;
    let of = &photo["clock"];
    assert_eq!(of["verdict"], "consistent", "{photo}");
    assert_eq!((moment(&of["token_at"]), &of["elapsed_ms"]), (told.now, &json!(120_000)));
    assert_eq!((moment(&of["estimated_at"]), &of["round_trip_ms"]), (after(told.now, 120), &json!(180)));
    assert_eq!(of["not_after"], photo["declared_at"], "the token before, the declaration after");
    assert!(moment(&of["token_at"]) < moment(&of["estimated_at"]));
    assert!(moment(&of["estimated_at"]) < moment(&of["not_after"]));
    assert!((seconds(&of["skew_s"]) - 1.0).abs() < 0.01, "{of}");

    // Seven minutes fast: both times stay as they are, and how far they lie apart is told.
    let fast = shot(&scene, 2, after(told.now, 120 + 420), clock);
    let photo = declared(&scene.phone, &fast).await;
    let of = photo["clock"].clone();
    assert_eq!(of["verdict"], "skewed", "{photo}");
    assert!((seconds(&of["skew_s"]) - 420.0).abs() < 0.01, "{of}");
    assert_eq!(moment(&photo["captured_at"]), after(told.now, 540));
    assert_eq!(moment(&of["estimated_at"]), after(told.now, 120));
    // The log keeps it, a repetition changes nothing of it, and whoever reviews is told in words.
    let log = scene.phone.get(&format!("/v1/visits/{}/log", scene.visit)).await.1;
    let line = log["items"].as_array().into_iter().flatten().find(|line| line["object"] == json!(fast.id));
    assert_eq!(line.map(|line| &line["details"]["clock"]["verdict"]), Some(&json!("skewed")), "{log}");
    let again = fast.clone().with("clock", Value::Null);
    assert_eq!(scene.phone.put(&fast.path(), &again.declaration).await.1["clock"], of);

    for shot in [&honest, &fast] {
        assert_eq!(scene.phone.answer(shot.sending(&scene.phone)).await.status, 201);
    }
    house.work().await;
    for (shot, outcome) in [(&honest, "pass"), (&fast, "warn")] {
        let seen = scene.reviewer.get(&shot.path()).await.1;
        let checks = seen["examined"]["checks"].as_array().expect("checks");
        let check = checks.iter().find(|check| check["code"] == "clock").expect("it is a check");
        assert_eq!((&check["outcome"], &check["threshold"]), (&json!(outcome), &json!(300.0)), "{check}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_marked_and_costs_no_photo() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mine = told(&scene.phone).await;
    let theirs = told(&scene.reviewer).await;
    let parts: Vec<&str> = mine.token.split('.').collect();
    for (seed, (token, elapsed_ms, verdict)) in [
        // An hour is counted where seconds went by.
        (mine.token.clone(), 3_600_000, "impossible"),
        (mine.token.clone(), -1, "impossible"),
        (mine.token.clone(), i64::MAX, "impossible"),
        (theirs.token, 0, "unverified"),
        (format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([7; 64])), 0, "unverified"),
        (format!("{}..{}", parts[0], parts[2]), 0, "unverified"),
        (scene.phone.token().expect("a token").to_owned(), 0, "unverified"),
        ("rác".to_owned(), 0, "unverified"),
        ("a".repeat(100_000), 0, "unverified"),
        (String::new(), 0, "unverified"),
    ]
    .into_iter()
    .enumerate()
    {
        let clock = json!({ "token": token, "elapsed_ms": elapsed_ms });
        let seed = u8::try_from(seed).expect("few") + 1;
        let shot = shot(&scene, seed, mine.now, clock);
        let photo = declared(&scene.phone, &shot).await;
        assert_eq!(photo["clock"]["verdict"], verdict, "{photo}");
        let known = verdict == "impossible";
        assert_eq!(photo["clock"]["token_at"].is_string(), known, "{photo}");
        assert_eq!(photo["clock"]["not_after"], photo["declared_at"]);
    }
    // A token that the server has not given yet, by its own clock, is none.
    house.wait_s(300);
    let early = told(&scene.phone).await;
    house.wait_s(-300);
    let clock = json!({ "token": early.token, "elapsed_ms": 0 });
    let photo = declared(&scene.phone, &shot(&scene, 20, mine.now, clock)).await;
    assert_eq!(photo["clock"]["verdict"], "unverified", "{photo}");
    house.close().await;
}

/// A phone may be away for weeks: keys retire meanwhile, and what they signed goes on to hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_retired_key_still_says_when() {
    let house = House::open().await;
    let scene = house.scene().await;
    let told = told(&scene.phone).await;
    for _ in 0..2 {
        flows::keys::rotate(&house.app, Purpose::Notary).await.expect("a key retires");
    }
    let clock = json!({ "token": told.token, "elapsed_ms": 1_000 });
    let photo = declared(&scene.phone, &shot(&scene, 1, told.now, clock)).await;
    assert_eq!(photo["clock"]["verdict"], "consistent", "{photo}");
    assert_eq!(moment(&photo["clock"]["token_at"]), told.now);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_is_part_of_what_a_device_signs_and_of_what_is_pushed() {
    let house = House::open().await;
    let scene = house.scene().await;
    let told = told(&scene.phone).await;
    let phone = Phone::new();
    let me = scene.phone.get("/v1/me").await.1["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let device = phone.let_in(&house, (scene.owner, &scene.phone), (me, &scene.phone)).await;
    let clock = json!({ "token": told.token, "elapsed_ms": 500 });
    let mut taken = shot(&scene, 1, told.now, clock);
    taken.declaration["position"] = Value::Null;
    // Sorted by hand: every value is a text, a whole number or null.
    let mut all = taken.declaration.as_object().expect("an object").clone();
    all.insert("photo".to_owned(), json!(taken.id));
    let mut members: Vec<(&String, String)> =
        all.iter().map(|(name, value)| (name, value.to_string())).collect();
    for (name, text) in &mut members {
        if *name == "clock" {
            *text = format!(r#"{{"elapsed_ms":500,"token":"{}"}}"#, told.token);
        }
    }
    members.sort();
    let members: Vec<String> = members.iter().map(|(name, text)| format!("\"{name}\":{text}")).collect();
    let canonical = format!("{{{}}}", members.join(","));
    let envelope = json!({ "device": device, "alg": phone.alg(), "signature": phone.sign(&canonical) });
    taken.declaration["envelope"] = envelope;
    let pushed = change("declare_photo", json!({ "photo": taken.id }), taken.declaration.clone());
    let (status, told) = scene.phone.post("/v1/sync", &json!({ "changes": [pushed] })).await;
    assert_eq!(status, 200, "{told}");
    let photo = &told["results"][0]["body"];
    assert_eq!(photo["envelope"]["state"], "valid", "{told}");
    assert_eq!(photo["clock"]["verdict"], "consistent", "{told}");
    // Another count under the same signature is another declaration.
    let mut bent = taken.clone();
    bent.id = uuid::Uuid::now_v7();
    bent.declaration["clock"]["elapsed_ms"] = json!(400);
    assert_eq!(declared(&scene.phone, &bent).await["envelope"]["state"], "invalid");
    house.close().await;
}
