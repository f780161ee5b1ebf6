//! Recommendations and their addressees as rows.

use super::schema::{recommendation_addressees, recommendations};
use super::{Db, Result};
use crate::domain::ids::{AccountId, CampaignId, OwnerId, RecommendationId, UnitId, VisitId};
use crate::domain::recommendation::{Addressee, Recommendation};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = recommendations)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    visit_id: Uuid,
    text: String,
    entered_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    entered_at: Timestamp,
}

/// Every recommendation of a visit, oldest first.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Recommendation>> {
    let rows: Vec<Row> = recommendations::table
        .filter(recommendations::visit_id.eq(visit.0))
        .order((recommendations::entered_at, recommendations::id))
        .select(Row::as_select())
        .load(db)
        .await?;
    whole(db, rows).await
}

/// Recommendations by their ids, in no order.
///
/// # Errors
/// The database's own.
pub async fn load(db: &mut Db, ids: &[RecommendationId]) -> Result<Vec<Recommendation>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = recommendations::table
        .filter(recommendations::id.eq_any(ids))
        .select(Row::as_select())
        .load(db)
        .await?;
    whole(db, rows).await
}

/// Where a recommendation stands in a list: latest first, the id decides between equals.
pub type Place = (Timestamp, Uuid);

/// One page of what an owner's teams recommend to a unit, latest first: once both sides are done with the minutes that
/// print it.
///
/// # Errors
/// The database's own.
pub async fn addressed_to(
    db: &mut Db,
    (owner, unit): (OwnerId, UnitId),
    after: Option<Place>,
    limit: u8,
) -> Result<Vec<Recommendation>> {
    let to = recommendation_addressees::table
        .filter(recommendation_addressees::unit_id.eq(unit.0))
        .select(recommendation_addressees::recommendation_id);
    let signed = "EXISTS (SELECT 1 FROM visits v WHERE v.id = recommendations.visit_id
        AND v.minutes ->> 'signed_at' IS NOT NULL)";
    let mut rows = recommendations::table
        .filter(recommendations::id.eq_any(to))
        .filter(recommendations::owner_id.eq(owner.0))
        .filter(sql::<Bool>(signed))
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        rows = rows
            .filter(recommendations::entered_at.le(at))
            .filter(recommendations::entered_at.lt(at).or(recommendations::id.lt(id)));
    }
    let rows = rows
        .order((recommendations::entered_at.desc(), recommendations::id.desc()))
        .limit(limit.into())
        .load(db)
        .await?;
    whole(db, rows).await
}

async fn whole(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Recommendation>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let addressed: Vec<(Uuid, Uuid, String)> = recommendation_addressees::table
        .filter(recommendation_addressees::recommendation_id.eq_any(ids))
        .order((recommendation_addressees::unit_path, recommendation_addressees::unit_id))
        .select((
            recommendation_addressees::recommendation_id,
            recommendation_addressees::unit_id,
            recommendation_addressees::unit_path,
        ))
        .load(db)
        .await?;
    let to = |id: Uuid| {
        let own = addressed.iter().filter(|(of, ..)| *of == id);
        own.map(|(_, unit, path)| Addressee { unit: UnitId(*unit), path: path.clone() }).collect()
    };
    let read = |row: Row| Recommendation {
        id: RecommendationId(row.id),
        owner: OwnerId(row.owner_id),
        campaign: CampaignId(row.campaign_id),
        visit: VisitId(row.visit_id),
        text: row.text,
        addressees: to(row.id),
        by: AccountId(row.entered_by),
        at: row.entered_at,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Enters one.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Recommendation) -> Result<()> {
    diesel::insert_into(recommendations::table)
        .values((
            recommendations::id.eq(new.id.0),
            recommendations::owner_id.eq(new.owner.0),
            recommendations::campaign_id.eq(new.campaign.0),
            recommendations::visit_id.eq(new.visit.0),
            recommendations::text.eq(&new.text),
            recommendations::entered_by.eq(new.by.0),
            recommendations::entered_at.eq(new.at.to_diesel()),
        ))
        .execute(db)
        .await?;
    let to: Vec<_> = new
        .addressees
        .iter()
        .map(|one| {
            (
                recommendation_addressees::recommendation_id.eq(new.id.0),
                recommendation_addressees::unit_id.eq(one.unit.0),
                recommendation_addressees::unit_path.eq(one.path.clone()),
            )
        })
        .collect();
    diesel::insert_into(recommendation_addressees::table).values(to).execute(db).await?;
    Ok(())
}
