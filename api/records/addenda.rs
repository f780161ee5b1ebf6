//! Addenda to signed minutes: added, never changed.

use super::schema::minutes_addenda;
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, TemplateVersionId, VisitId};
use crate::domain::minutes::{Addendum, Correction};
use crate::domain::response::Outcome;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = minutes_addenda)]
struct Row {
    visit_id: Uuid,
    number: i32,
    item_code: Option<String>,
    was: String,
    becomes: String,
    reason: String,
    written_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    written_at: Timestamp,
    sha256: String,
    template_version_id: Option<Uuid>,
    answer: Option<Value>,
    outcome: Option<String>,
    format: i32,
    withdraws: Option<i32>,
}

impl TryFrom<Row> for Addendum {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let answer = match (row.template_version_id, row.answer, row.outcome) {
            (Some(version), Some(answer), Some(outcome)) => Some(Correction {
                template_version: TemplateVersionId(version),
                answer: serde_json::from_value(answer).map_err(Error::bad_row)?,
                outcome: Outcome::parse(&outcome).ok_or_else(|| Error::bad_row(&outcome))?,
            }),
            _ => None,
        };
        Ok(Self {
            visit: VisitId(row.visit_id),
            number: row.number,
            item: row.item_code,
            answer,
            was: row.was,
            becomes: row.becomes,
            reason: row.reason,
            by: AccountId(row.written_by),
            at: row.written_at,
            withdraws: row.withdraws,
            format: row.format,
            sha256: row.sha256,
        })
    }
}

/// Those of a visit, oldest first.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Addendum>> {
    of_visits(db, &[visit]).await
}

/// Those of some visits, each visit's oldest first.
///
/// # Errors
/// The database's own.
pub async fn of_visits(db: &mut Db, visits: &[VisitId]) -> Result<Vec<Addendum>> {
    let ids: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = minutes_addenda::table
        .filter(minutes_addenda::visit_id.eq_any(ids))
        .order((minutes_addenda::visit_id, minutes_addenda::number))
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(Addendum::try_from).collect()
}

/// Adds one; its visit must be held.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, new: &Addendum) -> Result<()> {
    let corrected = new.answer.as_ref();
    let answer = corrected.map(|of| serde_json::to_value(&of.answer).map_err(Error::bad_row)).transpose()?;
    diesel::insert_into(minutes_addenda::table)
        .values((
            minutes_addenda::visit_id.eq(new.visit.0),
            minutes_addenda::number.eq(new.number),
            minutes_addenda::item_code.eq(new.item.as_deref()),
            minutes_addenda::was.eq(&new.was),
            minutes_addenda::becomes.eq(&new.becomes),
            minutes_addenda::reason.eq(&new.reason),
            minutes_addenda::written_by.eq(new.by.0),
            minutes_addenda::written_at.eq(new.at.to_diesel()),
            minutes_addenda::withdraws.eq(new.withdraws),
            minutes_addenda::format.eq(new.format),
            minutes_addenda::sha256.eq(&new.sha256),
            minutes_addenda::template_version_id.eq(corrected.map(|of| of.template_version.0)),
            minutes_addenda::answer.eq(answer),
            minutes_addenda::outcome.eq(corrected.map(|of| of.outcome.as_str())),
        ))
        .execute(db)
        .await?;
    Ok(())
}
