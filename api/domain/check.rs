//! Checks: what was measured on a photo, against which threshold, and how it ended. A check never refuses a photo.

use crate::moment::DeviceMoment;
use crate::place::GeoFix;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing to say.
    Pass,
    /// Worth a second look.
    Warn,
    /// The photo will hardly serve.
    Fail,
    /// What is needed to tell is missing.
    CannotTell,
}

/// Mean brightness of the pixels.
pub const TOO_DARK: &str = "too_dark";
/// Sharpness of the pixels.
pub const BLURRED: &str = "blurred";
/// Number of pixels, for text on it.
pub const TOO_SMALL_TO_READ: &str = "too_small_to_read";
/// First bytes against the declared type.
pub const MEDIA_TYPE: &str = "media_type";
/// Metres between the camera's position and the declared one.
pub const EXIF_POSITION: &str = "exif_position";
/// Seconds between the camera's time and the declared one.
pub const EXIF_TIME: &str = "exif_time";
/// Whether the file is all there.
pub const DAMAGED: &str = "damaged";
/// What the device's signature over the declaration was worth when it came; only of photos that came with one.
pub const ENVELOPE: &str = "envelope";
/// Seconds between the device's clock and the time that was counted on from one of ours; only of photos that came with such.
pub const CLOCK: &str = "clock";
/// Every code of a check.
pub const CODES: [&str; 9] =
    [DAMAGED, TOO_DARK, BLURRED, TOO_SMALL_TO_READ, MEDIA_TYPE, EXIF_POSITION, EXIF_TIME, ENVELOPE, CLOCK];

/// One check with the number that decided it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Stable code out of [`CODES`].
    pub code: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was measured, in the unit of the code.
    pub measured: Option<f64>,
    /// The value that decides.
    pub threshold: Option<f64>,
}

/// Seconds by which the camera's time may differ from the declared capture time (proposal of the process: 5 minutes).
pub const TIME_DIFFERENCE_S: f64 = 300.0;
/// Metres by which the camera's position may differ from the declared one, besides twice its accuracy (proposal).
pub const POSITION_DIFFERENCE_M: f64 = 200.0;

impl Check {
    /// A check that could not be made.
    #[must_use]
    pub fn cannot_tell(code: &str) -> Self {
        Self { code: code.to_owned(), outcome: Outcome::CannotTell, measured: None, threshold: None }
    }

    /// A check that warns above a threshold.
    #[must_use]
    pub fn at_most(code: &str, measured: f64, threshold: f64) -> Self {
        let outcome = if measured <= threshold { Outcome::Pass } else { Outcome::Warn };
        Self { code: code.to_owned(), outcome, measured: Some(measured), threshold: Some(threshold) }
    }

    /// A check that holds or not, without a number.
    #[must_use]
    pub fn holds(code: &str, holds: bool) -> Self {
        let outcome = if holds { Outcome::Pass } else { Outcome::Warn };
        Self { code: code.to_owned(), outcome, measured: None, threshold: None }
    }
}

/// The camera's position, `(latitude, longitude)` in degrees, against the declared one: metres apart. Differences are
/// worth a look; where either is missing nothing is claimed.
#[must_use]
pub fn exif_position(declared: Option<&GeoFix>, camera: Option<(f64, f64)>) -> Check {
    let (Some(fix), Some((latitude, longitude))) = (declared, camera) else {
        return Check::cannot_tell(EXIF_POSITION);
    };
    let threshold = POSITION_DIFFERENCE_M + 2.0 * fix.accuracy_m();
    Check::at_most(EXIF_POSITION, fix.distance_m(latitude, longitude), threshold)
}

/// The camera's clock against the declared capture time: seconds apart, whichever is ahead. Where the camera names no
/// offset (minutes east of UTC), it is taken to have kept the device's own.
#[must_use]
pub fn exif_time(declared: &DeviceMoment, camera: Option<DateTime>, camera_offset_min: Option<i16>) -> Check {
    match taken_at(declared, camera, camera_offset_min) {
        Some(at) => {
            let difference_s = at.duration_since(declared.at).as_secs_f64().abs();
            Check::at_most(EXIF_TIME, difference_s, TIME_DIFFERENCE_S)
        }
        None => Check::cannot_tell(EXIF_TIME),
    }
}

