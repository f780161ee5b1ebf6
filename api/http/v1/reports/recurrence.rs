//! What re-inspections saw of earlier findings.

use super::listed::{List, about, page};
use super::rows::Rows;
use crate::app::App;
use crate::domain::finding::Outcome;
use crate::domain::ids::FindingId;
use crate::domain::ranking::{Ranked, Unranked};
use crate::flows::reports::About;
use crate::flows::reports::recurrence::{self, Behind, LookedAt, MadeAnew, OfItem, Recurrence};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

about!(RecurrenceFilter, LookedAtFilter, NewFindingFilter);

/// What a report of recurrence is about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecurrenceFilter {
    /// Re-inspections of this owner; of any owner whose visits you may see where nothing is said.
    owner: Option<Uuid>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// At this unit and everything below it.
    unit: Option<Uuid>,
    /// Planned from this day on.
    from: Option<Date>,
    /// Planned up to this day.
    to: Option<Date>,
    /// With what was known at this instant: re-inspections handed in and outcomes recorded by then.
    as_known: Option<Timestamp>,
    /// Of how many findings an item's rank must rest; 1 where nothing is said.
    #[param(minimum = 1, maximum = 1000, default = 1)]
    least: Option<u32>,
}

/// The list of everything that was looked at again.
fn rows(about: &About) -> Rows {
    Rows::of("/v1/reports/recurrence/findings").about(about).and("to", about.to)
}

/// The list of what was looked at again of one item, or of all free findings.
fn rows_of(about: &About, item: Option<&str>) -> Rows {
    match item {
        Some(item) => rows(about).with("item", item),
        None => rows(about).with("free", true),
    }
}

/// The list of findings that re-inspections made for the first time.
fn new_findings(about: &About) -> Rows {
    Rows::of("/v1/reports/recurrence/new-findings").about(about).and("to", about.to)
}

/// Addresses of the lists of findings behind these figures.
#[derive(Serialize, ToSchema)]
#[schema(as = RecurrenceRows)]
pub struct OutcomeRows {
    /// Looked at again.
    #[schema(example = "/v1/reports/recurrence/findings?item=CON-G01")]
    looked_at: String,
    /// Gone.
    #[schema(example = "/v1/reports/recurrence/findings?item=CON-G01&outcome=fixed")]
    fixed: String,
    /// Better, not gone.
    #[schema(example = "/v1/reports/recurrence/findings?item=CON-G01&outcome=partly_fixed")]
    partly_fixed: String,
    /// As before.
    #[schema(example = "/v1/reports/recurrence/findings?item=CON-G01&outcome=not_fixed")]
    repeated: String,
    /// The question does not arise any more.
    #[schema(example = "/v1/reports/recurrence/findings?item=CON-G01&outcome=no_longer_applicable")]
    no_longer_applicable: String,
}

/// What re-inspections saw of some findings.
#[derive(Serialize, ToSchema)]
#[schema(as = RecurrenceFigures)]
pub struct OutcomesView {
    /// Gone, of the findings looked at again.
    fixed: RatioView,
    /// Better, not gone.
    partly_fixed: RatioView,
    /// As before: a repeated finding was opened.
    repeated: RatioView,
    /// The question does not arise any more.
    no_longer_applicable: RatioView,
    /// Lists of the findings counted.
    rows: OutcomeRows,
}

impl OutcomesView {
    fn of(of: &OfItem, rows: &Rows) -> Self {
        let seen = |outcome: Outcome| rows.clone().with("outcome", outcome.as_str()).into();
        Self {
            fixed: of.of_looked_at(of.fixed).into(),
            partly_fixed: of.of_looked_at(of.partly_fixed).into(),
            repeated: of.of_looked_at(of.repeated).into(),
            no_longer_applicable: of.of_looked_at(of.no_longer_applicable).into(),
            rows: OutcomeRows {
                looked_at: rows.clone().into(),
                fixed: seen(Outcome::Fixed),
                partly_fixed: seen(Outcome::PartlyFixed),
                repeated: seen(Outcome::NotFixed),
                no_longer_applicable: seen(Outcome::NoLongerApplicable),
            },
        }
    }
}

