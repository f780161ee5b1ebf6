//! A phone among networks that answer in the server's place, sign-ins that are over, programs on one shelf, a lost key.

use super::{capture, capture_of, folder, phone, phone_of};
use crate::harness::people::{PASSWORD, role};
use crate::harness::phone::{between, passing};
use crate::harness::{House, Inspectorate, id_of, pictures};
use fieldproof::domain::actor::Role;
use fieldproof_phone::device::Key;
use fieldproof_phone::sign_in::{PHONE_SCOPE, Session, sign_in};
use fieldproof_phone::{Change, Failure, Line, Phone, Protocol, Round, Shelf, device};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_network_that_wants_a_sign_in_of_its_own_answers_puts_nothing_aside() {
    const PAGE: &str = "<html>Đăng nhập Wi-Fi</html>";
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let photo = capture(scene.visit, &shelf, &pictures::sharp(9));
    let attendee = json!({ "attendee": Uuid::now_v7() });
    let body = json!({ "visit": scene.visit, "name": "Nguyễn Thành Trung" });
    shelf.enter(&Change::now("put_attendee", attendee, Some(body)).unwrap()).unwrap();
    for status in [200, 302, 400, 401, 403, 404, 409, 422, 511] {
        // From the first request on, and in the midst of it.
        let whole = between(move |_, _| (status, "text/html", PAGE.to_owned())).await;
        let id = photo.to_string();
        let half = between(move |asked, _| {
            let json = "application/json";
            if asked.contains("/v1/time") {
                return (200, json, r#"{"token":"t"}"#.to_owned());
            }
            if asked.contains("/v1/sync") {
                return (200, json, r#"{"results":[{"outcome":"not_tried"}]}"#.to_owned());
            }
            if asked.contains("/v1/photos/have") {
                let told = json!({ "photos": [{ "photo": id, "state": "unknown", "wanted": false }] });
                return (200, json, told.to_string());
            }
            (status, "text/html", PAGE.to_owned())
        })
        .await;
        let failed = |came: Result<Round, Failure>| match came {
            Err(Failure::Later { .. }) => {}
            other => panic!("{status}: {other:?}"),
        };
        failed(phone_of(&whole, &scene.phone, &shelf).round().await);
        assert!(!root.join("time.json").exists(), "{status}: only a real answer tells the time");
        failed(phone_of(&half, &scene.phone, &shelf).round().await);
        // Where nothing was entered, it is the photo that meets it.
        let change = shelf.changes().unwrap().remove(0);
        std::fs::remove_file(&change.0).unwrap();
        failed(phone_of(&half, &scene.phone, &shelf).round().await);
        shelf.enter(&change.1).unwrap();
        std::fs::remove_file(root.join("time.json")).unwrap();
        assert_eq!((shelf.photos().unwrap().len(), shelf.refusals().unwrap()), (1, 0), "{status}");
    }
    // A time that says nothing, as an older phone kept it, is as none.
    let start = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let empty = json!({ "token": "", "at_ms": i64::MAX, "round_trip_ms": 1, "start": start.trim() });
    std::fs::write(root.join("time.json"), empty.to_string()).unwrap();
    let round = phone(&house, &scene, &shelf).round().await.unwrap();
    assert_eq!((round.changes, round.sent, round.refused), (1, 1, 0));
    assert!(!std::fs::read_to_string(root.join("time.json")).unwrap().contains(r#""token":"""#));
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_over_ends_the_sync_and_leaves_everything_queued() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    capture(scene.visit, &shelf, &pictures::sharp(10));
    let change = Change::now("close_recording", json!({ "visit": scene.visit }), None).unwrap();
    shelf.enter(&change).unwrap();
    let refresh = |token: Option<&str>| Session {
        refresh_token: token.map(ToOwned::to_owned),
        ..Session::of_token("of yesterday")
    };
    for session in [refresh(None), refresh(Some("of yesterday, too"))] {
        let line = Line::of(&house.url, session, None).unwrap();
        let over = Phone { shelf: shelf.clone(), line, protocol: Protocol::Tus };
        match over.round().await {
            Err(Failure::SignedOut(_)) => {}
            other => panic!("{other:?}"),
        }
        let ended = over.work_off(Duration::from_mins(1), |_| {}).await.unwrap();
        assert!(ended.signed_out && !ended.is_empty && ended.why.is_some(), "{ended:?}");
        assert_eq!((shelf.photos().unwrap().len(), shelf.changes().unwrap().len()), (1, 1));
        assert_eq!(shelf.refusals().unwrap(), 0);
    }
    // A line that never works says why, and not all the time.
    let nowhere = phone_of("http://127.0.0.1:9", &scene.phone, &shelf);
    let mut told = Vec::new();
    let ended = nowhere.work_off(Duration::from_secs(2), |what| told.push(what.to_owned())).await.unwrap();
    assert!(!ended.is_empty && ended.why.is_some(), "{ended:?}");
    assert!(told.len() == 1 && told[0].contains("1 photos") && told[0].contains("1 changes"), "{told:?}");
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_visit_without_a_line_goes_up_in_one_sync_and_is_handed_in_after_its_photos() {
    let at = Inspectorate::open().await;
    let visit = at.visit("surprise", 4).await;
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let id: Uuid = id_of(&visit).parse().unwrap();
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let enter = |kind: &str, target: Value, body: Option<Value>| {
        shelf.enter(&Change::now(kind, target, body).unwrap()).unwrap();
    };
    let step = |kind: &str, body: Option<Value>| enter(kind, json!({ "visit": id }), body);
    let sign = |side: &str| {
        Some(json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
            "signer_position": "Chủ tịch" }))
    };
    let now = at.house.app.now();
    step("check_in", Some(json!({ "at": now, "device_clock": now })));
    // Somebody says that the team came earlier.
    let earlier = now.checked_sub(Duration::from_mins(1)).unwrap();
    step("check_in", Some(json!({ "at": earlier, "device_clock": now })));
    for (item, answer) in [
        ("A01", json!({ "type": "yes_no_na", "value": "yes" })),
        ("A02", json!({ "type": "number", "value": 41 })),
        ("A03", json!({ "type": "ratio", "numerator": 36, "denominator": 36 })),
    ] {
        let body = at.answer(&visit, item, answer);
        enter("put_response", json!({ "response": Uuid::now_v7() }), Some(body));
    }
    step("close_recording", None);
    step("draft_minutes", Some(json!({ "text": "Biên bản kiểm tra" })));
    step("sign_minutes", sign("team"));
    step("sign_minutes", sign("unit"));
    step("submit_visit", None);
    // Taken after it was entered, and waited for all the same.
    capture_of((id, Some("A01"), "notice_board"), &shelf, &pictures::sharp(11));

    let phone = phone_of(&at.house.url, &at.lead.visitor, &shelf);
    let round = phone.round().await.unwrap();
    assert_eq!((round.changes, round.refused, round.sent, round.waiting), (9, 0, 1, 0), "{round:?}");
    let truth = at.lead.visitor.get(&visit).await.1;
    assert_eq!(truth["state"], "submitted");
    // The first check-in stands, and is shown to whoever said it otherwise.
    let conflicts = shelf.conflicts().unwrap();
    let [met] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert!(truth["check_in"].is_object() && met.stood == truth["check_in"], "{met:?}");
    assert_eq!(met.entered.as_ref().unwrap()["at"], json!(earlier));
    at.house.work().await;
    assert_eq!(phone.round().await.unwrap().let_go, 1);
    std::fs::remove_dir_all(&root).unwrap();
    at.house.close().await;
}

/// What the script says of a document: its exit code, and its words.
fn verified(document: &str) -> (Option<i32>, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify-envelope");
    let mut run = Command::new("python3");
    let run = run.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = run.spawn().expect("python3 runs");
    run.stdin.take().expect("a pipe").write_all(document.as_bytes()).expect("it is read");
    let done = run.wait_with_output().expect("the script ends");
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_revoked_sends_what_it_holds_and_is_let_in_again_with_a_new_key() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let lost = phone(&house, &scene, &shelf);
    let (_, me) = scene.phone.get("/v1/me").await;
    let account: Uuid = me["id"].as_str().unwrap().parse().unwrap();
    let wish = json!({ "owner": scene.owner, "account": account });
    let (_, issued) = scene.phone.post("/v1/enrolments", &wish).await;
    let code = issued["code"].as_str().unwrap();
    let before = device::enrol(&lost.line, &shelf, code, "Máy của đoàn", Key::Same).await.unwrap();
    let again = house.signed_in_anew(account).await;
    let photo = capture(scene.visit, &shelf, &pictures::sharp(12));
    let (status, gone) =
        again.post(&format!("/v1/devices/{before}/revoke"), &json!({ "reason": "Mất máy" })).await;
    assert_eq!(status, 200, "{gone}");
    match lost.round().await {
        Err(Failure::SignedOut(_)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(shelf.photos().unwrap().len(), 1);

    // Signed in again: everything goes, and the phone is told that it is no device any more.
    let found = phone_of(&house.url, &again, &shelf);
    let round = found.round().await.unwrap();
    assert_eq!((round.sent, round.unknown_device.unwrap()["code"].as_str()), (1, Some("device.revoked")));
    house.work().await;
    let ended = found.work_off(Duration::from_mins(1), |_| {}).await.unwrap();
    assert!(ended.is_empty && ended.unknown_device.is_some(), "{ended:?}");
    let opened = scene.reviewer.get(&format!("/v1/photos/{photo}/envelope")).await.1;
    let (code, words) = verified(&opened.to_string());
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("revoked_key") && words.contains(opened["device_revoked_at"].as_str().unwrap()));

    let (_, issued) = again.post("/v1/enrolments", &wish).await;
    let code = issued["code"].as_str().unwrap();
    match device::enrol(&found.line, &shelf, code, "Máy của đoàn", Key::Same).await {
        Err(Failure::Refused(problem)) => assert_eq!(problem["code"], "device.key-taken"),
        other => panic!("{other:?}"),
    }
    let after = device::enrol(&found.line, &shelf, code, "Máy của đoàn", Key::New).await.unwrap();
    assert_ne!(after, before);
    let photo = capture(scene.visit, &shelf, &pictures::sharp(13));
    let round = found.round().await.unwrap();
    assert_eq!((round.sent, round.unknown_device), (1, None));
    let opened = scene.reviewer.get(&format!("/v1/photos/{photo}/envelope")).await.1;
    assert_eq!(verified(&opened.to_string()).0, Some(0), "{opened}");
    let refusal = scene.reviewer.get(&format!("/v1/photos/{}/envelope", Uuid::now_v7())).await.1;
    for (document, code) in [("{}", 2), ("", 2), ("[]", 2), ("<html>", 2), (&refusal.to_string(), 2)] {
        let (told, words) = verified(document);
        assert_eq!((told, words.lines().count()), (Some(code), 1), "{document}: {words}");
    }
    let mut bent = opened.clone();
    bent["alg"] = json!("RS256");
    let (code, words) = verified(&bent.to_string());
    assert!(code == Some(1) && words.contains("alg RS256"), "{words}");
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_programs_on_one_shelf_lose_nothing_and_send_nothing_twice() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let entering: Vec<_> = (0..24)
        .map(|n| {
            // Each opens it for itself, as programs do.
            let (root, visit) = (root.clone(), scene.visit);
            std::thread::spawn(move || {
                let shelf = Shelf::open(&root).unwrap();
                let body = json!({ "visit": visit, "name": format!("Nguyễn Văn {n}") });
                let target = json!({ "attendee": Uuid::now_v7() });
                shelf.enter(&Change::now("put_attendee", target, Some(body)).unwrap()).unwrap();
                if n % 8 == 0 {
                    capture(visit, &shelf, &pictures::sharp(14 + n));
                }
            })
        })
        .collect();
    for entering in entering {
        entering.join().unwrap();
    }
    assert_eq!((shelf.changes().unwrap().len(), shelf.photos().unwrap().len()), (24, 3));
    let [one, other] = [(); 2].map(|()| phone(&house, &scene, &Shelf::open(&root).unwrap()));
    let (one, other) = tokio::join!(one.round(), other.round());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.changes + other.changes, one.sent + other.sent), (24, 3));
    assert_eq!(one.refused + other.refused, 0);
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_takes_the_address_as_people_write_it_and_says_what_is_wrong_in_a_sentence() {
    let house = House::open().await;
    let owner = house.owner("snv").await;
    house.account("truongdoan", &[role(Role::TeamLead, owner)]).await;
    let url = format!("{}/", house.url);
    let session = sign_in(&url, ("truongdoan", PASSWORD), "Máy của đoàn", PHONE_SCOPE).await.unwrap();
    assert!(!session.access_token.is_empty() && session.refresh_token.is_some());
    assert_eq!((session.base.as_ref(), session.issuer.as_ref()), (Some(&house.url), Some(&house.url)));
    let no = sign_in(&url, ("truongdoan", "sai mật khẩu"), "Máy của đoàn", PHONE_SCOPE).await.unwrap_err();
    let no = format!("{no:#}");
    assert!(no.contains("password is wrong") && !no.contains("http") && !no.contains("state="), "{no}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_rotted_on_the_phone_is_put_aside_and_holds_up_no_other() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let pictures = [15, 16, 17].map(pictures::sharp);
    let [changed, cut, sound] = [0, 1, 2].map(|n: usize| capture(scene.visit, &shelf, &pictures[n]));
    let mut other = pictures[0].clone();
    other[5000] ^= 1;
    std::fs::write(shelf.original(changed), &other).unwrap();
    std::fs::write(shelf.original(cut), &pictures[1][..400_000]).unwrap();

    let round = phone.round().await.unwrap();
    assert_eq!((round.sent, round.refused, round.held), (1, 2, 1), "{round:?}");
    let refused = shelf.refused().unwrap();
    let told: Vec<_> = refused.iter().map(|of| (of.id, of.code.as_str())).collect();
    assert_eq!(told, [(changed, "phone.copy-changed"), (cut, "phone.copy-changed")]);
    assert!(refused[1].detail.contains("400000 bytes"), "{}", refused[1].detail);
    for photo in [changed, cut] {
        assert_eq!(scene.phone.get(&format!("/v1/photos/{photo}")).await.0, 404, "nothing of it was sent");
    }
    house.work().await;
    let round = phone.round().await.unwrap();
    assert_eq!((round.sent, round.refused, round.let_go), (0, 0, 1), "{round:?}");
    assert!(!shelf.original(sound).exists() && shelf.held().unwrap().len() == 2);

    // Their person put it right, and says so.
    for (photo, bytes) in [(changed, &pictures[0]), (cut, &pictures[1])] {
        std::fs::write(shelf.original(photo), bytes).unwrap();
        shelf.again(photo).unwrap();
    }
    assert_eq!(phone.round().await.unwrap().sent, 2);
    house.work().await;
    assert_eq!(phone.round().await.unwrap().let_go, 2);
    assert!(shelf.held().unwrap().is_empty());
    std::fs::remove_dir_all(&root).unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_photo_alone_meets_ends_the_round_after_the_others_were_sent() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let [first, second] = [18, 19].map(|seed| capture(scene.visit, &shelf, &pictures::sharp(seed)));
    let submit = Change::now("submit_visit", json!({ "visit": scene.visit }), None).unwrap();
    shelf.enter(&submit).unwrap();
    let has_met = AtomicBool::new(false);
    let between = passing(&house.url, move |head| {
        let problem = json!({ "code": "photo.digest-mismatch", "client_action": "retry", "detail": "…" });
        let is_it = head.starts_with("PATCH /v1/uploads/") && !has_met.swap(true, Ordering::SeqCst);
        is_it.then(|| (422, "application/problem+json", problem.to_string()))
    })
    .await;
    match phone_of(&between, &scene.phone, &shelf).round().await {
        Err(Failure::Later { why, alone: true, .. }) => assert!(why.contains(&first.to_string()), "{why}"),
        other => panic!("{other:?}"),
    }
    let state = async |photo: Uuid| {
        let (status, photo) = scene.phone.get(&format!("/v1/photos/{photo}")).await;
        assert_eq!(status, 200, "{photo}");
        photo["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(first).await, "announced");
    assert_ne!(state(second).await, "announced");
    assert_eq!((shelf.changes().unwrap().len(), shelf.refusals().unwrap()), (1, 0), "it waits for the first");
    let round = phone(&house, &scene, &shelf).round().await.unwrap();
    assert_eq!((round.sent, round.held, round.waiting), (1, 2, 0), "{round:?}");
    assert_ne!(state(first).await, "announced");
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_on_the_phone_holds_up_nothing_else() {
    let house = House::open().await;
    let scene = house.scene().await;
    let root = folder();
    let shelf = Shelf::open(&root).unwrap();
    let phone = phone(&house, &scene, &shelf);
    let [damaged, sound] = [24, 25].map(|seed| capture(scene.visit, &shelf, &pictures::sharp(seed)));
    for name in ["Nguyễn Thành Trung", "Nguyễn Văn An"] {
        let body = json!({ "visit": scene.visit, "name": name });
        let target = json!({ "attendee": Uuid::now_v7() });
        shelf.enter(&Change::now("put_attendee", target, Some(body)).unwrap()).unwrap();
    }
    for file in [
        format!("photos/{damaged}/declaration.json"),
        "changes/00000001.json".to_owned(),
        "device.json".to_owned(),
    ] {
        std::fs::write(root.join(file), "").unwrap();
    }
    let round = phone.round().await.unwrap();
    assert_eq!((round.changes, round.sent, round.refused), (1, 1, 0), "{round:?}");
    assert_eq!(shelf.damaged().unwrap().len(), 2);
    let (_, shown) = scene.phone.get(&format!("/v1/photos/{sound}")).await;
    assert!(shown["envelope"].is_null(), "unsigned: {shown}");
    assert!(shelf.damaged_key().unwrap().is_some_and(|why| why.contains("enrol --new-key")));

    let (_, me) = scene.phone.get("/v1/me").await;
    let wish = json!({ "owner": scene.owner, "account": me["id"] });
    let (_, issued) = scene.phone.post("/v1/enrolments", &wish).await;
    let code = issued["code"].as_str().unwrap();
    let same = device::enrol(&phone.line, &shelf, code, "Máy", Key::Same).await.unwrap_err().to_string();
    assert!(same.contains("device.json is damaged"), "{same}");
    device::enrol(&phone.line, &shelf, code, "Máy", Key::New).await.unwrap();
    assert_eq!((shelf.damaged_key().unwrap(), shelf.damaged().unwrap().len()), (None, 3));
    std::fs::remove_dir_all(&root).unwrap();
    house.end().await;
}
