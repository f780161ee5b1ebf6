//! What the camera wrote, by kamadak-exif and the corrections that files of real phones call for.
//!
//! A value that makes no sense is left out, never guessed and never a reason to refuse the photo.

use std::io::Cursor;

use exif::{Error, Exif, In, Reader, Tag, Value};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::facts::{ExifFacts, ExifState};
use crate::format::Format;
use crate::webp_chunks;

/// Longest text kept, in characters.
const MAX_TEXT: usize = 200;
/// Farthest any zone lies from UTC, in minutes (Kiritimati).
const MAX_OFFSET_MIN: i16 = 14 * 60;
/// Highest altitude believed, in metres: above it fly no phones.
const MAX_ALTITUDE_M: f64 = 50_000.0;
/// Largest horizontal error believed, in metres: half of the equator.
const MAX_ERROR_M: f64 = 20_037_508.0;

/// Reads the EXIF of a file.
pub(crate) fn read(bytes: &[u8], format: Format) -> ExifFacts {
    match parse(bytes, format) {
        Ok(exif) => facts(&exif),
        Err(Error::NotFound(_)) => ExifFacts::default(),
        Err(_) => ExifFacts { state: ExifState::Unreadable, ..ExifFacts::default() },
    }
}

fn parse(bytes: &[u8], format: Format) -> Result<Exif, Error> {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let keep_going = |error: Error| error.distill_partial_result(|_| {});
    if format == Format::WebP {
        let chunk = webp_chunks::read(bytes).ok().and_then(|header| header.exif);
        let chunk = chunk.ok_or(Error::NotFound("WebP"))?;
        // Several writers put the prefix of a JPEG segment before the TIFF header.
        let tiff = chunk.strip_prefix(b"Exif\0\0").unwrap_or(chunk);
        return reader.read_raw(tiff.to_vec()).or_else(keep_going);
    }
    let read = reader.read_from_container(&mut Cursor::new(bytes)).or_else(keep_going);
    if read.is_err() && format == Format::Heic {
        // Large or oddly placed EXIF items: a second reader of the container knows other ways to them.
        if let Some(tiff) = heic_decoder::read_metadata(bytes).ok().and_then(|metadata| metadata.exif) {
            return reader.read_raw(tiff).or_else(keep_going);
        }
    }
    read
}

fn facts(exif: &Exif) -> ExifFacts {
    let position = position(exif);
    ExifFacts {
        state: ExifState::Read,
        latitude: position.map(|(latitude, _)| latitude),
        longitude: position.map(|(_, longitude)| longitude),
        altitude_m: altitude(exif),
        error_m: number(exif, Tag::GPSHPositioningError)
            .filter(|error| *error > 0.0 && *error <= MAX_ERROR_M),
        direction_deg: number(exif, Tag::GPSImgDirection).filter(|angle| (0.0..360.0).contains(angle)),
        gps_time_utc: gps_time(exif),
        taken_at_local: moment(exif, Tag::DateTimeOriginal, Tag::SubSecTimeOriginal),
        taken_at_offset_min: offset(exif, Tag::OffsetTimeOriginal),
        digitized_at_local: moment(exif, Tag::DateTimeDigitized, Tag::SubSecTimeDigitized),
        modified_at_local: moment(exif, Tag::DateTime, Tag::SubSecTime),
        orientation: orientation(exif),
        make: text(exif, Tag::Make),
        model: text(exif, Tag::Model),
        software: text(exif, Tag::Software),
    }
}

fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    exif.get_field(tag, In::PRIMARY).map(|field| &field.value)
}

/// The numbers of a rational field. Android phones write signed rationals where the standard wants
/// unsigned ones; n/0 is no number.
fn numbers(exif: &Exif, tag: Tag) -> Option<Vec<f64>> {
    let divided = |num: f64, denom: f64| Some(num / denom).filter(|_| denom != 0.0).filter(|n| n.is_finite());
    match value(exif, tag)? {
        Value::Rational(all) => all.iter().map(|r| divided(f64::from(r.num), f64::from(r.denom))).collect(),
        Value::SRational(all) => all.iter().map(|r| divided(f64::from(r.num), f64::from(r.denom))).collect(),
        _ => None,
    }
}

fn number(exif: &Exif, tag: Tag) -> Option<f64> {
    numbers(exif, tag)?.first().copied()
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match value(exif, tag)? {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        Value::Byte(bytes) | Value::Undefined(bytes, _) => Some(bytes),
        _ => None,
    }
}

fn position(exif: &Exif) -> Option<(f64, f64)> {
    let latitude = angle(exif, Tag::GPSLatitude, 90.0)? * sign(exif, Tag::GPSLatitudeRef, b'N', b'S')?;
    let longitude = angle(exif, Tag::GPSLongitude, 180.0)? * sign(exif, Tag::GPSLongitudeRef, b'E', b'W')?;
    Some((latitude, longitude))
}

