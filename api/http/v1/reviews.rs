//! Reviews of units' own papers over HTTP.

use crate::app::App;
use crate::domain::ids::{OwnerId, ReviewTriggerId, UnitId};
use crate::domain::refusal::Refusal;
use crate::domain::review::{Document, Review, Task, Trigger};
use crate::flows::reviews as flow;
use crate::http::actor::Caller;
use crate::http::body::{Body, Params};
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on reviews.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(raise_review).service(list_reviews).service(read_review).service(complete_review);
}

/// What happened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "owner": "0a7c2f0e-3b0d-4a53-8f0a-5f0a3c6b9d21", "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140",
    "kind": "new_chair", "occurred_on": "2026-03-01", "about": "Ông Nguyễn Văn An được bầu làm Chủ tịch UBND xã"
}))]
pub struct ReviewRaised {
    /// Whose review it is to be.
    owner: Uuid,
    /// Of which unit.
    unit: Uuid,
    /// What happened.
    #[schema(value_type = vocabulary::ReviewTrigger)]
    kind: Trigger,
    /// On which day.
    occurred_on: Date,
    /// Who, or which rule; up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    about: String,
    /// The last local day of the reviews; thirty days later where nothing is said.
    #[serde(default)]
    due_on: Option<Date>,
}

/// What came of a review.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "paper": "12/QĐ-UBND", "note": "Ban hành quy chế làm việc mới." }))]
pub struct ReviewDone {
    /// Number of the paper issued anew; nothing where the old one stands.
    #[serde(default)]
    paper: Option<String>,
    /// In words, up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// The review of one kind of paper.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewTask, example = json!({ "document": "work_regulation", "due_on": "2026-03-31", "overdue": false,
    "done_at": null, "done_by": null, "paper": null, "note": null }))]
pub struct TaskView {
    /// Which kind.
    #[schema(value_type = vocabulary::ReviewDocument)]
    document: Document,
    /// The last local day.
    due_on: Date,
    /// Whether it is late now; computed, never stored.
    overdue: bool,
    /// When it was done.
    done_at: Option<Timestamp>,
    /// Who said so.
    done_by: Option<Uuid>,
    /// Number of the paper issued anew.
    paper: Option<String>,
    /// In words.
    note: Option<String>,
}

impl TaskView {
    fn of(task: &Task, now: Timestamp) -> Self {
        let done = task.done.as_ref();
        Self {
            document: task.document,
            due_on: task.due_on,
            overdue: task.is_overdue(now),
            done_at: done.map(|done| done.at),
            done_by: done.map(|done| done.by.0),
            paper: done.and_then(|done| done.paper.clone()),
            note: done.map(|done| done.note.clone()),
        }
    }
}

/// What makes a unit review its papers, with a task for each kind of them.
#[derive(Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewView {
    id: Uuid,
    /// Whose.
    owner: Uuid,
    /// Of which unit.
    unit: Uuid,
    /// What happened.
    #[schema(value_type = vocabulary::ReviewTrigger)]
    kind: Trigger,
    /// On which day.
    #[schema(example = "2026-03-01")]
    occurred_on: Date,
    /// Who, or which rule.
    #[schema(example = "Ông Nguyễn Văn An được bầu làm Chủ tịch UBND xã")]
    about: String,
    /// One for each kind of paper.
    tasks: Vec<TaskView>,
    /// Who raised it.
    raised_by: Uuid,
    /// When.
    raised_at: Timestamp,
}

impl ReviewView {
    fn of(review: &Review, now: Timestamp) -> Self {
        Self {
            id: review.id.0,
            owner: review.owner.0,
            unit: review.unit.0,
            kind: review.trigger,
            occurred_on: review.occurred_on,
            about: review.about.clone(),
            tasks: review.tasks.iter().map(|task| TaskView::of(task, now)).collect(),
            raised_by: review.by.0,
            raised_at: review.at,
        }
    }
}

