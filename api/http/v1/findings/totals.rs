//! Figures of a campaign's findings and actions: totals that name nobody.

use crate::app::App;
use crate::domain::ids::CampaignId;
use crate::domain::visit::Ratio;
use crate::flows::findings::totals as flow;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::visits::view::RatioView;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Both operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(read_finding_figures).service(read_action_figures);
}

fn ratio(part: i64, whole: i64) -> RatioView {
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ratio { numerator: count(part), denominator: count(whole) }.into()
}

/// What re-inspections saw of one item's findings.
#[derive(Serialize, ToSchema)]
pub struct RepeatedItem {
    /// The item; `null` for free findings together.
    #[schema(example = "CON-G01")]
    item: Option<String>,
    /// As before, of those looked at again.
    repeated: RatioView,
    /// Gone, of those looked at again.
    fixed: RatioView,
}

/// What re-inspections of a campaign saw.
#[derive(Serialize, ToSchema)]
pub struct ReInspectionFigures {
    /// Gone, of the findings looked at again.
    fixed: RatioView,
    /// Better, not gone.
    partly_fixed: RatioView,
    /// As before: a repeated finding was opened.
    repeated: RatioView,
    /// The question does not arise any more.
    no_longer_applicable: RatioView,
    /// Confirmed at re-inspections, repeating none, and not withdrawn.
    new_findings: i64,
    /// Items, most often repeated first.
    repeat_ranking: Vec<RepeatedItem>,
}

/// Confirmed findings of one cause.
#[derive(Serialize, ToSchema)]
pub struct CauseFigures {
    /// The cause.
    #[schema(example = "Điều chỉnh địa giới hành chính")]
    root_cause: String,
    /// How many.
    findings: i64,
}

/// Figures of a campaign's findings.
#[derive(Serialize, ToSchema)]
pub struct FindingFigures {
    /// Confirmed at some time.
    #[schema(example = 44)]
    confirmed: i64,
    /// Those that are open.
    open: i64,
    /// Waiting for a lead.
    candidates: i64,
    /// Critical among the confirmed.
    critical: RatioView,
    /// Withdrawn after an explanation.
    withdrawn: i64,
    /// Open, with neither an action nor a reason for none.
    without_action: i64,
    /// Confirmed strengths.
    strengths: i64,
    /// What re-inspections saw.
    re_inspection: ReInspectionFigures,
    /// By cause, most first.
    root_causes: Vec<CauseFigures>,
}

impl From<flow::Figures> for FindingFigures {
    fn from(of: flow::Figures) -> Self {
        let sum = |count: fn(&flow::Again) -> i64| of.again.iter().map(count).sum::<i64>();
        let seen = sum(|item| item.looked_at);
        let ranking = of.again.iter().map(|item| RepeatedItem {
            item: item.item.clone(),
            repeated: ratio(item.repeated, item.looked_at),
            fixed: ratio(item.fixed, item.looked_at),
        });
        let cause = |of: &flow::OfCause| CauseFigures { root_cause: of.cause.clone(), findings: of.findings };
        Self {
            confirmed: of.counts.confirmed,
            open: of.counts.open,
            candidates: of.counts.candidates,
            critical: ratio(of.counts.critical, of.counts.confirmed),
            withdrawn: of.counts.withdrawn,
            without_action: of.counts.without_action,
            strengths: of.counts.strengths,
            re_inspection: ReInspectionFigures {
                fixed: ratio(sum(|item| item.fixed), seen),
                partly_fixed: ratio(sum(|item| item.partly_fixed), seen),
                repeated: ratio(sum(|item| item.repeated), seen),
                no_longer_applicable: ratio(sum(|item| item.no_longer_applicable), seen),
                new_findings: of.new_at_re_inspection,
                repeat_ranking: ranking.collect(),
            },
            root_causes: of.causes.iter().map(cause).collect(),
        }
    }
}

/// Read figures of findings
///
/// Totals of a campaign that name no unit: also for heads of units it was at, who see no other unit's findings.
#[utoipa::path(tag = "findings", params(("campaign" = Uuid, Path, description = "Of which campaign.")), responses(
    (status = 200, description = "The figures.", body = FindingFigures)))]
#[get("/v1/campaigns/{campaign}/finding-figures")]
pub async fn read_finding_figures(
    app: web::Data<App>,
    caller: Caller,
    campaign: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let figures = flow::of_findings(&app, &caller.0, CampaignId(*campaign)).await?;
    Ok(HttpResponse::Ok().json(FindingFigures::from(figures)))
}

/// As of when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresAt {
    /// What is late by the local day of this moment; now where nothing is said.
    at: Option<Timestamp>,
}

/// Figures of a campaign's corrective actions.
#[derive(Serialize, ToSchema)]
pub struct ActionFigures {
    /// Issued at some time and not cancelled.
    #[schema(example = 17)]
    issued: i64,
    /// Proposed only.
    proposed: i64,
    /// Reported as done, waiting to be verified.
    reported: i64,
    /// Verified, of those issued.
    verified: RatioView,
    /// Returned and not reported again.
    returned: i64,
    /// With more time granted.
    extended: i64,
    /// Late: awaited, and the due day is over in Vietnam.
    overdue: i64,
    /// Cancelled.
    cancelled: i64,
    /// The moment that "late" goes by.
    at: Timestamp,
}

/// Read figures of corrective actions
///
/// Totals of a campaign. What is late is computed when asked, never stored.
#[utoipa::path(tag = "actions", params(("campaign" = Uuid, Path, description = "Of which campaign."), FiguresAt),
    responses((status = 200, description = "The figures.", body = ActionFigures)))]
#[get("/v1/campaigns/{campaign}/action-figures")]
pub async fn read_action_figures(
    app: web::Data<App>,
    caller: Caller,
    campaign: web::Path<Uuid>,
    at: Params<FiguresAt>,
) -> Result<HttpResponse, Problem> {
    let (of, at) = flow::of_actions(&app, &caller.0, CampaignId(*campaign), at.0.at).await?;
    Ok(HttpResponse::Ok().json(ActionFigures {
        issued: of.issued,
        proposed: of.proposed,
        reported: of.reported,
        verified: ratio(of.verified, of.issued),
        returned: of.returned,
        extended: of.extended,
        overdue: of.overdue,
        cancelled: of.cancelled,
        at,
    }))
}
