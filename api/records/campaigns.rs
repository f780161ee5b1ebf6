//! Campaigns and their documents.

use super::schema::{campaign_documents, campaigns};
use super::{Db, Error, Result, teams};
use crate::domain::actor::Actor;
use crate::domain::campaign::{
    Campaign, CampaignKind, CampaignState, Document, DocumentKind, DocumentNumber,
};
use crate::domain::ids::{AccountId, CampaignId, DocumentId, OwnerId};
use crate::domain::permission::{Deed, Subject, reach, seated};
use crate::domain::text::alike;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = campaigns)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    title: String,
    kind: String,
    topics: Vec<String>,
    #[diesel(deserialize_as = NullableDate)]
    period_from: Option<Date>,
    #[diesel(deserialize_as = NullableDate)]
    period_to: Option<Date>,
    goals: Vec<String>,
    year_from: Option<i16>,
    year_to: Option<i16>,
    #[diesel(deserialize_as = NullableDate)]
    review_from: Option<Date>,
    #[diesel(deserialize_as = NullableDate)]
    review_to: Option<Date>,
    merged_into_id: Option<Uuid>,
    state: String,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl TryFrom<Row> for Campaign {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: CampaignId(row.id),
            owner: OwnerId(row.owner_id),
            title: row.title,
            kind: CampaignKind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
            topics: row.topics,
            period_from: row.period_from,
            period_to: row.period_to,
            goals: row.goals,
            year_from: row.year_from,
            year_to: row.year_to,
            review_from: row.review_from,
            review_to: row.review_to,
            merged_into: row.merged_into_id.map(CampaignId),
            state: CampaignState::parse(&row.state).ok_or_else(|| Error::bad_row(&row.state))?,
            plan_date: None,
            decision_date: None,
            notice_date: None,
            version: row.version,
            created_at: row.created_at,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = campaign_documents)]
struct DocumentRow {
    id: Uuid,
    kind: String,
    number_text: String,
    number: i32,
    symbol: String,
    issuer: String,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    issued_on: Date,
    title: String,
}

impl TryFrom<DocumentRow> for Document {
    type Error = Error;
    fn try_from(row: DocumentRow) -> Result<Self> {
        Ok(Self {
            id: DocumentId(row.id),
            kind: DocumentKind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
            number: DocumentNumber { written: row.number_text, number: row.number, symbol: row.symbol },
            issuer: row.issuer,
            issued_on: row.issued_on,
            title: row.title,
        })
    }
}

/// Which campaigns somebody may see.
#[derive(Clone, Debug, Default)]
pub struct Within {
    /// Every one.
    pub all: bool,
    /// Those of these owners.
    pub owners: Vec<OwnerId>,
    /// And these, whatever their owner.
    pub campaigns: Vec<CampaignId>,
}

impl Within {
    /// Whether a campaign of this owner is among them.
    #[must_use]
    pub fn holds(&self, owner: OwnerId, campaign: CampaignId) -> bool {
        self.all || self.owners.contains(&owner) || self.campaigns.contains(&campaign)
    }

    /// What an actor may read.
    ///
    /// # Errors
    /// The database's own.
    pub async fn of(db: &mut Db, actor: &Actor) -> Result<Self> {
        let reach = reach(actor, Deed::ReadCampaign);
        let mut within = Self::default();
        for slice in reach.owners.iter().filter(|slice| slice.unit.is_none()) {
            match (slice.owner, slice.campaign) {
                (_, Some(campaign)) => within.campaigns.push(campaign),
                (None, None) => within.all = true,
                (Some(owner), None) => within.owners.push(owner),
            }
        }
        within.campaigns.extend(of_own_teams(db, actor).await?);
        Ok(within)
    }
}

/// Campaigns of teams on which the actor sits, as far as the seat counts.
///
/// # Errors
/// The database's own.
pub async fn of_own_teams(db: &mut Db, actor: &Actor) -> Result<Vec<CampaignId>> {
    let Some(account) = actor.account() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (campaign, owner, seat) in teams::seats(db, account).await? {
        let of = Subject { owner: Some(owner), campaign: Some(campaign), ..Subject::default() };
        if seated(actor, seat, &of) && !found.contains(&campaign) {
            found.push(campaign);
        }
    }
    Ok(found)
}

/// Which campaigns are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of those somebody may see.
    pub within: Within,
    /// Of this owner.
    pub owner: Option<OwnerId>,
    /// In this state.
    pub state: Option<CampaignState>,
}

/// Which of these campaigns were neither given up nor joined with another.
///
/// # Errors
/// The database's own.
pub async fn still_meant(db: &mut Db, of: &[CampaignId]) -> Result<Vec<CampaignId>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let gone = [CampaignState::Cancelled, CampaignState::MergedInto].map(CampaignState::as_str);
    let rows: Vec<Uuid> = campaigns::table
        .filter(campaigns::id.eq_any(ids).and(campaigns::state.ne_all(gone)))
        .select(campaigns::id)
        .load(db)
        .await?;
    Ok(rows.into_iter().map(CampaignId).collect())
}

