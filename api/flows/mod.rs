//! The hall: what a person wants, one noun a file, one verb a function. Decides and orders; does no I/O of its own.

pub mod fsck;
pub mod keys;
pub mod oauth;
pub mod photos;
pub mod promises;
pub mod sessions;
pub mod sign_in;
pub mod upkeep;

use crate::domain::refusal::Refusal;
use crate::{media, records};

/// What went wrong, as far as a door needs to know.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No, and why.
    #[error("{0}")]
    Refused(Refusal),
    /// An outside thing is away for the moment: the same request may succeed later.
    #[error("busy: {0}")]
    Busy(String),
    /// A fault of ours.
    #[error("fault: {0}")]
    Fault(String),
}

/// Shorthand of every flow.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(no: Refusal) -> Self {
        Self::Refused(no)
    }
}

impl From<records::Error> for Error {
    fn from(why: records::Error) -> Self {
        match why {
            records::Error::Busy(why) => Self::Busy(why),
            // A flow that expects a rule to be broken has looked before; here nobody did.
            records::Error::Constraint(name) => Self::Fault(format!("unexpected database rule {name}")),
            records::Error::Fault(why) => Self::Fault(why),
        }
    }
}

impl From<media::Error> for Error {
    fn from(why: media::Error) -> Self {
        match why {
            media::Error::Busy(why) => Self::Busy(why),
            media::Error::Missing => Self::Fault("an object or the bucket is missing".to_owned()),
            media::Error::Fault(why) => Self::Fault(why),
        }
    }
}

impl From<crate::identity::Busy> for Error {
    fn from(why: crate::identity::Busy) -> Self {
        Self::Busy(why.to_string())
    }
}

/// Random bytes for ids that a door mints.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    crate::identity::random()
}
