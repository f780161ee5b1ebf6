//! Who stands in the place of units that ended, and whose place a unit took.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::UnitId;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::unit::event::Portion;
use crate::domain::unit::lineage::{Holder, Kin, forebears, heirs};
use crate::domain::unit::{self, UnitKind};
use crate::domain::visit::{Visit, Window, rule};
use crate::flows::visits::{WantedVisits, page as visits_page};
use crate::flows::{Result, units::today};
use crate::records::Db;
use crate::records::units::{self, UnitAt, lineage};
use crate::records::visits::visible::Place;
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

/// Later than any event, and no later than a database takes.
const LATEST: Date = Date::constant(2200, 12, 31);

/// Most units of one question.
const MOST: usize = 200;

/// A unit on a day, and who stands in its place where it is not in force.
#[derive(Clone, Debug)]
pub struct Succeeded {
    /// The unit that was asked about.
    pub unit: UnitId,
    /// As it is on the day; `None` where it is not in force.
    pub at: Option<UnitAt>,
    /// Who stands in its place on the day, as they are then.
    pub by: Vec<(Kin, UnitAt)>,
}

/// Who stands in the place of each unit on a day: the one query by which figures and open work roll up.
///
/// Units that are in force stand for themselves; nothing is rewritten.
///
/// # Errors
/// The database's own.
pub async fn succeeded(db: &mut Db, of: &[UnitId], day: Date) -> Result<Vec<Succeeded>> {
    let links = lineage::forwards(db, of, day).await?;
    let mut all: Vec<UnitId> = of.iter().copied().chain(links.iter().map(|link| link.to)).collect();
    all.sort_unstable();
    all.dedup();
    let at = units::all_at(db, &all, day).await?;
    let by = |unit: UnitId| {
        let kin = heirs(unit, day, &links, |unit| at.contains_key(&unit));
        kin.into_iter().filter_map(|kin| Some((kin, at.get(&kin.unit)?.clone()))).collect()
    };
    Ok(of.iter().map(|unit| Succeeded { unit: *unit, at: at.get(unit).cloned(), by: by(*unit) }).collect())
}

/// Who stands in for each of these units that is not in force on a day: its one successor that took over the whole. A unit
/// that is in force stands for itself; one that was divided, or ended without successor, has none: a person decides.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn holders(
    db: &mut Db,
    of: &[UnitId],
    day: Date,
) -> Result<HashMap<UnitId, Holder>> {
    // Nearly always nothing happened to any of them, and one query says so.
    if of.is_empty() || lineage::forwards(db, of, day).await?.is_empty() {
        return Ok(HashMap::new());
    }
    let holder = |one: Succeeded| {
        let (_, heir) = one.by.into_iter().find(|(kin, _)| kin.portion == Portion::Whole)?;
        Some((one.unit, Holder { unit: heir.unit, path: heir.path, ancestors: heir.ancestors }))
    };
    Ok(succeeded(db, of, day).await?.into_iter().filter_map(holder).collect())
}

/// Who answers on a day for what was open at each of these units; `handed` are units that people named for divided ones,
/// and stand for themselves.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn answering(
    db: &mut Db,
    units: &[UnitId],
    handed: &[UnitId],
    day: Date,
) -> Result<HashMap<UnitId, Holder>> {
    let mut all: Vec<UnitId> = units.iter().chain(handed).copied().collect();
    all.sort_unstable();
    all.dedup();
    let mut holders = holders(db, &all, day).await?;
    if !handed.is_empty() {
        for (unit, at) in units::all_at(db, handed, day).await? {
            holders.insert(unit, Holder { unit, path: at.path, ancestors: at.ancestors });
        }
    }
    Ok(holders)
}

/// What a unit is to another that is to answer for what was open there.
pub(in crate::flows) enum Part {
    /// Nobody has to say: that unit is in force, or went to one other as a whole.
    Undivided,
    /// It was divided, and this one took no part; or it ended without successor, and this one is not in force.
    None,
    /// It was divided, and this one took a part; or it ended without successor, and this one is in force.
    Taken(Holder),
}

