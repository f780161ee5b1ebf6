//! Conflicts of interest between people and units.

use crate::app::App;
use crate::domain::ids::{AccountId, OwnerId, UnitId};
use crate::flows::conflicts::{self as flow, Conflict, Place};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on conflicts of interest.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(enter_conflict).service(list_conflicts).service(withdraw_conflict);
}

/// Somebody who is not to be sent to a unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "account": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "unit": "1f0c6f0e-5b3f-4a8e-8f63-8a4f0c2c9d10", "reason": "Người thân là lãnh đạo đơn vị" }))]
pub struct NewConflict {
    /// Who: somebody with a role at the owner.
    account: Uuid,
    /// Where they are not to go; whatever takes its place as a whole counts, too.
    unit: Uuid,
    /// Why, for those who keep the rules alone; no refusal tells it.
    reason: String,
}

/// Somebody who is not to be sent to a unit.
#[derive(Serialize, ToSchema)]
#[schema(as = ConflictOfInterest)]
pub struct ConflictView {
    /// Its id.
    id: Uuid,
    /// Whose rules it belongs to.
    owner: Uuid,
    /// Who.
    account: Uuid,
    /// Where they are not to go.
    unit: Uuid,
    /// Why.
    #[schema(example = "Người thân là lãnh đạo đơn vị")]
    reason: String,
    /// Who entered it.
    entered_by: Option<Uuid>,
    /// When.
    entered_at: Timestamp,
}

impl From<Conflict> for ConflictView {
    fn from(of: Conflict) -> Self {
        Self {
            id: of.id.0,
            owner: of.owner.0,
            account: of.account.0,
            unit: of.unit.0,
            reason: of.reason,
            entered_by: of.entered_by.map(|id| id.0),
            entered_at: of.entered_at,
        }
    }
}

/// A page of conflicts of interest.
#[derive(Serialize, ToSchema)]
#[schema(as = ConflictPage)]
pub struct ConflictPage {
    /// Latest entered first.
    items: Vec<ConflictView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Enter a conflict of interest
///
/// What follows where a team with that person is to go there stands in the owner's assignment rules; a refusal unless they
/// say otherwise.
#[utoipa::path(tag = "campaigns", params(("owner" = Uuid, Path, description = "Id of the owner.")),
    request_body = NewConflict, responses(
    (status = 201, description = "Entered; `Location` says where they are listed.", body = ConflictView,
        headers(("Location" = String, description = "Address of the owner's conflicts of interest."))),
    (status = 409, description = "`conflict.known`: it has been entered already.")))]
#[post("/v1/owners/{owner}/conflicts-of-interest")]
pub async fn enter_conflict(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewConflict>,
) -> Result<HttpResponse, Problem> {
    let (owner, said) = (OwnerId(path.into_inner()), body.0);
    let of = (AccountId(said.account), UnitId(said.unit));
    let made = flow::enter(&app, &caller.0, owner, of, &said.reason).await?;
    let location = format!("/v1/owners/{owner}/conflicts-of-interest");
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(ConflictView::from(made)))
}

/// Which conflicts of interest, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConflictFilter {
    /// Only those of this person.
    account: Option<Uuid>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// List conflicts of interest
///
/// Those of an owner that hold, for whoever keeps its rules. Latest entered first.
#[utoipa::path(tag = "campaigns", params(("owner" = Uuid, Path, description = "Id of the owner."), ConflictFilter),
    responses((status = 200, description = "A page of conflicts of interest.", body = ConflictPage)))]
#[get("/v1/owners/{owner}/conflicts-of-interest")]
pub async fn list_conflicts(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    filter: Params<ConflictFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (owner, ConflictFilter { account, limit, cursor }) = (path.into_inner(), filter.0);
    let (of, limit) = (format!("conflicts of interest {owner} {account:?}"), paging::limit(limit)?);
    let after: Option<Place> = paging::open(&app, &of, cursor.as_deref())?;
    let (found, next) =
        flow::list(&app, &caller.0, OwnerId(owner), account.map(AccountId), (after, limit)).await?;
    let next = next.map(|place| paging::seal(&app, &of, place));
    let page = ConflictPage { items: found.into_iter().map(ConflictView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Between whom and what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// Who is kept off.
    account: Uuid,
    /// Where they were not to go.
    unit: Uuid,
}

/// Withdraw a conflict of interest
///
/// What was entered by mistake, or holds no longer. It stays on record and counts no more.
#[utoipa::path(tag = "campaigns", params(("owner" = Uuid, Path, description = "Id of the owner."), Between),
    responses((status = 204, description = "Withdrawn.")))]
#[delete("/v1/owners/{owner}/conflicts-of-interest")]
pub async fn withdraw_conflict(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    between: Params<Between>,
) -> Result<HttpResponse, Problem> {
    let of = (AccountId(between.0.account), UnitId(between.0.unit));
    flow::withdraw(&app, &caller.0, OwnerId(path.into_inner()), of).await?;
    Ok(HttpResponse::NoContent().finish())
}
