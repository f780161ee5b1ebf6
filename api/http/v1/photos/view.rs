//! How a photo is shown.

use super::clocking::ClockView;
use super::enveloping::JudgedView;
use super::masking::MaskedView;
use super::previewing::PreviewView;
use crate::domain::check::Check;
use crate::domain::visit::CLOCK_SKEW_FLAG_S;
use crate::flows::photos::{Photo, Receipt};
use crate::http::vocabulary;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where the phone believed it was.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Degrees north, WGS 84.
    #[schema(example = 15.7431, minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// Degrees east, WGS 84.
    #[schema(example = 107.9642, minimum = -180, maximum = 180)]
    pub longitude: f64,
    /// Radius of the circle that holds the true position with 68 % confidence, in metres.
    #[schema(example = 8.5, exclusive_minimum = 0, maximum = 100_000)]
    pub accuracy_m: f64,
    /// Metres above the ellipsoid.
    #[schema(example = 12.0)]
    pub altitude_m: Option<f64>,
    /// How the phone came to it.
    #[schema(value_type = vocabulary::FixSource)]
    pub source: String,
}

/// Whether the photo was taken at the office.
#[derive(Serialize, ToSchema)]
pub struct PlaceView {
    /// Whether it was.
    #[schema(value_type = vocabulary::PlaceVerdict)]
    verdict: &'static str,
    /// Metres from the position to the premises, 0 on them; `null` without a position or premises.
    #[schema(example = 0.0)]
    distance_m: Option<f64>,
    /// Why the verdict is what it is; empty where nothing is to be said.
    #[schema(value_type = Vec<vocabulary::PlaceReason>)]
    reasons: Vec<String>,
}

/// When the bytes were received.
#[derive(Serialize, ToSchema)]
pub struct ReceivedView {
    /// By the server's clock.
    at: Timestamp,
    /// Number in the visit's evidence log.
    #[schema(example = 17)]
    log_number: i64,
    /// Whether the visit had been submitted or aborted by then: kept, and no part of what was handed in.
    #[schema(example = false)]
    late: bool,
}

/// What a check measured.
#[derive(Serialize, ToSchema)]
pub struct CheckView {
    /// What was looked at.
    #[schema(value_type = vocabulary::CheckCode)]
    code: String,
    /// How it ended.
    #[schema(value_type = vocabulary::CheckOutcome)]
    outcome: crate::domain::check::Outcome,
    /// What was measured; metres or seconds for the EXIF checks.
    #[schema(example = 184.2)]
    measured: Option<f64>,
    /// The value that decides.
    #[schema(example = 40.0)]
    threshold: Option<f64>,
}

/// Whether a file carries EXIF, and whether it could be read.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExifState {
    /// The file carries none.
    #[default]
    None,
    /// Read, at least in part.
    Read,
    /// There is some, and it could not be understood.
    Unreadable,
}

/// What the camera wrote into the file; kept apart from what the phone declared.
#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(default)]
pub struct ExifView {
    /// Whether there is any, and whether it could be read.
    state: ExifState,
    /// Degrees north.
    latitude: Option<f64>,
    /// Degrees east.
    longitude: Option<f64>,
    /// Metres above sea level.
    altitude_m: Option<f64>,
    /// Horizontal error in metres.
    error_m: Option<f64>,
    /// Degrees clockwise from north.
    direction_deg: Option<f64>,
    /// Satellite time of the fix.
    gps_time_utc: Option<String>,
    /// Camera's clock when the picture was taken, without zone.
    #[schema(example = "2026-03-20T08:15:00")]
    taken_at_local: Option<String>,
    /// Minutes east of UTC the camera says its clock kept.
    taken_at_offset_min: Option<i16>,
    /// When the picture was digitised, by the camera's clock.
    digitized_at_local: Option<String>,
    /// When the file was last changed, as its last program wrote it.
    modified_at_local: Option<String>,
    /// How the stored pixels must be turned (TIFF 6.0), 1 to 8.
    orientation: Option<u8>,
    /// Maker of the camera.
    make: Option<String>,
    /// Model of the camera.
    model: Option<String>,
    /// Program that wrote the file.
    software: Option<String>,
}

