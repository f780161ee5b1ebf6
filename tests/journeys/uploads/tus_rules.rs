//! Each rule that tus 1.0.0 says a server must keep, by its section.

use super::{TUS_BODY, created, is, objects, offset, pair, patch, tus};
use crate::harness::{Answer, House, Shot, pictures};
use uuid::Uuid;

/// Whether an answer says the version, which every one must but those to OPTIONS.
fn says_version(answer: &Answer) {
    assert_eq!(answer.header("tus-resumable"), "1.0.0", "{} {}", answer.status, answer.body);
}

/// Core, `Tus-Resumable`: another version or none is 412 with `Tus-Version`, and the request is not processed.
#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_refused_on_every_method_and_changes_nothing() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    let at = created(phone, &shot).await;
    let create = format!("/v1/uploads?photo={}", shot.id);
    for version in [None, Some("0.2.2"), Some("2.0.0"), Some(""), Some("1.0.0, 0.2.2")] {
        for (method, path) in [("POST", &create), ("HEAD", &at), ("PATCH", &at), ("DELETE", &at)] {
            let mut request = phone
                .request(method, path)
                .header("upload-length", shot.bytes.len())
                .header("upload-offset", 0)
                .header("content-type", TUS_BODY);
            if let Some(version) = version {
                request = request.header("tus-resumable", version);
            }
            if method == "PATCH" {
                request = request.body(shot.bytes.clone());
            }
            let answer = phone.answer(request).await;
            assert_eq!((answer.status, answer.header("tus-version")), (412, "1.0.0"), "{method} {version:?}");
            says_version(&answer);
        }
    }
    assert_eq!((offset(phone, &at).await, objects(&house, "").await.len()), (0, 0));
    house.close().await;
}

/// Core, OPTIONS: `Tus-Version`, extensions, the largest size, checksum algorithms; the request's version is ignored.
#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_ask_what_is_understood() {
    let house = House::open().await;
    let stranger = house.stranger();
    for path in ["/v1/uploads", "/v1/uploads/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11"] {
        for version in ["1.0.0", "9.9.9"] {
            let request = stranger.request("OPTIONS", path).header("tus-resumable", version);
            let answer = stranger.answer(request).await;
            assert_eq!((answer.status, answer.header("tus-version")), (204, "1.0.0"));
            let told = ["tus-extension", "tus-max-size", "tus-checksum-algorithm", "upload-limit"];
            let told = told.map(|name| answer.header(name));
            let extensions = "creation,creation-with-upload,checksum,expiration,termination";
            assert_eq!(told, [extensions, "52428800", "sha1,sha256", "max-size=52428800"]);
            assert!(answer.header("allow").contains("OPTIONS"));
        }
    }
    let asked = stranger.answer(stranger.request("OPTIONS", "/v1/visits")).await;
    assert_eq!(asked.header("tus-version"), "");
    house.close().await;
}

/// Core, `X-HTTP-Method-Override`: it is the request's method.
#[tokio::test(flavor = "multi_thread")]
async fn a_header_may_say_the_method() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(2));
    let at = created(phone, &shot).await;
    let by_header = |method: &str| tus(phone, "POST", &at).header("x-http-method-override", method);
    let request = by_header("PATCH").header("content-type", TUS_BODY).header("upload-offset", 0);
    let answer = phone.answer(request.body(shot.bytes[..1000].to_vec())).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "1000"), "{}", answer.body);
    let answer = phone.answer(by_header("HEAD")).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (200, "1000"));
    assert_eq!(phone.answer(by_header("DELETE")).await.status, 204);
    assert_eq!(phone.answer(tus(phone, "HEAD", &at)).await.status, 404);
    let elsewhere = phone.request("GET", &shot.path()).header("x-http-method-override", "DELETE");
    assert_eq!(phone.answer(elsewhere).await.status, 200);
    house.close().await;
}

/// Core, PATCH: the type, the offset; nothing is changed by a request that is refused.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_taken_where_the_upload_goes_on_and_nowhere_else() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..5000])).await.status, 204);
    for wrong in [0, 4999, 5001, shot.bytes.len()] {
        let answer = phone.answer(patch(phone, &at, wrong, &shot.bytes[5000..6000])).await;
        is(&answer, 409, "upload.offset-mismatch");
        assert_eq!(answer.header("upload-offset"), "5000");
        says_version(&answer);
    }
    let plain = |kind: &str, offset: &str| {
        let request = tus(phone, "PATCH", &at).body(shot.bytes[5000..6000].to_vec());
        let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
        if offset.is_empty() { request } else { request.header("upload-offset", offset) }
    };
    for kind in ["", "application/octet-stream", "image/png"] {
        is(&phone.answer(plain(kind, "5000")).await, 415, "upload.type");
    }
    for offset in ["", "-1", "five", "5000.0", "0x1388"] {
        is(&phone.answer(plain(TUS_BODY, offset)).await, 400, "upload.offset");
    }
    let longer = [&shot.bytes[5000..], b"x"].concat();
    is(&phone.answer(patch(phone, &at, 5000, &longer)).await, 413, "upload.too-long");
    assert_eq!(offset(phone, &at).await, 5000);
    // A chunked body says its length at its end.
    let chunks = shot.bytes[5000..].chunks(60_000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks.collect::<Vec<_>>()));
    let request = tus(phone, "PATCH", &at).header("content-type", TUS_BODY).header("upload-offset", 5000);
    let answer = phone.answer(request.body(body)).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (204, shot.bytes.len().to_string().as_str()));
    house.work().await;
    house.close().await;
}

