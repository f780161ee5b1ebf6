//! Sending a photo's bytes: declared and created by one request, gone on with from where they got to, over whichever protocol.
//! An upload that was begun over one is gone on with over the other.

use crate::line::{self, Failure, Line};
use crate::shelf::{Kept, Shelf};
use crate::{draft, tus};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::ValueEnum;
use futures::stream;
use reqwest::header::{CONTENT_LENGTH, LOCATION};
use reqwest::{Body, Method, RequestBuilder, Response};
use std::io::SeekFrom;
use std::path::Path;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// What is read of a file at once.
const SIP: usize = 64 * 1024;

/// How photos are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// tus 1.0.0.
    #[default]
    Tus,
    /// The IETF draft Resumable Uploads for HTTP, interop version 8.
    Draft,
}

impl Protocol {
    /// Names the protocol.
    fn names(self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Tus => tus::names(request),
            Self::Draft => draft::names(request),
        }
    }

    /// Says what is created, but for what both say alike.
    fn creates(self, request: RequestBuilder, photo: &Kept) -> RequestBuilder {
        match self {
            Self::Tus => request,
            Self::Draft => draft::creates(request, photo),
        }
    }

    /// Says what is appended: all that is left.
    fn appends(self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Tus => tus::appends(request),
            Self::Draft => draft::appends(request),
        }
    }

    /// What an answer tells of an upload; `None` where it tells nothing.
    fn standing(self, answer: &Response, photo: &Kept) -> Option<Standing> {
        let offset = answer.headers().get("upload-offset")?.to_str().ok()?.parse().ok()?;
        let is_whole = match self {
            Self::Tus => offset == photo.size_bytes,
            Self::Draft => draft::is_complete(answer),
        };
        Some(Standing { offset, is_whole })
    }
}

/// How far an upload got.
#[derive(Clone, Copy, Debug)]
struct Standing {
    offset: u64,
    /// Whether the photo is durable.
    is_whole: bool,
}

/// Sends what the server lacks of a photo. Done where the server has said that it is durable, which is not yet that it may
/// leave the phone.
///
/// # Errors
/// [`Failure`]: after `Later` the next call goes on where this one got to.
pub async fn send(line: &Line, shelf: &Shelf, photo: &Kept, protocol: Protocol) -> Result<(), Failure> {
    let held = match shelf.upload_of(photo.id)? {
        Some(place) => there(line, &place, photo, protocol).await?.map(|at| (place, at)),
        None => None,
    };
    let (place, mut at) = match held {
        Some(held) => held,
        None => create(line, shelf, photo, protocol).await?,
    };
    // The same photo is the same upload: one that was created before may have got somewhere.
    for _ in 0..2 {
        if at.is_whole {
            return Ok(());
        }
        let (file, from) = (shelf.original(photo.id), at.offset);
        let body = || Body::wrap_stream(read(file.clone(), from));
        let dress = |request: RequestBuilder| {
            protocol
                .appends(protocol.names(request))
                .header("upload-offset", from)
                .header(CONTENT_LENGTH, photo.size_bytes.saturating_sub(from))
                .body(body())
        };
        let answer = line.send(Method::PATCH, &place, &[404, 409, 410], dress).await?;
        match (answer.status().as_u16(), protocol.standing(&answer, photo)) {
            (409, Some(other)) => at = other,
            (409, None) => return Err(line::failure(answer).await),
            // Forgotten since it was asked after: the next try creates it anew.
            (404 | 410, _) if line::is_problem(&answer) => return Err(Failure::alone("the upload is gone")),
            (404 | 410, _) => return Err(line::failure(answer).await),
            (_, Some(told)) if told.is_whole => return Ok(()),
            (_, Some(told)) => return Err(Failure::alone(format!("the upload stands at {}", told.offset))),
            (_, None) => return Err(Failure::not_ours("an upload without an offset")),
        }
    }
    Err(Failure::alone("somebody else sends the same photo"))
}

/// How far an upload got; `None` where it is forgotten, or not this person's: then a new one is asked for, and that answer
/// says why, which an answer to a HEAD can't.
async fn there(
    line: &Line,
    place: &str,
    photo: &Kept,
    protocol: Protocol,
) -> Result<Option<Standing>, Failure> {
    let answer = line.send(Method::HEAD, place, &[403, 404, 410], |request| protocol.names(request)).await?;
    if !answer.status().is_success() {
        return Ok(None);
    }
    let at = protocol.standing(&answer, photo);
    at.map(Some).ok_or_else(|| Failure::later("no offset was told"))
}

/// Creates the upload and declares the photo with it; where it is, and how far it got before.
async fn create(
    line: &Line,
    shelf: &Shelf,
    photo: &Kept,
    protocol: Protocol,
) -> Result<(String, Standing), Failure> {
    let pair = |key: &str, value: &str| format!("{key} {}", STANDARD.encode(value));
    let metadata =
        [pair("photo", &photo.id.to_string()), pair("declaration", &shelf.declared(photo)?.to_string())]
            .join(",");
    let dress = |request: RequestBuilder| {
        protocol
            .creates(protocol.names(request), photo)
            .header("upload-length", photo.size_bytes)
            .header("upload-metadata", metadata.as_str())
            .header(CONTENT_LENGTH, 0)
    };
    let answer = line.send(Method::POST, "/v1/uploads", &[], dress).await?;
    let place = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    let place = place.ok_or_else(|| Failure::later("no place was told"))?.to_owned();
    shelf.keep_upload(photo.id, &place)?;
    // Where nothing is told of it, it is a new one.
    let at = protocol.standing(&answer, photo).unwrap_or(Standing { offset: 0, is_whole: false });
    Ok((place, at))
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
