//! Where the two protocols meet, and where an upload ends while somebody begins it.

use super::{TUS_BODY, created, is, is_held, offset, pair, patch, tus};
use crate::harness::{House, Shot, pictures};
use futures::future::join;

/// The photo is the key of its upload: an answer that was kept under another would tell of a place that moved on since.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_needs_no_key_and_a_key_changes_nothing() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let (one, other) = (Shot::of(scene.visit, pictures::sharp(1)), Shot::of(scene.visit, pictures::sharp(2)));
    let at = created(phone, &one).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &one.bytes[..100_000])).await.status, 204);
    assert_eq!(phone.put(&other.path(), &other.declaration).await.0, 201);
    let begin = |shot: &Shot| {
        tus(phone, "POST", "/v1/uploads")
            .header("upload-length", shot.bytes.len())
            .header("upload-metadata", pair("photo", shot.id.to_string()))
            .header("idempotency-key", "mot-anh")
    };
    for _ in 0..2 {
        let again = phone.answer(begin(&one)).await;
        assert_eq!((again.status, again.header("location")), (201, at.as_str()));
        assert_eq!((again.header("upload-offset"), again.header("idempotency-replayed")), ("100000", ""));
        assert!(!again.header("upload-expires").is_empty());
    }
    let elsewhere = phone.answer(begin(&other)).await;
    assert_eq!((elsewhere.status, elsewhere.header("upload-offset")), (201, "0"));
    assert_ne!(elsewhere.header("location"), at);
    assert_eq!(phone.answer(tus(phone, "DELETE", &at)).await.status, 204);
    let anew = phone.answer(begin(&one)).await;
    assert_eq!((anew.status, offset(phone, anew.header("location")).await), (201, 0));
    house.close().await;
}

/// Who begins an upload that somebody gives up at that moment takes nothing from it: a phone that is told "unknown, drop it"
/// of a photo that it has declared would let it go.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_begins_an_upload_that_ends_at_that_moment_begins_it_anew() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    for seed in 0..24 {
        let shot = Shot::of(scene.visit, pictures::sharp(seed));
        let at = created(phone, &shot).await;
        let whole = tus(phone, "POST", &format!("/v1/uploads?photo={}", shot.id))
            .header("upload-length", shot.bytes.len())
            .header("content-type", TUS_BODY)
            .body(shot.bytes.clone());
        let (ended, begun) = join(tus(phone, "DELETE", &at).send(), whole.send()).await;
        assert!(matches!(ended.expect("an answer").status().as_u16(), 204 | 404));
        // What was begun already is ended by cutting its line.
        if let Ok(begun) = begun {
            let status = begun.status().as_u16();
            assert_eq!(status, 201, "{seed}: {}", begun.text().await.unwrap_or_default());
        }
    }
    house.work().await;
    house.close().await;
}

/// A client of tus takes a photo for safe once it is told of all its bytes.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_draft_leaves_to_be_completed_is_whole_to_tus() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    for (seed, asks_by) in [(1, "HEAD"), (2, "POST")] {
        let shot = Shot::of(scene.visit, pictures::sharp(seed));
        assert_eq!(phone.put(&shot.path(), &shot.declaration).await.0, 201);
        let whole = phone.request("POST", &format!("/v1/uploads?photo={}", shot.id));
        let whole = whole.header("upload-complete", "?0").header("content-type", "image/png");
        let begun = phone.answer(whole.body(shot.bytes.clone())).await;
        let length = shot.bytes.len().to_string();
        assert_eq!((begun.status, begun.header("upload-complete")), (201, "?0"));
        assert_eq!(begun.header("upload-offset"), length);
        let at = begun.header("location").to_owned();
        let asked = match asks_by {
            "POST" => {
                let again = tus(phone, "POST", &format!("/v1/uploads?photo={}", shot.id));
                phone.answer(again.header("upload-length", shot.bytes.len())).await
            }
            method => phone.answer(tus(phone, method, &at)).await,
        };
        assert_eq!(asked.header("upload-offset"), length);
        assert_eq!(asked.header("fieldproof-acknowledgement").split('.').count(), 3, "{asks_by}");
        is_held(&house, &scene, &shot).await;
    }
    house.close().await;
}

/// What a client may learn before it sends, and what it is told in its own language when it sends something else.
#[tokio::test(flavor = "multi_thread")]
async fn limits_types_and_places_are_told_with_what_to_do() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let can = phone.answer(phone.request("OPTIONS", "/v1/uploads")).await;
    assert!(can.header("accept-patch").contains("application/partial-upload"));
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    let at = created(phone, &shot).await;
    let large = phone.request("POST", &format!("/v1/uploads?photo={}", shot.id));
    let large = large.header("upload-complete", "?0").header("upload-length", "103809024");
    let large = phone.answer(large).await;
    is(&large, 413, "photo.too-large");
    assert_eq!(large.header("upload-limit"), "max-size=52428800");

    let vi = |request: reqwest::RequestBuilder| phone.answer(request.header("accept-language", "vi"));
    let said =
        |answer: &crate::harness::Answer| answer.body["detail"].as_str().unwrap_or_default().to_owned();
    let elsewhere = vi(patch(phone, &at, 5, &shot.bytes[..9])).await;
    is(&elsewhere, 409, "upload.offset-mismatch");
    assert!(said(&elsewhere).contains("byte 0") && said(&elsewhere).contains("byte 5"), "{}", elsewhere.body);
    // Nobody knows which of two places is meant.
    let twice = patch(phone, &at, 0, &shot.bytes[..9]).header("upload-offset", 5);
    is(&vi(twice).await, 400, "upload.offset");
    let untyped = vi(tus(phone, "PATCH", &at).header("upload-offset", 0).body("x")).await;
    is(&untyped, 415, "upload.type");
    assert!(said(&untyped).contains("application/offset+octet-stream"), "{}", untyped.body);
    let unspoken = vi(phone.request("HEAD", &at)).await;
    assert_eq!((unspoken.status, unspoken.header("tus-version")), (412, "1.0.0"));
    let unspoken = vi(phone.request("GET", &at)).await;
    assert!(said(&unspoken).contains("Tus-Resumable: 1.0.0"), "{}", unspoken.body);
    let wrong =
        patch(phone, &at, 0, &shot.bytes[..9]).header("upload-checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let wrong = vi(wrong).await;
    is(&wrong, 460, "upload.checksum-mismatch");
    assert_eq!(wrong.body["client_action"], "retry");
    house.close().await;
}
