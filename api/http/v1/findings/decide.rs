//! What is decided about a finding, over HTTP: one POST a step, safe to repeat.

use super::view::{FindingView, answer};
use crate::app::App;
use crate::domain::finding::{Finding, Outcome, Severity};
use crate::domain::ids::{FindingId, PhotoId, UnitId, VisitId};
use crate::flows::findings::{again, decide as flow, hand_over};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, post, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The steps.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(hand_over_finding)
        .service(confirm_finding)
        .service(dismiss_finding)
        .service(request_explanation);
    cfg.service(explain_finding).service(uphold_finding).service(withdraw_finding);
    cfg.service(re_inspect_finding);
}

pub(super) fn done(finding: &Finding) -> HttpResponse {
    answer(HttpResponse::Ok(), &FindingView::from(finding))
}

/// What the lead says while confirming; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "severity": "defect", "root_cause": "Chưa phân công người phụ trách" }))]
pub struct FindingConfirmation {
    /// How grave.
    #[serde(default)]
    #[schema(value_type = Option<vocabulary::Severity>)]
    severity: Option<Severity>,
    /// Whether it is critical.
    #[serde(default)]
    critical: Option<bool>,
    /// What was found, in the lead's words.
    #[serde(default)]
    statement: Option<String>,
    /// Why it is so.
    #[serde(default)]
    root_cause: Option<String>,
}

/// Who is to answer for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "unit": "6f5e4d3c-2b1a-4908-87f6-e5d4c3b2a190",
    "reason": "Trụ sở thuộc địa bàn phường mới." }))]
pub struct FindingHandOver {
    /// One of the units that took a part of the divided one; any unit in force where one ended without successor.
    unit: Uuid,
    /// Why, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Hand over a finding
///
/// Where its unit was divided there is no single successor: the office says which heir answers for it, and for what the
/// unit was to do about it; where it ended without successor, any unit in force may be told to. Where a unit went to one
/// other as a whole, everything open goes along by itself. Undoing the event gives back what was handed over because of it.
#[utoipa::path(tag = "findings", request_body = FindingHandOver,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Handed over, now or before.", body = FindingView),
    (status = 409, description = "`finding.not-open`, `finding.not-divided`.")))]
#[post("/v1/findings/{finding}/hand-over")]
pub async fn hand_over_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    said: Body<FindingHandOver>,
) -> Result<HttpResponse, Problem> {
    let (id, to) = (FindingId(*finding), UnitId(said.0.unit));
    let handed = hand_over::hand_over(&app, &caller.0, id, to, &said.0.reason).await?;
    Ok(done(&handed))
}

/// Confirm a finding
///
/// The lead stands by a candidate; by one that rests on what people said once somebody has verified it. What a re-inspection
/// found of an item of which an earlier finding is open is recorded of that one (`re-inspection`), so that it is not taken for
/// new. What is changed about it after somebody has signed the minutes becomes an addendum to them; an item that is critical
/// stays so for whoever verifies, whatever is said here.
#[utoipa::path(tag = "findings", request_body = FindingConfirmation,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Confirmed, now or before.", body = FindingView),
    (status = 409, description = "`finding.not-candidate`; `finding.not-substantiated`: it rests on what people said, and \
        nobody has verified that; `finding.earlier-open`: the re-inspection has an earlier finding of the same item, \
        which is named; `finding.decided-otherwise`: it is confirmed already, and says something else.")))]
#[post("/v1/findings/{finding}/confirm")]
pub async fn confirm_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    said: Body<FindingConfirmation>,
) -> Result<HttpResponse, Problem> {
    let FindingConfirmation { severity, critical, statement, root_cause } = said.0;
    let said = flow::Confirmation { severity, critical, statement, root_cause };
    Ok(done(&flow::confirm(&app, &caller.0, FindingId(*finding), said).await?))
}

/// Why it is decided so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Đơn vị đã xuất trình quyết định kiện toàn." }))]
pub struct FindingReason {
    /// Up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Dismiss a finding
///
/// The lead does not stand by a candidate, and says why; where somebody has signed minutes that tell of it, that becomes an
/// addendum. The answer that gave rise to it stays what it was, and figures about items count it: an answer that was wrong is
/// corrected, by the phone or by an addendum.
#[utoipa::path(tag = "findings", request_body = FindingReason,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Dismissed, now or before.", body = FindingView),
    (status = 409, description = "`finding.not-candidate`; `finding.decided-otherwise`: it is dismissed for another \
        reason, which is told.")))]
#[post("/v1/findings/{finding}/dismiss")]
pub async fn dismiss_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    why: Body<FindingReason>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::dismiss(&app, &caller.0, FindingId(*finding), &why.0.reason).await?))
}

/// Until when the unit may explain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "until": "2026-04-03" }))]
pub struct ExplanationRequest {
    /// The last local day: today or later.
    #[serde(default)]
    until: Option<Date>,
}

/// Ask for an explanation
///
/// Of a confirmed finding, or of one whose action is under way. Asked again, the unit may be given a day where none was
/// named, or a later one. Without a last day it may explain for ever, and its silence is never taken for an answer.
#[utoipa::path(tag = "findings", request_body = ExplanationRequest,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Asked, now or before.", body = FindingView),
    (status = 409, description = "`finding.not-explainable`, `finding.strength`; `finding.decided-otherwise`: the unit was \
        given more time, which is told.")))]
