//! At how many units an item is not fine, and at which.

use super::About;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::UnitId;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::shares::{ItemShare, Together, together};
use crate::domain::visit::State;
use crate::flows::{Result, scope};
use crate::records;
use crate::records::visits::answered;
use crate::records::visits::visible;
use std::collections::BTreeSet;

/// Most items that are asked for by name.
const MOST_ITEMS: usize = 20;

/// Items over the visits that count.
#[derive(Clone, Debug)]
pub struct Shares {
    /// Visits that count.
    pub visits: usize,
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
    scope(actor, Deed::ReadVisit)?;
    if named.len() > MOST_ITEMS {
        return Err(Refusal::field("?item", "report.items", "name at most 20 items").into());
    }
    let wanted = about.wanted(vec![State::Submitted, State::Finalised])?;
    let mut db = app.records.conn().await?;
    let visits = visible::every(&mut db, actor, Deed::ReadVisit, &wanted).await?;
    let ids: Vec<_> = visits.iter().map(|visit| visit.id).collect();
    let by_name = (!named.is_empty()).then_some(named);
    let items = answered::shares(&mut db, &ids, by_name).await?;
    let told = items.iter().filter(|_| by_name.is_some());
    let units: BTreeSet<UnitId> = told.flat_map(|item| &item.failing | &item.passing).collect();
    let day = about.to.unwrap_or_else(|| crate::flows::units::today(app));
    let units: Vec<UnitId> = units.into_iter().collect();
    let names = records::units::in_order(&mut db, &units, day).await?;
    Ok(Shares {
        visits: visits.len(),
        together: by_name.and_then(|_| together(&items)),
        items,
        names: names.into_iter().map(|(unit, name, _)| (unit, name)).collect(),
    })
}
