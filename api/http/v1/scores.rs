//! What a visit comes to, over HTTP.

use super::reports::rows::Rows;
use super::templates::shape::BilingualShape;
use super::visits::view::FrozenScoreView;
use crate::app::App;
use crate::domain::ids::{TemplateVersionId, VisitId};
use crate::domain::response::{Decimal, Outcome};
use crate::domain::score::line::{Line, Stand};
use crate::domain::score::{Failing, Graded, Score, Tally, Ungraded};
use crate::domain::template::{Audience, Bilingual};
use crate::domain::visit::FrozenScore;
use crate::flows::scores as flow;
use crate::flows::scores::Scored;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on scores.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_score).service(list_scored_items);
}

/// What the checklists of a visit come to.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitScore)]
pub struct ScoredView {
    /// The day that decides which items are asked: the planned day of the visit in Vietnam.
    #[schema(example = "2020-03-20")]
    day: Date,
    /// What sort of unit the items are asked of.
    #[schema(value_type = vocabulary::Audience)]
    audience: Audience,
    /// One a checklist, in the visit's order.
    templates: Vec<ScoreView>,
}

/// What one checklist comes to.
#[derive(Serialize, ToSchema)]
#[schema(as = ChecklistScore, example = json!({
    "template_version": "9c8b7a69-5847-4362-9150-4f3e2d1c0b9a", "code": "OSS",
    "title": { "vi": "Bộ phận Một cửa", "en": "One-stop shop" }, "points": 69, "weight": 71, "percent": 97.18,
    "asked": 33, "answered": 33, "unanswered": [], "ungraded_because": null, "as_signed": null,
    "grade": { "code": "good", "label": { "vi": "Tốt", "en": "Good" }, "capped": false },
    "items": { "pass": 31, "partial": 2, "fail": 0, "na": 0, "recorded": 0, "unanswered": 0, "not_asked": 0 },
    "rows": {
        "asked": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=pass&standing=unanswered",
        "answered": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=pass&standing=na",
        "counted": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=pass&standing=partial",
        "failing": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=partial&standing=fail",
        "critical_failures": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=fail&critical=true",
        "pass": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=pass",
        "partial": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=partial",
        "fail": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=fail",
        "na": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=na",
        "recorded": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=recorded",
        "unanswered": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=unanswered",
        "not_asked": "/v1/visits/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/score/items?standing=not_asked" },
    "failing": [{ "item": "OSS-D06", "question": { "vi": "Đã niêm yết Quyết định công bố ISO 9001?",
        "en": "Is the ISO 9001 decision posted?" }, "outcome": "partial", "credit": 0.5, "weight": 2,
        "critical": false }],
    "critical_failures": [] }))]
pub struct ScoreView {
    /// Which version.
    template_version: Uuid,
    /// Its code.
    code: String,
    /// Its title.
    title: BilingualShape,
    /// Sum of weight times credit over the items that count.
    #[schema(value_type = f64)]
    points: Decimal,
    /// Sum of the weights of the items that count: asked, answered, applicable, judged.
    #[schema(value_type = f64)]
    weight: Decimal,
    /// Points of the weight in percent, two decimals, half up; `null` where nothing counts yet. While items wait for
    /// their answer it is that of the ones that have one.
    percent: Option<f64>,
    /// How many items are asked here.
    asked: u32,
    /// How many of them have an answer.
    answered: u32,
    /// The grade; only a checklist whose every asked item has an answer is graded.
    grade: Option<GradedView>,
    /// Why there is no grade, where there is none.
    #[schema(value_type = Option<vocabulary::UngradedReason>)]
    ungraded_because: Option<Ungraded>,
    /// What the signed minutes say: addenda may have changed it since. `null` until both sides are done.
    as_signed: Option<FrozenScoreView>,
    /// Codes of the items that are asked and have no answer, in the checklist's order.
    unanswered: Vec<String>,
    /// Items by where they stand.
    items: TallyView,
    /// Items that earned less than everything, in the checklist's order: candidates for findings.
    failing: Vec<FailingView>,
    /// Codes of the critical ones among them.
    critical_failures: Vec<String>,
    /// Lists of the items counted.
    rows: ScoreRows,
}

