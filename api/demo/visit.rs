//! The visit itself: planned in secret, dispatched, checked in, recorded with photos, signed, submitted.

use super::office::{LATITUDE, LONGITUDE, Office, text};
use super::phone::{Phone, Reference};
use super::{picture, step};
use anyhow::{Context, bail, ensure};
use fieldproof_phone::sign_in::Session;
use fieldproof_phone::{Capture, Change, Line, Protocol, Shelf, device};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;
use uuid::{ContextV7, Uuid};

/// A team on site.
pub struct OnSite {
    /// The visit.
    pub visit: String,
    /// The lead's phone.
    pub lead: Phone,
}

/// How long the lead's phone has for one photo.
const AT_MOST: Duration = Duration::from_mins(2);

/// A photo of the demonstration: file, media type, subject, item, caption.
pub struct Shot(
    pub &'static str,
    pub &'static str,
    pub &'static str,
    pub Option<&'static str>,
    pub &'static str,
);

/// When a photo was taken, and what for.
#[derive(Clone, Copy)]
pub struct Taken<'a> {
    /// By the phone's clock.
    pub at: Timestamp,
    /// The corrective action it shows done; an item of the visit otherwise.
    pub of_action: Option<&'a str>,
}

/// Under what order a campaign runs.
pub struct Order<'a> {
    /// Title.
    pub title: String,
    /// What is looked at.
    pub topics: &'a [&'a str],
    /// Number and title of the plan.
    pub plan: (&'a str, &'a str),
    /// Number and title of the decision.
    pub decision: (&'a str, &'a str),
    /// The day on both.
    pub issued_on: String,
    /// What the team is called.
    pub team: &'a str,
}

#[allow(clippy::disallowed_methods, reason = "a phone reads its own clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A time as a phone in Vietnam writes it.
pub fn local(at: Timestamp) -> String {
    at.display_with_offset(Offset::constant(7)).to_string()
}

/// So many seconds later.
pub fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// An id as a phone mints it: time first, then randomness (RFC 9562 §5.7).
pub fn minted() -> String {
    let at = now();
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
    let time = uuid::Timestamp::from_unix(ContextV7::new(), seconds, nanos);
    Uuid::new_v7(time).to_string()
}

/// A campaign from its plan to the day it is active; its id and its team's.
pub async fn campaign(
    base: &str,
    office: &Office,
    desk: &Phone,
    order: &Order<'_>,
) -> anyhow::Result<(String, String)> {
    let plan =
        json!({"owner": office.owner, "kind": "civil_service", "title": order.title, "topics": order.topics});
    let id = text(&desk.post("/v1/campaigns", plan).await?, "/id")?;
    let paper = |kind: &str, (number, title): (&str, &str)| json!({"kind": kind, "number": number, "issuer": "Sở Nội vụ tỉnh Sông Thưa", "issued_on": order.issued_on, "title": title});
    let documents = format!("/v1/campaigns/{id}/documents");
    desk.post(&documents, paper("plan", order.plan)).await?;
    desk.post(&format!("/v1/campaigns/{id}/submit"), json!({})).await?;
    let authority = office.person("authority")?;
    let chair = Phone::sign_in(base, &authority.login, &authority.password, "Máy tính chủ tịch").await?;
    chair.post(&format!("/v1/campaigns/{id}/approve"), json!({})).await?;
    desk.post(&documents, paper("decision", order.decision)).await?;
    let seats = [
        ("team_lead", "lead", "Phó Giám đốc Sở Nội vụ"),
        ("member", "member", "Chuyên viên Phòng Cải cách hành chính"),
        ("clerk", "clerk", "Chuyên viên Văn phòng"),
    ];
    let mut members = Vec::new();
    for (role, seat, position) in seats {
        members.push(json!({"account": office.person(role)?.account, "role": seat, "position": position}));
    }
    let team = json!({"name": order.team, "members": members});
    let team = text(&desk.post(&format!("/v1/campaigns/{id}/teams"), team).await?, "/id")?;
    chair.post(&format!("/v1/campaigns/{id}/activate"), json!({})).await?;
    let (plan, decision) = (order.plan.0, order.decision.0);
    step(&format!("Campaign: plan {plan} approved, decision {decision}, one team with one lead"));
    Ok((id, team))
}

