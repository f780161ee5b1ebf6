//! How a visit is handed in, taken as final or ended early over HTTP, and what its lead leaves open.

use super::life::done;
use super::view::VisitView;
use crate::app::App;
use crate::domain::ids::VisitId;
use crate::flows::visits::handing_in as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The steps.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(leave_unanswered).service(submit_visit).service(finalise_visit);
    cfg.service(cancel_visit).service(abort_visit);
}

/// Why items stay without an answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Phòng máy chủ khóa cửa, người giữ chìa khóa đi vắng." }))]
pub struct LeftUnanswered {
    /// Up to 2,000 characters; the minutes print it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Say why items stay unanswered
///
/// An act of the lead. Items that are asked and have no answer keep a visit from being closed, signed and handed in; with
/// this reason, which is kept as `unanswered_because`, logged and printed in the minutes, it goes on. May be said anew
/// until a side has signed.
#[utoipa::path(tag = "visits", request_body = LeftUnanswered,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Kept, now or before.", body = VisitView),
    (status = 409, description = "`visit.all-answered`, `visit.not-on-site`, `visit.minutes-signed`, \
        `visit.closed`.")))]
#[post("/v1/visits/{visit}/leave-unanswered")]
pub async fn leave_unanswered(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    why: Body<LeftUnanswered>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::leave_unanswered(&app, &caller.0, VisitId(*visit), &why.0.reason).await?))
}

/// Submit a visit
///
/// From then on nothing about it changes. Refused with `422 visit.photos-missing` while required photos are missing;
/// `errors` names each item and how many it lacks; and with `422 visit.items-unanswered` while items that are asked have
/// neither an answer nor the lead's reason.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Submitted, now or before.", body = VisitView),
    (status = 409, description = "`visit.not-signed`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/submit")]
pub async fn submit_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::submit(&app, &caller.0, VisitId(*visit)).await?))
}

/// Take a visit as final
///
/// After it was submitted, and after the lead has confirmed or dismissed each candidate.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Final, now or before.", body = VisitView),
    (status = 409, description = "`visit.not-submitted`; `visit.candidates-undecided`, \
        with how many there are and the list of them; at a re-inspection `visit.earlier-undecided`, naming each earlier \
        finding of which nobody has said what was seen; `visit.media-incomplete`: photos are neither verified nor written \
        off, see the visit's media ledger.")))]
#[post("/v1/visits/{visit}/finalise")]
pub async fn finalise_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::finalise(&app, &caller.0, VisitId(*visit)).await?))
}

/// Why a visit ends early.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Đoàn được điều động phòng chống bão." }))]
pub struct Ending {
    /// Up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Cancel a visit
///
/// Before the team has checked in. A sealed visit stays sealed for good.
#[utoipa::path(tag = "visits", request_body = Ending,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Cancelled, now or before.", body = VisitView),
    (status = 409, description = "`visit.already-on-site`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/cancel")]
pub async fn cancel_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    why: Body<Ending>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::cancel(&app, &caller.0, VisitId(*visit), &why.0.reason).await?))
}

/// Abort a visit
///
/// Breaks it off on site. A closed office in working hours is no reason to abort: it is a finding with a photo.
#[utoipa::path(tag = "visits", request_body = Ending,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Aborted, now or before.", body = VisitView),
    (status = 409, description = "`visit.not-on-site`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/abort")]
pub async fn abort_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    why: Body<Ending>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::abort(&app, &caller.0, VisitId(*visit), &why.0.reason).await?))
}
