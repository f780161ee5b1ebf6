//! Figures that others made, as rows: what is told anew takes the place of what was told before, which stays.

use super::schema::external_figures;
use super::seek::{Bind, Sql};
use super::{Db, Error, Result};
use crate::domain::actor::Actor;
use crate::domain::campaign::round::TargetClass;
use crate::domain::external::{Import, Value};
use crate::domain::ids::{AccountId, ExternalFigureId, OwnerId, UnitId};
use crate::domain::period::Period;
use crate::domain::permission::{Deed, Slice, reach};
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{Date as Day, NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Rows of one statement: far below the 65,535 values that PostgreSQL takes at once.
const AT_ONCE: usize = 1000;

/// A value as it is held.
#[derive(Clone, Debug)]
pub struct Held {
    /// Random: tells neither time nor number.
    pub id: ExternalFigureId,
    /// Whose.
    pub owner: OwnerId,
    /// Code of its series.
    pub series: String,
    /// What people read.
    pub title: String,
    /// Where it was told.
    pub source: String,
    /// What was told, about what.
    pub value: Value,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// When another value took its place.
    pub superseded_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    series: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    unit_class: Option<String>,
    #[diesel(sql_type = SqlDate)]
    period_from: Day,
    #[diesel(sql_type = SqlDate)]
    period_to: Day,
    #[diesel(sql_type = Jsonb)]
    figure: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    imported_at: Stamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: NullableTimestamp,
}

impl TryFrom<Row> for Held {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let class = |word: &str| TargetClass::ALL.into_iter().find(|class| class.as_str() == word);
        let class = row.unit_class.as_deref().map(|word| class(word).ok_or_else(|| Error::bad_row(word)));
        Ok(Self {
            id: ExternalFigureId(row.id),
            owner: OwnerId(row.owner_id),
            series: row.series,
            title: row.title,
            source: row.source,
            value: Value {
                unit: row.unit_id.map(UnitId),
                class: class.transpose()?,
                period: Period { from: row.period_from.into(), to: row.period_to.into() },
                figure: serde_json::from_value(row.figure).map_err(Error::bad_row)?,
            },
            imported_at: row.imported_at.into(),
            superseded_at: row.superseded_at.into(),
        })
    }
}

const COLUMNS: &str = "SELECT id, owner_id, series, title, source, unit_id, unit_class, period_from, period_to, figure, \
    imported_at, superseded_at FROM external_figures WHERE owner_id = ";

/// What the series of an import holds today about its units, in the span of its periods: among it is whatever a value of the
/// import takes the place of.
///
/// # Errors
/// The database's own.
pub async fn beside(db: &mut Db, import: &Import) -> Result<Vec<Held>> {
    let ends = || import.values.iter().map(|value| value.period.to);
    let (Some(first), Some(last)) = (ends().min(), ends().max()) else { return Ok(Vec::new()) };
    let units = import.values.iter().filter_map(|value| value.unit).map(|unit| unit.0).collect();
    let mut sql = Sql::default();
    sql.text(COLUMNS).bind(Bind::Id(import.owner.0));
    sql.text(" AND series = ").bind(Bind::Word(import.series.clone()));
    sql.text(" AND superseded_at IS NULL AND period_to >= ").bind(Bind::Day(first));
    sql.text(" AND period_to <= ").bind(Bind::Day(last));
    sql.text(" AND (unit_id IS NULL OR unit_id = ANY (").bind(Bind::Ids(units)).text("))");
    let rows: Vec<Row> = sql.query().load(db).await?;
    rows.into_iter().map(Held::try_from).collect()
}

/// A value to be entered, with every unit above its own.
pub type New<'a> = (ExternalFigureId, &'a Value, Vec<UnitId>);

