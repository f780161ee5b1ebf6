//! What the HTTP door does for every request, whatever it asks for.

use crate::harness::House;
use crate::harness::people::PASSWORD;
use fieldproof::domain::actor::{Actor, Who};
use fieldproof::domain::ids::{AccountId, SessionId};
use fieldproof::flows::Error;
use fieldproof::flows::replays::{self, Answer, Turn};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn line(house: &House) -> TcpStream {
    let address = house.url.strip_prefix("http://").expect("plain http in tests");
    TcpStream::connect(address).await.expect("a connection")
}

/// Sends bytes as they are and reads until the server closes or says nothing more.
async fn raw(house: &House, request: &[u8]) -> String {
    let mut stream = line(house).await;
    stream.write_all(request).await.expect("the request is taken");
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn somebody() -> Actor {
    let id = uuid::Uuid::new_v4();
    Actor { who: Who::Person(AccountId(id)), session: SessionId(id), scopes: Vec::new(), grants: Vec::new() }
}

fn created() -> Answer {
    Answer { status: 201, headers: json!({"location": "/v1/units/1"}), body: b"{\"id\":1}".to_vec() }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_gets_what_get_gets_without_the_body() {
    let house = House::open().await;
    let visitor = house.stranger();

    let get = visitor.send("GET", "/openapi.json", None).await;
    let head = visitor.send("HEAD", "/openapi.json", None).await;

    assert_eq!((get.status, head.status), (200, 200));
    assert_eq!(head.header("content-length"), get.bytes.len().to_string());
    assert!(head.bytes.is_empty());
    let then = raw(&house, b"HEAD /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(then.matches("HTTP/1.1 200").count(), 2, "{then}");
    assert_eq!(then.matches("\"alive\"").count(), 1, "{then}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trace_and_other_methods_are_refused_with_what_is_allowed() {
    let house = House::open().await;

    for (path, allowed) in [("/health/live", "GET, HEAD, OPTIONS"), ("/v1/nowhere", "GET, HEAD, OPTIONS")] {
        let trace = house.stranger().send("TRACE", path, None).await;
        assert_eq!((trace.status, trace.header("allow")), (405, allowed), "{path}");
        assert_eq!(trace.body["code"], "method.not-allowed");
    }
    let deleted = house.stranger().send("DELETE", "/health/live", None).await;
    assert_eq!((deleted.status, deleted.header("allow")), (405, "GET, HEAD, OPTIONS"));
    let asked = house.stranger().send("OPTIONS", "/health/live", None).await;
    assert_eq!((asked.status, asked.header("allow")), (204, "GET, HEAD, OPTIONS"));
    assert_eq!(asked.header("server"), "", "no banner");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_origins_may_call_from_a_browser() {
    let house = House::open_with(&[("FIELDPROOF_CORS_ORIGINS", "https://review.example")]).await;
    let ask = |origin: &'static str| {
        let visitor = house.stranger();
        async move {
            let request = visitor
                .request("OPTIONS", "/v1/photos")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "authorization,repr-digest");
            visitor.answer(request).await
        }
    };

    let listed = ask("https://review.example").await;
    let other = ask("https://evil.example").await;

    assert_eq!(listed.status, 204);
    assert_eq!(listed.header("access-control-allow-origin"), "https://review.example");
    assert!(listed.header("access-control-allow-headers").contains("Repr-Digest"));
    assert_eq!(listed.header("access-control-allow-credentials"), "");
    assert_eq!(other.header("access-control-allow-origin"), "");
    let visitor = house.stranger();
    let call = visitor.request("GET", "/health/live").header("Origin", "https://review.example");
    let answer = visitor.answer(call).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://review.example");
    assert!(answer.header("access-control-expose-headers").contains("Retry-After"));
    assert_eq!(answer.header("vary"), "Origin");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let house = House::open_with(&[("FIELDPROOF_RATE_PER_MINUTE", "10")]).await;
    let visitor = house.stranger();

    let mut last = visitor.send("GET", "/openapi.json", None).await;
    for n in 0..10 {
        // A forged header does not make somebody else of a caller.
        let request =
            visitor.request("GET", "/v1/nowhere").header("X-Forwarded-For", format!("203.0.113.{n}"));
        last = visitor.answer(request).await;
    }

    assert_eq!((last.status, last.body["code"].as_str()), (429, Some("rate.exceeded")));
    assert!((1..=60).contains(&last.header("retry-after").parse::<u32>().expect("seconds")));
    assert_eq!(last.body["client_action"], "retry");
    assert_eq!(visitor.send("GET", "/health/live", None).await.status, 200, "balancers are not counted");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_in_one_office_have_an_allowance_each() {
    let house = House::open_with(&[("FIELDPROOF_RATE_PER_MINUTE", "20")]).await;
    let stranger = house.stranger();
    let look = async |cookie: &str| {
        stranger.answer(stranger.request("GET", "/review").header("cookie", cookie)).await.status
    };
    let mut cookies = Vec::new();
    for login in ["lan", "minh"] {
        house.account(login, &[]).await;
        let page = house.sign_in_page("/login").await;
        let sent = house.send_sign_in(&page, login, PASSWORD).await;
        cookies.push(sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned());
        assert_eq!(look(&cookies[cookies.len() - 1]).await, 200);
    }
    let mut busy = 200;
    for _ in 0..25 {
        busy = look(&cookies[0]).await;
    }
    assert_eq!(busy, 429, "one of them asks too often");
    assert_eq!(look(&cookies[1]).await, 200, "the other does not pay for it");
    for n in 0..20 {
        look(&format!("fieldproof_session=made-up-{n}")).await;
    }
    assert_eq!(
        look("fieldproof_session=made-up").await,
        429,
        "made-up cookies have no allowance of their own"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_caller_has_an_allowance() {
    let settings = [("FIELDPROOF_RATE_PER_MINUTE", "10"), ("FIELDPROOF_TRUSTED_PROXIES", "127.0.0.1")];
    let house = House::open_with(&settings).await;
    let visitor = house.stranger();

    for n in 0..15 {
        let request =
            visitor.request("GET", "/v1/nowhere").header("X-Forwarded-For", format!("203.0.113.{n}"));
        assert_eq!(visitor.answer(request).await.status, 404);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_answer_reaches_a_client_that_is_still_sending() {
    let house = House::open().await;
    for expect in ["", "Expect: 100-continue\r\n"] {
        let stream = line(&house).await;
        let (mut from, mut to) = stream.into_split();
        let head = format!("PUT /v1/nowhere HTTP/1.1\r\nHost: x\r\n{expect}Content-Length: 8000000\r\n\r\n");
        let sending = tokio::spawn(async move {
            let _ = to.write_all(head.as_bytes()).await;
            for _ in 0..800 {
                if to.write_all(&vec![7; 10_000]).await.is_err() {
                    return false;
                }
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            true
        });
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), from.read_to_end(&mut answer)).await;

        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains("HTTP/1.1 404"), "{expect:?}: {answer:?} {read:?}");
        assert!(answer.contains("\"code\":\"not-found\""), "{answer}");
        let _ = sending.await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_framing_is_refused_and_never_answered_twice() {
    let house = House::open().await;
    let odd: [(&str, &[u8]); 7] = [
        ("400", b"GET / HTTP/1.1\r\n\r\n"),
        ("400", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        (
            "400",
            b"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        ("400", b"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
        ("400", b"POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        ("400", b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("400", b"\x16\x03\x01\x02\x00\x01\x00"),
    ];
    let mut faults = Vec::new();
    for (wanted, request) in odd {
        let answer = raw(&house, request).await;
        let statuses: Vec<&str> =
            answer.split("HTTP/1.1 ").skip(1).filter_map(|said| said.get(..3)).collect();
        if statuses != [wanted] {
            faults.push(format!("{:?}: {statuses:?} {answer}", String::from_utf8_lossy(request)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_speak_the_caller_s_language_and_have_a_page() {
    let house = House::open().await;
    let visitor = house.stranger();

    let (_, vi) = visitor.get("/v1/nowhere").await;
    let request = visitor.request("GET", "/v1/nowhere").header("Accept-Language", "en");
    let en = visitor.answer(request).await.body;
    let page = visitor.send("GET", vi["type"].as_str().expect("a type"), None).await;

    assert_eq!(vi["detail"], "Không có gì ở đây, hoặc không có gì bạn được xem.");
    assert_eq!(en["detail"], "There is nothing here, or nothing you may see.");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let text = String::from_utf8(page.bytes).expect("UTF-8");
    assert!(text.contains("not-found") && text.contains("nothing you may see"), "{text}");
    assert_eq!(visitor.get("/problems/no.such-code").await.0, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_needs_nothing_from_elsewhere() {
    let house = House::open().await;
    let page = house.stranger().send("GET", "/docs", None).await;

    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let text = String::from_utf8(page.bytes).expect("UTF-8");
    assert!(text.contains("/health/ready") && text.contains("/docs/style.css"));
    assert!(!text.contains("src=\"http") && !text.contains("<script"), "nothing from elsewhere");
    assert!(
        text.contains("<code>Retry-After</code> says") && !text.contains("`Retry-After`"),
        "as it is read"
    );
    assert_eq!(house.stranger().send("GET", "/docs/style.css", None).await.status, 200);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_not_told_through_a_proxy() {
    let house = House::open().await;
    let visitor = house.stranger();
    assert_eq!(visitor.send("GET", "/metrics", None).await.status, 200);
    let forwarded = visitor.request("GET", "/metrics").header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(visitor.answer(forwarded).await.status, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_requests_with_one_key_one_is_first_and_all_get_its_answer() {
    let house = House::open().await;
    let actor = somebody();
    let print = replays::fingerprint("POST", "/v1/units", b"{}");

    let asks = (0..50).map(|_| {
        let (app, actor) = (house.app.clone(), actor.clone());
        tokio::spawn(async move {
            match replays::begin(&app, &actor, None, "key-1", print).await.expect("a turn") {
                Turn::First(hold) => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    replays::settle(&app, &hold, &created()).await.expect("kept");
                    (1, created())
                }
                Turn::Again(answer) => (0, answer),
            }
        })
    });
    let answers = futures::future::join_all(asks).await;

    let answers: Vec<(i32, Answer)> = answers.into_iter().map(|a| a.expect("no panic")).collect();
    assert_eq!(answers.iter().map(|(first, _)| first).sum::<i32>(), 1);
    assert!(answers.iter().all(|(_, answer)| *answer == created()));
    let row =
        house.sql().await.query_one("SELECT body, fingerprint FROM replays", &[]).await.expect("one row");
    assert_ne!(row.get::<_, Vec<u8>>(1), print, "what a request was can't be tried out without the secret");
    assert!(!row.get::<_, Vec<u8>>(0).windows(4).any(|w| w == b"\"id\""), "kept answers are sealed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_request_of_one_person() {
    let house = House::open().await;
    let actor = somebody();
    let print = replays::fingerprint("POST", "/v1/units", b"{}");
    let Ok(Turn::First(hold)) = replays::begin(&house.app, &actor, None, "key", print).await else {
        panic!("first")
    };
    replays::settle(&house.app, &hold, &created()).await.expect("kept");

    let other = replays::fingerprint("POST", "/v1/units", b"{\"a\":1}");
    let refused = replays::begin(&house.app, &actor, None, "key", other).await;
    assert!(matches!(refused, Err(Error::Refused(no)) if no.code == "idempotency.other-request"));
    let theirs = replays::begin(&house.app, &somebody(), None, "key", other).await;
    assert!(matches!(theirs, Ok(Turn::First(_))), "keys are a person's own");
    let long = "k".repeat(256);
    for bad in ["", "with space", "é", "line\n", long.as_str()] {
        let refused = replays::begin(&house.app, &actor, None, bad, print).await;
        assert!(matches!(refused, Err(Error::Refused(no)) if no.code == "idempotency.bad-key"), "{bad:?}");
    }
    house.wait_s(31 * 24 * 3600);
    let later = replays::begin(&house.app, &actor, None, "key", other).await;
    assert!(matches!(later, Ok(Turn::First(_))), "after 30 days the key is free");
    house.wait_s(31 * 24 * 3600);
    assert_eq!(replays::forget_expired(&house.app).await.expect("swept"), 2);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_ours_gives_the_key_back() {
    let house = House::open().await;
    let actor = somebody();
    let print = replays::fingerprint("POST", "/v1/units", b"{}");
    for status in [500, 503, 401, 429] {
        let Ok(Turn::First(hold)) = replays::begin(&house.app, &actor, None, "key", print).await else {
            panic!("{status}: the key is free")
        };
        let answer = Answer { status, headers: json!({}), body: Vec::new() };
        replays::settle(&house.app, &hold, &answer).await.expect("given back");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_neither_doubles_an_effect_nor_blocks_a_key_for_ever() {
    let house = House::open().await;
    let actor = somebody();
    let print = replays::fingerprint("POST", "/v1/units", b"{}");

    // Died before it took effect: the same request may begin anew once it is taken for dead.
    assert!(matches!(replays::begin(&house.app, &actor, None, "early", print).await, Ok(Turn::First(_))));
    let begun = Instant::now();
    let waiting = replays::begin(&house.app, &actor, None, "early", print).await;
    assert!(matches!(waiting, Err(Error::Refused(no)) if no.code == "idempotency.in-progress"));
    assert!((4..9).contains(&begun.elapsed().as_secs()), "waits five seconds, not {:?}", begun.elapsed());

    // Died between its commit and its answer: it must not be done again.
    let Ok(Turn::First(late)) = replays::begin(&house.app, &actor, None, "late", print).await else {
        panic!("first")
    };
    let work = async { house.app.records.begin().await.expect("a transaction").commit().await };
    replays::under(&late, work).await.expect("committed");

    house.wait_s(61);
    let Ok(Turn::First(anew)) = replays::begin(&house.app, &actor, None, "early", print).await else {
        panic!("anew")
    };
    let lost = replays::begin(&house.app, &actor, None, "late", print).await;
    assert!(matches!(lost, Err(Error::Refused(no)) if no.code == "idempotency.answer-lost"));

    // One that was only slow finds its key taken over, and must not take effect.
    house.wait_s(61);
    assert!(matches!(replays::begin(&house.app, &actor, None, "early", print).await, Ok(Turn::First(_))));
    let work = async { house.app.records.begin().await.expect("a transaction").commit().await };
    assert!(replays::under(&anew, work).await.is_err());
    house.close().await;
}
