//! What a JPEG says about itself in the markers before its first scan, and whether it has an end.
//!
//! Read on our own so that nothing is allocated for a picture whose header already says too much.

use crate::outcome::{Quarantine, Size};

/// Marker codes of ITU-T T.81, table B.1.
mod marker {
    pub(super) const TEM: u8 = 0x01;
    pub(super) const RST0: u8 = 0xD0;
    pub(super) const SOI: u8 = 0xD8;
    pub(super) const EOI: u8 = 0xD9;
    pub(super) const SOS: u8 = 0xDA;
    pub(super) const APP2: u8 = 0xE2;
}

/// Starts every piece of a colour profile in an APP2 segment (ICC.1, annex B.4).
const ICC_TAG: &[u8] = b"ICC_PROFILE\0";

/// What the markers say.
#[derive(Debug)]
pub(crate) struct Header {
    /// Size as stored, before any orientation.
    pub(crate) size: Size,
    /// The colour profile put together, unless it is larger than allowed.
    pub(crate) icc: Option<Vec<u8>>,
    /// A colour profile was larger than allowed and left out.
    pub(crate) icc_too_large: bool,
    /// Where the first scan begins; the entropy-coded bytes come after it.
    scan_at: usize,
    /// The file without the bytes between its segments that belong to none, where there were such.
    /// Decoders complain about them before the size is known and give nothing.
    pub(crate) without_stray: Option<Vec<u8>>,
}

impl Header {
    /// Whether the picture's end marker is there. Bytes after it are no fault: phones put videos and
    /// gain maps there.
    pub(crate) fn is_complete(&self, bytes: &[u8]) -> bool {
        let scans = bytes.get(self.scan_at..).unwrap_or_default();
        // Entropy-coded bytes never hold FF D9, so the last one found ends a picture.
        scans.windows(2).rev().any(|pair| pair == [0xFF, marker::EOI])
    }
}

/// Reads the markers up to the first scan.
///
/// # Errors
/// `Truncated` where the bytes end before it, `Damaged` where there is no frame or it has no size.
pub(crate) fn read(bytes: &[u8], max_icc_bytes: usize) -> Result<Header, Quarantine> {
    let mut at = 2;
    let mut size = None;
    let mut pieces: Vec<(u8, &[u8])> = Vec::new();
    let (mut kept, mut stray): (Vec<&[u8]>, bool) = (Vec::new(), false);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        // Decoders skip to the next FF and over fill bytes; so must whoever judges for them.
        let ff = rest.iter().position(|byte| *byte == 0xFF).ok_or(Quarantine::Truncated)?;
        let tail = rest.get(ff..).unwrap_or_default();
        let fill = tail.iter().position(|byte| *byte != 0xFF).ok_or(Quarantine::Truncated)?;
        let code = tail.get(fill).copied().ok_or(Quarantine::Truncated)?;
        stray |= ff > 0;
        let segment_at = at + ff;
        at += ff + fill + 1;
        match code {
            0 | marker::TEM | marker::RST0..=marker::SOI => continue,
            marker::EOI => return Err(Quarantine::Damaged),
            _ => {}
        }
        let length = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>).ok_or(Quarantine::Truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(Quarantine::Damaged);
        }
        let body = bytes.get(at + 2..at + length).ok_or(Quarantine::Truncated)?;
        at += length;
        kept.push(bytes.get(segment_at..at).unwrap_or_default());
        match code {
            marker::SOS => break,
            0xC0..=0xCF if !matches!(code, 0xC4 | 0xC8 | 0xCC) && size.is_none() => {
                let &[_, h1, h0, w1, w0] = body.first_chunk::<5>().ok_or(Quarantine::Damaged)?;
                size = Some(Size::new(
                    u32::from(u16::from_be_bytes([w1, w0])),
                    u32::from(u16::from_be_bytes([h1, h0])),
                ));
            }
            marker::APP2 => {
                if let Some([sequence, _count, piece @ ..]) = body.strip_prefix(ICC_TAG) {
                    pieces.push((*sequence, piece));
                }
            }
            _ => {}
        }
    }
    let size = size.filter(|size| size.pixels() > 0).ok_or(Quarantine::Damaged)?;
    let total: usize = pieces.iter().map(|(_, piece)| piece.len()).sum();
    pieces.sort_by_key(|(sequence, _)| *sequence);
    let icc_too_large = total > max_icc_bytes;
    let icc =
        (total > 0 && !icc_too_large).then(|| pieces.iter().flat_map(|(_, piece)| *piece).copied().collect());
    let without_stray = stray.then(|| {
        kept.insert(0, &[0xFF, marker::SOI]);
        kept.push(bytes.get(at..).unwrap_or_default());
        kept.concat()
    });
    Ok(Header { size, icc, icc_too_large, scan_at: at, without_stray })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn segment(code: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, code], &length[..], body].concat()
    }

    #[test]
    fn size_profile_and_end_are_found() {
        let icc = |n: u8, body: &[u8]| segment(0xE2, &[ICC_TAG, &[n, 2], body].concat());
        let mut file = vec![0xFF, 0xD8, 0xFF];
        file.extend(icc(2, b"world"));
        file.extend(icc(1, b"hello "));
        file.extend(segment(0xC2, &[8, 0, 30, 0, 40, 3]));
        file.extend(segment(0xDA, &[0]));
        file.extend([1, 2, 3]);
        let header = read(&file, 100).unwrap();
        assert_eq!(header.size, Size::new(40, 30));
        assert_eq!(header.icc.as_deref(), Some(&b"hello world"[..]));
        assert!(!header.is_complete(&file));
        assert!(read(&file, 5).unwrap().icc_too_large);
        file.extend([0xFF, 0xD9, 0, 0, 9]);
        assert!(header.is_complete(&file));
    }

    #[test]
    fn an_end_inside_the_header_is_truncation() {
        assert_eq!(read(&[0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8], 1).unwrap_err(), Quarantine::Truncated);
        assert_eq!(read(&[0xFF, 0xD8, 0xFF, 0xD9], 1).unwrap_err(), Quarantine::Damaged);
        assert_eq!(read(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 1], 1).unwrap_err(), Quarantine::Damaged);
    }
}