/// Creation: the length, the metadata, the photo.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_created_for_a_photo_that_was_declared() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(4));
    assert_eq!(phone.put(&shot.path(), &shot.declaration).await.0, 201);
    let (photo, size) = (pair("photo", shot.id.to_string()), shot.bytes.len().to_string());
    let create = async |length: &str, metadata: &str| {
        let request = tus(phone, "POST", "/v1/uploads").header("upload-metadata", metadata);
        let request = if length.is_empty() { request } else { request.header("upload-length", length) };
        phone.answer(request).await
    };
    for length in ["", "-1", "many", "1.5"] {
        is(&create(length, &photo).await, 400, "upload.length");
    }
    is(&create("52428801", &photo).await, 413, "photo.too-large");
    is(&create("0", &photo).await, 422, "photo.length-mismatch");
    is(&create("1", &photo).await, 422, "photo.length-mismatch");
    for metadata in ["photo ****", ",", "photo a b", &format!("{photo},{photo}"), &pair("photo", "no id")] {
        is(&create(&size, metadata).await, 400, "upload.metadata");
    }
    is(&create(&size, &pair("filename", "a.png")).await, 422, "upload.photo");
    let unknown = pair("photo", uuid::Uuid::now_v7().to_string());
    is(&create(&size, &unknown).await, 404, "not-found");
    let wrong = pair("declaration", "{}");
    let refused = create(&size, &format!("{photo},{wrong}")).await;
    is(&refused, 422, "invalid");
    says_version(&refused);

    let all = format!("{photo},filename {},is_confidential", "w4EuanBn");
    let made = create(&size, &all).await;
    assert_eq!(made.status, 201, "{}", made.body);
    says_version(&made);
    let told = phone.answer(tus(phone, "HEAD", made.header("location"))).await;
    assert_eq!(told.header("upload-metadata"), all);
    says_version(&told);
    let stranger = house.stranger();
    let refused = stranger.answer(tus(&stranger, "POST", "/v1/uploads").header("upload-length", "1")).await;
    is(&refused, 401, "token.missing");
    says_version(&refused);
    house.close().await;
}

/// Expiration: said in answers, and then the upload is gone with its pieces.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_gets_no_further_expires() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(5));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..200_000])).await.status, 204);
    let account: Uuid = phone.get("/v1/me").await.1["id"].as_str().unwrap().parse().unwrap();
    house.wait_s(71 * 3600);
    let sweep = || fieldproof::flows::uploads::sweep(&house.app);
    sweep().await.unwrap();
    // The token is older than it may be by now; whoever is signed in anew goes on.
    let sql = house.sql().await;
    let left = "SELECT (SELECT count(*) FROM uploads), (SELECT count(*) FROM upload_pieces)";
    let counts = |row: tokio_postgres::Row| (row.get::<_, i64>(0), row.get::<_, i64>(1));
    assert_eq!(counts(sql.query_one(left, &[]).await.unwrap()), (1, 1));
    house.wait_s(2 * 3600);
    // It is gone when its time is over, whether anybody has swept or not.
    let phone = &house.signed_in_anew(account).await;
    let gone = phone.answer(patch(phone, &at, 200_000, &shot.bytes[200_000..])).await;
    is(&gone, 404, "not-found");
    assert_eq!(gone.body["client_action"], "ask", "nobody throws a photo away for it");
    assert_eq!(phone.answer(tus(phone, "HEAD", &at)).await.status, 404);
    sweep().await.unwrap();
    assert_eq!(counts(sql.query_one(left, &[]).await.unwrap()), (0, 0));
    assert_eq!(objects(&house, "").await, Vec::<String>::new());
    house.close().await;
}

/// Another person's upload is an unknown one, whatever is asked of it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_finds_an_upload() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(6));
    let at = created(&scene.phone, &shot).await;
    let unknown = "/v1/uploads/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11";
    for other in [&scene.reviewer, &scene.outsider] {
        for path in [at.as_str(), unknown] {
            is(&other.answer(tus(other, "GET", path)).await, 404, "not-found");
            is(&other.answer(tus(other, "DELETE", path)).await, 404, "not-found");
            is(&other.answer(patch(other, path, 0, &shot.bytes)).await, 404, "not-found");
        }
    }
    assert_eq!(offset(&scene.phone, &at).await, 0);
    house.close().await;
}
