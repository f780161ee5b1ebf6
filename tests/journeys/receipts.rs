//! Receipts: a phone may delete its copy once its bytes were read again from the store, and never before.

use crate::harness::{House, Scene, Shot, pictures};
use bytes::Bytes;
use fieldproof::domain::ids::{OwnerId, PhotoId};
use fieldproof::domain::key::Purpose;
use fieldproof::domain::photo::Sha256;
use fieldproof::flows;
use fieldproof::flows::fsck::{Options, fsck};
use fieldproof::media::Key;
use serde_json::{Value, json};
use std::process::Command;
use uuid::Uuid;

fn key(scene: &Scene, shot: &Shot) -> Key {
    let sha256 = Sha256::from_hex(shot.declaration["sha256"].as_str().unwrap()).unwrap();
    Key::Original { owner: OwnerId(scene.owner), photo: PhotoId(shot.id), sha256 }
}

/// As a disk that rots: the same name, the same length, other bytes.
async fn rot(house: &House, scene: &Scene, shot: &Shot) {
    let mut bytes = shot.bytes.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    house
        .app
        .media
        .put_bytes(&key(scene, shot), "image/png", Bytes::from(bytes))
        .await
        .expect("written over");
}

async fn receipt(scene: &Scene, shot: &Shot) -> (u16, Value) {
    scene.phone.get(&format!("{}/receipt", shot.path())).await
}

