//! Reviews of a unit's own papers: a new chair or a new rule raises one for each kind of paper.

use crate::ids::{AccountId, OwnerId, ReviewTriggerId, UnitId};
use crate::moment::vietnam_day;
use crate::refusal::{Kind as Family, Refusal};
use crate::text;
use crate::visit::rule;
use jiff::civil::Date;
use jiff::{Span, Timestamp};

/// Days to review where nothing is said.
pub const USUAL_DAYS: i64 = 30;

words! {
    /// What makes a unit review its papers.
    Trigger {
        /// Somebody else chairs it.
        NewChair = "new_chair",
        /// Other people work there.
        StaffChange = "staff_change",
        /// A higher rule came or changed.
        NewRule = "new_rule",
    }
}

words! {
    /// What is reviewed.
    Document {
        /// Quy chế làm việc.
        WorkRegulation = "work_regulation",
        /// Nội quy.
        InternalRules = "internal_rules",
        /// Phân công nhiệm vụ.
        Assignments = "assignments",
        /// Ban chỉ đạo, tổ công tác.
        Committees = "committees",
    }
}

/// The review of one kind of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Which kind.
    pub document: Document,
    /// The last day, local.
    pub due_on: Date,
    /// What came of it.
    pub done: Option<Done>,
}

/// What came of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Number of the paper that was issued anew; `None` where the old one stands.
    pub paper: Option<String>,
    /// In words.
    pub note: String,
    /// Who said so.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

impl Task {
    /// Whether its day is over in Vietnam and nobody has done it. Never stored.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.done.is_none() && vietnam_day(now) > self.due_on
    }
}

/// Something that makes a unit review its papers, with a task for each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Random: tells neither time nor number.
    pub id: ReviewTriggerId,
    /// Whose.
    pub owner: OwnerId,
    /// Of which unit.
    pub unit: UnitId,
    /// What happened.
    pub trigger: Trigger,
    /// On which day.
    pub occurred_on: Date,
    /// In words: who, or which rule.
    pub about: String,
    /// One for each kind of paper.
    pub tasks: Vec<Task>,
    /// Who raised it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A task for each kind of paper, due on a day or thirty days after it happened.
///
/// # Errors
/// `review.due-on` for a day before it happened.
pub fn tasks(occurred_on: Date, due_on: Option<Date>) -> Result<Vec<Task>, Refusal> {
    let due_on = due_on.unwrap_or_else(|| occurred_on.saturating_add(Span::new().days(USUAL_DAYS)));
    if due_on < occurred_on {
        return Err(rule("review.due-on", "/due_on", "A review is due after what makes it needed."));
    }
    Ok(Document::ALL.iter().map(|document| Task { document: *document, due_on, done: None }).collect())
}

/// Reads a sentence of somebody's.
///
/// # Errors
/// `review.text`, blaming `pointer`.
pub fn said(raw: &str, pointer: &str) -> Result<String, Refusal> {
    text::required(raw, 2000).map_err(|why| rule("review.text", pointer, &format!("The text {why}.")))
}

/// Refuses to do over again what is done.
#[must_use]
pub fn is_done() -> Refusal {
    Refusal::new(Family::Conflict, "review.done", "This review is done; what was said of it stands.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't make its input should stop")]

    use super::*;
    use jiff::civil::date;

    /// M33: replacing the chair raises a review task for 4 document kinds.
    #[test]
    fn a_new_chair_raises_a_task_for_each_of_four_kinds() {
        let tasks = tasks(date(2020, 3, 1), None).unwrap();
        assert_eq!(tasks.len(), 4);
        assert!(tasks.iter().all(|task| task.due_on == date(2020, 3, 31)));
        let first = tasks.first().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!first.is_overdue(at("2020-03-31T16:59:59Z")));
        assert!(first.is_overdue(at("2020-03-31T17:00:00Z")));
        let no = super::tasks(date(2020, 3, 1), Some(date(2020, 2, 29)));
        assert_eq!(no.map_err(|no| no.code), Err("review.due-on"));
    }
}
