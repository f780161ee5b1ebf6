//! Random draws of sites.

use super::schema::draws;
use super::{Db, Error, Result};
use crate::domain::draw::{Drawn, Stratum};
use crate::domain::ids::{AccountId, CampaignId, DrawId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, ToDiesel};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// A draw as it is kept: the seed is here from the beginning, the result once it is revealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Its id.
    pub id: DrawId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// What it is about.
    pub title: String,
    /// Among what.
    pub strata: Vec<Stratum>,
    /// The seed.
    pub seed: [u8; 32],
    /// What bound it.
    pub commitment: String,
    /// What bound the strata.
    pub frame: String,
    /// What was drawn; nothing before it is revealed.
    pub drawn: Vec<Drawn>,
    /// When it was committed.
    pub made_at: Timestamp,
    /// When the seed was opened and the sites drawn, for whoever may draw.
    pub revealed_at: Option<Timestamp>,
    /// When seed and result were told to everybody.
    pub told_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = draws)]
struct Row {
    id: Uuid,
    campaign_id: Uuid,
    title: String,
    strata: Value,
    seed: Vec<u8>,
    commitment: String,
    frame_sha256: String,
    drawn: Value,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    made_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    revealed_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableTimestamp)]
    told_at: Option<Timestamp>,
}

impl TryFrom<Row> for Draw {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: DrawId(row.id),
            campaign: CampaignId(row.campaign_id),
            title: row.title,
            strata: serde_json::from_value(row.strata).map_err(Error::bad_row)?,
            seed: row.seed.try_into().map_err(|_| Error::bad_row("a seed that is not 32 bytes long"))?,
            commitment: row.commitment,
            frame: row.frame_sha256,
            drawn: serde_json::from_value(row.drawn).map_err(Error::bad_row)?,
            made_at: row.made_at,
            revealed_at: row.revealed_at,
            told_at: row.told_at,
        })
    }
}

/// One draw of a campaign.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, campaign: CampaignId, id: DrawId) -> Result<Option<Draw>> {
    let row: Option<Row> = draws::table
        .find(id.0)
        .filter(draws::campaign_id.eq(campaign.0))
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Draw::try_from).transpose()
}

/// One draw of a campaign, held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, campaign: CampaignId, id: DrawId) -> Result<Option<Draw>> {
    let row: Option<Row> = draws::table
        .find(id.0)
        .filter(draws::campaign_id.eq(campaign.0))
        .for_update()
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Draw::try_from).transpose()
}

/// One page of the draws of a campaign, first to last, along `draws_by_campaign`.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    campaign: CampaignId,
    after: Option<(Timestamp, DrawId)>,
    limit: i64,
) -> Result<Vec<Draw>> {
    let mut query = draws::table
        .filter(draws::campaign_id.eq(campaign.0))
        .order((draws::made_at, draws::id))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        // The first term lets the index seek; the rest alone would filter.
        query = query
            .filter(draws::made_at.ge(at))
            .filter(draws::made_at.gt(at).or(draws::made_at.eq(at).and(draws::id.gt(id.0))));
    }
    let rows: Vec<Row> = query.load(db).await?;
    rows.into_iter().map(Draw::try_from).collect()
}

fn json<T: Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(|why| Error::Fault(why.to_string()))
}

/// Enters a draw that is committed: nothing is drawn yet.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Draw, by: Option<AccountId>) -> Result<()> {
    diesel::insert_into(draws::table)
        .values((
            draws::id.eq(new.id.0),
            draws::campaign_id.eq(new.campaign.0),
            draws::title.eq(&new.title),
            draws::strata.eq(json(&new.strata)?),
            draws::seed.eq(new.seed.as_slice()),
            draws::commitment.eq(&new.commitment),
            draws::frame_sha256.eq(&new.frame),
            draws::drawn.eq(json(&new.drawn)?),
            draws::made_by.eq(by.map(|id| id.0)),
            draws::made_at.eq(new.made_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Writes down what was drawn; the first time stands.
///
/// # Errors
/// The database's own.
pub async fn reveal(db: &mut Db, id: DrawId, drawn: &[Drawn], at: Timestamp) -> Result<()> {
    diesel::update(draws::table.find(id.0).filter(draws::revealed_at.is_null()))
        .set((draws::drawn.eq(json(&drawn)?), draws::revealed_at.eq(Some(at).to_diesel())))
        .execute(db)
        .await?;
    Ok(())
}

/// Marks a draw as told; the first time stands.
///
/// # Errors
/// The database's own.
pub async fn tell(db: &mut Db, id: DrawId, at: Timestamp) -> Result<()> {
    diesel::update(draws::table.find(id.0).filter(draws::told_at.is_null()))
        .set(draws::told_at.eq(Some(at).to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}
