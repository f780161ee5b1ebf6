//! What tus 1.0.0 says in its own words.

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;

/// Names the protocol, as every request of it does.
pub(crate) fn names(request: RequestBuilder) -> RequestBuilder {
    request.header("tus-resumable", "1.0.0")
}

/// Says that bytes are appended.
pub(crate) fn appends(request: RequestBuilder) -> RequestBuilder {
    request.header(CONTENT_TYPE, "application/offset+octet-stream")
}
