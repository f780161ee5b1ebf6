//! The head of every stored file: what the object is, checked by its own CRC.
//!
//! A file is this head, padded with zeros to a whole number of 4 KiB blocks, then the bytes of the object.
//!
//! | offset | length | what |
//! |---|---|---|
//! | 0 | 8 | `FPSTORE1` |
//! | 8 | 4 | where the object's bytes begin, little-endian, a multiple of 4096 |
//! | 12 | 4 | length of the JSON, little-endian |
//! | 16 | 4 | CRC-32 (ISO-HDLC) of bytes 8–15 and the JSON, little-endian |
//! | 20 | n | [`Header`] as JSON |

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

use s3s::crypto::Crc32;
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 8] = b"FPSTORE1";
const FIXED: usize = 20;
/// Room is given in whole blocks of this many bytes.
pub(crate) const BLOCK: usize = 4096;
/// No honest head is larger: a key has at most 1,024 bytes and user metadata at most 2,048.
const LARGEST: usize = 64 * 1024;
/// Bytes kept free for what is known only after the body: digests, ETag, size.
const LATER: usize = 1024;

/// What is kept beside an object's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub bucket: String,
    pub key: String,
    /// Length of the object in bytes.
    pub size: u64,
    /// When it was published, in milliseconds since 1970 by this machine's clock.
    pub modified_ms: u64,
    /// Entity tag without quotes: MD5 in hex, or the S3 form `<md5 of md5s>-<parts>`.
    pub etag: String,
    /// SHA-256 of the object's bytes in lower-case hex; what `scrub` and whole reads compare with.
    pub sha256: String,
    #[serde(default)]
    pub checksums: Checksums,
    #[serde(default)]
    pub about: About,
}

/// Checksums in the S3 vocabulary (base64), as far as the client asked for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksums {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crc32: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crc32c: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crc64nvme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The checksum is one of the parts' checksums, not of the object's bytes.
    #[serde(default)]
    pub composite: bool,
    /// On an unfinished upload: the algorithm its parts will carry, in S3's spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
}

/// Headers and user metadata that come back as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

/// Why a head cannot be believed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadHeader {
    #[error("the head is cut off or not ours")]
    NotOurs,
    #[error("the head does not fit its CRC")]
    Crc,
    #[error("the head's JSON cannot be read")]
    Json,
    #[error("the head is larger than {LARGEST} bytes")]
    TooLarge,
}

/// Where the bytes of an object with this head must begin, decided before its digests are known.
///
/// # Errors
/// [`BadHeader::TooLarge`] for a key and metadata that no head can hold.
pub(crate) fn room(draft: &Header) -> Result<usize, BadHeader> {
    let json = serde_json::to_vec(draft).map_err(|_| BadHeader::Json)?;
    let room = (FIXED + json.len() + LATER).next_multiple_of(BLOCK);
    if room > LARGEST { Err(BadHeader::TooLarge) } else { Ok(room) }
}

/// The first `room` bytes of a file.
///
/// # Errors
/// [`BadHeader::TooLarge`] when the head has outgrown its room.
pub(crate) fn encode(header: &Header, room: usize) -> Result<Vec<u8>, BadHeader> {
    let json = serde_json::to_vec(header).map_err(|_| BadHeader::Json)?;
    if FIXED + json.len() > room {
        return Err(BadHeader::TooLarge);
    }
    let start = u32::try_from(room).map_err(|_| BadHeader::TooLarge)?.to_le_bytes();
    let length = u32::try_from(json.len()).map_err(|_| BadHeader::TooLarge)?.to_le_bytes();
    let mut covered = Vec::with_capacity(8 + json.len());
    covered.extend_from_slice(&start);
    covered.extend_from_slice(&length);
    covered.extend_from_slice(&json);
    let mut out = Vec::with_capacity(room);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&start);
    out.extend_from_slice(&length);
    out.extend_from_slice(&Crc32::checksum_u32(&covered).to_le_bytes());
    out.extend_from_slice(&json);
    out.resize(room, 0);
    Ok(out)
}

