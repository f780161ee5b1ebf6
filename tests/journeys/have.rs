//! A phone that was without a network asks which of its photos are still wanted.

use crate::harness::{House, Scene, Shot, Visitor, pictures};
use serde_json::{Value, json};
use uuid::Uuid;

fn line(shot: &Shot) -> Value {
    json!({ "photo": shot.id, "sha256": shot.declaration["sha256"] })
}

async fn have(who: &Visitor, lines: &[Value]) -> Vec<Value> {
    let (status, body) = who.post("/v1/photos/have", &json!({ "photos": lines })).await;
    assert_eq!(status, 200, "{body}");
    body["photos"].as_array().expect("lines").clone()
}

fn short(line: &Value) -> (&str, bool) {
    (line["state"].as_str().expect("a state"), line["wanted"].as_bool().expect("whether it is wanted"))
}

async fn tus(phone: &Visitor, shot: &Shot, bytes: usize) {
    let begun = phone.request("POST", &format!("/v1/uploads?photo={}", shot.id));
    let begun = begun.header("tus-resumable", "1.0.0").header("upload-length", shot.bytes.len());
    let begun = phone.answer(begun).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let at = begun.header("location").rsplit('/').next().unwrap().to_owned();
    let append = phone.request("PATCH", &format!("/v1/uploads/{at}"));
    let append = append.header("tus-resumable", "1.0.0").header("upload-offset", "0");
    let append = append.header("content-type", "application/offset+octet-stream");
    let append = append.body(shot.bytes[..bytes].to_vec());
    assert_eq!(phone.answer(append).await.status, 204);
}

async fn declare(scene: &Scene, shot: &Shot) {
    assert_eq!(scene.phone.put(&shot.path(), &shot.declaration).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_told_of_each_of_its_photos_in_its_own_order() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shots: Vec<Shot> = (0..8).map(|seed| Shot::of(scene.visit, pictures::sharp(seed))).collect();
    let [unknown, expected, receiving, verified, withdrawn, damaged, broken, stored] = &shots[..] else {
        unreachable!()
    };
    let mut broken = broken.clone();
    let half = broken.bytes.len() / 2;
    broken = Shot::of(scene.visit, broken.bytes[..half].to_vec());
    for shot in [expected, receiving, withdrawn] {
        declare(&scene, shot).await;
    }
    tus(&scene.phone, receiving, 1000).await;
    for shot in [verified, damaged, &broken] {
        assert_eq!(shot.send(&scene.phone).await.status, 201);
    }
    let reason = json!({ "reason": "Chụp nhầm" });
    assert_eq!(scene.phone.post(&format!("{}/withdraw", withdrawn.path()), &reason).await.0, 200);
    let name = house.app.media.list("originals/", None).await.unwrap().0;
    let of = |shot: &Shot| name.iter().find(|at| at.name.contains(&shot.id.to_string())).unwrap();
    house.app.media.delete_listed(of(damaged)).await.unwrap();
    house.work().await;
    assert_eq!(stored.send(&scene.phone).await.status, 201);

    let mut lines: Vec<Value> =
        [unknown, expected, receiving, stored, verified, withdrawn, damaged, &broken].map(line).to_vec();
    lines.push(json!({ "photo": verified.id, "sha256": "0".repeat(64) }));
    let told = have(&scene.phone, &lines).await;

    let asked: Vec<&Value> = lines.iter().map(|line| &line["photo"]).collect();
    assert_eq!(told.iter().map(|line| &line["photo"]).collect::<Vec<_>>(), asked);
    let said: Vec<(&str, bool)> = told.iter().map(short).collect();
    let wanted = [
        ("unknown", false),
        ("expected", true),
        ("receiving", true),
        ("stored", false),
        ("verified", false),
        ("withdrawn", false),
        ("quarantined", true),
        ("quarantined", false),
        ("other_digest", false),
    ];
    assert_eq!(said, wanted);
    assert_eq!(told[2]["received_bytes"], 1000);
    // Whoever holds a receipt may delete; the photo that shows no sound picture is whole as it was sent.
    let has_receipt: Vec<bool> = told.iter().map(|line| line["receipt"].is_string()).collect();
    assert_eq!(has_receipt, [false, false, false, false, true, false, false, true, false]);
    let alone = scene.phone.get(&format!("{}/receipt", verified.path())).await.1;
    assert_eq!(told[4]["receipt"], alone["receipt"]);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_not_theirs_is_an_unknown_one_to_everybody_else() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));
    assert_eq!(shot.send(&scene.phone).await.status, 201);
    house.work().await;
    let missing = json!({ "photo": Uuid::now_v7(), "sha256": "0".repeat(64) });

    for who in [&scene.reviewer, &scene.outsider] {
        let told = have(who, &[line(&shot), missing.clone()]).await;
        let mut theirs = told[0].clone();
        theirs["photo"] = told[1]["photo"].clone();
        assert_eq!(theirs, told[1]);
        assert_eq!(short(&told[0]), ("unknown", false));
    }
    assert_eq!(house.stranger().post("/v1/photos/have", &json!({ "photos": [] })).await.0, 401);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_are_told_at_once_and_one_more_is_refused() {
    let house = House::open().await;
    let scene = house.scene().await;
    let all = |count: usize| -> Vec<Value> {
        (0..count).map(|_| json!({ "photo": Uuid::now_v7(), "sha256": "0".repeat(64) })).collect()
    };
    assert_eq!(have(&scene.phone, &all(500)).await.len(), 500);
    let (status, problem) = scene.phone.post("/v1/photos/have", &json!({ "photos": all(501) })).await;
    assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some("photo.have-too-many")));
    let unreadable = json!({ "photos": [{ "photo": Uuid::now_v7(), "sha256": "x" }] });
    let (status, problem) = scene.phone.post("/v1/photos/have", &unreadable).await;
    let fault = &problem["errors"][0];
    assert_eq!((status, fault["pointer"].as_str()), (422, Some("/photos/0/sha256")), "{fault}");
    // A visit that is final takes no more bytes: they are not wanted, whatever was declared.
    let late = Shot::of(scene.visit, pictures::sharp(1));
    declare(&scene, &late).await;
    house.sql().await.batch_execute("UPDATE visits SET state = 'finalised'").await.unwrap();
    assert_eq!(short(&have(&scene.phone, &[line(&late)]).await[0]), ("expected", false));
    house.close().await;
}
