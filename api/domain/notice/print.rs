//! How numbers and dates stand on paper (Nghị định 30/2020/NĐ-CP, Phụ lục I).

use super::Form;
use crate::text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What follows the number: kind of document and issuer, such as `TB-UBND` or `KL-SNV`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Symbol(String);

impl Symbol {
    /// Reads the symbol of a paper of this form: its abbreviation, then capitals, digits, `&` and hyphens, 30 characters
    /// at most.
    #[must_use]
    pub fn parse(said: &str, form: Form) -> Option<Self> {
        let said = text::required(said, 30).ok()?;
        let fits = |c: char| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '&');
        let of_form = said.strip_prefix(form.abbreviation())?;
        (of_form.len() > 1 && said.chars().all(fits) && !said.ends_with('-')).then_some(Self(said))
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `05/TB-UBND`: numbers below 10 have a 0 in front.
pub(super) fn written(number: i32, symbol: &Symbol) -> String {
    format!("{number:02}/{}", symbol.as_str())
}

/// `Số: 05/TB-UBND`; room for the number where there is none yet.
#[must_use]
pub fn number_line(number: Option<i32>, symbol: &Symbol) -> String {
    match number {
        Some(number) => format!("Số: {}", written(number, symbol)),
        None => format!("Số: …/{}", symbol.as_str()),
    }
}

/// `ngày 10 tháng 7 năm 2013`: days below 10 and the months 1 and 2 have a 0 in front.
#[must_use]
pub fn day_line(on: Date) -> String {
    let month = if on.month() < 3 { format!("{:02}", on.month()) } else { on.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", on.day(), on.year())
}

/// `Hà Đông, ngày 10 tháng 7 năm 2013`.
#[must_use]
pub fn date_line(place: &str, on: Date) -> String {
    format!("{place}, {}", day_line(on))
}
