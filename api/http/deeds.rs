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

use Needs::{Nothing, Right};

/// Every operation by its `operationId`. A test fails for one that is missing or gone.
pub const OPERATIONS: &[(&str, Needs)] = &[
    ("live", Nothing),
    ("ready", Nothing),
    ("metrics", Nothing),
    ("declare_photo", Right(Deed::SendPhoto)),
    ("head_derivative", Right(Deed::ReadPhotos)),
    ("head_original", Right(Deed::ReadOriginal)),
    ("list_photos", Right(Deed::ReadPhotos)),
    ("read_derivative", Right(Deed::ReadPhotos)),
    ("read_original", Right(Deed::ReadOriginal)),
    ("read_photo", Right(Deed::ReadPhotos)),
    ("send_photo", Right(Deed::SendPhoto)),
    ("withdraw_photo", Right(Deed::SendPhoto)),
];

/// What the operation of this id asks for.
#[must_use]
pub fn needs(operation_id: &str) -> Option<Needs> {
    OPERATIONS.iter().find(|(id, _)| *id == operation_id).map(|(_, needs)| *needs)
}
