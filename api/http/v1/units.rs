//! Units through time.

use crate::app::App;
use crate::domain::ids::UnitId;
use crate::domain::unit::{UnitKind, UnitType, UnitVersion, VersionSaid};
use crate::flows::units::{self, Asked, Place, Unit, UnitAt};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub mod events;
pub mod lineage;
pub mod removal;

/// The operations on units.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_unit).service(list_units).service(read_unit).service(add_unit_version);
    cfg.service(events::record_unit_event).service(events::list_unit_events);
    cfg.service(events::read_unit_event).service(events::undo_unit_event);
    cfg.service(lineage::list_unit_successors).service(lineage::list_unit_predecessors);
    cfg.service(lineage::list_unit_visits).service(lineage::list_unit_versions);
    cfg.service(lineage::list_unit_types);
    cfg.service(removal::remove_unit).service(removal::remove_unit_version);
}

/// A version of a unit to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Xã Minh Quang", "unit_type": "commune",
    "parent": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "official_code": "02302", "valid_from": "2021-07-01",
    "instrument": "1262/NQ-UBTVQH14", "certainty": "high" }))]
pub struct NewUnitVersion {
    /// Full name with its word: `Xã Minh Quang`.
    name: String,
    /// What it is called by law.
    #[schema(value_type = vocabulary::UnitType)]
    unit_type: String,
    /// The unit above; none for a province.
    parent: Option<Uuid>,
    /// Code in the state's catalogue. Codes are reused: never an identity.
    official_code: Option<String>,
    /// First day.
    valid_from: Date,
    /// First day on which it no longer holds; none while open.
    valid_to: Option<Date>,
    /// The resolution or decree behind it.
    instrument: Option<String>,
    /// How sure the register is; `high` where nothing is said.
    #[schema(value_type = Option<vocabulary::Certainty>)]
    certainty: Option<String>,
}

impl From<NewUnitVersion> for VersionSaid {
    fn from(new: NewUnitVersion) -> Self {
        Self {
            name: new.name,
            unit_type: new.unit_type,
            parent: new.parent.map(UnitId),
            official_code: new.official_code,
            valid_from: new.valid_from,
            valid_to: new.valid_to,
            instrument: new.instrument,
            certainty: new.certainty,
        }
    }
}

/// A unit as it was on a day.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitAt, example = json!({ "id": "1f0c6f0e-5b3f-4a8e-8f63-8a4f0c2c9d10",
    "version": "9a1d6f0e-5b3f-4a8e-8f63-8a4f0c2c9d11", "name": "Xã Minh Quang", "unit_type": "commune",
    "official_code": "02302", "path": "Xã Minh Quang, huyện Chiêm Hóa, tỉnh Tuyên Quang",
    "ancestors": ["7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c12"] }))]
pub struct UnitAtView {
    /// The unit.
    id: Uuid,
    /// The version that held on the day.
    version: Uuid,
    /// Full name.
    name: String,
    /// Type.
    #[schema(value_type = vocabulary::UnitType)]
    unit_type: &'static str,
    /// Code in the state's catalogue.
    official_code: Option<String>,
    /// As printed on papers.
    path: String,
    /// Every unit above, nearest first.
    ancestors: Vec<Uuid>,
}

impl From<UnitAt> for UnitAtView {
    fn from(at: UnitAt) -> Self {
        Self {
            id: at.unit.0,
            version: at.version.0,
            name: at.name,
            unit_type: at.unit_type.as_str(),
            official_code: at.official_code,
            path: at.path,
            ancestors: at.ancestors.into_iter().map(|id| id.0).collect(),
        }
    }
}

/// A version of a unit.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitVersion)]
pub struct UnitVersionView {
    /// Its id.
    id: Uuid,
    /// Full name.
    #[schema(example = "Xã Minh Quang")]
    name: String,
    /// Type.
    #[schema(value_type = vocabulary::UnitType)]
    unit_type: &'static str,
    /// The unit above.
    parent: Option<Uuid>,
    /// Code in the state's catalogue.
    #[schema(example = "02302")]
    official_code: Option<String>,
    /// First day; 1945-09-02 where the register does not know when the unit began.
    valid_from: Date,
    /// First day on which it no longer holds.
    valid_to: Option<Date>,
    /// The resolution or decree behind it.
    instrument: Option<String>,
    /// How sure the register is.
    #[schema(value_type = vocabulary::Certainty)]
    certainty: &'static str,
}

impl From<UnitVersion> for UnitVersionView {
    fn from(version: UnitVersion) -> Self {
        Self {
            id: version.id.0,
            name: version.name,
            unit_type: version.unit_type.as_str(),
            parent: version.parent.map(|id| id.0),
            official_code: version.official_code,
            valid_from: version.valid_from,
            valid_to: version.valid_to,
            instrument: version.instrument,
            certainty: version.certainty.as_str(),
        }
    }
}

/// A unit with its whole history.
#[derive(Serialize, ToSchema)]
#[schema(as = Unit)]
pub struct UnitView {
    /// Its id; stays the same whatever its name, type, code and parent.
    id: Uuid,
    /// Part of the division, or an organisation that belongs to it.
    #[schema(value_type = vocabulary::UnitKind)]
    kind: &'static str,
    /// The day `at` is about.
    as_of: Date,
    /// The unit on that day; `null` if it did not exist then.
    at: Option<UnitAtView>,
    /// Every version, first to last.
    versions: Vec<UnitVersionView>,
}

impl From<Unit> for UnitView {
    fn from(unit: Unit) -> Self {
        Self {
            id: unit.id.0,
            kind: unit.kind.as_str(),
            as_of: unit.as_of,
            at: unit.at.map(UnitAtView::from),
            versions: unit.versions.into_iter().map(UnitVersionView::from).collect(),
        }
    }
}

