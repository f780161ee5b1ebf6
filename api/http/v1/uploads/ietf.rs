//! Resumable Uploads for HTTP (draft-ietf-httpbis-resumable-upload), interop version 8.
//!
//! A client of the system's own (iOS) resumes when its line breaks, not when it is told of a fault: whatever goes wrong where
//! bytes are sent, and is not the bytes' fault, cuts the line ([`resumes`]).

use super::tus::{ACKNOWLEDGEMENT, is_of};
use super::view::{UploadView, receipt};
use super::{CreateParams, Creation, address, begin, creation, cut, ended, heads};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::photo::{MAX_BYTES, MediaType};
use crate::domain::refusal::Next;
use crate::domain::upload::{Ending, Misfit, Upload};
use crate::flows;
use crate::flows::photos::{Done, Receipt};
use crate::flows::uploads::{Append, Appended, Checksum, Halt, Progress};
use crate::http::connection::Turn;
use crate::http::headers::{are_digests, digest_member, joined};
use crate::http::problem::{Problem, Standard};
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, web};
use std::rc::Rc;

/// The version of the draft that is spoken: interim answers go to nobody else.
const INTEROP: u64 = 8;
const INTEROP_HEADER: &str = "upload-draft-interop-version";
const COMPLETE: &str = "upload-complete";
/// The type of what is appended.
const BODY: &str = "application/partial-upload";

/// Whether a request speaks it.
pub(super) fn is_spoken(request: &HttpRequest) -> bool {
    let names = |name: &str| request.headers().contains_key(name);
    names(INTEROP_HEADER) || names(COMPLETE) || heads::media_type(request) == BODY
}

/// Whether a request sends bytes whose client would take the answer that something is away for the last word, and goes on
/// where the line breaks instead.
#[must_use]
pub fn resumes(request: &HttpRequest) -> bool {
    let sends =
        matches!(*request.method(), Method::POST | Method::PATCH) && heads::length(request) != Some(0);
    sends && is_of(request.path()) && is_spoken(request)
}

/// What one may send, and for how long.
fn limits(app: &App, upload: &Upload) -> String {
    let left = upload.expires_at.duration_since(app.now()).as_secs().max(0);
    format!("max-size={MAX_BYTES}, max-age={left}")
}

/// What is refused for its size says what one may send.
fn within_limit(problem: Problem) -> Problem {
    if problem.status_code() == StatusCode::PAYLOAD_TOO_LARGE {
        problem.header("Upload-Limit", format!("max-size={MAX_BYTES}"))
    } else {
        problem
    }
}

fn inconsistent() -> Problem {
    let detail = "Upload-Length, or Upload-Offset and the length of this body, contradict the photo's length as it was declared: \
        ask with HEAD where it goes on, then send what is missing.";
    Problem::of_door(StatusCode::BAD_REQUEST, "upload.inconsistent-length", detail)
        .of_standard(Standard::InconsistentUploadLength)
        .header("Upload-Complete", "?0")
}

/// Whether the body ends the photo. Other values than a Boolean are as good as none.
fn completes(request: &HttpRequest) -> Result<bool, Problem> {
    let detail = "Say in Upload-Complete whether this body ends the photo: ?1 or ?0.";
    heads::boolean(request, COMPLETE)
        .ok_or_else(|| Problem::of_door(StatusCode::BAD_REQUEST, "upload.complete", detail))
}

/// What the head says of the whole length, in the two ways it may.
fn whole_length(request: &HttpRequest, offset: u64, is_last: bool) -> Result<Option<u64>, Problem> {
    let said = heads::integer(request, "upload-length");
    let follows = heads::length(request).filter(|_| is_last).map(|length| offset.saturating_add(length));
    match (said, follows) {
        (Some(said), Some(follows)) if said != follows => Err(inconsistent()),
        _ => Ok(said.or(follows)),
    }
}

