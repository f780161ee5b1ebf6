//! One photo with all that is known about it, each fact under the heading of whoever vouches for it.

use super::board::split;
use super::desk::Desk;
use super::gallery::{AnswerView, answer_view, said};
use super::sketch::{self, Ground, Places, Sketch};
use super::tile::{alt, blur, checks, has_derivative, no_evidence, reason};
use super::visitor::SignedIn;
use super::words::{self, Badge};
use super::{Frame, PageProblem, figures, page};
use crate::app::App;
use crate::domain::check::Check;
use crate::domain::ids::PhotoId;
use crate::domain::photo::{Origin, State, clock, envelope};
use crate::domain::visit::CLOCK_SKEW_FLAG_S;
use crate::flows::review::{self, Exhibit, Photo};
use crate::http::context::Language;
use crate::http::read_only;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "photo.html")]
struct PhotoPage {
    frame: Frame,
    desk: Desk,
    title: String,
    caption: String,
    unit: String,
    visit: String,
    previous: Option<String>,
    next: Option<String>,
    place_in_visit: Option<(usize, usize)>,
    image: Option<Image>,
    state: Badge,
    reason: Option<String>,
    item: Option<ItemView>,
    warnings: Vec<Badge>,
    original: Option<Original>,
    place: PlaceView,
    groups: Vec<Group>,
    checks: Vec<CheckRow>,
    digest: Vec<String>,
    withdrawn: Option<(String, String)>,
}

struct Image {
    /// What is said of one that is no evidence.
    preview: Option<&'static str>,
    src: String,
    blur: Option<String>,
    alt: String,
    width: u32,
    height: u32,
}

struct ItemView {
    code: String,
    question: String,
    answer: Option<AnswerView>,
}

struct Original {
    href: String,
    size: String,
}

struct PlaceView {
    verdict: Badge,
    distance: Option<String>,
    reasons: Vec<String>,
    premises: Option<String>,
    sketch: Option<Sketch>,
}

/// Facts that one source vouches for.
struct Group {
    /// Anchor and class.
    id: &'static str,
    title: &'static str,
    source: &'static str,
    facts: Vec<Fact>,
    /// What is said where there are none.
    empty: &'static str,
}

struct Fact {
    name: &'static str,
    value: String,
    /// Written by somebody else: may run the other way.
    foreign: bool,
    warning: Option<Badge>,
}

struct CheckRow {
    name: String,
    outcome: Badge,
    measured: String,
}

/// What the camera wrote, as stored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Exif {
    latitude: Option<f64>,
    longitude: Option<f64>,
    altitude_m: Option<f64>,
    error_m: Option<f64>,
    direction_deg: Option<f64>,
    gps_time_utc: Option<jiff::Timestamp>,
    taken_at_local: Option<String>,
    taken_at_offset_min: Option<i16>,
    modified_at_local: Option<String>,
    orientation: Option<u8>,
    make: Option<String>,
    model: Option<String>,
    software: Option<String>,
}

/// One photo.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/photos/{photo}", web::get().to(photo)));
}

async fn photo(
    app: web::Data<App>,
    visitor: SignedIn,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let desk = Desk::of(&request, &visitor);
    let found = review::exhibit(&app, &visitor.0.actor, PhotoId(path.into_inner())).await?;
    Ok(page(StatusCode::OK, &view(desk, &found), None))
}

