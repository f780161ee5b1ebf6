//! What rights need to know about the scope of a list.

use crate::domain::ids::{CampaignId, OwnerId, UnitId};
use crate::records::cached::Cached;
use crate::records::schema::campaigns;
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Date, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// Owner of a campaign.
///
/// # Errors
/// The database's own.
pub async fn owner_of_campaign(db: &mut Db, campaign: CampaignId) -> Result<Option<OwnerId>> {
    let owner = campaigns::table.find(campaign.0).select(campaigns::owner_id).first(db).await.optional()?;
    Ok(owner.map(OwnerId))
}

#[derive(QueryableByName)]
struct Above {
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
}

/// A unit and every unit above it on a day, nearest first; the unit alone where it did not exist then.
///
/// # Errors
/// The database's own.
pub async fn unit_and_above(db: &mut Db, unit: UnitId, day: civil::Date) -> Result<Vec<UnitId>> {
    // Units are nested a handful deep; the bound ends a circle that should not be there.
    let statement = diesel::sql_query(
        "WITH RECURSIVE up AS (
            SELECT parent_id, 1 AS depth FROM unit_versions
            WHERE unit_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
          UNION ALL
            SELECT v.parent_id, up.depth + 1 FROM up JOIN unit_versions v ON v.unit_id = up.parent_id
            WHERE v.valid_from <= $2 AND (v.valid_to IS NULL OR v.valid_to > $2) AND up.depth < 12)
         SELECT parent_id AS unit_id FROM up WHERE parent_id IS NOT NULL ORDER BY depth",
    )
    .bind::<SqlUuid, _>(unit.0)
    .bind::<Date, _>(day.to_diesel());
    let above: Vec<Above> = Cached(statement).load(db).await?;
    Ok(std::iter::once(unit).chain(above.into_iter().map(|row| UnitId(row.unit_id))).collect())
}
