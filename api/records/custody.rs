//! The evidence log: one row for each deed worth recording, written in the deed's own transaction, never changed.

mod told;

pub use told::{Line, of_visit, readings_of_visit};

use super::schema::custody;
use super::{Db, Error, Result, replays};
use crate::domain::actor::{Actor, Who};
use crate::domain::ids::{AccountId, OwnerId, VisitId};
use crate::domain::visit::State;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
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

/// What details tell of a phone's clock as it sent something.
const SKEW: &str = "clock_skew_s";

/// How a deed stands in its visit's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its number there.
    pub number: i64,
    /// When: the time given, or the time of the row before where that is later, so that times follow numbers.
    pub at: Timestamp,
    /// State of the visit, which nobody changes before the transaction ends.
    pub state: State,
}

/// Records a deed; says how it stands in the visit's own log where it belongs to a visit.
///
/// Holds the visit's row until the transaction ends, so numbers have no gaps and follow commit order. Everybody who
/// writes about the visit waits for that: what can be done before is done before, and this is one statement.
///
/// # Errors
/// The database's own; a visit that is not there.
pub async fn note(
    db: &mut Db,
    actor: Option<&Actor>,
    entry: Entry<'_>,
    at: Timestamp,
) -> Result<Option<Noted>> {
    replays::tie(db, entry.visit, (entry.object.0, &entry.object.1)).await?;
    note_along(db, actor, entry, at).await
}

/// Records what a deed brings about beside what it is about: as [`note`], and the key of the request is none of it.
///
/// # Errors
/// The database's own; a visit that is not there.
pub async fn note_along(
    db: &mut Db,
    actor: Option<&Actor>,
    entry: Entry<'_>,
    at: Timestamp,
) -> Result<Option<Noted>> {
    let row = Row::of(actor, entry, at);
    let Some(visit) = row.visit_id else {
        diesel::insert_into(custody::table).values(row).execute(db).await?;
        return Ok(None);
    };
    let (number, at, state): (i64, Stamp, String) = NoteOfVisit { row, visit }.get_result(db).await?;
    let state = State::parse(&state).ok_or_else(|| Error::bad_row(format!("visit state {state}")))?;
    Ok(Some(Noted { number, at: at.into(), state }))
}

/// Whether a visit's log tells a deed of an object by this person in these very words already, whatever the clock of the
/// phone was when it sent them.
///
/// # Errors
/// The database's own.
pub async fn is_noted(
    db: &mut Db,
    (visit, by): (VisitId, AccountId),
    (deed, object): (&str, &str),
    details: &Value,
) -> Result<bool> {
    let mut said = details.clone();
    if let Some(said) = said.as_object_mut() {
        said.shift_remove(SKEW);
    }

    let same = custody::table
        .filter(custody::visit_id.eq(visit.0))
        .filter(custody::deed.eq(deed))
        .filter(custody::object_id.eq(object))
        .filter(custody::actor_id.eq(by.0))
        .filter(custody::details.remove(SKEW).eq(said));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(db).await?)
}

/// One statement that diesel's builder has no words for, with an identity of its own, so that it is prepared once for
/// each connection and not parsed for each deed.
struct NoteOfVisit<'a> {
    row: Row<'a>,
    visit: Uuid,
}

impl QueryId for NoteOfVisit<'_> {
    type QueryId = NoteOfVisit<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for NoteOfVisit<'_> {
    type SqlType = (BigInt, Timestamptz, Text);
}

impl QueryFragment<Pg> for NoteOfVisit<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let row = &self.row;
        out.push_sql(
            "WITH place AS (UPDATE visits SET last_log_number = last_log_number + 1, \
             last_log_at = GREATEST(last_log_at, ",
        );
        out.push_bind_param::<Timestamptz, _>(&row.at)?;
        out.push_sql(") WHERE id = ");
        out.push_bind_param::<SqlUuid, _>(&self.visit)?;
        out.push_sql(
            " RETURNING last_log_number, last_log_at, state) \
             INSERT INTO custody (visit_number, at, visit_id, actor_id, client_id, session_id, owner_id, deed, \
             object_kind, object_id, details) SELECT last_log_number, last_log_at, ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.visit)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<SqlUuid>, _>(&row.actor_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&row.client_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<SqlUuid>, _>(&row.session_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<SqlUuid>, _>(&row.owner_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(row.deed)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(row.object_kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&row.object_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(&row.details)?;
        out.push_sql(" FROM place RETURNING visit_number, at, (SELECT state FROM place)");
        Ok(())
    }
}

/// Records deeds that belong to no visit's own log, in one statement and holding no row of anybody: what readers do.
///
/// # Errors
/// The database's own.
pub async fn note_readings(db: &mut Db, actor: &Actor, entries: Vec<Entry<'_>>, at: Timestamp) -> Result<()> {
    let outside = |entry| Row::of(Some(actor), Entry { visit: None, ..entry }, at);
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
    deed: &'a str,
    object_kind: &'a str,
    object_id: String,
    details: Value,
}

impl<'a> Row<'a> {
    fn of(actor: Option<&'a Actor>, entry: Entry<'a>, at: Timestamp) -> Self {
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
            deed: entry.deed,
            object_kind: entry.object.0,
            object_id: entry.object.1,
            details: entry.details,
        }
    }
}
