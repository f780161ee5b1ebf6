//! PostgreSQL dies, throws everybody out, loses answers, or is busy: 503 and no other fault, nothing lost, nothing doubled.

use crate::harness::faults::Fault;
use crate::harness::{House, Inspectorate, Scene, Shot, Visitor, pictures};
use futures::StreamExt;
use rustix::process::{Pid, Signal, kill_process};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// All must work again by then: the promise is 5 s, the rest is for a machine that does other things, too.
const RECOVERED: Duration = Duration::from_secs(5);

fn picture(seed: u8) -> Vec<u8> {
    pictures::png(320, 240, move |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { seed })
}

/// Calls until it is no 503; each 503 must say when to come back.
async fn insist(phone: &Visitor, make: impl Fn() -> reqwest::RequestBuilder) -> crate::harness::Answer {
    loop {
        let answer = phone.answer(make()).await;
        if answer.status != 503 {
            assert!(answer.status < 500, "{} {}", answer.status, answer.body);
            return answer;
        }
        assert!(!answer.header("retry-after").is_empty());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Declares and sends a photo as a phone does that insists.
async fn send(phone: &Visitor, shot: &Shot) {
    let declared = insist(phone, || phone.request("PUT", &shot.path()).json(&shot.declaration)).await;
    assert!(matches!(declared.status, 200 | 201), "{} {}", declared.status, declared.body);
    let sent = insist(phone, || shot.sending(phone)).await;
    assert!(matches!(sent.status, 200 | 201), "{} {}", sent.status, sent.body);
}

/// A storm of photos, six phones at a time.
async fn storm(scene: &Scene, shots: &[Shot]) {
    let phones = futures::stream::iter(shots).map(|shot| send(&scene.phone, shot));
    phones.buffer_unordered(6).collect::<Vec<()>>().await;
}

/// Every photo is there once, byte for byte.
async fn all_are_there_once(house: &House, scene: &Scene, shots: &[Shot]) {
    let sql = house.sql().await;
    for deed in ["photo.declared", "photo.received"] {
        let rows = sql.query("SELECT object_id FROM custody WHERE deed = $1", &[&deed]).await.expect("rows");
        assert_eq!(rows.len(), shots.len(), "{deed}");
    }
    assert_eq!(house.app.media.list("originals/", None).await.expect("a list").0.len(), shots.len());
    for shot in shots {
        let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
        assert!(original.bytes == shot.bytes, "{}", shot.id);
    }
}

/// Until a request that needs the database succeeds.
async fn recovered(scene: &Scene) -> Duration {
    let begun = Instant::now();
    insist(&scene.phone, || scene.phone.request("GET", &format!("/v1/photos?visit={}", scene.visit))).await;
    begun.elapsed()
}

/// A PostgreSQL of its own, which may be killed.
struct Cluster {
    folder: PathBuf,
}

impl Cluster {
    fn script(&self, action: &str) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
        let ran =
            Command::new(script).arg(action).arg(&self.folder).env("FIELDPROOF_PG_THROWAWAY", "1").output();
        let ran = ran.expect("scripts/postgres runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).expect("text").trim().to_owned()
    }

    fn start() -> (Self, String) {
        let name = format!("fieldproof-pg-{}", uuid::Uuid::new_v4().simple());
        let cluster = Self { folder: std::env::temp_dir().join(name) };
        let url = cluster.script("start");
        (cluster, url)
    }

    /// What `pg_ctl stop -m immediate` does: no word to anybody, recovery at the next start.
    fn kill(&self) {
        let pid = self.script("pid").parse().ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::QUIT).expect("a signal");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.script("stop");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_dies_in_the_middle_of_uploads_loses_and_doubles_nothing() {
    let (cluster, url) = Cluster::start();
    let house = House::open_on(&url, &[]).await;
    let scene = house.scene().await;
    let shots: Vec<Shot> = (0..60).map(|seed| Shot::of(scene.visit, picture(seed))).collect();
    let deaths = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(400)).await;
            cluster.kill();
            tokio::time::sleep(Duration::from_millis(700)).await;
            assert_eq!(house.stranger().get("/health/live").await.0, 200);
            assert_eq!(house.stranger().get("/health/ready").await.0, 503);
            cluster.script("start");
            let after = recovered(&scene).await;
            assert!(after < RECOVERED, "{after:?}");
        }
    };
    tokio::join!(storm(&scene, &shots), deaths);
    all_are_there_once(&house, &scene, &shots).await;
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_thrown_out_are_replaced_at_once() {
    let house = House::open().await;
    let scene = house.scene().await;
    let worker = house.start_worker();
    let shots: Vec<Shot> = (0..60).map(|seed| Shot::of(scene.visit, picture(seed))).collect();
    let out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let thrown = async {
        let sql = house.sql().await;
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            sql.query(out, &[]).await.expect("they are thrown out");
            let after = recovered(&scene).await;
            assert!(after < RECOVERED, "{after:?}");
        }
    };
    tokio::join!(storm(&scene, &shots), thrown);
    worker.stop().await;
    all_are_there_once(&house, &scene, &shots).await;
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_took_effect_once() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let shots: Vec<Shot> = (0..8).map(|seed| Shot::of(scene.visit, picture(seed))).collect();
    for shot in &shots {
        let declare = || scene.phone.request("PUT", &shot.path()).json(&shot.declaration);
        let steps: [(&str, &dyn Fn() -> reqwest::RequestBuilder); 2] =
            [("declared", &declare), ("sent", &|| shot.sending(&scene.phone))];
        for (step, make) in steps {
            house.fail_database(Fault::LoseCommitAnswer);
            let lost = scene.phone.answer(make()).await;
            // A promise is asked for again by the phone; for bytes the server itself looks whether it took effect.
            let told = if step == "sent" { (200, None) } else { (503, Some("busy")) };
            assert_eq!((lost.status, lost.body["code"].as_str()), told, "{step}: {}", lost.body);
            house.fail_database(Fault::None);
            let again = insist(&scene.phone, make).await;
            let once_more = insist(&scene.phone, make).await;
            assert_eq!((again.status, once_more.status), (200, 200), "{step}: it was there already");
            assert_eq!(again.body, once_more.body);
        }
    }
    all_are_there_once(&house, &scene, &shots).await;
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_commit_was_not_answered_is_not_done_twice_under_its_key() {
    let at = Inspectorate::open_behind_lines().await;
    let plan = at.plan("planned", 48);
    let create = || {
        let request = at.scheduler.visitor.request("POST", "/v1/visits");
        request.header("idempotency-key", "once-and-for-all").json(&plan)
    };
    at.house.fail_database(Fault::LoseCommitAnswer);
    let lost = at.scheduler.visitor.answer(create()).await;
    assert_eq!(lost.status, 503, "{}", lost.body);
    at.house.fail_database(Fault::None);

    let again = insist(&at.scheduler.visitor, create).await;

    // Its answer never existed; what matters is that it is not made again.
    assert_eq!(
        (again.status, again.body["code"].as_str()),
        (409, Some("idempotency.answer-lost")),
        "{}",
        again.body
    );
    let visits = at.house.sql().await.query("SELECT 1 FROM visits", &[]).await.expect("rows");
    assert_eq!(visits.len(), 1);
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_commit_was_not_answered_logs_nobody_out() {
    let house = House::open_behind_lines(&[]).await;
    house.account("hoa", &[]).await;
    let mut held = house.sign_in("hoa").await;
    for _ in 0..3 {
        house.fail_database(Fault::LoseCommitAnswer);
        let lost = house.refresh(&held.refresh).await;
        assert_eq!(lost.status, 503, "{}", lost.body);
        assert!(!lost.header("retry-after").is_empty());
        house.fail_database(Fault::None);
        let again = house.refresh(&held.refresh).await;
        assert_eq!(again.status, 200, "{}", again.body);
        held = crate::harness::people::tokens(&again.body);
        assert_eq!(house.bearer(&held.access).get("/v1/me").await.0, 200);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_to_the_database_that_fails_heals_at_once() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    recovered(&scene).await;
    house.fail_database(Fault::Cut);
    let begun = Instant::now();
    let answer = scene.phone.send("GET", &format!("/v1/visits/{}", scene.visit), None).await;
    assert_eq!(answer.status, 503, "an outage is no refusal: {}", answer.body);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    house.fail_database(Fault::None);
    let after = recovered(&scene).await;
    assert!(after < RECOVERED, "{after:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_connections_are_taken_others_are_told_at_once() {
    let house = House::open_with(&[("FIELDPROOF_DB_CONNECTIONS", "2")]).await;
    let scene = house.scene().await;
    recovered(&scene).await;
    let sql = house.sql().await;
    sql.batch_execute("BEGIN; LOCK TABLE photos IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
    let path = format!("/v1/photos?visit={}", scene.visit);
    let ask = || async {
        let begun = Instant::now();
        let answer = scene.reviewer.send("GET", &path, None).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (503, Some("busy")), "{}", answer.body);
        assert!(!answer.header("retry-after").is_empty());
        begun.elapsed()
    };
    let late = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let told = ask().await;
        let begun = Instant::now();
        assert_eq!(house.stranger().get("/health/live").await.0, 200);
        (told, begun.elapsed())
    };
    let (one, two, (third, live)) = tokio::join!(ask(), ask(), late);
    // Queries end by themselves; whoever finds no connection is told before that.
    assert!(one.max(two) < Duration::from_millis(7_500), "{one:?} {two:?}");
    assert!(third < Duration::from_secs(2), "{third:?}");
    assert!(live < Duration::from_secs(1), "{live:?}");
    sql.batch_execute("ROLLBACK").await.expect("unlocked");
    assert!(recovered(&scene).await < RECOVERED);
    house.close().await;
}