/// Plans the visit in secret, dispatches it, and brings the team on site.
pub async fn begin(base: &str, office: &Office) -> anyhow::Result<OnSite> {
    let scheduler = office.person("scheduler")?;
    let desk = Phone::sign_in(base, &scheduler.login, &scheduler.password, "Máy tính phòng Nội vụ").await?;
    let today = Offset::constant(7).to_datetime(now());
    let order = Order {
        title: format!("Kiểm tra công vụ đột xuất năm {}", today.year()),
        topics: &["Thực thi công vụ", "Niêm yết thủ tục hành chính"],
        plan: ("12/KH-SNV", "Kế hoạch kiểm tra công vụ đột xuất"),
        decision: ("34/QĐ-SNV", "Quyết định thành lập đoàn kiểm tra"),
        issued_on: today.date().to_string(),
        team: "Đoàn kiểm tra số 1",
    };
    let (campaign, team) = campaign(base, office, &desk, &order).await?;
    let start = after(now(), 600);
    let plan = json!({"campaign": campaign, "team": team, "unit": office.commune, "kind": "surprise",
        "planned_start": local(start), "planned_end": local(after(start, 4 * 3600)), "templates": [office.template]});
    let planned = desk.post("/v1/visits", plan).await?;
    let visit = text(&planned, "/id")?;
    step("Surprise visit: planned and sealed");
    let head = office.person("head_of_unit")?;
    let insider = Phone::sign_in(base, &head.login, &head.password, "Máy tính UBND xã").await?;
    match insider.get(&format!("/v1/visits/{visit}")).await {
        Ok(seen) => bail!("the head of the unit can see a sealed visit: {seen}"),
        Err(_) => step("The head of the unit asks for it: 404, like any unknown id"),
    }
    desk.post(&format!("/v1/visits/{visit}/dispatch"), json!({})).await?;
    step("Dispatched: the team learns its target");

    let person = office.person("team_lead")?;
    let lead = Phone::sign_in(base, &person.login, &person.password, "Điện thoại của Mai Thị Hồng").await?;
    step("The lead's phone: signed in with PKCE (S256)");
    let bundle = lead.get(&format!("/v1/visits/{visit}/bundle")).await?;
    let items = bundle["templates"].as_array().map_or(0, Vec::len);
    step(&format!(
        "The lead's phone: pulled the visit as one bundle, {items} checklist with it, for work without network"
    ));
    let position =
        json!({"latitude": LATITUDE + 0.000_04, "longitude": LONGITUDE, "accuracy_m": 7.5, "source": "gnss"});
    let arrived = json!({"at": local(now()), "device_clock": local(now()), "position": position});
    lead.post(&format!("/v1/visits/{visit}/check-in"), arrived).await?;
    step("Checked in at the office: the visit is disclosed");
    Ok(OnSite { visit, lead })
}

/// The lead's phone as the reference client: let in by a code of the office, with a store of its own in this folder.
async fn let_in(base: &str, office: &Office, lead: &Phone, folder: &Path) -> anyhow::Result<Reference> {
    let scheduler = office.person("scheduler")?;
    let desk = Phone::sign_in(base, &scheduler.login, &scheduler.password, "Máy tính phòng Nội vụ").await?;
    let whose = json!({"owner": office.owner, "account": office.person("team_lead")?.account});
    let code = text(&desk.post("/v1/enrolments", whose).await?, "/url")?;
    let shelf = Shelf::open(folder)?.in_zone(TimeZone::fixed(Offset::constant(7)));
    let line = Line::of(base, Session::of_token(lead.token()), None)?;
    device::enrol(&line, &shelf, &code, "Điện thoại của Mai Thị Hồng", device::Key::Same).await?;
    step("The lead's phone: let in by a QR code of the office, with a key of its own");
    Ok(Reference { shelf, line, protocol: Protocol::Tus })
}

