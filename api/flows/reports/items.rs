//! At how many units an item is not fine, and at which.

use super::{About, begin};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::UnitId;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::shares::{ItemShare, Together, Which, together};
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

/// A unit behind items that are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtOnce {
    /// The unit.
    pub unit: UnitId,
    /// Its name on the last day that counts.
    pub name: String,
    /// Codes of those that are not fine there, in the order they were named.
    pub failing: Vec<String>,
}

/// The units behind items that are counted together, a page of them from `skip` on, in the order of Vietnamese
/// dictionaries; and whether there are more.
///
/// # Errors
/// `scope-missing`; `invalid` with `report.items` for fewer than two items or more than twenty; an outage.
pub async fn at_once(
    app: &App,
    actor: &Actor,
    about: About,
    (named, which): (&[String], &Which),
    (skip, limit): (usize, u8),
) -> Result<(Vec<AtOnce>, bool)> {
    let counted = items(app, actor, about, named).await?;
    let together = counted.together.ok_or_else(|| {
        Refusal::field("?item", "report.items", "name at least 2 items that are counted together")
    })?;
    let at = |(unit, name): (UnitId, String)| {
        let failing = together.units.get(&unit).filter(|failing| together.is_among(failing, which))?;
        Some(AtOnce { unit, name, failing: failing.clone() })
    };
    let found = counted.names.into_iter().filter_map(at).skip(skip).take(usize::from(limit) + 1);
    Ok(cut(found.collect(), limit))
}

/// The answers behind a figure of items, a page of them, by units in the order of Vietnamese dictionaries; and whether
/// there are more. Names are those of the last day that counts.
///
/// # Errors
/// `scope-missing`; `invalid` with `report.rows` where neither an item nor a unit is named; an outage.
pub async fn behind(
    app: &App,
    actor: &Actor,
    about: About,
    (of, at): (Behind, Option<UnitId>),
    limit: u8,
) -> Result<(Vec<Judged>, bool)> {
    if of.item.is_none() && at.is_none() {
        let detail = "name the item, or the unit, whose answers are listed";
        return Err(Refusal::field("?item", "report.rows", detail).into());
    }
    let (mut tx, mut wanted) = begin(app, actor, Deed::ReadVisit, &about).await?;
    wanted.at.extend(at);
    let found = figures::items::behind(&mut tx, Eyes::Of(actor), &wanted, &of, i64::from(limit) + 1).await?;
    Ok(cut(found, limit))
}
