//! Units that were entered by mistake: what rests on one, and taking it out.

use crate::domain::ids::{UnitId, UnitVersionId};
use crate::records::schema::{unit_versions, units};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};

/// What may rest on a unit, a row each. A surprise visit that nobody may know of is none of it: a refusal would tell.
const RESTS: &str = "
SELECT what FROM (
    SELECT 1 AS place, 'an event tells of it' AS what WHERE EXISTS (
        SELECT 1 FROM unit_event_units u JOIN unit_events e ON e.id = u.event_id
        WHERE u.unit_id = $1 AND e.undone_at IS NULL)
    UNION ALL SELECT 2, 'other units stand below it' WHERE EXISTS (SELECT 1 FROM unit_versions WHERE parent_id = $1)
    UNION ALL SELECT 3, 'visits are planned there, or were made' WHERE EXISTS (
        SELECT 1 FROM visits WHERE unit_id = $1 AND (checked_in_at IS NOT NULL
            OR state <> 'cancelled' AND (kind <> 'surprise' OR disclosed_at IS NOT NULL)))
    UNION ALL SELECT 4, 'a round has it as a target' WHERE EXISTS (SELECT 1 FROM round_targets WHERE unit_id = $1)
    UNION ALL SELECT 5, 'somebody has a role for it' WHERE EXISTS (
        SELECT 1 FROM grants WHERE unit_id = $1 AND revoked_at IS NULL)
    UNION ALL SELECT 6, 'somebody on a team comes from it' WHERE EXISTS (
        SELECT 1 FROM team_members WHERE office_unit_id = $1)
    UNION ALL SELECT 7, 'papers or figures name it' WHERE EXISTS (SELECT 1 FROM notice_units WHERE unit_id = $1)
        OR EXISTS (SELECT 1 FROM recommendation_addressees WHERE unit_id = $1)
        OR EXISTS (SELECT 1 FROM review_triggers WHERE unit_id = $1)
        OR EXISTS (SELECT 1 FROM conflicts_of_interest WHERE unit_id = $1 AND withdrawn_at IS NULL)
        OR EXISTS (SELECT 1 FROM action_owners WHERE unit_id = $1)
        OR EXISTS (SELECT 1 FROM external_figures WHERE (unit_id || unit_ancestors) @> ARRAY[$1])
) rests ORDER BY place";

#[derive(QueryableByName)]
struct Rest {
    #[diesel(sql_type = Text)]
    what: String,
}

/// What rests on a unit, as far as anybody may know; nothing where it may go.
///
/// # Errors
/// The database's own.
pub async fn rests_on(db: &mut Db, unit: UnitId) -> Result<Vec<String>> {
    let rows: Vec<Rest> = diesel::sql_query(RESTS).bind::<SqlUuid, _>(unit.0).load(db).await?;
    Ok(rows.into_iter().map(|rest| rest.what).collect())
}

/// Marks a unit as taken out. Its row stays: a visit that nobody may know of may name it.
///
/// # Errors
/// The database's own.
pub async fn take_out(db: &mut Db, unit: UnitId, now: Timestamp) -> Result<()> {
    diesel::update(units::table.find(unit.0))
        .set(units::removed_at.eq(Some(now).to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}

/// Notes on which day the version before was to end until this one was added.
///
/// # Errors
/// The database's own.
pub async fn note_previous_end(db: &mut Db, version: UnitVersionId, end: Option<Date>) -> Result<()> {
    diesel::update(unit_versions::table.find(version.0))
        .set(unit_versions::previous_end.eq(end.to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}

/// On which day the version before was to end until this one was added.
///
/// # Errors
/// The database's own.
pub async fn previous_end(db: &mut Db, version: UnitVersionId) -> Result<Option<Date>> {
    let end: Option<NullableDate> = unit_versions::table
        .find(version.0)
        .select(unit_versions::previous_end)
        .first(db)
        .await
        .optional()?;
    Ok(end.and_then(Into::into))
}
