//! Photos as a reviewer's pages need them: all of one visit, and a few figures of many visits.

use super::row::{Photo, Row};
use crate::domain::ids::{PhotoId, VisitId};
use crate::records::schema::photos;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::collections::HashMap;
use uuid::Uuid;

/// Every photo of a visit that was ever declared, withdrawn ones too, in order of capture; at most `limit`.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId, limit: i64) -> Result<Vec<Photo>> {
    let rows: Vec<Row> = photos::table
        .filter(photos::visit_id.eq(visit.0).and(photos::action_id.is_null()).and(photos::reply_to.is_null()))
        .order((photos::captured_at, photos::id))
        .limit(limit)
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(Photo::try_from).collect()
}

/// The photos of one visit, counted: those whose bytes are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub held: u32,
    /// Taken outside the premises.
    pub outside: u32,
    /// Set apart because they can't be decoded.
    pub quarantined: u32,
}

#[derive(QueryableByName)]
struct TallyRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    outside: i64,
    #[diesel(sql_type = BigInt)]
    quarantined: i64,
}

/// Counts the photos of these visits; visits without any are missing from the answer.
///
/// # Errors
/// The database's own.
pub async fn tallies(db: &mut Db, visits: &[VisitId]) -> Result<HashMap<VisitId, Tally>> {
    let ids: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let rows: Vec<TallyRow> = diesel::sql_query(
        "SELECT visit_id, count(*) AS held, count(*) FILTER (WHERE place_verdict = 'outside') AS outside, \
         count(*) FILTER (WHERE state = 'quarantined') AS quarantined FROM photos \
         WHERE visit_id = ANY ($1) AND action_id IS NULL AND reply_to IS NULL AND state IN ('stored', 'ready', 'no_preview', 'quarantined') GROUP BY visit_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(db)
    .await?;
    let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let tally = |row: TallyRow| {
        let tally = Tally {
            held: number(row.held),
            outside: number(row.outside),
            quarantined: number(row.quarantined),
        };
        (VisitId(row.visit_id), tally)
    };
    Ok(rows.into_iter().map(tally).collect())
}

/// A photo as far as a small picture of it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which.
    pub id: PhotoId,
    /// ThumbHash.
    pub placeholder: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct SampleRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Bytea>)]
    placeholder: Option<Vec<u8>>,
}

/// The first few photos of each of these visits that have a small picture which everybody may see who sees the visit.
///
/// # Errors
/// The database's own.
pub async fn samples(db: &mut Db, visits: &[VisitId], each: u8) -> Result<HashMap<VisitId, Vec<Sample>>> {
    let ids: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let rows: Vec<SampleRow> = diesel::sql_query(
        "SELECT v.id AS visit_id, p.id, p.placeholder FROM unnest($1) AS v (id) CROSS JOIN LATERAL ( \
         SELECT id, placeholder, captured_at FROM photos WHERE visit_id = v.id AND action_id IS NULL AND reply_to IS NULL AND state = 'ready' \
         AND NOT (personal_data AND masked IS NULL) \
         ORDER BY captured_at, id LIMIT $2) AS p ORDER BY v.id, p.captured_at, p.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<BigInt, _>(i64::from(each))
    .load(db)
    .await?;
    let mut of: HashMap<VisitId, Vec<Sample>> = HashMap::new();
    for row in rows {
        let sample = Sample { id: PhotoId(row.id), placeholder: row.placeholder };
        of.entry(VisitId(row.visit_id)).or_default().push(sample);
    }
    Ok(of)
}
