//! What every request gets: an id, a span, one log line, security headers, counting, and problems for stray errors.

use super::context::Context;
use super::problem::Problem;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
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

/// Covers one request.
///
/// # Errors
/// What a middleware within refused, dressed as a problem document.
pub async fn cover(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let begun = Instant::now();
    let context = Context::of(request.request());
    let method = request.method().clone();
    let span = tracing::info_span!("request", request_id = %context.request_id);
    async move {
        let answered = context.cover(next.call(request)).await;
        let (route, status, answered) = match answered {
            Ok(response) => {
                let mut response = response.map_into_boxed_body();
                dress(response.headers_mut(), context);
                // The template, not the path: ids of sealed visits stay out of logs and metrics.
                let route = response.request().match_pattern().unwrap_or_else(|| "(none)".to_owned());
                (route, response.status(), Ok(response))
            }
            Err(error) => {
                let mut answer = context.cover(async { answer_to(&error) }).await;
                dress(answer.headers_mut(), context);
                let status = answer.status();
                ("(none)".to_owned(), status, Err(InternalError::from_response(error, answer).into()))
            }
        };
        record(&method, route, status, begun);
        answered
    }
    .instrument(span)
    .await
}

fn record(method: &Method, route: String, status: StatusCode, begun: Instant) {
    let duration = begun.elapsed();
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(method = %method, route, status = status.as_u16(), duration_ms, "answered");
    let labels = [("method", method.to_string()), ("route", route), ("status", status.as_str().to_owned())];
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

fn dress(headers: &mut HeaderMap, context: Context) {
    for (name, value) in SECURITY {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&context.request_id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(
        HeaderName::from_static("content-language"),
        HeaderValue::from_static(context.language.as_str()),
    );
}
