//! Working calendars: when an office is open, on which days it is closed, on which it makes up for a day off.

use crate::refusal::{FieldFault, Refusal};
use crate::text;
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// Most spans of working time in a day.
const MOST_SPANS: usize = 4;
/// Most special days of one calendar.
const MOST_DAYS: usize = 400;

/// From a time of day to another, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Opens.
    pub from: Time,
    /// Closes.
    pub to: Time,
}

/// Working time of a week, day by day; an empty day is a day off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Week {
    /// Thứ hai.
    pub monday: Vec<Span>,
    /// Thứ ba.
    pub tuesday: Vec<Span>,
    /// Thứ tư.
    pub wednesday: Vec<Span>,
    /// Thứ năm.
    pub thursday: Vec<Span>,
    /// Thứ sáu.
    pub friday: Vec<Span>,
    /// Thứ bảy: many one-stop shops are open in the morning.
    pub saturday: Vec<Span>,
    /// Chủ nhật.
    pub sunday: Vec<Span>,
}

impl Week {
    /// Office hours of most bodies of the state, where an office has entered none of its own.
    #[must_use]
    pub fn usual() -> Self {
        let span = |from, to| Span { from: Time::constant(from, 30, 0, 0), to };
        let day = vec![span(7, Time::constant(11, 30, 0, 0)), span(13, Time::constant(17, 0, 0, 0))];
        Self {
            monday: day.clone(),
            tuesday: day.clone(),
            wednesday: day.clone(),
            thursday: day.clone(),
            friday: day,
            ..Self::default()
        }
    }

    fn of(&self, day: Weekday) -> &[Span] {
        match day {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    /// Checks the spans of every day: in order, none before it ends, no two over each other.
    ///
    /// # Errors
    /// `invalid` with `calendar.hours` for each day that breaks a rule.
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        for (name, spans) in [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ] {
            let in_order = spans.iter().zip(spans.iter().skip(1)).all(|(a, b)| a.to <= b.from);
            if spans.len() > MOST_SPANS || !in_order || spans.iter().any(|span| span.to <= span.from) {
                let detail = "at most four spans, in order, each ending after it begins";
                faults.push(FieldFault::new(format!("/hours/{name}"), "calendar.hours", detail));
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(Refusal::invalid(faults)) }
    }
}

/// A day that is not what its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialDay {
    /// Which day.
    pub day: Date,
    /// Whether it is worked: a Saturday that makes up for a bridged Friday.
    pub works: bool,
    /// Why: `Tết Nguyên đán`.
    pub name: String,
}

/// Checks special days; names come back in NFC, days in order.
///
/// # Errors
/// `invalid` with `calendar.day-twice`, `calendar.size`, `date.out-of-range`, `text.refused`.
pub fn special_days(at: &str, days: Vec<SpecialDay>) -> Result<Vec<SpecialDay>, Refusal> {
    let mut faults = Vec::new();
    if days.len() > MOST_DAYS {
        return Err(Refusal::field(at, "calendar.size", format!("at most {MOST_DAYS} days")));
    }
    let mut kept: Vec<SpecialDay> = Vec::with_capacity(days.len());
    for (place, mut special) in days.into_iter().enumerate() {
        let here = |field: &str| format!("{at}/{place}/{field}");
        if !(1945..=2100).contains(&special.day.year()) {
            faults.push(FieldFault::new(here("day"), "date.out-of-range", "is not between 1945 and 2100"));
        }
        if kept.iter().any(|other| other.day == special.day) {
            faults.push(FieldFault::new(here("day"), "calendar.day-twice", "is named already"));
        }
        match text::required(&special.name, 200) {
            Ok(name) => special.name = name,
            Err(why) => faults.push(FieldFault::new(here("name"), "text.refused", why)),
        }
        kept.push(special);
    }
    kept.sort_by_key(|special| special.day);
    if faults.is_empty() { Ok(kept) } else { Err(Refusal::invalid(faults)) }
}

/// Holidays that have a fixed date (Bộ luật Lao động 2019, điều 112); Tết and days in lieu are entered each year.
const FIXED_HOLIDAYS: [(i8, i8); 4] = [(1, 1), (4, 30), (5, 1), (9, 2)];

/// When an office works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Hours of a usual week.
    pub week: Week,
    /// Special days of the office itself, which count before those of the country.
    pub own: Vec<SpecialDay>,
    /// Special days of the whole country.
    pub country: Vec<SpecialDay>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { week: Week::usual(), own: Vec::new(), country: Vec::new() }
    }
}