fn taken_at(declared: &DeviceMoment, camera: Option<DateTime>, offset_min: Option<i16>) -> Option<Timestamp> {
    let offset_s = offset_min.map_or(declared.offset_s, |minutes| i32::from(minutes) * 60);
    Offset::from_seconds(offset_s).ok()?.to_timestamp(camera?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said() -> DeviceMoment {
        DeviceMoment::parse("2026-03-20T08:15:00+07:00").unwrap()
    }

    fn clock(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_camera_near_the_declared_place_passes_and_one_far_away_is_worth_a_look() {
        let fix = GeoFix::parse(15.7431, 107.9642, 10.0).unwrap();
        let near = exif_position(Some(&fix), Some((15.7441, 107.9642)));
        assert_eq!((near.outcome, near.threshold), (Outcome::Pass, Some(220.0)));
        assert!((near.measured.unwrap() - 111.2).abs() < 0.5, "{near:?}");
        let far = exif_position(Some(&fix), Some((15.7531, 107.9642)));
        assert_eq!(far.outcome, Outcome::Warn, "{far:?}");
        assert!((far.measured.unwrap() - 1112.0).abs() < 2.0, "{far:?}");
    }

    #[test]
    fn a_coarse_position_allows_twice_its_radius() {
        let coarse = GeoFix::parse(15.7431, 107.9642, 500.0).unwrap();
        let check = exif_position(Some(&coarse), Some((15.7531, 107.9642)));
        assert_eq!((check.outcome, check.threshold), (Outcome::Pass, Some(1200.0)));
    }

    #[test]
    fn without_one_of_the_positions_nothing_is_claimed() {
        let fix = GeoFix::parse(15.7431, 107.9642, 10.0).unwrap();
        assert_eq!(exif_position(None, Some((15.7431, 107.9642))), Check::cannot_tell(EXIF_POSITION));
        assert_eq!(exif_position(Some(&fix), None), Check::cannot_tell(EXIF_POSITION));
    }

    #[test]
    fn the_last_second_that_passes_is_the_three_hundredth_on_either_side() {
        for (camera, seconds, outcome) in [
            ("2026-03-20T08:15:00", 0.0, Outcome::Pass),
            ("2026-03-20T08:20:00", 300.0, Outcome::Pass),
            ("2026-03-20T08:10:00", 300.0, Outcome::Pass),
            ("2026-03-20T08:20:00.5", 300.5, Outcome::Warn),
            ("2026-03-20T08:09:59", 301.0, Outcome::Warn),
            ("2025-03-20T08:15:00", 31_536_000.0, Outcome::Warn),
        ] {
            let check = exif_time(&said(), Some(clock(camera)), None);
            assert_eq!((check.measured, check.outcome), (Some(seconds), outcome), "{camera}");
        }
    }

    #[test]
    fn a_camera_that_names_its_offset_is_taken_at_its_word() {
        // The same moment, on a camera that kept UTC, and one that claims to have kept Tokyo's time.
        assert_eq!(exif_time(&said(), Some(clock("2026-03-20T01:15:00")), Some(0)).measured, Some(0.0));
        let tokyo = exif_time(&said(), Some(clock("2026-03-20T08:15:00")), Some(540));
        assert_eq!((tokyo.measured, tokyo.outcome), (Some(7200.0), Outcome::Warn));
    }

    #[test]
    fn a_missing_or_impossible_clock_claims_nothing() {
        assert_eq!(exif_time(&said(), None, Some(420)), Check::cannot_tell(EXIF_TIME));
        assert_eq!(
            exif_time(&said(), Some(clock("2026-03-20T08:15:00")), Some(i16::MAX)).outcome,
            Outcome::CannotTell
        );
        assert_eq!(
            exif_time(&said(), Some(clock("9999-12-31T23:59:59")), Some(-1200)).outcome,
            Outcome::CannotTell
        );
    }

    proptest! {
        #[test]
        fn the_declared_place_itself_always_passes(lat in -89.0..=89.0_f64, lon in -180.0..=180.0_f64, r in 0.1..=1e5_f64) {
            if let Ok(fix) = GeoFix::parse(lat, lon, r) {
                prop_assert_eq!(exif_position(Some(&fix), Some((lat, lon))).outcome, Outcome::Pass);
            }
        }

        #[test]
        fn time_differences_do_not_depend_on_the_offset_named(minutes in -720_i16..=720) {
            let offset = Offset::from_seconds(i32::from(minutes) * 60).unwrap();
            let check = exif_time(&said(), Some(offset.to_datetime(said().at)), Some(minutes));
            prop_assert_eq!(check.measured, Some(0.0));
        }
    }
}
