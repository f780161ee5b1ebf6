//! The steps of a corrective action's life over HTTP: one POST a step, safe to repeat.

use super::view::{ActionView, ReachedView, answer};
use crate::app::App;
use crate::domain::action::{Action, Reached};
use crate::domain::ids::{ActionId, FindingId, PhotoId, UnitId};
use crate::flows::actions as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, post, web};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The steps.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(issue_action).service(cancel_action).service(accept_action).service(start_action);
    cfg.service(report_action).service(request_extension).service(decide_extension);
    cfg.service(verify_action).service(return_action).service(hand_over_action);
}

pub(super) fn done(app: &App, action: &Action) -> HttpResponse {
    answer(HttpResponse::Ok(), &ActionView::of(action, app.now()))
}

/// When it is due.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "due_on": "2026-04-15" }))]
pub struct ActionIssue {
    /// The last local day, not before the visit; what was proposed where nothing is said.
    #[serde(default)]
    due_on: Option<Date>,
}

/// Why it is decided so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Ảnh chưa cho thấy toàn bộ bảng niêm yết." }))]
pub struct ActionReason {
    /// Up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// What an owner shows for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "note": "Đã niêm yết đủ 150 thủ tục.", "photos": ["01960e2c-7b3a-7c4d-8e5f-60718293a4b5"], "papers": []
}))]
pub struct ActionDone {
    /// In words, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    note: String,
    /// After-photos: declared for this action (`action` in the declaration), held and sound.
    #[serde(default)]
    #[schema(max_items = 50)]
    photos: Vec<Uuid>,
    /// Papers, by name.
    #[serde(default)]
    #[schema(max_items = 50)]
    papers: Vec<String>,
    /// How far the action's measures came.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    reached: Vec<ReachedView>,
}

/// How much more time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "until": "2026-04-30", "reason": "Chờ kinh phí làm bảng mới." }))]
pub struct ExtensionAsked {
    /// The last local day asked for: later than the due day.
    until: Date,
    /// Why, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// What is decided about more time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "grant": true, "reason": "Có lý do chính đáng." }))]
pub struct ExtensionDecision {
    /// Whether the due day moves.
    grant: bool,
    /// Why, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// What is verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "findings": ["3f0a7b1c-5d2e-4a9b-8c6d-7e1f2a3b4c5d"] }))]
pub struct ActionVerification {
    /// Of which findings; of all where nothing is said.
    #[serde(default)]
    #[schema(max_items = 200)]
    findings: Option<Vec<Uuid>>,
}

/// Issue a corrective action
///
/// To its owners, with a due day; a recurring one with all its instances. Its findings wait for it from then on.
#[utoipa::path(tag = "actions", request_body = ActionIssue,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Issued, now or before.", body = ActionView),
    (status = 409, description = "`action.not-proposed`; `finding.not-actionable`, with each finding that is \
        in the way; `action.decided-otherwise`: it is issued already, with another day.")))]
#[post("/v1/corrective-actions/{action}/issue")]
pub async fn issue_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionIssue>,
) -> Result<HttpResponse, Problem> {
    let action = flow::issue(&app, &caller.0, ActionId(*action), said.0.due_on).await?;
    Ok(done(&app, &action))
}

/// Why it is not needed any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Đã thay bằng việc khác.", "series": true }))]
pub struct ActionCancellation {
    /// Up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
    /// Of a recurring action: every later instance with it, but for those that are reported as done. This one alone where
    /// nothing is said.
    #[serde(default)]
    #[schema(required = false, default = false)]
    series: bool,
}

/// Cancel a corrective action
///
/// It is not needed any more: said by the office, or of a proposal by whoever proposed it. A verified one stands; of a series
/// the later ones may go.
#[utoipa::path(tag = "actions", request_body = ActionCancellation,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Cancelled, now or before.", body = ActionView),
    (status = 409, description = "`action.verified`.")))]
#[post("/v1/corrective-actions/{action}/cancel")]
pub async fn cancel_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionCancellation>,
) -> Result<HttpResponse, Problem> {
    let ActionCancellation { reason, series } = said.0;
    let action = flow::cancel::cancel(&app, &caller.0, ActionId(*action), &reason, series).await?;
    Ok(done(&app, &action))
}

/// Who is to do what an owner was to do that was divided or abolished.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140",
    "unit": "6f5e4d3c-2b1a-4908-87f6-e5d4c3b2a190", "reason": "Trụ sở thuộc địa bàn phường mới." }))]
pub struct ActionHandOver {
    /// The owner that was divided or abolished.
    from: Uuid,
    /// One of the units that took a part of it; any unit in force where it ended without successor.
    unit: Uuid,
    /// Why, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Hand over a corrective action
///
/// Where an owner was divided there is no single successor: the office says which heir does it, whether or not the action
/// came from a finding there; where it ended without successor, any unit in force may be told to. Where an owner went to one
/// other as a whole, its actions go along by themselves. Undoing the event gives back what was handed over because of it.
#[utoipa::path(tag = "actions", request_body = ActionHandOver,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Handed over, now or before.", body = ActionView),
    (status = 409, description = "`action.not-open`, `action.not-divided`.")))]
