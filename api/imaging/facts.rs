//! What a camera wrote into a photo, kept apart from what a phone declares about it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Whether there is EXIF and whether it could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExifState {
    /// The file carries none.
    #[default]
    None,
    /// Read, at least in part.
    Read,
    /// There is some, and it could not be understood. No reason to doubt the pixels.
    Unreadable,
}

/// The EXIF facts that matter to evidence. Every number is finite and within its range, every text is
/// free of control characters and at most 200 characters long; what is missing or senseless is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExifFacts {
    /// Whether there is EXIF at all.
    pub state: ExifState,
    /// Degrees north, WGS 84 (GPSLatitude with its reference). Set exactly when `longitude` is.
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84 (GPSLongitude with its reference).
    pub longitude: Option<f64>,
    /// Metres above sea level, negative below (GPSAltitude with its reference).
    pub altitude_m: Option<f64>,
    /// Horizontal error in metres (GPSHPositioningError), greater than zero.
    pub error_m: Option<f64>,
    /// Where the camera looked, in degrees clockwise from north, 0 up to 360 (GPSImgDirection).
    pub direction_deg: Option<f64>,
    /// When the receiver had its fix, by satellite time (GPSDateStamp and GPSTimeStamp).
    pub gps_time_utc: Option<Timestamp>,
    /// When the picture was taken, by the clock on the camera, with its fraction of a second
    /// (DateTimeOriginal, SubSecTimeOriginal). Which zone that clock kept is not known from it.
    pub taken_at_local: Option<DateTime>,
    /// Minutes east of UTC that the camera says its clock kept (OffsetTimeOriginal). Never guessed.
    pub taken_at_offset_min: Option<i16>,
    /// When the picture was digitised (DateTimeDigitized); differs for scans and edits.
    pub digitized_at_local: Option<DateTime>,
    /// When the file was last changed, as its last program wrote it (DateTime).
    pub modified_at_local: Option<DateTime>,
    /// How the stored pixels must be turned, 1 to 8 (Orientation of TIFF 6.0). Not applied to HEIC.
    pub orientation: Option<u8>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Program that wrote the file.
    pub software: Option<String>,
}
