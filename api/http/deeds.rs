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
    ("activate_campaign", Right(Deed::ApproveCampaign)),
    ("add_unit_version", Right(Deed::EditUnits)),
    ("approve_campaign", Right(Deed::ApproveCampaign)),
    ("authorization_server", Nothing),
    ("authorize", Nothing),
    ("authorize_sign_in", Nothing),
    ("cancel_campaign", Right(Deed::EditCampaign)),
    ("change_campaign", Right(Deed::EditCampaign)),
    ("create_campaign", Right(Deed::EditCampaign)),
    ("create_owner", Right(Deed::ManageOwners)),
    ("create_team", Right(Deed::EditCampaign)),
    ("create_template", Right(Deed::EditTemplates)),
    ("create_unit", Right(Deed::EditUnits)),
    ("draft_template_version", Right(Deed::EditTemplates)),
    ("enter_document", Right(Deed::EditCampaign)),
    ("jwks", Nothing),
    ("list_campaigns", Right(Deed::ReadCampaign)),
    ("list_owners", Right(Deed::ReadUnits)),
    ("list_premises", Right(Deed::ReadUnits)),
    ("list_teams", Right(Deed::ReadCampaign)),
    ("list_templates", Right(Deed::ReadTemplates)),
    ("list_units", Right(Deed::ReadUnits)),
    ("live", Nothing),
    ("metrics", Nothing),
    ("publish_template_version", Right(Deed::EditTemplates)),
    ("read_campaign", Right(Deed::ReadCampaign)),
    ("read_owner", Right(Deed::ReadUnits)),
    ("read_team", Right(Deed::ReadCampaign)),
    ("read_template", Right(Deed::ReadTemplates)),
    ("read_template_version", Right(Deed::ReadTemplates)),
    ("read_unit", Right(Deed::ReadUnits)),
    ("ready", Nothing),
    ("reseat_team", Right(Deed::EditCampaign)),
    ("revoke", Nothing),
    ("rewrite_template_version", Right(Deed::EditTemplates)),
    ("submit_campaign", Right(Deed::EditCampaign)),
    ("survey_premises", Right(Deed::EditUnits)),
    ("token", Nothing),
];

/// What the operation of this id asks for.
#[must_use]
pub fn needs(operation_id: &str) -> Option<Needs> {
    OPERATIONS.iter().find(|(id, _)| *id == operation_id).map(|(_, needs)| *needs)
}
