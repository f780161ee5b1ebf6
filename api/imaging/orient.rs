//! Turning stored pixels upright: the eight cases of the Orientation tag (TIFF 6.0, page 36).

use crate::outcome::Size;
use crate::raster::Raster;

/// How many output rows are filled together, so that both sides of a transposition stay in cache.
const BAND: usize = 32;

/// Whether an orientation exchanges width and height.
pub(crate) fn turns_sideways(orientation: u8) -> bool {
    (5..=8).contains(&orientation)
}

/// The picture as it is meant to be seen. Anything but 2 to 8 leaves it as it is.
pub(crate) fn upright(picture: Raster, orientation: u8) -> Raster {
    let Raster { size, mut rgb } = picture;
    let row_bytes = usize::try_from(size.width).unwrap_or(usize::MAX).saturating_mul(3).max(3);
    match orientation {
        2 => {
            for row in rgb.chunks_exact_mut(row_bytes) {
                row.as_chunks_mut::<3>().0.reverse();
            }
        }
        3 => rgb.as_chunks_mut::<3>().0.reverse(),
        4 => rgb = rgb.chunks_exact(row_bytes).rev().flatten().copied().collect(),
        5 => return transposed(size, &rgb, false, false),
        6 => return transposed(size, &rgb, false, true),
        7 => return transposed(size, &rgb, true, true),
        8 => return transposed(size, &rgb, true, false),
        _ => {}
    }
    Raster { size, rgb }
}

/// Columns become rows, taken from the right if `from_right`, each read upwards if `from_bottom`.
fn transposed(size: Size, rgb: &[u8], from_right: bool, from_bottom: bool) -> Raster {
    let width = usize::try_from(size.width).unwrap_or(usize::MAX).max(1);
    let height = usize::try_from(size.height).unwrap_or(usize::MAX).max(1);
    let pixels = rgb.as_chunks::<3>().0;
    let mut turned = vec![0; rgb.len()];
    for (band, rows) in turned.as_chunks_mut::<3>().0.chunks_mut(height.saturating_mul(BAND)).enumerate() {
        let first = band * BAND;
        let count = rows.len() / height;
        for (y, row) in pixels.chunks_exact(width).enumerate() {
            let x_out = if from_bottom { height - 1 - y.min(height - 1) } else { y };
            let columns = if from_right {
                row.get(width.saturating_sub(first + count)..width.saturating_sub(first))
            } else {
                row.get(first..first + count)
            };
            let columns = columns.unwrap_or_default();
            let mut put = |y_out: usize, pixel: &[u8; 3]| {
                if let Some(target) = rows.get_mut(y_out * height + x_out) {
                    *target = *pixel;
                }
            };
            if from_right {
                columns.iter().rev().enumerate().for_each(|(y_out, pixel)| put(y_out, pixel));
            } else {
                columns.iter().enumerate().for_each(|(y_out, pixel)| put(y_out, pixel));
            }
        }
    }
    Raster { size: size.turned(), rgb: turned }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test may stop at the first surprise")]
    use super::*;

    /// Where the pixel seen at (x, y) of the upright `w` x `h` picture is stored, by the standard's text.
    fn stored_at(orientation: u8, x: u32, y: u32, w: u32, h: u32) -> (u32, u32) {
        match orientation {
            2 => (w - 1 - x, y),
            3 => (w - 1 - x, h - 1 - y),
            4 => (x, h - 1 - y),
            5 => (y, x),
            6 => (y, w - 1 - x),
            7 => (h - 1 - y, w - 1 - x),
            8 => (h - 1 - y, x),
            _ => (x, y),
        }
    }

    #[test]
    fn every_orientation_comes_out_upright() {
        let (w, h) = (70_u32, 45_u32);
        let pixel = |x: u32, y: u32| [x.to_le_bytes()[0], y.to_le_bytes()[0], 7];
        let want: Vec<u8> = (0..h).flat_map(|y| (0..w).flat_map(move |x| pixel(x, y))).collect();
        for orientation in 0..=9 {
            let stored = if turns_sideways(orientation) { Size::new(h, w) } else { Size::new(w, h) };
            let mut rgb = vec![0; want.len()];
            for y in 0..h {
                for x in 0..w {
                    let (sx, sy) = stored_at(orientation, x, y, w, h);
                    let at = usize::try_from((sy * stored.width + sx) * 3).unwrap_or_default();
                    rgb[at..at + 3].copy_from_slice(&pixel(x, y));
                }
            }
            let seen = upright(Raster { size: stored, rgb }, orientation);
            assert_eq!(seen.size, Size::new(w, h), "orientation {orientation}");
            assert!(seen.rgb == want, "orientation {orientation}");
        }
    }
}
