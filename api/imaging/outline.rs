//! What a small picture is made of, part by part, without decoding it: its type, its size, and whether there is anything in
//! it besides what shows the picture.
//!
//! For pictures that are handed on as they are. A list of the parts that are needed decides, not one of those that tell
//! too much: whatever a program may put into a file, now or later, is found because nobody needs it.

use crate::decode;
use crate::format::{self, Format};
use crate::outcome::{Quarantine, Size};
use crate::png_chunks::{self, Chunk};

/// What the parts of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// The format by its first bytes.
    pub format: Option<Format>,
    /// The size as stored; `None` where the file is of another format than JPEG, PNG and WebP, ends too early or can't be
    /// read.
    pub size: Option<Size>,
    /// Whether there is more in it than the picture: EXIF, XMP, a text, a thumbnail, bytes behind its end.
    pub carries_more: bool,
}

/// Reads the parts of a JPEG, PNG or WebP. The cost is that of one pass over the bytes, whatever they say.
///
/// ```
/// use fieldproof_imaging::outline;
/// assert_eq!(outline(b"<html>not a picture</html>").format, None);
/// ```
#[must_use]
pub fn outline(bytes: &[u8]) -> Outline {
    let format = format::sniff(bytes);
    let more = match format {
        Some(Format::Jpeg) => in_jpeg(bytes),
        Some(Format::Png) => in_png(bytes),
        Some(Format::WebP) => in_webp(bytes),
        Some(Format::Heic | Format::Avif) | None => Err(Quarantine::UnsupportedFormat),
    };
    let read = format.zip(more.ok());
    let size = read.and_then(|(format, _)| decode::declared_size(bytes, format).ok());
    Outline { format, size, carries_more: read.is_some_and(|(_, more)| more) }
}

/// Whether a segment of a JPEG is needed: tables and frames of ITU-T T.81, table B.1, a JFIF header without thumbnail, a
/// colour profile, and what tells CMYK from YCCK.
fn is_needed(code: u8, body: &[u8]) -> bool {
    match code {
        0xC0..=0xC7 | 0xC9..=0xCF | 0xDA..=0xDF => true,
        0xE0 => body.starts_with(b"JFIF\0") && body.len() == 14,
        0xE2 => body.starts_with(b"ICC_PROFILE\0"),
        0xEE => body.starts_with(b"Adobe") && body.len() == 12,
        _ => false,
    }
}

/// Walks the whole file, since segments may stand between scans, too.
fn in_jpeg(bytes: &[u8]) -> Result<bool, Quarantine> {
    let mut more = false;
    let mut at = 2;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let ff = rest.iter().position(|byte| *byte == 0xFF).ok_or(Quarantine::Truncated)?;
        more |= ff > 0;
        let tail = rest.get(ff..).unwrap_or_default();
        let fill = tail.iter().position(|byte| *byte != 0xFF).ok_or(Quarantine::Truncated)?;
        let code = tail.get(fill).copied().ok_or(Quarantine::Truncated)?;
        at += ff + fill + 1;
        match code {
            0xD9 => return Ok(more || at < bytes.len()),
            0 | 0x01 | 0xD0..=0xD8 => {
                more = true;
                continue;
            }
            _ => {}
        }
        let length = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>).ok_or(Quarantine::Truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(Quarantine::Damaged);
        }
        let body = bytes.get(at + 2..at + length).ok_or(Quarantine::Truncated)?;
        more |= !is_needed(code, body);
        at += length;
        if code == 0xDA {
            at += end_of_scan(bytes.get(at..).unwrap_or_default())?;
        }
    }
}

/// Where the entropy-coded bytes of a scan end: before the first marker that is neither a stuffed zero nor a restart.
fn end_of_scan(bytes: &[u8]) -> Result<usize, Quarantine> {
    let is_marker = |pair: &[u8]| matches!(pair, [0xFF, code] if !matches!(code, 0 | 0xD0..=0xD7 | 0xFF));
    bytes.windows(2).position(is_marker).ok_or(Quarantine::Truncated)
}

