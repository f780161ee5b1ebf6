//! `Idempotency-Key`: a POST that a phone repeats because it lost the answer gets the same answer, not a second
//! effect. PUTs need none: their address is their key.

use super::actor::{self, Known};
use super::body::MAX_JSON_BYTES;
use super::deeds::{self, Needs};
use super::limits::{collect, paced};
use super::openapi;
use super::problem::Problem;
use super::workbook::XLSX;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::permission::Deed;
use crate::flows::replays::{self, Answer, Hold, Turn};
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LINK, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};
use serde_json::{Map, Value};

const KEY: &str = "idempotency-key";
/// Headers that belong to an answer itself and come back with it.
const KEPT: [HeaderName; 5] = [CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, LOCATION];

/// Whether an operation takes no key because it has others. The parts of a push have keys of their own: an answer for the
/// whole would hide what each may be told today. An upload has its photo: a kept answer would tell of a place that moved on
/// since. A device has its own key, and is tied to the sign-in that asks: a kept answer would tell another sign-in that it
/// is tied.
#[must_use]
pub fn has_own_keys(operation: &str) -> bool {
    matches!(operation, "push_changes" | "create_upload" | "enrol_device")
}

/// Answers a request once under its key.
///
/// # Errors
/// The framework's own; refusals about the key, see [`replays::begin`], are answers.
pub async fn once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some((app, actor)) = keyed(&request).await else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let hold = match begin(&app, &actor, &mut request).await {
        Ok(Turn::First(hold)) => hold,
        Ok(Turn::Again(answer)) => return Ok(request.into_response(repeated(&answer))),
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    };
    let answered = replays::under(&hold, next.call(request)).await;
    let (response, answer) = match answered {
        Ok(response) => read(response.map_into_boxed_body()).await?,
        Err(error) => {
            settle(&app, &hold, &Answer { status: 500, headers: Value::Null, body: Vec::new() }).await;
            return Err(error);
        }
    };
    settle(&app, &hold, &answer).await;
    Ok(response)
}

/// Reads the body, so that the request can be told from others, and takes the key.
async fn begin(app: &App, actor: &Actor, request: &mut ServiceRequest) -> Result<Turn, Problem> {
    let body = collect(paced(request.take_payload(), &app.config), MAX_JSON_BYTES).await?;
    let address = request.uri().path_and_query().map_or(request.path(), |address| address.as_str());
    let fingerprint = replays::fingerprint(request.method().as_str(), address, &body);
    let turn = replays::begin(app, actor, deed_of(request), key_of(request).as_str(), fingerprint).await;
    request.set_payload(Payload::from(body));
    turn.map_err(|why| {
        let problem = Problem::from(why);
        if problem.code() == "idempotency.in-progress" { problem.retry_after(2) } else { problem }
    })
}

/// Reads an answer whole, so that it can be kept.
async fn read(
    response: ServiceResponse<BoxBody>,
) -> Result<(ServiceResponse<BoxBody>, Answer), actix_web::Error> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(actix_web::error::ErrorInternalServerError)?;
    let answer = Answer { status: head.status().as_u16(), headers: kept_headers(&head), body: body.to_vec() };
    Ok((ServiceResponse::new(request, head.set_body(BoxBody::new(body))), answer))
}

async fn settle(app: &App, hold: &Hold, answer: &Answer) {
    if let Err(why) = replays::settle(app, hold, answer).await {
        tracing::warn!(%why, "an answer could not be kept under its key");
    }
}

/// Whether this request is one that a key is for, and whose: a POST of JSON, of a workbook or of nothing by somebody known.
async fn keyed(request: &ServiceRequest) -> Option<(web::Data<App>, Actor)> {
    let is_small = {
        let kind = request.content_type();
        let is_json = kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json");
        kind.is_empty() || is_json || kind.eq_ignore_ascii_case(XLSX)
    };
    if request.method() != Method::POST || !request.headers().contains_key(KEY) || !is_small {
        return None;
    }
    if operation_of(request).is_some_and(has_own_keys) {
        return None;
    }
    let app = request.app_data::<web::Data<App>>().cloned()?;
    let known = request.extensions().get::<Known>().cloned();
    let known = match known {
        Some(known) => known,
        None => actor::find_out(&app, &actor::bearer(request.request())?).await,
    };
    // Who is not known is refused by the operation itself.
    Some((app, known.0.ok()?))
}

/// The operation at this address.
fn operation_of(request: &ServiceRequest) -> Option<&'static str> {
    openapi::operation_at(request.method().as_str(), &request.match_pattern()?)
}

/// The right that the operation at this address needs.
fn deed_of(request: &ServiceRequest) -> Option<Deed> {
    match deeds::needs(operation_of(request)?)? {
        Needs::Right(deed) => Some(deed),
        Needs::Nothing => None,
    }
}

/// The key; nothing readable becomes the empty key, which is refused with the reason.
fn key_of(request: &ServiceRequest) -> String {
    let mut given = request.headers().get_all(KEY);
    let one = given.next().and_then(|value| value.to_str().ok());
    one.filter(|_| given.next().is_none()).unwrap_or_default().to_owned()
}

fn kept_headers(head: &HttpResponse<()>) -> Value {
    let text =
        |name: &HeaderName| head.headers().get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned);
    let kept = KEPT.iter().filter_map(|name| Some((name.to_string(), Value::from(text(name)?))));
    Value::Object(kept.collect::<Map<_, _>>())
}

fn repeated(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for name in KEPT {
        let value = answer.headers.get(name.as_str()).and_then(Value::as_str);
        if let Some(value) = value.and_then(|v| HeaderValue::from_str(v).ok()) {
            response.insert_header((name, value));
        }
    }
    response.insert_header(("Idempotency-Replayed", "true"));
    response.body(answer.body.clone())
}
