//! Reviews of units' own papers: raised when a chair is new or a rule changed, done by the unit.

use super::units::{lineage, today};
use super::{Result, cut};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{OwnerId, ReviewTriggerId, UnitId};
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::review::{self, Document, Done, Review, Trigger, said};
use crate::domain::unit;
use crate::domain::visit::rule;
use crate::identity;
use crate::records::custody::{self, Entry};
use crate::records::{Db, owners, reviews as rows, units};
use jiff::civil::Date;
use serde_json::{Value, json};

pub use crate::records::reviews::Place;

/// Whose and of which unit: the unit and everything above it today, and whoever stands in its place where it ended.
async fn subject(db: &mut Db, owner: OwnerId, unit: Option<UnitId>, day: Date) -> Result<Subject> {
    let mut above: Vec<UnitId> = unit.into_iter().collect();
    if let Some(unit) = unit {
        above.extend(units::at(db, unit, day).await?.into_iter().flat_map(|at| at.ancestors));
        for holder in lineage::holders(db, &[unit], day).await?.into_values() {
            above.push(holder.unit);
            above.extend(holder.ancestors);
        }
    }
    Ok(Subject { owner: Some(owner), units: above, ..Subject::default() })
}

fn entry(review: &Review, deed: &'static str, details: Value) -> Entry<'static> {
    Entry { deed, object: ("review", review.id.to_string()), owner: Some(review.owner), visit: None, details }
}

/// What happened.
#[derive(Clone, Debug)]
pub struct Raised {
    /// Whose review it is to be.
    pub owner: OwnerId,
    /// Of which unit.
    pub unit: UnitId,
    /// What happened.
    pub trigger: Trigger,
    /// On which day.
    pub occurred_on: Date,
    /// In words.
    pub about: String,
    /// The last day of the reviews; thirty days later where none is named.
    pub due_on: Option<Date>,
}

/// Raises a review of each kind of paper.
///
/// # Errors
/// `not-found`, `forbidden`; `review.raised-already`, `review.unit`, `review.due-on`, `review.text`; `invalid` for a day
/// out of range.
pub async fn raise(app: &App, actor: &Actor, raised: Raised) -> Result<Review> {
    let mut tx = app.records.begin().await?;
    owners::find(&mut tx, raised.owner).await?.ok_or_else(Refusal::not_found)?;
    let day = today(app);
    let subject = subject(&mut tx, raised.owner, Some(raised.unit), day).await?;
    may(actor, Deed::RaiseReview, &subject)?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let occurred_on = unit::day("/occurred_on", raised.occurred_on)?;
    let due_on = raised.due_on.map(|due| unit::day("/due_on", due)).transpose()?;
    if units::at(&mut tx, raised.unit, day).await?.is_none() {
        return Err(rule("review.unit", "/unit", "Only a unit in force reviews its papers.").into());
    }
    let new = Review {
        id: ReviewTriggerId::random(identity::random()),
        owner: raised.owner,
        unit: raised.unit,
        trigger: raised.trigger,
        occurred_on,
        about: said(&raised.about, "/about")?,
        tasks: review::tasks(occurred_on, due_on)?,
        by,
        at: app.now(),
    };
    match rows::keep(&mut tx, &new).await {
        Err(why) if why.broke("review_triggers_once") => {
            let detail = "The same was raised for this unit and day already.";
            return Err(Refusal::new(Family::Conflict, "review.raised-already", detail).into());
        }
        done => done?,
    }
    let details = json!({ "unit": new.unit, "kind": new.trigger, "occurred_on": occurred_on });
    custody::note(&mut tx, Some(actor), entry(&new, "review.raised", details), new.at).await?;
    tx.commit().await?;
    Ok(new)
}

async fn permitted(db: &mut Db, actor: &Actor, id: ReviewTriggerId, deed: Deed, day: Date) -> Result<Review> {
    let review = rows::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let subject = subject(db, review.owner, Some(review.unit), day).await?;
    may(actor, deed, &subject)?;
    Ok(review)
}

/// Reads one review.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: ReviewTriggerId) -> Result<Review> {
    let mut db = app.records.conn().await?;
    permitted(&mut db, actor, id, Deed::ReadReviews, today(app)).await
}

/// One page of an owner's reviews, of one unit or of all, latest first, and where the next one begins.
///
/// # Errors
/// `not-found`, where the actor may not see them.
pub async fn page(
    app: &App,
    actor: &Actor,
    (owner, unit): (OwnerId, Option<UnitId>),
    after: Option<Place>,
    limit: u8,
) -> Result<(Vec<Review>, Option<Place>)> {
    let mut db = app.records.conn().await?;
    let subject = subject(&mut db, owner, unit, today(app)).await?;
    may(actor, Deed::ReadReviews, &subject)?;
    let found = rows::page(&mut db, owner, unit, after, limit.saturating_add(1)).await?;
    let (found, more) = cut(found, limit);
    let next = found.last().map(|last| (last.at, last.id.0)).filter(|_| more);
    Ok((found, next))
}

/// Says what came of the review of one kind of paper: issued anew under a number, or it stands as it is. The same again
/// changes nothing.
///
/// # Errors
/// `not-found`, `forbidden`; `review.done`, `review.text`.
pub async fn complete(
    app: &App,
    actor: &Actor,
    id: ReviewTriggerId,
    document: Document,
    (paper, note): (Option<&str>, &str),
) -> Result<Review> {
    let mut tx = app.records.begin().await?;
    let review = permitted(&mut tx, actor, id, Deed::AnswerReview, today(app)).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let done = Done {
        paper: paper.map(|paper| said(paper, "/paper")).transpose()?,
        note: said(note, "/note")?,
        by,
        at: app.now(),
    };
    if !rows::complete(&mut tx, id, document, &done).await? {
        let earlier =
            review.tasks.iter().find(|task| task.document == document).and_then(|t| t.done.as_ref());
        let same = |kept: &Done| kept.paper == done.paper && kept.note == done.note && kept.by == by;
        return if earlier.is_some_and(same) { Ok(review) } else { Err(review::is_done().into()) };
    }
    let details = json!({ "document": document, "paper": done.paper });
    custody::note(&mut tx, Some(actor), entry(&review, "review.completed", details), done.at).await?;
    let review = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    tx.commit().await?;
    Ok(review)
}
