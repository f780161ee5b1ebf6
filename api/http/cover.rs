//! What every request gets: an id, a span, one log line, security headers, counting, and problems for stray errors.

use super::connection::Turn;
use super::context::Context;
use super::cors;
use super::problem::Problem;
use super::unread;
use super::v1::uploads;
use crate::app::App;
use crate::config::Config;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;
use tracing::Instrument;

/// Headers every answer carries (pages replace the policy by their own).
const SECURITY: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-site"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("permissions-policy", "geolocation=(), camera=(), microphone=()"),
];

/// How long a browser must insist on https (RFC 6797), where we are reached by it.
const ONE_YEAR: &str = "max-age=31536000; includeSubDomains";

/// Covers one request.
///
/// # Errors
/// What a middleware within refused, dressed as a problem document.
pub async fn cover(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let begun = Instant::now();
    let turn = request.request().conn_data::<Rc<Turn>>().cloned();
    if let Some(turn) = &turn {
        turn.begin();
    }
    let context = Context::of(request.request());
    uploads::take_method(&mut request);
    let method = request.method().clone();
    let is_of_uploads = uploads::is_of(request.path());
    let resumes = uploads::resumes(request.request());
    let config = request.app_data::<web::Data<App>>().map(|app| Arc::clone(&app.config));
    let dressing = config.map(|config| Dressing {
        origin: cors::origin(&request, &config),
        is_preflight: cors::is_preflight(&request),
        config,
    });
    if method == Method::HEAD {
        // Operations know GET only; what a HEAD gets is a GET's answer without its body. What must not be opened or
        // recorded for an answer without a body asks `is_head`.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(AskedHead);
    }
    let reader = unread::hold(&mut request, turn.as_ref());
    let span = tracing::info_span!("request", request_id = %context.request_id);
    async move {
        let answered = if dressing.as_ref().is_some_and(|d| d.is_preflight) {
            Ok(request.into_response(HttpResponse::NoContent().finish()))
        } else {
            context.cover(next.call(request)).await.map(ServiceResponse::map_into_boxed_body)
        };
        let (route, status, answered) = match answered {
            Ok(mut response) => {
                dress(response.headers_mut(), context, dressing.as_ref());
                uploads::dress(is_of_uploads, response.headers_mut());
                if method == Method::HEAD {
                    response = response.map_body(|_, body| BoxBody::new(Bodiless(body.size())));
                }
                response = response.map_body(|_, body| unread::held_by(body, reader));
                // The template, not the path: ids of sealed visits stay out of logs and metrics.
                let route = response.request().match_pattern().unwrap_or_else(|| "(none)".to_owned());
                (route, response.status(), Ok(response))
            }
            Err(error) => {
                let mut answer = context.cover(async { answer_to(&error) }).await;
                dress(answer.headers_mut(), context, dressing.as_ref());
                uploads::dress(is_of_uploads, answer.headers_mut());
                let answer = answer.map_body(|_, body| unread::held_by(body, reader));
                let status = answer.status();
                ("(none)".to_owned(), status, Err(InternalError::from_response(error, answer).into()))
            }
        };
        record(&method, route, status, begun);
        if let Some(turn) = turn {
            if resumes && status.is_server_error() {
                tracing::warn!("an upload is cut, so that it is resumed");
                metrics::counter!("uploads_broken_off_total").increment(1);
                turn.cut();
            }
            turn.end();
        }
        answered
    }
    .instrument(span)
    .await
}

/// Marks a request that came as HEAD.
struct AskedHead;

/// Whether a request asks for the head of an answer alone.
#[must_use]
pub fn is_head(request: &HttpRequest) -> bool {
    request.method() == Method::HEAD || request.extensions().contains::<AskedHead>()
}

/// What an answer wears besides what all wear.
struct Dressing {
    origin: Option<HeaderValue>,
    is_preflight: bool,
    config: Arc<Config>,
}

/// The body of an answer to HEAD: its length; nothing of it is made or read.
struct Bodiless(BodySize);

impl MessageBody for Bodiless {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}

/// A method as a label: whatever a caller may invent is one.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn record(method: &Method, route: String, status: StatusCode, begun: Instant) {
    let duration = begun.elapsed();
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(method = label(method), route, status = status.as_u16(), duration_ms, "answered");
    let labels =
        [("method", label(method).to_owned()), ("route", route), ("status", status.as_str().to_owned())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    let [method, route, _] = labels;
    metrics::histogram!("http_request_duration_seconds", &[method, route]).record(duration.as_secs_f64());
}

/// Errors of the framework itself become problems of ours.
fn answer_to(error: &actix_web::Error) -> actix_web::HttpResponse {
    if let Some(problem) = error.as_error::<Problem>() {
        return actix_web::ResponseError::error_response(problem);
    }
    let status = error.as_response_error().status_code();
    let problem = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of_door(status, "body.too-large", "The body is too large."),
        s if s.is_client_error() => {
            Problem::of_door(status, "request.unreadable", "The request can't be read.")
        }
        _ => {
            tracing::error!(%error, "answered 500");
            crate::flows::Error::Fault(error.to_string()).into()
        }
    };
    actix_web::ResponseError::error_response(&problem)
}

fn dress(headers: &mut HeaderMap, context: Context, dressing: Option<&Dressing>) {
    for (name, value) in SECURITY {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&context.request_id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    let Some(Dressing { origin, is_preflight, config }) = dressing else { return };
    cors::dress(headers, origin.as_ref(), *is_preflight, config);
    if config.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONE_YEAR));
    }
}
