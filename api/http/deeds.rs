//! Which deed each operation is: the one table that gives an operation its right and its scope.

use crate::domain::permission::Deed;

/// What an operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A bearer token whose actor may do this deed.
    Right(Deed),
    /// Nothing: anybody may ask, and learns nothing about anybody.
    Nothing,
}

use Needs::Nothing;

/// Every operation by its `operationId`. A test fails for one that is missing or gone.
#[rustfmt::skip]
pub const OPERATIONS: &[(&str, Needs)] = &[
    ("authorization_server", Nothing),
    ("authorize", Nothing),
    ("authorize_sign_in", Nothing),
    ("jwks", Nothing),
    ("live", Nothing),
    ("metrics", Nothing),
    ("ready", Nothing),
    ("revoke", Nothing),
    ("token", Nothing),
];

/// What the operation of this id asks for.
#[must_use]
pub fn needs(operation_id: &str) -> Option<Needs> {
    OPERATIONS.iter().find(|(id, _)| *id == operation_id).map(|(_, needs)| *needs)
}
