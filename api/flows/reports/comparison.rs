//! Items of a period beside those of an earlier one.

use super::About;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::compared::{Change, Measured};
use crate::domain::period::Period;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::visit::Ratio;
use crate::flows::{Result, scope};
use crate::records::figures::{self, Eyes, compared::OfItem};
use std::collections::BTreeMap;

/// Most items that are compared at once.
const MOST_ITEMS: usize = 20;

/// A share beside the earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside<T> {
    /// In the period.
    pub now: T,
    /// In the earlier period; `None` where nothing was judged or measured.
    pub earlier: Option<T>,
}

impl<T: Copy + Into<Measured>> Beside<T> {
    /// How it changed.
    #[must_use]
    pub fn change(&self) -> Change {
        self.earlier.map_or(Change::NotComparable, |earlier| self.now.into().against(earlier.into()))
    }

    /// By how many hundredths of a percentage point.
    #[must_use]
    pub fn points(&self) -> Option<i128> {
        self.now.into().points_since(self.earlier?.into())
    }
}

/// One item in both periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Code of the checklist.
    pub template: String,
    /// Code of the item.
    pub item: String,
    /// Units where it is not fine.
    pub failing: Beside<Ratio>,
    /// What it measures, pooled over all units; `None` for an item that measures no share.
    pub measured: Option<Beside<Measured>>,
}

/// Compares items of a period with those of an earlier one, or the same of the year before; over visits that were handed
/// in and that the asker may see. The days in `about` are not looked at.
///
/// # Errors
/// `scope-missing`; `invalid` with `report.items` for more than twenty items; an outage.
pub async fn items(
    app: &App,
    actor: &Actor,
    about: About,
    (period, earlier): (Period, Period),
    named: &[String],
) -> Result<Vec<Compared>> {
    scope(actor, Deed::ReadVisit)?;
    if named.len() > MOST_ITEMS {
        return Err(Refusal::field("?item", "report.items", "name at most 20 items").into());
    }
    let mut tx = app.records.begin_report().await?;
    let named = (!named.is_empty()).then_some(named);
    let mut found: Vec<Vec<OfItem>> = Vec::with_capacity(2);
    for days in [period, earlier] {
        let wanted = About { from: Some(days.from), to: Some(days.to), ..about }.handed_in()?;
        found.push(figures::compared::by_item(&mut tx, Eyes::Of(actor), &wanted, named).await?);
    }
    let before: BTreeMap<(String, String), OfItem> = found
        .pop()
        .unwrap_or_default()
        .into_iter()
        .map(|of| ((of.template.clone(), of.item.clone()), of))
        .collect();
    Ok(found.pop().unwrap_or_default().into_iter().map(|of| beside(of, &before)).collect())
}

fn beside(of: OfItem, before: &BTreeMap<(String, String), OfItem>) -> Compared {
    let key = (of.template, of.item);
    let earlier = before.get(&key);
    Compared {
        failing: Beside { now: of.failing, earlier: earlier.map(|of| of.failing) },
        measured: of
            .measured
            .map(|now| Beside { now, earlier: earlier.and_then(|of| of.measured).filter(|of| of.whole > 0) }),
        template: key.0,
        item: key.1,
    }
}