/// `Content-Digest` of this body (RFC 9530), by the strongest algorithm that is known here; one without such says nothing
/// that could be looked at.
fn content_digest(request: &HttpRequest) -> Result<Option<Checksum>, Problem> {
    type Make = fn(Vec<u8>) -> Checksum;
    const KNOWN: [(&str, usize, Make); 2] =
        [("sha-512", 64, Checksum::Sha512), ("sha-256", 32, Checksum::Sha256)];
    let Some(text) = joined(request, "content-digest") else { return Ok(None) };
    if !are_digests(&text) {
        let detail = "Content-Digest must hold digests such as sha-256=:<base64>:, see RFC 9530.";
        return Err(Problem::of_door(StatusCode::BAD_REQUEST, "upload.checksum", detail));
    }
    for (algorithm, length, make) in KNOWN {
        if !text.contains(&format!("{algorithm}=")) {
            continue;
        }
        let digest = digest_member(&text, algorithm).filter(|digest| digest.len() == length);
        return digest.map(|digest| Some(make(digest))).ok_or_else(|| {
            let detail =
                format!("Content-Digest must hold {algorithm}=:<base64 of {length} bytes>:, see RFC 9530.");
            Problem::of_door(StatusCode::BAD_REQUEST, "upload.checksum", detail)
        });
    }
    Ok(None)
}

/// Says why bytes were not taken, or cuts the line.
fn halted(request: &HttpRequest, halt: Halt) -> Result<HttpResponse, Problem> {
    Err(match halt {
        Halt::Cut(why) => return Ok(cut(request, &why)),
        Halt::Refused(why) => {
            let problem = Problem::from(why);
            // The whole photo was looked at and is refused: there is nothing to resume.
            let is_over = problem.code() == "photo.digest-mismatch";
            within_limit(problem).header("Upload-Complete", if is_over { "?1" } else { "?0" })
        }
        Halt::Gone => ended().header("Upload-Complete", "?0"),
        Halt::WrongChecksum => {
            let detail =
                "The bytes that arrived have another digest; nothing of them was kept, send them again.";
            Problem::of_door(StatusCode::BAD_REQUEST, "upload.digest-mismatch", detail)
                .next(Next::Retry)
                .header("Upload-Complete", "?0")
        }
        Halt::Misfit(Misfit::Offset { expected, provided }) => {
            let detail = format!("The upload goes on at {expected}, these bytes begin at {provided}.");
            Problem::of_door(StatusCode::CONFLICT, "upload.offset-mismatch", detail)
                .of_standard(Standard::MismatchingUploadOffset { expected, provided })
                .header("Upload-Offset", expected)
                .header("Upload-Complete", "?0")
        }
        Halt::Misfit(Misfit::TooLong | Misfit::OtherLength) => inconsistent(),
    })
}

/// Tells a client that waits for it where its upload is, before the bytes come (104).
fn announce(app: &App, request: &HttpRequest, upload: &Upload) {
    if heads::integer(request, INTEROP_HEADER) != Some(INTEROP) {
        return;
    }
    if let Some(turn) = request.conn_data::<Rc<Turn>>() {
        turn.tell(&format!(
            "HTTP/1.1 104 Upload Resumption Supported\r\nUpload-Draft-Interop-Version: {INTEROP}\r\n\
             Location: {}\r\nUpload-Limit: {}\r\n\r\n",
            address(upload.id),
            limits(app, upload)
        ));
    }
}

/// Refuses bytes of which their client says that they are no picture; one that says nothing is taken at its declaration.
fn is_picture(request: &HttpRequest) -> Result<(), Problem> {
    let said = heads::media_type(request);
    let says_nothing = said.is_empty() || said == "application/octet-stream" || said == BODY;
    if says_nothing || heads::length(request) == Some(0) || MediaType::parse(&said).is_some() {
        return Ok(());
    }
    let detail = "Send the photo with its own Content-Type: image/jpeg, png, webp, heic, heif or avif.";
    Err(Problem::of_door(StatusCode::UNSUPPORTED_MEDIA_TYPE, "photo.type-unknown", detail))
}

