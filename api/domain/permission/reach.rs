//! Where an actor may look: the table of rights as lists need it.

use super::Cell::{
    Any, Cleared, Dispatched, Ground, No, OwnKind, Owner, OwnerSealed, Team, Unit, UnitSigned,
};
use super::{Deed, TeamRole};
use crate::actor::{Actor, Grant, Role};
use crate::ids::{CampaignId, OwnerId, UnitId};
use crate::team::fitting;

/// Where in the records an actor may look for a deed: for lists, which must not read rows first and hide them after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything disclosed of these owners, perhaps narrowed to a unit subtree or a campaign.
    pub owners: Vec<Slice>,
    /// As `owners`, sealed visits too.
    pub sealed_owners: Vec<Slice>,
    /// As `owners`, sealed visits with a clearance.
    pub cleared_owners: Vec<Slice>,
    /// What these owners do at a unit and everything below, once disclosed; `true` where only after signing.
    pub units: Vec<(Slice, bool)>,
    /// Where a lead's seat counts: visits of teams the actor leads.
    pub leads: Vec<Slice>,
    /// Where any other seat counts: visits of teams the actor sits on, once dispatched.
    pub dispatched: Vec<Slice>,
}

/// Part of an owner's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The owner; `None` is every owner.
    pub owner: Option<OwnerId>,
    /// Only this unit and everything below.
    pub unit: Option<UnitId>,
    /// Only this campaign.
    pub campaign: Option<CampaignId>,
}

/// Where an actor may look for a deed. Agrees with [`super::allows`]; a property test holds the two together.
#[must_use]
pub fn reach(actor: &Actor, deed: Deed) -> Reach {
    let mut reach = Reach::default();
    let part = |grant: &Grant| Slice { owner: grant.owner, unit: grant.unit, campaign: grant.campaign };
    for grant in &actor.grants {
        let slice = part(grant);
        match deed.cell(grant.role) {
            Any | Ground | Owner => reach.owners.push(slice),
            OwnerSealed => reach.sealed_owners.push(slice),
            Cleared => reach.cleared_owners.push(slice),
            Unit | UnitSigned => {
                let after_signing = deed.cell(grant.role) == UnitSigned;
                reach.units.extend(grant.unit.map(|_| (slice, after_signing)));
            }
            // Own kind needs the campaign's kind; no list asks for it. Teams follow: they need a seat besides the grant.
            No | OwnKind | Team | Dispatched => {}
        }
    }
    let fit = |seat| actor.grants.iter().filter(move |grant| fitting(seat).contains(&grant.role)).map(part);
    if deed.cell(Role::TeamLead) == Team {
        reach.leads.extend(fit(TeamRole::Lead));
    }
    if matches!(deed.cell(Role::Member), Dispatched | Team) {
        reach.dispatched.extend(fit(TeamRole::Member));
    }
    reach
}
