//! Sending a photo's bytes: one raw body, as slow as the line is.

use super::declaring::PhotoPath;
use super::view::PhotoReceiptView;
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::domain::photo::{Arrived, MediaType, Offer};
use crate::flows;
use crate::flows::photos::Done;
use crate::http::actor::Caller;
use crate::http::headers::{joined, parse_digest};
use crate::http::limits::{BodyFault, Paced, paced};
use crate::http::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, put, web};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A body that is answered before its end is read on for so long, so that the phone sees the answer and not a broken
/// line; beyond it the connection is closed. With the 12 s a store may stall it stays below the 15 s in which a phone
/// must have its answer.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// The body of an upload on its way in.
pub struct Incoming {
    body: Paced<web::Payload>,
    is_slow: bool,
}

impl Stream for Incoming {
    type Item = Result<Bytes, BodyFault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = self.body.poll_next_unpin(cx);
        self.is_slow |= matches!(piece, Poll::Ready(Some(Err(BodyFault::Slow))));
        piece
    }
}

impl Incoming {
    /// A body that must keep its pace.
    #[must_use]
    pub fn of(payload: web::Payload, app: &App) -> Self {
        Self { body: paced(payload, &app.config), is_slow: false }
    }

    /// Ends an upload with its answer; a body that came too slowly is told so, and nothing more of it is read.
    ///
    /// # Errors
    /// What was refused, or that the body came too slowly.
    pub async fn end<T>(self, done: Result<T, flows::Error>) -> Result<T, Problem> {
        if self.is_slow {
            return Err(BodyFault::Slow.into());
        }
        self.drain().await;
        Ok(done?)
    }

    /// Reads a little of what still comes, so that the answer is seen and not a broken line.
    pub async fn drain(mut self) {
        let rest = async { while let Some(Ok(_)) = self.next().await {} };
        let _ = tokio::time::timeout(DRAIN_TIME, rest).await;
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// How long the head says the body is.
///
/// # Errors
/// `length.missing`.
pub fn length(request: &HttpRequest) -> Result<u64, Problem> {
    let length = header(request, CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    length.ok_or_else(|| {
        let detail = "Send Content-Length; a picture of unknown length is not taken.";
        Problem::of_door(StatusCode::LENGTH_REQUIRED, "length.missing", detail)
    })
}

/// What the head says the body is, where that is a picture.
#[must_use]
pub fn media_type(request: &HttpRequest) -> Option<MediaType> {
    header(request, CONTENT_TYPE.as_str()).and_then(MediaType::parse)
}

/// Reads what the head says about the body.
fn offer(request: &HttpRequest) -> Result<Offer, Problem> {
    let refuse = Problem::of_door;
    let length = length(request)?;
    let media_type = media_type(request).ok_or_else(|| {
        let detail = "Send the photo with its own Content-Type: image/jpeg, png, webp, heic, heif or avif.";
        refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.type-unknown", detail.to_owned())
    })?;
    let digest = joined(request, "repr-digest").map(|text| parse_digest(&text));
    let digest = digest.ok_or_else(|| {
        let detail = "Send Repr-Digest: sha-256=:<base64>: with the digest of the bytes.";
        refuse(StatusCode::UNPROCESSABLE_ENTITY, "digest.missing", detail.to_owned())
    })?;
    let sha256 = digest.ok_or_else(|| {
        let detail = "Repr-Digest must hold sha-256=:<base64 of 32 bytes>:, see RFC 9530.";
        refuse(StatusCode::UNPROCESSABLE_ENTITY, "digest.unreadable", detail.to_owned())
    })?;
    Ok(Offer { bytes: Arrived { size_bytes: length, sha256 }, media_type })
}

/// Send a photo
///
/// The raw bytes of a declared photo. They are durable when this answers: 201 the first time, 200 with the same
/// content ever after. Rights, state, length and type are settled before the first byte is read.
#[utoipa::path(tag = "photos",
    params(PhotoPath,
        ("Repr-Digest" = String, Header, description = "`sha-256=:<base64>:` of the bytes (RFC 9530).",
            example = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:")),
    request_body(description = "The bytes, in the declared media type.", content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/heic"),
        (Vec<u8> = "image/heif"), (Vec<u8> = "image/avif"))),
    responses(
        (status = 201, description = "Received and durable.", body = PhotoReceiptView),
        (status = 200, description = "Received before; the same content as then.", body = PhotoReceiptView),
        (status = 409, description = "`photo.id-taken`: declared for other bytes; `photo.withdrawn`; \
            `photo.visit-ended`: the visit is final or cancelled."),
        (status = 411, description = "`length.missing`: no Content-Length."),
        (status = 422, description = "Length or digest are not those declared; nothing was kept.")))]
#[put("/v1/photos/{photo}/original")]
pub async fn send_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<PhotoPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let offer = offer(&request)?;
    let mut body = Incoming::of(payload, &app);
    let done = flows::photos::receive(&app, &caller.0, PhotoId(path.photo), offer, &mut body).await;
    Ok(match body.end(done).await? {
        Done::Now(receipt) => HttpResponse::Created().json(PhotoReceiptView::from(&receipt)),
        Done::Before(receipt) => HttpResponse::Ok().json(PhotoReceiptView::from(&receipt)),
    })
}
