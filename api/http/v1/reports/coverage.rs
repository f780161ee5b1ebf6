//! Coverage: how far the units of a day were inspected, and the units behind each figure.

use super::UnitView;
use super::listed::{List, page};
use super::rows::{Begun, Rows};
use crate::app::App;
use crate::domain::campaign::round::Round;
use crate::domain::coverage::{LookedAt, OfClass, Visited, inspecting};
use crate::domain::ids::{CampaignId, OwnerId, RoundId, UnitId};
use crate::domain::visit::Kind;
use crate::flows::reports::{self, About, Covered, WhichCovered};
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
    /// With what was known at this instant: visits handed in by then. Units and their names are those of `as_of`.
    as_known: Option<Timestamp>,
}

impl CoverageFilter {
    fn about(&self) -> About {
        About {
            owner: self.owner.map(OwnerId),
            campaign: self.campaign.map(CampaignId),
            unit: self.unit.map(UnitId),
            from: self.from,
            to: self.as_of,
            as_known: self.as_known,
        }
    }
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
    /// Lists of the units counted.
    rows: ClassRows,
}

/// Addresses of the lists of units behind a class's figures.
#[derive(Serialize, ToSchema)]
#[schema(as = ClassCoverageRows)]
pub struct ClassRows {
    /// Every unit of the sort.
    #[schema(example = "/v1/reports/coverage/units?as_of=2017-09-01&class=commune")]
    all: String,
    /// Those inspected at least once.
    #[schema(example = "/v1/reports/coverage/units?as_of=2017-09-01&class=commune&inspected=first")]
    first_inspection: String,
    /// Those never inspected.
    #[schema(example = "/v1/reports/coverage/units?as_of=2017-09-01&class=commune&inspected=never")]
    not_covered: String,
    /// Those inspected again.
    #[schema(example = "/v1/reports/coverage/units?as_of=2017-09-01&class=commune&inspected=again")]
    re_inspection: String,
    /// Those inspected first and again.
    #[schema(example = "/v1/reports/coverage/units?as_of=2017-09-01&class=commune&inspected=both")]
    re_inspection_of_inspected: String,
}

/// The list of the units of a day.
fn units(about: &About) -> Rows {
    Rows::of("/v1/reports/coverage/units").about(about).and("as_of", about.to)
}

impl ClassView {
    fn of(of: OfClass, about: &About) -> Self {
        let named = |place: crate::domain::coverage::Place| UnitView { unit: place.unit.0, name: place.name };
        let all = units(about).with("class", of.class.as_str());
        let inspected = |how: LookedAt| all.clone().with("inspected", how.as_str()).into();
        let rows = ClassRows {
            first_inspection: inspected(LookedAt::First),
            not_covered: inspected(LookedAt::Never),
            re_inspection: inspected(LookedAt::Again),
            re_inspection_of_inspected: inspected(LookedAt::Both),
            all: all.into(),
        };
        Self {
            rows,
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
    /// The list of them.
    #[schema(example = "/v1/visits?state=submitted&state=finalised&kind=planned")]
    rows: String,
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
    /// The list of them.
    #[schema(
        example = "/v1/visits?state=submitted&state=finalised&round=0d9c8b7a-6958-4736-9514-0a1b2c3d4e5f"
    )]
    rows: String,
    /// The list of the targets.
    #[schema(
        example = "/v1/reports/coverage/units?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&round=0d9c8b7a-6958-4736-9514-0a1b2c3d4e5f"
    )]
    targets_rows: String,
}

