//! Who stands in the place of a unit, whose place it took, and the visits of both.

use super::{UnitAtView, UnitVersionView};
use crate::app::App;
use crate::domain::ids::{UnitId, VisitId};
use crate::domain::unit::lineage::Kin;
use crate::domain::unit::{UnitType, UnitVersion};
use crate::flows::units::lineage::{self as flow, PastVisit, Succeeded};
use crate::flows::units::{through_time, types_known};
use crate::flows::visits::VisitPlace;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::v1::visits::VisitView;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Somebody at the other end of a succession.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitKin)]
pub struct KinView {
    /// The unit.
    unit: Uuid,
    /// Whether all of the earlier unit went to the later one, or a part.
    #[schema(value_type = vocabulary::Portion)]
    portion: &'static str,
    /// The day on which it took over, or was taken over.
    on: Date,
    /// The event behind it.
    event: Uuid,
    /// As it is on the day that was asked about, or as it last was.
    at: Option<UnitAtView>,
}

impl KinView {
    fn of(kin: Kin, at: Option<UnitAtView>) -> Self {
        Self { unit: kin.unit.0, portion: kin.portion.as_str(), on: kin.on, event: kin.event.0, at }
    }
}

/// A unit on a day, and who stands in its place.
#[derive(Serialize, ToSchema)]
#[schema(as = SucceededUnit)]
pub struct SucceededView {
    /// The unit.
    unit: Uuid,
    /// Whether it is in force itself; then nobody stands in its place.
    in_force: bool,
    /// Whoever is in force in its place, however many successions lie between. None: it ended without successor, has
    /// not begun, or is not known.
    successors: Vec<KinView>,
}

impl From<Succeeded> for SucceededView {
    fn from(one: Succeeded) -> Self {
        Self {
            unit: one.unit.0,
            in_force: one.at.is_some(),
            successors: one.by.into_iter().map(|(kin, at)| KinView::of(kin, Some(at.into()))).collect(),
        }
    }
}

/// Units rolled up to a day.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitSuccessors)]
pub struct SuccessorsView {
    /// The day.
    on: Date,
    /// The units in the order of the question.
    items: Vec<SucceededView>,
}

/// Which units, which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuccessorsAsked {
    /// Which unit; repeat for several, at most 200.
    #[serde(default)]
    unit: Vec<Uuid>,
    /// On which day; today in Vietnam where nothing is said.
    #[param(example = "2025-07-01")]
    on: Option<Date>,
}

/// Roll units up to a day
///
/// For each unit who stands in its place on the day: the query by which what was found before a merger is counted for
/// whoever is there now. Nothing that was recorded is rewritten.
#[utoipa::path(tag = "units", params(SuccessorsAsked),
    responses((status = 200, description = "The units with their successors.", body = SuccessorsView)))]
#[get("/v1/unit-successors")]
pub async fn list_unit_successors(
    app: web::Data<App>,
    caller: Caller,
    asked: Params<SuccessorsAsked>,
) -> Result<HttpResponse, Problem> {
    let units: Vec<UnitId> = asked.0.unit.into_iter().map(UnitId).collect();
    let (on, found) = flow::successors(&app, &caller.0, &units, asked.0.on).await?;
    let items = found.into_iter().map(SucceededView::from).collect();
    Ok(HttpResponse::Ok().json(SuccessorsView { on, items }))
}

/// On which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OnDay {
    /// On which day; today in Vietnam where nothing is said.
    #[param(example = "2025-07-01")]
    on: Option<Date>,
}

/// Whose place a unit took.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitPredecessors)]
pub struct PredecessorsView {
    /// Nearest first, each as it last was.
    items: Vec<KinView>,
}

/// List whose place a unit took
///
/// Every unit that had gone into this one by the day, wholly or in part, directly or through others.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."), OnDay),
    responses((status = 200, description = "The predecessors.", body = PredecessorsView)))]
#[get("/v1/units/{unit}/predecessors")]
pub async fn list_unit_predecessors(
    app: web::Data<App>,
    caller: Caller,
    unit: web::Path<Uuid>,
    asked: Params<OnDay>,
) -> Result<HttpResponse, Problem> {
    let found = flow::predecessors(&app, &caller.0, UnitId(*unit), asked.0.on).await?;
    let items = found.into_iter().map(|(kin, at)| KinView::of(kin, at.map(UnitAtView::from))).collect();
    Ok(HttpResponse::Ok().json(PredecessorsView { items }))
}

/// A visit in the history of a unit.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitVisit)]
pub struct UnitVisitView {
    /// Whether it was a visit to somebody whose place the unit took.
    predecessor: bool,
    /// Whether all of that predecessor went to the unit; `null` for a visit of its own.
    #[schema(value_type = Option<vocabulary::Portion>)]
    portion: Option<&'static str>,
    /// The visit, with version and printed path of its day.
    visit: VisitView,
}

