//! Seats on a team, and the role that each counts as.

use crate::actor::Role;

/// What somebody is on a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamRole {
    /// Trưởng đoàn; exactly one.
    Lead,
    /// Phó trưởng đoàn; has a member's rights.
    Deputy,
    /// Thành viên.
    Member,
    /// Thư ký đoàn.
    Clerk,
}

impl TeamRole {
    /// Every role on a team.
    pub const ALL: [Self; 4] = [Self::Lead, Self::Deputy, Self::Member, Self::Clerk];

    /// As stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Deputy => "deputy",
            Self::Member => "member",
            Self::Clerk => "clerk",
        }
    }

    /// Reads a stored or sent team role.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    /// As minutes print it.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Lead => "Trưởng đoàn",
            Self::Deputy => "Phó trưởng đoàn",
            Self::Member => "Thành viên",
            Self::Clerk => "Thư ký đoàn",
        }
    }

    pub(super) fn as_role(self) -> Role {
        match self {
            Self::Lead => Role::TeamLead,
            Self::Deputy | Self::Member => Role::Member,
            Self::Clerk => Role::Clerk,
        }
    }
}
