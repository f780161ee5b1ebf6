//! Proposals changed over HTTP, and actions carried over into another campaign.

use super::steps::done;
use super::view::{ActionView, MeasureView, RecurrenceView};
use crate::app::App;
use crate::domain::action::{Kind, Recurrence};
use crate::domain::ids::{ActionId, CampaignId, DocumentId, FindingId, UnitId};
use crate::flows::actions::{carry, change as flow};
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::IfMatch;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpResponse, patch, post, web};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(change_action).service(carry_over_action);
}

/// What is changed of a proposal; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "title": "Niêm yết đầy đủ thủ tục hành chính tại tầng 1", "due_on": "2026-04-20" }))]
pub struct ActionChange {
    /// What sort.
    #[serde(default)]
    #[schema(value_type = Option<vocabulary::ActionKind>)]
    kind: Option<Kind>,
    /// What is to be done, up to 4,000 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 4000)]
    title: Option<String>,
    /// Units that are to do it, all of them.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 20)]
    owners: Option<Vec<Uuid>>,
    /// Open findings that it is to remedy, all of them.
    #[serde(default)]
    #[schema(max_items = 200)]
    findings: Option<Vec<Uuid>>,
    /// The last local day, not before the visit.
    #[serde(default)]
    due_on: Option<Date>,
    /// A document of the campaign that it is part of.
    #[serde(default)]
    programme: Option<Uuid>,
    /// What is counted before and after, all of it.
    #[serde(default)]
    #[schema(max_items = 20)]
    measures: Option<Vec<MeasureView>>,
    /// How often.
    #[serde(default)]
    recurrence: Option<RecurrenceView>,
    /// Once after all, where a recurrence was proposed.
    #[serde(default)]
    #[schema(required = false, default = false)]
    once: bool,
}

impl From<ActionChange> for flow::Change {
    fn from(said: ActionChange) -> Self {
        let recurrence = said.recurrence.map(|of| Recurrence { every: of.every, instances: of.instances });
        Self {
            kind: said.kind,
            title: said.title,
            owners: said.owners.map(|ids| ids.into_iter().map(UnitId).collect()),
            findings: said.findings.map(|ids| ids.into_iter().map(FindingId).collect()),
            due_on: said.due_on,
            programme: said.programme.map(DocumentId),
            measures: said.measures.map(|of| of.into_iter().map(Into::into).collect()),
            recurrence,
            once: said.once,
        }
    }
}

/// Change a proposed corrective action
///
/// Whoever may propose it changes it until it is issued.
#[utoipa::path(tag = "actions", request_body = ActionChange,
    params(("action" = Uuid, Path, description = "Which action."),
        ("If-Match" = String, Header, description = "The ETag last read.")),
    responses(
        (status = 200, description = "Changed.", body = ActionView,
            headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "`action.not-proposed`: it is issued or cancelled."),
        (status = 412, description = "Somebody changed it first (`version.stale`)."),
        (status = 428, description = "No `If-Match` (`version.missing`).")))]
#[patch("/v1/corrective-actions/{action}")]
pub async fn change_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    version: IfMatch,
    change: Body<ActionChange>,
) -> Result<HttpResponse, Problem> {
    let changed = flow::change(&app, &caller.0, ActionId(*action), version.0, change.0.into()).await?;
    Ok(done(&app, &changed))
}

/// Where an action goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "campaign": "c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33",
    "reason": "Cuộc kiểm tra năm 2025 kết thúc; theo dõi tiếp trong cuộc kiểm tra năm 2026." }))]
pub struct ActionCarriedOver {
    /// Another campaign of the owner, approved and not closed.
    campaign: Uuid,
    /// Why, up to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Carry a corrective action over
///
/// What is open when a campaign is to be closed goes on in another, which lists and counts it from then on; `carried` tells
/// where it came from. Its findings and its visit stay where they were.
#[utoipa::path(tag = "actions", request_body = ActionCarriedOver,
    params(("action" = Uuid, Path, description = "Which action.")), responses(
    (status = 200, description = "Carried over, now or before.", body = ActionView),
    (status = 409, description = "`action.not-open`: it is proposed, or over.")))]
#[post("/v1/corrective-actions/{action}/carry-over")]
pub async fn carry_over_action(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Uuid>,
    said: Body<ActionCarriedOver>,
) -> Result<HttpResponse, Problem> {
    let ActionCarriedOver { campaign, reason } = said.0;
    let (id, to) = (ActionId(*action), CampaignId(campaign));
    let carried = carry::carry_over(&app, &caller.0, id, to, &reason).await?;
    Ok(done(&app, &carried))
}
