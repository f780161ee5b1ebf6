//! Sample pictures as if taken now, here: the time and place in their EXIF are set as a phone's camera would.

use crate::domain::moment::VIETNAM_OFFSET_S;
use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::Offset;

/// The day every sample carries in its times of capture (`scripts/samples/make.py`).
const SAMPLE_DAY: &[u8] = b"2026:11:25 ";
/// Length of an EXIF time: `2026:11:25 08:12:31`.
const TIME_LENGTH: usize = 19;

/// Reads a sample and writes the time of capture into its EXIF, in place: nothing else changes.
pub fn taken_at(folder: &std::path::Path, name: &str, at: Timestamp) -> anyhow::Result<Vec<u8>> {
    let path = folder.join(name);
    let mut bytes = std::fs::read(&path).with_context(|| format!("sample photo {}", path.display()))?;
    let local = Offset::from_seconds(VIETNAM_OFFSET_S)?.to_datetime(at);
    let text = local.strftime("%Y:%m:%d %H:%M:%S").to_string();
    let places: Vec<usize> = bytes
        .windows(TIME_LENGTH)
        .enumerate()
        .filter(|(_, w)| w.starts_with(SAMPLE_DAY))
        .map(|(at, _)| at)
        .collect();
    for place in places {
        if let Some(there) = bytes.get_mut(place..place + TIME_LENGTH) {
            there.copy_from_slice(text.as_bytes());
        }
    }
    Ok(bytes)
}
