//! What happens to units: created, renamed, reclassified, transferred, merged, split, abolished.

use crate::app::App;
use crate::domain::ids::{UnitEventId, UnitId};
use crate::domain::unit::Certainty;
use crate::domain::unit::event::{
    ChangeSaid, Effect, EventKind, EventSaid, Named, OpenSaid, Portion, Succession, SuccessionSaid,
};
use crate::flows::units::events::{self as flow, Kept, Wanted};
use crate::flows::units::today;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::v1::units::UnitVersionView;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A unit that an event opens.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitOpening {
    /// Full name with its word.
    #[schema(example = "Xã Minh Quang")]
    name: String,
    /// What it is called by law.
    #[schema(value_type = vocabulary::UnitType)]
    unit_type: String,
    /// The unit above; none for a province.
    parent: Option<Uuid>,
    /// Or the unit above by its place in `opens`, counted from 0.
    #[schema(example = json!(null))]
    parent_opened: Option<u16>,
    /// Code in the state's catalogue.
    #[schema(example = "02302")]
    official_code: Option<String>,
    /// First day on which it is gone again, where that is known already: nobody outlives what they stand below.
    #[schema(example = json!(null))]
    valid_to: Option<Date>,
}

/// What an event changes about a unit; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitChange {
    /// Which unit.
    unit: Uuid,
    /// Full name with its word.
    #[schema(example = "Thị trấn Lăng Can")]
    name: Option<String>,
    /// What it is called by law.
    #[schema(value_type = Option<vocabulary::UnitType>)]
    unit_type: Option<String>,
    /// The unit above from then on.
    parent: Option<Uuid>,
    /// Or the unit above by its place in `opens`, counted from 0.
    #[schema(example = json!(null))]
    parent_opened: Option<u16>,
    /// Code in the state's catalogue.
    #[schema(example = "02266")]
    official_code: Option<String>,
}

/// Who takes over from whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuccession {
    /// Who gives.
    from: Uuid,
    /// Who takes, if it is there already.
    to: Option<Uuid>,
    /// Or who takes, by its place in `opens`, counted from 0.
    #[schema(example = 0)]
    to_opened: Option<u16>,
    /// All of `from`, or a part of it.
    #[schema(value_type = vocabulary::Portion)]
    portion: Portion,
}

/// Something that happens to units.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "merge", "instrument": "1684/NQ-UBTVQH15", "legal_date": "2025-06-16",
    "operating_date": "2025-07-01", "certainty": "high", "note": "",
    "opens": [{ "name": "Xã Minh Quang", "unit_type": "commune", "parent": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
        "official_code": "02302" }],
    "changes": [],
    "closes": ["1f0c6f0e-5b3f-4a8e-8f63-8a4f0c2c9d10", "1f0c6f0e-5b3f-4a8e-8f63-8a4f0c2c9d11"],
    "successions": [
        { "from": "1f0c6f0e-5b3f-4a8e-8f63-8a4f0c2c9d10", "to_opened": 0, "portion": "whole" },
        { "from": "1f0c6f0e-5b3f-4a8e-8f63-8a4f0c2c9d11", "to_opened": 0, "portion": "whole" }] }))]
pub struct NewUnitEvent {
    /// What happens.
    #[schema(value_type = vocabulary::UnitEventKind)]
    kind: EventKind,
    /// The resolution or decree.
    instrument: String,
    /// When that takes effect in law; left out where it is not known.
    legal_date: Option<Date>,
    /// From when the new units work: versions end and begin on this day. A day to come is a plan, which changes no
    /// list before.
    operating_date: Date,
    /// How sure this is; `high` where nothing is said.
    #[schema(value_type = Option<vocabulary::Certainty>)]
    certainty: Option<Certainty>,
    /// What else should be known.
    #[serde(default)]
    note: String,
    /// Units that begin.
    #[serde(default)]
    opens: Vec<UnitOpening>,
    /// Units that change.
    #[serde(default)]
    changes: Vec<UnitChange>,
    /// Units that end.
    #[serde(default)]
    closes: Vec<Uuid>,
    /// Who takes over from whom.
    #[serde(default)]
    successions: Vec<NewSuccession>,
}

/// A place out of any list, so that the rules say what is wrong with a succession to nobody.
const NOWHERE: Named = Named::Opened(usize::MAX);

fn named(unit: Option<Uuid>, opened: Option<u16>) -> Option<Named> {
    unit.map(|unit| Named::Unit(UnitId(unit))).or(opened.map(|place| Named::Opened(place.into())))
}

