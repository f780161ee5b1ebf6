//! Deeds that meet: what one of them decides while another is under way.

use crate::harness::House;
use crate::harness::people::{PASSWORD, authorize_path, pkce};
use serde_json::json;
use std::time::Duration;

/// Waits until a statement of the house on this table waits for a lock that the test holds.
pub(super) async fn somebody_waits(house: &House, table: &str) {
    let sql = house.sql().await;
    let waiting =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND query LIKE '%' || $1::text || '%'";
    for _ in 0..300 {
        if !sql.query(waiting, &[&table]).await.expect("activity can be read").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing waited for the lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_disabled_while_its_holder_changes_the_password_stays_disabled() {
    let house = House::open().await;
    let lan = house.account("lan", &[]).await;
    let me = house.bearer(&house.sign_in("lan").await.access);
    let sql = house.sql().await;
    let hash = "SELECT password_hash FROM accounts WHERE login = 'lan'";
    let before: String = sql.query_one(hash, &[]).await.expect("an account").get(0);
    let disable = format!(
        "BEGIN; UPDATE accounts SET state = 'disabled', disabled_at = now() WHERE id = '{lan}';
         UPDATE sessions SET revoked_at = now(), revoked_because = 'account disabled' WHERE account_id = '{lan}'"
    );
    sql.batch_execute(&disable).await.expect("disabled, and not committed yet");
    let changing = tokio::spawn(async move {
        let change = json!({ "current_password": PASSWORD, "new_password": "nắng lên sau rặng tre" });
        me.post("/v1/me/password", &change).await
    });
    somebody_waits(&house, "accounts").await;
    sql.batch_execute("COMMIT").await.expect("disabled");

    let (status, problem) = changing.await.expect("an answer");
    assert_eq!((status, problem["code"].as_str()), (401, Some("token.invalid")), "{problem}");
    let row = sql.query_one("SELECT state, password_hash FROM accounts WHERE login = 'lan'", &[]).await;
    let row = row.expect("an account");
    assert_eq!((row.get::<_, String>(0).as_str(), row.get::<_, String>(1)), ("disabled", before));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_changes_while_somebody_signs_in_with_the_old_one_lets_nobody_in() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    for path in ["/login".to_owned(), authorize_path(&pkce().1, "s")] {
        let page = house.sign_in_page(&path).await;
        let sql = house.sql().await;
        let change = "BEGIN; UPDATE accounts SET password_changed_at = now() WHERE login = 'lan'";
        sql.batch_execute(change).await.expect("changed, and not committed yet");
        let (answer, ()) = tokio::join!(house.send_sign_in(&page, "lan", PASSWORD), async {
            somebody_waits(&house, "accounts").await;
            sql.batch_execute("COMMIT").await.expect("changed");
        });
        assert_eq!((answer.status, answer.header("location")), (401, ""), "{path}");
    }
    let left = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM authorization_codes)";
    assert_eq!(house.sql().await.query_one(left, &[]).await.expect("a count").get::<_, i64>(0), 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_costs_no_connection() {
    let house = House::open().await;
    let lan = house.person("lan", &[]).await;
    let sql = house.sql().await;
    let open = async || {
        let others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() ORDER BY pid";
        let rows = sql.query(others, &[]).await.expect("activity can be read");
        rows.iter().map(|row| row.get::<_, i32>(0)).collect::<Vec<_>>()
    };
    assert_eq!(lan.get("/v1/me").await.0, 200);
    let before = open().await;
    for _ in 0..20 {
        assert_eq!(house.refresh("nobody's token").await.body["error"], "invalid_grant");
        let missing = "/v1/campaigns/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/submit";
        assert_eq!(lan.post(missing, &serde_json::Value::Null).await.0, 404);
    }
    // What was refused a moment ago may still be on its way back.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let after = open().await;
    assert!(before.iter().all(|pid| after.contains(pid)), "{before:?} {after:?}");
    let idle =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    assert_eq!(sql.query_one(idle, &[]).await.expect("a count").get::<_, i64>(0), 0, "nothing is left open");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_sign_in_take_their_counts_in_one_order() {
    let house = House::open().await;
    house.account("lan", &[]).await;
    let page = house.sign_in_page("/login").await;
    let (first, second) = (house.sql().await, house.sql().await);
    // Between counting the attempt and clearing the count.
    first.batch_execute("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE").await.expect("locked");
    let (answer, ()) = tokio::join!(house.send_sign_in(&page, "lan", PASSWORD), async {
        somebody_waits(&house, "accounts").await;
        let held = "BEGIN; SELECT 1 FROM sign_in_failures WHERE subject LIKE 'account:%' FOR UPDATE";
        second.batch_execute(held).await.expect("the first count is held");
        first.batch_execute("COMMIT").await.expect("unlocked");
        somebody_waits(&house, "sign_in_failures").await;
        let source = "SELECT 1 FROM sign_in_failures WHERE subject LIKE 'source:%' FOR UPDATE NOWAIT";
        second.batch_execute(source).await.expect("who waits for the first count holds no later one");
        second.batch_execute("COMMIT").await.expect("done");
    });
    assert_eq!(answer.status, 303);
    house.close().await;
}
