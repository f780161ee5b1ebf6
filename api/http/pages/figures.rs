//! Numbers, times and places as people here write them: 20/03/2026 08:15:00 +07:00, 1.052,5 m, 15,74310° B.

use crate::domain::moment::{DeviceMoment, VIETNAM_OFFSET_S, vietnam_day};
use crate::domain::response::Decimal;
use crate::http::context::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A day.
#[must_use]
pub fn day(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// From one instant to another: one day, or two.
#[must_use]
pub fn days(from: Timestamp, to: Timestamp) -> String {
    // A visit that ends at midnight ends on the day before.
    let last = to.saturating_sub(jiff::SignedDuration::from_micros(1)).unwrap_or(to);
    let (first, last) = (vietnam_day(from), vietnam_day(last));
    if first >= last { day(first) } else { format!("{} – {}", day(first), day(last)) }
}

/// An instant in Vietnam, to the second, with the offset.
#[must_use]
pub fn time(at: Timestamp) -> String {
    format!("{} +07:00", local(at))
}

fn local(at: Timestamp) -> String {
    let at = Offset::constant(7).to_datetime(at);
    format!("{} {:02}:{:02}:{:02}", day(at.date()), at.hour(), at.minute(), at.second())
}

/// An instant in Vietnam, to the minute: for places where the day is plain.
#[must_use]
pub fn minute(at: Timestamp) -> String {
    let at = Offset::constant(7).to_datetime(at);
    format!("{} {:02}:{:02} +07:00", day(at.date()), at.hour(), at.minute())
}

/// A time of a device; names the device's own offset where it kept another than Vietnam's.
#[must_use]
pub fn moment(said: &DeviceMoment, lang: Language) -> String {
    if said.offset_s == VIETNAM_OFFSET_S {
        return time(said.at);
    }
    let (hours, minutes) = (said.offset_s.abs() / 3600, said.offset_s.abs() % 3600 / 60);
    let sign = if said.offset_s < 0 { '-' } else { '+' };
    let own = lang.pick("máy đặt", "device kept");
    format!("{} ({own} {sign}{hours:02}:{minutes:02})", time(said.at))
}

/// A camera's local time, which has no zone.
#[must_use]
pub fn wall_clock(text: &str) -> String {
    match text.parse::<jiff::civil::DateTime>() {
        Ok(at) => {
            format!("{} {:02}:{:02}:{:02}", day(at.date()), at.hour(), at.minute(), at.second())
        }
        Err(_) => text.to_owned(),
    }
}

/// A number with so many places, with the comma and the point of the language.
#[must_use]
pub fn number(value: f64, places: usize, lang: Language) -> String {
    written(&format!("{value:.places$}"), lang)
}

/// A whole number.
#[must_use]
pub fn whole(value: u64, lang: Language) -> String {
    written(&value.to_string(), lang)
}

/// An exact number.
#[must_use]
pub fn decimal(value: Decimal, lang: Language) -> String {
    written(&value.to_string(), lang)
}

/// Hundredths of a percent: 8333 is 83,33 %.
#[must_use]
pub fn percent(basis_points: i128, lang: Language) -> String {
    let text = format!("{}.{:02}", basis_points / 100, basis_points % 100);
    format!("{} %", written(&text, lang))
}

/// Rewrites digits with a point into the language's own form, with groups of three.
fn written(plain: &str, lang: Language) -> String {
    let (comma, group) = match lang {
        Language::Vi => (',', '.'),
        Language::En => ('.', ','),
    };
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("−", rest));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    if places.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{comma}{places}") }
}

/// A length on the ground: decimals below 10 m, metres above, kilometres from 10 km.
#[must_use]
pub fn metres(value: f64, lang: Language) -> String {
    if value >= 10_000.0 {
        format!("{} km", number(value / 1000.0, 1, lang))
    } else if value >= 10.0 || value == 0.0 {
        format!("{} m", number(value, 0, lang))
    } else {
        format!("{} m", number(value, 1, lang))
    }
}

