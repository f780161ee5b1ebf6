//! tus 1.0.0 as its clients use it.

use super::{TUS_BODY, created, is, is_held, objects, offset, pair, patch, tus};
use crate::harness::{House, Shot, pictures};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_in_parts_and_is_acknowledged_at_the_end() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert!(shot.bytes.len() > 150_000, "{} bytes", shot.bytes.len());
    let at = created(phone, &shot).await;
    assert_eq!(offset(phone, &at).await, 0);

    let answer = phone.answer(patch(phone, &at, 0, &shot.bytes[..100_000])).await;
    assert_eq!((answer.status, answer.header("upload-offset"), answer.bytes.len()), (204, "100000", 0));
    assert!(answer.header("upload-expires").ends_with(" GMT"), "{}", answer.header("upload-expires"));
    assert_eq!(answer.header("fieldproof-acknowledgement"), "");
    assert_eq!(objects(&house, "uploads/").await.len(), 1);

    let answer = phone.answer(tus(phone, "HEAD", &at)).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (200, "100000"));
    assert_eq!(answer.header("upload-length"), shot.bytes.len().to_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("upload-metadata"), pair("photo", shot.id.to_string()));
    assert_eq!(phone.get(&shot.path()).await.1["state"], "announced");

    let answer = phone.answer(patch(phone, &at, 100_000, &shot.bytes[100_000..])).await;
    assert_eq!((answer.status, answer.bytes.len()), (204, 0), "{}", answer.body);
    assert_eq!(answer.header("upload-offset"), shot.bytes.len().to_string());
    let given = answer.header("fieldproof-acknowledgement").to_owned();
    assert_eq!(given.split('.').count(), 3, "{given}");
    is_held(&house, &scene, &shot).await;

    // Whoever lost the answer finds out: by asking, by sending nothing more, by a plain PUT.
    assert_eq!(offset(phone, &at).await, shot.bytes.len());
    let asked = phone.answer(tus(phone, "GET", &at)).await;
    assert_eq!((asked.header("fieldproof-acknowledgement"), asked.status), (given.as_str(), 200));
    assert_eq!(asked.body["receipt"]["acknowledgement"], given);
    let again = phone.answer(patch(phone, &at, shot.bytes.len(), &[])).await;
    assert_eq!((again.status, again.header("fieldproof-acknowledgement")), (204, given.as_str()));
    is(
        &phone.answer(patch(phone, &at, 100_000, &shot.bytes[100_000..])).await,
        409,
        "upload.offset-mismatch",
    );
    let plain = phone.answer(shot.sending(phone)).await;
    assert_eq!((plain.status, plain.body["acknowledgement"].as_str()), (200, Some(given.as_str())));
    let noted = house.sql().await.query("SELECT 1 FROM custody WHERE deed = 'photo.received'", &[]).await;
    assert_eq!(noted.unwrap().len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_declares_creates_and_sends() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(2));
    let metadata =
        [pair("photo", shot.id.to_string()), pair("declaration", shot.declaration.to_string())].join(",");
    let of_type = |media_type: &str| {
        tus(phone, "POST", "/v1/uploads")
            .header("upload-length", shot.bytes.len())
            .header("upload-metadata", &metadata)
            .header("content-type", media_type)
            .body(shot.bytes.clone())
    };
    let whole = || of_type(TUS_BODY);
    is(&phone.answer(of_type("image/png")).await, 415, "upload.type");
    // What contradicts itself, or is larger than any photo, declares nothing.
    for (length, status, code) in [(30, 422, "photo.length-mismatch"), (52_428_801, 413, "photo.too-large")] {
        let odd = tus(phone, "POST", "/v1/uploads").header("upload-length", length);
        is(&phone.answer(odd.header("upload-metadata", &metadata)).await, status, code);
        assert_eq!(phone.get(&shot.path()).await.0, 404);
    }
    let unread = [pair("photo", shot.id.to_string()), pair("declaration", "{")].join(",");
    let unread =
        tus(phone, "POST", "/v1/uploads").header("upload-length", 9).header("upload-metadata", unread);
    is(&phone.answer(unread).await, 400, "upload.metadata");
    let answer = phone.answer(whole()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.header("upload-offset"), shot.bytes.len().to_string());
    assert_eq!(answer.body["receipt"]["photo"], shot.id.to_string());
    assert_eq!(answer.body["receipt"]["acknowledgement"], answer.header("fieldproof-acknowledgement"));
    is_held(&house, &scene, &shot).await;
    let again = phone.answer(whole()).await;
    assert_eq!((again.status, &again.body["receipt"]), (201, &answer.body["receipt"]));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_photo_is_the_same_upload_and_goes_on_where_it_was() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    let at = created(phone, &shot).await;
    let metadata = pair("photo", shot.id.to_string());
    let create = |bytes: &[u8]| {
        tus(phone, "POST", "/v1/uploads")
            .header("upload-length", shot.bytes.len())
            .header("upload-metadata", &metadata)
            .header("content-type", TUS_BODY)
            .body(bytes.to_vec())
    };
    let answer = phone.answer(create(&shot.bytes[..70_000])).await;
    assert_eq!((answer.status, answer.header("location")), (201, at.as_str()));
    assert_eq!(answer.header("upload-offset"), "70000");
    // What is there already comes again and is not taken twice.
    let answer = phone.answer(create(&shot.bytes[..90_000])).await;
    assert_eq!((answer.header("location"), answer.header("upload-offset")), (at.as_str(), "90000"));
    let answer = phone.answer(create(&[])).await;
    assert_eq!((answer.header("location"), answer.header("upload-offset")), (at.as_str(), "90000"));
    assert_eq!(phone.answer(patch(phone, &at, 90_000, &shot.bytes[90_000..])).await.status, 204);
    is_held(&house, &scene, &shot).await;

    let request = tus(phone, "POST", &format!("/v1/uploads?photo={}", shot.id))
        .header("upload-length", shot.bytes.len())
        .header("repr-digest", format!("sha-256=:{}:", STANDARD.encode([0; 32])));
    is(&phone.answer(request).await, 409, "photo.id-taken");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checksum_decides_about_the_bytes_of_its_request() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(4));
    let at = created(phone, &shot).await;
    let sha1 = |bytes: &[u8]| format!("sha1 {}", STANDARD.encode(Sha1::digest(bytes)));
    let sha256 = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)));
    let (first, second) = shot.bytes.split_at(80_000);
    let send = async |offset: usize, bytes: &[u8], checksum: String| {
        phone.answer(patch(phone, &at, offset, bytes).header("upload-checksum", checksum)).await
    };
    is(&send(0, first, sha1(second)).await, 460, "upload.checksum-mismatch");
    is(&send(0, first, sha256(second)).await, 460, "upload.checksum-mismatch");
    for wrong in ["md5 AAAAAAAAAAAAAAAAAAAAAA==", "sha1", "sha1 *", "sha1 AAAA", ""] {
        is(&send(0, first, wrong.to_owned()).await, 400, "upload.checksum");
    }
    assert_eq!(offset(phone, &at).await, 0);
    assert_eq!(objects(&house, "uploads/").await, Vec::<String>::new(), "nothing of them is kept");

    assert_eq!(send(0, first, sha1(first)).await.header("upload-offset"), "80000");
    is(&send(80_000, second, sha256(first)).await, 460, "upload.checksum-mismatch");
    assert_eq!(offset(phone, &at).await, 80_000);
    // Of bytes that come with the creation, too; those that are there count as they come again.
    let again = |checksum: String| {
        let request = tus(phone, "POST", "/v1/uploads").header("upload-length", shot.bytes.len());
        let request = request.header("upload-metadata", pair("photo", shot.id.to_string()));
        let request = request.header("content-type", TUS_BODY).header("upload-checksum", checksum);
        request.body(shot.bytes[..100_000].to_vec())
    };
    is(&phone.answer(again(sha1(first))).await, 460, "upload.checksum-mismatch");
    assert_eq!(offset(phone, &at).await, 80_000);
    assert_eq!(phone.answer(again(sha1(&shot.bytes[..100_000]))).await.header("upload-offset"), "100000");
    is(&phone.answer(again("md5 AAAA".to_owned())).await, 400, "upload.checksum");
    let second = &shot.bytes[100_000..];
    let last = send(100_000, second, sha256(second)).await;
    assert_eq!((last.status, last.header("upload-offset")), (204, shot.bytes.len().to_string().as_str()));
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_than_declared_are_refused_in_the_end() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    for (n, is_at_once) in [(5, true), (6, false)] {
        let shot = Shot::of(scene.visit, pictures::sharp(n));
        let mut wrong = shot.bytes.clone();
        wrong[70_000] ^= 1;
        let at = created(phone, &shot).await;
        let refused = if is_at_once {
            phone.answer(patch(phone, &at, 0, &wrong)).await
        } else {
            assert_eq!(phone.answer(patch(phone, &at, 0, &wrong[..100_000])).await.status, 204);
            phone.answer(patch(phone, &at, 100_000, &wrong[100_000..])).await
        };
        is(&refused, 422, "photo.digest-mismatch");
        assert_eq!(phone.answer(tus(phone, "HEAD", &at)).await.status, 404);
        assert_eq!(objects(&house, "").await, Vec::<String>::new());
        assert_eq!(phone.get(&shot.path()).await.1["state"], "announced");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_given_up_and_a_photo_that_is_held_stays() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(7));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..100_000])).await.status, 204);
    let answer = phone.answer(tus(phone, "DELETE", &at)).await;
    assert_eq!((answer.status, answer.header("tus-resumable")), (204, "1.0.0"));
    for method in ["HEAD", "DELETE"] {
        assert_eq!(phone.answer(tus(phone, method, &at)).await.status, 404, "{method}");
    }
    is(&phone.answer(patch(phone, &at, 100_000, &shot.bytes[100_000..])).await, 404, "not-found");
    assert_eq!(objects(&house, "").await, Vec::<String>::new());

    let request = tus(phone, "POST", &format!("/v1/uploads?photo={}", shot.id));
    let anew = phone.answer(request.header("upload-length", shot.bytes.len())).await;
    let anew = anew.header("location").to_owned();
    assert!(anew != at && !anew.is_empty());
    assert_eq!(phone.answer(patch(phone, &anew, 0, &shot.bytes)).await.status, 204);
    assert_eq!(phone.answer(tus(phone, "DELETE", &anew)).await.status, 204);
    assert_eq!(phone.answer(tus(phone, "HEAD", &anew)).await.status, 404);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}
