//! `Upload-Metadata`: what a client says of an upload, in pairs of a key and a base64 value (tus 1.0.0, creation).

use crate::domain::upload::METADATA_LIMIT;
use crate::http::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use uuid::Uuid;

/// The name of the header.
pub(super) const NAME: &str = "upload-metadata";

/// What was said, and how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Word for word.
    pub(super) text: Option<String>,
    pairs: HashMap<String, Vec<u8>>,
}

fn unreadable(why: &str) -> Problem {
    let detail =
        format!("Upload-Metadata must be pairs of a key and a base64 value, with commas between: {why}.");
    Problem::of_door(StatusCode::BAD_REQUEST, "upload.metadata", detail)
}

/// Names the header where a declaration in it is no JSON: the request has no body to blame.
pub(super) fn of_declaration(why: Problem) -> Problem {
    if why.code() == "body.not-json" { unreadable("the declaration in it is no JSON") } else { why }
}

impl Metadata {
    /// Reads the header; nothing where there is none.
    ///
    /// # Errors
    /// `upload.metadata`.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let mut given = request.headers().get_all(NAME);
        let Some(value) = given.next() else { return Ok(Self::default()) };
        if given.next().is_some() {
            return Err(unreadable("the header is there twice"));
        }
        let text = value.to_str().map_err(|_| unreadable("it holds other characters than visible ASCII"))?;
        Self::parse(text)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        if text.len() > METADATA_LIMIT {
            return Err(unreadable("it is longer than 8 KiB"));
        }
        let mut pairs = HashMap::new();
        for pair in text.split(',').map(str::trim) {
            let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
            if key.is_empty() || !key.is_ascii() {
                return Err(unreadable("a key is empty"));
            }
            let value = STANDARD.decode(value).map_err(|_| unreadable("a value is no base64"))?;
            if pairs.insert(key.to_owned(), value).is_some() {
                return Err(unreadable("a key is there twice"));
            }
        }
        Ok(Self { text: Some(text.to_owned()), pairs })
    }

    /// The photo that is sent, where it is named.
    ///
    /// # Errors
    /// `upload.metadata`.
    pub(super) fn photo(&self) -> Result<Option<Uuid>, Problem> {
        let Some(value) = self.pairs.get("photo") else { return Ok(None) };
        let id = std::str::from_utf8(value).ok().and_then(|text| Uuid::parse_str(text).ok());
        id.map(Some).ok_or_else(|| unreadable("the photo is no UUID"))
    }

    /// The photo's declaration, where it comes along.
    pub(super) fn declaration(&self) -> Option<&[u8]> {
        self.pairs.get("declaration").map(Vec::as_slice)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on should stop")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Metadata, String> {
        Metadata::parse(text).map_err(|why| format!("{why:?}"))
    }

    #[test]
    fn pairs_are_read_as_the_specification_says() {
        let id = Uuid::max();
        let text =
            format!("filename w4EuanBn,photo {}, is_confidential,empty ", STANDARD.encode(id.to_string()));
        let metadata = read(&text).unwrap();
        assert_eq!((metadata.photo().ok(), metadata.text.as_deref()), (Some(Some(id)), Some(text.as_str())));
        assert_eq!(metadata.pairs.len(), 4);
        assert_eq!(metadata.pairs["filename"], "Á.jpg".as_bytes());
        assert!(metadata.pairs["is_confidential"].is_empty() && metadata.pairs["empty"].is_empty());
        assert_eq!(read(" "), Ok(Metadata::default()));
        for wrong in ["a b c", "a YQ==,a YQ==", ",", "a YQ==,", "é YQ==", "a ****"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
