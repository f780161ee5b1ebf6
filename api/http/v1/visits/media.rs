//! The ledger of a visit's photos: which it should have, how far each got, what was given up.

use crate::app::App;
use crate::domain::ids::{PhotoId, VisitId};
use crate::domain::photo::ledger::Totals;
use crate::domain::visit::Lack;
use crate::flows::visits::media::{self as flow, Expected, Place};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::v1::photos::PhotoPath;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The ledger, and giving up what is in it.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_media).service(write_off_photo);
}

/// Which page of a ledger.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MediaFilter {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Who gave a photo up.
#[derive(Serialize, ToSchema)]
pub struct WrittenOffView {
    /// When, by the server's clock.
    at: Timestamp,
    /// Account.
    by: Uuid,
    /// Why.
    #[schema(example = "Máy của đoàn viên bị mất trên đường về.")]
    reason: String,
}

/// A photo that a visit should have.
#[derive(Serialize, ToSchema)]
pub struct ExpectedPhoto {
    /// Minted by the phone.
    #[schema(example = "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968")]
    photo: Uuid,
    /// Checklist item it is evidence for.
    #[schema(example = "A-01")]
    item: Option<String>,
    /// What it shows.
    #[schema(value_type = vocabulary::PhotoSubject)]
    subject: String,
    /// When the shutter opened, by the device.
    captured_at: Timestamp,
    /// Number of its bytes.
    #[schema(example = 3_481_204)]
    size_bytes: u64,
    /// How far it got. `verified`: its bytes were read again from the store, and its phone has or may get a receipt.
    #[schema(value_type = vocabulary::MediaStage)]
    state: &'static str,
    /// Durable bytes of an upload that goes on.
    #[schema(example = 1_048_576)]
    received_bytes: u64,
    /// Why it is quarantined, such as `truncated` or `original-damaged`.
    reason: Option<String>,
    /// When its bytes had been read again.
    verified_at: Option<Timestamp>,
    /// Set where it was given up.
    written_off: Option<WrittenOffView>,
}

impl From<Expected> for ExpectedPhoto {
    fn from(of: Expected) -> Self {
        Self {
            photo: of.id.0,
            item: of.item,
            subject: of.subject,
            captured_at: of.captured_at,
            size_bytes: of.size_bytes,
            state: of.stage.as_str(),
            received_bytes: of.received_bytes,
            reason: of.reason,
            verified_at: of.verified_at,
            written_off: of.written_off.map(|off| WrittenOffView {
                at: off.at,
                by: off.by.0,
                reason: off.reason,
            }),
        }
    }
}

/// Photos that a checklist asks for after what was answered, and nobody declared.
#[derive(Serialize, ToSchema)]
pub struct RequiredPhotos {
    /// The item.
    #[schema(example = "A-01")]
    item: String,
    /// What they are to show; `null` where the rule does not say.
    #[schema(value_type = Option<vocabulary::PhotoSubject>)]
    subject: Option<String>,
    /// How many were declared and not taken back.
    #[schema(example = 1)]
    declared: u32,
    /// How many more are needed.
    #[schema(example = 1)]
    missing: u32,
}

impl From<Lack> for RequiredPhotos {
    fn from(lack: Lack) -> Self {
        Self { item: lack.item, subject: lack.subject, declared: lack.here, missing: lack.missing }
    }
}

/// How many photos of the visit got how far.
#[derive(Serialize, ToSchema)]
pub struct MediaTotals {
    /// Declared, nothing came.
    expected: u32,
    /// A part of the bytes is durable.
    receiving: u32,
    /// Durable, not read again yet.
    stored: u32,
    /// Read again: there is a receipt.
    verified: u32,
    /// Set apart.
    quarantined: u32,
    /// Taken back; no longer expected, and not in the list.
    withdrawn: u32,
    /// Given up with a reason, of those expected, receiving or quarantined.
    written_off: u32,
    /// Still asked for by the checklists, and not declared.
    required: u32,
}

impl From<&Totals> for MediaTotals {
    fn from(of: &Totals) -> Self {
        Self {
            expected: of.expected,
            receiving: of.receiving,
            stored: of.stored,
            verified: of.verified,
            quarantined: of.quarantined,
            withdrawn: of.withdrawn,
            written_off: of.written_off,
            required: of.required,
        }
    }
}

/// A page of a visit's ledger.
#[derive(Serialize, ToSchema)]
pub struct MediaPage {
    /// Whether nothing is waited for: every expected photo is verified or written off, and none is lacking.
    #[schema(example = false)]
    complete: bool,
    /// Of the whole visit.
    totals: MediaTotals,
    /// What the checklists still ask for; the whole of it on each page.
    required: Vec<RequiredPhotos>,
    /// Photos in the order of their capture.
    items: Vec<ExpectedPhoto>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Read a visit's media ledger
///
/// Every photo the visit should have: those its phones declared, and those its checklists ask for: whatever is answered, or
/// after what was answered.
/// Photos may still arrive after a visit was handed in; it is taken as final only once this is complete.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit."), MediaFilter),
    responses((status = 200, description = "A page of the ledger.", body = MediaPage,
        headers(("Link" = String, description = "`rel=\"next\"`, where there is a next page.")))))]
#[get("/v1/visits/{visit}/media")]
pub async fn read_media(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    filter: Params<MediaFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (of, limit) = (format!("media {visit}"), paging::limit(filter.0.limit)?);
    let after: Option<(Timestamp, Uuid)> = paging::open(&app, &of, filter.0.cursor.as_deref())?;
    let after: Option<Place> = after.map(|(at, id)| (at, PhotoId(id)));
    let ledger = flow::ledger(&app, &caller.0, VisitId(*visit), (after, limit)).await?;
    let next = ledger.next.map(|(at, id)| paging::seal(&app, &of, (at, id.0)));
    let page = MediaPage {
        complete: ledger.totals.is_complete(),
        totals: MediaTotals::from(&ledger.totals),
        required: ledger.lacking.into_iter().map(RequiredPhotos::from).collect(),
        items: ledger.photos.into_iter().map(ExpectedPhoto::from).collect(),
        next,
    };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Why a photo is given up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Máy của đoàn viên bị mất trên đường về." }))]
pub struct WriteOffBody {
    /// Up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Write off a photo
///
/// For whoever takes the visit as final: a declared photo will not come, or what came shows nothing. It stays as it is, and
/// no longer holds the visit up; should its bytes come before the visit is final, they are evidence like any other. The
/// first reason stands.
#[utoipa::path(tag = "photos", params(PhotoPath), request_body = WriteOffBody, responses(
    (status = 200, description = "Given up.", body = ExpectedPhoto),
    (status = 409, description = "`photo.write-off-needless`: its bytes are there; `photo.visit-ended`.")))]
#[post("/v1/photos/{photo}/write-off")]
pub async fn write_off_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    body: Body<WriteOffBody>,
) -> Result<HttpResponse, Problem> {
    let line = flow::write_off(&app, &caller.0, PhotoId(path.photo), &body.0.reason).await?;
    Ok(HttpResponse::Ok().json(ExpectedPhoto::from(line)))
}
