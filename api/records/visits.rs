//! Visits as rows: what an actor is to one of them; their life and their lists.

pub mod clearances;
pub mod company;
pub mod counted;
pub mod evidence;
pub mod life;
pub mod visible;

use super::schema::{campaigns, team_members, visit_clearances, visits};
use super::{Db, Error, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{CampaignId, OwnerId, PremisesId, TeamId, UnitId, VisitId};
use crate::domain::permission::{Subject, TeamRole};
use crate::domain::visit::State;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::NullableTimestamp;
use uuid::Uuid;

/// What rights and state rules need to know about one visit, for one actor.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The visit.
    pub id: VisitId,
    /// Its owner.
    pub owner: OwnerId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// Its team.
    pub team: TeamId,
    /// The inspected unit.
    pub unit: UnitId,
    /// The unit's ancestors on the day of the visit, nearest first.
    pub unit_ancestors: Vec<UnitId>,
    /// Where the office was.
    pub premises: Option<PremisesId>,
    /// Where it is in its life.
    pub state: State,
    /// When a surprise visit was disclosed; `None` while it is sealed.
    pub disclosed_at: Option<Timestamp>,
    /// Row version for `If-Match`.
    pub version: i32,
    /// What rights need: hand it to `permission::may`.
    pub subject: Subject,
}

/// What a standing is made of, for every query that joins the tables it names.
#[derive(Queryable, Selectable)]
#[diesel(table_name = visits, check_for_backend(diesel::pg::Pg))]
pub(super) struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    team_id: Uuid,
    unit_id: Uuid,
    unit_ancestors: Vec<Uuid>,
    premises_id: Option<Uuid>,
    kind: String,
    secret: bool,
    state: String,
    #[diesel(deserialize_as = NullableTimestamp)]
    disclosed_at: Option<Timestamp>,
    #[diesel(deserialize_as = NullableTimestamp)]
    dispatched_at: Option<Timestamp>,
    minutes: Option<serde_json::Value>,
    version: i32,
    #[diesel(select_expression = campaigns::kind)]
    campaign_kind: String,
    #[diesel(select_expression = team_members::role.nullable())]
    team_role: Option<String>,
    #[diesel(select_expression = visit_clearances::cleared_at.nullable(), deserialize_as = NullableTimestamp)]
    cleared: Option<Timestamp>,
}

/// Reads one visit with what the actor is to it. `None` when there is no such visit; whether the actor may know
/// that is for `permission::may` to say.
///
/// # Errors
/// The database's own.
pub async fn standing(db: &mut Db, actor: &Actor, visit: VisitId) -> Result<Option<Standing>> {
    let me = actor.account().map_or(Uuid::nil(), |id| id.0);
    let row: Option<Row> = visits::table
        .find(visit.0)
        .inner_join(campaigns::table.on(campaigns::id.eq(visits::campaign_id)))
        .left_join(seat_of(me))
        .left_join(clearance_of(me))
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Standing::try_from).transpose()
}

/// Reads several visits with what the actor is to each, in no order; unknown ones are left out.
///
/// # Errors
/// The database's own.
pub async fn standings(db: &mut Db, actor: &Actor, visits: &[VisitId]) -> Result<Vec<Standing>> {
    let me = actor.account().map_or(Uuid::nil(), |id| id.0);
    let ids: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = visits::table
        .filter(visits::id.eq_any(ids))
        .inner_join(campaigns::table.on(campaigns::id.eq(visits::campaign_id)))
        .left_join(seat_of(me))
        .left_join(clearance_of(me))
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(Standing::try_from).collect()
}

/// An account's seat on a visit's team, to be joined.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn seat_of(account: Uuid) -> _ {
    team_members::table.on(team_members::team_id
        .eq(visits::team_id)
        .and(team_members::account_id.eq(account))
        .and(team_members::removed_at.is_null()))
}

/// An account's clearance for a sealed visit, to be joined.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn clearance_of(account: Uuid) -> _ {
    visit_clearances::table
        .on(visit_clearances::visit_id.eq(visits::id).and(visit_clearances::account_id.eq(account)))
}

/// Where a visit is in its life.
///
/// # Errors
/// The database's own.
pub async fn state(db: &mut Db, visit: VisitId) -> Result<Option<State>> {
    let state: Option<String> =
        visits::table.find(visit.0).select(visits::state).first(db).await.optional()?;
    state.map(|text| parse_state(&text)).transpose()
}

fn parse_state(text: &str) -> Result<State> {
    State::parse(text).ok_or_else(|| Error::bad_row(format!("visit state {text}")))
}

/// Holds a visit's row until the transaction ends and says in which state it is; `None` when there is no such visit.
///
/// Whoever writes to the evidence log of a visit takes this first, then the photo's row, then the time: so its numbers
/// and its times have one order, and nobody waits for somebody who waits for them.
///
/// # Errors
/// The database's own.
pub async fn lock(db: &mut Db, visit: VisitId) -> Result<Option<State>> {
    let row = visits::table.find(visit.0).select(visits::state).for_no_key_update();
    let state: Option<String> = row.first(db).await.optional()?;
    let parse =
        |text: String| State::parse(&text).ok_or_else(|| Error::bad_row(format!("visit state {text}")));
    state.map(parse).transpose()
}

impl TryFrom<Row> for Standing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let team_role = match row.team_role.as_deref() {
            Some(text) => {
                Some(TeamRole::parse(text).ok_or_else(|| Error::bad_row(format!("team role {text}")))?)
            }
            None => None,
        };
        let is_secret = row.kind == "surprise" || row.secret;
        let unit_ancestors: Vec<UnitId> = row.unit_ancestors.into_iter().map(UnitId).collect();
        let subject = Subject {
            owner: Some(OwnerId(row.owner_id)),
            units: std::iter::once(UnitId(row.unit_id)).chain(unit_ancestors.iter().copied()).collect(),
            campaign: Some(CampaignId(row.campaign_id)),
            supervision: row.campaign_kind == "supervision",
            team_role,
            sealed: is_secret && row.disclosed_at.is_none(),
            // Planned visits are known to their team from the start, disclosed ones to everybody.
            dispatched: !is_secret || row.dispatched_at.is_some() || row.disclosed_at.is_some(),
            cleared: row.cleared.is_some(),
            signed: row.minutes.as_ref().is_some_and(|m| m.get("signed_at").is_some_and(|at| !at.is_null())),
        };
        Ok(Self {
            id: VisitId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            team: TeamId(row.team_id),
            unit: UnitId(row.unit_id),
            unit_ancestors,
            premises: row.premises_id.map(PremisesId),
            state: State::parse(&row.state)
                .ok_or_else(|| Error::bad_row(format!("visit state {}", row.state)))?,
            disclosed_at: row.disclosed_at,
            version: row.version,
            subject,
        })
    }
}
