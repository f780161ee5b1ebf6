//! A checklist's score item by item: what its points, its weight and its tally were counted from.

use super::{Standing, standings};
use crate::response::{Decimal, Outcome, Response};
use crate::template::{Bilingual, Occasion};
use crate::visit::AskedList;

words! {
    /// Where an item stands, in a word.
    Stand {
        /// Fine.
        Pass = "pass",
        /// Partly fine.
        Partial = "partial",
        /// Not fine.
        Fail = "fail",
        /// Answered: does not apply.
        Na = "na",
        /// Answered, nothing to judge.
        Recorded = "recorded",
        /// Asked, no answer.
        Unanswered = "unanswered",
        /// Not asked here.
        NotAsked = "not_asked",
    }
}

impl Stand {
    /// Those that have an answer.
    pub const ANSWERED: [Self; 5] = [Self::Pass, Self::Partial, Self::Fail, Self::Na, Self::Recorded];
    /// Those that are asked.
    pub const ASKED: [Self; 6] =
        [Self::Pass, Self::Partial, Self::Fail, Self::Na, Self::Recorded, Self::Unanswered];
    /// Those that count in points and weight.
    pub const COUNTED: [Self; 3] = [Self::Pass, Self::Partial, Self::Fail];
    /// Those that are candidates for findings.
    pub const FAILING: [Self; 2] = [Self::Partial, Self::Fail];
}

impl From<Standing> for Stand {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::NotAsked => Self::NotAsked,
            Standing::Unanswered => Self::Unanswered,
            Standing::Judged(judgement) => match judgement.outcome {
                Outcome::Pass => Self::Pass,
                Outcome::Partial => Self::Partial,
                Outcome::Fail => Self::Fail,
                Outcome::Na => Self::Na,
                Outcome::Recorded => Self::Recorded,
            },
        }
    }
}

/// One item of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its code.
    pub item: String,
    /// What is asked.
    pub question: Bilingual,
    /// Where it stands.
    pub stand: Stand,
    /// What it earned, 0 to 1; `None` where it does not count.
    pub credit: Option<Decimal>,
    /// Its weight.
    pub weight: Decimal,
    /// Whether failing it caps the grade.
    pub critical: bool,
}

impl Line {
    /// Weight times credit; `None` where it does not count.
    #[must_use]
    pub fn points(&self) -> Option<Decimal> {
        let credit = self.credit?;
        Some(Decimal::of_trillionths(self.weight.millionths() * credit.millionths()))
    }
}

/// Every item of a checklist at a visit, in the checklist's order.
#[must_use]
pub fn lines(list: &AskedList, answers: &[Response], occasion: Occasion) -> Vec<Line> {
    let line = |(item, standing): (&crate::template::Item, Standing)| Line {
        item: item.code.clone(),
        question: item.question.clone(),
        stand: standing.into(),
        credit: match standing {
            Standing::Judged(judgement) => judgement.credit,
            Standing::NotAsked | Standing::Unanswered => None,
        },
        weight: Decimal::of_f64(item.weight),
        critical: item.critical,
    };
    standings(list, answers, occasion).into_iter().map(line).collect()
}
