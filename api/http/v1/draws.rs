//! Random draws of sites.

use crate::app::App;
use crate::domain::draw::{Drawn, Stratum};
use crate::domain::ids::{CampaignId, DrawId, UnitId};
use crate::flows::draws::{self, Shown};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on draws.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(draw_sites).service(list_draws).service(read_draw).service(tell_draw);
}

/// Units among which some are drawn.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Stratum, example = json!({ "name": "Xã miền núi", "take": 1,
    "units": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9"] }))]
pub struct StratumView {
    /// What they have in common.
    name: String,
    /// How many are drawn.
    take: u16,
    /// All of them; answers list them in the order of their ids.
    units: Vec<Uuid>,
}

/// A draw to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "title": "Chọn xã kiểm tra quý II năm 2026", "strata": [{ "name": "Xã miền núi", "take": 1,
    "units": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9"] }] }))]
pub struct NewDraw {
    /// What it is about.
    title: String,
    /// Among what: a unit stands in one stratum.
    strata: Vec<StratumView>,
}

/// What was drawn from one stratum.
#[derive(Serialize, ToSchema)]
#[schema(as = Drawn, example = json!({ "stratum": "Xã miền núi", "units": ["1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9"] }))]
pub struct DrawnView {
    /// The stratum's name.
    stratum: String,
    /// The units, first drawn first.
    units: Vec<Uuid>,
}

/// A draw of sites.
#[derive(Serialize, ToSchema)]
#[schema(as = Draw, example = json!({ "id": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "campaign": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33", "title": "Chọn xã kiểm tra quý II năm 2026",
    "commitment": "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
    "strata": [{ "name": "Xã miền núi", "take": 1, "units": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"] }],
    "seed": null, "drawn": null, "made_at": "2026-03-02T01:15:00Z", "told_at": null }))]
pub struct DrawView {
    /// Its id.
    id: Uuid,
    /// For which campaign.
    campaign: Uuid,
    /// What it is about.
    title: String,
    /// SHA-256 of the seed in hexadecimal: binds whoever drew before the seed is told.
    commitment: String,
    /// Among what.
    strata: Vec<StratumView>,
    /// The seed in hexadecimal, once told; before, for whoever may draw.
    seed: Option<String>,
    /// What was drawn, once told; before, for whoever may draw.
    drawn: Option<Vec<DrawnView>>,
    /// When it was made.
    made_at: jiff::Timestamp,
    /// When seed and result were told.
    told_at: Option<jiff::Timestamp>,
}

impl From<Stratum> for StratumView {
    fn from(stratum: Stratum) -> Self {
        let units = stratum.units.into_iter().map(|id| id.0).collect();
        Self { name: stratum.name, take: stratum.take, units }
    }
}

impl From<StratumView> for Stratum {
    fn from(said: StratumView) -> Self {
        Self { name: said.name, units: said.units.into_iter().map(UnitId).collect(), take: said.take }
    }
}

impl From<Drawn> for DrawnView {
    fn from(drawn: Drawn) -> Self {
        Self { stratum: drawn.stratum, units: drawn.units.into_iter().map(|id| id.0).collect() }
    }
}

impl From<Shown> for DrawView {
    fn from(Shown { draw, whole }: Shown) -> Self {
        Self {
            id: draw.id.0,
            campaign: draw.campaign.0,
            title: draw.title,
            commitment: draw.commitment,
            strata: draw.strata.into_iter().map(StratumView::from).collect(),
            seed: whole.then(|| hex::encode(draw.seed)),
            drawn: whole.then(|| draw.drawn.into_iter().map(DrawnView::from).collect()),
            made_at: draw.made_at,
            told_at: draw.told_at,
        }
    }
}

/// Every draw of a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = DrawList)]
pub struct DrawList {
    /// Draws, first to last.
    items: Vec<DrawView>,
    /// Always `null`: a campaign has few draws.
    next: Option<String>,
}

/// Which draw of which campaign.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DrawPath {
    /// Id of the campaign.
    campaign: Uuid,
    /// Id of the draw.
    draw: Uuid,
}

impl From<DrawPath> for (CampaignId, DrawId) {
    fn from(path: DrawPath) -> Self {
        (CampaignId(path.campaign), DrawId(path.draw))
    }
}

/// Draw sites at random
///
/// In strata, from a seed that nobody chose. `commitment` binds the seed and may be published at once; seed and result
/// are told later, and anybody can then compute the draw again: a unit's ticket is SHA-256 of the seed (32 bytes), the
/// stratum's name (UTF-8, NFC), a zero byte and the 16 bytes of the unit's UUID; the smallest tickets are drawn.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    request_body = NewDraw, responses(
    (status = 201, description = "Drawn; `Location` says where.", body = DrawView,
        headers(("Location" = String, description = "Address of the draw."))),
    (status = 409, description = "`campaign.state`: it is over.")))]
#[post("/v1/campaigns/{campaign}/draws")]
pub async fn draw_sites(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewDraw>,
) -> Result<HttpResponse, Problem> {
    let campaign = CampaignId(path.into_inner());
    let strata = body.0.strata.into_iter().map(Stratum::from).collect();
    let made = draws::make(&app, &caller.0, campaign, &body.0.title, strata).await?;
    let location = format!("/v1/campaigns/{campaign}/draws/{}", made.draw.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(DrawView::from(made)))
}

/// List the draws of a campaign
///
/// With what bound them; with seed and result where they were told, or for whoever may draw.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    responses((status = 200, description = "Every draw.", body = DrawList)))]
#[get("/v1/campaigns/{campaign}/draws")]
pub async fn list_draws(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = draws::list(&app, &caller.0, CampaignId(path.into_inner())).await?;
    let items = found.into_iter().map(DrawView::from).collect();
    Ok(HttpResponse::Ok().json(DrawList { items, next: None }))
}

/// Read a draw
///
/// What `scripts/recompute-draw` takes once the seed is told.
#[utoipa::path(tag = "campaigns", params(DrawPath),
    responses((status = 200, description = "The draw.", body = DrawView)))]
#[get("/v1/campaigns/{campaign}/draws/{draw}")]
pub async fn read_draw(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DrawPath>,
) -> Result<HttpResponse, Problem> {
    let found = draws::read(&app, &caller.0, path.into_inner().into()).await?;
    Ok(HttpResponse::Ok().json(DrawView::from(found)))
}

/// Tell a draw
///
/// Shows seed and result to everybody who may read the campaign. Once told, it stays told.
#[utoipa::path(tag = "campaigns", params(DrawPath),
    responses((status = 200, description = "Told.", body = DrawView)))]
#[post("/v1/campaigns/{campaign}/draws/{draw}/tell")]
pub async fn tell_draw(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DrawPath>,
) -> Result<HttpResponse, Problem> {
    let told = draws::tell(&app, &caller.0, path.into_inner().into()).await?;
    Ok(HttpResponse::Ok().json(DrawView::from(told)))
}
