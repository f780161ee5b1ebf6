//! What stands beside findings: those that belong together with them, seen from either, and photos that show them.

use super::plain_ids;
use crate::domain::finding::Finding;
use crate::domain::ids::{FindingId, PhotoId};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
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

/// Tells of findings which belong together with them, and which photos show them.
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
    for finding in findings {
        let own = |pair: &&Pair| pair.finding == finding.id.0;
        finding.linked = linked.iter().filter(own).map(|pair| FindingId(pair.other)).collect();
        finding.photos = shown.iter().filter(own).map(|pair| PhotoId(pair.other)).collect();
    }
    Ok(())
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
