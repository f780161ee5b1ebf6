//! Figures that others made, over HTTP.

use super::visits::RatioView;
use crate::app::App;
use crate::domain::campaign::round::TargetClass;
use crate::domain::external::{Component, Figure, Import, Part, Value};
use crate::domain::ids::{OwnerId, UnitId};
use crate::domain::moment::of_our_time;
use crate::domain::period::Period;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::response::Decimal;
use crate::domain::unit;
use crate::flows::external as flow;
use crate::flows::external::{Held, Imported, Place, Wanted};
use crate::flows::units::today;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::v1::reports::comparison::PeriodView;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(import_external_figures).service(list_external_figures);
}

/// One part of an index.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IndexComponent)]
pub struct ComponentView {
    /// What it measures, as its maker names it.
    #[schema(example = "Cải cách thủ tục hành chính")]
    name: String,
    /// What was reached.
    #[schema(value_type = f64, example = 10.25)]
    score: Decimal,
    /// What could be reached, where it is told.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 14)]
    of: Option<Decimal>,
}

/// How many of one category; codes, never names.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CategoryCount)]
pub struct PartView {
    /// Small letters, digits and underscores.
    #[schema(example = "cong_chuc")]
    category: String,
    /// How many.
    #[schema(example = 8)]
    count: u32,
}

/// A figure as it is told, by its type.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ToldFigure)]
pub enum ToldView {
    /// A place in an index.
    Index {
        /// From 1.
        #[schema(minimum = 1, example = 30)]
        rank: u32,
        /// Of how many.
        #[schema(minimum = 1, example = 30)]
        of: u32,
        /// What was reached.
        #[serde(default)]
        #[schema(value_type = Option<f64>, example = 61.5)]
        score: Option<Decimal>,
        /// What it is made of.
        #[serde(default)]
        #[schema(max_items = 50)]
        components: Vec<ComponentView>,
    },
    /// A part of a whole.
    Ratio {
        /// The part.
        #[schema(example = 12)]
        numerator: u32,
        /// The whole.
        #[schema(example = 12)]
        denominator: u32,
    },
    /// How many; 0 is a value.
    Count {
        /// All of them.
        #[schema(example = 10)]
        count: u32,
        /// By category; where any is told they come to all of them.
        #[serde(default)]
        #[schema(max_items = 50)]
        parts: Vec<PartView>,
    },
    /// When something was due, and when it was done.
    Deadline {
        /// The last day, local.
        due_on: Date,
        /// The day it was done; nothing while it is not.
        #[serde(default)]
        done_on: Option<Date>,
    },
}

impl From<ToldView> for Figure {
    fn from(said: ToldView) -> Self {
        let component = |c: ComponentView| Component { name: c.name, score: c.score, of: c.of };
        match said {
            ToldView::Index { rank, of, score, components } => {
                Self::Index { rank, of, score, components: components.into_iter().map(component).collect() }
            }
            ToldView::Ratio { numerator, denominator } => Self::Ratio { numerator, denominator },
            ToldView::Count { count, parts } => Self::Count {
                count,
                parts: parts.into_iter().map(|p| Part { category: p.category, count: p.count }).collect(),
            },
            ToldView::Deadline { due_on, done_on } => Self::Deadline { due_on, done_on },
        }
    }
}

/// A value to be imported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExternalFigure)]
pub struct ValueSaid {
    /// The unit it is about; nothing for the owner as a whole.
    #[serde(default)]
    unit: Option<Uuid>,
    /// Of this sort of units alone.
    #[serde(default)]
    #[schema(value_type = Option<vocabulary::TargetClass>)]
    class: Option<String>,
    /// A year, a half, a quarter, a month, or days with two dots between them; local.
    #[schema(example = "2016")]
    period: String,
    /// What is told.
    figure: ToldView,
}

/// Values of one series.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "owner": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "series": "par_index",
    "title": "Chỉ số cải cách hành chính", "source": "Quyết định 2400/QĐ-UBND",
    "values": [{ "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140", "period": "2016",
        "figure": { "type": "index", "rank": 30, "of": 30 } }] }))]