/// Addresses of the lists of items behind a score.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoreRows)]
pub struct ScoreRows {
    /// Those that are asked.
    asked: String,
    /// Those of them that have an answer.
    answered: String,
    /// Those whose points and weights were added up.
    counted: String,
    /// Those that earned less than everything.
    failing: String,
    /// The critical ones among them.
    critical_failures: String,
    /// Fine.
    pass: String,
    /// Partly fine.
    partial: String,
    /// Not fine.
    fail: String,
    /// Answered: does not apply.
    na: String,
    /// Answered, nothing to judge.
    recorded: String,
    /// Asked, no answer.
    unanswered: String,
    /// Not asked here.
    not_asked: String,
}

impl ScoreRows {
    fn of(visit: VisitId, version: TemplateVersionId) -> Self {
        let all = Rows::of(&format!("/v1/visits/{visit}/score/items")).with("template_version", version);
        let those = |stands: &[Stand]| all.clone().each("standing", stands.iter().map(|of| of.as_str()));
        let one = |stand: Stand| those(&[stand]).into();
        Self {
            asked: those(&Stand::ASKED).into(),
            answered: those(&Stand::ANSWERED).into(),
            counted: those(&Stand::COUNTED).into(),
            failing: those(&Stand::FAILING).into(),
            critical_failures: those(&Stand::FAILING).with("critical", true).into(),
            pass: one(Stand::Pass),
            partial: one(Stand::Partial),
            fail: one(Stand::Fail),
            na: one(Stand::Na),
            recorded: one(Stand::Recorded),
            unanswered: one(Stand::Unanswered),
            not_asked: one(Stand::NotAsked),
        }
    }
}

/// A grade as it is given.
#[derive(Serialize, ToSchema)]
#[schema(as = GivenGrade)]
pub struct GradedView {
    /// Its code in the checklist's grading.
    code: String,
    /// What people read.
    label: BilingualShape,
    /// Whether a critical failure pulled it down.
    capped: bool,
}

/// Items by where they stand.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemTally)]
pub struct TallyView {
    /// Fine.
    pass: u32,
    /// Partly fine.
    partial: u32,
    /// Not fine.
    fail: u32,
    /// Answered: does not apply.
    na: u32,
    /// Answered, nothing to judge.
    recorded: u32,
    /// Asked, no answer.
    unanswered: u32,
    /// Not for this unit or day, or after other answers.
    not_asked: u32,
}

/// An item that earned less than everything.
#[derive(Serialize, ToSchema)]
#[schema(as = FailingItem)]
pub struct FailingView {
    /// Its code.
    item: String,
    /// What is asked.
    question: BilingualShape,
    /// `fail` or `partial`.
    #[schema(value_type = vocabulary::ResponseOutcome)]
    outcome: Outcome,
    /// What it earned, 0 to below 1.
    #[schema(value_type = f64)]
    credit: Decimal,
    /// Its weight.
    #[schema(value_type = f64)]
    weight: Decimal,
    /// Whether it caps the grade.
    critical: bool,
}

fn both(text: Bilingual) -> BilingualShape {
    BilingualShape { vi: text.vi, en: text.en }
}

impl From<Tally> for TallyView {
    fn from(tally: Tally) -> Self {
        let Tally { pass, partial, fail, na, recorded, unanswered, not_asked } = tally;
        Self { pass, partial, fail, na, recorded, unanswered, not_asked }
    }
}

impl From<Failing> for FailingView {
    fn from(f: Failing) -> Self {
        let Failing { item, question, outcome, credit, weight, critical } = f;
        Self { item, question: both(question), outcome, credit, weight, critical }
    }
}

impl From<Graded> for GradedView {
    fn from(grade: Graded) -> Self {
        Self { code: grade.code, label: both(grade.label), capped: grade.is_capped }
    }
}

impl ScoreView {
    fn of((score, as_signed): (Score, Option<FrozenScore>), visit: VisitId) -> Self {
        Self {
            rows: ScoreRows::of(visit, score.template_version),
            template_version: score.template_version.0,
            critical_failures: score.critical_failures().map(ToOwned::to_owned).collect(),
            code: score.code,
            title: both(score.title),
            points: score.points,
            weight: score.weight,
            percent: score.basis_points.map(|points| f64::from(points) / 100.0),
            asked: score.tally.asked(),
            answered: score.tally.answered(),
            grade: score.grade.map(GradedView::from),
            ungraded_because: score.ungraded_because,
            as_signed: as_signed.as_ref().map(FrozenScoreView::from),
            unanswered: score.unanswered,
            items: score.tally.into(),
            failing: score.failing.into_iter().map(FailingView::from).collect(),
        }
    }
}

