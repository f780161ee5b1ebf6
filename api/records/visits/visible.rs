//! Which visits an actor may see: the one way to a list of them. Every list, count and bundle goes through here.

use crate::domain::actor::Actor;
use crate::domain::ids::{CampaignId, OwnerId, RoundId, TemplateVersionId, UnitId, VisitId};
use crate::domain::permission::{Deed, Slice, reach};
use crate::domain::text;
use crate::domain::visit::{Kind, State};
use crate::records::campaigns::Within;
use crate::records::schema::{self, team_members, teams};
use crate::records::seek::{Bind, Sql, one_of};
use crate::records::visits::counted::{COLUMNS, Counted, CountedRow};
use crate::records::{Db, Result, campaigns};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stamp;
use uuid::Uuid;

/// Where a visit stands in a list: latest planned start first, the id decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Planned start.
    pub start: Timestamp,
    /// Which visit.
    pub id: VisitId,
}

/// Which visits are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this owner.
    pub owner: Option<OwnerId>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// At this unit or anything below it, as it was on the day of the visit.
    pub unit: Option<UnitId>,
    /// At one of these units itself, nothing below them; anywhere where none is named.
    pub at: Vec<UnitId>,
    /// These alone; any where none is named.
    pub ids: Vec<VisitId>,
    /// At this unit itself or one whose id comes behind it: pages in the order of units begin here.
    pub from_unit: Option<UnitId>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Planned to begin at this time or later.
    pub from: Option<Timestamp>,
    /// Planned to begin before this time.
    pub to: Option<Timestamp>,
    /// Whose unit's printed path, or whose campaign's title, holds these words; folded as [`text::fold`] does. Titles
    /// the actor may not know are not looked at.
    pub words: Option<String>,
    /// With this version of a checklist.
    pub template_version: Option<TemplateVersionId>,
    /// In this round.
    pub round: Option<RoundId>,
    /// Handed in by this time; figures take addenda and findings as they were known then, too.
    pub as_known: Option<Timestamp>,
    /// Of teams the actor sits on, however many more they may see.
    pub only_own_teams: bool,
    /// Behind this place of the list.
    pub after: Option<Place>,
}

/// The visits of a page that an actor may see, latest planned start first.
///
/// Each way an actor comes to see visits is a branch of its own that seeks along the index made for it and stops
/// after `limit` rows; the branches are then merged, so the last page costs what the first does.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, actor: &Actor, deed: Deed, wanted: &Wanted, limit: u8) -> Result<Vec<Place>> {
    let mut branches = branches(db, actor, deed).await?;
    branches.retain(|branch| !wanted.only_own_teams || branch.team.is_some());
    if branches.is_empty() {
        return Ok(Vec::new());
    }
    let words = match &wanted.words {
        Some(words) => Some(Words::of(db, actor, words).await?),
        None => None,
    };
    let mut sql = Sql::default();
    sql.text("SELECT id, planned_start FROM (");
    union(&mut sql, &branches, wanted, &Taking { columns: PLACE, words: words.as_ref(), limit: Some(limit) });
    sql.text(") AS seen ORDER BY planned_start DESC, id DESC LIMIT ").bind(Bind::Number(limit.into()));
    let rows: Vec<Found> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(|row| Place { start: row.planned_start.into(), id: VisitId(row.id) }).collect())
}

/// Every visit that an actor may see, as figures count them, in no order. Words are not looked for.
///
/// # Errors
/// The database's own.
pub async fn every(db: &mut Db, actor: &Actor, deed: Deed, wanted: &Wanted) -> Result<Vec<Counted>> {
    let Some(sql) = seen(db, actor, deed, wanted).await? else { return Ok(Vec::new()) };
    let rows: Vec<CountedRow> = sql.query().load(db).await?;
    rows.into_iter().map(Counted::try_from).collect()
}

/// The statement that gives every visit an actor may see, each once, with the columns of [`Counted`]: for figures that are
/// counted where the rows lie. `None` where there is no way to see any.
///
/// # Errors
/// The database's own.
pub(in crate::records) async fn seen(
    db: &mut Db,
    actor: &Actor,
    deed: Deed,
    wanted: &Wanted,
) -> Result<Option<Sql>> {
    let branches = branches(db, actor, deed).await?;
    if branches.is_empty() {
        return Ok(None);
    }
    let mut sql = Sql::default();
    union(&mut sql, &branches, wanted, &Taking { columns: COLUMNS, words: None, limit: None });
    Ok(Some(sql))
}

