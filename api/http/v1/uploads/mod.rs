//! Uploads over several requests: two protocols at one address, told apart by the request's own headers.

mod heads;
mod ietf;
mod metadata;
mod tus;
mod view;

pub use view::UploadView;

use super::photos::DeclarationBody;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{PhotoId, UploadId};
use crate::domain::photo::{Arrived, State, admit, within_limit};
use crate::domain::refusal::{Next, Refusal};
use crate::flows;
use crate::flows::photos::Done;
use crate::flows::uploads::{Append, Appended, Halt, Offered, Progress};
use crate::http::actor::Caller;
use crate::http::body::{AsSent, Params};
use crate::http::connection::Turn;
use crate::http::headers::{joined, parse_digest};
use crate::http::problem::Problem;
use crate::http::v1::photos::sending::Incoming;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::rt;
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, get, head, patch, post, web};
use futures::future::{Ready, ready};
use metadata::Metadata;
use serde::Deserialize;
use std::rc::Rc;
use tracing::Instrument;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use ietf::resumes;
pub use tus::{capabilities, dress, is_of, take_method};

/// Every operation on uploads.
pub fn operations(cfg: &mut ServiceConfig) {
    cfg.service(create_upload)
        .service(read_upload)
        .service(head_upload)
        .service(append_upload)
        .service(end_upload);
}

/// The upload an operation is about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UploadPath {
    /// Id of the upload, from the `Location` it was given.
    #[param(example = "5f0c2f0e-6a0f-4c0e-9b7a-0f6d1c9a3b52")]
    upload: Uuid,
}

/// Which photo is sent.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CreateParams {
    /// The photo, where `Upload-Metadata` does not name it.
    #[param(example = "0195b1c2-7a3e-7c41-9f7e-1d2c3b4a5968")]
    photo: Option<Uuid>,
}

/// Which protocol a request speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Tus,
    Ietf,
}

/// Tells it by the headers that only one of them has.
///
/// # Errors
/// `upload.version` where it is neither, or another version of tus: then nothing is looked at.
fn protocol(request: &HttpRequest) -> Result<Protocol, Problem> {
    match heads::text(request, tus::VERSION_HEADER) {
        Some(tus::VERSION) => Ok(Protocol::Tus),
        None if ietf::is_spoken(request) => Ok(Protocol::Ietf),
        _ => {
            let detail =
                "Say which protocol you speak: Tus-Resumable: 1.0.0, or Upload-Draft-Interop-Version: 8.";
            Err(Problem::of_door(StatusCode::PRECONDITION_FAILED, "upload.version", detail)
                .header("Tus-Version", tus::VERSION))
        }
    }
}

/// How often an upload that ends before its first byte is begun within one request.
const BEGINNINGS: u8 = 5;

/// What a request to create an upload is about.
struct Creation {
    photo: PhotoId,
    metadata: Metadata,
    offered: Offered,
}

/// Finds out which photo is meant; declares it where its declaration comes along.
async fn creation(
    app: &App,
    actor: &Actor,
    (request, params): (&HttpRequest, &CreateParams),
    length: Option<u64>,
) -> Result<Creation, Problem> {
    // Before anything else, as tus 1.0.0 wants it.
    length.map_or(Ok(()), within_limit)?;
    let metadata = Metadata::of(request)?;
    let photo = match (metadata.photo()?, params.photo) {
        (Some(said), Some(asked)) if said != asked => {
            let detail = "Upload-Metadata and the address name different photos.";
            return Err(Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "upload.photo", detail));
        }
        (Some(photo), _) | (None, Some(photo)) => photo,
        (None, None) => {
            let detail = "Name the photo: in Upload-Metadata (photo, its id in base64) or as ?photo=.";
            return Err(Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "upload.photo", detail));
        }
    };
    let sha256 = match joined(request, "repr-digest") {
        None => None,
        Some(text) => Some(parse_digest(&text).ok_or_else(|| {
            let detail = "Repr-Digest must hold sha-256=:<base64 of 32 bytes>:, see RFC 9530.";
            Problem::of_door(StatusCode::UNPROCESSABLE_ENTITY, "digest.unreadable", detail)
        })?),
    };
    if let Some(declaration) = metadata.declaration() {
        let sent = AsSent::<DeclarationBody>::parse(declaration).map_err(metadata::of_declaration)?;
        let (declared, attached) = sent.said.parse(photo, &sent.words)?;
        // A request that contradicts itself declares nothing.
        let promised = Arrived { size_bytes: declared.size_bytes, sha256: declared.sha256 };
        let said = Arrived {
            size_bytes: length.unwrap_or(promised.size_bytes),
            sha256: sha256.unwrap_or(promised.sha256),
        };
        admit(State::Announced, promised, said)?;
        flows::photos::declare(app, actor, declared, attached).await?;
    }
    let offered = Offered { length, sha256, media_type: None };
    Ok(Creation { photo: PhotoId(photo), metadata, offered })
}

