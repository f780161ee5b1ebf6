//! A period beside an earlier one.

use super::judged::answers;
use crate::app::App;
use crate::domain::compared::{Change, Measured};
use crate::domain::ids::{CampaignId, OwnerId, UnitId};
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::visit::Ratio;
use crate::flows::reports::About;
use crate::flows::reports::comparison::{self, Beside, Compared};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::RatioView;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What is compared with what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComparisonFilter {
    /// The period: a year, a half, a quarter, a month, or days with two dots between them. It is local.
    #[param(example = "2021-H1")]
    period: String,
    /// The earlier period; the same one of the year before where nothing is said.
    #[param(example = "2020-H1")]
    earlier: Option<String>,
    /// Codes of items, at most twenty; every item where none is said.
    #[serde(default)]
    #[param(required = false, example = json!(["OSS-E06"]))]
    item: Vec<String>,
    /// Visits of this owner; of any owner whose visits you may see where nothing is said.
    owner: Option<Uuid>,
    /// Visits of this campaign.
    campaign: Option<Uuid>,
    /// Visits at this unit and everything below it.
    unit: Option<Uuid>,
    /// With what was known at this instant, of both periods.
    as_known: Option<Timestamp>,
}

impl ComparisonFilter {
    fn about(&self) -> About {
        About {
            owner: self.owner.map(OwnerId),
            campaign: self.campaign.map(CampaignId),
            unit: self.unit.map(UnitId),
            from: None,
            to: None,
            as_known: self.as_known,
        }
    }

    fn periods(&self) -> Result<(Period, Period), Refusal> {
        let read = |at: &str, text: &str| {
            Period::parse(text).map_err(|why| Refusal::field(at, "report.period", why))
        };
        let period = read("?period", &self.period)?;
        let earlier = self.earlier.as_deref().map(|text| read("?earlier", text)).transpose()?;
        Ok((period, earlier.unwrap_or_else(|| period.year_before())))
    }
}

/// A period of local days.
#[derive(Serialize, ToSchema)]
#[schema(as = Period)]
pub struct PeriodView {
    /// Its shortest name.
    #[schema(example = "2021-H1")]
    name: String,
    /// The first day.
    from: Date,
    /// The last day.
    to: Date,
}

impl From<Period> for PeriodView {
    fn from(of: Period) -> Self {
        Self { name: of.to_string(), from: of.from, to: of.to }
    }
}

/// How a share changed.
#[derive(Serialize, ToSchema)]
#[schema(as = ShareChange)]
pub struct ChangeView {
    /// Smaller, larger, the same, or nothing to compare with; of the exact shares.
    #[schema(value_type = vocabulary::Change)]
    change: Change,
    /// Percentage points between the two percents; `null` where there is nothing to compare with.
    #[schema(example = -0.6)]
    points: Option<f64>,
}

/// Hundredths, as JSON has them.
fn hundredths(points: i128) -> Option<f64> {
    i32::try_from(points).ok().map(|points| f64::from(points) / 100.0)
}

impl<T: Copy + Into<Measured>> From<&Beside<T>> for ChangeView {
    fn from(of: &Beside<T>) -> Self {
        Self { change: of.change(), points: of.points().and_then(hundredths) }
    }
}

/// At how many units an item is not fine, now and before.
#[derive(Serialize, ToSchema)]
#[schema(as = FailingCompared)]
pub struct FailingView {
    /// In the period.
    now: RatioView,
    /// In the earlier period; `null` where the item was judged nowhere.
    earlier: Option<RatioView>,
    /// How it changed.
    change: ChangeView,
}

impl From<&Beside<Ratio>> for FailingView {
    fn from(of: &Beside<Ratio>) -> Self {
        Self { now: of.now.into(), earlier: of.earlier.map(RatioView::from), change: of.into() }
    }
}

/// A measured part of a measured whole.
#[derive(Serialize, ToSchema)]
#[schema(as = MeasuredShare)]
pub struct MeasuredView {
    /// The part; of several units their sum.
    #[schema(example = 9)]
    numerator: f64,
    /// The whole; of several units their sum.
    #[schema(example = 500)]
    denominator: f64,
    /// With two decimals, half up; `null` of nothing.
    #[schema(example = 1.8)]
    percent: Option<f64>,
}

impl From<Measured> for MeasuredView {
    fn from(of: Measured) -> Self {
        // Printed and read: the shortest form of the exact number.
        let number = |millionths: i128| {
            let text =
                format!("{}.{:06}", millionths.div_euclid(1_000_000), millionths.rem_euclid(1_000_000));
            text.parse().unwrap_or_default()
        };
        Self {
            numerator: number(of.part),
            denominator: number(of.whole),
            percent: of.basis_points().and_then(hundredths),
        }
    }
}

