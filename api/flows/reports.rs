//! Figures over visits: coverage, overlaps, burden. All of them count what the asker may see, and nothing else.

pub mod comparison;
pub mod items;
pub mod ranking;
pub mod recurrence;

use super::campaigns::seen;
use super::visits::note_sealed_reads;
use super::{Result, cut, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::round::{Round, TargetClass};
use crate::domain::coverage::{Coverage, LookedAt, Made, Place, Visited};
use crate::domain::ids::{CampaignId, OwnerId, UnitId, VisitId};
use crate::domain::moment::VIETNAM_OFFSET_S;
use crate::domain::overlap::{self, Burden, DAYS_APART, Stretch};
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::visit::{Kind, State};
use crate::records::campaigns::Within;
use crate::records::figures::coverage::OfRound;
use crate::records::figures::{self, Eyes};
use crate::records::visits::counted::{self, Counted};
use crate::records::visits::life as rows;
use crate::records::visits::visible::{self, Wanted};
use crate::records::{self, Db, Tx};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap};

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Visits of this owner; `None` is any whose visits the asker may see.
    pub owner: Option<OwnerId>,
    /// Visits of this campaign.
    pub campaign: Option<CampaignId>,
    /// At this unit or below.
    pub unit: Option<UnitId>,
    /// First day that counts.
    pub from: Option<Date>,
    /// Last day that counts.
    pub to: Option<Date>,
    /// With what was known at this instant: visits handed in, addenda and findings as they stood; now where it is `None`.
    pub as_known: Option<Timestamp>,
}

impl About {
    /// From when and until when visits are planned that count; the end is no part of it.
    #[must_use]
    pub fn window(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.from.and_then(morning), self.to.and_then(|day| day.tomorrow().ok()).and_then(morning))
    }

    /// The visits that were handed in.
    fn handed_in(&self) -> Result<Wanted> {
        self.wanted(vec![State::Submitted, State::Finalised])
    }

    fn wanted(&self, states: Vec<State>) -> Result<Wanted> {
        for (at, day) in [("?from", self.from), ("?to", self.to)] {
            day.map(|day| crate::domain::unit::day(at, day)).transpose()?;
        }
        let (from, to) = self.window();
        Ok(Wanted {
            owner: self.owner,
            campaign: self.campaign,
            unit: self.unit,
            states,
            from,
            to,
            as_known: self.as_known,
            ..Wanted::default()
        })
    }
}

/// Midnight in Vietnam.
pub(super) fn morning(day: Date) -> Option<Timestamp> {
    let offset = Offset::from_seconds(VIETNAM_OFFSET_S).ok()?;
    offset.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// Begins a report over the visits that were handed in: the right to it, what counts, and room to count in.
async fn begin(app: &App, actor: &Actor, deed: Deed, about: &About) -> Result<(Tx, Wanted)> {
    scope(actor, deed)?;
    let wanted = about.handed_in()?;
    let mut tx = app.records.begin().await?;
    figures::make_room(&mut tx).await?;
    Ok((tx, wanted))
}

/// A coverage report.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The day whose units count.
    pub as_of: Date,
    /// The figures.
    pub coverage: Coverage,
    /// Rounds of the campaigns whose visits count and that the asker may read, with how many visits each has.
    pub rounds: Vec<(Round, u32)>,
}

/// Which units of a day were inspected, first and again. The units are those below the one that is named; for a campaign
/// without one, the targets of its rounds.
///
/// # Errors
/// `scope-missing`; `invalid` with `report.unit` where neither a unit nor a campaign is named; `not-found` for a
/// campaign that the asker may not read.
pub async fn coverage(app: &App, actor: &Actor, about: About) -> Result<Covered> {
    let mut tx = app.records.begin().await?;
    figures::make_room(&mut tx).await?;
    let (as_of, places, made, tallies) = tallied(app, &mut tx, actor, about).await?;
    let within = Within::of(&mut tx, actor).await?;
    let mut campaigns: BTreeSet<CampaignId> = about.campaign.into_iter().collect();
    campaigns.extend(tallies.iter().filter(|of| within.holds(of.owner, of.campaign)).map(|of| of.campaign));
    let campaigns: Vec<CampaignId> = campaigns.into_iter().collect();
    let rounds = records::rounds::of_campaigns(&mut tx, &campaigns).await?;
    let counted =
        |round: &Round| tallies.iter().find(|of| of.round == Some(round.id)).map_or(0, |of| of.visits);
    let rounds = rounds.into_iter().map(|round| (round.clone(), counted(&round))).collect();
    Ok(Covered { as_of, coverage: Coverage::count(&places, &made), rounds })
}

