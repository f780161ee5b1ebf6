//! What moves a campaign on: one address a step.

use super::{CampaignView, send};
use crate::app::App;
use crate::domain::campaign::Step;
use crate::domain::ids::CampaignId;
use crate::flows::campaigns;
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, post, web};
use uuid::Uuid;

async fn advance(
    app: &App,
    caller: Caller,
    path: web::Path<Uuid>,
    step: Step,
) -> Result<HttpResponse, Problem> {
    let held = campaigns::advance(app, &caller.0, CampaignId(path.into_inner()), step).await?;
    Ok(send(HttpResponse::Ok(), held))
}

/// Submit a campaign
///
/// Puts a draft before the authority.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Submitted.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is no draft.")))]
#[post("/v1/campaigns/{campaign}/submit")]
pub async fn submit_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::Submit).await
}

/// Approve a campaign
///
/// Needs its plan, or a standing decision for surprise work without a plan.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Approved.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is not submitted. `campaign.no-plan`.")))]
#[post("/v1/campaigns/{campaign}/approve")]
pub async fn approve_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::Approve).await
}

/// Activate a campaign
///
/// Needs its decision and a team with a lead; from then on visits may be made.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Activated.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is not approved. `campaign.no-decision`. `campaign.no-team`.")))]
#[post("/v1/campaigns/{campaign}/activate")]
pub async fn activate_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::Activate).await
}

/// Cancel a campaign
///
/// A draft or a submitted one.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Cancelled.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is approved already, or over.")))]
#[post("/v1/campaigns/{campaign}/cancel")]
pub async fn cancel_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::Cancel).await
}
