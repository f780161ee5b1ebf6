//! What re-inspections saw of earlier findings: each finding once, by the last re-inspection that looked at it.

use super::{Eyes, begin};
use crate::domain::finding::{Outcome, State};
use crate::domain::ids::{FindingId, UnitId, VisitId};
use crate::records::seek::{Bind, Sql};
use crate::records::visits::visible::Wanted;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// What was seen of one item's findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfItem {
    /// The item; `None` for free findings together.
    pub item: Option<String>,
    /// Looked at again.
    pub looked_at: u32,
    /// Gone.
    pub fixed: u32,
    /// Better, not gone.
    pub partly_fixed: u32,
    /// As before.
    pub repeated: u32,
    /// The question does not arise any more.
    pub no_longer_applicable: u32,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    item: Option<String>,
    #[diesel(sql_type = BigInt)]
    looked_at: i64,
    #[diesel(sql_type = BigInt)]
    fixed: i64,
    #[diesel(sql_type = BigInt)]
    partly_fixed: i64,
    #[diesel(sql_type = BigInt)]
    repeated: i64,
    #[diesel(sql_type = BigInt)]
    no_longer_applicable: i64,
}

/// Adds what was seen last of each finding, as `outcome`.
fn outcomes(sql: &mut Sql, wanted: &Wanted) {
    sql.text(", outcome AS (SELECT DISTINCT ON (o.finding_id) o.finding_id, o.visit_id, o.outcome ")
        .text("FROM seen s JOIN finding_outcomes o ON o.visit_id = s.id WHERE s.kind = 're_inspection'");
    if let Some(at) = wanted.as_known {
        sql.text(" AND o.seen_at <= ").bind(Bind::Time(at));
    }
    sql.text(" ORDER BY o.finding_id, o.seen_at DESC, o.visit_id DESC)");
}

/// What re-inspections that count saw, by item and its code.
///
/// # Errors
/// The database's own.
pub async fn by_item(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<Vec<OfItem>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    outcomes(&mut sql, wanted);
    sql.text(" SELECT f.item_code AS item, count(*) AS looked_at");
    for (outcome, name) in [
        (Outcome::Fixed, "fixed"),
        (Outcome::PartlyFixed, "partly_fixed"),
        (Outcome::NotFixed, "repeated"),
        (Outcome::NoLongerApplicable, "no_longer_applicable"),
    ] {
        sql.text(&format!(", count(*) FILTER (WHERE o.outcome = '{}') AS {name}", outcome.as_str()));
    }
    sql.text(" FROM outcome o JOIN findings f ON f.id = o.finding_id GROUP BY f.item_code ")
        .text("ORDER BY f.item_code COLLATE \"C\"");
    let rows: Vec<Row> = sql.query().load(db).await?;
    let count = |n: i64| u32::try_from(n).map_err(Error::bad_row);
    let of = |row: Row| {
        Ok(OfItem {
            item: row.item,
            looked_at: count(row.looked_at)?,
            fixed: count(row.fixed)?,
            partly_fixed: count(row.partly_fixed)?,
            repeated: count(row.repeated)?,
            no_longer_applicable: count(row.no_longer_applicable)?,
        })
    };
    rows.into_iter().map(of).collect()
}

#[derive(QueryableByName)]
struct New {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Adds the findings that re-inspections made for the first time, as `f`: stood by and not withdrawn, repeating none.
fn made_anew(sql: &mut Sql, wanted: &Wanted) {
    sql.text(" FROM seen s JOIN findings f ON f.visit_id = s.id ")
        .text("WHERE s.kind = 're_inspection' AND f.kind = 'finding' AND f.repeat_of IS NULL AND ");
    super::state(sql, wanted.as_known);
    let standing = State::standing().into_iter().map(ToOwned::to_owned).collect();
    sql.text(" = ANY (").bind(Bind::Words(standing)).text(")");
}

/// How many findings re-inspections that count made for the first time: stood by and not withdrawn, repeating none.
///
/// # Errors
/// The database's own.
pub async fn new_findings(db: &mut Db, eyes: Eyes<'_>, wanted: &Wanted) -> Result<u32> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(0) };
    sql.text(" SELECT count(*) AS number");
    made_anew(&mut sql, wanted);
    let new: New = sql.query().get_result(db).await?;
    u32::try_from(new.number).map_err(Error::bad_row)
}

/// A finding that a re-inspection made for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeAnew {
    /// Which.
    pub finding: FindingId,
    /// Its item, if it is about one.
    pub item: Option<String>,
    /// Where.
    pub unit: UnitId,
    /// The unit's printed path on the day of the re-inspection.
    pub unit_path: String,
    /// The re-inspection.
    pub visit: VisitId,
}

