//! What can go wrong with the database, told apart by what a caller can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Shorthand of every query.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// PostgreSQL is away, restarting, out of connections, or gave up waiting: the same request may succeed later.
    #[error("database is not available: {0}")]
    Busy(String),
    /// A named rule of the schema; the flow that wrote the row says what the name means.
    #[error("database rule {0}")]
    Constraint(String),
    /// A fault of ours: a row that can't be read, a query that can't be run.
    #[error("database fault: {0}")]
    Fault(String),
}

impl Error {
    /// Whether a write broke the named rule.
    #[must_use]
    pub fn broke(&self, constraint: &str) -> bool {
        matches!(self, Self::Constraint(name) if name == constraint)
    }

    /// Whether somebody else wrote first what this transaction had seen as it was before: the same again may succeed.
    #[must_use]
    pub fn is_clash(&self) -> bool {
        matches!(self, Self::Busy(why) if why.starts_with("could not serialize access"))
    }

    /// A row that does not parse.
    pub fn bad_row(what: impl std::fmt::Display) -> Self {
        Self::Fault(format!("a stored row is not readable: {what}"))
    }
}

impl From<DieselError> for Error {
    fn from(why: DieselError) -> Self {
        match &why {
            DieselError::DatabaseError(kind, about) => match kind {
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction => Self::Busy(about.message().to_owned()),
                _ if is_outage(about.message()) => Self::Busy(about.message().to_owned()),
                _ => match about.constraint_name() {
                    Some(name) => Self::Constraint(name.to_owned()),
                    None if is_missing_table(about.message()) => Self::Fault(format!(
                        "{}; `fieldproof migrate` brings the schema to this version",
                        about.message()
                    )),
                    None => Self::Fault(about.message().to_owned()),
                },
            },
            DieselError::BrokenTransactionManager => Self::Busy(why.to_string()),
            _ => Self::Fault(why.to_string()),
        }
    }
}

/// A database that was never migrated, or by an older version only.
fn is_missing_table(message: &str) -> bool {
    message.starts_with("relation ") && message.ends_with("does not exist")
}

/// diesel-async hands on some outages only as a message.
fn is_outage(message: &str) -> bool {
    [
        "connection closed",
        "terminating connection",
        "the database system is",
        "timeout",
        "deadlock detected",
        "error communicating with the server",
        "too many clients",
        "remaining connection slots",
        "could not extend file",
        "No space left",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}
