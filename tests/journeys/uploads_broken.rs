//! What goes wrong between a phone and the store, and that nothing is kept then, and nothing lost.

use crate::harness::{Answer, House, Scene, Shot, pictures};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn objects(house: &House) -> usize {
    house.app.media.list("", None).await.unwrap().0.len()
}

async fn state(scene: &Scene, shot: &Shot) -> String {
    scene.phone.get(&shot.path()).await.1["state"].as_str().unwrap().to_owned()
}

/// The head of an upload, as a phone writes it.
fn head(house: &House, scene: &Scene, shot: &Shot, length: usize) -> String {
    format!(
        "PUT {}/original HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: image/png\r\n\
         repr-digest: {}\r\ncontent-length: {length}\r\n\r\n",
        shot.path(),
        house.url.trim_start_matches("http://"),
        scene.phone.token().unwrap(),
        shot.digest(),
    )
}

async fn line(house: &House) -> TcpStream {
    TcpStream::connect(house.url.trim_start_matches("http://")).await.unwrap()
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_are_refused_and_leave_nothing() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    scene.phone.put(&shot.path(), &shot.declaration).await;

    let mut flipped = shot.bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    is(&scene.phone.answer(shot.sending(&scene.phone).body(flipped)).await, 422, "photo.digest-mismatch");
    let shorter = shot.bytes[1..].to_vec();
    is(&scene.phone.answer(shot.sending(&scene.phone).body(shorter)).await, 422, "photo.length-mismatch");

    assert_eq!((objects(&house).await, state(&scene, &shot).await.as_str()), (0, "announced"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_do_not_fit_are_refused_before_the_body() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(2));
    scene.phone.put(&shot.path(), &shot.declaration).await;
    let put = |name: &str, value: &str| {
        let path = format!("{}/original", shot.path());
        let mut request = scene.phone.request("PUT", &path).body(shot.bytes.clone());
        let digest = shot.digest();
        for (n, v) in [("content-type", "image/png"), ("repr-digest", digest.as_str())] {
            if n != name {
                request = request.header(n, v);
            } else if !value.is_empty() {
                request = request.header(n, value);
            }
        }
        let phone = scene.phone.clone();
        async move { phone.answer(request).await }
    };
    is(&put("content-type", "image/jpeg").await, 415, "photo.type-mismatch");
    is(&put("content-type", "text/html").await, 415, "photo.type-unknown");
    is(&put("repr-digest", "").await, 422, "digest.missing");
    is(&put("repr-digest", "sha-256=:AA==:").await, 422, "digest.unreadable");

    let chunked =
        reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(shot.bytes.clone())]));
    is(&scene.phone.answer(shot.sending(&scene.phone).body(chunked)).await, 411, "length.missing");

    let mut line = line(&house).await;
    line.write_all(head(&house, &scene, &shot, 60_000_000).as_bytes()).await.unwrap();
    let mut said = vec![0; 12];
    line.read_exact(&mut said).await.unwrap();
    assert_eq!(said, b"HTTP/1.1 413");
    assert_eq!(objects(&house).await, 0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_keeps_nothing_and_the_next_try_succeeds() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    scene.phone.put(&shot.path(), &shot.declaration).await;
    for part in [0, 1, 40_000, shot.bytes.len() - 1] {
        let mut line = line(&house).await;
        line.write_all(head(&house, &scene, &shot, shot.bytes.len()).as_bytes()).await.unwrap();
        line.write_all(&shot.bytes[..part]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(line);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((objects(&house).await, state(&scene, &shot).await.as_str()), (0, "announced"));
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_phones_store_one_photo_once() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(4));
    let path = shot.path();
    let declared = (0..6).map(|_| scene.phone.put(&path, &shot.declaration));
    let declared: Vec<u16> = futures::future::join_all(declared).await.into_iter().map(|(s, _)| s).collect();
    assert_eq!(declared.iter().filter(|s| **s == 201).count(), 1, "{declared:?}");
    let sent = (0..6).map(|_| scene.phone.answer(shot.sending(&scene.phone)));
    let sent = futures::future::join_all(sent).await;
    assert!(sent.iter().all(|a| a.status == 200 || a.status == 201), "{sent:?}");
    assert_eq!(sent.iter().filter(|a| a.status == 201).count(), 1);
    assert!(sent.iter().all(|a| a.body == sent[0].body));
    let sql = house.sql().await;
    let noted = sql.query("SELECT 1 FROM custody WHERE deed = 'photo.received'", &[]).await.unwrap();
    assert_eq!((noted.len(), objects(&house).await), (1, 1));
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_a_503_that_acknowledges_nothing() {
    let mut house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(5));
    scene.phone.put(&shot.path(), &shot.declaration).await;
    house.stop_store().await;
    let answer = scene.phone.answer(shot.sending(&scene.phone)).await;
    is(&answer, 503, "busy");
    assert!(!answer.header("retry-after").is_empty());
    // Reading what is known needs no store.
    assert_eq!(state(&scene, &shot).await, "announced");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_phones_hold_no_database_connection() {
    let house = House::open_with(&[("FIELDPROOF_DB_CONNECTIONS", "2")]).await;
    let scene = house.scene().await;
    let mut lines = Vec::new();
    for n in 0..20 {
        let shot = Shot::of(scene.visit, pictures::sharp(n));
        scene.phone.put(&shot.path(), &shot.declaration).await;
        let mut line = line(&house).await;
        line.write_all(head(&house, &scene, &shot, shot.bytes.len()).as_bytes()).await.unwrap();
        line.write_all(&shot.bytes[..1000]).await.unwrap();
        lines.push((line, shot));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let quick = Shot::of(scene.visit, pictures::sharp(40));
    assert_eq!(quick.send(&scene.phone).await.status, 201);
    for (line, shot) in &mut lines {
        line.write_all(&shot.bytes[1000..]).await.unwrap();
        let mut said = vec![0; 12];
        line.read_exact(&mut said).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 201");
    }
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reconciling_finds_what_a_crash_left_and_what_a_disk_lost() {
    use fieldproof::flows::fsck::{Options, fsck};
    let house = House::open().await;
    let scene = house.scene().await;
    let [kept, lost] = [6, 7].map(|n| Shot::of(scene.visit, pictures::sharp(n)));
    for shot in [&kept, &lost] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;
    let deep = Options { deep: true, ..Options::default() };
    assert!(fsck(&house.app, deep).await.unwrap().is_clean());

    let listed = house.app.media.list("originals/", None).await.unwrap().0;
    let of_lost = listed.iter().find(|o| o.name.contains(&lost.id.to_string())).unwrap();
    house.app.media.delete_listed(of_lost).await.unwrap();
    let stray = fieldproof::media::Key::Original {
        owner: fieldproof::domain::ids::OwnerId(scene.owner),
        photo: fieldproof::domain::ids::PhotoId(uuid::Uuid::now_v7()),
        sha256: fieldproof::domain::photo::Sha256([7; 32]),
    };
    house.app.media.put_bytes(&stray, "image/png", "stray".into()).await.unwrap();
    let young = fsck(&house.app, Options { repair: true, deep: false, ..Options::default() }).await.unwrap();
    assert_eq!((young.missing.len(), young.orphans.len()), (1, 0), "{young:?}");
    let all = fsck(&house.app, Options { young: true, ..Options::default() }).await.unwrap();
    assert_eq!(all.orphans, [stray.name()], "where nothing is sent, the young are looked at, too");
    house.wait_s(25 * 3600);
    let repaired =
        fsck(&house.app, Options { repair: true, deep: false, ..Options::default() }).await.unwrap();
    assert_eq!((repaired.orphans.len(), repaired.removed), (1, 1), "{repaired:?}");
    assert_eq!(repaired.missing, [fieldproof::domain::ids::PhotoId(lost.id)]);
    house.close().await;
}
