//! Visits read whole, entered and changed.

use crate::domain::ids::{
    AccountId, CampaignId, OwnerId, PremisesId, RoundId, TeamId, TemplateVersionId, UnitId, UnitVersionId,
    VisitId,
};
use crate::domain::visit::{CheckIn, Kind, Minutes, State, Visit, Window};
use crate::records::schema::{grants, visit_clearances, visit_templates, visits};
use crate::records::units::UnitAt;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = visits)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    team_id: Uuid,
    unit_id: Uuid,
    unit_version_id: Option<Uuid>,
    unit_path: String,
    unit_ancestors: Vec<Uuid>,
    premises_id: Option<Uuid>,
    kind: String,
    state: String,
    #[diesel(deserialize_as = Stamp)]
    planned_start: Timestamp,
    #[diesel(deserialize_as = Stamp)]
    planned_end: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    disclosed_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableTimestamp)]
    dispatched_at: Option<Timestamp>,
    check_in: Option<Value>,
    #[diesel(deserialize_as = NullableTimestamp)]
    submitted_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableTimestamp)]
    finalised_at: Option<Timestamp>,
    ended_because: Option<String>,
    unanswered_because: Option<String>,
    previous_visit_id: Option<Uuid>,
    minutes: Option<Value>,
    round_id: Option<Uuid>,
    #[diesel(deserialize_as = NullableDate)]
    review_from: Option<Date>,
    #[diesel(deserialize_as = NullableDate)]
    review_to: Option<Date>,
    joined_into_id: Option<Uuid>,
    plan_warnings: Vec<String>,
    version: i32,
    created_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    created_at: Timestamp,
}

fn read<T: DeserializeOwned>(value: Option<Value>) -> Result<Option<T>> {
    value.map(|value| serde_json::from_value(value).map_err(Error::bad_row)).transpose()
}

fn write<T: Serialize>(value: Option<&T>) -> Result<Option<Value>> {
    value.map(|value| serde_json::to_value(value).map_err(|why| Error::Fault(why.to_string()))).transpose()
}

impl TryFrom<Row> for Visit {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: VisitId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            team: TeamId(row.team_id),
            unit: UnitId(row.unit_id),
            unit_version: row.unit_version_id.map(UnitVersionId),
            unit_path: row.unit_path,
            unit_ancestors: row.unit_ancestors.into_iter().map(UnitId).collect(),
            premises: row.premises_id.map(PremisesId),
            kind: Kind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
            state: State::parse(&row.state).ok_or_else(|| Error::bad_row(&row.state))?,
            window: Window { start: row.planned_start, end: row.planned_end },
            disclosed_at: row.disclosed_at,
            dispatched_at: row.dispatched_at,
            check_in: read::<CheckIn>(row.check_in)?,
            submitted_at: row.submitted_at,
            finalised_at: row.finalised_at,
            ended_because: row.ended_because,
            unanswered_because: row.unanswered_because,
            previous: row.previous_visit_id.map(VisitId),
            minutes: read::<Minutes>(row.minutes)?,
            round: row.round_id.map(RoundId),
            review: (row.review_from, row.review_to),
            joined_into: row.joined_into_id.map(VisitId),
            templates: Vec::new(),
            warnings: row.plan_warnings,
            version: row.version,
            created_by: AccountId(row.created_by),
            created_at: row.created_at,
        })
    }
}

/// One visit, whole.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: VisitId) -> Result<Option<Visit>> {
    Ok(load(db, &[id]).await?.into_iter().next())
}

/// One visit, held until the transaction ends: whoever else wants to change it waits.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: VisitId) -> Result<Option<Visit>> {
    let row: Option<Row> =
        visits::table.find(id.0).for_update().select(Row::as_select()).first(db).await.optional()?;
    Ok(with_templates(db, row.into_iter().collect()).await?.into_iter().next())
}