/// The day, its units, and the visits that count.
async fn tallied(
    app: &App,
    db: &mut Db,
    actor: &Actor,
    about: About,
) -> Result<(Date, Vec<Place>, Vec<Made>, Vec<OfRound>)> {
    scope(actor, Deed::ReadVisit)?;
    let as_of = about.to.unwrap_or_else(|| super::units::today(app));
    let wanted = About { to: Some(as_of), ..about }.handed_in()?;
    if let Some(campaign) = about.campaign {
        seen(db, actor, campaign).await?;
    }
    let places = match (about.unit, about.campaign) {
        (Some(unit), _) => {
            let below = records::units::below(db, unit, as_of).await?;
            below
                .into_iter()
                .map(|(unit, name, kind)| Place { unit, name, class: TargetClass::of(kind) })
                .collect()
        }
        (None, Some(campaign)) => targets(db, campaign, as_of).await?,
        (None, None) => {
            let detail = "name the unit whose parts are counted, or a campaign with rounds";
            return Err(Refusal::field("?unit", "report.unit", detail).into());
        }
    };
    let (made, rounds) = figures::coverage::tally(db, Eyes::Of(actor), &wanted).await?;
    Ok((as_of, places, made, rounds))
}

/// The units behind a figure of coverage, a page from `skip` on, in the order of Vietnamese dictionaries; and whether
/// there are more.
///
/// # Errors
/// As [`coverage`].
pub async fn covered_units(
    app: &App,
    actor: &Actor,
    about: About,
    (class, looked_at): (Option<TargetClass>, Option<LookedAt>),
    (skip, limit): (usize, u8),
) -> Result<(Vec<Visited>, bool)> {
    let mut tx = app.records.begin().await?;
    figures::make_room(&mut tx).await?;
    let (_, places, made, _) = tallied(app, &mut tx, actor, about).await?;
    let mut found = Visited::of(places, &made);
    found.retain(|unit| class.is_none_or(|class| unit.place.class == class));
    found.retain(|unit| looked_at.is_none_or(|how| unit.was(how)));
    Ok(cut(found.split_off(skip.min(found.len())), limit))
}

pub(super) async fn targets(db: &mut Db, campaign: CampaignId, as_of: Date) -> Result<Vec<Place>> {
    let rounds = records::rounds::of_campaigns(db, &[campaign]).await?;
    let units: BTreeSet<UnitId> = rounds.iter().flat_map(|round| round.targets.iter().copied()).collect();
    let found = records::units::in_order(db, &units.into_iter().collect::<Vec<_>>(), as_of).await?;
    let place = |(unit, name, kind)| Place { unit, name, class: TargetClass::of(kind) };
    Ok(found.into_iter().map(place).collect())
}

/// States in which a visit is still meant, or was made.
#[must_use]
pub fn meant() -> Vec<State> {
    State::ALL.into_iter().filter(|state| !matches!(state, State::Cancelled | State::Aborted)).collect()
}

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

fn stretch(visit: &Counted) -> Stretch<CampaignId, VisitId> {
    Stretch { campaign: visit.campaign, visit: visit.id, unit: visit.unit, days: visit.window.days() }
}

