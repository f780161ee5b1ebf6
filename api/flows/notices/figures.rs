//! Figures of a notice: counted when it is written, and counted again for whoever compares.

use super::{permitted, rows};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::round::TargetClass;
use crate::domain::coverage::{Coverage, Made, Place};
use crate::domain::ids::{CampaignId, NoticeId, UnitId, VisitId};
use crate::domain::notice::{Asked, Figure, Measure, Named, Notice, Query, Rows};
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::flows::Result;
use crate::flows::reports::targets;
use crate::records::figures::{Eyes, items};
use crate::records::visits::visible::Wanted;
use crate::records::{Db, units};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A figure as it stands in a notice, and as the same query counts it now.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The copy.
    pub frozen: Figure,
    /// Counted now.
    pub today: Figure,
}

/// What figures are counted over.
pub(super) struct Over {
    /// Under which campaign.
    pub(super) campaign: CampaignId,
    /// These visits.
    pub(super) visits: Vec<VisitId>,
    /// The day whose units and names count.
    pub(super) day: Date,
}

/// The figures of a notice beside what the same queries over the same visits count now: an explanation that was accepted
/// or an answer that was corrected since changes the one and never the other.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn compare(app: &App, actor: &Actor, id: NoticeId) -> Result<(Notice, Vec<Compared>)> {
    let mut tx = app.records.begin().await?;
    let notice = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(&mut tx, actor, &notice, Deed::CompareNotice).await?;
    let day = super::write::last_day(&mut tx, &notice.cover, &notice.visits).await?;
    let over = Over { campaign: notice.campaign, visits: notice.visits.clone(), day };
    let mut compared = Vec::with_capacity(notice.figures.len());
    for frozen in &notice.figures {
        let asked = Asked { key: frozen.key.clone(), query: frozen.query.clone() };
        let today = count(&mut tx, &over, asked, app.now()).await?;
        compared.push(Compared { frozen: frozen.clone(), today });
    }
    Ok((notice, compared))
}

/// Counts one figure.
pub(super) async fn count(db: &mut Db, over: &Over, asked: Asked, now: Timestamp) -> Result<Figure> {
    let Asked { key, query } = asked;
    let mut figure = match query.measure {
        Measure::Visits | Measure::Units => visits(db, over, query).await?,
        Measure::Item => item(db, over, query).await?,
        Measure::Findings => findings(db, over, query).await?,
        Measure::Coverage => coverage(db, over, query).await?,
    };
    figure.key = key;
    figure.counted_at = crate::domain::moment::to_micros(now);
    Ok(figure)
}

fn blank(query: Query) -> Figure {
    Figure {
        key: String::new(),
        query,
        part: 0,
        whole: None,
        units: Vec::new(),
        others: Vec::new(),
        rows: Rows::default(),
        legal_basis: Vec::new(),
        counted_at: Timestamp::UNIX_EPOCH,
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// These units by the names they had, in the order of Vietnamese dictionaries.
async fn named(db: &mut Db, over: &Over, which: BTreeSet<UnitId>) -> Result<Vec<Named>> {
    let ids: Vec<UnitId> = which.into_iter().collect();
    let found = units::in_order(db, &ids, over.day).await?;
    Ok(found.into_iter().map(|(unit, name, _)| Named { unit, name }).collect())
}

async fn visits(db: &mut Db, over: &Over, query: Query) -> Result<Figure> {
    let visited = rows::visited(db, &over.visits).await?;
    let units: BTreeSet<UnitId> = visited.iter().map(|of| of.unit).collect();
    let is_units = query.measure == Measure::Units;
    Ok(Figure {
        part: if is_units { number(units.len()) } else { number(visited.len()) },
        units: if is_units { named(db, over, units).await? } else { Vec::new() },
        rows: Rows { visits: over.visits.clone(), findings: Vec::new() },
        ..blank(query)
    })
}

/// As the live report of items counts it: a unit once, by its latest visit that asked.
async fn item(db: &mut Db, over: &Over, query: Query) -> Result<Figure> {
    let code = query.item.clone().unwrap_or_default();
    let (eyes, live) = (Eyes::Over(&over.visits), Wanted::default());
    let (_, mut shares) = items::shares(db, eyes, &live, Some(std::slice::from_ref(&code))).await?;
    shares.retain(|share| query.template.as_ref().is_none_or(|template| share.template == *template));
    if shares.len() > 1 {
        let detail = format!("Several checklists have an item {code}: name the checklist, too.");
        return Err(Refusal::field("/figures", "notice.figure", detail).into());
    }
    let Some(share) = shares.pop() else {
        return Ok(Figure { whole: Some(0), ..blank(query) });
    };
    let judged = items::deciding(db, eyes, &live, (&share.template, &code)).await?;
    let both = (share.failing(), share.failing, share.passing);
    let (failing, units, others) = both;
    Ok(Figure {
        legal_basis: rows::bases(db, &judged, &share.template, &code).await?,
        part: failing.numerator,
        whole: Some(failing.denominator),
        units: named(db, over, units).await?,
        others: named(db, over, others).await?,
        rows: Rows { visits: judged, findings: Vec::new() },
        ..blank(query)
    })
}

async fn findings(db: &mut Db, over: &Over, query: Query) -> Result<Figure> {
    let found = rows::findings(db, &over.visits, query.item.as_deref(), query.critical).await?;
    let at: BTreeSet<UnitId> = found.iter().map(|(_, unit)| *unit).collect();
    Ok(Figure {
        part: number(found.len()),
        units: named(db, over, at).await?,
        rows: Rows { visits: Vec::new(), findings: found.into_iter().map(|(id, _)| id).collect() },
        ..blank(query)
    })
}

/// As the live report of coverage counts it: inspected at least once, of all there are on the day.
async fn coverage(db: &mut Db, over: &Over, query: Query) -> Result<Figure> {
    let places: Vec<Place> = match query.unit {
        Some(unit) => {
            let below = units::below(db, unit, over.day).await?;
            let place = |(unit, name, kind)| Place { unit, name, class: TargetClass::of(kind) };
            below.into_iter().map(place).collect()
        }
        None => targets(db, over.campaign, over.day).await?,
    };
    let visited = rows::visited(db, &over.visits).await?;
    let made: Vec<Made> = visited.iter().map(|of| Made { unit: of.unit, kind: of.kind, visits: 1 }).collect();
    let class = Coverage::count(&places, &made).classes.into_iter().find(|of| Some(of.class) == query.class);
    let Some(class) = class else { return Ok(Figure { whole: Some(0), ..blank(query) }) };
    let never: BTreeSet<UnitId> = class.not_covered.iter().map(|place| place.unit).collect();
    let of_class = places.iter().filter(|place| place.class == class.class);
    let covered: BTreeSet<UnitId> = of_class.map(|place| place.unit).filter(|u| !never.contains(u)).collect();
    let counted = visited.iter().filter(|of| covered.contains(&of.unit)).map(|of| of.visit).collect();
    Ok(Figure {
        part: class.first_inspection.numerator,
        whole: Some(class.first_inspection.denominator),
        units: named(db, over, covered).await?,
        others: named(db, over, never).await?,
        rows: Rows { visits: counted, findings: Vec::new() },
        ..blank(query)
    })
}
