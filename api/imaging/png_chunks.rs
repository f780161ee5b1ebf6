//! What a PNG says about itself in its chunks, and a copy of it without the ones that can hide a
//! decompression bomb.

use std::io::Read;

use crate::outcome::{Quarantine, Size};

/// The eight bytes every PNG starts with.
pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the chunks say.
#[derive(Debug)]
pub(crate) struct Header {
    /// Size as stored.
    pub(crate) size: Size,
    /// The embedded colour profile, decompressed, unless it is larger than allowed.
    pub(crate) icc: Option<Vec<u8>>,
    /// A colour profile was larger than allowed and left out.
    pub(crate) icc_too_large: bool,
    /// Only the chunks that make pixels: profiles, texts and further frames are left out.
    pub(crate) pixels_only: Vec<u8>,
}

/// Reads the size alone, from the chunk that must come first.
///
/// # Errors
/// `Truncated` where the bytes end before it, `Damaged` where something else comes first.
pub(crate) fn size(bytes: &[u8]) -> Result<Size, Quarantine> {
    let Chunk { kind, body, .. } = chunk(bytes.get(SIGNATURE.len()..).unwrap_or_default())?;
    let &[w3, w2, w1, w0, h3, h2, h1, h0] = body.first_chunk::<8>().ok_or(Quarantine::Damaged)?;
    let size = Size::new(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    if kind == b"IHDR" && size.pixels() > 0 { Ok(size) } else { Err(Quarantine::Damaged) }
}

/// Reads all chunks.
///
/// # Errors
/// `Truncated` where the file ends before its `IEND`, `Damaged` where it starts wrongly.
pub(crate) fn read(bytes: &[u8], max_icc_bytes: usize) -> Result<Header, Quarantine> {
    let size = size(bytes)?;
    let mut pixels_only = Vec::with_capacity(bytes.len());
    pixels_only.extend_from_slice(SIGNATURE);
    let (mut icc, mut icc_too_large) = (None, false);
    let mut rest = bytes.get(SIGNATURE.len()..).unwrap_or_default();
    loop {
        let Chunk { kind, body, whole } = chunk(rest)?;
        rest = rest.get(whole.len()..).unwrap_or_default();
        match kind {
            b"iCCP" if icc.is_none() => match inflate_profile(body, max_icc_bytes) {
                Inflated::Profile(profile) => icc = Some(profile),
                Inflated::TooLarge => icc_too_large = true,
                Inflated::Unreadable => icc = Some(Vec::new()),
            },
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" => pixels_only.extend_from_slice(whole),
            b"IEND" => {
                pixels_only.extend_from_slice(whole);
                return Ok(Header { size, icc, icc_too_large, pixels_only });
            }
            // A critical chunk that nobody knows makes the picture unreadable; let the decoder say so.
            [first, ..] if first.is_ascii_uppercase() => pixels_only.extend_from_slice(whole),
            _ => {}
        }
    }
}

/// A chunk, and all of it with its length and checksum.
pub(crate) struct Chunk<'a> {
    pub(crate) kind: &'a [u8; 4],
    body: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// The first chunk of some bytes.
///
/// # Errors
/// `Truncated` where the bytes end before it does.
pub(crate) fn chunk(bytes: &[u8]) -> Result<Chunk<'_>, Quarantine> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(Quarantine::Truncated)?;
    let (kind, rest) = rest.split_first_chunk::<4>().ok_or(Quarantine::Truncated)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Quarantine::Damaged)?;
    let body = rest.get(..length).ok_or(Quarantine::Truncated)?;
    let whole = bytes.get(..length.saturating_add(12)).ok_or(Quarantine::Truncated)?;
    Ok(Chunk { kind, body, whole })
}

enum Inflated {
    Profile(Vec<u8>),
    TooLarge,
    Unreadable,
}

/// `iCCP`: a name, a zero, the method (0 is the only one) and the profile in a zlib stream.
fn inflate_profile(body: &[u8], max_bytes: usize) -> Inflated {
    let Some(name_end) = body.iter().take(80).position(|byte| *byte == 0) else {
        return Inflated::Unreadable;
    };
    let Some([0, stream @ ..]) = body.get(name_end + 1..) else { return Inflated::Unreadable };
    let cap = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    let mut profile = Vec::new();
    match flate2::read::ZlibDecoder::new(stream).take(cap.saturating_add(1)).read_to_end(&mut profile) {
        Ok(_) if profile.len() > max_bytes => Inflated::TooLarge,
        Ok(_) => Inflated::Profile(profile),
        Err(_) => Inflated::Unreadable,
    }
}