/// The titles of these campaigns.
///
/// # Errors
/// The database's own.
pub async fn titles(db: &mut Db, of: &[CampaignId]) -> Result<HashMap<CampaignId, String>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String)> = campaigns::table
        .filter(campaigns::id.eq_any(ids))
        .select((campaigns::id, campaigns::title))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|(id, title)| (CampaignId(id), title)).collect())
}

/// Most campaigns that one search by title looks at the visits of.
const MOST_ENTITLED: i64 = 500;

/// The campaigns within reach whose title, folded, is like a pattern; the latest 500.
///
/// # Errors
/// The database's own.
pub async fn entitled(db: &mut Db, within: &Within, pattern: &str) -> Result<Vec<CampaignId>> {
    let mut query = campaigns::table
        .filter(sql::<Bool>("folded(title) LIKE ").bind::<Text, _>(pattern))
        .order((campaigns::created_at.desc(), campaigns::id.desc()))
        .limit(MOST_ENTITLED)
        .select(campaigns::id)
        .into_boxed();
    if !within.all {
        let owners: Vec<Uuid> = within.owners.iter().map(|id| id.0).collect();
        let ids: Vec<Uuid> = within.campaigns.iter().map(|id| id.0).collect();
        query = query.filter(campaigns::owner_id.eq_any(owners).or(campaigns::id.eq_any(ids)));
    }
    let ids: Vec<Uuid> = query.load(db).await?;
    Ok(ids.into_iter().map(CampaignId).collect())
}

/// One campaign.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: CampaignId) -> Result<Option<Campaign>> {
    let row: Option<Row> = campaigns::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    with_dates(db, row.into_iter().collect()).await.map(|found| found.into_iter().next())
}

/// One campaign, held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: CampaignId) -> Result<Option<Campaign>> {
    let row: Option<Row> =
        campaigns::table.find(id.0).for_update().select(Row::as_select()).first(db).await.optional()?;
    with_dates(db, row.into_iter().collect()).await.map(|found| found.into_iter().next())
}

/// One campaign, whose state nobody changes before the transaction ends; others may read it so too.
///
/// # Errors
/// The database's own.
pub async fn find_settled(db: &mut Db, id: CampaignId) -> Result<Option<Campaign>> {
    let row: Option<Row> =
        campaigns::table.find(id.0).for_share().select(Row::as_select()).first(db).await.optional()?;
    with_dates(db, row.into_iter().collect()).await.map(|found| found.into_iter().next())
}

async fn with_dates(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Campaign>> {
    use diesel::dsl::min;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let dates: Vec<(Uuid, String, NullableDate)> = campaign_documents::table
        .filter(campaign_documents::campaign_id.eq_any(ids))
        .group_by((campaign_documents::campaign_id, campaign_documents::kind))
        .select((
            campaign_documents::campaign_id,
            campaign_documents::kind,
            min(campaign_documents::issued_on),
        ))
        .load(db)
        .await?;
    let dates: HashMap<(Uuid, String), Option<Date>> =
        dates.into_iter().map(|(id, kind, date)| ((id, kind), date.to_jiff())).collect();
    let first =
        |id: CampaignId, kind: DocumentKind| dates.get(&(id.0, kind.as_str().to_owned())).copied().flatten();
    let read = |row: Row| {
        let mut campaign = Campaign::try_from(row)?;
        campaign.plan_date = first(campaign.id, DocumentKind::Plan);
        campaign.decision_date = first(campaign.id, DocumentKind::Decision);
        campaign.notice_date = first(campaign.id, DocumentKind::Notice);
        Ok(campaign)
    };
    rows.into_iter().map(read).collect()
}

/// One page of campaigns, latest first, along `campaigns_by_owner`.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    wanted: &Wanted,
    after: Option<(Timestamp, CampaignId)>,
    limit: i64,
) -> Result<Vec<Campaign>> {
    let mut query = campaigns::table
        .select(Row::as_select())
        .order((campaigns::created_at.desc(), campaigns::id.desc()))
        .limit(limit)
        .into_boxed();
    if !wanted.within.all {
        let owners: Vec<Uuid> = wanted.within.owners.iter().map(|id| id.0).collect();
        let ids: Vec<Uuid> = wanted.within.campaigns.iter().map(|id| id.0).collect();
        query = query.filter(campaigns::owner_id.eq_any(owners).or(campaigns::id.eq_any(ids)));
    }
    if let Some(owner) = wanted.owner {
        query = query.filter(campaigns::owner_id.eq(owner.0));
    }
    if let Some(state) = wanted.state {
        query = query.filter(campaigns::state.eq(state.as_str()));
    }
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        query = query.filter(campaigns::created_at.le(at)).filter(
            campaigns::created_at.lt(at).or(campaigns::created_at.eq(at).and(campaigns::id.lt(id.0))),
        );
    }
    let rows = query.load(db).await?;
    with_dates(db, rows).await
}