impl Calendar {
    /// The spans that are worked on a day.
    #[must_use]
    pub fn hours(&self, day: Date) -> Vec<Span> {
        let special = self.own.iter().chain(&self.country).find(|special| special.day == day);
        let usual = self.week.of(day.weekday());
        match special {
            Some(special) if !special.works => Vec::new(),
            // A day that makes up for another is worked as a Friday is, where its own weekday has no hours.
            Some(_) if usual.is_empty() => self.week.friday.clone(),
            None if FIXED_HOLIDAYS.contains(&(day.month(), day.day())) => Vec::new(),
            _ => usual.to_vec(),
        }
    }

    /// Whether anybody works on a day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        !self.hours(day).is_empty()
    }

    /// Whether an instant lies inside working time in Vietnam.
    #[must_use]
    pub fn is_working_time(&self, at: Timestamp) -> bool {
        let local = Offset::constant(7).to_datetime(at);
        self.hours(local.date()).iter().any(|span| (span.from..span.to).contains(&local.time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    fn one_stop_shop() -> Calendar {
        let saturday = vec![Span { from: Time::constant(7, 30, 0, 0), to: Time::constant(11, 30, 0, 0) }];
        Calendar { week: Week { saturday, ..Week::usual() }, ..Calendar::default() }
    }

    /// M14: a visit on Saturday 09:00 is inside working time, 14:00 is outside.
    #[test]
    fn a_one_stop_shop_works_on_saturday_mornings() {
        let shop = one_stop_shop();
        assert!(shop.is_working_time(at("2020-03-21T09:00:00+07:00")));
        assert!(!shop.is_working_time(at("2020-03-21T14:00:00+07:00")));
        assert!(!Calendar::default().is_working_time(at("2020-03-21T09:00:00+07:00")));
        assert!(shop.is_working_time(at("2020-03-20T00:30:00Z")), "07:30 of a Friday in Vietnam");
        assert!(!shop.is_working_time(at("2020-03-20T11:30:00+07:00")), "the end is closed");
    }

    #[test]
    fn holidays_close_and_days_in_lieu_open() {
        let day = |day, works| SpecialDay { day, works, name: "Tết Nguyên đán".to_owned() };
        let tet = Date::constant(2022, 2, 1);
        let lieu = Date::constant(2022, 4, 23);
        let country = vec![day(tet, false), day(lieu, true)];
        let calendar = Calendar { country, ..Calendar::default() };
        assert!(!calendar.is_working_day(tet));
        assert!(calendar.is_working_day(lieu), "a Saturday that makes up");
        assert!(!calendar.is_working_day(Date::constant(2024, 4, 30)));
        assert!(!calendar.is_working_day(Date::constant(2022, 2, 20)), "L02: a Sunday");
        let own = Calendar { own: vec![day(tet, true)], ..calendar };
        assert!(own.is_working_day(tet), "an office's own word counts first");
    }

    #[test]
    fn hours_out_of_order_are_refused() {
        let span = |from, to| Span { from: Time::constant(from, 0, 0, 0), to: Time::constant(to, 0, 0, 0) };
        for bad in [vec![span(9, 8)], vec![span(13, 17), span(8, 11)], vec![span(8, 12), span(11, 17)]] {
            let week = Week { monday: bad, ..Week::default() };
            let faults = week.checked().err().map(|no| no.faults).unwrap_or_default();
            assert_eq!(faults.first().map(|fault| fault.pointer.as_str()), Some("/hours/monday"));
        }
        assert!(Week::usual().checked().is_ok());
    }

    proptest! {
        #[test]
        fn working_time_lies_on_working_days(second in 1_600_000_000_i64..1_800_000_000) {
            let shop = one_stop_shop();
            let at = Timestamp::from_second(second).unwrap_or_default();
            let day = crate::moment::vietnam_day(at);
            prop_assert!(!shop.is_working_time(at) || shop.is_working_day(day));
        }
    }
}
