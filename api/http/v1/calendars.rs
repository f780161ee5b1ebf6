//! Working calendars of offices, and the country's holidays.

use crate::app::App;
use crate::domain::calendar::{Span, SpecialDay, Week};
use crate::domain::ids::UnitId;
use crate::flows::calendars::{self, Entered, Holidays};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::headers::{IfMatch, etag};
use crate::http::problem::Problem;
use actix_web::{HttpResponse, delete, get, put, web};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on calendars.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_calendar).service(write_calendar).service(read_working_time);
    cfg.service(list_holidays).service(write_holidays).service(remove_calendar);
}

/// From a time of day to another, the end excluded.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorkingSpan, example = json!({ "from": "07:30:00", "to": "11:30:00" }))]
pub struct SpanView {
    /// Opens.
    #[schema(value_type = String, example = "07:30:00")]
    from: Time,
    /// Closes.
    #[schema(value_type = String, example = "11:30:00")]
    to: Time,
}

/// Working hours of a week, day by day; a day that is left out is a day off.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[schema(as = WorkingWeek, example = json!({ "monday": [{ "from": "07:30:00", "to": "11:30:00" }],
    "saturday": [{ "from": "07:30:00", "to": "11:30:00" }] }))]
pub struct WeekView {
    /// Thứ hai.
    monday: Vec<SpanView>,
    /// Thứ ba.
    tuesday: Vec<SpanView>,
    /// Thứ tư.
    wednesday: Vec<SpanView>,
    /// Thứ năm.
    thursday: Vec<SpanView>,
    /// Thứ sáu.
    friday: Vec<SpanView>,
    /// Thứ bảy.
    saturday: Vec<SpanView>,
    /// Chủ nhật.
    sunday: Vec<SpanView>,
}

fn spans(said: Vec<SpanView>) -> Vec<Span> {
    said.into_iter().map(|span| Span { from: span.from, to: span.to }).collect()
}

fn shown(spans: Vec<Span>) -> Vec<SpanView> {
    spans.into_iter().map(|span| SpanView { from: span.from, to: span.to }).collect()
}

impl From<WeekView> for Week {
    fn from(said: WeekView) -> Self {
        Self {
            monday: spans(said.monday),
            tuesday: spans(said.tuesday),
            wednesday: spans(said.wednesday),
            thursday: spans(said.thursday),
            friday: spans(said.friday),
            saturday: spans(said.saturday),
            sunday: spans(said.sunday),
        }
    }
}

impl From<Week> for WeekView {
    fn from(week: Week) -> Self {
        Self {
            monday: shown(week.monday),
            tuesday: shown(week.tuesday),
            wednesday: shown(week.wednesday),
            thursday: shown(week.thursday),
            friday: shown(week.friday),
            saturday: shown(week.saturday),
            sunday: shown(week.sunday),
        }
    }
}

/// A day that is not what its weekday says.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SpecialDay, example = json!({ "day": "2026-02-17", "works": false, "name": "Tết Nguyên đán" }))]
pub struct SpecialDayView {
    /// Which day.
    day: Date,
    /// Whether it is worked: a Saturday that makes up for a bridged Friday.
    works: bool,
    /// Why.
    name: String,
}

impl From<SpecialDayView> for SpecialDay {
    fn from(said: SpecialDayView) -> Self {
        Self { day: said.day, works: said.works, name: said.name }
    }
}

impl From<SpecialDay> for SpecialDayView {
    fn from(special: SpecialDay) -> Self {
        Self { day: special.day, works: special.works, name: special.name }
    }
}

/// The calendar of an office as it is to be from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarWish {
    /// Hours of a usual week.
    hours: WeekView,
    /// Days that are not what their weekday says.
    #[serde(default)]
    days: Vec<SpecialDayView>,
}

/// The calendar of an office.
#[derive(Serialize, ToSchema)]
#[schema(as = Calendar)]
pub struct CalendarView {
    /// The office.
    unit: Uuid,
    /// Hours of a usual week.
    hours: WeekView,
    /// Days that are not what their weekday says, in order.
    days: Vec<SpecialDayView>,
    /// Counts changes; 0 where the office has entered none and follows the unit above it.
    #[schema(example = 1)]
    version: i32,
}

fn answer(unit: Uuid, entered: Entered) -> HttpResponse {
    let days = entered.days.into_iter().map(SpecialDayView::from).collect();
    let view = CalendarView { unit, hours: entered.week.into(), days, version: entered.version };
    HttpResponse::Ok().insert_header(etag(view.version)).json(view)
}

/// Read an office's calendar
///
/// What it has entered itself; under version 0 the usual hours, where it follows the unit above it.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit.")), responses(
    (status = 200, description = "The calendar.", body = CalendarView,
        headers(("ETag" = String, description = "Version, for `If-Match`.")))))]
