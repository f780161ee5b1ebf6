//! Which web origins may call the API from a browser: a fixed list, by configuration; never credentials.

use crate::config::Config;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap,
    HeaderValue, ORIGIN, VARY,
};

/// What a page of another origin may read of an answer besides the usual.
const EXPOSED: &str = "ETag, Location, Link, Retry-After, X-Request-Id, Repr-Digest, Idempotency-Replayed, \
    Accept-Ranges, Content-Disposition, Content-Range, WWW-Authenticate, Upload-Offset, Upload-Length, Upload-Expires, \
    Upload-Metadata, Upload-Complete, Upload-Limit, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, \
    Tus-Checksum-Algorithm, Fieldproof-Acknowledgement";

/// What a page of another origin may send besides the usual.
const ALLOWED: &str = "Authorization, Content-Type, Accept-Language, Content-Digest, Idempotency-Key, If-Match, \
    If-None-Match, If-Range, Range, Repr-Digest, X-Request-Id, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, \
    Upload-Checksum, Upload-Complete, Upload-Draft-Interop-Version, X-HTTP-Method-Override";

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// The caller's origin, if it is on the list.
#[must_use]
pub fn origin(request: &ServiceRequest, config: &Config) -> Option<HeaderValue> {
    let origin = request.headers().get(ORIGIN)?;
    let text = origin.to_str().ok()?;
    config.cors_origins.iter().any(|allowed| allowed == text).then(|| origin.clone())
}

/// Whether a browser asks before it calls. Whoever is not on the list is answered too, without permission.
#[must_use]
pub fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Says in an answer's headers what a page of this origin may do.
pub fn dress(headers: &mut HeaderMap, origin: Option<&HeaderValue>, is_preflight: bool, config: &Config) {
    if config.cors_origins.is_empty() {
        return;
    }
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if is_preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    } else {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}
