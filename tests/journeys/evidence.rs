//! What evidence is worth: who sees it, in which order it came, what came late, and what its phone was told.

use crate::harness::{House, Inspectorate, Scene, Shot, pictures};
use fieldproof::domain::actor::Role;
use fieldproof::domain::key::Purpose;
use fieldproof::flows;
use serde_json::{Value, json};
use std::time::Duration;

async fn set_state(house: &House, state: &str) {
    let change = format!("UPDATE visits SET state = '{state}'");
    house.sql().await.batch_execute(&change).await.expect("a state");
}

async fn declared(scene: &Scene, seed: u8) -> Shot {
    let shot = Shot::of(scene.visit, pictures::sharp(seed));
    let (status, body) = scene.phone.put(&shot.path(), &shot.declaration).await;
    assert_eq!(status, 201, "{body}");
    shot
}

fn count(body: &Value) -> Option<usize> {
    body["items"].as_array().map(Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_lies_below_the_units_of_its_day_and_not_below_those_of_today() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = declared(&scene, 1).await;
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    let new_province = house.place("Thành phố Đà Nẵng", "province", None).await;
    let moved = format!(
        "UPDATE unit_versions SET valid_to = '2026-06-01' WHERE unit_id = '{unit}';
         INSERT INTO unit_versions (id, unit_id, name, name_key, unit_type, parent_id, valid_from, certainty, created_at)
         VALUES (gen_random_uuid(), '{unit}', 'Xã Phước Sơn', 'xa phuoc son', 'commune', '{new_province}', '2026-06-01',
            'high', now())",
        unit = scene.unit
    );
    house.sql().await.batch_execute(&moved).await.expect("the commune moves");
    let now = house.holder("Nay", &[(Role::Reviewer, scene.owner, Some(new_province))]).await.visitor;
    let then = house.holder("Xưa", &[(Role::Reviewer, scene.owner, Some(scene.province))]).await.visitor;
    let both = [Some(new_province), Some(scene.province)].map(|unit| (Role::Reviewer, scene.owner, unit));
    let both = house.holder("Cả hai", &both).await.visitor;
    let whole = house.holder("Toàn cơ quan", &[(Role::Reviewer, scene.owner, None)]).await.visitor;
    let below = |unit| format!("/v1/photos?owner={}&unit={unit}", scene.owner);

    assert_eq!(now.get(&shot.path()).await.0, 404);
    let (status, listed) = now.get(&below(scene.unit)).await;
    assert_eq!((status, count(&listed)), (200, Some(0)), "{listed}");
    assert_eq!(count(&now.get(&below(new_province)).await.1), Some(0));
    assert_eq!(then.get(&shot.path()).await.0, 200);
    assert_eq!(count(&then.get(&below(scene.province)).await.1), Some(1));
    for reader in [both, whole] {
        assert_eq!(count(&reader.get(&below(scene.unit)).await.1), Some(1));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_tells_of_photos_only_those_who_may_read_them() {
    let at = Inspectorate::open().await;
    let visit = at.visit("planned", 1).await;
    at.on_site(&visit).await;
    at.held_photo(&visit, "A01").await;
    let staff = at.house.holder("Công chức xã", &[(Role::UnitStaff, at.owner, Some(at.commune))]).await;
    let photos = async |who: &crate::harness::Holder| {
        let (status, bundle) = who.visitor.get(&format!("{visit}/bundle")).await;
        assert_eq!(status, 200, "{bundle}");
        bundle["photos"].clone()
    };
    for who in [&at.lead, &at.member, &at.reviewer] {
        assert_eq!(photos(who).await.as_array().map(Vec::len), Some(1));
    }
    for who in [&at.head, &staff] {
        assert_eq!(photos(who).await, Value::Null);
    }
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_come_after_submission_are_marked_late_and_none_come_once_it_is_final() {
    let house = House::open().await;
    let scene = house.scene().await;
    let (in_time, late, never) =
        (declared(&scene, 1).await, declared(&scene, 2).await, declared(&scene, 3).await);
    assert_eq!(in_time.send(&scene.phone).await.status, 201);
    set_state(&house, "submitted").await;
    assert_eq!(late.send(&scene.phone).await.status, 201);
    set_state(&house, "finalised").await;

    for (shot, is_late) in [(&in_time, false), (&late, true)] {
        assert_eq!(scene.reviewer.get(&shot.path()).await.1["received"]["late"], is_late);
        assert_eq!(
            scene.phone.answer(shot.sending(&scene.phone)).await.status,
            200,
            "a repetition is no change"
        );
    }
    let noted = "SELECT details ->> 'late' FROM custody WHERE deed = 'photo.received' ORDER BY visit_number";
    let noted = house.sql().await.query(noted, &[]).await.unwrap();
    assert_eq!(noted.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["false", "true"]);
    for state in ["finalised", "cancelled"] {
        set_state(&house, state).await;
        let refused = scene.phone.answer(never.sending(&scene.phone)).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("photo.visit-ended")));
    }
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_becomes_final_while_bytes_flow_takes_them_no_more() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = declared(&scene, 4).await;
    let (halves, length) = (shot.bytes.split_at(shot.bytes.len() / 2), shot.bytes.len());
    let pieces = [halves.0.to_vec(), halves.1.to_vec()];
    let body = futures::stream::unfold(0_usize, move |n| {
        let piece = pieces.get(n).cloned();
        async move {
            if n == 1 {
                tokio::time::sleep(Duration::from_millis(900)).await;
            }
            Some((Ok::<_, std::io::Error>(piece?), n + 1))
        }
    });
    let request = shot.sending(&scene.phone).header("content-length", length);
    let sent = scene.phone.answer(request.body(reqwest::Body::wrap_stream(body)));
    let ended = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        set_state(&house, "finalised").await;
    };

    let (answer, ()) = tokio::join!(sent, ended);

    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("photo.visit-ended")));
    assert_eq!(scene.reviewer.get(&shot.path()).await.1["state"], "announced");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_times_of_the_log_have_one_order_whoever_waited() {
    let house = House::open().await;
    let scene = house.scene().await;
    let (sent, taken_back, examined) =
        (declared(&scene, 1).await, declared(&scene, 2).await, declared(&scene, 3).await);
    assert_eq!(examined.send(&scene.phone).await.status, 201);
    let new = Shot::of(scene.visit, pictures::sharp(5));
    let sql = house.sql().await;
    sql.batch_execute("BEGIN; SELECT 1 FROM visits FOR UPDATE").await.unwrap();
    let worker = house.start_worker();
    let path = new.path();
    let withdraw = format!("{}/withdraw", taken_back.path());
    let reason = json!({ "reason": "Chụp nhầm" });
    let open = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        sql.batch_execute("COMMIT").await.unwrap();
    };

    let (received, declared, withdrawn, ()) = tokio::join!(
        scene.phone.answer(sent.sending(&scene.phone)),
        scene.phone.put(&path, &new.declaration),
        scene.phone.post(&withdraw, &reason),
        open
    );

    assert_eq!((received.status, declared.0, withdrawn.0), (201, 201, 200));
    worker.stop().await;
    house.work().await;
    let early = "SELECT deed FROM custody AS one WHERE EXISTS (SELECT 1 FROM custody AS before
        WHERE before.visit_id = one.visit_id AND before.visit_number < one.visit_number AND before.at > one.at)";
    let early = sql.query(early, &[]).await.unwrap();
    let early: Vec<String> = early.iter().map(|row| row.get(0)).collect();
    assert_eq!(early, Vec::<String>::new(), "recorded with a time from before the row above");
    let all = "SELECT 1 FROM custody WHERE visit_number > 4 AND deed IN ('photo.received', 'photo.declared',
        'photo.withdrawn', 'photo.examined')";
    assert!(sql.query(all, &[]).await.unwrap().len() >= 4);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_phone_is_told_as_it_said() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1)).with("device_clock", "2026-03-20T10:15:20+09:00");
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);

    let (_, photo) = scene.phone.get(&shot.path()).await;

    assert_eq!(photo["device_clock"], "2026-03-20T10:15:20+09:00");
    assert_eq!(photo["captured_at"], "2026-03-20T08:15:00+07:00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_acknowledgement_is_the_same_after_another_key_signs() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = declared(&scene, 1).await;
    let first = shot.send(&scene.phone).await;
    assert_eq!(first.status, 201);
    flows::keys::rotate(&house.app, Purpose::Notary).await.expect("another key");

    let again = shot.send(&scene.phone).await;

    assert_eq!((again.status, again.body), (200, first.body));
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_the_head_of_an_original_reads_and_records_nothing() {
    let mut house = House::open().await;
    let scene = house.scene().await;
    let shot = declared(&scene, 1).await;
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    // A head that opened the object could not be answered now.
    house.stop_store().await;

    for (range, status, length) in [(None, 200, shot.bytes.len()), (Some("bytes=0-9"), 206, 10)] {
        let mut request = scene.reviewer.request("HEAD", &format!("{}/original", shot.path()));
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let head = scene.reviewer.answer(request).await;
        assert_eq!((head.status, head.header("content-length")), (status, length.to_string().as_str()));
        assert_eq!(head.header("repr-digest"), shot.digest());
    }
    let sql = house.sql().await;
    let read = sql.query("SELECT 1 FROM custody WHERE deed = 'photo.original_read'", &[]).await.unwrap();
    assert_eq!(read.len(), 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_photo_is_answered_by_the_rights_of_the_end() {
    let house = House::open().await;
    let scene = house.scene().await;
    for (who, seed, taken_away, status) in [
        (&scene.reviewer, 1, "UPDATE grants SET revoked_at = now() WHERE role = 'reviewer'", 404),
        (&scene.phone, 2, "UPDATE sessions SET revoked_at = now(), revoked_because = 'lost'", 401),
    ] {
        let shot = Shot::of(scene.visit, pictures::sharp(seed));
        assert_eq!(shot.send(&scene.phone).await.status, 201);
        let path = format!("{}?wait_s=30", shot.path());
        let meanwhile = async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            house.sql().await.batch_execute(taken_away).await.unwrap();
            house.work().await;
        };
        let ((said, body), ()) = tokio::join!(who.get(&path), meanwhile);
        assert_eq!(said, status, "{body}");
    }
    house.close().await;
}
