//! Minutes over HTTP: drafted, signed by both sides, and what a side takes back.

use super::life::done;
use super::view::VisitView;
use crate::app::App;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::photo::Sha256;
use crate::domain::refusal::Refusal;
use crate::domain::visit::{Outcome, Side, Signature};
use crate::flows::visits::signing;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, post, web};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The steps.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(draft_minutes).service(sign_minutes).service(withdraw_signature);
}

/// The text of minutes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Hồi 11 giờ 30 phút, đoàn kiểm tra và UBND xã thống nhất lập biên bản.",
    "number": "05/BB-SNV" }))]
pub struct MinutesDraft {
    /// Up to 50,000 characters.
    #[schema(min_length = 1, max_length = 50_000)]
    text: String,
    /// Number and symbol, as written: `05/BB-SNV`. Without it the paper leaves room for them.
    #[serde(default)]
    #[schema(max_length = 60)]
    number: Option<String>,
}

/// Draft the minutes
///
/// Writes the whole paper from what is on record, in Vietnamese, as `/review/visits/{visit}/minutes` prints it, and freezes
/// the figures of the answers beside the text. May be repeated with another text until a side has signed;
/// must be, when answers came later. The text that another takes the place of stays in the visit's log, as `replaced`
/// in the details of `visit.minutes_drafted`.
#[utoipa::path(tag = "visits", request_body = MinutesDraft,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Drafted.", body = VisitView),
    (status = 409, description = "`visit.recording-not-closed`, `visit.minutes-signed`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/minutes")]
pub async fn draft_minutes(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    draft: Body<MinutesDraft>,
) -> Result<HttpResponse, Problem> {
    let MinutesDraft { text, number } = draft.0;
    Ok(done(&signing::draft(&app, &caller.0, VisitId(*visit), (&text, number.as_deref())).await?))
}

/// What one side says to the minutes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "side": "unit", "outcome": "signed_with_objection", "objection": "Số liệu mục B03 chưa tính máy đang sửa.",
    "signer_name": "Nguyễn Văn An", "signer_position": "Chủ tịch UBND xã"
}))]
pub struct SignRequest {
    /// Which side.
    #[schema(value_type = vocabulary::SignatureSide)]
    side: Side,
    /// `signed`; for the unit also `signed_with_objection` or `signature_refused`.
    #[schema(value_type = vocabulary::SignatureOutcome)]
    outcome: Outcome,
    /// Needed with `signed_with_objection`.
    #[serde(default)]
    objection: Option<String>,
    /// Needed with `signature_refused`.
    #[serde(default)]
    reason: Option<String>,
    /// Needed with `signature_refused`: who saw it.
    #[serde(default)]
    witness: Option<String>,
    /// Printed name.
    signer_name: String,
    /// Printed position.
    signer_position: String,
    /// SHA-256 of the UTF-8 text that the signer has read, 64 hexadecimal digits: `text_sha256` of the draft. Where another
    /// draft has taken its place nothing is signed. A phone that signs without a line should always name it.
    #[serde(default)]
    #[schema(min_length = 64, max_length = 64)]
    text_sha256: Option<String>,
    /// When it was signed, by the device's clock with its offset: a phone that signs without a line says it. Kept beside the time
    /// at which the server heard of it.
    #[serde(default)]
    #[schema(format = DateTime, example = "2026-03-20T11:30:00+07:00")]
    signed_at: Option<String>,
}

impl SignRequest {
    /// What is said, and the text it is said to.
    fn parse(self) -> Result<(Signature, Option<Sha256>), Refusal> {
        let unreadable = || Refusal::field("/text_sha256", "digest.not-hex", "must be 64 hexadecimal digits");
        let read = self.text_sha256.as_deref().map(|text| Sha256::from_hex(text).ok_or_else(unreadable));
        let read = read.transpose()?;
        let moment = |text: String| {
            DeviceMoment::parse(&text).map_err(|why| Refusal::field("/signed_at", why.code(), why))
        };
        let signed_at = self.signed_at.clone().map(moment).transpose()?.map(|at| at.rfc3339());
        let said = Self { signed_at, ..self };
        Ok((said.into(), read))
    }
}

impl From<SignRequest> for Signature {
    fn from(said: SignRequest) -> Self {
        Self {
            side: said.side,
            outcome: said.outcome,
            objection: said.objection,
            reason: said.reason,
            witness: said.witness,
            signer_name: said.signer_name,
            signer_position: said.signer_position,
            // Who and when is for the flow to say.
            by: AccountId(Uuid::nil()),
            signed_at: said.signed_at,
            at: Timestamp::UNIX_EPOCH,
        }
    }
}

/// Sign the minutes
///
/// One request a side, in any order; the visit moves on when both are done, to the state the unit's outcome names.
/// The lead signs for the team and may hand the device to the unit; a head of the unit may sign on an own device. Nobody
/// signs while items that are asked have neither an answer nor the lead's reason (`422 visit.items-unanswered`). Whoever
/// names the text that was read (`text_sha256`) signs that text or none (`visit.minutes-outdated`).
#[utoipa::path(tag = "visits", request_body = SignRequest,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Recorded, now or before.", body = VisitView),
    (status = 409, description = "`visit.no-minutes`, `visit.already-signed`, `visit.minutes-outdated`, \
        `visit.answers-clash`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/sign")]
pub async fn sign_minutes(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<SignRequest>,
) -> Result<HttpResponse, Problem> {
    Ok(done(&signing::sign(&app, &caller.0, VisitId(*visit), said.0.parse()?).await?))
}

/// What is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "side": "team", "reason": "Đơn vị đề nghị sửa số liệu mục B03 trước khi ký." }))]
pub struct SignatureWithdrawn {
    /// Which side's.
    #[schema(value_type = vocabulary::SignatureSide)]
    side: Side,
    /// Why, up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Take a signature back
///
/// As long as the other side has not signed, and by whoever's device it was given on: answers are open again, and the
/// minutes are drafted anew. Once both sides are done, what changes is an addendum. Taking back what is not there changes
/// nothing.
#[utoipa::path(tag = "visits", request_body = SignatureWithdrawn,
    params(("visit" = Uuid, Path, description = "Which visit.")), responses(
    (status = 200, description = "Taken back, now or before.", body = VisitView),
    (status = 409, description = "`visit.signatures-stand`, `visit.no-minutes`, `visit.closed`.")))]
#[post("/v1/visits/{visit}/withdraw-signature")]
pub async fn withdraw_signature(
    app: web::Data<App>,
    caller: Caller,
    visit: web::Path<Uuid>,
    said: Body<SignatureWithdrawn>,
) -> Result<HttpResponse, Problem> {
    let SignatureWithdrawn { side, reason } = said.0;
    Ok(done(&signing::withdraw(&app, &caller.0, VisitId(*visit), side, &reason).await?))
}
