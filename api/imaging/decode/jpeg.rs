//! JPEG by libjpeg-turbo, scaled down while decoding; what it does not read goes to a slower decoder.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat, ScalingFactor};

use super::{Decoded, Failure, blame, gate, read_all, space_of};
use crate::jpeg_markers;
use crate::limits::Limits;
use crate::outcome::{NoPreview, Quarantine, Size, Warning};
use crate::raster::Raster;

/// Padding between scans and before the end is small. More bytes than this left over mean that a part was
/// lost and the decoder, out of step, reached its last row too early.
const MAX_STRAY_BYTES: u64 = 4096;

/// Decodes at the smallest power-of-two scale that is still `long_side` pixels long: the inverse DCT
/// then yields the small picture directly, which costs half and a quarter of the memory.
///
/// A file that is cut off or spoilt gives what is left of it, marked as broken: reading the scaled picture
/// reads every coefficient, so the check costs nothing.
///
/// # Errors
/// `truncated` and `damaged` where nothing is left to be seen; limits and codings as they are found.
pub(super) fn decode(bytes: &[u8], limits: &Limits, long_side: u32) -> Result<Decoded, Failure> {
    let header = jpeg_markers::read(bytes, limits.max_icc_bytes)?;
    gate(header.size, limits.max_pixels_raster)?;
    let cut = (!header.is_complete(bytes)).then_some(Quarantine::Truncated);
    let mut warnings = Vec::new();
    let bytes = if let Some(cleaned) = &header.without_stray {
        warnings.push(Warning::ExtraneousBytes);
        cleaned
    } else {
        bytes
    };
    let decoded = match scaled(bytes, limits, long_side, &mut warnings) {
        Err(Failure::NoPreview(NoPreview::UnsupportedEncoding)) => whole(bytes, limits),
        other => other,
    };
    // A decoder that was led astray by a missing end blames the bytes before it.
    let (picture, fault) = decoded.map_err(|failure| match (failure, cut) {
        (Failure::Quarantine(Quarantine::Damaged), Some(cut)) => cut.into(),
        (failure, _) => failure,
    })?;
    let space = space_of(header.icc, header.icc_too_large, &mut warnings);
    Ok(Decoded { picture, space, exif_orientation_applies: true, warnings, broken: cut.or(fault) })
}

/// A picture, and what is wrong with it where it is not the whole.
type Found = (Raster, Option<Quarantine>);

fn scaled(
    bytes: &[u8],
    limits: &Limits,
    long_side: u32,
    warnings: &mut Vec<Warning>,
) -> Result<Found, Failure> {
    let mut decoder = Decompressor::new().map_err(|_| Quarantine::DecoderLimit)?;
    decoder.set_scan_limit(limits.max_jpeg_scans).map_err(|_| Quarantine::DecoderLimit)?;
    let header = decoder.read_header(bytes).map_err(|error| understood(&error))?;
    gate(size_of(header.width, header.height)?, limits.max_pixels_raster)?;
    if matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK) {
        return Err(NoPreview::UnsupportedEncoding.into());
    }
    let long = header.width.max(header.height);
    let wanted = usize::try_from(long_side).unwrap_or(usize::MAX);
    let factor = [ScalingFactor::ONE_EIGHTH, ScalingFactor::ONE_QUARTER, ScalingFactor::ONE_HALF]
        .into_iter()
        .find(|factor| !header.is_lossless && factor.scale(long) >= wanted)
        .unwrap_or(ScalingFactor::ONE);
    decoder.set_scaling_factor(factor).map_err(|_| Quarantine::DecoderLimit)?;
    let small = header.scaled(factor);
    let pitch = small.width.saturating_mul(3);
    let mut rgb = vec![0; pitch.saturating_mul(small.height)];
    let target = Image {
        pixels: rgb.as_mut_slice(),
        width: small.width,
        pitch,
        height: small.height,
        format: PixelFormat::RGB,
    };
    let mut fault = None;
    if let Err(error) = decoder.decompress(bytes, target) {
        // The library reports its last warning as an error, with all pixels already in place.
        let text = error.to_string();
        match stray_bytes(&text) {
            Some(stray) if stray > MAX_STRAY_BYTES => fault = Some(Quarantine::Damaged),
            Some(_) => warnings.push(Warning::ExtraneousBytes),
            None if is_harmless(&text) => {}
            None => match understood(&error) {
                Failure::Quarantine(reason @ (Quarantine::Truncated | Quarantine::Damaged))
                    if shows_something(&rgb) =>
                {
                    fault = Some(reason);
                }
                failure => return Err(failure),
            },
        }
    }
    Ok((Raster { size: size_of(small.width, small.height)?, rgb }, fault))
}

/// Whether more was decoded than the noise of a beginning: what the library never reached is of the last colour.
fn shows_something(rgb: &[u8]) -> bool {
    let pixels = rgb.as_chunks::<3>().0;
    let differing = pixels.last().map_or(0, |last| pixels.iter().filter(|pixel| *pixel != last).count());
    differing > pixels.len() / 1000
}

/// CMYK, YCCK and whatever else libjpeg-turbo does not turn into RGB: decoded whole.
fn whole(bytes: &[u8], limits: &Limits) -> Result<Found, Failure> {
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| blame(&error))?;
    Ok((read_all(decoder, limits.max_pixels_raster, limits)?, None))
}

/// How many bytes the decoder found that belong to nothing, if that is what it says.
fn stray_bytes(text: &str) -> Option<u64> {
    let (before, _) = text.split_once(" extraneous bytes before marker")?;
    before.rsplit(' ').next()?.parse().ok()
}

/// Warnings of libjpeg about odd headers that say nothing against the pixels.
fn is_harmless(text: &str) -> bool {
    text.contains("Adobe color transform") || text.contains("Invalid SOS parameters")
}

/// What the texts of libjpeg-turbo (jerror.h, turbojpeg.c) mean; it has no codes to offer.
fn understood(error: &turbojpeg::Error) -> Failure {
    let text = error.to_string();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if says(&["Premature end"]) {
        Quarantine::Truncated.into()
    } else if says(&[" scans", "nsufficient memory", "emory allocation"]) {
        Quarantine::DecoderLimit.into()
    } else if says(&["nsupported", "not supported", "precision"]) {
        NoPreview::UnsupportedEncoding.into()
    } else {
        Quarantine::Damaged.into()
    }
}

fn size_of(width: usize, height: usize) -> Result<Size, Failure> {
    let side = |side: usize| u32::try_from(side).map_err(|_| Failure::from(Quarantine::Damaged));
    Ok(Size::new(side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_the_library_are_understood() {
        let said = |text: &str| understood(&turbojpeg::Error::TurboJpegError(text.to_owned()));
        assert_eq!(said("Premature end of JPEG file"), Quarantine::Truncated.into());
        assert_eq!(said("Progressive JPEG image has more than 100 scans"), Quarantine::DecoderLimit.into());
        assert_eq!(said("Unsupported JPEG data precision 12"), NoPreview::UnsupportedEncoding.into());
        assert_eq!(said("Corrupt JPEG data: bad Huffman code"), Quarantine::Damaged.into());
        let stray = "TurboJPEG error: Corrupt JPEG data: 4711 extraneous bytes before marker 0xd9";
        assert_eq!(stray_bytes(stray), Some(4711));
        assert_eq!(stray_bytes("Corrupt JPEG data: bad Huffman code"), None);
    }
}
