//! Answers over HTTP: put by phones under ids of their own, as often as they like.

use crate::app::App;
use crate::domain::ids::{CandidateId, ResponseId, TemplateVersionId, VisitId};
use crate::domain::minutes::{Corrected, Known};
use crate::domain::moment::DeviceMoment;
use crate::domain::refusal::Refusal;
use crate::domain::response::{
    Answer, Candidate, Decimal, IfStale, Outcome, Paper, Response, Share, YesNoNa,
};
use crate::flows::responses as flow;
use crate::flows::responses::{Kept, Sent};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, get, post, put, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every operation on answers.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(put_response).service(list_responses).service(decide_answer);
}

/// An answer, tagged by its type. Numbers may be sent as `40.5` or as `"40,5"`; they come back as numbers.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = Answer)]
pub enum AnswerView {
    /// Yes, no or not applicable.
    YesNoNa {
        /// Which.
        #[schema(value_type = vocabulary::YesNoNa)]
        value: YesNoNa,
        /// Needed with `na`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The document that shows a `yes`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<PaperView>,
    },
    /// One of the item's options.
    Choice {
        /// The option's value.
        #[schema(example = "decision_and_list")]
        value: String,
        /// The document that shows it; none for an option that earns nothing, such as "not issued".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<PaperView>,
    },
    /// How many; 0 is a value.
    Count {
        /// 0 or more.
        #[schema(example = 2)]
        value: u32,
        /// Of an item with parts: those that are not there, by value. With `value` they are as many as the parts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false, max_items = 20, example = json!(["schedule"]))]
        missing: Vec<String>,
        /// Of an item that counts from a day on: the day of each that is counted, or nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false, max_items = 200, example = json!(["2016-07-01"]))]
        dated: Vec<Date>,
    },
    /// How much, in the item's unit.
    Number {
        /// Up to six decimal places.
        #[schema(value_type = f64, example = 40.5)]
        value: Decimal,
    },
    /// A part of a whole.
    Ratio {
        /// The part.
        #[schema(value_type = f64, example = 34)]
        numerator: Decimal,
        /// The whole; 0 means the question does not arise.
        #[schema(value_type = f64, example = 36)]
        denominator: Decimal,
        /// The same share in the same period of the year before, for an item that compares with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        earlier: Option<ShareView>,
    },
    /// Words.
    Text {
        /// Up to 4,000 characters.
        #[schema(max_length = 4000)]
        value: String,
    },
}

/// A part of a whole in an earlier period.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Share)]
pub struct ShareView {
    /// The part.
    #[schema(value_type = f64, example = 12)]
    numerator: Decimal,
    /// The whole; 0 means that there is nothing to compare with.
    #[schema(value_type = f64, example = 500)]
    denominator: Decimal,
}

/// A document that shows what is answered.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Paper)]
pub struct PaperView {
    /// Number and symbol as written: state bodies write `12/QĐ-UBND`, party bodies `11-HD/HU`.
    #[schema(example = "12/QĐ-UBND")]
    number: String,
    /// The day on it.
    #[schema(example = "2021-08-05")]
    issued_on: Date,
    /// Who issued it.
    #[schema(example = "UBND xã Minh Quang", max_length = 200)]
    issuer: String,
}

impl From<PaperView> for Paper {
    fn from(said: PaperView) -> Self {
        Self { number: said.number, issued_on: said.issued_on, issuer: said.issuer }
    }
}

impl From<Paper> for PaperView {
    fn from(kept: Paper) -> Self {
        Self { number: kept.number, issued_on: kept.issued_on, issuer: kept.issuer }
    }
}

impl From<ShareView> for Share {
    fn from(said: ShareView) -> Self {
        Self { numerator: said.numerator, denominator: said.denominator }
    }
}

impl From<Share> for ShareView {
    fn from(kept: Share) -> Self {
        Self { numerator: kept.numerator, denominator: kept.denominator }
    }
}

impl From<AnswerView> for Answer {
    fn from(said: AnswerView) -> Self {
        match said {
            AnswerView::YesNoNa { value, reason, document } => {
                Self::YesNoNa { value, reason, document: document.map(Paper::from) }
            }
            AnswerView::Choice { value, document } => {
                Self::Choice { value, document: document.map(Paper::from) }
            }
            AnswerView::Count { value, missing, dated } => Self::Count { value, missing, dated },
            AnswerView::Number { value } => Self::Number { value },
            AnswerView::Ratio { numerator, denominator, earlier } => {
                Self::Ratio { numerator, denominator, earlier: earlier.map(Share::from) }
            }
            AnswerView::Text { value } => Self::Text { value },
        }
    }
}

