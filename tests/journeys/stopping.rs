//! An instance is stopped, stands still, or works beside another: nothing acknowledged is lost, nothing done twice.

use crate::harness::{House, Scene, Shot, Visitor, pictures};
use rustix::process::Signal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn picture(seed: u8) -> Vec<u8> {
    pictures::png(640, 480, move |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { seed })
}

/// What became of one upload.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Acknowledged,
    Refused,
    Cut,
}

/// Declares and sends, once; a stop may cut it or tell it to come back, nothing else.
async fn try_once(phone: &Visitor, shot: &Shot) -> Fate {
    let declare = phone.request("PUT", &shot.path()).json(&shot.declaration);
    let status = match declare.send().await {
        Ok(answer) => answer.status().as_u16(),
        Err(_) => return Fate::Cut,
    };
    if status == 503 {
        return Fate::Refused;
    }
    assert!(status == 200 || status == 201, "{status}");
    match shot.sending(phone).send().await.map(|answer| answer.status().as_u16()) {
        Ok(200 | 201) => Fate::Acknowledged,
        Ok(503) => Fate::Refused,
        Ok(other) => panic!("{other}"),
        Err(_) => Fate::Cut,
    }
}

/// Phones that send one photo after the other until told to stop; what was acknowledged.
async fn phone(visitor: &Visitor, scene: &Scene, seed: u8, is_over: &AtomicBool) -> Vec<Shot> {
    let mut acknowledged = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        let shot = Shot::of(scene.visit, picture(seed));
        match try_once(visitor, &shot).await {
            Fate::Acknowledged => acknowledged.push(shot),
            Fate::Refused => tokio::time::sleep(Duration::from_millis(20)).await,
            Fate::Cut => break,
        }
    }
    acknowledged
}

/// Asks for readiness over a connection of its own each time until nobody answers; what was answered.
async fn readiness(url: &str) -> Vec<u16> {
    let mut seen = Vec::new();
    while let Ok(answer) = Visitor::new(url, None).request("GET", "/health/ready").send().await {
        seen.push(answer.status().as_u16());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_told_to_stop_under_load_keeps_what_it_acknowledged() {
    let house = House::open().await;
    let scene = house.scene().await;
    for round in 0..3_u8 {
        let mut process = house.start_process(&[]).await;
        let visitor = process.called_by(&scene.phone);
        let is_over = AtomicBool::new(false);
        let url = process.url.clone();
        let stop = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            process.signal(Signal::TERM);
            let seen = readiness(&url).await;
            let ended = process.ended().await;
            is_over.store(true, Ordering::SeqCst);
            (seen, ended)
        };
        let phones = (0..6).map(|n| phone(&visitor, &scene, round * 6 + n, &is_over));
        let (acknowledged, (seen, (status, took))) = tokio::join!(futures::future::join_all(phones), stop);

        assert_eq!(status.code(), Some(0), "{}", process.log());
        assert!(took < Duration::from_secs(30), "{took:?}");
        let red = seen
            .iter()
            .position(|status| *status == 503)
            .expect("readiness goes red before the listener closes");
        assert!(seen[red..].iter().all(|status| *status == 503), "{seen:?}");
        let acknowledged: Vec<Shot> = acknowledged.into_iter().flatten().collect();
        assert!(!acknowledged.is_empty());
        for shot in &acknowledged {
            let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
            assert!(original.bytes == shot.bytes, "{} was acknowledged", shot.id);
        }
        assert!(!process.log().contains("panicked"), "{}", process.log());
    }
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_upload_and_idle_connections_do_not_keep_a_stop_from_being_in_order() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut process = house.start_process(&[]).await;
    let phone = process.called_by(&scene.phone);
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    phone.put(&shot.path(), &shot.declaration).await;
    let pieces: Vec<Vec<u8>> = shot.bytes.chunks(shot.bytes.len() / 10).map(<[u8]>::to_vec).collect();
    let slow = futures::stream::unfold(pieces.into_iter(), |mut pieces| async move {
        tokio::time::sleep(Duration::from_millis(400)).await;
        Some((Ok::<_, std::io::Error>(pieces.next()?), pieces))
    });
    let sending = shot
        .sending(&phone)
        .header("content-length", shot.bytes.len())
        .body(reqwest::Body::wrap_stream(slow));
    let sending = tokio::spawn(async move { sending.send().await.map(|answer| answer.status().as_u16()) });
    tokio::time::sleep(Duration::from_millis(600)).await;

    process.signal(Signal::TERM);
    let (status, took) = process.ended().await;

    assert_eq!(sending.await.unwrap().ok(), Some(201), "it was under way");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}: nothing waits for connections that idle");
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_on_one_database_do_each_piece_of_work_once() {
    let house = House::open().await;
    let scene = house.scene().await;
    let [one, two] = [house.start_process(&[]).await, house.start_process(&[]).await];
    let shots: Vec<Shot> = (0..24).map(|seed| Shot::of(scene.visit, picture(seed))).collect();
    let sent = shots.iter().enumerate().map(|(n, shot)| {
        let phone = if n % 2 == 0 { &one } else { &two }.called_by(&scene.phone);
        async move {
            while try_once(&phone, shot).await != Fate::Acknowledged {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
    futures::future::join_all(sent).await;
    // One stands still in the middle of its work, for longer than it may; the other takes over.
    one.signal(Signal::STOP);
    let sql = house.sql().await;
    let lapse = "UPDATE tasks SET leased_until = now() - interval '1 second' WHERE state = 'running'";
    sql.execute(lapse, &[]).await.expect("leases lapse");
    let begun = Instant::now();
    loop {
        let open = sql.query("SELECT 1 FROM tasks", &[]).await.expect("tasks");
        if open.is_empty() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "{} tasks are left", open.len());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    one.signal(Signal::CONT);
    tokio::time::sleep(Duration::from_secs(2)).await;

    let examined = "SELECT count(*), count(DISTINCT object_id) FROM custody WHERE deed = 'photo.examined'";
    let row = sql.query_one(examined, &[]).await.expect("a count");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (24, 24));
    for shot in &shots {
        assert_eq!(two.called_by(&scene.phone).get(&shot.path()).await.1["state"], "ready");
    }
    assert!(!one.log().contains("\"ERROR\""), "{}", one.log());
    house.close().await;
}