/// Degrees, minutes, seconds; the latter two may be missing where the former carry the fraction.
fn angle(exif: &Exif, tag: Tag, at_most: f64) -> Option<f64> {
    let parts = numbers(exif, tag)?;
    let (degrees, minutes, seconds) = match *parts.as_slice() {
        [degrees] => (degrees, 0.0, 0.0),
        [degrees, minutes] => (degrees, minutes, 0.0),
        [degrees, minutes, seconds] => (degrees, minutes, seconds),
        _ => return None,
    };
    let within = |part: f64, most: f64| (0.0..=most).contains(&part);
    let angle = degrees + minutes / 60.0 + seconds / 3600.0;
    let sound = within(degrees, at_most) && within(minutes, 60.0) && within(seconds, 60.0);
    (sound && within(angle, at_most)).then_some(angle)
}

fn sign(exif: &Exif, tag: Tag, positive: u8, negative: u8) -> Option<f64> {
    match ascii(exif, tag)?.first()?.to_ascii_uppercase() {
        letter if letter == positive => Some(1.0),
        letter if letter == negative => Some(-1.0),
        _ => None,
    }
}

fn altitude(exif: &Exif) -> Option<f64> {
    let metres = number(exif, Tag::GPSAltitude)?;
    // 1 and, since EXIF 3.0, 3 mean below; a reference that is missing means above.
    let below = matches!(exif.get_field(Tag::GPSAltitudeRef, In::PRIMARY), Some(field)
        if matches!(field.value.get_uint(0), Some(1 | 3)) || matches!(field.value, Value::Ascii(ref a) if a.first().is_some_and(|a| a.starts_with(b"1"))));
    let signed = if below && metres != 0.0 { -metres } else { metres };
    Some(signed).filter(|metres| metres.abs() <= MAX_ALTITUDE_M)
}

fn gps_time(exif: &Exif) -> Option<Timestamp> {
    let date = ascii(exif, Tag::GPSDateStamp)?;
    let date = civil_date(date.get(..10)?)?;
    let parts = numbers(exif, Tag::GPSTimeStamp)?;
    let &[hour, minute, second] = parts.as_slice() else { return None };
    let sound = (0.0..24.0).contains(&hour) && (0.0..60.0).contains(&minute) && (0.0..61.0).contains(&second);
    let elapsed = sound.then_some(hour * 3600.0 + minute * 60.0 + second)?;
    let midnight = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    midnight.checked_add(jiff::SignedDuration::try_from_secs_f64(elapsed).ok()?).ok()
}

/// `YYYY:MM:DD HH:MM:SS` and the fraction beside it. Zeros and blanks mean "unknown".
fn moment(exif: &Exif, tag: Tag, fraction: Tag) -> Option<DateTime> {
    let written = ascii(exif, tag)?;
    let date = civil_date(written.get(..10)?)?;
    let &[b' ' | b'T', h1, h0, b':', m1, m0, b':', s1, s0] = written.get(10..19)? else { return None };
    let time = Time::new(two(h1, h0)?, two(m1, m0)?, two(s1, s0)?, 0).ok()?;
    let nanoseconds = ascii(exif, fraction).map_or(0, subsecond);
    date.to_datetime(time).with().subsec_nanosecond(nanoseconds).build().ok()
}

fn civil_date(text: &[u8]) -> Option<Date> {
    let &[y3, y2, y1, y0, b':' | b'-', m1, m0, b':' | b'-', d1, d0] = text else { return None };
    let year = i16::from(two(y3, y2)?) * 100 + i16::from(two(y1, y0)?);
    if year == 0 {
        return None;
    }
    Date::new(year, two(m1, m0)?, two(d1, d0)?).ok()
}

fn two(tens: u8, ones: u8) -> Option<i8> {
    let digit = |byte: u8| byte.checked_sub(b'0').filter(|digit| *digit <= 9);
    i8::try_from(digit(tens)? * 10 + digit(ones)?).ok()
}

/// A fraction of a second whose digits start behind the point: "5" is half a second.
fn subsecond(digits: &[u8]) -> i32 {
    let mut scale = 100_000_000;
    let mut nanoseconds = 0;
    for byte in digits.iter().take_while(|byte| byte.is_ascii_digit()).take(9) {
        nanoseconds += i32::from(*byte - b'0') * scale;
        scale /= 10;
    }
    nanoseconds
}

/// `+HH:MM` as minutes.
fn offset(exif: &Exif, tag: Tag) -> Option<i16> {
    let text = ascii(exif, tag)?;
    if text.first() == Some(&b'Z') {
        return Some(0);
    }
    let &[sign, h1, h0, b':', m1, m0] = text.get(..6)? else { return None };
    let (hours, minutes) = (two(h1, h0)?, two(m1, m0)?);
    let total = i16::from(hours) * 60 + i16::from(minutes);
    let signed = match sign {
        b'+' => total,
        b'-' => -total,
        _ => return None,
    };
    (minutes < 60 && total <= MAX_OFFSET_MIN).then_some(signed)
}

fn orientation(exif: &Exif) -> Option<u8> {
    let number = exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
    u8::try_from(number).ok().filter(|number| (1..=8).contains(number))
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let decoded = String::from_utf8_lossy(ascii(exif, tag)?);
    let visible = decoded.split('\0').next().unwrap_or_default();
    let clean: String = visible.chars().filter(|c| !is_invisible(*c)).collect();
    let bounded: String = clean.trim().chars().take(MAX_TEXT).collect();
    Some(bounded.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// Control characters, and those of Unicode that turn or hide the text around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
#[path = "exif_tests.rs"]
mod tests;
