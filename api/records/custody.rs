//! The evidence log: one row for each deed worth recording, written in the deed's own transaction, never changed.

use super::schema::{custody, visits};
use super::{Db, Error, Result, replays};
use crate::domain::actor::{Actor, Who};
use crate::domain::ids::{OwnerId, VisitId};
use crate::domain::visit::State;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

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

/// The next number in a visit's own log, and the visit's state while its row is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number.
    pub number: i64,
    /// State of the visit, which nobody changes before the transaction ends.
    pub state: State,
}

/// Takes the next number of a visit's own log.
///
/// Holds the visit's row until the transaction ends, so numbers have no gaps and follow commit order. Everybody who
/// writes about the visit waits for that: what can be done before is done before.
///
/// # Errors
/// The database's own; a visit that is not there.
pub async fn take_place(db: &mut Db, visit: VisitId) -> Result<Place> {
    let (number, state): (i64, String) = diesel::update(visits::table.find(visit.0))
        .set(visits::last_log_number.eq(visits::last_log_number + 1))
        .returning((visits::last_log_number, visits::state))
        .get_result(db)
        .await?;
    let state = State::parse(&state).ok_or_else(|| Error::bad_row(format!("visit state {state}")))?;
    Ok(Place { number, state })
}

/// Records a deed; returns its number in the visit's own log where it belongs to a visit.
///
/// # Errors
/// As [`take_place`].
pub async fn note(
    db: &mut Db,
    actor: Option<&Actor>,
    entry: Entry<'_>,
    at: Timestamp,
) -> Result<Option<i64>> {
    let number = match entry.visit {
        Some(visit) => Some(take_place(db, visit).await?.number),
        None => None,
    };
    note_in(db, actor, entry, number, at).await?;
    Ok(number)
}

/// Records a deed under a number that was taken before.
///
/// # Errors
/// The database's own.
pub async fn note_in(
    db: &mut Db,
    actor: Option<&Actor>,
    entry: Entry<'_>,
    number: Option<i64>,
    at: Timestamp,
) -> Result<()> {
    replays::tie(db, entry.visit, (entry.object.0, &entry.object.1)).await?;
    diesel::insert_into(custody::table).values(Row::of(actor, entry, number, at)).execute(db).await?;
    Ok(())
}

/// Records deeds that belong to no visit's own log, in one statement and holding no row of anybody: what readers do.
///
/// # Errors
/// The database's own.
pub async fn note_readings(db: &mut Db, actor: &Actor, entries: Vec<Entry<'_>>, at: Timestamp) -> Result<()> {
    let outside = |entry| Row::of(Some(actor), Entry { visit: None, ..entry }, None, at);
    let rows: Vec<Row<'_>> = entries.into_iter().map(outside).collect();
    if !rows.is_empty() {
        diesel::insert_into(custody::table).values(&rows).execute(db).await?;
    }
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = custody)]
struct Row<'a> {
    at: Stamp,
    actor_id: Option<Uuid>,
    client_id: Option<&'a str>,
    session_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    visit_id: Option<Uuid>,
    visit_number: Option<i64>,
    deed: &'a str,
    object_kind: &'a str,
    object_id: String,
    details: Value,
}

impl<'a> Row<'a> {
    fn of(actor: Option<&'a Actor>, entry: Entry<'a>, visit_number: Option<i64>, at: Timestamp) -> Self {
        let (actor_id, client_id) = match actor.map(|a| &a.who) {
            Some(Who::Person(id)) => (Some(id.0), None),
            Some(Who::Program(id)) => (None, Some(id.as_str())),
            None => (None, None),
        };
        Self {
            at: at.to_diesel(),
            actor_id,
            client_id,
            session_id: actor.map(|a| a.session.0),
            owner_id: entry.owner.map(|id| id.0),
            visit_id: entry.visit.map(|id| id.0),
            visit_number,
            deed: entry.deed,
            object_kind: entry.object.0,
            object_id: entry.object.1,
            details: entry.details,
        }
    }
}
