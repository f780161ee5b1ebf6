//! Deeds that meet: what one of them decides while another is under way.

use crate::harness::House;
use crate::harness::people::{PASSWORD, authorize_path, pkce};
use serde_json::json;
use std::time::Duration;

/// Waits until a statement of the house waits for a lock that the test holds.
async fn somebody_waits(house: &House) {
    let sql = house.sql().await;
    let waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..300 {
        if !sql.query(waiting, &[]).await.expect("activity can be read").is_empty() {
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
    somebody_waits(&house).await;
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
            somebody_waits(&house).await;
            sql.batch_execute("COMMIT").await.expect("changed");
        });
        assert_eq!((answer.status, answer.header("location")), (401, ""), "{path}");
    }
    let left = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM authorization_codes)";
    assert_eq!(house.sql().await.query_one(left, &[]).await.expect("a count").get::<_, i64>(0), 0);
    house.close().await;
}
