//! Failed sign-ins, counted for each subject that is slowed down by them.

use super::schema::sign_in_failures as failures;
use super::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};

/// What is counted for one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The subject.
    pub subject: String,
    /// Failures since the last success or pause.
    pub failures: i32,
    /// The last of them.
    pub last_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = failures)]
struct Row {
    subject: String,
    failures: i32,
    #[diesel(deserialize_as = Stamp)]
    last_at: Timestamp,
}

/// The counts of these subjects, each made if missing and held until the transaction ends; in the order of the
/// subjects' names, so that two who ask never wait for each other.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, subjects: &[String], now: Timestamp) -> Result<Vec<Count>> {
    let mut subjects: Vec<&String> = subjects.iter().collect();
    subjects.sort();
    let new: Vec<_> = subjects
        .iter()
        .map(|s| (failures::subject.eq(*s), failures::failures.eq(0), failures::last_at.eq(now.to_diesel())))
        .collect();
    diesel::insert_into(failures::table).values(new).on_conflict_do_nothing().execute(db).await?;
    let rows: Vec<Row> = failures::table
        .filter(failures::subject.eq_any(subjects))
        .order(failures::subject.asc())
        .select(Row::as_select())
        .for_update()
        .load(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Count { subject: row.subject, failures: row.failures, last_at: row.last_at })
        .collect())
}

/// Sets a count.
///
/// # Errors
/// The database's own.
pub async fn set(db: &mut Db, subject: &str, count: i32, at: Timestamp) -> Result<()> {
    diesel::insert_into(failures::table)
        .values((
            failures::subject.eq(subject),
            failures::failures.eq(count),
            failures::last_at.eq(at.to_diesel()),
        ))
        .on_conflict(failures::subject)
        .do_update()
        .set((failures::failures.eq(count), failures::last_at.eq(at.to_diesel())))
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a subject is counted at all.
///
/// # Errors
/// The database's own.
pub async fn is_known(db: &mut Db, subject: &str, since: Timestamp) -> Result<bool> {
    let known = failures::table.find(subject).filter(failures::last_at.gt(since.to_diesel()));
    Ok(known.count().get_result::<i64>(db).await? == 1)
}

/// Forgets a subject.
///
/// # Errors
/// The database's own.
pub async fn forget(db: &mut Db, subjects: &[String]) -> Result<()> {
    diesel::delete(failures::table.filter(failures::subject.eq_any(subjects))).execute(db).await?;
    Ok(())
}

/// Forgets all that was counted last before a time.
///
/// # Errors
/// The database's own.
pub async fn sweep(db: &mut Db, before: Timestamp) -> Result<()> {
    // What somebody holds is being counted anew: it stays, and nobody waits for the sweep.
    let statement = "DELETE FROM sign_in_failures WHERE subject IN
        (SELECT subject FROM sign_in_failures WHERE last_at < $1 FOR UPDATE SKIP LOCKED)";
    diesel::sql_query(statement).bind::<Timestamptz, _>(before.to_diesel()).execute(db).await?;
    Ok(())
}
