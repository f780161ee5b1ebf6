//! Items over many visits: at which units they are not fine. A unit counts once for each item, by its latest visit that
//! asked it.

use super::{Eyes, begin, latest, verdicts};
use crate::domain::compared::Measured;
use crate::domain::ids::{UnitId, VisitId};
use crate::domain::shares::ItemShare;
use crate::records::seek::{Bind, Sql};
use crate::records::visits::visible::Wanted;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    template: Option<String>,
    #[diesel(sql_type = Text)]
    item_code: String,
    #[diesel(sql_type = BigInt)]
    assessed: i64,
    #[diesel(sql_type = Array<SqlUuid>)]
    failing: Vec<Uuid>,
    #[diesel(sql_type = Array<SqlUuid>)]
    passing: Vec<Uuid>,
}

/// How many visits count, and each item that was judged in them, or those of these codes.
///
/// Units that are fine are named only where the items are: a year of a province would be hundreds of thousands.
///
/// # Errors
/// The database's own.
pub async fn shares(
    db: &mut Db,
    eyes: Eyes<'_>,
    wanted: &Wanted,
    items: Option<&[String]>,
) -> Result<(u32, Vec<ItemShare>)> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok((0, Vec::new())) };
    verdicts(&mut sql, wanted.as_known, items);
    let passing = if items.is_some() { "NOT failing" } else { "false" };
    sql.text(&format!(
        " SELECT NULL::text AS template, '' AS item_code, count(*) AS assessed, '{{}}'::uuid[] AS failing, \
         '{{}}'::uuid[] AS passing FROM seen UNION ALL (SELECT template, item_code, count(*), \
         coalesce(array_agg(unit_id) FILTER (WHERE failing), '{{}}'), \
         coalesce(array_agg(unit_id) FILTER (WHERE {passing}), '{{}}') \
         FROM verdict GROUP BY template, item_code) ORDER BY template NULLS FIRST, item_code"
    ));
    let rows: Vec<Row> = sql.query().load(db).await?;
    let units = |ids: Vec<Uuid>| ids.into_iter().map(UnitId).collect::<BTreeSet<_>>();
    let (mut visits, mut shares) = (0, Vec::new());
    for row in rows {
        let assessed = u32::try_from(row.assessed).map_err(Error::bad_row)?;
        match row.template {
            None => visits = assessed,
            Some(template) => shares.push(ItemShare {
                template,
                item: row.item_code,
                assessed,
                failing: units(row.failing),
                passing: units(row.passing),
            }),
        }
    }
    Ok((visits, shares))
}

/// Where a unit stands in the list behind a figure: by the name it has on the day, as dictionaries order it. An item's code
/// may stand in several checklists, and the unit once for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The name as `vietnamese_order` writes it.
    pub key: String,
    /// The unit.
    pub unit: UnitId,
    /// Code of the checklist.
    pub template: String,
    /// Code of the item.
    pub item: String,
}

/// One answer behind a figure: of a unit and an item, the one that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The unit.
    pub unit: UnitId,
    /// Its name on the day.
    pub name: String,
    /// What it measures; `None` for an answer that is no share.
    pub measured: Option<Measured>,
    /// The visit whose answer counts.
    pub visit: VisitId,
    /// Whether it earns less than full credit.
    pub failing: bool,
    /// Whether an addendum changed the answer.
    pub is_corrected: bool,
    /// Whether its finding was withdrawn after verification.
    pub is_withdrawn: bool,
    /// Its place in the list.
    pub place: Place,
}

#[derive(QueryableByName)]
struct UnitRow {
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = Text)]
    template: String,
    #[diesel(sql_type = Text)]
    item_code: String,
    #[diesel(sql_type = Nullable<Text>)]
    part: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    whole: Option<String>,
    #[diesel(sql_type = Bool)]
    failing: bool,
    #[diesel(sql_type = Bool)]
    is_corrected: bool,
    #[diesel(sql_type = Bool)]
    is_withdrawn: bool,
}

/// What is listed behind a figure of items.
#[derive(Clone, Debug)]
pub struct Behind {
    /// Code of the checklist; of any where none is named.
    pub template: Option<String>,
    /// Code of the item; of any where none is named.
    pub item: Option<String>,
    /// Those that are not fine, or those that are.
    pub failing: Option<bool>,
    /// Those that measure a share, or those that don't.
    pub measured: Option<bool>,
    /// Whose names hold.
    pub day: Date,
    /// Behind this place.
    pub after: Option<Place>,
}

