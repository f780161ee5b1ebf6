//! Minutes as a document over HTTP, and what is added to them.

use crate::app::App;
use crate::domain::ids::VisitId;
use crate::domain::minutes::Addendum;
use crate::domain::response::Outcome;
use crate::flows::minutes as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::v1::responses::AnswerView;
use crate::http::v1::visits::view::SignatureView;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_minutes).service(add_addendum);
}

/// Something added to signed minutes.
#[derive(Serialize, ToSchema)]
#[schema(as = Addendum, example = json!({
    "number": 1, "item": "OSS-B03", "was": "không", "becomes": "có",
    "answer": { "type": "yes_no_na", "value": "yes" }, "template_version": "9c8b7a69-5847-4362-9150-4f3e2d1c0b9a",
    "outcome": "pass", "reason": "Máy quét đặt ở phòng bên.", "withdraws": null,
    "by": "6f5e4d3c-2b1a-4098-8776-655443322110", "at": "2026-03-21T02:10:00Z",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "format": 3
}))]
pub struct AddendumView {
    /// Counts those of a visit.
    number: i32,
    /// The item it is about.
    item: Option<String>,
    /// As it stands in the minutes.
    was: String,
    /// As it should read.
    becomes: String,
    /// The answer as it should have been; `null` where it is about no item.
    answer: Option<AnswerView>,
    /// Of which checklist that answer is.
    template_version: Option<Uuid>,
    /// What that answer amounts to.
    #[schema(value_type = Option<vocabulary::ResponseOutcome>)]
    outcome: Option<Outcome>,
    /// Why.
    reason: String,
    /// The number of the addendum it takes back, where it takes one back.
    withdraws: Option<i32>,
    /// Who wrote it.
    by: Uuid,
    /// When.
    at: Timestamp,
    /// SHA-256 in hexadecimal over what came before (the document's hash, or the previous addendum's), number, item, both
    /// values and reason, each with its spaces folded on a line of its own, then author and time. From format 2 on an
    /// addendum with an answer has one more line: the canonical JSON (RFC 8785) of `answer`, `outcome` and
    /// `template_version` as they are kept. From format 3 on one that takes another back ends in the line
    /// `withdraws` with its number.
    sha256: String,
    /// How the hash is made: 3, or less for addenda from before.
    format: i32,
}

impl From<&Addendum> for AddendumView {
    fn from(a: &Addendum) -> Self {
        Self {
            number: a.number,
            item: a.item.clone(),
            was: a.was.clone(),
            becomes: a.becomes.clone(),
            answer: a.answer.as_ref().map(|of| AnswerView::from(&of.answer)),
            template_version: a.answer.as_ref().map(|of| of.template_version.0),
            outcome: a.answer.as_ref().map(|of| of.outcome),
            reason: a.reason.clone(),
            withdraws: a.withdraws,
            by: a.by.0,
            at: a.at,
            sha256: a.sha256.clone(),
            format: a.format,
        }
    }
}

/// Minutes as a document: what both sides sign.
#[derive(Serialize, ToSchema)]
pub struct MinutesDocument {
    /// Of which visit.
    visit: Uuid,
    /// The canonical text, UTF-8 in NFC, lines ended by a line feed: answers, figures, strengths, findings, guidance, and
    /// what the team wrote.
    #[schema(
        example = "SỞ NỘI VỤ TỈNH TUYÊN QUANG\nĐOÀN KIỂM TRA SỐ 1\nSố: 05/BB-SNV\nMinh Quang, ngày 20 tháng 3 năm 2026\n\nBIÊN BẢN KIỂM TRA ĐỘT XUẤT\n"
    )]
    document: String,
    /// SHA-256 of its bytes, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    document_sha256: String,
    /// What each side said.
    signatures: Vec<SignatureView>,
    /// When the second side was done: from then on it is frozen.
    signed_at: Option<Timestamp>,
    /// What was added later, oldest first.
    addenda: Vec<AddendumView>,
}

impl From<flow::Document> for MinutesDocument {
    fn from(of: flow::Document) -> Self {
        Self {
            visit: of.visit.0,
            signatures: of.minutes.signatures.iter().map(Into::into).collect(),
            signed_at: of.minutes.signed_at,
            document: of.minutes.document,
            document_sha256: of.minutes.document_sha256,
            addenda: of.addenda.iter().map(Into::into).collect(),
        }
    }
}

/// Read the minutes
///
/// The whole document with its hash, the signatures, and what was added; `/review/visits/{visit}/minutes` prints it.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Of which visit.")), responses(
    (status = 200, description = "The minutes.", body = MinutesDocument),
    (status = 409, description = "Nobody has drafted any yet (`minutes.none`).")))]
#[get("/v1/visits/{visit}/minutes")]
pub async fn read_minutes(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let found = flow::read(&app, &caller.0, VisitId(*visit)).await?;
    Ok(HttpResponse::Ok().json(MinutesDocument::from(found)))
}

/// What is added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "item": "OSS-B03", "answer": { "type": "yes_no_na", "value": "yes" },
    "reason": "Máy quét đặt ở phòng bên." }))]
pub struct AddendumWritten {
    /// The item it is about; what stands there is taken from the minutes.
    #[serde(default)]
    item: Option<String>,
    /// The answer to the item as it should have been.
    #[serde(default)]
    answer: Option<AnswerView>,
    /// As it stands, where it is about no item.
    #[serde(default)]
    was: Option<String>,
    /// As it should read, where it is about no item; up to 4,000 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 4000)]
    becomes: Option<String>,
    /// The number of the addendum that is taken back: what stood before it stands again.
    #[serde(default)]
    withdraws: Option<i32>,
    /// Why, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Add to signed minutes
///
/// Signed minutes never change: an addendum says what stands there, how it should read, and why. Each rests on the hash
/// of what came before. About an item it carries the answer as it should have been: scores and reports take that one from
/// then on, reports with `as_known` before then do not. An addendum is taken back by another one (`withdraws`), unless a
/// later one rests on it. What changes an answer, and what takes an addendum back, is the lead's to add.
#[utoipa::path(tag = "visits", request_body = AddendumWritten,
    params(("visit" = Uuid, Path, description = "Of which visit.")), responses(
    (status = 201, description = "Added.", body = AddendumView,
        headers(("Location" = String, description = "Where the minutes are."))),
    (status = 409, description = "`minutes.not-signed`, `minutes.addendum-corrected`, \
        `minutes.addendum-withdrawn`.")))]
#[post("/v1/visits/{visit}/minutes/addenda")]
pub async fn add_addendum(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<AddendumWritten>,
) -> Result<HttpResponse, Problem> {
    let AddendumWritten { item, answer, was, becomes, withdraws, reason } = said.0;
    let added = flow::Added { item, answer: answer.map(Into::into), was, becomes, withdraws, reason };
    let new = flow::add(&app, &caller.0, VisitId(*visit), added).await?;
    let mut with = HttpResponse::Created();
    let place = format!("/v1/visits/{visit}/minutes");
    Ok(with.insert_header(("location", place)).json(AddendumView::from(&new)))
}
