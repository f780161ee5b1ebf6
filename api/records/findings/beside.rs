//! What stands beside findings: those that belong together with them, seen from either, photos that show them, and the laws
//! behind their items; what re-inspections saw of them.

use super::plain_ids;
use crate::domain::finding::{Finding, Outcome};
use crate::domain::ids::{FindingId, PhotoId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::template::LegalBasis;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stamp;
use serde_json::Value;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    finding: Uuid,
    #[diesel(sql_type = SqlUuid)]
    other: Uuid,
}

/// Each finding with one that belongs to it, by id.
const LINKED: &str =
    "SELECT finding_id AS finding, other_id AS other FROM finding_links WHERE finding_id = ANY ($1)
    UNION ALL SELECT other_id, finding_id FROM finding_links WHERE other_id = ANY ($1) ORDER BY 1, 2";

/// Each finding with a held photo of it, in order of capture: two short seeks a finding.
const SHOWN: &str = "SELECT f.id AS finding, p.id AS other FROM findings f CROSS JOIN LATERAL (
        (SELECT id, captured_at FROM photos WHERE finding_id = f.id
            AND state IN ('stored', 'ready', 'no_preview', 'quarantined') ORDER BY captured_at, id LIMIT 50)
        UNION (SELECT id, captured_at FROM photos WHERE visit_id = f.visit_id AND item_code = f.item_code
            AND action_id IS NULL AND reply_to IS NULL
            AND state IN ('stored', 'ready', 'no_preview', 'quarantined') ORDER BY captured_at, id LIMIT 50)
    ) AS p WHERE f.id = ANY ($1) ORDER BY f.id, p.captured_at, p.id";

async fn pairs(db: &mut Db, words: &str, ids: Vec<Uuid>) -> Result<Vec<Pair>> {
    Ok(diesel::sql_query(words).bind::<Array<SqlUuid>, _>(ids).load(db).await?)
}

/// Each finding with the laws behind its item and when its visit was to begin; each item is looked up once.
const BASES: &str = "WITH wanted AS (SELECT id, visit_id, template_version_id, item_code FROM findings
        WHERE id = ANY ($1) AND item_code IS NOT NULL AND template_version_id IS NOT NULL),
    items AS MATERIALIZED (SELECT w.template_version_id, w.item_code,
            jsonb_path_query_first(t.body, '$.sections[*].items[*] ? (@.code == $code)',
                jsonb_build_object('code', w.item_code)) -> 'legal_basis' AS bases
        FROM (SELECT DISTINCT template_version_id, item_code FROM wanted) AS w
        JOIN template_versions t ON t.id = w.template_version_id)
    SELECT w.id AS finding, v.planned_start AS began, i.bases FROM wanted w JOIN visits v ON v.id = w.visit_id
        JOIN items i USING (template_version_id, item_code) WHERE i.bases IS NOT NULL";

#[derive(QueryableByName)]
struct Based {
    #[diesel(sql_type = SqlUuid)]
    finding: Uuid,
    #[diesel(sql_type = Timestamptz, deserialize_as = Stamp)]
    began: Timestamp,
    #[diesel(sql_type = Jsonb)]
    bases: Value,
}

/// Tells of findings on which laws their items rest, those that hold on the day of the visit.
///
/// # Errors
/// The database's own.
pub async fn tell_bases(db: &mut Db, findings: &mut [Finding]) -> Result<()> {
    let ids: Vec<Uuid> = findings.iter().map(|finding| finding.id.0).collect();
    let based: Vec<Based> = diesel::sql_query(BASES).bind::<Array<SqlUuid>, _>(ids).load(db).await?;
    for of in based {
        let Some(finding) = findings.iter_mut().find(|finding| finding.id.0 == of.finding) else { continue };
        let bases: Vec<LegalBasis> = serde_json::from_value(of.bases).map_err(Error::bad_row)?;
        let day = vietnam_day(of.began);
        finding.legal_basis =
            bases.into_iter().filter(|basis| basis.holds_on(day)).map(|basis| basis.document).collect();
    }
    Ok(())
}

/// Tells of findings which belong together with them, which photos show them, and on which laws they rest.
///
/// # Errors
/// The database's own.
pub async fn tell(db: &mut Db, findings: &mut [Finding]) -> Result<()> {
    let ids: Vec<FindingId> = findings.iter().map(|finding| finding.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let linked = pairs(db, LINKED, plain_ids(&ids)).await?;
    let shown = pairs(db, SHOWN, plain_ids(&ids)).await?;
    for finding in findings.iter_mut() {
        let own = |pair: &&Pair| pair.finding == finding.id.0;
        finding.linked = linked.iter().filter(own).map(|pair| FindingId(pair.other)).collect();
        finding.photos = shown.iter().filter(own).map(|pair| PhotoId(pair.other)).collect();
    }
    tell_bases(db, findings).await
}

#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = Text)]
    outcome: String,
}

/// The earlier findings that a re-inspection looked at, and what it saw of each last.
///
/// # Errors
/// The database's own.
pub async fn looked_at(db: &mut Db, visit: VisitId) -> Result<Vec<(FindingId, Outcome)>> {
    let words =
        "SELECT DISTINCT ON (finding_id) finding_id, outcome FROM finding_outcomes WHERE visit_id = $1
        ORDER BY finding_id, seen_at DESC";
    let rows: Vec<Looked> = diesel::sql_query(words).bind::<SqlUuid, _>(visit.0).load(db).await?;
    let read = |row: Looked| {
        let outcome = Outcome::parse(&row.outcome).ok_or_else(|| Error::bad_row(&row.outcome))?;
        Ok((FindingId(row.finding_id), outcome))
    };
    rows.into_iter().map(read).collect()
}

/// The findings that belong together with one, by id.
///
/// # Errors
/// The database's own.
pub async fn linked(db: &mut Db, id: FindingId) -> Result<Vec<FindingId>> {
    let found = pairs(db, LINKED, vec![id.0]).await?;
    Ok(found.into_iter().map(|pair| FindingId(pair.other)).collect())
}

/// Links a finding with others, or takes links away; whoever does holds all of them.
///
/// # Errors
/// The database's own.
pub async fn link(db: &mut Db, id: FindingId, new: &[FindingId], gone: &[FindingId]) -> Result<()> {
    let made = "INSERT INTO finding_links (finding_id, other_id)
        SELECT least($2, o), greatest($2, o) FROM unnest($1) AS o ON CONFLICT DO NOTHING";
    let cut = "DELETE FROM finding_links WHERE (finding_id = $2 AND other_id = ANY ($1))
        OR (other_id = $2 AND finding_id = ANY ($1))";
    for (words, others) in [(made, new), (cut, gone)] {
        diesel::sql_query(words)
            .bind::<Array<SqlUuid>, _>(plain_ids(others))
            .bind::<SqlUuid, _>(id.0)
            .execute(db)
            .await?;
    }
    Ok(())
}
