//! Promised work: a row written in the deed's transaction, claimed with `SKIP LOCKED`, leased, retried with back-off.

use super::cached::Cached;
use super::schema::tasks;
use super::{Db, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

/// A task somebody claimed: theirs until the lease ends.
#[derive(Clone, Debug, Queryable)]
pub struct Claimed {
    /// Row id.
    pub id: i64,
    /// Name of the work.
    pub kind: String,
    /// What it is about.
    pub payload: Value,
    /// How often it was begun, this time included.
    pub attempts: i32,
}

/// Attempts after which a task is put aside for a person.
pub const MAX_ATTEMPTS: i32 = 12;

/// Promises work, once for each `dedupe_key` still open.
///
/// # Errors
/// The database's own.
pub async fn promise(
    db: &mut Db,
    kind: &str,
    payload: Value,
    dedupe_key: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let promise = diesel::insert_into(tasks::table)
        .values((
            tasks::kind.eq(kind),
            tasks::payload.eq(payload),
            tasks::dedupe_key.eq(dedupe_key),
            tasks::run_at.eq(at.to_diesel()),
            tasks::created_at.eq(at.to_diesel()),
        ))
        .on_conflict_do_nothing();
    Cached(promise).execute(db).await?;
    Ok(())
}

/// Claims a task whose lease ran out, or else the one due longest. The lapsed first: where there is always something
/// new to do, the work of a worker that was killed would never be begun again.
///
/// # Errors
/// The database's own.
pub async fn claim(
    db: &mut Db,
    lease: Uuid,
    now: Timestamp,
    held_for: SignedDuration,
) -> Result<Option<Claimed>> {
    let lapsed = tasks::table
        .select(tasks::id)
        .filter(tasks::state.eq("running").and(tasks::leased_until.lt(now.to_diesel())))
        .order(tasks::leased_until.asc())
        .limit(1)
        .for_update()
        .skip_locked()
        .first::<i64>(db)
        .await
        .optional()?;
    let due = if lapsed.is_some() {
        lapsed
    } else {
        tasks::table
            .select(tasks::id)
            .filter(tasks::state.eq("ready").and(tasks::run_at.le(now.to_diesel())))
            .order((tasks::run_at.asc(), tasks::id.asc()))
            .limit(1)
            .for_update()
            .skip_locked()
            .first::<i64>(db)
            .await
            .optional()?
    };
    let Some(id) = due else { return Ok(None) };
    let until = now.saturating_add(held_for).unwrap_or(now);
    let claimed = diesel::update(tasks::table.find(id))
        .set((
            tasks::state.eq("running"),
            tasks::lease.eq(lease),
            tasks::leased_until.eq(until.to_diesel()),
            tasks::attempts.eq(tasks::attempts + 1),
        ))
        .returning((tasks::id, tasks::kind, tasks::payload, tasks::attempts))
        .get_result(db)
        .await?;
    Ok(Some(claimed))
}

/// Promises work anew that was put aside, or lost: what is left of the old promise is forgotten.
///
/// # Errors
/// The database's own.
pub async fn promise_again(
    db: &mut Db,
    kind: &str,
    payload: Value,
    dedupe_key: &str,
    at: Timestamp,
) -> Result<()> {
    let dead = tasks::dedupe_key.eq(dedupe_key).and(tasks::state.eq("dead"));
    diesel::delete(tasks::table.filter(dead)).execute(db).await?;
    promise(db, kind, payload, Some(dedupe_key), at).await
}

/// Forgets a task that is done. False when the lease was lost meanwhile: somebody else does it again.
///
/// # Errors
/// The database's own.
pub async fn finish(db: &mut Db, id: i64, lease: Uuid) -> Result<bool> {
    let gone =
        diesel::delete(tasks::table.filter(tasks::id.eq(id).and(tasks::lease.eq(lease)))).execute(db).await?;
    Ok(gone == 1)
}

/// Puts a failed task back with a delay that doubles each time, or aside after [`MAX_ATTEMPTS`].
///
/// # Errors
/// The database's own.
pub async fn fail(db: &mut Db, task: &Claimed, lease: Uuid, why: &str, now: Timestamp) -> Result<()> {
    let exponent = u32::try_from(task.attempts.clamp(0, 10)).unwrap_or(0);
    let delay = SignedDuration::from_secs(2_i64.pow(exponent));
    let state = if task.attempts >= MAX_ATTEMPTS { "dead" } else { "ready" };
    diesel::update(tasks::table.filter(tasks::id.eq(task.id).and(tasks::lease.eq(lease))))
        .set((
            tasks::state.eq(state),
            tasks::lease.eq(None::<Uuid>),
            tasks::run_at.eq(now.saturating_add(delay).unwrap_or(now).to_diesel()),
            tasks::last_error.eq(why.chars().take(500).collect::<String>()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// How many tasks are open, and how many were put aside: `(open, dead)`.
///
/// # Errors
/// The database's own.
pub async fn count(db: &mut Db) -> Result<(i64, i64)> {
    let open = tasks::table.filter(tasks::state.ne("dead")).count().get_result(db).await?;
    let dead = tasks::table.filter(tasks::state.eq("dead")).count().get_result(db).await?;
    Ok((open, dead))
}

/// Prolongs a lease that is still held.
///
/// # Errors
/// The database's own.
pub async fn renew(db: &mut Db, id: i64, lease: Uuid, until: Timestamp) -> Result<()> {
    diesel::update(tasks::table.filter(tasks::id.eq(id).and(tasks::lease.eq(lease))))
        .set(tasks::leased_until.eq(until.to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}

/// Puts a task back that could not be begun in earnest: the attempt does not count.
///
/// # Errors
/// The database's own.
pub async fn postpone(db: &mut Db, id: i64, lease: Uuid, why: &str, at: Timestamp) -> Result<()> {
    diesel::update(tasks::table.filter(tasks::id.eq(id).and(tasks::lease.eq(lease))))
        .set((
            tasks::state.eq("ready"),
            tasks::lease.eq(None::<Uuid>),
            tasks::attempts.eq(tasks::attempts - 1),
            tasks::run_at.eq(at.to_diesel()),
            tasks::last_error.eq(why.chars().take(500).collect::<String>()),
        ))
        .execute(db)
        .await?;
    Ok(())
}
