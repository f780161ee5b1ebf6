//! Lists that seek: statements put together from fixed words of ours with values only ever bound, and the one shape that
//! lists below visits share.

use super::units::lineage;
use super::visits::visible::{Branch, branches};
use super::{Db, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{CampaignId, OwnerId, UnitId};
use crate::domain::permission::{Deed, Slice};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date as SqlDate, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// A value of a statement.
pub(super) enum Bind {
    /// Text.
    Word(String),
    /// An id.
    Id(Uuid),
    /// Several ids.
    Ids(Vec<Uuid>),
    /// A moment.
    Time(Timestamp),
    /// A day.
    Day(Date),
    /// Several texts.
    Words(Vec<String>),
    /// A number.
    Number(i64),
}

/// A statement in the making: fixed words of ours, values only ever bound.
#[derive(Default)]
pub(super) struct Sql {
    text: String,
    binds: Vec<Bind>,
}

impl Sql {
    /// Adds words of ours.
    pub(super) fn text(&mut self, words: &str) -> &mut Self {
        self.text.push_str(words);
        self
    }

    /// Adds a value.
    pub(super) fn bind(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        self.text.push_str(&format!("${}", self.binds.len()));
        self
    }

    /// The statement between words of ours, which bind nothing.
    pub(super) fn within(mut self, before: &str, after: &str) -> Self {
        self.text = format!("{before}{}{after}", self.text);
        self
    }

    /// The statement with its values.
    pub(super) fn query(
        self,
    ) -> diesel::query_builder::BoxedSqlQuery<'static, Pg, diesel::query_builder::SqlQuery> {
        let mut query = diesel::sql_query(self.text).into_boxed();
        for bind in self.binds {
            query = match bind {
                Bind::Id(id) => query.bind::<SqlUuid, _>(id),
                Bind::Ids(ids) => query.bind::<Array<SqlUuid>, _>(ids),
                Bind::Time(at) => query.bind::<Timestamptz, _>(at.to_diesel()),
                Bind::Day(day) => query.bind::<SqlDate, _>(day.to_diesel()),
                Bind::Word(word) => query.bind::<Text, _>(word),
                Bind::Words(words) => query.bind::<Array<Text>, _>(words),
                Bind::Number(number) => query.bind::<BigInt, _>(number),
            };
        }
        query
    }
}

/// One word is compared plainly, so that an index can keep its order behind it.
pub(super) fn one_of<'a>(sql: &mut Sql, column: &str, words: impl Iterator<Item = &'a str>) {
    let words: Vec<String> = words.map(ToOwned::to_owned).collect();
    match words.as_slice() {
        [] => {}
        [word] => {
            sql.text(&format!(" AND {column} = ")).bind(Bind::Word(word.clone()));
        }
        _ => {
            sql.text(&format!(" AND {column} = ANY (")).bind(Bind::Words(words)).text(")");
        }
    }
}

/// Where a row stands in a list: latest first, the id decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its moment.
    pub at: Timestamp,
    /// Which row.
    pub id: Uuid,
}

/// A table of things below visits, and its companion that lists them under each unit.
pub(super) struct Shelf {
    /// The table, known as `t`.
    pub(super) table: &'static str,
    /// The companion, known as `u`.
    pub(super) units: &'static str,
    /// Name of the row's id there.
    pub(super) key: &'static str,
    /// The moment of the order, in both.
    pub(super) at: &'static str,
    /// What makes a row known to the unit.
    pub(super) told: &'static str,
    /// How a row is tied to the unit that answers for it.
    pub(super) own: Own,
    /// States of what is open: that much goes on to whoever stands in a unit's place.
    pub(super) open: fn() -> Vec<&'static str>,
}

/// The unit that answers for a row, with what a seek for it needs beside it.
pub(super) struct Own {
    /// What is joined for it.
    pub(super) joined: &'static str,
    /// The unit.
    pub(super) unit: &'static str,
    /// The row's state.
    pub(super) state: &'static str,
    /// The moment of the order.
    pub(super) at: &'static str,
    /// The row's id.
    pub(super) id: &'static str,
}

/// What every such list can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// At this unit or anything below it, as it was on the day of the visit.
    pub unit: Option<UnitId>,
    /// In one of these states, each named once.
    pub states: Vec<&'static str>,
    /// Open, and one of these units answers for it itself.
    pub held: Option<Vec<UnitId>>,
    /// Open, and left with one of these units, in whose place nobody stands.
    pub unheld: Option<Vec<UnitId>>,
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

