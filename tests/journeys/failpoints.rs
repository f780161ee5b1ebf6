//! The process is stopped between any two steps of intake: never a receipt without bytes that can be read again, every
//! acknowledged photo is there, and a phone that tries again gets to the end.

use crate::harness::process::Process;
use crate::harness::{House, Scene, Shot, Visitor, pictures};
use fieldproof::domain::ids::{OwnerId, PhotoId};
use fieldproof::domain::photo::Sha256;
use fieldproof::failpoint::Step;
use fieldproof::flows::fsck::{Options, fsck};
use fieldproof::media::Key;
use futures::StreamExt;
use serde_json::Value;
use sha2::Digest;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

fn key(scene: &Scene, shot: &Shot) -> Key {
    let sha256 = Sha256(sha2::Sha256::digest(&shot.bytes).into());
    Key::Original { owner: OwnerId(scene.owner), photo: PhotoId(shot.id), sha256 }
}

/// What the store gives for a photo: whether it is what was declared.
async fn is_whole(house: &House, scene: &Scene, shot: &Shot) -> bool {
    let Ok((_, mut chunks)) = house.app.media.get(&key(scene, shot), None).await else { return false };
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.expect("it can be read"));
    }
    bytes == shot.bytes
}

/// The status of a request; `None` where the line broke.
async fn status(request: reqwest::RequestBuilder) -> Option<u16> {
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

async fn in_pieces(phone: &Visitor, shot: &Shot) -> Option<u16> {
    let begun = phone.request("POST", &format!("/v1/uploads?photo={}", shot.id));
    let begun = begun.header("tus-resumable", "1.0.0").header("upload-length", shot.bytes.len());
    let begun = begun.send().await.ok()?;
    let place = begun.headers().get("location")?.to_str().ok()?.rsplit('/').next()?.to_owned();
    let path = format!("/v1/uploads/{place}");
    let head = phone.request("HEAD", &path).header("tus-resumable", "1.0.0").send().await.ok()?;
    let mut at: usize = head.headers().get("upload-offset")?.to_str().ok()?.parse().ok()?;
    let mut last = Some(204);
    while at < shot.bytes.len() {
        let end = (at + shot.bytes.len() / 2 + 1).min(shot.bytes.len());
        let append = phone.request("PATCH", &path).header("tus-resumable", "1.0.0");
        let append =
            append.header("upload-offset", at).header("content-type", "application/offset+octet-stream");
        last = status(append.body(shot.bytes[at..end].to_vec())).await;
        last?;
        at = end;
    }
    last
}

/// Everything a phone does for a photo; whether it was acknowledged.
async fn deliver(phone: &Visitor, shot: &Shot, by_pieces: bool) -> bool {
    let declared = status(phone.request("PUT", &shot.path()).json(&shot.declaration)).await;
    if !matches!(declared, Some(200 | 201)) {
        return false;
    }
    let sent = if by_pieces { in_pieces(phone, shot).await } else { status(shot.sending(phone)).await };
    matches!(sent, Some(200 | 201 | 204))
}

async fn receipt(phone: &Visitor, shot: &Shot) -> Option<Value> {
    let answer = phone.request("GET", &format!("{}/receipt", shot.path())).send().await.ok()?;
    let is_given = answer.status() == 200;
    let body = answer.json().await.ok()?;
    is_given.then_some(body)
}

/// Waits for a receipt, while claims of a process that is gone lapse.
async fn receipt_at_last(house: &House, phone: &Visitor, shot: &Shot) -> Value {
    let sql = house.sql().await;
    let lapse = "UPDATE tasks SET leased_until = now() - interval '1 second' WHERE state = 'running'";
    sql.batch_execute(lapse).await.expect("leases lapse");
    for _ in 0..300 {
        if let Some(given) = receipt(phone, shot).await {
            return given;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no receipt for {}", shot.id)
}

async fn receipts(house: &House, shot: &Shot) -> usize {
    let all = format!("SELECT 1 FROM photo_receipts WHERE photo_id = '{}'", shot.id);
    house.sql().await.query(&all, &[]).await.expect("receipts").len()
}

async fn stopped_by_itself(process: &mut Process) {
    let (ended, _) = process.ended().await;
    assert_eq!(ended.signal(), Some(6), "it was to stop there: {ended:?}\n{}", process.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_intake_is_stopped_no_receipt_is_without_bytes_and_a_retry_completes() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut first = Vec::new();
    for (n, step) in Step::ALL.into_iter().enumerate() {
        let by_pieces =
            matches!(step, Step::UploadBegun | Step::PieceDurable | Step::PieceWritten) || n % 2 == 1;
        let shot = Shot::of(scene.visit, pictures::sharp(u8::try_from(n).expect("few")));
        let mut process = house.start_process(&[("FIELDPROOF_STOP_AT", step.as_str())]).await;
        let acknowledged = deliver(&process.called_by(&scene.phone), &shot, by_pieces).await;
        stopped_by_itself(&mut process).await;

        // What there is right after the stop.
        let has_bytes = is_whole(&house, &scene, &shot).await;
        let given = receipts(&house, &shot).await;
        assert!(given == 0 || has_bytes, "{step:?}: a receipt without bytes");
        assert!(!acknowledged || has_bytes, "{step:?}: acknowledged, and gone");
        let is_vouched = matches!(step, Step::Vouched | Step::Examined);
        assert_eq!(given, usize::from(is_vouched), "{step:?}");
        let early = receipt(&scene.phone, &shot).await;
        assert_eq!(early.is_some(), is_vouched, "{step:?}");

        // Another process, and the same phone once more.
        let mut process = house.start_process(&[]).await;
        let phone = process.called_by(&scene.phone);
        assert!(deliver(&phone, &shot, by_pieces).await, "{step:?}: the retry is refused");
        let given = receipt_at_last(&house, &phone, &shot).await;
        assert!(is_whole(&house, &scene, &shot).await, "{step:?}");
        assert_eq!(given["sha256"], shot.declaration["sha256"]);
        if let Some(early) = early {
            assert_eq!(given, early, "{step:?}: the same receipt each time");
        }
        assert_eq!(receipts(&house, &shot).await, 1);
        first.push((shot, given));
        process.signal(rustix::process::Signal::TERM);
        process.ended().await;
        // Nothing is left that would stop the next process before its own photo comes.
        house.work().await;
    }
    let report = fsck(&house.app, Options { repair: false, deep: true, ..Options::default() })
        .await
        .expect("it can be looked at");
    assert!(report.missing.is_empty() && report.damaged.is_empty(), "{report:?}");
    for (shot, given) in &first {
        assert_eq!(receipt(&scene.phone, shot).await.as_ref(), Some(given));
    }
    let lines = "SELECT count(*), count(DISTINCT object_id) FROM custody WHERE deed = 'photo.verified'";
    let row = house.sql().await.query_one(lines, &[]).await.expect("a count");
    let all = i64::try_from(first.len()).expect("few");
    assert_eq!(
        (row.get::<_, i64>(0), row.get::<_, i64>(1)),
        (all, all),
        "one line of the log for each receipt"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_return_of_lost_bytes_is_stopped_what_was_vouched_for_holds_only_once_they_are_back() {
    let house = House::open().await;
    let scene = house.scene().await;
    let steps = [
        Step::ObjectDurable,
        Step::RowWritten,
        Step::Committed,
        Step::ReadAgain,
        Step::Signed,
        Step::ReceiptWritten,
        Step::Vouched,
        Step::Examined,
    ];
    for (n, step) in steps.into_iter().enumerate() {
        let shot = Shot::of(scene.visit, pictures::sharp(u8::try_from(n).expect("few")));
        assert_eq!(shot.send(&scene.phone).await.status, 201);
        house.work().await;
        let given = receipt(&scene.phone, &shot).await.expect("a receipt");
        house.app.media.delete(&key(&scene, &shot)).await.expect("the store loses it");
        let undone =
            format!("UPDATE photos SET state = 'stored', examined_at = NULL WHERE id = '{}'", shot.id);
        house.sql().await.batch_execute(&undone).await.expect("as before the examination");
        let found = fsck(&house.app, Options { repair: true, ..Options::default() }).await;
        assert_eq!(found.expect("it can be looked at").promised, 1, "{step:?}");
        house.work().await;
        assert_eq!(receipt(&scene.phone, &shot).await, None, "{step:?}: its bytes are lost");

        let mut process = house.start_process(&[("FIELDPROOF_STOP_AT", step.as_str())]).await;
        deliver(&process.called_by(&scene.phone), &shot, n % 2 == 1).await;
        stopped_by_itself(&mut process).await;
        let is_vouched = matches!(step, Step::Vouched | Step::Examined);
        let early = receipt(&scene.phone, &shot).await;
        assert_eq!(early.is_some(), is_vouched, "{step:?}");
        assert!(
            early.is_none() || is_whole(&house, &scene, &shot).await,
            "{step:?}: a receipt without bytes"
        );

        let mut process = house.start_process(&[]).await;
        let phone = process.called_by(&scene.phone);
        assert!(deliver(&phone, &shot, n % 2 == 1).await, "{step:?}: the retry is refused");
        assert_eq!(receipt_at_last(&house, &phone, &shot).await, given, "{step:?}: the same receipt");
        assert!(is_whole(&house, &scene, &shot).await, "{step:?}");
        process.signal(rustix::process::Signal::TERM);
        process.ended().await;
        house.work().await;
    }
    house.close().await;
}
