//! What else is told of a finding over HTTP.

use super::decide::done;
use super::view::FindingView;
use crate::app::App;
use crate::domain::ids::FindingId;
use crate::flows::findings::change as flow;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::IfMatch;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, patch, post, web};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(change_finding).service(substantiate_finding);
}

/// What else is told of a finding; what is left out stays, `null` takes back (RFC 7396).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "root_cause": "Điều chỉnh địa giới hành chính", "referral": "12/QĐ-UBND" }))]
pub struct FindingChange {
    /// Why it is so.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    root_cause: flow::Patched<String>,
    /// Number of a procedure outside the system, and nothing else of it.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    referral: flow::Patched<String>,
    /// Why no action is needed.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    no_action_because: flow::Patched<String>,
    /// Every finding that belongs together with it: a link is seen from both, and one that is left out here is taken away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(max_items = 50, value_type = Option<Vec<Uuid>>)]
    linked: flow::Patched<Vec<Uuid>>,
}

/// `null` is something said; what is left out is the default.
fn patched<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<flow::Patched<T>, D::Error> {
    let said = Option::<T>::deserialize(from)?;
    Ok(said.map_or(flow::Patched::Removed, flow::Patched::Becomes))
}

/// Tell more of a finding
///
/// Its cause, its links, the number of a referral, why no action is needed; whatever its state. `null` takes one back.
#[utoipa::path(tag = "findings", request_body = FindingChange,
    params(("finding" = Uuid, Path, description = "Which finding."),
        ("If-Match" = String, Header, description = "The ETag last read.")),
    responses(
        (status = 200, description = "Changed.", body = FindingView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 412, description = "Somebody changed it first (`version.stale`)."),
        (status = 428, description = "No `If-Match` (`version.missing`).")))]
#[patch("/v1/findings/{finding}")]
pub async fn change_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    version: IfMatch,
    change: Body<FindingChange>,
) -> Result<HttpResponse, Problem> {
    let FindingChange { root_cause, referral, no_action_because, linked } = change.0;
    let linked = match linked {
        flow::Patched::Stays => None,
        flow::Patched::Removed => Some(Vec::new()),
        flow::Patched::Becomes(ids) => Some(ids.into_iter().map(FindingId).collect()),
    };
    let change = flow::Change { root_cause, referral, no_action_because, linked };
    Ok(done(&flow::change(&app, &caller.0, FindingId(*finding), version.0, change).await?))
}

/// What was done to verify what people said, and what it showed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Đã làm việc với hai người phản ánh và đối chiếu camera; nội dung phản ánh là đúng.",
    "papers": ["Biên bản làm việc ngày 23/3/2026"] }))]
pub struct FindingSubstantiation {
    /// Up to 4,000 characters; name nobody.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// Papers, by name.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    papers: Vec<String>,
}

/// Substantiate a finding
///
/// What people said is verified (xác minh) before the lead may confirm the candidate that rests on it: one of an item that
/// asks for reports, or a free one that was entered as hearsay. By nobody of the unit; of a critical one by somebody else
/// than whoever leads its team or ever did. What is not borne out is dismissed.
#[utoipa::path(tag = "findings", request_body = FindingSubstantiation,
    params(("finding" = Uuid, Path, description = "Which finding.")), responses(
    (status = 200, description = "Verified, now or before.", body = FindingView),
    (status = 409, description = "`finding.not-hearsay`, `finding.not-candidate`, `finding.substantiated`.")))]
#[post("/v1/findings/{finding}/substantiate")]
pub async fn substantiate_finding(
    app: web::Data<App>,
    caller: Caller,
    finding: web::Path<Uuid>,
    said: Body<FindingSubstantiation>,
) -> Result<HttpResponse, Problem> {
    let FindingSubstantiation { text, papers } = said.0;
    let verified = flow::substantiate(&app, &caller.0, FindingId(*finding), (&text, &papers)).await?;
    Ok(done(&verified))
}