/// Answers, photographs, signs and submits; returns a photo worth looking at.
pub async fn record(base: &str, on_site: &OnSite, office: &Office, samples: &Path) -> anyhow::Result<String> {
    let folder = std::env::temp_dir().join(format!("fieldproof-demo-{}", minted()));
    let evidence = async {
        let phone = let_in(base, office, &on_site.lead, &folder).await?;
        recorded(on_site, office, samples, &phone).await
    }
    .await;
    // It holds a key, whatever became of the visit.
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    evidence
}

async fn recorded(
    on_site: &OnSite,
    office: &Office,
    samples: &Path,
    phone: &Reference,
) -> anyhow::Result<String> {
    let (lead, visit) = (&on_site.lead, &on_site.visit);
    for (code, value, note) in [
        ("NHANH-01", "no", "Còn niêm yết 3 thủ tục đã bị bãi bỏ"),
        ("NHANH-02", "yes", ""),
        ("NHANH-03", "yes", ""),
        ("NHANH-04", "yes", ""),
        ("NHANH-05", "yes", "Lãnh đạo trực: Phó Chủ tịch UBND xã"),
    ] {
        let answer = json!({"visit": visit, "template_version": office.template, "item": code,
            "answer": {"type": "yes_no_na", "value": value}, "note": note, "answered_at": local(now())});
        phone.shelf.enter(&Change::now("put_response", json!({"response": minted()}), Some(answer))?)?;
    }
    ensure!(phone.until_empty(AT_MOST).await? && phone.shelf.refusals()? == 0, "an answer was not taken");
    step("Five items answered without a line, and pushed; one of them fails");

    let dark = send(
        phone,
        on_site,
        samples,
        &Shot("dark.jpg", "image/jpeg", "notice_board", Some("NHANH-01"), "Bảng niêm yết, chụp thiếu sáng"),
    )
    .await?;
    let reason = json!({"reason": "Ảnh quá tối, đã chụp lại"});
    lead.post(&format!("/v1/photos/{dark}/withdraw"), reason).await?;
    step("The phone learnt that the photo is too dark; it was withdrawn and taken again");
    let shots = [
        Shot(
            "notice_board.jpg",
            "image/jpeg",
            "notice_board",
            Some("NHANH-01"),
            "Bảng niêm yết thủ tục hành chính",
        ),
        Shot("desk.jpg", "image/jpeg", "desk", Some("NHANH-02"), "Quầy tiếp nhận và trả kết quả"),
        Shot("register.jpg", "image/jpeg", "register_book", Some("NHANH-03"), "Sổ theo dõi hồ sơ"),
        Shot("badge.heic", "image/heic", "badge", Some("NHANH-04"), "Thẻ công chức"),
    ];
    let mut first = None;
    for shot in &shots {
        let id = send(phone, on_site, samples, shot).await?;
        if shot.2 == "register_book" {
            mask(lead, &id).await?;
        }
        first.get_or_insert(id);
    }
    host(lead, visit, "Đỗ Văn Xã", "UBND xã Sông Thưa").await?;
    lead.post(&format!("/v1/visits/{visit}/close-recording"), json!({})).await?;
    let minutes =
        json!({"text": "Đoàn kiểm tra và UBND xã Sông Thưa thống nhất lập biên bản với các nội dung trên."});
    let drafted = lead.post(&format!("/v1/visits/{visit}/minutes"), minutes).await?;
    let read = text(&drafted, "/minutes/text_sha256")?;
    let sign = |side: &str, name: &str, position: &str| {
        json!({"side": side, "outcome": "signed", "signer_name": name, "signer_position": position,
            "text_sha256": read})
    };
    let path = format!("/v1/visits/{visit}/sign");
    lead.post(&path, sign("unit", "Đỗ Văn Xã", "Chủ tịch UBND xã Sông Thưa")).await?;
    lead.post(&path, sign("team", "Mai Thị Hồng", "Trưởng đoàn")).await?;
    step("Minutes drafted from the answers and signed by both sides");
    lead.post(&format!("/v1/visits/{visit}/submit"), json!({})).await?;
    step("Submitted: answers and photos are locked");
    first.context("no photo was sent")
}