/// Enters values of an import in place of these.
///
/// # Errors
/// The database's own.
pub async fn enter(
    db: &mut Db,
    import: &Import,
    (new, instead_of): (&[New<'_>], &[ExternalFigureId]),
    (by, now): (AccountId, Timestamp),
) -> Result<()> {
    let old: Vec<Uuid> = instead_of.iter().map(|id| id.0).collect();
    diesel::update(external_figures::table.filter(external_figures::id.eq_any(old)))
        .set(external_figures::superseded_at.eq(Some(now).to_diesel()))
        .execute(db)
        .await?;
    for some in new.chunks(AT_ONCE) {
        let mut rows = Vec::with_capacity(some.len());
        for (id, value, above) in some {
            rows.push((
                external_figures::id.eq(id.0),
                external_figures::owner_id.eq(import.owner.0),
                external_figures::series.eq(import.series.as_str()),
                external_figures::title.eq(import.title.as_str()),
                external_figures::source.eq(import.source.as_str()),
                external_figures::unit_id.eq(value.unit.map(|unit| unit.0)),
                external_figures::unit_ancestors.eq(above.iter().map(|unit| unit.0).collect::<Vec<_>>()),
                external_figures::unit_class.eq(value.class.map(TargetClass::as_str)),
                external_figures::period_from.eq(value.period.from.to_diesel()),
                external_figures::period_to.eq(value.period.to.to_diesel()),
                external_figures::figure.eq(serde_json::to_value(&value.figure).map_err(Error::bad_row)?),
                external_figures::imported_by.eq(by.0),
                external_figures::imported_at.eq(now.to_diesel()),
            ));
        }
        diesel::insert_into(external_figures::table).values(rows).execute(db).await?;
    }
    Ok(())
}

/// Where a value stands in a list: latest period first, the id decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The last day of its period.
    pub to: Date,
    /// Which value.
    pub id: ExternalFigureId,
}

/// Which values are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose.
    pub owner: OwnerId,
    /// Of this series.
    pub series: Option<String>,
    /// About this unit.
    pub unit: Option<UnitId>,
    /// Of periods that end on this day or later.
    pub from: Option<Date>,
    /// Of periods that end on this day or before.
    pub to: Option<Date>,
    /// That were known at this instant; those that hold today where it is `None`.
    pub as_known: Option<Timestamp>,
    /// Behind this place.
    pub after: Option<Place>,
}

/// One page of the values an actor may see, latest period first.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, actor: &Actor, wanted: &Wanted, limit: i64) -> Result<Vec<Held>> {
    let mut sql = Sql::default();
    sql.text(COLUMNS).bind(Bind::Id(wanted.owner.0));
    if !seen(&mut sql, actor, wanted.owner) {
        return Ok(Vec::new());
    }
    if let Some(series) = &wanted.series {
        sql.text(" AND series = ").bind(Bind::Word(series.clone()));
    }
    if let Some(unit) = wanted.unit {
        sql.text(" AND unit_id = ").bind(Bind::Id(unit.0));
    }
    match wanted.as_known {
        None => sql.text(" AND superseded_at IS NULL"),
        Some(at) => sql
            .text(" AND imported_at <= ")
            .bind(Bind::Time(at))
            .text(" AND (superseded_at IS NULL OR superseded_at > ")
            .bind(Bind::Time(at))
            .text(")"),
    };
    if let Some(from) = wanted.from {
        sql.text(" AND period_to >= ").bind(Bind::Day(from));
    }
    if let Some(to) = wanted.to {
        sql.text(" AND period_to <= ").bind(Bind::Day(to));
    }
    if let Some(after) = wanted.after {
        // The first term lets the index seek; the rest alone would filter.
        sql.text(" AND period_to <= ").bind(Bind::Day(after.to));
        sql.text(" AND (period_to < ").bind(Bind::Day(after.to));
        sql.text(" OR id < ").bind(Bind::Id(after.id.0)).text(")");
    }
    sql.text(" ORDER BY period_to DESC, id DESC LIMIT ").bind(Bind::Number(limit));
    let rows: Vec<Row> = sql.query().load(db).await?;
    rows.into_iter().map(Held::try_from).collect()
}

/// Narrows a statement to what an actor may see of an owner; false where that is nothing.
fn seen(sql: &mut Sql, actor: &Actor, owner: OwnerId) -> bool {
    let reach = reach(actor, Deed::ReadExternal);
    let of_units = reach.units.iter().map(|(slice, _)| *slice);
    // Figures belong to no campaign, so that what is narrowed to one reaches none.
    let here = |slice: &Slice| slice.owner.is_none_or(|of| of == owner) && slice.campaign.is_none();
    let slices: Vec<Slice> = reach.owners.iter().copied().chain(of_units).filter(here).collect();
    let units: Vec<Uuid> = slices.iter().filter_map(|slice| slice.unit).map(|unit| unit.0).collect();
    if !slices.is_empty() && units.len() == slices.len() {
        sql.text(" AND (unit_id || unit_ancestors) && ").bind(Bind::Ids(units));
    }
    !slices.is_empty()
}