/// The answers behind a figure of items, in the order of Vietnamese dictionaries, checklists and codes.
///
/// # Errors
/// The database's own.
pub async fn behind(
    db: &mut Db,
    eyes: Eyes<'_>,
    wanted: &Wanted,
    of: &Behind,
    limit: i64,
) -> Result<Vec<Judged>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    latest(&mut sql, wanted.as_known, of.item.as_ref().map(std::slice::from_ref));
    named(&mut sql, of.day);
    sql.text(" SELECT n.unit_id, n.name, n.key, l.visit_id, l.template, l.item_code, ")
        .text(&format!("{} AS part, {} AS whole, ", millionths("numerator"), millionths("denominator")))
        .text("l.failing, l.is_corrected, l.is_withdrawn ")
        .text("FROM latest l JOIN named n ON n.unit_id = l.unit_id WHERE true");
    if let Some(template) = &of.template {
        sql.text(" AND l.template = ").bind(Bind::Word(template.clone()));
    }
    match of.failing {
        Some(true) => sql.text(" AND l.failing"),
        Some(false) => sql.text(" AND NOT l.failing"),
        None => &mut sql,
    };
    match of.measured {
        Some(true) => sql.text(" AND l.answer ->> 'type' = 'ratio'"),
        Some(false) => sql.text(" AND l.answer ->> 'type' <> 'ratio'"),
        None => &mut sql,
    };
    if let Some(after) = &of.after {
        sql.text(&format!(" AND ({ORDER}) > (")).bind(Bind::Word(after.key.clone()));
        sql.text(", ").bind(Bind::Id(after.unit.0));
        sql.text(", ").bind(Bind::Word(after.template.clone()));
        sql.text(", ").bind(Bind::Word(after.item.clone())).text(")");
    }
    sql.text(&format!(" ORDER BY {ORDER} LIMIT ")).bind(Bind::Number(limit));
    let rows: Vec<UnitRow> = sql.query().load(db).await?;
    rows.into_iter().map(Judged::try_from).collect()
}

/// In what order answers are listed.
const ORDER: &str = "n.key COLLATE \"C\", n.unit_id, l.template COLLATE \"C\", l.item_code COLLATE \"C\"";

/// A measured value of `l.answer`, in millionths: kept to six places, so that a millionth is whole.
fn millionths(field: &str) -> String {
    format!(
        "CASE WHEN l.answer ->> 'type' = 'ratio' THEN \
         ((l.answer ->> '{field}')::numeric * 1000000)::numeric(38, 0)::text END"
    )
}

impl TryFrom<UnitRow> for Judged {
    type Error = Error;

    fn try_from(row: UnitRow) -> Result<Self> {
        let number = |text: String| text.parse::<i128>().map_err(Error::bad_row);
        let measured = match (row.part, row.whole) {
            (Some(part), Some(whole)) => Some(Measured { part: number(part)?, whole: number(whole)? }),
            _ => None,
        };
        Ok(Self {
            unit: UnitId(row.unit_id),
            name: row.name,
            measured,
            visit: VisitId(row.visit_id),
            failing: row.failing,
            is_corrected: row.is_corrected,
            is_withdrawn: row.is_withdrawn,
            place: Place {
                key: row.key,
                unit: UnitId(row.unit_id),
                template: row.template,
                item: row.item_code,
            },
        })
    }
}

#[derive(QueryableByName)]
struct VisitRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
}

/// The visits whose answers count for an item: each unit's latest that asked it.
///
/// # Errors
/// The database's own.
pub async fn deciding(
    db: &mut Db,
    eyes: Eyes<'_>,
    wanted: &Wanted,
    (template, item): (&str, &str),
) -> Result<Vec<VisitId>> {
    let Some(mut sql) = begin(db, eyes, wanted).await? else { return Ok(Vec::new()) };
    latest(&mut sql, wanted.as_known, Some(&[item.to_owned()]));
    sql.text(" SELECT visit_id FROM latest WHERE template = ").bind(Bind::Word(template.to_owned()));
    sql.text(" ORDER BY unit_id");
    let rows: Vec<VisitRow> = sql.query().load(db).await?;
    Ok(rows.into_iter().map(|row| VisitId(row.visit_id)).collect())
}

/// Adds the units of `latest` by name, as `named`: as of a day where they exist, else as they were last.
fn named(sql: &mut Sql, day: Date) {
    sql.text(", named AS (SELECT unit_id, name, ")
        .text("vietnamese_order(regexp_replace(name, '^(Xã|Phường|Thị trấn|Đặc khu) ', '')) AS key FROM (")
        .text("SELECT DISTINCT ON (v.unit_id) v.unit_id, v.name FROM unit_versions v ")
        .text("WHERE v.unit_id IN (SELECT unit_id FROM latest) AND v.valid_from <= ")
        .bind(Bind::Day(day))
        .text(" ORDER BY v.unit_id, v.valid_from DESC) AS last)");
}
