//! A photo from the phone to whoever reviews it.

use crate::harness::{House, Shot, Visitor, pictures};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_back_byte_for_byte_and_sending_it_again_says_the_same() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(1));

    let (status, declared) = scene.phone.put(&shot.path(), &shot.declaration).await;
    assert_eq!((status, declared["state"].as_str()), (201, Some("announced")), "{declared}");
    assert_eq!(declared["place"]["verdict"], "inside");
    let later = shot.clone().with("device_clock", "2026-03-20T08:16:00+07:00");
    assert_eq!(scene.phone.put(&shot.path(), &later.declaration).await.0, 200);

    let first = scene.phone.answer(shot.sending(&scene.phone)).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.body["sha256"], shot.declaration["sha256"]);
    let again = scene.phone.answer(shot.sending(&scene.phone)).await;
    assert_eq!((again.status, &again.body), (200, &first.body));

    let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
    assert_eq!((original.status, original.bytes == shot.bytes), (200, true));
    assert_eq!(original.header("repr-digest"), shot.digest());
    assert_eq!(original.header("x-content-type-options"), "nosniff");
    let sql = house.sql().await;
    let read = sql.query("SELECT 1 FROM custody WHERE deed = 'photo.original_read'", &[]).await.unwrap();
    assert_eq!(read.len(), 1);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_acknowledgement_is_signed_with_a_key_anyone_can_read() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(2));
    let receipt = shot.send(&scene.phone).await;
    let text = receipt.body["acknowledgement"].as_str().unwrap();

    let key = fieldproof::flows::keys::notary(&house.app).await.unwrap();
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let decode =
        |part: &str| base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, part).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&decode(signature)).unwrap();
    key.signing.verifying_key().verify_strict(signed.as_bytes(), &signature).unwrap();
    let claims: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
    assert_eq!(claims["sub"], json!(shot.id));
    assert_eq!(claims["log_number"], receipt.body["log_number"]);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_holds_one_photo_for_ever() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(3));
    shot.send(&scene.phone).await;

    let other = shot.clone().with("caption", "khác");
    let (status, problem) = scene.phone.put(&shot.path(), &other.declaration).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("photo.id-taken")));
    let mut bytes = Shot::of(scene.visit, pictures::sharp(4));
    bytes.id = shot.id;
    let answer = scene.phone.answer(bytes.sending(&scene.phone)).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("photo.id-taken")));
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_told_everything_that_is_wrong_at_once() {
    let house = House::open().await;
    let scene = house.scene().await;
    let bad = Shot::of(scene.visit, pictures::sharp(1))
        .with("subject", "sky")
        .with("captured_at", "08:15 ngày 20/3/2026")
        .with("size_bytes", 0)
        .with("position", json!({ "latitude": 0.0, "longitude": 0.0, "accuracy_m": 5.0, "source": "gnss" }));
    let (status, problem) = scene.phone.put(&bad.path(), &bad.declaration).await;
    assert_eq!(status, 422, "{problem}");
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/subject", "/size_bytes", "/captured_at", "/position/latitude"]);

    for (latitude, code) in [
        ("1e999", "field.wrong-type"),
        ("\"NaN\"", "field.wrong-type"),
        ("91", "place.latitude-out-of-range"),
    ] {
        let good = Shot::of(scene.visit, pictures::sharp(1));
        let text = good.declaration.to_string().replace("15.7431", latitude);
        let request = scene.phone.request("PUT", &good.path()).header("content-type", "application/json");
        let answer = scene.phone.answer(request.body(text)).await;
        assert_eq!(
            (answer.status, answer.body["errors"][0]["code"].as_str()),
            (422, Some(code)),
            "{latitude}"
        );
        assert_eq!(answer.body["errors"][0]["pointer"], "/position/latitude", "{latitude}");
    }
    let unknown = Shot::of(scene.visit, pictures::sharp(1)).with("item", "Z-99");
    let (status, problem) = scene.phone.put(&unknown.path(), &unknown.declaration).await;
    assert_eq!((status, problem["errors"][0]["pointer"].as_str()), (422, Some("/item")));
    let mut old = Shot::of(scene.visit, pictures::sharp(1));
    old.id = Uuid::new_v4();
    assert_eq!(scene.phone.put(&old.path(), &old.declaration).await.0, 422);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_without_position_is_taken_and_one_far_away_is_outside() {
    let house = House::open().await;
    let scene = house.scene().await;
    let without = Shot::of(scene.visit, pictures::sharp(5)).with("position", Value::Null);
    let (status, body) = scene.phone.put(&without.path(), &without.declaration).await;
    assert_eq!((status, body["place"]["reasons"][0].as_str()), (201, Some("no_position")), "{body}");
    let away = json!({ "latitude": 15.76, "longitude": 107.9642, "accuracy_m": 5.0, "source": "gnss" });
    let far = Shot::of(scene.visit, pictures::sharp(6)).with("position", away);
    let (_, body) = scene.phone.put(&far.path(), &far.declaration).await;
    assert_eq!(body["place"]["verdict"], "outside", "{body}");
    assert!(body["place"]["distance_m"].as_f64().unwrap() > 1000.0);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_other_owners_learn_nothing() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(7));
    shot.send(&scene.phone).await;
    for path in
        [shot.path(), format!("{}/original", shot.path()), format!("/v1/photos?visit={}", scene.visit)]
    {
        assert_eq!(house.stranger().get(&path).await.0, 401, "{path}");
        let (status, body) = scene.outsider.get(&path).await;
        assert_eq!((status, body["code"].as_str()), (404, Some("not-found")), "{path}");
    }
    let mine = Shot::of(scene.visit, pictures::sharp(8));
    assert_eq!(scene.outsider.put(&mine.path(), &mine.declaration).await.0, 404);
    assert_eq!(scene.reviewer.put(&mine.path(), &mine.declaration).await.0, 403);
    house.work().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_learns_within_seconds_what_a_photo_is_worth() {
    let house = House::open().await;
    let scene = house.scene().await;
    let worker = house.start_worker();
    for (bytes, state, failed, reason) in [
        (pictures::sharp(9), "ready", None, Value::Null),
        (pictures::dark(), "ready", Some("too_dark"), Value::Null),
        (pictures::blurred(), "ready", Some("blurred"), Value::Null),
        (pictures::bomb(), "quarantined", None, json!("too-many-pixels")),
        (b"not a picture at all".to_vec(), "quarantined", None, json!("not-an-image")),
        (pictures::sharp(10)[..5000].to_vec(), "quarantined", Some("damaged"), json!("truncated")),
    ] {
        let shot = Shot::of(scene.visit, bytes);
        assert_eq!(shot.send(&scene.phone).await.status, 201);
        let (_, photo) = scene.phone.get(&format!("{}?wait_s=30", shot.path())).await;
        assert_eq!(
            (photo["state"].as_str(), &photo["examined"]["reason"]),
            (Some(state), &reason),
            "{photo}"
        );
        let checks = photo["examined"]["checks"].as_array().unwrap();
        let bad: Vec<&str> =
            checks.iter().filter(|c| c["outcome"] == "fail").filter_map(|c| c["code"].as_str()).collect();
        assert_eq!(bad.first().copied(), failed, "{checks:?}");
        let original = scene.reviewer.send("GET", &format!("{}/original", shot.path()), None).await;
        assert_eq!((original.status, original.bytes == shot.bytes), (200, true));
    }
    worker.stop().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn derivatives_are_served_with_ranges_and_conditions() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = Shot::of(scene.visit, pictures::sharp(11));
    shot.send(&scene.phone).await;
    house.work().await;
    let path = format!("{}/derivatives/320", shot.path());
    let whole = scene.reviewer.send("GET", &path, None).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, "image/jpeg"));
    assert!(whole.bytes.starts_with(&[0xff, 0xd8, 0xff]));
    let ask = |path: &str, name: &str, value: &str| {
        let request = scene.reviewer.request("GET", path).header(name, value);
        let reviewer = scene.reviewer.clone();
        async move { reviewer.answer(request).await }
    };
    assert_eq!(ask(&path, "if-none-match", whole.header("etag")).await.status, 304);
    let part = ask(&path, "range", "bytes=10-19").await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &whole.bytes[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{}", whole.bytes.len()));
    let original = format!("{}/original", shot.path());
    let part = ask(&original, "range", "bytes=-7").await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &shot.bytes[shot.bytes.len() - 7..]));
    let beyond = ask(&original, "range", "bytes=99999999-").await;
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", shot.bytes.len()));
    let head = scene.reviewer.send("HEAD", &original, None).await;
    assert_eq!((head.status, head.header("content-length")), (200, shot.bytes.len().to_string().as_str()));
    assert_eq!(
        scene.reviewer.send("GET", &format!("{}/derivatives/77", shot.path()), None).await.status,
        404
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_paged_and_withdrawn_photos_leave_them() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut shots = Vec::new();
    for n in 0..5_u8 {
        let at = format!("2026-03-20T08:1{n}:00+07:00");
        let subject = if n % 2 == 0 { "desk" } else { "badge" };
        let shot =
            Shot::of(scene.visit, pictures::sharp(20 + n)).with("captured_at", at).with("subject", subject);
        assert_eq!(shot.send(&scene.phone).await.status, 201);
        shots.push(shot);
    }
    let announced = Shot::of(scene.visit, pictures::sharp(30));
    scene.phone.put(&announced.path(), &announced.declaration).await;

    let expected: Vec<Uuid> = shots.iter().map(|shot| shot.id).collect();
    for scope in [
        format!("owner={}", scene.owner),
        format!("campaign={}", scene.campaign),
        format!("visit={}", scene.visit),
        format!("unit={}", scene.unit),
        format!("unit={}", scene.province),
        "captured_from=2026-03-20T00:00:00Z".to_owned(),
    ] {
        let mut seen = Vec::new();
        let mut path = format!("/v1/photos?{scope}&order=captured_at&limit=2");
        loop {
            let (status, body) = scene.reviewer.get(&path).await;
            assert_eq!(status, 200, "{scope} {body}");
            seen.extend(ids(&body));
            let Some(next) = body["next"].as_str() else { break };
            path = format!("/v1/photos?{scope}&order=captured_at&limit=2&cursor={next}");
        }
        assert_eq!(seen, expected, "{scope}");
        let (_, desks) = scene.reviewer.get(&format!("/v1/photos?{scope}&subject=desk")).await;
        assert_eq!(ids(&desks), [expected[4], expected[2], expected[0]], "{scope}");
    }
    let (_, boxed) = scene.reviewer.get("/v1/photos?bbox=107.9,15.7,108.0,15.8").await;
    assert_eq!(ids(&boxed), expected);
    for (query, code) in [
        ("item=%00", "parameter.wrong"),
        ("item=", "text.refused"),
        ("subject=%00", "parameter.wrong"),
        ("subject=cat", "parameter.unknown-value"),
    ] {
        let (status, problem) = scene.reviewer.get(&format!("/v1/photos?{query}")).await;
        assert_eq!((status, problem["errors"][0]["code"].as_str()), (422, Some(code)), "{query}");
    }
    let (status, problem) = scene.reviewer.get("/v1/photos?subject=desk&place=inside").await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("photo.filter-combination")));
    let (status, _) = scene.reviewer.get("/v1/photos?cursor=forged").await;
    assert_eq!(status, 422);

    let reason = json!({ "reason": "Chụp nhầm" });
    let path = format!("{}/withdraw", shots[0].path());
    assert_eq!(scene.phone.post(&path, &reason).await.0, 200);
    assert_eq!(scene.phone.post(&path, &reason).await.0, 200);
    let (_, left) = scene.reviewer.get(&format!("/v1/photos?unit={}", scene.unit)).await;
    assert_eq!(ids(&left).len(), 4);
    let (_, withdrawn) = scene.reviewer.get("/v1/photos?state=withdrawn").await;
    assert_eq!(ids(&withdrawn), [expected[0]]);
    house.work().await;
    house.close().await;
}

