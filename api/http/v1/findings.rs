//! Findings over HTTP: listed, read, proposed. Decisions, what others say and figures have files of their own.

mod assess;
mod change;
mod decide;
mod draft;
pub(super) mod totals;
pub(super) mod view;

use crate::app::App;
use crate::domain::finding::{Kind, Outcome, Precision, Severity, State};
use crate::domain::ids::{CampaignId, FindingId, OwnerId, UnitId, VisitId};
use crate::domain::moment::of_our_time;
use crate::domain::refusal::Refusal;
use crate::domain::visit;
use crate::flows::Asked;
use crate::flows::findings as flow;
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
use view::{FindingView, answer};

/// Every operation on findings.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list_findings).service(propose_finding).service(read_finding).service(list_earlier_findings);
    cfg.configure(decide::operations);
    cfg.configure(change::operations);
    cfg.configure(draft::operations);
    cfg.configure(assess::operations);
    cfg.service(totals::read_finding_figures);
}

/// Which findings are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingFilters {
    /// Of this owner.
    owner: Option<Uuid>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// Of this visit.
    visit: Option<Uuid>,
    /// At this unit or anything below it, as it was on the day of the visit.
    unit: Option<Uuid>,
    /// At this unit itself.
    at: Option<Uuid>,
    /// About this item.
    #[param(example = "OSS-D02")]
    item: Option<String>,
    /// In this state; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::FindingState>, required = false)]
    state: Vec<State>,
    /// Shortfalls or strengths alone.
    #[param(value_type = Option<vocabulary::FindingKind>)]
    kind: Option<Kind>,
    /// Critical ones alone, or the others.
    critical: Option<bool>,
    /// Found again, or for the first time.
    repeated: Option<bool>,
    /// Open, with neither an action nor a reason for none; or all others.
    without_action: Option<bool>,
    /// Candidates that rest on what people said and that nobody has verified yet; goes with `at`, `visit` or `campaign`.
    #[serde(default)]
    #[param(required = false, default = false)]
    unverified: bool,
    /// Free ones, or those about an item; goes with `at`, `visit` or `campaign`.
    free: Option<bool>,
    /// Seen so by the re-inspection that looked at it last; repeat for several. Goes with `at`, `visit` or
    /// `campaign`.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::ReInspectionOutcome>, required = false)]
    outcome: Vec<Outcome>,
    /// Of visits of this kind; goes with `at`, `visit` or `campaign`.
    #[param(value_type = Option<vocabulary::VisitKind>)]
    visit_kind: Option<visit::Kind>,
    /// Of this cause, word for word.
    #[param(example = "Điều chỉnh địa giới hành chính")]
    root_cause: Option<String>,
    /// Open ones that this unit answers for: its own and those of units that went to it as a whole.
    held_by: Option<Uuid>,
    /// Open ones for which no unit in force answers: where one was divided or abolished, they wait until the office
    /// hands them over.
    #[serde(default)]
    #[param(required = false, default = false)]
    held_by_nobody: bool,
    /// Who answers for what by the units of this day; today where nothing is said.
    as_of: Option<Date>,
    /// Of visits that were handed in alone; goes with `at`, `visit` or `campaign`.
    #[serde(default)]
    #[param(required = false, default = false)]
    handed_in: bool,
    /// Of visits planned to begin at this time or later; goes with `at`, `visit` or `campaign`.
    from: Option<Timestamp>,
    /// Of visits planned to begin before this time; goes with `at`, `visit` or `campaign`.
    to: Option<Timestamp>,
    /// As known at this instant: `state` is the one it had then, `handed_in` means by then; goes with `at`, `visit` or
    /// `campaign`.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl FindingFilters {
    /// The list and its filters, for the cursor.
    fn name(&self) -> String {
        let of = (self.owner, self.campaign, self.visit, self.unit, self.at, &self.item, &self.root_cause);
        let how = (&self.state, self.kind, self.critical, self.repeated, self.without_action);
        let seen = (self.free, &self.outcome, self.visit_kind, self.unverified);
        let when = (
            self.handed_in,
            self.from,
            self.to,
            self.as_known,
            self.held_by,
            self.held_by_nobody,
            self.as_of,
        );
        format!("findings {of:?} {how:?} {seen:?} {when:?}")
    }

    /// What a visit is asked for, or what another visit saw, has no index of its own: it is looked for among the findings
    /// of one unit, visit or campaign, never among all of them.
    fn narrow(&self) -> Result<(), Refusal> {
        let is_narrow = self.at.is_some() || self.visit.is_some() || self.campaign.is_some();
        let asked = [
            ("?free", self.free.is_some()),
            ("?unverified", self.unverified),
            ("?outcome", !self.outcome.is_empty()),
            ("?visit_kind", self.visit_kind.is_some()),
            ("?handed_in", self.handed_in),
            ("?from", self.from.is_some()),
            ("?to", self.to.is_some()),
            ("?as_known", self.as_known.is_some()),
        ];
        match asked.into_iter().find(|(_, is_asked)| *is_asked && !is_narrow) {
            None => Ok(()),
            Some((at, _)) => {
                let detail = "goes with at, visit or campaign: name one of them, too";
                Err(Refusal::field(at, "finding.filter-combination", detail))
            }
        }
    }

    fn asked(&self, after: Option<(Timestamp, Uuid)>) -> Result<Asked<flow::Wanted>, Refusal> {
        self.narrow()?;
        Ok(Asked {
            wanted: self.wanted(after)?,
            held_by: self.held_by.map(UnitId),
            held_by_nobody: self.held_by_nobody,
            as_of: self.as_of,
        })
    }

    fn wanted(&self, after: Option<(Timestamp, Uuid)>) -> Result<flow::Wanted, Refusal> {
        Ok(flow::Wanted {
            narrowed: flow::Narrowed {
                campaign: self.campaign.map(CampaignId),
                unit: self.unit.map(UnitId),
                states: once_each(self.state.iter().map(|state| state.as_str())),
                held: None,
                unheld: None,
                after: after.map(|(at, id)| flow::Place { at, id }),
            },
            owner: self.owner.map(OwnerId),
            visit: self.visit.map(VisitId),
            at: self.at.map(UnitId),
            item: self.item.clone(),
            kind: self.kind,
            critical: self.critical,
            repeated: self.repeated,
            without_action: self.without_action,
            unverified: self.unverified,
            free: self.free,
            outcomes: self.outcome.clone(),
            visit_kind: self.visit_kind,
            root_cause: self.root_cause.clone(),
            handed_in: self.handed_in,
            from: self.from.map(|from| of_our_time("?from", from)).transpose()?,
            to: self.to.map(|to| of_our_time("?to", to)).transpose()?,
            as_known: self.as_known.map(|known| of_our_time("?as_known", known)).transpose()?,
        })
    }
}

