//! What re-inspections saw of earlier findings: how much is fixed, what comes again, and which items come again most.

use super::{About, begin};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::FindingId;
use crate::domain::permission::Deed;
use crate::domain::ranking::{Measure, Ranked, Unranked, rankable, ranked};
use crate::domain::visit::Ratio;
use crate::flows::{Result, cut};
use crate::records::figures::{self, Eyes};

pub use crate::records::figures::recurrence::{Behind, LookedAt, MadeAnew, OfItem};

/// Figures of recurrence.
#[derive(Clone, Debug)]
pub struct Recurrence {
    /// All items together.
    pub all: OfItem,
    /// Findings that re-inspections made for the first time.
    pub new_findings: u32,
    /// Items, most often seen again first.
    pub items: Vec<Ranked<OfItem>>,
    /// Items of which too few findings were looked at.
    pub apart: Vec<(OfItem, Unranked)>,
}

impl OfItem {
    /// A part of what was looked at.
    #[must_use]
    pub fn of_looked_at(&self, part: u32) -> Ratio {
        Ratio { numerator: part, denominator: self.looked_at }
    }

    fn add(&mut self, other: &Self) {
        self.looked_at += other.looked_at;
        self.fixed += other.fixed;
        self.partly_fixed += other.partly_fixed;
        self.repeated += other.repeated;
        self.no_longer_applicable += other.no_longer_applicable;
    }
}

/// What the re-inspections saw that were handed in and that the asker may see. An item is ranked where at least `least`
/// of its findings were looked at.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn recurrence(app: &App, actor: &Actor, about: About, least: u32) -> Result<Recurrence> {
    let (mut tx, wanted) = begin(app, actor, Deed::ReadFindings, &about).await?;
    let found = figures::recurrence::by_item(&mut tx, Eyes::Of(actor), &wanted).await?;
    let new_findings = figures::recurrence::new_findings(&mut tx, Eyes::Of(actor), &wanted).await?;
    let mut all = OfItem::default();
    let (mut items, mut apart) = (Vec::new(), Vec::new());
    for item in found {
        all.add(&item);
        match rankable(item.looked_at, least) {
            Ok(()) => items.push(item),
            Err(because) => apart.push((item, because)),
        }
    }
    let items = ranked(items, |item| Measure::Share(item.of_looked_at(item.repeated)));
    Ok(Recurrence { all, new_findings, items, apart })
}

/// The earlier findings behind the figures, a page of them by id; and whether there are more.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn behind(
    app: &App,
    actor: &Actor,
    about: About,
    of: Behind,
    limit: u8,
) -> Result<(Vec<LookedAt>, bool)> {
    let (mut tx, wanted) = begin(app, actor, Deed::ReadFindings, &about).await?;
    let found =
        figures::recurrence::behind(&mut tx, Eyes::Of(actor), &wanted, &of, i64::from(limit) + 1).await?;
    Ok(cut(found, limit))
}

/// The findings that re-inspections made for the first time, a page of them by id; and whether there are more.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn anew(
    app: &App,
    actor: &Actor,
    about: About,
    (after, limit): (Option<FindingId>, u8),
) -> Result<(Vec<MadeAnew>, bool)> {
    let (mut tx, wanted) = begin(app, actor, Deed::ReadFindings, &about).await?;
    let page = (after, i64::from(limit) + 1);
    Ok(cut(figures::recurrence::anew(&mut tx, Eyes::Of(actor), &wanted, page).await?, limit))
}