#[derive(QueryableByName)]
struct AnewRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    item_code: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Text)]
    unit_path: String,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
}

/// The findings that [`new_findings`] counts, by id.
///
/// # Errors
/// The database's own.
pub async fn anew(
    db: &mut Db,
    eyes: Eyes<'_>,
    wanted: &Wanted,
    (after, limit): (Option<FindingId>, i64),
) -> Result<Vec<MadeAnew>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    sql.text(" SELECT f.id, f.item_code, f.unit_id, f.unit_path, f.visit_id");
    made_anew(&mut sql, wanted);
    if let Some(after) = after {
        sql.text(" AND f.id > ").bind(Bind::Id(after.0));
    }
    sql.text(" ORDER BY f.id LIMIT ").bind(Bind::Number(limit));
    let rows: Vec<AnewRow> = sql.query().load(db).await?;
    let of = |row: AnewRow| MadeAnew {
        finding: FindingId(row.id),
        item: row.item_code,
        unit: UnitId(row.unit_id),
        unit_path: row.unit_path,
        visit: VisitId(row.visit_id),
    };
    Ok(rows.into_iter().map(of).collect())
}

/// A finding behind the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedAt {
    /// The earlier finding.
    pub finding: FindingId,
    /// Its item, if it was born from one.
    pub item: Option<String>,
    /// Where.
    pub unit: UnitId,
    /// The unit's printed path on the day of the earlier visit.
    pub unit_path: String,
    /// The re-inspection.
    pub visit: VisitId,
    /// What it saw.
    pub outcome: Outcome,
}

#[derive(QueryableByName)]
struct SeenRow {
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    item_code: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Text)]
    unit_path: String,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = Text)]
    outcome: String,
}

/// Which findings behind the figures are wanted.
#[derive(Clone, Debug, Default)]
pub struct Behind {
    /// Of this item.
    pub item: Option<String>,
    /// Free ones, or those about an item.
    pub free: Option<bool>,
    /// Seen so.
    pub outcome: Option<Outcome>,
    /// Behind this finding.
    pub after: Option<FindingId>,
}

/// The findings behind the figures, by id.
///
/// # Errors
/// The database's own.
pub async fn behind(
    db: &mut Db,
    eyes: Eyes<'_>,
    wanted: &Wanted,
    of: &Behind,
    limit: i64,
) -> Result<Vec<LookedAt>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    outcomes(&mut sql, wanted);
    sql.text(" SELECT o.finding_id, f.item_code, f.unit_id, f.unit_path, o.visit_id, o.outcome ")
        .text("FROM outcome o JOIN findings f ON f.id = o.finding_id WHERE true");
    if let Some(item) = &of.item {
        sql.text(" AND f.item_code = ").bind(Bind::Word(item.clone()));
    }
    if let Some(is) = of.free {
        sql.text(if is { " AND f.item_code IS NULL" } else { " AND f.item_code IS NOT NULL" });
    }
    if let Some(outcome) = of.outcome {
        sql.text(" AND o.outcome = ").bind(Bind::Word(outcome.as_str().to_owned()));
    }
    if let Some(after) = of.after {
        sql.text(" AND o.finding_id > ").bind(Bind::Id(after.0));
    }
    sql.text(" ORDER BY o.finding_id LIMIT ").bind(Bind::Number(limit));
    let rows: Vec<SeenRow> = sql.query().load(db).await?;
    let of = |row: SeenRow| {
        Ok(LookedAt {
            finding: FindingId(row.finding_id),
            item: row.item_code,
            unit: UnitId(row.unit_id),
            unit_path: row.unit_path,
            visit: VisitId(row.visit_id),
            outcome: Outcome::parse(&row.outcome).ok_or_else(|| Error::bad_row(&row.outcome))?,
        })
    };
    rows.into_iter().map(of).collect()
}