/// Creates an upload, with its first bytes where they come along.
pub(super) async fn create(
    app: &web::Data<App>,
    actor: &Actor,
    asked: (&HttpRequest, &CreateParams),
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (request, _) = asked;
    let is_last = completes(request)?;
    is_picture(request)?;
    let length = whole_length(request, 0, is_last)?;
    let checksum = content_digest(request)?;
    let mut creation: Creation = creation(app, actor, asked, length).await.map_err(within_limit)?;
    creation.offered.media_type = MediaType::parse(&heads::media_type(request));
    let progress = begin(app, actor, &creation).await.map_err(|why| within_limit(why.into()))?;
    if let Some(held) = &progress.receipt {
        return Ok(whole(app, &progress.upload, &Done::Before(held.clone())));
    }
    announce(app, request, &progress.upload);
    let ending = if is_last { Ending::Here } else { Ending::Later };
    let what = Append { offset: None, length: heads::length(request), ending, checksum, said_length: length };
    if !is_last && what.length == Some(0) {
        return Ok(begun(app, &progress.upload));
    }
    match super::append_first(app, actor, (creation, progress.upload.id), what, payload).await {
        Ok(Appended::More(upload)) => Ok(begun(app, &upload)),
        Ok(Appended::Whole(upload, done)) => Ok(whole(app, &upload, &done)),
        Err(halt) => halted(request, halt),
    }
}

fn begun(app: &App, upload: &Upload) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((LOCATION, address(upload.id)))
        .insert_header(("Upload-Complete", "?0"))
        .insert_header(("Upload-Offset", upload.received_bytes))
        .insert_header(("Upload-Limit", limits(app, upload)))
        .json(UploadView::of(upload, None))
}

fn acknowledged(mut answer: HttpResponseBuilder, receipt: &Receipt) -> HttpResponseBuilder {
    answer.insert_header((ACKNOWLEDGEMENT, receipt.acknowledgement.as_str()));
    answer
}

/// The answer of a photo that was sent at once.
fn whole(app: &App, upload: &Upload, done: &Done<Receipt>) -> HttpResponse {
    let answer = match done {
        Done::Now(_) => HttpResponse::Created(),
        Done::Before(_) => HttpResponse::Ok(),
    };
    let receipt = receipt(done);
    acknowledged(answer, receipt)
        .insert_header((LOCATION, address(upload.id)))
        .insert_header(("Upload-Complete", "?1"))
        .insert_header(("Upload-Offset", upload.received_bytes))
        .insert_header(("Upload-Limit", limits(app, upload)))
        .json(UploadView::of(upload, Some(receipt)))
}

/// Tells how far an upload got.
pub(super) fn told(app: &App, progress: &Progress) -> HttpResponse {
    let (upload, receipt) = (&progress.upload, progress.receipt.as_ref());
    let mut answer = HttpResponse::Ok();
    if let Some(receipt) = receipt {
        answer = acknowledged(answer, receipt);
    }
    answer
        .insert_header(("Upload-Complete", if receipt.is_some() { "?1" } else { "?0" }))
        .insert_header(("Upload-Offset", upload.received_bytes))
        .insert_header(("Upload-Length", upload.length_bytes))
        .insert_header(("Upload-Limit", limits(app, upload)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(UploadView::from(progress))
}

/// Appends the bytes of a request.
pub(super) async fn append(
    app: &web::Data<App>,
    actor: &Actor,
    turn: flows::uploads::Turn,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    if heads::media_type(request) != BODY {
        let detail = "Send the bytes as application/partial-upload.";
        return Err(Problem::of_door(StatusCode::UNSUPPORTED_MEDIA_TYPE, "upload.type", detail));
    }
    let offset = heads::integer(request, "upload-offset");
    let offset = offset.ok_or_else(|| {
        Problem::of_door(
            StatusCode::BAD_REQUEST,
            "upload.offset",
            "Say in Upload-Offset where the bytes begin.",
        )
    })?;
    let is_last = completes(request)?;
    let ending = if is_last { Ending::Here } else { Ending::Later };
    let what = Append {
        offset: Some(offset),
        length: heads::length(request),
        ending,
        checksum: content_digest(request)?,
        said_length: whole_length(request, offset, is_last)?,
    };
    match super::append(app, actor, (turn, what), payload).await {
        Ok(Appended::More(upload)) => Ok(HttpResponse::NoContent()
            .insert_header(("Upload-Complete", "?0"))
            .insert_header(("Upload-Offset", upload.received_bytes))
            .insert_header(("Upload-Limit", limits(app, &upload)))
            .finish()),
        Ok(Appended::Whole(upload, done)) => Ok(whole(app, &upload, &done)),
        Err(halt) => halted(request, halt),
    }
}