impl RoundCountView {
    fn of((round, visits): (Round, u32), about: &About) -> Self {
        let about = About { campaign: Some(round.campaign), ..*about };
        Self {
            rows: Rows::visits(&about).with("round", round.id).into(),
            targets_rows: units(&about).with("round", round.id).into(),
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
    /// The list of them.
    #[schema(example = "/v1/visits?state=submitted&state=finalised")]
    rows: String,
    /// Units visited at least once.
    #[schema(example = 42)]
    distinct_units: u32,
    /// The list of them.
    #[schema(example = "/v1/reports/coverage/units?as_of=2017-09-01&inspected=visited")]
    distinct_units_rows: String,
    /// Visits by kind.
    kinds: Vec<KindView>,
    /// Visits by round, for campaigns you may read.
    rounds: Vec<RoundCountView>,
    /// One entry for each sort of unit there is.
    classes: Vec<ClassView>,
}

impl CoverageView {
    fn of(covered: Covered, about: About) -> Self {
        let Covered { as_of, coverage, rounds } = covered;
        let about = About { to: Some(as_of), ..about };
        let kind = |(kind, visits): (Kind, u32)| KindView {
            kind: kind.as_str(),
            visits,
            rows: Rows::visits(&about).with("kind", kind.as_str()).into(),
        };
        Self {
            as_of,
            visits: coverage.visits,
            rows: Rows::visits(&about).into(),
            distinct_units: coverage.distinct_units,
            distinct_units_rows: units(&about).with("inspected", LookedAt::Visited.as_str()).into(),
            kinds: coverage.kinds.into_iter().map(kind).collect(),
            rounds: rounds.into_iter().map(|round| RoundCountView::of(round, &about)).collect(),
            classes: coverage.classes.into_iter().map(|class| ClassView::of(class, &about)).collect(),
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
    let about = filter.0.about();
    let covered = reports::coverage(&app, &caller.0, about).await?;
    Ok(HttpResponse::Ok().json(CoverageView::of(covered, about)))
}

/// Which units of a report of coverage are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoveredUnitsFilter {
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
    /// With what was known at this instant: visits handed in by then.
    as_known: Option<Timestamp>,
    /// Of this sort alone.
    #[param(value_type = Option<vocabulary::TargetClass>)]
    class: Option<String>,
    /// Inspected so; what was `visited` is told wherever it lies by now.
    #[param(value_type = Option<vocabulary::Inspected>)]
    inspected: Option<LookedAt>,
    /// The targets of this round instead; goes with `campaign`.
    round: Option<Uuid>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl CoveredUnitsFilter {
    /// What it is about, with the day and the instant that further pages keep to.
    fn about(&self, begun: Begun) -> About {
        About {
            owner: self.owner.map(OwnerId),
            campaign: self.campaign.map(CampaignId),
            unit: self.unit.map(UnitId),
            from: self.from,
            to: self.as_of.or(Some(begun.day)),
            as_known: self.as_known.or(Some(begun.at)),
        }
    }

    fn name(&self) -> String {
        let about = (self.owner, self.campaign, self.unit, self.from, self.as_of, self.as_known);
        format!("covered units {about:?} {:?} {:?} {:?}", self.class, self.inspected, self.round)
    }
}

/// A unit with its visits.
#[derive(Serialize, ToSchema)]
#[schema(as = CoveredUnit)]
pub struct CoveredUnitView {
    /// The unit.
    unit: Uuid,
    /// Its name on that day.
    #[schema(example = "Xã Châu Can")]
    name: String,
    /// Which sort.
    #[schema(value_type = vocabulary::TargetClass)]
    class: &'static str,
    /// First inspections.
    #[schema(example = 1)]
    first_inspections: u32,
    /// Re-inspections.
    #[schema(example = 0)]
    re_inspections: u32,
    /// Visits of every kind.
    #[schema(example = 1)]
    visits: u32,
    /// Lists of those visits.
    rows: CoveredUnitRows,
}

/// Addresses of the lists of a unit's visits.
#[derive(Serialize, ToSchema)]
#[schema(as = CoveredUnitRows)]
pub struct CoveredUnitRows {
    /// Of every kind.
    #[schema(example = "/v1/visits?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140&state=submitted&state=finalised")]
    visits: String,
    /// First inspections.
    #[schema(example = "/v1/visits?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140&kind=planned&kind=surprise")]
    first_inspections: String,
    /// Re-inspections.
    #[schema(example = "/v1/visits?at=d4c3b2a1-0f9e-4d8c-b7a6-958473625140&kind=re_inspection")]
    re_inspections: String,
}

impl CoveredUnitView {
    fn of(visited: Visited, about: &About) -> Self {
        let Visited { place, first, again, visits } = visited;
        let all = Rows::visits(about).with("at", place.unit);
        let of = |kinds: Vec<Kind>| all.clone().each("kind", kinds.into_iter().map(Kind::as_str)).into();
        Self {
            rows: CoveredUnitRows {
                first_inspections: of(inspecting()),
                re_inspections: of(vec![Kind::ReInspection]),
                visits: all.into(),
            },
            unit: place.unit.0,
            name: place.name,
            class: place.class.as_str(),
            first_inspections: first,
            re_inspections: again,
            visits,
        }
    }
}

page! {
    /// A page of units.
    CoveredUnitPage {
        /// In the order of Vietnamese dictionaries.
        CoveredUnitView
    }
}

/// List the units behind coverage
///
/// Exactly those that a figure of coverage counted. All pages hold what was known when the first was read.
#[utoipa::path(tag = "campaigns", params(CoveredUnitsFilter),
    responses((status = 200, description = "A page.", body = CoveredUnitPage),
        (status = 404, description = "The campaign is missing, or not yours to see.")))]
#[get("/v1/reports/coverage/units")]
pub async fn list_covered_units(
    app: web::Data<App>,
    caller: Caller,
    filter: Params<CoveredUnitsFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = (filter.0.limit, filter.0.cursor.as_deref());
    let list = List::of(&app, &request, filter.0.name(), asked)?;
    let begun = list.begun()?;
    let which = WhichCovered {
        class: filter.0.class.as_deref().map(super::class).transpose()?,
        looked_at: filter.0.inspected,
        round: filter.0.round.map(RoundId),
    };
    let about = filter.0.about(begun);
    let found = reports::covered_units(&app, &caller.0, about, which, (begun.skip, list.limit)).await?;
    let next = begun.next(&found);
    Ok(list
        .answer::<CoveredUnitPage>(found.0.into_iter().map(|unit| CoveredUnitView::of(unit, &about)), next))
}
