//! Figures over visits: coverage, overlaps, burden.

use crate::app::App;
use crate::domain::campaign::round::Round;
use crate::domain::coverage::OfClass;
use crate::domain::ids::{CampaignId, OwnerId, UnitId};
use crate::flows::reports::{self, About, Covered, Overlapping};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on figures.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_coverage).service(list_overlaps).service(read_burden);
}

/// What a report of coverage is about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageFilter {
    /// The unit whose parts are counted; may be left out where a campaign with rounds is named.
    unit: Option<Uuid>,
    /// Visits of this owner; of any owner whose visits you may see where nothing is said.
    owner: Option<Uuid>,
    /// Visits of this campaign.
    campaign: Option<Uuid>,
    /// Units that exist on this day, and visits up to it; today where nothing is said.
    as_of: Option<Date>,
    /// Visits from this day on.
    from: Option<Date>,
}

/// A unit by name.
#[derive(Serialize, ToSchema)]
#[schema(as = NamedUnit)]
pub struct UnitView {
    /// The unit.
    unit: Uuid,
    /// Its name on that day.
    #[schema(example = "Xã Châu Can")]
    name: String,
}

/// Coverage of one sort of unit.
#[derive(Serialize, ToSchema)]
#[schema(as = ClassCoverage)]
pub struct ClassView {
    /// Which sort.
    #[schema(value_type = vocabulary::TargetClass)]
    class: &'static str,
    /// Inspected at least once, of all.
    first_inspection: RatioView,
    /// Never inspected, in the order of Vietnamese dictionaries.
    not_covered: Vec<UnitView>,
    /// Inspected again, of all.
    re_inspection: RatioView,
    /// Inspected again, of those inspected before.
    re_inspection_of_inspected: RatioView,
}

impl From<OfClass> for ClassView {
    fn from(of: OfClass) -> Self {
        let named = |place: crate::domain::coverage::Place| UnitView { unit: place.unit.0, name: place.name };
        Self {
            class: of.class.as_str(),
            first_inspection: of.first_inspection.into(),
            not_covered: of.not_covered.into_iter().map(named).collect(),
            re_inspection: of.again_of_all.into(),
            re_inspection_of_inspected: of.again_of_inspected.into(),
        }
    }
}

/// Visits of one kind.
#[derive(Serialize, ToSchema)]
#[schema(as = KindCount)]
pub struct KindView {
    /// Which kind.
    #[schema(value_type = vocabulary::VisitKind)]
    kind: &'static str,
    /// How many.
    #[schema(example = 42)]
    visits: u32,
}

/// Visits of one round.
#[derive(Serialize, ToSchema)]
#[schema(as = RoundCount)]
pub struct RoundCountView {
    /// Which round.
    round: Uuid,
    /// Of which campaign.
    campaign: Uuid,
    /// Its number there.
    #[schema(example = 1)]
    number: i32,
    /// Its name.
    #[schema(example = "Đợt 1")]
    name: String,
    /// How many targets it has.
    #[schema(example = 13)]
    targets: usize,
    /// How many visits.
    #[schema(example = 13)]
    visits: u32,
}

impl From<(Round, u32)> for RoundCountView {
    fn from((round, visits): (Round, u32)) -> Self {
        Self {
            round: round.id.0,
            campaign: round.campaign.0,
            number: round.number,
            name: round.name,
            targets: round.targets.len(),
            visits,
        }
    }
}

/// Which units were inspected, first and again.
#[derive(Serialize, ToSchema)]
#[schema(as = Coverage)]
pub struct CoverageView {
    /// The day whose units count.
    as_of: Date,
    /// Visits that were handed in.
    #[schema(example = 53)]
    visits: u32,
    /// Units visited at least once.
    #[schema(example = 42)]
    distinct_units: u32,
    /// Visits by kind.
    kinds: Vec<KindView>,
    /// Visits by round, for campaigns you may read.
    rounds: Vec<RoundCountView>,
    /// One entry for each sort of unit there is.
    classes: Vec<ClassView>,
}

impl From<Covered> for CoverageView {
    fn from(covered: Covered) -> Self {
        let Covered { as_of, coverage, rounds } = covered;
        let kinds = coverage.kinds.into_iter();
        Self {
            as_of,
            visits: coverage.visits,
            distinct_units: coverage.distinct_units,
            kinds: kinds.map(|(kind, visits)| KindView { kind: kind.as_str(), visits }).collect(),
            rounds: rounds.into_iter().map(RoundCountView::from).collect(),
            classes: coverage.classes.into_iter().map(ClassView::from).collect(),
        }
    }
}

/// Read how far units are covered
///
/// Counts visits that were handed in and that you may see, against the units that exist on a day. A unit that ended or
/// changed later changes nothing in a report of an earlier day.
#[utoipa::path(tag = "campaigns", params(CoverageFilter),
    responses((status = 200, description = "The figures.", body = CoverageView),
        (status = 404, description = "The campaign is missing, or not yours to see.")))]
#[get("/v1/reports/coverage")]
pub async fn read_coverage(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<CoverageFilter>,
) -> Result<HttpResponse, Problem> {
    let CoverageFilter { unit, owner, campaign, as_of: to, from } = filter.0;
    let (owner, campaign, unit) = (owner.map(OwnerId), campaign.map(CampaignId), unit.map(UnitId));
    let covered = reports::coverage(&app, &caller.0, About { owner, campaign, unit, from, to }).await?;
    Ok(HttpResponse::Ok().json(CoverageView::from(covered)))
}

