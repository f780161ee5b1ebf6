//! Corrective actions as rows, with their owners and the findings they are to remedy.

pub mod due;
pub mod page;
pub mod verify;

use super::schema::{action_findings, action_owners, action_units, actions};
use super::{Db, Error, Result};
use crate::domain::action::{Action, Kind, Owner, State, Target};
use crate::domain::ids::{
    AccountId, ActionId, CampaignId, DocumentId, FindingId, OwnerId, TeamId, UnitId, VisitId,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = actions)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    visit_id: Uuid,
    team_id: Uuid,
    kind: String,
    title: String,
    state: String,
    #[diesel(deserialize_as = NullableDate)]
    due_on: Option<Date>,
    #[diesel(deserialize_as = NullableTimestamp)]
    issued_at: Option<Timestamp>,
    programme_id: Option<Uuid>,
    series_id: Option<Uuid>,
    instance: i32,
    story: Value,
    created_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    created_at: Timestamp,
    version: i32,
}

impl TryFrom<Row> for Action {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let bad = || Error::bad_row(format!("action {}", row.id));
        Ok(Self {
            id: ActionId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            visit: VisitId(row.visit_id),
            team: TeamId(row.team_id),
            kind: Kind::parse(&row.kind).ok_or_else(bad)?,
            state: State::parse(&row.state).ok_or_else(bad)?,
            title: row.title,
            due_on: row.due_on,
            issued_at: row.issued_at,
            programme: row.programme_id.map(DocumentId),
            series: row.series_id.map(ActionId),
            instance: row.instance,
            owners: Vec::new(),
            targets: Vec::new(),
            story: serde_json::from_value(row.story).map_err(Error::bad_row)?,
            created_by: AccountId(row.created_by),
            created_at: row.created_at,
            version: row.version,
        })
    }
}

type OwnerRow = (Uuid, Uuid, String, Vec<Uuid>, Option<Uuid>);
type TargetRow = (Uuid, Uuid, Option<Stamp>);

async fn whole(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Action>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let owners: Vec<OwnerRow> = action_owners::table
        .filter(action_owners::action_id.eq_any(&ids))
        .order((action_owners::unit_path, action_owners::unit_id))
        .select((
            action_owners::action_id,
            action_owners::unit_id,
            action_owners::unit_path,
            action_owners::unit_ancestors,
            action_owners::holder_id,
        ))
        .load(db)
        .await?;
    let targets: Vec<TargetRow> = action_findings::table
        .filter(action_findings::action_id.eq_any(&ids))
        .order(action_findings::finding_id)
        .select((
            action_findings::action_id,
            action_findings::finding_id,
            action_findings::verified_at.nullable(),
        ))
        .load::<(Uuid, Uuid, Option<Stamp>)>(db)
        .await?;
    let mut all = Vec::new();
    for row in rows {
        let mut action = Action::try_from(row)?;
        let own = owners.iter().filter(|(of, ..)| *of == action.id.0);
        action.owners = own
            .map(|(_, unit, path, above, holder)| Owner {
                unit: UnitId(*unit),
                path: path.clone(),
                ancestors: above.iter().copied().map(UnitId).collect(),
                handed_to: holder.map(UnitId),
                held_by: None,
            })
            .collect();
        let own = targets.iter().filter(|(of, ..)| *of == action.id.0);
        action.targets = own
            .map(|(_, finding, at)| Target {
                finding: FindingId(*finding),
                verified_at: at.map(jiff_diesel::Timestamp::to_jiff),
            })
            .collect();
        all.push(action);
    }
    Ok(all)
}

/// One action.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: ActionId) -> Result<Option<Action>> {
    Ok(load(db, &[id]).await?.pop())
}

/// Holds an action until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: ActionId) -> Result<Option<Action>> {
    let row: Option<Row> =
        actions::table.find(id.0).select(Row::as_select()).for_no_key_update().first(db).await.optional()?;
    Ok(whole(db, row.into_iter().collect()).await?.pop())
}

/// Actions by their ids, in the order asked for.
///
/// # Errors
/// The database's own.
pub async fn load(db: &mut Db, ids: &[ActionId]) -> Result<Vec<Action>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = actions::table.filter(actions::id.eq_any(wanted)).select(Row::as_select()).load(db).await?;
    let mut found = whole(db, rows).await?;
    found.sort_by_key(|action| ids.iter().position(|id| *id == action.id));
    Ok(found)
}

