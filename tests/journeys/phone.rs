//! The reference phone: what it holds leaves it for a receipt alone, whatever happens to the line.

mod sending;
mod troubles;
mod trust;

use crate::harness::faults::Fault;
use crate::harness::{House, Scene, Visitor, pictures};
use fieldproof_phone::device::Key;
use fieldproof_phone::sign_in::Session;
use fieldproof_phone::{Capture, Change, Failure, Line, Phone, Protocol, Pulled, Shelf, device};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("fieldproof-phone-{}", Uuid::new_v4().simple()))
}

fn phone(house: &House, scene: &Scene, shelf: &Shelf) -> Phone {
    phone_of(&house.url, &scene.phone, shelf)
}

fn phone_of(url: &str, who: &Visitor, shelf: &Shelf) -> Phone {
    let line = Line::of(url, Session::of_token(who.token().expect("a token")), None).expect("a line");
    Phone { shelf: shelf.clone(), line, protocol: Protocol::Tus }
}

fn capture(visit: Uuid, shelf: &Shelf, bytes: &[u8]) -> Uuid {
    capture_of((visit, None, "scene"), shelf, bytes)
}

fn capture_of((visit, item, subject): (Uuid, Option<&str>, &str), shelf: &Shelf, bytes: &[u8]) -> Uuid {
    let position = json!({ "latitude": 15.7431, "longitude": 107.9642, "accuracy_m": 8.0, "source": "gnss" });
    let capture = Capture {
        visit,
        item: item.map(ToOwned::to_owned),
        subject: subject.to_owned(),
        caption: String::new(),
        media_type: "image/png".to_owned(),
        at: jiff::Timestamp::now(),
        position: Some(position),
    };
    shelf.capture(&capture, bytes).expect("a place on the shelf")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_leaves_the_phone_for_its_receipt_and_not_before() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let id = capture(scene.visit, &shelf, &pictures::sharp(1));

    // It is sent and acknowledged, and stays: nobody has read it again.
    let first = phone.round().await.unwrap();
    assert_eq!((first.sent, first.let_go, first.held), (1, 0, 1));
    assert!(shelf.original(id).exists());
    // The same again sends nothing again.
    let second = phone.round().await.unwrap();
    assert_eq!((second.sent, second.held), (0, 1));
    house.work().await;
    let third = phone.round().await.unwrap();
    assert_eq!((third.let_go, third.held), (1, 0));
    assert!(!shelf.original(id).exists());
    let kept = std::fs::read_to_string(root.join(format!("photos/{id}/receipt.jws"))).unwrap();
    assert_eq!(kept.matches('.').count(), 2);
    let held = scene.phone.send("GET", &format!("/v1/photos/{id}/original"), None).await;
    assert!(held.bytes == pictures::sharp(1));
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_comes_down_and_what_is_gone_leaves_the_phone() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let visit = scene.visit.to_string();
    let pulled = |told, gone| Pulled { told, gone };
    assert_eq!(phone.pull().await.unwrap(), pulled(1, 0));
    assert!(root.join("time.json").exists(), "photos are taken before the first sync");
    let truth = scene.phone.get(&format!("/v1/visits/{visit}")).await.1;
    assert_eq!(shelf.visit(&visit).unwrap()["visit"], truth);
    assert_eq!(phone.pull().await.unwrap(), pulled(0, 0));
    let attendee = Uuid::now_v7().to_string();
    let said = json!({ "visit": visit, "name": "Nguyễn Thành Trung" });
    assert_eq!(scene.phone.put(&format!("/v1/attendees/{attendee}"), &said).await.0, 201);
    assert_eq!(phone.pull().await.unwrap(), pulled(1, 0));
    assert_eq!(shelf.visit(&visit).unwrap()["attendee"][&attendee]["name"], "Nguyễn Thành Trung");

    // What was lost or damaged on the phone is told again, and the phone says nothing of having everything before.
    let file = root.join(format!("visits/{visit}.json"));
    for spoil in [|file: &PathBuf| std::fs::remove_file(file), |file: &PathBuf| std::fs::write(file, "")] {
        spoil(&file).unwrap();
        assert_eq!(phone.pull().await.unwrap(), pulled(2, 0));
        assert_eq!(shelf.visit(&visit).unwrap()["visit"], truth);
        assert_eq!(phone.pull().await.unwrap(), pulled(0, 0));
    }

    // A server that forgot what it told begins anew, and so does the phone.
    let sql = house.sql().await;
    sql.batch_execute("DELETE FROM followed_visits; DELETE FROM followers").await.unwrap();
    assert_eq!(phone.pull().await.unwrap(), pulled(2, 0));
    assert_eq!(shelf.visit(&visit).unwrap()["visit"], truth);
    sql.batch_execute("UPDATE visits SET state = 'cancelled'").await.unwrap();
    assert_eq!(phone.pull().await.unwrap(), pulled(0, 1));
    assert_eq!((shelf.visits().unwrap(), phone.pull().await.unwrap()), (0, pulled(0, 0)));
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_for_something_else_lets_nothing_go() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let id = capture(scene.visit, &shelf, &pictures::sharp(2));
    phone.round().await.unwrap();
    house.work().await;
    // The copy on the phone is another one than was sent: its receipt is about other bytes.
    let place = root.join(format!("photos/{id}/declaration.json"));
    let declared = std::fs::read_to_string(&place).unwrap();
    let size = pictures::sharp(2).len();
    std::fs::write(&place, declared.replace(&size.to_string(), &(size + 1).to_string())).unwrap();
    let round = phone.round().await.unwrap();
    assert_eq!((round.let_go, round.held), (0, 1));
    assert!(shelf.original(id).exists());
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_captured_without_a_line_is_there_after_a_restart_and_goes_when_the_line_is_back() {
    let house = House::open_behind_lines(&[]).await;
    let scene = house.scene().await;
    let root = folder();
    {
        let shelf = Shelf::open(&root).unwrap();
        capture(scene.visit, &shelf, &pictures::sharp(3));
        capture(scene.visit, &shelf, &pictures::sharp(4));
        // What the phone was writing when it died is no photo.
        std::fs::create_dir(root.join(format!("photos/.{}", Uuid::new_v4()))).unwrap();
    }
    let shelf = Shelf::open(&root).unwrap();
    assert_eq!(shelf.photos().unwrap().len(), 2);
    let phone = phone(&house, &scene, &shelf);
    house.fail_store(Fault::Overloaded);
    match phone.round().await {
        Err(Failure::Later { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(shelf.photos().unwrap().len(), 2);
    house.fail_store(Fault::None);
    let working = async {
        loop {
            house.work().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let is_empty = tokio::select! {
        is_empty = phone.until_empty(Duration::from_mins(1)) => is_empty.unwrap(),
        () = working => unreachable!("it works for ever"),
    };
    assert!(is_empty && shelf.photos().unwrap().is_empty());
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_put_aside_with_the_reason_and_stays() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let id = capture(Uuid::new_v4(), &shelf, &pictures::sharp(5));
    let sound = capture(scene.visit, &shelf, &pictures::sharp(6));
    let round = phone.round().await.unwrap();
    assert_eq!((round.refused, round.sent), (1, 1), "one that is refused holds up no other");
    assert!(shelf.original(id).exists() && shelf.original(sound).exists());
    let why = std::fs::read_to_string(root.join(format!("photos/{id}/refused.json"))).unwrap();
    assert!(why.contains("\"not-found\""), "{why}");
    assert_eq!((shelf.refusals().unwrap(), shelf.photos().unwrap().len()), (1, 1));
    assert_eq!(shelf.held().unwrap().len(), 2, "what is put aside is still held");
    // It is shown, tried again when its person says so, and given up in so many words alone.
    let refused = shelf.refused().unwrap();
    let told: Vec<_> = refused.iter().map(|of| (of.id, of.what.as_str(), of.code.as_str())).collect();
    assert_eq!(told, [(id, "photo", "not-found")]);
    assert!(!refused[0].detail.is_empty() && refused[0].file.exists());
    shelf.again(id).unwrap();
    assert_eq!((shelf.refusals().unwrap(), shelf.photos().unwrap().len()), (0, 2));
    assert_eq!(phone.round().await.unwrap().refused, 1);
    shelf.discard_photo(id, false).unwrap_err();
    shelf.discard_photo(sound, false).unwrap_err();
    assert_eq!(shelf.held().unwrap().len(), 2);
    shelf.discard_photo(id, true).unwrap();
    assert_eq!((shelf.refusals().unwrap(), shelf.held().unwrap().len()), (0, 1));

    // A change is put back in its place, or given up.
    let change = Change::now("close_recording", json!({ "visit": Uuid::new_v4() }), None).unwrap();
    shelf.enter(&change).unwrap();
    assert_eq!(phone.round().await.unwrap().refused, 1);
    assert_eq!(shelf.refused().unwrap()[0].id, change.id);
    shelf.again(change.id).unwrap();
    assert_eq!((shelf.refusals().unwrap(), shelf.changes().unwrap()[0].1.id), (0, change.id));
    assert_eq!(phone.round().await.unwrap().refused, 1);
    shelf.discard_change(change.id).unwrap();
    assert_eq!((shelf.refusals().unwrap(), shelf.changes().unwrap().len()), (0, 0));
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_entered_without_a_line_is_pushed_once_and_what_is_refused_waits_for_its_person() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let attendee = Uuid::now_v7();
    let enter = |visit: Uuid, name: &str, base: Option<i32>| {
        let body = json!({ "visit": visit, "name": name });
        let change = Change::now("put_attendee", json!({ "attendee": attendee }), Some(body)).unwrap();
        let change = Change { base_version: base, ..change };
        shelf.enter(&change).unwrap();
        change
    };
    let first = enter(scene.visit, "Nguyễn Thành Trung", None);
    enter(Uuid::new_v4(), "Nguyễn Thành Trung", None);
    enter(scene.visit, "Nguyễn Thành Chung", Some(1));
    let round = phone.round().await.unwrap();
    assert_eq!((round.changes, round.refused, round.conflicts), (2, 1, 0));
    assert_eq!((shelf.changes().unwrap().len(), shelf.refusals().unwrap()), (0, 1));

    // The answer was lost, so the phone pushes what it holds again; and somebody else had corrected the name meanwhile.
    shelf.enter(&first).unwrap();
    enter(scene.visit, "Nguyễn Trung Thành", Some(1));
    let round = phone.round().await.unwrap();
    assert_eq!((round.changes, round.conflicts), (1, 1));
    // A check-in goes out with the clock as it is by then.
    let came = json!({ "at": "2026-03-20T08:04:11+07:00" });
    let came = Change::now("check_in", json!({ "visit": scene.visit }), Some(came)).unwrap();
    shelf.enter(&came).unwrap();
    let round = phone.round().await.unwrap();
    assert_eq!((round.changes, round.refused), (1, 0));
    let (_, hosts) = scene.phone.get(&format!("/v1/visits/{}/attendees", scene.visit)).await;
    let names: Vec<&str> =
        hosts["items"].as_array().unwrap().iter().filter_map(|host| host["name"].as_str()).collect();
    assert_eq!(names.len(), 1, "{hosts}");
    // Their person sees what was entered here beside what stood there, until it is put away.
    let conflicts = shelf.conflicts().unwrap();
    let [met] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((met.what.as_str(), &met.visit), ("put_attendee", &Some(scene.visit.to_string())));
    assert_eq!(met.entered.as_ref().unwrap()["name"], "Nguyễn Trung Thành");
    assert_eq!(met.stood["name"], hosts["items"][0]["name"], "{met:?}");
    shelf.again(met.id).expect_err("it did come there: again would be a second time");
    shelf.discard_change(met.id).unwrap();
    assert!(shelf.conflicts().unwrap().is_empty());
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_let_in_signs_its_photos_tells_their_time_and_what_it_still_holds() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let (_, me) = scene.phone.get("/v1/me").await;
    let wish = json!({ "owner": scene.owner, "account": me["id"] });
    let (_, issued) = scene.phone.post("/v1/enrolments", &wish).await;
    let scanned = issued["url"].as_str().unwrap();
    let enrol = async |said: &str| device::enrol(&phone.line, &shelf, said, "Máy của đoàn", Key::Same).await;
    let foreign = scanned.replace(&house.url, "https://fieldproof.example");
    for (said, why) in [(foreign.as_str(), "another installation"), ("không phải mã", "no code")] {
        let no = enrol(said).await.unwrap_err().to_string();
        assert!(no.contains(why), "{said}: {no}");
    }
    let id = enrol(scanned).await.unwrap();
    assert_eq!(enrol(scanned).await.unwrap(), id, "said again");
    assert_eq!(enrol(issued["code"].as_str().unwrap()).await.unwrap(), id, "typed in where nothing scans");

    // Nothing was sent yet, and the first photo tells its time all the same.
    let photo = capture(scene.visit, &shelf, &pictures::sharp(7));
    let size = pictures::sharp(7).len();
    assert_eq!(phone.round().await.unwrap().sent, 1);
    let (_, shown) = scene.phone.get(&format!("/v1/photos/{photo}")).await;
    assert_eq!(shown["envelope"]["state"], "valid", "{shown}");
    assert_eq!(shown["clock"]["verdict"], "consistent", "{shown}");
    let held = async || {
        let list = scene.phone.get(&format!("/v1/reports/unsent-work?owner={}", scene.owner)).await.1;
        let of = list["items"].as_array().into_iter().flatten().find(|of| of["device"] == json!(id));
        of.unwrap_or_else(|| panic!("{list}"))["reported"].clone()
    };
    let reported = held().await;
    assert_eq!((&reported["photos"], &reported["bytes"]), (&json!(1), &json!(size)), "{reported}");
    house.work().await;
    assert_eq!(phone.round().await.unwrap().let_go, 1);
    assert_eq!(held().await["photos"], 0);
    // Headquarters is told of what was refused, too: it is nowhere but here.
    capture_of((scene.visit, Some("Z-99"), "scene"), &shelf, &pictures::sharp(8));
    let size = pictures::sharp(8).len();
    let said = Some(json!({ "side": "neither" }));
    shelf.enter(&Change::now("sign_minutes", json!({ "visit": scene.visit }), said).unwrap()).unwrap();
    assert_eq!(phone.round().await.unwrap().refused, 2);
    assert_eq!((shelf.photos().unwrap().len(), shelf.changes().unwrap().len()), (0, 0));
    let reported = held().await;
    assert_eq!((&reported["photos"], &reported["bytes"]), (&json!(1), &json!(size)), "{reported}");
    assert_eq!(reported["changes"], 1, "{reported}");
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}
