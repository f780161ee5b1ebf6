//! A visit's evidence log, and who looked at it while it was secret.

use crate::app::App;
use crate::domain::ids::VisitId;
use crate::flows::visits::log::{self, Line};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on logs of visits.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_visit_log).service(list_visit_readings);
}

/// A deed as it was recorded when it was done.
#[derive(Serialize, ToSchema)]
#[schema(as = LogLine)]
pub struct LineView {
    /// Number in the visit's evidence log, without gaps; `null` of a reading.
    #[schema(example = 3)]
    number: Option<i64>,
    /// When, by the server's clock; never before the number above.
    at: Timestamp,
    /// What was done.
    #[schema(example = "visit.checked_in")]
    deed: String,
    /// To what kind of thing.
    #[schema(example = "visit")]
    object_kind: String,
    /// Its id.
    #[schema(example = "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11")]
    object: String,
    /// Who did it; `null` where a program or the server itself did.
    by: Option<Uuid>,
    /// Their name.
    #[schema(example = "Nguyễn Thị Lan")]
    by_name: Option<String>,
    /// The client of a program that did it.
    #[schema(example = "thong-ke")]
    client: Option<String>,
    /// What belongs to the deed; which fields there are depends on it.
    #[schema(value_type = Object, example = json!({ "late": false }))]
    details: Value,
}

impl From<Line> for LineView {
    fn from(line: Line) -> Self {
        Self {
            number: line.number,
            at: line.at,
            deed: line.deed,
            object_kind: line.object.0,
            object: line.object.1,
            by: line.by.map(|id| id.0),
            by_name: line.by_name,
            client: line.client,
            details: line.details,
        }
    }
}

/// A page of a log.
#[derive(Serialize, ToSchema)]
#[schema(as = LogPage)]
pub struct LogPage {
    /// In the order in which it happened.
    items: Vec<LineView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which page of a log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogFilter {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The first rows of what was read, one more than fit where there are more.
fn page(app: &App, of: &str, mut lines: Vec<Line>, limit: u8) -> LogPage {
    let more = lines.len() > usize::from(limit);
    lines.truncate(usize::from(limit));
    let last = lines.last().filter(|_| more).map(|line| line.number.unwrap_or(line.seq));
    let next = last.map(|at| paging::seal(app, of, at));
    LogPage { items: lines.into_iter().map(LineView::from).collect(), next }
}

/// Read a visit's evidence log
///
/// What was done, by whom and when, from scheduling on, numbered without gaps; nobody can change it. What was recorded
/// before a surprise visit was disclosed is told to those who may plan it and to who was cleared for it; photos and
/// findings to whoever may read those.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit."), LogFilter),
    responses((status = 200, description = "A page of the log.", body = LogPage)))]
#[get("/v1/visits/{visit}/log")]
pub async fn list_visit_log(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    filter: Params<LogFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (of, limit) = (format!("log {visit}"), paging::limit(filter.0.limit)?);
    let after = paging::open(&app, &of, filter.0.cursor.as_deref())?;
    let lines = log::log(&app, &caller.0, VisitId(*visit), (after, limit)).await?;
    let page = page(&app, &of, lines, limit);
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// List who looked at a visit while it was secret
///
/// Each look at a surprise visit before it was disclosed, through whatever list or address; for those who may plan it.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit."), LogFilter),
    responses((status = 200, description = "A page of them.", body = LogPage)))]
#[get("/v1/visits/{visit}/readings")]
pub async fn list_visit_readings(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    filter: Params<LogFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (of, limit) = (format!("readings {visit}"), paging::limit(filter.0.limit)?);
    let after = paging::open(&app, &of, filter.0.cursor.as_deref())?;
    let lines = log::readings(&app, &caller.0, VisitId(*visit), (after, limit)).await?;
    let page = page(&app, &of, lines, limit);
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}
