//! The whole table of rights: which role may do which deed, in which relation to its subject.
//!
//! Source: the roles matrix of the inspection process, with the columns reviewer and integrator added. A sealed
//! surprise visit exists only for the owner's scheduler, its lead, its dispatched members and whoever of the
//! authority was cleared for it; everybody else is told what they would be told about an unknown id.

mod reach;
mod scope;
mod seat;

pub use reach::{Reach, Slice, reach};
pub use seat::TeamRole;

use crate::actor::{Actor, Grant, Role, Who};
use crate::ids::{CampaignId, OwnerId, UnitId};
use crate::refusal::{Kind, Refusal};
use crate::team::fitting;

/// What somebody wants to do. Each operation of the API names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Read one's own profile, roles, visits and devices.
    ReadProfile,
    /// Change one's own password, end one's own devices.
    ChangeProfile,
    /// Read accounts and their grants.
    ReadAccounts,
    /// Create, disable and reset accounts; grant and revoke roles.
    ManageAccounts,
    /// Read which devices the people of an owner use.
    ReadDevices,
    /// Let a device of somebody's in, revoke one.
    ManageDevices,
    /// Read whose devices hold work that was not sent.
    ReadUnsent,
    /// Read owners, units and premises.
    ReadUnits,
    /// Change units and premises.
    EditUnits,
    /// Undo what was recorded to have happened to units.
    UndoUnitEvents,
    /// Create owners.
    ManageOwners,
    /// Read checklists.
    ReadTemplates,
    /// Draft and publish checklists.
    EditTemplates,
    /// Read a campaign, its documents and teams.
    ReadCampaign,
    /// Create, edit and submit a campaign; its documents and teams.
    EditCampaign,
    /// Approve a plan, activate by a decision.
    ApproveCampaign,
    /// Join two campaigns and their visits, sealed ones too.
    MergeCampaigns,
    /// Draw sites at random and read what was drawn before it is told.
    DrawSites,
    /// Set the rules for who may be sent where.
    EditRules,
    /// Read a visit, its answers and its bundle.
    ReadVisit,
    /// Schedule, seal, change and cancel a visit; clear somebody for it.
    ScheduleVisit,
    /// Tell the team its target.
    DispatchVisit,
    /// Make a sealed visit known before anybody checks in.
    DiscloseVisit,
    /// Check in, answer, declare and send photos, close the recording.
    RecordVisit,
    /// Draft the minutes.
    DraftMinutes,
    /// Sign the minutes for the team or for the unit.
    SignMinutes,
    /// Submit a visit, decide between answers that clash.
    SubmitVisit,
    /// Take a submitted visit as final.
    FinaliseVisit,
    /// Read photos, their facts and derivatives.
    ReadPhotos,
    /// Read original bytes; each read is logged.
    ReadOriginal,
    /// Declare, send and withdraw photos.
    SendPhoto,
    /// Read what visits found, and recommendations.
    ReadFindings,
    /// Enter a candidate, a strength, a recommendation.
    ProposeFinding,
    /// Confirm or dismiss a finding, ask for an explanation, record what a re-inspection saw.
    DecideFinding,
    /// Write an explanation for the unit's head to send, and read it before it is sent.
    DraftExplanation,
    /// Explain a finding for the unit.
    ExplainFinding,
    /// Verify an explanation.
    VerifyFinding,
    /// Enter what somebody else says of an item; the unit for itself alone.
    AssessItem,
    /// Read figures of a campaign: totals without names.
    ReadTotals,
    /// Make totals of a campaign public, take them back.
    PublishTotals,
    /// Read figures that others made.
    ReadExternal,
    /// Import them.
    ImportExternal,
    /// Read corrective actions.
    ReadActions,
    /// Propose a corrective action, remind of one.
    ProposeAction,
    /// Issue one, or cancel it; hand over what was open at a divided unit.
    IssueAction,
    /// Accept, begin, report as done, ask for more time.
    AnswerAction,
    /// Declare and send photos that show it done.
    SendAfterPhoto,
    /// Grant more time or keep the day.
    DecideExtension,
    /// Verify that it is done, or return it.
    VerifyAction,
    /// Read what teams recommend to a unit.
    ReadAddressed,
    /// Read what units are to review of their own papers.
    ReadReviews,
    /// Say that a unit is to review its papers.
    RaiseReview,
    /// Say what came of a review.
    AnswerReview,
    /// Read a conclusion notice; an inspected unit one that was issued to it.
    ReadNotice,
    /// Compare the figures of a notice with the rows they came from.
    CompareNotice,
    /// Write a notice.
    DraftNotice,
    /// Find a notice right that somebody else wrote.
    ReviewNotice,
    /// Number, date and sign a notice that somebody else wrote.
    SignNotice,
    /// Send a signed notice to its recipients.
    IssueNotice,
    /// Confirm for a recipient to have it.
    AcknowledgeNotice,
}

