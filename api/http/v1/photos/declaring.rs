//! Declaring a photo, reading what is known about one, taking one back.

use super::clocking::ClockBody;
use super::enveloping::EnvelopeBody;
use super::view::{PhotoView, Position};
use crate::app::App;
use crate::domain::ids::{ActionId, FindingId, PhotoId, VisitId, minted_by_phone};
use crate::domain::moment::DeviceMoment;
use crate::domain::photo::{Attached, Declaration, MAX_BYTES, MediaType, Origin, SUBJECTS, Sha256};
use crate::domain::place::{GeoFix, PositionSource};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::text;
use crate::flows;
use crate::flows::photos::Done;
use crate::http::actor::Caller;
use crate::http::body::{AsSent, Body, Params};
use crate::http::headers::etag;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The photo an operation is about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PhotoPath {
    /// Id of the photo, a UUIDv7 minted by the phone.
    #[param(example = "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968")]
    pub photo: Uuid,
}

/// What a phone promises about a photo.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "item": "A-01", "subject": "notice_board",
    "caption": "Bảng niêm yết thủ tục hành chính",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size_bytes": 3_481_204, "media_type": "image/jpeg",
    "captured_at": "2026-03-20T08:15:00+07:00", "device_clock": "2026-03-20T08:15:20+07:00", "origin": "camera",
    "position": { "latitude": 15.7431, "longitude": 107.9642, "accuracy_m": 8.5, "altitude_m": 12.0, "source": "gnss" }
}))]
pub struct DeclarationBody {
    /// The visit it belongs to.
    visit: Uuid,
    /// The corrective action it shows done: an after-photo of one of its owners, with `visit` as the action names it and no
    /// item. Left out for what the visit itself saw.
    action: Option<Uuid>,
    /// The finding of this visit that it shows, as its team saw it; an item besides only where the finding is about that.
    finding: Option<Uuid>,
    /// The finding that it answers: evidence of the unit's own for its explanation, with `visit` as the finding names it and
    /// no item. One of `action`, `finding` and `reply_to` at most.
    reply_to: Option<Uuid>,
    /// Checklist item it is evidence for; left out for a photo of the visit as a whole.
    item: Option<String>,
    /// What it shows.
    #[schema(value_type = vocabulary::PhotoSubject)]
    subject: String,
    /// Free words, up to 500 characters.
    caption: Option<String>,
    /// SHA-256 of the bytes to come, 64 hexadecimal digits.
    sha256: String,
    /// Their number, up to 52,428,800.
    #[schema(minimum = 1, maximum = 52_428_800)]
    size_bytes: u64,
    /// What the phone believes they are.
    #[schema(value_type = vocabulary::DeclaredMediaType)]
    media_type: String,
    /// When the shutter opened, by the device, RFC 3339. A time without offset, which is all that EXIF keeps, is read as
    /// one of Vietnam, +07:00.
    #[schema(example = "2026-03-20T08:15:00+07:00")]
    captured_at: String,
    /// The device's clock as it sends this, RFC 3339 with offset.
    #[schema(format = DateTime)]
    device_clock: String,
    /// Taken in the app, or picked.
    #[schema(value_type = vocabulary::PhotoOrigin)]
    origin: String,
    /// Where the phone believed it was; `null` when it did not know, never 0/0.
    position: Option<Position>,
    /// The device's signature over all of this, if it signs. One that does not hold is kept and marked; it never costs the
    /// photo.
    envelope: Option<EnvelopeBody>,
    /// What the phone counted on from the server's time. What does not hold is kept and marked; it never costs the photo.
    clock: Option<ClockBody>,
}

struct Faults(Vec<FieldFault>);

impl Faults {
    fn fault(&mut self, pointer: &str, code: &str, detail: impl ToString) {
        self.0.push(FieldFault::new(pointer, code, detail));
    }

    fn moment(&mut self, pointer: &str, text: &str) -> Option<DeviceMoment> {
        DeviceMoment::parse(text).map_err(|why| self.fault(pointer, why.code(), why)).ok()
    }