/// Another campaign that comes to the same unit in the same week.
#[derive(Serialize, ToSchema)]
#[schema(as = Overlap)]
pub struct OverlapView {
    /// Where.
    unit: Uuid,
    /// The unit's name.
    #[schema(example = "Xã Phước Ninh")]
    unit_name: String,
    /// The campaign that was asked about.
    campaign: Uuid,
    /// Its title.
    #[schema(example = "Kiểm tra công vụ năm 2021")]
    title: String,
    /// Its visits that meet one of the other.
    visits: Vec<Uuid>,
    /// Whose the other campaign is.
    other_owner: Uuid,
    /// That owner's name.
    #[schema(example = "UBND huyện Nông Sơn")]
    other_owner_name: String,
    /// The other campaign, where you may read it.
    other_campaign: Option<Uuid>,
    /// Its title, where you may read it.
    other_title: Option<String>,
    /// First day of the other's visits there.
    other_from: Date,
    /// Last day of the other's visits there.
    other_to: Date,
}

impl OverlapView {
    fn of(campaign: Uuid, title: &str, overlap: Overlapping) -> Self {
        let (other_campaign, other_title) = overlap.campaign.map(|(id, title)| (id.0, title)).unzip();
        Self {
            unit: overlap.unit.0,
            unit_name: overlap.unit_name,
            campaign,
            title: title.to_owned(),
            visits: overlap.visits.into_iter().map(|id| id.0).collect(),
            other_owner: overlap.owner.0,
            other_owner_name: overlap.owner_name,
            other_campaign,
            other_title,
            other_from: overlap.days.0,
            other_to: overlap.days.1,
        }
    }
}

/// Where others come, too.
#[derive(Serialize, ToSchema)]
#[schema(as = OverlapList)]
pub struct OverlapList {
    /// One entry for each unit and other campaign.
    items: Vec<OverlapView>,
    /// Always `null`: everything stands on one page.
    next: Option<String>,
}

/// List where a campaign overlaps with others
///
/// Visits of any owner at the same unit in the same week. A sealed visit counts for whoever may see it alone; everybody
/// else is answered as if there were none.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign.")),
    responses((status = 200, description = "Every overlap that you may know of.", body = OverlapList)))]
#[get("/v1/campaigns/{campaign}/overlaps")]
pub async fn list_overlaps(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let campaign = path.into_inner();
    let (title, found) = reports::overlaps(&app, &caller.0, CampaignId(campaign)).await?;
    let items = found.into_iter().map(|overlap| OverlapView::of(campaign, &title, overlap)).collect();
    Ok(HttpResponse::Ok().json(OverlapList { items, next: None }))
}

/// What a report of burden is about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BurdenFilter {
    /// The unit that is asked about, with everything below it.
    unit: Option<Uuid>,
    /// Visits of this owner.
    owner: Option<Uuid>,
    /// Visits of this campaign.
    campaign: Option<Uuid>,
    /// Visits planned from this day on.
    from: Option<Date>,
    /// Visits planned up to this day.
    to: Option<Date>,
}

/// How much is asked of one unit.
#[derive(Serialize, ToSchema)]
#[schema(as = Burden)]
pub struct BurdenView {
    /// The unit.
    unit: Uuid,
    /// Its name.
    #[schema(example = "Xã Phước Ninh")]
    name: String,
    /// How often somebody comes.
    #[schema(example = 2)]
    visits: u32,
    /// On how many days somebody is there.
    #[schema(example = 1)]
    days: u32,
    /// Under how many campaigns.
    #[schema(example = 2)]
    campaigns: u32,
}

/// How much is asked of each unit.
#[derive(Serialize, ToSchema)]
#[schema(as = BurdenList)]
pub struct BurdenList {
    /// Units that are visited, in the order of Vietnamese dictionaries.
    items: Vec<BurdenView>,
    /// Always `null`: everything stands on one page.
    next: Option<String>,
}

/// Read how much is asked of units
///
/// Visits that were made or are meant, and that you may see: how many, on how many days, under how many campaigns.
#[utoipa::path(tag = "campaigns", params(BurdenFilter),
    responses((status = 200, description = "The figures.", body = BurdenList)))]
#[get("/v1/reports/burden")]
pub async fn read_burden(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<BurdenFilter>,
) -> Result<HttpResponse, Problem> {
    let BurdenFilter { unit, owner, campaign, from, to } = filter.0;
    let (owner, campaign, unit) = (owner.map(OwnerId), campaign.map(CampaignId), unit.map(UnitId));
    let found = reports::burden(&app, &caller.0, About { owner, campaign, unit, from, to }).await?;
    let view = |(unit, name, asked): (UnitId, String, crate::domain::overlap::Burden)| BurdenView {
        unit: unit.0,
        name,
        visits: asked.visits,
        days: asked.days,
        campaigns: asked.campaigns,
    };
    Ok(HttpResponse::Ok().json(BurdenList { items: found.into_iter().map(view).collect(), next: None }))
}
