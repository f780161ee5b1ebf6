//! Addenda to signed minutes: added, never changed.

use super::schema::minutes_addenda;
use super::{Db, Result};
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::minutes::Addendum;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = minutes_addenda)]
struct Row {
    visit_id: Uuid,
    number: i32,
    item_code: Option<String>,
    was: String,
    becomes: String,
    reason: String,
    written_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    written_at: Timestamp,
    sha256: String,
}

impl From<Row> for Addendum {
    fn from(row: Row) -> Self {
        Self {
            visit: VisitId(row.visit_id),
            number: row.number,
            item: row.item_code,
            was: row.was,
            becomes: row.becomes,
            reason: row.reason,
            by: AccountId(row.written_by),
            at: row.written_at,
            sha256: row.sha256,
        }
    }
}

/// Those of a visit, oldest first.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Addendum>> {
    let rows: Vec<Row> = minutes_addenda::table
        .filter(minutes_addenda::visit_id.eq(visit.0))
        .order(minutes_addenda::number)
        .select(Row::as_select())
        .load(db)
        .await?;
    Ok(rows.into_iter().map(Addendum::from).collect())
}

/// Adds one; its visit must be held.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Addendum) -> Result<()> {
    diesel::insert_into(minutes_addenda::table)
        .values((
            minutes_addenda::visit_id.eq(new.visit.0),
            minutes_addenda::number.eq(new.number),
            minutes_addenda::item_code.eq(new.item.as_deref()),
            minutes_addenda::was.eq(&new.was),
            minutes_addenda::becomes.eq(&new.becomes),
            minutes_addenda::reason.eq(&new.reason),
            minutes_addenda::written_by.eq(new.by.0),
            minutes_addenda::written_at.eq(new.at.to_diesel()),
            minutes_addenda::sha256.eq(&new.sha256),
        ))
        .execute(db)
        .await?;
    Ok(())
}
