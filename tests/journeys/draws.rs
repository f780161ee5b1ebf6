//! Draws of sites: committed before anybody knows what comes out, revealed, told, and computed again by anybody.

use crate::harness::{Inspectorate, id_of};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use uuid::Uuid;

/// What the script that shares no code with the server says of a draw.
fn recompute(draw: &Value) -> (bool, Value) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/recompute-draw");
    let mut run = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 runs");
    run.stdin.take().unwrap().write_all(draw.to_string().as_bytes()).unwrap();
    let out = run.wait_with_output().unwrap();
    (out.status.success(), serde_json::from_slice(&out.stdout).unwrap_or_default())
}

fn wish(at: &Inspectorate) -> Value {
    json!({ "title": "Chọn xã kiểm tra", "strata": [
        { "name": "Xã", "units": [at.commune, at.other_commune], "take": 1 },
        { "name": "Tỉnh", "units": [at.province], "take": 1 }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_is_committed_before_it_is_revealed_and_anybody_can_compute_it_again() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let draws = format!("/v1/campaigns/{}/draws", at.campaign);
    assert_eq!(at.authority.visitor.post(&draws, &wish(&at)).await.0, 403);
    let strange =
        json!({ "title": "Chọn xã", "strata": [{ "name": "Xã", "units": [Uuid::nil()], "take": 1 }] });
    assert_eq!(who.post(&draws, &strange).await.1["errors"][0]["code"], "draw.unit-unknown");
    let made = who.send("POST", &draws, Some(&wish(&at))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let draw = made.header("location");
    let tell = format!("{draw}/tell");

    // Committed: nobody sees a sample, whoever drew neither, and there is none to be seen.
    let hidden = |seen: &Value| {
        assert_eq!(json!([seen["seed"], seen["drawn"], seen["revealed_at"]]), json!([null, null, null]));
        assert_eq!(
            (&seen["commitment"], &seen["frame_sha256"]),
            (&made.body["commitment"], &made.body["frame_sha256"])
        );
    };
    hidden(&made.body);
    for reader in [who, &at.authority.visitor] {
        hidden(&reader.get(draw).await.1);
        hidden(&reader.get(&draws).await.1["items"][0]);
    }
    let kept = "SELECT drawn::text, encode(seed, 'hex') FROM draws";
    let row = at.house.sql().await.query_one(kept, &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "[]");
    let noted = "SELECT count(*) FROM custody WHERE details::text LIKE '%' || $1 || '%'";
    let seed: String = row.get(1);
    assert_eq!(at.house.sql().await.query_one(noted, &[&seed]).await.unwrap().get::<_, i64>(0), 0);
    assert_eq!(who.post(&tell, &Value::Null).await.1["code"], "draw.not-revealed");

    // Revealed: whoever drew knows what may be a surprise; everybody sees that it was revealed.
    assert_eq!(at.authority.visitor.post(&format!("{draw}/reveal"), &Value::Null).await.0, 403);
    let (status, revealed) = who.post(&format!("{draw}/reveal"), &Value::Null).await;
    assert_eq!((status, revealed["seed"].as_str()), (200, Some(seed.as_str())));
    assert_eq!(who.post(&format!("{draw}/reveal"), &Value::Null).await.1, revealed, "once, and stays so");
    let (_, sealed) = at.authority.visitor.get(draw).await;
    assert_eq!((&sealed["seed"], &sealed["drawn"]), (&Value::Null, &Value::Null));
    assert_eq!(sealed["revealed_at"], revealed["revealed_at"]);
    assert_eq!(at.head.visitor.get(draw).await.0, 404);

    // Told: anybody computes it again, and is told where something does not fit.
    assert_eq!(at.authority.visitor.post(&tell, &Value::Null).await.0, 403);
    assert_eq!(who.post(&tell, &Value::Null).await.0, 200);
    let (_, told) = at.authority.visitor.get(draw).await;
    assert_eq!(told["drawn"], revealed["drawn"]);
    let (agrees, computed) = recompute(&told);
    assert!(agrees, "{told}");
    assert_eq!(computed["drawn"], told["drawn"]);
    let mut other = told.clone();
    other["seed"] = json!("00".repeat(32));
    assert!(!recompute(&other).0, "another seed is not the one that was bound");
    let mut other = told.clone();
    other["strata"][1]["units"] = json!([at.commune]);
    other["drawn"] = Value::Null;
    assert!(!recompute(&other).0, "another frame is not the one that was bound");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_committed_draw_does_not_change_whatever_becomes_of_its_units() {
    let at = Inspectorate::open().await;
    let (who, sql) = (&at.scheduler.visitor, at.house.sql().await);
    let draws = format!("/v1/campaigns/{}/draws", at.campaign);
    let draw = who.send("POST", &draws, Some(&wish(&at))).await.header("location").to_owned();
    for change in [
        "UPDATE draws SET strata = '[]'",
        "UPDATE draws SET seed = sha256('x')",
        "UPDATE draws SET commitment = 'x'",
        "UPDATE draws SET frame_sha256 = 'x'",
        "UPDATE draws SET title = 'x'",
        "DELETE FROM draws",
    ] {
        assert!(sql.batch_execute(change).await.is_err(), "{change}");
    }
    let abolish = json!({ "kind": "abolish", "instrument": "Luật 72/2025/QH15", "operating_date": "2025-07-01",
        "closes": [at.commune] });
    assert_eq!(who.post("/v1/unit-events", &abolish).await.0, 201);
    let (_, revealed) = who.post(&format!("{draw}/reveal"), &Value::Null).await;
    assert!(recompute(&revealed).0, "{revealed}");
    assert_eq!(
        revealed["strata"][0]["units"].as_array().map(Vec::len),
        Some(2),
        "the frame is the committed one"
    );
    for change in ["UPDATE draws SET drawn = '[]'", "UPDATE draws SET revealed_at = NULL"] {
        assert!(sql.batch_execute(change).await.is_err(), "{change}");
    }

    // Whoever got past the database is told that it does not fit.
    let past = who.send("POST", &draws, Some(&wish(&at))).await.header("location").to_owned();
    let forge = format!(
        "ALTER TABLE draws DISABLE TRIGGER draws_are_held; UPDATE draws SET strata = '[]' WHERE id = '{}'",
        id_of(&past)
    );
    sql.batch_execute(&forge).await.unwrap();
    let (status, no) = who.post(&format!("{past}/reveal"), &Value::Null).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("draw.broken")));
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn draws_are_listed_a_page_at_a_time() {
    let at = Inspectorate::open().await;
    let who = &at.scheduler.visitor;
    let draws = format!("/v1/campaigns/{}/draws", at.campaign);
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(who.post(&draws, &wish(&at)).await.1["id"].clone());
    }
    let (mut listed, mut next) = (Vec::new(), format!("{draws}?limit=2"));
    loop {
        let (status, page) = at.authority.visitor.get(&next).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        listed.extend(items.iter().map(|draw| draw["id"].clone()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("{draws}?limit=2&cursor={cursor}");
        if listed.len() == 2 {
            made.push(who.post(&draws, &wish(&at)).await.1["id"].clone());
        }
    }
    assert_eq!(listed, made, "each once, first to last, those made meanwhile too");
    at.house.close().await;
}
