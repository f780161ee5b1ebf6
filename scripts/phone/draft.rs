//! What the IETF draft Resumable Uploads for HTTP (draft-ietf-httpbis-resumable-upload, interop version 8) says in its own words.

use crate::shelf::Kept;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};

const COMPLETE: &str = "upload-complete";

/// Names the protocol.
pub(crate) fn names(request: RequestBuilder) -> RequestBuilder {
    request.header("upload-draft-interop-version", "8")
}

/// Says what is created, without a byte of it yet: a place that is known before the first byte is known after a break, too,
/// also to a client that sees no interim answers.
pub(crate) fn creates(request: RequestBuilder, photo: &Kept) -> RequestBuilder {
    let request = match hex::decode(&photo.sha256) {
        Ok(digest) => request.header("repr-digest", format!("sha-256=:{}:", STANDARD.encode(digest))),
        // Of a declaration without a digest the server says itself what is wrong.
        Err(_) => request,
    };
    let media_type = photo.declaration["media_type"].as_str().unwrap_or("application/octet-stream");
    request.header(COMPLETE, "?0").header(CONTENT_TYPE, media_type)
}

/// Says that what is appended ends the photo.
pub(crate) fn appends(request: RequestBuilder) -> RequestBuilder {
    request.header(COMPLETE, "?1").header(CONTENT_TYPE, "application/partial-upload")
}

/// Whether an answer says that the photo is durable. All its bytes may be there while it is not.
pub(crate) fn is_complete(answer: &Response) -> bool {
    answer.headers().get(COMPLETE).is_some_and(|said| said.as_bytes() == b"?1")
}