/// In which relation to its subject a role may do a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Never.
    No,
    /// Holding the role anywhere is enough.
    Any,
    /// For what belongs to no owner: as `Any`, but a grant narrowed to a unit reaches that unit and what lies below it,
    /// and one narrowed to a campaign nothing.
    Ground,
    /// The grant covers the subject's owner, unit and campaign; never a sealed visit.
    Owner,
    /// As `Owner`, and sealed visits too.
    OwnerSealed,
    /// As `Owner`; a sealed visit only with a clearance for that visit.
    Cleared,
    /// As `Owner`, for supervision campaigns only (an elected or party body's own kind).
    OwnKind,
    /// Sits on the team in this role, and still holds a grant that fits the seat and covers the subject.
    Team,
    /// As `Team`, once the team has been told or the visit is disclosed.
    Dispatched,
    /// The subject's unit lies in the granted subtree; never a sealed visit.
    Unit,
    /// As `Unit`, once the minutes are signed.
    UnitSigned,
}

/// What a deed is done to, as far as rights go. The default is a thing of the whole installation.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Its owner; `None` for what belongs to the installation.
    pub owner: Option<OwnerId>,
    /// Its unit and every unit above, as of its day.
    pub units: Vec<UnitId>,
    /// Its campaign.
    pub campaign: Option<CampaignId>,
    /// Whether its campaign is a supervision.
    pub supervision: bool,
    /// What the actor is on its team.
    pub team_role: Option<TeamRole>,
    /// Whether it belongs to a surprise visit that is not disclosed yet.
    pub sealed: bool,
    /// Whether the team has been told, or everybody.
    pub dispatched: bool,
    /// Whether the actor was cleared for this sealed visit.
    pub cleared: bool,
    /// Whether the minutes are signed.
    pub signed: bool,
}

