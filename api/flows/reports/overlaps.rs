//! Where other campaigns come to the same units in the same weeks, told a page at a time.

use super::meant;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{CampaignId, OwnerId, UnitId, VisitId};
use crate::domain::overlap::{self, DAYS_APART, Overlap, Stretch};
use crate::domain::permission::Deed;
use crate::domain::unit::UnitVersion;
use crate::domain::visit::Kind;
use crate::flows::campaigns::seen;
use crate::flows::visits::note_sealed_reads;
use crate::flows::{Result, cut, scope};
use crate::records::campaigns::Within;
use crate::records::units::many::histories;
use crate::records::visits::counted::{self, Counted};
use crate::records::visits::life as rows;
use crate::records::visits::visible::{self, Wanted};
use crate::records::{self, Db};
use jiff::SignedDuration;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Another campaign that comes to the same unit in the same week.
#[derive(Clone, Debug)]
pub struct Overlapping {
    /// Where.
    pub unit: UnitId,
    /// The unit's name on the first of those days.
    pub unit_name: String,
    /// Own visits that meet one of the other.
    pub visits: Vec<VisitId>,
    /// The other's visits that meet one of them, where the asker may see every one.
    pub others: Option<Vec<VisitId>>,
    /// Whose the other campaign is.
    pub owner: OwnerId,
    /// That owner's name.
    pub owner_name: String,
    /// The other campaign and its title, where the asker may read it.
    pub campaign: Option<(CampaignId, String)>,
    /// First and last day of the other's visits.
    pub days: (Date, Date),
}

/// Where a list of overlaps goes on: behind this unit and other campaign.
pub type Place = (UnitId, CampaignId);

/// What is told of a campaign's overlaps: its title, a page of them, and where the next page begins.
#[derive(Clone, Debug)]
pub struct Told {
    /// The campaign's title.
    pub title: String,
    /// By unit and other campaign.
    pub overlaps: Vec<Overlapping>,
    /// Behind what the next page begins, if there is one.
    pub next: Option<Place>,
}

/// Where other campaigns of any owner come to the same units in the same weeks. Of a sealed visit only whoever may
/// see it is told: for everybody else there is no such visit, here as everywhere.
///
/// # Errors
/// `not-found`.
pub async fn overlaps(
    app: &App,
    actor: &Actor,
    campaign: CampaignId,
    (after, limit): (Option<Place>, u8),
) -> Result<Told> {
    let mut tx = app.records.begin().await?;
    let held = seen(&mut tx, actor, campaign).await?;
    scope(actor, Deed::ReadVisit)?;
    let from_unit = after.map(|(unit, _)| unit);
    let of_campaign = Wanted { campaign: Some(campaign), states: meant(), from_unit, ..Wanted::default() };
    let own = visible::every(&mut tx, actor, Deed::ReadVisit, &of_campaign).await?;
    let (found, owners) = met(&mut tx, actor, held.owner, &own, (after, limit)).await?;
    let (found, more) = cut(found, limit);
    let next = found.last().filter(|_| more).map(|last| (last.unit, last.other));

    let within = Within::of(&mut tx, actor).await?;
    let others: BTreeSet<CampaignId> = found.iter().map(|overlap| overlap.other).collect();
    let titles = records::campaigns::titles(&mut tx, &others.into_iter().collect::<Vec<_>>()).await?;
    let names = records::owners::names(&mut tx, &owners.values().copied().collect::<Vec<_>>()).await?;
    let units: BTreeSet<UnitId> = found.iter().map(|overlap| overlap.unit).collect();
    let units = histories(&mut tx, &units.into_iter().collect::<Vec<_>>()).await?;
    let theirs: Vec<VisitId> = found.iter().flat_map(|overlap| overlap.theirs.clone()).collect();
    let shown = shown(&mut tx, actor, &theirs).await?;
    let told = |overlap: Overlap<CampaignId, VisitId>| {
        let owner = owners.get(&overlap.other).copied().unwrap_or(held.owner);
        let title = titles.get(&overlap.other).filter(|_| within.holds(owner, overlap.other));
        Overlapping {
            unit: overlap.unit,
            unit_name: units.get(&overlap.unit).map(|of| name_on(of, overlap.days.0)).unwrap_or_default(),
            visits: overlap.own,
            others: overlap.theirs.iter().all(|id| shown.contains(id)).then_some(overlap.theirs),
            owner,
            owner_name: names.get(&owner).cloned().unwrap_or_default(),
            campaign: title.map(|title| (overlap.other, title.clone())),
            days: overlap.days,
        }
    };
    let overlaps: Vec<Overlapping> = found.into_iter().map(told).collect();
    let own = overlaps.iter().flat_map(|overlap| overlap.visits.clone());
    let named: Vec<VisitId> = own.chain(theirs).collect();
    let read = rows::load(&mut tx, &named).await?;
    note_sealed_reads(&mut tx, actor, &read, "overlaps", app.now()).await?;
    tx.commit().await?;
    Ok(Told { title: held.title, overlaps, next })
}

