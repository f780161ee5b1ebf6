//! Procedures of an owner's lists, through time.

use super::schema::{procedure_fields, procedures, visits};
use super::{Db, Error, Result};
use crate::domain::ids::OwnerId;
use crate::domain::moment::beginning_of;
use crate::domain::procedure::{Procedure, ProcedureField, ProcedureLevel};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, ToDiesel};

#[derive(Queryable, Selectable)]
#[diesel(table_name = procedures)]
struct Row {
    code: String,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    valid_from: Date,
    #[diesel(deserialize_as = NullableDate)]
    valid_to: Option<Date>,
    field: String,
    name: String,
    replaced_by: Option<String>,
    instrument: Option<String>,
}

impl From<Row> for Procedure {
    fn from(row: Row) -> Self {
        Self {
            code: row.code,
            name: row.name,
            field: row.field,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            replaced_by: row.replaced_by,
            instrument: row.instrument,
        }
    }
}

/// Every procedure of an owner at a level, on whatever day.
///
/// # Errors
/// The database's own.
pub async fn of_level(db: &mut Db, owner: OwnerId, level: ProcedureLevel) -> Result<Vec<Procedure>> {
    let rows: Vec<Row> = procedures::table
        .filter(procedures::owner_id.eq(owner.0).and(procedures::level.eq(level.as_str())))
        .order((procedures::code, procedures::valid_from))
        .select(Row::as_select())
        .load(db)
        .await?;
    Ok(rows.into_iter().map(Procedure::from).collect())
}

/// Names of an owner's fields, by code.
///
/// # Errors
/// The database's own.
pub async fn fields(db: &mut Db, owner: OwnerId) -> Result<Vec<ProcedureField>> {
    let rows: Vec<(String, String)> = procedure_fields::table
        .filter(procedure_fields::owner_id.eq(owner.0))
        .order(procedure_fields::code)
        .select((procedure_fields::code, procedure_fields::name))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|(code, name)| ProcedureField { code, name }).collect())
}

/// Which procedures are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose list.
    pub owner: OwnerId,
    /// For which level.
    pub level: ProcedureLevel,
    /// Only of this field.
    pub field: Option<String>,
    /// In force on this day.
    pub day: Date,
    /// Behind this code.
    pub after: Option<String>,
}

/// One page of the procedures in force, by code: on one day a code has one version.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, wanted: &Wanted, limit: i64) -> Result<Vec<Procedure>> {
    let day = wanted.day.to_diesel();
    let open = procedures::valid_to.is_null().or(procedures::valid_to.gt(Some(wanted.day).to_diesel()));
    let mut query = procedures::table
        .filter(procedures::owner_id.eq(wanted.owner.0).and(procedures::level.eq(wanted.level.as_str())))
        .filter(procedures::valid_from.le(day).and(open.assume_not_null()))
        .order(procedures::code.asc())
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(field) = &wanted.field {
        query = query.filter(procedures::field.eq(field.clone()));
    }
    if let Some(after) = &wanted.after {
        query = query.filter(procedures::code.gt(after.clone()));
    }
    let rows: Vec<Row> = query.load(db).await?;
    Ok(rows.into_iter().map(Procedure::from).collect())
}

/// Whether a visit of the owner was handed in that was planned for one of these days.
///
/// # Errors
/// The database's own.
pub async fn were_looked_at(db: &mut Db, owner: OwnerId, of: &Procedure) -> Result<bool> {
    let mut seen = visits::table
        .filter(visits::owner_id.eq(owner.0).and(visits::state.eq_any(["submitted", "finalised"])))
        .filter(visits::planned_start.ge(beginning_of(of.valid_from).to_diesel()))
        .into_boxed();
    if let Some(to) = of.valid_to {
        seen = seen.filter(visits::planned_start.lt(beginning_of(to).to_diesel()));
    }
    Ok(diesel::select(diesel::dsl::exists(seen)).get_result(db).await?)
}

/// Takes one stretch of a procedure out.
///
/// # Errors
/// The database's own.
pub async fn remove(db: &mut Db, owner: OwnerId, level: ProcedureLevel, of: &Procedure) -> Result<()> {
    let key = (owner.0, level.as_str(), of.code.as_str(), of.valid_from.to_diesel());
    diesel::delete(procedures::table.find(key)).execute(db).await?;
    Ok(())
}

/// Enters fields, or names them anew.
///
/// # Errors
/// The database's own.
pub async fn keep_fields(db: &mut Db, owner: OwnerId, fields: &[ProcedureField]) -> Result<()> {
    let rows: Vec<_> = fields
        .iter()
        .map(|field| {
            (
                procedure_fields::owner_id.eq(owner.0),
                procedure_fields::code.eq(field.code.as_str()),
                procedure_fields::name.eq(field.name.as_str()),
            )
        })
        .collect();
    diesel::insert_into(procedure_fields::table)
        .values(&rows)
        .on_conflict((procedure_fields::owner_id, procedure_fields::code))
        .do_update()
        .set(procedure_fields::name.eq(excluded(procedure_fields::name)))
        .execute(db)
        .await?;
    Ok(())
}

/// Enters procedures, or writes those of the same code and first day anew. Overlaps are looked for when the transaction
/// ends, so that a list may move several dates at once.
///
/// # Errors
/// Constraint `procedures_no_overlap` at the commit.
pub async fn keep(db: &mut Db, owner: OwnerId, level: ProcedureLevel, all: &[Procedure]) -> Result<()> {
    diesel::sql_query("SET CONSTRAINTS procedures_no_overlap DEFERRED")
        .execute(db)
        .await
        .map_err(Error::from)?;
    // A statement binds at most 65,535 values.
    for some in all.chunks(1000) {
        let rows: Vec<_> = some
            .iter()
            .map(|of| {
                (
                    procedures::owner_id.eq(owner.0),
                    procedures::level.eq(level.as_str()),
                    procedures::code.eq(of.code.as_str()),
                    procedures::valid_from.eq(of.valid_from.to_diesel()),
                    procedures::valid_to.eq(of.valid_to.to_diesel()),
                    procedures::field.eq(of.field.as_str()),
                    procedures::name.eq(of.name.as_str()),
                    procedures::replaced_by.eq(of.replaced_by.as_deref()),
                    procedures::instrument.eq(of.instrument.as_deref()),
                )
            })
            .collect();
        diesel::insert_into(procedures::table)
            .values(&rows)
            .on_conflict((procedures::owner_id, procedures::level, procedures::code, procedures::valid_from))
            .do_update()
            .set((
                procedures::valid_to.eq(excluded(procedures::valid_to)),
                procedures::field.eq(excluded(procedures::field)),
                procedures::name.eq(excluded(procedures::name)),
                procedures::replaced_by.eq(excluded(procedures::replaced_by)),
                procedures::instrument.eq(excluded(procedures::instrument)),
            ))
            .execute(db)
            .await?;
    }
    Ok(())
}
