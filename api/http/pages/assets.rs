//! The one style of all pages, two files served as one, under an address that changes with its content, so that
//! browsers keep it for good.

use crate::http::read_only;
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpRequest, HttpResponse, web};
use std::sync::OnceLock;

const STYLE: &str = concat!(include_str!("assets/style.css"), include_str!("assets/review.css"));

fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| crate::flows::fingerprint(STYLE.as_bytes()))
}

/// Where the style is.
#[must_use]
pub fn style_address() -> String {
    format!("/assets/style.css?v={}", version())
}

/// The assets.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(read_only("/assets/style.css", web::get().to(style)));
}

async fn style(request: HttpRequest) -> HttpResponse {
    let current = request.query_string() == format!("v={}", version());
    // Under an old address the old file would be wanted; it is gone, so nobody is to keep this one under that name.
    let kept = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, kept))
        .insert_header((ETAG, format!("\"{}\"", version())))
        .body(STYLE)
}
