//! What an examination ends in. The codes are stable: they are stored, shown and counted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::facts::ExifFacts;
use crate::format::Format;
use crate::quality::Quality;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// A size of `width` by `height` pixels.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The longer of both sides.
    #[must_use]
    pub fn long_side(self) -> u32 {
        self.width.max(self.height)
    }

    /// How many pixels the picture has.
    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The same size lying on its side.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// Everything that could be learnt about a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// The format by its first bytes; `None` where it is none of ours.
    pub format: Option<Format>,
    /// The size as displayed, after the orientation; `None` where no header could be read.
    pub size: Option<Size>,
    /// What the camera wrote.
    pub exif: ExifFacts,
    /// The pixels, or why there are none.
    pub picture: Picture,
}

/// The pixels of a photo, or why there are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Picture {
    /// Decoded; the derivatives are here.
    Ready(Rendered),
    /// A part of the picture is missing or spoilt. What could be decoded is here, and is not the whole: the
    /// photo is set apart like one that gives nothing.
    Partial {
        /// What is wrong with it.
        reason: Quarantine,
        /// The derivatives of what is left. What was measured on them says little about the photo.
        rendered: Rendered,
    },
    /// Nothing is wrong with the file as far as we can tell, but it cannot be decoded here.
    NoPreview {
        /// Why there is none.
        reason: NoPreview,
    },
    /// The file is not what it should be; it stays stored and is set apart.
    Quarantined {
        /// What is wrong with it.
        reason: Quarantine,
    },
}

impl Picture {
    /// The derivatives, whole or not.
    #[must_use]
    pub fn rendered(&self) -> Option<&Rendered> {
        match self {
            Self::Ready(rendered) | Self::Partial { rendered, .. } => Some(rendered),
            Self::NoPreview { .. } | Self::Quarantined { .. } => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn rendered_mut(&mut self) -> Option<&mut Rendered> {
        match self {
            Self::Ready(rendered) | Self::Partial { rendered, .. } => Some(rendered),
            Self::NoPreview { .. } | Self::Quarantined { .. } => None,
        }
    }

    /// Why the photo is set apart, if it is.
    #[must_use]
    pub fn quarantine(&self) -> Option<Quarantine> {
        match self {
            Self::Partial { reason, .. } | Self::Quarantined { reason } => Some(*reason),
            Self::Ready(_) | Self::NoPreview { .. } => None,
        }
    }
}

/// Why a sound photo has no derivatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoPreview {
    /// AVIF is kept and not decoded.
    AvifNotDecoded,
    /// A coding within a known format that no decoder of ours reads (12-bit JPEG, tiled HEVC …).
    UnsupportedEncoding,
}

impl NoPreview {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AvifNotDecoded => "avif-not-decoded",
            Self::UnsupportedEncoding => "unsupported-encoding",
        }
    }
}

/// Why a photo is set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quarantine {
    /// No bytes at all.
    Empty,
    /// Not a picture, whatever it is called.
    NotAnImage,
    /// A picture of a kind that is not accepted (GIF, TIFF, BMP …).
    UnsupportedFormat,
    /// Another format than was declared. Found by the caller, who knows the declaration.
    TypeMismatch,
    /// The end of the file is missing.
    Truncated,
    /// The bytes contradict the format.
    Damaged,
    /// More bytes than are accepted.
    TooManyBytes,
    /// More pixels than are decoded.
    TooManyPixels,
    /// Decoding needed more memory, time or scans than a photo may.
    DecoderLimit,
    /// The decoder crashed on it.
    DecoderDied,
}

impl Quarantine {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAnImage => "not-an-image",
            Self::UnsupportedFormat => "unsupported-format",
            Self::TypeMismatch => "type-mismatch",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::TooManyBytes => "too-many-bytes",
            Self::TooManyPixels => "too-many-pixels",
            Self::DecoderLimit => "decoder-limit",
            Self::DecoderDied => "decoder-died",
        }
    }
}

/// Something odd that did not stop the picture from being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// Bytes between the parts of a JPEG that belong to nothing.
    ExtraneousBytes,
    /// The embedded colour profile is larger than is read.
    ColourProfileTooLarge,
    /// The embedded colour profile could not be understood; the picture was taken for sRGB.
    ColourProfileUnreadable,
    /// The colours are those of a wide or HDR space that is not converted here.
    ColourNotConverted,
}

impl Warning {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ExtraneousBytes => "extraneous-bytes",
            Self::ColourProfileTooLarge => "colour-profile-too-large",
            Self::ColourProfileUnreadable => "colour-profile-unreadable",
            Self::ColourNotConverted => "colour-not-converted",
        }
    }
}

/// The derivatives: upright, sRGB, and nothing in them but pixels.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// JPEG, quality 80, 4:2:0, at most 1,600 pixels on its long side; never enlarged.
    /// Travels beside the JSON, not in it.
    #[serde(skip)]
    pub preview_jpeg: Vec<u8>,
    /// The size of the preview.
    pub preview_size: Size,
    /// JPEG, quality 80, 4:2:0, at most 320 pixels on its long side; made from the preview.
    #[serde(skip)]
    pub thumb_jpeg: Vec<u8>,
    /// The size of the thumbnail.
    pub thumb_size: Size,
    /// ThumbHash of the picture: about 20 bytes from which a blurred placeholder is drawn.
    #[serde(skip)]
    pub placeholder: Vec<u8>,
    /// What was measured on the pixels.
    pub quality: Quality,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// Says how long the pictures are instead of showing their bytes.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("preview_bytes", &self.preview_jpeg.len())
            .field("preview_size", &self.preview_size)
            .field("thumb_bytes", &self.thumb_jpeg.len())
            .field("thumb_size", &self.thumb_size)
            .field("placeholder", &self.placeholder)
            .field("quality", &self.quality)
            .field("warnings", &self.warnings)
            .finish()
    }
}
