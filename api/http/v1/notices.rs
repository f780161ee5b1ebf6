//! Conclusion notices over HTTP: listed, read, compared. Writing them and the steps of their life have files of their own.

mod steps;
mod view;
mod write;

use crate::app::App;
use crate::domain::ids::{CampaignId, NoticeId, OwnerId, UnitId};
use crate::domain::notice::State;
use crate::flows::notices as flow;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use view::{ComparisonView, NoticeView, SummaryView, answer};

/// Every operation on notices.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_notices).service(read_notice).service(compare_notice);
    cfg.configure(write::operations);
    cfg.configure(steps::operations);
}

/// Which notices are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeFilters {
    /// Of this owner.
    owner: Option<Uuid>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// To this unit or one below it.
    unit: Option<Uuid>,
    /// In this state; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::NoticeState>, required = false)]
    state: Vec<State>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl NoticeFilters {
    /// The list and its filters, for the cursor.
    fn name(&self) -> String {
        format!("notices {:?} {:?} {:?} {:?}", self.owner, self.campaign, self.unit, self.state)
    }

    fn wanted(&self, after: Option<(Timestamp, Uuid)>) -> flow::Wanted {
        flow::Wanted {
            owner: self.owner.map(OwnerId),
            campaign: self.campaign.map(CampaignId),
            unit: self.unit.map(UnitId),
            states: self.state.clone(),
            after: after.map(|(at, id)| flow::Place { at, id: NoticeId(id) }),
        }
    }
}

/// A page of notices.
#[derive(Serialize, ToSchema)]
pub struct NoticePage {
    /// Latest begun first.
    items: Vec<SummaryView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List notices
///
/// Those the caller may see, latest begun first; every filter goes with every other. The head and the staff of a unit see
/// those that were issued to it.
#[utoipa::path(tag = "notices", params(NoticeFilters),
    responses((status = 200, description = "A page.", body = NoticePage)))]
#[get("/v1/notices")]
pub async fn list_notices(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<NoticeFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (name, limit) = (filters.0.name(), paging::limit(filters.0.limit)?);
    let after = paging::open(&app, &name, filters.0.cursor.as_deref())?;
    let (found, next) = flow::page(&app, &caller.0, &filters.0.wanted(after), limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, (place.at, place.id.0)));
    let page = NoticePage { items: found.into_iter().map(SummaryView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Read a notice
///
/// As written, as counted, as printed, and what became of it. An inspected unit reads what was issued to it; figures in
/// it are totals with the units that its sentences name, anything else behind them is the office's.
#[utoipa::path(tag = "notices", params(("notice" = Uuid, Path, description = "Which notice.")), responses(
    (status = 200, description = "The notice.", body = NoticeView,
        headers(("ETag" = String, description = "Its version.")))))]
#[get("/v1/notices/{notice}")]
pub async fn read_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let held = flow::read(&app, &caller.0, NoticeId(*notice)).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}

/// Figures of a notice, compared.
#[derive(Serialize, ToSchema)]
pub struct NoticeComparisons {
    /// The visits it sums up.
    visits: Vec<Uuid>,
    /// In the order of the notice.
    items: Vec<ComparisonView>,
}

/// Compare a notice's figures with today's
///
/// Each figure as it is frozen in the notice, with the rows it was counted from, beside what the same query over the same
/// visits counts now. What was corrected or withdrawn since changes the latter alone.
#[utoipa::path(tag = "notices", params(("notice" = Uuid, Path, description = "Which notice.")),
    responses((status = 200, description = "The figures.", body = NoticeComparisons)))]
#[get("/v1/notices/{notice}/figures")]
pub async fn compare_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (of, compared) = flow::compare(&app, &caller.0, NoticeId(*notice)).await?;
    let visits = of.visits.iter().map(|id| id.0).collect();
    let items = compared.iter().map(ComparisonView::from).collect();
    Ok(HttpResponse::Ok().json(NoticeComparisons { visits, items }))
}
