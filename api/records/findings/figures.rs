//! Figures of a campaign's findings, counted where they lie.

use crate::domain::finding::State;
use crate::domain::ids::{CampaignId, UnitId};
use crate::records::{Db, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// Findings of a campaign, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Confirmed at some time: neither candidates, nor dismissed, nor lapsed.
    #[diesel(sql_type = BigInt)]
    pub confirmed: i64,
    /// Those that are open.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// Waiting for the lead.
    #[diesel(sql_type = BigInt)]
    pub candidates: i64,
    /// Critical among the confirmed.
    #[diesel(sql_type = BigInt)]
    pub critical: i64,
    /// Withdrawn after an explanation.
    #[diesel(sql_type = BigInt)]
    pub withdrawn: i64,
    /// Open ones without any action or reason for none.
    #[diesel(sql_type = BigInt)]
    pub without_action: i64,
    /// Confirmed strengths.
    #[diesel(sql_type = BigInt)]
    pub strengths: i64,
}

/// Counts a campaign's findings.
///
/// # Errors
/// The database's own.
pub async fn counts(db: &mut Db, campaign: CampaignId) -> Result<Counts> {
    let words = "SELECT
        count(*) FILTER (WHERE kind = 'finding' AND state = ANY($3)) AS confirmed,
        count(*) FILTER (WHERE kind = 'finding' AND state = ANY($2)) AS open,
        count(*) FILTER (WHERE kind = 'finding' AND state = 'candidate') AS candidates,
        count(*) FILTER (WHERE kind = 'finding' AND critical AND state = ANY($3)) AS critical,
        count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn,
        count(*) FILTER (WHERE kind = 'finding' AND state = ANY($2) AND story ->> 'no_action_because' IS NULL
            AND NOT EXISTS (SELECT 1 FROM action_findings l JOIN actions a ON a.id = l.action_id
                WHERE l.finding_id = f.id AND a.state NOT IN ('verified_done', 'cancelled'))) AS without_action,
        count(*) FILTER (WHERE kind = 'strength' AND state = 'confirmed') AS strengths
        FROM findings f WHERE campaign_id = $1";
    Ok(diesel::sql_query(words)
        .bind::<SqlUuid, _>(campaign.0)
        .bind::<Array<Text>, _>(State::open())
        .bind::<Array<Text>, _>(State::once_confirmed())
        .get_result(db)
        .await?)
}

/// What re-inspections saw of one item's findings.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Again {
    /// The item; `None` for all free findings together.
    #[diesel(sql_type = Nullable<Text>)]
    pub item: Option<String>,
    /// Looked at again.
    #[diesel(sql_type = BigInt)]
    pub looked_at: i64,
    /// Gone.
    #[diesel(sql_type = BigInt)]
    pub fixed: i64,
    /// Better.
    #[diesel(sql_type = BigInt)]
    pub partly_fixed: i64,
    /// As before.
    #[diesel(sql_type = BigInt)]
    pub repeated: i64,
    /// The question does not arise any more.
    #[diesel(sql_type = BigInt)]
    pub no_longer_applicable: i64,
}

/// What re-inspections saw, by item: most often repeated first, then by code, so that the order is always the same.
///
/// # Errors
/// The database's own.
pub async fn again(db: &mut Db, campaign: CampaignId) -> Result<Vec<Again>> {
    let words = "SELECT item_code AS item, count(*) AS looked_at,
        count(*) FILTER (WHERE seen = 'fixed') AS fixed,
        count(*) FILTER (WHERE seen = 'partly_fixed') AS partly_fixed,
        count(*) FILTER (WHERE seen = 'not_fixed') AS repeated,
        count(*) FILTER (WHERE seen = 'no_longer_applicable') AS no_longer_applicable
        FROM (SELECT item_code, story #>> '{re_inspection,outcome}' AS seen FROM findings
            WHERE campaign_id = $1 AND kind = 'finding') AS f
        WHERE seen IS NOT NULL GROUP BY item_code
        ORDER BY count(*) FILTER (WHERE seen = 'not_fixed')::numeric / count(*) DESC, item_code COLLATE \"C\"";
    Ok(diesel::sql_query(words).bind::<SqlUuid, _>(campaign.0).load(db).await?)
}

#[derive(QueryableByName)]
struct New {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many confirmed findings re-inspections made that repeat none and were not withdrawn.
///
/// # Errors
/// The database's own.
pub async fn new_at_re_inspection(db: &mut Db, campaign: CampaignId) -> Result<i64> {
    let words = "SELECT count(*) AS number FROM findings f JOIN visits v ON v.id = f.visit_id
        WHERE f.campaign_id = $1 AND v.kind = 're_inspection' AND f.kind = 'finding' AND f.repeat_of IS NULL
          AND f.state = ANY($2)";
    let new: New = diesel::sql_query(words)
        .bind::<SqlUuid, _>(campaign.0)
        .bind::<Array<Text>, _>(State::standing())
        .get_result(db)
        .await?;
    Ok(new.number)
}

/// Confirmed findings of one cause.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct OfCause {
    /// The cause.
    #[diesel(sql_type = Text)]
    pub cause: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub findings: i64,
}

/// Findings that stand, by cause, most first; at most 100 causes.
///
/// # Errors
/// The database's own.
pub async fn causes(db: &mut Db, campaign: CampaignId) -> Result<Vec<OfCause>> {
    let words = "SELECT root_cause AS cause, count(*) AS findings FROM findings
        WHERE campaign_id = $1 AND kind = 'finding' AND root_cause IS NOT NULL
          AND state = ANY($2)
        GROUP BY root_cause ORDER BY count(*) DESC, vietnamese_order(root_cause) COLLATE \"C\", root_cause COLLATE \"C\" LIMIT 100";
    Ok(diesel::sql_query(words)
        .bind::<SqlUuid, _>(campaign.0)
        .bind::<Array<Text>, _>(State::standing())
        .load(db)
        .await?)
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SqlUuid)]
    unit: Uuid,
}

/// At which of these units a campaign was, or below, with both sides done with the minutes.
///
/// # Errors
/// The database's own.
pub async fn was_at(db: &mut Db, campaign: CampaignId, units: &[UnitId]) -> Result<Vec<UnitId>> {
    let ids: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let words = "SELECT wanted.unit FROM unnest($2) AS wanted (unit)
        WHERE EXISTS (SELECT 1 FROM visits v JOIN visit_units u ON u.visit_id = v.id
            WHERE v.campaign_id = $1 AND u.unit_id = wanted.unit AND v.minutes ->> 'signed_at' IS NOT NULL)";
    let found: Vec<Place> = diesel::sql_query(words)
        .bind::<SqlUuid, _>(campaign.0)
        .bind::<Array<SqlUuid>, _>(ids)
        .load(db)
        .await?;
    Ok(found.into_iter().map(|row| UnitId(row.unit)).collect())
}
