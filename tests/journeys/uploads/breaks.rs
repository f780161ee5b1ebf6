//! Lines that break, stand still or were left behind by a newer one: what arrived stays.

use super::{TUS_BODY, begun, created, durable, is, is_held, line, objects, offset, patch, rest, taken, tus};
use crate::harness::faults::Fault;
use crate::harness::{House, Shot, pictures};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_before_a_break_stays() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    let at = created(phone, &shot).await;
    // The first request would have brought everything; the later ones go on.
    let mut from = 0;
    for to in [1, 40_000, 40_001, 500_000, shot.bytes.len() - 1] {
        drop(begun(&house.url, phone, &at, &shot, from, to).await);
        durable(&house, &shot, to).await;
        assert_eq!(offset(phone, &at).await, to);
        from = to;
    }
    assert_eq!(phone.answer(patch(phone, &at, from, &shot.bytes[from..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_waits_for_its_phone_and_dies_meanwhile_costs_nothing() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(9));
    let at = created(phone, &shot).await;
    drop(begun(&house.url, phone, &at, &shot, 0, 400_000).await);
    durable(&house, &shot, 400_000).await;
    house.fail_store(Fault::Cut);
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.fail_store(Fault::None);
    assert_eq!(offset(phone, &at).await, 400_000);
    assert_eq!(phone.answer(patch(phone, &at, 400_000, &shot.bytes[400_000..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_waits_is_not_gone_on_with_where_a_part_came_meanwhile() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(11));
    let at = created(phone, &shot).await;
    drop(begun(&house.url, phone, &at, &shot, 0, 400_000).await);
    durable(&house, &shot, 400_000).await;
    assert_eq!(offset(phone, &at).await, 400_000);
    let part = phone.answer(patch(phone, &at, 400_000, &shot.bytes[400_000..450_000])).await;
    assert_eq!((part.status, part.header("upload-offset")), (204, "450000"));
    assert_eq!(offset(phone, &at).await, 450_000);
    // Without asking before: where it went on last time is the past.
    let stale = phone.answer(patch(phone, &at, 400_000, &shot.bytes[400_000..])).await;
    is(&stale, 409, "upload.offset-mismatch");
    assert_eq!(phone.answer(patch(phone, &at, 450_000, &shot.bytes[450_000..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_never_told_to_be_whole_before_its_photo_is_safe() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    for n in [1, 2] {
        let shot = Shot::of(scene.visit, pictures::sharp(n));
        let at = created(phone, &shot).await;
        let from = if n == 1 { 0 } else { 300_000 };
        assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..from])).await.status, 204);
        // Every byte comes, and none gets to its place.
        house.fail_store(Fault::Overloaded);
        is(&phone.answer(patch(phone, &at, from, &shot.bytes[from..])).await, 503, "busy");
        house.fail_store(Fault::None);
        let there = offset(phone, &at).await;
        assert!(there >= from && there < shot.bytes.len(), "{there}");
        assert_eq!(phone.get(&shot.path()).await.1["state"], "announced");
        assert_eq!(phone.answer(patch(phone, &at, there, &shot.bytes[there..])).await.status, 204);
        is_held(&house, &scene, &shot).await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_commit_of_a_piece_leads_to_no_wrong_offset() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..100_000])).await.status, 204);
    house.fail_database(Fault::Cut);
    let refused = tokio::time::timeout(
        Duration::from_secs(15),
        phone.answer(patch(phone, &at, 100_000, &shot.bytes[100_000..200_000])),
    );
    is(&refused.await.unwrap(), 503, "busy");
    house.fail_database(Fault::None);
    let there = offset(phone, &at).await;
    assert_eq!(phone.answer(patch(phone, &at, there, &shot.bytes[there..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_request_ends_the_stale_one_and_loses_nothing_of_it() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    for n in [4, 5] {
        let shot = Shot::of(scene.visit, pictures::sharp(n));
        let at = created(phone, &shot).await;
        // It stands still, and nobody closes it.
        let mut stale = begun(&house.url, phone, &at, &shot, 0, 250_000).await;
        let there = if n == 4 {
            // Whoever asks before it has begun is told of bytes that still grow.
            taken(&house, &shot).await;
            offset(phone, &at).await
        } else {
            // Put away without being asked for: nothing waits for its sender.
            durable(&house, &shot, 250_000).await;
            250_000
        };
        let sent = phone.answer(patch(phone, &at, there, &shot.bytes[there..])).await;
        assert_eq!(sent.status, 204, "{}", sent.body);
        assert_eq!(rest(&mut stale).await, "", "it is cut without an answer");
        is_held(&house, &scene, &shot).await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_fits_nowhere_ends_nobody() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(10));
    let at = created(phone, &shot).await;
    let mut running = begun(&house.url, phone, &at, &shot, 0, 250_000).await;
    taken(&house, &shot).await;
    // One byte too many, and one that begins where nothing is yet.
    let beyond = [shot.bytes.as_slice(), b"!"].concat();
    let refused = phone.answer(patch(phone, &at, 0, &beyond)).await;
    // The older request may have put away what it holds by then.
    assert!([409, 413].contains(&refused.status), "{}", refused.body);
    is(
        &phone.answer(patch(phone, &at, 260_000, &shot.bytes[260_000..])).await,
        409,
        "upload.offset-mismatch",
    );
    running.write_all(&shot.bytes[250_000..]).await.unwrap();
    running.shutdown().await.unwrap();
    let answer = rest(&mut running).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_requests_at_once_one_wins_and_no_byte_is_wrong() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(6));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..100_000])).await.status, 204);
    let all = (0..8).map(|_| patch(phone, &at, 100_000, &shot.bytes[100_000..]).send());
    let all = futures::future::join_all(all).await;
    let statuses: Vec<u16> =
        all.iter().filter_map(|a| a.as_ref().ok().map(|a| a.status().as_u16())).collect();
    assert_eq!(statuses.iter().filter(|s| **s == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|s| [204, 409].contains(s)), "{statuses:?}");
    is_held(&house, &scene, &shot).await;
    let noted = house.sql().await.query("SELECT 1 FROM custody WHERE deed = 'photo.received'", &[]).await;
    assert_eq!(noted.unwrap().len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_stands_still_is_cut_and_what_it_brought_stays() {
    let house = House::open_with(&[("FIELDPROOF_MIN_BODY_WINDOW_S", "3")]).await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(7));
    let at = created(phone, &shot).await;
    let mut still = begun(&house.url, phone, &at, &shot, 0, 1000).await;
    assert_eq!(rest(&mut still).await, "", "an answer would not be resumed from");
    assert_eq!(offset(phone, &at).await, 1000);
    assert_eq!(phone.answer(patch(phone, &at, 1000, &shot.bytes[1000..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_phones_hold_no_database_connection_and_little_else() {
    let house = House::open_with(&[("FIELDPROOF_DB_CONNECTIONS", "2")]).await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let mut lines = Vec::new();
    for n in 0..12 {
        let shot = Shot::of(scene.visit, pictures::sharp(n + 10));
        let at = created(phone, &shot).await;
        lines.push((begun(&house.url, phone, &at, &shot, 0, 30_000).await, shot));
    }
    for (_, shot) in &lines {
        durable(&house, shot, 30_000).await;
    }
    let quick = Shot::of(scene.visit, pictures::sharp(40));
    assert_eq!(quick.send(phone).await.status, 201);
    for (line, shot) in &mut lines {
        for chunk in shot.bytes[30_000..].chunks(100_000) {
            line.write_all(chunk).await.unwrap();
        }
        line.shutdown().await.unwrap();
        let answer = rest(line).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    fieldproof::flows::uploads::sweep(&house.app).await.unwrap();
    assert_eq!(objects(&house, "uploads/").await, Vec::<String>::new());
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_of_the_visit_ends_its_uploads() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shot = Shot::of(scene.visit, pictures::sharp(8));
    let at = created(phone, &shot).await;
    assert_eq!(phone.answer(patch(phone, &at, 0, &shot.bytes[..100_000])).await.status, 204);
    let sql = house.sql().await;
    sql.execute(
        "UPDATE visits SET state = 'cancelled' WHERE id = $1::text::uuid",
        &[&scene.visit.to_string()],
    )
    .await
    .unwrap();
    let refused = phone.answer(patch(phone, &at, 100_000, &shot.bytes[100_000..])).await;
    is(&refused, 409, "photo.visit-ended");
    let create = tus(phone, "POST", &format!("/v1/uploads?photo={}", shot.id));
    let refused = phone.answer(create.header("upload-length", shot.bytes.len())).await;
    is(&refused, 409, "photo.visit-ended");
    house.close().await;
}

/// R30, R34: a look at somebody's rights is good for five seconds, however long a slow line sends.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_send_any_more_ends_no_photo_on_a_line_that_goes_on() {
    let house = House::open().await;
    let scene = house.scene().await;
    let phone = &scene.phone;
    let shots: Vec<Shot> = (1..=3).map(|seed| Shot::of(scene.visit, pictures::sharp(seed))).collect();
    let [in_time, resumed, plain] = &shots[..] else { unreachable!() };
    let half = |shot: &Shot| shot.bytes.len() / 2;
    let head = |shot: &Shot, more: &str| {
        format!("content-length: {}\r\nconnection: close\r\n{more}", shot.bytes.len())
    };
    let mut lines = Vec::new();
    for shot in [in_time, resumed] {
        let at = created(phone, shot).await;
        let tus = format!("tus-resumable: 1.0.0\r\ncontent-type: {TUS_BODY}\r\nupload-offset: 0\r\n");
        let first = &shot.bytes[..half(shot)];
        lines.push(line(&house.url, phone, &format!("PATCH {at}"), &head(shot, &tus), first).await);
    }
    assert_eq!(phone.put(&plain.path(), &plain.declaration).await.0, 201);
    let digest = STANDARD.encode(sha2::Sha256::digest(&plain.bytes));
    let put = format!("content-type: image/png\r\nrepr-digest: sha-256=:{digest}:\r\n");
    let to = format!("PUT {}/original", plain.path());
    lines.push(line(&house.url, phone, &to, &head(plain, &put), &plain.bytes[..half(plain)]).await);
    tokio::time::sleep(Duration::from_millis(5500)).await;

    let mut ended = Vec::new();
    for (shot, line) in shots.iter().zip(&mut lines) {
        line.write_all(&shot.bytes[half(shot)..]).await.expect("the other half");
        ended.push(rest(line).await.lines().next().unwrap_or_default().to_owned());
        // From the second on.
        let gone = "UPDATE sessions SET revoked_at = now(), revoked_because = 'signed_out'";
        house.sql().await.execute(gone, &[]).await.expect("the sign-in ends");
    }
    let told =
        ["204 No Content", "401 Unauthorized", "401 Unauthorized"].map(|how| format!("HTTP/1.1 {how}"));
    assert_eq!(ended, told);
    let kept = "SELECT id::text FROM photos WHERE stored_at IS NOT NULL";
    let kept = house.sql().await.query(kept, &[]).await.expect("photos");
    let kept: Vec<String> = kept.iter().map(|row| row.get(0)).collect();
    assert_eq!(kept, [in_time.id.to_string()]);
    house.work().await;
    house.close().await;
}
