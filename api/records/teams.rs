//! Teams and who sits on them.

use super::schema::{accounts, campaigns, grants, team_members, teams};
use super::{Db, Error, Result};
use crate::domain::actor::Role;
use crate::domain::ids::{AccountId, CampaignId, OwnerId, TeamId, UnitId};
use crate::domain::permission::TeamRole;
use crate::domain::team::Membership;
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// A team named in a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// The campaign's owner.
    pub owner: OwnerId,
    /// Its number in the programme, where it has one.
    pub number: Option<i32>,
    /// What people call it.
    pub name: String,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// Somebody on a team, with their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// Their name as shown.
    pub display_name: String,
    /// As what.
    pub role: TeamRole,
    /// Office and position as printed.
    pub position: String,
    /// The office they come from.
    pub office: String,
    /// That office in the register of units.
    pub office_unit: Option<UnitId>,
    /// Their titles, each by itself.
    pub positions: Vec<String>,
    /// The group of the team they work in.
    pub group: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = teams)]
struct Row {
    id: Uuid,
    campaign_id: Uuid,
    number: Option<i32>,
    name: String,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

fn read((row, owner): (Row, Uuid)) -> Team {
    Team {
        id: TeamId(row.id),
        campaign: CampaignId(row.campaign_id),
        owner: OwnerId(owner),
        number: row.number,
        name: row.name,
        version: row.version,
        created_at: row.created_at,
    }
}

fn read_role(text: &str) -> Result<TeamRole> {
    TeamRole::parse(text).ok_or_else(|| Error::bad_row(format!("team role {text}")))
}

/// One team.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: TeamId) -> Result<Option<Team>> {
    let found: Option<(Row, Uuid)> = teams::table
        .inner_join(campaigns::table.on(campaigns::id.eq(teams::campaign_id)))
        .filter(teams::id.eq(id.0).and(teams::disbanded_at.is_null()))
        .select((Row::as_select(), campaigns::owner_id))
        .first(db)
        .await
        .optional()?;
    Ok(found.map(read))
}

/// Every team of a campaign, by name.
///
/// # Errors
/// The database's own.
pub async fn of_campaign(db: &mut Db, campaign: CampaignId) -> Result<Vec<Team>> {
    let found: Vec<(Row, Uuid)> = teams::table
        .inner_join(campaigns::table.on(campaigns::id.eq(teams::campaign_id)))
        .filter(teams::campaign_id.eq(campaign.0).and(teams::disbanded_at.is_null()))
        .order((teams::created_at.asc(), teams::id.asc()))
        .select((Row::as_select(), campaigns::owner_id))
        .load(db)
        .await?;
    Ok(found.into_iter().map(read).collect())
}

type MemberRow = (Uuid, String, String, String, String, Option<Uuid>, Vec<String>, String);

/// Who sits on a team now, lead first.
///
/// # Errors
/// The database's own.
pub async fn members(db: &mut Db, team: TeamId) -> Result<Vec<Member>> {
    let rows: Vec<MemberRow> = team_members::table
        .inner_join(accounts::table.on(accounts::id.eq(team_members::account_id)))
        .filter(team_members::team_id.eq(team.0).and(team_members::removed_at.is_null()))
        .order((team_members::added_at.asc(), accounts::display_name.asc(), accounts::id.asc()))
        .select((
            team_members::account_id,
            accounts::display_name,
            team_members::role,
            team_members::position,
            team_members::office,
            team_members::office_unit_id,
            team_members::positions,
            team_members::team_group,
        ))
        .load(db)
        .await?;
    let mut members = Vec::with_capacity(rows.len());
    for (account, display_name, role, position, office, office_unit, positions, group) in rows {
        let (account, role) = (AccountId(account), read_role(&role)?);
        let office_unit = office_unit.map(UnitId);
        members.push(Member { account, display_name, role, position, office, office_unit, positions, group });
    }
    let order = [TeamRole::Lead, TeamRole::Deputy, TeamRole::Member, TeamRole::Clerk];
    members.sort_by_key(|m| order.iter().position(|role| *role == m.role));
    Ok(members)
}