/// Reads a head from the first bytes of a file; also says where the object's bytes begin.
///
/// # Errors
/// What is wrong with it; [`BadHeader::NotOurs`] too when `bytes` end before the head does.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Header, usize), BadHeader> {
    let (start, length) = extent(bytes)?;
    let json = bytes.get(FIXED..FIXED + length).ok_or(BadHeader::NotOurs)?;
    let crc = number(bytes, 16)?;
    let mut covered = bytes.get(8..16).ok_or(BadHeader::NotOurs)?.to_vec();
    covered.extend_from_slice(json);
    if usize::try_from(Crc32::checksum_u32(&covered)) != Ok(crc) {
        return Err(BadHeader::Crc);
    }
    Ok((serde_json::from_slice(json).map_err(|_| BadHeader::Json)?, start))
}

/// Reads the head of an open file, whatever its size, without moving the file's cursor.
///
/// # Errors
/// A failing disk, or `InvalidData` that names what is wrong with the head.
pub(crate) fn read(file: &File) -> std::io::Result<(Header, usize)> {
    let bad = |why: BadHeader| std::io::Error::new(std::io::ErrorKind::InvalidData, why);
    let mut bytes = vec![0; BLOCK];
    let mut got = read_up_to(file, &mut bytes, 0)?;
    let (start, _) = extent(bytes.get(..got).unwrap_or_default()).map_err(bad)?;
    if start > BLOCK {
        bytes.resize(start, 0);
        got +=
            read_up_to(file, bytes.get_mut(BLOCK..).unwrap_or_default(), u64::try_from(BLOCK).unwrap_or(0))?;
    }
    decode(bytes.get(..got).unwrap_or_default()).map_err(bad)
}

fn read_up_to(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + u64::try_from(got).unwrap_or(0))? {
            0 => break,
            n => got += n,
        }
    }
    Ok(got)
}

/// Start of the object's bytes and length of the JSON, both within bounds.
fn extent(bytes: &[u8]) -> Result<(usize, usize), BadHeader> {
    if bytes.get(..8) != Some(MAGIC) {
        return Err(BadHeader::NotOurs);
    }
    let (start, length) = (number(bytes, 8)?, number(bytes, 12)?);
    if start > LARGEST || !start.is_multiple_of(BLOCK) || FIXED + length > start {
        return Err(BadHeader::NotOurs);
    }
    Ok((start, length))
}

fn number(bytes: &[u8], at: usize) -> Result<usize, BadHeader> {
    let four: [u8; 4] = bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).ok_or(BadHeader::NotOurs)?;
    usize::try_from(u32::from_le_bytes(four)).map_err(|_| BadHeader::NotOurs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

    use super::*;

    fn sample() -> Header {
        Header {
            bucket: "evidence".into(),
            key: "ảnh/ký tự %+&=?.jpg".into(),
            size: 4_194_304,
            etag: "9e107d9d372bb6826bd81d3542a419d6".into(),
            about: About {
                content_type: Some("image/jpeg".into()),
                user: [("k".into(), "v".into())].into(),
                ..About::default()
            },
            ..Header::default()
        }
    }

    #[test]
    fn a_head_comes_back_as_it_was_written() {
        let head = sample();
        let room = room(&head).unwrap();

        let bytes = encode(&head, room).unwrap();

        assert_eq!(bytes.len(), 4096);
        assert_eq!(decode(&bytes), Ok((head, 4096)));
    }

    #[test]
    fn a_long_key_takes_more_blocks() {
        let head = Header { key: "\u{1}".repeat(1024), ..sample() };
        let room = room(&head).unwrap();

        assert_eq!(room, 8192);
        assert_eq!(decode(&encode(&head, room).unwrap()), Ok((head, 8192)));
    }

    #[test]
    fn no_single_flipped_bit_is_believed() {
        let head = sample();
        let bytes = encode(&head, 4096).unwrap();
        let meaningful = FIXED + serde_json::to_vec(&head).unwrap().len();

        for bit in 0..meaningful * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&flipped).is_err(), "bit {bit} was not noticed");
        }
    }

    #[test]
    fn a_head_that_is_cut_off_is_refused() {
        let bytes = encode(&sample(), 4096).unwrap();

        for length in [0, 7, 8, 19, 20, 100] {
            assert!(decode(&bytes[..length]).is_err());
        }
    }
}