/// A page of findings.
#[derive(Serialize, ToSchema)]
pub struct FindingPage {
    /// Latest first.
    items: Vec<FindingView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List findings
///
/// Those the caller may see, latest first; every filter goes with every other. Filters about the visit, an earlier instant
/// or what a re-inspection saw, and those for free findings, go with `at`, `visit` or `campaign`. The head of a unit sees
/// those of their own unit once the minutes are signed, and what is open at units that went to theirs as a whole: `unit`
/// stays where it was found.
#[utoipa::path(tag = "findings", params(FindingFilters),
    responses((status = 200, description = "A page.", body = FindingPage)))]
#[get("/v1/findings")]
pub async fn list_findings(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<FindingFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (name, limit) = (filters.0.name(), paging::limit(filters.0.limit)?);
    let after = paging::open(&app, &name, filters.0.cursor.as_deref())?;
    let (found, next) = flow::page(&app, &caller.0, &filters.0.asked(after)?, limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, (place.at, place.id)));
    let page = FindingPage { items: found.iter().map(FindingView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Read a finding
///
/// With all that became of it.
#[utoipa::path(tag = "findings", params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "The finding.", body = FindingView,
        headers(("ETag" = String, description = "Its version.")))))]
#[get("/v1/findings/{finding}")]
pub async fn read_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::read(&app, &caller.0, FindingId(*finding)).await?;
    Ok(answer(HttpResponse::Ok(), &FindingView::from(&found)))
}