/// The actions that are to remedy any of these findings, held, in the order of their ids.
///
/// # Errors
/// The database's own.
pub async fn hold_for(db: &mut Db, findings: &[FindingId]) -> Result<Vec<Action>> {
    let wanted: Vec<Uuid> = findings.iter().map(|id| id.0).collect();
    let of = action_findings::table
        .filter(action_findings::finding_id.eq_any(wanted))
        .select(action_findings::action_id);
    let rows = actions::table
        .filter(actions::id.eq_any(of))
        .order(actions::id)
        .select(Row::as_select())
        .for_no_key_update()
        .load(db)
        .await?;
    whole(db, rows).await
}

/// Enters an action with its owners and findings; `beside` are the units it came from, which see it too.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Action, beside: &[UnitId]) -> Result<()> {
    diesel::insert_into(actions::table)
        .values((
            actions::id.eq(new.id.0),
            actions::owner_id.eq(new.owner.0),
            actions::campaign_id.eq(new.campaign.0),
            actions::visit_id.eq(new.visit.0),
            actions::team_id.eq(new.team.0),
            actions::kind.eq(new.kind.as_str()),
            actions::title.eq(&new.title),
            actions::state.eq(new.state.as_str()),
            actions::due_on.eq(new.due_on.to_diesel()),
            actions::issued_at.eq(new.issued_at.to_diesel()),
            actions::programme_id.eq(new.programme.map(|id| id.0)),
            actions::series_id.eq(new.series.map(|id| id.0)),
            actions::instance.eq(new.instance),
            actions::story.eq(serde_json::to_value(&new.story).map_err(Error::bad_row)?),
            actions::created_by.eq(new.created_by.0),
            actions::created_at.eq(new.created_at.to_diesel()),
            actions::carried_from.eq(carried_from(new)),
        ))
        .execute(db)
        .await?;
    place(db, new, beside).await
}

/// The campaigns it was carried over from.
fn carried_from(action: &Action) -> Vec<Uuid> {
    action.story.carried.iter().map(|carried| carried.from.0).collect()
}

/// Enters owners, findings, and the units that see it.
async fn place(db: &mut Db, new: &Action, beside: &[UnitId]) -> Result<()> {
    let owners: Vec<_> = new
        .owners
        .iter()
        .map(|owner| {
            (
                action_owners::action_id.eq(new.id.0),
                action_owners::unit_id.eq(owner.unit.0),
                action_owners::unit_path.eq(owner.path.clone()),
                action_owners::unit_ancestors.eq(owner.ancestors.iter().map(|id| id.0).collect::<Vec<_>>()),
                action_owners::holder_id.eq(owner.handed_to.map(|id| id.0)),
            )
        })
        .collect();
    diesel::insert_into(action_owners::table).values(owners).execute(db).await?;
    let targets: Vec<_> = new
        .targets
        .iter()
        .map(|t| (action_findings::action_id.eq(new.id.0), action_findings::finding_id.eq(t.finding.0)))
        .collect();
    diesel::insert_into(action_findings::table).values(targets).execute(db).await?;
    let mut units = new.units();
    units.extend(beside);
    let units: Vec<_> = units
        .into_iter()
        .map(|unit| {
            (
                action_units::action_id.eq(new.id.0),
                action_units::unit_id.eq(unit.0),
                action_units::created_at.eq(new.created_at.to_diesel()),
                action_units::state.eq(new.state.as_str()),
            )
        })
        .collect();
    diesel::insert_into(action_units::table).values(units).execute(db).await?;
    Ok(())
}

/// Writes a held proposal anew, besides what [`change`] writes: what is to be done, by whom, about what.
///
/// # Errors
/// The database's own.
pub async fn rewrite(db: &mut Db, action: &Action, beside: &[UnitId]) -> Result<()> {
    let id = action.id.0;
    diesel::update(actions::table.find(id))
        .set((
            actions::kind.eq(action.kind.as_str()),
            actions::title.eq(&action.title),
            actions::programme_id.eq(action.programme.map(|id| id.0)),
        ))
        .execute(db)
        .await?;
    diesel::delete(action_owners::table.filter(action_owners::action_id.eq(id))).execute(db).await?;
    diesel::delete(action_findings::table.filter(action_findings::action_id.eq(id))).execute(db).await?;
    diesel::delete(action_units::table.filter(action_units::action_id.eq(id))).execute(db).await?;
    place(db, action, beside).await
}

/// Holds what comes later in a series, in the order of their ids.
///
/// # Errors
/// The database's own.
pub async fn hold_later(db: &mut Db, series: ActionId, after: i32) -> Result<Vec<Action>> {
    let rows = actions::table
        .filter(actions::series_id.eq(series.0).and(actions::instance.gt(after)))
        .order(actions::id)
        .select(Row::as_select())
        .for_no_key_update()
        .load(db)
        .await?;
    whole(db, rows).await
}

