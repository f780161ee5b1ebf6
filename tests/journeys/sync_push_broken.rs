//! A push that breaks in the middle, by the process or by the database: what was told holds, and the whole is pushed again.

use super::sync_push::{codes, guidance, host, outcomes, promise, push};
use crate::harness::faults::Fault;
use crate::harness::{Inspectorate, Shot, id_of, pictures};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use uuid::Uuid;

/// Between two changes, and between a change and its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_died_half_way_is_pushed_again() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    for (seed, stop) in [(5, "declared"), (6, "declaration-written")] {
        let shot = Shot::of(id_of(&visit).parse().expect("an id"), pictures::sharp(seed)).with("item", "A01");
        let batch =
            [host(&visit, Uuid::now_v7(), stop), promise(&shot), guidance(&visit, Uuid::now_v7(), stop)];
        let mut process = at.house.start_process(&[("FIELDPROOF_STOP_AT", stop)]).await;
        let sent = process.called_by(&at.lead.visitor).request("POST", "/v1/sync");
        assert!(sent.json(&json!({ "changes": batch })).send().await.is_err(), "{stop}: it died");
        let (ended, _) = process.ended().await;
        assert_eq!(ended.signal(), Some(6), "{}", process.log());

        let mut results = push(&at.lead.visitor, &batch).await;
        if stop == "declaration-written" {
            // Nobody can tell yet whether the process still works at it.
            assert_eq!(outcomes(&results), ["applied", "not_tried", "not_tried"], "{results:?}");
            assert_eq!(codes(&results), ["-", "idempotency.in-progress", "sync.not-tried"]);
            assert!(results[1..].iter().all(|result| result["problem"]["client_action"] == "retry"));
            let later = "UPDATE replays SET created_at = created_at - interval '61 s' WHERE status IS NULL";
            at.house.sql().await.batch_execute(later).await.expect("a minute goes by");
            results = push(&at.lead.visitor, &batch).await;
        }
        assert_eq!(outcomes(&results), ["applied"; 3], "{stop}: {results:?}");
        assert_eq!(results[1]["body"]["id"], json!(shot.id), "{stop}: {results:?}");
        let declared = at.house.deeds(&shot.id.to_string()).await;
        assert_eq!(declared, ["photo.declared"], "{stop}");
        let hosts = at.lead.visitor.get(&format!("{visit}/attendees")).await.1;
        let mine = hosts["items"].as_array().into_iter().flatten().filter(|of| of["name"] == stop).count();
        assert_eq!(mine, 1, "{stop}");
        let again = push(&at.lead.visitor, &batch).await;
        assert!(again.iter().all(|result| result["repeated"] == true), "{stop}: {again:?}");
    }
    at.house.close().await;
}

/// Before the push, and in the middle of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_the_database_left_is_whole_changes_and_is_pushed_again() {
    let at = Inspectorate::open_behind_lines().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    let name = |n: usize| format!("Người tiếp đoàn {n}");
    let batch: Vec<Value> = (0..60).map(|n| host(&visit, Uuid::now_v7(), &name(n))).collect();
    let sql = at.house.sql().await;
    let there = async || sql.query("SELECT 1 FROM visit_attendees", &[]).await.expect("hosts").len();

    at.house.fail_database(Fault::Cut);
    let (status, body) = at.lead.visitor.post("/v1/sync", &json!({ "changes": batch })).await;
    assert_eq!((status, &body["code"], there().await), (503, &json!("busy"), 0), "{body}");
    at.house.fail_database(Fault::None);

    let cut = async {
        while there().await < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        at.house.fail_database(Fault::Cut);
    };
    let (results, ()) = tokio::join!(push(&at.lead.visitor, &batch), cut);
    let done = results.iter().take_while(|result| result["outcome"] == "applied").count();
    let (told, rest) = results.split_at(done);
    assert!(told.len() >= 2 && !rest.is_empty(), "{results:?}");
    assert!(rest.iter().all(|result| result["outcome"] == "not_tried"), "{rest:?}");
    assert!(rest.iter().all(|result| result["problem"]["client_action"] == "retry"), "{rest:?}");
    // What was told is there; of the next one nobody knows.
    assert!([told.len(), told.len() + 1].contains(&there().await), "{}", told.len());

    at.house.fail_database(Fault::None);
    let later = "UPDATE replays SET created_at = created_at - interval '61 s' WHERE status IS NULL";
    sql.batch_execute(later).await.expect("a minute goes by");
    let again = push(&at.lead.visitor, &batch).await;
    assert_eq!(outcomes(&again), vec!["applied"; batch.len()], "{again:?}");
    for (n, (before, now)) in told.iter().zip(&again).enumerate() {
        // The answer to the very last one could not be kept any more: its body is to be read.
        let is_lost = n + 1 == told.len() && now["body"].is_null();
        assert!(now["repeated"] == true && (now["body"] == before["body"] || is_lost), "{before} {now}");
    }
    let hosts = at.lead.visitor.get(&format!("{visit}/attendees?limit=200")).await.1;
    let names: BTreeSet<&str> =
        hosts["items"].as_array().into_iter().flatten().filter_map(|of| of["name"].as_str()).collect();
    let wanted: Vec<String> = (0..batch.len()).map(name).collect();
    assert_eq!(names, wanted.iter().map(String::as_str).collect());
    assert_eq!(there().await, batch.len());
    at.house.close().await;
}
