//! S9. A day without network at xã Phước Ninh on 28/9/2021: 64 answers, 35 photos, guidance; all of it is sent at 17:05,
//! breaks off, and is sent twice more from the start.

use super::office::{Office, district, done, names, paper};
use super::s04::good;
use crate::harness::{House, Shot, Visitor, id_of, pictures};
use fieldproof::domain::actor::Role;
use fieldproof::library;
use fieldproof_imaging::{Limits, Picture, examine};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const ISSUER: &str = "UBND huyện Nông Sơn";
/// "Buổi kiểm tra tại xã Phước Ninh" and its letters taken apart, as iPhones write them.
const CAPTION: &str = "Buổi kiểm tra tại xã Phước Ninh";
const CAPTION_APART: &str =
    "Buo\u{302}\u{309}i kie\u{302}\u{309}m tra ta\u{323}i xa\u{303} Phu\u{31b}o\u{31b}\u{301}c Ninh";
/// How far a phone's clock is ahead that day, in seconds.
const AHEAD_S: i64 = 7 * 60;

fn stand_at(house: &House, at: &str) {
    let wanted: Timestamp = at.parse().expect("a time");
    house.wait_s(wanted.duration_since(house.app.now()).as_secs());
}

/// A JPEG of our own making; each seed makes another one.
fn jpeg(seed: u8) -> Vec<u8> {
    let png = pictures::png(320, 240, |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { 20 + seed });
    match examine(&png, &Limits::default()).picture {
        Picture::Ready(rendered) => rendered.preview_jpeg,
        other => panic!("{other:?}"),
    }
}

/// What an iPhone keeps: the sample, with another second in its EXIF.
fn heic(seed: u8) -> Vec<u8> {
    let mut bytes =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/samples/badge.heic")).expect("HEIC");
    let day = b"2026:11:25";
    let at = bytes.windows(day.len()).position(|window| window == day).expect("a time in EXIF");
    bytes[at + day.len() - 1] = b'0' + seed;
    bytes
}

/// Whether nothing can be told apart in a picture any more.
fn is_covered(jpeg: &[u8]) -> bool {
    match examine(jpeg, &Limits::default()).picture {
        Picture::Ready(rendered) => rendered.quality.sharpness < 1.0,
        other => panic!("{other:?}"),
    }
}

/// What the phone holds when the network comes back.
struct Phone {
    visit: String,
    arrived: Value,
    answers: Vec<(Uuid, Value)>,
    guidance: Vec<(Uuid, Value)>,
    shots: Vec<Shot>,
}

impl Phone {
    /// A day's work, from the bundle that was pulled in the morning.
    fn filled(visit: &str, bundle: &Value) -> Self {
        let lists = bundle["templates"].as_array().expect("checklists");
        let of_list = |list: &Value| {
            let version = list["id"].clone();
            let sections = list["body"]["sections"].as_array().expect("sections").clone();
            sections.into_iter().flat_map(move |section| {
                let version = version.clone();
                let items = section["items"].as_array().expect("items").clone();
                items.into_iter().map(move |item| (version.clone(), item))
            })
        };
        let items: Vec<(Value, Value)> = lists.iter().flat_map(of_list).collect();
        let answers = items.iter().map(|(version, item)| {
            let said = json!({ "visit": id_of(visit), "template_version": version, "item": item["code"],
                "answer": good(&item["response"]), "answered_at": "2021-09-28T10:00:00+07:00" });
            (Uuid::now_v7(), said)
        });
        let guidance = (0..4).map(|n| {
            let said = json!({ "visit": id_of(visit), "item": "OSS-B01", "guided": "Công chức Văn phòng - Thống kê",
                "content": format!("Hướng dẫn số hóa hồ sơ, nội dung {n}"),
                "given_at": format!("2021-09-28T14:1{n}:00+07:00") });
            (Uuid::now_v7(), said)
        });
        let mut phone = Self {
            visit: visit.to_owned(),
            arrived: json!({ "at": "2021-09-28T07:37:00+07:00" }),
            answers: answers.collect(),
            guidance: guidance.collect(),
            shots: Vec::new(),
        };
        phone.photograph(&items);
        phone
    }

