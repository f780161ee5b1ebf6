//! The table of rights, tried from outside the table.

use super::*;
use crate::actor::Scope;
use crate::ids::{AccountId, SessionId};
use uuid::Uuid;

fn person(grants: Vec<Grant>) -> Actor {
    Actor {
        who: Who::Person(AccountId(Uuid::nil())),
        session: SessionId(Uuid::nil()),
        scopes: Scope::ALL.to_vec(),
        grants,
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn grant(role: Role, owner: u128) -> Grant {
    Grant { role, owner: Some(OwnerId(id(owner))), unit: None, campaign: None }
}

fn sealed_visit() -> Subject {
    Subject { owner: Some(OwnerId(id(1))), units: vec![UnitId(id(9))], sealed: true, ..Subject::default() }
}

#[test]
fn a_sealed_visit_is_missing_for_everybody_not_cleared() {
    for role in Role::ALL {
        let mut holder = grant(role, 1);
        holder.unit = matches!(role, Role::HeadOfUnit | Role::UnitStaff).then_some(UnitId(id(9)));
        let refused = may(&person(vec![holder]), Deed::ReadVisit, &sealed_visit());
        if role == Role::Scheduler {
            assert_eq!(refused, Ok(()));
        } else {
            assert_eq!(refused, Err(Refusal::not_found()), "{role:?}");
        }
    }
}

#[test]
fn the_lead_sees_a_sealed_visit_and_members_only_once_dispatched() {
    let inspector = person(vec![grant(Role::TeamLead, 1)]);
    let mut subject = sealed_visit();
    subject.team_role = Some(TeamRole::Lead);
    assert_eq!(may(&inspector, Deed::ReadVisit, &subject), Ok(()));
    assert_eq!(may(&inspector, Deed::DiscloseVisit, &subject), Ok(()));
    subject.team_role = Some(TeamRole::Clerk);
    assert_eq!(may(&inspector, Deed::ReadVisit, &subject), Err(Refusal::not_found()));
    subject.dispatched = true;
    assert_eq!(may(&inspector, Deed::RecordVisit, &subject), Ok(()));
    assert_eq!(may(&inspector, Deed::DiscloseVisit, &subject), Err(Refusal::forbidden()));
}

#[test]
fn a_seat_is_nothing_without_a_role_that_fits_it_here() {
    let narrowed = |unit, campaign| Grant { unit, campaign, ..grant(Role::TeamLead, 1) };
    for grants in [
        vec![],
        vec![grant(Role::TeamLead, 2)],
        vec![grant(Role::Reviewer, 2), grant(Role::UnitStaff, 1)],
        vec![grant(Role::Member, 1)],
        vec![narrowed(Some(UnitId(id(8))), None)],
        vec![narrowed(None, Some(CampaignId(id(5))))],
    ] {
        let was_lead = person(grants);
        for seat in [TeamRole::Lead, TeamRole::Deputy, TeamRole::Member, TeamRole::Clerk] {
            let fits = seat != TeamRole::Lead && was_lead.grants.iter().any(|g| g.role == Role::Member);
            let subject = Subject { team_role: Some(seat), dispatched: true, ..sealed_visit() };
            for deed in [Deed::ReadVisit, Deed::RecordVisit, Deed::SendPhoto, Deed::ReadCampaign] {
                assert_eq!(
                    allows(&was_lead, deed, &subject),
                    fits,
                    "{:?} {seat:?} {deed:?}",
                    was_lead.grants
                );
            }
        }
    }
    let here = person(vec![narrowed(Some(UnitId(id(9))), None)]);
    let subject = Subject { team_role: Some(TeamRole::Lead), ..sealed_visit() };
    assert!(allows(&here, Deed::DispatchVisit, &subject));
    assert_eq!(reach(&person(vec![]), Deed::ReadVisit), Reach::default());
    assert_eq!(reach(&here, Deed::ReadVisit).leads.len(), 1);
}

#[test]
fn the_authority_needs_a_clearance_for_that_visit() {
    let authority = person(vec![grant(Role::Authority, 1)]);
    let mut subject = sealed_visit();
    assert_eq!(may(&authority, Deed::ReadVisit, &subject), Err(Refusal::not_found()));
    subject.cleared = true;
    assert_eq!(may(&authority, Deed::ReadVisit, &subject), Ok(()));
    assert_eq!(may(&authority, Deed::DispatchVisit, &subject), Err(Refusal::forbidden()));
}

#[test]
fn an_administrator_reads_no_evidence() {
    let everywhere = Grant { role: Role::Administrator, owner: None, unit: None, campaign: None };
    let subject = Subject { owner: Some(OwnerId(id(1))), ..Subject::default() };
    for deed in [Deed::ReadPhotos, Deed::ReadOriginal, Deed::ReadVisit] {
        assert_eq!(may(&person(vec![everywhere]), deed, &subject), Err(Refusal::not_found()));
    }
}

#[test]
fn no_grant_reaches_another_owner() {
    let subject = Subject { owner: Some(OwnerId(id(2))), units: vec![UnitId(id(9))], ..Subject::default() };
    for role in Role::ALL {
        let mut holder = grant(role, 1);
        holder.unit = Some(UnitId(id(9)));
        for deed in Deed::ALL {
            let any = matches!(deed.cell(role), Any | Ground);
            assert_eq!(allows(&person(vec![holder]), deed, &subject), any || deed.scope() == Scope::Profile);
        }
    }
}

#[test]
fn a_narrowed_grant_edits_the_units_of_its_subtree_whoever_owns_it() {
    let mut holder = grant(Role::Scheduler, 1);
    let place = |unit: u128| Subject { units: vec![UnitId(id(unit)), UnitId(id(5))], ..Subject::default() };
    assert!(allows(&person(vec![holder]), Deed::EditUnits, &place(9)));
    holder.unit = Some(UnitId(id(9)));
    assert!(allows(&person(vec![holder]), Deed::EditUnits, &place(9)));
    assert!(!allows(&person(vec![holder]), Deed::EditUnits, &place(8)));
    assert!(!allows(&person(vec![holder]), Deed::EditUnits, &Subject::default()));
    holder = Grant { unit: None, campaign: Some(CampaignId(id(7))), ..holder };
    assert!(!allows(&person(vec![holder]), Deed::EditUnits, &place(9)));
}

#[test]
fn a_narrowed_grant_stays_in_its_subtree() {
    let mut holder = grant(Role::Reviewer, 1);
    holder.unit = Some(UnitId(id(5)));
    let below = Subject {
        owner: Some(OwnerId(id(1))),
        units: vec![UnitId(id(9)), UnitId(id(5))],
        ..Subject::default()
    };
    let beside = Subject { units: vec![UnitId(id(8))], ..below.clone() };
    assert!(allows(&person(vec![holder]), Deed::ReadPhotos, &below));
    assert!(!allows(&person(vec![holder]), Deed::ReadPhotos, &beside));
}

#[test]
fn the_head_of_a_unit_sees_photos_only_after_signing() {
    let mut holder = grant(Role::HeadOfUnit, 1);
    holder.unit = Some(UnitId(id(9)));
    let mut subject = Subject { sealed: false, ..sealed_visit() };
    assert!(!allows(&person(vec![holder]), Deed::ReadPhotos, &subject));
    subject.signed = true;
    assert!(allows(&person(vec![holder]), Deed::ReadPhotos, &subject));
}

#[test]
fn a_client_without_the_scope_is_told_so_only_about_what_its_user_may_see() {
    let mut reader = person(vec![grant(Role::Reviewer, 1)]);
    reader.scopes = vec![Scope::PhotosRead];
    let mut subject = Subject { owner: Some(OwnerId(id(1))), ..Subject::default() };
    assert_eq!(may(&reader, Deed::ReadOriginal, &subject).map_err(|r| r.code), Err("scope-missing"));
    subject.owner = Some(OwnerId(id(2)));
    assert_eq!(may(&reader, Deed::ReadOriginal, &subject), Err(Refusal::not_found()));
}

#[test]
fn lists_reach_no_further_than_single_reads() {
    for role in Role::ALL {
        for deed in Deed::ALL {
            let mut holder = grant(role, 1);
            holder.unit = matches!(role, Role::HeadOfUnit | Role::UnitStaff).then_some(UnitId(id(9)));
            let actor = person(vec![holder]);
            let open = Subject { sealed: false, signed: true, ..sealed_visit() };
            let found = reach(&actor, deed);
            let listed = !(found.owners.is_empty()
                && found.sealed_owners.is_empty()
                && found.cleared_owners.is_empty()
                && found.units.is_empty());
            let own = deed.scope() == Scope::Profile;
            assert_eq!(listed || own, allows(&actor, deed, &open) || own, "{role:?} {deed:?}");
        }
    }
}
