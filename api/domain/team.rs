//! Who inspects: a team named in a decision, with exactly one lead.

use crate::actor::Role;
use crate::ids::{AccountId, UnitId};
use crate::permission::TeamRole;
use crate::refusal::{FieldFault, Refusal};
use crate::text;
use crate::visit::company::positions;

/// Highest number of a team in its programme.
pub const HIGHEST_NUMBER: i32 = 999;

/// Most people on one team; a decision names a handful.
pub const MOST_MEMBERS: usize = 60;

/// One person on a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub role: TeamRole,
    /// Office and position as the decision prints them.
    pub position: String,
    /// The office they come from; may be empty.
    pub office: String,
    /// That office in the register of units, where it stands there.
    pub office_unit: Option<UnitId>,
    /// Their titles, each by itself: a person has several at one time.
    pub positions: Vec<String>,
    /// The group (tổ) of the team they work in; may be empty.
    pub group: String,
}

/// Checks the people of a team: exactly one lead, nobody twice, positions that are text.
///
/// # Errors
/// `invalid` with `team.no-lead`, `team.two-leads`, `team.member-twice`, `team.size`, `text.refused`.
pub fn checked(members: Vec<Membership>) -> Result<Vec<Membership>, Refusal> {
    let mut faults = Vec::new();
    if members.is_empty() || members.len() > MOST_MEMBERS {
        let detail = format!("a team has 1 to {MOST_MEMBERS} members");
        return Err(Refusal::field("/members", "team.size", detail));
    }
    let leads = members.iter().filter(|m| m.role == TeamRole::Lead).count();
    if leads == 0 {
        faults.push(FieldFault::new("/members", "team.no-lead", "a team has one lead"));
    }
    if leads > 1 {
        let detail = format!("a team has one lead, this one has {leads}");
        faults.push(FieldFault::new("/members", "team.two-leads", detail));
    }
    let mut seen = Vec::with_capacity(members.len());
    let mut kept = Vec::with_capacity(members.len());
    for (place, mut member) in members.into_iter().enumerate() {
        if seen.contains(&member.account) {
            let at = format!("/members/{place}/account");
            faults.push(FieldFault::new(at, "team.member-twice", "is on this team already"));
        }
        seen.push(member.account);
        let lines = [
            ("position", &mut member.position, 300),
            ("office", &mut member.office, 300),
            ("group", &mut member.group, 100),
        ];
        for (field, value, limit) in lines {
            match text::optional(value, limit) {
                Ok(text) => *value = text,
                Err(why) => {
                    let at = format!("/members/{place}/{field}");
                    faults.push(FieldFault::new(at, "text.refused", why));
                }
            }
        }
        member.positions = positions(&format!("/members/{place}/positions"), &member.positions, &mut faults);
        kept.push(member);
    }
    if faults.is_empty() { Ok(kept) } else { Err(Refusal::invalid(faults)) }
}

/// The roles of which a member needs one with the campaign's owner.
#[must_use]
pub fn fitting(role: TeamRole) -> &'static [Role] {
    match role {
        TeamRole::Lead => &[Role::TeamLead],
        TeamRole::Deputy | TeamRole::Member | TeamRole::Clerk => &[Role::Member, Role::Clerk, Role::TeamLead],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn member(n: u128, role: TeamRole) -> Membership {
        Membership {
            account: AccountId(Uuid::from_u128(n)),
            role,
            position: "Chuyên viên".to_owned(),
            office: "Phòng Nội vụ".to_owned(),
            office_unit: None,
            positions: Vec::new(),
            group: String::new(),
        }
    }

    fn codes(members: Vec<Membership>) -> Vec<String> {
        checked(members).err().map(|no| no.faults.into_iter().map(|f| f.code).collect()).unwrap_or_default()
    }

    #[test]
    fn a_team_has_one_lead_and_nobody_twice() {
        assert!(codes(vec![member(1, TeamRole::Lead), member(2, TeamRole::Clerk)]).is_empty());
        assert_eq!(codes(vec![member(1, TeamRole::Member)]), ["team.no-lead"]);
        assert_eq!(codes(vec![member(1, TeamRole::Lead), member(2, TeamRole::Lead)]), ["team.two-leads"]);
        assert_eq!(codes(vec![member(1, TeamRole::Lead), member(1, TeamRole::Clerk)]), ["team.member-twice"]);
        assert_eq!(codes(Vec::new()), ["team.size"]);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_has_exactly_one_lead(people in prop::collection::vec((0_u128..6, 0_usize..4), 0..8)) {
            let roles = [TeamRole::Lead, TeamRole::Deputy, TeamRole::Member, TeamRole::Clerk];
            let members = people.iter().filter_map(|(n, r)| Some(member(*n, *roles.get(*r)?))).collect();
            if let Ok(taken) = checked(members) {
                prop_assert_eq!(taken.iter().filter(|m| m.role == TeamRole::Lead).count(), 1);
            }
        }
    }
}
