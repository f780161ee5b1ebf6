//! Bytes out: originals and derivatives, whole or in part, cached by whoever may keep them.

use super::declaring::PhotoPath;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::flows;
use crate::flows::photos::{Deliverable, file_name};
use crate::http::actor::Caller;
use crate::http::delivery::{Dress, deliver};
use crate::http::headers::write_digest;
use crate::http::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, head, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// A derivative of a photo.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DerivativePath {
    /// Id of the photo.
    photo: Uuid,
    /// Pixels of the long side: 320 or 1600.
    #[param(example = 320)]
    size: u16,
}

fn dress_original(of: &Deliverable) -> Dress {
    let photo = &of.photo;
    // What it is by its first bytes, once we know; never what somebody hoped a browser would make of it.
    let sniffed = photo.found.as_ref().and_then(|found| found.sniffed_type.clone());
    Dress {
        etag: format!("\"{}\"", photo.declared.sha256.to_hex()),
        media_type: sniffed.unwrap_or_else(|| photo.declared.media_type.as_str().to_owned()),
        disposition: format!("attachment; filename=\"{}\"", file_name(photo)),
        digest: Some(write_digest(photo.declared.sha256)),
        // Each reading is recorded, so none may come from a cache unasked.
        cache: "private, no-cache",
    }
}

fn dress_derivative(of: &Deliverable, pixels: u16) -> Dress {
    Dress {
        etag: match of.masking() {
            Some(number) => format!("\"{}-{pixels}-m{number}\"", of.photo.declared.sha256.to_hex()),
            None => format!("\"{}-{pixels}\"", of.photo.declared.sha256.to_hex()),
        },
        media_type: "image/jpeg".to_owned(),
        disposition: "inline".to_owned(),
        digest: None,
        // What is covered may become more, and then nobody goes on with what was kept.
        cache: if of.photo.personal_data { "private, no-cache" } else { "private, max-age=3600" },
    }
}

/// Answers with an original that was found.
///
/// # Errors
/// A range that is not there; an outage.
pub async fn original(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    of: &Deliverable,
) -> Result<HttpResponse, Problem> {
    let open = async |span| flows::photos::open(app, actor, of, span).await;
    deliver(request, of.size_bytes, &dress_original(of), open).await
}

/// Answers with a derivative that was found.
///
/// # Errors
/// A range that is not there; an outage.
pub async fn derivative(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    of: &Deliverable,
    pixels: u16,
) -> Result<HttpResponse, Problem> {
    let open = async |span| flows::photos::open(app, actor, of, span).await;
    deliver(request, of.size_bytes, &dress_derivative(of, pixels), open).await
}

async fn give_original(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    photo: Uuid,
) -> Result<HttpResponse, Problem> {
    let of = flows::photos::original(app, actor, PhotoId(photo)).await?;
    original(app, actor, request, &of).await
}

async fn give_derivative(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    path: &DerivativePath,
) -> Result<HttpResponse, Problem> {
    let of = flows::photos::derivative(app, actor, PhotoId(path.photo), path.size).await?;
    derivative(app, actor, request, &of, path.size).await
}

/// Read an original
///
/// The bytes as the phone sent them. Each reading is recorded before the first byte is given. Single ranges,
/// `If-Range` and `If-None-Match` are understood; several ranges at once are answered with the whole. A photo that shows
/// data of people is its team's alone until they have marked what is to be covered: `403 photo.not-masked`.
#[utoipa::path(tag = "photos",
    params(PhotoPath,
        ("Range" = Option<String>, Header, description = "`bytes=first-last`.", example = "bytes=0-1023"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` the range belongs to."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` held already.")),
    responses(
        (status = 200, description = "The whole photo.", body = Vec<u8>, content_type = "application/octet-stream",
            headers(("ETag" = String), ("Repr-Digest" = String), ("Content-Disposition" = String))),
        (status = 206, description = "The range.", body = Vec<u8>, content_type = "application/octet-stream",
            headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "Held already."),
        (status = 416, description = "There is no such range.")))]
#[get("/v1/photos/{photo}/original")]
pub async fn read_original(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    give_original(&app, &caller.0, &request, path.photo).await
}

/// Ask about an original
///
/// The head of what GET would answer; nothing is read and nothing recorded.
#[utoipa::path(tag = "photos", params(PhotoPath), responses(
    (status = 200, description = "It is there.", headers(("ETag" = String), ("Repr-Digest" = String))),
    (status = 206, description = "The range is there."),
    (status = 304, description = "Held already."),
    (status = 416, description = "There is no such range.")))]
#[head("/v1/photos/{photo}/original")]
pub async fn head_original(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    give_original(&app, &caller.0, &request, path.photo).await
}

/// Read a derivative
///
/// A smaller JPEG, upright, sRGB, without metadata: 320 or 1600 pixels on its long side. Of a photo that shows data of
/// people the team sees all; everybody else gets it with what the team marked covered, and `403 photo.not-masked` before
/// that.
#[utoipa::path(tag = "photos",
    params(DerivativePath,
        ("Range" = Option<String>, Header, description = "`bytes=first-last`.", example = "bytes=0-1023"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` held already.")),
    responses(
        (status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/jpeg",
            headers(("ETag" = String))),
        (status = 206, description = "The range.", body = Vec<u8>, content_type = "image/jpeg",
            headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "Held already."),
        (status = 416, description = "There is no such range.")))]
#[get("/v1/photos/{photo}/derivatives/{size}")]
pub async fn read_derivative(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DerivativePath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    give_derivative(&app, &caller.0, &request, &path).await
}

/// Ask about a derivative
///
/// The head of what GET would answer.
#[utoipa::path(tag = "photos", params(DerivativePath), responses(
    (status = 200, description = "It is there.", headers(("ETag" = String))),
    (status = 206, description = "The range is there."),
    (status = 304, description = "Held already."),
    (status = 416, description = "There is no such range.")))]
#[head("/v1/photos/{photo}/derivatives/{size}")]
pub async fn head_derivative(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DerivativePath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    give_derivative(&app, &caller.0, &request, &path).await
}
