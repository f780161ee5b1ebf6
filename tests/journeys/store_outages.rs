//! The object store is away, slow, or lies: nothing is acknowledged that is not there, nothing is lost, nothing doubled.

use crate::harness::faults::Fault;
use crate::harness::{Answer, House, Scene, Shot, Visitor, pictures};
use futures::StreamExt;
use std::time::{Duration, Instant};

/// A phone's answer must be there by then: the promise is 15 s.
const ANSWERED: Duration = Duration::from_secs(15);
/// All must work again by then: the promise is 5 s, the rest is for a machine that does other things, too.
const RECOVERED: Duration = Duration::from_secs(5);

/// A small picture of which each differs.
fn picture(seed: u8) -> Vec<u8> {
    pictures::png(320, 240, move |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { seed })
}

async fn state(scene: &Scene, shot: &Shot) -> String {
    scene.phone.get(&shot.path()).await.1["state"].as_str().unwrap_or_default().to_owned()
}

async fn declare(scene: &Scene, shot: &Shot) {
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
}

fn is_busy(answer: &Answer, begun: Instant) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (503, Some("busy")), "{}", answer.body);
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(answer.body["client_action"], "retry");
    assert!(begun.elapsed() < ANSWERED, "answered after {:?}", begun.elapsed());
}