pub struct NewExternalFigures {
    /// Whose reports they are for.
    owner: Uuid,
    /// Code of the series: small letters, digits and underscores.
    #[schema(min_length = 1, max_length = 60)]
    series: String,
    /// What people read.
    #[schema(min_length = 1, max_length = 300)]
    title: String,
    /// Where it was told: a paper, a report, an address.
    #[schema(min_length = 1, max_length = 300)]
    source: String,
    /// At most 5,000.
    #[schema(min_items = 1, max_items = 5000)]
    values: Vec<ValueSaid>,
}

impl TryFrom<NewExternalFigures> for Import {
    type Error = Refusal;

    fn try_from(said: NewExternalFigures) -> Result<Self, Refusal> {
        let (mut values, mut faults) = (Vec::new(), Vec::new());
        for (n, value) in said.values.into_iter().enumerate() {
            let known = |word: &String| TargetClass::ALL.into_iter().find(|class| class.as_str() == word);
            let class = value.class.as_ref().map(|word| known(word).ok_or("is no sort of unit")).transpose();
            match (class, Period::parse(&value.period)) {
                (Ok(class), Ok(period)) => {
                    let unit = value.unit.map(UnitId);
                    values.push(Value { unit, class, period, figure: value.figure.into() });
                }
                (Err(why), _) => {
                    faults.push(FieldFault::new(format!("/values/{n}/class"), "report.class", why));
                }
                (_, Err(why)) => {
                    faults.push(FieldFault::new(format!("/values/{n}/period"), "report.period", why));
                }
            }
        }
        faults.truncate(100);
        if !faults.is_empty() {
            return Err(Refusal::invalid(faults));
        }
        let NewExternalFigures { owner, series, title, source, .. } = said;
        Ok(Self { owner: OwnerId(owner), series, title, source, values })
    }
}

/// What an import did.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalFiguresImported, example = json!({ "new": 28, "corrected": 1, "unchanged": 3 }))]
pub struct ImportedView {
    /// Values about what nothing was held.
    new: usize,
    /// Values that took the place of others.
    corrected: usize,
    /// Values that are held as they are.
    unchanged: usize,
}

impl From<Imported> for ImportedView {
    fn from(done: Imported) -> Self {
        Self { new: done.new, corrected: done.corrected, unchanged: done.unchanged }
    }
}

/// Import figures that others made
///
/// Indices, shares, counts by category, due days of reports: checked as a whole and entered all of it or nothing; the same
/// again changes nothing. A value about the same unit, sort and period takes the place of the one before, which stays for
/// reports with `as_known`; what is held and not in the import stays.
#[utoipa::path(tag = "campaigns", request_body = NewExternalFigures,
    responses((status = 200, description = "Imported.", body = ImportedView)))]
#[post("/v1/external-figures")]
pub async fn import_external_figures(
    app: web::Data<App>,
    caller: Caller,
    said: Body<NewExternalFigures>,
) -> Result<HttpResponse, Problem> {
    let done = flow::import(&app, &caller.0, said.0.try_into()?).await?;
    Ok(HttpResponse::Ok().json(ImportedView::from(done)))
}

/// Which figures are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExternalFilter {
    /// Of this owner.
    owner: Uuid,
    /// Of this series.
    #[param(example = "par_index")]
    series: Option<String>,
    /// About this unit.
    unit: Option<Uuid>,
    /// Of periods that end on this day or later.
    from: Option<Date>,
    /// Of periods that end on this day or before.
    to: Option<Date>,
    /// As they were known at this instant; those that hold today where nothing is said.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl ExternalFilter {
    fn name(&self) -> String {
        let of = (self.owner, &self.series, self.unit);
        format!("external figures {of:?} {:?} {:?} {:?}", self.from, self.to, self.as_known)
    }

    fn wanted(&self, after: Option<Place>) -> Result<Wanted, Refusal> {
        Ok(Wanted {
            owner: OwnerId(self.owner),
            series: self.series.clone(),
            unit: self.unit.map(UnitId),
            from: self.from.map(|from| unit::day("?from", from)).transpose()?,
            to: self.to.map(|to| unit::day("?to", to)).transpose()?,
            as_known: self.as_known.map(|known| of_our_time("?as_known", known)).transpose()?,
            after,
        })
    }
}