/// Whether a person has to say who answers on a day for what was open at a unit, and whether another unit may.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn part_of(db: &mut Db, from: UnitId, to: UnitId, day: Date) -> Result<Part> {
    let unit = succeeded(db, &[from], day).await?.pop();
    let Some(Succeeded { at: None, by: heirs, .. }) = unit else { return Ok(Part::Undivided) };
    if heirs.iter().any(|(kin, _)| kin.portion == Portion::Whole) {
        return Ok(Part::Undivided);
    }
    let at = if heirs.is_empty() {
        units::at(db, to, day).await?
    } else {
        heirs.into_iter().find(|(kin, _)| kin.unit == to).map(|(_, at)| at)
    };
    Ok(at.map_or(Part::None, |at| Part::Taken(Holder { unit: to, path: at.path, ancestors: at.ancestors })))
}

/// Units that have ended by a day without one unit in force that took the whole of them.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn nobody_stands_for(db: &mut Db, day: Date) -> Result<Vec<UnitId>> {
    Ok(lineage::without_heir(db, day).await?)
}

/// Units from which something may have been handed over because of what happened to these: they, and whatever ever went to
/// one of them, wholly or in part.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn with_forebears(db: &mut Db, units: &[UnitId]) -> Result<Vec<UnitId>> {
    let earlier = lineage::backwards(db, units, LATEST).await?;
    let mut all: Vec<UnitId> = units.iter().copied().chain(earlier.iter().map(|link| link.from)).collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Which of these hand-overs, each from a unit to another, have no ground any more on a day: the first is in force itself,
/// or has heirs of whom the other is none and never was.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn groundless(
    db: &mut Db,
    handed: &[(UnitId, UnitId)],
    day: Date,
) -> Result<HashSet<(UnitId, UnitId)>> {
    let mut from: Vec<UnitId> = handed.iter().map(|(from, _)| *from).collect();
    from.sort_unstable();
    from.dedup();
    let mut out = HashSet::new();
    for unit in succeeded(db, &from, day).await? {
        let links = lineage::forwards(db, &[unit.unit], day).await?;
        let has_ground =
            |to: UnitId| unit.at.is_none() && (unit.by.is_empty() || links.iter().any(|link| link.to == to));
        out.extend(handed.iter().filter(|(from, to)| *from == unit.unit && !has_ground(*to)));
    }
    Ok(out)
}

/// A unit with every unit that went to it as a whole by a day.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn with_predecessors(db: &mut Db, unit: UnitId, day: Date) -> Result<Vec<UnitId>> {
    let earlier = lineage::stands_for(db, &[unit], day).await?;
    Ok(std::iter::once(unit).chain(earlier.into_iter().map(|(_, earlier)| earlier)).collect())
}

/// For a list of what a unit answers for on a day: it and its predecessors; none of them where it is not in force then.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn held_by(
    db: &mut Db,
    unit: Option<UnitId>,
    day: Date,
) -> Result<Option<Vec<UnitId>>> {
    let Some(unit) = unit else { return Ok(None) };
    if units::at(db, unit, day).await?.is_none() {
        return Ok(Some(Vec::new()));
    }
    Ok(Some(with_predecessors(db, unit, day).await?))
}

/// Refuses a visit to a unit that is not in force on its day; names whoever is.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn not_in_force(db: &mut Db, unit: UnitId, day: Date) -> Result<Refusal> {
    let detail = format!("There is no such unit on {day}; errors name whoever stands in its place.");
    let mut no = rule("visit.unit-not-in-force", "/unit", &detail);
    for (kin, at) in succeeded(db, &[unit], day).await?.into_iter().flat_map(|one| one.by) {
        let detail = format!("{} {} {}", kin.unit, kin.portion.as_str(), at.path);
        no.faults.push(FieldFault::new("/unit", "unit.successor", detail));
    }
    Ok(no)
}

