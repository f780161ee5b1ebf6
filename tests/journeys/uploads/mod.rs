//! Photos that come over several requests: by tus 1.0.0 and by the IETF draft, through breaks, kills and slow lines.

mod breaks;
mod edges;
mod ietf;
mod instances;
mod tus;
mod tus_rules;
mod upkeep;

use crate::harness::{Answer, House, Scene, Shot, Visitor};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The type of tus bodies.
const TUS_BODY: &str = "application/offset+octet-stream";

/// A pair of `Upload-Metadata`.
fn pair(key: &str, value: impl AsRef<[u8]>) -> String {
    format!("{key} {}", STANDARD.encode(value))
}

/// A request of tus.
fn tus(phone: &Visitor, method: &str, path: &str) -> RequestBuilder {
    phone.request(method, path).header("tus-resumable", "1.0.0")
}

/// Declares a photo and creates its upload; where that is.
async fn created(phone: &Visitor, shot: &Shot) -> String {
    assert_eq!(phone.put(&shot.path(), &shot.declaration).await.0, 201);
    let request = tus(phone, "POST", "/v1/uploads").header("upload-length", shot.bytes.len());
    let answer = phone.answer(request.header("upload-metadata", pair("photo", shot.id.to_string()))).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.header("location").to_owned()
}

/// Prepares the sending of bytes from an offset on.
fn patch(phone: &Visitor, at: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
    tus(phone, "PATCH", at)
        .header("content-type", TUS_BODY)
        .header("upload-offset", offset)
        .body(bytes.to_vec())
}

/// How far an upload got.
async fn offset(phone: &Visitor, at: &str) -> usize {
    let answer = phone.answer(tus(phone, "HEAD", at)).await;
    assert_eq!(answer.status, 200);
    answer.header("upload-offset").parse().expect("an offset")
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{}", answer.body);
}

/// Names of the objects below a prefix.
async fn objects(house: &House, prefix: &str) -> Vec<String> {
    house.app.media.list(prefix, None).await.expect("a list").0.into_iter().map(|o| o.name).collect()
}

/// Reads a photo back, after the worker has seen it.
async fn is_held(house: &House, scene: &Scene, shot: &Shot) {
    house.work().await;
    let original = scene.phone.send("GET", &format!("{}/original", shot.path()), None).await;
    assert_eq!(original.status, 200, "{}", original.body);
    assert!(original.bytes == shot.bytes, "the original differs");
    fieldproof::flows::uploads::sweep(&house.app).await.expect("a sweep");
    assert_eq!(objects(house, "uploads/").await, Vec::<String>::new());
}

/// A request on a line of its own, its head written by hand.
async fn line(url: &str, phone: &Visitor, first: &str, headers: &str, body: &[u8]) -> TcpStream {
    let host = url.trim_start_matches("http://");
    let mut line = TcpStream::connect(host).await.expect("a line");
    let token = phone.token().expect("a token");
    let head = format!("{first} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n{headers}\r\n");
    line.write_all(head.as_bytes()).await.expect("a head");
    line.write_all(body).await.expect("a body");
    line
}

/// A PATCH of tus that announces everything from an offset on, and sends a part.
async fn begun(url: &str, phone: &Visitor, at: &str, shot: &Shot, from: usize, to: usize) -> TcpStream {
    let headers = format!(
        "tus-resumable: 1.0.0\r\ncontent-type: {TUS_BODY}\r\nupload-offset: {from}\r\ncontent-length: {}\r\n",
        shot.bytes.len() - from
    );
    line(url, phone, &format!("PATCH {at}"), &headers, &shot.bytes[from..to]).await
}

/// What still comes on a line until the other end closes it.
async fn rest(line: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = async {
        let mut some = [0; 4096];
        while let Ok(count) = line.read(&mut some).await {
            if count == 0 {
                break;
            }
            all.extend_from_slice(&some[..count]);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.expect("the line is closed");
    String::from_utf8_lossy(&all).into_owned()
}

/// Waits until a row of a photo's upload is as it should be.
async fn upload_is(house: &House, shot: &Shot, what: &str) {
    let sql = house.sql().await;
    let query = format!("SELECT 1 FROM uploads WHERE photo_id = $1::text::uuid AND {what}");
    for _ in 0..400 {
        if !sql.query(&query, &[&shot.id.to_string()]).await.expect("uploads").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not come true in time");
}

/// Waits until so many bytes of a photo are durable, as its row says.
async fn durable(house: &House, shot: &Shot, bytes: usize) {
    upload_is(house, shot, &format!("received_bytes = {bytes}")).await;
}

/// Waits until a request has the turn.
async fn taken(house: &House, shot: &Shot) {
    upload_is(house, shot, "epoch > 0").await;
}
