//! What one version of a checklist changed against another, and what that does to figures.

use super::{Checklist, Item, Section};
use serde::{Deserialize, Serialize};

/// What of an item differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The section it stands in, or its place among the others.
    Place,
    /// How it is asked.
    Question,
    /// What an answer looks like or when it is good.
    Response,
    /// Which photos belong to it.
    Photo,
    /// Its weight.
    Weight,
    /// Whether it caps the grade.
    Critical,
    /// Whether it asks for what people said.
    Hearsay,
    /// The laws behind it.
    LegalBasis,
    /// What an inspector should know.
    Guidance,
    /// The picture beside that.
    Picture,
    /// The usual remedy.
    Remedy,
    /// Of whom it is asked.
    AppliesTo,
    /// After which answers it is asked.
    Condition,
    /// Between which days it is asked.
    Validity,
}

/// Whether an item's figures of both versions may stand in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparability {
    /// Pass and fail mean the same, asked of the same units.
    Same,
    /// The words differ: somebody should read both before comparing.
    Reworded,
    /// Another type, threshold, credit, or asked of others: not comparable.
    Broken,
}

/// An item that both versions have, and that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedItem {
    /// Its code.
    pub code: String,
    /// What differs.
    pub aspects: Vec<Aspect>,
    /// Whether its figures may be compared.
    pub comparability: Comparability,
}

/// What a version changed against another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Codes of items that only the newer one has, in its order.
    pub added: Vec<String>,
    /// Codes of items that only the older one has, in its order.
    pub removed: Vec<String>,
    /// Items that differ, in the newer one's order.
    pub changed: Vec<ChangedItem>,
    /// Whether the title or the titles of sections differ.
    pub is_retitled: bool,
    /// Whether scores become other grades.
    pub is_regraded: bool,
    /// Whether percentages of both versions measure the same: the same items, answers, weights and conditions.
    pub are_scores_comparable: bool,
}

impl Aspect {
    fn effect(self) -> Comparability {
        match self {
            Self::Question => Comparability::Reworded,
            Self::Response | Self::AppliesTo | Self::Condition | Self::Validity => Comparability::Broken,
            Self::Place
            | Self::Photo
            | Self::Weight
            | Self::Critical
            | Self::Hearsay
            | Self::LegalBasis
            | Self::Guidance
            | Self::Picture
            | Self::Remedy => Comparability::Same,
        }
    }

    fn moves_scores(self) -> bool {
        self == Self::Weight || self.effect() == Comparability::Broken
    }
}

/// Each item with its section, and the item before it that the other version has too: an item that comes or goes moves
/// none of its neighbours.
fn placed<'a>(list: &'a Checklist, other: &Checklist) -> Vec<(&'a Section, Option<&'a str>, &'a Item)> {
    let mut all = Vec::new();
    for section in &list.sections {
        let mut before = None;
        for item in &section.items {
            all.push((section, before, item));
            if other.item(&item.code).is_some() {
                before = Some(item.code.as_str());
            }
        }
    }
    all
}

impl Changes {
    /// Compares an older version with a newer one, item by item, by their codes.
    #[must_use]
    pub fn between(older: &Checklist, newer: &Checklist) -> Self {
        let (before, after) = (placed(older, newer), placed(newer, older));
        let mut changes = Self {
            is_retitled: older.title != newer.title
                || older.sections.iter().map(|s| &s.title).ne(newer.sections.iter().map(|s| &s.title)),
            is_regraded: older.grading() != newer.grading(),
            removed: older
                .items()
                .filter(|item| newer.item(&item.code).is_none())
                .map(|item| item.code.clone())
                .collect(),
            ..Self::default()
        };
        for now in &after {
            let Some(then) = before.iter().find(|then| then.2.code == now.2.code) else {
                changes.added.push(now.2.code.clone());
                continue;
            };
            let moved = then.0.title != now.0.title || then.1 != now.1;
            let aspects = differing(then.2, now.2, moved);
            if !aspects.is_empty() {
                let comparability =
                    aspects.iter().map(|aspect| aspect.effect()).max().unwrap_or(Comparability::Same);
                changes.changed.push(ChangedItem { code: now.2.code.clone(), aspects, comparability });
            }
        }
        let moved_scores = |of: &ChangedItem| of.aspects.iter().any(|aspect| aspect.moves_scores());
        changes.are_scores_comparable = changes.added.is_empty()
            && changes.removed.is_empty()
            && !changes.changed.iter().any(moved_scores);
        changes
    }
}

fn differing(then: &Item, now: &Item, moved: bool) -> Vec<Aspect> {
    let checks = [
        (Aspect::Place, moved),
        (Aspect::Question, then.question != now.question),
        (Aspect::Response, then.response != now.response),
        (Aspect::Photo, then.photo != now.photo),
        (Aspect::Weight, then.weight.to_bits() != now.weight.to_bits()),
        (Aspect::Critical, then.critical != now.critical),
        (Aspect::Hearsay, then.hearsay != now.hearsay),
        (Aspect::LegalBasis, then.legal_basis != now.legal_basis),
        (Aspect::Guidance, then.guidance != now.guidance),
        (Aspect::Picture, then.picture != now.picture),
        (Aspect::Remedy, then.remedy != now.remedy),
        (Aspect::AppliesTo, then.applies_to != now.applies_to),
        (Aspect::Condition, then.condition != now.condition),
        (Aspect::Validity, (then.valid_from, then.valid_to) != (now.valid_from, now.valid_to)),
    ];
    checks.into_iter().filter(|(_, differs)| *differs).map(|(aspect, _)| aspect).collect()
}