/// A figure, by its type.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = ExternalFigureValue)]
pub enum FigureView {
    /// A place in an index.
    Index {
        /// From 1.
        #[schema(example = 30)]
        rank: u32,
        /// Of how many.
        #[schema(example = 30)]
        of: u32,
        /// Whether it is the last place.
        #[schema(example = true)]
        last: bool,
        /// What was reached.
        #[schema(value_type = Option<f64>, example = 61.5)]
        score: Option<Decimal>,
        /// What it is made of.
        components: Vec<ComponentView>,
    },
    /// A part of a whole.
    Ratio {
        /// The share.
        ratio: RatioView,
    },
    /// How many.
    Count {
        /// All of them.
        #[schema(example = 10)]
        count: u32,
        /// By category.
        parts: Vec<PartView>,
    },
    /// When something was due.
    Deadline {
        /// The last day, local.
        due_on: Date,
        /// The day it was done; `null` while it is not.
        done_on: Option<Date>,
        /// Days after the due day on which it was done, or that have passed till today; 0 where it was in time.
        #[schema(example = 5)]
        days_late: u32,
    },
}

impl FigureView {
    fn of(figure: Figure, today: Date) -> Self {
        let last = figure.is_last();
        let days_late = figure.days_late(today).unwrap_or(0);
        let component = |c: Component| ComponentView { name: c.name, score: c.score, of: c.of };
        match figure {
            Figure::Index { rank, of, score, components } => Self::Index {
                rank,
                of,
                last,
                score,
                components: components.into_iter().map(component).collect(),
            },
            Figure::Ratio { numerator, denominator } => {
                Self::Ratio { ratio: crate::domain::visit::Ratio { numerator, denominator }.into() }
            }
            Figure::Count { count, parts } => Self::Count {
                count,
                parts: parts.into_iter().map(|p| PartView { category: p.category, count: p.count }).collect(),
            },
            Figure::Deadline { due_on, done_on } => Self::Deadline { due_on, done_on, days_late },
        }
    }
}

/// A figure that somebody else made.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalFigure)]
pub struct ExternalView {
    /// Its id.
    id: Uuid,
    /// Whose reports it is for.
    owner: Uuid,
    /// Code of its series.
    #[schema(example = "par_index")]
    series: String,
    /// What people read.
    #[schema(example = "Chỉ số cải cách hành chính")]
    title: String,
    /// Where it was told.
    #[schema(example = "Quyết định 2400/QĐ-UBND")]
    source: String,
    /// The unit it is about; `null` for the owner as a whole.
    unit: Option<Uuid>,
    /// Of this sort of units alone.
    #[schema(value_type = Option<vocabulary::TargetClass>)]
    class: Option<&'static str>,
    /// Of which days.
    period: PeriodView,
    /// What was told.
    figure: FigureView,
    /// When it was imported.
    imported_at: Timestamp,
    /// When another value took its place; `null` while it holds.
    superseded_at: Option<Timestamp>,
}

impl ExternalView {
    fn of(held: Held, today: Date) -> Self {
        Self {
            id: held.id.0,
            owner: held.owner.0,
            series: held.series,
            title: held.title,
            source: held.source,
            unit: held.value.unit.map(|unit| unit.0),
            class: held.value.class.map(TargetClass::as_str),
            period: held.value.period.into(),
            figure: FigureView::of(held.value.figure, today),
            imported_at: held.imported_at,
            superseded_at: held.superseded_at,
        }
    }
}

/// A page of figures.
#[derive(Serialize, ToSchema)]
pub struct ExternalFigurePage {
    /// Latest period first.
    items: Vec<ExternalView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List figures that others made
///
/// Of an owner, latest period first; the head and the staff of a unit see those about their own.
#[utoipa::path(tag = "campaigns", params(ExternalFilter),
    responses((status = 200, description = "A page.", body = ExternalFigurePage)))]
#[get("/v1/external-figures")]
pub async fn list_external_figures(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<ExternalFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (name, limit, day) = (filter.0.name(), paging::limit(filter.0.limit)?, today(&app));
    let after = paging::open(&app, &name, filter.0.cursor.as_deref())?;
    let (found, more) = flow::list(&app, &caller.0, &filter.0.wanted(after)?, limit).await?;
    let place = |last: &Held| Place { to: last.value.period.to, id: last.id };
    let next = found.last().filter(|_| more).map(|last| paging::seal(&app, &name, place(last)));
    let items = found.into_iter().map(|held| ExternalView::of(held, day)).collect();
    Ok(paging::respond(&request, &ExternalFigurePage { items, next: next.clone() }, next.as_deref()))
}
