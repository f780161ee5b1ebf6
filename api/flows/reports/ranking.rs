//! Units in order of what was found at them, and those that are too small to be ranked.

use super::{About, begin};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::round::TargetClass;
use crate::domain::ids::{CampaignId, UnitId};
use crate::domain::permission::Deed;
use crate::domain::ranking::{By, Measure, Ranked, Unranked, rankable, ranked};
use crate::domain::unit::UnitType;
use crate::domain::visit::Ratio;
use crate::flows::findings::totals;
use crate::flows::{Error, Result, cut};
use crate::records::campaigns::{self, Within};
use crate::records::figures::{self, Eyes};
use crate::records::{self, Db};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

pub use crate::records::figures::ranking::OfUnit;

/// Fewer units than these are not compared without names: whoever knows one of two figures knows the other.
const FEWEST_NAMELESS: usize = 5;

/// How to rank.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// By what.
    pub by: By,
    /// On how many judged items a rank must rest; the usual number where nothing is said.
    pub least: Option<u32>,
    /// Units of this sort alone.
    pub class: Option<TargetClass>,
}

impl How {
    /// On how many judged items a rank must rest.
    #[must_use]
    pub fn least(&self) -> u32 {
        self.least.unwrap_or(self.by.usual_least())
    }

    fn measure(&self, of: OfUnit) -> Measure {
        match self.by {
            By::OpenFindings => Measure::Count(of.open),
            By::FailingItems => Measure::Share(of.failing()),
        }
    }
}

impl OfUnit {
    /// Items that are not fine, of those judged.
    #[must_use]
    pub fn failing(self) -> Ratio {
        Ratio { numerator: self.failing, denominator: self.judged }
    }
}

/// A unit by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The unit.
    pub unit: UnitId,
    /// Its name on the last day that counts.
    pub name: String,
    /// Its sort.
    pub class: TargetClass,
}

/// A unit that is ranked; `None` instead of a name where the asker may compare, but not know with whom.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub unit: Option<Named>,
    /// Its figures.
    pub figures: OfUnit,
}

/// A unit that is not ranked.
#[derive(Clone, Debug)]
pub struct Apart {
    /// Which.
    pub unit: Named,
    /// Its figures.
    pub figures: OfUnit,
    /// Why.
    pub because: Unranked,
}

/// A page of a ranking.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// Units that are ranked, on all pages.
    pub ranked: usize,
    /// Units that are not.
    pub apart: usize,
    /// The page.
    pub rows: Vec<Ranked<Row>>,
    /// Whether there are more.
    pub more: bool,
}

/// Every unit that counts, in the order of Vietnamese dictionaries.
struct Counted {
    ranked: Vec<Ranked<Row>>,
    apart: Vec<Apart>,
}

/// Ranks the units whose visits were handed in and that the asker may see, a page from `skip` on. Who may read a
/// campaign's totals alone, as the head of a unit, sees the own units among all others, which stay nameless; only of a
/// whole campaign, because figures of two parts of it would tell of what lies between them.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn units(
    app: &App,
    actor: &Actor,
    (about, known): (About, Timestamp),
    how: How,
    (skip, limit): (usize, u8),
) -> Result<Ranking> {
    let Counted { ranked, apart } = counted(app, actor, about, known, how).await?;
    let (total, apart) = (ranked.len(), apart.len());
    let (rows, more) = cut(ranked.into_iter().skip(skip).take(usize::from(limit) + 1).collect(), limit);
    Ok(Ranking { ranked: total, apart, rows, more })
}

/// The units that are not ranked, a page from `skip` on, with the reason; where a unit is named, those below it that
/// nobody inspected, too.
///
/// # Errors
/// `scope-missing`; an outage.
pub async fn unranked(
    app: &App,
    actor: &Actor,
    (about, known): (About, Timestamp),
    how: How,
    (skip, limit): (usize, u8),
) -> Result<(Vec<Apart>, bool)> {
    let Counted { apart, .. } = counted(app, actor, about, known, how).await?;
    Ok(cut(apart.into_iter().skip(skip).take(usize::from(limit) + 1).collect(), limit))
}

