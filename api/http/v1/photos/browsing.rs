//! Lists of photos.

use super::view::PhotoView;
use crate::app::App;
use crate::domain::ids::{ActionId, CampaignId, FindingId, OwnerId, PhotoId, UnitId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::photo::{ORDERS, SUBJECTS, State};
use crate::domain::place::Verdict;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::text;
use crate::flows;
use crate::flows::photos::{After, Facet, Filters, Photo};
use crate::http::actor::Caller;
use crate::http::body::Params;
use crate::http::paging;
use crate::http::problem::Problem;
use crate::http::vocabulary;
use actix_web::{HttpRequest, HttpResponse, get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which photos.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PhotoFilters {
    /// One owner; may be left out by whoever may see exactly one.
    owner: Option<Uuid>,
    /// One campaign.
    campaign: Option<Uuid>,
    /// One visit.
    visit: Option<Uuid>,
    /// What shows this corrective action done: its after-photos.
    action: Option<Uuid>,
    /// What the team declared for this finding.
    finding: Option<Uuid>,
    /// What the unit shows in reply to this finding: its own evidence.
    reply_to: Option<Uuid>,
    /// A unit and everything below it.
    unit: Option<Uuid>,
    /// Positions within `west,south,east,north` in degrees, at most twenty degrees each way; ordered by cells
    /// of a hundredth of a degree (from south to north, then from west to east) and id.
    #[param(example = "107.9,15.7,108.0,15.8")]
    bbox: Option<String>,
    /// Checklist item.
    item: Option<String>,
    /// What it shows.
    #[param(value_type = Option<vocabulary::PhotoSubject>)]
    subject: Option<String>,
    /// Place verdict.
    #[param(value_type = Option<vocabulary::PlaceVerdict>)]
    place: Option<String>,
    /// State; without, announced and withdrawn photos stay out.
    #[param(value_type = Option<vocabulary::PhotoState>)]
    state: Option<String>,
    /// Captured at this time or later, RFC 3339.
    #[param(format = DateTime)]
    captured_from: Option<String>,
    /// Captured before this time, RFC 3339.
    #[param(format = DateTime)]
    captured_to: Option<String>,
    /// Newest first where nothing is said.
    #[param(value_type = Option<vocabulary::PhotoOrder>)]
    order: Option<String>,
    /// Rows on a page, 1 to 200; 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// Where to go on: `next` of the page before, with the same filters.
    cursor: Option<String>,
}

fn known<T>(
    pointer: &str,
    text: Option<&String>,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, FieldFault> {
    let unknown = || FieldFault::new(pointer, "parameter.unknown-value", "is none of the known values");
    text.map(|text| parse(text).ok_or_else(unknown)).transpose()
}

fn time(pointer: &str, text: Option<&String>) -> Result<Option<Timestamp>, FieldFault> {
    let read = |text: &String| DeviceMoment::parse(text).map(|moment| moment.at);
    text.map(read).transpose().map_err(|why| FieldFault::new(pointer, why.code(), why))
}

fn item(text: Option<&str>) -> Result<Option<String>, FieldFault> {
    let read = text.map(|text| text::required(text, 60)).transpose();
    read.map_err(|why| FieldFault::new("?item", "text.refused", why))
}

fn subject(text: &str) -> Option<String> {
    SUBJECTS.iter().find(|known| **known == text).map(|known| (*known).to_owned())
}

fn order(text: &str) -> Option<bool> {
    ORDERS.into_iter().find(|(name, _)| *name == text).map(|(_, ascends)| ascends)
}

fn bbox(text: &str) -> Option<[f64; 4]> {
    let edges: Result<Vec<f64>, _> = text.split(',').map(|edge| edge.trim().parse()).collect();
    edges.ok()?.try_into().ok()
}

impl PhotoFilters {
    fn parse(&self) -> Result<Filters, Problem> {
        let read = || -> Result<Filters, FieldFault> {
            let mut facets = Vec::new();
            facets.extend(item(self.item.as_deref())?.map(Facet::Item));
            facets.extend(known("?subject", self.subject.as_ref(), subject)?.map(Facet::Subject));
            facets.extend(known("?place", self.place.as_ref(), Verdict::parse)?.map(Facet::Place));
            facets.extend(known("?state", self.state.as_ref(), State::parse)?.map(Facet::State));
            Ok(Filters {
                owner: self.owner.map(OwnerId),
                campaign: self.campaign.map(CampaignId),
                visit: self.visit.map(VisitId),
                action: self.action.map(ActionId),
                finding: self.finding.map(FindingId),
                reply_to: self.reply_to.map(FindingId),
                unit: self.unit.map(UnitId),
                bbox: known("?bbox", self.bbox.as_ref(), bbox)?,
                facets,
                from: time("?captured_from", self.captured_from.as_ref())?,
                to: time("?captured_to", self.captured_to.as_ref())?,
                ascending: known("?order", self.order.as_ref(), order)?,
            })
        };
        read().map_err(|fault| Refusal::invalid(vec![fault]).into())
    }

    /// What a cursor is bound to: the list with these filters, whatever the size of its pages.
    fn bound_to(&self) -> String {
        let uuids =
            [self.owner, self.campaign, self.visit, self.action, self.finding, self.reply_to, self.unit];
        let texts = [
            &self.bbox,
            &self.item,
            &self.subject,
            &self.place,
            &self.state,
            &self.captured_from,
            &self.captured_to,
            &self.order,
        ];
        format!("photos {uuids:?} {texts:?}")
    }
}

/// A page of photos.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "items": [], "next": null }))]
pub struct PhotoPage {
    /// The photos.
    items: Vec<PhotoView>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Position {
    captured_at: Timestamp,
    id: Uuid,
    /// Where it was taken: what a box is ordered by.
    place: Option<(f64, f64)>,
}

fn position(photo: &Photo) -> Position {
    let said = &photo.declared;
    let place = said.fix.map(|fix| (fix.latitude(), fix.longitude()));
    Position { captured_at: said.captured.at, id: said.id.0, place }
}

/// List photos
///
/// In order of capture time. One scope (`owner`, `campaign`, `visit`, `action`, or `unit` with everything below it), with
/// at most one of `item`, `subject`, `place` and `state` (within a visit or an action any of them together; `announced` and
/// `withdrawn` not with `unit`), and always with `captured_from` and `captured_to`. Without a scope: everything of
/// the one owner whose photos the caller may see, or else of the visits the caller sees one by one (those of their
/// teams; up to 200), there with any filters together. `bbox` goes with `owner` and a capture range alone and orders
/// by id. Other combinations are refused with `photo.filter-combination`. Pages stay whole while photos arrive.
#[utoipa::path(tag = "photos", params(PhotoFilters), responses(
    (status = 200, description = "A page.", body = PhotoPage,
        headers(("Link" = String, description = "`rel=\"next\"`, where there is a next page."))),
    (status = 404, description = "A scope that is missing, or not yours to see.")))]
#[get("/v1/photos")]
pub async fn list_photos(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    query: Params<PhotoFilters>,
) -> Result<HttpResponse, Problem> {
    let (bound_to, filters) = (query.0.bound_to(), query.0.parse()?);
    let limit = paging::limit(query.0.limit)?;
    let after: Option<Position> = paging::open(&app, &bound_to, query.0.cursor.as_deref())?;
    let after = after.map(|at| After { captured_at: at.captured_at, id: PhotoId(at.id), position: at.place });
    let (photos, more) = flows::photos::browse(&app, &caller.0, &filters, after, limit).await?;
    let last = photos.last().filter(|_| more);
    let next = last.map(|photo| paging::seal(&app, &bound_to, position(photo)));
    let page = PhotoPage { items: photos.iter().map(PhotoView::from).collect(), next };
    Ok(paging::respond(&request, &page, page.next.as_deref()))
}