#[post("/v1/corrective-actions/{action}/hand-over")]
pub async fn hand_over_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionHandOver>,
) -> Result<HttpResponse, Problem> {
    let ActionHandOver { from, unit, reason } = said.0;
    let way = (UnitId(from), UnitId(unit));
    let handed = flow::hand_over::hand_over(&app, &caller.0, ActionId(*action), way, &reason).await?;
    Ok(done(&app, &handed))
}

/// Accept a corrective action
///
/// An owner takes it on.
#[utoipa::path(tag = "actions",
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Accepted, now or before.", body = ActionView),
    (status = 409, description = "`action.not-issued`.")))]
#[post("/v1/corrective-actions/{action}/accept")]
pub async fn accept_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let taken = flow::answer::accept(&app, &caller.0, ActionId(*action)).await?;
    Ok(done(&app, &taken))
}

/// Start a corrective action
///
/// An owner begins, or begins anew after a return.
#[utoipa::path(tag = "actions",
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Under way, now or before.", body = ActionView),
    (status = 409, description = "`action.not-accepted`.")))]
#[post("/v1/corrective-actions/{action}/start")]
pub async fn start_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let begun = flow::answer::start(&app, &caller.0, ActionId(*action)).await?;
    Ok(done(&app, &begun))
}

/// Report a corrective action as done
///
/// With evidence: after-photos that passed the checks of every photo, or named papers. A photo that is not there, damaged,
/// dark, blurred or taken outside the owner's office is refused by name; what is worth a second look is told in `remarks`.
#[utoipa::path(tag = "actions", request_body = ActionDone,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Reported, now or before.", body = ActionView),
    (status = 409, description = "`action.not-in-progress`; `photo.evidence-waits`: photos are not examined yet."),
    (status = 422, description = "`action.evidence`: what is no evidence, photo by photo; `action.reached`.")))]
#[post("/v1/corrective-actions/{action}/report")]
pub async fn report_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionDone>,
) -> Result<HttpResponse, Problem> {
    let ActionDone { note, photos, papers, reached } = said.0;
    let reached = reached.into_iter().map(|of| Reached { name: of.name, value: of.value }).collect();
    let photos = photos.into_iter().map(PhotoId).collect();
    let shown = flow::answer::Done { note, photos, papers, reached };
    let reported = flow::answer::report(&app, &caller.0, ActionId(*action), shown).await?;
    Ok(done(&app, &reported))
}

/// Ask for more time
///
/// While time runs, once at a time.
#[utoipa::path(tag = "actions", request_body = ExtensionAsked,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Asked, now or before.", body = ActionView),
    (status = 409, description = "`action.no-time-runs`, `action.extension-asked`.")))]
#[post("/v1/corrective-actions/{action}/request-extension")]
pub async fn request_extension(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ExtensionAsked>,
) -> Result<HttpResponse, Problem> {
    let asked = said.0;
    let action =
        flow::answer::ask_for_time(&app, &caller.0, ActionId(*action), asked.until, &asked.reason).await?;
    Ok(done(&app, &action))
}

/// Decide about more time
///
/// Grant it, and the due day moves; or keep the day. Of an action that is verified or cancelled the day is kept. Somebody
/// else decides than whoever asked.
#[utoipa::path(tag = "actions", request_body = ExtensionDecision,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Decided, now or before.", body = ActionView),
    (status = 409, description = "`action.no-extension-asked`, `action.no-time-runs`.")))]
#[post("/v1/corrective-actions/{action}/decide-extension")]
pub async fn decide_extension(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ExtensionDecision>,
) -> Result<HttpResponse, Problem> {
    let decided = said.0;
    let id = ActionId(*action);
    let action = flow::answer::decide_time(&app, &caller.0, id, decided.grant, &decided.reason).await?;
    Ok(done(&app, &action))
}

/// Verify a corrective action
///
/// By somebody who belongs to no owner unit and did not write the report; a critical finding not by the lead of its team
/// alone, or whoever led it before: then the lead's verification is kept, and waits for another's. Done when each finding
/// is verified; then the findings are closed.
#[utoipa::path(tag = "actions", request_body = ActionVerification,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Verified, now or before.", body = ActionView),
    (status = 409, description = "`action.not-reported`, `action.finding-explained`, `photo.evidence-waits`; \
        `action.evidence-gone`: nobody can look at a photo of the report.")))]
#[post("/v1/corrective-actions/{action}/verify")]
pub async fn verify_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionVerification>,
) -> Result<HttpResponse, Problem> {
    let only = said.0.findings.map(|ids| ids.into_iter().map(FindingId).collect());
    let verified = flow::verify::verify(&app, &caller.0, ActionId(*action), only).await?;
    Ok(done(&app, &verified))
}

/// Return a corrective action
///
/// The evidence does not do; its owners begin or report anew.
#[utoipa::path(tag = "actions", request_body = ActionReason,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Returned, now or before.", body = ActionView),
    (status = 409, description = "`action.not-reported`; `action.decided-otherwise`: it is returned for another reason, which is told.")))]
#[post("/v1/corrective-actions/{action}/return")]
pub async fn return_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionReason>,
) -> Result<HttpResponse, Problem> {
    let returned = flow::verify::give_back(&app, &caller.0, ActionId(*action), &said.0.reason).await?;
    Ok(done(&app, &returned))
}