fn view(desk: Desk, found: &Exhibit) -> PhotoPage {
    let (lang, photo) = (desk.lang(), &found.photo);
    let exif = exif_of(photo);
    let checked = checks(photo);
    let address = |id: PhotoId| format!("/review/photos/{id}");
    PhotoPage {
        title: words::subject(&photo.declared.subject, lang),
        caption: photo.declared.caption.clone(),
        unit: split(&found.visit.unit_path).0.to_owned(),
        visit: format!("/review/visits/{}", found.visit.id),
        previous: found.previous.map(address),
        next: found.next.map(address),
        place_in_visit: found.place,
        image: image(photo, lang),
        state: state_badge(photo, lang),
        reason: reason(photo, lang).filter(|_| photo.withdrawn.is_none()),
        item: found.item.as_ref().map(|item| ItemView {
            code: item.code.clone(),
            question: said(&item.question, lang),
            answer: found.response.as_ref().map(|response| answer_view(item, response, lang)),
        }),
        warnings: warnings(&checked, lang),
        original: found.original.then(|| Original {
            href: format!("/review/photos/{}/original", photo.declared.id),
            size: figures::bytes(photo.declared.size_bytes, lang),
        }),
        place: place(found, &exif, lang),
        groups: vec![declared(found, lang), received(photo, lang), read(photo, &exif, lang)],
        checks: checked.iter().map(|check| row(check, lang)).collect(),
        digest: figures::digest(&photo.declared.sha256.to_hex()),
        withdrawn: photo.withdrawn.as_ref().map(|taken_back| {
            let who = found.withdrawn_by.clone().unwrap_or_default();
            (format!("{} · {who}", figures::time(taken_back.at)), taken_back.because.clone())
        }),
        frame: desk.frame.clone(),
        desk,
    }
}

fn exif_of(photo: &Photo) -> Exif {
    let stored = photo.found.as_ref().and_then(|found| found.exif.clone());
    stored.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default()
}

fn image(photo: &Photo, lang: Language) -> Option<Image> {
    let (width, height) = photo.found.as_ref().and_then(|found| found.size).unwrap_or((4, 3));
    if !has_derivative(photo, 1600) {
        return photo.preview_shown().map(|of| Image {
            preview: Some(no_evidence(lang)),
            src: format!("/review/photos/{}/preview", photo.declared.id),
            blur: None,
            alt: alt(photo, lang),
            width: of.width,
            height: of.height,
        });
    }
    Some(Image {
        preview: None,
        src: format!("/review/photos/{}/image/1600", photo.declared.id),
        blur: blur(photo),
        alt: alt(photo, lang),
        width,
        height,
    })
}

fn state_badge(photo: &Photo, lang: Language) -> Badge {
    let text = words::photo_state(photo.state, lang).to_owned();
    match photo.state {
        State::Ready => Badge { text, ..words::check_outcome(crate::domain::check::Outcome::Pass, lang) },
        State::Quarantined | State::Withdrawn => {
            Badge { text, ..words::check_outcome(crate::domain::check::Outcome::Warn, lang) }
        }
        _ => Badge { text, ..words::state(crate::domain::visit::State::Planned, lang) },
    }
}

fn warnings(checked: &[Check], lang: Language) -> Vec<Badge> {
    use crate::domain::check::Outcome::{Fail, Warn};
    let wanting = checked.iter().filter(|check| matches!(check.outcome, Warn | Fail));
    wanting.map(|check| words::warning(&words::check(&check.code, lang))).collect()
}

fn row(check: &Check, lang: Language) -> CheckRow {
    let number = |value: f64| match check.code.as_str() {
        "exif_time" | "clock" => figures::span(value, lang),
        "exif_position" => figures::metres(value, lang),
        "too_small_to_read" => format!("{} px", figures::number(value, 0, lang)),
        _ => figures::number(value, usize::from(value.abs() < 10.0), lang),
    };
    let measured = match (check.measured, check.threshold) {
        (Some(measured), Some(threshold)) => {
            format!("{} ({} {})", number(measured), lang.pick("ngưỡng", "threshold"), number(threshold))
        }
        (Some(measured), None) => number(measured),
        _ => String::new(),
    };
    CheckRow {
        name: words::check_name(&check.code, lang),
        outcome: words::check_outcome(check.outcome, lang),
        measured,
    }
}

fn place(found: &Exhibit, exif: &Exif, lang: Language) -> PlaceView {
    let photo = &found.photo;
    let area = found.premises.as_ref().map(|(_, area)| area);
    let places = Places {
        area,
        fix: photo.declared.fix.as_ref(),
        exif: exif.latitude.zip(exif.longitude),
        distance_m: photo.place.distance_m,
    };
    let distance = photo.place.distance_m.map(|metres| {
        if metres > 0.0 {
            format!("{} {}", lang.pick("Cách ranh giới", "From the edge:"), figures::metres(metres, lang))
        } else {
            let inside = ("Điểm đo nằm trong ranh giới trụ sở", "The measured point lies on the premises");
            lang.pick(inside.0, inside.1).to_owned()
        }
    });
    PlaceView {
        verdict: words::verdict(photo.place.verdict, lang),
        distance,
        reasons: photo.place.reasons.iter().map(|code| words::reason(code, lang)).collect(),
        premises: found.premises.as_ref().map(|(name, _)| name.clone()),
        sketch: sketch::draw(places, lang),
    }
}

fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), foreign: false, warning: None }
}

fn foreign(name: &'static str, value: Option<&String>) -> Option<Fact> {
    value.map(|value| Fact { name, value: value.clone(), foreign: true, warning: None })
}

fn declared(found: &Exhibit, lang: Language) -> Group {
    let (photo, p) = (&found.photo, |vi, en| lang.pick(vi, en));
    let said = &photo.declared;
    let mut facts = vec![fact(p("Thời điểm chụp", "Taken"), figures::moment(&said.captured, lang))];
    if let Some(fix) = said.fix {
        facts.push(fact(p("Vị trí", "Position"), figures::position(fix.latitude(), fix.longitude(), lang)));
        facts.push(fact(
            p("Sai số (68 %)", "Accuracy (68 %)"),
            format!("± {}", figures::metres(fix.accuracy_m(), lang)),
        ));
    }
    facts.push(fact(p("Nguồn vị trí", "Source"), words::source(said.source, lang)));
    if let Some(altitude) = said.altitude_m {
        facts.push(fact(p("Độ cao", "Altitude"), format!("{} m", figures::number(altitude, 1, lang))));
    }
    let picked = said.origin == Origin::Gallery;
    facts.push(Fact {
        warning: picked.then(|| words::warning(p("Không chụp trong ứng dụng", "Not taken in the app"))),
        ..fact(p("Nguồn ảnh", "Origin"), words::origin(said.origin, lang))
    });
    facts.push(fact(p("Định dạng", "Media type"), said.media_type.as_str()));
    facts.push(fact(p("Dung lượng", "Size"), figures::bytes(said.size_bytes, lang)));
    facts.extend(foreign(p("Người khai", "Declared by"), found.declared_by.as_ref()));
    facts.extend(photo.envelope.as_ref().map(|judged| {
        let worth = words::envelope(judged.state, lang);
        let key: String = judged.key_id.iter().flat_map(|id| id.chars().take(12)).collect();
        let key = if key.is_empty() { key } else { format!(" · {} {key}…", p("khóa", "key")) };
        Fact {
            warning: (judged.state != envelope::State::Valid)
                .then(|| words::warning(p("Chữ ký không được xác nhận", "Signature not confirmed"))),
            ..fact(p("Chữ ký của máy", "Device's signature"), format!("{worth}{key}"))
        }
    }));
    Group {
        id: "declared",
        title: p("Điện thoại khai báo", "Declared by the phone"),
        source: p(
            "Do ứng dụng gửi trước khi gửi ảnh; không ai sửa được sau đó.",
            "Sent by the app before the photo; never altered afterwards.",
        ),
        facts,
        empty: "",
    }
}

fn received(photo: &Photo, lang: Language) -> Group {
    let p = |vi, en| lang.pick(vi, en);
    let mut facts = vec![fact(p("Khai báo lúc", "Declared at"), figures::time(photo.declared_at))];
    if let Some(received) = photo.received {
        let late =
            p("Đến sau khi lượt kiểm tra đã nộp hoặc dừng", "Came after the visit was submitted or aborted");
        facts.push(Fact {
            warning: received.late.then(|| words::warning(late)),
            ..fact(p("Nhận đủ tệp lúc", "Received at"), figures::time(received.at))
        });
        let number = u64::try_from(received.log_number).unwrap_or_default();
        facts.push(fact(p("Số trong nhật ký", "Log number"), figures::whole(number, lang)));
    }
    let is_off = photo.clock_skew_s.abs() > CLOCK_SKEW_FLAG_S;
    facts.push(Fact {
        warning: is_off.then(|| words::warning(p("Lệch quá 5 phút", "Off by more than 5 minutes"))),
        ..fact(p("Đồng hồ máy", "Device clock"), figures::skew(photo.clock_skew_s, lang))
    });
    if let Some(clock) = &photo.clock {
        facts.extend(counted(clock, lang));
    }
    Group {
        id: "received",
        title: p("Máy chủ ghi nhận", "Received by us"),
        source: p("Theo đồng hồ và nhật ký của máy chủ.", "By the server's own clock and log."),
        facts,
        empty: "",
    }
}

