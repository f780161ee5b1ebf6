//! Photos that show names and numbers of people: covered by the team before anybody else sees them.

use crate::harness::{House, Shot, Visitor, pictures};
use fieldproof_imaging::{Limits, Picture, examine};
use serde_json::{Value, json};

/// How much can be told apart in a JPEG.
fn sharpness(jpeg: &[u8]) -> f64 {
    match examine(jpeg, &Limits::default()).picture {
        Picture::Ready(rendered) => rendered.quality.sharpness,
        other => panic!("{other:?}"),
    }
}

fn area(left: f64, top: f64, width: f64, height: f64) -> Value {
    json!({ "left": left, "top": top, "width": width, "height": height })
}

/// Marks what is to be covered, resting on the photo as it is now.
async fn mark(who: &Visitor, shot: &Shot, areas: &Value) -> (u16, Value) {
    let seen = who.send("GET", &shot.path(), None).await;
    let request = who.request("PUT", &format!("{}/masks", shot.path()));
    let version = if seen.status == 200 { seen.header("etag") } else { "\"v1\"" };
    let answer = who.answer(request.header("if-match", version).json(areas)).await;
    (answer.status, answer.body)
}

async fn preview(who: &Visitor, shot: &Shot) -> crate::harness::Answer {
    who.send("GET", &format!("{}/derivatives/1600", shot.path()), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_team_marks_is_covered_for_everybody_else() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(3)).with("subject", "register_book");
    let left_half = json!({ "areas": [area(0.0, 0.0, 0.5, 1.0)] });
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    let (status, early) = mark(&scene.phone, &shot, &left_half).await;
    assert_eq!((status, early["code"].as_str()), (409, Some("photo.not-examined")));
    house.work().await;

    // Everybody is told what there is; nobody but the team is shown it.
    let (status, told) = scene.reviewer.get(&shot.path()).await;
    assert_eq!((status, &told["personal_data"], &told["masked"]), (200, &json!(true), &Value::Null));
    assert_eq!(preview(&scene.reviewer, &shot).await.body["code"], "photo.not-masked");
    assert_eq!(preview(&scene.outsider, &shot).await.status, 404);
    let plain = preview(&scene.phone, &shot).await;
    assert_eq!(plain.status, 200);
    for (areas, at) in [
        (json!([area(0.6, 0.0, 0.5, 1.0)]), "/areas/0"),
        (json!([area(0.0, 0.0, 1.0, 1.0), area(0.0, -0.1, 0.5, 0.5)]), "/areas/1"),
    ] {
        let (status, no) = mark(&scene.phone, &shot, &json!({ "areas": areas })).await;
        assert_eq!((status, no["errors"][0]["code"].as_str()), (422, Some("photo.mask-area")));
        assert_eq!(no["errors"][0]["pointer"], at);
    }
    assert_eq!(mark(&scene.reviewer, &shot, &left_half).await.0, 403);
    assert_eq!(mark(&scene.outsider, &shot, &left_half).await.0, 404);

    let (status, masked) = mark(&scene.phone, &shot, &left_half).await;
    assert_eq!((status, &masked["masked"]["areas"]), (200, &left_half["areas"]), "{masked}");
    assert_eq!(masked["sha256"], told["sha256"], "the original stays as it is");
    let half = preview(&scene.reviewer, &shot).await;
    let (whole, part) = (sharpness(&plain.bytes), sharpness(&half.bytes));
    assert!((0.4..0.6).contains(&(part / whole)), "half of it is told apart: {part} of {whole}");
    assert_eq!(half.header("cache-control"), "private, no-cache");
    assert_ne!(half.header("etag"), plain.header("etag"));
    assert_eq!(preview(&scene.phone, &shot).await.bytes, plain.bytes);

    // Somebody who has not seen this marking does not replace it.
    let unseen = scene.phone.request("PUT", &format!("{}/masks", shot.path()));
    let unseen = unseen.header("if-match", "\"v1\"").json(&json!({ "areas": [area(0.5, 0.0, 0.5, 1.0)] }));
    let stale = scene.phone.answer(unseen).await;
    assert_eq!((stale.status, stale.body["code"].as_str()), (412, Some("version.stale")));
    let blind = scene.phone.put(&format!("{}/masks", shot.path()), &left_half).await;
    assert_eq!(blind.0, 428);

    // The same again changes nothing; more is covered at once, also for who kept the picture.
    let (_, again) = mark(&scene.phone, &shot, &left_half).await;
    assert_eq!(again["masked"], masked["masked"]);
    let all = json!({ "areas": [area(0.0, 0.0, 1.0, 1.0)] });
    assert_eq!(mark(&scene.phone, &shot, &all).await.0, 200);
    let path = format!("{}/derivatives/1600", shot.path());
    let kept = scene.reviewer.request("GET", &path).header("if-none-match", half.header("etag"));
    let covered = scene.reviewer.answer(kept).await;
    assert_eq!(covered.status, 200);
    assert!(sharpness(&covered.bytes) < 1.0);
    let deeds = house.deeds(&shot.id.to_string()).await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "photo.masked").count(), 2);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_photo_may_be_masked_and_one_with_nothing_to_cover_is_said_to_be_so() {
    let house = House::open().await;
    let scene = house.scene().await;
    let board = Shot::of(scene.visit, pictures::sharp(4));
    let screen = Shot::of(scene.visit, pictures::sharp(5)).with("subject", "screen");
    for shot in [&board, &screen] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    house.work().await;
    let plain = preview(&scene.reviewer, &board).await;
    assert_eq!(plain.status, 200);
    let corner = json!({ "areas": [area(0.75, 0.75, 0.25, 0.25)] });
    let (status, body) = mark(&scene.phone, &board, &corner).await;
    assert_eq!((status, &body["personal_data"]), (200, &json!(true)));
    let after = preview(&scene.reviewer, &board).await;
    assert!(after.bytes != plain.bytes, "somebody's request is heard");

    let nothing = json!({ "areas": [] });
    assert_eq!(mark(&scene.phone, &screen, &nothing).await.0, 200);
    let shown = preview(&scene.reviewer, &screen).await;
    assert_eq!(shown.status, 200);
    let original = scene.reviewer.send("GET", &format!("{}/original", screen.path()), None).await;
    assert!(original.status == 200 && original.bytes == screen.bytes);

    let reason = json!({ "reason": "Chụp nhầm" });
    assert_eq!(scene.phone.post(&format!("{}/withdraw", screen.path()), &reason).await.0, 200);
    let (status, no) = mark(&scene.phone, &screen, &corner).await;
    assert_eq!((status, no["code"].as_str()), (409, Some("photo.withdrawn")));
    house.close().await;
}
