//! Times as a device says them and as we count them.

use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A time with the offset the device gave with it; an offset says where the clock believed it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceMoment {
    /// The instant, to the microsecond (what PostgreSQL keeps).
    pub at: Timestamp,
    /// Seconds east of UTC, as sent.
    pub offset_s: i32,
}

/// An instant of the years that inspections are kept of.
///
/// # Errors
/// `date.out-of-range` at the place that is named.
pub fn of_our_time(at: &str, moment: Timestamp) -> Result<Timestamp, Refusal> {
    let year = moment.to_zoned(TimeZone::UTC).year();
    if (1900..=2200).contains(&year) {
        return Ok(moment);
    }
    Err(Refusal::field(at, "date.out-of-range", "is not between the years 1900 and 2200"))
}

/// Why a time was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMoment {
    /// Not RFC 3339.
    #[error("is not a time such as 2026-03-20T08:15:00+07:00")]
    Unreadable,
    /// A time without offset could be anywhere in the world.
    #[error("has no offset; write for example 2026-03-20T08:15:00+07:00")]
    NoOffset,
    /// Before cameras in phones, or so far ahead that it is no clock error.
    #[error("lies outside the years 2000 to 2100")]
    OutOfRange,
}

impl BadMoment {
    /// Stable code for problem documents.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "moment.unreadable",
            Self::NoOffset => "moment.no-offset",
            Self::OutOfRange => "moment.out-of-range",
        }
    }
}

/// Cuts a time to the microsecond, which is what the database keeps, so that both compare equal.
#[must_use]
pub fn to_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Vietnam's offset, all year: +07:00, no daylight saving.
pub const VIETNAM_OFFSET_S: i32 = 7 * 3600;

/// The calendar day in Vietnam at an instant.
#[must_use]
pub fn vietnam_day(at: Timestamp) -> jiff::civil::Date {
    Offset::constant(7).to_datetime(at).date()
}

/// The instant at which a day begins in Vietnam.
#[must_use]
pub fn beginning_of(day: jiff::civil::Date) -> Timestamp {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    Offset::constant(7).to_timestamp(midnight).unwrap_or(Timestamp::MIN)
}

impl DeviceMoment {
    /// Reads an RFC 3339 time with its offset.
    ///
    /// # Errors
    /// [`BadMoment`]: unreadable, without offset, or not of this century.
    pub fn parse(text: &str) -> Result<Self, BadMoment> {
        if text.len() > 40 {
            return Err(BadMoment::Unreadable);
        }
        let at: Timestamp = match text.parse() {
            Ok(at) => at,
            Err(_) if text.parse::<jiff::civil::DateTime>().is_ok() => return Err(BadMoment::NoOffset),
            Err(_) => return Err(BadMoment::Unreadable),
        };
        let offset_s = jiff::fmt::temporal::Pieces::parse(text)
            .ok()
            .and_then(|pieces| pieces.to_numeric_offset())
            .map_or(0, Offset::seconds);
        // RFC 3339 has hours to 23 and whole minutes; what others can't read must not come back to them.
        if offset_s.abs() >= 24 * 3600 || offset_s % 60 != 0 {
            return Err(BadMoment::Unreadable);
        }
        Self::from_parts(at, offset_s)
    }

    /// Reads the time of a capture: as [`DeviceMoment::parse`], and a time without offset, which is all that EXIF keeps,
    /// as one of Vietnam.
    ///
    /// # Errors
    /// [`BadMoment`]: unreadable, or not of this century.
    pub fn of_capture(text: &str) -> Result<Self, BadMoment> {
        match Self::parse(text) {
            // A day alone says nothing of when.
            Err(BadMoment::NoOffset) if text.contains(':') => {
                let local: jiff::civil::DateTime = text.parse().map_err(|_| BadMoment::Unreadable)?;
                let offset = Offset::from_seconds(VIETNAM_OFFSET_S).map_err(|_| BadMoment::OutOfRange)?;
                let at = offset.to_timestamp(local).map_err(|_| BadMoment::OutOfRange)?;
                Self::from_parts(at, VIETNAM_OFFSET_S)
            }
            Err(BadMoment::NoOffset) => Err(BadMoment::Unreadable),
            read => read,
        }
    }

    /// Puts a stored instant and its offset together again.
    ///
    /// # Errors
    /// [`BadMoment::OutOfRange`] outside the years 2000 to 2100.
    pub fn from_parts(at: Timestamp, offset_s: i32) -> Result<Self, BadMoment> {
        // 2000-01-01 and 2100-01-01 in seconds.
        if !(946_684_800..4_102_444_800).contains(&at.as_second()) {
            return Err(BadMoment::OutOfRange);
        }
        Ok(Self { at: to_micros(at), offset_s })
    }

    /// RFC 3339 with the device's own offset.
    #[must_use]
    pub fn rfc3339(&self) -> String {
        match Offset::from_seconds(self.offset_s) {
            Ok(offset) => self.at.display_with_offset(offset).to_string(),
            Err(_) => self.at.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_offset_the_device_gave() {
        let read = DeviceMoment::parse("2026-03-20T08:15:00.123456789+07:00");
        assert_eq!(read.as_ref().map(|m| m.offset_s), Ok(25_200));
        assert_eq!(read.map(|m| m.rfc3339()), Ok("2026-03-20T08:15:00.123456+07:00".to_owned()));
    }

    #[test]
    fn an_offset_that_others_can_not_read_is_none() {
        for text in ["+24:00", "-24:00", "+25:59", "+07:00:30"] {
            let read = DeviceMoment::parse(&format!("2026-03-20T08:15:00{text}"));
            assert_eq!(read, Err(BadMoment::Unreadable), "{text}");
        }
        let farthest = DeviceMoment::parse("2026-03-20T08:15:00-23:59").map(|read| read.rfc3339());
        assert_eq!(farthest, Ok("2026-03-20T08:15:00-23:59".to_owned()));
    }

    #[test]
    fn says_what_is_wrong_with_a_time() {
        assert_eq!(DeviceMoment::parse("2026-03-20T08:15:00"), Err(BadMoment::NoOffset));
        assert_eq!(DeviceMoment::parse("yesterday"), Err(BadMoment::Unreadable));
        assert_eq!(DeviceMoment::parse("1970-01-01T00:00:00Z"), Err(BadMoment::OutOfRange));
        assert_eq!(DeviceMoment::parse("2026-02-30T08:15:00+07:00"), Err(BadMoment::Unreadable));
    }

    #[test]
    fn a_capture_without_zone_was_made_in_vietnam() {
        let read = DeviceMoment::of_capture("2021-09-28T08:15:00");
        assert_eq!(read.as_ref().map(|m| m.at.to_string()), Ok("2021-09-28T01:15:00Z".to_owned()));
        assert_eq!(read.map(|m| m.rfc3339()), Ok("2021-09-28T08:15:00+07:00".to_owned()));
        let with = DeviceMoment::of_capture("2021-09-28T08:15:00+09:00");
        assert_eq!(with.map(|m| m.rfc3339()), Ok("2021-09-28T08:15:00+09:00".to_owned()));
        assert_eq!(DeviceMoment::of_capture("2021-09-28"), Err(BadMoment::Unreadable));
        assert_eq!(DeviceMoment::of_capture("1970-01-01T00:00:00"), Err(BadMoment::OutOfRange));
    }

    #[test]
    fn the_vietnamese_day_starts_seven_hours_before_utc() {
        let at: Timestamp = "2026-03-19T17:00:00Z".parse().unwrap_or_default();
        assert_eq!(vietnam_day(at).to_string(), "2026-03-20");
    }
}
