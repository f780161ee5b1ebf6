//! Guidance pictures: sent to a template, shown by its items, fetched by a phone before it goes out.

use crate::harness::people::{PASSWORD, role};
use crate::harness::{Answer, House, Inspectorate, Shot, Visitor, id_of, pictures};
use bytes::Bytes;
use fieldproof::domain::actor::Role;
use fieldproof::domain::ids::{OwnerId, TemplateId};
use fieldproof::domain::photo;
use fieldproof::domain::template::{Checklist, MOST_PICTURES};
use fieldproof::flows::Error;
use fieldproof::flows::fsck::{Options, fsck};
use fieldproof::flows::templates;
use fieldproof::library;
use fieldproof::media::Key;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

fn sign(seed: u8) -> Vec<u8> {
    pictures::png(120, 90, move |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { seed })
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn checklist(picture: &str) -> Value {
    json!({ "title": { "vi": "Kiểm tra nhanh" }, "sections": [{ "title": { "vi": "Cơ sở vật chất" }, "items": [
        { "code": "QCK-01", "question": { "vi": "Có biển chỉ dẫn?" }, "response": { "type": "text" }, "weight": 1 },
        { "code": "QCK-02", "question": { "vi": "Biển có rõ?" }, "response": { "type": "yes_no_na", "pass": "yes" },
            "picture": { "sha256": picture, "alt": { "vi": "Chụp trọn tấm biển", "en": "The whole sign" } },
            "weight": 1 }] }] })
}

async fn template(planner: &Visitor, owner: Uuid) -> String {
    let made = planner.send("POST", "/v1/templates", Some(&json!({ "owner": owner, "code": "QCK" }))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.header("location").to_owned()
}

async fn send(by: &Visitor, to: &str, media_type: &str, bytes: &[u8]) -> Answer {
    let request = by.request("PUT", to).header("content-type", media_type).body(bytes.to_vec());
    by.answer(request).await
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_sent_before_its_version_is_published_and_fetched_by_the_team_before_it_goes_out() {
    let at = Inspectorate::open().await;
    let (desk, bytes) = (&at.scheduler.visitor, sign(40));
    let template = template(desk, at.owner).await;
    let picture = format!("{template}/pictures/{}", digest(&bytes));
    let draft = desk.send("POST", &format!("{template}/versions"), Some(&checklist(&digest(&bytes)))).await;
    assert_eq!(draft.status, 201, "{}", draft.body);
    let publish = format!("{}/publish", draft.header("location"));
    let (status, no) = desk.post(&publish, &Value::Null).await;
    assert_eq!((status, no["code"].as_str()), (422, Some("invalid")), "{no}");
    assert_eq!(no["errors"][0]["code"], "template.picture-missing");
    assert_eq!(no["errors"][0]["pointer"], "/sections/0/items/1/picture");

    let sent = send(desk, &picture, "image/png", &bytes).await;
    assert_eq!((sent.status, sent.header("location")), (201, picture.as_str()), "{}", sent.body);
    assert_eq!(
        json!([sent.body["media_type"], sent.body["width"], sent.body["height"], sent.body["size_bytes"]]),
        json!(["image/png", 120, 90, bytes.len()])
    );
    let again = send(desk, &picture, "image/png", &bytes).await;
    assert_eq!((again.status, &again.body), (200, &sent.body));
    let (status, version) = desk.post(&publish, &Value::Null).await;
    assert_eq!(status, 200, "{version}");

    let mut plan = at.plan("planned", 24);
    plan["templates"] = json!([version["id"]]);
    let visit = desk.send("POST", "/v1/visits", Some(&plan)).await.header("location").to_owned();
    assert_eq!(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status, 200);
    let phone = &at.member.visitor;
    let bundle = phone.get(&format!("{visit}/bundle")).await.1;
    let shown = &bundle["templates"][0]["pictures"];
    let expected = json!([{ "sha256": digest(&bytes), "href": picture, "media_type": "image/png",
        "size_bytes": bytes.len() }]);
    assert_eq!(shown, &expected);
    assert_eq!(
        bundle["templates"][0]["body"]["sections"][0]["items"][1]["picture"]["sha256"],
        shown[0]["sha256"]
    );
    let fetched = phone.send("GET", shown[0]["href"].as_str().expect("an address"), None).await;
    assert_eq!((fetched.status, &fetched.bytes), (200, &bytes));

    let deeds = at.house.deeds(id_of(&template)).await;
    let expected =
        ["template.created", "template.drafted", "template.picture-received", "template.published"];
    assert_eq!(deeds, expected, "sent twice, received once");
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_read_as_it_was_sent_whole_or_in_part_and_may_be_kept() {
    let at = Inspectorate::open().await;
    let (desk, bytes) = (&at.scheduler.visitor, sign(50));
    let picture = format!("{}/pictures/{}", template(desk, at.owner).await, digest(&bytes));
    assert_eq!(send(desk, &picture, "image/png", &bytes).await.status, 201);
    let phone = &at.member.visitor;
    let whole = phone.send("GET", &picture, None).await;
    assert_eq!((whole.status, &whole.bytes), (200, &bytes));
    for (name, value) in [
        ("content-type", "image/png".to_owned()),
        ("etag", format!("\"{}\"", digest(&bytes))),
        ("cache-control", "private, max-age=31536000, immutable".to_owned()),
        ("content-disposition", format!("inline; filename=\"{}.png\"", digest(&bytes))),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "default-src 'none'; sandbox".to_owned()),
        ("accept-ranges", "bytes".to_owned()),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let head = phone.send("HEAD", &picture, None).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), bytes.len().to_string());
    let with = async |name: &str, value: &str| {
        phone.answer(phone.request("GET", &picture).header(name, value)).await
    };
    let part = with("range", "bytes=8-99").await;
    assert_eq!((part.status, &part.bytes[..]), (206, &bytes[8..100]));
    assert_eq!(part.header("content-range"), format!("bytes 8-99/{}", bytes.len()));
    is(&with("range", "bytes=99999999-").await, 416, "range.outside");
    let held = with("if-none-match", whole.header("etag")).await;
    assert_eq!((held.status, held.bytes.len()), (304, 0));

    let (house, owner) = (&at.house, at.house.owner("que-son").await.0);
    let other = house.officer("Trần Thị Hoa", &[(Role::Scheduler, Some(owner))]).await.visitor;
    assert_eq!(other.send("GET", &picture, None).await.status, 404);
    is(&send(&other, &picture, "image/png", &bytes).await, 404, "not-found");
    is(&send(phone, &picture, "image/png", &bytes).await, 403, "forbidden");
    assert_eq!(house.stranger().send("GET", &picture, None).await.status, 401);
    for unknown in ["0".repeat(64), "00".to_owned(), digest(&bytes).to_uppercase()] {
        let at = picture.replace(&digest(&bytes), &unknown);
        assert_eq!(phone.send("GET", &at, None).await.status, 404, "{unknown}");
    }
    at.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_plain_small_picture_is_refused_and_leaves_nothing() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let template = template(&planner, owner).await;
    let to = |bytes: &[u8]| format!("{template}/pictures/{}", digest(bytes));
    let good = sign(60);
    let photo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/samples/blurred.jpg"))
        .expect("a sample photo with EXIF");
    let cut = &good[..good.len() - 20];
    let long = pictures::png(5000, 2, |_, _| 0);
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".as_slice();
    for (at, media_type, bytes, status, code) in [
        (to(&sign(61)), "image/png", &good[..], 422, "picture.digest-mismatch"),
        (to(&good), "image/jpeg", &good[..], 415, "picture.type"),
        (to(&good), "text/html", &good[..], 415, "picture.type"),
        (to(gif), "image/png", gif, 415, "picture.type"),
        (to(b"<svg/>"), "image/webp", b"<svg/>".as_slice(), 415, "picture.type"),
        (to(&photo), "image/jpeg", &photo[..], 422, "picture.metadata"),
        (to(cut), "image/png", cut, 422, "picture.damaged"),
        (to(&long), "image/png", &long[..], 422, "picture.sides"),
    ] {
        is(&send(&planner, &at, media_type, bytes).await, status, code);
    }
    let chunked = reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(good.clone())]));
    let request = planner.request("PUT", &to(&good)).header("content-type", "image/png").body(chunked);
    is(&planner.answer(request).await, 411, "length.missing");

    // Told before a byte of it was sent.
    let host = house.url.trim_start_matches("http://");
    let mut line = tokio::net::TcpStream::connect(host).await.expect("a line");
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-type: image/png\r\n\
         content-length: 1048577\r\n\r\n",
        to(&good),
        planner.token().expect("a token"),
    );
    line.write_all(head.as_bytes()).await.expect("a head");
    let mut said = vec![0; 12];
    line.read_exact(&mut said).await.expect("an answer");
    assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 413");

    assert!(house.app.media.list("pictures/", None).await.expect("a list").0.is_empty());
    assert_eq!(house.deeds(id_of(&template)).await, ["template.created"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_desks_keep_one_picture_once() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let (template, bytes) = (template(&planner, owner).await, sign(70));
    let to = format!("{template}/pictures/{}", digest(&bytes));
    let sent = futures::future::join_all((0..6).map(|_| send(&planner, &to, "image/png", &bytes))).await;
    let mut statuses: Vec<u16> = sent.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
    assert!(sent.iter().all(|answer| answer.body == sent[0].body), "{sent:?}");
    assert_eq!(house.deeds(id_of(&template)).await, ["template.created", "template.picture-received"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reconciling_tells_of_lost_pictures_keeps_those_of_rows_and_removes_others() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let (template, bytes) = (template(&planner, owner).await, sign(80));
    let to = format!("{template}/pictures/{}", digest(&bytes));
    assert_eq!(send(&planner, &to, "image/png", &bytes).await.status, 201);
    let of = TemplateId(id_of(&template).parse().expect("an id"));
    let held = Key::Picture { template: of, sha256: photo::Sha256(Sha256::digest(&bytes).into()) };
    let strays = [
        Key::Picture { template: of, sha256: photo::Sha256([7; 32]) },
        Key::Picture {
            template: TemplateId(Uuid::nil()),
            sha256: photo::Sha256(Sha256::digest(&bytes).into()),
        },
    ];
    for stray in &strays {
        house.app.media.put_bytes(stray, "image/png", "stray".into()).await.expect("a stray object");
    }

    house
        .app
        .media
        .put_bytes(&held, "image/png", vec![0; bytes.len()].into())
        .await
        .expect("a damaged object");
    let damaged =
        fsck(&house.app, Options { repair: true, deep: true, ..Options::default() }).await.expect("a report");
    assert_eq!(damaged.pictures_damaged, [held.name()]);
    house.app.media.delete(&held).await.expect("a lost object");
    let lost = fsck(&house.app, Options { repair: true, deep: false, ..Options::default() })
        .await
        .expect("a report");
    assert_eq!((&lost.pictures_missing[..], lost.is_clean()), (&[held.name()][..], false));
    assert_eq!(send(&planner, &to, "image/png", &bytes).await.status, 200, "held before");
    let mended = fsck(&house.app, Options { repair: false, deep: true, ..Options::default() })
        .await
        .expect("a report");
    assert!(mended.is_clean(), "sending it again mends it: {mended:?}");

    house.wait_s(25 * 3600);
    let repaired =
        fsck(&house.app, Options { repair: true, deep: true, ..Options::default() }).await.expect("a report");
    assert_eq!((repaired.pictures, repaired.removed), (1, 2), "{repaired:?}");
    assert!(repaired.is_clean() && house.app.media.head(&held).await.expect("a store").is_some());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_template_takes_no_further_picture_and_those_it_holds_stay() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let template = template(&planner, owner).await;
    let fill = format!(
        "INSERT INTO template_pictures SELECT '{}', sha256(n::text::bytea), 'image/png', 9, 3, 2, NULL, now()
         FROM generate_series(1, {}) n",
        id_of(&template),
        MOST_PICTURES - 1
    );
    house.sql().await.batch_execute(&fill).await.expect("room for one");
    let (last, beyond) = (sign(120), sign(121));
    let put = async |bytes: &[u8]| {
        send(&planner, &format!("{template}/pictures/{}", digest(bytes)), "image/png", bytes).await
    };
    assert_eq!(put(&last).await.status, 201);
    is(&put(&beyond).await, 409, "picture.too-many");
    assert_eq!(put(&last).await.status, 200, "it is held already");
    assert_eq!(house.app.media.list("pictures/", None).await.expect("a list").0.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_comes_with_the_program_and_with_a_file() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let member = house.officer("Nguyễn Thị Mai", &[(Role::Member, Some(owner))]).await.visitor;
    for _ in 0..2 {
        library::import_templates(&house.app, None, None).await.expect("the shelf");
    }
    let shelf = member.get("/v1/templates").await.1;
    let shop = shelf["items"].as_array().expect("items").iter().find(|of| of["code"] == "OSS").expect("OSS");
    let template = format!("/v1/templates/{}", shop["id"].as_str().expect("an id"));
    let body = member.get(&format!("{template}/versions/1")).await.1["body"].clone();
    let mut items =
        body["sections"].as_array().into_iter().flatten().filter_map(|s| s["items"].as_array()).flatten();
    let shown = items.find(|item| item["code"] == "OSS-D02").expect("an item about a notice board");
    let named = shown["picture"]["sha256"].as_str().expect("a picture");
    let got = member.send("GET", &format!("{template}/pictures/{named}"), None).await;
    assert_eq!((got.status, got.header("content-type")), (200, "image/jpeg"));
    assert!(got.bytes == library::NOTICE_BOARD && got.bytes.len() < 60_000, "{}", got.bytes.len());

    let folder = std::env::temp_dir().join(format!("fieldproof-pictures-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (file, bytes) = (folder.join("qck.json"), sign(90));
    let filed = json!({ "code": "QCK", "body": checklist(&digest(&bytes)) });
    std::fs::write(&file, filed.to_string()).expect("a file");
    library::import_templates(&house.app, Some(&file), Some("nong-son")).await.expect("told, not failed");
    let codes = async || {
        let shelf = member.get("/v1/templates").await.1;
        let of = shelf["items"].as_array().expect("items").iter().filter_map(|t| t["code"].as_str());
        of.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert!(!codes().await.contains(&"QCK".to_owned()), "nothing is entered where a picture is missing");
    std::fs::write(folder.join(format!("{}.png", digest(&bytes))), &bytes).expect("a picture");
    library::import_templates(&house.app, Some(&file), Some("nong-son")).await.expect("brought in");
    assert!(codes().await.contains(&"QCK".to_owned()));
    let bad = Bytes::from_static(include_bytes!("../../scripts/samples/blurred.jpg"));
    let of = Checklist::stored(checklist(&digest(&bad))).expect("a checklist");
    let Err(Error::Refused(no)) =
        templates::bring_in(&house.app, None, "BAD", of, std::slice::from_ref(&bad)).await
    else {
        panic!("a photo with EXIF is refused");
    };
    let told = (no.faults[0].pointer.as_str(), no.faults[0].code.as_str());
    assert_eq!(told, (&*format!("/pictures/{}", digest(&bad)), "picture.metadata"));
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_names_the_picture_by_its_file() {
    let house = House::open().await;
    let owner = house.owner("nong-son").await.0;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(owner))]).await.visitor;
    let (template, bytes) = (template(&planner, owner).await, sign(100));
    let to = format!("{template}/pictures/{}", digest(&bytes));
    assert_eq!(send(&planner, &to, "image/png", &bytes).await.status, 201);
    let versions = format!("{template}/versions");
    let first = planner.send("POST", &versions, Some(&checklist(&digest(&bytes)))).await;
    let book = planner.send("GET", &format!("{versions}/1/xlsform"), None).await;
    let sheets = fieldproof::spreadsheet::read(&book.bytes, &["survey"]).expect("a workbook");
    let file = format!("{}.png", digest(&bytes));
    assert_eq!(sheets[0].rows.iter().flatten().filter(|cell| **cell == file).count(), 2, "in both languages");
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let back = send_book(&planner, &format!("{template}/xlsform"), xlsx, book.bytes).await;
    assert_eq!((back.status, &back.body["sha256"]), (201, &first.body["sha256"]), "{}", back.body);
    house.close().await;
}

async fn send_book(by: &Visitor, to: &str, xlsx: &str, bytes: Vec<u8>) -> Answer {
    by.answer(by.request("POST", to).header("content-type", xlsx).body(bytes)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_sees_the_picture_beside_the_question() {
    let house = House::open().await;
    let scene = house.scene().await;
    let planner = house.officer("Lê Văn Kế", &[(Role::Scheduler, Some(scene.owner))]).await.visitor;
    let template = planner.get("/v1/templates").await.1["items"][0]["id"].as_str().expect("an id").to_owned();
    let bytes = sign(110);
    let to = format!("/v1/templates/{template}/pictures/{}", digest(&bytes));
    assert_eq!(send(&planner, &to, "image/png", &bytes).await.status, 201);
    let picture = json!({ "sha256": digest(&bytes), "alt": { "vi": "Chụp trọn bảng", "en": "" } });
    let show = format!(
        "UPDATE template_versions SET body = jsonb_set(body, '{{sections,0,items,0,picture}}', '{picture}')"
    );
    house.sql().await.batch_execute(&show).await.expect("an item with a picture");
    assert_eq!(Shot::of(scene.visit, pictures::sharp(1)).send(&scene.phone).await.status, 201);

    house.account("tham-dinh", &[role(Role::Reviewer, OwnerId(scene.owner))]).await;
    let sent = house.send_sign_in(&house.sign_in_page("/login").await, "tham-dinh", PASSWORD).await;
    let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let stranger = house.stranger();
    let open =
        async |path: &str| stranger.answer(stranger.request("GET", path).header("cookie", &cookie)).await;
    let page = open(&format!("/review/visits/{}", scene.visit)).await;
    let src = format!("/review/pictures/{template}/{}", digest(&bytes));
    let html = String::from_utf8_lossy(&page.bytes).into_owned();
    assert!(html.contains(&format!("src=\"{src}\" alt=\"Chụp trọn bảng\"")), "{html}");
    let shown = open(&src).await;
    assert_eq!((shown.status, &shown.bytes), (200, &bytes));
    assert_eq!(open(&src.replace(&digest(&bytes), &"0".repeat(64))).await.status, 404);
    assert_eq!(stranger.send("GET", &src, None).await.status, 303);
    house.work().await;
    house.close().await;
}
