//! The evidence log: one row for each deed worth recording, written in the deed's own transaction, never changed.

use super::schema::{custody, visits};
use super::{Db, Result, replays};
use crate::domain::actor::{Actor, Who};
use crate::domain::ids::{OwnerId, VisitId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;

/// A deed to be recorded.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What was done, as `noun.verb`: `photo.received`, `visit.checked_in`.
    pub deed: &'a str,
    /// What it was done to.
    pub object: (&'a str, String),
    /// Owner of the object, where it has one.
    pub owner: Option<OwnerId>,
    /// The visit whose own log counts it.
    pub visit: Option<VisitId>,
    /// What a reader needs to understand the row; never a secret.
    pub details: Value,
}

/// Records a deed; returns its number in the visit's own log where it belongs to a visit.
///
/// Holds the visit's row until the transaction ends, so numbers have no gaps and follow commit order.
///
/// # Errors
/// The database's own.
pub async fn note(
    db: &mut Db,
    actor: Option<&Actor>,
    entry: Entry<'_>,
    at: Timestamp,
) -> Result<Option<i64>> {
    let number = match entry.visit {
        Some(visit) => Some(
            diesel::update(visits::table.find(visit.0))
                .set(visits::last_log_number.eq(visits::last_log_number + 1))
                .returning(visits::last_log_number)
                .get_result::<i64>(db)
                .await?,
        ),
        None => None,
    };
    replays::tie(db, entry.visit, (entry.object.0, &entry.object.1)).await?;
    let (account, client) = match actor.map(|a| &a.who) {
        Some(Who::Person(id)) => (Some(id.0), None),
        Some(Who::Program(id)) => (None, Some(id.as_str())),
        None => (None, None),
    };
    diesel::insert_into(custody::table)
        .values((
            custody::at.eq(at.to_diesel()),
            custody::actor_id.eq(account),
            custody::client_id.eq(client),
            custody::session_id.eq(actor.map(|a| a.session.0)),
            custody::owner_id.eq(entry.owner.map(|id| id.0)),
            custody::visit_id.eq(entry.visit.map(|id| id.0)),
            custody::visit_number.eq(number),
            custody::deed.eq(entry.deed),
            custody::object_kind.eq(entry.object.0),
            custody::object_id.eq(entry.object.1),
            custody::details.eq(entry.details),
        ))
        .execute(db)
        .await?;
    Ok(number)
}