#[derive(Deserialize)]
struct Made {
    size_bytes: u64,
    width: u32,
    height: u32,
}

/// A smaller JPEG made from the original.
#[derive(Serialize, ToSchema)]
pub struct DerivativeView {
    /// Pixels of the long side it was made for: 320 or 1600.
    #[schema(example = 320)]
    pixels: u16,
    /// Where to read it.
    #[schema(example = "/v1/photos/0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968/derivatives/320")]
    href: String,
    /// Length in bytes.
    size_bytes: u64,
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
}

/// What the worker found.
#[derive(Serialize, ToSchema)]
pub struct ExaminedView {
    /// When, by the server's clock.
    at: Timestamp,
    /// Media type by the first bytes; `null` when they are no picture we know.
    #[schema(example = "image/jpeg")]
    sniffed_type: Option<String>,
    /// Pixels as displayed.
    #[schema(example = 4032)]
    width: Option<u32>,
    /// Pixels as displayed.
    #[schema(example = 3024)]
    height: Option<u32>,
    /// ThumbHash in base64, for a blurred placeholder.
    placeholder: Option<String>,
    /// Why it is quarantined or has no preview, such as `truncated` or `avif-not-decoded`.
    reason: Option<String>,
    /// Checks of wholeness, light, sharpness, size, type, position and time.
    checks: Vec<CheckView>,
    /// What the camera wrote.
    exif: Option<ExifView>,
    /// Smaller pictures. Of a `quarantined` photo they show what is left of it, if anything.
    derivatives: Vec<DerivativeView>,
}

/// Who took a photo back.
#[derive(Serialize, ToSchema)]
pub struct WithdrawnView {
    /// When, by the server's clock.
    at: Timestamp,
    /// Account.
    by: Option<Uuid>,
    /// Why.
    #[schema(example = "Chụp nhầm")]
    reason: String,
}

