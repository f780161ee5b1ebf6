//! Several items at once: at how many units all of them are not fine, or one alone, and at which.

use super::listed::{List, about, page};
use super::rows::Rows;
use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::domain::shares::{Together, Which};
use crate::flows::reports::About;
use crate::flows::reports::items::{self, AtOnce};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

about!(TogetherFilter);

/// One item at units where no other of those named fails.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemAlone)]
pub struct AloneView {
    /// Code of the item.
    #[schema(example = "OSS-D02")]
    item: String,
    /// Not fine at this item alone, of the units where all were judged.
    failing: RatioView,
    /// The list of those units.
    #[schema(example = "/v1/reports/items/together?to=2013-06-30&item=OSS-D02&item=OSS-D03&alone=OSS-D02")]
    rows: String,
}

/// Several items over the units where all of them were judged.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsTogether)]
pub struct TogetherView {
    /// Not fine at every one of them.
    at_all: RatioView,
    /// Not fine at one alone, for each.
    at_one_alone: Vec<AloneView>,
    /// Lists of the units counted.
    rows: TogetherRows,
}

/// Addresses of the lists of units behind items that are counted together.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsTogetherRows)]
pub struct TogetherRows {
    /// Where all of them were judged.
    #[schema(example = "/v1/reports/items/together?to=2013-06-30&item=OSS-D02&item=OSS-D03")]
    judged: String,
    /// Where none of them is fine.
    #[schema(example = "/v1/reports/items/together?to=2013-06-30&item=OSS-D02&item=OSS-D03&at_all=true")]
    at_all: String,
}

impl TogetherView {
    pub(super) fn of(together: &Together, about: &About) -> Self {
        let judged = Rows::of("/v1/reports/items/together").about(about).and("to", about.to);
        let judged = judged.each("item", &together.codes);
        let alone = |(item, failing): (String, _)| AloneView {
            failing: RatioView::from(failing),
            rows: judged.clone().with("alone", &item).into(),
            item,
        };
        Self {
            at_all: together.at_all().into(),
            at_one_alone: together.at_one_alone().into_iter().map(alone).collect(),
            rows: TogetherRows { at_all: judged.clone().with("at_all", true).into(), judged: judged.into() },
        }
    }
}

/// Which units behind items that are counted together are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TogetherFilter {
    /// Codes of the items, two to twenty.
    #[serde(default)]
    #[param(example = json!(["OSS-D02", "OSS-D03"]))]
    item: Vec<String>,
    /// Those alone where none of the items is fine.
    #[serde(default)]
    #[param(required = false, default = false)]
    at_all: bool,
    /// Those alone where this one of the items is not fine and every other is.
    #[param(example = "OSS-D02")]
    alone: Option<String>,
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

impl TogetherFilter {
    fn name(&self) -> String {
        format!("items together {:?} {} {:?} {:?}", self.item, self.at_all, self.alone, self.about())
    }

    fn which(&self) -> Result<Which, Refusal> {
        match (self.at_all, &self.alone) {
            (false, None) => Ok(Which::Assessed),
            (true, None) => Ok(Which::AtAll),
            (false, Some(code)) if self.item.contains(code) => Ok(Which::AtOneAlone(code.clone())),
            (false, Some(_)) => {
                Err(Refusal::field("?alone", "report.items", "is none of the items that are named"))
            }
            (true, Some(_)) => {
                let detail = "says another thing than at_all: name one of the two";
                Err(Refusal::field("?alone", "report.items", detail))
            }
        }
    }
}

/// A unit where all of the items were judged.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitAtOnce)]
pub struct UnitAtOnceView {
    /// The unit.
    unit: Uuid,
    /// Its name on that day.
    #[schema(example = "Phường Đồng Mai")]
    name: String,
    /// Codes of the items that are not fine there, in the order they were named.
    #[schema(example = json!(["OSS-D02", "OSS-D03"]))]
    failing: Vec<String>,
}

impl From<AtOnce> for UnitAtOnceView {
    fn from(of: AtOnce) -> Self {
        Self { unit: of.unit.0, name: of.name, failing: of.failing }
    }
}

page! {
    /// A page of units where several items were judged.
    UnitAtOncePage {
        /// In the order of Vietnamese dictionaries.
        UnitAtOnceView
    }
}

/// List the units behind several items
///
/// Exactly those that a figure of items counted together: where all of them were judged, with those that are not fine. All
/// pages hold what was known when the first was read.
#[utoipa::path(tag = "campaigns", params(TogetherFilter),
    responses((status = 200, description = "A page.", body = UnitAtOncePage)))]
#[get("/v1/reports/items/together")]
pub async fn list_units_together(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<TogetherFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = (filter.0.limit, filter.0.cursor.as_deref());
    let list = List::of(&app, &request, filter.0.name(), asked)?;
    let (begun, which) = (list.begun()?, filter.0.which()?);
    let about = begun.known(filter.0.about());
    let found =
        items::at_once(&app, &caller.0, about, (&filter.0.item, &which), (begun.skip, list.limit)).await?;
    let next = begun.next(&found);
    Ok(list.answer::<UnitAtOncePage>(found.0.into_iter().map(UnitAtOnceView::from), next))
}
