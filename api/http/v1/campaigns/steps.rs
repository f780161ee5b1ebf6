//! What moves a campaign on: one address a step.

use super::{CampaignView, send};
use crate::app::App;
use crate::domain::campaign::Step;
use crate::domain::ids::CampaignId;
use crate::flows::campaigns;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::IfMatch;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
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

/// Close the fieldwork
///
/// No more visits. What is planned or under way is finished or cancelled first.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Closed to visits.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is not active. `campaign.visits-open`.")))]
#[post("/v1/campaigns/{campaign}/close-fieldwork")]
pub async fn close_fieldwork(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::CloseFieldwork).await
}

/// Conclude a campaign
///
/// Needs its conclusion notice.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Concluded.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: its fieldwork is not closed. `campaign.no-notice`.")))]
#[post("/v1/campaigns/{campaign}/conclude")]
pub async fn conclude_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::Conclude).await
}

/// Close a campaign
///
/// Once every action is done, withdrawn or carried over.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 200, description = "Closed.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: it is not concluded. `campaign.actions-open`.")))]
#[post("/v1/campaigns/{campaign}/close")]
pub async fn close_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    advance(&app, caller, path, Step::Close).await
}

/// With which campaign one is joined.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MergeWish, example = json!({ "into": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33" }))]
pub struct MergeWish {
    /// The campaign that goes on: a draft or an approved one of the same owner.
    into: Uuid,
}

/// Join a campaign with another
///
/// Both are drafts or approved. Topics and goals are united; announced visits to the same unit on the same days become
/// one that has the checklists of both, the others go over with their teams and rounds. This campaign stays to be
/// read. Answers the campaign that goes on.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign that ends."),
    ("If-Match" = String, Header, description = "Its `ETag` as last read.")), request_body = MergeWish, responses(
    (status = 200, description = "Joined; the campaign that goes on.", body = CampaignView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`campaign.state`: one of them is neither draft nor approved. `campaign.merge-checklists`: checklists of both have items of the same code."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[post("/v1/campaigns/{campaign}/merge")]
pub async fn merge_campaign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    version: IfMatch,
    body: Body<MergeWish>,
) -> Result<HttpResponse, Problem> {
    let ending = (CampaignId(path.into_inner()), version.0);
    let held = campaigns::mergers::merge(&app, &caller.0, ending, CampaignId(body.0.into)).await?;
    Ok(send(HttpResponse::Ok(), held))
}
