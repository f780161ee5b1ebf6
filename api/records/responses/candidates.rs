//! Answers beside others, as rows: kept until the lead decides, and for good afterwards.

use super::{Outcome, Response};
use crate::domain::ids::{AccountId, CandidateId, ResponseId, TemplateVersionId, VisitId};
use crate::domain::moment::DeviceMoment;
use crate::domain::response::{Candidate, Decided};
use crate::records::schema::response_candidates;
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = response_candidates)]
struct Row {
    id: Uuid,
    visit_id: Uuid,
    template_version_id: Uuid,
    item_code: String,
    response_id: Uuid,
    answer: Value,
    outcome: String,
    note: String,
    answered_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    answered_at: Timestamp,
    answered_offset_s: i32,
    #[diesel(deserialize_as = Stamp)]
    received_at: Timestamp,
    taken: Option<bool>,
    decided_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    decided_at: Option<Timestamp>,
}

impl TryFrom<Row> for Candidate {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let decided = row.taken.zip(row.decided_by).zip(row.decided_at);
        Ok(Self {
            id: CandidateId(row.id),
            sent: Response {
                id: ResponseId(row.response_id),
                visit: VisitId(row.visit_id),
                template_version: TemplateVersionId(row.template_version_id),
                item: row.item_code,
                answer: serde_json::from_value(row.answer).map_err(Error::bad_row)?,
                outcome: Outcome::parse(&row.outcome).ok_or_else(|| Error::bad_row(&row.outcome))?,
                note: row.note,
                version: 0,
                answered_by: AccountId(row.answered_by),
                answered: DeviceMoment::from_parts(row.answered_at, row.answered_offset_s)
                    .map_err(Error::bad_row)?,
                received_at: row.received_at,
            },
            decided: decided.map(|((taken, by), at)| Decided { taken, by: AccountId(by), at }),
        })
    }
}

/// Every answer beside others at a visit, by item and time; those that wait, or all that ever did.
///
/// # Errors
/// The database's own.
pub async fn of_visit(db: &mut Db, visit: VisitId, only_waiting: bool) -> Result<Vec<Candidate>> {
    of_visits(db, &[visit], only_waiting).await
}

/// As [`of_visit`], of several visits; each one's in that order.
///
/// # Errors
/// The database's own.
pub async fn of_visits(db: &mut Db, visits: &[VisitId], only_waiting: bool) -> Result<Vec<Candidate>> {
    let ids: Vec<Uuid> = visits.iter().map(|visit| visit.0).collect();
    let mut rows = response_candidates::table
        .filter(response_candidates::visit_id.eq_any(ids))
        .order((response_candidates::item_code, response_candidates::received_at, response_candidates::id))
        .select(Row::as_select())
        .into_boxed();
    if only_waiting {
        rows = rows.filter(response_candidates::taken.is_null());
    }
    let rows: Vec<Row> = rows.load(db).await?;
    rows.into_iter().map(Candidate::try_from).collect()
}

/// Keeps an answer beside another; its visit must be held.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, id: CandidateId, sent: &Response) -> Result<()> {
    let answer = serde_json::to_value(&sent.answer).map_err(|why| Error::Fault(why.to_string()))?;
    diesel::insert_into(response_candidates::table)
        .values((
            response_candidates::id.eq(id.0),
            response_candidates::visit_id.eq(sent.visit.0),
            response_candidates::template_version_id.eq(sent.template_version.0),
            response_candidates::item_code.eq(&sent.item),
            response_candidates::response_id.eq(sent.id.0),
            response_candidates::answer.eq(answer),
            response_candidates::outcome.eq(sent.outcome.as_str()),
            response_candidates::note.eq(&sent.note),
            response_candidates::answered_by.eq(sent.answered_by.0),
            response_candidates::answered_at.eq(sent.answered.at.to_diesel()),
            response_candidates::answered_offset_s.eq(sent.answered.offset_s),
            response_candidates::received_at.eq(sent.received_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Writes down what was decided about candidates that wait; their visit must be held.
///
/// # Errors
/// The database's own.
pub async fn decide(db: &mut Db, ids: &[CandidateId], decided: Decided) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let waiting = response_candidates::table
        .filter(response_candidates::id.eq_any(ids))
        .filter(response_candidates::taken.is_null());
    diesel::update(waiting)
        .set((
            response_candidates::taken.eq(decided.taken),
            response_candidates::decided_by.eq(decided.by.0),
            response_candidates::decided_at.eq(decided.at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}