/// The turn of a request that appends, taken before anything of it is looked at: a phone whose line broke asks how far
/// it got, and must not be overtaken by what it sent before.
pub struct AtOnce(flows::uploads::Turn);

impl FromRequest for AtOnce {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("upload").and_then(|id| id.parse().ok());
        ready(
            id.map(|id| Self(flows::uploads::arrive(UploadId(id))))
                .ok_or_else(|| Refusal::not_found().into()),
        )
    }
}

async fn begin(app: &App, actor: &Actor, creation: &Creation) -> flows::Result<Progress> {
    let text = creation.metadata.text.as_deref();
    flows::uploads::begin(app, actor, creation.photo, creation.offered, text).await
}

/// What is said where an upload ended each time before its first byte.
fn ended() -> Problem {
    let detail = "The upload ended while this request began; send the same again.";
    Problem::of_door(StatusCode::CONFLICT, "upload.ended", detail).next(Next::Retry)
}

/// Where uploads live.
const PLACE: &str = "/v1/uploads";

/// Where an upload is.
fn address(id: UploadId) -> String {
    format!("{PLACE}/{id}")
}

/// Appends a body.
async fn append(
    app: &web::Data<App>,
    actor: &Actor,
    (turn, what): (flows::uploads::Turn, Append),
    payload: web::Payload,
) -> Result<Appended, Halt> {
    let (app, actor) = (app.clone(), actor.clone());
    apart(async move {
        let mut body = Incoming::of(payload, &app);
        let done = flows::uploads::append(&app, &actor, turn, what, &mut body).await;
        read_on(body, &done).await;
        done
    })
    .await
}

/// Appends the first bytes of an upload: to the one that was begun, or to a new one where that has ended in between, because
/// somebody gave it up or sent other bytes than were declared. Nothing of the body was read by then.
async fn append_first(
    app: &web::Data<App>,
    actor: &Actor,
    (creation, begun): (Creation, UploadId),
    what: Append,
    payload: web::Payload,
) -> Result<Appended, Halt> {
    let (app, actor) = (app.clone(), actor.clone());
    apart(async move {
        let (mut body, mut at, mut done) = (Incoming::of(payload, &app), begun, Err(Halt::Gone));
        for _ in 0..BEGINNINGS {
            let turn = flows::uploads::arrive(at);
            done = flows::uploads::append(&app, &actor, turn, what.clone(), &mut body).await;
            if !matches!(done, Err(Halt::Gone)) {
                break;
            }
            let anew = begin(&app, &actor, &creation).await?;
            if let Some(receipt) = anew.receipt {
                done = Ok(Appended::Whole(anew.upload, Box::new(Done::Before(receipt))));
                break;
            }
            at = anew.upload.id;
        }
        read_on(body, &done).await;
        done
    })
    .await
}

/// In a task of its own: the framework drops whoever answers at once when a line is reset, and what arrived by then must still
/// be put away.
async fn apart(task: impl Future<Output = Result<Appended, Halt>> + 'static) -> Result<Appended, Halt> {
    match rt::spawn(task.in_current_span()).await {
        Ok(done) => done,
        Err(why) => Err(flows::Error::Fault(why.to_string()).into()),
    }
}