    fn known<T>(&mut self, found: Option<T>, otherwise: FieldFault) -> Option<T> {
        if found.is_none() {
            self.0.push(otherwise);
        }
        found
    }

    fn position(&mut self, said: &Position) -> Option<(GeoFix, PositionSource)> {
        let fix = GeoFix::parse(said.latitude, said.longitude, said.accuracy_m)
            .map_err(|why| self.fault(&format!("/position/{}", why.code().1), why.code().0, why))
            .ok();
        if said.altitude_m.is_some_and(|metres| !(-12_000.0..=100_000.0).contains(&metres)) {
            self.fault("/position/altitude_m", "place.altitude-out-of-range", "no height of this world");
        }
        let source = PositionSource::parse(&said.source).filter(|source| source.is_of_a_fix());
        let detail = "must be gnss, network or manual; without a position send null";
        let source = self.known(source, FieldFault::new("/position/source", "place.source-unknown", detail));
        fix.zip(source)
    }
}

impl DeclarationBody {
    /// Reads every field of what was sent in these words and reports all that is wrong at once.
    pub(in crate::http::v1) fn parse(
        mut self,
        photo: Uuid,
        words: &str,
    ) -> Result<(Declaration, Attached), Refusal> {
        let mut faults = Faults(Vec::new());
        let envelope = self.envelope.take().map(|envelope| envelope.parse(photo, words, &mut faults.0));
        let id = minted_by_phone(photo).map_err(|why| faults.fault("{photo}", "id.not-version-7", why)).ok();
        let item = match self.item.as_deref().map(|item| text::required(item, 60)) {
            Some(Err(why)) => {
                faults.fault("/item", "text.refused", why);
                None
            }
            Some(Ok(item)) => Some(item),
            None => None,
        };
        let subject = SUBJECTS.iter().find(|known| **known == self.subject);
        let subject = faults.known(
            subject,
            FieldFault::new("/subject", "photo.subject-unknown", "is none of the known subjects"),
        );
        let caption = text::optional(self.caption.as_deref().unwrap_or_default(), 500)
            .map_err(|why| faults.fault("/caption", "text.refused", why))
            .ok();
        let sha256 = Sha256::from_hex(&self.sha256);
        let sha256 = faults
            .known(sha256, FieldFault::new("/sha256", "digest.not-hex", "must be 64 hexadecimal digits"));
        let size = Some(self.size_bytes).filter(|size| (1..=MAX_BYTES).contains(size));
        let size = faults.known(
            size,
            FieldFault::new("/size_bytes", "photo.size-out-of-range", "must be 1 to 52428800 bytes"),
        );
        let media_type = MediaType::parse(&self.media_type);
        let media_type = faults.known(
            media_type,
            FieldFault::new("/media_type", "photo.media-type-unknown", "is no type we take"),
        );
        let captured = DeviceMoment::of_capture(&self.captured_at)
            .map_err(|why| faults.fault("/captured_at", why.code(), why))
            .ok();
        let device_clock = faults.moment("/device_clock", &self.device_clock);
        let origin = Origin::parse(&self.origin);
        let origin = faults
            .known(origin, FieldFault::new("/origin", "photo.origin-unknown", "must be camera or gallery"));
        let place = self.position.as_ref().map(|said| faults.position(said));
        let read = (|| {
            let place = match place {
                Some(place) => Some(place?),
                None => None,
            };
            Some(Declaration {
                id: PhotoId(id?),
                visit: VisitId(self.visit),
                action: self.action.map(ActionId),
                finding: self.finding.map(FindingId),
                reply_to: self.reply_to.map(FindingId),
                item,
                subject: (*subject?).to_owned(),
                caption: caption?,
                sha256: sha256?,
                size_bytes: size?,
                media_type: media_type?,
                captured: captured?,
                device_clock: device_clock?,
                origin: origin?,
                fix: place.map(|(fix, _)| fix),
                altitude_m: self.position.as_ref().and_then(|said| said.altitude_m),
                source: place.map_or(PositionSource::None, |(_, source)| source),
            })
        })();
        match read {
            Some(declared) if faults.0.is_empty() => {
                Ok((declared, Attached { envelope, clock: self.clock.map(Into::into) }))
            }
            _ => Err(Refusal::invalid(faults.0)),
        }
    }
}

