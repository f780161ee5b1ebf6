//! Answers as rows: one an item, the latest version; what it was before is in the evidence log.

pub mod candidates;

use super::schema::{minutes_addenda, responses};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, ResponseId, TemplateVersionId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::response::{Outcome, Response};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = responses)]
struct Row {
    id: Uuid,
    visit_id: Uuid,
    template_version_id: Uuid,
    item_code: String,
    answer: Value,
    outcome: String,
    note: String,
    version: i32,
    answered_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    answered_at: Timestamp,
    answered_offset_s: i32,
    #[diesel(deserialize_as = Stamp)]
    received_at: Timestamp,
}

impl TryFrom<Row> for Response {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ResponseId(row.id),
            visit: VisitId(row.visit_id),
            template_version: TemplateVersionId(row.template_version_id),
            item: row.item_code,
            answer: serde_json::from_value(row.answer).map_err(Error::bad_row)?,
            outcome: Outcome::parse(&row.outcome).ok_or_else(|| Error::bad_row(&row.outcome))?,
            note: row.note,
            version: row.version,
            answered_by: AccountId(row.answered_by),
            answered: DeviceMoment::from_parts(row.answered_at, row.answered_offset_s)
                .map_err(Error::bad_row)?,
            received_at: row.received_at,
        })
    }
}

fn parse(rows: Vec<Row>) -> Result<Vec<Response>> {
    rows.into_iter().map(Response::try_from).collect()
}

/// One answer.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: ResponseId) -> Result<Option<Response>> {
    let row: Option<Row> = responses::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Response::try_from).transpose()
}

/// The answer to one item of a visit, whoever minted its id.
///
/// # Errors
/// The database's own.
pub async fn to_item(
    db: &mut Db,
    visit: VisitId,
    template_version: TemplateVersionId,
    item: &str,
) -> Result<Option<Response>> {
    let row: Option<Row> = responses::table
        .filter(responses::visit_id.eq(visit.0))
        .filter(responses::template_version_id.eq(template_version.0))
        .filter(responses::item_code.eq(item))
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Response::try_from).transpose()
}

/// Every answer of a visit, by checklist and item.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId) -> Result<Vec<Response>> {
    let rows = responses::table
        .filter(responses::visit_id.eq(visit.0))
        .order((responses::template_version_id, responses::item_code))
        .select(Row::as_select())
        .load(db)
        .await?;
    parse(rows)
}

/// Answers by their ids, in no order.
///
/// # Errors
/// The database's own.
pub async fn load(db: &mut Db, ids: &[ResponseId]) -> Result<Vec<Response>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = responses::table.filter(responses::id.eq_any(ids)).select(Row::as_select()).load(db).await?;
    parse(rows)
}

/// What was not fine at these visits when it was answered, and what an addendum is about, by visit and item.
///
/// # Errors
/// The database's own.
pub async fn failing(db: &mut Db, visits: &[VisitId]) -> Result<Vec<Response>> {
    let ids: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
    let about = minutes_addenda::table
        .filter(minutes_addenda::visit_id.eq(responses::visit_id))
        .filter(minutes_addenda::item_code.eq(responses::item_code.nullable()))
        .filter(minutes_addenda::outcome.is_not_null());
    let not_fine = responses::outcome.eq_any([Outcome::Fail.as_str(), Outcome::Partial.as_str()]);
    let rows = responses::table
        .filter(responses::visit_id.eq_any(ids))
        .filter(not_fine.or(diesel::dsl::exists(about)))
        .order((responses::visit_id, responses::item_code))
        .select(Row::as_select())
        .load(db)
        .await?;
    parse(rows)
}

/// Enters a first answer.
///
/// # Errors
/// Constraint `responses_one_per_item` where another id answers this item, `responses_pkey` where the id is taken.
pub async fn keep(db: &mut Db, new: &Response) -> Result<()> {
    diesel::insert_into(responses::table)
        .values((
            responses::id.eq(new.id.0),
            responses::visit_id.eq(new.visit.0),
            responses::template_version_id.eq(new.template_version.0),
            responses::item_code.eq(&new.item),
            written(new)?,
            responses::version.eq(new.version),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Writes a change of an answer; its visit must be held.
///
/// # Errors
/// The database's own.
pub async fn change(db: &mut Db, response: &Response) -> Result<()> {
    diesel::update(responses::table.find(response.id.0))
        .set((written(response)?, responses::version.eq(response.version)))
        .execute(db)
        .await?;
    Ok(())
}

type Written<'a> = (
    diesel::dsl::Eq<responses::answer, Value>,
    diesel::dsl::Eq<responses::outcome, &'static str>,
    diesel::dsl::Eq<responses::note, &'a str>,
    diesel::dsl::Eq<responses::answered_by, Uuid>,
    diesel::dsl::Eq<responses::answered_at, Stamp>,
    diesel::dsl::Eq<responses::answered_offset_s, i32>,
    diesel::dsl::Eq<responses::received_at, Stamp>,
);

fn written(response: &Response) -> Result<Written<'_>> {
    let answer = serde_json::to_value(&response.answer).map_err(|why| Error::Fault(why.to_string()))?;
    Ok((
        responses::answer.eq(answer),
        responses::outcome.eq(response.outcome.as_str()),
        responses::note.eq(response.note.as_str()),
        responses::answered_by.eq(response.answered_by.0),
        responses::answered_at.eq(response.answered.at.to_diesel()),
        responses::answered_offset_s.eq(response.answered.offset_s),
        responses::received_at.eq(response.received_at.to_diesel()),
    ))
}