/// What a program says that shares nothing with the server, on a machine without a network.
fn verify(keys: &Value, receipt: &str, copy: &[u8]) -> Result<Value, String> {
    let folder = std::env::temp_dir().join(format!("fieldproof-receipt-{}", Uuid::new_v4().simple()));
    std::fs::create_dir(&folder).unwrap();
    let [jwks, paper, photo] = ["jwks.json", "receipt", "photo"].map(|name| folder.join(name));
    std::fs::write(&jwks, keys.to_string()).unwrap();
    std::fs::write(&paper, receipt).unwrap();
    std::fs::write(&photo, copy).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/check/receipt");
    let said = Command::new("python3").arg(script).args([jwks, paper, photo]).output().expect("python3 runs");
    std::fs::remove_dir_all(&folder).unwrap();
    if said.status.success() {
        return Ok(serde_json::from_slice(&said.stdout).expect("claims"));
    }
    Err(String::from_utf8_lossy(&said.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_given_once_the_bytes_were_read_again_and_is_the_same_ever_after() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(receipt(&scene, &shot).await.0, 404);
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
    let (status, problem) = receipt(&scene, &shot).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("receipt.no-bytes")), "{problem}");
    let sent = shot.send(&scene.phone).await;
    assert_eq!(sent.status, 201);

    let path = format!("{}/receipt", shot.path());
    let pending = scene.phone.send("GET", &path, None).await;
    assert_eq!((pending.status, pending.body["code"].as_str()), (409, Some("receipt.pending")));
    assert_eq!((pending.header("retry-after"), &pending.body["client_action"]), ("2", &json!("retry")));
    house.work().await;

    let (status, given) = receipt(&scene, &shot).await;
    assert_eq!(status, 200, "{given}");
    assert_eq!(given["sha256"], shot.declaration["sha256"]);
    assert_eq!(given["size_bytes"], shot.bytes.len());
    assert_eq!(given["stored_at"], sent.body["received_at"]);
    let sql = house.sql().await;
    let entry = format!(
        "SELECT deed, at = (SELECT verified_at FROM photo_receipts) FROM custody
        WHERE visit_id = '{}' AND visit_number = {}",
        scene.visit, given["log_number"]
    );
    let entry = sql.query_one(&entry, &[]).await.unwrap();
    assert_eq!((entry.get::<_, &str>(0), entry.get::<_, bool>(1)), ("photo.verified", true));
    // A key that signs later changes nothing that was signed before.
    flows::keys::rotate(&house.app, Purpose::Notary).await.expect("another key");
    assert_eq!(receipt(&scene, &shot).await, (200, given.clone()));
    let changed = sql.batch_execute("UPDATE photo_receipts SET receipt = ''").await;
    assert!(changed.is_err(), "a receipt was changed");

    for (who, status) in [(&scene.reviewer, 200), (&scene.outsider, 404), (&house.stranger(), 401)] {
        assert_eq!(who.get(&path).await.0, status);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_verified_offline_by_a_program_that_shares_nothing_with_us() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    let sent = shot.send(&scene.phone).await.body;
    house.work().await;
    let given = receipt(&scene, &shot).await.1;
    flows::keys::rotate(&house.app, Purpose::Notary).await.expect("another key");
    let (_, keys) = house.stranger().get("/.well-known/jwks.json").await;
    let paper = given["receipt"].as_str().unwrap();

    let claims = verify(&keys, paper, &shot.bytes).expect("it verifies");
    for name in ["photo", "visit", "sha256", "size_bytes", "stored_at", "verified_at", "log_number"] {
        assert_eq!(claims[name], given[name], "{name}");
    }
    assert_eq!((&claims["sub"], &claims["iss"]), (&json!(shot.id), &json!(house.url)));

    // Another copy, another paper, another signature, another installation's keys.
    let mut other = shot.bytes.clone();
    other[9] ^= 1;
    assert!(verify(&keys, paper, &other).unwrap_err().contains("another digest"));
    let acknowledgement = sent["acknowledgement"].as_str().unwrap();
    assert!(verify(&keys, acknowledgement, &shot.bytes).unwrap_err().contains("no receipt"));
    let (signed, signature) = paper.rsplit_once('.').unwrap();
    let forged =
        format!("{signed}.{}{}", if signature.starts_with('A') { 'B' } else { 'A' }, &signature[1..]);
    assert!(verify(&keys, &forged, &shot.bytes).is_err());
    assert!(verify(&json!({ "keys": [] }), paper, &shot.bytes).unwrap_err().contains("no such key"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_the_store_lost_get_no_receipt_and_are_sent_again() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shots: Vec<Shot> = (1..=3).map(|seed| Shot::of(scene.visit, pictures::sharp(seed))).collect();
    let mut acknowledged = Vec::new();
    for shot in &shots {
        let sent = shot.send(&scene.phone).await;
        assert_eq!(sent.status, 201);
        acknowledged.push(sent.body);
    }
    let [flipped, gone, resumed] = &shots[..] else { unreachable!() };
    rot(&house, &scene, flipped).await;
    house.app.media.delete(&key(&scene, gone)).await.unwrap();
    rot(&house, &scene, resumed).await;

    house.work().await;

    for shot in &shots {
        let (status, problem) = receipt(&scene, shot).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("receipt.quarantined")), "{problem}");
        assert_eq!(problem["client_action"], "retry");
        let (_, photo) = scene.phone.get(&shot.path()).await;
        assert_eq!(
            (photo["state"].as_str(), photo["examined"]["reason"].as_str()),
            (Some("quarantined"), Some("original-damaged"))
        );
    }
    let receipts = house.sql().await.query("SELECT 1 FROM photo_receipts", &[]).await.unwrap();
    assert_eq!(receipts.len(), 0, "never a receipt without bytes");

    // The phone still has them, and sends them as it did before; over tus, too.
    for shot in [flipped, gone] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    let begun = scene.phone.request("POST", &format!("/v1/uploads?photo={}", resumed.id));
    let begun = begun.header("tus-resumable", "1.0.0").header("upload-length", resumed.bytes.len());
    let begun = scene.phone.answer(begun).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let at = begun.header("location").rsplit('/').next().unwrap().to_owned();
    let append = scene.phone.request("PATCH", &format!("/v1/uploads/{at}"));
    let append = append.header("tus-resumable", "1.0.0").header("upload-offset", "0");
    let append = append.header("content-type", "application/offset+octet-stream").body(resumed.bytes.clone());
    assert_eq!(scene.phone.answer(append).await.status, 204);
    house.work().await;

    for (shot, first) in shots.iter().zip(&acknowledged) {
        let (status, given) = receipt(&scene, shot).await;
        assert_eq!(status, 200, "{given}");
        assert_eq!(given["stored_at"], first["received_at"], "it was received when it was received");
        let again = shot.send(&scene.phone).await;
        assert_eq!((again.status, &again.body["acknowledgement"]), (200, &first["acknowledgement"]));
        let original = scene.phone.send("GET", &format!("{}/original", shot.path()), None).await;
        assert!(original.bytes == shot.bytes);
        assert_eq!(scene.phone.get(&shot.path()).await.1["state"], "ready");
    }
    house.close().await;
}

/// The disk under the store rots before anybody read the bytes again: the store tells no other bytes, and their phones must
/// hear that theirs are wanted, not that the store is away.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_rotted_on_the_disk_of_the_store_are_wanted_again() {
    let house = House::open().await;
    let scene = house.scene().await;
    // One that the store gives in several pieces, and breaks off at its end.
    let large =
        pictures::png(1200, 1200, |x, y| u8::try_from(((x * 7919) ^ (y * 104_729) ^ (x * y)) % 251).unwrap());
    assert!(large.len() > 300_000);
    let shots = [large, pictures::sharp(2), pictures::sharp(3)].map(|bytes| Shot::of(scene.visit, bytes));
    for shot in &shots {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    let [flipped, torn, gone] = shots.each_ref().map(|shot| house.file_of(&key(&scene, shot)));
    let mut bytes = std::fs::read(&flipped).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&flipped, bytes).unwrap();
    std::fs::File::options().write(true).open(&torn).unwrap().set_len(5_000).unwrap();
    std::fs::remove_file(&gone).unwrap();

    house.work().await;

    let ask = json!({"photos": shots.each_ref().map(|shot| json!({"photo": shot.id, "sha256": shot.declaration["sha256"]}))});
    let (status, told) = scene.phone.post("/v1/photos/have", &ask).await;
    assert_eq!(status, 200, "{told}");
    for (shot, line) in shots.iter().zip(told["photos"].as_array().unwrap()) {
        assert_eq!(receipt(&scene, shot).await.1["code"], "receipt.quarantined");
        assert_eq!((&line["state"], &line["wanted"]), (&json!("quarantined"), &json!(true)), "{line}");
    }
    let seen = fsck(&house.app, Options::default()).await.unwrap();
    assert_eq!(seen.missing.len() + seen.damaged.len(), 3, "{seen:?}");

    for shot in &shots {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;
    for shot in &shots {
        assert_eq!(receipt(&scene, shot).await.0, 200);
        assert_eq!(scene.phone.get(&shot.path()).await.1["state"], "ready");
    }
    assert!(fsck(&house.app, Options { deep: true, ..Options::default() }).await.unwrap().is_clean());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_from_before_receipts_get_theirs_when_somebody_asks() {
    let house = House::open().await;
    let scene = house.scene().await;
    let [asked, checked, lost] = [1, 2, 3].map(|seed| Shot::of(scene.visit, pictures::sharp(seed)));
    for shot in [&asked, &checked, &lost] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;
    let before = "ALTER TABLE photo_receipts DISABLE TRIGGER photo_receipts_append_only;
        DELETE FROM photo_receipts; ALTER TABLE photo_receipts ENABLE TRIGGER photo_receipts_append_only";
    house.sql().await.batch_execute(before).await.unwrap();
    rot(&house, &scene, &lost).await;

    assert_eq!(receipt(&scene, &asked).await.1["code"], "receipt.pending");
    assert_eq!(receipt(&scene, &asked).await.1["code"], "receipt.pending");
    let seen = fsck(&house.app, Options { repair: true, deep: false, ..Options::default() }).await.unwrap();
    let mut rest = seen.unverified.clone();
    rest.sort_by_key(|id| id.0);
    assert_eq!((rest, seen.verifications), (vec![PhotoId(checked.id), PhotoId(lost.id)], 2));
    house.work().await;

    for shot in [&asked, &checked] {
        assert_eq!(receipt(&scene, shot).await.0, 200);
        assert_eq!(scene.phone.get(&shot.path()).await.1["state"], "ready");
    }
    assert_eq!(receipt(&scene, &lost).await.1["code"], "receipt.quarantined");
    assert_eq!(lost.send(&scene.phone).await.status, 201);
    house.work().await;
    assert_eq!(receipt(&scene, &lost).await.0, 200);
    house.close().await;
}

/// A process died between the receipt and the examination, and the disk rotted before the next one looked: what was vouched
/// for is not vouched for any more.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_lost_after_their_receipt_have_none_until_they_are_back() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    let (status, given) = receipt(&scene, &shot).await;
    assert_eq!(status, 200, "{given}");

    rot(&house, &scene, &shot).await;
    let undone = "UPDATE photos SET state = 'stored', examined_at = NULL";
    house.sql().await.batch_execute(undone).await.expect("as before the examination");
    fsck(&house.app, Options { repair: true, deep: false, ..Options::default() })
        .await
        .expect("it is promised anew");
    house.work().await;
    let (status, no) = receipt(&scene, &shot).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("receipt.quarantined")), "{no}");
    let asked = json!({ "photos": [{ "photo": shot.id, "sha256": shot.declaration["sha256"] }] });
    let told = scene.phone.post("/v1/photos/have", &asked).await.1["photos"][0].clone();
    assert_eq!((&told["wanted"], &told["receipt"]), (&json!(true), &Value::Null), "{told}");

    // They are back, and nobody has read them again yet.
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    let (status, no) = receipt(&scene, &shot).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("receipt.pending")), "{no}");
    let told = scene.phone.post("/v1/photos/have", &asked).await.1["photos"][0].clone();
    assert_eq!((&told["wanted"], &told["receipt"]), (&json!(false), &Value::Null), "{told}");
    let ledger = format!("/v1/visits/{}/media", scene.visit);
    assert_eq!(scene.phone.get(&ledger).await.1["items"][0]["state"], "stored");
    house.work().await;
    assert_eq!(receipt(&scene, &shot).await, (200, given), "the same receipt, for the same bytes");
    assert_eq!(scene.phone.get(&ledger).await.1["items"][0]["state"], "verified");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_taken_back_before_it_was_read_again_has_its_receipt_all_the_same() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shots: Vec<Shot> = (1..=3).map(|seed| Shot::of(scene.visit, pictures::sharp(seed))).collect();
    let [kept, lost, never_sent] = &shots[..] else { unreachable!() };
    for shot in [kept, lost] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    assert_eq!(scene.phone.put(&never_sent.path(), &never_sent.declaration).await.0, 201);
    for shot in &shots {
        let why = json!({ "reason": "Chụp nhầm." });
        assert_eq!(scene.phone.post(&format!("{}/withdraw", shot.path()), &why).await.0, 200);
    }
    house.app.media.delete(&key(&scene, lost)).await.unwrap();
    let code = async |shot: &Shot| {
        let (status, problem) = receipt(&scene, shot).await;
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(code(kept).await, (409, "receipt.pending".to_owned()), "its phone still holds it");
    assert_eq!(code(never_sent).await, (409, "photo.withdrawn".to_owned()));
    house.work().await;

    let (status, given) = receipt(&scene, kept).await;
    assert_eq!((status, &given["sha256"]), (200, &kept.declaration["sha256"]), "{given}");
    let asked: Vec<Value> =
        shots.iter().map(|shot| json!({ "photo": shot.id, "sha256": shot.declaration["sha256"] })).collect();
    let (_, told) = scene.phone.post("/v1/photos/have", &json!({ "photos": asked })).await;
    let told = told["photos"].as_array().unwrap();
    for (of, receipt) in told.iter().zip([&given["receipt"], &Value::Null, &Value::Null]) {
        assert_eq!(
            (&of["state"], &of["wanted"], &of["receipt"]),
            (&json!("withdrawn"), &json!(false), receipt)
        );
    }
    // What was lost stays taken back: nobody wants it any more, and its phone is told so.
    for shot in [lost, never_sent] {
        assert_eq!(code(shot).await, (409, "photo.withdrawn".to_owned()));
    }
    for shot in &shots {
        assert_eq!(scene.phone.get(&shot.path()).await.1["state"], "withdrawn");
    }
    house.close().await;
}