/// An item with its rank.
#[derive(Serialize, ToSchema)]
#[schema(as = RecurringItem)]
pub struct RecurringView {
    /// From 1; equals share one, and the next comes after all of them.
    #[schema(example = 1)]
    rank: u32,
    /// The item; `null` for free findings together.
    #[schema(example = "CON-G01")]
    item: Option<String>,
    /// What was seen of its findings.
    seen: OutcomesView,
}

/// An item that is not ranked.
#[derive(Serialize, ToSchema)]
#[schema(as = UnrankedItem)]
pub struct UnrankedItemView {
    /// The item; `null` for free findings together.
    #[schema(example = "CON-T03")]
    item: Option<String>,
    /// Why it is not ranked.
    #[schema(value_type = vocabulary::UnrankedBecause)]
    because: Unranked,
    /// What was seen of its findings.
    seen: OutcomesView,
}

/// What re-inspections saw of earlier findings.
#[derive(Serialize, ToSchema)]
#[schema(as = RecurrenceReport)]
pub struct RecurrenceView {
    /// All items together.
    seen: OutcomesView,
    /// Findings that re-inspections made for the first time and that were not withdrawn.
    #[schema(example = 2)]
    new_findings: u32,
    /// The list of those.
    #[schema(example = "/v1/reports/recurrence/new-findings?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33")]
    new_findings_rows: String,
    /// Items that are ranked, most often seen again first; equals by code.
    items: Vec<RecurringView>,
    /// Items of which too few findings were looked at, by code.
    too_small: Vec<UnrankedItemView>,
}

impl RecurrenceView {
    fn of(of: Recurrence, about: &About) -> Self {
        let seen = |item: &OfItem| OutcomesView::of(item, &rows_of(about, item.item.as_deref()));
        let ranked =
            |Ranked { rank, of }: Ranked<OfItem>| RecurringView { rank, seen: seen(&of), item: of.item };
        let apart =
            |(of, because): (OfItem, Unranked)| UnrankedItemView { because, seen: seen(&of), item: of.item };
        Self {
            seen: OutcomesView::of(&of.all, &rows(about)),
            new_findings: of.new_findings,
            new_findings_rows: new_findings(about).into(),
            items: of.items.into_iter().map(ranked).collect(),
            too_small: of.apart.into_iter().map(apart).collect(),
        }
    }
}

/// Read what comes again
///
/// What re-inspections that were handed in, and that you may see, saw of earlier findings: how much is fixed, and which
/// items come again most. A finding counts once, by the last re-inspection that looked at it.
#[utoipa::path(tag = "findings", params(RecurrenceFilter),
    responses((status = 200, description = "The figures.", body = RecurrenceView)))]
#[get("/v1/reports/recurrence")]
pub async fn read_recurrence(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<RecurrenceFilter>,
) -> Result<HttpResponse, Problem> {
    let (about, least) = (filter.0.about(), super::least(filter.0.least.unwrap_or(1))?);
    let found = recurrence::recurrence(&app, &caller.0, about, least).await?;
    Ok(HttpResponse::Ok().json(RecurrenceView::of(found, &about)))
}

/// Which findings behind recurrence are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LookedAtFilter {
    /// Of this item.
    #[param(example = "CON-G01")]
    item: Option<String>,
    /// Free ones, or those about an item.
    free: Option<bool>,
    /// Seen so.
    #[param(value_type = Option<vocabulary::ReInspectionOutcome>)]
    outcome: Option<Outcome>,
    /// Re-inspections of this owner.
    owner: Option<Uuid>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// At this unit and everything below it.
    unit: Option<Uuid>,
    /// Planned from this day on.
    from: Option<Date>,
    /// Planned up to this day.
    to: Option<Date>,
    /// With what was known at this instant.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl LookedAtFilter {
    fn name(&self) -> String {
        format!("looked at {:?} {:?} {:?} {:?}", self.about(), self.item, self.free, self.outcome)
    }
}

