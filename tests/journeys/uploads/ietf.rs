//! The IETF draft Resumable Uploads for HTTP, interop version 8, as a system's own client speaks it.

use super::{durable, is, is_held, line, objects, rest};
use crate::harness::faults::Fault;
use crate::harness::{House, Scene, Shot, Visitor, pictures};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use sha2::{Digest, Sha256, Sha512};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PART: &str = "application/partial-upload";
const OFFSETS: &str = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset";
const LENGTHS: &str = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length";

fn draft(phone: &Visitor, method: &str, path: &str) -> RequestBuilder {
    phone.request(method, path).header("upload-draft-interop-version", "8")
}

async fn declared(scene: &Scene, seed: u8) -> Shot {
    let shot = Shot::of(scene.visit, pictures::sharp(seed));
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
    shot
}

/// A request that creates, with a body.
fn create(phone: &Visitor, shot: &Shot, complete: &str, body: &[u8]) -> RequestBuilder {
    draft(phone, "POST", &format!("/v1/uploads?photo={}", shot.id))
        .header("upload-complete", complete)
        .header("content-type", "image/png")
        .body(body.to_vec())
}

fn append(phone: &Visitor, at: &str, offset: usize, complete: &str, body: &[u8]) -> RequestBuilder {
    draft(phone, "PATCH", at)
        .header("content-type", PART)
        .header("upload-offset", offset)
        .header("upload-complete", complete)
        .body(body.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_in_parts() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = declared(&scene, 1).await;
    let length = shot.bytes.len().to_string();
    let begun = phone.answer(create(phone, &shot, "?0", b"").header("upload-length", &length)).await;
    assert_eq!((begun.status, begun.header("upload-complete")), (201, "?0"), "{}", begun.body);
    let at = begun.header("location").to_owned();
    let limit = begun.header("upload-limit");
    assert!(limit.starts_with("max-size=52428800, max-age=2"), "{limit}");

    let more = phone.answer(append(phone, &at, 0, "?0", &shot.bytes[..100_000])).await;
    assert_eq!(
        (more.status, more.header("upload-complete"), more.header("upload-offset")),
        (204, "?0", "100000")
    );
    for method in ["HEAD", "GET"] {
        let told = phone.answer(draft(phone, method, &at)).await;
        let all =
            ["upload-offset", "upload-length", "upload-complete", "cache-control"].map(|n| told.header(n));
        assert_eq!((told.status, all), (200, ["100000", length.as_str(), "?0", "no-store"]));
        assert!(told.header("upload-limit").contains("max-age="));
    }
    // Every byte may be there while the upload is not complete.
    let more = phone.answer(append(phone, &at, 100_000, "?0", &shot.bytes[100_000..])).await;
    assert_eq!((more.status, more.header("upload-offset")), (204, length.as_str()));
    let told = phone.answer(draft(phone, "HEAD", &at)).await;
    assert_eq!((told.header("upload-offset"), told.header("upload-complete")), (length.as_str(), "?0"));
    assert_eq!(phone.get(&shot.path()).await.1["state"], "announced");
    let whole = phone.answer(append(phone, &at, shot.bytes.len(), "?1", b"")).await;
    assert_eq!((whole.status, whole.header("upload-complete")), (201, "?1"), "{}", whole.body);
    assert_eq!(whole.body["receipt"]["acknowledgement"], whole.header("fieldproof-acknowledgement"));
    is_held(&house, &scene, &shot).await;

    // The answer was lost: it is given again.
    let told = phone.answer(draft(phone, "HEAD", &at)).await;
    assert_eq!((told.header("upload-offset"), told.header("upload-complete")), (length.as_str(), "?1"));
    let again = phone.answer(append(phone, &at, shot.bytes.len(), "?1", b"")).await;
    assert_eq!((again.status, &again.body["receipt"]), (200, &whole.body["receipt"]));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_in_the_words_of_the_draft() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = declared(&scene, 2).await;
    let begun = phone.answer(create(phone, &shot, "?0", &shot.bytes[..5000])).await;
    assert_eq!((begun.status, begun.header("upload-offset")), (201, "5000"), "{}", begun.body);
    let at = begun.header("location").to_owned();

    let refused = phone.answer(append(phone, &at, 6000, "?0", b"xyz")).await;
    is(&refused, 409, "upload.offset-mismatch");
    assert_eq!((refused.header("upload-offset"), refused.header("upload-complete")), ("5000", "?0"));
    assert_eq!(
        (refused.body["type"].as_str(), refused.body["expected-offset"].as_u64()),
        (Some(OFFSETS), Some(5000))
    );
    assert_eq!(refused.body["provided-offset"], 6000);

    let shorter = phone.answer(append(phone, &at, 5000, "?1", b"xyz")).await;
    is(&shorter, 400, "upload.inconsistent-length");
    assert_eq!((shorter.body["type"].as_str(), shorter.header("upload-complete")), (Some(LENGTHS), "?0"));
    let contradicts = append(phone, &at, 5000, "?1", &shot.bytes[5000..]).header("upload-length", "77");
    is(&phone.answer(contradicts).await, 400, "upload.inconsistent-length");
    let contradicts = append(phone, &at, 5000, "?0", &shot.bytes[5000..6000]).header("upload-length", "77");
    is(&phone.answer(contradicts).await, 400, "upload.inconsistent-length");
    let longer = [&shot.bytes[5000..], b"x"].concat();
    is(&phone.answer(append(phone, &at, 5000, "?0", &longer)).await, 400, "upload.inconsistent-length");

    let untold = draft(phone, "PATCH", &at).header("content-type", PART).header("upload-offset", 5000);
    is(&phone.answer(untold.body("x")).await, 400, "upload.complete");
    is(&phone.answer(append(phone, &at, 5000, "?2", b"x")).await, 400, "upload.complete");
    let untyped = draft(phone, "PATCH", &at).header("upload-offset", 5000).header("upload-complete", "?0");
    is(&phone.answer(untyped.body("x")).await, 415, "upload.type");
    let nowhere = draft(phone, "PATCH", &at).header("content-type", PART).header("upload-complete", "?0");
    is(&phone.answer(nowhere.body("x")).await, 400, "upload.offset");
    let other = create(phone, &shot, "?0", b"").header("upload-length", "77");
    is(&phone.answer(other).await, 422, "photo.length-mismatch");

    let digest = |bytes: &[u8]| format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)));
    let next = &shot.bytes[5000..90_000];
    let wrong = append(phone, &at, 5000, "?0", next).header("content-digest", digest(b"other"));
    is(&phone.answer(wrong).await, 400, "upload.digest-mismatch");
    let right = append(phone, &at, 5000, "?0", next).header("content-digest", digest(next));
    assert_eq!(phone.answer(right).await.header("upload-offset"), "90000");
    let stronger = |bytes: &[u8]| format!("md5=:AA==:, sha-512=:{}:", STANDARD.encode(Sha512::digest(bytes)));
    let next = &shot.bytes[90_000..95_000];
    let with = |said: &str| append(phone, &at, 90_000, "?0", next).header("content-digest", said);
    is(&phone.answer(with(&stronger(b"other"))).await, 400, "upload.digest-mismatch");
    is(&phone.answer(with("sha-512=:AA==:")).await, 400, "upload.checksum");
    // Headers on two lines are one, of two digests of a kind the last counts, and what is none is told.
    let also = |first: &str, last: String| with(first).header("content-digest", last);
    is(&phone.answer(also("md5=:AA==:", digest(b"other"))).await, 400, "upload.digest-mismatch");
    is(&phone.answer(also(&digest(next), digest(b"other"))).await, 400, "upload.digest-mismatch");
    is(&phone.answer(with("hello")).await, 400, "upload.checksum");
    let text = draft(phone, "POST", &format!("/v1/uploads?photo={}", shot.id))
        .header("upload-complete", "?0")
        .header("content-type", "text/plain")
        .body(next.to_vec());
    is(&phone.answer(text).await, 415, "photo.type-unknown");
    let twice = also(&digest(b"other"), digest(next));
    assert_eq!(phone.answer(twice).await.header("upload-offset"), "95000");

    assert_eq!(phone.answer(draft(phone, "DELETE", &at)).await.status, 204);
    assert_eq!(phone.answer(draft(phone, "HEAD", &at)).await.status, 404);
    assert_eq!(objects(&house, "").await, Vec::<String>::new());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_end_the_upload() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = declared(&scene, 3).await;
    let mut wrong = shot.bytes.clone();
    wrong[9] ^= 1;
    let refused = phone.answer(create(phone, &shot, "?1", &wrong)).await;
    is(&refused, 422, "photo.digest-mismatch");
    assert_eq!(refused.header("upload-complete"), "?1");
    // More than the whole, which only the last chunk tells.
    let begun = phone.answer(create(phone, &shot, "?0", b"")).await;
    let at = begun.header("location").to_owned();
    let chunks = [&shot.bytes[..], b"more"].map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    let request = append(phone, &at, 0, "?1", b"").body(body);
    is(&phone.answer(request).await, 400, "upload.inconsistent-length");
    assert_eq!(phone.answer(draft(phone, "HEAD", &at)).await.status, 404);
    assert_eq!(objects(&house, "").await, Vec::<String>::new());
    house.close().await;
}