/// When it was taken by what the phone counted on from our clock, beside what its own said.
fn counted(of: &clock::Judged, lang: Language) -> Vec<Fact> {
    let p = |vi, en| lang.pick(vi, en);
    let mut facts = Vec::new();
    facts.extend(
        of.token_at.map(|at| fact(p("Máy được cấp giờ lúc", "Was told the time at"), figures::time(at))),
    );
    facts.extend(of.estimated_at.map(|at| {
        let name = p("Chụp lúc (đếm từ giờ máy chủ)", "Taken (counted on from our clock)");
        fact(name, figures::time(at))
    }));
    let apart = of.skew_s.map(|skew_s| format!(" · {}", figures::skew(skew_s, lang)));
    let said = format!("{}{}", words::clock(of.verdict, lang), apart.unwrap_or_default());
    facts.push(Fact {
        warning: (of.verdict != clock::Verdict::Consistent)
            .then(|| words::warning(p("Cần xem lại giờ chụp", "Look at the time again"))),
        ..fact(p("Đối chiếu giờ chụp", "Times compared"), said)
    });
    facts
}

fn read(photo: &Photo, exif: &Exif, lang: Language) -> Group {
    let p = |vi, en| lang.pick(vi, en);
    let mut facts = Vec::new();
    if let Some(found) = &photo.found {
        facts.extend(foreign(p("Định dạng thật", "Actual type"), found.sniffed_type.as_ref()));
        facts.extend(
            found.size.map(|(width, height)| fact(p("Kích thước", "Pixels"), format!("{width} × {height}"))),
        );
    }
    let taken = exif.taken_at_local.as_deref().map(|text| {
        let offset = exif.taken_at_offset_min.map(|minutes| {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!(" {sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        });
        let zone = offset.unwrap_or_else(|| p(" (không có múi giờ)", " (no zone)").to_owned());
        format!("{}{zone}", figures::wall_clock(text))
    });
    facts.extend(taken.map(|text| fact(p("Thời điểm chụp (EXIF)", "Taken (EXIF)"), text)));
    facts.extend(exif.gps_time_utc.map(|at| fact(p("Giờ vệ tinh", "Satellite time"), figures::time(at))));
    if let (Some(latitude), Some(longitude)) = (exif.latitude, exif.longitude) {
        facts.push(fact(p("Vị trí (EXIF)", "Position (EXIF)"), figures::position(latitude, longitude, lang)));
    }
    let metres = |value: f64| format!("{} m", figures::number(value, 1, lang));
    facts.extend(
        exif.error_m.map(|value| fact(p("Sai số (EXIF)", "Error (EXIF)"), format!("± {}", metres(value)))),
    );
    facts.extend(exif.altitude_m.map(|value| fact(p("Độ cao (EXIF)", "Altitude (EXIF)"), metres(value))));
    facts.extend(
        exif.direction_deg.map(|value| {
            fact(p("Hướng máy ảnh", "Direction"), format!("{}°", figures::number(value, 0, lang)))
        }),
    );
    facts.extend(foreign(p("Hãng máy", "Make"), exif.make.as_ref()));
    facts.extend(foreign(p("Kiểu máy", "Model"), exif.model.as_ref()));
    facts.extend(foreign(p("Phần mềm", "Software"), exif.software.as_ref()));
    facts.extend(
        exif.modified_at_local
            .as_deref()
            .map(|text| fact(p("Tệp sửa lần cuối", "File changed"), figures::wall_clock(text))),
    );
    facts.extend(exif.orientation.map(|value| fact(p("Chiều ảnh", "Orientation"), value.to_string())));
    Group {
        id: "read",
        title: p("Đọc từ tệp ảnh", "Read from the picture"),
        source: p(
            "Do máy ảnh ghi trong tệp (EXIF); ai cũng có thể sửa.",
            "Written into the file by the camera (EXIF); anybody can change it.",
        ),
        facts,
        empty: p("Chưa đọc được gì từ tệp này.", "Nothing was read from this file yet."),
    }
}
