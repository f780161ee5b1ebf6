//! Guidance pictures over HTTP: raw bytes in, the same bytes out.

use super::FOR_A_YEAR;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::TemplateId;
use crate::domain::photo::{Arrived, Sha256};
use crate::domain::refusal::Refusal;
use crate::domain::template::picture_digest;
use crate::flows::photos::Done;
use crate::flows::pictures as flow;
use crate::flows::pictures::{HeldPicture, Offer};
use crate::http::actor::Caller;
use crate::http::delivery::{Dress, deliver};
use crate::http::headers::{digest_etag, write_digest};
use crate::http::problem::Problem;
use crate::http::v1::photos::sending::{Incoming, length, media_type};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, head, put, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The operations.
pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(send_template_picture).service(read_template_picture).service(head_template_picture);
}

/// A picture of a template.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PicturePath {
    /// Id of the template.
    template: Uuid,
    /// SHA-256 of the picture's bytes, 64 small hexadecimal digits.
    #[param(
        example = "f856c9058a9d60076b81757b24a8d8f31e693f5e2ad7d72a89437c309d347d67",
        pattern = "^[0-9a-f]{64}$"
    )]
    sha256: String,
}

impl PicturePath {
    /// The digest of the address; an address without one is nobody's.
    fn digest(&self) -> Result<Sha256, Problem> {
        Ok(picture_digest(&self.sha256).ok_or_else(Refusal::not_found)?)
    }
}

/// A picture that a template holds.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplatePicture)]
pub struct PictureView {
    /// SHA-256 of its bytes.
    #[schema(example = "f856c9058a9d60076b81757b24a8d8f31e693f5e2ad7d72a89437c309d347d67")]
    sha256: String,
    /// Where it is read.
    #[schema(example = "/v1/templates/7b1f3a52-6d0e-4c58-9a57-0d5f3d9f2c11/pictures/\
        f856c9058a9d60076b81757b24a8d8f31e693f5e2ad7d72a89437c309d347d67")]
    href: String,
    /// Its type by its first bytes.
    #[schema(example = "image/jpeg")]
    media_type: String,
    /// Number of its bytes.
    #[schema(example = 58417)]
    size_bytes: u64,
    /// Pixels from left to right.
    #[schema(example = 960)]
    width: u32,
    /// Pixels from top to bottom.
    #[schema(example = 720)]
    height: u32,
    /// When it was received.
    received_at: Timestamp,
}

impl From<&HeldPicture> for PictureView {
    fn from(picture: &HeldPicture) -> Self {
        let facts = picture.facts;
        Self {
            sha256: facts.bytes.sha256.to_hex(),
            href: address(picture),
            media_type: facts.media_type.as_str().to_owned(),
            size_bytes: facts.bytes.size_bytes,
            width: facts.size.0,
            height: facts.size.1,
            received_at: picture.received_at,
        }
    }
}

/// Where a picture is read.
#[must_use]
pub fn address(picture: &HeldPicture) -> String {
    format!("/v1/templates/{}/pictures/{}", picture.template, picture.facts.bytes.sha256.to_hex())
}

/// Send a guidance picture
///
/// The raw bytes of a JPEG, PNG or WebP of at most 1 MiB and 4,096 pixels a side, named by their digest; items name it
/// by the same. Safe to repeat. It is handed on as it is, so that one with EXIF, XMP, a text or anything else besides the
/// picture is refused (`picture.metadata`): save it without.
#[utoipa::path(tag = "templates", params(PicturePath),
    request_body(description = "The bytes.", content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    responses(
        (status = 201, description = "Received and durable; `Location` says where.", body = PictureView,
            headers(("Location" = String, description = "Address of the picture."))),
        (status = 200, description = "Received before; the same content as then.", body = PictureView),
        (status = 409, description = "`picture.too-many`: the template holds 900 others, the most it can."),
        (status = 411, description = "`length.missing`: no Content-Length."),
        (status = 422, description = "`picture.digest-mismatch`, `picture.damaged`, `picture.sides`, `picture.metadata`: \
            nothing was kept.")))]
#[put("/v1/templates/{template}/pictures/{sha256}")]
pub async fn send_template_picture(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PicturePath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let bytes = Arrived { size_bytes: length(&request)?, sha256: path.digest()? };
    let offer = Offer { bytes, media_type: media_type(&request) };
    let mut body = Incoming::of(payload, &app);
    let done = flow::receive(&app, &caller.0, TemplateId(path.template), offer, &mut body).await;
    Ok(match body.end(done).await? {
        Done::Now(held) => {
            HttpResponse::Created().insert_header((LOCATION, address(&held))).json(PictureView::from(&held))
        }
        Done::Before(held) => HttpResponse::Ok().json(PictureView::from(&held)),
    })
}

/// Answers with a picture that was found.
///
/// # Errors
/// A range that is not there; an outage.
pub async fn picture(app: &App, request: &HttpRequest, of: &HeldPicture) -> Result<HttpResponse, Problem> {
    let sha256 = of.facts.bytes.sha256;
    let dress = Dress {
        etag: digest_etag(sha256.0, false),
        media_type: of.facts.media_type.as_str().to_owned(),
        disposition: format!("inline; filename=\"{}\"", of.facts.file_name()),
        digest: Some(write_digest(sha256)),
        // Its address names its bytes.
        cache: FOR_A_YEAR,
    };
    let open = async |span| flow::open(app, of, span).await;
    deliver(request, of.facts.bytes.size_bytes, &dress, open).await
}

async fn give(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    path: &PicturePath,
) -> Result<HttpResponse, Problem> {
    let of = flow::read(app, actor, TemplateId(path.template), path.digest()?).await?;
    picture(app, request, &of).await
}

/// Read a guidance picture
///
/// The bytes as they were sent, for whoever may read the template, so for everybody who goes to a visit with it. They never
/// change: keep them for a year without asking again. Single ranges, `If-Range` and `If-None-Match` are understood.
#[utoipa::path(tag = "templates",
    params(PicturePath,
        ("Range" = Option<String>, Header, description = "`bytes=first-last`.", example = "bytes=0-1023"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` the range belongs to."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` held already.")),
    responses(
        (status = 200, description = "The whole picture.", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp")),
            headers(("ETag" = String), ("Repr-Digest" = String), ("Content-Disposition" = String),
                ("Cache-Control" = String))),
        (status = 206, description = "The range.", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp")),
            headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "Held already."),
        (status = 416, description = "There is no such range.")))]
#[get("/v1/templates/{template}/pictures/{sha256}")]
pub async fn read_template_picture(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PicturePath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    give(&app, &caller.0, &request, &path).await
}

/// Ask about a guidance picture
///
/// The head of what GET would answer.
#[utoipa::path(tag = "templates", params(PicturePath), responses(
    (status = 200, description = "It is there.", headers(("ETag" = String), ("Repr-Digest" = String))),
    (status = 206, description = "The range is there."),
    (status = 304, description = "Held already."),
    (status = 416, description = "There is no such range.")))]
#[head("/v1/templates/{template}/pictures/{sha256}")]
pub async fn head_template_picture(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PicturePath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    give(&app, &caller.0, &request, &path).await
}