/// Those of these visits that the actor may see.
async fn shown(db: &mut Db, actor: &Actor, ids: &[VisitId]) -> Result<BTreeSet<VisitId>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let wanted = Wanted { ids: ids.to_vec(), ..Wanted::default() };
    let found = visible::every(db, actor, Deed::ReadVisit, &wanted).await?;
    Ok(found.into_iter().map(|visit| visit.id).collect())
}

/// A unit's name on a day; empty where it did not exist.
fn name_on(versions: &[UnitVersion], day: Date) -> String {
    versions
        .iter()
        .find(|version| version.holds_on(day))
        .map(|version| version.name.clone())
        .unwrap_or_default()
}

fn stretch(visit: &Counted) -> Stretch<CampaignId, VisitId> {
    Stretch { campaign: visit.campaign, visit: visit.id, unit: visit.unit, days: visit.window.days() }
}

/// Overlaps behind a place, at least one more than are asked for where there are so many, and whose the others are.
async fn met(
    db: &mut Db,
    actor: &Actor,
    owner: OwnerId,
    own: &[Counted],
    (after, limit): (Option<Place>, u8),
) -> Result<(Vec<Overlap<CampaignId, VisitId>>, HashMap<CampaignId, OwnerId>)> {
    let mut by_unit: BTreeMap<UnitId, Vec<Counted>> = BTreeMap::new();
    for visit in own {
        by_unit.entry(visit.unit).or_default().push(*visit);
    }
    let by_unit: Vec<Vec<Counted>> = by_unit.into_values().collect();
    let (mut found, mut owners) = (Vec::new(), HashMap::new());
    // As many units as a page has rows are mostly enough; twice as many each time they were not.
    let (mut rest, mut width) = (by_unit.as_slice(), usize::from(limit) + 1);
    while !rest.is_empty() && found.len() <= usize::from(limit) {
        let (some, later) = rest.split_at(width.min(rest.len()));
        (rest, width) = (later, width.saturating_mul(2));
        let here = some.concat();
        let near = others(db, actor, owner, &here).await?;
        let campaigns: BTreeSet<CampaignId> = near.iter().map(|visit| visit.campaign).collect();
        let live = records::campaigns::still_meant(db, &campaigns.into_iter().collect::<Vec<_>>()).await?;
        let near: Vec<&Counted> = near.iter().filter(|visit| live.contains(&visit.campaign)).collect();
        owners.extend(near.iter().map(|visit| (visit.campaign, visit.owner)));
        let own: Vec<_> = here.iter().map(stretch).collect();
        let near: Vec<_> = near.into_iter().map(stretch).collect();
        let behind =
            |overlap: &Overlap<_, _>| after.is_none_or(|after| (overlap.unit, overlap.other) > after);
        found.extend(overlap::overlaps(&own, &near).into_iter().filter(behind));
    }
    Ok((found, owners))
}

/// What may meet these visits: whatever is no secret, and the sealed visits of the same owner that the actor may see.
pub(in crate::flows) async fn others(
    db: &mut Db,
    actor: &Actor,
    owner: OwnerId,
    own: &[Counted],
) -> Result<Vec<Counted>> {
    let week = SignedDuration::from_hours((DAYS_APART + 1) * 24);
    let start = own.iter().map(|visit| visit.window.start).min().unwrap_or_default();
    let end = own.iter().map(|visit| visit.window.end).max().unwrap_or_default();
    let (from, to) = (start.checked_sub(week).unwrap_or(start), end.checked_add(week).unwrap_or(end));
    let units: BTreeSet<UnitId> = own.iter().map(|visit| visit.unit).collect();
    let units: Vec<UnitId> = units.into_iter().collect();
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = counted::open(db, &units, (from, to)).await?;
    let sealed = Wanted {
        owner: Some(owner),
        at: units.clone(),
        kinds: vec![Kind::Surprise, Kind::ReInspection],
        states: meant(),
        from: from.checked_sub(SignedDuration::from_hours(31 * 24)).ok(),
        to: Some(to),
        ..Wanted::default()
    };
    let sealed = visible::every(db, actor, Deed::ReadVisit, &sealed).await?;
    let known: BTreeSet<VisitId> = found.iter().map(|visit| visit.id).collect();
    found.extend(sealed.into_iter().filter(|visit| !known.contains(&visit.id)));
    Ok(found)
}