/// Reads what is left of a body that is answered.
async fn read_on(body: Incoming, done: &Result<Appended, Halt>) {
    if !matches!(done, Err(Halt::Cut(_))) {
        body.drain().await;
    }
}

/// Cuts the line of a request that can't be answered, or whose client resumes only when nothing is answered.
fn cut(request: &HttpRequest, why: &str) -> HttpResponse {
    tracing::info!(%why, "an upload broke off");
    metrics::counter!("uploads_broken_off_total").increment(1);
    if let Some(turn) = request.conn_data::<Rc<Turn>>() {
        turn.cut();
    }
    // Nobody sees it: the line is gone.
    HttpResponse::build(StatusCode::REQUEST_TIMEOUT).force_close().finish()
}

/// Create an upload
///
/// For a photo that was declared, or is declared by this request (`declaration` in `Upload-Metadata`: the JSON of
/// `PUT /v1/photos/{photo}` in base64). The same photo again, by the same person, is the
/// same upload until it is given up or forgotten: it needs no `Idempotency-Key`, and takes none. Speaks tus 1.0.0 (with
/// `Tus-Resumable`) and the IETF draft Resumable Uploads for HTTP, interop version 8 (with `Upload-Complete`). The body may
/// be empty or begin with the photo's first byte.
#[utoipa::path(tag = "uploads", params(CreateParams,
        ("Tus-Resumable" = Option<String>, Header, description = "tus: the version, `1.0.0`.", example = "1.0.0"),
        ("Upload-Length" = Option<String>, Header, description = "Bytes of the photo; tus needs it.", example = "3481204"),
        ("Upload-Metadata" = Option<String>, Header, description = "Pairs of a key and a base64 value: `photo`, `declaration`, \
            whatever else is said back as it is.",
            example = "photo MDE5NWIxYzItN2EzZS03YzQxLTlmN2UtMWQyYzNiNGE1OTY4"),
        ("Upload-Complete" = Option<String>, Header, description = "IETF draft: `?1` where the body is the whole photo, else `?0`.",
            example = "?0"),
        ("Upload-Draft-Interop-Version" = Option<String>, Header, description = "IETF draft: `8`, for interim answers 104.",
            example = "8"),
        ("Repr-Digest" = Option<String>, Header, description = "`sha-256=:<base64>:` of the whole photo, to be held against what \
            was declared.", example = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"),
        ("Content-Digest" = Option<String>, Header, description = "IETF draft: `sha-256=:<base64>:` or `sha-512=:<base64>:` of \
            this body."),
        ("Upload-Checksum" = Option<String>, Header, description = "tus: `sha1` or `sha256`, a space, and the digest of this \
            body in base64.")),
    request_body(description = "The first bytes, or nothing.", content(
        (Vec<u8> = "application/offset+octet-stream"), (Vec<u8> = "application/octet-stream"), (Vec<u8> = "image/jpeg"),
        (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/heic"), (Vec<u8> = "image/heif"),
        (Vec<u8> = "image/avif"))),
    responses(
        (status = 200, description = "The whole photo was in the body and was held before.", body = UploadView),
        (status = 201, description = "Created; `Location` says where. Whole already where `receipt` is set.", body = UploadView,
            headers(("Location" = String, description = "Address of the upload."),
                ("Upload-Offset" = String, description = "Bytes that are durable."),
                ("Upload-Expires" = String, description = "tus: when it is forgotten if it gets no further."),
                ("Upload-Complete" = String, description = "IETF draft: `?1` where the photo is durable, else `?0`."),
                ("Upload-Limit" = String, description = "IETF draft: what one may send."),
                ("Fieldproof-Acknowledgement" = String, description = "The signed acknowledgement, once the photo is durable."))),
        (status = 400, description = "A header of the protocol is missing, can't be read, or contradicts another; \
            `upload.digest-mismatch`: the body is not what `Content-Digest` says, and nothing of it was kept."),
        (status = 404, description = "No such photo, or not yours to see: one answer for both."),
        (status = 409, description = "`photo.id-taken`: declared for other bytes; `photo.withdrawn`; `photo.visit-ended`; \
            `upload.ended`: it was given up again and again meanwhile."),
        (status = 412, description = "`upload.version`: no protocol or version that is spoken here."),
        (status = 422, description = "What was declared is another length or digest; `upload.photo`: no photo is named."),
        (status = 460, description = "`upload.checksum-mismatch`: the body is not what `Upload-Checksum` says; nothing of it was \
            kept.")))]
