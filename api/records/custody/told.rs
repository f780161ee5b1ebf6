//! What the evidence log tells: a page of a visit's own log, and who looked at a visit while it was secret.

use crate::domain::ids::{AccountId, VisitId};
use crate::records::schema::{accounts, custody};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

/// A deed as it was recorded.
#[derive(Clone, Debug)]
pub struct Line {
    /// Place in the log of the whole installation; tells nothing to anybody outside.
    pub seq: i64,
    /// Number in the visit's own log; `None` of a reading.
    pub number: Option<i64>,
    /// When, by our clock.
    pub at: Timestamp,
    /// What was done, as `noun.verb`.
    pub deed: String,
    /// To what: its kind and id.
    pub object: (String, String),
    /// Who, where a person did it.
    pub by: Option<AccountId>,
    /// Their name.
    pub by_name: Option<String>,
    /// Which program, where one did it on its own.
    pub client: Option<String>,
    /// What a reader needs to understand it.
    pub details: Value,
}

type Columns = (
    custody::seq,
    custody::visit_number,
    custody::at,
    custody::deed,
    custody::object_kind,
    custody::object_id,
    custody::actor_id,
    custody::client_id,
    custody::details,
);

#[derive(Queryable)]
struct Row {
    seq: i64,
    number: Option<i64>,
    #[diesel(deserialize_as = Stamp)]
    at: Timestamp,
    deed: String,
    object_kind: String,
    object_id: String,
    actor_id: Option<Uuid>,
    client: Option<String>,
    details: Value,
}

fn columns() -> Columns {
    (
        custody::seq,
        custody::visit_number,
        custody::at,
        custody::deed,
        custody::object_kind,
        custody::object_id,
        custody::actor_id,
        custody::client_id,
        custody::details,
    )
}

/// What of a visit's own log is about such things and was recorded at an instant or later, in its order.
///
/// # Errors
/// The database's own.
pub async fn of_visit(
    db: &mut Db,
    visit: VisitId,
    (kinds, since): (&[&str], Option<Timestamp>),
    (after, limit): (Option<i64>, i64),
) -> Result<Vec<Line>> {
    let mut wanted = custody::table
        .filter(custody::visit_id.eq(visit.0))
        .filter(custody::visit_number.gt(after.unwrap_or(0)))
        .filter(custody::object_kind.eq_any(kinds.to_vec()))
        .order(custody::visit_number)
        .limit(limit)
        .select(columns())
        .into_boxed();
    if let Some(since) = since {
        wanted = wanted.filter(custody::at.ge(since.to_diesel()));
    }
    let rows = wanted.load(db).await?;
    named(db, rows).await
}

/// Who looked at a visit while it was secret, in the order they did.
///
/// # Errors
/// The database's own.
pub async fn readings_of_visit(
    db: &mut Db,
    visit: VisitId,
    (after, limit): (Option<i64>, i64),
) -> Result<Vec<Line>> {
    let rows = custody::table
        .filter(custody::object_kind.eq("visit"))
        .filter(custody::object_id.eq(visit.to_string()))
        .filter(custody::seq.gt(after.unwrap_or(0)))
        .filter(custody::visit_id.is_null())
        .order(custody::seq)
        .limit(limit)
        .select(columns())
        .load(db)
        .await?;
    named(db, rows).await
}

async fn named(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Line>> {
    let mut people: Vec<Uuid> = rows.iter().filter_map(|row| row.actor_id).collect();
    people.sort_unstable();
    people.dedup();
    let names: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(people))
        .select((accounts::id, accounts::display_name))
        .load(db)
        .await?;
    let name_of = |id: Uuid| names.iter().find(|(of, _)| *of == id).map(|(_, name)| name.clone());
    Ok(rows
        .into_iter()
        .map(|row| Line {
            seq: row.seq,
            number: row.number,
            at: row.at,
            deed: row.deed,
            object: (row.object_kind, row.object_id),
            by: row.actor_id.map(AccountId),
            by_name: row.actor_id.and_then(name_of),
            client: row.client,
            details: row.details,
        })
        .collect())
}
