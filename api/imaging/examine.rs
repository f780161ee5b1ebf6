//! The whole examination of a photo, in two steps, so that the facts survive a decoder that does not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use crate::cover::Cover;
use crate::decode::{self, Failure};
use crate::exif;
use crate::facts::{ExifFacts, ExifState};
use crate::format::{self, Format};
use crate::limits::Limits;
use crate::orient;
use crate::outcome::{Examined, Picture, Quarantine, Size};
use crate::render;

/// What is known of a photo before its pixels are decoded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The format by its first bytes.
    pub format: Option<Format>,
    /// The size as displayed.
    pub size: Option<Size>,
    /// What the camera wrote.
    pub exif: ExifFacts,
}

impl Head {
    /// The head with what became of the pixels.
    #[must_use]
    pub fn with(self, picture: Picture) -> Examined {
        Examined { format: self.format, size: self.size, exif: self.exif, picture }
    }
}

/// Reads everything about a photo and makes its derivatives. Never panics: a decoder that does is
/// reported as `decoder-died`.
///
/// ```
/// use fieldproof_imaging::{Limits, Picture, Quarantine, examine};
/// let examined = examine(b"<html>not a photo</html>", &Limits::default());
/// assert_eq!(examined.picture, Picture::Quarantined { reason: Quarantine::NotAnImage });
/// ```
#[must_use]
pub fn examine(bytes: &[u8], limits: &Limits) -> Examined {
    let head = head(bytes, limits);
    let picture = picture(bytes, limits, &[], &head);
    head.with(picture)
}

/// The first step: format, declared size and EXIF, without decoding a pixel.
#[must_use]
pub fn head(bytes: &[u8], limits: &Limits) -> Head {
    let format = format::sniff(bytes);
    let (Some(known), true) = (format, fits(bytes, limits)) else {
        return Head { format, size: None, exif: ExifFacts::default() };
    };
    let exif = catch_unwind(AssertUnwindSafe(|| exif::read(bytes, known)))
        .unwrap_or_else(|_| ExifFacts { state: ExifState::Unreadable, ..ExifFacts::default() });
    let stored = catch_unwind(AssertUnwindSafe(|| decode::declared_size(bytes, known).ok())).unwrap_or(None);
    let heif = matches!(known, Format::Heic | Format::Avif);
    let sideways = !heif && orient::turns_sideways(exif.orientation.unwrap_or(1));
    let size = stored.map(|size| if sideways { size.turned() } else { size });
    Head { format, size, exif }
}

/// The second step: the pixels, covered where that is wanted, or why there are none.
#[must_use]
pub fn picture(bytes: &[u8], limits: &Limits, covers: &[Cover], head: &Head) -> Picture {
    let orientation = head.exif.orientation.unwrap_or(1);
    let attempt = || -> Result<_, Failure> {
        if bytes.is_empty() {
            return Err(Quarantine::Empty.into());
        }
        if !fits(bytes, limits) {
            return Err(Quarantine::TooManyBytes.into());
        }
        let Some(format) = head.format else {
            let foreign = format::is_foreign_picture(bytes);
            return Err(if foreign { Quarantine::UnsupportedFormat } else { Quarantine::NotAnImage }.into());
        };
        let decoded = decode::decode(bytes, format, limits, render::PREVIEW_LONG_SIDE)?;
        Ok((decoded.broken, render::render(decoded, orientation, covers)?))
    };
    match catch_unwind(AssertUnwindSafe(attempt)) {
        Ok(Ok((None, rendered))) => Picture::Ready(rendered),
        Ok(Ok((Some(reason), rendered))) => Picture::Partial { reason, rendered },
        Ok(Err(Failure::NoPreview(reason))) => Picture::NoPreview { reason },
        Ok(Err(Failure::Quarantine(reason))) => Picture::Quarantined { reason },
        Err(_) => Picture::Quarantined { reason: Quarantine::DecoderDied },
    }
}

fn fits(bytes: &[u8], limits: &Limits) -> bool {
    u64::try_from(bytes.len()).is_ok_and(|length| length <= limits.max_bytes)
}