impl From<&Answer> for AnswerView {
    fn from(kept: &Answer) -> Self {
        match kept.clone() {
            Answer::YesNoNa { value, reason, document } => {
                Self::YesNoNa { value, reason, document: document.map(PaperView::from) }
            }
            Answer::Choice { value, document } => {
                Self::Choice { value, document: document.map(PaperView::from) }
            }
            Answer::Count { value, missing, dated } => Self::Count { value, missing, dated },
            Answer::Number { value } => Self::Number { value },
            Answer::Ratio { numerator, denominator, earlier } => {
                Self::Ratio { numerator, denominator, earlier: earlier.map(ShareView::from) }
            }
            Answer::Text { value } => Self::Text { value },
        }
    }
}

/// An answer as a phone sends it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "template_version": "9c8b7a69-5847-4362-9150-4f3e2d1c0b9a",
    "item": "OSS-A01", "answer": { "type": "number", "value": 40.5 }, "note": "Đo bằng thước laser",
    "answered_at": "2026-03-20T08:21:40+07:00"
}))]
pub struct ResponsePut {
    /// Of which visit.
    visit: Uuid,
    /// Of which of its checklists.
    template_version: Uuid,
    /// To which item.
    item: String,
    /// What is answered.
    answer: AnswerView,
    /// Free words.
    #[serde(default)]
    #[schema(max_length = 4000)]
    note: String,
    /// When, by the device's clock, with its offset.
    #[schema(format = DateTime)]
    answered_at: String,
    /// For a change: the version last read. An id that is not known yet is entered as version 1, whatever is named: what it
    /// rests on never arrived.
    #[serde(default)]
    base_version: Option<i32>,
    /// What becomes of it where that is not the current version: `refuse`, or `keep` beside what stands. What is pushed
    /// (`/v1/sync`) is kept.
    #[serde(default = "refuse")]
    #[schema(value_type = vocabulary::IfStale, required = false, default = "refuse")]
    if_stale: IfStale,
}

fn refuse() -> IfStale {
    IfStale::Refuse
}

impl TryFrom<ResponsePut> for Sent {
    type Error = Refusal;

    fn try_from(said: ResponsePut) -> Result<Self, Refusal> {
        let answered = DeviceMoment::parse(&said.answered_at)
            .map_err(|why| Refusal::field("/answered_at", why.code(), why))?;
        Ok(Self {
            visit: VisitId(said.visit),
            template_version: TemplateVersionId(said.template_version),
            item: said.item,
            answer: said.answer.into(),
            note: said.note,
            answered,
            base_version: said.base_version,
            if_stale: said.if_stale,
        })
    }
}

/// An answer that is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Response, example = json!({
    "id": "0195b1c2-7a3e-7c44-9b1d-5e6f7a8b9c0d", "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11",
    "template_version": "9c8b7a69-5847-4362-9150-4f3e2d1c0b9a", "item": "OSS-A01",
    "answer": { "type": "number", "value": 40.5 }, "percent": null, "outcome": "pass",
    "note": "Đo bằng thước laser", "version": 1, "answered_by": "2a9d7e64-1c5b-4f3e-8d2a-7b6c5d4e3f21",
    "answered_at": "2026-03-20T08:21:40+07:00", "received_at": "2026-03-20T01:21:41.2Z", "candidates": [],
    "corrected": null
}))]
pub struct ResponseView {
    /// Minted by the phone.
    id: Uuid,
    /// Of which visit.
    visit: Uuid,
    /// Of which checklist.
    template_version: Uuid,
    /// To which item.
    item: String,
    /// What is answered.
    answer: AnswerView,
    /// Of a ratio: percent with two decimals, half up.
    percent: Option<f64>,
    /// What it amounts to.
    #[schema(value_type = vocabulary::ResponseOutcome)]
    outcome: Outcome,
    /// Free words.
    note: String,
    /// Counts the changes; name it as `base_version` in the next one.
    version: i32,
    /// Who answered last.
    answered_by: Uuid,
    /// When, by the device.
    #[schema(format = DateTime)]
    answered_at: String,
    /// When we received it.
    received_at: Timestamp,
    /// What other devices said beside it, for the lead to decide; empty where nothing clashes.
    candidates: Vec<CandidateView>,
    /// What stands in the minutes, where an addendum corrected it: `answer` and `outcome` are as that has it; else `null`.
    corrected: Option<CorrectedView>,
}

