//! Figures over visits: coverage, burden.

pub(super) mod comparison;
mod coverage;
mod items;
mod judged;
mod listed;
mod overlaps;
mod ranking;
mod recurrence;
pub(super) mod rows;
mod together;

use crate::app::App;
use crate::domain::campaign::round::TargetClass;
use crate::domain::ids::{CampaignId, OwnerId, UnitId};
use crate::domain::refusal::Refusal;
use crate::flows::reports::{self, About};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, get, web};
use jiff::civil::Date;
use rows::Rows;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on figures.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(coverage::read_coverage).service(coverage::list_covered_units);
    cfg.service(items::read_items).service(judged::list_judged_units);
    cfg.service(together::list_units_together);
    cfg.service(ranking::rank_units).service(ranking::list_unranked_units);
    cfg.service(recurrence::read_recurrence).service(recurrence::list_looked_at_findings);
    cfg.service(recurrence::list_new_findings);
    cfg.service(comparison::compare_periods);
    cfg.service(overlaps::list_overlaps).service(read_burden);
}

/// Reads a sort of unit.
fn class(word: &str) -> Result<TargetClass, Refusal> {
    let class = TargetClass::ALL.into_iter().find(|class| class.as_str() == word);
    class.ok_or_else(|| Refusal::field("?class", "report.class", "is no sort of unit"))
}

/// Reads on how much a rank must rest.
fn least(least: u32) -> Result<u32, Refusal> {
    let within = (1..=1000).contains(&least);
    within
        .then_some(least)
        .ok_or_else(|| Refusal::field("?least", "parameter.out-of-range", "least must be between 1 and 1000"))
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
    /// The list of those visits; days and campaigns are counted in it.
    #[schema(example = "/v1/visits?state=planned&state=finalised&at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140")]
    rows: String,
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
    let about = About { owner, campaign, unit, from, to, as_known: None };
    let found = reports::burden(&app, &caller.0, about).await?;
    let visits = Rows::visits_in(&about, &reports::meant());
    let view = |(unit, name, asked): (UnitId, String, crate::domain::overlap::Burden)| BurdenView {
        unit: unit.0,
        name,
        visits: asked.visits,
        days: asked.days,
        campaigns: asked.campaigns,
        rows: visits.clone().with("at", unit).into(),
    };
    Ok(HttpResponse::Ok().json(BurdenList { items: found.into_iter().map(view).collect(), next: None }))
}
