//! How a phone sends photos: small previews of all of them first, then the originals, over tus or over the IETF draft.

use super::{capture, folder, phone, phone_of};
use crate::harness::phone::passing;
use crate::harness::{House, Visitor, pictures};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fieldproof_phone::{Change, Failure, Phone, Protocol, Shelf};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

#[tokio::test(flavor = "multi_thread")]
async fn a_small_preview_of_every_photo_is_there_before_any_original_is_sent() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let pictures = [9, 10].map(pictures::sharp);
    let photos = [0, 1].map(|n: usize| capture(scene.visit, &shelf, &pictures[n]));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    // A line on which no original gets through.
    let between = passing(&house.url, move |head| {
        heard.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
        let problem = json!({ "code": "busy", "client_action": "wait", "detail": "…" });
        let is_original = head.contains(" /v1/uploads");
        is_original.then(|| (503, "application/problem+json", problem.to_string()))
    })
    .await;
    let held_up = phone_of(&between, &scene.phone, &shelf);
    match held_up.round().await {
        Err(Failure::Later { alone: false, .. }) => {}
        other => panic!("{other:?}"),
    }
    for photo in photos {
        let path = format!("/v1/photos/{photo}");
        let seen = scene.reviewer.send("GET", &format!("{path}/preview"), None).await;
        assert_eq!((seen.status, seen.header("content-type")), (200, "image/jpeg"), "{}", seen.body);
        assert!(seen.bytes.len() <= 40_000, "{}", seen.bytes.len());
        let told = scene.reviewer.get(&path).await.1;
        assert_eq!((&told["state"], &told["preview"]["evidence"]), (&json!("announced"), &json!(false)));
        assert!((320..=720).contains(&told["preview"]["width"].as_u64().unwrap()), "{told}");
    }
    held_up.round().await.unwrap_err();
    let asked = asked.lock().unwrap().clone();
    let first = asked.iter().position(|line| line.contains(" /v1/uploads")).expect("an original was tried");
    let previews: Vec<usize> = (0..asked.len())
        .filter(|n| asked[*n].starts_with("PUT") && asked[*n].contains("/preview "))
        .collect();
    assert!(previews.len() == 2 && previews.iter().all(|n| *n < first), "each once: {asked:?}");

    // What is stored, and what the receipt is about, is the original.
    let whole = phone(&house, &scene, &shelf);
    let round = whole.round().await.unwrap();
    assert_eq!((round.previews, round.sent), (0, 2), "{round:?}");
    house.work().await;
    assert_eq!(whole.round().await.unwrap().let_go, 2);
    for (photo, bytes) in photos.iter().zip(&pictures) {
        let stored = scene.phone.send("GET", &format!("/v1/photos/{photo}/original"), None).await;
        assert!(stored.bytes == *bytes, "another original");
        let receipt = std::fs::read_to_string(root.join(format!("photos/{photo}/receipt.jws"))).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(receipt.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["sha256"], hex::encode(Sha256::digest(bytes)));
    }
    std::fs::remove_dir_all(&root).unwrap();
    // The previews are swept later.
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_that_is_refused_or_can_t_be_made_holds_up_no_original() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    capture(scene.visit, &shelf, &pictures::sharp(11));
    // Cut off before it was captured: no decoder takes it, and it is evidence all the same.
    capture(scene.visit, &shelf, &pictures::sharp(12)[..500_000]);
    let between = passing(&house.url, |head| {
        let problem = json!({ "code": "preview.sides", "client_action": "fix", "detail": "…" });
        let is_preview = head.starts_with("PUT") && head.contains("/preview ");
        is_preview.then(|| (422, "application/problem+json", problem.to_string()))
    })
    .await;
    let round = phone_of(&between, &scene.phone, &shelf).round().await.unwrap();
    assert_eq!((round.previews, round.sent, round.refused), (0, 2, 0), "{round:?}");
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