/// Where other campaigns of any owner come to the same units in the same weeks. Of a sealed visit only whoever may
/// see it is told: for everybody else there is no such visit, here as everywhere.
///
/// # Errors
/// `not-found`.
pub async fn overlaps(app: &App, actor: &Actor, campaign: CampaignId) -> Result<(String, Vec<Overlapping>)> {
    let mut tx = app.records.begin().await?;
    let held = seen(&mut tx, actor, campaign).await?;
    scope(actor, Deed::ReadVisit)?;
    let of_campaign = Wanted { campaign: Some(campaign), states: meant(), ..Wanted::default() };
    let own = visible::every(&mut tx, actor, Deed::ReadVisit, &of_campaign).await?;
    let others = others(&mut tx, actor, held.owner, &own).await?;
    let ids: BTreeSet<CampaignId> = others.iter().map(|visit| visit.campaign).collect();
    let live = records::campaigns::still_meant(&mut tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let met: Vec<_> = others.iter().filter(|visit| live.contains(&visit.campaign)).map(stretch).collect();
    let found = overlap::overlaps(&own.iter().map(stretch).collect::<Vec<_>>(), &met);

    let owners: HashMap<CampaignId, OwnerId> =
        others.iter().map(|visit| (visit.campaign, visit.owner)).collect();
    let within = Within::of(&mut tx, actor).await?;
    let titles = records::campaigns::titles(&mut tx, &live).await?;
    let owner_ids: Vec<OwnerId> = owners.values().copied().collect();
    let names = records::owners::names(&mut tx, &owner_ids).await?;
    let theirs: Vec<VisitId> = found.iter().flat_map(|overlap| overlap.theirs.clone()).collect();
    let shown = shown(&mut tx, actor, &theirs).await?;
    let mut told = Vec::with_capacity(found.len());
    for overlap in found {
        let owner = owners.get(&overlap.other).copied().unwrap_or(held.owner);
        let title = titles.get(&overlap.other).filter(|_| within.holds(owner, overlap.other));
        let at = records::units::at(&mut tx, overlap.unit, overlap.days.0).await?;
        told.push(Overlapping {
            unit: overlap.unit,
            unit_name: at.map(|at| at.name).unwrap_or_default(),
            visits: overlap.own,
            others: overlap.theirs.iter().all(|id| shown.contains(id)).then_some(overlap.theirs),
            owner,
            owner_name: names.get(&owner).cloned().unwrap_or_default(),
            campaign: title.map(|title| (overlap.other, title.clone())),
            days: overlap.days,
        });
    }
    let own = told.iter().flat_map(|overlap| overlap.visits.clone());
    let named: Vec<VisitId> = own.chain(theirs).collect();
    let read = rows::load(&mut tx, &named).await?;
    note_sealed_reads(&mut tx, actor, &read, "overlaps", app.now()).await?;
    tx.commit().await?;
    Ok((held.title, told))
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

/// What may meet these visits: whatever is no secret, and the sealed visits of the same owner that the actor may see.
pub(super) async fn others(
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
        kinds: vec![Kind::Surprise],
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

/// How much is asked of a unit and of each below it, by visits that were made or are meant.
///
/// # Errors
/// `scope-missing`; `invalid` with `report.unit` where no unit is named.
pub async fn burden(app: &App, actor: &Actor, about: About) -> Result<Vec<(UnitId, String, Burden)>> {
    scope(actor, Deed::ReadVisit)?;
    if about.unit.is_none() {
        return Err(Refusal::field("?unit", "report.unit", "name the unit that is asked about").into());
    }
    let wanted = about.wanted(meant())?;
    let mut tx = app.records.begin().await?;
    figures::make_room(&mut tx).await?;
    let asked: HashMap<UnitId, Burden> =
        figures::burden::by_unit(&mut tx, Eyes::Of(actor), &wanted).await?.into_iter().collect();
    let units: Vec<UnitId> = asked.keys().copied().collect();
    let day = about.to.unwrap_or_else(|| super::units::today(app));
    let named = records::units::in_order(&mut tx, &units, day).await?;
    let sealed = figures::burden::sealed(&mut tx, Eyes::Of(actor), &wanted).await?;
    let read = rows::load(&mut tx, &sealed).await?;
    note_sealed_reads(&mut tx, actor, &read, "burden", app.now()).await?;
    tx.commit().await?;
    Ok(named
        .into_iter()
        .filter_map(|(unit, name, _)| Some((unit, name, asked.get(&unit).copied()?)))
        .collect())
}
