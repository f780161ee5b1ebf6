//! How a decision says no: a family, a stable code, what is wrong where, and what the phone should do next.

use serde::{Deserialize, Serialize};

/// Ten families; only the HTTP door knows which status each becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No proof of who asks.
    Unauthenticated,
    /// Known, and not allowed; only where existence is no secret.
    Forbidden,
    /// Missing, or not theirs to see: one answer for both.
    NotFound,
    /// Clashes with the state of a thing.
    Conflict,
    /// The version in `If-Match` is not the current one.
    Stale,
    /// A needed precondition (such as `If-Match`) is missing.
    PreconditionMissing,
    /// Larger than taken.
    TooLarge,
    /// A media type we don't take.
    UnsupportedType,
    /// Breaks a rule.
    Invalid,
    /// Too many of them, for now.
    TooMany,
}

/// What a phone should do with the request that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Send the same request again later.
    Retry,
    /// Change what is wrong, then send.
    Fix,
    /// Forget it: it can never succeed.
    Drop,
    /// Let a person decide.
    Ask,
}

/// One thing that is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a query parameter, or `Header-Name`.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What is wrong, in English; the door translates what it can.
    pub detail: String,
}

impl FieldFault {
    /// Names the field, the rule and what was wrong.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, detail: impl ToString) -> Self {
        Self { pointer: pointer.into(), code: code.into(), detail: detail.to_string() }
    }
}

/// A refusal, ready to be told to whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The family.
    pub kind: Kind,
    /// Stable code such as `photo.digest-mismatch`; part of the contract.
    pub code: &'static str,
    /// What happened, in a sentence; never holds what the caller may not know.
    pub detail: String,
    /// What the phone should do.
    pub next: Next,
    /// Which fields, where fields are to blame.
    pub faults: Vec<FieldFault>,
}

impl Refusal {
    /// A refusal of the usual shape for its family.
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        let next = match kind {
            Kind::TooMany => Next::Retry,
            // What is not theirs to see today may be theirs again tomorrow: nothing is thrown away for it.
            Kind::Unauthenticated | Kind::Forbidden | Kind::Conflict | Kind::NotFound => Next::Ask,
            _ => Next::Fix,
        };
        Self { kind, code, detail: detail.into(), next, faults: Vec::new() }
    }

    /// Says what the phone should do instead of the family's usual answer.
    #[must_use]
    pub fn next(mut self, next: Next) -> Self {
        self.next = next;
        self
    }

    /// The one answer for what is missing and for what is not theirs to see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not-found", "There is nothing here, or nothing you may see.")
    }

    /// Known, and not allowed.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, "forbidden", "Your roles do not allow this.")
    }

    /// One or more fields broke a rule.
    #[must_use]
    pub fn invalid(faults: Vec<FieldFault>) -> Self {
        let mut refusal = Self::new(Kind::Invalid, "invalid", "Some fields need to be changed; see errors.");
        refusal.faults = faults;
        refusal
    }

    /// One field broke a rule.
    #[must_use]
    pub fn field(pointer: &str, code: &str, detail: impl ToString) -> Self {
        Self::invalid(vec![FieldFault::new(pointer, code, detail)])
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Refusal {}
