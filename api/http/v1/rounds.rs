//! Rounds of a campaign.

use crate::app::App;
use crate::domain::ids::{CampaignId, RoundId, TeamId, UnitId};
use crate::flows::rounds::{self, Round, Warned, Wish};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::{IfMatch, etag};
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, put, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on rounds.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_round).service(list_rounds).service(change_round).service(remove_round);
}

/// A round to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Đợt 1", "purpose": "first", "starts_on": "2017-03-06", "ends_on": "2017-03-31",
    "targets": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"], "teams": ["5e2d8c71-9b3f-4e0a-8c6d-1f7a2b3c4d5e"] }))]
pub struct NewRound {
    /// What it is for.
    #[schema(value_type = vocabulary::RoundPurpose)]
    purpose: String,
    /// What people call it; may be empty.
    #[serde(default)]
    name: String,
    /// First day, where planned.
    starts_on: Option<Date>,
    /// Last day, where planned.
    ends_on: Option<Date>,
    /// The units to be visited: communes, agencies, service units. Whoever reads the campaign reads them: a surprise
    /// visit may be made in a round without being named here.
    #[serde(default)]
    targets: Vec<Uuid>,
    /// The teams that serve it; none means any team of the campaign.
    #[serde(default)]
    teams: Vec<Uuid>,
}

/// A round as it is to be from now on; its number and purpose stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Đợt 1", "starts_on": "2017-03-06", "ends_on": "2017-04-07",
    "targets": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"], "teams": [] }))]
pub struct RoundChange {
    /// What people call it; may be empty.
    name: String,
    /// First day, where planned.
    starts_on: Option<Date>,
    /// Last day, where planned.
    ends_on: Option<Date>,
    /// The units to be visited.
    targets: Vec<Uuid>,
    /// The teams that serve it; none means any team of the campaign.
    teams: Vec<Uuid>,
}

/// A wave of a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = Round)]
pub struct RoundView {
    /// Its id.
    id: Uuid,
    /// Its campaign.
    campaign: Uuid,
    /// Which round of the campaign, from 1.
    #[schema(example = 1)]
    number: i32,
    /// What people call it.
    #[schema(example = "Đợt 1")]
    name: String,
    /// What it is for.
    #[schema(value_type = vocabulary::RoundPurpose)]
    purpose: &'static str,
    /// First day, where planned.
    starts_on: Option<Date>,
    /// Last day, where planned.
    ends_on: Option<Date>,
    /// The units to be visited.
    targets: Vec<Uuid>,
    /// The teams that serve it.
    teams: Vec<Uuid>,
    /// Counts changes.
    #[schema(example = 1)]
    version: i32,
    /// Targets that are worth a second look; told when the round is entered or changed, and empty else.
    warnings: Vec<RoundWarningView>,
}

/// A target that is worth a second look.
#[derive(Serialize, ToSchema)]
#[schema(as = RoundWarning)]
pub struct RoundWarningView {
    /// Which unit.
    unit: Uuid,
    /// Why.
    #[schema(value_type = vocabulary::RoundWarning)]
    code: &'static str,
}

impl From<(Round, Vec<Warned>)> for RoundView {
    fn from((round, warned): (Round, Vec<Warned>)) -> Self {
        let warnings =
            warned.into_iter().map(|(unit, code)| RoundWarningView { unit: unit.0, code }).collect();
        Self { warnings, ..Self::from(round) }
    }
}

impl From<Round> for RoundView {
    fn from(round: Round) -> Self {
        Self {
            id: round.id.0,
            campaign: round.campaign.0,
            number: round.number,
            name: round.name,
            purpose: round.purpose.as_str(),
            starts_on: round.days.0,
            ends_on: round.days.1,
            targets: round.targets.into_iter().map(|id| id.0).collect(),
            teams: round.teams.into_iter().map(|id| id.0).collect(),
            version: round.version,
            warnings: Vec::new(),
        }
    }
}

