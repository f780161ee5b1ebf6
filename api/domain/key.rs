//! Signing keys: what for, in which stage of their life, how long others must be able to verify with them.

use jiff::{SignedDuration, Timestamp};

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Access tokens.
    Access,
    /// Acknowledgements and whatever else we vouch for.
    Notary,
}

impl Purpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Access, Self::Notary];

    /// As stored and typed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Notary => "notary",
        }
    }

    /// Reads a stored or typed purpose.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Published so that everybody knows it before it signs.
    Next,
    /// Signs.
    Active,
    /// Verifies what it signed, until that has expired.
    Retired,
}

impl Stage {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// Reads a stored stage.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|s| s.as_str() == text)
    }
}

/// How long after its retirement an access key still verifies: the longest token (15 minutes) that a process which
/// had not yet heard of the rotation may have signed, and some.
pub const ACCESS_KEY_LINGERS: SignedDuration = SignedDuration::from_mins(25);

/// Whether a key is published and verifies. What a notary key signed is evidence and must be verifiable for ever.
#[must_use]
pub fn verifies(purpose: Purpose, stage: Stage, retired_at: Option<Timestamp>, now: Timestamp) -> bool {
    match (purpose, stage, retired_at) {
        (_, Stage::Next | Stage::Active, _) | (Purpose::Notary, ..) => true,
        (Purpose::Access, Stage::Retired, Some(at)) => now.duration_since(at) < ACCESS_KEY_LINGERS,
        (Purpose::Access, Stage::Retired, None) => false,
    }
}
