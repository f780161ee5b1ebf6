//! Previews over HTTP: a small picture before the original, raw bytes in, the same bytes out, marked as what it is.

use super::declaring::PhotoPath;
use super::sending::{Incoming, length, media_type};
use super::view::PhotoView;
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::domain::photo::preview::Preview;
use crate::flows;
use crate::flows::photos::{Done, Photo};
use crate::http::actor::Caller;
use crate::http::delivery::{Dress, deliver};
use crate::http::headers::{digest_etag, write_digest};
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A small picture that came before the original. It is no evidence.
#[derive(Serialize, ToSchema)]
#[schema(as = PhotoPreview)]
pub struct PreviewView {
    /// Where to read it.
    #[schema(example = "/v1/photos/0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968/preview")]
    href: String,
    /// Always `false`: nobody knows whether it shows what the original does, and no figure and no check counts it.
    #[schema(example = false)]
    evidence: bool,
    /// Its type by its first bytes.
    #[schema(example = "image/jpeg")]
    media_type: String,
    /// Number of its bytes.
    #[schema(example = 48_211)]
    size_bytes: u64,
    /// Pixels from left to right.
    #[schema(example = 800)]
    width: u32,
    /// Pixels from top to bottom.
    #[schema(example = 600)]
    height: u32,
    /// When it came, by the server's clock.
    received_at: Timestamp,
}

impl PreviewView {
    /// The preview of a photo that has nothing better to show yet.
    #[must_use]
    pub fn of(photo: &Photo) -> Option<Self> {
        photo.preview_shown().map(|of| Self {
            href: format!("/v1/photos/{}/preview", photo.declared.id),
            evidence: false,
            media_type: of.media_type.clone(),
            size_bytes: of.size_bytes,
            width: of.width,
            height: of.height,
            received_at: of.received_at,
        })
    }
}

/// Send a preview
///
/// A small picture of a declared photo, before its original: a JPEG or WebP of at most 100,000 bytes and 2,048 pixels a
/// side, without EXIF or anything else besides the picture (`picture.metadata`). Reviewers see it within seconds, marked as a
/// preview; it is never evidence, and is removed once the original is verified. A newer one takes the place of an older.
#[utoipa::path(tag = "photos", params(PhotoPath),
    request_body(description = "The bytes.", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"))),
    responses(
        (status = 201, description = "Kept; the photo as it stands.", body = PhotoView),
        (status = 200, description = "The same is there already.", body = PhotoView),
        (status = 409, description = "`preview.too-late`: the original is there; `photo.withdrawn`; `photo.visit-ended`."),
        (status = 411, description = "`length.missing`: no Content-Length."),
        (status = 422, description = "`picture.damaged`, `picture.metadata`, `preview.sides`, `preview.length`: \
            nothing was kept.")))]
#[put("/v1/photos/{photo}/preview")]
pub async fn send_preview(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let said = (length(&request)?, media_type(&request));
    let mut body = Incoming::of(payload, &app);
    let done = flows::photos::receive_preview(&app, &caller.0, PhotoId(path.photo), said, &mut body).await;
    Ok(match body.end(done).await? {
        Done::Now(photo) => HttpResponse::Created().json(PhotoView::from(&photo)),
        Done::Before(photo) => HttpResponse::Ok().json(PhotoView::from(&photo)),
    })
}

/// Answers with a preview that was found.
///
/// # Errors
/// A range that is not there; an outage.
pub async fn preview(
    app: &App,
    request: &HttpRequest,
    of: &(Photo, Preview),
) -> Result<HttpResponse, Problem> {
    let sha256 = of.1.digest();
    let dress = Dress {
        etag: digest_etag(sha256.map_or([0; 32], |sha256| sha256.0), false),
        media_type: of.1.media_type.clone(),
        disposition: format!("inline; filename=\"preview-not-evidence-{}\"", of.0.declared.id),
        digest: sha256.map(write_digest),
        // Gone as soon as there is something better.
        cache: "private, no-cache",
    };
    let open = async |span| flows::photos::open_preview(app, of, span).await;
    deliver(request, of.1.size_bytes, &dress, open).await
}

/// Read a preview
///
/// The bytes as the phone sent them, until about a minute after there is something better to show: then `404`. Not evidence.
/// One of a photo that shows data of people is its team's alone: `403 photo.not-masked`.
#[utoipa::path(tag = "photos",
    params(PhotoPath, ("If-None-Match" = Option<String>, Header, description = "The `ETag` held already.")),
    responses(
        (status = 200, description = "The picture.", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp")),
            headers(("ETag" = String), ("Repr-Digest" = String), ("Content-Disposition" = String))),
        (status = 206, description = "The range.", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp")),
            headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "Held already."),
        (status = 416, description = "There is no such range.")))]
#[get("/v1/photos/{photo}/preview")]
pub async fn read_preview(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = flows::photos::preview(&app, &caller.0, PhotoId(path.photo)).await?;
    preview(&app, &request, &found).await
}
