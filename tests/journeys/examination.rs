//! The worker's promises: none is forgotten, and each ends in a state that says how.

use crate::harness::{House, Shot, pictures};
use fieldproof::decoding::Decoding;
use fieldproof::domain::ids::PhotoId;
use fieldproof::flows::fsck::{Options, fsck};
use fieldproof::flows::promises::{self, Duty};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use uuid::Uuid;

async fn outcome(house: &House, photo: Uuid) -> (String, Option<String>) {
    let sql = format!("SELECT state, quarantine_reason FROM photos WHERE id = '{photo}'");
    let row = house.sql().await.query_one(&sql, &[]).await.expect("a photo");
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_decoders_are_killed_is_set_apart_after_a_few_attempts() {
    let mut house = House::open().await;
    // Greets as the real one does, and ends as a process does on a machine without memory.
    let killed = std::env::temp_dir().join(format!("fieldproof-killed-{}", Uuid::new_v4()));
    let decoder = env!("CARGO_BIN_EXE_fieldproof");
    let script = format!("#!/bin/sh\n{decoder} \"$@\" </dev/null\nkill -9 $$\n");
    std::fs::write(&killed, script).expect("a script");
    std::fs::set_permissions(&killed, std::fs::Permissions::from_mode(0o755)).expect("its rights");
    house.app.decoding = Decoding::with_program(&killed, 1);
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(shot.send(&scene.phone).await.status, 201);

    let worker = house.start_worker();
    for _ in 0..100 {
        if outcome(&house, shot.id).await.0 != "stored" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        house.wait_s(5);
    }
    worker.stop().await;

    assert_eq!(outcome(&house, shot.id).await, ("quarantined".into(), Some("decoder-limit".into())));
    let _ = std::fs::remove_file(&killed);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_ended_every_worker_is_set_apart_and_not_tried_again() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    let died = "UPDATE tasks SET state = 'running', attempts = 12, lease = gen_random_uuid(),
        leased_until = now() - interval '1 minute'";
    house.sql().await.batch_execute(died).await.unwrap();

    house.work().await;

    assert_eq!(outcome(&house, shot.id).await, ("quarantined".into(), Some("examination-failed".into())));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_a_killed_worker_goes_first_however_much_is_due() {
    let house = House::open().await;
    let scene = house.scene().await;
    let [lapsed, due] = [1, 2].map(|seed| Shot::of(scene.visit, pictures::sharp(seed)));
    for shot in [&lapsed, &due] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    let killed = format!(
        "UPDATE tasks SET state = 'running', attempts = 1, lease = gen_random_uuid(),
            leased_until = now() - interval '1 second' WHERE payload ->> 'photo' = '{}'",
        lapsed.id
    );
    house.sql().await.batch_execute(&killed).await.unwrap();

    let claimed = promises::claim(&house.app).await.unwrap().expect("something is due");

    let Duty::DerivePhoto(photo) = claimed.duty().unwrap() else { panic!("another duty") };
    assert_eq!(photo, PhotoId(lapsed.id));
    promises::keep(&house.app, &claimed).await.unwrap();
    promises::done(&house.app, &claimed).await.unwrap();
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_task_was_put_aside_is_found_and_promised_anew() {
    let house = House::open().await;
    let scene = house.scene().await;
    let [dead, lost] = [1, 2].map(|seed| Shot::of(scene.visit, pictures::sharp(seed)));
    for shot in [&dead, &lost] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    let sql = house.sql().await;
    let kill = format!(
        "UPDATE tasks SET state = 'dead' WHERE payload ->> 'photo' = '{}';
         DELETE FROM tasks WHERE payload ->> 'photo' = '{}'",
        dead.id, lost.id
    );
    sql.batch_execute(&kill).await.unwrap();
    let both = [PhotoId(dead.id), PhotoId(lost.id)];

    let seen = fsck(&house.app, Options::default()).await.unwrap();
    assert_eq!((seen.forgotten.as_slice(), seen.promised, seen.is_clean()), (&both[..], 0, false));
    let repaired =
        fsck(&house.app, Options { repair: true, deep: false, ..Options::default() }).await.unwrap();
    assert_eq!((repaired.forgotten.len(), repaired.promised, repaired.is_clean()), (2, 2, true));
    house.work().await;

    for shot in [&dead, &lost] {
        assert_eq!(outcome(&house, shot.id).await.0, "ready");
    }
    assert!(fsck(&house.app, Options::default()).await.unwrap().forgotten.is_empty());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_refuses_our_keys_is_an_outage_and_no_fault() {
    let house = House::open_with(&[("FIELDPROOF_S3_SECRET_ACCESS_KEY", "not the secret")]).await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    let answer = shot.send(&scene.phone).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (503, Some("busy")));
    house.end().await;
}
