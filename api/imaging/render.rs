//! The derivatives of a decoded picture: preview, thumbnail, placeholder and measures.

use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

use crate::colour;
use crate::cover::{self, Cover};
use crate::decode::Decoded;
use crate::orient;
use crate::outcome::{Quarantine, Rendered};
use crate::quality::Quality;
use crate::raster::{Misshapen, Raster};

/// Long side of the preview in pixels.
pub(crate) const PREVIEW_LONG_SIDE: u32 = 1600;
/// Long side of the thumbnail in pixels.
const THUMB_LONG_SIDE: u32 = 320;
/// Long side that a ThumbHash is made from; the algorithm takes at most 100 pixels.
const PLACEHOLDER_LONG_SIDE: u32 = 100;
/// Quality of both JPEGs on the scale of libjpeg.
const JPEG_QUALITY: i32 = 80;

impl From<Misshapen> for Quarantine {
    fn from(_: Misshapen) -> Self {
        Self::Damaged
    }
}

/// Makes all derivatives. The order matters for the cost: shrink first, then convert colours, then turn. What is covered
/// is so in all of them.
///
/// # Errors
/// `damaged` where the decoder's pixels do not fill their size, `decoder-limit` where there is no memory.
pub(crate) fn render(decoded: Decoded, orientation: u8, covers: &[Cover]) -> Result<Rendered, Quarantine> {
    let Decoded { picture, space, exif_orientation_applies, mut warnings, broken: _ } = decoded;
    let mut preview = picture.shrunk(PREVIEW_LONG_SIDE)?;
    drop(picture);
    warnings.extend(colour::to_srgb(&mut preview, &space));
    if exif_orientation_applies {
        preview = orient::upright(preview, orientation);
    }
    cover::cover(&mut preview, covers);
    let thumb = preview.shrunk(THUMB_LONG_SIDE)?;
    Ok(Rendered {
        preview_jpeg: jpeg(&preview)?,
        preview_size: preview.size,
        thumb_jpeg: jpeg(&thumb)?,
        thumb_size: thumb.size,
        placeholder: placeholder(&thumb)?,
        quality: Quality::measured(&preview.luma())?,
        warnings,
    })
}

/// A JPEG of the pixels and nothing else: no EXIF, no profile, no comment.
fn jpeg(picture: &Raster) -> Result<Vec<u8>, Quarantine> {
    let side = |side: u32| usize::try_from(side).map_err(|_| Quarantine::DecoderLimit);
    let (width, height) = (side(picture.size.width)?, side(picture.size.height)?);
    let pitch = width.saturating_mul(3);
    let image = Image { pixels: picture.rgb.as_slice(), width, pitch, height, format: PixelFormat::RGB };
    let encode = || {
        let mut encoder = Compressor::new()?;
        encoder.set_quality(JPEG_QUALITY)?;
        encoder.set_subsamp(Subsamp::Sub2x2)?;
        encoder.compress_to_vec(image)
    };
    encode().map_err(|_: turbojpeg::Error| Quarantine::DecoderLimit)
}

fn placeholder(picture: &Raster) -> Result<Vec<u8>, Quarantine> {
    let small = picture.shrunk(PLACEHOLDER_LONG_SIDE)?;
    let side = |side: u32| usize::try_from(side).map_err(|_| Quarantine::DecoderLimit);
    let (width, height) = (side(small.size.width)?, side(small.size.height)?);
    Ok(fast_thumbhash::rgba_to_thumb_hash(width, height, &small.rgba()))
}
