//! Figures over visits: coverage, burden. All of them count what the asker may see, and nothing else.

pub mod comparison;
pub mod items;
pub mod overlaps;
pub mod ranking;
pub mod recurrence;

use super::campaigns::seen;
use super::visits::note_sealed_reads;
use super::{Result, cut, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::round::{Round, TargetClass};
use crate::domain::coverage::{Coverage, LookedAt, Made, Place, Visited};
use crate::domain::ids::{CampaignId, OwnerId, RoundId, UnitId};
use crate::domain::moment::{VIETNAM_OFFSET_S, of_our_time};
use crate::domain::overlap::Burden;
use crate::domain::permission::Deed;
use crate::domain::refusal::Refusal;
use crate::domain::visit::State;
use crate::records::campaigns::Within;
use crate::records::figures::coverage::OfRound;
use crate::records::figures::{self, Eyes};
use crate::records::visits::life as rows;
use crate::records::visits::visible::Wanted;
use crate::records::{self, Db, Tx};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
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
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(Refusal::field("?from", "report.days", "lies behind the last day that counts").into());
        }
        self.as_known.map(|known| of_our_time("?as_known", known)).transpose()?;
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
    Ok((app.records.begin_report().await?, wanted))
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
    let mut tx = app.records.begin_report().await?;
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

/// Which units of a report of coverage.
#[derive(Clone, Copy, Debug)]
pub struct WhichCovered {
    /// Of this sort.
    pub class: Option<TargetClass>,
    /// Inspected so; what was visited is told wherever it lies now.
    pub looked_at: Option<LookedAt>,
    /// The targets of this round of the campaign, instead of the units of the day.
    pub round: Option<RoundId>,
}

/// The units behind a figure of coverage, a page from `skip` on, in the order of Vietnamese dictionaries; and whether
/// there are more.
///
/// # Errors
/// As [`coverage`]; `not-found` for a round that is none of the campaign.
pub async fn covered_units(
    app: &App,
    actor: &Actor,
    about: About,
    which: WhichCovered,
    (skip, limit): (usize, u8),
) -> Result<(Vec<Visited>, bool)> {
    let mut tx = app.records.begin_report().await?;
    let (as_of, mut places, made, _) = tallied(app, &mut tx, actor, about).await?;
    if let Some(round) = which.round {
        let of = about.campaign.into_iter().collect::<Vec<_>>();
        let rounds = records::rounds::of_campaigns(&mut tx, &of).await?;
        let round = rounds.into_iter().find(|of| of.id == round).ok_or_else(Refusal::not_found)?;
        places = named(&mut tx, &round.targets, as_of).await?;
    } else if which.looked_at == Some(LookedAt::Visited) {
        let units: BTreeSet<UnitId> = made.iter().map(|of| of.unit).collect();
        places = named(&mut tx, &units.into_iter().collect::<Vec<_>>(), as_of).await?;
    }
    let mut found = Visited::of(places, &made);
    found.retain(|unit| which.class.is_none_or(|class| unit.place.class == class));
    found.retain(|unit| which.looked_at.is_none_or(|how| unit.was(how)));
    Ok(cut(found.split_off(skip.min(found.len())), limit))
}

pub(super) async fn targets(db: &mut Db, campaign: CampaignId, as_of: Date) -> Result<Vec<Place>> {
    let rounds = records::rounds::of_campaigns(db, &[campaign]).await?;
    let units: BTreeSet<UnitId> = rounds.iter().flat_map(|round| round.targets.iter().copied()).collect();
    named(db, &units.into_iter().collect::<Vec<_>>(), as_of).await
}

/// Units by name as of a day, or as they were last.
async fn named(db: &mut Db, units: &[UnitId], as_of: Date) -> Result<Vec<Place>> {
    let found = records::units::in_order(db, units, as_of).await?;
    let place = |(unit, name, kind)| Place { unit, name, class: TargetClass::of(kind) };
    Ok(found.into_iter().map(place).collect())
}

/// States in which a visit is still meant, or was made.
#[must_use]
pub fn meant() -> Vec<State> {
    State::ALL.into_iter().filter(|state| !matches!(state, State::Cancelled | State::Aborted)).collect()
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
    let mut tx = app.records.begin_report().await?;
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
