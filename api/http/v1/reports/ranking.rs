//! Units ranked by what was found at them.

use super::judged::answers;
use super::listed::{List, about, page};
use super::rows::{Begun, Rows};
use crate::app::App;
use crate::domain::campaign::round::TargetClass;
use crate::domain::finding::State;
use crate::domain::ids::UnitId;
use crate::domain::ranking::{By, Ranked, Unranked};
use crate::domain::refusal::Refusal;
use crate::flows::reports::About;
use crate::flows::reports::ranking::{self, Apart, How, Ranking, Row};
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

about!(RankingFilter);

/// What a ranking is about, and how to rank.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RankingFilter {
    /// By what, most first: open findings where nothing is said.
    #[param(value_type = Option<vocabulary::RankedBy>)]
    by: Option<By>,
    /// On how many judged items a rank must rest: 1 for open findings, 5 for items that are not fine, where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    least: Option<u32>,
    /// Units of this sort alone.
    #[param(value_type = Option<vocabulary::TargetClass>)]
    class: Option<String>,
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
    /// With what was known at this instant: visits handed in, answers with their addenda, findings in the state they had.
    as_known: Option<Timestamp>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl RankingFilter {
    fn how(&self) -> Result<How, Refusal> {
        let class = self.class.as_deref().map(super::class).transpose()?;
        let by = self.by.unwrap_or(By::OpenFindings);
        let least = self.least.map(super::least).transpose()?;
        Ok(How { by, least, class })
    }

    fn name(&self, list: &str) -> String {
        format!("{list} {:?} {:?} {:?} {:?}", self.about(), self.by, self.least, self.class)
    }

    fn as_query(&self, path: &str, how: &How, begun: Begun) -> Rows {
        let about = Rows::of(path).about(&begun.known(self.about())).and("to", self.to);
        about
            .with("by", how.by.as_str())
            .with("least", how.least())
            .and("class", how.class.map(TargetClass::as_str))
    }
}

/// Addresses of the rows behind a unit's figures.
#[derive(Serialize, ToSchema)]
#[schema(as = RankedUnitRows)]
pub struct UnitRows {
    /// Its visits.
    #[schema(example = "/v1/visits?state=submitted&state=finalised&at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140")]
    visits: String,
    /// Its open findings.
    #[schema(
        example = "/v1/findings?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140&kind=finding&state=confirmed&handed_in=true"
    )]
    open_findings: String,
    /// The critical ones among them.
    #[schema(
        example = "/v1/findings?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140&kind=finding&state=confirmed&critical=true"
    )]
    critical: String,
    /// Items that were judged there, with the answers that count.
    #[schema(example = "/v1/reports/items/units?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140")]
    judged_items: String,
    /// Those that are not fine.
    #[schema(example = "/v1/reports/items/units?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140&failing=true")]
    failing_items: String,
}

impl UnitRows {
    fn of(unit: UnitId, about: &About) -> Self {
        let (from, to) = about.window();
        let findings = Rows::of("/v1/findings")
            .and("owner", about.owner)
            .and("campaign", about.campaign)
            .and("unit", about.unit)
            .with("at", unit)
            .with("kind", "finding")
            .each("state", State::open())
            .with("handed_in", true)
            .and("from", from)
            .and("to", to)
            .and("as_known", about.as_known);
        let judged = answers(about).with("at", unit);
        Self {
            visits: Rows::visits(about).with("at", unit).into(),
            critical: findings.clone().with("critical", true).into(),
            open_findings: findings.into(),
            failing_items: judged.clone().with("failing", true).into(),
            judged_items: judged.into(),
        }
    }
}

/// A unit with its rank.
#[derive(Serialize, ToSchema)]
#[schema(as = RankedUnit)]
pub struct RankedView {
    /// From 1; equals share one, and the next comes after all of them.
    #[schema(example = 1)]
    rank: u32,
    /// The unit; `null` for one of the others that you compare yours with.
    unit: Option<Uuid>,
    /// Its name on the last day that counts; `null` likewise.
    #[schema(example = "Phường Đồng Mai")]
    name: Option<String>,
    /// Its sort; `null` likewise.
    #[schema(value_type = Option<vocabulary::TargetClass>)]
    class: Option<&'static str>,
    /// Visits that were handed in.
    #[schema(example = 1)]
    visits: u32,
    /// Findings that are open.
    #[schema(example = 2)]
    open_findings: u32,
    /// The critical ones among them.
    #[schema(example = 1)]
    critical: u32,
    /// Items that are not fine, of those judged.
    failing_items: RatioView,
    /// Lists of what was counted; `null` for one of the others.
    rows: Option<UnitRows>,
}

impl RankedView {
    fn of(ranked: Ranked<Row>, about: &About) -> Self {
        let Ranked { rank, of: Row { unit, figures } } = ranked;
        Self {
            rank,
            rows: unit.as_ref().map(|of| UnitRows::of(of.unit, about)),
            class: unit.as_ref().map(|of| of.class.as_str()),
            unit: unit.as_ref().map(|of| of.unit.0),
            name: unit.map(|of| of.name),
            visits: figures.visits,
            open_findings: figures.open,
            critical: figures.critical,
            failing_items: figures.failing().into(),
        }
    }
}

