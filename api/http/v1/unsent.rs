//! Unsent work of phones: what one says of itself, and whose phone holds what.

use super::devices::DevicePath;
use crate::app::App;
use crate::domain::ids::{DeviceId, OwnerId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::unsent::{Amount, MOST_BYTES, MOST_PIECES};
use crate::flows::devices::Place;
use crate::flows::unsent::{self, Holding};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on unsent work.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(report_unsent).service(read_unsent_work);
}

/// What a phone holds of one visit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "photos": 12, "changes": 3,
    "bytes": 41_774_448, "oldest_captured_at": "2026-03-20T08:15:00+07:00" }))]
pub struct UnsentVisit {
    /// The visit.
    visit: Uuid,
    /// Photos whose bytes are still to be sent.
    #[schema(maximum = 1_000_000)]
    photos: u32,
    /// Answers and other changes that are still to be sent.
    #[schema(maximum = 1_000_000)]
    changes: u32,
    /// Bytes of those photos.
    #[schema(maximum = 1_099_511_627_776_u64)]
    bytes: u64,
    /// When the oldest of them was captured, by the device's clock.
    #[schema(format = DateTime)]
    oldest_captured_at: Option<String>,
}

/// What a phone holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "device_clock": "2026-03-20T17:40:00+07:00", "visits": [
    { "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "photos": 12, "changes": 3, "bytes": 41_774_448,
      "oldest_captured_at": "2026-03-20T08:15:00+07:00" }] }))]
pub struct UnsentBody {
    /// The device's clock as it sends this, RFC 3339 with offset.
    #[schema(format = DateTime)]
    device_clock: String,
    /// Each visit of which it holds something; empty where it holds nothing.
    #[schema(max_items = 200)]
    visits: Vec<UnsentVisit>,
}

impl UnsentBody {
    fn parse(self) -> Result<(DeviceMoment, Vec<(VisitId, Amount)>), Refusal> {
        let mut faults = Vec::new();
        let mut moment = |pointer: String, text: &str| {
            DeviceMoment::parse(text)
                .map_err(|why| faults.push(FieldFault::new(pointer, why.code(), why)))
                .ok()
        };
        let clock = moment("/device_clock".to_owned(), &self.device_clock);
        let mut held = Vec::with_capacity(self.visits.len());
        for (n, of) in self.visits.iter().enumerate() {
            let oldest = of.oldest_captured_at.as_deref();
            let oldest = oldest.and_then(|text| moment(format!("/visits/{n}/oldest_captured_at"), text));
            let (photos, changes) = (u64::from(of.photos), u64::from(of.changes));
            let amount = Amount { photos, changes, bytes: of.bytes, oldest: oldest.map(|of| of.at) };
            held.push((VisitId(of.visit), amount));
        }
        for (n, of) in self.visits.iter().enumerate() {
            if of.photos.max(of.changes) > MOST_PIECES || of.bytes > MOST_BYTES {
                let detail = "is more than a phone holds";
                faults.push(FieldFault::new(format!("/visits/{n}"), "unsent.too-many", detail));
            }
        }
        match clock {
            Some(clock) if faults.is_empty() => Ok((clock, held)),
            _ => Err(Refusal::invalid(faults)),
        }
    }
}

/// What a phone said it holds, as far as the reader may know of the visits it is about.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportedUnsent, example = json!({
    "at": "2026-03-20T10:40:01Z", "device_clock": "2026-03-20T17:40:00+07:00", "clock_skew_s": -1.2,
    "photos": 12, "changes": 3, "bytes": 41_774_448, "oldest_captured_at": "2026-03-20T01:15:00Z"
}))]
pub struct ReportedView {
    /// When, by the server's clock.
    at: Timestamp,
    /// By the device's clock.
    #[schema(format = DateTime)]
    device_clock: String,
    /// Seconds by which that was ahead.
    clock_skew_s: f64,
    /// Photos whose bytes are still to be sent.
    photos: u64,
    /// Answers and other changes that are still to be sent.
    changes: u64,
    /// Bytes of those photos.
    bytes: u64,
    /// When the oldest of them was captured, by the device's clock.
    oldest_captured_at: Option<Timestamp>,
}

impl From<(unsent::Said, Amount)> for ReportedView {
    fn from((said, amount): (unsent::Said, Amount)) -> Self {
        Self {
            at: said.at,
            device_clock: said.device_clock.rfc3339(),
            clock_skew_s: said.device_clock.at.duration_since(said.at).as_secs_f64(),
            photos: amount.photos,
            changes: amount.changes,
            bytes: amount.bytes,
            oldest_captured_at: amount.oldest,
        }
    }
}

