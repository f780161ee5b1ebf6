//! Lists of notices.

use crate::domain::actor::Actor;
use crate::domain::ids::{CampaignId, NoticeId, OwnerId, UnitId};
use crate::domain::notice::{Corrected, Form, State, Summary};
use crate::domain::permission::{Deed, Slice, reach};
use crate::records::seek::{Bind, Sql, one_of};
use crate::records::{Db, Error, Result, campaigns};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, Date as SqlDate, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableDate, NullableTimestamp, Timestamp as Stamp};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Where a notice stands in a list: latest begun first, the id decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it was begun.
    pub at: Timestamp,
    /// Which.
    pub id: NoticeId,
}

/// Which notices are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this owner.
    pub owner: Option<OwnerId>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// To this unit or one below it.
    pub unit: Option<UnitId>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Behind this place.
    pub after: Option<Place>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: Stamp,
}

#[derive(QueryableByName)]
struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    campaign_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    corrects_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    corrects_called: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    form: String,
    #[diesel(sql_type = Nullable<Integer>)]
    number: Option<i32>,
    #[diesel(sql_type = Jsonb)]
    symbol: Value,
    #[diesel(sql_type = Nullable<SqlDate>)]
    signed_on: NullableDate,
    #[diesel(sql_type = Text)]
    issuer: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Integer)]
    visits: i32,
    #[diesel(sql_type = Timestamptz)]
    drafted_at: Stamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    issued_at: NullableTimestamp,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl TryFrom<SummaryRow> for Summary {
    type Error = Error;
    fn try_from(row: SummaryRow) -> Result<Self> {
        let corrects = row.corrects_id.zip(row.corrects_called);
        Ok(Self {
            id: NoticeId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            corrects: corrects.map(|(id, called)| Corrected { notice: NoticeId(id), called }),
            state: State::parse(&row.state).ok_or_else(|| Error::bad_row(&row.state))?,
            form: Form::parse(&row.form).ok_or_else(|| Error::bad_row(&row.form))?,
            number: row.number,
            symbol: serde_json::from_value(row.symbol).map_err(Error::bad_row)?,
            signed_on: row.signed_on.into(),
            issuer: row.issuer,
            title: row.title,
            visits: usize::try_from(row.visits).map_err(Error::bad_row)?,
            drafted_at: row.drafted_at.into(),
            issued_at: row.issued_at.into(),
            version: row.version,
        })
    }
}

/// What a list tells of these notices, in the order given: papers, texts and rows of figures stay where they are.
///
/// # Errors
/// The database's own.
pub async fn summaries(db: &mut Db, ids: &[NoticeId]) -> Result<Vec<Summary>> {
    let words = "SELECT id, owner_id, campaign_id, corrects_id, corrects_called, state, content ->> 'form' AS form, number,
            content -> 'symbol' AS symbol, signed_on, content ->> 'issuer' AS issuer, content ->> 'title' AS title,
            cardinality(visit_ids) AS visits, drafted_at, issued_at, version
        FROM notices WHERE id = ANY ($1)";
    let keys: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<SummaryRow> = diesel::sql_query(words).bind::<Array<SqlUuid>, _>(keys).load(db).await?;
    let mut found: HashMap<NoticeId, Summary> = HashMap::new();
    for row in rows {
        found.insert(NoticeId(row.id), row.try_into()?);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// One way to come to see notices.
struct Branch {
    slice: Slice,
    issued_only: bool,
}

/// One page of the notices an actor may see, latest first: each way of coming to see them is a seek of its own, and the
/// seeks are merged.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, actor: &Actor, wanted: &Wanted, limit: u8) -> Result<Vec<Place>> {
    let reach = reach(actor, Deed::ReadNotice);
    let mut branches: Vec<Branch> =
        reach.owners.iter().map(|slice| Branch { slice: *slice, issued_only: false }).collect();
    branches.extend(reach.units.iter().map(|(slice, _)| Branch { slice: *slice, issued_only: true }));
    for campaign in campaigns::of_own_teams(db, actor).await? {
        let slice = Slice { owner: None, unit: None, campaign: Some(campaign) };
        branches.push(Branch { slice, issued_only: false });
    }
    if branches.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::default();
    sql.text("SELECT id, at FROM (");
    for (n, branch) in branches.iter().enumerate() {
        sql.text(if n == 0 { "(" } else { " UNION (" });
        branch.write(&mut sql, wanted, limit);
        sql.text(")");
    }
    sql.text(") AS seen ORDER BY at DESC, id DESC LIMIT ").bind(Bind::Number(limit.into()));
    let rows: Vec<Found> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(|row| Place { at: row.at.into(), id: NoticeId(row.id) }).collect())
}

impl Branch {
    fn write(&self, sql: &mut Sql, wanted: &Wanted, limit: u8) {
        // A subtree is one seek in the companion; anything else seeks in the table itself.
        let subtree = wanted.unit.or(self.slice.unit);
        let [order_at, order_id] =
            if subtree.is_some() { ["u.drafted_at", "u.notice_id"] } else { ["t.drafted_at", "t.id"] };
        sql.text("SELECT t.id, t.drafted_at AS at FROM notices t");
        match subtree {
            Some(unit) => sql
                .text(" JOIN notice_units u ON u.notice_id = t.id WHERE u.unit_id = ")
                .bind(Bind::Id(unit.0)),
            None => sql.text(" WHERE true"),
        };
        if let (Some(_), Some(within)) = (wanted.unit, self.slice.unit) {
            sql.text(" AND EXISTS (SELECT 1 FROM notice_units w WHERE w.notice_id = t.id AND w.unit_id = ")
                .bind(Bind::Id(within.0))
                .text(")");
        }
        for owner in [self.slice.owner, wanted.owner].into_iter().flatten() {
            sql.text(" AND t.owner_id = ").bind(Bind::Id(owner.0));
        }
        for campaign in [self.slice.campaign, wanted.campaign].into_iter().flatten() {
            sql.text(" AND t.campaign_id = ").bind(Bind::Id(campaign.0));
        }
        if self.issued_only {
            one_of(sql, "t.state", std::iter::once(State::Issued.as_str()));
        }
        one_of(sql, "t.state", wanted.states.iter().map(|state| state.as_str()));
        if let Some(after) = wanted.after {
            // The first term lets the index seek; the rest alone would filter.
            sql.text(&format!(" AND {order_at} <= ")).bind(Bind::Time(after.at));
            sql.text(&format!(" AND ({order_at} < ")).bind(Bind::Time(after.at));
            sql.text(&format!(" OR {order_id} < ")).bind(Bind::Id(after.id.0)).text(")");
        }
        sql.text(&format!(" ORDER BY {order_at} DESC, {order_id} DESC LIMIT "))
            .bind(Bind::Number(limit.into()));
    }
}