/// Declare a photo
///
/// Promises a photo before its bytes are sent: what they are, what they show, when and where it was taken. Safe to
/// repeat; `device_clock` may differ between attempts, and what the first said of `clock` and `envelope`
/// stands. The place verdict is given at once, as it needs no pixels.
#[utoipa::path(tag = "photos", params(PhotoPath), request_body = DeclarationBody, responses(
    (status = 201, description = "Declared; send the bytes next.", body = PhotoView),
    (status = 200, description = "Declared before with the same content.", body = PhotoView),
    (status = 409, description = "`photo.id-taken`: the id promises another photo; `photo.visit-not-open`, \
        `photo.action-not-open`; `finding.not-explainable`, `finding.strength`: nothing is answered of that finding.")))]
#[put("/v1/photos/{photo}")]
pub async fn declare_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    body: AsSent<DeclarationBody>,
) -> Result<HttpResponse, Problem> {
    let (declared, attached) = body.said.parse(path.photo, &body.words)?;
    Ok(match flows::photos::declare(&app, &caller.0, declared, attached).await? {
        Done::Now(photo) => HttpResponse::Created().json(PhotoView::from(&photo)),
        Done::Before(photo) => HttpResponse::Ok().json(PhotoView::from(&photo)),
    })
}

/// How long to wait for the worker.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitParams {
    /// Seconds to wait until the photo is examined, 0 to 60; the answer comes as soon as it is.
    #[param(minimum = 0, maximum = 60, example = 20)]
    wait_s: Option<u8>,
}

/// Read a photo
///
/// All that is known about it. With `wait_s` the answer waits until the worker has looked, so that the phone learns
/// within seconds whether a picture can't be decoded, is too dark, blurred or too small to read.
#[utoipa::path(tag = "photos", params(PhotoPath, WaitParams),
    responses((status = 200, description = "The photo.", body = PhotoView,
        headers(("ETag" = String, description = "Its version, for marking what is to be covered.")))))]
#[get("/v1/photos/{photo}")]
pub async fn read_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    wait: Params<WaitParams>,
) -> Result<HttpResponse, Problem> {
    let photo = flows::photos::read(&app, &caller.0, PhotoId(path.photo), wait.0.wait_s.unwrap_or(0)).await?;
    Ok(HttpResponse::Ok().insert_header(etag(photo.version)).json(PhotoView::from(&photo)))
}

/// Why a photo is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Chụp nhầm, ảnh không thuộc nội dung kiểm tra" }))]
pub struct WithdrawBody {
    /// Up to 500 characters.
    reason: String,
}

/// Withdraw a photo
///
/// For a photo sent by mistake, until its visit is submitted; for one that shows a corrective action done, until the
/// action is reported done; for one of the unit's own, until its reply names it. It is kept and marked, and leaves every list that does
/// not ask for withdrawn photos. Safe to repeat.
#[utoipa::path(tag = "photos", params(PhotoPath), request_body = WithdrawBody, responses(
    (status = 200, description = "Withdrawn.", body = PhotoView),
    (status = 409, description = "`photo.visit-submitted`: its visit is submitted or has ended; \
        `photo.action-reported`: its action is reported done or over; `photo.reply-given`: the unit's reply names it.")))]
#[post("/v1/photos/{photo}/withdraw")]
pub async fn withdraw_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    body: Body<WithdrawBody>,
) -> Result<HttpResponse, Problem> {
    let photo = flows::photos::withdraw(&app, &caller.0, PhotoId(path.photo), &body.0.reason).await?;
    Ok(HttpResponse::Ok().json(PhotoView::from(&photo)))
}
