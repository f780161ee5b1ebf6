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
#[rustfmt::skip]
pub const OPERATIONS: &[(&str, Needs)] = &[
    ("accept_invitation", Nothing),
    ("authorization_server", Nothing),
    ("authorize", Nothing),
    ("authorize_sign_in", Nothing),
    ("change_my_password", Right(Deed::ChangeProfile)),
    ("create_account", Right(Deed::ManageAccounts)),
    ("disable_account", Right(Deed::ManageAccounts)),
    ("enable_account", Right(Deed::ManageAccounts)),
    ("end_my_device", Right(Deed::ChangeProfile)),
    ("get_account", Right(Deed::ReadAccounts)),
    ("get_me", Right(Deed::ReadProfile)),
    ("grant_role", Right(Deed::ManageAccounts)),
    ("jwks", Nothing),
    ("list_accounts", Right(Deed::ReadAccounts)),
    ("live", Nothing),
    ("metrics", Nothing),
    ("ready", Nothing),
    ("reset_account_password", Right(Deed::ManageAccounts)),
    ("revoke", Nothing),
    ("revoke_role", Right(Deed::ManageAccounts)),
    ("token", Nothing),
];

/// What the operation of this id asks for.
#[must_use]
pub fn needs(operation_id: &str) -> Option<Needs> {
    OPERATIONS.iter().find(|(id, _)| *id == operation_id).map(|(_, needs)| *needs)
}
