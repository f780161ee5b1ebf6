//! WebP, lossy and lossless; of an animation the first frame.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;

use super::{Decoded, Failure, blame, gate, read_all, space_of};
use crate::limits::Limits;
use crate::outcome::Quarantine;
use crate::webp_chunks;

/// Decodes a WebP file.
///
/// # Errors
/// `truncated` where the file is shorter than it says, `damaged` where its stream is wrong.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Failure> {
    let header = webp_chunks::read(bytes)?;
    gate(header.size, limits.max_pixels_raster)?;
    if header.truncated {
        return Err(Quarantine::Truncated.into());
    }
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| blame(&error))?;
    let picture = read_all(decoder, limits.max_pixels_raster, limits)?;
    let too_large = header.icc.is_some_and(|icc| icc.len() > limits.max_icc_bytes);
    let icc = header.icc.filter(|_| !too_large).map(<[u8]>::to_vec);
    let mut warnings = Vec::new();
    let space = space_of(icc, too_large, &mut warnings);
    Ok(Decoded { picture, space, exif_orientation_applies: true, warnings, broken: None })
}