fn in_png(bytes: &[u8]) -> Result<bool, Quarantine> {
    const NEEDED: [&[u8; 4]; 16] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT",
        b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
    ];
    let mut more = false;
    let mut rest = bytes.get(png_chunks::SIGNATURE.len()..).unwrap_or_default();
    loop {
        let Chunk { kind, whole, .. } = png_chunks::chunk(rest)?;
        rest = rest.get(whole.len()..).unwrap_or_default();
        more |= !NEEDED.contains(&kind);
        if kind == b"IEND" {
            return Ok(more || !rest.is_empty());
        }
    }
}

fn in_webp(bytes: &[u8]) -> Result<bool, Quarantine> {
    let declared = bytes.get(4..).and_then(<[u8]>::first_chunk::<4>).ok_or(Quarantine::Truncated)?;
    let end = usize::try_from(u32::from_le_bytes(*declared)).unwrap_or(usize::MAX).saturating_add(8);
    // Some writers count the padding of an odd last chunk and do not write it.
    let end = if end == bytes.len().saturating_add(1) { bytes.len() } else { end };
    let chunks = bytes.get(12..end).ok_or(Quarantine::Truncated)?;
    Ok(in_riff(chunks, &[b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"])?
        || end < bytes.len())
}

/// Whether chunks of RFC 9649 hold others than these; frames of an animation hold chunks of their own.
fn in_riff(mut rest: &[u8], needed: &[&[u8; 4]]) -> Result<bool, Quarantine> {
    /// Bytes of an `ANMF` before its chunks.
    const FRAME: usize = 16;
    let mut more = false;
    while !rest.is_empty() {
        let (kind, after) = rest.split_first_chunk::<4>().ok_or(Quarantine::Truncated)?;
        let (length, after) = after.split_first_chunk::<4>().ok_or(Quarantine::Truncated)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let body = after.get(..length).ok_or(Quarantine::Truncated)?;
        let is_needed = needed.contains(&kind);
        more |= !is_needed;
        // A frame within a frame is nothing anybody needs, and a file of nothing else would be as deep as it is long.
        if is_needed && kind == b"ANMF" {
            let inside = body.get(FRAME..).ok_or(Quarantine::Damaged)?;
            more |= in_riff(inside, &[b"VP8 ", b"VP8L", b"ALPH"])?;
        }
        rest = after.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    Ok(more)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn segment(code: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, code], &length[..], body].concat()
    }

    /// A JPEG of 40 × 30 with something before its frame, between two scans, and behind its end.
    fn jpeg(before: &[u8], between: &[u8], behind: &[u8]) -> Vec<u8> {
        let jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        let frame = segment(0xC2, &[8, 0, 30, 0, 40, 3]);
        let scan = [&segment(0xDA, &[0])[..], &[1, 0xFF, 0, 2, 0xFF, 0xD3, 3][..]].concat();
        [
            &[0xFF, 0xD8][..],
            &jfif[..],
            before,
            &frame[..],
            &scan[..],
            between,
            &scan[..],
            &[0xFF, 0xD9][..],
            behind,
        ]
        .concat()
    }

    fn told(bytes: &[u8]) -> (Option<Size>, bool) {
        let Outline { size, carries_more, .. } = outline(bytes);
        (size, carries_more)
    }

    #[test]
    fn a_plain_jpeg_is_told_from_one_that_says_more() {
        let size = Some(Size::new(40, 30));
        assert_eq!(told(&jpeg(&[], &[], &[])), (size, false));
        assert_eq!(told(&jpeg(&segment(0xE2, b"ICC_PROFILE\0\x01\x01profile"), &[], &[])), (size, false));
        for more in [
            segment(0xE1, b"Exif\0\0MM\0*"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            segment(0xED, b"Photoshop 3.0\0"),
            segment(0xE2, b"MPF\0"),
            segment(0xE0, b"JFXX\0\x10"),
            segment(0xFE, b"a comment"),
        ] {
            assert_eq!(told(&jpeg(&more, &[], &[])), (size, true), "{more:?}");
            assert_eq!(told(&jpeg(&[], &more, &[])), (size, true), "{more:?} between scans");
        }
        assert_eq!(told(&jpeg(b"stray", &[], &[])), (size, true));
        assert_eq!(told(&jpeg(&[], &[], b"a film")), (size, true));
        let whole = jpeg(&[], &[], &[]);
        assert_eq!(told(whole.get(..whole.len() - 2).unwrap()), (None, false), "its end is missing");
    }

    #[test]
    fn a_plain_png_is_told_from_one_that_says_more() {
        let chunk = |kind: &[u8], body: &[u8]| {
            [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], kind, body, &[0; 4][..]].concat()
        };
        let with = |extra: &[u8], behind: &[u8]| {
            let head = chunk(b"IHDR", &[0, 0, 0, 40, 0, 0, 0, 30, 8, 0, 0, 0, 0]);
            let (pixels, end) = (chunk(b"IDAT", &[1]), chunk(b"IEND", &[]));
            [&b"\x89PNG\r\n\x1a\n"[..], &head[..], extra, &pixels[..], &end[..], behind].concat()
        };
        let size = Some(Size::new(40, 30));
        assert_eq!(told(&with(&chunk(b"pHYs", &[0; 9]), &[])), (size, false));
        for kind in [b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME", b"caBX"] {
            assert_eq!(told(&with(&chunk(kind, b"x"), &[])), (size, true), "{kind:?}");
        }
        assert_eq!(told(&with(&[], b"more")), (size, true));
        let whole = with(&[], &[]);
        assert_eq!(told(whole.get(..whole.len() - 9).unwrap()), (None, false));
    }

    #[test]
    fn a_plain_webp_is_told_from_one_that_says_more() {
        let chunk = |kind: &[u8], body: &[u8]| {
            let padding = vec![0; body.len() % 2];
            [kind, &u32::try_from(body.len()).unwrap().to_le_bytes()[..], body, &padding[..]].concat()
        };
        let riff = |chunks: &[u8]| {
            let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
            [&b"RIFF"[..], &length[..], &b"WEBP"[..], chunks].concat()
        };
        let picture = chunk(
            b"VP8L",
            &[&[0x2F][..], &((40_u32 - 1) | ((30 - 1) << 14)).to_le_bytes()[..], &[0; 4][..]].concat(),
        );
        let size = Some(Size::new(40, 30));
        assert_eq!(told(&riff(&picture)), (size, false));
        assert_eq!(told(&riff(&[&picture[..], &chunk(b"EXIF", b"MM\0*")[..]].concat())), (size, true));
        assert_eq!(told(&riff(&[&picture[..], &chunk(b"XMP ", b"<x/>")[..]].concat())), (size, true));
        let frame = |extra: &[u8]| chunk(b"ANMF", &[&[0; 16][..], &picture[..], extra].concat());
        assert_eq!(told(&riff(&[picture.clone(), frame(&[])].concat())), (size, false));
        assert_eq!(told(&riff(&[picture.clone(), frame(&chunk(b"note", b"x"))].concat())), (size, true));
        assert_eq!(told(&[riff(&picture), b"more".to_vec()].concat()), (size, true));
        let nested: Vec<u8> = (0..40_000_u32)
            .rev()
            .flat_map(|within| [&b"ANMF"[..], &(24 * within + 16).to_le_bytes()[..], &[0; 16][..]].concat())
            .collect();
        assert_eq!(told(&riff(&[picture.clone(), nested].concat())), (size, true), "frames in frames");
        let whole = riff(&picture);
        assert_eq!(told(whole.get(..whole.len() - 3).unwrap()), (None, false));
    }
}