#[get("/v1/units/{unit}/calendar")]
pub async fn read_calendar(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let unit = path.into_inner();
    Ok(answer(unit, calendars::read(&app, &caller.0, UnitId(unit)).await?))
}

/// Enter an office's calendar
///
/// Hours of a week, Saturday mornings too, and days that are not what their weekday says. It holds for what lies below,
/// until that enters its own. Plans warn of days on which the office does not work; they are never refused for it.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."),
    ("If-Match" = String, Header, description = "`ETag` as last read.")), request_body = CalendarWish, responses(
    (status = 200, description = "Entered.", body = CalendarView, headers(("ETag" = String, description = "Its next version."))),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/units/{unit}/calendar")]
pub async fn write_calendar(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    version: IfMatch,
    body: Body<CalendarWish>,
) -> Result<HttpResponse, Problem> {
    let unit = path.into_inner();
    let days = body.0.days.into_iter().map(SpecialDay::from).collect();
    let said = (body.0.hours.into(), days);
    Ok(answer(unit, calendars::write(&app, &caller.0, UnitId(unit), version.0, said).await?))
}

/// At which moment.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MomentFilter {
    /// The moment; now where nothing is said.
    at: Option<Timestamp>,
}

/// Whether an office works at a moment.
#[derive(Serialize, ToSchema)]
#[schema(as = WorkingTime)]
pub struct WorkingTimeView {
    /// The day in Vietnam.
    day: Date,
    /// Whether the office works at that moment.
    working: bool,
    /// Its hours on that day; none on a day off.
    hours: Vec<SpanView>,
}

/// Take out an office's calendar
///
/// It follows the nearest unit above it again.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."),
    ("If-Match" = String, Header, description = "`ETag` as last read.")), responses(
    (status = 204, description = "Taken out."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[delete("/v1/units/{unit}/calendar")]
pub async fn remove_calendar(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    calendars::remove(&app, &caller.0, UnitId(path.into_inner()), version.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask whether an office works at a moment
///
/// By its own calendar or the nearest above it, and the country's holidays.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path, description = "Id of the unit."), MomentFilter),
    responses((status = 200, description = "Whether it works, and its hours on that day.", body = WorkingTimeView)))]
#[get("/v1/units/{unit}/working-time")]
pub async fn read_working_time(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
    filter: Params<MomentFilter>,
) -> Result<HttpResponse, Problem> {
    let found = calendars::working(&app, &caller.0, UnitId(path.into_inner()), filter.0.at).await?;
    let view = WorkingTimeView { day: found.day, working: found.now, hours: shown(found.hours) };
    Ok(HttpResponse::Ok().json(view))
}

/// The country's special days of a year.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayWish {
    /// Days off and days worked in lieu.
    days: Vec<SpecialDayView>,
}

/// The country's special days of a year.
#[derive(Serialize, ToSchema)]
#[schema(as = HolidayList)]
pub struct HolidayList {
    /// Days in order. Holidays with a fixed date count without standing here.
    items: Vec<SpecialDayView>,
    /// Always `null`: a year has few of them.
    next: Option<String>,
    /// Counts changes; 0 where nobody has entered the year.
    #[schema(example = 1)]
    version: i32,
}

fn holidays(Holidays { days, version }: Holidays) -> HttpResponse {
    let items = days.into_iter().map(SpecialDayView::from).collect();
    HttpResponse::Ok().insert_header(etag(version)).json(HolidayList { items, next: None, version })
}

/// List the country's special days of a year
///
/// Tết, days in lieu and whatever else was entered for it.
#[utoipa::path(tag = "units", params(("year" = i16, Path, description = "The year.")),
    responses((status = 200, description = "Every special day.", body = HolidayList,
            headers(("ETag" = String, description = "Version, for `If-Match`."))),
        (status = 422, description = "No year that is kept; see `errors`.")))]
#[get("/v1/holidays/{year}")]
pub async fn list_holidays(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<i16>,
) -> Result<HttpResponse, Problem> {
    Ok(holidays(calendars::holidays(&app, &caller.0, path.into_inner()).await?))
}

/// Enter the country's special days of a year
///
/// All of them at once: what is left out is taken away.
#[utoipa::path(tag = "units", params(("year" = i16, Path, description = "The year."),
    ("If-Match" = String, Header, description = "`ETag` as last read.")), request_body = HolidayWish, responses(
    (status = 200, description = "Entered.", body = HolidayList, headers(("ETag" = String, description = "Its next version."))),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[put("/v1/holidays/{year}")]
pub async fn write_holidays(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<i16>,
    version: IfMatch,
    body: Body<HolidayWish>,
) -> Result<HttpResponse, Problem> {
    let days = body.0.days.into_iter().map(SpecialDay::from).collect();
    let year = path.into_inner();
    Ok(holidays(calendars::write_holidays(&app, &caller.0, year, version.0, days).await?))
}