/// A phone that sends over the draft.
fn of_the_draft(url: &str, who: &Visitor, shelf: &Shelf) -> Phone {
    Phone { protocol: Protocol::Draft, ..phone_of(url, who, shelf) }
}

/// A line to a house that passes everything, and the heads of the requests for uploads that went over it.
async fn heard(house: &House) -> (String, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let of_uploads = Arc::clone(&heads);
    let between = passing(&house.url, move |head| {
        if head.contains(" /v1/uploads") {
            of_uploads.lock().unwrap().push(head.to_lowercase());
        }
        None
    });
    (between.await, heads)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_of_the_ietf_draft_sends_its_photo_to_its_receipt() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let photo = capture(scene.visit, &shelf, &pictures::sharp(13));
    let (between, heads) = heard(&house).await;
    let phone = of_the_draft(&between, &scene.phone, &shelf);
    let round = phone.round().await.unwrap();
    assert_eq!((round.sent, round.held), (1, 1), "{round:?}");
    assert_eq!(phone.round().await.unwrap().sent, 0, "nothing is sent again");
    let heads = heads.lock().unwrap().clone();
    let [creates, appends] = heads.as_slice() else { panic!("{heads:?}") };
    assert!(creates.starts_with("post ") && creates.contains("upload-complete: ?0"), "{creates}");
    assert!(appends.starts_with("patch ") && appends.contains("upload-complete: ?1"), "{appends}");
    for head in &heads {
        assert!(
            head.contains("upload-draft-interop-version: 8") && !head.contains("tus-resumable"),
            "{head}"
        );
    }
    house.work().await;
    assert_eq!(phone.round().await.unwrap().let_go, 1);
    assert!(!shelf.original(photo).exists());
    let stored = scene.phone.send("GET", &format!("/v1/photos/{photo}/original"), None).await;
    assert!(stored.bytes == pictures::sharp(13));
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_over_one_protocol_and_broke_is_gone_on_with_over_the_other() {
    let house = House::open().await;
    let scene = house.scene().await;
    for (seed, is_begun_over_tus) in [(14, true), (15, false)] {
        let root = folder();
        let shelf = Shelf::open(&root).unwrap();
        let bytes = pictures::sharp(seed);
        let photo = capture(scene.visit, &shelf, &bytes);
        let busy = passing(&house.url, |head| {
            let problem = json!({ "code": "busy", "client_action": "wait", "detail": "…" });
            head.starts_with("PATCH").then(|| (503, "application/problem+json", problem.to_string()))
        })
        .await;
        let of = |is_of_tus: bool, url: &str| {
            let speaking = if is_of_tus { phone_of } else { of_the_draft };
            speaking(url, &scene.phone, &shelf)
        };
        of(is_begun_over_tus, &busy).round().await.unwrap_err();
        // Half of it got through before the line broke.
        let place = shelf.upload_of(photo).unwrap().expect("a place");
        let half = scene.phone.request("PATCH", &place).header("upload-offset", 0);
        let half = if is_begun_over_tus {
            half.header("tus-resumable", "1.0.0").header("content-type", "application/offset+octet-stream")
        } else {
            half.header("upload-complete", "?0").header("content-type", "application/partial-upload")
        };
        let half = scene.phone.answer(half.body(bytes[..500_000].to_vec())).await;
        assert_eq!((half.status, half.header("upload-offset")), (204, "500000"), "{}", half.body);

        let (between, heads) = heard(&house).await;
        assert_eq!(of(!is_begun_over_tus, &between).round().await.unwrap().sent, 1);
        let heads = heads.lock().unwrap().clone();
        let [asks, appends] = heads.as_slice() else { panic!("{heads:?}") };
        assert!(asks.starts_with("head ") && appends.contains("upload-offset: 500000"), "{heads:?}");
        assert_eq!(appends.contains("tus-resumable"), !is_begun_over_tus, "{appends}");
        house.work().await;
        assert_eq!(of(true, &house.url).round().await.unwrap().let_go, 1);
        std::fs::remove_dir_all(&root).unwrap();
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_was_taken_back_leaves_for_its_receipt_or_is_put_aside_where_nobody_wants_it() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let [sent, stuck] = [9, 10].map(|seed| capture(scene.visit, &shelf, &pictures::sharp(seed)));
    // Taken back without a line: its bytes go, then the word, and the worker has seen neither.
    let because = json!({ "reason": "Chụp nhầm." });
    let change = Change::now("withdraw_photo", json!({ "photo": sent }), Some(because.clone())).unwrap();
    shelf.enter(&change).unwrap();
    let id = stuck.to_string();
    let between = passing(&house.url, move |head| {
        let problem = json!({ "code": "upload.ended", "client_action": "retry", "detail": "…" });
        let is_stuck = head.starts_with("POST /v1/uploads") && head.contains(&STANDARD.encode(&id));
        is_stuck.then(|| (409, "application/problem+json", problem.to_string()))
    })
    .await;
    phone_of(&between, &scene.phone, &shelf).round().await.expect_err("one of them is stuck");
    assert_eq!(shelf.changes().unwrap().len(), 0, "{:?}", shelf.refused().unwrap());
    let of = |photo: uuid::Uuid| format!("/v1/photos/{photo}");
    assert_eq!(scene.phone.get(&of(sent)).await.1["state"], "withdrawn");
    // Of the other one only the word came, and somebody else takes it back.
    assert_eq!(scene.phone.post(&format!("{}/withdraw", of(stuck)), &because).await.0, 200);

    let whole = phone(&house, &scene, &shelf);
    let round = whole.round().await.unwrap();
    assert_eq!((round.sent, round.let_go, round.refused, round.held), (0, 0, 1, 1), "{round:?}");
    let refused = shelf.refused().unwrap();
    assert_eq!((refused.len(), refused[0].id, refused[0].code.as_str()), (1, stuck, "photo.withdrawn"));
    house.work().await;
    let round = whole.round().await.unwrap();
    assert_eq!((round.let_go, round.held), (1, 0), "{round:?}");
    assert!(root.join(format!("photos/{sent}/receipt.jws")).exists());
    assert!(shelf.original(stuck).exists(), "what has no receipt stays until its person says so");
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_gone_is_begun_anew_whatever_is_said_to_be_done_about_it() {
    let house = House::open().await;
    let scene = house.scene().await;
    for action in ["drop", "ask"] {
        let root = folder();
        let shelf = Shelf::open(&root).unwrap();
        let photo = capture(scene.visit, &shelf, &pictures::sharp(if action == "ask" { 22 } else { 23 }));
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let between = passing(&house.url, move |head| {
            let problem = json!({ "code": "not-found", "client_action": action, "detail": "…" });
            if head.starts_with("POST /v1/uploads") {
                count.fetch_add(1, Ordering::SeqCst);
            }
            // It is gone until it is begun once more.
            let is_it = head.starts_with("PATCH /v1/uploads/") || head.starts_with("HEAD /v1/uploads/");
            let is_gone = is_it && count.load(Ordering::SeqCst) < 2;
            is_gone.then(|| (404, "application/problem+json", problem.to_string()))
        })
        .await;
        let phone = phone_of(&between, &scene.phone, &shelf);
        match phone.round().await {
            Err(Failure::Later { alone: true, .. }) => {}
            other => panic!("{action}: {other:?}"),
        }
        let round = phone.round().await.unwrap();
        assert_eq!((round.sent, round.refused, begun.load(Ordering::SeqCst)), (1, 0, 2), "{round:?}");
        house.work().await;
        assert_eq!(phone.round().await.unwrap().let_go, 1);
        assert!(!shelf.original(photo).exists());
        std::fs::remove_dir_all(&root).unwrap();
    }
    house.end().await;
}