/// What somebody saw.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "finding", "category": "Phối hợp", "severity": "shortcoming",
    "statement": "Phối hợp giữa các bộ phận sau khi điều chỉnh địa giới còn lỏng lẻo.",
    "root_cause": "Điều chỉnh địa giới hành chính"
}))]
pub struct FindingProposal {
    /// A shortfall or a strength.
    #[schema(value_type = vocabulary::FindingKind)]
    kind: Kind,
    /// The item it is about; or else a category.
    #[serde(default)]
    item: Option<String>,
    /// What it is about, where no item asks.
    #[serde(default)]
    category: Option<String>,
    /// What was seen, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    statement: String,
    /// How grave; a shortcoming where nothing is said, nothing for a strength.
    #[serde(default)]
    #[schema(value_type = Option<vocabulary::Severity>)]
    severity: Option<Severity>,
    /// Whether it is critical.
    #[serde(default)]
    critical: bool,
    /// Why it is so.
    #[serde(default)]
    root_cause: Option<String>,
    /// When it was seen; the check-in where nothing is said.
    #[serde(default)]
    inspected_at: Option<Timestamp>,
    /// How well that is known; with `period` there is no moment.
    #[serde(default)]
    #[schema(value_type = Option<vocabulary::MomentPrecision>)]
    precision: Option<Precision>,
    /// Administrative procedures it is about, by code or name; those of a pilot, for a strength.
    #[serde(default)]
    #[schema(required = false, max_items = 100, example = json!(["Đăng ký khai sinh", "Đăng ký kết hôn"]))]
    procedures: Vec<String>,
    /// Whether it rests on what people said: then somebody verifies it (`substantiate`) before the lead may confirm it. An
    /// item that asks for such reports makes it so by itself.
    #[serde(default)]
    #[schema(required = false, default = false)]
    hearsay: bool,
}

impl From<FindingProposal> for flow::Proposal {
    fn from(said: FindingProposal) -> Self {
        Self {
            kind: said.kind,
            item: said.item,
            category: said.category,
            statement: said.statement,
            severity: said.severity,
            critical: said.critical,
            root_cause: said.root_cause,
            inspected_at: said.inspected_at,
            precision: said.precision.unwrap_or(Precision::Instant),
            procedures: said.procedures,
            hearsay: said.hearsay,
        }
    }
}

/// Propose a finding
///
/// A free one, one about an item, or a strength. It waits as a candidate for the lead. Items that are not answered well
/// give rise to candidates by themselves when recording closes. Once somebody has signed the minutes nothing is added to
/// what they hold; what is noticed later is an addendum.
#[utoipa::path(tag = "findings", request_body = FindingProposal,
    params(("visit" = Uuid, Path, description = "At which visit.")), responses(
    (status = 201, description = "Entered.", body = FindingView,
        headers(("Location" = String, description = "Where it is."), ("ETag" = String, description = "Its version."))),
    (status = 409, description = "`visit.not-on-site`, `visit.closed`, `visit.minutes-signed`, `finding.item-taken`.")))]
#[post("/v1/visits/{visit}/findings")]
pub async fn propose_finding(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<FindingProposal>,
) -> Result<HttpResponse, Problem> {
    let new = flow::propose(&app, &caller.0, VisitId(*visit), said.0.into()).await?;
    let mut with = HttpResponse::Created();
    with.insert_header((LOCATION, format!("/v1/findings/{}", new.id)));
    Ok(answer(with, &FindingView::from(&new)))
}

/// Findings without pages.
#[derive(Serialize, ToSchema)]
pub struct FindingList {
    /// By item.
    items: Vec<FindingView>,
}

/// List earlier findings
///
/// What the owner's earlier visits left open at the unit, carried to this re-inspection: to the same items. Empty for
/// every other visit.
#[utoipa::path(tag = "findings", params(("visit" = Uuid, Path, description = "Which re-inspection.")), responses(
    (status = 200, description = "By item.", body = FindingList)))]
#[get("/v1/visits/{visit}/earlier-findings")]
pub async fn list_earlier_findings(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::again::carried(&app, &caller.0, VisitId(*visit)).await?;
    Ok(HttpResponse::Ok().json(FindingList { items: found.iter().map(FindingView::from).collect() }))
}
