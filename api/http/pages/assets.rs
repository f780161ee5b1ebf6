//! The styles of the pages: one of all review pages, two files served as one, and one of papers. Each lies under an
//! address that changes with its content, so that browsers keep it for good.

use crate::http::read_only;
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpRequest, HttpResponse, web};
use std::sync::OnceLock;

const STYLE: &str = concat!(include_str!("assets/style.css"), include_str!("assets/review.css"));
const PAPER: &str = include_str!("assets/paper.css");

fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| crate::flows::fingerprint(STYLE.as_bytes()))
}

fn paper_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| crate::flows::fingerprint(PAPER.as_bytes()))
}

/// Where the style is.
#[must_use]
pub fn style_address() -> String {
    format!("/assets/style.css?v={}", version())
}

/// Where the style of papers is.
#[must_use]
pub fn paper_address() -> String {
    format!("/assets/paper.css?v={}", paper_version())
}

/// The assets.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let style = |request: HttpRequest| async move { sheet(&request, STYLE, version()) };
    let paper = |request: HttpRequest| async move { sheet(&request, PAPER, paper_version()) };
    cfg.service(read_only("/assets/style.css", web::get().to(style)));
    cfg.service(read_only("/assets/paper.css", web::get().to(paper)));
}

fn sheet(request: &HttpRequest, style: &'static str, version: &str) -> HttpResponse {
    let current = request.query_string() == format!("v={version}");
    // Under an old address the old file would be wanted; it is gone, so nobody is to keep this one under that name.
    let kept = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, kept))
        .insert_header((ETAG, format!("\"{version}\"")))
        .body(style)
}