/// Report unsent work
///
/// By the phone, as often as what it holds changes and it has a line: photos and changes that it has not sent, visit by visit.
/// Takes the place of what it said before; safe to repeat. Nobody is told of a visit by this who may not know of it.
#[utoipa::path(tag = "accounts", params(DevicePath), request_body = UnsentBody, responses(
    (status = 200, description = "Taken; all of it, added up.", body = ReportedView),
    (status = 409, description = "`device.revoked`: it is no device any more.")))]
#[put("/v1/devices/{device}/unsent")]
pub async fn report_unsent(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DevicePath>,
    body: Body<UnsentBody>,
) -> Result<HttpResponse, Problem> {
    let taken = unsent::report(&app, &caller.0, DeviceId(path.device), body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(ReportedView::from(taken)))
}

/// Photos that were declared and not sent, as the server knows itself.
#[derive(Serialize, ToSchema)]
pub struct AwaitedView {
    /// How many.
    #[schema(example = 4)]
    photos: u64,
    /// Their bytes.
    #[schema(example = 13_924_816)]
    bytes: u64,
    /// When the first of them was declared, by the server's clock.
    oldest_declared_at: Option<Timestamp>,
}

/// A phone, and what it still holds.
#[derive(Serialize, ToSchema)]
#[schema(as = UnsentWork, example = json!({
    "device": "4b0645b2-5684-4b29-9cf8-f6f1e3dabe15", "name": "Máy của Lan Anh", "model": "Samsung Galaxy A15",
    "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "person": "Nguyễn Lan Anh", "revoked_at": null,
    "last_seen_at": "2026-03-20T10:40:01Z",
    "reported": { "at": "2026-03-20T10:40:01Z", "device_clock": "2026-03-20T17:40:00+07:00", "clock_skew_s": -1.2,
        "photos": 12, "changes": 3, "bytes": 41_774_448, "oldest_captured_at": "2026-03-20T01:15:00Z" },
    "awaited": { "photos": 4, "bytes": 13_924_816, "oldest_declared_at": "2026-03-20T01:20:00Z" }
}))]
pub struct UnsentView {
    /// The device.
    device: Uuid,
    /// What its person calls it.
    name: String,
    /// What its maker calls it.
    model: String,
    /// Whose it is.
    account: Uuid,
    /// What its person is called.
    person: String,
    /// Since when it is one no more; what it holds can't be sent from it then.
    revoked_at: Option<Timestamp>,
    /// When the server last heard of it: a report, or the renewal of its sign-in.
    last_seen_at: Timestamp,
    /// What it said last; `null` where it never said anything.
    reported: Option<ReportedView>,
    /// What the server knows itself: declared by this device, and not sent.
    awaited: AwaitedView,
}

impl From<Holding> for UnsentView {
    fn from(of: Holding) -> Self {
        Self {
            device: of.device.id.0,
            name: of.device.name,
            model: of.device.model,
            account: of.device.account.0,
            person: of.person,
            revoked_at: of.device.revoked.map(|revoked| revoked.at),
            last_seen_at: of.last_seen_at,
            reported: of.said.map(ReportedView::from),
            awaited: AwaitedView {
                photos: of.awaited.photos,
                bytes: of.awaited.bytes,
                oldest_declared_at: of.awaited.oldest,
            },
        }
    }
}

/// A page of phones and what they hold.
#[derive(Serialize, ToSchema)]
#[schema(as = UnsentWorkPage)]
pub struct UnsentPage {
    /// Latest enrolled first.
    items: Vec<UnsentView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Of which owner, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnsentFilter {
    /// The owner that let the devices in.
    owner: Uuid,
    /// Only those that hold something you may know of, by their own word or by the server's. A page may then be short.
    holding: Option<bool>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Read whose phones hold unsent work
///
/// For headquarters and leads: the devices of an owner, each with what it said it holds and what the server still awaits
/// from it. Counted are visits that the reader may see, so that nothing tells of a sealed one. Latest enrolled first.
#[utoipa::path(tag = "accounts", params(UnsentFilter),
    responses((status = 200, description = "A page of devices.", body = UnsentPage)))]
#[get("/v1/reports/unsent-work")]
pub async fn read_unsent_work(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<UnsentFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let UnsentFilter { owner, holding, limit, cursor } = filter.0;
    let holding = holding.unwrap_or_default();
    let (of, limit) = (format!("unsent work {owner} {holding}"), paging::limit(limit)?);
    let after: Option<Place> = paging::open(&app, &of, cursor.as_deref())?;
    let wanted = (OwnerId(owner), holding);
    let (found, next) = unsent::list(&app, &caller.0, wanted, (after, limit)).await?;
    let next = next.map(|place| paging::seal(&app, &of, place));
    let page = UnsentPage { items: found.into_iter().map(UnsentView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}
