//! A push whose changes are read each for itself, and cursors that others do not end.

use super::sync_push::{codes, host, outcomes, push};
use crate::harness::{Follower, Inspectorate};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a phone writes that cuts a text in the middle of a character, and what else no text or number of ours can be: none of
/// it keeps the others from being done.
#[tokio::test(flavor = "multi_thread")]
async fn one_change_that_cannot_be_read_keeps_none_of_the_others() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let phone = &at.member.visitor;
    let text = |change: &Value| change.to_string();
    let named = |name: &str| {
        let change = host(&visit, Uuid::now_v7(), "TÊN");
        (change["id"].as_str().expect("an id").to_owned(), text(&change).replace("TÊN", name))
    };
    let deep = format!(r#"{}"x"{}"#, "[".repeat(150), "]".repeat(150));
    let odd = [
        named(r"a\u0000b"),
        named(r"a\ud83d"),
        (String::new(), text(&host(&visit, Uuid::now_v7(), "Số")).replace("null", "1e400")),
        (String::new(), format!("[{}]", text(&host(&visit, Uuid::now_v7(), "Danh sách")))),
        (String::new(), text(&host(&visit, Uuid::now_v7(), "Sâu")).replace(r#""Sâu""#, &deep)),
        (String::new(), "7".to_owned()),
    ];
    let good =
        [host(&visit, Uuid::now_v7(), "Nguyễn Văn Đầu"), host(&visit, Uuid::now_v7(), "Trần Thị Cuối")];
    let mut changes = vec![text(&good[0])];
    changes.extend(odd.iter().map(|(_, change)| change.clone()));
    changes.push(text(&good[1]));
    let body = format!(r#"{{"changes":[{}]}}"#, changes.join(","));
    let pushed = phone.request("POST", "/v1/sync").header("content-type", "application/json").body(body);
    let answer = phone.answer(pushed).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let results = answer.body["results"].as_array().expect("results");
    let told = outcomes(results);
    assert_eq!((told[0], told[7]), ("applied", "applied"), "{results:?}");
    assert_eq!(told[1..7], ["refused"; 6], "{results:?}");
    assert!(
        codes(results)[1..7].iter().all(|code| matches!(*code, "invalid" | "body.not-json")),
        "{results:?}"
    );
    for n in [1, 2] {
        assert_eq!(
            results[n]["id"].as_str(),
            Some(odd[n - 1].0.as_str()),
            "it is told by its id all the same"
        );
    }
    assert_eq!(results[1]["problem"]["errors"][0]["pointer"], "/changes/1/body/name", "{}", results[1]);
    let held = phone.get(&format!("{visit}/attendees")).await.1;
    assert_eq!(held["items"].as_array().map(Vec::len), Some(2), "{held}");

    // Nor does any of them by itself: what one spoils may hide what another would.
    for (n, (_, change)) in odd.iter().enumerate() {
        let good = host(&visit, Uuid::now_v7(), "Lê Văn Giữa");
        let body = format!(r#"{{"changes":[{change},{}]}}"#, text(&good));
        let pushed = phone.request("POST", "/v1/sync").header("content-type", "application/json").body(body);
        let answer = phone.answer(pushed).await;
        assert_eq!(answer.status, 200, "{n}: {}", answer.body);
        let results = answer.body["results"].as_array().expect("results");
        assert_eq!(outcomes(results), ["refused", "applied"], "{n}: {results:?}");
    }

    // The whole, too, is an object: a list of its members is none.
    let listed = json!([[good[0]]]);
    let (status, no) = phone.post("/v1/sync", &listed).await;
    assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("field.wrong-type")), "{no}");
    assert_eq!(outcomes(&push(phone, &good).await), ["applied", "applied"]);
    at.house.close().await;
}

/// A phone that begins again and again on a bad line ends none of its owner's others.
#[tokio::test(flavor = "multi_thread")]
async fn beginnings_that_never_came_back_end_no_phone_that_did() {
    let at = Inspectorate::open().await;
    at.visit("planned", 1).await;
    let mut phone = Follower::new(&at.member.visitor);
    for _ in 0..2 {
        phone.catch_up(50).await;
        at.visit("planned", 1).await;
    }
    for _ in 0..25 {
        assert_eq!(at.member.visitor.get("/v1/sync?limit=1").await.0, 200);
    }
    at.visit("planned", 2).await;
    phone.catch_up(50).await;
    phone.holds_the_truth().await;
    at.house.close().await;
}
