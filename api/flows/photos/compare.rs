//! What the file says against what the phone declared. Differences are worth a look; they refuse nothing.

use super::Photo;
use crate::decoding::{ExifFacts, Format};
use crate::domain::check::{self, Check};
use crate::domain::photo::MediaType;
use crate::domain::photo::clock::{Judged, Verdict};
use crate::domain::photo::envelope::State;
use crate::domain::visit::CLOCK_SKEW_FLAG_S;

/// First bytes, camera's position and camera's time, each against the declaration; and the envelope that this came in, and
/// what the phone said of its clock.
pub(super) fn checks(photo: &Photo, format: Option<Format>, exif: &ExifFacts) -> Vec<Check> {
    let said = &photo.declared;
    let of_type = |format: Format| {
        // `image/heif` names AVIF as well; declarations keep it as HEIC.
        let is_avif_as_heif = format == Format::Avif && said.media_type == MediaType::Heic;
        Check::holds(check::MEDIA_TYPE, format.is_named_by(said.media_type.as_str()) || is_avif_as_heif)
    };
    let envelope = photo.envelope.as_ref();
    let envelope = envelope.map(|judged| Check::holds(check::ENVELOPE, judged.state == State::Valid));
    let mut all = vec![
        format.map_or_else(|| Check::cannot_tell(check::MEDIA_TYPE), of_type),
        check::exif_position(said.fix.as_ref(), exif.latitude.zip(exif.longitude)),
        check::exif_time(&said.captured, exif.taken_at_local, exif.taken_at_offset_min),
    ];
    all.extend(envelope);
    all.extend(photo.clock.as_ref().map(clock));
    all
}

/// The device's clock against what it counted on from ours.
fn clock(judged: &Judged) -> Check {
    match (judged.verdict, judged.skew_s) {
        (Verdict::Consistent | Verdict::Skewed, Some(skew_s)) => {
            Check::at_most(check::CLOCK, skew_s.abs(), CLOCK_SKEW_FLAG_S)
        }
        _ => Check::holds(check::CLOCK, false),
    }
}