#[post("/v1/uploads")]
pub async fn create_upload(
    app: web::Data<App>,
    caller: Caller,
    params: Params<CreateParams>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    match protocol(&request)? {
        Protocol::Tus => tus::create(&app, &caller.0, (&request, &params.0), payload).await,
        Protocol::Ietf => ietf::create(&app, &caller.0, (&request, &params.0), payload).await,
    }
}

async fn told(app: &App, actor: &Actor, id: Uuid, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let protocol = protocol(request)?;
    let progress = flows::uploads::look(app, actor, UploadId(id)).await?;
    match protocol {
        Protocol::Tus => tus::told(app, actor, request, progress).await,
        Protocol::Ietf => Ok(ietf::told(app, &progress)),
    }
}

/// Ask how far an upload got
///
/// In bytes that are durable. A request that still appends to the upload loses its turn, so that the next may begin where this
/// answer says. An upload is remembered for three days after its last byte, a finished one too: with the receipt, where the answer to its
/// last request was lost.
#[utoipa::path(tag = "uploads", params(UploadPath,
        ("Tus-Resumable" = Option<String>, Header, description = "tus: the version, `1.0.0`.", example = "1.0.0"),
        ("Upload-Draft-Interop-Version" = Option<String>, Header, description = "IETF draft: `8`.", example = "8")),
    responses(
        (status = 200, description = "How far it got.", body = UploadView,
            headers(("Upload-Offset" = String, description = "Bytes that are durable."),
                ("Upload-Length" = String, description = "Bytes of the whole photo."),
                ("Upload-Complete" = String, description = "IETF draft: `?1` once the photo is durable."),
                ("Upload-Limit" = String, description = "IETF draft: what one may send."),
                ("Upload-Expires" = String, description = "tus: when it is forgotten if it gets no further."),
                ("Upload-Metadata" = String, description = "tus: as it was said."),
                ("Fieldproof-Acknowledgement" = String, description = "The signed acknowledgement, once the photo is durable."))),
        (status = 412, description = "`upload.version`: no protocol or version that is spoken here.")))]
#[get("/v1/uploads/{upload}")]
pub async fn read_upload(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<UploadPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    told(&app, &caller.0, path.upload, &request).await
}

/// Ask for an upload's offset
///
/// The head of what GET would answer, which is how both protocols ask.
#[utoipa::path(tag = "uploads", params(UploadPath,
        ("Tus-Resumable" = Option<String>, Header, description = "tus: the version, `1.0.0`.", example = "1.0.0"),
        ("Upload-Draft-Interop-Version" = Option<String>, Header, description = "IETF draft: `8`.", example = "8")),
    responses(
    (status = 200, description = "How far it got.", headers(("Upload-Offset" = String, description = "Bytes that are durable."),
        ("Upload-Length" = String, description = "Bytes of the whole photo."),
        ("Upload-Complete" = String, description = "IETF draft: `?1` once the photo is durable."),
        ("Upload-Limit" = String, description = "IETF draft: what one may send."),
        ("Upload-Expires" = String, description = "tus: when it is forgotten if it gets no further."),
        ("Upload-Metadata" = String, description = "tus: as it was said."),
        ("Fieldproof-Acknowledgement" = String, description = "The signed acknowledgement, once the photo is durable."))),
    (status = 412, description = "`upload.version`: no protocol or version that is spoken here.")))]
#[head("/v1/uploads/{upload}")]
pub async fn head_upload(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<UploadPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    told(&app, &caller.0, path.upload, &request).await
}

