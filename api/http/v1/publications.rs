//! Totals that owners made public, over HTTP: read by anybody, without an account.

use super::templates::shape::BilingualShape;
use super::visits::RatioView;
use crate::app::App;
use crate::domain::campaign::round::TargetClass;
use crate::domain::ids::{CampaignId, OwnerId, PublicationId};
use crate::domain::publication::{FEWEST, OfClass, OfItem, Totals};
use crate::flows::publications as flow;
use crate::flows::publications::{Place, Told};
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on public totals.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(publish_totals).service(withdraw_totals);
    cfg.service(list_published_totals).service(read_published_totals);
}

/// Units of one sort that were inspected.
#[derive(Serialize, ToSchema)]
#[schema(as = PublishedCoverage)]
pub struct CoverageView {
    /// Which sort.
    #[schema(value_type = vocabulary::TargetClass)]
    class: TargetClass,
    /// Inspected at least once, of all.
    inspected: RatioView,
}

impl From<&OfClass> for CoverageView {
    fn from(of: &OfClass) -> Self {
        Self { class: of.class, inspected: of.inspected.into() }
    }
}

/// At how many units something was not fine.
#[derive(Serialize, ToSchema)]
#[schema(as = PublishedItem)]
pub struct ItemView {
    /// Code of the checklist.
    #[schema(example = "OSS")]
    template: String,
    /// Code of the item.
    #[schema(example = "OSS-D02")]
    item: String,
    /// What was asked.
    question: BilingualShape,
    /// Units where it was not fine, of those where it was judged; `null` where that is a number from 1 to 4.
    failing: Option<RatioView>,
}

impl From<&OfItem> for ItemView {
    fn from(of: &OfItem) -> Self {
        Self {
            template: of.template.clone(),
            item: of.item.clone(),
            question: BilingualShape { vi: of.question.vi.clone(), en: of.question.en.clone() },
            failing: of.failing.map(RatioView::from),
        }
    }
}

/// Totals of a campaign that its owner made public. A number that is `null` is from 1 to 4: so small a number could be
/// known by name.
#[derive(Serialize, ToSchema)]
#[schema(as = PublishedTotals)]
pub struct PublicationView {
    /// Which.
    id: Uuid,
    /// Whose.
    owner: Uuid,
    /// That owner's name.
    #[schema(example = "UBND quận Hà Đông")]
    owner_name: String,
    /// What they are about, as the owner says.
    #[schema(example = "Kết quả kiểm tra công vụ 6 tháng đầu năm 2013")]
    title: String,
    /// The day of the counting.
    as_of: Date,
    /// When they were made public.
    published_at: Timestamp,
    /// The smallest number above 0 that is told.
    #[schema(example = 5)]
    fewest: u32,
    /// Visits.
    #[schema(example = 25)]
    visits: Option<u32>,
    /// Units that were visited.
    #[schema(example = 23)]
    units: Option<u32>,
    /// By sort of unit; sorts of fewer than five units are left out.
    coverage: Vec<CoverageView>,
    /// Findings that were confirmed.
    #[schema(example = 31)]
    confirmed_findings: Option<u32>,
    /// Those that are open.
    #[schema(example = 22)]
    open_findings: Option<u32>,
    /// The critical ones among the confirmed.
    #[schema(example = 16)]
    critical_findings: Option<u32>,
    /// Strengths.
    #[schema(example = 7)]
    strengths: Option<u32>,
    /// Corrective actions that were issued.
    #[schema(example = 17)]
    issued_actions: Option<u32>,
    /// Those that were verified.
    #[schema(example = 8)]
    verified_actions: Option<u32>,
    /// Those that are late.
    #[schema(example = 7)]
    overdue_actions: Option<u32>,
    /// Items that were judged at five units at least, by checklist and code.
    items: Vec<ItemView>,
}

impl From<&Told> for PublicationView {
    fn from(of: &Told) -> Self {
        let Told { publication, owner_name } = of;
        let Totals { coverage, items, .. } = &publication.totals;
        let totals = &publication.totals;
        Self {
            id: publication.id.0,
            owner: publication.owner.0,
            owner_name: owner_name.clone(),
            title: publication.title.clone(),
            as_of: publication.as_of,
            published_at: publication.at,
            fewest: FEWEST,
            visits: totals.visits,
            units: totals.units,
            coverage: coverage.iter().map(CoverageView::from).collect(),
            confirmed_findings: totals.confirmed,
            open_findings: totals.open,
            critical_findings: totals.critical,
            strengths: totals.strengths,
            issued_actions: totals.issued,
            verified_actions: totals.verified,
            overdue_actions: totals.overdue,
            items: items.iter().map(ItemView::from).collect(),
        }
    }
}

