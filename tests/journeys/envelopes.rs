//! Capture envelopes: what a phone signs is verified, kept and shown; what it can't sign well is kept all the same.

use crate::harness::phone::Phone;
use crate::harness::{House, Scene, Shot, Visitor, pictures};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use uuid::Uuid;

/// What the script says of an envelope: whether it ended well, and its words.
fn verified(document: &Value) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify-envelope");
    let mut run = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    run.stdin
        .take()
        .expect("a pipe")
        .write_all(document.to_string().as_bytes())
        .expect("the document is read");
    let done = run.wait_with_output().expect("the script ends");
    let words = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&words).into_owned())
}

/// The lead of the scene: her account, and a phone of hers that was let in.
async fn with_phone(house: &House, scene: &Scene, phone: &Phone) -> (Uuid, Uuid) {
    let me = scene.phone.get("/v1/me").await.1["id"].as_str().expect("an id").parse().expect("an id");
    let device = phone.let_in(house, (scene.owner, &scene.phone), (me, &scene.phone)).await;
    (me, device)
}

/// A declaration in just these words, with an envelope over its canonical form, which is written here by hand.
fn enveloped(words: &str, canonical: &str, (device, phone): (Uuid, &Phone)) -> String {
    let envelope = json!({ "device": device, "alg": phone.alg(), "signature": phone.sign(canonical) });
    format!(r#"{{"envelope":{envelope},{}"#, &words[1..])
}

fn sorted(value: &Value) -> String {
    match value {
        Value::Object(all) => {
            let mut names: Vec<&String> = all.keys().collect();
            names.sort();
            let parts = names.iter().map(|name| format!("{}:{}", json!(name), sorted(&all[*name])));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => {
            format!("{:.0}", number.as_f64().unwrap_or_default())
        }
        other => other.to_string(),
    }
}

/// The declaration of a shot, whose members are sorted by their names already as `serde_json` keeps them in a map of
/// texts and short numbers.
fn canonical(shot: &Shot) -> String {
    let mut all = shot.declaration.as_object().expect("an object").clone();
    all.insert("photo".to_owned(), json!(shot.id));
    sorted(&Value::Object(all))
}

async fn declare(by: &Visitor, shot: &Shot, envelope: Value) -> (u16, Value) {
    let mut said = shot.declaration.clone();
    said["envelope"] = envelope;
    by.put(&format!("/v1/photos/{}", shot.id), &said).await
}

async fn send(by: &Visitor, shot: &Shot) -> u16 {
    by.answer(shot.sending(by)).await.status
}

fn sha256(shot: &Shot) -> String {
    shot.declaration["sha256"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_declaration_is_verified_kept_shown_and_verifies_without_us() {
    let house = House::open().await;
    let scene = house.scene().await;
    for (n, phone) in [Phone::new(), Phone::with_p256()].iter().enumerate() {
        let (_, device) = with_phone(&house, &scene, phone).await;
        let shot = Shot::of(scene.visit, pictures::sharp(u8::try_from(n).expect("small")));
        let signature = phone.sign(&canonical(&shot));
        let envelope = json!({ "device": device, "alg": phone.alg(), "signature": signature });
        let (status, photo) = declare(&scene.phone, &shot, envelope).await;
        assert_eq!((status, &photo["envelope"]["state"]), (201, &json!("valid")), "{photo}");
        assert_eq!(photo["envelope"]["key_id"], json!(phone.key_id()));
        assert_eq!(send(&scene.phone, &shot).await, 201);

        // What a reviewer reads, and what is kept of it, verifies with the key alone.
        let read = scene.reviewer.get(&format!("/v1/photos/{}", shot.id)).await.1;
        assert_eq!(read["envelope"], photo["envelope"]);
        let path = format!("/v1/photos/{}/envelope", shot.id);
        let (status, opened) = scene.reviewer.get(&path).await;
        assert_eq!((status, &opened["signed"]), (200, &json!(canonical(&shot))), "{opened}");
        assert_eq!((&opened["key"], &opened["signature"]), (&phone.jwk(), &json!(signature)));
        assert_eq!(scene.outsider.get(&path).await.0, 404);
        let (holds, words) = verified(&opened);
        assert!(holds && words.contains("Bảng niêm yết"), "{words}");
        let other = Phone::new();
        for (field, value) in [
            ("signed", json!(canonical(&shot).replace("camera", "gallery"))),
            ("signature", json!(other.sign(&canonical(&shot)))),
            ("key", other.jwk()),
            ("photo", json!(Uuid::now_v7())),
        ] {
            let mut bent = opened.clone();
            bent[field] = value;
            let (holds, words) = verified(&bent);
            assert!(!holds && !words.contains("Traceback"), "{field}: {words}");
        }
        // The log says so, beside the photo's other facts.
        let log = "SELECT details #>> '{envelope,state}', details #>> '{envelope,key_id}' FROM custody
            WHERE deed = 'photo.declared' AND object_id = $1";
        let row = house.sql().await.query_one(log, &[&shot.id.to_string()]).await.expect("a row");
        assert_eq!((row.get::<_, &str>(0), row.get::<_, String>(1)), ("valid", phone.key_id()));
    }
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_envelope_however_wrong_loses_a_photo() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = Phone::new();
    let (_, device) = with_phone(&house, &scene, &phone).await;
    // Somebody else's phone, and its signature.
    let other = Phone::new();
    let member =
        house.holder("Trần Thị Bình", &[(fieldproof::domain::actor::Role::Member, scene.owner, None)]).await;
    let theirs = other.let_in(&house, (scene.owner, &scene.phone), (member.account, &member.visitor)).await;
    let mut seed = 10;
    let mut shot = || {
        seed += 1;
        Shot::of(scene.visit, pictures::sharp(seed))
    };
    let mut last = Uuid::nil();
    for (what, device, alg, by, state) in [
        ("good", device, "EdDSA", Some(&phone), "valid"),
        ("by another key", device, "EdDSA", Some(&other), "invalid"),
        ("said to be of another kind", device, "ES256", Some(&phone), "invalid"),
        ("of an unknown kind", device, "RS256", Some(&phone), "invalid"),
        ("no signature", device, "EdDSA", None, "invalid"),
        ("of nobody's device", Uuid::new_v4(), "EdDSA", Some(&phone), "unknown_device"),
        ("of somebody else's device", theirs, "EdDSA", Some(&other), "unknown_device"),
    ] {
        let shot = shot();
        let signature = by.map_or("không ký được".to_owned(), |phone| phone.sign(&canonical(&shot)));
        let envelope = json!({ "device": device, "alg": alg, "signature": signature });
        let (status, photo) = declare(&scene.phone, &shot, envelope).await;
        assert_eq!((status, &photo["envelope"]["state"]), (201, &json!(state)), "{what}: {photo}");
        assert_eq!(photo["envelope"]["key_id"].is_null(), state == "unknown_device", "{what}");
        assert_eq!(send(&scene.phone, &shot).await, 201, "{what}");
        let opened = scene.reviewer.get(&format!("/v1/photos/{}/envelope", shot.id)).await.1;
        assert_eq!(opened["signature"], json!(signature), "kept as it was sent");
        assert_eq!(verified(&opened).0, state == "valid", "{what}");
        last = shot.id;
    }
    let unsigned = shot();
    let (status, photo) =
        scene.phone.put(&format!("/v1/photos/{}", unsigned.id), &unsigned.declaration).await;
    assert_eq!((status, &photo["envelope"]), (201, &Value::Null));
    assert_eq!(scene.reviewer.get(&format!("/v1/photos/{}/envelope", unsigned.id)).await.0, 404);

    // A reviewer is told among the checks, and a signature that holds is no warning.
    house.work().await;
    let read = scene.reviewer.get(&format!("/v1/photos/{last}")).await.1;
    let check = |photo: &Value| {
        let checks = photo["examined"]["checks"].as_array().cloned().unwrap_or_default();
        checks.into_iter().find(|check| check["code"] == "envelope").map(|check| check["outcome"].clone())
    };
    assert_eq!(check(&read), Some(json!("warn")), "{read}");
    house.close().await;
}

/// What is signed is what was sent: numbers of seventeen digits, decomposed letters, escapes and nulls, in any order.
#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_signed_in_the_words_in_which_it_is_sent() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = Phone::new();
    let (_, device) = with_phone(&house, &scene, &phone).await;
    let shot = Shot::of(scene.visit, pictures::sharp(30));
    let (id, visit, digest, size) = (shot.id, scene.visit, sha256(&shot), shot.bytes.len());
    let words = format!(
        r#"{{ "visit": "{visit}", "subject":"desk", "item": null, "caption": "Ba\u0309ng \/ sô\u0301 1",
        "position": {{ "longitude": 107.96420000000002, "latitude": 15.743100000000002, "accuracy_m": 8.50, "altitude_m": -0.0000015, "source": "gnss" }},
        "sha256": "{digest}", "size_bytes": {size}, "media_type": "image/png", "captured_at": "2026-03-20T08:15:00+07:00",
        "device_clock": "2026-03-20T08:15:20.500+07:00", "origin": "camera" }}"#
    );
    let canonical = format!(
        "{{\"caption\":\"Ba\u{309}ng / sô\u{301} 1\",\"captured_at\":\"2026-03-20T08:15:00+07:00\",\
        \"device_clock\":\"2026-03-20T08:15:20.500+07:00\",\"item\":null,\"media_type\":\"image/png\",\"origin\":\"camera\",\
        \"photo\":\"{id}\",\"position\":{{\"accuracy_m\":8.5,\"altitude_m\":-0.0000015,\"latitude\":15.743100000000002,\
        \"longitude\":107.96420000000002,\"source\":\"gnss\"}},\"sha256\":\"{digest}\",\"size_bytes\":{size},\
        \"subject\":\"desk\",\"visit\":\"{visit}\"}}"
    );
    let said = enveloped(&words, &canonical, (device, &phone));
    let request = scene.phone.request("PUT", &format!("/v1/photos/{id}"));
    let request = request.header("content-type", "application/json").body(said.clone());
    let declared = scene.phone.answer(request).await;
    assert_eq!(
        (declared.status, &declared.body["envelope"]["state"]),
        (201, &json!("valid")),
        "{}",
        declared.body
    );
    let opened = scene.reviewer.get(&format!("/v1/photos/{id}/envelope")).await.1;
    assert_eq!(opened["signed"], json!(canonical));
    assert!(verified(&opened).0, "{}", verified(&opened).1);

    // The same over an upload that declares its photo itself.
    let other = Shot::of(scene.visit, pictures::sharp(31));
    let words = words
        .replace(&digest, &sha256(&other))
        .replace(&format!("\"size_bytes\": {size}"), &format!("\"size_bytes\": {}", other.bytes.len()));
    let canonical = canonical
        .replace(&digest, &sha256(&other))
        .replace(&format!("\"size_bytes\":{size}"), &format!("\"size_bytes\":{}", other.bytes.len()))
        .replace(&id.to_string(), &other.id.to_string());
    let said = enveloped(&words, &canonical, (device, &phone));
    let metadata =
        format!("photo {},declaration {}", STANDARD.encode(other.id.to_string()), STANDARD.encode(&said));
    let request = scene.phone.request("POST", "/v1/uploads").header("tus-resumable", "1.0.0");
    let request = request.header("upload-length", other.bytes.len()).header("upload-metadata", metadata);
    let begun = scene.phone.answer(request).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let read = scene.reviewer.get(&format!("/v1/photos/{}", other.id)).await.1;
    assert_eq!(read["envelope"]["state"], "valid", "{read}");
    house.end().await;
}

/// What counts is when we received it: what came before the revocation stays signed, what comes after is kept and marked.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_signs_nothing_more_and_what_it_signed_stays_signed() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = Phone::new();
    let (me, device) = with_phone(&house, &scene, &phone).await;
    let shot = Shot::of(scene.visit, pictures::sharp(40));
    let envelope =
        |shot: &Shot| json!({ "device": device, "alg": "EdDSA", "signature": phone.sign(&canonical(shot)) });
    assert_eq!(declare(&scene.phone, &shot, envelope(&shot)).await.1["envelope"]["state"], "valid");
    let gone = json!({ "reason": "Mất máy" });
    assert_eq!(scene.phone.post(&format!("/v1/devices/{device}/revoke"), &gone).await.0, 200);
    let late = Shot::of(scene.visit, pictures::sharp(41));
    assert_eq!(declare(&scene.phone, &late, envelope(&late)).await.0, 401, "its own sign-in is over");

    let anew = house.signed_in_anew(me).await;
    let (status, photo) = declare(&anew, &late, envelope(&late)).await;
    assert_eq!((status, &photo["envelope"]["state"]), (201, &json!("revoked_key")), "{photo}");
    assert_eq!(send(&anew, &late).await, 201);
    let forged = Shot::of(scene.visit, pictures::sharp(42));
    let by_another =
        json!({ "device": device, "alg": "EdDSA", "signature": Phone::new().sign(&canonical(&forged)) });
    assert_eq!(declare(&anew, &forged, by_another).await.1["envelope"]["state"], "invalid");

    // The first promise is the one that counts: said again, with whatever envelope, it stays what it was.
    let (status, again) = declare(&anew, &shot, envelope(&shot)).await;
    assert_eq!((status, &again["envelope"]["state"]), (200, &json!("valid")), "{again}");
    let (status, again) = anew.put(&format!("/v1/photos/{}", shot.id), &shot.declaration).await;
    assert_eq!((status, &again["envelope"]["state"]), (200, &json!("valid")), "{again}");
    let opened = scene.reviewer.get(&format!("/v1/photos/{}/envelope", shot.id)).await.1;
    assert!(opened["device_revoked_at"].is_string() && opened["received_at"].is_string(), "{opened}");
    assert!(verified(&opened).0);
    house.end().await;
}
