//! HEIC. Its decoder is young and hungry (18 bytes a pixel), so the header is asked first.

use heic_decoder::{ColorInfo, HeifError};
use image::ColorType;

use super::{Decoded, Failure, gate, on_white};
use crate::colour::Space;
use crate::heif_boxes;
use crate::limits::Limits;
use crate::outcome::{NoPreview, Quarantine, Size, Warning};
use crate::raster::Raster;

/// Code points of ITU-T H.273 for primaries and transfer.
mod code {
    pub(super) const PRIMARIES_BT2020: u16 = 9;
    pub(super) const PRIMARIES_P3_D65: u16 = 12;
    pub(super) const TRANSFER_PQ: u16 = 16;
    pub(super) const TRANSFER_HLG: u16 = 18;
}

/// The size as displayed: the container's own rotation is part of it.
///
/// # Errors
/// Where the container or the first parameter sets cannot be read.
pub(super) fn declared_size(bytes: &[u8]) -> Result<Size, Failure> {
    let info = heic_decoder::probe(bytes).map_err(|error| blame(bytes, &error))?;
    size_of(info.width, info.height)
}

/// Decodes the primary picture, turned and mirrored by `irot` and `imir`. The EXIF orientation repeats
/// what those boxes say and must not be applied as well.
///
/// # Errors
/// `truncated` where the media box is cut off, `unsupported-encoding` for codings of HEVC that stills
/// of phones do not use.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Failure> {
    let info = heic_decoder::probe(bytes).map_err(|error| blame(bytes, &error))?;
    gate(size_of(info.coded_width, info.coded_height)?, limits.max_pixels_heic)?;
    gate(size_of(info.width, info.height)?, limits.max_pixels_heic)?;
    if heif_boxes::ends_early(bytes, true) {
        return Err(Quarantine::Truncated.into());
    }
    let decoded = heic_decoder::decode(bytes).map_err(|error| blame(bytes, &error))?;
    let size = size_of(decoded.width, decoded.height)?;
    let rgb = if decoded.alpha.is_some() {
        let rgba = decoded.to_rgba8().map_err(|error| blame(bytes, &error))?;
        on_white(ColorType::Rgba8, rgba.data).ok_or(NoPreview::UnsupportedEncoding)?
    } else {
        decoded.to_rgb8().map_err(|error| blame(bytes, &error))?.data
    };
    let mut warnings = Vec::new();
    let space = match decoded.metadata.icc_profile {
        Some(icc) if icc.len() > limits.max_icc_bytes => {
            warnings.push(Warning::ColourProfileTooLarge);
            Space::Srgb
        }
        Some(icc) => Space::Icc(icc),
        None => decoded.color_info.map_or(Space::Srgb, named_space),
    };
    let picture = Raster { size, rgb };
    Ok(Decoded { picture, space, exif_orientation_applies: false, warnings, broken: None })
}

fn named_space(info: ColorInfo) -> Space {
    match (info.color_primaries, info.transfer_characteristics) {
        (_, code::TRANSFER_PQ | code::TRANSFER_HLG) | (code::PRIMARIES_BT2020, _) => Space::Other,
        (code::PRIMARIES_P3_D65, _) => Space::DisplayP3,
        _ => Space::Srgb,
    }
}

fn blame(bytes: &[u8], error: &HeifError) -> Failure {
    match error {
        HeifError::Unsupported(_) => NoPreview::UnsupportedEncoding.into(),
        HeifError::LimitExceeded(_) => Quarantine::DecoderLimit.into(),
        HeifError::Truncated { .. } => Quarantine::Truncated.into(),
        _ if heif_boxes::ends_early(bytes, false) => Quarantine::Truncated.into(),
        _ => Quarantine::Damaged.into(),
    }
}

fn size_of(width: usize, height: usize) -> Result<Size, Failure> {
    let fit = |side: usize| u32::try_from(side).map_err(|_| Failure::from(Quarantine::TooManyPixels));
    let size = Size::new(fit(width)?, fit(height)?);
    if size.pixels() == 0 { Err(Quarantine::Damaged.into()) } else { Ok(size) }
}
