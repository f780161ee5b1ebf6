//! Figures of a campaign's corrective actions: totals that name nobody, with the lists behind them.

use crate::app::App;
use crate::domain::action::State;
use crate::domain::ids::CampaignId;
use crate::flows::findings::totals as flow;
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::problem::Problem;
use crate::http::v1::findings::totals::ratio;
use crate::http::v1::reports::rows::Rows;
use crate::http::v1::visits::RatioView;
use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
    /// Carried over into other campaigns, which count them from then on.
    carried_over: i64,
    /// The moment that "late" goes by.
    at: Timestamp,
    /// Lists of the actions counted; `null` where you may not list all of them.
    rows: Option<ActionFigureRows>,
}

/// Addresses of the lists of actions behind a campaign's figures.
#[derive(Serialize, ToSchema)]
pub struct ActionFigureRows {
    /// Issued at some time and not cancelled.
    #[schema(example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=issued")]
    issued: String,
    /// Proposed only.
    #[schema(
        example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=proposed"
    )]
    proposed: String,
    /// Reported as done, waiting to be verified.
    #[schema(
        example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=reported_done"
    )]
    reported: String,
    /// Verified.
    #[schema(
        example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=verified_done"
    )]
    verified: String,
    /// Returned and not reported again.
    #[schema(
        example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=returned"
    )]
    returned: String,
    /// With more time granted.
    #[schema(example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&extended=true")]
    extended: String,
    /// Late.
    #[schema(
        example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&overdue=true&at=2013-07-25T17%3A00%3A00Z"
    )]
    overdue: String,
    /// Cancelled.
    #[schema(
        example = "/v1/corrective-actions?campaign=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33&state=cancelled"
    )]
    cancelled: String,
    /// Carried over into other campaigns.
    #[schema(example = "/v1/corrective-actions?carried_from=c1b7f9a4-5a0e-4f5b-9f52-2b1c9d0e7a33")]
    carried_over: String,
}

impl ActionFigureRows {
    fn of(campaign: CampaignId, at: Timestamp) -> Self {
        let all = Rows::of("/v1/corrective-actions").with("campaign", campaign);
        let in_state = |state: State| all.clone().with("state", state.as_str()).into();
        let issued = State::ALL.iter().filter(|state| !matches!(state, State::Proposed | State::Cancelled));
        Self {
            issued: all.clone().each("state", issued.map(|state| state.as_str())).into(),
            proposed: in_state(State::Proposed),
            reported: in_state(State::ReportedDone),
            verified: in_state(State::VerifiedDone),
            returned: in_state(State::Returned),
            extended: all.clone().with("extended", true).into(),
            overdue: all.clone().with("overdue", true).with("at", at).into(),
            cancelled: in_state(State::Cancelled),
            carried_over: Rows::of("/v1/corrective-actions").with("carried_from", campaign).into(),
        }
    }
}

/// Read figures of corrective actions
///
/// Totals of a campaign. What is late is computed when asked, never stored. Whoever may list everything that was counted is
/// given the lists.
#[utoipa::path(tag = "actions", params(("campaign" = Uuid, Path, description = "Of which campaign."), FiguresAt),
    responses((status = 200, description = "The figures.", body = ActionFigures)))]
#[get("/v1/campaigns/{campaign}/action-figures")]
pub async fn read_action_figures(
    app: web::Data<App>,
    caller: Caller,
    campaign: web::Path<Uuid>,
    at: Params<FiguresAt>,
) -> Result<HttpResponse, Problem> {
    let campaign = CampaignId(*campaign);
    let (of, are_listed, at) = flow::of_actions(&app, &caller.0, campaign, at.0.at).await?;
    Ok(HttpResponse::Ok().json(ActionFigures {
        issued: of.issued,
        proposed: of.proposed,
        reported: of.reported,
        verified: ratio(of.verified, of.issued),
        returned: of.returned,
        extended: of.extended,
        overdue: of.overdue,
        cancelled: of.cancelled,
        carried_over: of.carried_over,
        rows: are_listed.then(|| ActionFigureRows::of(campaign, at)),
        at,
    }))
}
