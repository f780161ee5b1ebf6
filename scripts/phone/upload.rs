//! Sending a photo's bytes over tus 1.0.0: declared and created by one request, gone on with from where they got to.

use crate::line::{self, Failure, Line};
use crate::shelf::{Kept, Shelf};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::stream;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Body, Method, RequestBuilder, Response};
use std::io::SeekFrom;
use std::path::Path;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

const VERSION: (&str, &str) = ("tus-resumable", "1.0.0");
/// What is read of a file at once.
const SIP: usize = 64 * 1024;

fn offset_of(answer: &Response) -> Option<u64> {
    answer.headers().get("upload-offset")?.to_str().ok()?.parse().ok()
}

/// Sends what the server lacks of a photo. Done where the server has said that it is durable, which is not yet that it may
/// leave the phone.
///
/// # Errors
/// [`Failure`]: after `Later` the next call goes on where this one got to.
pub async fn send(line: &Line, shelf: &Shelf, photo: &Kept) -> Result<(), Failure> {
    let (place, mut offset) = match shelf.upload_of(photo.id)? {
        Some(place) => match there(line, &place).await? {
            Some(offset) => (place, offset),
            None => (create(line, shelf, photo).await?, 0),
        },
        None => (create(line, shelf, photo).await?, 0),
    };
    if offset == photo.size_bytes {
        return Ok(());
    }
    // The same photo is the same upload: one that was created before may have got somewhere.
    for _ in 0..2 {
        let file = shelf.original(photo.id);
        let from = offset;
        let body = || Body::wrap_stream(read(file.clone(), from));
        let dress = |request: RequestBuilder| {
            request
                .header(VERSION.0, VERSION.1)
                .header(CONTENT_TYPE, "application/offset+octet-stream")
                .header("upload-offset", from)
                .header(CONTENT_LENGTH, photo.size_bytes - from)
                .body(body())
        };
        let answer = line.send(Method::PATCH, &place, &[404, 409, 410], dress).await?;
        match (answer.status().as_u16(), offset_of(&answer)) {
            (409, Some(other)) => offset = other,
            (409, None) => return Err(line::failure(answer).await),
            // Forgotten since it was asked after: the next try creates it anew.
            (404 | 410, _) => return Err(Failure::later("the upload is gone")),
            (_, Some(all)) if all == photo.size_bytes => return Ok(()),
            (_, told) => return Err(Failure::later(format!("the upload stands at {told:?}"))),
        }
    }
    Err(Failure::later("somebody else sends the same photo"))
}

/// How far an upload got; `None` where it is forgotten, or not this person's: then a new one is asked for, and that answer
/// says why, which an answer to a HEAD can't.
async fn there(line: &Line, place: &str) -> Result<Option<u64>, Failure> {
    let dress = |request: RequestBuilder| request.header(VERSION.0, VERSION.1);
    let answer = line.send(Method::HEAD, place, &[403, 404, 410], dress).await?;
    if !answer.status().is_success() {
        return Ok(None);
    }
    offset_of(&answer).map(Some).ok_or_else(|| Failure::later("no offset was told"))
}

/// Creates the upload and declares the photo with it; where it is.
async fn create(line: &Line, shelf: &Shelf, photo: &Kept) -> Result<String, Failure> {
    let pair = |key: &str, value: &str| format!("{key} {}", STANDARD.encode(value));
    let metadata =
        [pair("photo", &photo.id.to_string()), pair("declaration", &shelf.declared(photo)?.to_string())]
            .join(",");
    let dress = |request: RequestBuilder| {
        request
            .header(VERSION.0, VERSION.1)
            .header("upload-length", photo.size_bytes)
            .header("upload-metadata", metadata.as_str())
            .header(CONTENT_LENGTH, 0)
    };
    let answer = line.send(Method::POST, "/v1/uploads", &[], dress).await?;
    let place = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    let place = place.ok_or_else(|| Failure::later("no place was told"))?.to_owned();
    shelf.keep_upload(photo.id, &place)?;
    Ok(place)
}

/// A file's bytes from an offset on.
fn read(file: std::path::PathBuf, from: u64) -> impl futures::Stream<Item = std::io::Result<Bytes>> {
    async fn opened(file: &Path, from: u64) -> std::io::Result<File> {
        let mut open = File::open(file).await?;
        open.seek(SeekFrom::Start(from)).await?;
        Ok(open)
    }
    stream::try_unfold(None, move |open: Option<File>| {
        let file = file.clone();
        async move {
            let mut open = match open {
                Some(open) => open,
                None => opened(&file, from).await?,
            };
            let mut sip = vec![0; SIP];
            let count = open.read(&mut sip).await?;
            sip.truncate(count);
            Ok((count > 0).then(|| (Bytes::from(sip), Some(open))))
        }
    })
}
