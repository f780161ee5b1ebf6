//! Marking what is to be covered on a photo before others see it.

use super::declaring::PhotoPath;
use super::view::PhotoView;
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::domain::photo::mask::{MaskArea, Masked};
use crate::flows;
use crate::http::actor::Caller;
use crate::http::body::Body;
use crate::http::headers::{IfMatch, etag};
use crate::http::problem::Problem;
use actix_web::{HttpResponse, put, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A rectangle of the upright picture, as parts of its width and height from its left upper corner.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaskArea)]
pub struct MaskAreaView {
    /// Where it begins, from the left.
    #[schema(minimum = 0, maximum = 1, example = 0.12)]
    left: f64,
    /// Where it begins, from above.
    #[schema(minimum = 0, maximum = 1, example = 0.3)]
    top: f64,
    /// How wide it is.
    #[schema(exclusive_minimum = 0, maximum = 1, example = 0.35)]
    width: f64,
    /// How high it is.
    #[schema(exclusive_minimum = 0, maximum = 1, example = 0.5)]
    height: f64,
}

impl From<MaskAreaView> for MaskArea {
    fn from(said: MaskAreaView) -> Self {
        Self { left: said.left, top: said.top, width: said.width, height: said.height }
    }
}

impl From<&MaskArea> for MaskAreaView {
    fn from(kept: &MaskArea) -> Self {
        Self { left: kept.left, top: kept.top, width: kept.width, height: kept.height }
    }
}

/// What was marked on a photo.
#[derive(Serialize, ToSchema)]
#[schema(as = Masked)]
pub struct MaskedView {
    /// When, by the server's clock.
    at: Timestamp,
    /// Account.
    by: Uuid,
    /// Rectangles; none says that a person has looked and found nothing to cover.
    areas: Vec<MaskAreaView>,
}

impl From<&Masked> for MaskedView {
    fn from(of: &Masked) -> Self {
        Self { at: of.at, by: of.by.0, areas: of.areas.iter().map(MaskAreaView::from).collect() }
    }
}

/// What is to be covered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "areas": [{ "left": 0.12, "top": 0.3, "width": 0.35, "height": 0.5 }] }))]
pub struct MasksBody {
    /// Rectangles; none says that there is nothing to cover.
    #[schema(max_items = 60)]
    areas: Vec<MaskAreaView>,
}

/// Mask a photo
///
/// For the team: marks names and numbers of people, which are then covered in every picture that anybody else gets. A
/// photo of a register or a screen, and one whose item's rule is `mask_personal_data`, is shown to nobody else before.
/// The original stays as it is. Marking anew replaces what was marked, and once the visit is submitted may only add to it; the
/// same again changes nothing.
#[utoipa::path(tag = "photos",
    params(PhotoPath, ("If-Match" = String, Header, description = "The photo's ETag last read.")), request_body = MasksBody, responses(
    (status = 200, description = "Covered from now on.", body = PhotoView,
        headers(("ETag" = String, description = "Its version."))),
    (status = 409, description = "`photo.not-examined`: there is no picture of it yet; `photo.withdrawn`; \
        `photo.mask-stays`: the visit is submitted, and something covered would be bared."),
    (status = 412, description = "`version.stale`: somebody changed it meanwhile."),
    (status = 428, description = "No `If-Match` (`version.missing`).")))]
#[put("/v1/photos/{photo}/masks")]
pub async fn mask_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    version: IfMatch,
    body: Body<MasksBody>,
) -> Result<HttpResponse, Problem> {
    let areas = body.0.areas.into_iter().map(MaskArea::from).collect();
    let photo = flows::photos::mask(&app, &caller.0, PhotoId(path.photo), version.0, areas).await?;
    Ok(HttpResponse::Ok().insert_header(etag(photo.version)).json(PhotoView::from(&photo)))
}
