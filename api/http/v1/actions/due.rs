//! What is due over HTTP, and reminders of it.

use super::view::{ActionView, answer};
use crate::app::App;
use crate::domain::ids::{ActionId, CampaignId};
use crate::flows::actions::due as flow;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_due_actions).service(remind_of_action);
}

/// What is to be due.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DueFilters {
    /// Due on this local day at the latest; a week from now where nothing is said. What is late is due, too.
    until: Option<Date>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of what is due.
#[derive(Serialize, ToSchema)]
pub struct DuePage {
    /// Earliest due day first.
    items: Vec<ActionView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List what is due
///
/// Corrective actions that are awaited and due by a day, late ones first: whoever reminds others begins here.
#[utoipa::path(tag = "actions", params(DueFilters),
    responses((status = 200, description = "A page.", body = DuePage)))]
#[get("/v1/due-actions")]
pub async fn list_due_actions(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<DueFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let DueFilters { until, campaign, limit, cursor } = filters.0;
    let (name, limit, now) = (format!("due {until:?} {campaign:?}"), paging::limit(limit)?, app.now());
    let after = paging::open(&app, &name, cursor.as_deref())?;
    let asked = flow::Asked { until, campaign: campaign.map(CampaignId), after };
    let (found, next) = flow::page(&app, &caller.0, asked, limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, place));
    let page = DuePage { items: found.iter().map(|action| ActionView::of(action, now)).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// What somebody is reminded of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Đề nghị hoàn thành và báo cáo trước ngày 15/4/2026." }))]
pub struct ReminderText {
    /// In words, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Remind of a corrective action
///
/// The lead or the office reminds its owners (đôn đốc), or whoever stands in their place. The same words of the same
/// person on one day are one reminder.
#[utoipa::path(tag = "actions", request_body = ReminderText,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 201, description = "Reminded, now or earlier that day.", body = ActionView,
        headers(("Location" = String, description = "Where the action is."))),
    (status = 409, description = "`action.no-time-runs`, `action.reminders`.")))]
#[post("/v1/corrective-actions/{action}/reminders")]
pub async fn remind_of_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ReminderText>,
) -> Result<HttpResponse, Problem> {
    let reminded = flow::remind(&app, &caller.0, ActionId(*action), &said.0.text).await?;
    let mut with = HttpResponse::Created();
    with.insert_header((LOCATION, format!("/v1/corrective-actions/{action}")));
    Ok(answer(with, &ActionView::of(&reminded, app.now())))
}
