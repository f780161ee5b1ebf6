//! What bodies beside the team say of an item, side by side.

use super::schema::assessments;
use super::{Db, Error, Result};
use crate::domain::finding::{Assessment, Assessor, Judgement};
use crate::domain::ids::{AccountId, VisitId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = assessments)]
struct Row {
    item_code: String,
    assessor: String,
    assessor_name: String,
    judgement: String,
    note: String,
    entered_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    entered_at: Timestamp,
}

/// Every assessment of a visit, by item and in the order they were entered.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Assessment>> {
    let rows: Vec<Row> = assessments::table
        .filter(assessments::visit_id.eq(visit.0))
        .order((assessments::item_code, assessments::id))
        .select(Row::as_select())
        .load(db)
        .await?;
    let read = |row: Row| {
        Ok(Assessment {
            assessor: Assessor::parse(&row.assessor).ok_or_else(|| Error::bad_row(&row.assessor))?,
            judgement: Judgement::parse(&row.judgement).ok_or_else(|| Error::bad_row(&row.judgement))?,
            item: row.item_code,
            assessor_name: row.assessor_name,
            note: row.note,
            by: AccountId(row.entered_by),
            at: row.entered_at,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Enters one.
///
/// # Errors
/// Constraint `assessments_once` where this body has spoken of the item already.
pub async fn keep(db: &mut Db, visit: VisitId, new: &Assessment) -> Result<()> {
    diesel::insert_into(assessments::table)
        .values((
            assessments::visit_id.eq(visit.0),
            assessments::item_code.eq(&new.item),
            assessments::assessor.eq(new.assessor.as_str()),
            assessments::assessor_name.eq(&new.assessor_name),
            assessments::judgement.eq(new.judgement.as_str()),
            assessments::note.eq(&new.note),
            assessments::entered_by.eq(new.by.0),
            assessments::entered_at.eq(new.at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}
