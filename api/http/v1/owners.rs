//! Owning bodies.

use crate::app::App;
use crate::domain::ids::OwnerId;
use crate::flows::owners::{self, Owner};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on owners.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_owner).service(list_owners).service(read_owner);
}

/// An owner to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "nong-son", "name": "UBND huyện Nông Sơn" }))]
pub struct NewOwner {
    /// Short stable code: small letters, digits, dashes.
    code: String,
    /// Full name.
    name: String,
}

/// An owning body: the inspectorate or authority whose campaigns these are.
#[derive(Serialize, ToSchema)]
#[schema(as = Owner, example = json!({ "id": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "code": "nong-son",
    "name": "UBND huyện Nông Sơn", "created_at": "2026-03-02T01:15:00Z" }))]
pub struct OwnerView {
    /// Its id.
    id: Uuid,
    /// Short stable code.
    code: String,
    /// Full name.
    name: String,
    /// When it was entered.
    created_at: jiff::Timestamp,
}

impl From<Owner> for OwnerView {
    fn from(owner: Owner) -> Self {
        Self { id: owner.id.0, code: owner.code, name: owner.name, created_at: owner.created_at }
    }
}

/// A page of owners.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnerPage)]
pub struct OwnerPage {
    /// Owners by code.
    items: Vec<OwnerView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Enter an owner
///
/// For the administrator of the whole installation. Codes are unique.
#[utoipa::path(tag = "units", request_body = NewOwner, responses(
    (status = 201, description = "Entered; `Location` says where.", body = OwnerView,
        headers(("Location" = String, description = "Address of the owner."))),
    (status = 409, description = "`owner.code-taken`.")))]
#[post("/v1/owners")]
pub async fn create_owner(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewOwner>,
) -> Result<HttpResponse, Problem> {
    let owner = owners::create(&app, &caller.0, &body.0.code, &body.0.name).await?;
    let location = format!("/v1/owners/{}", owner.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(OwnerView::from(owner)))
}

/// List owners
///
/// Ordered by code.
#[utoipa::path(tag = "units", params(Page), responses((status = 200, description = "A page of owners.", body = OwnerPage)))]
#[get("/v1/owners")]
pub async fn list_owners(
    app: web::Data<App>,
    caller: Caller,
    page: Params<Page>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let limit = paging::limit(page.0.limit)?;
    let after: Option<String> = paging::open(&app, "owners", page.0.cursor.as_deref())?;
    let (found, more) = owners::list(&app, &caller.0, after.as_deref(), limit).await?;
    let next = found.last().filter(|_| more).map(|last| paging::seal(&app, "owners", &last.code));
    let items = found.into_iter().map(OwnerView::from).collect();
    Ok(paging::respond(&request, &OwnerPage { items, next: next.clone() }, next.as_deref()))
}

/// Read an owner
///
/// One owning body by its id.
#[utoipa::path(tag = "units", params(("owner" = Uuid, Path, description = "Id of the owner.")),
    responses((status = 200, description = "The owner.", body = OwnerView)))]
#[get("/v1/owners/{owner}")]
pub async fn read_owner(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let owner = owners::read(&app, &caller.0, OwnerId(path.into_inner())).await?;
    Ok(HttpResponse::Ok().json(OwnerView::from(owner)))
}
