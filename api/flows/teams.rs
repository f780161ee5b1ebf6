//! Teams: name one, seat its people, read it.

use super::campaigns::{hold, open, seen};
use super::visits::people;
use super::{Error, Result, current, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, CampaignId, OwnerId, TeamId, UnitId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::team::{HIGHEST_NUMBER, Membership, checked, fitting};
use crate::domain::text;
pub use crate::records::teams::{Member, Team};
use crate::records::visits::visible::{self, Wanted};
use crate::records::{self, Db, custody};
use jiff::Timestamp;
use serde_json::json;
use std::collections::HashSet;

/// Names a team with its people: exactly one lead.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid` (`team.no-lead`, `team.two-leads`, `team.member-twice`, `team.member-unfit`,
/// `team.office-unknown`, `team.number`), `campaign.state`.
pub async fn create(
    app: &App,
    actor: &Actor,
    campaign: CampaignId,
    (number, name): (Option<i32>, &str),
    members: Vec<Membership>,
) -> Result<(Team, Vec<Member>)> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::EditCampaign).await?;
    open(&held)?;
    if number.is_some_and(|number| !(1..=HIGHEST_NUMBER).contains(&number)) {
        let detail = format!("is not between 1 and {HIGHEST_NUMBER}");
        return Err(Refusal::field("/number", "team.number", detail).into());
    }
    let name = text::required(name, 200).map_err(|why| Refusal::field("/name", "text.refused", why))?;
    let members = checked(members)?;
    fit(&mut tx, held.owner, &members).await?;
    let now = app.now();
    let id = TeamId::random(random_bytes());
    let new = Team { id, campaign, owner: held.owner, number, name, version: 0, created_at: now };
    records::teams::keep(&mut tx, &new).await?;
    let team = seat(&mut tx, actor, "team.created", new, &members, now).await?;
    let members = records::teams::members(&mut tx, id).await?;
    tx.commit().await?;
    Ok((team, members))
}

/// A visit that is worth a second look, and why.
pub type Warned = (VisitId, &'static str);

/// Seats exactly these people on a team; says what of the visits in its hands is worth a second look.
///
/// # Errors
/// As [`create`], `version.stale`, and what the owner's rules refuse of the visits that the team has been told of, as far as
/// the actor knows of them.
pub async fn reseat(
    app: &App,
    actor: &Actor,
    (campaign, id): (CampaignId, TeamId),
    version: i32,
    members: Vec<Membership>,
) -> Result<(Team, Vec<Member>, Vec<Warned>)> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::EditCampaign).await?;
    let own = records::teams::find(&mut tx, id).await?.filter(|team| team.campaign == campaign);
    let team = own.ok_or_else(Refusal::not_found)?;
    current(version, team.version)?;
    open(&held)?;
    let members = checked(members)?;
    fit(&mut tx, held.owner, &members).await?;
    let team = seat(&mut tx, actor, "team.changed", team, &members, app.now()).await?;
    // What they have been told of was looked at with those who sat there then.
    let mut warned = Vec::new();
    let told = records::visits::life::in_hands_of(&mut tx, id).await?;
    let known = known_of(&mut tx, actor, told.iter().map(|visit| visit.id).collect()).await?;
    // A refusal for the sake of a visit that is secret to the actor would tell of it.
    for visit in told.iter().filter(|visit| known.contains(&visit.id)) {
        let warnings = people(&mut tx, visit).await?;
        warned.extend(warnings.into_iter().map(|code| (visit.id, code)));
    }
    let members = records::teams::members(&mut tx, id).await?;
    tx.commit().await?;
    Ok((team, members, warned))
}

/// Those of these visits that the actor may know of.
async fn known_of(db: &mut Db, actor: &Actor, ids: Vec<VisitId>) -> Result<HashSet<VisitId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let wanted = Wanted { ids, ..Wanted::default() };
    let seen = visible::every(db, actor, Deed::ReadVisit, &wanted).await?;
    Ok(seen.into_iter().map(|visit| visit.id).collect())
}

