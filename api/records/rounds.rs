//! Rounds of campaigns, their targets and teams.

use super::schema::{round_targets, round_teams, rounds, visits};
use super::{Db, Error, Result};
use crate::domain::campaign::round::{Purpose, Round};
use crate::domain::ids::{AccountId, CampaignId, RoundId, TeamId, UnitId, VisitId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = rounds)]
struct Row {
    id: Uuid,
    campaign_id: Uuid,
    number: i32,
    name: String,
    purpose: String,
    #[diesel(deserialize_as = NullableDate)]
    starts_on: Option<Date>,
    #[diesel(deserialize_as = NullableDate)]
    ends_on: Option<Date>,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl TryFrom<Row> for Round {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: RoundId(row.id),
            campaign: CampaignId(row.campaign_id),
            number: row.number,
            name: row.name,
            purpose: Purpose::parse(&row.purpose).ok_or_else(|| Error::bad_row(&row.purpose))?,
            days: (row.starts_on, row.ends_on),
            targets: Vec::new(),
            teams: Vec::new(),
            version: row.version,
            created_at: row.created_at,
        })
    }
}

async fn whole(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Round>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let targets: Vec<(Uuid, Uuid)> = round_targets::table
        .filter(round_targets::round_id.eq_any(&ids))
        .order((round_targets::round_id, round_targets::position))
        .select((round_targets::round_id, round_targets::unit_id))
        .load(db)
        .await?;
    let teams: Vec<(Uuid, Uuid)> = round_teams::table
        .filter(round_teams::round_id.eq_any(&ids))
        .order((round_teams::round_id, round_teams::team_id))
        .select((round_teams::round_id, round_teams::team_id))
        .load(db)
        .await?;
    let of = |pairs: &[(Uuid, Uuid)], id: RoundId| -> Vec<Uuid> {
        pairs.iter().filter(|(round, _)| *round == id.0).map(|(_, other)| *other).collect()
    };
    let read = |row: Row| {
        let mut round = Round::try_from(row)?;
        round.targets = of(&targets, round.id).into_iter().map(UnitId).collect();
        round.teams = of(&teams, round.id).into_iter().map(TeamId).collect();
        Ok(round)
    };
    rows.into_iter().map(read).collect()
}

/// One round.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: RoundId) -> Result<Option<Round>> {
    let row: Option<Row> = rounds::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    Ok(whole(db, row.into_iter().collect()).await?.into_iter().next())
}

/// Every round of these campaigns, by campaign and number.
///
/// # Errors
/// The database's own.
pub async fn of_campaigns(db: &mut Db, campaigns: &[CampaignId]) -> Result<Vec<Round>> {
    let ids: Vec<Uuid> = campaigns.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = rounds::table
        .filter(rounds::campaign_id.eq_any(ids))
        .order((rounds::campaign_id, rounds::number))
        .select(Row::as_select())
        .load(db)
        .await?;
    whole(db, rows).await
}

/// Enters a round with its targets and teams.
///
/// # Errors
/// Constraint `round_targets_once` for a unit that is the target of another first round of the campaign,
/// `rounds_number_unique` for a number that is taken.
pub async fn keep(db: &mut Db, new: &Round, by: Option<AccountId>) -> Result<()> {
    diesel::insert_into(rounds::table)
        .values((
            rounds::id.eq(new.id.0),
            rounds::campaign_id.eq(new.campaign.0),
            rounds::number.eq(new.number),
            rounds::name.eq(&new.name),
            rounds::purpose.eq(new.purpose.as_str()),
            rounds::starts_on.eq(new.days.0.to_diesel()),
            rounds::ends_on.eq(new.days.1.to_diesel()),
            rounds::version.eq(new.version),
            rounds::created_by.eq(by.map(|id| id.0)),
            rounds::created_at.eq(new.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    keep_parts(db, new).await
}

async fn keep_parts(db: &mut Db, round: &Round) -> Result<()> {
    let targets: Vec<_> = (1_i32..)
        .zip(&round.targets)
        .map(|(position, unit)| {
            (
                round_targets::round_id.eq(round.id.0),
                round_targets::unit_id.eq(unit.0),
                round_targets::campaign_id.eq(round.campaign.0),
                round_targets::purpose.eq(round.purpose.as_str()),
                round_targets::position.eq(position),
            )
        })
        .collect();
    diesel::insert_into(round_targets::table).values(targets).execute(db).await?;
    let teams: Vec<_> = round
        .teams
        .iter()
        .map(|team| (round_teams::round_id.eq(round.id.0), round_teams::team_id.eq(team.0)))
        .collect();
    diesel::insert_into(round_teams::table).values(teams).execute(db).await?;
    Ok(())
}

/// Takes a round out with its targets and teams; visits that stood in it stand in none, and are told of.
///
/// # Errors
/// The database's own.
pub async fn remove(db: &mut Db, round: &Round) -> Result<Vec<VisitId>> {
    let in_it = visits::table
        .filter(visits::campaign_id.eq(round.campaign.0))
        .filter(visits::round_id.eq(round.id.0));
    let left: Vec<Uuid> = diesel::update(in_it)
        .set((visits::round_id.eq(None::<Uuid>), visits::version.eq(visits::version + 1)))
        .returning(visits::id)
        .get_results(db)
        .await?;
    diesel::delete(round_targets::table.filter(round_targets::round_id.eq(round.id.0))).execute(db).await?;
    diesel::delete(round_teams::table.filter(round_teams::round_id.eq(round.id.0))).execute(db).await?;
    diesel::delete(rounds::table.find(round.id.0)).execute(db).await?;
    Ok(left.into_iter().map(VisitId).collect())
}

/// Writes name, days, targets and teams of a round anew under the next version.
///
/// # Errors
/// As [`keep`].
pub async fn change(db: &mut Db, round: &Round) -> Result<i32> {
    diesel::delete(round_targets::table.filter(round_targets::round_id.eq(round.id.0))).execute(db).await?;
    diesel::delete(round_teams::table.filter(round_teams::round_id.eq(round.id.0))).execute(db).await?;
    keep_parts(db, round).await?;
    let version = diesel::update(rounds::table.find(round.id.0))
        .set((
            rounds::name.eq(&round.name),
            rounds::starts_on.eq(round.days.0.to_diesel()),
            rounds::ends_on.eq(round.days.1.to_diesel()),
            rounds::version.eq(rounds::version + 1),
        ))
        .returning(rounds::version)
        .get_result(db)
        .await?;
    Ok(version)
}