/// Append to an upload
///
/// Bytes from `Upload-Offset` on. What arrived before a break stays; a newer request for the same upload ends this one, and its
/// connection is closed without an answer. Whoever sends the last byte gets the answer of a photo that was sent at once, when it is durable.
/// A body below 4 kB/s over 30 s is cut, and what arrived stays.
#[utoipa::path(tag = "uploads", params(UploadPath,
        ("Upload-Offset" = String, Header, description = "Where the bytes begin.", example = "1048576"),
        ("Tus-Resumable" = Option<String>, Header, description = "tus: the version, `1.0.0`.", example = "1.0.0"),
        ("Upload-Checksum" = Option<String>, Header, description = "tus: `sha1` or `sha256`, a space, and the digest of this \
            body in base64."),
        ("Upload-Complete" = Option<String>, Header, description = "IETF draft: `?1` where the body ends the photo, else `?0`.",
            example = "?1"),
        ("Upload-Length" = Option<String>, Header, description = "IETF draft: bytes of the whole photo.", example = "3481204"),
        ("Content-Digest" = Option<String>, Header, description = "IETF draft: `sha-256=:<base64>:` or `sha-512=:<base64>:` of \
            this body.")),
    request_body(description = "The bytes.", content(
        (Vec<u8> = "application/offset+octet-stream"), (Vec<u8> = "application/partial-upload"))),
    responses(
        (status = 200, description = "IETF draft: the photo was durable before.", body = UploadView),
        (status = 201, description = "IETF draft: the photo is durable.", body = UploadView),
        (status = 204, description = "Durable so far; with tus the end, too, and `Fieldproof-Acknowledgement` with it.",
            headers(("Upload-Offset" = String, description = "Bytes that are durable."),
                ("Upload-Complete" = String, description = "IETF draft: `?0`, as long as it is not."),
                ("Upload-Limit" = String, description = "IETF draft: what one may send."),
                ("Upload-Expires" = String, description = "tus: when it is forgotten if it gets no further."),
                ("Fieldproof-Acknowledgement" = String, description = "tus: the signed acknowledgement, once the photo is durable."))),
        (status = 400, description = "A header of the protocol is missing, can't be read, or contradicts another; \
            `upload.digest-mismatch`: the body is not what `Content-Digest` says, and nothing of it was kept."),
        (status = 409, description = "`upload.offset-mismatch`: the upload goes on elsewhere, `Upload-Offset` says where; \
            `photo.withdrawn`; `photo.visit-ended`.",
            headers(("Upload-Offset" = String, description = "Bytes that are durable."))),
        (status = 413, description = "`upload.too-long`: more bytes than are left. Where they came without a length, the upload is \
            given up, as it is not known what they were."),
        (status = 412, description = "`upload.version`: no protocol or version that is spoken here."),
        (status = 422, description = "`photo.digest-mismatch`: the photo is whole and has another digest than was declared; \
            the upload is given up."),
        (status = 460, description = "`upload.checksum-mismatch`: the body is not what `Upload-Checksum` says; nothing of it was \
            kept.")))]
#[patch("/v1/uploads/{upload}")]
pub async fn append_upload(
    app: web::Data<App>,
    turn: AtOnce,
    caller: Caller,
    _path: web::Path<UploadPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    match protocol(&request)? {
        Protocol::Tus => tus::append(&app, &caller.0, turn.0, &request, payload).await,
        Protocol::Ietf => ietf::append(&app, &caller.0, turn.0, &request, payload).await,
    }
}

/// Give an upload up
///
/// It is unknown from now on, and what arrived of it is removed. A photo that is durable stays.
#[utoipa::path(tag = "uploads", params(UploadPath,
        ("Tus-Resumable" = Option<String>, Header, description = "tus: the version, `1.0.0`.", example = "1.0.0"),
        ("Upload-Draft-Interop-Version" = Option<String>, Header, description = "IETF draft: `8`.", example = "8")),
    responses(
        (status = 204, description = "Given up."),
        (status = 412, description = "`upload.version`: no protocol or version that is spoken here.")))]
#[delete("/v1/uploads/{upload}")]
pub async fn end_upload(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<UploadPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    protocol(&request)?;
    flows::uploads::end(&app, &caller.0, UploadId(path.upload)).await?;
    Ok(HttpResponse::NoContent().finish())
}