    /// A photo of everything that a rule asks for, and one of the session.
    fn photograph(&mut self, items: &[(Value, Value)]) {
        let visit: Uuid = id_of(&self.visit).parse().expect("an id");
        let shown = |item: &&(Value, Value)| {
            ["always", "on_pass"].iter().any(|when| item.1["photo"]["when"] == *when)
        };
        let mut wanted: Vec<(Value, Value)> = Vec::new();
        for (_, item) in items.iter().filter(shown) {
            for _ in 0..item["photo"]["min_count"].as_u64().expect("a count") {
                wanted.push((item["code"].clone(), item["photo"]["subject"].clone()));
            }
        }
        assert_eq!(wanted.len(), 34, "4 + 6 + 24");
        wanted.push((Value::Null, json!("session")));
        for (n, (item, subject)) in wanted.into_iter().enumerate() {
            let seed = u8::try_from(n).expect("few");
            // Two items show the same wall: one picture, attached twice.
            let (bytes, kind) = match n {
                3 | 9 | 14 | 20 => (heic(seed / 3), "image/heic"),
                33 => (heic(9), "image/heic"),
                6 => (jpeg(5), "image/jpeg"),
                _ => (jpeg(seed), "image/jpeg"),
            };
            let local = format!("2021-09-28T{:02}:{:02}:00", 8 + (15 + n) / 60, (15 + n) % 60);
            // The first comes from the gallery, whose EXIF knows no zone.
            let captured = if n == 0 { local } else { format!("{local}+07:00") };
            let mut shot = Shot::of(visit, bytes)
                .with("item", item)
                .with("subject", subject)
                .with("media_type", kind)
                .with("caption", CAPTION_APART)
                .with("captured_at", captured);
            if n % 12 == 1 {
                shot = shot.with("position", Value::Null);
            }
            self.shots.push(shot);
        }
    }

    /// Sends all of it, the small things first; stops after so many photos. Gives the statuses.
    async fn sync(&self, house: &House, who: &Visitor, most: usize) -> BTreeSet<u16> {
        let ahead = SignedDuration::from_secs(AHEAD_S);
        let clock = || (house.app.now() + ahead).to_string().replace('Z', "+00:00");
        let mut statuses = BTreeSet::new();
        let mut arrived = self.arrived.clone();
        arrived["device_clock"] = json!("2021-09-28T10:12:00+00:00");
        let check_in = who.request("POST", &format!("{}/check-in", self.visit));
        let check_in = check_in.header("idempotency-key", "check-in-28-9").json(&arrived);
        statuses.insert(who.answer(check_in).await.status);
        for (id, said) in &self.answers {
            statuses.insert(who.put(&format!("/v1/responses/{id}"), said).await.0);
        }
        for (id, said) in &self.guidance {
            statuses.insert(who.put(&format!("/v1/guidance/{id}"), said).await.0);
        }
        for shot in self.shots.iter().take(most) {
            let shot = shot.clone().with("device_clock", clock());
            statuses.insert(shot.send(who).await.status);
        }
        statuses
    }
}

