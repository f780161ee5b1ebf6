//! Whom a person named to answer for a finding of a unit that ended with nobody in its place as a whole.

use crate::domain::finding::Finding;
use crate::domain::ids::{FindingId, UnitId};
use crate::records::schema::findings;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// Writes down who answers for a finding; they and every unit above see it from then on, and whoever answered before does
/// no more. `None`: the unit it was found at answers for it again.
///
/// # Errors
/// The database's own.
pub async fn hand_over(db: &mut Db, id: FindingId, to: Option<(UnitId, &[UnitId])>) -> Result<()> {
    let above = to.map(|(_, above)| above).unwrap_or_default();
    let units: Vec<Uuid> = to.iter().map(|(unit, _)| unit).chain(above).map(|unit| unit.0).collect();
    let gone = "DELETE FROM finding_units u USING findings f WHERE f.id = $1 AND u.finding_id = f.id
        AND u.unit_id <> ALL (f.unit_id || f.unit_ancestors || $2)";
    let come = "INSERT INTO finding_units (finding_id, unit_id, owner_id, reported_at, state)
        SELECT f.id, unit, f.owner_id, f.reported_at, f.state FROM findings f, unnest($2) AS unit WHERE f.id = $1
        ON CONFLICT DO NOTHING";
    for words in [gone, come] {
        diesel::sql_query(words)
            .bind::<SqlUuid, _>(id.0)
            .bind::<Array<SqlUuid>, _>(&units)
            .execute(db)
            .await?;
    }
    let holder = findings::holder_id.eq(to.map(|(unit, _)| unit.0));
    diesel::update(findings::table.find(id.0)).set(holder).execute(db).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// What was handed over from one of these units, or to one of those, by id.
///
/// # Errors
/// The database's own.
pub async fn handed(db: &mut Db, from: &[UnitId], to: &[UnitId]) -> Result<Vec<Finding>> {
    let ids = |units: &[UnitId]| units.iter().map(|unit| unit.0).collect::<Vec<Uuid>>();
    let found: Vec<Found> = diesel::sql_query(
        "SELECT id FROM findings WHERE holder_id IS NOT NULL AND unit_id = ANY ($1)
         UNION SELECT id FROM findings WHERE holder_id IS NOT NULL AND coalesce(holder_id, unit_id) = ANY ($2)
         ORDER BY id",
    )
    .bind::<Array<SqlUuid>, _>(ids(from))
    .bind::<Array<SqlUuid>, _>(ids(to))
    .load(db)
    .await?;
    let found: Vec<FindingId> = found.into_iter().map(|row| FindingId(row.id)).collect();
    super::load(db, &found).await
}