/// Every round of a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = RoundList)]
pub struct RoundList {
    /// Rounds by number.
    items: Vec<RoundView>,
    /// Always `null`: a campaign has few rounds.
    next: Option<String>,
}

/// Which round of which campaign.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RoundPath {
    /// Id of the campaign.
    campaign: Uuid,
    /// Id of the round.
    round: Uuid,
}

fn wish(name: String, days: (Option<Date>, Option<Date>), targets: Vec<Uuid>, teams: Vec<Uuid>) -> Wish {
    let targets = targets.into_iter().map(UnitId).collect();
    Wish { name, days, targets, teams: teams.into_iter().map(TeamId).collect() }
}

/// Enter a round
///
/// Numbered behind the last. A unit is the target of one first round of a campaign; rounds of re-inspection may name it
/// again.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    request_body = NewRound, responses(
    (status = 201, description = "Entered; `Location` says where rounds are listed.", body = RoundView, headers(
        ("Location" = String, description = "Address of the campaign's rounds."),
        ("ETag" = String, description = "Version, for `If-Match`."))),
    (status = 409, description = "`round.target-taken`: a unit is in another first round already. `campaign.state`: it is over.")))]
#[post("/v1/campaigns/{campaign}/rounds")]
pub async fn create_round(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewRound>,
) -> Result<HttpResponse, Problem> {
    let (campaign, new) = (CampaignId(path.into_inner()), body.0);
    let wish = wish(new.name, (new.starts_on, new.ends_on), new.targets, new.teams);
    let (round, warned) = rounds::create(&app, &caller.0, campaign, &new.purpose, wish).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/v1/campaigns/{campaign}/rounds")));
    Ok(answer.insert_header(etag(round.version)).json(RoundView::from((round, warned))))
}

/// List the rounds of a campaign
///
/// With their targets and teams, by number.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    responses((status = 200, description = "Every round.", body = RoundList)))]
#[get("/v1/campaigns/{campaign}/rounds")]
pub async fn list_rounds(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = rounds::list(&app, &caller.0, CampaignId(path.into_inner())).await?;
    Ok(HttpResponse::Ok()
        .json(RoundList { items: found.into_iter().map(RoundView::from).collect(), next: None }))
}

/// Take out a round that was entered by mistake
///
/// With its targets, while no visit stands in it.
#[utoipa::path(tag = "campaigns", params(RoundPath, ("If-Match" = String, Header, description = "`ETag` as last read.")),
    responses(
    (status = 204, description = "Taken out."),
    (status = 409, description = "`round.in-use`: visits stand in it. `campaign.state`: it is over."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[delete("/v1/campaigns/{campaign}/rounds/{round}")]
pub async fn remove_round(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<RoundPath>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    let at = (CampaignId(path.campaign), RoundId(path.round));
    rounds::remove(&app, &caller.0, at, version.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change a round
///
/// Name, days, targets and teams. Visits that were planned for a target that is left out stay.
#[utoipa::path(tag = "campaigns", params(RoundPath, ("If-Match" = String, Header, description = "`ETag` as last read.")),
    request_body = RoundChange, responses(
    (status = 200, description = "Changed.", body = RoundView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`round.target-taken`: a unit is in another first round already. `campaign.state`: it is over."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/campaigns/{campaign}/rounds/{round}")]
pub async fn change_round(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<RoundPath>,
    version: IfMatch,
    body: Body<RoundChange>,
) -> Result<HttpResponse, Problem> {
    let (at, said) = ((CampaignId(path.campaign), RoundId(path.round)), body.0);
    let wish = wish(said.name, (said.starts_on, said.ends_on), said.targets, said.teams);
    let (round, warned) = rounds::change(&app, &caller.0, at, version.0, wish).await?;
    Ok(HttpResponse::Ok().insert_header(etag(round.version)).json(RoundView::from((round, warned))))
}
