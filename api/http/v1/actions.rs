//! Corrective actions over HTTP: listed, read, proposed. The steps of their life have a file of their own.

mod change;
mod due;
mod steps;
mod totals;
pub(super) mod view;

use crate::app::App;
use crate::domain::action::{Kind, Recurrence, State};
use crate::domain::ids::{ActionId, CampaignId, DocumentId, FindingId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::flows::Asked;
use crate::flows::actions as flow;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging::{self, once_each};
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use view::{ActionView, MeasureView, RecurrenceView, answer};

/// Every operation on corrective actions.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_actions).service(propose_action).service(read_action);
    cfg.configure(change::operations);
    cfg.configure(due::operations);
    cfg.configure(steps::operations);
    cfg.service(totals::read_action_figures);
}

/// Which actions are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionFilters {
    /// Of this campaign, with what was carried over into it.
    campaign: Option<Uuid>,
    /// Carried over from this campaign into another.
    carried_from: Option<Uuid>,
    /// Owned by, or come from, this unit or anything below it.
    unit: Option<Uuid>,
    /// To remedy this finding.
    finding: Option<Uuid>,
    /// In this state; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::ActionState>, required = false)]
    state: Vec<State>,
    /// Late ones alone: awaited, and the due day is over in Vietnam.
    #[serde(default)]
    #[param(required = false)]
    overdue: bool,
    /// What is late, and by how many days, by the local day of this moment; now where nothing is said.
    at: Option<Timestamp>,
    /// Those with more time granted alone, unless cancelled.
    #[serde(default)]
    #[param(required = false)]
    extended: bool,
    /// Those that are not over and that this unit is to do: its own and those of units that went to it as a whole.
    held_by: Option<Uuid>,
    /// Those that are not over and that no unit in force is to do: where an owner was divided or abolished, they wait until
    /// the office hands them over.
    #[serde(default)]
    #[param(required = false, default = false)]
    held_by_nobody: bool,
    /// Who is to do what by the units of this day; today where nothing is said.
    as_of: Option<Date>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl ActionFilters {
    /// The list and its filters, for the cursor.
    fn name(&self) -> String {
        let of = (self.campaign, self.unit, self.finding, self.held_by, self.held_by_nobody, self.as_of);
        let how = (self.overdue, self.at, self.extended, self.carried_from);
        format!("actions {of:?} {:?} {how:?}", self.state)
    }

    fn asked(&self, after: Option<(Timestamp, Uuid)>, now: Timestamp) -> Asked<flow::Wanted> {
        Asked {
            wanted: self.wanted(after, now),
            held_by: self.held_by.map(UnitId),
            held_by_nobody: self.held_by_nobody,
            as_of: self.as_of,
        }
    }

    fn wanted(&self, after: Option<(Timestamp, Uuid)>, now: Timestamp) -> flow::Wanted {
        flow::Wanted {
            narrowed: flow::Narrowed {
                campaign: self.campaign.map(CampaignId),
                unit: self.unit.map(UnitId),
                states: once_each(self.state.iter().map(|state| state.as_str())),
                held: None,
                unheld: None,
                after: after.map(|(at, id)| flow::Place { at, id }),
            },
            finding: self.finding.map(FindingId),
            extended: self.extended,
            carried_from: self.carried_from.map(CampaignId),
            overdue_on: self.overdue.then(|| vietnam_day(self.at.unwrap_or(now))),
        }
    }
}

/// A page of corrective actions.
#[derive(Serialize, ToSchema)]
pub struct ActionPage {
    /// Latest first.
    items: Vec<ActionView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List corrective actions
///
/// Those the caller may see, latest first; every filter goes with every other. Heads of owner units and of the unit it
/// came from see one once it is issued, and so does whoever stands in the place of one of those that ended.
#[utoipa::path(tag = "actions", params(ActionFilters),
    responses((status = 200, description = "A page.", body = ActionPage)))]
