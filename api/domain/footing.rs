//! What a right rested on when something was asked, so that it can be told later whether it rests there still.

use crate::actor::{Actor, Grant};
use crate::ids::{CampaignId, OwnerId};
use crate::permission::{Cell, Deed, TeamRole};
use std::collections::BTreeSet;

/// A seat on a team of a campaign.
pub type Seat = (CampaignId, OwnerId, TeamRole);

/// Everything somebody held that could carry one deed: the grants of roles that may do it, and the seats on teams where
/// seats count for it. Whoever still holds all of it may still do what they could do with it then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footing(BTreeSet<String>);

impl Footing {
    /// What carries this deed of the actor's today.
    #[must_use]
    pub fn of(actor: &Actor, deed: Deed, seats: &[Seat]) -> Self {
        // One's own things are one's own whatever else one holds.
        if matches!(deed, Deed::ReadProfile | Deed::ChangeProfile) {
            return Self::default();
        }
        let grants = actor.grants.iter().filter(|grant| deed.cell(grant.role) != Cell::No).map(grant_text);
        let seats = seats.iter().filter(|_| needs_seats(deed)).map(|(campaign, _, role)| {
            let role = role.as_str();
            format!("seat {role} {campaign}")
        });
        Self(grants.chain(seats).collect())
    }

    /// Reads what was kept.
    #[must_use]
    pub fn read(words: Vec<String>) -> Self {
        Self(words.into_iter().collect())
    }

    /// As kept.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Whether all of it is held today.
    #[must_use]
    pub fn holds(&self, today: &Self) -> bool {
        self.0.is_subset(&today.0)
    }
}

/// Whether seats on teams count for a deed.
#[must_use]
pub fn needs_seats(deed: Deed) -> bool {
    deed.row().iter().any(|cell| matches!(cell, Cell::Team | Cell::Dispatched))
}

fn grant_text(grant: &Grant) -> String {
    let said = |id: Option<String>| id.unwrap_or_else(|| "*".to_owned());
    let owner = said(grant.owner.map(|id| id.to_string()));
    let unit = said(grant.unit.map(|id| id.to_string()));
    let campaign = said(grant.campaign.map(|id| id.to_string()));
    format!("{} {owner} {unit} {campaign}", grant.role.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Role, Who};
    use crate::ids::{AccountId, SessionId, UnitId};
    use uuid::Uuid;

    fn actor(grants: Vec<Grant>) -> Actor {
        let who = Who::Person(AccountId(Uuid::nil()));
        Actor { who, session: SessionId(Uuid::nil()), scopes: Vec::new(), grants }
    }

    fn grant(role: Role, unit: Option<u128>) -> Grant {
        let unit = unit.map(|n| UnitId(Uuid::from_u128(n)));
        Grant { role, owner: Some(OwnerId(Uuid::nil())), unit, campaign: None }
    }

    #[test]
    fn it_holds_while_nothing_that_carried_the_deed_is_lost() {
        let both = actor(vec![grant(Role::Scheduler, None), grant(Role::Reviewer, None)]);
        let then = Footing::of(&both, Deed::EditCampaign, &[]);
        let today = |grants| Footing::of(&actor(grants), Deed::EditCampaign, &[]);
        assert!(then.holds(&today(vec![grant(Role::Scheduler, None)])), "a reviewer's role carried nothing");
        assert!(then.holds(&today(vec![grant(Role::Scheduler, None), grant(Role::Oversight, None)])));
        assert!(!then.holds(&today(vec![grant(Role::Reviewer, None)])));
        assert!(!then.holds(&today(vec![grant(Role::Scheduler, Some(1))])), "narrowed since");
    }

    #[test]
    fn a_seat_carries_what_teams_do_and_nothing_else() {
        let seat = |campaign| (CampaignId(Uuid::from_u128(campaign)), OwnerId(Uuid::nil()), TeamRole::Lead);
        let lead = actor(vec![grant(Role::TeamLead, None)]);
        let then = Footing::of(&lead, Deed::SubmitVisit, &[seat(1)]);
        assert!(then.holds(&Footing::of(&lead, Deed::SubmitVisit, &[seat(1), seat(2)])));
        assert!(!then.holds(&Footing::of(&lead, Deed::SubmitVisit, &[seat(2)])));
        let approval = Footing::of(&lead, Deed::ApproveCampaign, &[seat(1)]);
        assert_eq!(approval, Footing::default());
    }

    #[test]
    fn what_was_kept_is_read_as_it_was() {
        let then = Footing::of(&actor(vec![grant(Role::Scheduler, Some(7))]), Deed::EditCampaign, &[]);
        let kept = then.words().into_iter().map(ToOwned::to_owned).collect();
        assert_eq!(Footing::read(kept), then);
    }

    #[test]
    fn one_s_own_things_rest_on_nothing_else() {
        let before = Footing::of(&actor(vec![grant(Role::Clerk, None)]), Deed::ChangeProfile, &[]);
        assert!(before.holds(&Footing::of(&actor(Vec::new()), Deed::ChangeProfile, &[])));
    }
}