#[post("/v1/findings/{finding}/request-explanation")]
pub async fn request_explanation(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    asked: Body<ExplanationRequest>,
) -> Result<HttpResponse, Problem> {
    let id = FindingId(*finding);
    Ok(done(&flow::request_explanation(&app, &caller.0, id, asked.0.until).await?))
}

/// What the unit says, with evidence of its own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "Bảng niêm yết đang được sửa; bản in đặt tại bàn hướng dẫn.", "photos": [],
    "papers": ["Công văn 45/UBND-VP ngày 21/3/2026"]
}))]
pub struct ExplanationGiven {
    /// Up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// Sound photos: sent by the unit in reply to this finding, or taken at its visits.
    #[serde(default)]
    #[schema(max_items = 50)]
    photos: Vec<Uuid>,
    /// Papers, by name.
    #[serde(default)]
    #[schema(max_items = 50)]
    papers: Vec<String>,
}

/// Explain a finding
///
/// The head of the unit, asked or not: its right of reply, with evidence of its own: photos declared with `reply_to`, which
/// pass the checks of every photo, photos of its visits, and papers. It may add to what it said until that is verified.
#[utoipa::path(tag = "findings", request_body = ExplanationGiven,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Explained.", body = FindingView),
    (status = 409, description = "`finding.not-explainable`, `finding.strength`; `photo.evidence-waits`: photos are not \
        examined yet."),
    (status = 422, description = "`finding.photos`: what is no evidence, photo by photo.")))]
#[post("/v1/findings/{finding}/explain")]
pub async fn explain_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    said: Body<ExplanationGiven>,
) -> Result<HttpResponse, Problem> {
    let ExplanationGiven { text, photos, papers } = said.0;
    let said = flow::Said { text, photos: photos.into_iter().map(PhotoId).collect(), papers };
    Ok(done(&flow::explain(&app, &caller.0, FindingId(*finding), said).await?))
}

/// Uphold a finding
///
/// It stands after its explanation was verified, or where the unit was asked and stayed silent until its last day was over.
/// Nobody verifies what a unit says that they belong to, or what they said themselves; a critical finding is verified by
/// somebody else than whoever leads its team or ever did.
#[utoipa::path(tag = "findings", request_body = FindingReason,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Upheld, now or before.", body = FindingView),
    (status = 409, description = "`finding.no-explanation`, `finding.explanation-awaited`; `finding.decided-otherwise`: it is \
        upheld for another reason, which is told.")))]
#[post("/v1/findings/{finding}/uphold")]
pub async fn uphold_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    why: Body<FindingReason>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::verify(&app, &caller.0, FindingId(*finding), true, &why.0.reason).await?))
}

/// Withdraw a finding
///
/// The explanation was right: the finding is gone, and actions that were for it alone are cancelled.
#[utoipa::path(tag = "findings", request_body = FindingReason,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Withdrawn, now or before.", body = FindingView),
    (status = 409, description = "`finding.no-explanation`; `finding.decided-otherwise`: it is withdrawn for another \
        reason, which is told.")))]
#[post("/v1/findings/{finding}/withdraw")]
pub async fn withdraw_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    why: Body<FindingReason>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&flow::verify(&app, &caller.0, FindingId(*finding), false, &why.0.reason).await?))
}

/// What a re-inspection saw.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "visit": "7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11", "outcome": "not_fixed", "note": "" }))]
pub struct SeenRequest {
    /// The re-inspection.
    visit: Uuid,
    /// What it saw.
    #[schema(value_type = vocabulary::ReInspectionOutcome)]
    outcome: Outcome,
    /// In words.
    #[serde(default)]
    note: String,
}

/// A finding after a re-inspection.
#[derive(Serialize, ToSchema)]
pub struct AfterReInspection {
    /// The earlier finding.
    finding: FindingView,
    /// Where it was not fixed: the finding that repeats it.
    repeated: Option<FindingView>,
}

/// Record what a re-inspection saw
///
/// `fixed` and `no_longer_applicable` close the finding with the re-inspection as proof; `partly_fixed` leaves it open;
/// `not_fixed` closes it and opens one that repeats it, with an action proposed. Until somebody has signed the minutes of the
/// re-inspection another outcome takes the place of the first: the finding is what it was before, what repeats it lapses or
/// is a candidate again, and actions that had gone with it stand again. What is recorded after somebody has signed is added
/// to the minutes.
#[utoipa::path(tag = "findings", request_body = SeenRequest,
    params(("finding" = Uuid, Path, description = "The earlier finding.")), responses(
    (status = 200, description = "Recorded, now or before.", body = AfterReInspection),
    (status = 409, description = "`finding.not-re-inspected`, `finding.not-open`, `finding.repeated`, \
        `finding.repeat-under-way`, \
        `finding.not-substantiated`, `visit.not-on-site`, `visit.closed`.")))]
#[post("/v1/findings/{finding}/re-inspection")]
pub async fn re_inspect_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    seen: Body<SeenRequest>,
) -> Result<HttpResponse, Problem> {
    let (id, seen) = (FindingId(*finding), seen.0);
    let after = again::record(&app, &caller.0, id, VisitId(seen.visit), seen.outcome, &seen.note).await?;
    let repeated = after.repeated.as_ref().map(FindingView::from);
    Ok(HttpResponse::Ok().json(AfterReInspection { finding: (&after.finding).into(), repeated }))
}