#[get("/v1/corrective-actions")]
pub async fn list_actions(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<ActionFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (name, limit, now) = (filters.0.name(), paging::limit(filters.0.limit)?, app.now());
    let after = paging::open(&app, &name, filters.0.cursor.as_deref())?;
    let (found, next) = flow::page(&app, &caller.0, &filters.0.asked(after, now), limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, (place.at, place.id)));
    let on = filters.0.at.unwrap_or(now);
    let page = ActionPage { items: found.iter().map(|action| ActionView::of(action, on)).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Read a corrective action
///
/// With its reports and requests for more time.
#[utoipa::path(tag = "actions", params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "The action.", body = ActionView,
        headers(("ETag" = String, description = "Its version.")))))]
#[get("/v1/corrective-actions/{action}")]
pub async fn read_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::read(&app, &caller.0, ActionId(*action)).await?;
    Ok(answer(HttpResponse::Ok(), &ActionView::of(&found, app.now())))
}

/// What somebody proposes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "kind": "correction",
    "title": "Niêm yết đầy đủ thủ tục hành chính theo danh mục", "owners": ["d4c3b2a1-0f9e-4d8c-b7a6-958473625140"],
    "findings": ["3f0a7b1c-5d2e-4a9b-8c6d-7e1f2a3b4c5d"], "due_on": "2026-04-15"
}))]
pub struct ActionProposal {
    /// The visit it comes from.
    visit: Uuid,
    /// What sort.
    #[schema(value_type = vocabulary::ActionKind)]
    kind: Kind,
    /// What is to be done, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    title: String,
    /// Units that are to do it, jointly; they may be others than the unit inspected.
    #[schema(min_items = 1, max_items = 20)]
    owners: Vec<Uuid>,
    /// Open findings of the same campaign that it is to remedy.
    #[serde(default)]
    #[schema(max_items = 200)]
    findings: Vec<Uuid>,
    /// The last local day, not before the visit, where that is known already.
    #[serde(default)]
    due_on: Option<Date>,
    /// A document of the campaign that it is part of.
    #[serde(default)]
    programme: Option<Uuid>,
    /// What is counted before and after.
    #[serde(default)]
    #[schema(max_items = 20)]
    measures: Vec<MeasureView>,
    /// How often, where more than once; the first is due on the due day.
    #[serde(default)]
    recurrence: Option<RecurrenceView>,
}

impl From<ActionProposal> for flow::Proposal {
    fn from(said: ActionProposal) -> Self {
        Self {
            visit: VisitId(said.visit),
            kind: said.kind,
            title: said.title,
            owners: said.owners.into_iter().map(UnitId).collect(),
            findings: said.findings.into_iter().map(FindingId).collect(),
            due_on: said.due_on,
            programme: said.programme.map(DocumentId),
            measures: said.measures.into_iter().map(Into::into).collect(),
            recurrence: said.recurrence.map(|r| Recurrence { every: r.every, instances: r.instances }),
        }
    }
}

/// Propose a corrective action
///
/// The lead or the office; the office issues it. One action may remedy several findings: it closes them when all of them
/// are verified.
#[utoipa::path(tag = "actions", request_body = ActionProposal, responses(
    (status = 201, description = "Proposed.", body = ActionView,
        headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Its version."))),
    (status = 404, description = "No such visit, or none you may see."),
    (status = 409, description = "`visit.not-on-site`, `visit.closed`; `campaign.state`: the campaign is closed.")))]
#[post("/v1/corrective-actions")]
pub async fn propose_action(
    app: web::Data<App>,
    caller: Caller,
    said: Body<ActionProposal>,
) -> Result<HttpResponse, Problem> {
    let new = flow::propose(&app, &caller.0, said.0.into()).await?;
    let mut with = HttpResponse::Created();
    with.insert_header((LOCATION, format!("/v1/corrective-actions/{}", new.id)));
    Ok(answer(with, &ActionView::of(&new, app.now())))
}