/// Writes an action that is held; its next version.
///
/// # Errors
/// The database's own.
pub async fn change(db: &mut Db, action: &Action) -> Result<i32> {
    Ok(diesel::update(actions::table.find(action.id.0))
        .set((
            actions::state.eq(action.state.as_str()),
            actions::due_on.eq(action.due_on.to_diesel()),
            actions::issued_at.eq(action.issued_at.to_diesel()),
            actions::series_id.eq(action.series.map(|id| id.0)),
            actions::campaign_id.eq(action.campaign.0),
            actions::carried_from.eq(carried_from(action)),
            actions::story.eq(serde_json::to_value(&action.story).map_err(Error::bad_row)?),
            actions::version.eq(actions::version + 1),
        ))
        .returning(actions::version)
        .get_result(db)
        .await?)
}

/// Writes down who is to do what an owner that ended was to do, as the action says it; they and every unit above see it
/// from then on, and whoever was to do it before does no more. Where it names nobody, the owner does it again.
///
/// # Errors
/// The database's own.
pub async fn hand_over(db: &mut Db, action: &Action, from: UnitId) -> Result<()> {
    let to = action.owners.iter().find(|owner| owner.unit == from).and_then(|owner| owner.handed_to);
    diesel::update(action_owners::table.find((action.id.0, from.0)))
        .set(action_owners::holder_id.eq(to.map(|id| id.0)))
        .execute(db)
        .await?;
    let units: Vec<Uuid> = action.units().into_iter().map(|unit| unit.0).collect();
    // The unit inspected sees it because it came from its visit.
    let gone = "DELETE FROM action_units u USING actions a JOIN visits v ON v.id = a.visit_id
        WHERE a.id = $1 AND u.action_id = a.id AND u.unit_id <> ALL (v.unit_id || v.unit_ancestors || $2)";
    let come = "INSERT INTO action_units (action_id, unit_id, created_at, state)
        SELECT a.id, unit, a.created_at, a.state FROM actions a, unnest($2) AS unit WHERE a.id = $1
        ON CONFLICT DO NOTHING";
    for words in [gone, come] {
        diesel::sql_query(words)
            .bind::<SqlUuid, _>(action.id.0)
            .bind::<Array<SqlUuid>, _>(&units)
            .execute(db)
            .await?;
    }
    Ok(())
}

/// What was handed over from one of these owners, or to one of those units, by id.
///
/// # Errors
/// The database's own.
pub async fn handed(db: &mut Db, from: &[UnitId], to: &[UnitId]) -> Result<Vec<Action>> {
    let ids = |units: &[UnitId]| units.iter().map(|unit| unit.0).collect::<Vec<Uuid>>();
    let found: Vec<Found> = diesel::sql_query(
        "SELECT action_id AS id FROM action_owners WHERE holder_id IS NOT NULL AND unit_id = ANY ($1)
         UNION SELECT action_id FROM action_owners
             WHERE holder_id IS NOT NULL AND coalesce(holder_id, unit_id) = ANY ($2)
         ORDER BY id",
    )
    .bind::<Array<SqlUuid>, _>(ids(from))
    .bind::<Array<SqlUuid>, _>(ids(to))
    .load(db)
    .await?;
    load(db, &found.into_iter().map(|row| ActionId(row.id)).collect::<Vec<_>>()).await
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The visits that the actions for a finding came from.
///
/// # Errors
/// The database's own.
pub async fn visits_for(db: &mut Db, finding: FindingId) -> Result<Vec<VisitId>> {
    let found: Vec<Uuid> = action_findings::table
        .inner_join(actions::table.on(actions::id.eq(action_findings::action_id)))
        .filter(action_findings::finding_id.eq(finding.0))
        .select(actions::visit_id)
        .distinct()
        .load(db)
        .await?;
    Ok(found.into_iter().map(VisitId).collect())
}

/// Whether an action of a campaign is neither verified nor cancelled.
///
/// # Errors
/// The database's own.
pub async fn any_open(db: &mut Db, campaign: CampaignId) -> Result<bool> {
    let over: Vec<&str> =
        State::ALL.iter().filter(|state| state.is_over()).map(|state| state.as_str()).collect();
    let open = actions::table.filter(actions::campaign_id.eq(campaign.0)).filter(actions::state.ne_all(over));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(db).await?)
}