/// Enters who received the team, for the minutes.
pub async fn host(lead: &Phone, visit: &str, name: &str, office: &str) -> anyhow::Result<()> {
    let host = json!({"visit": visit, "name": name, "office": office, "positions": ["Chủ tịch"]});
    lead.put(&format!("/v1/attendees/{}", minted()), host).await?;
    Ok(())
}

/// Covers the names and numbers of people in the sample of a register, so that others may see it.
async fn mask(lead: &Phone, photo: &str) -> anyhow::Result<()> {
    // The column of names, and that of signatures.
    let columns = json!({"areas": [{"left": 0.045, "top": 0.32, "width": 0.205, "height": 0.285},
        {"left": 0.75, "top": 0.29, "width": 0.16, "height": 0.2}]});
    let at = format!("/v1/photos/{photo}");
    lead.change(&at, &format!("{at}/masks"), columns).await?;
    step("The lead covered the names in the register; nobody but the team could see it before");
    Ok(())
}

/// Declares a photo and sends its bytes with one request, as the simplest of clients does; its id.
pub async fn deliver(
    on_site: &OnSite,
    samples: &Path,
    shot: &Shot,
    taken: Taken<'_>,
) -> anyhow::Result<String> {
    let Shot(file, media_type, subject, item, caption) = shot;
    let bytes = picture::taken_at(samples, file, taken.at)?;
    let id = minted();
    let mut declaration = json!({
        "visit": on_site.visit, "item": item, "subject": subject, "caption": caption,
        "sha256": hex::encode(Sha256::digest(&bytes)), "size_bytes": bytes.len(), "media_type": media_type,
        "captured_at": local(taken.at), "device_clock": local(now()), "origin": "camera", "position": null
    });
    if let Some(action) = taken.of_action {
        declaration["action"] = json!(action);
    }
    on_site.lead.put(&format!("/v1/photos/{id}"), declaration).await?;
    on_site.lead.send_original(&id, media_type, bytes).await?;
    Ok(id)
}

/// Takes a photo at the office into the phone's own store, has it sent from there until the phone may let it go, and tells
/// what the server says of it.
async fn send(phone: &Reference, on_site: &OnSite, samples: &Path, shot: &Shot) -> anyhow::Result<String> {
    let Shot(file, media_type, subject, item, caption) = *shot;
    let at = now();
    let bytes = picture::taken_at(samples, file, at)?;
    let capture = Capture {
        visit: on_site.visit.parse()?,
        item: item.map(ToOwned::to_owned),
        subject: subject.to_owned(),
        caption: caption.to_owned(),
        media_type: media_type.to_owned(),
        at,
        position: Some(json!({"latitude": LATITUDE - 0.000_03, "longitude": LONGITUDE + 0.000_02,
            "accuracy_m": 8.0, "source": "gnss"})),
    };
    let id = phone.shelf.capture(&capture, &bytes)?;
    phone.until_empty(AT_MOST).await?;
    ensure!(!phone.shelf.original(id).exists(), "the phone still holds {file}");
    let id = id.to_string();
    let seen = examined(&on_site.lead, &id).await?;
    let checks: Vec<&str> = seen
        .pointer("/examined/checks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|check| check["outcome"] != "pass")
        .filter_map(|check| check["code"].as_str())
        .collect();
    let remarks = if checks.is_empty() { "no remark".to_owned() } else { checks.join(", ") };
    #[allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "megabytes for a person to read")]
    let megabytes = bytes.len() as f64 / 1e6;
    step(&format!(
        "Photo {file}: {megabytes:.1} MB, held under log number {}, place {}, {}, {remarks}; the phone let it go for its receipt",
        seen["received"]["log_number"],
        text(&seen, "/place/verdict")?,
        text(&seen, "/state")?
    ));
    Ok(id)
}

/// Waits for what the worker says of a photo.
pub async fn examined(lead: &Phone, id: &str) -> anyhow::Result<Value> {
    for _ in 0..6 {
        let seen = lead.call(Method::GET, &format!("/v1/photos/{id}?wait_s=20"), None).await?;
        if seen["state"] != "stored" {
            return Ok(seen);
        }
    }
    bail!("photo {id} was not examined within two minutes; does a worker run?")
}