/// How well a name fits what was looked for; best first.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameFit {
    /// It is the name, with its type or without, accents and all.
    Exact,
    /// The name holds it, accents and all.
    Accents,
    /// Accents apart, it is the name, with its type or without.
    Whole,
    /// Accents apart, the name begins with it.
    Beginning,
    /// Accents apart, the name holds it.
    Inside,
    /// Accents apart, the name has its words, in another order.
    Words,
    /// Accents, apostrophes, dashes and blanks apart, the name holds it.
    Marks,
}

impl NameFit {
    fn of_rank(rank: i16) -> Self {
        match rank {
            0 => Self::Exact,
            1 => Self::Accents,
            2 => Self::Whole,
            3 => Self::Beginning,
            4 => Self::Inside,
            5 => Self::Words,
            _ => Self::Marks,
        }
    }
}

/// A unit in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedUnit)]
pub struct ListedUnitView {
    #[serde(flatten)]
    at: UnitAtView,
    /// How well the name fits `q`; `null` where nothing was looked for.
    fit: Option<NameFit>,
}

/// A page of units.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitPage)]
pub struct UnitPage {
    /// Units as they were on the day.
    items: Vec<ListedUnitView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which units, which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitFilter {
    /// As of which day; today in Vietnam where nothing is said.
    #[param(example = "2017-09-01")]
    as_of: Option<Date>,
    /// Only units directly below this one.
    parent: Option<Uuid>,
    /// Only units of this type on the day; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::UnitType>, required = false)]
    unit_type: Vec<UnitType>,
    /// Only parts of the administrative division, or only organisations.
    #[param(value_type = Option<vocabulary::UnitKind>)]
    kind: Option<UnitKind>,
    /// Only units whose name holds this, or its words in another order, with or without accents. The very name comes
    /// first, another order last.
    #[param(example = "phuoc ninh")]
    q: Option<String>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// As of which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// As of which day; today in Vietnam where nothing is said.
    #[param(example = "2021-06-30")]
    as_of: Option<Date>,
}

/// Enter a unit
///
/// With its first version. A merger opens a new unit, even where name and code stay.
#[utoipa::path(tag = "units", request_body = NewUnitVersion, responses(
    (status = 201, description = "Entered; `Location` says where.", body = UnitView,
        headers(("Location" = String, description = "Address of the unit.")))))]
#[post("/v1/units")]
pub async fn create_unit(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewUnitVersion>,
) -> Result<HttpResponse, Problem> {
    let unit = units::create(&app, &caller.0, body.0.into()).await?;
    let location = format!("/v1/units/{}", unit.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(UnitView::from(unit)))
}

/// List or find units
///
/// As of a day. Every filter goes with every other. Ordered by name without accents; with `q` by how well the name
/// fits first.
#[utoipa::path(tag = "units", params(UnitFilter),
    responses((status = 200, description = "A page of units.", body = UnitPage)))]
#[get("/v1/units")]
pub async fn list_units(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<UnitFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let filter = filter.0;
    let as_of = filter.as_of.unwrap_or_else(|| units::today(&app));
    let sorts = (filter.unit_type, filter.kind);
    let of = format!("units {as_of} {:?} {:?} {sorts:?}", filter.parent, filter.q);
    let limit = paging::limit(filter.limit)?;
    let after: Option<Place> = paging::open(&app, &of, filter.cursor.as_deref())?;
    let (types, kind) = sorts;
    let is_search = filter.q.is_some();
    let asked = Asked { as_of: Some(as_of), parent: filter.parent.map(UnitId), name: filter.q, types, kind };
    let (found, more) = units::list(&app, &caller.0, asked, after.as_ref(), limit).await?;
    let next = found.last().filter(|_| more).map(|last| paging::seal(&app, &of, &last.place));
    let fit = |rank: i16| is_search.then(|| NameFit::of_rank(rank));
    let listed = |f: units::Found| ListedUnitView { fit: fit(f.place.rank), at: UnitAtView::from(f.at) };
    let items = found.into_iter().map(listed).collect();
    Ok(paging::respond(&request, &UnitPage { items, next: next.clone() }, next.as_deref()))
}

/// Read a unit
///
/// As it was on a day, with its whole history.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."), AsOf),
    responses((status = 200, description = "The unit.", body = UnitView)))]
#[get("/v1/units/{unit}")]
pub async fn read_unit(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    asked: Params<AsOf>,
) -> Result<HttpResponse, Problem> {
    let unit = units::read(&app, &caller.0, UnitId(path.into_inner()), asked.0.as_of).await?;
    Ok(HttpResponse::Ok().json(UnitView::from(unit)))
}

/// Change a unit from a day on
///
/// Enters a new version; the last one ends on the day this one begins. A day to come is taken: until then the unit is
/// as it was. Where an event says that the unit ends, the version ends then, too.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit.")),
    request_body = NewUnitVersion, responses(
    (status = 201, description = "Entered; `Location` is the unit's address.", body = UnitView,
        headers(("Location" = String, description = "Address of the unit."))),
    (status = 409, description = "`unit.version-order`: begins before the last one. `unit.version-gap`: leaves days \
        without a version. `unit-event.other-stands`: an event says on which day the unit ends. \
        `unit-event.still-above`: units stand below it for longer.")))]
#[post("/v1/units/{unit}/versions")]
pub async fn add_unit_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    body: Body<NewUnitVersion>,
) -> Result<HttpResponse, Problem> {
    let unit = units::add_version(&app, &caller.0, UnitId(path.into_inner()), body.0.into()).await?;
    let location = format!("/v1/units/{}", unit.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(UnitView::from(unit)))
}
