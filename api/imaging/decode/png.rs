//! PNG, the chunks that make pixels alone.

use std::io::Cursor;

use image::codecs::png::PngDecoder;

use super::{Decoded, Failure, blame, gate, read_all, space_of};
use crate::limits::Limits;
use crate::png_chunks;

/// Decodes the first image of a PNG.
///
/// # Errors
/// `truncated` without an `IEND`, `damaged` where a checksum or the stream is wrong.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Failure> {
    gate(png_chunks::size(bytes)?, limits.max_pixels_raster)?;
    let header = png_chunks::read(bytes, limits.max_icc_bytes)?;
    gate(header.size, limits.max_pixels_raster)?;
    let mut caps = image::Limits::default();
    caps.max_alloc = Some(limits.max_decoded_bytes);
    let decoder =
        PngDecoder::with_limits(Cursor::new(header.pixels_only), caps).map_err(|error| blame(&error))?;
    let picture = read_all(decoder, limits.max_pixels_raster, limits)?;
    let mut warnings = Vec::new();
    let space = space_of(header.icc, header.icc_too_large, &mut warnings);
    Ok(Decoded { picture, space, exif_orientation_applies: true, warnings, broken: None })
}