/// M18, L06, N09, N17: nothing is lost or doubled by retries; registers and screens are masked before others see them.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn a_day_without_network_arrives_once_whole() {
    let house = House::open().await;
    stand_at(&house, "2021-09-28T07:00:00+07:00");
    house.with_register().await;
    library::import_templates(&house.app, None, None)
        .await
        .expect("the checklists that come with the program");
    let (nong_son, communes) = district("519", "2021-09-28");
    let phuoc_ninh = communes.iter().find(|unit| unit.code == "20669").expect("Phước Ninh").id;
    let office = Office::open(&house, "nong-son", ISSUER).await;
    let reviewer = house.holder("Phạm Thị Xét", &[(Role::Reviewer, office.owner, None)]).await;
    let of = office.draft("joint", "Kiểm tra công vụ và cải cách hành chính", &["Thực thi công vụ"]).await;
    let papers = [
        paper("plan", "133/KH-UBND", ISSUER, "2021-08-02"),
        paper("decision", "4889/QĐ-UBND", ISSUER, "2021-08-05"),
    ];
    office.activate(&of.at, &papers).await;
    let shelf = office.scheduler.visitor.get("/v1/templates").await.1;
    let version = |code: &str| {
        let template = shelf["items"].as_array().expect("items").iter().find(|t| t["code"] == code);
        template.and_then(|t| t["versions"][0]["id"].as_str()?.parse::<Uuid>().ok()).expect("a version")
    };
    let lists = [version("CON"), version("ARI"), version("OSS")];
    let plan = office.plan(&of, phuoc_ninh, "planned", "2021-09-28", &lists);
    let visit = done(office.schedule(&plan).await).header("location").to_owned();
    done(office.scheduler.visitor.send("POST", &format!("{visit}/dispatch"), None).await);
    let bundle = office.lead.visitor.get(&format!("{visit}/bundle")).await.1;
    let phone = Phone::filled(&visit, &bundle);
    assert_eq!((phone.answers.len(), phone.shots.len()), (15 + 16 + 33, 35));

    // 17:05. The connection breaks after twenty photos; then everything is sent from the start, twice.
    stand_at(&house, "2021-09-28T17:05:00+07:00");
    let lead = house.signed_in_anew(office.lead.account).await;
    assert_eq!(phone.sync(&house, &lead, 20).await, BTreeSet::from([200, 201]));
    // One photo was touched after it was taken: its bytes are not those that were declared.
    let last = &phone.shots[34];
    assert_eq!(lead.put(&last.path(), &last.declaration).await.0, 201);
    let mut touched = jpeg(49);
    touched.resize(last.bytes.len(), 0);
    let wrong = lead
        .request("PUT", &format!("{}/original", last.path()))
        .header("content-type", "image/jpeg")
        .header("repr-digest", last.digest())
        .body(touched);
    let refused = lead.answer(wrong).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("photo.digest-mismatch")));
    assert_eq!(phone.sync(&house, &lead, 35).await, BTreeSet::from([200, 201]));
    assert_eq!(phone.sync(&house, &lead, 35).await, BTreeSet::from([200]), "nothing is new any more");
    house.work().await;

    let (_, visits) = lead.get(&format!("/v1/visits?campaign={}", of.campaign)).await;
    assert_eq!(visits["items"].as_array().map(Vec::len), Some(1), "one visit");
    let (_, answers) = lead.get(&format!("{visit}/responses")).await;
    let answers = answers["items"].as_array().expect("answers");
    assert_eq!(answers.len(), 64);
    assert!(answers.iter().all(|answer| answer["outcome"] == "pass"));
    let (_, list) = lead.get(&format!("/v1/photos?visit={}&limit=200", id_of(&visit))).await;
    let photos = list["items"].as_array().expect("photos");
    let contents: BTreeSet<&str> = photos.iter().filter_map(|photo| photo["sha256"].as_str()).collect();
    assert_eq!((photos.len(), contents.len()), (35, 34));
    assert!(photos.iter().all(|photo| photo["state"] == "ready"), "{list}");
    assert!(photos.iter().all(|photo| photo["caption"] == CAPTION), "in NFC");
    let without = photos.iter().filter(|photo| photo["position"].is_null()).count();
    assert_eq!(without, 3, "and accepted");

    // Times: a capture without zone was made in Vietnam; both clocks are kept.
    let (_, first) = lead.get(&phone.shots[0].path()).await;
    assert_eq!(first["captured_at"], "2021-09-28T08:15:00+07:00");
    let second = "captured_from=2021-09-28T01:15:00Z&captured_to=2021-09-28T01:15:01Z";
    let (_, then) = lead.get(&format!("/v1/photos?visit={}&{second}", id_of(&visit))).await;
    assert_eq!(then["items"][0]["id"], first["id"]);
    assert_eq!(first["clock_off"], true);
    let skew = first["clock_skew_s"].as_f64().expect("seconds");
    assert!((415.0..=421.0).contains(&skew), "{skew}");
    let clock: Timestamp = first["device_clock"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    let ours: Timestamp = first["declared_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    assert!(clock > ours);
    let (_, read) = lead.get(&visit).await;
    assert_eq!(read["check_in"]["clock_off"], true);

    // HEIC: a JPEG to look at, the bytes as they came, and one record of the reading.
    let heics: Vec<&Shot> =
        phone.shots.iter().filter(|s| s.declaration["media_type"] == "image/heic").collect();
    assert_eq!(heics.len(), 5);
    for shot in &heics {
        let seen = lead.send("GET", &format!("{}/derivatives/1600", shot.path()), None).await;
        assert_eq!((seen.status, seen.header("content-type")), (200, "image/jpeg"));
    }
    for shot in &heics {
        let original = lead.send("GET", &format!("{}/original", shot.path()), None).await;
        assert!(original.bytes == shot.bytes, "byte for byte");
        assert_eq!(original.header("repr-digest"), shot.digest());
    }
    let readings = house.deeds(&heics[0].id.to_string()).await;
    assert_eq!(readings.iter().filter(|deed| *deed == "photo.original_read").count(), 1);

    // Registers, screens and what the rules name: the team's alone until somebody has covered them.
    let reviewer = house.signed_in_anew(reviewer.account).await;
    let private: Vec<&Value> = photos.iter().filter(|photo| photo["personal_data"] == true).collect();
    let subjects: BTreeSet<&str> = private.iter().filter_map(|photo| photo["subject"].as_str()).collect();
    assert_eq!((private.len(), subjects), (10, BTreeSet::from(["file_cabinet", "register_book", "screen"])));
    let whole = json!({ "areas": [{ "left": 0.0, "top": 0.0, "width": 1.0, "height": 1.0 }] });
    for photo in &private {
        let at = format!("/v1/photos/{}", photo["id"].as_str().expect("an id"));
        for bytes in ["derivatives/320", "derivatives/1600", "original"] {
            let no = reviewer.send("GET", &format!("{at}/{bytes}"), None).await;
            assert_eq!(
                (no.status, no.body["code"].as_str()),
                (403, Some("photo.not-masked")),
                "{at} {bytes}"
            );
        }
        let seen = lead.send("GET", &at, None).await;
        let marking = |who: &Visitor| {
            who.request("PUT", &format!("{at}/masks")).header("if-match", seen.header("etag")).json(&whole)
        };
        let no = reviewer.answer(marking(&reviewer)).await;
        assert_eq!(no.status, 403, "the team says what is covered");
        let masked = lead.answer(marking(&lead)).await;
        assert_eq!((masked.status, &masked.body["masked"]["areas"]), (200, &whole["areas"]), "{masked:?}");
        let seen = reviewer.send("GET", &format!("{at}/derivatives/1600"), None).await;
        assert_eq!(seen.status, 200);
        assert!(is_covered(&seen.bytes), "{at}");
        let plain = lead.send("GET", &format!("{at}/derivatives/1600"), None).await;
        assert!(!is_covered(&plain.bytes), "the team sees what it took");
        assert_ne!(seen.header("etag"), plain.header("etag"));
    }
    let open = photos.iter().find(|photo| photo["subject"] == "signage").expect("a sign");
    let at = format!("/v1/photos/{}/derivatives/320", open["id"].as_str().expect("an id"));
    assert_eq!(reviewer.send("GET", &at, None).await.status, 200);

    // The session is found by the commune's name; look-alike names come after it.
    let found = |typed: &str| {
        let path = format!("/v1/units?q={typed}&parent={nong_son}&as_of=2021-09-28");
        let reviewer = &reviewer;
        async move { reviewer.get(&path).await.1["items"].clone() }
    };
    let loose = found("phuoc%20ninh").await;
    assert_eq!(names(&loose), ["Xã Phước Ninh", "Xã Ninh Phước"]);
    assert_eq!(json!([loose[0]["fit"], loose[1]["fit"]]), json!(["whole", "words"]));
    let exact = found("Ph%C6%B0%E1%BB%9Bc%20Ninh").await;
    let fits: Vec<&Value> = exact.as_array().expect("units").iter().map(|unit| &unit["fit"]).collect();
    assert_eq!((names(&exact)[0], fits), ("Xã Phước Ninh", vec![&json!("exact"), &json!("words")]));
    let of_unit = format!("/v1/photos?unit={}&subject=session", loose[0]["id"].as_str().expect("an id"));
    let (_, session) = reviewer.get(&of_unit).await;
    assert_eq!(session["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&session["items"][0]["caption"], &session["items"][0]["item"]),
        (&json!(CAPTION), &Value::Null)
    );

    // The minutes hold what was explained; then the visit is handed in, and no photo is missing.
    let step = async |step: &str, said: Value| {
        let said = (!said.is_null()).then_some(&said);
        done(lead.send("POST", &format!("{visit}/{step}"), said).await)
    };
    step("close-recording", Value::Null).await;
    step("minutes", json!({ "text": "Hai bên thống nhất." })).await;
    let (_, minutes) = lead.get(&format!("{visit}/minutes")).await;
    let document = minutes["document"].as_str().expect("a document");
    assert_eq!(document.matches("Hướng dẫn số hóa hồ sơ, nội dung").count(), 4, "{document}");
    for side in ["team", "unit"] {
        let said = json!({ "side": side, "outcome": "signed", "signer_name": "Nguyễn Văn An",
            "signer_position": "Chủ tịch UBND xã" });
        step("sign", said).await;
    }
    step("submit", Value::Null).await;
    house.close().await;
}