/// Reads one head on a line.
async fn head(line: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(line.read(&mut byte).await.expect("a head"), 1, "{}", String::from_utf8_lossy(&head));
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).to_lowercase()
}

fn location(head: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix("location: "));
    line.expect("a location").to_owned()
}

/// What the phone's own client does: it waits for the interim answer, sends, is cut, asks, goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_learns_where_its_upload_is_before_it_sends() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = declared(&scene, 4).await;
    let creates = format!("POST /v1/uploads?photo={}", shot.id);
    let headers = |version: &str| {
        format!(
            "upload-complete: ?1\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\
             upload-draft-interop-version: {version}\r\n",
            shot.bytes.len()
        )
    };
    let mut first = line(&house.url, phone, &creates, &headers("8"), b"").await;
    let interim = head(&mut first).await;
    assert!(interim.starts_with("http/1.1 104 "), "{interim}");
    assert!(interim.contains("upload-draft-interop-version: 8\r\n"), "{interim}");
    assert!(interim.contains("upload-limit: max-size=52428800, max-age="), "{interim}");
    let at = location(&interim);
    first.write_all(&shot.bytes[..400_000]).await.unwrap();
    drop(first);
    durable(&house, &shot, 400_000).await;

    let told = phone.answer(draft(phone, "HEAD", &at)).await;
    assert_eq!((told.header("upload-offset"), told.header("upload-complete")), ("400000", "?0"));
    let whole = phone.answer(append(phone, &at, 400_000, "?1", &shot.bytes[400_000..])).await;
    assert_eq!((whole.status, whole.header("upload-complete")), (201, "?1"), "{}", whole.body);
    is_held(&house, &scene, &shot).await;

    // Nobody of another version is sent one.
    let other = declared(&scene, 5).await;
    let creates = format!("POST /v1/uploads?photo={}", other.id);
    let mut line = line(&house.url, phone, &creates, &headers("7"), &other.bytes).await;
    let answer = head(&mut line).await;
    assert!(answer.starts_with("http/1.1 201 ") && answer.contains("upload-complete: ?1"), "{answer}");
    is_held(&house, &scene, &other).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interim_answer_comes_before_the_final_one_on_the_same_line() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = declared(&scene, 6).await;
    let headers = format!(
        "upload-complete: ?1\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\
         upload-draft-interop-version: 8\r\nexpect: 100-continue\r\nconnection: close\r\n",
        shot.bytes.len()
    );
    let mut line =
        line(&house.url, phone, &format!("POST /v1/uploads?photo={}", shot.id), &headers, b"").await;
    let mut interim = [head(&mut line).await, head(&mut line).await];
    interim.sort();
    assert!(
        interim[0].starts_with("http/1.1 100 ") && interim[1].starts_with("http/1.1 104 "),
        "{interim:?}"
    );
    line.write_all(&shot.bytes).await.unwrap();
    let answer = rest(&mut line).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(answer.to_lowercase().matches("http/1.1").count(), 1);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_cuts_the_line_before_a_byte_is_looked_at() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let [begun, unborn] = [declared(&scene, 7).await, declared(&scene, 8).await];
    let at = phone.answer(create(phone, &begun, "?0", b"")).await.header("location").to_owned();
    house.fail_database(Fault::Cut);
    for sent in [append(phone, &at, 0, "?1", &begun.bytes), create(phone, &unborn, "?1", &unborn.bytes)] {
        let sent = sent.send().await;
        assert!(sent.is_err(), "an answer would end it: {sent:?}");
    }
    // What sends no bytes, and who speaks tus, is told.
    let told = phone.answer(draft(phone, "HEAD", &at)).await;
    assert_eq!(told.status, 503);
    let tus = phone.request("PATCH", &at).header("tus-resumable", "1.0.0").header("upload-offset", "0");
    let tus = tus.header("content-type", "application/offset+octet-stream").body(begun.bytes.clone());
    assert_eq!(phone.answer(tus).await.status, 503);
    house.fail_database(Fault::None);

    let told = phone.answer(draft(phone, "HEAD", &at)).await;
    assert_eq!((told.status, told.header("upload-offset")), (200, "0"));
    let done = phone.answer(append(phone, &at, 0, "?1", &begun.bytes)).await;
    assert_eq!((done.status, done.header("upload-complete")), (201, "?1"), "{}", done.body);
    let done = phone.answer(create(phone, &unborn, "?1", &unborn.bytes)).await;
    assert_eq!((done.status, done.header("upload-complete")), (201, "?1"), "{}", done.body);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_cuts_the_line_so_that_the_phone_resumes() {
    let mut house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = declared(&scene, 7).await;
    let begun = phone.answer(create(phone, &shot, "?0", b"")).await;
    let at = begun.header("location").to_owned();
    house.stop_store().await;
    let sent = append(phone, &at, 0, "?1", &shot.bytes).send().await;
    assert!(sent.is_err(), "{sent:?}");
    let told = phone.answer(draft(phone, "HEAD", &at)).await;
    assert_eq!((told.status, told.header("upload-complete")), (200, "?0"));
    house.end().await;
}