impl From<&PastVisit> for UnitVisitView {
    fn from(past: &PastVisit) -> Self {
        Self {
            predecessor: past.predecessor.is_some(),
            portion: past.predecessor.map(|kin| kin.portion.as_str()),
            visit: VisitView::from(&past.visit),
        }
    }
}

/// A page of the visits in the history of a unit.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitVisitPage)]
pub struct UnitVisitPage {
    /// Latest planned start first.
    items: Vec<UnitVisitView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which visits, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitVisitFilter {
    /// Whether visits to whoever was there before are listed too, marked as such.
    #[serde(default)]
    predecessors: bool,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// List the visits of a unit's history
///
/// To the unit itself, not below it, and where asked to whoever was there before: those the caller may see.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."), UnitVisitFilter),
    responses((status = 200, description = "A page of visits.", body = UnitVisitPage)))]
#[get("/v1/units/{unit}/visits")]
pub async fn list_unit_visits(
    app: web::Data<App>,
    caller: Caller,
    unit: web::Path<Uuid>,
    filter: Params<UnitVisitFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let UnitVisitFilter { predecessors, limit, cursor } = filter.0;
    let (of, limit) = (format!("unit visits {unit} {predecessors}"), paging::limit(limit)?);
    let after: Option<(Timestamp, Uuid)> = paging::open(&app, &of, cursor.as_deref())?;
    let after = after.map(|(start, id)| VisitPlace { start, id: VisitId(id) });
    let (visits, next) = flow::visits(&app, &caller.0, UnitId(*unit), predecessors, (after, limit)).await?;
    let next = next.map(|place| paging::seal(&app, &of, (place.start, place.id.0)));
    let page = UnitVisitPage { items: visits.iter().map(UnitVisitView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// A version with the unit it is of.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitVersionFound)]
pub struct VersionFoundView {
    /// The unit; two units may have had the same name and code.
    unit: Uuid,
    /// The version.
    version: UnitVersionView,
}

/// A page of versions.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitVersionPage)]
pub struct VersionPage {
    /// First day first.
    items: Vec<VersionFoundView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which versions, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionFilter {
    /// Only versions whose name holds this, with or without accents.
    #[param(example = "minh quang")]
    q: Option<String>,
    /// Only versions with this code of the state's catalogue.
    #[param(example = "02302")]
    official_code: Option<String>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Find units over all time
///
/// Every version that ever had a name or a code, first day first. The state reuses both: who is meant shows only with
/// the days.
#[utoipa::path(tag = "units", params(VersionFilter),
    responses((status = 200, description = "A page of versions.", body = VersionPage)))]
#[get("/v1/unit-versions")]
pub async fn list_unit_versions(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<VersionFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let VersionFilter { q, official_code, limit, cursor } = filter.0;
    let (of, limit) = (format!("unit versions {q:?} {official_code:?}"), paging::limit(limit)?);
    let after = paging::open(&app, &of, cursor.as_deref())?;
    let words = (q.as_deref(), official_code.as_deref());
    let (found, next) = through_time::versions(&app, &caller.0, words, after, limit).await?;
    let next = next.map(|place| paging::seal(&app, &of, place));
    let item = |found: UnitVersion| VersionFoundView { unit: found.unit.0, version: found.into() };
    let page = VersionPage { items: found.into_iter().map(item).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// A type of unit.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitTypeRow, example = json!({ "code": "ward", "name": "Phường", "kind": "administrative",
    "level": "commune", "ended_on": null }))]
pub struct UnitTypeView {
    /// As sent.
    #[schema(value_type = vocabulary::UnitType)]
    code: &'static str,
    /// What it is called in Vietnamese.
    name: &'static str,
    /// Part of the division, or an organisation that belongs to it.
    #[schema(value_type = vocabulary::UnitKind)]
    kind: &'static str,
    /// The floor it stands on.
    #[schema(value_type = vocabulary::UnitLevel)]
    level: &'static str,
    /// The day from which the state has no such units any more.
    ended_on: Option<Date>,
}

impl From<UnitType> for UnitTypeView {
    fn from(one: UnitType) -> Self {
        Self {
            code: one.as_str(),
            name: one.vietnamese(),
            kind: one.kind().as_str(),
            level: one.level().as_str(),
            ended_on: one.ended_on(),
        }
    }
}

/// Every type of unit.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitTypes)]
pub struct UnitTypesView {
    /// From the top of the state down, organisations last.
    items: Vec<UnitTypeView>,
}

/// List the types of units
///
/// What units are called by law, in Vietnamese too, for whoever draws a form or a filter.
#[utoipa::path(tag = "units", responses((status = 200, description = "The types.", body = UnitTypesView)))]
#[get("/v1/unit-types")]
pub async fn list_unit_types(caller: Caller) -> Result<HttpResponse, Problem> {
    let types = types_known(&caller.0)?;
    let items = types.iter().copied().map(UnitTypeView::from).collect();
    Ok(HttpResponse::Ok().json(UnitTypesView { items }))
}