/// Enters a campaign.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Campaign, by: Option<AccountId>) -> Result<()> {
    diesel::insert_into(campaigns::table)
        .values((
            campaigns::id.eq(new.id.0),
            campaigns::owner_id.eq(new.owner.0),
            campaigns::title.eq(&new.title),
            campaigns::kind.eq(new.kind.as_str()),
            campaigns::topics.eq(&new.topics),
            campaigns::period_from.eq(new.period_from.to_diesel()),
            campaigns::period_to.eq(new.period_to.to_diesel()),
            campaigns::goals.eq(&new.goals),
            campaigns::year_from.eq(new.year_from),
            campaigns::year_to.eq(new.year_to),
            campaigns::review_from.eq(new.review_from.to_diesel()),
            campaigns::review_to.eq(new.review_to.to_diesel()),
            campaigns::state.eq(new.state.as_str()),
            campaigns::version.eq(new.version),
            campaigns::created_by.eq(by.map(|id| id.0)),
            campaigns::created_at.eq(new.created_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Writes what may change of a campaign anew under the next version; the campaign must be held.
///
/// # Errors
/// The database's own.
pub async fn change(db: &mut Db, campaign: &Campaign) -> Result<i32> {
    let version = diesel::update(campaigns::table.find(campaign.id.0))
        .set((
            campaigns::title.eq(&campaign.title),
            campaigns::topics.eq(&campaign.topics),
            campaigns::period_from.eq(campaign.period_from.to_diesel()),
            campaigns::period_to.eq(campaign.period_to.to_diesel()),
            campaigns::goals.eq(&campaign.goals),
            campaigns::year_from.eq(campaign.year_from),
            campaigns::year_to.eq(campaign.year_to),
            campaigns::review_from.eq(campaign.review_from.to_diesel()),
            campaigns::review_to.eq(campaign.review_to.to_diesel()),
            campaigns::merged_into_id.eq(campaign.merged_into.map(|id| id.0)),
            campaigns::state.eq(campaign.state.as_str()),
            campaigns::version.eq(campaigns::version + 1),
        ))
        .returning(campaigns::version)
        .get_result(db)
        .await?;
    Ok(version)
}

/// Every document of a campaign, oldest first.
///
/// # Errors
/// The database's own.
pub async fn documents(db: &mut Db, id: CampaignId) -> Result<Vec<Document>> {
    let rows: Vec<DocumentRow> = campaign_documents::table
        .filter(campaign_documents::campaign_id.eq(id.0))
        .order((
            campaign_documents::issued_on.asc(),
            campaign_documents::number.asc(),
            campaign_documents::id.asc(),
        ))
        .select(DocumentRow::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(Document::try_from).collect()
}

/// Whether a paper of this owner has this number of this issuer in this year.
///
/// # Errors
/// The database's own.
pub async fn number_taken(
    db: &mut Db,
    (owner, issuer): (OwnerId, &str),
    on: Date,
    number: i32,
    symbol: &str,
) -> Result<bool> {
    let issuers: Vec<String> = campaign_documents::table
        .filter(
            campaign_documents::owner_id.eq(owner.0).and(campaign_documents::year.eq(i32::from(on.year()))),
        )
        .filter(campaign_documents::number.eq(number).and(campaign_documents::symbol.eq(symbol)))
        .select(campaign_documents::issuer)
        .load(db)
        .await?;
    Ok(issuers.iter().any(|other| alike(other) == alike(issuer)))
}

/// Takes a document out.
///
/// # Errors
/// A constraint of what refers to it.
pub async fn remove_document(db: &mut Db, id: DocumentId) -> Result<()> {
    diesel::delete(campaign_documents::table.find(id.0)).execute(db).await?;
    Ok(())
}

/// Enters a document of a campaign.
///
/// # Errors
/// Constraint `campaign_documents_number_of_owner` for a number of this issuer and year that the owner has entered.
pub async fn keep_document(
    db: &mut Db,
    of: &Campaign,
    new: &Document,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(campaign_documents::table)
        .values((
            campaign_documents::id.eq(new.id.0),
            campaign_documents::campaign_id.eq(of.id.0),
            campaign_documents::owner_id.eq(of.owner.0),
            campaign_documents::kind.eq(new.kind.as_str()),
            campaign_documents::number_text.eq(&new.number.written),
            campaign_documents::number.eq(new.number.number),
            campaign_documents::symbol.eq(&new.number.symbol),
            campaign_documents::issuer.eq(&new.issuer),
            campaign_documents::issued_on.eq(new.issued_on.to_diesel()),
            campaign_documents::year.eq(i32::from(new.issued_on.year())),
            campaign_documents::title.eq(&new.title),
            campaign_documents::created_by.eq(by.map(|id| id.0)),
            campaign_documents::created_at.eq(now.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}