/// A page of a ranking.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitRanking)]
pub struct RankingView {
    /// By what units are ranked.
    #[schema(value_type = vocabulary::RankedBy)]
    by: By,
    /// On how many judged items a rank rests at least.
    #[schema(example = 1)]
    least: u32,
    /// The instant whose knowledge counts, on all pages.
    as_known: Timestamp,
    /// How many units are ranked.
    #[schema(example = 17)]
    ranked: usize,
    /// How many are not.
    #[schema(example = 6)]
    unranked: usize,
    /// The list of those that are not, with the reason.
    #[schema(example = "/v1/reports/ranking/unranked?to=2013-06-30&by=open_findings&least=1")]
    unranked_rows: String,
    /// By rank, then in the order of Vietnamese dictionaries.
    items: Vec<RankedView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Rank units
///
/// By open findings or by the share of items that are not fine, most first; units that are equal share a rank and stand in
/// the order of Vietnamese dictionaries, the same on each reading. Units of whose visits too little was judged are not
/// ranked. The head of a unit who names a campaign, and neither a unit, a sort of units nor days, sees the own units among
/// all others of the campaign, which stay nameless; where there are fewer than five others, the own ones alone. All pages
/// hold what was known when the first was read.
#[utoipa::path(tag = "campaigns", params(RankingFilter),
    responses((status = 200, description = "A page of the ranking.", body = RankingView)))]
#[get("/v1/reports/ranking")]
pub async fn rank_units(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<RankingFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = (filter.0.limit, filter.0.cursor.as_deref());
    let list = List::of(&app, &request, filter.0.name("ranking"), asked)?;
    let (begun, about, how) = (list.begun()?, filter.0.about(), filter.0.how()?);
    let found = ranking::units(&app, &caller.0, (about, begun.at), how, (begun.skip, list.limit)).await?;
    let next = list.sealed(begun.behind(found.rows.len(), found.more));
    let page = RankingView::of(found, (&filter.0, begun), how, next.clone());
    Ok(list.respond(&page, next.as_deref()))
}

impl RankingView {
    fn of(found: Ranking, (filter, begun): (&RankingFilter, Begun), how: How, next: Option<String>) -> Self {
        let about = begun.known(filter.about());
        Self {
            by: how.by,
            least: how.least(),
            as_known: about.as_known.unwrap_or(begun.at),
            ranked: found.ranked,
            unranked: found.apart,
            unranked_rows: filter.as_query("/v1/reports/ranking/unranked", &how, begun).into(),
            items: found.rows.into_iter().map(|row| RankedView::of(row, &about)).collect(),
            next,
        }
    }
}

/// A unit that is not ranked.
#[derive(Serialize, ToSchema)]
#[schema(as = UnrankedUnit)]
pub struct UnrankedView {
    /// The unit.
    unit: Uuid,
    /// Its name on the last day that counts.
    #[schema(example = "Phòng Tư pháp")]
    name: String,
    /// Its sort.
    #[schema(value_type = vocabulary::TargetClass)]
    class: &'static str,
    /// Why it is not ranked.
    #[schema(value_type = vocabulary::UnrankedBecause)]
    because: Unranked,
    /// Visits that were handed in.
    #[schema(example = 1)]
    visits: u32,
    /// Items that were judged.
    #[schema(example = 0)]
    judged_items: u32,
    /// Those that are not fine.
    #[schema(example = 0)]
    failing_items: u32,
    /// Findings that are open.
    #[schema(example = 0)]
    open_findings: u32,
    /// The critical ones among them.
    #[schema(example = 0)]
    critical: u32,
    /// Lists of what was counted.
    rows: UnitRows,
}

impl UnrankedView {
    fn of(apart: Apart, about: &About) -> Self {
        let Apart { unit, figures, because } = apart;
        Self {
            rows: UnitRows::of(unit.unit, about),
            unit: unit.unit.0,
            name: unit.name,
            class: unit.class.as_str(),
            because,
            visits: figures.visits,
            judged_items: figures.judged,
            failing_items: figures.failing,
            open_findings: figures.open,
            critical: figures.critical,
        }
    }
}

page! {
    /// A page of units that are not ranked.
    UnrankedUnitPage {
        /// In the order of Vietnamese dictionaries.
        UnrankedView
    }
}

/// List units that are not ranked
///
/// Those of whose visits too little was judged, and below a unit that is named those that nobody inspected, each with the
/// reason.
#[utoipa::path(tag = "campaigns", params(RankingFilter),
    responses((status = 200, description = "A page.", body = UnrankedUnitPage)))]
#[get("/v1/reports/ranking/unranked")]
pub async fn list_unranked_units(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<RankingFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = (filter.0.limit, filter.0.cursor.as_deref());
    let list = List::of(&app, &request, filter.0.name("unranked"), asked)?;
    let (begun, about, how) = (list.begun()?, filter.0.about(), filter.0.how()?);
    let found = ranking::unranked(&app, &caller.0, (about, begun.at), how, (begun.skip, list.limit)).await?;
    let (next, known) = (begun.next(&found), begun.known(about));
    Ok(list
        .answer::<UnrankedUnitPage>(found.0.into_iter().map(|apart| UnrankedView::of(apart, &known)), next))
}
