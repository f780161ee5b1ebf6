//! What can be measured on the pixels, and what it means for a photo that shall be evidence.
//!
//! The checks tell the inspector while there is still time to take the photo again; they never block
//! anything: a blank wall is honestly unsharp.

use serde::{Deserialize, Serialize};

use crate::outcome::Size;
use crate::raster::{Luma, Misshapen};

/// The measures are taken on a picture of this long side, so that they do not depend on the camera.
const MEASURED_LONG_SIDE: u32 = 512;

/// Sharpness below this is blurred: real photos blurred with sigma 2 measure 8 in the median and at most
/// 30, sharp ones 900 in the median and hardly ever under 116.
pub const BLURRED_BELOW: f64 = 40.0;
/// Sharpness below this deserves a look.
pub const SOFT_BELOW: f64 = 80.0;
/// Mean luma below this is too dark.
pub const DARK_MEAN_BELOW: f64 = 40.0;
/// A 95th percentile of luma below this is too dark: nothing in the picture is lit.
pub const DARK_P95_BELOW: f64 = 90.0;
/// A long side below this many pixels is too small to read a notice board.
pub const SMALL_LONG_SIDE_BELOW: u32 = 1000;

/// Measures of the picture. All are finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Variance of the Laplacian of the luma; higher is sharper.
    pub sharpness: f64,
    /// Mean luma, 0 to 255.
    pub mean_luma: f64,
    /// The luma that 95 % of the pixels do not exceed, 0 to 255.
    pub p95_luma: f64,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing to say.
    Pass,
    /// Worth a second look.
    Warn,
    /// The photo will hardly serve.
    Fail,
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckCode {
    /// Is there enough light?
    TooDark,
    /// Is it sharp?
    Blurred,
    /// Are there enough pixels to read a text?
    TooSmallToRead,
}

impl CheckCode {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooDark => "too-dark",
            Self::Blurred => "blurred",
            Self::TooSmallToRead => "too-small-to-read",
        }
    }
}

/// One check with the number that decided it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub code: CheckCode,
    /// How it ended.
    pub outcome: Outcome,
    /// What was measured.
    pub measured: f64,
    /// Below which value it would not (or did not) pass.
    pub threshold: f64,
}

impl Quality {
    /// Measures a picture.
    pub(crate) fn measured(luma: &Luma) -> Result<Self, Misshapen> {
        let small = luma.shrunk(MEASURED_LONG_SIDE)?;
        let (mean_luma, p95_luma) = brightness(&small.y);
        Ok(Self { sharpness: laplacian_variance(&small), mean_luma, p95_luma })
    }
}

/// All checks of a picture: light, sharpness, pixels (`size` as displayed). Always three, in that order.
#[must_use]
pub fn checks(quality: &Quality, size: Size) -> [Check; 3] {
    [light(quality), sharpness(quality), legibility(size)]
}

/// Is there enough light? Mean luma decides, or the 95th percentile where the mean alone would pass.
#[must_use]
pub fn light(quality: &Quality) -> Check {
    let by_mean = below(CheckCode::TooDark, quality.mean_luma, DARK_MEAN_BELOW);
    let by_p95 = below(CheckCode::TooDark, quality.p95_luma, DARK_P95_BELOW);
    if by_mean.outcome == Outcome::Pass && by_p95.outcome == Outcome::Fail { by_p95 } else { by_mean }
}

/// Is it sharp?
#[must_use]
pub fn sharpness(quality: &Quality) -> Check {
    let blurred = below(CheckCode::Blurred, quality.sharpness, BLURRED_BELOW);
    if blurred.outcome == Outcome::Pass && quality.sharpness < SOFT_BELOW {
        return Check { outcome: Outcome::Warn, threshold: SOFT_BELOW, ..blurred };
    }
    blurred
}

/// Are there enough pixels to read a text?
#[must_use]
pub fn legibility(size: Size) -> Check {
    below(CheckCode::TooSmallToRead, f64::from(size.long_side()), f64::from(SMALL_LONG_SIDE_BELOW))
}

