//! Visits over HTTP: scheduled, listed, read. Their life and what a phone takes along have files of their own.

mod bundle;
mod handing_in;
mod life;
mod log;
mod media;
mod signing;
pub(super) mod view;

use crate::app::App;
use crate::domain::ids::{CampaignId, OwnerId, RoundId, TeamId, TemplateVersionId, UnitId, VisitId};
use crate::domain::moment::of_our_time;
use crate::domain::visit::{Kind, State};
use crate::flows::visits as flow;
use crate::flows::visits::plan::{Change, Plan};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::headers::IfMatch;
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
pub use view::{RatioView, VisitView};
use view::{answer, created};

/// Every operation on visits.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_visits).service(schedule_visit).service(read_visit).service(change_visit);
    cfg.configure(life::operations);
    cfg.configure(signing::operations);
    cfg.configure(handing_in::operations);
    cfg.configure(bundle::operations);
    cfg.configure(log::operations);
    cfg.configure(media::operations);
}

/// What somebody plans.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "campaign": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33", "team": "5e2d8c71-9b3f-4e0a-8c6d-1f7a2b3c4d5e",
    "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "kind": "surprise",
    "planned_start": "2026-03-20T08:00:00+07:00", "planned_end": "2026-03-20T17:00:00+07:00",
    "templates": ["9c8b7a69-5847-4362-9150-4f3e2d1c0b9a"]
}))]
pub struct VisitPlan {
    /// Under which campaign: a draft, submitted, approved or active one. Teams are told once it is active.
    campaign: Uuid,
    /// Which of its teams goes.
    team: Uuid,
    /// Where to; the unit must exist on the planned day.
    unit: Uuid,
    /// In which round of the campaign; the unit must be its target and the team must serve it.
    #[serde(default)]
    round: Option<Uuid>,
    /// How: a surprise visit is born sealed.
    #[schema(value_type = vocabulary::VisitKind)]
    kind: Kind,
    /// Whether a re-inspection comes as a surprise, sealed like one. A surprise visit does, whatever is said; what is
    /// announced does not.
    #[serde(default)]
    secret: bool,
    /// When it is to begin.
    planned_start: Timestamp,
    /// When it is to end.
    planned_end: Timestamp,
    /// Published template versions, in order; a working session may go without.
    #[schema(max_items = 20)]
    templates: Vec<Uuid>,
    /// For a re-inspection: the submitted visit of the campaign it looks at again; the last one where none is named.
    #[serde(default)]
    previous_visit: Option<Uuid>,
    /// First day of the period it looks back on; the campaign's where nothing is said.
    #[serde(default)]
    review_from: Option<Date>,
    /// Last day of that period.
    #[serde(default)]
    review_to: Option<Date>,
}

impl From<VisitPlan> for Plan {
    fn from(said: VisitPlan) -> Self {
        Self {
            campaign: CampaignId(said.campaign),
            team: TeamId(said.team),
            unit: UnitId(said.unit),
            round: said.round.map(RoundId),
            kind: said.kind,
            secret: said.secret,
            start: said.planned_start,
            end: said.planned_end,
            templates: said.templates.into_iter().map(TemplateVersionId).collect(),
            previous: said.previous_visit.map(VisitId),
            review: (said.review_from, said.review_to),
        }
    }
}

/// Schedule a visit
///
/// A surprise visit is born sealed, and so is a re-inspection with `secret`: for everybody but its scheduler, its lead and whoever is cleared it does not
/// exist. `warnings` names what is worth a second look; none of it is a reason to refuse.
#[utoipa::path(tag = "visits", request_body = VisitPlan, responses(
    (status = 201, description = "Scheduled.", body = VisitView,
        headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Its version."))),
    (status = 404, description = "No such campaign, or none you may see."),
    (status = 409, description = "The campaign takes no more visits (`visit.campaign-not-active`).")))]
#[post("/v1/visits")]
pub async fn schedule_visit(
    app: web::Data<App>,
    caller: Caller,
    plan: Body<VisitPlan>,
) -> Result<HttpResponse, Problem> {
    let scheduled = flow::plan::schedule(&app, &caller.0, plan.0.into()).await?;
    Ok(created(&VisitView::from(&scheduled)))
}

