//! Figures that others made: imported as they were told, and read.

use super::{Result, cut, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::external::{Import, MOST_VALUES};
use crate::domain::ids::{ExternalFigureId, UnitId};
use crate::domain::period::Period;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::identity;
use crate::records::{Tx, custody, external, owners, units};
use jiff::civil::Date;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use crate::records::external::{Held, Place, Wanted};

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Values about what nothing was held.
    pub new: usize,
    /// Values that took the place of others.
    pub corrected: usize,
    /// Values that are held as they are.
    pub unchanged: usize,
}

/// Imports values, all of them or none. The same again changes nothing; a value that is told anew takes the place of the
/// one before, which stays for reports of what was known.
///
/// # Errors
/// `forbidden`, `owner.unknown`, `invalid` with the place of each fault.
pub async fn import(app: &App, actor: &Actor, import: Import) -> Result<Imported> {
    let subject = Subject { owner: Some(import.owner), ..Subject::default() };
    may(actor, Deed::ImportExternal, &subject)?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    let import = import.checked()?;
    let mut tx = app.records.begin().await?;
    // One import of an owner at a time.
    if !owners::hold(&mut tx, import.owner).await? {
        return Err(Refusal::field("/owner", "owner.unknown", "there is no such owner").into());
    }
    let above = above(&mut tx, &import).await?;
    let held = external::beside(&mut tx, &import).await?;
    let held: HashMap<_, _> = held.into_iter().map(|held| (held.value.about(), held)).collect();
    let (mut new, mut instead_of, mut unchanged) = (Vec::new(), Vec::new(), 0);
    for value in &import.values {
        let before = held.get(&value.about());
        let same = before.is_some_and(|before| {
            before.value == *value && before.title == import.title && before.source == import.source
        });
        if same {
            unchanged += 1;
            continue;
        }
        instead_of.extend(before.map(|before| before.id));
        let units = value.unit.and_then(|unit| above.get(&(value.period.to, unit)).cloned());
        let id = ExternalFigureId::random(identity::random());
        new.push((id, value, units.unwrap_or_default()));
    }
    let now = app.now();
    external::enter(&mut tx, &import, (&new, &instead_of), (by, now)).await?;
    let done = Imported { new: new.len() - instead_of.len(), corrected: instead_of.len(), unchanged };
    let entry = custody::Entry {
        deed: "figures.imported",
        object: ("external-series", format!("{} {}", import.owner, import.series)),
        owner: Some(import.owner),
        visit: None,
        details: json!({ "source": import.source, "new": done.new, "corrected": done.corrected }),
    };
    custody::note(&mut tx, Some(actor), entry, now).await?;
    tx.commit().await?;
    Ok(done)
}

/// Every unit above those that are named, on the last day of their periods.
async fn above(tx: &mut Tx, import: &Import) -> Result<HashMap<(Date, UnitId), Vec<UnitId>>> {
    let mut wanted: BTreeMap<Date, BTreeSet<UnitId>> = BTreeMap::new();
    for value in &import.values {
        wanted.entry(value.period.to).or_default().extend(value.unit);
    }
    let mut above = HashMap::new();
    for (day, of) in wanted {
        let of: Vec<UnitId> = of.into_iter().collect();
        let found = units::all_at(tx, &of, day).await?;
        above.extend(found.into_iter().map(|(unit, at)| ((day, unit), at.ancestors)));
    }
    let known = |period: Period, unit: UnitId| above.contains_key(&(period.to, unit));
    let missing = |(n, value): (usize, &crate::domain::external::Value)| {
        let unit = value.unit.filter(|unit| !known(value.period, *unit))?;
        let detail = format!("{unit} does not exist on {}", value.period.to);
        Some(FieldFault::new(format!("/values/{n}/unit"), "external.unit-unknown", detail))
    };
    let faults: Vec<FieldFault> =
        import.values.iter().enumerate().take(MOST_VALUES).filter_map(missing).take(100).collect();
    if faults.is_empty() { Ok(above) } else { Err(Refusal::invalid(faults).into()) }
}

/// One page of the values an actor may see, latest period first; and whether there are more.
///
/// # Errors
/// `scope-missing`.
pub async fn list(app: &App, actor: &Actor, wanted: &Wanted, limit: u8) -> Result<(Vec<Held>, bool)> {
    scope(actor, Deed::ReadExternal)?;
    let mut db = app.records.conn().await?;
    Ok(cut(external::page(&mut db, actor, wanted, i64::from(limit) + 1).await?, limit))
}
