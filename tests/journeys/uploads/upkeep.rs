//! What is left of uploads is found and removed; what is lost of them is noticed.

use super::{created, objects, patch, tus};
use crate::harness::{House, Shot, pictures};
use fieldproof::domain::ids::UploadId;
use fieldproof::flows::fsck::{Options, fsck};
use fieldproof::media::Key;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn reconciling_knows_pieces() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let [kept, lost] = [1, 2].map(|n| Shot::of(scene.visit, pictures::sharp(n)));
    let mut places = Vec::new();
    for shot in [&kept, &lost] {
        let at = created(phone, shot).await;
        for (from, to) in [(0, 100_000), (100_000, 200_000)] {
            assert_eq!(phone.answer(patch(phone, &at, from, &shot.bytes[from..to])).await.status, 204);
        }
        places.push(at);
    }
    let repair = Options { repair: true, deep: false, ..Options::default() };
    let found = fsck(&house.app, repair).await.unwrap();
    assert!(found.is_clean() && found.pieces == 4, "{found:?}");

    let of_lost = objects(&house, &places[1].replace("/v1/", "")).await;
    house.app.media.delete_below(&of_lost[0]).await.unwrap();
    let upload = UploadId(Uuid::new_v4());
    let stray = Key::Piece { upload, from: 0, epoch: 1 };
    house.app.media.put_bytes(&stray, "application/octet-stream", "stray".into()).await.unwrap();
    let seen = fsck(&house.app, Options::default()).await.unwrap();
    assert_eq!((seen.pieces_missing.len(), seen.orphans.len(), seen.is_clean()), (1, 0, false), "{seen:?}");
    let all = fsck(&house.app, Options { young: true, ..Options::default() }).await.unwrap();
    assert_eq!(all.orphans, [stray.name()]);
    let repaired = fsck(&house.app, repair).await.unwrap();
    assert_eq!((repaired.uploads_ended, repaired.pieces_forgotten), (1, 1), "{repaired:?}");
    assert_eq!(phone.answer(tus(phone, "HEAD", &places[1])).await.status, 404);
    assert_eq!(phone.answer(tus(phone, "HEAD", &places[0])).await.header("upload-offset"), "200000");

    house.wait_s(25 * 3600);
    let old = fsck(&house.app, repair).await.unwrap();
    assert_eq!((old.orphans.as_slice(), old.removed), ([stray.name()].as_slice(), 1), "{old:?}");
    assert_eq!((old.pieces, objects(&house, "uploads/").await.len()), (2, 2));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_piece_is_lost_begins_anew() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..100_000])).await.status, 204);
    house.app.media.delete_below("uploads/").await.unwrap();
    let refused = phone.answer(patch(phone, &at, 100_000, &shot.bytes[100_000..])).await;
    assert_eq!(refused.status, 404, "{}", refused.body);
    let create = tus(phone, "POST", &format!("/v1/uploads?photo={}", shot.id));
    let anew = phone.answer(create.header("upload-length", shot.bytes.len())).await;
    assert_eq!((anew.status, anew.header("upload-offset")), (201, "0"));
    let sent = phone.answer(patch(phone, anew.header("location"), 0, &shot.bytes)).await;
    assert_eq!(sent.status, 204);
    house.work().await;
    house.close().await;
}
