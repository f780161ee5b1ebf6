//! tus 1.0.0, the resumable upload protocol of 2016: core, creation, creation-with-upload, checksum, expiration,
//! termination.

use super::view::{UploadView, receipt};
use super::{CreateParams, Creation, PLACE, address, begin, creation, cut, ended, heads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::photo::MAX_BYTES;
use crate::domain::refusal::Next;
use crate::domain::upload::{Ending, Misfit, Upload};
use crate::flows::photos::Receipt;
use crate::flows::uploads::{Append, Appended, Halt, Progress, Turn, complete};
use crate::http::problem::Problem;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

/// The version that is spoken.
pub(super) const VERSION: &str = "1.0.0";
/// Where requests and answers say it.
pub(super) const VERSION_HEADER: &str = "tus-resumable";
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
/// The type of every body.
const BODY: &str = "application/offset+octet-stream";
/// What a phone is given for a photo; an answer of tus has no body.
pub(super) const ACKNOWLEDGEMENT: &str = "Fieldproof-Acknowledgement";

/// Whether an address is one of uploads.
#[must_use]
pub fn is_of(path: &str) -> bool {
    path.strip_prefix(PLACE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Lets `X-HTTP-Method-Override` say the method, for clients that can send neither PATCH nor DELETE.
pub fn take_method(request: &mut ServiceRequest) {
    if !is_of(request.path()) {
        return;
    }
    let said = request.headers().get("x-http-method-override");
    if let Some(method) = said.and_then(|value| Method::from_bytes(value.as_bytes()).ok()) {
        // What came as another method is answered with a body, which an answer to HEAD has not.
        request.head_mut().method = if method == Method::HEAD { Method::GET } else { method };
    }
}

/// Says in an answer of these addresses which version is spoken: in refusals that come before the operation, too.
pub fn dress(is_of_uploads: bool, headers: &mut HeaderMap) {
    if is_of_uploads {
        headers.insert(HeaderName::from_static(VERSION_HEADER), HeaderValue::from_static(VERSION));
    }
}

/// The answer to OPTIONS, to whoever asks: what of both protocols is understood.
#[must_use]
pub fn capabilities(request: &HttpRequest, allowed: &str) -> Option<HttpResponse> {
    is_of(request.path()).then(|| {
        HttpResponse::NoContent()
            .insert_header((ALLOW, allowed))
            .insert_header(("Tus-Version", VERSION))
            .insert_header(("Tus-Extension", EXTENSIONS))
            .insert_header(("Tus-Max-Size", MAX_BYTES))
            .insert_header(("Tus-Checksum-Algorithm", "sha1,sha256"))
            .insert_header(("Upload-Limit", format!("max-size={MAX_BYTES}")))
            .insert_header(("Accept-Patch", "application/partial-upload, application/offset+octet-stream"))
            .finish()
    })
}

/// Refuses a body that does not say what it is.
fn expect_type(request: &HttpRequest) -> Result<(), Problem> {
    if heads::media_type(request) == BODY {
        return Ok(());
    }
    let detail = "Send the bytes as application/offset+octet-stream.";
    Err(Problem::of_door(StatusCode::UNSUPPORTED_MEDIA_TYPE, "upload.type", detail))
}

fn dated(mut answer: HttpResponseBuilder, upload: &Upload, receipt: Option<&Receipt>) -> HttpResponseBuilder {
    answer.insert_header(("Upload-Offset", upload.received_bytes));
    match receipt {
        // It expires no more: the photo is held.
        Some(receipt) => answer.insert_header((ACKNOWLEDGEMENT, receipt.acknowledgement.as_str())),
        None => answer.insert_header(("Upload-Expires", heads::date(upload.expires_at))),
    };
    answer
}

/// Says why bytes were not taken, or cuts the line.
fn halted(request: &HttpRequest, halt: Halt) -> Result<HttpResponse, Problem> {
    Err(match halt {
        Halt::Cut(why) => return Ok(cut(request, &why)),
        Halt::Refused(why) => why.into(),
        Halt::Gone => ended(),
        Halt::WrongChecksum => {
            let detail =
                "The bytes that arrived have another checksum; nothing of them was kept, send them again.";
            let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
            Problem::of_door(status, "upload.checksum-mismatch", detail).next(Next::Retry)
        }
        Halt::Misfit(Misfit::Offset { expected, provided }) => {
            let detail = format!("The upload goes on at {expected}, these bytes begin at {provided}.");
            Problem::of_door(StatusCode::CONFLICT, "upload.offset-mismatch", detail)
                .header("Upload-Offset", expected)
        }
        Halt::Misfit(Misfit::TooLong | Misfit::OtherLength) => {
            let detail = "These bytes are more than are left of the photo: ask with HEAD where it goes on; if the upload is \
                unknown now, begin it anew.";
            Problem::of_door(StatusCode::PAYLOAD_TOO_LARGE, "upload.too-long", detail)
        }
    })
}

/// Creates an upload, with its first bytes where they come along.
pub(super) async fn create(
    app: &web::Data<App>,
    actor: &Actor,
    asked: (&HttpRequest, &CreateParams),
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (request, _) = asked;
    let length = heads::text(request, "upload-length").and_then(heads::number);
    let length = length.ok_or_else(|| {
        Problem::of_door(
            StatusCode::BAD_REQUEST,
            "upload.length",
            "Say in Upload-Length how many bytes the photo has.",
        )
    })?;
    let bytes = heads::length(request);
    if bytes != Some(0) {
        expect_type(request)?;
    }
    let checksum = heads::checksum(request)?;
    let creation: Creation = creation(app, actor, asked, Some(length)).await?;
    let progress = begin(app, actor, &creation).await?;
    if bytes == Some(0) || progress.receipt.is_some() {
        return match complete(app, actor, progress).await {
            Ok(progress) => Ok(created(&progress.upload, progress.receipt.as_ref())),
            Err(halt) => halted(request, halt),
        };
    }
    let what = Append { offset: None, length: bytes, ending: Ending::AtLength, checksum, said_length: None };
    match super::append_first(app, actor, (creation, progress.upload.id), what, payload).await {
        Ok(Appended::More(upload)) => Ok(created(&upload, None)),
        Ok(Appended::Whole(upload, done)) => Ok(created(&upload, Some(receipt(&done)))),
        Err(halt) => halted(request, halt),
    }
}

fn created(upload: &Upload, receipt: Option<&Receipt>) -> HttpResponse {
    dated(HttpResponse::Created(), upload, receipt)
        .insert_header((LOCATION, address(upload.id)))
        .json(UploadView::of(upload, receipt))
}

/// Tells how far an upload got.
pub(super) async fn told(
    app: &App,
    actor: &Actor,
    request: &HttpRequest,
    progress: Progress,
) -> Result<HttpResponse, Problem> {
    let progress = match complete(app, actor, progress).await {
        Ok(progress) => progress,
        Err(halt) => return halted(request, halt),
    };
    let upload = &progress.upload;
    let mut answer = dated(HttpResponse::Ok(), upload, progress.receipt.as_ref());
    answer.insert_header(("Upload-Length", upload.length_bytes)).insert_header((CACHE_CONTROL, "no-store"));
    if let Some(metadata) = &upload.metadata {
        answer.insert_header(("Upload-Metadata", metadata.as_str()));
    }
    Ok(answer.json(UploadView::from(&progress)))
}

/// Appends the bytes of a request.
pub(super) async fn append(
    app: &web::Data<App>,
    actor: &Actor,
    turn: Turn,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    expect_type(request)?;
    let offset = heads::text(request, "upload-offset").and_then(heads::number);
    let offset = offset.ok_or_else(|| {
        Problem::of_door(
            StatusCode::BAD_REQUEST,
            "upload.offset",
            "Say in Upload-Offset where the bytes begin.",
        )
    })?;
    let what = Append {
        offset: Some(offset),
        length: heads::length(request),
        ending: Ending::AtLength,
        checksum: heads::checksum(request)?,
        said_length: None,
    };
    match super::append(app, actor, (turn, what), payload).await {
        Ok(Appended::More(upload)) => Ok(dated(HttpResponse::NoContent(), &upload, None).finish()),
        Ok(Appended::Whole(upload, done)) => {
            Ok(dated(HttpResponse::NoContent(), &upload, Some(receipt(&done))).finish())
        }
        Err(halt) => halted(request, halt),
    }
}
