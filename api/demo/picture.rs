//! Sample pictures as if taken now, here: the times in their EXIF are set as a phone's camera would, that of the camera's
//! clock (local) and that of the satellites (UTC).

use crate::domain::moment::VIETNAM_OFFSET_S;
use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::Offset;

/// The day every sample carries in its times of capture (`scripts/samples/make.py`).
const SAMPLE_DAY: &[u8] = b"2026:11:25 ";
/// Length of an EXIF time: `2026:11:25 08:12:31`.
const TIME_LENGTH: usize = 19;
/// How the EXIF of every sample begins: its TIFF is big-endian, as `piexif` writes it.
const EXIF_START: &[u8] = b"Exif\0\0MM\0*";
/// Tags of EXIF 2.32, tables 3 and 15.
const GPS_DIRECTORY: u16 = 0x8825;
const GPS_TIME_STAMP: u16 = 7;
const GPS_DATE_STAMP: u16 = 29;

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
    set_satellite_time(&mut bytes, at)
        .with_context(|| format!("{} has no satellite time in its EXIF", path.display()))?;
    Ok(bytes)
}

/// Writes GPSDateStamp and GPSTimeStamp, where they are: a date as text, and three whole numbers as fractions.
fn set_satellite_time(bytes: &mut [u8], at: Timestamp) -> Option<()> {
    let start = bytes.windows(EXIF_START.len()).position(|w| w == EXIF_START)? + b"Exif\0\0".len();
    let tiff = bytes.get_mut(start..)?;
    let gps = value(tiff, number(tiff, 4)?, GPS_DIRECTORY)?;
    let (date, time) = (value(tiff, gps, GPS_DATE_STAMP)?, value(tiff, gps, GPS_TIME_STAMP)?);
    let utc = Offset::UTC.to_datetime(at);
    let day = utc.strftime("%Y:%m:%d").to_string();
    tiff.get_mut(date..date + day.len())?.copy_from_slice(day.as_bytes());
    for (place, part) in [utc.hour(), utc.minute(), utc.second()].into_iter().enumerate() {
        let whole = u32::try_from(part).ok()?.to_be_bytes();
        let fraction = [whole, 1_u32.to_be_bytes()].concat();
        let there = time + place * fraction.len();
        tiff.get_mut(there..there + fraction.len())?.copy_from_slice(&fraction);
    }
    Some(())
}

/// The four bytes at a place of the TIFF as a place in it.
fn number(tiff: &[u8], at: usize) -> Option<usize> {
    let bytes = tiff.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*bytes)).ok()
}

/// Where the value of a tag of a directory lies. Entries have 12 bytes: tag, type, count, place.
fn value(tiff: &[u8], directory: usize, tag: u16) -> Option<usize> {
    let entries = u16::from_be_bytes(*tiff.get(directory..)?.first_chunk::<2>()?);
    let mut places = (0..usize::from(entries)).map(|n| directory + 2 + 12 * n);
    let entry = places.find(|at| tiff.get(*at..).is_some_and(|from| from.starts_with(&tag.to_be_bytes())))?;
    number(tiff, entry + 8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn every_time_in_a_sample_moves_and_nothing_else() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/samples");
        // Past midnight in Vietnam it is still yesterday for the satellites.
        let at: Timestamp = "2027-01-31T18:04:05Z".parse().unwrap();
        for name in ["notice_board.jpg", "desk.jpg", "badge.heic", "register.jpg", "dark.jpg", "blurred.jpg"]
        {
            let before = std::fs::read(folder.join(name)).unwrap();
            let after = taken_at(&folder, name, at).unwrap();
            let holds = |what: &[u8]| after.windows(what.len()).any(|w| w == what);
            assert!(holds(b"2027:02:01 01:04:05") && holds(b"2027:01:31\0"), "{name}");
            let time: Vec<u8> = [18_u32, 1, 4, 1, 5, 1].iter().flat_map(|n| n.to_be_bytes()).collect();
            assert!(holds(&time) && !holds(b"2026:11:25"), "{name}");
            let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
            assert!(before.len() == after.len() && changed < 100, "{name}: {changed}");
        }
    }
}
