//! The answers behind figures of items: of each unit and item the one that counts.

use super::comparison::MeasuredView;
use super::listed::{List, about, page};
use super::rows::Rows;
use crate::app::App;
use crate::domain::ids::UnitId;
use crate::flows::reports::About;
use crate::flows::reports::items::{self, Behind, Judged, Place};
use crate::flows::units::today;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

about!(JudgedUnitsFilter);

/// The list of them that a report counts.
pub(super) fn answers(about: &About) -> Rows {
    Rows::of("/v1/reports/items/units").about(about).and("to", about.to)
}

/// Which answers behind figures of items are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JudgedUnitsFilter {
    /// Code of the item; may be left out where `at` names a unit.
    #[param(example = "OSS-D02")]
    item: Option<String>,
    /// At this unit itself.
    at: Option<Uuid>,
    /// Code of its checklist; of any that has the item where nothing is said.
    #[param(example = "OSS")]
    template: Option<String>,
    /// Those that are not fine, or those that are; both where nothing is said.
    failing: Option<bool>,
    /// Those that measure a share, or those that don't.
    measured: Option<bool>,
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
        let of = (&self.template, &self.item, self.at, self.failing, self.measured);
        format!("judged units {of:?} {:?}", self.about())
    }

    fn behind(&self, today: Date, after: Option<Place>) -> Behind {
        Behind {
            template: self.template.clone(),
            item: self.item.clone(),
            failing: self.failing,
            measured: self.measured,
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
    /// Code of the checklist.
    #[schema(example = "OSS")]
    template: String,
    /// Code of the item.
    #[schema(example = "OSS-D02")]
    item: String,
    /// What the answer measures; `null` where it is no share.
    measured: Option<MeasuredView>,
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
            template: of.place.template,
            item: of.place.item,
            measured: of.measured.map(MeasuredView::from),
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
/// Exactly those that a figure of the item counted, each with the visit whose answer counts and what it measured; or what
/// was judged at one unit, item by item, where `at` names it.
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
    let behind = (filter.0.behind(today(&app), list.place()?), filter.0.at.map(UnitId));
    let (found, more) = items::behind(&app, &caller.0, filter.0.about(), behind, list.limit).await?;
    let next = found.last().filter(|_| more).map(|last| last.place.clone());
    Ok(list.answer::<JudgedUnitPage>(found.into_iter().map(JudgedUnitView::from), next))
}