use Cell::{Any, Cleared, Dispatched, Ground, No, OwnKind, Owner, OwnerSealed, Team, Unit, UnitSigned};

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 60] = [
        Self::ReadProfile,
        Self::ChangeProfile,
        Self::ReadAccounts,
        Self::ManageAccounts,
        Self::ReadDevices,
        Self::ManageDevices,
        Self::ReadUnsent,
        Self::ReadUnits,
        Self::EditUnits,
        Self::UndoUnitEvents,
        Self::ManageOwners,
        Self::ReadTemplates,
        Self::EditTemplates,
        Self::ReadCampaign,
        Self::EditCampaign,
        Self::ApproveCampaign,
        Self::MergeCampaigns,
        Self::DrawSites,
        Self::EditRules,
        Self::ReadVisit,
        Self::ScheduleVisit,
        Self::DispatchVisit,
        Self::DiscloseVisit,
        Self::RecordVisit,
        Self::DraftMinutes,
        Self::SignMinutes,
        Self::SubmitVisit,
        Self::FinaliseVisit,
        Self::ReadPhotos,
        Self::ReadOriginal,
        Self::SendPhoto,
        Self::ReadFindings,
        Self::ProposeFinding,
        Self::DecideFinding,
        Self::DraftExplanation,
        Self::ExplainFinding,
        Self::VerifyFinding,
        Self::AssessItem,
        Self::ReadTotals,
        Self::PublishTotals,
        Self::ReadExternal,
        Self::ImportExternal,
        Self::ReadActions,
        Self::ProposeAction,
        Self::IssueAction,
        Self::AnswerAction,
        Self::SendAfterPhoto,
        Self::DecideExtension,
        Self::VerifyAction,
        Self::ReadAddressed,
        Self::ReadReviews,
        Self::RaiseReview,
        Self::AnswerReview,
        Self::ReadNotice,
        Self::CompareNotice,
        Self::DraftNotice,
        Self::ReviewNotice,
        Self::SignNotice,
        Self::IssueNotice,
        Self::AcknowledgeNotice,
    ];

    /// The row of the matrix, in the order of [`Role::ALL`].
    #[must_use]
    #[rustfmt::skip]
    pub fn row(self) -> [Cell; 11] {
        match self {
            //                        admin  authority  scheduler    lead  member      clerk       reviewer  head        staff oversight integrator
            Self::ReadProfile
            | Self::ChangeProfile   => [Any,   Any,     Any,         Any,  Any,        Any,        Any,      Any,        Any,  Any,     No],
            Self::ReadAccounts      => [Any,   No,      No,          No,   No,         No,         No,       No,         No,   No,      No],
            Self::ManageAccounts    => [Owner, No,      No,          No,   No,         No,         No,       No,         No,   No,      No],
            // Whoever leads hands out the code on the morning of the visit; the office and administrators do so, too.
            Self::ReadDevices
            | Self::ManageDevices   => [Owner, No,      Owner,       Owner, No,        No,         No,       No,         No,   No,      No],
            // Of visits only those are counted that whoever asks may see.
            Self::ReadUnsent        => [No,    Owner,   Owner,       Owner, No,        No,         No,       No,         No,   No,      No],
            Self::ReadUnits
            | Self::ReadTemplates   => [Any,   Any,     Any,         Any,  Any,        Any,        Any,      Any,        Any,  Any,     Any],
            Self::EditUnits         => [Ground, No,     Ground,      No,   No,         No,         No,       No,         No,   No,      No],
            Self::UndoUnitEvents    => [Ground, No,     No,          No,   No,         No,         No,       No,         No,   No,      No],
            Self::ManageOwners      => [Owner, No,      No,          No,   No,         No,         No,       No,         No,   No,      No],
            Self::EditTemplates     => [Owner, No,      Owner,       No,   No,         No,         No,       No,         No,   No,      No],
            Self::ReadCampaign      => [No,    Owner,   Owner,       Team, Team,       Team,       Owner,    No,         No,   Owner,   Owner],
            Self::EditCampaign      => [No,    No,      Owner,       No,   No,         No,         No,       No,         No,   OwnKind, No],
            Self::ApproveCampaign   => [No,    Owner,   No,          No,   No,         No,         No,       No,         No,   OwnKind, No],
            // What was drawn may be the target of a surprise: it is the scheduler's alone until it is told.
            Self::MergeCampaigns
            | Self::DrawSites       => [No,    No,      Owner,       No,   No,         No,         No,       No,         No,   No,      No],
            Self::EditRules         => [Owner, No,      Owner,       No,   No,         No,         No,       No,         No,   No,      No],
            Self::ReadVisit         => [No,    Cleared, OwnerSealed, Team, Dispatched, Dispatched, Owner,    Unit,       Unit, Owner,   Owner],
            Self::ScheduleVisit     => [No,    No,      OwnerSealed, Team, No,         No,         No,       No,         No,   No,      No],
            Self::DispatchVisit     => [No,    No,      OwnerSealed, Team, No,         No,         No,       No,         No,   No,      No],
            Self::DiscloseVisit     => [No,    No,      No,          Team, No,         No,         No,       No,         No,   No,      No],
            Self::RecordVisit       => [No,    No,      No,          Team, Dispatched, Dispatched, No,       No,         No,   No,      No],
            Self::DraftMinutes      => [No,    No,      No,          Team, No,         Dispatched, No,       No,         No,   No,      No],
            Self::SignMinutes       => [No,    No,      No,          Team, No,         No,         No,       Unit,       No,   No,      No],
            Self::SubmitVisit       => [No,    No,      No,          Team, No,         No,         No,       No,         No,   No,      No],
            Self::FinaliseVisit     => [No,    No,      Owner,       Team, No,         No,         No,       No,         No,   No,      No],
            Self::ReadPhotos        => [No,    Owner,   Owner,       Team, Dispatched, Dispatched, Owner,    UnitSigned, No,   Owner,   Owner],
            // Oversight reads originals on request: a role as reviewer, narrowed to the campaign, answers one.
            Self::ReadOriginal      => [No,    Owner,   Owner,       Team, Dispatched, Dispatched, Owner,    UnitSigned, No,   No,      Owner],
            Self::SendPhoto         => [No,    No,      No,          Team, Dispatched, Dispatched, No,       No,         No,   No,      No],
            Self::ReadFindings
            | Self::ReadActions     => [No,    Owner,   Owner,       Team, Dispatched, Dispatched, Owner,    UnitSigned, UnitSigned, Owner, Owner],
            Self::ProposeFinding    => [No,    No,      No,          Team, Dispatched, Dispatched, No,       No,         No,   No,      No],
            Self::DecideFinding     => [No,    No,      No,          Team, No,         No,         No,       No,         No,   No,      No],
            Self::ExplainFinding
            | Self::AnswerAction    => [No,    No,      No,          No,   No,         No,         No,       UnitSigned, No,   No,      No],
            Self::DraftExplanation
            | Self::SendAfterPhoto  => [No,    No,      No,          No,   No,         No,         No,       UnitSigned, UnitSigned, No, No],
            Self::VerifyFinding
            | Self::VerifyAction    => [No,    No,      Owner,       Team, Dispatched, Dispatched, No,       No,         No,   No,      No],
            Self::AssessItem        => [No,    No,      No,          Team, Dispatched, Dispatched, No,       UnitSigned, No,   No,      No],
            // Whoever works at a unit sees its own figures; comparing it with others is for its head.
            Self::ReadTotals        => [No,    Owner,   Owner,       Team, Dispatched, Dispatched, Owner,    Unit,       No,   Owner,   Owner],
            // What everybody may read is for whoever signs to say.
            Self::PublishTotals     => [No,    Owner,   No,          No,   No,         No,         No,       No,         No,   OwnKind, No],
            Self::ReadAddressed     => [No,    Owner,   Owner,       No,   No,         No,         Owner,    Unit,       Unit, Owner,   Owner],
            Self::ReadReviews       => [No,    Owner,   Owner,       No,   No,         No,         Owner,    Unit,       Unit, Owner,   Owner],
            Self::RaiseReview       => [No,    No,      Owner,       No,   No,         No,         No,       Unit,       No,   No,      No],
            Self::AnswerReview      => [No,    No,      No,          No,   No,         No,         No,       Unit,       No,   No,      No],
            // An index is about the owner and its units, whoever inspects there: its inspectors read it for their reports.
            Self::ReadExternal      => [No,    Owner,   Owner,       Owner, Owner,     Owner,      Owner,    Unit,       Unit, Owner,   Owner],
            Self::ImportExternal    => [No,    No,      Owner,       No,   No,         No,         No,       No,         No,   No,      No],
            Self::ProposeAction     => [No,    No,      Owner,       Team, No,         No,         No,       No,         No,   No,      No],
            Self::IssueAction       => [No,    No,      Owner,       No,   No,         No,         No,       No,         No,   No,      No],
            Self::DecideExtension   => [No,    Owner,   Owner,       No,   No,         No,         No,       No,         No,   No,      No],
            Self::ReadNotice        => [No,    Owner,   Owner,       Team, Dispatched, Dispatched, Owner,    UnitSigned, UnitSigned, Owner, Owner],
            Self::CompareNotice     => [No,    Owner,   Owner,       Team, Dispatched, Dispatched, Owner,    No,         No,   Owner,   Owner],
            // Who drafts does not sign: the office and the lead write, the authority signs, and either sends it.
            Self::DraftNotice       => [No,    No,      Owner,       Team, No,         No,         No,       No,         No,   OwnKind, No],
            Self::ReviewNotice      => [No,    Owner,   Owner,       Team, No,         No,         No,       No,         No,   OwnKind, No],
            Self::SignNotice        => [No,    Owner,   No,          No,   No,         No,         No,       No,         No,   OwnKind, No],
            Self::IssueNotice       => [No,    Owner,   Owner,       No,   No,         No,         No,       No,         No,   OwnKind, No],
            Self::AcknowledgeNotice => [No,    No,      No,          No,   No,         No,         No,       UnitSigned, No,   No,      No],
        }
    }

    /// The cell of one role.
    #[must_use]
    pub fn cell(self, role: Role) -> Cell {
        Role::ALL.iter().zip(self.row()).find(|(of, _)| **of == role).map_or(No, |(_, cell)| cell)
    }

    /// The deed that shows the subject: who may not even do that is told it does not exist.
    fn showing(self) -> Option<Self> {
        match self {
            Self::EditCampaign
            | Self::ApproveCampaign
            | Self::MergeCampaigns
            | Self::DrawSites
            | Self::PublishTotals
            | Self::ReadCampaign => Some(Self::ReadCampaign),
            Self::ReadVisit
            | Self::ScheduleVisit
            | Self::DispatchVisit
            | Self::DiscloseVisit
            | Self::RecordVisit
            | Self::DraftMinutes
            | Self::SignMinutes
            | Self::SubmitVisit
            | Self::FinaliseVisit => Some(Self::ReadVisit),
            Self::ReadPhotos | Self::ReadOriginal | Self::SendPhoto => Some(Self::ReadPhotos),
            Self::ReadFindings
            | Self::ProposeFinding
            | Self::DecideFinding
            | Self::DraftExplanation
            | Self::ExplainFinding
            | Self::VerifyFinding
            | Self::AssessItem => Some(Self::ReadFindings),
            Self::ReadTotals => Some(Self::ReadTotals),
            Self::ReadActions
            | Self::ProposeAction
            | Self::IssueAction
            | Self::AnswerAction
            | Self::SendAfterPhoto
            | Self::DecideExtension
            | Self::VerifyAction => Some(Self::ReadActions),
            Self::ReadAddressed => Some(Self::ReadAddressed),
            Self::ReadReviews | Self::RaiseReview | Self::AnswerReview => Some(Self::ReadReviews),
            Self::ReadNotice
            | Self::CompareNotice
            | Self::DraftNotice
            | Self::ReviewNotice
            | Self::SignNotice
            | Self::IssueNotice
            | Self::AcknowledgeNotice => Some(Self::ReadNotice),
            _ => None,
        }
    }
}

