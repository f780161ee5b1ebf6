//! Visits by unit, kind and round.

use super::{Eyes, begin};
use crate::domain::coverage::Made;
use crate::domain::ids::{CampaignId, OwnerId, RoundId, UnitId};
use crate::domain::visit::Kind;
use crate::records::visits::visible::Wanted;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// Visits of one campaign, in a round of it or in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfRound {
    /// Whose campaign.
    pub owner: OwnerId,
    /// Which campaign.
    pub campaign: CampaignId,
    /// Which round, if any.
    pub round: Option<RoundId>,
    /// How many.
    pub visits: u32,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    campaign_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    round_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    visits: i64,
}

/// The visits that count: by unit and kind, and by campaign and round.
///
/// # Errors
/// The database's own.
pub async fn tally(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<(Vec<Made>, Vec<OfRound>)> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok((Vec::new(), Vec::new())) };
    sql.text(" SELECT unit_id, kind, owner_id, campaign_id, round_id, count(*) AS visits FROM seen ")
        .text("GROUP BY GROUPING SETS ((unit_id, kind), (owner_id, campaign_id, round_id))");
    let rows: Vec<Row> = sql.query().load(db).await?;
    let (mut made, mut rounds) = (Vec::new(), Vec::new());
    for row in rows {
        let visits = u32::try_from(row.visits).map_err(Error::bad_row)?;
        match (row.unit_id, row.kind, row.owner_id, row.campaign_id) {
            (Some(unit), Some(kind), ..) => {
                let kind = Kind::parse(&kind).ok_or_else(|| Error::bad_row(&kind))?;
                made.push(Made { unit: UnitId(unit), kind, visits });
            }
            (_, _, Some(owner), Some(campaign)) => rounds.push(OfRound {
                owner: OwnerId(owner),
                campaign: CampaignId(campaign),
                round: row.round_id.map(RoundId),
                visits,
            }),
            _ => {}
        }
    }
    Ok((made, rounds))
}
