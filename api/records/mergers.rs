//! Campaigns that became one: what is kept of it, and whose teams change sides.

use super::schema::{campaign_mergers, campaigns, teams};
use super::{Db, Result};
use crate::domain::ids::{AccountId, CampaignId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

/// A campaign that ended in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merger {
    /// The campaign that ended.
    pub source: CampaignId,
    /// Its title.
    pub title: String,
    /// The campaign that goes on.
    pub target: CampaignId,
    /// Announced visits of both before.
    pub visits_before: i32,
    /// Announced visits of the one after.
    pub visits_after: i32,
    /// When.
    pub merged_at: Timestamp,
}

/// Keeps that a campaign ended in another.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Merger, by: Option<AccountId>) -> Result<()> {
    diesel::insert_into(campaign_mergers::table)
        .values((
            campaign_mergers::source_id.eq(new.source.0),
            campaign_mergers::target_id.eq(new.target.0),
            campaign_mergers::visits_before.eq(new.visits_before),
            campaign_mergers::visits_after.eq(new.visits_after),
            campaign_mergers::merged_by.eq(by.map(|id| id.0)),
            campaign_mergers::merged_at.eq(new.merged_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// What ended in a campaign, first to last.
///
/// # Errors
/// The database's own.
pub async fn of_target(db: &mut Db, target: CampaignId) -> Result<Vec<Merger>> {
    let rows: Vec<(Uuid, String, i32, i32, jiff_diesel::Timestamp)> = campaign_mergers::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_mergers::source_id)))
        .filter(campaign_mergers::target_id.eq(target.0))
        .order((campaign_mergers::merged_at, campaign_mergers::source_id))
        .select((
            campaign_mergers::source_id,
            campaigns::title,
            campaign_mergers::visits_before,
            campaign_mergers::visits_after,
            campaign_mergers::merged_at,
        ))
        .load(db)
        .await?;
    let read = |(source, title, visits_before, visits_after, at): (_, _, _, _, jiff_diesel::Timestamp)| {
        let merged_at = at.into();
        Merger { source: CampaignId(source), title, target, visits_before, visits_after, merged_at }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Lets every team of a campaign go over to another.
///
/// # Errors
/// The database's own.
pub async fn move_teams(db: &mut Db, from: CampaignId, to: CampaignId) -> Result<()> {
    diesel::update(teams::table.filter(teams::campaign_id.eq(from.0)))
        .set((teams::campaign_id.eq(to.0), teams::version.eq(teams::version + 1)))
        .execute(db)
        .await?;
    Ok(())
}