impl Grant {
    /// Whether this grant reaches a thing of that owner, unit and campaign.
    #[must_use]
    pub fn covers(&self, subject: &Subject) -> bool {
        let owner = self.owner.is_none() || self.owner == subject.owner;
        let unit = self.unit.is_none_or(|unit| subject.units.contains(&unit));
        let campaign = self.campaign.is_none_or(|campaign| subject.campaign == Some(campaign));
        owner && unit && campaign
    }
}

/// Whether a seat on a team counts: only while its holder has a fitting role that covers the subject. Who loses the
/// role loses at once what the seat gave.
#[must_use]
pub fn seated(actor: &Actor, seat: TeamRole, subject: &Subject) -> bool {
    actor.grants.iter().any(|grant| fitting(seat).contains(&grant.role) && grant.covers(subject))
}

/// Whether the actor sits on the subject's team, with a role that makes the seat count.
#[must_use]
pub fn is_of_team(actor: &Actor, subject: &Subject) -> bool {
    subject.team_role.is_some_and(|seat| seated(actor, seat, subject))
}

fn holds(actor: &Actor, role: Role, cell: Cell, subject: &Subject) -> bool {
    let mut of_role = actor.grants.iter().filter(|grant| grant.role == role);
    let on_team =
        || subject.team_role.is_some_and(|seat| seat.as_role() == role && seated(actor, seat, subject));
    let covered = || actor.grants.iter().any(|grant| grant.role == role && grant.covers(subject));
    match cell {
        No => false,
        Any => of_role.next().is_some(),
        Ground => of_role.any(|grant| Grant { owner: None, ..*grant }.covers(subject)),
        Owner => covered() && !subject.sealed,
        OwnerSealed => covered(),
        Cleared => covered() && (!subject.sealed || subject.cleared),
        OwnKind => covered() && subject.supervision && !subject.sealed,
        Team => on_team(),
        Dispatched => subject.dispatched && on_team(),
        // A head answers for a unit, so the grant must name one.
        Unit => of_role.any(|grant| grant.unit.is_some() && grant.covers(subject)) && !subject.sealed,
        UnitSigned => {
            of_role.any(|grant| grant.unit.is_some() && grant.covers(subject))
                && !subject.sealed
                && subject.signed
        }
    }
}