/// Refuses a visit that would go on where its unit, there on the first day, is gone by the last.
///
/// # Errors
/// As [`not_in_force`].
pub(in crate::flows) async fn in_force_to_the_end(db: &mut Db, unit: UnitId, window: &Window) -> Result<()> {
    let (first, last) = window.days();
    if first == last || units::at(db, unit, last).await?.is_some() {
        return Ok(());
    }
    Err(not_in_force(db, unit, last).await?.into())
}

/// Who stands in the place of each of these units on a day.
///
/// # Errors
/// `forbidden`; `invalid` for no unit, too many, or a day out of range.
pub async fn successors(
    app: &App,
    actor: &Actor,
    of: &[UnitId],
    on: Option<Date>,
) -> Result<(Date, Vec<Succeeded>)> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let on = unit::day("?on", on.unwrap_or_else(|| today(app)))?;
    if of.is_empty() || of.len() > MOST {
        let detail = format!("name 1 to {MOST} units");
        return Err(Refusal::field("?unit", "parameter.out-of-range", detail).into());
    }
    let mut db = app.records.conn().await?;
    Ok((on, succeeded(&mut db, of, on).await?))
}

/// Whose place a unit had taken by a day, each as it last was, nearest first.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid` for a day out of range.
pub async fn predecessors(
    app: &App,
    actor: &Actor,
    of: UnitId,
    on: Option<Date>,
) -> Result<Vec<(Kin, Option<UnitAt>)>> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let on = unit::day("?on", on.unwrap_or_else(|| today(app)))?;
    let mut db = app.records.conn().await?;
    kind_of(&mut db, of).await?;
    let kin = kin_before(&mut db, of, on).await?;
    let mut days: Vec<Date> = kin.iter().map(|kin| kin.on).collect();
    days.sort_unstable();
    days.dedup();
    let mut last: HashMap<UnitId, UnitAt> = HashMap::new();
    for day in days {
        let those: Vec<UnitId> = kin.iter().filter(|kin| kin.on == day).map(|kin| kin.unit).collect();
        last.extend(units::all_at(&mut db, &those, day.yesterday().unwrap_or(day)).await?);
    }
    Ok(kin.into_iter().map(|kin| (kin, last.remove(&kin.unit))).collect())
}

async fn kind_of(db: &mut Db, unit: UnitId) -> Result<UnitKind> {
    Ok(units::kind(db, unit).await?.ok_or_else(Refusal::not_found)?)
}

async fn kin_before(db: &mut Db, of: UnitId, on: Date) -> Result<Vec<Kin>> {
    Ok(forebears(of, on, &lineage::backwards(db, &[of], on).await?))
}

/// A visit in the history of a unit.
#[derive(Clone, Debug)]
pub struct PastVisit {
    /// The visit.
    pub visit: Visit,
    /// Whose place the unit took, if it was a visit to somebody else; `None` for its own.
    pub predecessor: Option<Kin>,
}

/// One page of the visits to a unit itself and, if asked for, to whoever was there before it: those the actor may see,
/// latest planned start first, and where the next page begins.
///
/// # Errors
/// `not-found`, `scope-missing`.
pub async fn visits(
    app: &App,
    actor: &Actor,
    of: UnitId,
    with_predecessors: bool,
    (after, limit): (Option<Place>, u8),
) -> Result<(Vec<PastVisit>, Option<Place>)> {
    let kin = {
        let mut db = app.records.conn().await?;
        kind_of(&mut db, of).await?;
        if with_predecessors { kin_before(&mut db, of, LATEST).await? } else { Vec::new() }
    };
    let at: HashSet<UnitId> = kin.iter().map(|kin| kin.unit).chain([of]).collect();
    let wanted = WantedVisits { at: at.into_iter().collect(), after, ..WantedVisits::default() };
    let (visits, next) = visits_page(app, actor, &wanted, limit).await?;
    let marked = |visit: Visit| {
        let predecessor = kin.iter().find(|kin| kin.unit == visit.unit).copied();
        PastVisit { visit, predecessor }
    };
    Ok((visits.into_iter().map(marked).collect(), next))
}
