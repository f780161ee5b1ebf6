//! Who asks: an account or an integrator, its session, its scopes and its grants.

use crate::ids::{AccountId, CampaignId, OwnerId, SessionId, UnitId};
use serde::{Deserialize, Serialize};

/// What a person or program may be to an owner (domain: roles matrix and its two added columns).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the installation; sees no evidence.
    Administrator,
    /// Approves plans, signs decisions and notices.
    Authority,
    /// The home-affairs office that plans campaigns and schedules visits.
    Scheduler,
    /// May lead a team (trưởng đoàn).
    TeamLead,
    /// May be a member of a team (thành viên).
    Member,
    /// May be the clerk of a team (thư ký đoàn).
    Clerk,
    /// Reads and judges disclosed evidence.
    Reviewer,
    /// Answers for an inspected unit (người đứng đầu).
    HeadOfUnit,
    /// Works at an inspected unit.
    UnitStaff,
    /// Reads everything disclosed, changes nothing.
    Oversight,
    /// A program with client credentials.
    Integrator,
}

impl Role {
    /// Every role, in the order of the matrix.
    pub const ALL: [Self; 11] = [
        Self::Administrator,
        Self::Authority,
        Self::Scheduler,
        Self::TeamLead,
        Self::Member,
        Self::Clerk,
        Self::Reviewer,
        Self::HeadOfUnit,
        Self::UnitStaff,
        Self::Oversight,
        Self::Integrator,
    ];

    /// Whether a person can have it; the others are for programs.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        self != Self::Integrator
    }

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Authority => "authority",
            Self::Scheduler => "scheduler",
            Self::TeamLead => "team_lead",
            Self::Member => "member",
            Self::Clerk => "clerk",
            Self::Reviewer => "reviewer",
            Self::HeadOfUnit => "head_of_unit",
            Self::UnitStaff => "unit_staff",
            Self::Oversight => "oversight",
            Self::Integrator => "integrator",
        }
    }

    /// Reads a stored or sent role.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A role on an owner, perhaps only for a unit and everything below it, or for one campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The owner; `None` only for an administrator of the whole installation.
    pub owner: Option<OwnerId>,
    /// Narrowed to this unit and everything below it.
    pub unit: Option<UnitId>,
    /// Narrowed to this campaign.
    pub campaign: Option<CampaignId>,
}

/// What a client program may ask for, whoever uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Own profile, devices and password.
    Profile,
    /// Read accounts, grants and devices.
    AccountsRead,
    /// Change accounts and grants; let devices in, revoke them.
    AccountsWrite,
    /// Read owners, units and premises.
    UnitsRead,
    /// Change owners, units and premises.
    UnitsWrite,
    /// Read checklists.
    TemplatesRead,
    /// Change checklists.
    TemplatesWrite,
    /// Read campaigns and teams.
    CampaignsRead,
    /// Change campaigns and teams.
    CampaignsWrite,
    /// Read visits and answers.
    VisitsRead,
    /// Change visits and answers.
    VisitsWrite,
    /// Read photos and their derivatives.
    PhotosRead,
    /// Declare, send and withdraw photos.
    PhotosWrite,
    /// Read originals.
    OriginalsRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 14] = [
        Self::Profile,
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::UnitsRead,
        Self::UnitsWrite,
        Self::TemplatesRead,
        Self::TemplatesWrite,
        Self::CampaignsRead,
        Self::CampaignsWrite,
        Self::VisitsRead,
        Self::VisitsWrite,
        Self::PhotosRead,
        Self::PhotosWrite,
        Self::OriginalsRead,
    ];

    /// As in tokens and in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::UnitsRead => "units:read",
            Self::UnitsWrite => "units:write",
            Self::TemplatesRead => "templates:read",
            Self::TemplatesWrite => "templates:write",
            Self::CampaignsRead => "campaigns:read",
            Self::CampaignsWrite => "campaigns:write",
            Self::VisitsRead => "visits:read",
            Self::VisitsWrite => "visits:write",
            Self::PhotosRead => "photos:read",
            Self::PhotosWrite => "photos:write",
            Self::OriginalsRead => "originals:read",
        }
    }

    /// Reads one scope token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// Whose request it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person.
    Person(AccountId),
    /// A program with its own credentials.
    Program(String),
}

/// Whoever asks, with all that decides what they may: read fresh from the records for each request.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Whose request it is.
    pub who: Who,
    /// The sign-in it came through.
    pub session: SessionId,
    /// What the client program may ask for; a browser session of ours has all.
    pub scopes: Vec<Scope>,
    /// What the person or program has been granted.
    pub grants: Vec<Grant>,
}

impl Actor {
    /// The account, if a person asks.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self.who {
            Who::Person(id) => Some(id),
            Who::Program(_) => None,
        }
    }
}