/// Several visits, whole, in the order of their ids; unknown ones are left out.
///
/// # Errors
/// The database's own.
pub async fn load(db: &mut Db, ids: &[VisitId]) -> Result<Vec<Visit>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> =
        visits::table.filter(visits::id.eq_any(wanted)).select(Row::as_select()).load(db).await?;
    let mut found: HashMap<VisitId, Visit> =
        with_templates(db, rows).await?.into_iter().map(|visit| (visit.id, visit)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn with_templates(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Visit>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let pairs: Vec<(Uuid, Uuid)> = visit_templates::table
        .filter(visit_templates::visit_id.eq_any(ids))
        .order((visit_templates::visit_id, visit_templates::position))
        .select((visit_templates::visit_id, visit_templates::template_version_id))
        .load(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<TemplateVersionId>> = HashMap::new();
    for (visit, version) in pairs {
        of.entry(visit).or_default().push(TemplateVersionId(version));
    }
    let whole = |row: Row| {
        let mut visit = Visit::try_from(row)?;
        visit.templates = of.remove(&visit.id.0).unwrap_or_default();
        Ok(visit)
    };
    rows.into_iter().map(whole).collect()
}

/// Enters a visit with its checklists.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Visit) -> Result<()> {
    let above: Vec<Uuid> = new.unit_ancestors.iter().map(|id| id.0).collect();
    diesel::insert_into(visits::table)
        .values((
            visits::id.eq(new.id.0),
            visits::owner_id.eq(new.owner.0),
            visits::campaign_id.eq(new.campaign.0),
            visits::team_id.eq(new.team.0),
            visits::unit_id.eq(new.unit.0),
            visits::unit_version_id.eq(new.unit_version.map(|id| id.0)),
            visits::unit_path.eq(&new.unit_path),
            visits::unit_ancestors.eq(above),
            visits::premises_id.eq(new.premises.map(|id| id.0)),
            visits::kind.eq(new.kind.as_str()),
            visits::state.eq(new.state.as_str()),
            visits::planned_start.eq(new.window.start.to_diesel()),
            visits::planned_end.eq(new.window.end.to_diesel()),
            visits::previous_visit_id.eq(new.previous.map(|id| id.0)),
            visits::round_id.eq(new.round.map(|id| id.0)),
            visits::review_from.eq(new.review.0.to_diesel()),
            visits::review_to.eq(new.review.1.to_diesel()),
            visits::plan_warnings.eq(&new.warnings),
            visits::created_by.eq(new.created_by.0),
            visits::created_at.eq(new.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    keep_templates(db, new.id, &new.templates).await
}

async fn keep_templates(db: &mut Db, visit: VisitId, templates: &[TemplateVersionId]) -> Result<()> {
    let lines: Vec<_> = (1_i32..)
        .zip(templates)
        .map(|(position, version)| {
            (
                visit_templates::visit_id.eq(visit.0),
                visit_templates::template_version_id.eq(version.0),
                visit_templates::position.eq(position),
            )
        })
        .collect();
    diesel::insert_into(visit_templates::table).values(lines).execute(db).await?;
    Ok(())
}

/// Gives a visit other checklists; nothing may have been answered.
///
/// # Errors
/// The database's own.
pub async fn replace_templates(db: &mut Db, visit: VisitId, templates: &[TemplateVersionId]) -> Result<()> {
    diesel::delete(visit_templates::table.filter(visit_templates::visit_id.eq(visit.0))).execute(db).await?;
    keep_templates(db, visit, templates).await
}

/// Writes everything of a held visit that may change, under the next version, which it returns.
///
/// # Errors
/// The database's own.
pub async fn change(db: &mut Db, visit: &Visit) -> Result<i32> {
    let checked_in_at = visit.check_in.as_ref().map(|check_in| check_in.received_at);
    Ok(diesel::update(visits::table.find(visit.id.0))
        .set((
            visits::campaign_id.eq(visit.campaign.0),
            visits::team_id.eq(visit.team.0),
            visits::round_id.eq(visit.round.map(|id| id.0)),
            visits::review_from.eq(visit.review.0.to_diesel()),
            visits::review_to.eq(visit.review.1.to_diesel()),
            visits::joined_into_id.eq(visit.joined_into.map(|id| id.0)),
            visits::plan_warnings.eq(&visit.warnings),
            visits::state.eq(visit.state.as_str()),
            visits::planned_start.eq(visit.window.start.to_diesel()),
            visits::planned_end.eq(visit.window.end.to_diesel()),
            visits::unit_version_id.eq(visit.unit_version.map(|id| id.0)),
            visits::unit_path.eq(&visit.unit_path),
            visits::unit_ancestors.eq(visit.unit_ancestors.iter().map(|id| id.0).collect::<Vec<_>>()),
            visits::premises_id.eq(visit.premises.map(|id| id.0)),
            visits::disclosed_at.eq(visit.disclosed_at.to_diesel()),
            visits::dispatched_at.eq(visit.dispatched_at.to_diesel()),
            visits::checked_in_at.eq(checked_in_at.to_diesel()),
            visits::check_in.eq(write(visit.check_in.as_ref())?),
            visits::submitted_at.eq(visit.submitted_at.to_diesel()),
            visits::finalised_at.eq(visit.finalised_at.to_diesel()),
            visits::ended_because.eq(visit.ended_because.as_deref()),
            visits::unanswered_because.eq(visit.unanswered_because.as_deref()),
            visits::minutes.eq(write(visit.minutes.as_ref())?),
            visits::version.eq(visits::version + 1),
        ))
        .returning(visits::version)
        .get_result(db)
        .await?)
}

/// Every visit of a team, whatever became of it.
///
/// # Errors
/// The database's own.
pub async fn of_team(db: &mut Db, team: TeamId) -> Result<Vec<VisitId>> {
    let ids: Vec<Uuid> = visits::table.filter(visits::team_id.eq(team.0)).select(visits::id).load(db).await?;
    Ok(ids.into_iter().map(VisitId).collect())
}

/// Visits at these units that stand on no version of them, and when they are planned.
///
/// # Errors
/// The database's own.
pub async fn on_no_version(db: &mut Db, units: &[UnitId]) -> Result<Vec<(VisitId, UnitId, Timestamp)>> {
    let ids: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, Uuid, Stamp)> = visits::table
        .filter(visits::unit_id.eq_any(ids))
        .filter(visits::unit_version_id.is_null())
        .select((visits::id, visits::unit_id, visits::planned_start))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|(id, unit, start)| (VisitId(id), UnitId(unit), start.into())).collect())
}

/// Stands a visit on its unit as it is.
///
/// # Errors
/// The database's own.
pub async fn stand_on(db: &mut Db, visit: VisitId, unit: &UnitAt) -> Result<()> {
    diesel::update(visits::table.find(visit.0))
        .set((
            visits::unit_version_id.eq(unit.version.0),
            visits::unit_path.eq(&unit.path),
            visits::unit_ancestors.eq(unit.ancestors.iter().map(|id| id.0).collect::<Vec<_>>()),
            visits::version.eq(visits::version + 1),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Whether somebody speaks for the authority of an owner.
///
/// # Errors
/// The database's own.
pub async fn is_authority(db: &mut Db, account: AccountId, owner: OwnerId) -> Result<bool> {
    let held = grants::table
        .filter(grants::account_id.eq(account.0))
        .filter(grants::owner_id.eq(owner.0))
        .filter(grants::role.eq("authority"))
        .filter(grants::revoked_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(db).await?)
}

/// Lets somebody of the authority read one sealed visit. False if they may already.
///
/// # Errors
/// The database's own.
pub async fn clear(
    db: &mut Db,
    visit: VisitId,
    account: AccountId,
    by: AccountId,
    at: Timestamp,
) -> Result<bool> {
    let added = diesel::insert_into(visit_clearances::table)
        .values((
            visit_clearances::visit_id.eq(visit.0),
            visit_clearances::account_id.eq(account.0),
            visit_clearances::cleared_by.eq(by.0),
            visit_clearances::cleared_at.eq(at.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(db)
        .await?;
    Ok(added > 0)
}

/// The visits that a team has been told of and has not handed in.
///
/// # Errors
/// The database's own.
pub async fn in_hands_of(db: &mut Db, team: TeamId) -> Result<Vec<Visit>> {
    let rows: Vec<Row> = visits::table
        .filter(visits::team_id.eq(team.0))
        .filter(visits::dispatched_at.is_not_null().and(visits::submitted_at.is_null()))
        .filter(visits::state.ne_all(["cancelled", "aborted"]))
        .order(visits::id)
        .select(Row::as_select())
        .load(db)
        .await?;
    with_templates(db, rows).await
}

/// The visits of a campaign, whoever may see them, held until the transaction ends: for what is done to all of them.
///
/// # Errors
/// The database's own.
pub async fn hold_all(db: &mut Db, campaign: CampaignId) -> Result<Vec<Visit>> {
    let rows: Vec<Row> = visits::table
        .filter(visits::campaign_id.eq(campaign.0))
        .order((visits::planned_start.asc(), visits::id.asc()))
        .for_update()
        .select(Row::as_select())
        .load(db)
        .await?;
    with_templates(db, rows).await
}
