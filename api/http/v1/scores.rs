//! What a visit comes to, over HTTP.

use super::templates::shape::BilingualShape;
use crate::app::App;
use crate::domain::ids::VisitId;
use crate::domain::response::{Decimal, Outcome};
use crate::domain::score::{Failing, Graded, Score, Tally, Ungraded};
use crate::domain::template::{Audience, Bilingual};
use crate::flows::scores as flow;
use crate::flows::scores::Scored;
use crate::http::actor::Caller;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, web};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on scores.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_score);
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
    "asked": 33, "answered": 33, "ungraded_because": null,
    "grade": { "code": "good", "label": { "vi": "Tốt", "en": "Good" }, "capped": false },
    "items": { "pass": 31, "partial": 2, "fail": 0, "na": 0, "recorded": 0, "unanswered": 0, "not_asked": 0 },
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
    /// Items by where they stand.
    items: TallyView,
    /// Items that earned less than everything, in the checklist's order: candidates for findings.
    failing: Vec<FailingView>,
    /// Codes of the critical ones among them.
    critical_failures: Vec<String>,
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

impl From<Score> for ScoreView {
    fn from(score: Score) -> Self {
        Self {
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
            items: score.tally.into(),
            failing: score.failing.into_iter().map(FailingView::from).collect(),
        }
    }
}

impl From<Scored> for ScoredView {
    fn from(scored: Scored) -> Self {
        Self {
            day: scored.occasion.day,
            audience: scored.occasion.audience,
            templates: scored.scores.into_iter().map(ScoreView::from).collect(),
        }
    }
}

/// Read the score of a visit
///
/// Scored from the answers as they are now, each checklist by itself: weight times credit over the items that were
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
    let scored = flow::of_visit(&app, &caller.0, VisitId(*visit)).await?;
    Ok(HttpResponse::Ok().json(ScoredView::from(scored)))
}
