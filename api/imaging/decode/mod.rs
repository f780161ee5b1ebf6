//! From the bytes of a file to rows of RGB, no larger than needed, each format in its own file.

mod heic;
mod jpeg;
mod png;
mod webp;

use image::{ColorType, ImageDecoder, ImageError};

use crate::colour::Space;
use crate::format::Format;
use crate::limits::Limits;
use crate::outcome::{NoPreview, Quarantine, Size, Warning};
use crate::raster::Raster;

/// What a decoder hands on: pixels as stored, and what is still to be done with them.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The pixels, perhaps already smaller than the file's, never smaller than asked for.
    pub(crate) picture: Raster,
    /// What the numbers mean.
    pub(crate) space: Space,
    /// Whether the EXIF orientation is still to be applied; HEIF turns pictures by its own boxes.
    pub(crate) exif_orientation_applies: bool,
    /// What was odd.
    pub(crate) warnings: Vec<Warning>,
    /// What is wrong with it, where only a part could be decoded.
    pub(crate) broken: Option<Quarantine>,
}

/// Why there are no pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The file is at fault.
    Quarantine(Quarantine),
    /// We are.
    NoPreview(NoPreview),
}

impl From<Quarantine> for Failure {
    fn from(reason: Quarantine) -> Self {
        Self::Quarantine(reason)
    }
}

impl From<NoPreview> for Failure {
    fn from(reason: NoPreview) -> Self {
        Self::NoPreview(reason)
    }
}

/// The size that a file declares, as displayed except for an EXIF orientation.
///
/// # Errors
/// Where no header could be read.
pub(crate) fn declared_size(bytes: &[u8], format: Format) -> Result<Size, Failure> {
    match format {
        Format::Jpeg => Ok(crate::jpeg_markers::read(bytes, 0)?.size),
        Format::Png => Ok(crate::png_chunks::size(bytes)?),
        Format::WebP => Ok(crate::webp_chunks::read(bytes)?.size),
        Format::Heic => heic::declared_size(bytes),
        Format::Avif => crate::heif_boxes::declared_size(bytes).ok_or(NoPreview::AvifNotDecoded.into()),
    }
}

/// Decodes a file of a known format, at least `long_side` pixels long where the file is.
///
/// # Errors
/// [`Failure`], whose codes are stable.
pub(crate) fn decode(
    bytes: &[u8],
    format: Format,
    limits: &Limits,
    long_side: u32,
) -> Result<Decoded, Failure> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, limits, long_side),
        Format::Png => png::decode(bytes, limits),
        Format::WebP => webp::decode(bytes, limits),
        Format::Heic => heic::decode(bytes, limits),
        Format::Avif => Err(NoPreview::AvifNotDecoded.into()),
    }
}

/// Refuses more pixels than allowed, before anything is allocated for them.
fn gate(size: Size, max_pixels: u64) -> Result<(), Failure> {
    if size.pixels() > max_pixels { Err(Quarantine::TooManyPixels.into()) } else { Ok(()) }
}

/// Runs a decoder of the `image` crate within the budget. Its own limits miss the final buffer when the
/// decoder is used directly, so that is checked here.
fn read_all(mut decoder: impl ImageDecoder, max_pixels: u64, limits: &Limits) -> Result<Raster, Failure> {
    let (width, height) = decoder.dimensions();
    let size = Size::new(width, height);
    gate(size, max_pixels)?;
    let total = decoder.total_bytes();
    if total > limits.max_decoded_bytes {
        return Err(Quarantine::DecoderLimit.into());
    }
    let mut caps = image::Limits::default();
    caps.max_alloc = Some(limits.max_decoded_bytes);
    decoder.set_limits(caps).map_err(|error| blame(&error))?;
    let kind = decoder.color_type();
    let mut pixels = vec![0; usize::try_from(total).map_err(|_| Quarantine::DecoderLimit)?];
    decoder.read_image(&mut pixels).map_err(|error| blame(&error))?;
    let rgb = on_white(kind, pixels).ok_or(NoPreview::UnsupportedEncoding)?;
    Ok(Raster { size, rgb })
}

/// Whose fault an error of the `image` crate is.
fn blame(error: &ImageError) -> Failure {
    match error {
        ImageError::Limits(_) => Quarantine::DecoderLimit.into(),
        ImageError::Unsupported(_) => NoPreview::UnsupportedEncoding.into(),
        ImageError::IoError(why) if why.kind() == std::io::ErrorKind::UnexpectedEof => {
            Quarantine::Truncated.into()
        }
        _ => Quarantine::Damaged.into(),
    }
}

/// Any pixel layout as RGB bytes, transparent parts laid on white. `None` for layouts nobody sends.
fn on_white(kind: ColorType, pixels: Vec<u8>) -> Option<Vec<u8>> {
    let high = |pair: [u8; 2]| {
        let [high, _] = u16::from_ne_bytes(pair).to_be_bytes();
        high
    };
    Some(match kind {
        ColorType::Rgb8 => pixels,
        ColorType::L8 => pixels.iter().flat_map(|y| [*y; 3]).collect(),
        ColorType::La8 => pixels.as_chunks().0.iter().flat_map(|&[y, a]| [blend(y, a); 3]).collect(),
        ColorType::Rgba8 => pixels
            .as_chunks()
            .0
            .iter()
            .flat_map(|&[r, g, b, a]| [blend(r, a), blend(g, a), blend(b, a)])
            .collect(),
        ColorType::L16 => pixels.as_chunks().0.iter().flat_map(|&pair| [high(pair); 3]).collect(),
        ColorType::La16 => pixels
            .as_chunks()
            .0
            .iter()
            .flat_map(|&[y0, y1, a0, a1]| [blend(high([y0, y1]), high([a0, a1])); 3])
            .collect(),
        ColorType::Rgb16 => pixels.as_chunks().0.iter().map(|&pair| high(pair)).collect(),
        ColorType::Rgba16 => pixels
            .as_chunks()
            .0
            .iter()
            .flat_map(|&[r0, r1, g0, g1, b0, b1, a0, a1]| {
                let a = high([a0, a1]);
                [blend(high([r0, r1]), a), blend(high([g0, g1]), a), blend(high([b0, b1]), a)]
            })
            .collect(),
        _ => return None,
    })
}

/// A colour with an opacity over white, rounded.
fn blend(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    let mixed = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

/// A profile as a colour space, or the warning that stands for a profile left out.
fn space_of(icc: Option<Vec<u8>>, too_large: bool, warnings: &mut Vec<Warning>) -> Space {
    if too_large {
        warnings.push(Warning::ColourProfileTooLarge);
    }
    icc.map_or(Space::Srgb, Space::Icc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparency_becomes_white() {
        assert_eq!(
            on_white(ColorType::Rgba8, vec![10, 20, 30, 255, 10, 20, 30, 0]),
            Some(vec![10, 20, 30, 255, 255, 255])
        );
        assert_eq!(on_white(ColorType::La8, vec![0, 128]), Some(vec![127; 3]));
        let sixteen: Vec<u8> =
            [0x1234_u16, 0x5678, 0x9ABC, 0xFFFF].iter().flat_map(|v| v.to_ne_bytes()).collect();
        assert_eq!(on_white(ColorType::Rgba16, sixteen), Some(vec![0x12, 0x56, 0x9A]));
    }
}
