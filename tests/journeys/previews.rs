//! Previews: somebody sees something within seconds, and nobody takes it for evidence.

use super::findings::signed;
use crate::harness::{Answer, House, Inspectorate, Scene, Shot, Visitor, id_of, pictures};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fieldproof::flows;
use fieldproof::flows::fsck::{Options, fsck};
use serde_json::{Value, json};
use uuid::Uuid;

/// A WebP of one pixel and nothing besides.
fn small() -> Vec<u8> {
    STANDARD.decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA").expect("a picture")
}

async fn send(phone: &Visitor, shot: &Shot, (kind, bytes): (&str, Vec<u8>)) -> Answer {
    let path = format!("{}/preview", shot.path());
    phone.answer(phone.request("PUT", &path).header("content-type", kind).body(bytes)).await
}

async fn declared(scene: &Scene, seed: u8) -> Shot {
    let shot = Shot::of(scene.visit, pictures::sharp(seed));
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
    shot
}

async fn objects(house: &House) -> usize {
    house.app.media.list("previews/", None).await.expect("a list").0.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_shown_as_what_it_is_until_the_original_is_verified() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = declared(&scene, 1).await;
    let path = format!("{}/preview", shot.path());
    assert_eq!(scene.reviewer.get(&path).await.0, 404);

    let sent = send(&scene.phone, &shot, ("image/webp", small())).await;
    assert_eq!((sent.status, sent.body["state"].as_str()), (201, Some("announced")), "{}", sent.body);
    assert_eq!(send(&scene.phone, &shot, ("image/webp", small())).await.status, 200, "the same again");
    let (_, photo) = scene.reviewer.get(&shot.path()).await;
    let told = &photo["preview"];
    assert_eq!((told["evidence"].as_bool(), told["href"].as_str()), (Some(false), Some(path.as_str())));
    assert_eq!((&told["width"], &told["size_bytes"]), (&json!(1), &json!(small().len())));
    let seen = scene.reviewer.send("GET", &path, None).await;
    assert_eq!((seen.status, seen.header("content-type")), (200, "image/webp"));
    assert!(seen.bytes == small() && seen.header("content-disposition").contains("not-evidence"));
    for (who, status) in [(&scene.outsider, 404), (&house.stranger(), 401)] {
        assert_eq!(who.get(&path).await.0, status);
    }

    // It stays while the original waits to be looked at, and goes when that is verified and there is something better.
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    flows::photos::sweep_previews(&house.app).await.unwrap();
    assert_eq!(scene.reviewer.get(&path).await.0, 200);
    assert_eq!(send(&scene.phone, &shot, ("image/webp", small())).await.body["code"], "preview.too-late");
    house.work().await;
    assert_eq!(scene.reviewer.get(&shot.path()).await.1["preview"], Value::Null, "there are derivatives");
    flows::photos::sweep_previews(&house.app).await.unwrap();
    assert_eq!((scene.reviewer.get(&path).await.0, objects(&house).await), (404, 0));
    let original = scene.phone.send("GET", &format!("{}/original", shot.path()), None).await;
    assert!(original.bytes == shot.bytes);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_small_picture_is_refused_and_leaves_nothing() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = declared(&scene, 1).await;
    let mut talking = small();
    talking.extend_from_slice(b"EXIF");
    let cut = small()[..20].to_vec();
    for (sent, status, code) in [
        (("image/jpeg", vec![0; 100_001]), 413, "preview.too-large"),
        (("image/png", pictures::png(8, 8, |_, _| 200)), 415, "preview.type"),
        (("image/jpeg", small()), 415, "preview.type"),
        (("image/webp", b"<svg/>".to_vec()), 415, "preview.type"),
        (("image/webp", cut), 422, "picture.damaged"),
        (("image/webp", talking), 422, "picture.metadata"),
    ] {
        let refused = send(&scene.phone, &shot, sent).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (status, Some(code)), "{}", refused.body);
    }
    for who in [&scene.reviewer, &scene.outsider] {
        assert!([403, 404].contains(&send(who, &shot, ("image/webp", small())).await.status));
    }
    assert_eq!((objects(&house).await, &scene.phone.get(&shot.path()).await.1["preview"]), (0, &Value::Null));

    // A photo that shows data of people shows them in small, too.
    let register = Shot::of(scene.visit, pictures::sharp(2)).with("subject", "register_book");
    assert_eq!(scene.phone.put(&register.path(), &register.declaration).await.0, 201);
    assert_eq!(send(&scene.phone, &register, ("image/webp", small())).await.status, 201);
    let path = format!("{}/preview", register.path());
    assert_eq!(scene.phone.get(&path).await.0, 200);
    assert_eq!(scene.reviewer.get(&path).await.1["code"], "photo.not-masked");

    // What is taken back is not shown, and what nobody names is found.
    let reason = json!({ "reason": "Chụp nhầm" });
    assert_eq!(scene.phone.post(&format!("{}/withdraw", register.path()), &reason).await.0, 200);
    flows::photos::sweep_previews(&house.app).await.unwrap();
    assert_eq!((scene.phone.get(&path).await.0, objects(&house).await), (404, 0));
    assert_eq!(send(&scene.phone, &shot, ("image/webp", small())).await.status, 201);
    house.sql().await.batch_execute("UPDATE photos SET preview = NULL").await.unwrap();
    house.wait_s(25 * 3600);
    let report = fsck(&house.app, Options { repair: true, deep: false, ..Options::default() }).await.unwrap();
    assert_eq!((report.previews, report.removed, objects(&house).await), (1, 1, 0), "{report:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_no_evidence_for_anybody() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    at.answers_well(&visit, &["A01", "A02", "A03"]).await;
    let phone = &at.member.visitor;
    let shot = Shot::of(Uuid::parse_str(id_of(&visit)).unwrap(), pictures::sharp(1)).with("item", "A01");
    assert_eq!(phone.put(&shot.path(), &shot.declaration).await.0, 201);
    assert_eq!(send(phone, &shot, ("image/webp", small())).await.status, 201);

    let listed = at.reviewer.visitor.get(&format!("/v1/photos?visit={}", id_of(&visit))).await.1;
    assert_eq!(listed["items"], json!([]), "no list of evidence has it");
    let ledger = at.reviewer.visitor.get(&format!("{visit}/media")).await.1;
    assert_eq!((&ledger["totals"]["expected"], &ledger["complete"]), (&json!(1), &json!(false)));
    let bundle = at.reviewer.visitor.get(&format!("{visit}/bundle")).await.1;
    assert_eq!(bundle["photos"][0]["state"], "announced");
    assert_eq!(phone.get(&format!("{}/original", shot.path())).await.0, 404);
    assert_eq!(phone.get(&format!("{}/receipt", shot.path())).await.1["code"], "receipt.no-bytes");
    assert_eq!(at.step(&at.member, &visit, "close-recording", Value::Null).await.status, 200);
    signed(&at, &visit).await;
    let no = at.step(&at.lead, &visit, "submit", Value::Null).await;
    assert_eq!((no.status, no.body["code"].as_str()), (422, Some("visit.photos-missing")), "{}", no.body);
    at.house.close().await;
}
