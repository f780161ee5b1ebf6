//! Covering parts of a picture, so that what a person marked there can't be read in what is shown.

use serde::{Deserialize, Serialize};

use crate::raster::Raster;

/// A rectangle of the upright picture, as parts of its width and height: 0 to 1 from its left upper corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// Where it begins, from the left.
    pub left: f64,
    /// Where it begins, from above.
    pub top: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

/// What a covered pixel becomes: a grey that no ink and no paper is taken for.
const COVERED: u8 = 96;

/// The pixels from one part of a side to another, each that is touched at all.
fn span(from: f64, length: f64, side: u32) -> (usize, usize) {
    let side = f64::from(side);
    let whole = |at: f64| {
        #[allow(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the side of a picture that fits into memory; a NaN becomes 0"
        )]
        let pixel = at.clamp(0.0, side) as usize;
        pixel
    };
    (whole((from * side).floor()), whole(((from + length) * side).ceil()))
}

/// Covers rectangles of an upright picture.
pub(crate) fn cover(picture: &mut Raster, covers: &[Cover]) {
    let Ok(pitch) = usize::try_from(picture.size.width).map(|width| width.saturating_mul(3)) else { return };
    for one in covers {
        let (left, right) = span(one.left, one.width, picture.size.width);
        let (top, bottom) = span(one.top, one.height, picture.size.height);
        let rows = picture.rgb.chunks_mut(pitch.max(1)).skip(top).take(bottom.saturating_sub(top));
        for row in rows {
            if let Some(pixels) = row.get_mut(left.saturating_mul(3)..right.saturating_mul(3)) {
                pixels.fill(COVERED);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::outcome::Size;

    fn covered(left: f64, top: f64, width: f64, height: f64) -> Vec<u8> {
        let mut picture = Raster { size: Size::new(4, 2), rgb: vec![255; 24] };
        cover(&mut picture, &[Cover { left, top, width, height }]);
        picture.rgb.chunks(3).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn every_pixel_that_is_touched_is_covered_and_no_other() {
        assert_eq!(covered(0.25, 0.0, 0.5, 0.5), [255, 96, 96, 255, 255, 255, 255, 255]);
        assert_eq!(covered(0.3, 0.5, 0.1, 0.5), [255, 255, 255, 255, 255, 96, 255, 255]);
        assert_eq!(covered(0.0, 0.0, 1.0, 1.0), [96; 8]);
        assert_eq!(covered(-3.0, 0.6, 9.0, 9.0), [255, 255, 255, 255, 96, 96, 96, 96]);
        assert_eq!(covered(f64::NAN, 0.0, 1.0, 1.0), [255; 8]);
        assert_eq!(covered(0.9, 0.0, -1.0, 1.0), [255; 8]);
    }
}