/// What somebody is on a team now.
///
/// # Errors
/// The database's own.
pub async fn role_in(db: &mut Db, team: TeamId, account: AccountId) -> Result<Option<TeamRole>> {
    let role: Option<String> = team_members::table
        .find((team.0, account.0))
        .filter(team_members::removed_at.is_null())
        .select(team_members::role)
        .first(db)
        .await
        .optional()?;
    role.map(|text| read_role(&text)).transpose()
}

/// What somebody is on any team of a campaign now; the lead's seat counts most.
///
/// # Errors
/// The database's own.
pub async fn role_in_campaign(
    db: &mut Db,
    campaign: CampaignId,
    account: AccountId,
) -> Result<Option<TeamRole>> {
    let roles: Vec<String> = team_members::table
        .inner_join(teams::table.on(teams::id.eq(team_members::team_id)))
        .filter(teams::campaign_id.eq(campaign.0).and(teams::disbanded_at.is_null()))
        .filter(team_members::account_id.eq(account.0).and(team_members::removed_at.is_null()))
        .select(team_members::role)
        .load(db)
        .await?;
    let roles: Vec<TeamRole> = roles.iter().map(|text| read_role(text)).collect::<Result<_>>()?;
    let order = [TeamRole::Lead, TeamRole::Deputy, TeamRole::Member, TeamRole::Clerk];
    Ok(order.into_iter().find(|role| roles.contains(role)))
}

/// Campaigns on whose teams somebody sits now, with their owners and as what; a campaign with two teams may come twice.
///
/// # Errors
/// The database's own.
pub async fn seats(db: &mut Db, account: AccountId) -> Result<Vec<(CampaignId, OwnerId, TeamRole)>> {
    let rows: Vec<(Uuid, Uuid, String)> = team_members::table
        .inner_join(teams::table.on(teams::id.eq(team_members::team_id)))
        .inner_join(campaigns::table.on(campaigns::id.eq(teams::campaign_id)))
        .filter(team_members::account_id.eq(account.0).and(team_members::removed_at.is_null()))
        .filter(teams::disbanded_at.is_null())
        .select((campaigns::id, campaigns::owner_id, team_members::role))
        .load(db)
        .await?;
    rows.into_iter()
        .map(|(campaign, owner, role)| Ok((CampaignId(campaign), OwnerId(owner), read_role(&role)?)))
        .collect()
}

/// Whether a campaign has a team with a lead.
///
/// # Errors
/// The database's own.
pub async fn has_lead(db: &mut Db, campaign: CampaignId) -> Result<bool> {
    let seats = team_members::table
        .inner_join(teams::table.on(teams::id.eq(team_members::team_id)))
        .filter(teams::campaign_id.eq(campaign.0).and(teams::disbanded_at.is_null()))
        .filter(team_members::role.eq(TeamRole::Lead.as_str()).and(team_members::removed_at.is_null()));
    Ok(diesel::select(diesel::dsl::exists(seats)).get_result(db).await?)
}

