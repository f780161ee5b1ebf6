//! Decimal numbers as people write them here: "40,5" and 40.5 are one; compared exactly.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A decimal number with up to six places, between -1 and 1 billion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

/// Why something is no decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDecimal {
    /// Not digits with at most one comma or point.
    #[error("is not a number such as 40,5 or 40.5")]
    Unreadable,
    /// More places than are kept.
    #[error("has more than six decimal places")]
    TooFine,
    /// Too far from 0.
    #[error("is beyond one billion")]
    TooLarge,
}

const ONE: i64 = 1_000_000;

impl Decimal {
    /// 0.
    pub const ZERO: Self = Self(0);
    /// 1.
    pub const ONE: Self = Self(ONE);

    /// A whole number.
    #[must_use]
    pub fn whole(number: u32) -> Self {
        Self(i64::from(number) * ONE)
    }

    /// The nearest decimal of a count of trillionths, half up: what a weight times a credit comes to.
    #[must_use]
    pub fn of_trillionths(count: i128) -> Self {
        let millionths = (count * 2 + 1_000_000).div_euclid(2_000_000);
        Self(i64::try_from(millionths).unwrap_or(i64::MAX))
    }

    /// The nearest decimal of a number that was written with few places, such as a checklist's threshold.
    #[must_use]
    pub fn of_f64(number: f64) -> Self {
        Self::parse(&format!("{number:.6}")).unwrap_or(Self::ZERO)
    }

    /// Reads digits with a comma or a point.
    ///
    /// # Errors
    /// [`BadDecimal`], the first that applies.
    pub fn parse(text: &str) -> Result<Self, BadDecimal> {
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, places) = match digits.split_once([',', '.']) {
            Some((whole, places)) if !places.is_empty() => (whole, places),
            Some(_) => return Err(BadDecimal::Unreadable),
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(places) {
            return Err(BadDecimal::Unreadable);
        }
        let places = places.trim_end_matches('0');
        if places.len() > 6 {
            return Err(BadDecimal::TooFine);
        }
        let whole: i64 = whole.parse().map_err(|_| BadDecimal::TooLarge)?;
        let places: i64 = format!("{places:0<6}").parse().map_err(|_| BadDecimal::Unreadable)?;
        if whole > 1_000_000_000 || (whole == 1_000_000_000 && places > 0) {
            return Err(BadDecimal::TooLarge);
        }
        let value = whole * ONE + places;
        Ok(Self(if negative { -value } else { value }))
    }

    /// The number times a million: whole, for exact comparisons.
    #[must_use]
    pub fn millionths(self) -> i128 {
        i128::from(self.0)
    }

    /// Whether it is 0.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is below 0.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// For JSON, which knows no decimals.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or_default()
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, places) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        if places == 0 {
            return write!(f, "{sign}{whole}");
        }
        let places = format!("{places:06}");
        write!(f, "{sign}{whole}.{}", places.trim_end_matches('0'))
    }
}

impl std::fmt::Debug for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0 % ONE == 0 { to.serialize_i64(self.0 / ONE) } else { to.serialize_f64(self.to_f64()) }
    }
}

struct AnyNumber;

impl Visitor<'_> for AnyNumber {
    type Value = Decimal;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, or a text such as \"40,5\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
        Decimal::parse(text).map_err(|why| E::custom(format!("\"{}\" {why}", text.escape_default())))
    }

    // Printed and read: a float's shortest form is what the phone wrote.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Decimal, E> {
        Decimal::parse(&number.to_string()).map_err(|why| E::custom(format!("{number} {why}")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Decimal, E> {
        Decimal::parse(&number.to_string()).map_err(|why| E::custom(format!("{number} {why}")))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Decimal, E> {
        Decimal::parse(&number.to_string()).map_err(|why| E::custom(format!("{number} {why}")))
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyNumber)
    }
}
