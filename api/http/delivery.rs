//! Objects on their way out: whole or in part, conditional, dressed so that no browser takes them for a page.

use super::cover::is_head;
use super::problem::Problem;
use super::ranges::{Wanted, is_known, wanted};
use crate::flows;
use crate::flows::photos::{Chunks, Span};
use actix_web::body::SizedStream;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use futures::stream;

/// How an object is presented.
pub struct Dress {
    /// Its `ETag`, with the quotation marks.
    pub etag: String,
    /// Its `Content-Type`.
    pub media_type: String,
    /// Its `Content-Disposition`.
    pub disposition: String,
    /// Its `Repr-Digest`, where its digest is known.
    pub digest: Option<String>,
    /// Who may keep it, and for how long.
    pub cache: &'static str,
}

impl Dress {
    fn put_on(&self, answer: &mut HttpResponseBuilder) {
        answer
            .insert_header((header::ETAG, self.etag.as_str()))
            .insert_header((header::CONTENT_DISPOSITION, self.disposition.as_str()))
            .insert_header((header::ACCEPT_RANGES, "bytes"))
            .insert_header((header::CACHE_CONTROL, self.cache))
            .insert_header((header::VARY, "Authorization, Cookie"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
        if let Some(digest) = &self.digest {
            answer.insert_header(("repr-digest", digest.as_str()));
        }
    }
}

/// Answers a GET or a HEAD for an object the caller may read (RFC 9110 §13, §14); it is opened only where bytes of it are
/// sent.
///
/// # Errors
/// A range that is not there; what opening it refuses.
pub async fn deliver(
    request: &HttpRequest,
    size_bytes: u64,
    dress: &Dress,
    open: impl AsyncFnOnce(Option<Span>) -> flows::Result<Chunks>,
) -> Result<HttpResponse, Problem> {
    if is_known(request.headers(), &dress.etag) {
        let mut answer = HttpResponse::NotModified();
        dress.put_on(&mut answer);
        return Ok(answer.finish());
    }
    let (status, span, size) = match wanted(request.headers(), &dress.etag, size_bytes) {
        Wanted::All => (StatusCode::OK, None, size_bytes),
        Wanted::Part(span) => (StatusCode::PARTIAL_CONTENT, Some(span), span.last - span.first + 1),
        Wanted::Nothing => return Err(Problem::no_such_range(size_bytes)),
    };
    let mut answer = HttpResponse::build(status);
    dress.put_on(&mut answer);
    answer.insert_header((header::CONTENT_TYPE, dress.media_type.as_str()));
    if let Some(Span { first, last }) = span {
        answer.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{last}/{size_bytes}")));
    }
    if is_head(request) {
        return Ok(
            answer.body(SizedStream::new(size, stream::empty::<Result<web::Bytes, actix_web::Error>>()))
        );
    }
    let chunks = open(span).await?;
    Ok(answer.body(SizedStream::new(size, chunks)))
}