/// A finding that was looked at again.
#[derive(Serialize, ToSchema)]
#[schema(as = LookedAtFinding)]
pub struct LookedAtView {
    /// The earlier finding.
    finding: Uuid,
    /// Its item; `null` for a free one.
    #[schema(example = "CON-G01")]
    item: Option<String>,
    /// Where.
    unit: Uuid,
    /// The unit's printed path on the day of the earlier visit.
    #[schema(example = "Xã Phú Minh, Huyện Phú Xuyên, Thành phố Hà Nội")]
    unit_path: String,
    /// The re-inspection that looked at it last.
    visit: Uuid,
    /// What it saw.
    #[schema(value_type = vocabulary::ReInspectionOutcome)]
    outcome: Outcome,
}

impl From<LookedAt> for LookedAtView {
    fn from(of: LookedAt) -> Self {
        Self {
            finding: of.finding.0,
            item: of.item,
            unit: of.unit.0,
            unit_path: of.unit_path,
            visit: of.visit.0,
            outcome: of.outcome,
        }
    }
}

page! {
    /// A page of findings that were looked at again.
    LookedAtPage {
        /// By id.
        LookedAtView
    }
}

/// List the findings behind recurrence
///
/// Exactly those that a figure counted, each with the re-inspection that looked at it last.
#[utoipa::path(tag = "findings", params(LookedAtFilter),
    responses((status = 200, description = "A page.", body = LookedAtPage)))]
#[get("/v1/reports/recurrence/findings")]
pub async fn list_looked_at_findings(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<LookedAtFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = (filter.0.limit, filter.0.cursor.as_deref());
    let list = List::of(&app, &request, filter.0.name(), asked)?;
    let after = list.place()?.map(FindingId);
    let of = Behind { item: filter.0.item.clone(), free: filter.0.free, outcome: filter.0.outcome, after };
    let (found, more) = recurrence::behind(&app, &caller.0, filter.0.about(), of, list.limit).await?;
    let next = found.last().filter(|_| more).map(|last| last.finding.0);
    Ok(list.answer::<LookedAtPage>(found.into_iter().map(LookedAtView::from), next))
}

/// Which re-inspections count.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewFindingFilter {
    /// Re-inspections of this owner.
    owner: Option<Uuid>,
    /// Of this campaign.
    campaign: Option<Uuid>,
    /// At this unit and everything below it.
    unit: Option<Uuid>,
    /// Planned from this day on.
    from: Option<Date>,
    /// Planned up to this day.
    to: Option<Date>,
    /// With what was known at this instant: findings in the state they had.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A finding that a re-inspection made for the first time.
#[derive(Serialize, ToSchema)]
#[schema(as = NewFinding)]
pub struct NewFindingView {
    /// The finding.
    finding: Uuid,
    /// Its item; `null` for a free one.
    #[schema(example = "CON-G01")]
    item: Option<String>,
    /// Where.
    unit: Uuid,
    /// The unit's printed path on the day of the re-inspection.
    #[schema(example = "Xã Phú Minh, Huyện Phú Xuyên, Thành phố Hà Nội")]
    unit_path: String,
    /// The re-inspection.
    visit: Uuid,
}

impl From<MadeAnew> for NewFindingView {
    fn from(of: MadeAnew) -> Self {
        Self {
            finding: of.finding.0,
            item: of.item,
            unit: of.unit.0,
            unit_path: of.unit_path,
            visit: of.visit.0,
        }
    }
}

page! {
    /// A page of findings that re-inspections made for the first time.
    NewFindingPage {
        /// By id.
        NewFindingView
    }
}

/// List what re-inspections found for the first time
///
/// Exactly the new findings that recurrence counts: stood by, not withdrawn, and repeating none.
#[utoipa::path(tag = "findings", params(NewFindingFilter),
    responses((status = 200, description = "A page.", body = NewFindingPage)))]
#[get("/v1/reports/recurrence/new-findings")]
pub async fn list_new_findings(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<NewFindingFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (asked, about) = ((filter.0.limit, filter.0.cursor.as_deref()), filter.0.about());
    let list = List::of(&app, &request, format!("new findings {about:?}"), asked)?;
    let after = list.place()?.map(FindingId);
    let (found, more) = recurrence::anew(&app, &caller.0, about, (after, list.limit)).await?;
    let next = found.last().filter(|_| more).map(|last| last.finding.0);
    Ok(list.answer::<NewFindingPage>(found.into_iter().map(NewFindingView::from), next))
}