impl ScoredView {
    fn of(scored: Scored, visit: VisitId) -> Self {
        Self {
            day: scored.occasion.day,
            audience: scored.occasion.audience,
            templates: scored.scores.into_iter().map(|score| ScoreView::of(score, visit)).collect(),
        }
    }
}

/// Read the score of a visit
///
/// Scored from the answers as they are now, with what addenda made of them, each checklist by itself: weight times credit over the items that were
/// asked, answered and apply. Which items are asked follows from the day of the visit, the sort of unit and the answers
/// before them. A critical item that fails caps the grade; while items wait for their answer there is none.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")),
    responses((status = 200, description = "The score.", body = ScoredView)))]
#[get("/v1/visits/{visit}/score")]
pub async fn read_score(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let visit = VisitId(*visit);
    let scored = flow::of_visit(&app, &caller.0, visit).await?;
    Ok(HttpResponse::Ok().json(ScoredView::of(scored, visit)))
}

/// Which items of a score are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScoredItemsFilter {
    /// Of this checklist of the visit.
    template_version: Option<Uuid>,
    /// That stand so; repeat for several.
    #[serde(default)]
    #[param(value_type = Vec<vocabulary::ItemStanding>, required = false)]
    standing: Vec<Stand>,
    /// Those that cap the grade where they fail, or the others.
    critical: Option<bool>,
}

impl ScoredItemsFilter {
    fn takes(&self, (version, line): &(TemplateVersionId, Line)) -> bool {
        self.template_version.is_none_or(|of| of == version.0)
            && (self.standing.is_empty() || self.standing.contains(&line.stand))
            && self.critical.is_none_or(|is| is == line.critical)
    }
}

/// One item of a score.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoredItem)]
pub struct ScoredItemView {
    /// Of which checklist.
    template_version: Uuid,
    /// Its code.
    #[schema(example = "OSS-D06")]
    item: String,
    /// What is asked.
    question: BilingualShape,
    /// Where it stands.
    #[schema(value_type = vocabulary::ItemStanding)]
    standing: Stand,
    /// What it earned, 0 to 1; `null` where it does not count.
    #[schema(value_type = Option<f64>, example = 0.5)]
    credit: Option<Decimal>,
    /// Its weight.
    #[schema(value_type = f64, example = 2)]
    weight: Decimal,
    /// Weight times credit; `null` where it does not count.
    #[schema(value_type = Option<f64>, example = 1)]
    points: Option<Decimal>,
    /// Whether failing it caps the grade.
    #[schema(example = false)]
    critical: bool,
}

impl From<(TemplateVersionId, Line)> for ScoredItemView {
    fn from((version, line): (TemplateVersionId, Line)) -> Self {
        Self {
            template_version: version.0,
            points: line.points(),
            item: line.item,
            question: both(line.question),
            standing: line.stand,
            credit: line.credit,
            weight: line.weight,
            critical: line.critical,
        }
    }
}

/// Items of a visit's score.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoredItemList)]
pub struct ScoredItemList {
    /// In the order of the visit's checklists and theirs.
    items: Vec<ScoredItemView>,
    /// Always `null`: everything stands on one page.
    next: Option<String>,
}

/// List the items behind a score
///
/// Each item of the visit's checklists with where it stands and what it earned: points and weights of those that count come
/// to the score, and those of one standing are as many as its tally says.
#[utoipa::path(tag = "visits",
    params(("visit" = Uuid, Path, description = "Which visit."), ScoredItemsFilter),
    responses((status = 200, description = "The items.", body = ScoredItemList)))]
#[get("/v1/visits/{visit}/score/items")]
pub async fn list_scored_items(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    filter: Params<ScoredItemsFilter>,
) -> Result<HttpResponse, Problem> {
    let found = flow::items(&app, &caller.0, VisitId(*visit)).await?;
    let items = found.into_iter().filter(|line| filter.0.takes(line)).map(ScoredItemView::from).collect();
    Ok(HttpResponse::Ok().json(ScoredItemList { items, next: None }))
}