/// Enters a team without members.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Team) -> Result<()> {
    diesel::insert_into(teams::table)
        .values((
            teams::id.eq(new.id.0),
            teams::campaign_id.eq(new.campaign.0),
            teams::number.eq(new.number),
            teams::name.eq(&new.name),
            teams::version.eq(new.version),
            teams::created_at.eq(new.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Disbands a team: no list has it, nobody plans with it, its seats count for visits alone that are in its hands.
///
/// # Errors
/// The database's own.
pub async fn disband(db: &mut Db, team: TeamId, now: Timestamp) -> Result<()> {
    diesel::update(teams::table.find(team.0))
        .set((teams::disbanded_at.eq(Some(now).to_diesel()), teams::version.eq(teams::version + 1)))
        .execute(db)
        .await?;
    Ok(())
}

/// Holds a team until the transaction ends; its version.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, team: TeamId) -> Result<Option<i32>> {
    Ok(teams::table.find(team.0).select(teams::version).for_update().first(db).await.optional()?)
}

/// The stretch of everybody who is about to come back, as it was.
const KEEP_PAST: &str = "
INSERT INTO past_seats (team_id, account_id, added_at, removed_at)
SELECT team_id, account_id, added_at, removed_at FROM team_members
WHERE team_id = $1 AND account_id = ANY($2) AND removed_at IS NOT NULL
ON CONFLICT DO NOTHING";

/// Seats exactly these people: others leave and keep what they were, who was there before keeps their day, who comes
/// back comes anew and keeps the time they were there before. Returns the team's next version.
///
/// # Errors
/// Constraint `team_members_one_lead` for a second lead.
pub async fn seat(db: &mut Db, team: TeamId, wanted: &[Membership], now: Timestamp) -> Result<i32> {
    let stay: Vec<Uuid> = wanted.iter().map(|m| m.account.0).collect();
    diesel::update(
        team_members::table
            .filter(team_members::team_id.eq(team.0).and(team_members::removed_at.is_null()))
            .filter(diesel::dsl::not(team_members::account_id.eq_any(&stay))),
    )
    .set(team_members::removed_at.eq(Some(now).to_diesel()))
    .execute(db)
    .await?;
    diesel::sql_query(KEEP_PAST)
        .bind::<SqlUuid, _>(team.0)
        .bind::<Array<SqlUuid>, _>(&stay)
        .execute(db)
        .await?;
    diesel::update(
        team_members::table
            .filter(team_members::team_id.eq(team.0).and(team_members::removed_at.is_not_null()))
            .filter(team_members::account_id.eq_any(&stay)),
    )
    .set(team_members::added_at.eq(now.to_diesel()))
    .execute(db)
    .await?;
    // The lead's seat is emptied before it is filled: the index allows one lead at any moment.
    diesel::update(
        team_members::table
            .filter(team_members::team_id.eq(team.0).and(team_members::removed_at.is_null()))
            .filter(team_members::role.eq(TeamRole::Lead.as_str())),
    )
    .set(team_members::role.eq("member"))
    .execute(db)
    .await?;
    for member in wanted {
        let said = (
            team_members::role.eq(member.role.as_str()),
            team_members::position.eq(&member.position),
            team_members::office.eq(&member.office),
            team_members::office_unit_id.eq(member.office_unit.map(|id| id.0)),
            team_members::positions.eq(&member.positions),
            team_members::team_group.eq(&member.group),
        );
        diesel::insert_into(team_members::table)
            .values((
                team_members::team_id.eq(team.0),
                team_members::account_id.eq(member.account.0),
                said,
                team_members::added_at.eq(now.to_diesel()),
            ))
            .on_conflict((team_members::team_id, team_members::account_id))
            .do_update()
            .set((said, team_members::removed_at.eq(None::<Timestamp>.to_diesel())))
            .execute(db)
            .await?;
    }
    let version = diesel::update(teams::table.find(team.0))
        .set(teams::version.eq(teams::version + 1))
        .returning(teams::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Which roles active people hold with an owner, wherever it is narrowed to: one row for each account and role.
///
/// # Errors
/// The database's own.
pub async fn roles_held(db: &mut Db, owner: OwnerId, of: &[AccountId]) -> Result<Vec<(AccountId, Role)>> {
    let of: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String)> = grants::table
        .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
        .filter(grants::owner_id.eq(owner.0).and(grants::revoked_at.is_null()))
        .filter(accounts::state.eq("active").and(accounts::id.eq_any(of)))
        .select((grants::account_id, grants::role))
        .load(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, role)| Some((AccountId(id), Role::parse(&role)?))).collect())
}