/// Sends as a phone does that insists; how long it took.
async fn insist(phone: &Visitor, shot: &Shot) -> Duration {
    let begun = Instant::now();
    loop {
        let answer = phone.answer(shot.sending(phone)).await;
        match answer.status {
            200 | 201 => return begun.elapsed(),
            503 => assert!(!answer.header("retry-after").is_empty()),
            other => panic!("{other} {}", answer.body),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What the store and the log hold: objects of originals, receptions.
async fn held(house: &House) -> (usize, usize) {
    let objects = house.app.media.list("originals/", None).await.expect("a list").0.len();
    let sql = house.sql().await;
    let rows = sql.query("SELECT 1 FROM custody WHERE deed = 'photo.received'", &[]).await.expect("rows");
    (objects, rows.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_refuses_nothing_is_acknowledged_and_reading_goes_on() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let mut sent = 0;
    for fault in [Fault::Cut, Fault::Overloaded] {
        let shot = Shot::of(scene.visit, picture(sent));
        declare(&scene, &shot).await;
        house.fail_store(fault);

        let begun = Instant::now();
        is_busy(&scene.phone.answer(shot.sending(&scene.phone)).await, begun);

        assert_eq!(state(&scene, &shot).await, "announced", "reading what is known needs no store");
        let listed = scene.reviewer.get(&format!("/v1/photos?visit={}", scene.visit)).await;
        assert_eq!(listed.0, 200, "{}", listed.1);
        assert_eq!(house.stranger().get("/health/live").await.0, 200);
        let ready = house.stranger().send("GET", "/health/ready", None).await;
        assert_eq!(
            (ready.status, &ready.body["store"], &ready.body["database"]),
            (503, &false.into(), &true.into())
        );
        assert!(!ready.header("retry-after").is_empty());

        house.fail_store(Fault::None);
        assert!(insist(&scene.phone, &shot).await < RECOVERED);
        sent += 1;
    }
    // Slow is not away.
    house.fail_store(Fault::Delay(Duration::from_millis(800)));
    let shot = Shot::of(scene.visit, picture(sent));
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.fail_store(Fault::None);
    assert_eq!(held(&house).await, (3, 3));
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_swallows_everything_is_told_in_time_and_used_again_at_once() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let [kept, next, later] = [1, 2, 3].map(|seed| Shot::of(scene.visit, picture(seed)));
    kept.send(&scene.phone).await;
    declare(&scene, &next).await;
    declare(&scene, &later).await;
    house.fail_store(Fault::Swallow);

    let begun = Instant::now();
    let original = format!("{}/original", kept.path());
    let (sent, read) = tokio::join!(
        scene.phone.answer(next.sending(&scene.phone)),
        scene.reviewer.send("GET", &original, None),
    );
    is_busy(&sent, begun);
    is_busy(&read, begun);
    assert_eq!(state(&scene, &next).await, "announced");

    house.fail_store(Fault::None);
    assert!(insist(&scene.phone, &next).await < RECOVERED);
    assert!(insist(&scene.phone, &later).await < RECOVERED);
    assert_eq!(scene.reviewer.send("GET", &original, None).await.bytes, kept.bytes);
    assert_eq!(held(&house).await, (3, 3));
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_fails_in_the_middle_of_a_photo_keeps_nothing() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    for (seed, fault) in [(1, Fault::CutPut(300_000)), (2, Fault::StallPut(300_000))] {
        let shot = Shot::of(scene.visit, pictures::sharp(seed));
        declare(&scene, &shot).await;
        house.fail_store(fault);
        let begun = Instant::now();
        is_busy(&scene.phone.answer(shot.sending(&scene.phone)).await, begun);
        assert_eq!(state(&scene, &shot).await, "announced");
        house.fail_store(Fault::None);
        assert_eq!(held(&house).await.0, usize::from(seed) - 1, "half a photo is none");
        let after = insist(&scene.phone, &shot).await;
        assert!(after < RECOVERED, "{fault:?}: {after:?}");
    }
    assert_eq!(held(&house).await, (2, 2));
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_store_that_is_lost_makes_one_photo_not_two() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, picture(1));
    declare(&scene, &shot).await;
    house.fail_store(Fault::LosePutAnswer);
    let begun = Instant::now();
    is_busy(&scene.phone.answer(shot.sending(&scene.phone)).await, begun);
    assert_eq!(held(&house).await, (1, 0), "the store has it, nobody was told");
    house.fail_store(Fault::None);

    let first = scene.phone.answer(shot.sending(&scene.phone)).await;
    let again = scene.phone.answer(shot.sending(&scene.phone)).await;

    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(held(&house).await, (1, 1));
    let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
    assert_eq!(original.bytes, shot.bytes);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_that_turns_on_the_way_in_is_never_acknowledged() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, picture(1));
    declare(&scene, &shot).await;
    let places = [0, 1, shot.bytes.len() - 1].into_iter().chain((1..25).map(|n| n * 3_000));
    for place in places {
        house.fail_store(Fault::FlipPut(place));
        let begun = Instant::now();
        is_busy(&scene.phone.answer(shot.sending(&scene.phone)).await, begun);
        assert_eq!(state(&scene, &shot).await, "announced", "byte {place}");
    }
    house.fail_store(Fault::None);
    assert_eq!(held(&house).await, (0, 0));
    assert_eq!(scene.phone.answer(shot.sending(&scene.phone)).await.status, 201);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_that_turns_on_the_way_out_is_never_served_as_good() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, picture(1));
    shot.send(&scene.phone).await;
    // As a process, since the alarm is in its log.
    let process = house.start_process(&[]).await;
    let reviewer = process.called_by(&scene.reviewer);
    let original = format!("{}/original", shot.path());
    let end = shot.bytes.len() - 1;
    let mut alarms = 0;
    for place in [0, 5_000, 40_000, end] {
        house.fail_store(Fault::FlipGet(place));
        for range in [
            None,
            Some(format!("bytes=0-{end}")),
            Some(format!("bytes={place}-{place}")),
            Some("bytes=-1".to_owned()),
        ] {
            let request = reviewer.request("GET", &original);
            let request = range.iter().fold(request, |request, range| request.header("range", range));
            // What fits in one piece is withheld whole, the head with it.
            let Ok(answer) = request.send().await else {
                alarms += 1;
                continue;
            };
            if answer.status().is_success() {
                let body = answer.bytes().await;
                assert!(
                    body.is_err(),
                    "byte {place}, {range:?}: {} bytes served as good",
                    body.unwrap().len()
                );
                alarms += 1;
            }
        }
    }
    house.fail_store(Fault::None);
    for range in ["bytes=0-9", "bytes=40000-40999", "bytes=-1"] {
        let answer = reviewer.answer(reviewer.request("GET", &original).header("range", range)).await;
        assert_eq!(answer.status, 206);
        let (first, last) = match range {
            "bytes=0-9" => (0, 9),
            "bytes=-1" => (end, end),
            _ => (40_000, 40_999),
        };
        assert_eq!(answer.bytes, shot.bytes[first..=last], "{range}");
    }
    assert_eq!(reviewer.send("GET", &original, None).await.bytes, shot.bytes);
    let log = process.log();
    let told =
        log.lines().filter(|line| line.contains("damaged bytes") && line.contains(&shot.id.to_string()));
    assert!(alarms > 0 && told.count() >= alarms, "{alarms} were cut: {log}");
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_reads_damaged_bytes_once_reads_again() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    shot.send(&scene.phone).await;
    house.fail_store(Fault::Cut);
    let worker = house.start_worker();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(state(&scene, &shot).await, "stored");
    house.fail_store(Fault::None);
    let (_, photo) = scene.phone.get(&format!("{}?wait_s=30", shot.path())).await;
    assert_eq!(photo["state"], "ready", "an outage is no verdict: {photo}");
    worker.stop().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_insist_through_every_fault_lose_and_double_nothing() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let shots: Vec<Shot> = (0..40).map(|seed| Shot::of(scene.visit, picture(seed))).collect();
    for shot in &shots {
        declare(&scene, shot).await;
    }
    let phones = futures::stream::iter(&shots).map(|shot| async {
        // Spread over all the faults.
        tokio::time::sleep(Duration::from_millis(500)).await;
        insist(&scene.phone, shot).await
    });
    let storm = phones.buffer_unordered(6).collect::<Vec<_>>();
    let weather = async {
        for fault in [
            Fault::Cut,
            Fault::CutPut(20_000),
            Fault::LosePutAnswer,
            Fault::FlipPut(9_000),
            Fault::Overloaded,
        ] {
            for how in [fault, Fault::None, fault, Fault::Delay(Duration::from_millis(100))] {
                house.fail_store(how);
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        house.fail_store(Fault::None);
    };
    tokio::join!(storm, weather);
    assert_eq!(held(&house).await, (40, 40));
    for shot in &shots {
        let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
        assert!(original.bytes == shot.bytes);
    }
    house.work().await;
    house.close().await;
}
