//! Items over many units: at how many they are not fine, and at which.

use super::UnitView;
use super::judged::answers;
use super::listed::about;
use super::rows::Rows;
use super::together::TogetherView;
use crate::app::App;
use crate::domain::ids::UnitId;
use crate::domain::shares::{HowMany, ItemShare, how_many};
use crate::domain::visit::Ratio;
use crate::flows::reports::About;
use crate::flows::reports::items::{self, Shares};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::context::{Context, Language};
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

about!(ItemsFilter);

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
    /// With what was known at this instant: visits handed in, answers with their addenda, and withdrawals by then.
    as_known: Option<Timestamp>,
}

/// Addresses of the lists of units behind an item's figures.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemShareRows)]
pub struct ShareRows {
    /// Every unit where it was judged.
    #[schema(example = "/v1/reports/items/units?to=2013-06-30&template=OSS&item=OSS-D02")]
    judged: String,
    /// Units that earn less than full credit.
    #[schema(example = "/v1/reports/items/units?to=2013-06-30&template=OSS&item=OSS-D02&failing=true")]
    failing: String,
    /// Units that earn all of it.
    #[schema(example = "/v1/reports/items/units?to=2013-06-30&template=OSS&item=OSS-D02&failing=false")]
    passing: String,
}

impl ShareRows {
    fn of(share: &ItemShare, about: &About) -> Self {
        let of_item = answers(about).with("template", &share.template).with("item", &share.item);
        Self {
            failing: of_item.clone().with("failing", true).into(),
            passing: of_item.clone().with("failing", false).into(),
            judged: of_item.into(),
        }
    }
}

/// The word for a share, in the language of the answer.
fn in_a_word(share: Ratio) -> Option<&'static str> {
    let word = match Context::current().language {
        Language::Vi => HowMany::vietnamese,
        Language::En => HowMany::english,
    };
    how_many(share).map(word)
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
    /// The word for the share that is not fine, derived from its counts: `một số` (some, less than 30 %), `nhiều` (many,
    /// to 50 %), `phần lớn` (most), `tất cả` (all); `null` for none.
    #[schema(example = "phần lớn")]
    wording: Option<&'static str>,
    /// The same for the share that is fine.
    #[schema(example = "một số")]
    passing_wording: Option<&'static str>,
    /// Which are not fine, in the order of Vietnamese dictionaries; empty where no item was named.
    failing_units: Vec<UnitView>,
    /// Which are fine, likewise.
    passing_units: Vec<UnitView>,
    /// Lists of the units counted, with the visits whose answers count.
    rows: ShareRows,
}

impl ItemShareView {
    fn of(share: &ItemShare, names: &[(UnitId, String)], about: &About) -> Self {
        let among = |units: &BTreeSet<UnitId>| {
            let held = names.iter().filter(|(unit, _)| units.contains(unit));
            held.map(|(unit, name)| UnitView { unit: unit.0, name: name.clone() }).collect()
        };
        Self {
            template: share.template.clone(),
            item: share.item.clone(),
            failing: share.failing().into(),
            passing: share.passing().into(),
            wording: in_a_word(share.failing()),
            passing_wording: in_a_word(share.passing()),
            failing_units: among(&share.failing),
            passing_units: among(&share.passing),
            rows: ShareRows::of(share, about),
        }
    }
}

/// Items over many units.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsReport)]
pub struct ItemsView {
    /// Visits that count: handed in, and yours to see.
    #[schema(example = 25)]
    visits: u32,
    /// The list of them.
    #[schema(example = "/v1/visits?state=submitted&state=finalised&to=2013-06-30T17%3A00%3A00Z")]
    rows: String,
    /// Items in the order of checklists and codes.
    items: Vec<ItemShareView>,
    /// Counted together; `null` unless several were named.
    together: Option<TogetherView>,
}

impl ItemsView {
    fn of(shares: Shares, about: &About) -> Self {
        let item = |share| ItemShareView::of(share, &shares.names, about);
        Self {
            visits: shares.visits,
            rows: Rows::visits(about).into(),
            items: shares.items.iter().map(item).collect(),
            together: shares.together.as_ref().map(|together| TogetherView::of(together, about)),
        }
    }
}

/// Read at how many units items are not fine
///
/// Over visits that were handed in and that you may see. With items named, their units are, too. What addenda to signed
/// minutes changed counts as changed, and what was withdrawn after verification counts as fine. A candidate
/// that the lead dismissed changes no answer, so that none here either: an answer that was wrong is corrected.
#[utoipa::path(tag = "campaigns", params(ItemsFilter),
    responses((status = 200, description = "The figures.", body = ItemsView)))]
#[get("/v1/reports/items")]
pub async fn read_items(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<ItemsFilter>,
) -> Result<HttpResponse, Problem> {
    let about = filter.0.about();
    let shares = items::items(&app, &caller.0, about, &filter.0.item).await?;
    Ok(HttpResponse::Ok().json(ItemsView::of(shares, &about)))
}
