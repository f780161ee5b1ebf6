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
    // visits and answers
    ("abort_visit", Right(Deed::SubmitVisit)),
    ("cancel_visit", Right(Deed::ScheduleVisit)),
    ("change_visit", Right(Deed::ScheduleVisit)),
    ("check_in", Right(Deed::RecordVisit)),
    ("clear_for_visit", Right(Deed::ScheduleVisit)),
    ("close_recording", Right(Deed::RecordVisit)),
    ("disclose_visit", Right(Deed::DiscloseVisit)),
    ("dispatch_visit", Right(Deed::DispatchVisit)),
    ("draft_minutes", Right(Deed::DraftMinutes)),
    ("finalise_visit", Right(Deed::FinaliseVisit)),
    ("list_responses", Right(Deed::ReadVisit)),
    ("list_visits", Right(Deed::ReadVisit)),
    ("put_response", Right(Deed::RecordVisit)),
    ("read_bundle", Right(Deed::ReadVisit)),
    ("read_score", Right(Deed::ReadVisit)),
    ("read_visit", Right(Deed::ReadVisit)),
    ("schedule_visit", Right(Deed::ScheduleVisit)),
    ("sign_minutes", Right(Deed::SignMinutes)),
    ("submit_visit", Right(Deed::SubmitVisit)),
    // owners, units, premises
    ("create_owner", Right(Deed::ManageOwners)),
    ("list_owners", Right(Deed::ReadUnits)),
    ("read_owner", Right(Deed::ReadUnits)),
    ("create_unit", Right(Deed::EditUnits)),
    ("list_units", Right(Deed::ReadUnits)),
    ("read_unit", Right(Deed::ReadUnits)),
    ("add_unit_version", Right(Deed::EditUnits)),
    ("survey_premises", Right(Deed::EditUnits)),
    ("list_premises", Right(Deed::ReadUnits)),
    // templates
    ("create_template", Right(Deed::EditTemplates)),
    ("list_templates", Right(Deed::ReadTemplates)),
    ("read_template", Right(Deed::ReadTemplates)),
    ("draft_template_version", Right(Deed::EditTemplates)),
    ("rewrite_template_version", Right(Deed::EditTemplates)),
    ("publish_template_version", Right(Deed::EditTemplates)),
    ("read_template_version", Right(Deed::ReadTemplates)),
    ("compare_template_versions", Right(Deed::ReadTemplates)),
    ("export_xlsform", Right(Deed::ReadTemplates)),
    ("import_xlsform", Right(Deed::EditTemplates)),
    // procedures
    ("compare_procedures", Right(Deed::ReadTemplates)),
    ("enter_procedure_list", Right(Deed::EditTemplates)),
    ("list_procedures", Right(Deed::ReadTemplates)),
    // campaigns, teams
    ("create_campaign", Right(Deed::EditCampaign)),
    ("list_campaigns", Right(Deed::ReadCampaign)),
    ("read_campaign", Right(Deed::ReadCampaign)),
    ("change_campaign", Right(Deed::EditCampaign)),
    ("enter_document", Right(Deed::EditCampaign)),
    ("submit_campaign", Right(Deed::EditCampaign)),
    ("approve_campaign", Right(Deed::ApproveCampaign)),
    ("activate_campaign", Right(Deed::ApproveCampaign)),
    ("cancel_campaign", Right(Deed::EditCampaign)),
    ("close_fieldwork", Right(Deed::EditCampaign)),
    ("conclude_campaign", Right(Deed::ApproveCampaign)),
    ("close_campaign", Right(Deed::EditCampaign)),
    ("merge_campaign", Right(Deed::MergeCampaigns)),
    ("create_round", Right(Deed::EditCampaign)),
    ("list_rounds", Right(Deed::ReadCampaign)),
    ("change_round", Right(Deed::EditCampaign)),
    ("list_overlaps", Right(Deed::ReadCampaign)),
    ("read_coverage", Right(Deed::ReadVisit)),
    ("read_items", Right(Deed::ReadVisit)),
    ("read_burden", Right(Deed::ReadVisit)),
    ("create_team", Right(Deed::EditCampaign)),
    ("list_teams", Right(Deed::ReadCampaign)),
    ("read_team", Right(Deed::ReadCampaign)),
    ("reseat_team", Right(Deed::EditCampaign)),
    // photos
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