/// A position: 15,743100° B, 107,964200° Đ.
#[must_use]
pub fn position(latitude: f64, longitude: f64, lang: Language) -> String {
    let north = if latitude < 0.0 { lang.pick("N", "S") } else { lang.pick("B", "N") };
    let east = if longitude < 0.0 { lang.pick("T", "W") } else { lang.pick("Đ", "E") };
    let degrees = |value: f64| number(value.abs(), 6, lang);
    format!("{}° {north}, {}° {east}", degrees(latitude), degrees(longitude))
}

/// A number of bytes: in megabytes, and exactly.
#[must_use]
pub fn bytes(count: u64, lang: Language) -> String {
    let exact = whole(count, lang);
    // Good to 53 bits; a photo has 26.
    let rough = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if count < 1_000_000 {
        format!("{} kB ({exact} B)", number(rough / 1e3, 1, lang))
    } else {
        format!("{} MB ({exact} B)", number(rough / 1e6, 2, lang))
    }
}

/// A length of time: seconds up to two minutes, then the two largest of days, hours, minutes and seconds.
#[must_use]
pub fn span(seconds: f64, lang: Language) -> String {
    if seconds < 120.0 {
        return format!("{} s", number(seconds, usize::from(seconds < 10.0), lang));
    }
    let total: u64 = format!("{seconds:.0}").parse().unwrap_or(u64::MAX);
    let units = [
        (86_400, lang.pick("ngày", "d")),
        (3600, lang.pick("giờ", "h")),
        (60, lang.pick("phút", "min")),
        (1, lang.pick("giây", "s")),
    ];
    let mut rest = total;
    let mut parts = Vec::new();
    for (length, name) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 || !parts.is_empty() {
            parts.push((count, name));
        }
    }
    let said = parts.iter().take(2).filter(|(count, _)| *count > 0);
    said.map(|(count, name)| format!("{} {name}", whole(*count, lang))).collect::<Vec<_>>().join(" ")
}

/// Seconds by which one clock was ahead of another.
#[must_use]
pub fn skew(seconds: f64, lang: Language) -> String {
    let length = span(seconds.abs(), lang);
    if seconds.abs() < 0.05 {
        lang.pick("khớp", "agree").to_owned()
    } else if seconds > 0.0 {
        format!("{} {length}", lang.pick("máy nhanh", "device ahead by"))
    } else {
        format!("{} {length}", lang.pick("máy chậm", "device behind by"))
    }
}

/// Hexadecimal digits in groups of eight, for eyes that compare.
#[must_use]
pub fn digest(hex: &str) -> Vec<String> {
    let digits: Vec<char> = hex.chars().collect();
    digits.chunks(8).map(|group| group.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_does() {
        assert_eq!(metres(1052.0, Language::Vi), "1.052 m");
        assert_eq!(metres(1052.0, Language::En), "1,052 m");
        assert_eq!(metres(8.5, Language::Vi), "8,5 m");
        assert_eq!(metres(123_456.0, Language::Vi), "123,5 km");
        assert_eq!(number(-1234.5, 1, Language::Vi), "−1.234,5");
        assert_eq!(percent(8333, Language::Vi), "83,33 %");
        assert_eq!(bytes(3_481_204, Language::Vi), "3,48 MB (3.481.204 B)");
        assert_eq!(position(15.7431, 107.9642, Language::Vi), "15,743100° B, 107,964200° Đ");
        assert_eq!(position(-15.7431, -107.9642, Language::En), "15.743100° S, 107.964200° W");
    }

    #[test]
    fn times_are_those_of_vietnam() {
        let at: Timestamp = "2026-03-19T18:05:09Z".parse().unwrap_or_default();
        assert_eq!(time(at), "20/03/2026 01:05:09 +07:00");
        let end: Timestamp = "2026-03-20T17:00:00Z".parse().unwrap_or_default();
        assert_eq!(days(at, end), "20/03/2026");
        let abroad = DeviceMoment { at, offset_s: 9 * 3600 + 1800 };
        assert_eq!(moment(&abroad, Language::Vi), "20/03/2026 01:05:09 +07:00 (máy đặt +09:30)");
        assert_eq!(span(21_680_698.7, Language::Vi), "250 ngày 22 giờ");
        assert_eq!(span(300.0, Language::Vi), "5 phút");
        assert_eq!(skew(-0.8, Language::En), "device behind by 0.8 s");
        assert_eq!(digest("0123456789abcdef").join(" "), "01234567 89abcdef");
    }
}
