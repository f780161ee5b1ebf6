//! Plans, decisions and notices: their numbers kept as written and read into parts.

use crate::ids::DocumentId;
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use jiff::civil::Date;

/// Plan, decision or notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Kế hoạch: opens the campaign.
    Plan,
    /// Quyết định: sets up the team.
    Decision,
    /// Thông báo kết luận: says what was found and what is demanded.
    Notice,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Plan, Self::Decision, Self::Notice];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Decision => "decision",
            Self::Notice => "notice",
        }
    }

    /// Reads a stored or sent kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What sort of body issued a document: told by how it separates the number from the symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerKind {
    /// A body of the state: `133/KH-UBND`.
    State,
    /// A body of the party: `11-HD/HU`.
    Party,
}

impl IssuerKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::State, Self::Party];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Party => "party",
        }
    }
}

/// Number and symbol of an official document, and how they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentNumber {
    /// As written, NFC, without the word "Số:": `133/KH-UBND`.
    pub written: String,
    /// 133.
    pub number: i32,
    /// Everything that says which series it is, with the year where it is written: `KH-UBND`, `2025/QĐ-UBND`.
    pub symbol: String,
}

impl DocumentNumber {
    /// Reads what stands behind "Số:".
    ///
    /// State bodies write `133/KH-UBND`, with the year for normative documents `01/2025/QĐ-UBND`; party bodies write
    /// `11-HD/HU`. The number is what comes before the first `/` or `-`.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let text = text::required(raw, 60).map_err(|why| why.to_string())?;
        let written =
            text.strip_prefix("Số").map_or(text.as_str(), |t| t.trim_start_matches([':', ' '])).trim();
        let form = "is not of the form 133/KH-UBND, 01/2025/QĐ-UBND or 11-HD/HU";
        let (digits, symbol) = written.split_once(['/', '-']).ok_or(form)?;
        let digits = digits.trim();
        if digits.is_empty() || digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(form.to_owned());
        }
        let number = digits.parse::<i32>().ok().filter(|n| *n > 0).ok_or(form)?;
        let symbol = symbol.trim();
        let clean = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '&' | '.');
        let starts_well = symbol.chars().next().is_some_and(char::is_alphanumeric);
        if !starts_well || !symbol.chars().any(char::is_alphabetic) || !symbol.chars().all(clean) {
            return Err(form.to_owned());
        }
        Ok(Self { written: written.to_owned(), number, symbol: symbol.to_uppercase() })
    }

    /// State bodies put a stroke behind the number, party bodies a dash (source: 11-HD/HU of a Huyện ủy).
    #[must_use]
    pub fn issuer_kind(&self) -> IssuerKind {
        let first = self.written.find(['/', '-']).and_then(|at| self.written.get(at..));
        if first.is_some_and(|rest| rest.starts_with('-')) { IssuerKind::Party } else { IssuerKind::State }
    }
}

/// A plan, a decision or a notice, kept as issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Which of them.
    pub kind: DocumentKind,
    /// Number and symbol.
    pub number: DocumentNumber,
    /// Who issued it: `UBND huyện Nông Sơn`.
    pub issuer: String,
    /// The day on it.
    pub issued_on: Date,
    /// What it is about.
    pub title: String,
}

impl Document {
    /// Checks a document somebody enters.
    ///
    /// # Errors
    /// `invalid` with every field that breaks a rule.
    pub fn checked(
        id: DocumentId,
        kind: &str,
        number: &str,
        issuer: &str,
        issued_on: Date,
        title: &str,
    ) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut fault = |at: &str, code: &str, why: String| faults.push(FieldFault::new(at, code, why));
        let kind = DocumentKind::parse(kind);
        if kind.is_none() {
            fault("/kind", "document.kind-unknown", "is none of plan, decision, notice".to_owned());
        }
        let number =
            DocumentNumber::parse(number).map_err(|why| fault("/number", "document.number", why)).ok();
        let issuer =
            text::required(issuer, 200).map_err(|why| fault("/issuer", "text.refused", why.to_string())).ok();
        let title =
            text::optional(title, 500).map_err(|why| fault("/title", "text.refused", why.to_string())).ok();
        if !(1945..=2100).contains(&issued_on.year()) {
            fault("/issued_on", "document.date", "is not between 1945 and 2100".to_owned());
        }
        match (kind, number, issuer, title) {
            (Some(kind), Some(number), Some(issuer), Some(title)) if faults.is_empty() => {
                Ok(Self { id, kind, number, issuer, issued_on, title })
            }
            _ => Err(Refusal::invalid(faults)),
        }
    }
}
