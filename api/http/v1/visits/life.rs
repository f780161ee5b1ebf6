//! The steps of a visit's life up to the end of recording over HTTP: one POST a step, safe to repeat; and who is cleared
//! for a sealed one.

use super::view::{VisitView, answer};
use crate::app::App;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::moment::{BadMoment, DeviceMoment};
use crate::domain::place::{GeoFix, PositionSource};
use crate::domain::refusal::Refusal;
use crate::domain::visit::Visit;
use crate::flows::visits::clearing;
use crate::flows::visits::life::{self as flow, Arrival, Arrived};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, delete, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The steps.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(clear_for_visit).service(list_clearances).service(end_clearance);
    cfg.service(dispatch_visit).service(disclose_visit);
    cfg.service(check_in).service(close_recording);
}

pub(super) fn done(visit: &Visit) -> HttpResponse {
    answer(HttpResponse::Ok(), &VisitView::from(visit))
}

/// Who is cleared.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "account": "6f5e4d3c-2b1a-4098-8776-655443322110" }))]
pub struct Clearance {
    /// An account with the role `authority` on the visit's owner.
    account: Uuid,
}

/// Clear somebody for a sealed visit
///
/// Lets one person of the owner's authority read this visit before it is disclosed. Repeating changes nothing.
#[utoipa::path(tag = "visits", request_body = Clearance,
    params(("visit" = Uuid, Path, description = "Which visit.")),
    responses((status = 200, description = "Cleared.", body = Clearance),
        (status = 409, description = "The visit is not sealed (`visit.not-sealed`).")))]
#[post("/v1/visits/{visit}/clearances")]
pub async fn clear_for_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    who: Body<Clearance>,
) -> Result<HttpResponse, Problem> {
    clearing::clear(&app, &caller.0, VisitId(*visit), AccountId(who.0.account)).await?;
    Ok(HttpResponse::Ok().json(who.0))
}

/// Somebody who may read a sealed visit.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitClearance, example = json!({ "account": "6f5e4d3c-2b1a-4098-8776-655443322110",
    "by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21", "at": "2026-03-18T02:11:40Z" }))]
pub struct ClearanceView {
    /// Who.
    account: Uuid,
    /// Who cleared them.
    by: Uuid,
    /// When.
    at: Timestamp,
}

/// Everybody who is cleared.
#[derive(Serialize, ToSchema)]
pub struct ClearanceList {
    /// Oldest first.
    items: Vec<ClearanceView>,
    /// Always `null`: few are.
    next: Option<String>,
}

/// List who is cleared for a visit
///
/// For those who may plan it.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")),
    responses((status = 200, description = "Everybody.", body = ClearanceList)))]
#[get("/v1/visits/{visit}/clearances")]
pub async fn list_clearances(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = clearing::list(&app, &caller.0, VisitId(*visit)).await?;
    let view = |(account, by, at): clearing::Cleared| ClearanceView { account: account.0, by: by.0, at };
    let items = found.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(ClearanceList { items, next: None }))
}

/// Whose clearance it is.
#[derive(Deserialize)]
pub struct ClearancePath {
    visit: Uuid,
    account: Uuid,
}

/// End a clearance
///
/// From then on the visit is an unknown id to them again, until it is disclosed. Repeating changes nothing.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit."),
        ("account" = Uuid, Path, description = "Whose.")),
    responses((status = 204, description = "Ended, now or before.")))]
#[delete("/v1/visits/{visit}/clearances/{account}")]
pub async fn end_clearance(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ClearancePath>,
) -> Result<HttpResponse, Problem> {
    clearing::end(&app, &caller.0, VisitId(path.visit), AccountId(path.account)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Tell the team its target
///
/// A surprise visit may be dispatched from a set time before its planned start on, by default 12 hours.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Dispatched, now or before.", body = VisitView),
    (status = 409, description = "`visit.too-early-to-dispatch`, `visit.campaign-not-active`, \
        `visit.already-dispatched`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/dispatch")]
pub async fn dispatch_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::dispatch(&app, &caller.0, VisitId(*visit)).await?))
}

/// Why a visit is made known before anybody checks in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Đơn vị đã biết trước kế hoạch; đoàn chuyển sang kiểm tra công khai." }))]
pub struct Disclosure {
    /// Up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Disclose a visit
///
/// An act of the lead: a sealed visit becomes known before anybody checks in, and may be dispatched at any time. What is
/// disclosed, by this or by check-in, stays so.
#[utoipa::path(tag = "visits", request_body = Disclosure,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Disclosed, now or before.", body = VisitView),
    (status = 409, description = "`visit.not-sealed`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/disclose")]
