//! Totals that were made public, as rows.

use super::seek::{Bind, Sql};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, CampaignId, OwnerId, PublicationId, TemplateVersionId};
use crate::domain::publication::{Publication, Withdrawal};
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Date as Day, NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

/// Where a publication stands in the list: latest first, the id decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it was made.
    pub at: Timestamp,
    /// Which.
    pub id: PublicationId,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    campaign_id: Uuid,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = SqlDate)]
    as_of: Day,
    #[diesel(sql_type = Jsonb)]
    totals: Value,
    #[diesel(sql_type = SqlUuid)]
    published_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    published_at: Stamp,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    withdrawn_by: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    withdrawn_at: NullableTimestamp,
    #[diesel(sql_type = Nullable<Text>)]
    withdrawn_because: Option<String>,
}

impl TryFrom<Row> for Publication {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let at: Option<Timestamp> = row.withdrawn_at.into();
        let withdrawn = match (row.withdrawn_by, at, row.withdrawn_because) {
            (Some(by), Some(at), Some(because)) => Some(Withdrawal { because, by: AccountId(by), at }),
            _ => None,
        };
        Ok(Self {
            id: PublicationId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            title: row.title,
            as_of: row.as_of.into(),
            totals: serde_json::from_value(row.totals).map_err(Error::bad_row)?,
            by: AccountId(row.published_by),
            at: row.published_at.into(),
            withdrawn,
        })
    }
}

const ALL: &str = "SELECT id, owner_id, campaign_id, title, as_of, totals, published_by, published_at, withdrawn_by, \
    withdrawn_at, withdrawn_because FROM publications";

/// One publication, taken back or not.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: PublicationId) -> Result<Option<Publication>> {
    one(db, id, "").await
}

/// One publication, held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: PublicationId) -> Result<Option<Publication>> {
    one(db, id, " FOR UPDATE").await
}

async fn one(db: &mut Db, id: PublicationId, how: &str) -> Result<Option<Publication>> {
    let mut sql = Sql::default();
    sql.text(ALL).text(" WHERE id = ").bind(Bind::Id(id.0)).text(how);
    let rows: Vec<Row> = sql.query().load(db).await?;
    rows.into_iter().next().map(Publication::try_from).transpose()
}

/// A page of those that stand, of one owner or of all, latest first.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    owner: Option<OwnerId>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Publication>> {
    let mut sql = Sql::default();
    sql.text(ALL).text(" WHERE withdrawn_at IS NULL");
    if let Some(owner) = owner {
        sql.text(" AND owner_id = ").bind(Bind::Id(owner.0));
    }
    if let Some(after) = after {
        // The first term lets the index seek; the rest alone would filter.
        sql.text(" AND published_at <= ").bind(Bind::Time(after.at));
        sql.text(" AND (published_at < ").bind(Bind::Time(after.at));
        sql.text(" OR id < ").bind(Bind::Id(after.id.0)).text(")");
    }
    sql.text(" ORDER BY published_at DESC, id DESC LIMIT ").bind(Bind::Number(limit));
    let rows: Vec<Row> = sql.query().load(db).await?;
    rows.into_iter().map(Publication::try_from).collect()
}

/// Enters one.
///
/// # Errors
/// Constraint `publications_standing` where one of the campaign stands already.
pub async fn keep(db: &mut Db, new: &Publication) -> Result<()> {
    let totals = serde_json::to_value(&new.totals).map_err(|why| Error::Fault(why.to_string()))?;
    diesel::sql_query(
        "INSERT INTO publications (id, owner_id, campaign_id, title, as_of, totals, published_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<SqlUuid, _>(new.id.0)
    .bind::<SqlUuid, _>(new.owner.0)
    .bind::<SqlUuid, _>(new.campaign.0)
    .bind::<Text, _>(&new.title)
    .bind::<SqlDate, _>(new.as_of.to_diesel())
    .bind::<Jsonb, _>(totals)
    .bind::<SqlUuid, _>(new.by.0)
    .bind::<Timestamptz, _>(new.at.to_diesel())
    .execute(db)
    .await?;
    Ok(())
}

/// Writes that one was taken back.
///
/// # Errors
/// The database's own.
pub async fn withdraw(db: &mut Db, id: PublicationId, of: &Withdrawal) -> Result<()> {
    diesel::sql_query(
        "UPDATE publications SET withdrawn_by = $2, withdrawn_at = $3, withdrawn_because = $4 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(of.by.0)
    .bind::<Timestamptz, _>(of.at.to_diesel())
    .bind::<Text, _>(&of.because)
    .execute(db)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = SqlUuid)]
    template_version_id: Uuid,
}

/// Which checklists were used at the visits of a campaign that were handed in.
///
/// # Errors
/// The database's own.
pub async fn checklists(db: &mut Db, campaign: CampaignId) -> Result<Vec<TemplateVersionId>> {
    let rows: Vec<Version> = diesel::sql_query(
        "SELECT DISTINCT t.template_version_id FROM visits v JOIN visit_templates t ON t.visit_id = v.id
         WHERE v.campaign_id = $1 AND v.submitted_at IS NOT NULL ORDER BY t.template_version_id",
    )
    .bind::<SqlUuid, _>(campaign.0)
    .load(db)
    .await?;
    Ok(rows.into_iter().map(|row| TemplateVersionId(row.template_version_id)).collect())
}