fn ids(body: &Value) -> Vec<Uuid> {
    body["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().parse().unwrap()).collect()
}

async fn listed(who: &Visitor, filters: &str) -> Vec<Uuid> {
    let (mut seen, mut path) = (Vec::new(), format!("/v1/photos?{filters}&limit=2"));
    loop {
        let (status, body) = who.get(&path).await;
        assert_eq!(status, 200, "{path} {body}");
        seen.extend(ids(&body));
        let Some(next) = body["next"].as_str() else { return seen };
        path = format!("/v1/photos?{filters}&limit=2&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_apart_is_found_below_a_province_and_a_team_lists_its_own_visits() {
    let house = House::open().await;
    let scene = house.scene().await;
    let mut shots = Vec::new();
    for n in 0..6_u8 {
        let bytes = if n % 2 == 0 { pictures::sharp(40 + n) } else { vec![n; 100] };
        let shot = Shot::of(scene.visit, bytes).with("captured_at", format!("2026-03-20T08:1{n}:00+07:00"));
        assert_eq!(shot.send(&scene.phone).await.status, 201);
        shots.push(shot.id);
    }
    let below = |state: &str| format!("unit={}&order=captured_at&state={state}", scene.province);
    assert_eq!(listed(&scene.reviewer, &below("stored")).await, shots);
    house.work().await;
    assert_eq!(listed(&scene.reviewer, &below("stored")).await, Vec::<Uuid>::new());
    assert_eq!(listed(&scene.reviewer, &below("quarantined")).await, [shots[1], shots[3], shots[5]]);
    let from = "&captured_from=2026-03-20T08:12:00%2B07:00";
    assert_eq!(listed(&scene.reviewer, &(below("ready") + from)).await, [shots[2], shots[4]]);
    let (status, problem) = scene.reviewer.get(&format!("/v1/photos?{}", below("withdrawn"))).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("photo.filter-combination")));

    // The lead has no reach over an owner: without a scope it is the visits of their teams.
    assert_eq!(listed(&scene.phone, "order=captured_at").await, shots);
    assert_eq!(listed(&scene.phone, "").await, shots.iter().rev().copied().collect::<Vec<_>>());
    let both = "order=captured_at&state=ready&item=A-01&place=inside&subject=notice_board";
    assert_eq!(listed(&scene.phone, &(both.to_owned() + from)).await, [shots[2], shots[4]]);
    assert_eq!(scene.phone.get("/v1/photos?bbox=107.9,15.7,108.0,15.8").await.0, 422);
    assert_eq!(listed(&scene.outsider, "").await, Vec::<Uuid>::new());
    let off = "UPDATE team_members SET removed_at = now()";
    house.sql().await.batch_execute(off).await.unwrap();
    assert_eq!(listed(&scene.phone, "").await, Vec::<Uuid>::new(), "off the team, out of sight at once");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_of_any_size_is_read_from_cell_to_cell() {
    let house = House::open().await;
    let scene = house.scene().await;
    // From Cà Mau to Hà Giang, some on the edge of a cell, and one on the high seas.
    let places: [(f64, f64); 8] = [
        (9.18, 105.15),
        (10.0, 106.0),
        (10.5, 106.7),
        (10.5, 106.2),
        (16.0, 108.0),
        (15.7431, 107.9642),
        (15.7438, 107.9648),
        (22.8, 104.98),
    ];
    let mut expected = Vec::new();
    for (n, (latitude, longitude)) in places.into_iter().enumerate() {
        let position = json!({ "latitude": latitude, "longitude": longitude, "accuracy_m": 9.0, "altitude_m": null, "source": "gnss" });
        let seed = u8::try_from(60 + n).unwrap();
        let shot = Shot::of(scene.visit, pictures::sharp(seed)).with("position", position);
        assert_eq!(shot.send(&scene.phone).await.status, 201);
        let cell = (f64::floor(latitude * 100.0), f64::floor(longitude * 100.0));
        expected.push((cell, shot.id));
    }
    house.work().await;
    expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let all: Vec<Uuid> = expected.iter().map(|(_, id)| *id).collect();
    assert_eq!(listed(&scene.reviewer, "bbox=102,8,110,24").await, all);
    let south: Vec<Uuid> = expected.iter().filter(|((lat, _), _)| *lat < 1100.0).map(|(_, id)| *id).collect();
    assert_eq!(listed(&scene.reviewer, "bbox=104.9,9.1,107.2,11.5").await, south);
    let clipped = listed(&scene.reviewer, "bbox=106.5,9.9,108.5,15.9").await;
    assert_eq!(clipped.len(), 3, "one in Sài Gòn's cell and two in Phước Sơn's");
    let one = listed(&scene.reviewer, "bbox=107.9645,15.7435,107.965,15.744").await;
    assert_eq!(one.len(), 1, "the box cuts through a cell");
    assert_eq!(scene.reviewer.get("/v1/photos?bbox=90,0,111,10").await.0, 422);
    house.close().await;
}
