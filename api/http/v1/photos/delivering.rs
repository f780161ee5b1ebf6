//! Bytes out: originals and derivatives, whole or in part, cached by whoever may keep them.

use super::declaring::PhotoPath;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::flows;
use crate::flows::photos::{Deliverable, Span, file_name};
use crate::http::actor::Caller;
use crate::http::cover::is_head;
use crate::http::headers::write_digest;
use crate::http::problem::Problem;
use crate::http::ranges::{Wanted, is_known, wanted};
use actix_web::body::SizedStream;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, head, web};
use futures::stream;
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

/// How an object is presented.
struct Dress {
    etag: String,
    media_type: String,
    disposition: String,
    digest: Option<String>,
    cache: &'static str,
}

impl Dress {
    fn original(of: &Deliverable) -> Self {
        let photo = &of.photo;
        // What it is by its first bytes, once we know; never what somebody hoped a browser would make of it.
        let sniffed = photo.found.as_ref().and_then(|found| found.sniffed_type.clone());
        Self {
            etag: format!("\"{}\"", photo.declared.sha256.to_hex()),
            media_type: sniffed.unwrap_or_else(|| photo.declared.media_type.as_str().to_owned()),
            disposition: format!("attachment; filename=\"{}\"", file_name(photo)),
            digest: Some(write_digest(photo.declared.sha256)),
            // Each reading is recorded, so none may come from a cache unasked.
            cache: "private, no-cache",
        }
    }

    fn derivative(of: &Deliverable, pixels: u16) -> Self {
        Self {
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

    fn put_on(&self, answer: &mut HttpResponseBuilder) {
        answer
            .insert_header((header::ETAG, self.etag.as_str()))
            .insert_header((header::CONTENT_DISPOSITION, self.disposition.as_str()))
            .insert_header((header::ACCEPT_RANGES, "bytes"))
            .insert_header((header::CACHE_CONTROL, self.cache))
            .insert_header((header::VARY, "Authorization, Cookie"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
        if let Some(digest) = &self.digest {
            answer.insert_header(("repr-digest", digest.as_str()));
        }
    }
}

/// Answers a GET or a HEAD for an object the caller may read (RFC 9110 §13, §14).
async fn answer(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    of: &Deliverable,
    dress: &Dress,
) -> Result<HttpResponse, Problem> {
    if is_known(request.headers(), &dress.etag) {
        let mut answer = HttpResponse::NotModified();
        dress.put_on(&mut answer);
        return Ok(answer.finish());
    }
    let (status, span, size) = match wanted(request.headers(), &dress.etag, of.size_bytes) {
        Wanted::All => (StatusCode::OK, None, of.size_bytes),
        Wanted::Part(span) => (StatusCode::PARTIAL_CONTENT, Some(span), span.last - span.first + 1),
        Wanted::Nothing => return Err(Problem::no_such_range(of.size_bytes)),
    };
    let mut answer = HttpResponse::build(status);
    dress.put_on(&mut answer);
    answer.insert_header((header::CONTENT_TYPE, dress.media_type.as_str()));
    if let Some(Span { first, last }) = span {
        answer.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", of.size_bytes)));
    }
    if is_head(request) {
        return Ok(
            answer.body(SizedStream::new(size, stream::empty::<Result<web::Bytes, actix_web::Error>>()))
        );
    }
    let chunks = flows::photos::open(app, actor, of, span).await?;
    Ok(answer.body(SizedStream::new(size, chunks)))
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
    answer(app, actor, request, of, &Dress::original(of)).await
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
    answer(app, actor, request, of, &Dress::derivative(of, pixels)).await
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
