//! Several instances behind a balancer: any of them continues any upload, and one that is killed costs a moment.

use super::{begun, created, durable, is_held, offset, patch, rest};
use crate::harness::{House, Shot, pictures};
use rustix::process::Signal;
use tokio::io::AsyncWriteExt;

#[tokio::test(flavor = "multi_thread")]
async fn any_instance_continues_any_upload() {
    let house = House::open().await;
    let scene = house.scene().await;
    let other = house.start_process(&[]).await;
    let (here, there) = (&scene.phone, other.called_by(&scene.phone));
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    let at = created(here, &shot).await;
    let parts = [0, 100_000, 300_000, 301_000, 800_000, shot.bytes.len()];
    for (n, ends) in parts.windows(2).enumerate() {
        let (by, asked) = if n % 2 == 0 { (here, &there) } else { (&there, here) };
        assert_eq!(by.answer(patch(by, &at, ends[0], &shot.bytes[ends[0]..ends[1]])).await.status, 204);
        assert_eq!(offset(asked, &at).await, ends[1]);
    }
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_request_at_another_instance_appends_nothing_more() {
    let house = House::open().await;
    let scene = house.scene().await;
    let other = house.start_process(&[]).await;
    let (here, there) = (&scene.phone, other.called_by(&scene.phone));
    let shot = Shot::of(scene.visit, pictures::sharp(2));
    let at = created(here, &shot).await;
    let mut stale = begun(&other.url, &there, &at, &shot, 0, 200_000).await;
    durable(&house, &shot, 200_000).await;
    let from = offset(here, &at).await;
    assert_eq!(from, 200_000);
    // Both go on; the turn is the newer one's.
    let part = here.answer(patch(here, &at, from, &shot.bytes[from..from + 1000])).await;
    assert_eq!(part.status, 204);
    let _ = stale.write_all(&shot.bytes[200_000..400_000]).await;
    assert_eq!(rest(&mut stale).await, "", "it is cut without an answer");
    let from = offset(here, &at).await;
    assert_eq!(from, 201_000);
    assert_eq!(here.answer(patch(here, &at, from, &shot.bytes[from..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_at_one_instance_knows_of_what_another_took() {
    let house = House::open().await;
    let scene = house.scene().await;
    let other = house.start_process(&[]).await;
    let (here, there) = (&scene.phone, other.called_by(&scene.phone));
    for (seed, asks) in [(5, true), (6, false)] {
        let shot = Shot::of(scene.visit, pictures::sharp(seed));
        let at = created(here, &shot).await;
        // The line breaks here, and the phone is back there and here again at once.
        drop(begun(&house.url, here, &at, &shot, 0, 400_000).await);
        durable(&house, &shot, 400_000).await;
        let part = there.answer(patch(&there, &at, 400_000, &shot.bytes[400_000..450_000])).await;
        assert_eq!(part.status, 204);
        if asks {
            assert_eq!(offset(here, &at).await, 450_000);
        }
        assert_eq!(here.answer(patch(here, &at, 450_000, &shot.bytes[450_000..])).await.status, 204);
        is_held(&house, &scene, &shot).await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_instance_costs_what_it_had_not_put_away() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut other = house.start_process(&[]).await;
    let (here, there) = (&scene.phone, other.called_by(&scene.phone));
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    let at = created(here, &shot).await;
    let mut line = begun(&other.url, &there, &at, &shot, 0, 600_000).await;
    durable(&house, &shot, 600_000).await;
    line.write_all(&shot.bytes[600_000..700_000]).await.unwrap();
    other.signal(Signal::KILL);
    other.ended().await;
    let from = offset(here, &at).await;
    assert!((600_000..=700_000).contains(&from), "{from}");
    assert_eq!(here.answer(patch(here, &at, from, &shot.bytes[from..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_stops_puts_away_what_it_has() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut other = house.start_process(&[("FIELDPROOF_SHUTDOWN_S", "2")]).await;
    let (here, there) = (&scene.phone, other.called_by(&scene.phone));
    let shot = Shot::of(scene.visit, pictures::sharp(4));
    let at = created(here, &shot).await;
    let line = begun(&other.url, &there, &at, &shot, 0, 300_000).await;
    other.signal(Signal::TERM);
    durable(&house, &shot, 300_000).await;
    assert!(other.ended().await.0.success());
    drop(line);
    let from = offset(here, &at).await;
    assert_eq!(from, 300_000);
    assert_eq!(here.answer(patch(here, &at, from, &shot.bytes[from..])).await.status, 204);
    is_held(&house, &scene, &shot).await;
    house.close().await;
}
