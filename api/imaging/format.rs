//! Which kind of picture some bytes are, by their first bytes alone; names and headers of the
//! sender are not asked.

use serde::{Deserialize, Serialize};

/// A picture format that is accepted as a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// JPEG, baseline or progressive (ISO/IEC 10918-1).
    Jpeg,
    /// PNG, the first image of an animated one.
    Png,
    /// WebP, lossy or lossless, the first frame of an animated one.
    WebP,
    /// A still picture of HEIF coded in HEVC, as iPhones write it.
    Heic,
    /// A still picture of HEIF coded in AV1: kept, but not decoded here.
    Avif,
}

impl Format {
    /// The registered media type of the format.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }

    /// Whether a declared media type names this format; parameters and letter case are ignored, and
    /// `image/heif`, `image/jpg` and the sequence types of HEIF count as what senders mean by them.
    #[must_use]
    pub fn is_named_by(self, media_type: &str) -> bool {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match self {
            Self::Jpeg => matches!(essence.as_str(), "image/jpeg" | "image/jpg" | "image/pjpeg"),
            Self::Png => matches!(essence.as_str(), "image/png" | "image/apng"),
            Self::WebP => essence == "image/webp",
            Self::Heic => matches!(
                essence.as_str(),
                "image/heic" | "image/heif" | "image/heic-sequence" | "image/heif-sequence"
            ),
            Self::Avif => matches!(essence.as_str(), "image/avif" | "image/heif" | "image/avif-sequence"),
        }
    }
}

/// The format of a file by its first bytes; 64 are enough for every usual file, and more of them
/// only help where a HEIF file lists many brands. `None` for everything else, however it is named.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Format> {
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Some(Format::Jpeg);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Format::Png);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Format::WebP);
    }
    sniff_heif(head)
}

/// Whether the bytes are a picture of a kind that is known but not accepted (GIF, TIFF, BMP, JPEG XL,
/// JPEG 2000), so that the answer can say so instead of "not an image".
pub(crate) fn is_foreign_picture(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] = [
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"BM",
        &[0xFF, 0x0A],
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"\0\0\0\x0cjP  \r\n\x87\n",
    ];
    STARTS.iter().any(|start| head.starts_with(start))
}

/// The `ftyp` box of ISO/IEC 14496-12: major brand, minor version, compatible brands.
fn sniff_heif(head: &[u8]) -> Option<Format> {
    if head.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let declared = u32::from_be_bytes(head.first_chunk::<4>().copied()?);
    let end = usize::try_from(declared).ok()?.min(head.len());
    let major = head.get(8..12)?;
    let compatible = head.get(16..end).unwrap_or_default();
    let brands = || std::iter::once(major).chain(compatible.chunks_exact(4));
    // A major brand speaks first; `mif1` only says "some still picture" and lets the others tell.
    for brand in brands() {
        match brand {
            b"avif" | b"avis" => return Some(Format::Avif),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => return Some(Format::Heic),
            _ => {}
        }
    }
    brands().any(|brand| matches!(brand, b"mif1" | b"msf1" | b"mif2")).then_some(Format::Heic)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        assert_eq!(sniff(&[0xFF, 0xD8, 0xFF, 0xE0]), Some(Format::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n...."), Some(Format::Png));
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 "), Some(Format::WebP));
        assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Some(Format::Heic));
        assert_eq!(sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"), Some(Format::Avif));
        assert_eq!(sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Some(Format::Heic));
        for other in [
            &b""[..],
            b"<html>",
            b"<svg xmlns=",
            b"RIFF\x10\0\0\0WAVE",
            b"\0\0\0\x18ftypisom\0\0\0\0mp42",
            b"GIF89a",
        ] {
            assert_eq!(sniff(other), None);
        }
        assert!(is_foreign_picture(b"GIF89a"));
    }

    #[test]
    fn declared_types_are_compared_as_senders_write_them() {
        assert!(Format::Jpeg.is_named_by("Image/JPG; q=1"));
        assert!(Format::Heic.is_named_by("image/heif"));
        assert!(!Format::Png.is_named_by("image/jpeg"));
    }
}