fn below(code: CheckCode, measured: f64, threshold: f64) -> Check {
    let outcome = if measured < threshold { Outcome::Fail } else { Outcome::Pass };
    Check { code, outcome, measured, threshold }
}

/// Variance of `4c - left - right - above - below` over all pixels that have four neighbours; zero where
/// none has.
fn laplacian_variance(luma: &Luma) -> f64 {
    let width = usize::try_from(luma.size.width).unwrap_or(usize::MAX).max(1);
    let rows: Vec<&[u8]> = luma.y.chunks_exact(width).collect();
    let (mut count, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    for window in rows.windows(3) {
        let [above, row, below] = window else { continue };
        let vertical = above.iter().zip(*below).skip(1);
        for (across, (up, down)) in row.windows(3).zip(vertical) {
            let [left, centre, right] = across else { continue };
            let around = i32::from(*left) + i32::from(*right) + i32::from(*up) + i32::from(*down);
            let value = f64::from(4 * i32::from(*centre) - around);
            count += 1.0;
            sum += value;
            squares += value * value;
        }
    }
    if count < 1.0 {
        return 0.0;
    }
    let mean = sum / count;
    (squares / count - mean * mean).max(0.0)
}

/// Mean and 95th percentile; zeros for no pixels.
fn brightness(luma: &[u8]) -> (f64, f64) {
    let mut histogram = [0_u32; 256];
    for value in luma {
        if let Some(bin) = histogram.get_mut(usize::from(*value)) {
            *bin += 1;
        }
    }
    let total = histogram.iter().map(|count| u64::from(*count)).sum::<u64>();
    let (mut seen, mut p95) = (0_u64, None);
    let mut weighted = 0.0_f64;
    for (value, count) in (0_u8..=255).zip(histogram) {
        weighted += f64::from(value) * f64::from(count);
        seen += u64::from(count);
        if p95.is_none() && seen > 0 && seen * 100 >= total * 95 {
            p95 = Some(value);
        }
    }
    let total = f64::from(u32::try_from(total).unwrap_or(u32::MAX)).max(1.0);
    (weighted / total, f64::from(p95.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(sharpness: f64, mean_luma: f64, p95_luma: f64) -> Quality {
        Quality { sharpness, mean_luma, p95_luma }
    }

    #[test]
    fn thresholds_split_where_they_say() {
        let fine = checks(&quality(80.0, 40.0, 90.0), Size::new(750, 1000));
        assert!(fine.iter().all(|check| check.outcome == Outcome::Pass));
        let soft = sharpness(&quality(79.9, 100.0, 200.0));
        assert_eq!((soft.outcome, soft.threshold), (Outcome::Warn, SOFT_BELOW));
        assert_eq!(sharpness(&quality(39.9, 100.0, 200.0)).outcome, Outcome::Fail);
        let dim = light(&quality(100.0, 60.0, 89.0));
        assert_eq!((dim.outcome, dim.measured, dim.threshold), (Outcome::Fail, 89.0, DARK_P95_BELOW));
        let dark = light(&quality(100.0, 39.0, 200.0));
        assert_eq!((dark.outcome, dark.threshold), (Outcome::Fail, DARK_MEAN_BELOW));
        assert_eq!(legibility(Size::new(999, 10)).outcome, Outcome::Fail);
    }

    #[test]
    fn measures_are_those_of_the_definition() {
        let size = Size::new(4, 3);
        let flat = Luma { size, y: vec![100; 12] };
        assert_eq!(Quality::measured(&flat), Ok(quality(0.0, 100.0, 100.0)));
        // One bright pixel with four neighbours, one neighbour of it: Laplacians 4 x 50 and -50.
        let mut y = vec![100; 12];
        if let Some(pixel) = y.get_mut(5) {
            *pixel = 150;
        }
        let spot = Luma { size, y };
        let expected = f64::midpoint(200.0 * 200.0, 50.0 * 50.0) - 75.0 * 75.0;
        assert!((laplacian_variance(&spot) - expected).abs() < 1e-9);
        let tiny = Luma { size: Size::new(1, 1), y: vec![9] };
        assert_eq!(Quality::measured(&tiny), Ok(quality(0.0, 9.0, 9.0)));
    }
}
