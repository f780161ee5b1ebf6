//! What a checklist comes to at a visit: points, percent, grade, and the items that are candidates for findings.
//!
//! Source: the checklists' own legend. Weight times credit over the items that were asked, answered and apply; a
//! critical item that fails caps the grade, whatever the percentage.

use crate::ids::TemplateVersionId;
use crate::response::{Answer, Decimal, Judgement, Outcome, Response, judge};
use crate::template::{Bilingual, Item, Occasion};
use crate::visit::AskedList;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Where one item stands at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not for this unit or this day, or its condition is not met.
    NotAsked,
    /// Asked, and no answer has come.
    Unanswered,
    /// Answered.
    Judged(Judgement),
}

/// An item that earned less than everything: a candidate for a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Its code.
    pub item: String,
    /// What is asked.
    pub question: Bilingual,
    /// Fail or partly.
    pub outcome: Outcome,
    /// What it earned, 0 to below 1.
    pub credit: Decimal,
    /// Its weight.
    pub weight: Decimal,
    /// Whether it caps the grade.
    pub critical: bool,
}

/// Items of a checklist, counted by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Fine.
    pub pass: u32,
    /// Partly fine.
    pub partial: u32,
    /// Not fine.
    pub fail: u32,
    /// Answered: does not apply.
    pub na: u32,
    /// Answered, nothing to judge.
    pub recorded: u32,
    /// Asked, no answer.
    pub unanswered: u32,
    /// Not asked here.
    pub not_asked: u32,
}

/// Why a checklist gets no grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ungraded {
    /// Items that are asked have no answer: half a checklist is not judged as if it were whole.
    ItemsUnanswered,
    /// No item counts.
    NothingCounts,
}

impl Ungraded {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::ItemsUnanswered, Self::NothingCounts];

    /// As sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ItemsUnanswered => "items_unanswered",
            Self::NothingCounts => "nothing_counts",
        }
    }
}

/// What one checklist comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Which version.
    pub template_version: TemplateVersionId,
    /// Its code, such as `OSS`.
    pub code: String,
    /// Its title.
    pub title: Bilingual,
    /// Sum of weight times credit.
    pub points: Decimal,
    /// Sum of the weights that count.
    pub weight: Decimal,
    /// Hundredths of a percent, half up; `None` where nothing counts yet.
    pub basis_points: Option<u32>,
    /// The grade after the cap; only a checklist whose every asked item is answered has one.
    pub grade: Option<Graded>,
    /// Why there is no grade, where there is none.
    pub ungraded_because: Option<Ungraded>,
    /// Items by where they stand.
    pub tally: Tally,
    /// Items that earned less than everything, in order.
    pub failing: Vec<Failing>,
}

/// A grade as it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// Its code.
    pub code: String,
    /// What people read.
    pub label: Bilingual,
    /// Whether a critical failure pulled it down.
    pub is_capped: bool,
}

/// Where each item of a checklist stands, in order. Answers of other checklists are passed over; one that does not fit
/// its item counts as none.
#[must_use]
pub fn standings<'a>(
    list: &'a AskedList,
    answers: &'a [Response],
    occasion: Occasion,
) -> Vec<(&'a Item, Standing)> {
    let own: HashMap<&str, &Answer> = answers
        .iter()
        .filter(|answer| answer.template_version == list.version)
        .map(|answer| (answer.item.as_str(), &answer.answer))
        .collect();
    let stand = |item: &Item| match own.get(item.code.as_str()) {
        None => Standing::Unanswered,
        Some(answer) => {
            judge(&item.response, answer, occasion.day).map_or(Standing::Unanswered, Standing::Judged)
        }
    };
    let asking = list.body.asking(occasion, &|code| own.get(code).copied());
    asking
        .into_iter()
        .map(|(item, asked)| (item, if asked { stand(item) } else { Standing::NotAsked }))
        .collect()
}

impl Tally {
    /// How many items are asked.
    #[must_use]
    pub fn asked(&self) -> u32 {
        self.answered() + self.unanswered
    }

    /// How many of them have an answer.
    #[must_use]
    pub fn answered(&self) -> u32 {
        self.pass + self.partial + self.fail + self.na + self.recorded
    }

    fn add(&mut self, standing: Standing) {
        *match standing {
            Standing::NotAsked => &mut self.not_asked,
            Standing::Unanswered => &mut self.unanswered,
            Standing::Judged(judgement) => match judgement.outcome {
                Outcome::Pass => &mut self.pass,
                Outcome::Partial => &mut self.partial,
                Outcome::Fail => &mut self.fail,
                Outcome::Na => &mut self.na,
                Outcome::Recorded => &mut self.recorded,
            },
        } += 1;
    }
}

impl Score {
    /// Scores one checklist of a visit.
    #[must_use]
    pub fn of(list: &AskedList, answers: &[Response], occasion: Occasion) -> Self {
        let mut tally = Tally::default();
        let mut failing = Vec::new();
        // Trillionths: a weight and a credit have six places each.
        let (mut points, mut weight) = (0_i128, 0_i128);
        for (item, standing) in standings(list, answers, occasion) {
            tally.add(standing);
            let Standing::Judged(judgement) = standing else { continue };
            let Some(credit) = judgement.credit else { continue };
            let own = Decimal::of_f64(item.weight);
            points += own.millionths() * credit.millionths();
            weight += own.millionths() * Decimal::ONE.millionths();
            if judgement.is_failing() {
                failing.push(Failing {
                    item: item.code.clone(),
                    question: item.question.clone(),
                    outcome: judgement.outcome,
                    credit,
                    weight: own,
                    critical: item.critical,
                });
            }
        }
        let basis_points = (weight > 0)
            .then(|| (points * 20_000 + weight) / (weight * 2))
            .and_then(|bp| u32::try_from(bp).ok());
        let is_critical = failing.iter().any(|failing| failing.critical);
        let is_whole = tally.unanswered == 0;
        let grade = basis_points.filter(|_| is_whole).and_then(|bp| graded(list, bp, is_critical));
        let why = if is_whole { Ungraded::NothingCounts } else { Ungraded::ItemsUnanswered };
        Self {
            template_version: list.version,
            code: list.code.clone(),
            title: list.body.title.clone(),
            points: Decimal::of_trillionths(points),
            weight: Decimal::of_trillionths(weight),
            basis_points,
            ungraded_because: grade.is_none().then_some(why),
            grade,
            tally,
            failing,
        }
    }

    /// Codes of the critical items that fail, in order.
    pub fn critical_failures(&self) -> impl Iterator<Item = &str> {
        self.failing.iter().filter(|failing| failing.critical).map(|failing| failing.item.as_str())
    }
}

fn graded(list: &AskedList, basis_points: u32, is_critical: bool) -> Option<Graded> {
    let grading = list.body.grading();
    let earned = grading.earned(basis_points)?;
    let given = if is_critical { grading.capped(earned) } else { earned };
    Some(Graded {
        code: given.code.clone(),
        label: given.label.clone(),
        is_capped: given.code != earned.code,
    })
}

#[cfg(test)]
mod tests;
