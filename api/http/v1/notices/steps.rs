//! What becomes of a notice over HTTP: reviewed, signed, issued, acknowledged; or discarded.

use super::view::{NoticeView, answer};
use crate::app::App;
use crate::domain::ids::{NoticeId, UnitId};
use crate::domain::notice::Signer;
use crate::domain::refusal::Refusal;
use crate::flows::notices::life as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::IfMatch;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, post, web};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Every step.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(review_notice).service(sign_notice).service(issue_notice).service(acknowledge_notice);
    cfg.service(discard_notice).service(void_notice);
}

/// Review a notice
///
/// Somebody else than its authors finds the version that was read right.
#[utoipa::path(tag = "notices", params(("notice" = Uuid, Path, description = "Which notice."),
    ("If-Match" = String, Header, description = "Its `ETag` as last read.")), responses(
    (status = 200, description = "Reviewed.", body = NoticeView, headers(("ETag" = String, description = "Its next version."))),
    (status = 403, description = "Known, and not allowed; or `notice.own-draft`: you wrote it."),
    (status = 409, description = "`notice.frozen`: it is signed. `notice.incomplete`: it says nothing, or tells nobody."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[post("/v1/notices/{notice}/review")]
pub async fn review_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    let held = flow::review(&app, &caller.0, NoticeId(*notice), version.0).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}

/// Number, day, place and signer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "number": 5, "on": "2013-07-10", "place": "Hà Đông",
    "capacity": ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "signer_name": "Hồ Thị Chủ" }))]
pub struct NoticeSigned {
    /// Its number: once for issuer, year and symbol.
    #[schema(minimum = 1, maximum = 999_999)]
    number: i32,
    /// The day on it: neither before the last day of what it sums up nor in the future.
    on: Date,
    /// The place on it.
    #[schema(min_length = 1, max_length = 200)]
    place: String,
    /// In what capacity it is signed, 1 to 4 lines: `TM.`, `KT.`, `TL.`, `TUQ.`, then the office.
    #[schema(min_items = 1, max_items = 4)]
    capacity: Vec<String>,
    /// Whose name stands below.
    #[schema(min_length = 1, max_length = 200)]
    signer_name: String,
}

/// Sign a notice
///
/// Numbers, dates and signs what was reviewed. From then on nothing of it changes: its text, figures and recipients are
/// frozen, with a hash over the canonical text. Figures of a period are frozen, and counted, on its last day at the
/// earliest.
#[utoipa::path(tag = "notices", request_body = NoticeSigned, params(("notice" = Uuid, Path, description = "Which notice."),
    ("If-Match" = String, Header, description = "Its `ETag` as last read.")), responses(
    (status = 200, description = "Signed.", body = NoticeView, headers(("ETag" = String, description = "Its next version."))),
    (status = 403, description = "Known, and not allowed; or `notice.own-draft`: you wrote it."),
    (status = 409, description = "`notice.not-reviewed`, `notice.signed`; `notice.period-open`: the last day of the period has not come; `notice.counted-early`: its figures were counted before that day, write it anew; `document.number-taken`: this issuer has used this number in that year."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[post("/v1/notices/{notice}/sign")]
pub async fn sign_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
    version: IfMatch,
    said: Body<NoticeSigned>,
) -> Result<HttpResponse, Problem> {
    let NoticeSigned { number, on, place, capacity, signer_name: name } = said.0;
    let said = flow::Said { number, on, place, signer: Signer { capacity, name } };
    let held = flow::sign(&app, &caller.0, NoticeId(*notice), version.0, said).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}

/// Issue a notice
///
/// Sends a signed notice to its recipients: their heads read it from then on, and acknowledge it. It stands among the
/// campaign's papers, so that the campaign can be concluded.
#[utoipa::path(tag = "notices", params(("notice" = Uuid, Path, description = "Which notice.")), responses(
    (status = 200, description = "Issued.", body = NoticeView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`notice.not-signed`, `notice.issued`, `document.number-taken`.")))]
#[post("/v1/notices/{notice}/issue")]
pub async fn issue_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let held = flow::issue(&app, &caller.0, NoticeId(*notice)).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}

/// For whom it is said: a unit, or a recipient by name; one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "unit": "d4c3b2a1-0f9e-4d8c-b7a6-958473625140" }))]
pub struct NoticeAcknowledged {
    /// A unit that got it, whose head you are.
    #[serde(default)]
    unit: Option<Uuid>,
    /// A recipient that is no unit here, as printed: said by the office, to which the receipt came back.
    #[serde(default)]
    name: Option<String>,
}

/// Acknowledge a notice
///
/// The head of a unit that got it confirms to have it; for a recipient by name the office writes down that the receipt came
/// back. Once said it stands; said again it changes nothing.
#[utoipa::path(tag = "notices", request_body = NoticeAcknowledged,
    params(("notice" = Uuid, Path, description = "Which notice.")), responses(
    (status = 200, description = "Acknowledged.", body = NoticeView, headers(("ETag" = String, description = "Its version."))),
    (status = 409, description = "`notice.not-issued`."),
    (status = 422, description = "`notice.recipients`: neither a unit nor a name, or both; or it was sent to nobody of this \
        name.")))]