/// A photo with all that is known about it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968", "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "campaign": "1f0a4c3e-52a7-4e0b-8f51-6c2d9b7a3e10", "owner": "c2b7e6d4-0a91-4f36-b8a5-2e7d1c9f4b03",
    "unit": "9d3e5f72-8b14-4a6c-9c20-7f1b3a5d8e46", "state": "stored", "action": null, "finding": null, "reply_to": null, "item": "A-01", "subject": "notice_board",
    "caption": "Bảng niêm yết thủ tục hành chính",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size_bytes": 3_481_204, "media_type": "image/jpeg", "captured_at": "2026-03-20T08:15:00+07:00",
    "device_clock": "2026-03-20T08:15:20+07:00", "origin": "camera",
    "position": { "latitude": 15.7431, "longitude": 107.9642, "accuracy_m": 8.5, "altitude_m": 12.0, "source": "gnss" },
    "declared_by": "4e8c1a90-3d57-4b2f-a6e1-5b9d7c0f2a84", "declared_at": "2026-03-20T01:15:21Z", "clock_skew_s": -1.0, "clock_off": false,
    "place": { "verdict": "inside", "distance_m": 0.0, "reasons": [] },
    "received": { "at": "2026-03-20T01:15:24Z", "log_number": 17, "late": false }, "examined": null,
    "personal_data": false, "masked": null, "envelope": null, "clock": null, "withdrawn": null, "preview": null
}))]
pub struct PhotoView {
    /// UUIDv7 minted by the phone.
    id: Uuid,
    /// Its visit.
    visit: Uuid,
    /// Campaign of the visit.
    campaign: Uuid,
    /// Owner of the campaign.
    owner: Uuid,
    /// The inspected unit.
    unit: Uuid,
    /// How far it got.
    #[schema(value_type = vocabulary::PhotoState)]
    state: &'static str,
    /// The corrective action it shows done; `null` for what the visit itself saw.
    action: Option<Uuid>,
    /// The finding it was declared for by the team.
    finding: Option<Uuid>,
    /// The finding it answers: evidence of the unit's own, no part of what the visit saw.
    reply_to: Option<Uuid>,
    /// Checklist item it is evidence for.
    #[schema(example = "A-01")]
    item: Option<String>,
    /// What it shows.
    #[schema(value_type = vocabulary::PhotoSubject)]
    subject: String,
    /// Free words.
    #[schema(example = "Bảng niêm yết thủ tục hành chính")]
    caption: String,
    /// SHA-256 of the bytes, hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// Number of bytes.
    #[schema(example = 3_481_204)]
    size_bytes: u64,
    /// As declared.
    #[schema(value_type = vocabulary::MediaType)]
    media_type: &'static str,
    /// When the shutter opened, by the device, with its offset.
    #[schema(example = "2026-03-20T08:15:00+07:00", format = DateTime)]
    captured_at: String,
    /// The device's clock when it declared the photo.
    #[schema(example = "2026-03-20T08:15:20+07:00", format = DateTime)]
    device_clock: String,
    /// Taken in the app, or picked.
    #[schema(value_type = vocabulary::PhotoOrigin)]
    origin: &'static str,
    /// Where the phone believed it was; `null` when it did not know.
    position: Option<Position>,
    /// Account that declared it.
    declared_by: Uuid,
    /// By the server's clock.
    declared_at: Timestamp,
    /// Seconds by which the device's clock was ahead of the server's.
    #[schema(example = 0.8)]
    clock_skew_s: f64,
    /// Whether that is more than five minutes, either way.
    #[schema(example = false)]
    clock_off: bool,
    /// Whether it was taken at the office.
    place: PlaceView,
    /// Set once the bytes are durable.
    received: Option<ReceivedView>,
    /// Set once the worker has looked.
    examined: Option<ExaminedView>,
    /// Whether it is taken to show data of people: then only its team sees it as it is, and everybody else once it is
    /// masked.
    #[schema(example = false)]
    personal_data: bool,
    /// What the team marked to be covered; `null` before that.
    masked: Option<MaskedView>,
    /// What the device's signature over the declaration was worth when it came; `null` where it came without one.
    envelope: Option<JudgedView>,
    /// What the phone counted on from the server's time, and what came of it; `null` where it said nothing of that.
    clock: Option<ClockView>,
    /// Set once it was taken back.
    withdrawn: Option<WithdrawnView>,
    /// A small picture that came before the original, while there is nothing better to show; no evidence.
    preview: Option<PreviewView>,
}

/// What is told when a photo is durable.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "photo": "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968", "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "size_bytes": 3_481_204,
    "received_at": "2026-03-20T01:15:24Z", "log_number": 17, "place": { "verdict": "inside", "distance_m": 0.0, "reasons": [] },
    "acknowledgement": "eyJhbGciOiJFZERTQSIsInR5cCI6ImZpZWxkcHJvb2YtYWNrK2p3dCJ9.eyJzdWIiOiIwMTk1YjFjMiJ9.c2lnbmF0dXJl"
}))]
pub struct PhotoReceiptView {
    /// The photo.
    photo: Uuid,
    /// Its visit.
    visit: Uuid,
    /// SHA-256 of the bytes as the server computed it, hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// Number of bytes.
    #[schema(example = 3_481_204)]
    size_bytes: u64,
    /// When they were durable, by the server's clock.
    received_at: Option<Timestamp>,
    /// Number in the visit's evidence log.
    #[schema(example = 17)]
    log_number: Option<i64>,
    /// Whether it was taken at the office.
    place: PlaceView,
    /// The same facts as a signed compact JWS (EdDSA, `typ` `fieldproof-ack+jwt`), to be verified with
    /// `/.well-known/jwks.json`.
    acknowledgement: String,
}

fn place(photo: &Photo) -> PlaceView {
    PlaceView {
        verdict: photo.place.verdict.as_str(),
        distance_m: photo.place.distance_m,
        reasons: photo.place.reasons.clone(),
    }
}

