//! What the two processes say to each other: numbers are big-endian, texts are JSON, bytes are bytes.
//!
//! ```text
//! greeting   8 bytes                                    (from the child: "I am a decoder and restricted")
//! question   u32 length, JSON Limits · u32 length, JSON Covers · u64 length, the photo
//! answer 1   u32 length, JSON Head                      (before decoding: survives a decoder's death)
//! answer 2   u32 length, JSON Picture · u32 length, preview · u32 length, thumbnail · u32 length, placeholder
//! ```

use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cover::Cover;
use crate::examine::Head;
use crate::limits::Limits;
use crate::outcome::Picture;

/// Longest JSON text; a head with every text at its bound stays far below.
const MAX_JSON: u32 = 64 << 10;
/// Longest derivative.
const MAX_BLOB: u32 = 32 << 20;

/// Tells a decoder from any other program, and this version of the talk from another.
const GREETING: [u8; 8] = *b"fpdec 3\n";

/// Writes the greeting.
pub(super) fn greet(to: &mut impl Write) -> io::Result<()> {
    to.write_all(&GREETING)?;
    to.flush()
}

/// Reads the greeting, without which no photo shall be judged.
pub(super) fn expect_greeting(from: &mut impl Read) -> io::Result<()> {
    let mut greeting = [0; 8];
    from.read_exact(&mut greeting)?;
    if greeting == GREETING { Ok(()) } else { Err(io::Error::new(ErrorKind::InvalidData, "not a decoder")) }
}

/// Writes a question.
pub(super) fn ask(to: &mut impl Write, limits: &Limits, covers: &[Cover], photo: &[u8]) -> io::Result<()> {
    write_json(to, limits)?;
    write_json(to, &covers)?;
    to.write_all(&u64::try_from(photo.len()).map_err(io::Error::other)?.to_be_bytes())?;
    to.write_all(photo)?;
    to.flush()
}

/// What is asked: limits, what to cover, the photo.
pub(super) type Question = (Limits, Vec<Cover>, Vec<u8>);

/// Reads a question; `None` where the asker has gone.
pub(super) fn hear(from: &mut impl Read) -> io::Result<Option<Question>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(end) if end.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let limits: Limits = json(from, u32::from_be_bytes(length))?;
    let length = read_u32(from)?;
    let covers: Vec<Cover> = json(from, length)?;
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_be_bytes(length);
    // One byte more than allowed is enough to refuse the photo; the rest is read past.
    let kept = length.min(limits.max_bytes.saturating_add(1));
    let photo = exactly(from, kept)?;
    io::copy(&mut from.take(length - kept), &mut io::sink())?;
    Ok(Some((limits, covers, photo)))
}

/// Writes the first answer.
pub(super) fn answer_head(to: &mut impl Write, head: &Head) -> io::Result<()> {
    write_json(to, head)?;
    to.flush()
}

/// Reads the first answer.
pub(super) fn read_head(from: &mut impl Read) -> io::Result<Head> {
    let length = read_u32(from)?;
    json(from, length)
}

/// Writes the second answer.
pub(super) fn answer_picture(to: &mut impl Write, picture: &Picture) -> io::Result<()> {
    write_json(to, picture)?;
    if let Some(rendered) = picture.rendered() {
        for blob in [&rendered.preview_jpeg, &rendered.thumb_jpeg, &rendered.placeholder] {
            to.write_all(&u32::try_from(blob.len()).map_err(io::Error::other)?.to_be_bytes())?;
            to.write_all(blob)?;
        }
    }
    to.flush()
}

/// Reads the second answer.
pub(super) fn read_picture(from: &mut impl Read) -> io::Result<Picture> {
    let length = read_u32(from)?;
    let mut picture: Picture = json(from, length)?;
    if let Some(rendered) = picture.rendered_mut() {
        for blob in [&mut rendered.preview_jpeg, &mut rendered.thumb_jpeg, &mut rendered.placeholder] {
            let length = read_u32(from)?;
            if length > MAX_BLOB {
                return Err(io::Error::new(ErrorKind::InvalidData, "a derivative larger than any"));
            }
            *blob = exactly(from, u64::from(length))?;
        }
    }
    Ok(picture)
}

fn write_json(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(value)?;
    to.write_all(&u32::try_from(text.len()).map_err(io::Error::other)?.to_be_bytes())?;
    to.write_all(&text)
}

fn json<T: DeserializeOwned>(from: &mut impl Read, length: u32) -> io::Result<T> {
    if length > MAX_JSON {
        return Err(io::Error::new(ErrorKind::InvalidData, "a text longer than any"));
    }
    Ok(serde_json::from_slice(&exactly(from, u64::from(length))?)?)
}

fn read_u32(from: &mut impl Read) -> io::Result<u32> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    Ok(u32::from_be_bytes(length))
}

fn exactly(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    let read = from.take(length).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read == length) {
        Ok(bytes)
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}