/// What an item measures, now and before.
#[derive(Serialize, ToSchema)]
#[schema(as = MeasuredCompared)]
pub struct MeasuredChangeView {
    /// In the period.
    now: MeasuredView,
    /// In the earlier period; `null` where nothing was measured.
    earlier: Option<MeasuredView>,
    /// How it changed.
    change: ChangeView,
}

impl From<&Beside<Measured>> for MeasuredChangeView {
    fn from(of: &Beside<Measured>) -> Self {
        Self { now: of.now.into(), earlier: of.earlier.map(MeasuredView::from), change: of.into() }
    }
}

/// Addresses of the lists of units behind an item's figures.
#[derive(Serialize, ToSchema)]
#[schema(as = ComparisonRows)]
pub struct PeriodRows {
    /// Units judged in the period.
    #[schema(example = "/v1/reports/items/units?from=2021-01-01&to=2021-06-30&item=OSS-E06")]
    now: String,
    /// Those where it is not fine.
    #[schema(example = "/v1/reports/items/units?from=2021-01-01&to=2021-06-30&item=OSS-E06&failing=true")]
    now_failing: String,
    /// Those that measured it: parts and wholes come to those told here.
    #[schema(example = "/v1/reports/items/units?from=2021-01-01&to=2021-06-30&item=OSS-E06&measured=true")]
    now_measured: String,
    /// Units judged in the earlier period.
    #[schema(example = "/v1/reports/items/units?from=2020-01-01&to=2020-06-30&item=OSS-E06")]
    earlier: String,
    /// Those where it was not fine.
    #[schema(example = "/v1/reports/items/units?from=2020-01-01&to=2020-06-30&item=OSS-E06&failing=true")]
    earlier_failing: String,
    /// Those that measured it.
    #[schema(example = "/v1/reports/items/units?from=2020-01-01&to=2020-06-30&item=OSS-E06&measured=true")]
    earlier_measured: String,
}

impl PeriodRows {
    fn of(of: &Compared, about: &About, (period, earlier): (Period, Period)) -> Self {
        let rows = |days: Period| {
            let about = About { from: Some(days.from), to: Some(days.to), ..*about };
            let judged = answers(&about).with("template", &of.template).with("item", &of.item);
            let those = |which: &str| judged.clone().with(which, true).into();
            (those("failing"), those("measured"), judged.into())
        };
        let (now_failing, now_measured, now) = rows(period);
        let (earlier_failing, earlier_measured, earlier) = rows(earlier);
        Self { now, now_failing, now_measured, earlier, earlier_failing, earlier_measured }
    }
}

/// One item in both periods.
#[derive(Serialize, ToSchema)]
#[schema(as = ComparedItem)]
pub struct ComparedView {
    /// Code of the checklist.
    #[schema(example = "OSS")]
    template: String,
    /// Code of the item.
    #[schema(example = "OSS-E06")]
    item: String,
    /// Units where it is not fine.
    failing: FailingView,
    /// What it measures over all units together; `null` for an item that measures no share.
    measured: Option<MeasuredChangeView>,
    /// Lists of the units counted.
    rows: PeriodRows,
}

impl ComparedView {
    fn of(of: &Compared, about: &About, periods: (Period, Period)) -> Self {
        Self {
            rows: PeriodRows::of(of, about, periods),
            template: of.template.clone(),
            item: of.item.clone(),
            failing: (&of.failing).into(),
            measured: of.measured.as_ref().map(MeasuredChangeView::from),
        }
    }
}

/// A period beside an earlier one.
#[derive(Serialize, ToSchema)]
#[schema(as = PeriodComparison)]
pub struct ComparisonView {
    /// The period.
    period: PeriodView,
    /// The earlier period.
    earlier: PeriodView,
    /// Items judged in the period, by checklist and code.
    items: Vec<ComparedView>,
}

/// Compare a period with an earlier one
///
/// Over visits that were handed in and that you may see: at how many units items are not fine, and what they measure, in
/// both periods. A unit counts once in each, by its latest visit there. Without an earlier value the change is `na`.
#[utoipa::path(tag = "campaigns", params(ComparisonFilter),
    responses((status = 200, description = "The figures.", body = ComparisonView)))]
#[get("/v1/reports/comparison")]
pub async fn compare_periods(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<ComparisonFilter>,
) -> Result<HttpResponse, Problem> {
    let (about, periods) = (filter.0.about(), filter.0.periods()?);
    let found = comparison::items(&app, &caller.0, about, periods, &filter.0.item).await?;
    let items = found.iter().map(|item| ComparedView::of(item, &about, periods)).collect();
    let (period, earlier) = (periods.0.into(), periods.1.into());
    Ok(HttpResponse::Ok().json(ComparisonView { period, earlier, items }))
}
