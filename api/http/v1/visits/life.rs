//! The steps of a visit's life up to signed minutes over HTTP: one POST a step, safe to repeat.

use super::view::{VisitView, answer};
use crate::app::App;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::moment::{BadMoment, DeviceMoment};
use crate::domain::place::{GeoFix, PositionSource};
use crate::domain::refusal::Refusal;
use crate::domain::visit::{Outcome, Side, Signature, Visit};
use crate::flows::visits::life as flow;
use crate::flows::visits::life::Arrival;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The steps.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(clear_for_visit).service(dispatch_visit).service(disclose_visit);
    cfg.service(check_in).service(close_recording);
    cfg.service(draft_minutes).service(sign_minutes);
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
    flow::clear(&app, &caller.0, VisitId(*visit), AccountId(who.0.account)).await?;
    Ok(HttpResponse::Ok().json(who.0))
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
    /// The device's clock when it sends this; leave out when it sends at once.
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
/// against ours. The first check-in stands; a repeat by the team answers the same.
#[utoipa::path(tag = "visits", request_body = CheckInRequest,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "On site, now or before.", body = VisitView),
    (status = 409, description = "`visit.not-dispatched`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/check-in")]
pub async fn check_in(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<CheckInRequest>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::check_in(&app, &caller.0, VisitId(*visit), said.0.try_into()?).await?))
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

/// The text of minutes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Hồi 11 giờ 30 phút, đoàn kiểm tra và UBND xã thống nhất lập biên bản." }))]
pub struct MinutesDraft {
    /// Up to 50,000 characters.
    #[schema(min_length = 1, max_length = 50_000)]
    text: String,
}

/// Draft the minutes
///
/// Freezes the figures of the answers beside the text. May be repeated with another text until a side has signed;
/// must be, when answers came later.
#[utoipa::path(tag = "visits", request_body = MinutesDraft,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Drafted.", body = VisitView),
    (status = 409, description = "`visit.recording-not-closed`, `visit.minutes-signed`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/minutes")]
pub async fn draft_minutes(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    draft: Body<MinutesDraft>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::draft_minutes(&app, &caller.0, VisitId(*visit), &draft.0.text).await?))
}

/// What one side says to the minutes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "side": "unit", "outcome": "signed_with_objection", "objection": "Số liệu mục B03 chưa tính máy đang sửa.",
    "signer_name": "Nguyễn Văn An", "signer_position": "Chủ tịch UBND xã"
}))]
pub struct SignRequest {
    /// Which side.
    #[schema(value_type = vocabulary::SignatureSide)]
    side: Side,
    /// `signed`; for the unit also `signed_with_objection` or `signature_refused`.
    #[schema(value_type = vocabulary::SignatureOutcome)]
    outcome: Outcome,
    /// Needed with `signed_with_objection`.
    #[serde(default)]
    objection: Option<String>,
    /// Needed with `signature_refused`.
    #[serde(default)]
    reason: Option<String>,
    /// Needed with `signature_refused`: who saw it.
    #[serde(default)]
    witness: Option<String>,
    /// Printed name.
    signer_name: String,
    /// Printed position.
    signer_position: String,
}

impl From<SignRequest> for Signature {
    fn from(said: SignRequest) -> Self {
        Self {
            side: said.side,
            outcome: said.outcome,
            objection: said.objection,
            reason: said.reason,
            witness: said.witness,
            signer_name: said.signer_name,
            signer_position: said.signer_position,
            // Who and when is for the flow to say.
            by: AccountId(Uuid::nil()),
            at: Timestamp::UNIX_EPOCH,
        }
    }
}

/// Sign the minutes
///
/// One request a side, in any order; the visit moves on when both are done, to the state the unit's outcome names.
/// The lead signs for the team and may hand the device to the unit; a head of the unit may sign on an own device. Nobody
/// signs while items that are asked have neither an answer nor the lead's reason (`422 visit.items-unanswered`).
#[utoipa::path(tag = "visits", request_body = SignRequest,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Recorded, now or before.", body = VisitView),
    (status = 409, description = "`visit.no-minutes`, `visit.already-signed`, `visit.minutes-outdated`, \
        `visit.answers-clash`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/sign")]
pub async fn sign_minutes(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<SignRequest>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::sign(&app, &caller.0, VisitId(*visit), said.0.into()).await?))
}
