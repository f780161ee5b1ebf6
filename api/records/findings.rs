//! Findings as rows: entered, changed, read whole. Their lists and figures have files of their own.

pub mod beside;
pub mod drafts;
pub mod figures;
pub mod handed;
pub mod page;

use super::schema::findings;
use super::{Db, Error, Result};
use crate::domain::finding::{Finding, Inspected, Kind, Precision, Severity, State};
use crate::domain::ids::{
    AccountId, CampaignId, FindingId, OwnerId, TeamId, TemplateVersionId, UnitId, VisitId,
};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

/// Where one of some units answers for a finding itself: along the index of those who answer.
const ANSWERED_BY: &str = "coalesce(findings.holder_id, findings.unit_id) = ANY (";

#[derive(Queryable, Selectable)]
#[diesel(table_name = findings)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    campaign_id: Uuid,
    visit_id: Uuid,
    team_id: Uuid,
    unit_id: Uuid,
    unit_ancestors: Vec<Uuid>,
    unit_path: String,
    kind: String,
    item_code: Option<String>,
    template_version_id: Option<Uuid>,
    category: Option<String>,
    statement: String,
    severity: Option<String>,
    critical: bool,
    root_cause: Option<String>,
    #[diesel(deserialize_as = NullableTimestamp)]
    inspected_at: Option<Timestamp>,
    precision: String,
    #[diesel(deserialize_as = Stamp)]
    reported_at: Timestamp,
    state: String,
    repeat_of: Option<Uuid>,
    repeat_count: i32,
    story: Value,
    proposed_by: Uuid,
    version: i32,
    holder_id: Option<Uuid>,
    born: bool,
}

impl TryFrom<Row> for Finding {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let bad = || Error::bad_row(format!("finding {}", row.id));
        let severity = row.severity.as_deref().map(|word| Severity::parse(word).ok_or_else(bad));
        let precision = Precision::parse(&row.precision).ok_or_else(bad)?;
        Ok(Self {
            id: FindingId(row.id),
            owner: OwnerId(row.owner_id),
            campaign: CampaignId(row.campaign_id),
            visit: VisitId(row.visit_id),
            team: TeamId(row.team_id),
            unit: UnitId(row.unit_id),
            unit_ancestors: row.unit_ancestors.iter().copied().map(UnitId).collect(),
            kind: Kind::parse(&row.kind).ok_or_else(bad)?,
            severity: severity.transpose()?,
            inspected: Inspected { at: row.inspected_at, precision },
            state: State::parse(&row.state).ok_or_else(bad)?,
            unit_path: row.unit_path,
            item: row.item_code,
            born: row.born,
            template_version: row.template_version_id.map(TemplateVersionId),
            category: row.category,
            statement: row.statement,
            critical: row.critical,
            root_cause: row.root_cause,
            reported_at: row.reported_at,
            repeat_of: row.repeat_of.map(FindingId),
            repeat_count: row.repeat_count,
            story: serde_json::from_value(row.story).map_err(Error::bad_row)?,
            proposed_by: AccountId(row.proposed_by),
            handed_to: row.holder_id.map(UnitId),
            held_by: None,
            linked: Vec::new(),
            photos: Vec::new(),
            legal_basis: Vec::new(),
            version: row.version,
        })
    }
}

fn parse(rows: Vec<Row>) -> Result<Vec<Finding>> {
    rows.into_iter().map(Finding::try_from).collect()
}

/// One finding.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: FindingId) -> Result<Option<Finding>> {
    let row: Option<Row> = findings::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Finding::try_from).transpose()
}

/// Holds findings until the transaction ends, in the order of their ids, so that two who need several never wait for
/// each other.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, ids: &[FindingId]) -> Result<Vec<Finding>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = findings::table
        .filter(findings::id.eq_any(ids))
        .order(findings::id)
        .select(Row::as_select())
        .for_no_key_update()
        .load(db)
        .await?;
    parse(rows)
}

/// Findings by their ids, in the order asked for.
///
/// # Errors
/// The database's own.
pub async fn load(db: &mut Db, ids: &[FindingId]) -> Result<Vec<Finding>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = findings::table.filter(findings::id.eq_any(wanted)).select(Row::as_select()).load(db).await?;
    let mut found = parse(rows)?;
    found.sort_by_key(|finding| ids.iter().position(|id| *id == finding.id));
    Ok(found)
}

/// Everything a visit found, by item and id.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Finding>> {
    let rows = findings::table
        .filter(findings::visit_id.eq(visit.0))
        .order((findings::item_code, findings::id))
        .select(Row::as_select())
        .load(db)
        .await?;
    parse(rows)
}

/// What an owner's visits left open that were planned no later than this one, and one of these units answers for, by item;
/// at most `limit`.
///
/// # Errors
/// The database's own.
pub async fn open_at(
    db: &mut Db,
    (owner, units): (OwnerId, &[UnitId]),
    before: VisitId,
    limit: i64,
) -> Result<Vec<Finding>> {
    let earlier = "EXISTS (SELECT 1 FROM visits e JOIN visits r ON e.planned_start <= r.planned_start
        WHERE e.id = findings.visit_id AND r.id = ";
    let rows = findings::table
        .filter(sql::<Bool>(ANSWERED_BY).bind::<Array<SqlUuid>, _>(plain(units)).sql(")"))
        .filter(sql::<Bool>(earlier).bind::<SqlUuid, _>(before.0).sql(")"))
        .filter(findings::owner_id.eq(owner.0))
        .filter(findings::visit_id.ne(before.0))
        .filter(findings::kind.eq(Kind::Shortfall.as_str()))
        .filter(findings::state.eq_any(State::open()))
        .order((findings::item_code, findings::id))
        .limit(limit)
        .select(Row::as_select())
        .load(db)
        .await?;
    parse(rows)
}