/// As [`seen`], with what tells whether a visit has changed: the number of the last line of its log, its state, and a digest
/// (`mark`) of what may change about the visit itself without a line: its row's version, the version of its unit, and before
/// check-in that one's end.
///
/// # Errors
/// The database's own.
pub(in crate::records) async fn numbered(db: &mut Db, actor: &Actor, deed: Deed) -> Result<Option<Sql>> {
    let branches = branches(db, actor, deed).await?;
    if branches.is_empty() {
        return Ok(None);
    }
    let mut sql = Sql::default();
    union(&mut sql, &branches, &Wanted::default(), &Taking { columns: NUMBERED, words: None, limit: None });
    Ok(Some(sql))
}

/// As [`seen`], of every visit of one campaign that is no secret, whoever asks: for totals and figures that name nobody.
pub(in crate::records) fn disclosed(campaign: CampaignId, wanted: &Wanted) -> Sql {
    let slice = Slice { campaign: Some(campaign), ..EVERYWHERE };
    let branch = Branch { slice, team: None, secrets: Secrets::Hidden, after_signing: false };
    let mut sql = Sql::default();
    union(&mut sql, &[branch], wanted, &Taking { columns: COLUMNS, words: None, limit: None });
    sql
}

/// As [`seen`], of these visits, whoever asks.
pub(in crate::records) fn these(visits: &[VisitId]) -> Sql {
    let mut sql = Sql::default();
    sql.text("SELECT ").text(COLUMNS).text(" FROM visits v WHERE v.id = ANY (");
    sql.bind(Bind::Ids(visits.iter().map(|visit| visit.0).collect())).text(")");
    sql
}

/// What a branch takes of its visits.
struct Taking<'a> {
    columns: &'static str,
    words: Option<&'a Words>,
    limit: Option<u8>,
}

const PLACE: &str = "v.id, v.planned_start";
const NUMBERED: &str = "v.id, v.last_log_number, v.state, hashtextextended(concat_ws(' ', v.version, v.unit_version_id, \
    CASE WHEN v.state IN ('planned', 'sealed', 'dispatched') THEN (SELECT n.valid_to FROM unit_versions n \
    WHERE n.id = v.unit_version_id) END), 0) AS mark";