pub async fn disclose_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    why: Body<Disclosure>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::disclose(&app, &caller.0, VisitId(*visit), &why.0.reason).await?))
}

/// Where a phone believed it was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalPosition {
    /// Degrees north, WGS 84.
    #[schema(example = 22.4871, minimum = -90, maximum = 90)]
    latitude: f64,
    /// Degrees east, WGS 84.
    #[schema(example = 105.2189, minimum = -180, maximum = 180)]
    longitude: f64,
    /// Radius of the 68 % circle in metres.
    #[schema(example = 8.0, exclusive_minimum = 0, maximum = 100_000)]
    accuracy_m: f64,
    /// How the phone came to it; with `none` there is no position, whatever the numbers say.
    #[schema(value_type = vocabulary::PositionSource)]
    source: PositionSource,
}

/// What a phone says when the team stands in the door.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "at": "2026-03-20T08:04:11+07:00",
    "position": { "latitude": 22.4871, "longitude": 105.2189, "accuracy_m": 8.0, "source": "gnss" }
}))]
pub struct CheckInRequest {
    /// When, by the device's clock, with its offset.
    #[schema(format = DateTime)]
    at: String,
    /// The device's clock when it sends this; leave out when it sends at once. What is pushed (`/v1/sync`) was not sent at
    /// once, so there it must be named: else the time it waited would be taken for a clock that goes wrong.
    #[serde(default)]
    #[schema(format = DateTime)]
    device_clock: Option<String>,
    /// Where; no position is normal and no reason to wait.
    #[serde(default)]
    position: Option<ArrivalPosition>,
}

fn moment(text: &str, pointer: &str) -> Result<DeviceMoment, Refusal> {
    DeviceMoment::parse(text).map_err(|why: BadMoment| Refusal::field(pointer, why.code(), why))
}

impl TryFrom<CheckInRequest> for Arrival {
    type Error = Refusal;

    fn try_from(said: CheckInRequest) -> Result<Self, Refusal> {
        let at = moment(&said.at, "/at")?;
        let device_clock = said.device_clock.map(|text| moment(&text, "/device_clock")).transpose()?;
        let source = said.position.as_ref().map_or(PositionSource::None, |position| position.source);
        // A source of none says that there is no position, whatever the numbers are.
        let fix = said.position.filter(|p| p.source.is_of_a_fix()).map(|p| {
            GeoFix::parse(p.latitude, p.longitude, p.accuracy_m).map_err(|why| {
                let (code, field) = why.code();
                Refusal::field(&format!("/position/{field}"), code, why)
            })
        });
        Ok(Self { at, device_clock, fix: fix.transpose()?, source })
    }
}

/// Check in
///
/// The team stands in the door: a surprise visit is disclosed, the place is judged against the premises, the clock
/// against ours. The first check-in stands: the same again by the same person answers the same. Another moment or position,
/// or another person's, changes nothing of it and is kept in the visit's log (`visit.check_in_kept_beside`), as long as the
/// visit is not over.
#[utoipa::path(tag = "visits", request_body = CheckInRequest,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "On site, now or before.", body = VisitView),
    (status = 202, description = "The team was checked in before; what you say otherwise is kept in the visit's log.",
        body = VisitView),
    (status = 409, description = "`visit.not-dispatched`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/check-in")]
pub async fn check_in(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<CheckInRequest>,
) -> Result<HttpResponse, Problem> {
    Ok(match flow::check_in(&app, &caller.0, VisitId(*visit), said.0.try_into()?).await? {
        Arrived::OnSite(visit) => done(&visit),
        Arrived::Beside(visit) => answer(HttpResponse::Accepted(), &VisitView::from(&visit)),
    })
}

/// Close the recording
///
/// Nothing new is looked at; photos and changed answers that phones still hold may arrive. Refused with
/// `422 visit.items-unanswered` while items that are asked have no answer and the lead has not said why
/// (`leave-unanswered`); `errors` names each.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Closed, now or before.", body = VisitView),
    (status = 409, description = "`visit.not-on-site`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/close-recording")]
pub async fn close_recording(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::close_recording(&app, &caller.0, VisitId(*visit)).await?))
}
