//! Requests whose framing is odd, broken, ambiguous or meant to smuggle another: no fault of the server, never more
//! answers than requests, no connection that hangs.

use crate::harness::House;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection must be answered and closed by then; the limits below are a second or two.
const CLOSED: Duration = Duration::from_secs(8);

/// What is sent, and how many requests a sound server may see in it at most.
struct Case(&'static str, usize, Vec<u8>);

fn case(name: &'static str, requests: usize, bytes: impl AsRef<[u8]>) -> Case {
    Case(name, requests, bytes.as_ref().to_vec())
}

/// Another request, hidden in what should be a body.
const HIDDEN: &str = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";

/// A POST with these headers and this body.
fn post(headers: &str, body: &str) -> String {
    format!("POST /oauth/token HTTP/1.1\r\nHost: a\r\n{headers}\r\n{body}")
}

fn get(headers: &str) -> String {
    format!("GET /health/live HTTP/1.1\r\nHost: a\r\n{headers}\r\n")
}

/// Lengths and codings that contradict each other.
fn lengths() -> Vec<Case> {
    let chunked = "Transfer-Encoding: chunked\r\n";
    vec![
        case(
            "length and chunked",
            1,
            post(&format!("Content-Length: 4\r\n{chunked}"), &format!("0\r\n\r\n{HIDDEN}")),
        ),
        case(
            "chunked and length",
            1,
            post(&format!("{chunked}Content-Length: 4\r\n"), &format!("0\r\n\r\n{HIDDEN}")),
        ),
        case(
            "length 0 and chunked",
            1,
            post(&format!("Content-Length: 0\r\n{chunked}"), &format!("5\r\nhello\r\n0\r\n\r\n{HIDDEN}")),
        ),
        case(
            "two lengths that differ",
            1,
            post("Content-Length: 3\r\nContent-Length: 40\r\n", &format!("abc{HIDDEN}")),
        ),
        case(
            "two lengths that agree",
            2,
            post("Content-Length: 3\r\nContent-Length: 3\r\n", &format!("abc{HIDDEN}")),
        ),
        case("a list of lengths", 1, post("Content-Length: 3, 4\r\n", &format!("abc{HIDDEN}"))),
        case("a length with a plus", 1, post("Content-Length: +3\r\n", &format!("abc{HIDDEN}"))),
        case("a negative length", 1, post("Content-Length: -1\r\n", HIDDEN)),
        case("a length in hexadecimal", 1, post("Content-Length: 0x3\r\n", &format!("abc{HIDDEN}"))),
        case("a length beyond 64 bits", 1, post("Content-Length: 184467440737095516160\r\n", HIDDEN)),
        case("a length of 2^64 - 1", 1, post("Content-Length: 18446744073709551615\r\n", HIDDEN)),
        case("an empty length", 1, post("Content-Length:\r\n", HIDDEN)),
        case("a length with a space in it", 1, post("Content-Length: 3 4\r\n", HIDDEN)),
        case("a length in other digits", 1, post("Content-Length: ٣\r\n", HIDDEN)),
        case(
            "a length before a colon with space",
            1,
            post("Content-Length : 3\r\n", &format!("abc{HIDDEN}")),
        ),
        case("a body shorter than its length", 1, post("Content-Length: 400\r\n", "abc")),
        case(
            "a GET with a body",
            2,
            format!("{}{HIDDEN}{}", get(&format!("Content-Length: {}\r\n", HIDDEN.len())), get("")),
        ),
    ]
}

/// Transfer codings as smugglers write them.
fn codings() -> Vec<Case> {
    let body = format!("5\r\nhello\r\n0\r\n\r\n{HIDDEN}");
    let mut all: Vec<Case> = [
        ("xchunked", "Transfer-Encoding: xchunked\r\n"),
        ("chunked, identity", "Transfer-Encoding: chunked, identity\r\n"),
        ("identity", "Transfer-Encoding: identity\r\n"),
        ("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"),
        ("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
        ("chunked twice", "Transfer-Encoding: chunked, chunked\r\n"),
        ("quoted", "Transfer-Encoding: \"chunked\"\r\n"),
        ("a vertical tab", "Transfer-Encoding: \x0bchunked\r\n"),
        ("a space before the colon", "Transfer-Encoding : chunked\r\n"),
        ("folded", "Transfer-Encoding:\r\n chunked\r\n"),
        ("a NUL", "Transfer-Encoding: chunked\0\r\n"),
        ("in capitals", "TRANSFER-ENCODING: CHUNKED\r\n"),
    ]
    .into_iter()
    .map(|(name, header)| case(name, 2, post(header, &body)))
    .collect();
    all.push(case(
        "chunked in HTTP/1.0",
        1,
        format!("POST /oauth/token HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}"),
    ));
    all
}

/// Chunks that are none.
fn chunks() -> Vec<Case> {
    [
        ("a size that is no number", "xyz\r\nhello\r\n0\r\n\r\n"),
        ("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
        ("a size beyond 64 bits", "11111111111111111111\r\nhello\r\n0\r\n\r\n"),
        ("a size of 2^64 - 1", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        ("a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("more bytes than the size", "3\r\nhello\r\n0\r\n\r\n"),
        ("no line end after a chunk", "5\r\nhello0\r\n\r\n"),
        ("line feeds alone", "5\nhello\n0\n\n"),
        ("an extension with a line feed", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        ("an endless extension", "5;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("a trailer", "0\r\nContent-Length: 40\r\n\r\n"),
        ("no end", "5\r\nhello\r\n"),
    ]
    .into_iter()
    .map(|(name, body)| case(name, 2, post("Transfer-Encoding: chunked\r\n", &format!("{body}{HIDDEN}"))))
    .collect()
}

/// Heads that are none.
fn heads() -> Vec<Case> {
    let long = "x".repeat(200_000);
    let many: String = (0..500).map(|n| format!("X-{n}: y\r\n")).collect();
    vec![
        case("no host", 1, "GET /health/live HTTP/1.1\r\n\r\n"),
        case("two hosts", 1, get("Host: b\r\n")),
        case("a NUL in a value", 1, get("X: a\0b\r\n")),
        case("a bare carriage return", 1, get("X: a\rHost: b\r\n")),
        case("a line feed in a name", 1, get("X\nY: a\r\n")),
        case("bytes beyond ASCII in a name", 1, get("Xé: a\r\n")),
        case("a header without colon", 1, get("just words\r\n")),
        case("a header without name", 1, get(": a\r\n")),
        case("a first header that is folded", 1, "GET /health/live HTTP/1.1\r\n Host: a\r\n\r\n"),
        case("a huge header", 1, get(&format!("X: {long}\r\n"))),
        case("a huge address", 1, format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")),
        case("too many headers", 1, get(&many)),
        case("a version of the future", 1, "GET /health/live HTTP/9.9\r\nHost: a\r\n\r\n"),
        case("HTTP/0.9", 1, "GET /health/live\r\n"),
        case("HTTP/2 without asking", 1, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        case(
            "an upgrade to HTTP/2",
            1,
            get(
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
            ),
        ),
        case("TLS", 1, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        case("an address with a space", 1, "GET /health live HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("an address with a NUL", 1, "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("an address that leaves the root", 1, "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("an absolute address", 1, "GET http://b/health/live HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("an asterisk", 1, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("CONNECT", 1, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("a method of its own", 1, "FROB /health/live HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("a method with a brace", 1, "GE{T /health/live HTTP/1.1\r\nHost: a\r\n\r\n"),
        case("line feeds alone", 1, "GET /health/live HTTP/1.1\nHost: a\n\n"),
        case("empty lines first", 1, format!("\r\n\r\n\r\n{HIDDEN}")),
        case("half a head", 1, "GET /health/live HTTP/1.1\r\nHos"),
        case("nothing", 1, ""),
        case("three at once", 3, [HIDDEN; 3].concat()),
        case("an expectation nobody knows", 1, get("Expect: the-unexpected\r\n")),
        case("a range that is none", 1, get("Range: bytes=9999999999999999999999-\r\n")),
    ]
}

/// Sends a case and reads until the server closes. Returns what it answered; `None` when it does not close.
async fn send(address: &str, bytes: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(CLOSED, stream.read_to_end(&mut answer)).await;
    read.is_ok().then(|| String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_framing_is_no_fault_and_gets_no_answer_too_many() {
    let limits = [("FIELDPROOF_MIN_BODY_WINDOW_S", "1"), ("FIELDPROOF_KEEP_ALIVE_S", "1")];
    let house = House::open_with(&limits).await;
    let address = house.url.trim_start_matches("http://");
    let cases: Vec<Case> = [lengths(), codings(), chunks(), heads()].into_iter().flatten().collect();
    assert!(cases.len() >= 52);

    let sent = cases.iter().map(|Case(name, requests, bytes)| async move {
        let Some(answer) = send(address, bytes).await else { return Some(format!("{name}: hangs")) };
        let statuses: Vec<&str> = answer
            .split("HTTP/1.1 ")
            .skip(1)
            .filter_map(|rest| rest.split(' ').next())
            .filter(|s| *s != "100")
            .collect();
        let is_fault = statuses.iter().any(|status| status.starts_with('5'));
        let wrong = is_fault || statuses.len() > *requests;
        wrong.then(|| format!("{name}: {statuses:?}"))
    });
    let wrong: Vec<String> = futures::future::join_all(sent).await.into_iter().flatten().collect();

    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(house.stranger().get("/health/live").await.0, 200);
    house.close().await;
}
