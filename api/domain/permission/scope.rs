//! Which scope a client program needs for a deed.

use super::Deed;
use crate::actor::Scope;

impl Deed {
    /// The scope a client program needs.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Self::ReadProfile | Self::ChangeProfile => Scope::Profile,
            Self::ReadAccounts | Self::ReadDevices => Scope::AccountsRead,
            Self::ManageAccounts | Self::ManageDevices => Scope::AccountsWrite,
            Self::ReadUnits => Scope::UnitsRead,
            Self::EditUnits | Self::UndoUnitEvents | Self::ManageOwners => Scope::UnitsWrite,
            Self::ReadTemplates => Scope::TemplatesRead,
            Self::EditTemplates => Scope::TemplatesWrite,
            Self::ReadCampaign => Scope::CampaignsRead,
            Self::EditCampaign
            | Self::ApproveCampaign
            | Self::MergeCampaigns
            | Self::DrawSites
            | Self::ImportExternal
            | Self::PublishTotals
            | Self::EditRules => Scope::CampaignsWrite,
            Self::ReadVisit
            | Self::ReadUnsent
            | Self::ReadFindings
            | Self::ReadTotals
            | Self::ReadExternal
            | Self::ReadActions
            | Self::ReadAddressed
            | Self::ReadReviews
            | Self::ReadNotice
            | Self::CompareNotice => Scope::VisitsRead,
            Self::ScheduleVisit
            | Self::DispatchVisit
            | Self::DiscloseVisit
            | Self::RecordVisit
            | Self::DraftMinutes
            | Self::SignMinutes
            | Self::SubmitVisit
            | Self::FinaliseVisit
            | Self::ProposeFinding
            | Self::DecideFinding
            | Self::DraftExplanation
            | Self::ExplainFinding
            | Self::VerifyFinding
            | Self::AssessItem
            | Self::ProposeAction
            | Self::IssueAction
            | Self::AnswerAction
            | Self::DecideExtension
            | Self::VerifyAction
            | Self::RaiseReview
            | Self::AnswerReview
            | Self::DraftNotice
            | Self::ReviewNotice
            | Self::SignNotice
            | Self::IssueNotice
            | Self::AcknowledgeNotice => Scope::VisitsWrite,
            Self::ReadPhotos => Scope::PhotosRead,
            Self::SendPhoto | Self::SendAfterPhoto => Scope::PhotosWrite,
            Self::ReadOriginal => Scope::OriginalsRead,
        }
    }
}