/// Which visits are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VisitFilters {
    /// Of this owner.
    owner: Option<Uuid>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// In this round of it.
    round: Option<Uuid>,
    /// At this unit or anything below it, as it was on the planned day.
    unit: Option<Uuid>,
    /// At this unit itself.
    at: Option<Uuid>,
    /// This visit; repeat for several.
    #[serde(default)]
    #[param(required = false)]
    id: Vec<Uuid>,
    /// In this state; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::VisitState>, required = false)]
    state: Vec<State>,
    /// Of this kind; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::VisitKind>, required = false)]
    kind: Vec<Kind>,
    /// Words in the unit's printed path or in the title of a campaign you may read, with or without accents.
    #[param(example = "phuoc son", min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Planned to begin at this time or later.
    from: Option<Timestamp>,
    /// Planned to begin before this time.
    to: Option<Timestamp>,
    /// Handed in by this time.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl VisitFilters {
    /// The list and its filters, for the cursor.
    fn name(&self) -> String {
        let rest = (&self.q, self.from, self.to, self.as_known, self.owner, self.round, self.at, &self.id);
        format!("visits {:?} {:?} {:?} {:?} {rest:?}", self.campaign, self.unit, self.state, self.kind)
    }

    fn wanted(&self, after: Option<(Timestamp, Uuid)>) -> Result<flow::WantedVisits, Problem> {
        let words = self.q.as_deref().map(flow::words).transpose()?;
        Ok(flow::WantedVisits {
            words,
            owner: self.owner.map(OwnerId),
            campaign: self.campaign.map(CampaignId),
            round: self.round.map(RoundId),
            unit: self.unit.map(UnitId),
            at: self.at.map(UnitId).into_iter().collect(),
            ids: self.id.iter().copied().map(VisitId).collect(),
            as_known: self.as_known.map(|known| of_our_time("?as_known", known)).transpose()?,
            states: self.state.clone(),
            kinds: self.kind.clone(),
            from: self.from.map(|from| of_our_time("?from", from)).transpose()?,
            to: self.to.map(|to| of_our_time("?to", to)).transpose()?,
            after: after.map(|(start, id)| flow::VisitPlace { start, id: VisitId(id) }),
            ..flow::WantedVisits::default()
        })
    }
}

/// A page of visits.
#[derive(Serialize, ToSchema)]
pub struct VisitPage {
    /// Latest planned start first.
    items: Vec<VisitView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List visits
///
/// Those the caller may see, latest planned start first; every filter goes with every other. Sealed visits show to
/// nobody else than reading them would.
#[utoipa::path(tag = "visits", params(VisitFilters),
    responses((status = 200, description = "A page.", body = VisitPage)))]
#[get("/v1/visits")]
pub async fn list_visits(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<VisitFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (name, limit) = (filters.0.name(), paging::limit(filters.0.limit)?);
    let after = paging::open(&app, &name, filters.0.cursor.as_deref())?;
    let (visits, next) = flow::page(&app, &caller.0, &filters.0.wanted(after)?, limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, (place.start, place.id.0)));
    let page = VisitPage { items: visits.iter().map(VisitView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Read a visit
///
/// A sealed visit is answered as an unknown id is, for everybody who is not cleared for it.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "The visit.", body = VisitView,
        headers(("ETag" = String, description = "Its version.")))))]
#[get("/v1/visits/{visit}")]
pub async fn read_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let visit = flow::read(&app, &caller.0, VisitId(*visit)).await?;
    Ok(answer(HttpResponse::Ok(), &VisitView::from(&visit)))
}

/// What changes in a plan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "planned_start": "2026-03-21T08:00:00+07:00", "planned_end": "2026-03-21T17:00:00+07:00" }))]
pub struct VisitChange {
    /// When it is to begin.
    #[serde(default)]
    planned_start: Option<Timestamp>,
    /// When it is to end.
    #[serde(default)]
    planned_end: Option<Timestamp>,
    /// Which team of the campaign goes.
    #[serde(default)]
    team: Option<Uuid>,
    /// In which round of the campaign.
    #[serde(default)]
    round: Option<Uuid>,
    /// Published template versions, all of them in order.
    #[serde(default)]
    #[schema(max_items = 20)]
    templates: Option<Vec<Uuid>>,
    /// First day of the period it looks back on; with `review_to`, both as they are to be.
    #[serde(default)]
    review_from: Option<Date>,
    /// Last day of that period.
    #[serde(default)]
    review_to: Option<Date>,
}

/// Change a planned visit
///
/// Time, team, round, checklists and the period looked back on, before the team is told. What is left out stays.
#[utoipa::path(tag = "visits", request_body = VisitChange,
    params(("visit" = Uuid, Path, description = "Which visit."),
        ("If-Match" = String, Header, description = "The ETag last read.")),
    responses(
        (status = 200, description = "Changed.", body = VisitView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "The team has been told (`visit.already-dispatched`)."),
        (status = 412, description = "Somebody changed it first (`version.stale`)."),
        (status = 428, description = "No `If-Match` (`version.missing`).")))]
#[patch("/v1/visits/{visit}")]
pub async fn change_visit(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    version: IfMatch,
    change: Body<VisitChange>,
) -> Result<HttpResponse, Problem> {
    let VisitChange {
        planned_start: start,
        planned_end: end,
        team,
        round,
        templates,
        review_from,
        review_to,
    } = change.0;
    let review = Some((review_from, review_to)).filter(|of| *of != (None, None));
    let templates = templates.map(|all| all.into_iter().map(TemplateVersionId).collect());
    let change = Change { start, end, team: team.map(TeamId), round: round.map(RoundId), templates, review };
    let scheduled = flow::plan::change(&app, &caller.0, VisitId(*visit), version.0, change).await?;
    Ok(answer(HttpResponse::Ok(), &VisitView::from(&scheduled)))
}
