//! How numbers, dates and counts stand on paper (Nghị định 30/2020/NĐ-CP, Phụ lục I).

use crate::text;
use crate::visit::Ratio;
use jiff::civil::Date;

/// What follows the number: kind of document and issuer, such as `TB-UBND` or `KL-SNV`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol(String);

impl Symbol {
    /// Reads a symbol: capitals, digits, `Đ`, `&` and hyphens, 2 to 30 characters.
    #[must_use]
    pub fn parse(said: &str) -> Option<Self> {
        let said = text::optional(said, 30).ok()?;
        let fits = |c: char| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '&');
        let length = said.chars().count();
        let whole = (2..=30).contains(&length) && said.chars().all(fits);
        (whole && !said.starts_with('-') && !said.ends_with('-')).then_some(Self(said))
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `Số: 05/TB-UBND`: numbers below 10 have a 0 in front.
#[must_use]
pub fn number_line(number: u32, symbol: &Symbol) -> String {
    format!("Số: {number:02}/{}", symbol.as_str())
}

/// `Hà Đông, ngày 10 tháng 7 năm 2013`: days below 10 and the months 1 and 2 have a 0 in front.
#[must_use]
pub fn date_line(place: &str, on: Date) -> String {
    let month = if on.month() < 3 { format!("{:02}", on.month()) } else { on.month().to_string() };
    format!("{place}, ngày {:02} tháng {month} năm {}", on.day(), on.year())
}

/// The word for a share, which follows from its counts and is never typed: less than 30 % is `một số`, to 50 % `nhiều`,
/// more `phần lớn`, all `tất cả`; `None` for none of them, or of nothing.
#[must_use]
pub fn how_many(share: Ratio) -> Option<&'static str> {
    if share.numerator == 0 || share.denominator == 0 {
        return None;
    }
    if share.numerator >= share.denominator {
        return Some("tất cả");
    }
    // Compared as counts: a rounded percent could move a share over a limit.
    let (part, whole) = (u64::from(share.numerator) * 100, u64::from(share.denominator));
    Some(if part < whole * 30 {
        "một số"
    } else if part <= whole * 50 {
        "nhiều"
    } else {
        "phần lớn"
    })
}