/// An answer as it stands in the minutes.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectedAnswer, example = json!({ "addendum": 1, "was": { "type": "number", "value": 40.5 },
    "was_outcome": "pass" }))]
pub struct CorrectedView {
    /// The number of the last addendum to it.
    #[schema(minimum = 1)]
    addendum: i32,
    /// What was answered.
    was: AnswerView,
    /// What it amounted to.
    #[schema(value_type = vocabulary::ResponseOutcome)]
    was_outcome: Outcome,
}

impl From<&Corrected> for CorrectedView {
    fn from(of: &Corrected) -> Self {
        Self { addendum: of.addendum, was: (&of.was).into(), was_outcome: of.outcome }
    }
}

/// An answer beside the one that is kept: another device gave it without knowing. The lead decides.
#[derive(Serialize, ToSchema)]
#[schema(as = AnswerCandidate, example = json!({
    "id": "8d7c6b5a-4938-4271-a605-f4e3d2c1b0a9", "response": "0195b1c2-7a3e-7c44-9b1d-5e6f7a8b9c0e",
    "item": "OSS-A01", "answer": { "type": "number", "value": 38 }, "outcome": "fail", "note": "",
    "answered_by": "4e8c1a90-3d57-4b2f-a6e1-5b9d7c0f2a84", "answered_at": "2026-03-20T08:20:10+07:00",
    "received_at": "2026-03-20T01:40:02Z", "taken": null
}))]
pub struct CandidateView {
    /// Its own.
    id: Uuid,
    /// The id its phone gave.
    response: Uuid,
    /// To which item.
    item: String,
    /// What is answered.
    answer: AnswerView,
    /// What it would amount to.
    #[schema(value_type = vocabulary::ResponseOutcome)]
    outcome: Outcome,
    /// Free words.
    note: String,
    /// Who answered.
    answered_by: Uuid,
    /// When, by the device.
    #[schema(format = DateTime)]
    answered_at: String,
    /// When we received it.
    received_at: Timestamp,
    /// Whether the lead took it; `null` while it waits.
    taken: Option<bool>,
}

impl From<&Candidate> for CandidateView {
    fn from(c: &Candidate) -> Self {
        let sent = &c.sent;
        Self {
            id: c.id.0,
            response: sent.id.0,
            item: sent.item.clone(),
            answer: (&sent.answer).into(),
            outcome: sent.outcome,
            note: sent.note.clone(),
            answered_by: sent.answered_by.0,
            answered_at: sent.answered.rfc3339(),
            received_at: sent.received_at,
            taken: c.decided.map(|decided| decided.taken),
        }
    }
}

/// An answer that clashes: what is kept of it, and what stands.
#[derive(Serialize, ToSchema)]
#[schema(as = AnswerClash)]
pub struct ClashView {
    /// What is kept, for the lead to decide.
    #[serde(flatten)]
    candidate: CandidateView,
    /// The answer that stands.
    current: ResponseView,
}

impl ResponseView {
    /// An answer with those of a visit's candidates that are beside it.
    pub fn among(known: &Known, waiting: &[Candidate]) -> Self {
        let r = &known.response;
        let own = |c: &&Candidate| c.sent.template_version == r.template_version && c.sent.item == r.item;
        Self { candidates: waiting.iter().filter(own).map(Into::into).collect(), ..Self::from(known) }
    }
}

impl From<&Known> for ResponseView {
    fn from(known: &Known) -> Self {
        Self { corrected: known.corrected.as_ref().map(Into::into), ..Self::from(&known.response) }
    }
}

impl From<&Response> for ResponseView {
    fn from(r: &Response) -> Self {
        let percent = r.answer.basis_points().and_then(|points| i32::try_from(points).ok());
        Self {
            id: r.id.0,
            visit: r.visit.0,
            template_version: r.template_version.0,
            item: r.item.clone(),
            answer: (&r.answer).into(),
            percent: percent.map(|points| f64::from(points) / 100.0),
            outcome: r.outcome,
            note: r.note.clone(),
            version: r.version,
            answered_by: r.answered_by.0,
            answered_at: r.answered.rfc3339(),
            received_at: r.received_at,
            candidates: Vec::new(),
            corrected: None,
        }
    }
}

