//! Who of the authority may read a sealed visit.

use crate::domain::ids::{AccountId, OwnerId, VisitId};
use crate::records::schema::{grants, visit_clearances};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// Who is cleared, by whom, since when.
pub type Cleared = (AccountId, AccountId, Timestamp);

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

/// Everybody who is cleared for a visit, oldest first.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Cleared>> {
    let rows: Vec<(Uuid, Uuid, Stamp)> = visit_clearances::table
        .filter(visit_clearances::visit_id.eq(visit.0))
        .order((visit_clearances::cleared_at, visit_clearances::account_id))
        .select((visit_clearances::account_id, visit_clearances::cleared_by, visit_clearances::cleared_at))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|(who, by, at)| (AccountId(who), AccountId(by), at.into())).collect())
}

/// Ends a clearance. False if there is none.
///
/// # Errors
/// The database's own.
pub async fn end(db: &mut Db, visit: VisitId, account: AccountId) -> Result<bool> {
    let held = visit_clearances::table.find((visit.0, account.0));
    Ok(diesel::delete(held).execute(db).await? > 0)
}
