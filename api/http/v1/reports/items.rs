//! Items over many units: at how many they are not fine, and at which.

use super::UnitView;
use super::listed::{List, about, page};
use super::rows::Rows;
use crate::app::App;
use crate::domain::ids::UnitId;
use crate::domain::shares::{ItemShare, how_many};
use crate::flows::reports::About;
use crate::flows::reports::items::{self, Behind, Judged, Place, Shares};
use crate::flows::units::today;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

about!(ItemsFilter, JudgedUnitsFilter);

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
    /// Units that earn less than full credit.
    #[schema(example = "/v1/reports/items/units?to=2013-06-30&template=OSS&item=OSS-D02&failing=true")]
    failing: String,
    /// Units that earn all of it.
    #[schema(example = "/v1/reports/items/units?to=2013-06-30&template=OSS&item=OSS-D02&failing=false")]
    passing: String,
}

impl ShareRows {
    fn of(share: &ItemShare, about: &About) -> Self {
        let units = Rows::of("/v1/reports/items/units").about(about).and("to", about.to);
        let of_item = units.with("template", &share.template).with("item", &share.item);
        Self {
            failing: of_item.clone().with("failing", true).into(),
            passing: of_item.with("failing", false).into(),
        }
    }
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
            wording: how_many(share.failing()),
            passing_wording: how_many(share.passing()),
            failing_units: among(&share.failing),
            passing_units: among(&share.passing),
            rows: ShareRows::of(share, about),
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
        let alone = |(item, failing)| AloneView { item, failing: RatioView::from(failing) };
        let item = |share| ItemShareView::of(share, &shares.names, about);
        Self {
            visits: shares.visits,
            rows: Rows::visits(about).into(),
            items: shares.items.iter().map(item).collect(),
            together: shares.together.map(|together| TogetherView {
                at_all: together.at_all.into(),
                at_one_alone: together.at_one_alone.into_iter().map(alone).collect(),
            }),
        }
    }
}

/// Read at how many units items are not fine
///
/// Over visits that were handed in and that you may see. With items named, their units are, too. What addenda to signed
/// minutes changed counts as changed, and what was withdrawn after verification counts as fine.
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

/// Which units behind an item's figures are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JudgedUnitsFilter {
    /// Code of the item.
    #[param(example = "OSS-D02")]
    item: String,
    /// Code of its checklist; of any that has the item where nothing is said.
    #[param(example = "OSS")]
    template: Option<String>,
    /// Those that are not fine, or those that are; both where nothing is said.
    failing: Option<bool>,
    /// Visits of this owner; of any owner whose visits you may see where nothing is said.
    owner: Option<Uuid>,
    /// Visits of this campaign.
    campaign: Option<Uuid>,
    /// Visits at this unit and everything below it.
    unit: Option<Uuid>,
    /// Visits planned from this day on.
    from: Option<Date>,
    /// Visits planned up to this day, which gives the units their names; today where nothing is said.
    to: Option<Date>,
    /// With what was known at this instant.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl JudgedUnitsFilter {
    fn name(&self) -> String {
        let of = (&self.template, &self.item, self.failing);
        format!("judged units {of:?} {:?}", self.about())
    }

    fn behind(&self, today: Date, after: Option<Place>) -> Behind {
        Behind {
            template: self.template.clone(),
            item: self.item.clone(),
            failing: self.failing,
            day: self.to.unwrap_or(today),
            after,
        }
    }
}

/// A unit with the answer that counts.
#[derive(Serialize, ToSchema)]
#[schema(as = JudgedUnit)]
pub struct JudgedUnitView {
    /// The unit.
    unit: Uuid,
    /// Its name on that day.
    #[schema(example = "Phường Đồng Mai")]
    name: String,
    /// The visit whose answer counts: the latest that asked the item.
    visit: Uuid,
    /// Whether it earns less than full credit.
    failing: bool,
    /// Whether an addendum to the minutes changed the answer.
    #[schema(example = false)]
    corrected: bool,
    /// Whether its finding was withdrawn after verification.
    #[schema(example = false)]
    withdrawn: bool,
}

impl From<Judged> for JudgedUnitView {
    fn from(of: Judged) -> Self {
        Self {
            unit: of.unit.0,
            name: of.name,
            visit: of.visit.0,
            failing: of.failing,
            corrected: of.is_corrected,
            withdrawn: of.is_withdrawn,
        }
    }
}

page! {
    /// A page of units.
    JudgedUnitPage {
        /// In the order of Vietnamese dictionaries.
        JudgedUnitView
    }
}

/// List the units behind an item
///
/// Exactly those that a share of the item counted, each with the visit whose answer counts.
#[utoipa::path(tag = "campaigns", params(JudgedUnitsFilter),
    responses((status = 200, description = "A page.", body = JudgedUnitPage)))]
#[get("/v1/reports/items/units")]
pub async fn list_judged_units(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<JudgedUnitsFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = (filter.0.limit, filter.0.cursor.as_deref());
    let list = List::of(&app, &request, filter.0.name(), asked)?;
    let behind = filter.0.behind(today(&app), list.place()?);
    let (found, more) = items::behind(&app, &caller.0, filter.0.about(), behind, list.limit).await?;
    let next = found.last().filter(|_| more).map(|last| last.place.clone());
    Ok(list.answer::<JudgedUnitPage>(found.into_iter().map(JudgedUnitView::from), next))
}