/// Whether any role of the actor allows a deed, scopes apart.
#[must_use]
pub fn allows(actor: &Actor, deed: Deed, subject: &Subject) -> bool {
    let own = matches!(deed, Deed::ReadProfile | Deed::ChangeProfile);
    (own && matches!(actor.who, Who::Person(_)))
        || Role::ALL.iter().zip(deed.row()).any(|(role, cell)| holds(actor, *role, cell, subject))
}

/// Whether the actor may do a deed to a subject.
///
/// # Errors
/// `scope-missing` if the client program may not ask for it; `not-found` if the actor may not even see the subject;
/// `forbidden` if it may see it but not do this.
pub fn may(actor: &Actor, deed: Deed, subject: &Subject) -> Result<(), Refusal> {
    let visible = deed.showing().is_none_or(|showing| allows(actor, showing, subject));
    if !visible && !allows(actor, deed, subject) {
        return Err(Refusal::not_found());
    }
    if !actor.scopes.contains(&deed.scope()) {
        let detail = format!("This client may not ask for {}.", deed.scope().as_str());
        return Err(Refusal::new(Kind::Forbidden, "scope-missing", detail));
    }
    if allows(actor, deed, subject) { Ok(()) } else { Err(Refusal::forbidden()) }
}

#[cfg(test)]
mod tests;
