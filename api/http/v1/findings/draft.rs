//! Drafts of a unit's explanation, over HTTP: written by its people, sent by its head.

use super::view::{FindingView, answer};
use crate::app::App;
use crate::domain::ids::FindingId;
use crate::flows::findings::draft as flow;
use crate::flows::findings::draft::Draft;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, get, post, put, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations on drafts.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_explanation_draft).service(write_explanation_draft).service(send_explanation_draft);
}

/// An explanation before it is one.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplanationDraft)]
pub struct DraftView {
    /// Its words.
    #[schema(example = "Bảng niêm yết đang được sửa; bản in đặt tại bàn hướng dẫn.")]
    text: String,
    /// Papers, by name.
    #[schema(example = json!(["Công văn 45/UBND-VP ngày 21/3/2026"]))]
    papers: Vec<String>,
    /// Who wrote it last.
    by: Uuid,
    /// When.
    at: Timestamp,
    /// Counts the changes; name it as `base_version` in the next one, or to send it.
    #[schema(example = 1)]
    version: i32,
}

impl From<Draft> for DraftView {
    fn from(of: Draft) -> Self {
        Self { text: of.text, papers: of.papers, by: of.by.0, at: of.at, version: of.version }
    }
}

/// What is drafted of a finding's explanation.
#[derive(Serialize, ToSchema)]
#[schema(as = DraftedExplanation)]
pub struct DraftedView {
    /// The draft; `null` where there is none.
    draft: Option<DraftView>,
}

/// Read the draft of an explanation
///
/// For the head and the people of the unit alone: whoever inspected it reads what the head sends.
#[utoipa::path(tag = "findings", params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "The draft, if there is one.", body = DraftedView)))]
#[get("/v1/findings/{finding}/explanation-draft")]
pub async fn read_explanation_draft(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let draft = flow::read(&app, &caller.0, FindingId(*finding)).await?;
    Ok(HttpResponse::Ok().json(DraftedView { draft: draft.map(DraftView::from) }))
}

/// What somebody of the unit writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "Bảng niêm yết đang được sửa; bản in đặt tại bàn hướng dẫn.",
    "papers": ["Công văn 45/UBND-VP ngày 21/3/2026"], "base_version": 1
}))]
pub struct DraftWritten {
    /// Up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// Papers, by name.
    #[serde(default)]
    #[schema(max_items = 50)]
    papers: Vec<String>,
    /// The version last read; nothing where there was none.
    #[serde(default)]
    base_version: i32,
}

/// Draft an explanation
///
/// The people of the unit write what its head sends; written anew by any of them, on the version last read.
#[utoipa::path(tag = "findings", request_body = DraftWritten,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Written.", body = DraftView),
    (status = 409, description = "`finding.not-explainable`, `finding.strength`."),
    (status = 412, description = "Somebody wrote it first (`version.stale`).")))]
#[put("/v1/findings/{finding}/explanation-draft")]
pub async fn write_explanation_draft(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    said: Body<DraftWritten>,
) -> Result<HttpResponse, Problem> {
    let DraftWritten { text, papers, base_version } = said.0;
    let id = FindingId(*finding);
    let draft = flow::write(&app, &caller.0, id, (&text, &papers), base_version).await?;
    Ok(HttpResponse::Ok().json(DraftView::from(draft)))
}

/// Which version of the draft is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "version": 2 }))]
pub struct DraftSent {
    /// The one that was read.
    version: i32,
}

/// Send a drafted explanation
///
/// The head of the unit sends what was drafted: from then on it is the unit's explanation, and the draft is gone.
#[utoipa::path(tag = "findings", request_body = DraftSent,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Explained.", body = FindingView),
    (status = 409, description = "`finding.no-draft`, `finding.not-explainable`, `finding.strength`."),
    (status = 412, description = "Somebody wrote it anew (`version.stale`).")))]
#[post("/v1/findings/{finding}/explanation-draft/send")]
pub async fn send_explanation_draft(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    which: Body<DraftSent>,
) -> Result<HttpResponse, Problem> {
    let sent = flow::send_it(&app, &caller.0, FindingId(*finding), which.0.version).await?;
    Ok(answer(HttpResponse::Ok(), &FindingView::from(&sent)))
}