fn union(sql: &mut Sql, branches: &[Branch], wanted: &Wanted, taking: &Taking<'_>) {
    // The seeks of one branch have nothing in common; what several branches show is told once.
    let join = if branches.len() > 1 { " UNION (" } else { " UNION ALL (" };
    let seeks = branches.iter().flat_map(|b| b.seeks(wanted).into_iter().map(move |seek| (b, seek)));
    for (n, (branch, seek)) in seeks.enumerate() {
        sql.text(if n == 0 { "(" } else { join });
        branch.write(sql, &seek, taking);
        sql.text(")");
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    planned_start: Stamp,
}

/// How much of a surprise visit a branch shows before it is disclosed.
#[derive(Clone, Copy)]
pub(in crate::records) enum Secrets {
    Hidden,
    Shown,
    /// With a clearance of this account.
    Cleared(Uuid),
    /// Once the team was told.
    Dispatched,
}

/// One way to come to see visits, and what came of them.
#[derive(Clone, Copy)]
pub(in crate::records) struct Branch {
    pub(in crate::records) slice: Slice,
    pub(in crate::records) team: Option<Uuid>,
    pub(in crate::records) secrets: Secrets,
    pub(in crate::records) after_signing: bool,
}

impl Secrets {
    /// Hides what must not be known, in a statement that knows the visit as `v`.
    pub(in crate::records) fn write(self, sql: &mut Sql) {
        match self {
            Secrets::Shown => {}
            Secrets::Hidden => {
                sql.text(" AND (v.kind <> 'surprise' AND NOT v.secret OR v.disclosed_at IS NOT NULL)");
            }
            Secrets::Dispatched => {
                sql.text(" AND (v.kind <> 'surprise' AND NOT v.secret OR v.dispatched_at IS NOT NULL")
                    .text(" OR v.disclosed_at IS NOT NULL)");
            }
            Secrets::Cleared(me) => {
                sql.text(
                    " AND (v.kind <> 'surprise' AND NOT v.secret OR v.disclosed_at IS NOT NULL OR EXISTS (",
                )
                .text("SELECT 1 FROM visit_clearances c WHERE c.visit_id = v.id AND c.account_id = ")
                .bind(Bind::Id(me))
                .text("))");
            }
        }
    }
}

/// What is searched for, and the campaigns whose titles hold it.
struct Words {
    pattern: String,
    campaigns: Vec<Uuid>,
}

impl Words {
    async fn of(db: &mut Db, actor: &Actor, words: &str) -> Result<Self> {
        let pattern = format!("%{}%", text::literal(words));
        let within = Within::of(db, actor).await?;
        let campaigns = campaigns::entitled(db, &within, &pattern).await?;
        Ok(Self { pattern, campaigns: campaigns.into_iter().map(|id| id.0).collect() })
    }
}

const EVERYWHERE: Slice = Slice { owner: None, unit: None, campaign: None };

/// Every way by which an actor comes to see what a deed shows.
pub(in crate::records) async fn branches(db: &mut Db, actor: &Actor, deed: Deed) -> Result<Vec<Branch>> {
    let reach = reach(actor, deed);
    let me = actor.account().map_or(Uuid::nil(), |id| id.0);
    let of = |slice: &Slice, secrets| Branch { slice: *slice, team: None, secrets, after_signing: false };
    let mut all: Vec<Branch> = Vec::new();
    all.extend(reach.owners.iter().map(|slice| of(slice, Secrets::Hidden)));
    all.extend(reach.sealed_owners.iter().map(|slice| of(slice, Secrets::Shown)));
    all.extend(reach.cleared_owners.iter().map(|slice| of(slice, Secrets::Cleared(me))));
    all.extend(reach.units.iter().map(|(slice, after_signing)| Branch {
        after_signing: *after_signing,
        ..of(slice, Secrets::Hidden)
    }));
    if !reach.leads.is_empty() || !reach.dispatched.is_empty() {
        // Read at each request: who is taken off a team loses sight at once.
        let seats: Vec<(Uuid, String, Uuid, Uuid)> = team_members::table
            .inner_join(teams::table.on(teams::id.eq(team_members::team_id)))
            .inner_join(schema::campaigns::table.on(schema::campaigns::id.eq(teams::campaign_id)))
            .filter(team_members::account_id.eq(me))
            .filter(team_members::removed_at.is_null())
            .select((
                team_members::team_id,
                team_members::role,
                schema::campaigns::id,
                schema::campaigns::owner_id,
            ))
            .load(db)
            .await?;
        for (team, role, campaign, owner) in seats {
            let (secrets, counts) = match role.as_str() {
                "lead" => (Secrets::Shown, &reach.leads),
                _ => (Secrets::Dispatched, &reach.dispatched),
            };
            let branch = |unit| Branch {
                slice: Slice { unit, ..EVERYWHERE },
                team: Some(team),
                secrets,
                after_signing: false,
            };
            all.extend(units_of(counts, OwnerId(owner), CampaignId(campaign)).into_iter().map(branch));
        }
    }
    Ok(all)
}

/// Where in a campaign these parts of the records reach: its units, or the whole of it, or nowhere.
fn units_of(parts: &[Slice], owner: OwnerId, campaign: CampaignId) -> Vec<Option<UnitId>> {
    let within = |part: &&Slice| {
        part.owner.is_none_or(|of| of == owner) && part.campaign.is_none_or(|of| of == campaign)
    };
    let mut units: Vec<Option<UnitId>> = parts.iter().filter(within).map(|part| part.unit).collect();
    units.sort_unstable();
    units.dedup();
    // Beside the whole campaign its parts add nothing.
    if units.contains(&None) { vec![None] } else { units }
}

impl Branch {
    /// One seek for each state, or else for each kind, where an index begins with it: several values in one seek
    /// would have to be sorted, and a rare one would be looked for among all the others.
    fn seeks(&self, wanted: &Wanted) -> Vec<Wanted> {
        let of_owner = self.slice.owner.is_some() && self.slice.unit.or(wanted.unit).is_none();
        let (mut states, mut kinds) = (wanted.states.clone(), wanted.kinds.clone());
        states.sort_unstable();
        states.dedup();
        kinds.sort_unstable();
        kinds.dedup();
        let whole = Wanted { states, kinds, ..wanted.clone() };
        if of_owner && !whole.states.is_empty() {
            whole.states.iter().map(|state| Wanted { states: vec![*state], ..whole.clone() }).collect()
        } else if of_owner && !whole.kinds.is_empty() {
            whole.kinds.iter().map(|kind| Wanted { kinds: vec![*kind], ..whole.clone() }).collect()
        } else {
            vec![whole]
        }
    }

    fn write(&self, sql: &mut Sql, wanted: &Wanted, taking: &Taking<'_>) {
        // A subtree is one seek in visit_units; anything else seeks in visits itself.
        let subtree = wanted.unit.filter(|_| wanted.at.is_empty()).or(self.slice.unit);
        let key = if subtree.is_some() {
            ["u.planned_start", "u.visit_id", "u.owner_id"]
        } else {
            ["v.planned_start", "v.id", "v.owner_id"]
        };
        let [start, id, owner] = key;
        sql.text("SELECT ").text(taking.columns).text(" FROM visits v");
        if let Some(unit) = subtree {
            sql.text(" JOIN visit_units u ON u.visit_id = v.id WHERE u.unit_id = ").bind(Bind::Id(unit.0));
        } else {
            sql.text(" WHERE true");
        }
        if let Some(of) = self.slice.owner {
            sql.text(&format!(" AND {owner} = ")).bind(Bind::Id(of.0));
        }
        let within = [wanted.unit, self.slice.unit].into_iter().flatten();
        for within in within.filter(|unit| Some(*unit) != subtree) {
            sql.text(" AND ").bind(Bind::Id(within.0)).text(" = ANY (v.unit_id || v.unit_ancestors)");
        }
        if let Some(of) = wanted.owner {
            sql.text(&format!(" AND {owner} = ")).bind(Bind::Id(of.0));
        }
        for campaign in [self.slice.campaign, wanted.campaign].into_iter().flatten() {
            sql.text(" AND v.campaign_id = ").bind(Bind::Id(campaign.0));
        }
        if !wanted.at.is_empty() {
            let at = wanted.at.iter().map(|unit| unit.0).collect();
            sql.text(" AND v.unit_id = ANY (").bind(Bind::Ids(at)).text(")");
        }
        if let Some(unit) = wanted.from_unit {
            sql.text(" AND v.unit_id >= ").bind(Bind::Id(unit.0));
        }
        if !wanted.ids.is_empty() {
            let ids = wanted.ids.iter().map(|id| id.0).collect();
            sql.text(" AND v.id = ANY (").bind(Bind::Ids(ids)).text(")");
        }
        if let Some(team) = self.team {
            sql.text(" AND v.team_id = ").bind(Bind::Id(team));
        }
        self.secrets.write(sql);
        if self.after_signing {
            sql.text(" AND v.minutes ->> 'signed_at' IS NOT NULL");
        }
        if let Some(words) = taking.words {
            sql.text(" AND (folded(v.unit_path) LIKE ").bind(Bind::Word(words.pattern.clone()));
            if !words.campaigns.is_empty() {
                sql.text(" OR v.campaign_id = ANY (").bind(Bind::Ids(words.campaigns.clone())).text(")");
            }
            sql.text(")");
        }
        one_of(sql, "v.state", wanted.states.iter().map(|state| state.as_str()));
        one_of(sql, "v.kind", wanted.kinds.iter().map(|kind| kind.as_str()));
        if let Some(version) = wanted.template_version {
            sql.text(" AND EXISTS (SELECT 1 FROM visit_templates t WHERE t.visit_id = v.id")
                .text(" AND t.template_version_id = ")
                .bind(Bind::Id(version.0))
                .text(")");
        }
        if let Some(round) = wanted.round {
            sql.text(" AND v.round_id = ").bind(Bind::Id(round.0));
        }
        if let Some(by) = wanted.as_known {
            sql.text(" AND v.submitted_at <= ").bind(Bind::Time(by));
        }
        if let Some(from) = wanted.from {
            sql.text(&format!(" AND {start} >= ")).bind(Bind::Time(from));
        }
        if let Some(to) = wanted.to {
            sql.text(&format!(" AND {start} < ")).bind(Bind::Time(to));
        }
        if let Some(after) = wanted.after {
            // The first term lets the index seek; the rest alone would filter.
            sql.text(&format!(" AND {start} <= ")).bind(Bind::Time(after.start));
            sql.text(&format!(" AND ({start} < ")).bind(Bind::Time(after.start));
            sql.text(&format!(" OR {id} < ")).bind(Bind::Id(after.id.0)).text(")");
        }
        if let Some(limit) = taking.limit {
            sql.text(&format!(" ORDER BY {start} DESC, {id} DESC LIMIT ")).bind(Bind::Number(limit.into()));
        }
    }
}
