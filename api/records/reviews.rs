//! Reviews of units' own papers as rows.

use super::schema::{review_tasks, review_triggers};
use super::{Db, Error, Result};
use crate::domain::ids::{AccountId, OwnerId, ReviewTriggerId, UnitId};
use crate::domain::review::{Document, Done, Review, Task, Trigger};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{Date as Day, NullableTimestamp, Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = review_triggers)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    unit_id: Uuid,
    kind: String,
    #[diesel(deserialize_as = Day)]
    occurred_on: Date,
    about: String,
    raised_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    raised_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = review_tasks)]
struct TaskRow {
    trigger_id: Uuid,
    document: String,
    #[diesel(deserialize_as = Day)]
    due_on: Date,
    #[diesel(deserialize_as = NullableTimestamp)]
    done_at: Option<Timestamp>,
    done_by: Option<Uuid>,
    paper: Option<String>,
    note: Option<String>,
}

impl TryFrom<&TaskRow> for Task {
    type Error = Error;

    fn try_from(row: &TaskRow) -> Result<Self> {
        let done = row.done_at.zip(row.done_by).map(|(at, by)| Done {
            paper: row.paper.clone(),
            note: row.note.clone().unwrap_or_default(),
            by: AccountId(by),
            at,
        });
        let document = Document::parse(&row.document).ok_or_else(|| Error::bad_row(&row.document))?;
        Ok(Self { document, due_on: row.due_on, done })
    }
}

async fn whole(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Review>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let tasks: Vec<TaskRow> = review_tasks::table
        .filter(review_tasks::trigger_id.eq_any(ids))
        .order((review_tasks::trigger_id, review_tasks::document))
        .select(TaskRow::as_select())
        .load(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let own = tasks.iter().filter(|task| task.trigger_id == row.id);
            Ok(Review {
                id: ReviewTriggerId(row.id),
                owner: OwnerId(row.owner_id),
                unit: UnitId(row.unit_id),
                trigger: Trigger::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
                occurred_on: row.occurred_on,
                about: row.about,
                tasks: own.map(Task::try_from).collect::<Result<_>>()?,
                by: AccountId(row.raised_by),
                at: row.raised_at,
            })
        })
        .collect()
}

/// One review.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: ReviewTriggerId) -> Result<Option<Review>> {
    let row: Option<Row> =
        review_triggers::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    Ok(whole(db, row.into_iter().collect()).await?.pop())
}

/// Where a review stands in a list: latest first, the id decides between equals.
pub type Place = (Timestamp, Uuid);

/// One page of an owner's reviews, of one unit or of all, latest first.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    owner: OwnerId,
    unit: Option<UnitId>,
    after: Option<Place>,
    limit: u8,
) -> Result<Vec<Review>> {
    let mut rows = review_triggers::table
        .filter(review_triggers::owner_id.eq(owner.0))
        .select(Row::as_select())
        .into_boxed();
    if let Some(unit) = unit {
        rows = rows.filter(review_triggers::unit_id.eq(unit.0));
    }
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        // The first term lets the index seek; the rest alone would filter.
        rows = rows
            .filter(review_triggers::raised_at.le(at))
            .filter(review_triggers::raised_at.lt(at).or(review_triggers::id.lt(id)));
    }
    let rows = rows
        .order((review_triggers::raised_at.desc(), review_triggers::id.desc()))
        .limit(limit.into())
        .load(db)
        .await?;
    whole(db, rows).await
}

/// Enters a review with its tasks.
///
/// # Errors
/// Constraint `review_triggers_once`; the database's own.
pub async fn keep(db: &mut Db, new: &Review) -> Result<()> {
    diesel::insert_into(review_triggers::table)
        .values((
            review_triggers::id.eq(new.id.0),
            review_triggers::owner_id.eq(new.owner.0),
            review_triggers::unit_id.eq(new.unit.0),
            review_triggers::kind.eq(new.trigger.as_str()),
            review_triggers::occurred_on.eq(new.occurred_on.to_diesel()),
            review_triggers::about.eq(&new.about),
            review_triggers::raised_by.eq(new.by.0),
            review_triggers::raised_at.eq(new.at.to_diesel()),
        ))
        .execute(db)
        .await?;
    let tasks: Vec<_> = new
        .tasks
        .iter()
        .map(|task| {
            (
                review_tasks::trigger_id.eq(new.id.0),
                review_tasks::document.eq(task.document.as_str()),
                review_tasks::due_on.eq(task.due_on.to_diesel()),
            )
        })
        .collect();
    diesel::insert_into(review_tasks::table).values(tasks).execute(db).await?;
    Ok(())
}

/// Says what came of one task; false where somebody has said so before.
///
/// # Errors
/// The database's own.
pub async fn complete(db: &mut Db, id: ReviewTriggerId, document: Document, done: &Done) -> Result<bool> {
    let written = diesel::update(review_tasks::table.find((id.0, document.as_str())))
        .filter(review_tasks::done_at.is_null())
        .set((
            review_tasks::done_at.eq(Some(done.at).to_diesel()),
            review_tasks::done_by.eq(done.by.0),
            review_tasks::paper.eq(done.paper.as_deref()),
            review_tasks::note.eq(&done.note),
        ))
        .execute(db)
        .await?;
    Ok(written > 0)
}