/// Disbands a team that was entered by mistake. Visits of it that the actor knows of hold it, and rounds that name it; a
/// surprise that they may not know of stays in its hands.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `campaign.state`, `team.in-use`.
pub async fn disband(
    app: &App,
    actor: &Actor,
    (campaign, id): (CampaignId, TeamId),
    version: i32,
) -> Result<()> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::EditCampaign).await?;
    let own = records::teams::find(&mut tx, id).await?.filter(|team| team.campaign == campaign);
    let team = own.ok_or_else(Refusal::not_found)?;
    current(version, team.version)?;
    open(&held)?;
    let rounds = records::rounds::of_campaigns(&mut tx, &[campaign]).await?;
    let named = rounds.iter().filter(|round| round.teams.contains(&id));
    let mut faults: Vec<FieldFault> =
        named.map(|of| FieldFault::new("", "team.rest", format!("serves round {}", of.number))).collect();
    let ids = records::visits::life::of_team(&mut tx, id).await?;
    if !known_of(&mut tx, actor, ids).await?.is_empty() {
        faults.push(FieldFault::new("", "team.rest", "has visits"));
    }
    if !faults.is_empty() {
        let detail = "Visits or rounds rest on this team; see errors.";
        let mut no = Refusal::new(Kind::Conflict, "team.in-use", detail);
        no.faults = faults;
        return Err(no.into());
    }
    let now = app.now();
    records::teams::disband(&mut tx, id, now).await?;
    let entry = custody::Entry {
        deed: "team.disbanded",
        object: ("team", id.to_string()),
        owner: Some(team.owner),
        visit: None,
        details: json!({ "campaign": campaign, "name": team.name }),
    };
    custody::note(&mut tx, Some(actor), entry, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Every member is an active account with a fitting role at the owner. Which of these is missing is not told: who
/// plans a campaign need not learn what accounts there are.
async fn fit(db: &mut Db, owner: OwnerId, members: &[Membership]) -> Result<()> {
    let accounts: Vec<AccountId> = members.iter().map(|m| m.account).collect();
    let held = records::teams::roles_held(db, owner, &accounts).await?;
    let mut faults = Vec::new();
    for (place, member) in members.iter().enumerate() {
        let roles = fitting(member.role);
        if !held.iter().any(|(account, role)| *account == member.account && roles.contains(role)) {
            let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            let detail = format!("is no active account that is {} at this owner", names.join(" or "));
            faults.push(FieldFault::new(format!("/members/{place}/account"), "team.member-unfit", detail));
        }
    }
    let offices: Vec<UnitId> = members.iter().filter_map(|member| member.office_unit).collect();
    let known = records::units::known(db, &offices).await?;
    let strange = |member: &Membership| member.office_unit.is_some_and(|unit| !known.contains(&unit));
    for (place, _) in members.iter().enumerate().filter(|(_, member)| strange(member)) {
        let at = format!("/members/{place}/office_unit");
        faults.push(FieldFault::new(at, "team.office-unknown", "there is no such unit"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults).into()) }
}

async fn seat(
    db: &mut Db,
    actor: &Actor,
    deed: &str,
    team: Team,
    members: &[Membership],
    now: Timestamp,
) -> Result<Team> {
    let version = records::teams::seat(db, team.id, members, now).await.map_err(|why| {
        if why.broke("team_members_one_lead") {
            return Refusal::new(Kind::Conflict, "team.two-leads", "A team has one lead.").into();
        }
        Error::from(why)
    })?;
    let seats: Vec<_> =
        members.iter().map(|m| json!({ "account": m.account, "role": m.role.as_str() })).collect();
    let entry = custody::Entry {
        deed,
        object: ("team", team.id.to_string()),
        owner: Some(team.owner),
        visit: None,
        details: json!({ "campaign": team.campaign, "name": team.name, "members": seats, "version": version }),
    };
    custody::note(db, Some(actor), entry, now).await?;
    Ok(Team { version, ..team })
}

/// Every team of a campaign with its people.
///
/// # Errors
/// `not-found`.
pub async fn list(app: &App, actor: &Actor, campaign: CampaignId) -> Result<Vec<(Team, Vec<Member>)>> {
    let mut db = app.records.conn().await?;
    seen(&mut db, actor, campaign).await?;
    let mut out = Vec::new();
    for team in records::teams::of_campaign(&mut db, campaign).await? {
        let members = records::teams::members(&mut db, team.id).await?;
        out.push((team, members));
    }
    Ok(out)
}

/// One team with its people.
///
/// # Errors
/// `not-found`.
pub async fn read(
    app: &App,
    actor: &Actor,
    (campaign, id): (CampaignId, TeamId),
) -> Result<(Team, Vec<Member>)> {
    let mut db = app.records.conn().await?;
    seen(&mut db, actor, campaign).await?;
    let own = records::teams::find(&mut db, id).await?.filter(|team| team.campaign == campaign);
    let team = own.ok_or_else(Refusal::not_found)?;
    let members = records::teams::members(&mut db, id).await?;
    Ok((team, members))
}