/// Answer an item
///
/// The phone mints the id (UUIDv7), so a retry is the same request: the same again answers `200` with what is kept.
/// A change names the version it changes in `base_version`; when another device was first, `409` tells what is kept
/// (`errors` holds it as `response.current` and `response.current-version`). A phone that did not know of another answer
/// names no version: what it says is kept beside that, `202`, and the lead decides before anybody signs; so is a change that
/// says `keep` in `if_stale`. Devices that answer alike do not clash.
#[utoipa::path(tag = "visits", request_body = ResponsePut,
    params(("response" = Uuid, Path, description = "UUIDv7 minted by the phone.")), responses(
    (status = 201, description = "Taken: the first answer to this item.", body = ResponseView),
    (status = 200, description = "Known already, or changed.", body = ResponseView),
    (status = 202, description = "Kept beside another device's answer; the lead decides.", body = ClashView),
    (status = 409, description = "`response.stale`, `response.item-answered`, `response.id-taken`, \
        `response.too-many-waiting`; \
        `visit.not-on-site`, `visit.answers-locked`, `visit.closed`.")))]
#[put("/v1/responses/{response}")]
pub async fn put_response(
    app: web::Data<App>,
    caller: Caller,
    response: web::Path<Uuid>,
    sent: Body<ResponsePut>,
) -> Result<HttpResponse, Problem> {
    Ok(match flow::put(&app, &caller.0, ResponseId(*response), sent.0.try_into()?).await? {
        Kept::New(response) => HttpResponse::Created().json(ResponseView::from(&response)),
        Kept::Known(response) => HttpResponse::Ok().json(ResponseView::from(&response)),
        Kept::Beside(candidate, current) => {
            let (candidate, current) = ((&*candidate).into(), (&*current).into());
            HttpResponse::Accepted().json(ClashView { candidate, current })
        }
    })
}

/// What the lead decides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "take": true }))]
pub struct AnswerDecision {
    /// Whether it becomes the answer; otherwise the answer stays.
    take: bool,
}

/// Decide between answers
///
/// The lead takes an answer that waits beside another one, or lets it go. Where one is taken, whatever else waits at the
/// item is let go. Nobody signs or submits while one waits.
#[utoipa::path(tag = "visits", request_body = AnswerDecision,
    params(("visit" = Uuid, Path, description = "Which visit."),
        ("candidate" = Uuid, Path, description = "Which answer that waits.")), responses(
    (status = 200, description = "The answer as it is now.", body = ResponseView),
    (status = 409, description = "`response.decided`, `visit.answers-locked`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/answer-candidates/{candidate}/decide")]
pub async fn decide_answer(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(Uuid, Uuid)>,
    said: Body<AnswerDecision>,
) -> Result<HttpResponse, Problem> {
    let (visit, candidate) = path.into_inner();
    let (visit, candidate) = (VisitId(visit), CandidateId(candidate));
    let answer = flow::beside::decide(&app, &caller.0, visit, candidate, said.0.take).await?;
    Ok(HttpResponse::Ok().json(ResponseView::from(&answer)))
}

/// Every answer of a visit.
#[derive(Serialize, ToSchema)]
pub struct ResponsePage {
    /// By checklist and item.
    items: Vec<ResponseView>,
    /// Always `null`: a visit has one answer an item, which is one page.
    next: Option<String>,
}

/// List the answers of a visit
///
/// All of them: one an item, the latest version, with what waits beside it for the lead. What an addendum to signed minutes
/// corrected is told as it is known since, with what stands in the minutes in `corrected`.
#[utoipa::path(tag = "visits", params(("visit" = Uuid, Path, description = "Which visit.")),
    responses((status = 200, description = "The answers.", body = ResponsePage)))]
#[get("/v1/visits/{visit}/responses")]
pub async fn list_responses(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let (answers, waiting) = flow::of_visit(&app, &caller.0, VisitId(*visit)).await?;
    let items = answers.iter().map(|answer| ResponseView::among(answer, &waiting)).collect();
    Ok(HttpResponse::Ok().json(ResponsePage { items, next: None }))
}
