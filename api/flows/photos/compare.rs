//! What the file says against what the phone declared. Differences are worth a look; they refuse nothing.

use super::Photo;
use crate::decoding::{ExifFacts, Format};
use crate::domain::check::{self, Check};
use crate::domain::photo::MediaType;
use crate::domain::photo::envelope::State;

/// First bytes, camera's position and camera's time, each against the declaration; and the envelope that this came in.
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
    all
}
