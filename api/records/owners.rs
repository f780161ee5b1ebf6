//! Owning bodies.

use super::schema::owners;
use super::{Db, Result};
use crate::domain::ids::OwnerId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// An owning body: the inspectorate or authority whose campaigns these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: OwnerId,
    /// Short stable code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = owners)]
struct Row {
    id: Uuid,
    code: String,
    name: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl From<Row> for Owner {
    fn from(row: Row) -> Self {
        Self { id: OwnerId(row.id), code: row.code, name: row.name, created_at: row.created_at }
    }
}

/// Enters an owner.
///
/// # Errors
/// Constraint `owners_code_unique` for a code in use.
pub async fn keep(db: &mut Db, owner: &Owner) -> Result<()> {
    diesel::insert_into(owners::table)
        .values((
            owners::id.eq(owner.id.0),
            owners::code.eq(&owner.code),
            owners::name.eq(&owner.name),
            owners::created_at.eq(owner.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// One owner.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: OwnerId) -> Result<Option<Owner>> {
    let row = owners::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    Ok(row.map(Owner::from))
}

/// Holds an owner until the transaction ends, so that what is written for it as a whole is not written twice at once.
/// False if there is no such owner.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, owner: OwnerId) -> Result<bool> {
    let found: Option<Uuid> =
        owners::table.find(owner.0).select(owners::id).for_no_key_update().first(db).await.optional()?;
    Ok(found.is_some())
}

/// The owner of a code.
///
/// # Errors
/// The database's own.
pub async fn by_code(db: &mut Db, code: &str) -> Result<Option<Owner>> {
    let row =
        owners::table.filter(owners::code.eq(code)).select(Row::as_select()).first(db).await.optional()?;
    Ok(row.map(Owner::from))
}

/// One page of owners by code, along the index of its unique constraint.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<Owner>> {
    let mut query =
        owners::table.select(Row::as_select()).order(owners::code.asc()).limit(limit).into_boxed();
    if let Some(after) = after {
        query = query.filter(owners::code.gt(after.to_owned()));
    }
    Ok(query.load(db).await?.into_iter().map(Owner::from).collect())
}

/// The names of these owners.
///
/// # Errors
/// The database's own.
pub async fn names(db: &mut Db, of: &[OwnerId]) -> Result<std::collections::HashMap<OwnerId, String>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String)> =
        owners::table.filter(owners::id.eq_any(ids)).select((owners::id, owners::name)).load(db).await?;
    Ok(rows.into_iter().map(|(id, name)| (OwnerId(id), name)).collect())
}
