//! Recommendations over HTTP.

use crate::app::App;
use crate::domain::ids::{OwnerId, UnitId, VisitId};
use crate::domain::recommendation::{Addressee, Recommendation};
use crate::flows::recommendations as flow;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on them.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(enter_recommendation).service(list_recommendations).service(list_addressed_recommendations);
}

/// What is asked of whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "Tăng cường phối hợp với Mặt trận Tổ quốc trong quản lý địa bàn.",
    "addressees": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"]
}))]
pub struct RecommendationEntered {
    /// Up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// Of which units.
    #[schema(min_items = 1, max_items = 500)]
    addressees: Vec<Uuid>,
}

/// Whom it is addressed to.
#[derive(Serialize, ToSchema)]
#[schema(as = Addressee)]
pub struct AddresseeView {
    /// Which unit.
    unit: Uuid,
    /// Its printed path.
    #[schema(example = "Huyện Lâm Bình, tỉnh Tuyên Quang")]
    path: String,
}

impl From<&Addressee> for AddresseeView {
    fn from(to: &Addressee) -> Self {
        Self { unit: to.unit.0, path: to.path.clone() }
    }
}

/// What a team asks of somebody, apart from findings.
#[derive(Serialize, ToSchema)]
#[schema(as = Recommendation)]
pub struct RecommendationView {
    id: Uuid,
    /// From which visit.
    visit: Uuid,
    /// What is asked.
    #[schema(example = "Đeo thẻ công chức trong giờ làm việc")]
    text: String,
    /// Of whom.
    addressees: Vec<AddresseeView>,
    /// When it was entered.
    at: Timestamp,
}

impl From<&Recommendation> for RecommendationView {
    fn from(r: &Recommendation) -> Self {
        Self {
            id: r.id.0,
            visit: r.visit.0,
            text: r.text.clone(),
            addressees: r.addressees.iter().map(Into::into).collect(),
            at: r.at,
        }
    }
}

/// Recommendations of a visit.
#[derive(Serialize, ToSchema)]
pub struct RecommendationList {
    /// Oldest first.
    items: Vec<RecommendationView>,
}

/// Enter a recommendation
///
/// What the team asks of somebody without saying that anything was wrong (kiến nghị). The minutes print it, and the units it is
/// addressed to read it once they are signed (`/v1/recommendations`).
#[utoipa::path(tag = "findings", request_body = RecommendationEntered,
    params(("visit" = Uuid, Path, description = "From which visit.")), responses(
    (status = 201, description = "Entered.", body = RecommendationView,
        headers(("Location" = String, description = "Where all of them are."))),
    (status = 409, description = "`visit.not-on-site`, `visit.closed`, `visit.minutes-signed`.")))]
#[post("/v1/visits/{visit}/recommendations")]
pub async fn enter_recommendation(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<RecommendationEntered>,
) -> Result<HttpResponse, Problem> {
    let to: Vec<UnitId> = said.0.addressees.iter().copied().map(UnitId).collect();
    let new = flow::enter(&app, &caller.0, VisitId(*visit), &said.0.text, &to).await?;
    let place = format!("/v1/visits/{visit}/recommendations");
    let mut with = HttpResponse::Created();
    Ok(with.insert_header(("location", place)).json(RecommendationView::from(&new)))
}

/// List recommendations
///
/// Those of a visit, oldest first.
#[utoipa::path(tag = "findings", params(("visit" = Uuid, Path, description = "Of which visit.")), responses(
    (status = 200, description = "Oldest first.", body = RecommendationList)))]
#[get("/v1/visits/{visit}/recommendations")]
pub async fn list_recommendations(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::of_visit(&app, &caller.0, VisitId(*visit)).await?;
    let items = found.iter().map(RecommendationView::from).collect();
    Ok(HttpResponse::Ok().json(RecommendationList { items }))
}

/// Addressed to whom, by whom.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddressedFilters {
    /// Of this owner's teams.
    owner: Uuid,
    /// To this unit.
    unit: Uuid,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of recommendations.
#[derive(Serialize, ToSchema)]
pub struct RecommendationPage {
    /// Latest first.
    items: Vec<RecommendationView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List recommendations to a unit
///
/// What an owner's teams recommend to a unit, wherever they were, latest first: for its head and its staff, for whoever
/// stands above it, and for the owner. Told once the minutes of the visit are signed.
#[utoipa::path(tag = "findings", params(AddressedFilters), responses(
    (status = 200, description = "A page.", body = RecommendationPage),
    (status = 404, description = "None you may see.")))]
#[get("/v1/recommendations")]
pub async fn list_addressed_recommendations(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<AddressedFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let AddressedFilters { owner, unit, limit, cursor } = filters.0;
    let (name, limit) = (format!("recommendations {owner} {unit}"), paging::limit(limit)?);
    let after: Option<flow::Place> = paging::open(&app, &name, cursor.as_deref())?;
    let to = (OwnerId(owner), UnitId(unit));
    let (found, next) = flow::addressed_to(&app, &caller.0, to, after, limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, place));
    let page = RecommendationPage { items: found.iter().map(RecommendationView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}
