//! Conflicts of interest that were entered: who is not to be sent to which unit.

use super::schema::conflicts_of_interest as rows;
use super::{Db, Result};
use crate::domain::assignment::Conflict;
use crate::domain::ids::{AccountId, ConflictId, OwnerId, UnitId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = rows)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    account_id: Uuid,
    unit_id: Uuid,
    reason: String,
    entered_by: Option<Uuid>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    entered_at: Timestamp,
}

impl From<Row> for Conflict {
    fn from(row: Row) -> Self {
        Self {
            id: ConflictId(row.id),
            owner: OwnerId(row.owner_id),
            account: AccountId(row.account_id),
            unit: UnitId(row.unit_id),
            reason: row.reason,
            entered_by: row.entered_by.map(AccountId),
            entered_at: row.entered_at,
        }
    }
}

/// Enters one.
///
/// # Errors
/// Constraint `conflicts_of_interest_once` where it is held already.
pub async fn keep(db: &mut Db, new: &Conflict) -> Result<()> {
    diesel::insert_into(rows::table)
        .values((
            rows::id.eq(new.id.0),
            rows::owner_id.eq(new.owner.0),
            rows::account_id.eq(new.account.0),
            rows::unit_id.eq(new.unit.0),
            rows::reason.eq(&new.reason),
            rows::entered_by.eq(new.entered_by.map(|id| id.0)),
            rows::entered_at.eq(new.entered_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Withdraws the one of an owner between somebody and a unit, and returns it.
///
/// # Errors
/// The database's own.
pub async fn withdraw(
    db: &mut Db,
    owner: OwnerId,
    (account, unit): (AccountId, UnitId),
    now: Timestamp,
) -> Result<Option<Conflict>> {
    let held = rows::table
        .filter(rows::owner_id.eq(owner.0).and(rows::withdrawn_at.is_null()))
        .filter(rows::account_id.eq(account.0).and(rows::unit_id.eq(unit.0)));
    let row: Option<Row> = diesel::update(held)
        .set(rows::withdrawn_at.eq(Some(now).to_diesel()))
        .returning(Row::as_returning())
        .get_result(db)
        .await
        .optional()?;
    Ok(row.map(Conflict::from))
}

/// Where a page ends: latest entered first, the id decides between equals.
pub type Place = (Timestamp, Uuid);

/// One page of those of an owner, latest first; of one person, where one is named.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    owner: OwnerId,
    account: Option<AccountId>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Conflict>> {
    let mut query = rows::table
        .filter(rows::owner_id.eq(owner.0).and(rows::withdrawn_at.is_null()))
        .order((rows::entered_at.desc(), rows::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(account) = account {
        query = query.filter(rows::account_id.eq(account.0));
    }
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        query = query
            .filter(rows::entered_at.le(at))
            .filter(rows::entered_at.lt(at).or(rows::entered_at.eq(at).and(rows::id.lt(id))));
    }
    let found: Vec<Row> = query.load(db).await?;
    Ok(found.into_iter().map(Conflict::from).collect())
}

/// Units that these people are not to be sent to by an owner, pairs of person and unit.
///
/// # Errors
/// The database's own.
pub async fn between(
    db: &mut Db,
    owner: OwnerId,
    accounts: &[Uuid],
    units: &[UnitId],
) -> Result<Vec<(AccountId, UnitId)>> {
    let units: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let found: Vec<(Uuid, Uuid)> = rows::table
        .filter(rows::owner_id.eq(owner.0).and(rows::withdrawn_at.is_null()))
        .filter(rows::account_id.eq_any(accounts).and(rows::unit_id.eq_any(units)))
        .select((rows::account_id, rows::unit_id))
        .load(db)
        .await?;
    Ok(found.into_iter().map(|(account, unit)| (AccountId(account), UnitId(unit))).collect())
}
