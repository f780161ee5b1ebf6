//! Periods of reports: a year, a half, a quarter, a month, or any span of days. They are local: a half-year begins and
//! ends at midnight in Vietnam.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Days from the first to the last; both count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Why something is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no period such as 2016, 2013-H1, 2017-Q3, 2021-09 or 2017-01-01..2017-08-31")]
pub struct BadPeriod;

impl Period {
    /// Reads a period as people write it: `2016`, `2013-H1`, `2017-Q3`, `2021-09`, `2017-01-01..2017-08-31`.
    ///
    /// # Errors
    /// [`BadPeriod`]; also for a span that ends before it begins, and years before 1900 or after 2100.
    pub fn parse(text: &str) -> Result<Self, BadPeriod> {
        if let Some((from, to)) = text.split_once("..") {
            let day = |text: &str| text.parse::<Date>().map_err(|_| BadPeriod);
            return Self::of(day(from)?, day(to)?);
        }
        let (year, part) = text.split_once('-').map_or((text, ""), |(year, part)| (year, part));
        let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let year: i16 = year.parse().ok().filter(|_| is_year).ok_or(BadPeriod)?;
        let number = |text: &str| text.parse::<i8>().ok().filter(|_| !text.starts_with('+'));
        let (first, months) = match part {
            "" => (1, 12),
            half if half.starts_with('H') => match number(half.trim_start_matches('H')) {
                Some(n @ 1..=2) if half.len() == 2 => (n * 6 - 5, 6),
                _ => return Err(BadPeriod),
            },
            quarter if quarter.starts_with('Q') => match number(quarter.trim_start_matches('Q')) {
                Some(n @ 1..=4) if quarter.len() == 2 => (n * 3 - 2, 3),
                _ => return Err(BadPeriod),
            },
            month => match number(month) {
                Some(n @ 1..=12) if month.len() == 2 => (n, 1),
                _ => return Err(BadPeriod),
            },
        };
        let from = Date::new(year, first, 1).map_err(|_| BadPeriod)?;
        let to = from.checked_add(months.months()).and_then(Date::yesterday);
        Self::of(from, to.map_err(|_| BadPeriod)?)
    }

    /// A span of days.
    ///
    /// # Errors
    /// [`BadPeriod`] where it ends before it begins, or lies before 1900 or after 2100.
    pub fn of(from: Date, to: Date) -> Result<Self, BadPeriod> {
        let known = from.year() >= 1900 && to.year() <= 2100;
        if known && from <= to { Ok(Self { from, to }) } else { Err(BadPeriod) }
    }

    /// The same period of the year before; 29 February becomes the 28th, and what ends a month ends that month then, too.
    #[must_use]
    pub fn year_before(self) -> Self {
        let earlier = |day: Date| day.checked_sub(1.year()).unwrap_or(day);
        let ends_month = self.to == self.to.last_of_month();
        let to = earlier(self.to);
        Self { from: earlier(self.from), to: if ends_month { to.last_of_month() } else { to } }
    }
}

impl std::fmt::Display for Period {
    /// Its shortest name, which [`Period::parse`] reads again.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month) = (self.from.year(), self.from.month());
        let whole = [
            format!("{year:04}"),
            format!("{year:04}-H{}", (month + 5) / 6),
            format!("{year:04}-Q{}", (month + 2) / 3),
            format!("{year:04}-{month:02}"),
        ];
        match whole.iter().find(|name| Self::parse(name) == Ok(*self)) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}..{}", self.from, self.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(text: &str) -> Option<(String, String)> {
        Period::parse(text).ok().map(|p| (p.from.to_string(), p.to.to_string()))
    }

    /// H02, X02, X15: the first half of 2013, eight months of 2017, the year of an index.
    #[test]
    fn periods_are_read_as_people_write_them() {
        for (text, from, to) in [
            ("2016", "2016-01-01", "2016-12-31"),
            ("2013-H1", "2013-01-01", "2013-06-30"),
            ("2013-H2", "2013-07-01", "2013-12-31"),
            ("2017-Q3", "2017-07-01", "2017-09-30"),
            ("2020-02", "2020-02-01", "2020-02-29"),
            ("2017-01-01..2017-08-31", "2017-01-01", "2017-08-31"),
        ] {
            assert_eq!(days(text), Some((from.to_owned(), to.to_owned())), "{text}");
            assert_eq!(Period::parse(text).map(|p| p.to_string()), Ok(text.to_owned()));
        }
        for bad in [
            "",
            "16",
            "2013-H3",
            "2013-H",
            "2017-Q5",
            "2017-13",
            "2017-1",
            "2017-08-31..2017-01-01",
            "+016",
            "1776",
        ] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }

    /// N11.
    #[test]
    fn the_same_period_of_the_year_before() {
        for (text, before) in [
            ("2021-H1", "2020-H1"),
            ("2021", "2020"),
            ("2020-02", "2019-02"),
            ("2021-02", "2020-02"),
            ("2017-01-01..2017-08-30", "2016-01-01..2016-08-30"),
        ] {
            let earlier = Period::parse(text).map(|p| p.year_before().to_string());
            assert_eq!(earlier, Ok(before.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_what_it_names(from in 0_i32..60_000, long in 0_i32..900) {
            let first = Date::constant(1900, 1, 1).checked_add(from.days());
            let last = first.clone().and_then(|day| day.checked_add(long.days()));
            if let (Ok(from), Ok(to)) = (first, last) {
                let period = Period { from, to };
                prop_assert_eq!(Period::parse(&period.to_string()), Ok(period));
            }
        }
    }
}
