//! What the camera wrote against what the phone declared. Differences are worth a look; they refuse nothing.

use super::Photo;
use crate::decoding::{ExifFacts, Format};
use crate::domain::check::{Check, POSITION_DIFFERENCE_M, TIME_DIFFERENCE_S};
use crate::domain::photo::MediaType;
use jiff::Timestamp;
use jiff::tz::Offset;

/// Metres between the camera's position and the declared one.
pub(super) fn position(photo: &Photo, exif: &ExifFacts) -> Check {
    let (Some(fix), Some(latitude), Some(longitude)) = (photo.declared.fix, exif.latitude, exif.longitude)
    else {
        return Check::cannot_tell("exif_position");
    };
    let threshold = POSITION_DIFFERENCE_M + 2.0 * fix.accuracy_m();
    Check::at_most("exif_position", fix.distance_m(latitude, longitude), threshold)
}

/// Seconds between the camera's time and the declared one. Where the camera names no offset, it is taken to have kept
/// the device's own.
pub(super) fn time(photo: &Photo, exif: &ExifFacts) -> Check {
    match taken_at(photo, exif) {
        Some(at) => {
            let difference_s = at.duration_since(photo.declared.captured.at).as_secs_f64().abs();
            Check::at_most("exif_time", difference_s, TIME_DIFFERENCE_S)
        }
        None => Check::cannot_tell("exif_time"),
    }
}

fn taken_at(photo: &Photo, exif: &ExifFacts) -> Option<Timestamp> {
    let offset_s =
        exif.taken_at_offset_min.map_or(photo.declared.captured.offset_s, |min| i32::from(min) * 60);
    Offset::from_seconds(offset_s).ok()?.to_timestamp(exif.taken_at_local?).ok()
}

/// `image/heif` names AVIF as well; declarations keep it as HEIC.
pub(super) fn is_avif_as_heif(photo: &Photo, format: Format) -> bool {
    format == Format::Avif && photo.declared.media_type == MediaType::Heic
}
