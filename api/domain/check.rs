//! Checks: what was measured on a photo, against which threshold, and how it ended. A check never refuses a photo.

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

/// One check with the number that decided it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Stable code: `damaged`, `too_dark`, `blurred`, `too_small_to_read`, `media_type`, `exif_position`, `exif_time`.
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
