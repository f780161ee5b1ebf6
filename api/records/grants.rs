//! Roles granted to accounts, and what a grant may name.

use super::schema::{accounts, campaigns, grants, owners, units};
use super::{Db, Error, Result};
use crate::domain::account::State;
use crate::domain::actor::{Grant, Role};
use crate::domain::ids::{AccountId, CampaignId, GrantId, OwnerId, UnitId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// A grant as kept.
#[allow(clippy::struct_field_names, reason = "the column's name; `at` alone would not say of what")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Its id.
    pub id: GrantId,
    /// Whose it is.
    pub account: AccountId,
    /// What was granted.
    pub grant: Grant,
    /// The owner's code, where it has one.
    pub owner_code: Option<String>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// Since when.
    pub granted_at: Timestamp,
    /// Until when, once revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The columns of a grant, as other queries join them too.
#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
pub(super) struct Row {
    id: Uuid,
    account_id: Uuid,
    role: String,
    owner_id: Option<Uuid>,
    unit_id: Option<Uuid>,
    campaign_id: Option<Uuid>,
    #[diesel(deserialize_as = Stamp)]
    granted_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    revoked_at: Option<Timestamp>,
}

impl Row {
    pub(super) fn grant(&self) -> Result<Grant> {
        Ok(Grant {
            role: Role::parse(&self.role).ok_or_else(|| Error::bad_row(&self.role))?,
            owner: self.owner_id.map(OwnerId),
            unit: self.unit_id.map(UnitId),
            campaign: self.campaign_id.map(CampaignId),
        })
    }
}

/// Every grant of these accounts, revoked ones too, oldest first.
///
/// # Errors
/// The database's own.
pub async fn of_accounts(db: &mut Db, accounts: &[AccountId]) -> Result<Vec<Granted>> {
    let ids: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let rows: Vec<(Row, Option<(String, String)>)> = grants::table
        .left_join(owners::table.on(grants::owner_id.eq(owners::id.nullable())))
        .filter(grants::account_id.eq_any(ids))
        .order((grants::granted_at.asc(), grants::id.asc()))
        .select((Row::as_select(), (owners::code, owners::name).nullable()))
        .load(db)
        .await?;
    let kept = |(row, owner): (Row, Option<(String, String)>)| {
        let (owner_code, owner_name) = owner.unzip();
        Ok(Granted {
            id: GrantId(row.id),
            account: AccountId(row.account_id),
            grant: row.grant()?,
            owner_code,
            owner_name,
            granted_at: row.granted_at,
            revoked_at: row.revoked_at,
        })
    };
    rows.into_iter().map(kept).collect()
}

/// Grants a role. [`Error::Constraint`] `grants_once` if it is granted already, `grants_owner_id_fkey` for an owner
/// that is not there.
///
/// # Errors
/// The database's own.
pub async fn give(
    db: &mut Db,
    id: GrantId,
    account: AccountId,
    grant: Grant,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(id.0),
            grants::account_id.eq(account.0),
            grants::role.eq(grant.role.as_str()),
            grants::owner_id.eq(grant.owner.map(|id| id.0)),
            grants::unit_id.eq(grant.unit.map(|id| id.0)),
            grants::campaign_id.eq(grant.campaign.map(|id| id.0)),
            grants::granted_by.eq(by.map(|id| id.0)),
            grants::granted_at.eq(now.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a role away. False if it was taken already.
///
/// # Errors
/// The database's own.
pub async fn revoke(db: &mut Db, id: GrantId, now: Timestamp) -> Result<bool> {
    let done = diesel::update(grants::table.filter(grants::id.eq(id.0).and(grants::revoked_at.is_null())))
        .set(grants::revoked_at.eq(now.to_diesel()))
        .execute(db)
        .await?;
    Ok(done == 1)
}

/// Makes those who take away administrators wait for each other until the transaction ends: each must see what the
/// one before left.
///
/// # Errors
/// The database's own.
pub async fn lock_administrators(db: &mut Db) -> Result<()> {
    // A number of our own, for PostgreSQL's advisory locks: "adms".
    diesel::sql_query("SELECT pg_advisory_xact_lock(1633971571)").execute(db).await?;
    Ok(())
}

/// How many accounts other than this one administer the whole installation and may sign in.
///
/// # Errors
/// The database's own.
pub async fn other_administrators(db: &mut Db, than: AccountId) -> Result<i64> {
    Ok(grants::table
        .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
        .filter(
            grants::role
                .eq(Role::Administrator.as_str())
                .and(grants::owner_id.is_null())
                .and(grants::revoked_at.is_null())
                .and(accounts::state.eq(State::Active.as_str()))
                .and(accounts::id.ne(than.0)),
        )
        .count()
        .get_result(db)
        .await?)
}

/// Whether what a grant is narrowed to is there, the campaign at the grant's own owner: `(unit, campaign)`.
///
/// # Errors
/// The database's own.
pub async fn targets_exist(db: &mut Db, grant: &Grant) -> Result<(bool, bool)> {
    let unit = match grant.unit {
        Some(unit) => units::table.find(unit.0).count().get_result::<i64>(db).await? == 1,
        None => true,
    };
    let campaign = match (grant.campaign, grant.owner) {
        (Some(campaign), Some(owner)) => {
            let found = campaigns::table.find(campaign.0).filter(campaigns::owner_id.eq(owner.0));
            found.count().get_result::<i64>(db).await? == 1
        }
        (Some(_), None) => false,
        (None, _) => true,
    };
    Ok((unit, campaign))
}
