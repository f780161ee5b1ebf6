//! What several bodies say of one item, over HTTP.

use crate::app::App;
use crate::domain::finding::{Assessment, Assessor, Judgement};
use crate::domain::ids::VisitId;
use crate::flows::findings::assess as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(enter_assessment).service(list_assessments);
}

/// What a body says of an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "item": "CON-G01", "assessor": "elected_body", "assessor_name": "HĐND huyện Mỹ Đức", "judgement": "fail",
    "note": "Còn công chức chưa đeo thẻ."
}))]
pub struct AssessmentEntered {
    /// Of which item.
    item: String,
    /// What sort of body; the head of a unit speaks as `self`, the team by its answers.
    #[schema(value_type = vocabulary::Assessor)]
    assessor: Assessor,
    /// Its name, up to 200 characters.
    #[serde(default)]
    assessor_name: String,
    /// What it says.
    #[schema(value_type = vocabulary::Judgement)]
    judgement: Judgement,
    /// In words.
    #[serde(default)]
    note: String,
}

/// What a body says of an item, as kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Assessment)]
pub struct AssessmentView {
    /// What sort of body.
    #[schema(value_type = vocabulary::Assessor)]
    assessor: Assessor,
    /// Its name; empty for the team and the unit itself.
    #[schema(example = "HĐND huyện Mỹ Đức")]
    assessor_name: String,
    /// What it says.
    #[schema(value_type = vocabulary::Judgement)]
    judgement: Judgement,
    /// In words.
    #[schema(example = "Còn công chức chưa đeo thẻ.")]
    note: String,
    /// When it was entered.
    at: Timestamp,
}

impl From<&Assessment> for AssessmentView {
    fn from(a: &Assessment) -> Self {
        Self {
            assessor: a.assessor,
            assessor_name: a.assessor_name.clone(),
            judgement: a.judgement,
            note: a.note.clone(),
            at: a.at,
        }
    }
}

/// Enter an assessment
///
/// What a body beside the team says of an item: the unit itself, the executive above it, an elected body. Each is kept
/// beside the others; none is written over.
#[utoipa::path(tag = "findings", request_body = AssessmentEntered,
    params(("visit" = Uuid, Path, description = "At which visit.")), responses(
    (status = 201, description = "Entered.", body = AssessmentView,
        headers(("Location" = String, description = "Where all of them are."))),
    (status = 409, description = "`assessment.taken`, `visit.not-on-site`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/assessments")]
pub async fn enter_assessment(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<AssessmentEntered>,
) -> Result<HttpResponse, Problem> {
    let AssessmentEntered { item, assessor, assessor_name, judgement, note } = said.0;
    let entered = flow::Entered { item, assessor, assessor_name, judgement, note };
    let new = flow::enter(&app, &caller.0, VisitId(*visit), entered).await?;
    let place = format!("/v1/visits/{visit}/assessments");
    let mut with = HttpResponse::Created();
    Ok(with.insert_header(("location", place)).json(AssessmentView::from(&new)))
}

/// One item with everything that is said of it.
#[derive(Serialize, ToSchema)]
pub struct ItemAssessments {
    /// The item.
    #[schema(example = "CON-G01")]
    item: String,
    /// How many say something.
    count: usize,
    /// Whether they say different things.
    disagree: bool,
    /// The team first.
    assessments: Vec<AssessmentView>,
}

/// Items that somebody beside the team speaks of.
#[derive(Serialize, ToSchema)]
pub struct AssessmentList {
    /// By item.
    items: Vec<ItemAssessments>,
}

/// List assessments
///
/// Every item that somebody beside the team speaks of, with everything that is said of it side by side.
#[utoipa::path(tag = "findings", params(("visit" = Uuid, Path, description = "Of which visit.")), responses(
    (status = 200, description = "By item.", body = AssessmentList)))]
#[get("/v1/visits/{visit}/assessments")]
pub async fn list_assessments(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::side_by_side(&app, &caller.0, VisitId(*visit)).await?;
    let item = |of: flow::SideBySide| ItemAssessments {
        count: of.assessments.len(),
        disagree: of.disagree,
        assessments: of.assessments.iter().map(AssessmentView::from).collect(),
        item: of.item,
    };
    Ok(HttpResponse::Ok().json(AssessmentList { items: found.into_iter().map(item).collect() }))
}
