//! Rules for who may be sent where.

use crate::app::App;
use crate::domain::assignment::{Consequence, Rules};
use crate::domain::ids::OwnerId;
use crate::flows::assignments::{self, Said};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::{IfMatch, etag};
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on rules.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_assignment_rules).service(write_assignment_rules);
}

/// An owner's rules as they are to be from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "own_unit": "refuse", "rotation": "warn", "rotation_days": 365 }))]
pub struct RulesWish {
    /// What follows where a member of a team belongs to the unit: sits there by their seat, answers for it or works
    /// at it.
    #[schema(value_type = vocabulary::Consequence)]
    own_unit: String,
    /// What follows where a conflict of interest was entered between a member and the unit; `refuse` where nothing is said.
    #[serde(default = "refuse")]
    #[schema(value_type = vocabulary::Consequence, required = false)]
    conflict: String,
    /// What follows where a member inspected the unit lately; another look is no such case.
    #[schema(value_type = vocabulary::Consequence)]
    rotation: String,
    /// How many days "lately" is, 1 to 3650.
    rotation_days: u16,
}

fn refuse() -> String {
    Consequence::Refuse.as_str().to_owned()
}

/// An owner's rules.
#[derive(Serialize, ToSchema)]
#[schema(as = AssignmentRules)]
pub struct RulesView {
    /// Whose rules.
    owner: Uuid,
    /// What follows where a member belongs to the unit.
    #[schema(value_type = vocabulary::Consequence)]
    own_unit: &'static str,
    /// What follows where a conflict of interest was entered between a member and the unit.
    #[schema(value_type = vocabulary::Consequence)]
    conflict: &'static str,
    /// What follows where a member inspected it lately.
    #[schema(value_type = vocabulary::Consequence)]
    rotation: &'static str,
    /// How many days "lately" is.
    #[schema(example = 365)]
    rotation_days: u16,
    /// Counts changes; 0 where the owner has set none.
    #[schema(example = 1)]
    version: i32,
}

fn answer(owner: Uuid, (rules, version): (Rules, i32)) -> HttpResponse {
    let Rules { own_unit, conflict, rotation, rotation_days } = rules;
    let [own_unit, conflict, rotation] = [own_unit, conflict, rotation].map(Consequence::as_str);
    let view = RulesView { owner, own_unit, conflict, rotation, rotation_days, version };
    HttpResponse::Ok().insert_header(etag(version)).json(view)
}

/// Read an owner's rules for teams
///
/// Where nothing was set: nobody inspects their own unit or one that a conflict of interest keeps them from, rotation is not
/// asked for.
#[utoipa::path(tag = "campaigns", params(("owner" = Uuid, Path, description = "Id of the owner.")), responses(
    (status = 200, description = "The rules.", body = RulesView,
        headers(("ETag" = String, description = "Version, for `If-Match`.")))))]
#[get("/v1/owners/{owner}/assignment-rules")]
pub async fn read_assignment_rules(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let owner = path.into_inner();
    Ok(answer(owner, assignments::read(&app, &caller.0, OwnerId(owner)).await?))
}

/// Set an owner's rules for teams
///
/// They hold for what is planned, changed or told from then on.
#[utoipa::path(tag = "campaigns", params(("owner" = Uuid, Path, description = "Id of the owner."),
    ("If-Match" = String, Header, description = "`ETag` as last read.")), request_body = RulesWish, responses(
    (status = 200, description = "Set.", body = RulesView, headers(("ETag" = String, description = "Its next version."))),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/owners/{owner}/assignment-rules")]
pub async fn write_assignment_rules(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    version: IfMatch,
    body: Body<RulesWish>,
) -> Result<HttpResponse, Problem> {
    let (owner, said) = (path.into_inner(), body.0);
    let RulesWish { own_unit, conflict, rotation, rotation_days } = said;
    let said = Said { own_unit, conflict, rotation, rotation_days };
    Ok(answer(owner, assignments::write(&app, &caller.0, OwnerId(owner), version.0, said).await?))
}
