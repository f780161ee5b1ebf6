//! Taking back units and versions that were entered by mistake.

use super::UnitView;
use crate::app::App;
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::flows::units::removal;
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, delete, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Take out a unit that was entered by mistake
///
/// With its versions, while nothing rests on it; what was entered stays on record. A unit that an event opened goes when
/// the event is undone.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit.")), responses(
    (status = 204, description = "Taken out."),
    (status = 409, description = "`unit.in-use`: events, other units, visits, rounds, roles or papers rest on it; `errors` \
        says which.")))]
#[delete("/v1/units/{unit}")]
pub async fn remove_unit(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    removal::remove(&app, &caller.0, UnitId(path.into_inner())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which version of which unit.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionPath {
    /// Id of the unit.
    unit: Uuid,
    /// Id of its last version.
    unit_version: Uuid,
}

/// Take back a version that was added by mistake
///
/// The last one of a unit: the one before holds again. Visits that are only planned stand on that from then on.
#[utoipa::path(tag = "units", params(VersionPath), responses(
    (status = 200, description = "Taken back; the unit as it is from the day on which its last version begins.", body = UnitView),
    (status = 409, description = "`unit.version-followed`: it is not the last. `unit.version-only`: it is the only one. \
        `unit-event.other-stands`: an event tells of it; undo that. `unit.of-register`: a register says so. `unit.in-use`: \
        visits that were made rest on it. `unit-event.still-above`: units stand below for longer.")))]
#[delete("/v1/units/{unit}/versions/{unit_version}")]
pub async fn remove_unit_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse, Problem> {
    let of = (UnitId(path.unit), UnitVersionId(path.unit_version));
    let unit = removal::remove_version(&app, &caller.0, of).await?;
    Ok(HttpResponse::Ok().json(UnitView::from(unit)))
}
