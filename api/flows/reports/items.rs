//! At how many units an item is not fine, and at which.

use super::{About, begin};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::UnitId;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::shares::{ItemShare, Together, together};
use crate::flows::{Result, cut};
use crate::records;
use crate::records::figures::{self, Eyes};
use std::collections::BTreeSet;

pub use crate::records::figures::items::{Behind, Judged, Place};

/// Most items that are asked for by name.
const MOST_ITEMS: usize = 20;

/// Items over the visits that count.
#[derive(Clone, Debug)]
pub struct Shares {
    /// Visits that count.
    pub visits: u32,
    /// Each item, in the order of checklists and codes.
    pub items: Vec<ItemShare>,
    /// Counted together, where several were named.
    pub together: Option<Together>,
    /// Names of the units that are named in them, in the order of Vietnamese dictionaries.
    pub names: Vec<(UnitId, String)>,
}

/// Counts items over visits that were handed in and that the asker may see; by name, with their units, where items are
/// named.
///
/// # Errors
/// `scope-missing`; `invalid` with `report.items` for more than twenty items; an outage.
pub async fn items(app: &App, actor: &Actor, about: About, named: &[String]) -> Result<Shares> {
    if named.len() > MOST_ITEMS {
        return Err(Refusal::field("?item", "report.items", "name at most 20 items").into());
    }
    let (mut tx, wanted) = begin(app, actor, Deed::ReadVisit, &about).await?;
    let by_name = (!named.is_empty()).then_some(named);
    let (visits, items) = figures::items::shares(&mut tx, Eyes::Of(actor), &wanted, by_name).await?;
    let told = items.iter().filter(|_| by_name.is_some());
    let units: BTreeSet<UnitId> = told.flat_map(|item| &item.failing | &item.passing).collect();
    let day = about.to.unwrap_or_else(|| crate::flows::units::today(app));
    let units: Vec<UnitId> = units.into_iter().collect();
    let names = records::units::in_order(&mut tx, &units, day).await?;
    Ok(Shares {
        visits,
        together: by_name.and_then(|codes| together(&items, codes)),
        items,
        names: names.into_iter().map(|(unit, name, _)| (unit, name)).collect(),
    })
}

/// The units behind an item's share, a page of them, in the order of Vietnamese dictionaries; and whether there are more.
/// Names are those of the last day that counts.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn behind(
    app: &App,
    actor: &Actor,
    about: About,
    of: Behind,
    limit: u8,
) -> Result<(Vec<Judged>, bool)> {
    let (mut tx, wanted) = begin(app, actor, Deed::ReadVisit, &about).await?;
    let found = figures::items::behind(&mut tx, Eyes::Of(actor), &wanted, &of, i64::from(limit) + 1).await?;
    Ok(cut(found, limit))
}