/// One seek: a way by which an actor comes to see something, in one state, at one unit, where those are asked for.
pub(super) struct Way {
    /// By which right.
    pub(super) branch: Branch,
    /// Whether it is the place of a unit that ended: what is open there alone.
    inherited: bool,
    /// The unit that answers itself.
    held: Option<UnitId>,
    /// In this state.
    state: Option<&'static str>,
}

/// Every way, those that come with the place of units that ended besides: whoever has a role for a unit has it for what is
/// open at whatever went to it as a whole. Several units or states are several seeks, each in the order of an index;
/// what a unit holds is sought in the states of `open`.
pub(super) async fn ways(
    db: &mut Db,
    actor: &Actor,
    deed: Deed,
    narrowed: &Narrowed,
    (open, day): (&[&'static str], Date),
) -> Result<Vec<Way>> {
    let direct = branches(db, actor, deed).await?;
    let mut granted: Vec<UnitId> = direct.iter().filter_map(|branch| branch.slice.unit).collect();
    granted.sort_unstable();
    granted.dedup();
    let earlier = lineage::stands_for(db, &granted, day).await?;
    let held: Vec<Option<UnitId>> = match &narrowed.held {
        Some(units) => units.iter().copied().map(Some).collect(),
        None => vec![None],
    };
    let mut states: Vec<Option<&'static str>> = narrowed.states.iter().copied().map(Some).collect();
    if narrowed.held.is_some() {
        // What a unit settled is most of what it ever had: what is open is sought state by state.
        let open = open.iter().copied().map(Some);
        states = if states.is_empty() {
            open.collect()
        } else {
            open.filter(|state| states.contains(state)).collect()
        };
    } else if states.is_empty() {
        states.push(None);
    }
    let mut all = Vec::new();
    for branch in direct {
        let own = earlier.iter().filter(|(unit, _)| Some(*unit) == branch.slice.unit);
        let in_place_of = own.map(|(_, earlier)| {
            (Branch { slice: Slice { unit: Some(*earlier), ..branch.slice }, ..branch }, true)
        });
        for (branch, inherited) in std::iter::once((branch, false)).chain(in_place_of) {
            for (held, state) in held.iter().flat_map(|held| states.iter().map(move |state| (held, state))) {
                all.push(Way { branch, inherited, held: *held, state: *state });
            }
        }
    }
    Ok(all)
}

/// One page of what an actor may see, latest first: each way of coming to see it is a seek of its own, and the seeks are
/// merged. `day` decides in whose place a unit stands.
///
/// # Errors
/// The database's own.
pub(super) async fn page(
    db: &mut Db,
    (actor, deed, day): (&Actor, Deed, Date),
    shelf: &Shelf,
    narrowed: &Narrowed,
    more: &(dyn Fn(&mut Sql) + Sync),
    limit: u8,
) -> Result<Vec<Place>> {
    let ways = ways(db, actor, deed, narrowed, (&(shelf.open)(), day)).await?;
    if ways.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::default();
    sql.text("SELECT id, at FROM (");
    for (n, way) in ways.iter().enumerate() {
        sql.text(if n == 0 { "(" } else { " UNION (" });
        write(&mut sql, shelf, way, narrowed, more, limit);
        sql.text(")");
    }
    sql.text(") AS seen ORDER BY at DESC, id DESC LIMIT ").bind(Bind::Number(limit.into()));
    let rows: Vec<Found> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(|row| Place { at: row.at.into(), id: row.id }).collect())
}

/// Whether an actor may list everything of a campaign: by a right to the whole of it, or by seats on each team that has
/// something there.
///
/// # Errors
/// The database's own.
pub(super) async fn shows_all(
    db: &mut Db,
    (actor, deed): (&Actor, Deed),
    shelf: &Shelf,
    (owner, campaign): (Option<OwnerId>, CampaignId),
) -> Result<bool> {
    let mut branches = branches(db, actor, deed).await?;
    branches.retain(|Branch { slice, after_signing, .. }| {
        let here =
            (slice.owner.is_none() || slice.owner == owner) && slice.campaign.is_none_or(|of| of == campaign);
        here && slice.unit.is_none() && !after_signing
    });
    if branches.iter().any(|branch| branch.team.is_none()) {
        return Ok(true);
    }
    let teams = branches.iter().filter_map(|branch| branch.team).collect();
    let mut sql = Sql::default();
    sql.text(&format!("SELECT t.id, t.{} AS at FROM {} t WHERE t.campaign_id = ", shelf.at, shelf.table));
    sql.bind(Bind::Id(campaign.0)).text(" AND t.team_id <> ALL (").bind(Bind::Ids(teams)).text(") LIMIT 1");
    let others: Vec<Found> = sql.query().load(db).await?;
    Ok(others.is_empty())
}

fn write(
    sql: &mut Sql,
    shelf: &Shelf,
    way: &Way,
    narrowed: &Narrowed,
    more: &(dyn Fn(&mut Sql) + Sync),
    limit: u8,
) {
    let Shelf { table, units, key, at, told, own, open } = shelf;
    let branch = &way.branch;
    // A subtree is one seek in the companion; anything else seeks in the table itself.
    let within = [narrowed.unit, branch.slice.unit];
    let subtree = within.into_iter().flatten().next().filter(|_| way.held.is_none());
    let (order_at, order_id, in_state) = match (way.held, subtree) {
        (Some(_), _) => (own.at.to_owned(), own.id.to_owned(), own.state),
        (None, Some(_)) => (format!("u.{at}"), format!("u.{key}"), "u.state"),
        (None, None) => (format!("t.{at}"), "t.id".to_owned(), "t.state"),
    };
    sql.text(&format!("SELECT t.id, t.{at} AS at FROM {table} t"));
    match (way.held, subtree) {
        (Some(unit), _) => sql.text(&format!("{} WHERE {} = ", own.joined, own.unit)).bind(Bind::Id(unit.0)),
        (None, Some(unit)) => {
            sql.text(&format!(" JOIN {units} u ON u.{key} = t.id WHERE u.unit_id = ")).bind(Bind::Id(unit.0))
        }
        (None, None) => sql.text(" WHERE true"),
    };
    for unit in within.into_iter().flatten().skip(usize::from(subtree.is_some())) {
        sql.text(&format!(" AND EXISTS (SELECT 1 FROM {units} w WHERE w.{key} = t.id AND w.unit_id = "))
            .bind(Bind::Id(unit.0))
            .text(")");
    }
    if let Some(state) = way.state {
        sql.text(&format!(" AND {in_state} = ")).bind(Bind::Word(state.to_owned()));
    }
    if way.inherited {
        one_of(sql, "t.state", open().into_iter());
    }
    if let Some(units) = &narrowed.unheld {
        // Few, and found along the index of those who answer before anything else is asked.
        let those = format!(" AND t.id = ANY (ARRAY(SELECT t.id FROM {table} t{}", own.joined);
        sql.text(&those)
            .text(&format!(" WHERE {} = ANY (", own.unit))
            .bind(Bind::Ids(units.iter().map(|unit| unit.0).collect()))
            .text(&format!(") AND {} = ANY (", own.state))
            .bind(Bind::Words(open().into_iter().map(ToOwned::to_owned).collect()))
            .text(")))");
    }
    rights(sql, branch, narrowed.campaign, told);
    more(sql);
    if let Some(after) = narrowed.after {
        // The first term lets the index seek; the rest alone would filter.
        sql.text(&format!(" AND {order_at} <= ")).bind(Bind::Time(after.at));
        sql.text(&format!(" AND ({order_at} < ")).bind(Bind::Time(after.at));
        sql.text(&format!(" OR {order_id} < ")).bind(Bind::Id(after.id)).text(")");
    }
    sql.text(&format!(" ORDER BY {order_at} DESC, {order_id} DESC LIMIT ")).bind(Bind::Number(limit.into()));
}

/// What of a table known as `t` a way shows; `told` makes a row known to the unit.
pub(super) fn rights(sql: &mut Sql, branch: &Branch, campaign: Option<CampaignId>, told: &str) {
    if let Some(owner) = branch.slice.owner {
        sql.text(" AND t.owner_id = ").bind(Bind::Id(owner.0));
    }
    for campaign in [branch.slice.campaign, campaign].into_iter().flatten() {
        sql.text(" AND t.campaign_id = ").bind(Bind::Id(campaign.0));
    }
    if let Some(team) = branch.team {
        sql.text(" AND t.team_id = ").bind(Bind::Id(team));
    }
    // Nothing is found before a visit is disclosed; whoever enters it otherwise does not tell of the visit with it.
    sql.text(" AND EXISTS (SELECT 1 FROM visits v WHERE v.id = t.visit_id");
    branch.secrets.write(sql);
    sql.text(")");
    if branch.after_signing {
        sql.text(&format!(" AND {told}"));
    }
}