/// Raise a review
///
/// A new chair, other people or a new rule: the unit is to review its work regulation, internal rules, assignments and
/// committees, each by its day.
#[utoipa::path(tag = "actions", request_body = ReviewRaised, responses(
    (status = 201, description = "Raised.", body = ReviewView,
        headers(("Location" = String, description = "Where it is."))),
    (status = 404, description = "No such owner."),
    (status = 409, description = "`review.raised-already`.")))]
#[post("/v1/reviews")]
pub async fn raise_review(
    app: web::Data<App>,
    caller: Caller,
    said: Body<ReviewRaised>,
) -> Result<HttpResponse, Problem> {
    let ReviewRaised { owner, unit, kind, occurred_on, about, due_on } = said.0;
    let (owner, unit) = (OwnerId(owner), UnitId(unit));
    let raised = flow::Raised { owner, unit, trigger: kind, occurred_on, about, due_on };
    let new = flow::raise(&app, &caller.0, raised).await?;
    let place = format!("/v1/reviews/{}", new.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(ReviewView::of(&new, app.now())))
}

/// Whose reviews.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewFilters {
    /// Of this owner.
    owner: Uuid,
    /// Of this unit; needed by whoever answers for one unit.
    unit: Option<Uuid>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of reviews.
#[derive(Serialize, ToSchema)]
pub struct ReviewPage {
    /// Latest first.
    items: Vec<ReviewView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// List reviews
///
/// Of an owner, or of one unit, latest first.
#[utoipa::path(tag = "actions", params(ReviewFilters), responses(
    (status = 200, description = "A page.", body = ReviewPage),
    (status = 404, description = "None you may see.")))]
#[get("/v1/reviews")]
pub async fn list_reviews(
    app: web::Data<App>,
    caller: Caller,
    filters: Params<ReviewFilters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let ReviewFilters { owner, unit, limit, cursor } = filters.0;
    let (name, limit, now) = (format!("reviews {owner} {unit:?}"), paging::limit(limit)?, app.now());
    let after: Option<(Timestamp, Uuid)> = paging::open(&app, &name, cursor.as_deref())?;
    let of = (OwnerId(owner), unit.map(UnitId));
    let (found, next) = flow::page(&app, &caller.0, of, after, limit).await?;
    let next = next.map(|place| paging::seal(&app, &name, place));
    let page = ReviewPage { items: found.iter().map(|review| ReviewView::of(review, now)).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}

/// Read a review
///
/// With what came of each kind of paper.
#[utoipa::path(tag = "actions", params(("review" = Uuid, Path, description = "Which review.")), responses(
    (status = 200, description = "The review.", body = ReviewView)))]
#[get("/v1/reviews/{review}")]
pub async fn read_review(
    app: web::Data<App>,
    caller: Caller,
    review: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::read(&app, &caller.0, ReviewTriggerId(*review)).await?;
    Ok(HttpResponse::Ok().json(ReviewView::of(&found, app.now())))
}

/// Complete a review
///
/// The head of the unit says what came of one kind of paper: issued anew under a number, or it stands as it is.
#[utoipa::path(tag = "actions", request_body = ReviewDone,
    params(("review" = Uuid, Path, description = "Which review."),
        ("document" = vocabulary::ReviewDocument, Path, description = "Which kind of paper.")), responses(
    (status = 200, description = "Done, now or before.", body = ReviewView),
    (status = 409, description = "`review.done`.")))]
#[post("/v1/reviews/{review}/{document}/complete")]
pub async fn complete_review(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(Uuid, String)>,
    said: Body<ReviewDone>,
) -> Result<HttpResponse, Problem> {
    let (review, document) = path.into_inner();
    let document = Document::parse(&document).ok_or_else(Refusal::not_found)?;
    let done = (said.0.paper.as_deref(), said.0.note.as_str());
    let review = flow::complete(&app, &caller.0, ReviewTriggerId(review), document, done).await?;
    Ok(HttpResponse::Ok().json(ReviewView::of(&review, app.now())))
}