async fn counted(app: &App, actor: &Actor, about: About, known: Timestamp, how: How) -> Result<Counted> {
    let day = about.to.unwrap_or_else(|| crate::flows::units::today(app));
    let as_then = About { as_known: about.as_known.or(Some(known)), ..about };
    let (mut tx, wanted) = begin(app, actor, Deed::ReadFindings, &as_then).await?;
    let mut own = figures::ranking::by_unit(&mut tx, Eyes::Of(actor), &wanted).await?;
    let compared = match nameless(&mut tx, actor, about, how).await? {
        Some(campaign) => figures::ranking::by_unit(&mut tx, Eyes::Anonymous(campaign), &wanted).await?,
        None => Vec::new(),
    };
    let mine: HashSet<UnitId> = own.iter().map(|(unit, _)| *unit).collect();
    let others: Vec<_> = compared.into_iter().filter(|(unit, _)| !mine.contains(unit)).collect();
    if let Some(unit) = about.unit {
        let below = records::units::below(&mut tx, unit, day).await?;
        let missed = below.into_iter().map(|(unit, ..)| unit).filter(|unit| !mine.contains(unit));
        own.extend(missed.map(|unit| (unit, OfUnit::default())));
    }
    let places = in_order(&mut tx, own, day).await?;
    let others = in_order(&mut tx, others, day).await?;
    Ok(sort(places, others, how))
}

/// Puts figures in the order of their units' names.
async fn in_order(db: &mut Db, of: Vec<(UnitId, OfUnit)>, day: Date) -> Result<Vec<(Named, OfUnit)>> {
    let units: Vec<UnitId> = of.iter().map(|(unit, _)| *unit).collect();
    let figures: HashMap<UnitId, OfUnit> = of.into_iter().collect();
    let found = records::units::in_order(db, &units, day).await?;
    let with = |(unit, name, kind): (UnitId, String, UnitType)| {
        figures.get(&unit).map(|of| (named((unit, name, kind)), *of))
    };
    Ok(found.into_iter().filter_map(with).collect())
}

fn named((unit, name, kind): (UnitId, String, UnitType)) -> Named {
    Named { unit, name, class: TargetClass::of(kind) }
}

fn sort(own: Vec<(Named, OfUnit)>, others: Vec<(Named, OfUnit)>, how: How) -> Counted {
    let of_class = |unit: &Named| how.class.is_none_or(|class| unit.class == class);
    let (mut rows, mut apart) = (Vec::new(), Vec::new());
    for (unit, figures) in own.into_iter().filter(|(unit, _)| of_class(unit)) {
        match because(figures, how) {
            None => rows.push(Row { unit: Some(unit), figures }),
            Some(because) => apart.push(Apart { unit, figures, because }),
        }
    }
    let others =
        others.into_iter().filter(|(unit, figures)| of_class(unit) && because(*figures, how).is_none());
    let mut others: Vec<Row> = others.map(|(_, figures)| Row { unit: None, figures }).collect();
    // By their figures alone: the order of their names would tell of these.
    others.sort_by_key(|Row { figures: of, .. }| (of.open, of.critical, of.failing, of.judged, of.visits));
    if others.len() >= FEWEST_NAMELESS {
        // The own ones first among equals: where others stand among them would tell of their names.
        rows.extend(others);
    }
    Counted { ranked: ranked(rows, |row| how.measure(row.figures)), apart }
}

fn because(of: OfUnit, how: How) -> Option<Unranked> {
    if of.visits == 0 {
        return Some(Unranked::NotInspected);
    }
    rankable(of.judged, how.least()).err()
}

/// The campaign that the asker may compare the own units in without knowing the others, if that is what is asked.
async fn nameless(db: &mut Db, actor: &Actor, about: About, how: How) -> Result<Option<CampaignId>> {
    let About { owner: _, campaign: _, unit, from, to, as_known } = about;
    // A sort of units is a part, too.
    let whole = how.class.is_none() && unit.is_none() && from.is_none() && to.is_none() && as_known.is_none();
    let Some(id) = about.campaign.filter(|_| whole) else { return Ok(None) };
    let Some(campaign) = campaigns::find(db, id).await? else { return Ok(None) };
    if Within::of(db, actor).await?.holds(campaign.owner, id) {
        return Ok(None);
    }
    match totals::permitted(db, actor, id).await {
        Ok(_) => Ok(Some(id)),
        Err(Error::Refused(_)) => Ok(None),
        Err(why) => Err(why),
    }
}
