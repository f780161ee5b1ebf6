//! What a WebP file says about itself in its RIFF chunks (RFC 9649).

use crate::outcome::{Quarantine, Size};

/// What the chunks say.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    /// The largest size that any header declares, so that none can hide behind another.
    pub(crate) size: Size,
    /// The embedded colour profile.
    pub(crate) icc: Option<&'a [u8]>,
    /// The EXIF chunk as it stands.
    pub(crate) exif: Option<&'a [u8]>,
    /// The file ends before it says it does.
    pub(crate) truncated: bool,
}

/// Reads the chunks, as far as the bytes go.
///
/// # Errors
/// `Truncated` where not even the first picture header is there, `Damaged` where there is none.
pub(crate) fn read(bytes: &[u8]) -> Result<Header<'_>, Quarantine> {
    let declared = bytes.get(4..).and_then(<[u8]>::first_chunk::<4>).ok_or(Quarantine::Truncated)?;
    let declared = usize::try_from(u32::from_le_bytes(*declared)).unwrap_or(usize::MAX);
    // Some writers count the padding of an odd last chunk and do not write it.
    let mut truncated = declared.saturating_add(8) > bytes.len() + 1;
    let (mut size, mut icc, mut exif) = (None::<Size>, None, None);
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((kind, after)) = rest.split_first_chunk::<4>() {
        let Some((length, body)) = after.split_first_chunk::<4>() else { break };
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        truncated |= length > body.len() && matches!(kind, b"VP8 " | b"VP8L" | b"VP8X" | b"ANMF");
        let content = body.get(..length).unwrap_or(body);
        let found = match kind {
            b"VP8X" => extended(content),
            b"VP8 " => lossy(content),
            b"VP8L" => lossless(content),
            b"ICCP" => {
                icc = icc.or(Some(content));
                None
            }
            b"EXIF" => {
                exif = exif.or(Some(content));
                None
            }
            _ => None,
        };
        if let Some(found) = found {
            let known = size.unwrap_or(found);
            size = Some(Size::new(known.width.max(found.width), known.height.max(found.height)));
        }
        rest = body.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    match size.filter(|size| size.pixels() > 0) {
        Some(size) => Ok(Header { size, icc, exif, truncated }),
        None if truncated => Err(Quarantine::Truncated),
        None => Err(Quarantine::Damaged),
    }
}

/// `VP8X`: flags, three reserved bytes, then width and height less one in 24 bits each.
fn extended(body: &[u8]) -> Option<Size> {
    let &[_, _, _, _, w0, w1, w2, h0, h1, h2] = body.first_chunk::<10>()?;
    Some(Size::new(u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
}

/// `VP8 `: a frame tag, the start code 9D 01 2A, then width and height in 14 bits each (RFC 6386).
fn lossy(body: &[u8]) -> Option<Size> {
    let &[_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1] = body.first_chunk::<10>()? else { return None };
    let low = |a, b| u32::from(u16::from_le_bytes([a, b]) & 0x3FFF);
    Some(Size::new(low(w0, w1), low(h0, h1)))
}

/// `VP8L`: 2F, then width and height less one in 14 bits each.
fn lossless(body: &[u8]) -> Option<Size> {
    let &[0x2F, b0, b1, b2, b3] = body.first_chunk::<5>()? else { return None };
    let bits = u32::from_le_bytes([b0, b1, b2, b3]);
    Some(Size::new((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_lossless_header_of_34_bytes_tells_its_size() {
        let bits = (16_383_u32 - 1) | ((16_383 - 1) << 14);
        let file = [&b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f"[..], &bits.to_le_bytes(), &[0; 9]].concat();
        let header = read(&file).unwrap();
        assert_eq!(header.size, Size::new(16_383, 16_383));
        assert!(!header.truncated);
        assert!(read(file.get(..30).unwrap()).unwrap().truncated);
        assert_eq!(read(file.get(..12).unwrap()).unwrap_err(), Quarantine::Truncated);
    }
}
