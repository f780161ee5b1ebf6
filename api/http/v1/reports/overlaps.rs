//! Where a campaign overlaps with others.

use super::rows::Rows;
use crate::app::App;
use crate::domain::ids::{CampaignId, UnitId, VisitId};
use crate::flows::reports::overlaps::{self, Overlapping};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::paging;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Another campaign that comes to the same unit in the same week.
#[derive(Serialize, ToSchema)]
#[schema(as = Overlap)]
pub struct OverlapView {
    /// Where.
    unit: Uuid,
    /// The unit's name.
    #[schema(example = "Xã Phước Ninh")]
    unit_name: String,
    /// The campaign that was asked about.
    campaign: Uuid,
    /// Its title.
    #[schema(example = "Kiểm tra công vụ năm 2021")]
    title: String,
    /// Its visits that meet one of the other.
    visits: Vec<Uuid>,
    /// Whose the other campaign is.
    other_owner: Uuid,
    /// That owner's name.
    #[schema(example = "UBND huyện Nông Sơn")]
    other_owner_name: String,
    /// The other campaign, where you may read it.
    other_campaign: Option<Uuid>,
    /// Its title, where you may read it.
    other_title: Option<String>,
    /// First day of the other's visits there.
    other_from: Date,
    /// Last day of the other's visits there.
    other_to: Date,
    /// Lists of the visits that meet.
    rows: OverlapRows,
}

/// Addresses of the lists of visits that meet.
#[derive(Serialize, ToSchema)]
pub struct OverlapRows {
    /// Those of the campaign that was asked about.
    #[schema(example = "/v1/visits?id=7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11")]
    visits: String,
    /// Those of the other, where you may see each of them.
    #[schema(example = "/v1/visits?id=c2a4e6f8-1b3d-4f50-8a92-b4c6d8e0f213")]
    other_visits: Option<String>,
}

impl OverlapRows {
    fn of(overlap: &Overlapping) -> Self {
        let these = |ids: &[VisitId]| Rows::of("/v1/visits").each("id", ids).into();
        Self { visits: these(&overlap.visits), other_visits: overlap.others.as_deref().map(these) }
    }
}

impl OverlapView {
    fn of(campaign: Uuid, title: &str, overlap: Overlapping) -> Self {
        let (other_campaign, other_title) = overlap.campaign.clone().map(|(id, title)| (id.0, title)).unzip();
        Self {
            rows: OverlapRows::of(&overlap),
            unit: overlap.unit.0,
            unit_name: overlap.unit_name,
            campaign,
            title: title.to_owned(),
            visits: overlap.visits.into_iter().map(|id| id.0).collect(),
            other_owner: overlap.owner.0,
            other_owner_name: overlap.owner_name,
            other_campaign,
            other_title,
            other_from: overlap.days.0,
            other_to: overlap.days.1,
        }
    }
}

/// A page of where others come, too.
#[derive(Serialize, ToSchema)]
#[schema(as = OverlapPage)]
pub struct OverlapPage {
    /// One entry for each unit and other campaign, in the order of the units' ids.
    items: Vec<OverlapView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Which page of overlaps.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverlapFilter {
    /// Rows on the page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// List where a campaign overlaps with others
///
/// Visits of any owner at the same unit in the same week. A sealed visit counts for whoever may see it alone; everybody
/// else is answered as if there were none.
#[utoipa::path(tag = "campaigns", params(("campaign" = Uuid, Path, description = "Id of the campaign."), OverlapFilter),
    responses((status = 200, description = "A page of the overlaps that you may know of.", body = OverlapPage)))]
#[get("/v1/campaigns/{campaign}/overlaps")]
pub async fn list_overlaps(
    app: web::Data<App>,
    caller: Caller,
    campaign: web::Path<Uuid>,
    filter: Params<OverlapFilter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (of, limit) = (format!("overlaps {campaign}"), paging::limit(filter.0.limit)?);
    let after: Option<(Uuid, Uuid)> = paging::open(&app, &of, filter.0.cursor.as_deref())?;
    let after = after.map(|(unit, other)| (UnitId(unit), CampaignId(other)));
    let told = overlaps::overlaps(&app, &caller.0, CampaignId(*campaign), (after, limit)).await?;
    let next = told.next.map(|(unit, other)| paging::seal(&app, &of, (unit.0, other.0)));
    let view = |overlap| OverlapView::of(*campaign, &told.title, overlap);
    let page = OverlapPage { items: told.overlaps.into_iter().map(view).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}