fn plain_ids(findings: &[FindingId]) -> Vec<Uuid> {
    findings.iter().map(|id| id.0).collect()
}

fn plain(units: &[UnitId]) -> Vec<Uuid> {
    units.iter().map(|unit| unit.0).collect()
}

/// The divided units of which an owner's open findings were handed to these.
///
/// # Errors
/// The database's own.
pub async fn handed_from(db: &mut Db, owner: OwnerId, units: &[UnitId]) -> Result<Vec<UnitId>> {
    let found: Vec<Uuid> = findings::table
        .filter(sql::<Bool>(ANSWERED_BY).bind::<Array<SqlUuid>, _>(plain(units)).sql(")"))
        .filter(findings::owner_id.eq(owner.0).and(findings::holder_id.is_not_null()))
        .filter(findings::state.eq_any(State::open()))
        .select(findings::unit_id)
        .distinct()
        .load(db)
        .await?;
    Ok(found.into_iter().map(UnitId).collect())
}

/// Enters a finding: which it is, in which version. One that lapsed at the same item becomes it; `None` where any other
/// stands there already.
///
/// # Errors
/// Constraint `findings_repeated_once`; the database's own.
pub async fn keep(db: &mut Db, new: &Finding) -> Result<Option<(FindingId, i32)>> {
    use diesel::query_dsl::methods::FilterDsl as _;

    let ancestors: Vec<Uuid> = new.unit_ancestors.iter().map(|id| id.0).collect();
    let kept: Option<(Uuid, i32)> = diesel::insert_into(findings::table)
        .values((
            (
                findings::id.eq(new.id.0),
                findings::owner_id.eq(new.owner.0),
                findings::campaign_id.eq(new.campaign.0),
                findings::visit_id.eq(new.visit.0),
                findings::team_id.eq(new.team.0),
                findings::unit_id.eq(new.unit.0),
                findings::unit_ancestors.eq(ancestors),
                findings::unit_path.eq(&new.unit_path),
                findings::kind.eq(new.kind.as_str()),
                findings::item_code.eq(new.item.as_deref()),
                findings::born.eq(new.born),
                findings::template_version_id.eq(new.template_version.map(|id| id.0)),
                findings::category.eq(new.category.as_deref()),
                findings::inspected_at.eq(new.inspected.at.to_diesel()),
                findings::precision.eq(new.inspected.precision.as_str()),
            ),
            (
                findings::statement.eq(&new.statement),
                findings::severity.eq(new.severity.map(Severity::as_str)),
                findings::critical.eq(new.critical),
                findings::root_cause.eq(new.root_cause.as_deref()),
                findings::reported_at.eq(new.reported_at.to_diesel()),
                findings::state.eq(new.state.as_str()),
                findings::repeat_of.eq(new.repeat_of.map(|id| id.0)),
                findings::repeat_count.eq(new.repeat_count),
                findings::story.eq(serde_json::to_value(&new.story).map_err(Error::bad_row)?),
                findings::proposed_by.eq(new.proposed_by.0),
                findings::version.eq(new.version),
            ),
        ))
        .on_conflict((findings::visit_id, findings::item_code))
        .filter_target(findings::item_code.is_not_null())
        .do_update()
        .set((
            findings::kind.eq(excluded(findings::kind)),
            findings::born.eq(excluded(findings::born)),
            findings::inspected_at.eq(excluded(findings::inspected_at)),
            findings::precision.eq(excluded(findings::precision)),
            findings::statement.eq(excluded(findings::statement)),
            findings::severity.eq(excluded(findings::severity)),
            findings::critical.eq(excluded(findings::critical)),
            findings::root_cause.eq(excluded(findings::root_cause)),
            findings::state.eq(excluded(findings::state)),
            findings::repeat_of.eq(excluded(findings::repeat_of)),
            findings::repeat_count.eq(excluded(findings::repeat_count)),
            findings::story.eq(excluded(findings::story)),
            findings::proposed_by.eq(excluded(findings::proposed_by)),
            findings::version.eq(findings::version + 1),
        ))
        .filter(findings::state.eq(State::Lapsed.as_str()))
        .returning((findings::id, findings::version))
        .get_result(db)
        .await
        .optional()?;
    Ok(kept.map(|(id, version)| (FindingId(id), version)))
}

/// Writes a finding that is held; its next version.
///
/// # Errors
/// Constraint `findings_repeated_once`; the database's own.
pub async fn change(db: &mut Db, finding: &Finding) -> Result<i32> {
    Ok(diesel::update(findings::table.find(finding.id.0))
        .set((
            findings::statement.eq(&finding.statement),
            findings::severity.eq(finding.severity.map(Severity::as_str)),
            findings::critical.eq(finding.critical),
            findings::root_cause.eq(finding.root_cause.as_deref()),
            findings::state.eq(finding.state.as_str()),
            findings::repeat_of.eq(finding.repeat_of.map(|id| id.0)),
            findings::repeat_count.eq(finding.repeat_count),
            findings::story.eq(serde_json::to_value(&finding.story).map_err(Error::bad_row)?),
            findings::version.eq(findings::version + 1),
        ))
        .returning(findings::version)
        .get_result(db)
        .await?)
}
