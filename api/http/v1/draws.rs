//! Random draws of sites.

use crate::app::App;
use crate::domain::draw::{Drawn, Stratum};
use crate::domain::ids::{CampaignId, DrawId, UnitId};
use crate::flows::draws::{self, Shown};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on draws.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(commit_draw).service(list_draws).service(read_draw).service(reveal_draw).service(tell_draw);
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

/// A draw to be committed.
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
    "frame_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "strata": [{ "name": "Xã miền núi", "take": 1, "units": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"] }],
    "seed": null, "drawn": null, "made_at": "2026-03-02T01:15:00Z", "revealed_at": null,
    "told_at": null }))]
pub struct DrawView {
    /// Its id.
    id: Uuid,
    /// For which campaign.
    campaign: Uuid,
    /// What it is about.
    title: String,
    /// SHA-256 of the seed in hexadecimal: binds whoever draws before the seed is opened.
    commitment: String,
    /// SHA-256 of the strata in hexadecimal, over the text that committing a draw describes: binds whoever draws to them.
    frame_sha256: String,
    /// Among what, as committed.
    strata: Vec<StratumView>,
    /// The seed in hexadecimal, once told; between revealing and telling, for whoever may draw.
    seed: Option<String>,
    /// What was drawn, once told; between revealing and telling, for whoever may draw.
    drawn: Option<Vec<DrawnView>>,
    /// When it was committed.
    made_at: Timestamp,
    /// When the seed was opened and the sites drawn.
    revealed_at: Option<Timestamp>,
    /// When seed and result were told.
    told_at: Option<Timestamp>,
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
            frame_sha256: draw.frame,
            strata: draw.strata.into_iter().map(StratumView::from).collect(),
            seed: whole.then(|| hex::encode(draw.seed)),
            drawn: whole.then(|| draw.drawn.into_iter().map(DrawnView::from).collect()),
            made_at: draw.made_at,
            revealed_at: draw.revealed_at,
            told_at: draw.told_at,
        }
    }
}

/// A page of the draws of a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = DrawPage)]
pub struct DrawPage {
    /// Draws, first to last.
    items: Vec<DrawView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which page of draws.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DrawFilter {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
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

/// Commit a draw of sites
///
/// Freezes strata and sizes and makes a seed that nobody chose and nobody sees; `commitment` and `frame_sha256` bind
/// both and may be published at once. Nothing is drawn before the draw is revealed, and nothing of it can be changed.
/// Anybody can compute it again once it is told: a unit's ticket is SHA-256 of the seed (32 bytes), the stratum's name
/// (UTF-8, NFC), a zero byte and the 16 bytes of the unit's UUID; the smallest tickets are drawn. The hash of the frame
/// is SHA-256 of a text: for each stratum a line with its name, one with how many are drawn, one with the UUID of each
/// unit in the order of ids, and an empty line.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    request_body = NewDraw, responses(
    (status = 201, description = "Committed; `Location` says where.", body = DrawView,
        headers(("Location" = String, description = "Address of the draw."))),
    (status = 409, description = "`campaign.state`: it is over.")))]
#[post("/v1/campaigns/{campaign}/draws")]
pub async fn commit_draw(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewDraw>,
) -> Result<HttpResponse, Problem> {
    let campaign = CampaignId(path.into_inner());
    let strata = body.0.strata.into_iter().map(Stratum::from).collect();
    let made = draws::commit(&app, &caller.0, campaign, &body.0.title, strata).await?;
    let location = format!("/v1/campaigns/{campaign}/draws/{}", made.draw.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(DrawView::from(made)))
}

/// List the draws of a campaign
///
/// First to last, with what bound them; with seed and result where they were told, or revealed to whoever may draw.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign."), DrawFilter),
    responses((status = 200, description = "A page of draws.", body = DrawPage)))]
#[get("/v1/campaigns/{campaign}/draws")]
pub async fn list_draws(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    filter: Params<DrawFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (of, limit) = (format!("draws {path}"), paging::limit(filter.0.limit)?);
    let after: Option<(Timestamp, Uuid)> = paging::open(&app, &of, filter.0.cursor.as_deref())?;
    let after = after.map(|(at, id)| (at, DrawId(id)));
    let (found, more) = draws::list(&app, &caller.0, CampaignId(*path), (after, limit)).await?;
    let last = found.last().filter(|_| more);
    let next = last.map(|last| paging::seal(&app, &of, (last.draw.made_at, last.draw.id.0)));
    let page = DrawPage { items: found.into_iter().map(DrawView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
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

/// Reveal a draw
///
/// Opens the seed and draws from the frame as it was committed, whatever became of its units since. Seed and result are
/// whoever may draw's until they are told, because they may name the target of a surprise; that it was revealed, and
/// when, is seen by everybody who may read the campaign. Once revealed, it stays so.
#[utoipa::path(tag = "campaigns", params(DrawPath),
    responses((status = 200, description = "Revealed.", body = DrawView),
        (status = 409, description = "`draw.broken`: seed or strata are not what was bound.")))]
#[post("/v1/campaigns/{campaign}/draws/{draw}/reveal")]
pub async fn reveal_draw(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DrawPath>,
) -> Result<HttpResponse, Problem> {
    let revealed = draws::reveal(&app, &caller.0, path.into_inner().into()).await?;
    Ok(HttpResponse::Ok().json(DrawView::from(revealed)))
}

/// Tell a draw
///
/// Shows seed and result of a revealed draw to everybody who may read the campaign. Once told, it stays told.
#[utoipa::path(tag = "campaigns", params(DrawPath),
    responses((status = 200, description = "Told.", body = DrawView),
        (status = 409, description = "`draw.not-revealed`: it is committed, and nothing is drawn yet.")))]
#[post("/v1/campaigns/{campaign}/draws/{draw}/tell")]
pub async fn tell_draw(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DrawPath>,
) -> Result<HttpResponse, Problem> {
    let told = draws::tell(&app, &caller.0, path.into_inner().into()).await?;
    Ok(HttpResponse::Ok().json(DrawView::from(told)))
}