fn derivatives(photo: &Photo, made: Option<&serde_json::Value>) -> Vec<DerivativeView> {
    let one = |pixels: u16| {
        let made: Made = serde_json::from_value(made?.get(pixels.to_string())?.clone()).ok()?;
        let href = format!("/v1/photos/{}/derivatives/{pixels}", photo.declared.id);
        Some(DerivativeView {
            pixels,
            href,
            size_bytes: made.size_bytes,
            width: made.width,
            height: made.height,
        })
    };
    [320, 1600].into_iter().filter_map(one).collect()
}

fn examined(photo: &Photo) -> Option<ExaminedView> {
    let found = photo.found.as_ref()?;
    let checks: Vec<Check> =
        found.checks.clone().and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default();
    let check = |c: Check| CheckView {
        code: c.code,
        outcome: c.outcome,
        measured: c.measured,
        threshold: c.threshold,
    };
    Some(ExaminedView {
        at: found.at,
        sniffed_type: found.sniffed_type.clone(),
        width: found.size.map(|(width, _)| width),
        height: found.size.map(|(_, height)| height),
        placeholder: found.placeholder.as_ref().map(|bytes| STANDARD.encode(bytes)),
        reason: found.reason.clone(),
        checks: checks.into_iter().map(check).collect(),
        exif: found.exif.clone().and_then(|json| serde_json::from_value(json).ok()),
        derivatives: derivatives(photo, found.derivatives.as_ref()),
    })
}

impl From<&Photo> for PhotoView {
    fn from(photo: &Photo) -> Self {
        let said = &photo.declared;
        Self {
            id: said.id.0,
            visit: said.visit.0,
            campaign: photo.campaign.0,
            owner: photo.owner.0,
            unit: photo.unit.0,
            state: photo.state.as_str(),
            action: said.action.map(|id| id.0),
            finding: said.finding.map(|id| id.0),
            reply_to: said.reply_to.map(|id| id.0),
            item: said.item.clone(),
            subject: said.subject.clone(),
            caption: said.caption.clone(),
            sha256: said.sha256.to_hex(),
            size_bytes: said.size_bytes,
            media_type: said.media_type.as_str(),
            captured_at: said.captured.rfc3339(),
            device_clock: said.device_clock.rfc3339(),
            origin: said.origin.as_str(),
            position: said.fix.map(|fix| Position {
                latitude: fix.latitude(),
                longitude: fix.longitude(),
                accuracy_m: fix.accuracy_m(),
                altitude_m: said.altitude_m,
                source: said.source.as_str().to_owned(),
            }),
            declared_by: photo.declared_by.0,
            declared_at: photo.declared_at,
            clock_skew_s: photo.clock_skew_s,
            clock_off: photo.clock_skew_s.abs() > CLOCK_SKEW_FLAG_S,
            place: place(photo),
            received: photo.received.map(|r| ReceivedView {
                at: r.at,
                log_number: r.log_number,
                late: r.late,
            }),
            examined: examined(photo),
            personal_data: photo.personal_data,
            masked: photo.masked.as_ref().map(MaskedView::from),
            envelope: photo.envelope.as_ref().map(JudgedView::from),
            clock: photo.clock.as_ref().map(ClockView::from),
            withdrawn: photo.withdrawn.as_ref().map(|w| WithdrawnView {
                at: w.at,
                by: w.by.map(|id| id.0),
                reason: w.because.clone(),
            }),
            preview: PreviewView::of(photo),
        }
    }
}

impl From<&Receipt> for PhotoReceiptView {
    fn from(receipt: &Receipt) -> Self {
        let photo = &receipt.photo;
        Self {
            photo: photo.declared.id.0,
            visit: photo.declared.visit.0,
            sha256: photo.declared.sha256.to_hex(),
            size_bytes: photo.declared.size_bytes,
            received_at: photo.received.map(|r| r.at),
            log_number: photo.received.map(|r| r.log_number),
            place: place(photo),
            acknowledgement: receipt.acknowledgement.clone(),
        }
    }
}