impl From<NewUnitEvent> for EventSaid {
    fn from(new: NewUnitEvent) -> Self {
        let open = |open: UnitOpening| OpenSaid {
            name: open.name,
            unit_type: open.unit_type,
            parent: named(open.parent, open.parent_opened),
            official_code: open.official_code,
            valid_to: open.valid_to,
        };
        let change = |change: UnitChange| ChangeSaid {
            unit: UnitId(change.unit),
            name: change.name,
            unit_type: change.unit_type,
            parent: named(change.parent, change.parent_opened),
            official_code: change.official_code,
        };
        let succession = |said: NewSuccession| SuccessionSaid {
            from: UnitId(said.from),
            to: named(said.to, said.to_opened).unwrap_or(NOWHERE),
            portion: said.portion,
        };
        Self {
            kind: new.kind,
            instrument: new.instrument,
            legal_date: new.legal_date,
            operating_date: new.operating_date,
            certainty: new.certainty,
            note: new.note,
            opens: new.opens.into_iter().map(open).collect(),
            changes: new.changes.into_iter().map(change).collect(),
            closes: new.closes.into_iter().map(UnitId).collect(),
            successions: new.successions.into_iter().map(succession).collect(),
        }
    }
}

/// What an event did to one unit.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitEffect)]
pub struct EffectView {
    /// The unit.
    unit: Uuid,
    /// The version that ended; `null` where the unit began.
    ended: Option<Uuid>,
    /// The version that began; `null` where the unit ended.
    begun: Option<UnitVersionView>,
}

impl From<Effect> for EffectView {
    fn from(effect: Effect) -> Self {
        Self {
            unit: effect.unit.0,
            ended: effect.ended.map(|ended| ended.version.0),
            begun: effect.begun.map(UnitVersionView::from),
        }
    }
}

/// Who took over from whom.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitSuccession)]
pub struct SuccessionView {
    /// Who gave.
    from: Uuid,
    /// Who took.
    to: Uuid,
    /// All of `from`, or a part of it.
    #[schema(value_type = vocabulary::Portion)]
    portion: &'static str,
}

impl From<Succession> for SuccessionView {
    fn from(succession: Succession) -> Self {
        Self { from: succession.from.0, to: succession.to.0, portion: succession.portion.as_str() }
    }
}

/// Something that happened to units, or is planned to.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitEvent)]
pub struct UnitEventView {
    /// Its id.
    id: Uuid,
    /// What happened.
    #[schema(value_type = vocabulary::UnitEventKind)]
    kind: &'static str,
    /// The resolution or decree.
    #[schema(example = "1684/NQ-UBTVQH15")]
    instrument: Option<String>,
    /// When that took effect in law; `null` where it is not known.
    legal_date: Option<Date>,
    /// From when the new units work.
    operating_date: Date,
    /// The day on which versions end and begin: the operating date, unless a register knows better.
    effective_on: Date,
    /// Whether that day is still to come.
    planned: bool,
    /// How sure this is.
    #[schema(value_type = vocabulary::Certainty)]
    certainty: &'static str,
    /// What else should be known.
    #[schema(example = "Nhập ba xã theo Nghị quyết 1684/NQ-UBTVQH15")]
    note: String,
    /// What it did, a unit each.
    effects: Vec<EffectView>,
    /// Who took over from whom.
    successions: Vec<SuccessionView>,
    /// The register that says so; `null` where somebody recorded it.
    #[schema(example = "don-vi-2026")]
    register: Option<String>,
    /// Who recorded it.
    recorded_by: Option<Uuid>,
    /// When it was recorded.
    recorded_at: Timestamp,
    /// When it was undone; `null` while it stands.
    undone_at: Option<Timestamp>,
    /// Who undid it.
    undone_by: Option<Uuid>,
    /// Why.
    #[schema(example = json!(null))]
    undone_because: Option<String>,
}

impl UnitEventView {
    fn of(app: &App, kept: Kept) -> Self {
        let (event, undone) = (kept.event, kept.undone);
        Self {
            id: event.id.0,
            kind: event.kind.as_str(),
            planned: event.is_planned(today(app)),
            instrument: event.instrument,
            legal_date: event.legal_date,
            operating_date: event.operating_date,
            effective_on: event.effective_on,
            certainty: event.certainty.as_str(),
            note: event.note,
            effects: event.effects.into_iter().map(EffectView::from).collect(),
            successions: event.successions.into_iter().map(SuccessionView::from).collect(),
            register: kept.register,
            recorded_by: kept.recorded_by.map(|id| id.0),
            recorded_at: kept.recorded_at,
            undone_at: undone.as_ref().map(|undone| undone.at),
            undone_by: undone.as_ref().and_then(|undone| undone.by).map(|id| id.0),
            undone_because: undone.map(|undone| undone.because),
        }
    }
}