#[post("/v1/notices/{notice}/acknowledge")]
pub async fn acknowledge_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
    said: Body<NoticeAcknowledged>,
) -> Result<HttpResponse, Problem> {
    let (id, whom) = (NoticeId(*notice), said.0);
    let held = match (whom.unit, whom.name) {
        (Some(unit), None) => flow::acknowledge(&app, &caller.0, id, UnitId(unit)).await?,
        (None, Some(name)) => flow::acknowledge_named(&app, &caller.0, id, &name).await?,
        _ => return Err(Refusal::field("/unit", "notice.recipients", "is a unit or a name").into()),
    };
    Ok(answer(HttpResponse::Ok(), &held))
}

/// Why what was signed is never sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Ký nhầm ngày; sẽ ban hành thông báo khác thay thế." }))]
pub struct NoticeVoided {
    /// Up to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Declare a notice void
///
/// Says of one that was signed and not issued that it never is, and why: whoever may sign one may. Its number stays used,
/// what was signed stays on record, and another notice takes its place.
#[utoipa::path(tag = "notices", request_body = NoticeVoided,
    params(("notice" = Uuid, Path, description = "Which notice."),
    ("If-Match" = String, Header, description = "Its `ETag` as last read.")), responses(
    (status = 200, description = "Void.", body = NoticeView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`notice.not-signed`: discard it. `notice.issued`: correct it. `notice.voided`: it is void already."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[post("/v1/notices/{notice}/void")]
pub async fn void_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
    version: IfMatch,
    said: Body<NoticeVoided>,
) -> Result<HttpResponse, Problem> {
    let held = flow::void(&app, &caller.0, NoticeId(*notice), version.0, &said.0.reason).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}

/// Discard a notice
///
/// Gives up the version that was read, as long as nobody has signed it: whoever may draft one may. It stays on record, and
/// nothing more happens to it.
#[utoipa::path(tag = "notices", params(("notice" = Uuid, Path, description = "Which notice."),
    ("If-Match" = String, Header, description = "Its `ETag` as last read.")), responses(
    (status = 200, description = "Discarded.", body = NoticeView, headers(("ETag" = String, description = "Its next version."))),
    (status = 409, description = "`notice.frozen`: it is signed. `notice.discarded`: it was discarded before."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "`version.missing`: `If-Match` is needed.")))]
#[post("/v1/notices/{notice}/discard")]
pub async fn discard_notice(
    app: web::Data<App>,
    caller: Caller,
    notice: web::Path<Uuid>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    let held = flow::discard(&app, &caller.0, NoticeId(*notice), version.0).await?;
    Ok(answer(HttpResponse::Ok(), &held))
}
