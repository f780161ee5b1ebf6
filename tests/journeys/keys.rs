//! Signing keys change while people work: nobody is logged out, and a wrong secret stops a start, not an installation.

use crate::harness::people::tokens;
use crate::harness::{House, Visitor};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

async fn kids(visitor: &Visitor) -> Vec<String> {
    let (status, set) = visitor.get("/.well-known/jwks.json").await;
    assert_eq!(status, 200, "{set}");
    set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|key| key["kid"].as_str().map(ToOwned::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_rotate_under_load_log_nobody_out() {
    let house = House::open().await;
    let mut phones = Vec::new();
    for login in ["hoa", "binh", "chi", "dung"] {
        house.account(login, &[]).await;
        phones.push(house.sign_in(login).await);
    }
    let first = house.bearer(&phones[0].access);
    let process = house.start_process(&[]).await;
    let is_over = AtomicBool::new(false);
    // Each phone refreshes and calls, now this instance, now that one.
    let working = phones.into_iter().map(|mut held| {
        let (house, process, is_over) = (&house, &process, &is_over);
        async move {
            let mut rounds = 0;
            while !is_over.load(Ordering::SeqCst) {
                let answer = house.refresh(&held.refresh).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                held = tokens(&answer.body);
                for url in [&house.url, &process.url] {
                    let me = Visitor::new(url, Some(held.access.clone())).get("/v1/me").await;
                    assert_eq!(me.0, 200, "{}", me.1);
                }
                rounds += 1;
            }
            rounds
        }
    });
    let rotating = async {
        let before = kids(&house.stranger()).await;
        for purpose in ["access", "notary", "access"] {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            let rotated = house.run(&["admin", "rotate-key", "--purpose", purpose, "--json"], &[]).await;
            assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
            let said: Value = serde_json::from_slice(&rotated.stdout).expect("JSON");
            assert!(said["kid"].is_string());
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        // An instance that starts anew knows what the old keys signed.
        let fresh = house.start_process(&[]).await;
        let known = kids(&fresh.called_by(&house.stranger())).await;
        assert!(before.iter().all(|kid| known.contains(kid)), "{before:?} {known:?}");
        assert!(known.len() > before.len());
        assert_eq!(fresh.called_by(&first).get("/v1/me").await.0, 200, "signed before the rotations");
        is_over.store(true, Ordering::SeqCst);
    };
    let (rounds, ()) = tokio::join!(futures::future::join_all(working), rotating);
    assert!(rounds.iter().all(|rounds| *rounds > 2), "{rounds:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_at_the_start_and_harms_nothing() {
    let house = House::open().await;
    house.account("hoa", &[]).await;
    let held = house.sign_in("hoa").await;
    let before = kids(&house.stranger()).await;
    let other = "0123456789abcdef".repeat(4);
    let wrong = [("FIELDPROOF_SECRET", other.as_str()), ("FIELDPROOF_LISTEN", "127.0.0.1:1")];
    for command in [&["serve"][..], &["work"], &["admin", "rotate-key"]] {
        let ended = house.run(command, &wrong).await;
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(2), "{command:?}: {said}");
        assert!(said.contains("FIELDPROOF_SECRET is not the one"), "{command:?}: {said}");
        assert!(!said.contains(&other));
    }
    // As if this instance had just been started: it reads what the others left behind.
    house.app.identity.keyring().expire();
    assert_eq!(kids(&house.stranger()).await, before);
    assert_eq!(house.refresh(&held.refresh).await.status, 200);
    house.close().await;
}
