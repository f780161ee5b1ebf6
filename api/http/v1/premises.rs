//! Where offices are.

use crate::app::App;
use crate::domain::ids::UnitId;
use crate::domain::place::Area;
use crate::domain::refusal::Refusal;
use crate::flows::premises::{self, Premises, Survey};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on premises.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(survey_premises).service(list_premises).service(remove_survey);
}

/// The ground of an office as a GeoJSON geometry (RFC 7946): longitude first, WGS 84 degrees.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Shape {
    /// A point and a radius.
    #[schema(example = json!({ "type": "Point", "coordinates": [108.0421, 15.6803], "radius_m": 60 }))]
    Point {
        /// Longitude and latitude.
        coordinates: [f64; 2],
        /// Metres around the point, 5 to 5000.
        radius_m: f64,
    },
    /// One closed outer ring; holes are not taken.
    Polygon {
        /// The ring, alone in its list.
        coordinates: Vec<Vec<[f64; 2]>>,
    },
}

impl TryFrom<Shape> for Area {
    type Error = Refusal;
    fn try_from(shape: Shape) -> Result<Self, Refusal> {
        match shape {
            Shape::Point { coordinates: [longitude, latitude], radius_m } => {
                Ok(Self::Circle { longitude, latitude, radius_m })
            }
            Shape::Polygon { coordinates } => match <[_; 1]>::try_from(coordinates) {
                Ok([ring]) => Ok(Self::Polygon { ring }),
                Err(_) => {
                    Err(Refusal::field("/shape/coordinates", "place.rings", "send one ring, without holes"))
                }
            },
        }
    }
}

impl From<Area> for Shape {
    fn from(area: Area) -> Self {
        match area {
            Area::Circle { longitude, latitude, radius_m } => {
                Self::Point { coordinates: [longitude, latitude], radius_m }
            }
            Area::Polygon { ring } => Self::Polygon { coordinates: vec![ring] },
        }
    }
}

/// A survey to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Trụ sở UBND xã Phước Ninh", "address": "Thôn Bình Yên, xã Phước Ninh",
    "shape": { "type": "Point", "coordinates": [108.0421, 15.6803], "radius_m": 60 }, "valid_from": "2021-09-01" }))]
pub struct NewSurvey {
    /// What people call the office.
    name: String,
    /// Postal address; may be empty.
    #[serde(default)]
    address: String,
    /// The ground.
    shape: Shape,
    /// From which day.
    valid_from: Date,
}

/// Where an office is, from one day to another.
#[derive(Serialize, ToSchema)]
#[schema(as = Premises)]
pub struct PremisesView {
    /// Its id.
    id: Uuid,
    /// Whose office.
    unit: Uuid,
    /// What people call it.
    #[schema(example = "Trụ sở UBND xã Phước Ninh")]
    name: String,
    /// Postal address.
    #[schema(example = "Thôn Bình Yên, xã Phước Ninh")]
    address: String,
    /// The ground.
    shape: Shape,
    /// First day.
    valid_from: Date,
    /// First day on which it no longer holds.
    valid_to: Option<Date>,
    /// When it was entered.
    created_at: jiff::Timestamp,
}

impl From<Premises> for PremisesView {
    fn from(premises: Premises) -> Self {
        Self {
            id: premises.id.0,
            unit: premises.unit.0,
            name: premises.name,
            address: premises.address,
            shape: premises.area.into(),
            valid_from: premises.valid_from,
            valid_to: premises.valid_to,
            created_at: premises.created_at,
        }
    }
}

/// Every survey of an office.
#[derive(Serialize, ToSchema)]
#[schema(as = PremisesList)]
pub struct PremisesList {
    /// Surveys, latest first.
    items: Vec<PremisesView>,
    /// Always `null`: an office has few surveys.
    next: Option<String>,
}

/// Enter where an office is
///
/// A new survey ends the one before it on its first day; visits keep the premises of their own day.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit.")), request_body = NewSurvey,
    responses(
    (status = 201, description = "Entered; `Location` says where surveys are listed.", body = PremisesView,
        headers(("Location" = String, description = "Address of the unit's premises."))),
    (status = 409, description = "`premises.survey-order`: holds from no later day than the last one.")))]
#[post("/v1/units/{unit}/premises")]
pub async fn survey_premises(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewSurvey>,
) -> Result<HttpResponse, Problem> {
    let (unit, new) = (UnitId(path.into_inner()), body.0);
    let area = Area::try_from(new.shape)?;
    let survey = Survey { name: new.name, address: new.address, area, valid_from: new.valid_from };
    let kept = premises::survey(&app, &caller.0, unit, survey).await?;
    let location = format!("/v1/units/{unit}/premises");
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(PremisesView::from(kept)))
}

/// Which survey.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneSurvey {
    /// The first day on which it holds.
    #[param(example = "2026-03-16")]
    valid_from: Date,
}

/// Take out a survey that was entered by mistake
///
/// The last one of an office, while no visit that was made rests on it: the one before holds again.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."), OneSurvey), responses(
    (status = 204, description = "Taken out."),
    (status = 409, description = "`premises.followed`: a later survey follows. `premises.in-use`: visits that were made rest \
        on it.")))]
#[delete("/v1/units/{unit}/premises")]
pub async fn remove_survey(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    asked: Params<OneSurvey>,
) -> Result<HttpResponse, Problem> {
    premises::remove(&app, &caller.0, UnitId(path.into_inner()), asked.0.valid_from).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List where an office is and was
///
/// Latest survey first.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit.")),
    responses((status = 200, description = "Every survey.", body = PremisesList)))]
#[get("/v1/units/{unit}/premises")]
pub async fn list_premises(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = premises::list(&app, &caller.0, UnitId(path.into_inner())).await?;
    let items = found.into_iter().map(PremisesView::from).collect();
    Ok(HttpResponse::Ok().json(PremisesList { items, next: None }))
}