/// What everybody is to read above the totals.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "title": "Kết quả kiểm tra công vụ 6 tháng đầu năm 2013" }))]
pub struct TotalsPublished {
    /// Up to 300 characters.
    #[schema(min_length = 1, max_length = 300)]
    title: String,
}

/// Make totals public
///
/// The authority counts a campaign's totals once its fieldwork is over, and from then on anybody may read them without an
/// account. They name no unit and no person; numbers from 1 to 4, and shares of fewer than five units, are not told.
#[utoipa::path(tag = "campaigns", request_body = TotalsPublished,
    params(("campaign" = Uuid, Path, description = "Id of the campaign.")), responses(
    (status = 201, description = "Public.", body = PublicationView,
        headers(("Location" = String, description = "Where anybody reads them."))),
    (status = 409, description = "`publication.fieldwork-open`, `publication.standing`.")))]
#[post("/v1/campaigns/{campaign}/published-totals")]
pub async fn publish_totals(
    app: web::Data<App>,
    caller: Caller,
    campaign: web::Path<Uuid>,
    said: Body<TotalsPublished>,
) -> Result<HttpResponse, Problem> {
    let told = flow::publish(&app, &caller.0, CampaignId(*campaign), &said.0.title).await?;
    let place = format!("/v1/published-totals/{}", told.publication.id);
    let mut with = HttpResponse::Created();
    Ok(with.insert_header(("location", place)).json(PublicationView::from(&told)))
}

/// Why they are taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Đính chính số liệu sau giải trình." }))]
pub struct TotalsWithdrawn {
    /// Up to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Take public totals back
///
/// From then on nobody reads them; what they said stays on record. The campaign's totals may be made public anew.
#[utoipa::path(tag = "campaigns", request_body = TotalsWithdrawn,
    params(("totals" = Uuid, Path, description = "Which totals.")), responses(
    (status = 204, description = "Taken back."),
    (status = 409, description = "`publication.withdrawn`: they were before.")))]
#[post("/v1/published-totals/{totals}/withdraw")]
pub async fn withdraw_totals(
    app: web::Data<App>,
    caller: Caller,
    totals: web::Path<Uuid>,
    why: Body<TotalsWithdrawn>,
) -> Result<HttpResponse, Problem> {
    flow::withdraw(&app, &caller.0, PublicationId(*totals), &why.0.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which public totals are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PublishedFilter {
    /// Of this owner; of any where nothing is said.
    owner: Option<Uuid>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of public totals.
#[derive(Serialize, ToSchema)]
#[schema(as = PublishedTotalsPage)]
pub struct PublishedPage {
    /// Latest first.
    items: Vec<PublicationView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List public totals
///
/// What owners made public, latest first. Needs no account.
#[utoipa::path(tag = "campaigns", params(PublishedFilter),
    responses((status = 200, description = "A page.", body = PublishedPage)))]
#[get("/v1/published-totals")]
pub async fn list_published_totals(
    app: web::Data<App>,
    filter: Params<PublishedFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (name, limit) = (format!("published {:?}", filter.0.owner), paging::limit(filter.0.limit)?);
    let after: Option<(Timestamp, Uuid)> = paging::open(&app, &name, filter.0.cursor.as_deref())?;
    let after = after.map(|(at, id)| Place { at, id: PublicationId(id) });
    let (found, more) = flow::list(&app, filter.0.owner.map(OwnerId), after, limit).await?;
    let last = found.last().filter(|_| more).map(|last| (last.publication.at, last.publication.id.0));
    let next = last.map(|place| paging::seal(&app, &name, place));
    let page = PublishedPage { items: found.iter().map(PublicationView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Read public totals
///
/// Needs no account. Those that were taken back are answered as an unknown id is.
#[utoipa::path(tag = "campaigns", params(("totals" = Uuid, Path, description = "Which totals.")), responses(
    (status = 200, description = "The totals.", body = PublicationView),
    (status = 404, description = "There are none, or none any more.")))]
#[get("/v1/published-totals/{totals}")]
pub async fn read_published_totals(
    app: web::Data<App>,
    totals: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let told = flow::read(&app, PublicationId(*totals)).await?;
    Ok(HttpResponse::Ok().json(PublicationView::from(&told)))
}
