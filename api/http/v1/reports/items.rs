//! Items over many units: at how many they are not fine, and at which.

use super::UnitView;
use crate::app::App;
use crate::domain::ids::{CampaignId, OwnerId, UnitId};
use crate::domain::shares::{ItemShare, how_many};
use crate::flows::reports::About;
use crate::flows::reports::items::{self, Shares};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use actix_web::{HttpResponse, get, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What a report of items is about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ItemsFilter {
    /// Visits of this owner; of any owner whose visits you may see where nothing is said.
    owner: Option<Uuid>,
    /// Visits of this campaign.
    campaign: Option<Uuid>,
    /// Visits at this unit and everything below it.
    unit: Option<Uuid>,
    /// Visits planned from this day on.
    from: Option<Date>,
    /// Visits planned up to this day.
    to: Option<Date>,
    /// Codes of items, at most twenty: their units are named, and several are counted together. Every item where none
    /// is said.
    #[serde(default)]
    #[param(required = false, example = json!(["OSS-D02"]))]
    item: Vec<String>,
}

/// One item over the units where it was judged; a unit counts once, by its latest visit.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemShare)]
pub struct ItemShareView {
    /// Code of the checklist.
    #[schema(example = "OSS")]
    template: String,
    /// Code of the item.
    #[schema(example = "OSS-D02")]
    item: String,
    /// Units that earn less than full credit.
    failing: RatioView,
    /// Units that earn all of it.
    passing: RatioView,
    /// The word for the share that is not fine, derived from its counts: `một số`, `nhiều`, `phần lớn`, `tất cả`; `null`
    /// for none.
    #[schema(example = "phần lớn")]
    wording: Option<&'static str>,
    /// Which are not fine, in the order of Vietnamese dictionaries; empty where no item was named.
    failing_units: Vec<UnitView>,
    /// Which are fine, likewise.
    passing_units: Vec<UnitView>,
}

impl ItemShareView {
    fn of(share: &ItemShare, names: &[(UnitId, String)]) -> Self {
        let among = |units: &BTreeSet<UnitId>| {
            let held = names.iter().filter(|(unit, _)| units.contains(unit));
            held.map(|(unit, name)| UnitView { unit: unit.0, name: name.clone() }).collect()
        };
        Self {
            template: share.template.clone(),
            item: share.item.clone(),
            failing: share.failing().into(),
            passing: share.passing().into(),
            wording: how_many(share.failing()),
            failing_units: among(&share.failing),
            passing_units: among(&share.passing),
        }
    }
}

/// One item at units where no other of those named fails.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemAlone)]
pub struct AloneView {
    /// Code of the item.
    #[schema(example = "OSS-D02")]
    item: String,
    /// Not fine at this item alone, of the units where all were judged.
    failing: RatioView,
}

/// Several items over the units where all of them were judged.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsTogether)]
pub struct TogetherView {
    /// Not fine at every one of them.
    at_all: RatioView,
    /// Not fine at one alone, for each.
    at_one_alone: Vec<AloneView>,
}

/// Items over many units.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsReport)]
pub struct ItemsView {
    /// Visits that count: handed in, and yours to see.
    #[schema(example = 25)]
    visits: usize,
    /// Items in the order of checklists and codes.
    items: Vec<ItemShareView>,
    /// Counted together; `null` unless several were named.
    together: Option<TogetherView>,
}

impl From<Shares> for ItemsView {
    fn from(shares: Shares) -> Self {
        let alone = |(item, failing)| AloneView { item, failing: RatioView::from(failing) };
        Self {
            visits: shares.visits,
            items: shares.items.iter().map(|share| ItemShareView::of(share, &shares.names)).collect(),
            together: shares.together.map(|together| TogetherView {
                at_all: together.at_all.into(),
                at_one_alone: together.at_one_alone.into_iter().map(alone).collect(),
            }),
        }
    }
}

/// Read at how many units items are not fine
///
/// Over visits that were handed in and that you may see. With items named, their units are, too.
#[utoipa::path(tag = "campaigns", params(ItemsFilter),
    responses((status = 200, description = "The figures.", body = ItemsView)))]
#[get("/v1/reports/items")]
pub async fn read_items(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<ItemsFilter>,
) -> Result<HttpResponse, Problem> {
    let ItemsFilter { owner, campaign, unit, from, to, item } = filter.0;
    let (owner, campaign, unit) = (owner.map(OwnerId), campaign.map(CampaignId), unit.map(UnitId));
    let shares = items::items(&app, &caller.0, About { owner, campaign, unit, from, to }, &item).await?;
    Ok(HttpResponse::Ok().json(ItemsView::from(shares)))
}