/// A page of events.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitEventPage)]
pub struct UnitEventPage {
    /// Latest day first; those to come are among them, and those that were undone.
    items: Vec<UnitEventView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which events, which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitEventFilter {
    /// Only events that touch this unit.
    unit: Option<Uuid>,
    /// Effective on this day or later.
    #[param(example = "2025-01-01")]
    from: Option<Date>,
    /// Effective before this day.
    #[param(example = "2026-01-01")]
    to: Option<Date>,
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Record what happens to units
///
/// Versions end and begin on the operating date, all of them or none. A merger opens a unit of its own even where name
/// and code stay. What all of one unit went to takes over what is open there by itself; where a unit is divided, a
/// person decides. A day to come is a plan: it can be read at once and changes no list before its day.
#[utoipa::path(tag = "units", request_body = NewUnitEvent, responses(
    (status = 201, description = "Recorded; `Location` says where.", body = UnitEventView,
        headers(("Location" = String, description = "Address of the event."))),
    (status = 409, description = "`unit.version-order`, `unit.version-gap`: would reach into the past of a unit. \
        `unit-event.still-above`: units still stand below one that is to end. `unit-event.other-stands`: another event \
        says when one of the units ends, or what becomes of it later.")))]
#[post("/v1/unit-events")]
pub async fn record_unit_event(
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewUnitEvent>,
) -> Result<HttpResponse, Problem> {
    let kept = flow::record(&app, &caller.0, body.0.into()).await?;
    let location = format!("/v1/unit-events/{}", kept.event.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(UnitEventView::of(&app, kept)))
}

/// List what happened to units
///
/// Latest day first; every filter goes with every other. Planned events come before those that have happened.
#[utoipa::path(tag = "units", params(UnitEventFilter),
    responses((status = 200, description = "A page of events.", body = UnitEventPage)))]
#[get("/v1/unit-events")]
pub async fn list_unit_events(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<UnitEventFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let UnitEventFilter { unit, from, to, limit, cursor } = filter.0;
    let (of, limit) = (format!("unit events {unit:?} {from:?} {to:?}"), paging::limit(limit)?);
    let after = paging::open(&app, &of, cursor.as_deref())?;
    let wanted = Wanted { unit: unit.map(UnitId), from, to };
    let (found, next) = flow::list(&app, &caller.0, wanted, after, limit).await?;
    let next = next.map(|place| paging::seal(&app, &of, place));
    let items = found.into_iter().map(|kept| UnitEventView::of(&app, kept)).collect();
    Ok(paging::respond(&request, &UnitEventPage { items, next: next.clone() }, next.as_deref()))
}

/// Read what happened to units
///
/// With every version that it ended or began, even where it was undone since.
#[utoipa::path(tag = "units", params(("event" = Uuid, Path, description = "Id of the event.")),
    responses((status = 200, description = "The event.", body = UnitEventView)))]
#[get("/v1/unit-events/{event}")]
pub async fn read_unit_event(
    app: web::Data<App>,
    caller: Caller,
    event: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let kept = flow::read(&app, &caller.0, UnitEventId(*event)).await?;
    Ok(HttpResponse::Ok().json(UnitEventView::of(&app, kept)))
}

/// Why an event is undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Ghi nhầm ngày hiệu lực" }))]
pub struct UndoReason {
    /// For whoever reads it later.
    reason: String,
}

/// Undo what was recorded
///
/// For an administrator: versions that it began go, those it ended hold again, nobody takes over by it. The event stays
/// and says who undid it and why.
#[utoipa::path(tag = "units", params(("event" = Uuid, Path, description = "Id of the event.")),
    request_body = UndoReason, responses(
    (status = 200, description = "Undone.", body = UnitEventView),
    (status = 409, description = "`unit-event.undone`: already. `unit-event.followed`: something happened to its units \
        since. `unit-event.in-use`: visits rest on what it began. `unit-event.of-register`: a register says so.")))]
#[post("/v1/unit-events/{event}/undo")]
pub async fn undo_unit_event(
    app: web::Data<App>,
    caller: Caller,
    event: web::Path<Uuid>,
    why: Body<UndoReason>,
) -> Result<HttpResponse, Problem> {
    let kept = flow::undo(&app, &caller.0, UnitEventId(*event), &why.0.reason).await?;
    Ok(HttpResponse::Ok().json(UnitEventView::of(&app, kept)))
}
