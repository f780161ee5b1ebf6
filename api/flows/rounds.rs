//! Rounds of a campaign: enter one, change it, read them.

use super::campaigns::{hold, open, seen};
use super::{Error, Result, current, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
pub use crate::domain::campaign::round::Round;
use crate::domain::campaign::round::{Purpose, TARGET_IN_OTHER_ROUND, TARGET_NOT_IN_FORCE};
use crate::domain::ids::{CampaignId, RoundId, TeamId, UnitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::records::visits::visible::{self, Wanted};
use crate::records::{self, Db, custody};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// What somebody wants a round to be.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What people call it; may be empty.
    pub name: String,
    /// First and last day, where planned.
    pub days: (Option<Date>, Option<Date>),
    /// The units to be visited.
    pub targets: Vec<UnitId>,
    /// The teams that serve it; none means any.
    pub teams: Vec<TeamId>,
}

/// A target that is worth a second look, and why.
pub type Warned = (UnitId, &'static str);

/// Enters the next round of a campaign; says which of its targets are worth a second look.
///
/// # Errors
/// `not-found`, `forbidden`, `campaign.state`, `invalid` (`round.purpose-unknown`, `round.target-twice`,
/// `round.target-unknown`, `round.team-unknown`), `round.target-taken` for a unit that is a target of another first
/// round.
pub async fn create(
    app: &App,
    actor: &Actor,
    campaign: CampaignId,
    purpose: &str,
    wish: Wish,
) -> Result<(Round, Vec<Warned>)> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::EditCampaign).await?;
    open(&held)?;
    let purpose = Purpose::parse(purpose).ok_or_else(|| {
        Refusal::field("/purpose", "round.purpose-unknown", "is neither first nor re_inspection")
    })?;
    let now = app.now();
    let others = records::rounds::of_campaigns(&mut tx, &[campaign]).await?;
    let number = others.iter().map(|round| round.number).max().unwrap_or(0).saturating_add(1);
    let Wish { name, days, targets, teams } = wish;
    let id = RoundId::random(random_bytes());
    let new =
        Round { id, campaign, number, name, purpose, days, targets, teams, version: 1, created_at: now };
    let new = new.checked()?;
    fits(&mut tx, &new, &others).await?;
    records::rounds::keep(&mut tx, &new, actor.account()).await.map_err(taken)?;
    note(&mut tx, actor, "round.created", &new, now).await?;
    let warned = warned(&mut tx, &new, &others).await?;
    tx.commit().await?;
    Ok((new, warned))
}

/// Changes name, days, targets and teams of a round.
///
/// # Errors
/// As [`create`], and `version.stale`. Visits that were planned for a target that is left out stay.
pub async fn change(
    app: &App,
    actor: &Actor,
    (campaign, id): (CampaignId, RoundId),
    version: i32,
    wish: Wish,
) -> Result<(Round, Vec<Warned>)> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::EditCampaign).await?;
    let mut others = records::rounds::of_campaigns(&mut tx, &[campaign]).await?;
    let place = others.iter().position(|round| round.id == id).ok_or_else(Refusal::not_found)?;
    let was = others.swap_remove(place);
    current(version, was.version)?;
    open(&held)?;
    let Wish { name, days, targets, teams } = wish;
    let mut round = Round { name, days, targets, teams, ..was }.checked()?;
    fits(&mut tx, &round, &others).await?;
    round.version = records::rounds::change(&mut tx, &round).await.map_err(taken)?;
    note(&mut tx, actor, "round.changed", &round, app.now()).await?;
    let warned = warned(&mut tx, &round, &others).await?;
    tx.commit().await?;
    Ok((round, warned))
}

/// Targets that are gone on a day of the round, or not there yet, and those of another round of its purpose.
async fn warned(db: &mut Db, round: &Round, others: &[Round]) -> Result<Vec<Warned>> {
    let mut warned = Vec::new();
    for day in [round.days.0, round.days.1].into_iter().flatten() {
        let there = records::units::all_at(db, &round.targets, day).await?;
        let gone = round.targets.iter().filter(|unit| !there.contains_key(unit));
        warned.extend(gone.map(|unit| (*unit, TARGET_NOT_IN_FORCE)));
    }
    let alike = others.iter().filter(|other| other.purpose == round.purpose);
    let again = alike.flat_map(|other| &other.targets).filter(|unit| round.targets.contains(unit));
    warned.extend(again.map(|unit| (*unit, TARGET_IN_OTHER_ROUND)));
    warned.sort_unstable();
    warned.dedup();
    Ok(warned)
}

/// Takes out a round that was entered by mistake. Visits in it that the actor knows of hold it; a surprise that they may
/// not know of goes on without a round, and its own log says so.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `campaign.state`, `round.in-use`.
pub async fn remove(
    app: &App,
    actor: &Actor,
    (campaign, id): (CampaignId, RoundId),
    version: i32,
) -> Result<()> {
    let mut tx = app.records.begin().await?;
    let held = hold(&mut tx, actor, campaign, Deed::EditCampaign).await?;
    let all = records::rounds::of_campaigns(&mut tx, &[campaign]).await?;
    let round = all.into_iter().find(|round| round.id == id).ok_or_else(Refusal::not_found)?;
    current(version, round.version)?;
    open(&held)?;
    let wanted = Wanted { campaign: Some(campaign), round: Some(id), ..Wanted::default() };
    if !visible::page(&mut tx, actor, Deed::ReadVisit, &wanted, 1).await?.is_empty() {
        let detail = "Visits stand in this round; plan them in another, or leave it as it is.";
        return Err(Refusal::new(Kind::Conflict, "round.in-use", detail).into());
    }
    let now = app.now();
    for visit in records::rounds::remove(&mut tx, &round).await? {
        let object = ("visit", visit.to_string());
        let (owner, of) = (Some(held.owner), Some(visit));
        let details = json!({ "round": id });
        let entry = custody::Entry { deed: "visit.round_removed", object, owner, visit: of, details };
        custody::note(&mut tx, Some(actor), entry, now).await?;
    }
    note(&mut tx, actor, "round.removed", &round, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Every round of a campaign, by number.
///
/// # Errors
/// `not-found`.
pub async fn list(app: &App, actor: &Actor, campaign: CampaignId) -> Result<Vec<Round>> {
    let mut db = app.records.conn().await?;
    seen(&mut db, actor, campaign).await?;
    Ok(records::rounds::of_campaigns(&mut db, &[campaign]).await?)
}

fn taken(why: records::Error) -> Error {
    if why.broke("round_targets_once") {
        return target_taken(Vec::new()).into();
    }
    Error::from(why)
}

fn target_taken(faults: Vec<FieldFault>) -> Refusal {
    let detail = "A unit is the target of one first round of a campaign; it is in another already.";
    let mut refusal = Refusal::new(Kind::Conflict, "round.target-taken", detail);
    refusal.faults = faults;
    refusal
}

/// Targets are known units, teams are the campaign's, and nothing is targeted twice.
async fn fits(db: &mut Db, round: &Round, others: &[Round]) -> Result<()> {
    let mut faults = Vec::new();
    let known = records::units::known(db, &round.targets).await?;
    for (place, unit) in round.targets.iter().enumerate().filter(|(_, unit)| !known.contains(unit)) {
        let at = format!("/targets/{place}");
        faults.push(FieldFault::new(at, "round.target-unknown", format!("there is no unit {unit}")));
    }
    let teams = records::teams::of_campaign(db, round.campaign).await?;
    let strange = |team: &TeamId| teams.iter().all(|own| own.id != *team);
    for (place, team) in round.teams.iter().enumerate().filter(|(_, team)| strange(team)) {
        let at = format!("/teams/{place}");
        faults.push(FieldFault::new(at, "round.team-unknown", format!("the campaign has no team {team}")));
    }
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults).into());
    }
    if round.purpose == Purpose::First {
        let first = |other: &&Round| other.purpose == Purpose::First;
        let of = |unit: &UnitId| others.iter().filter(first).find(|other| other.targets.contains(unit));
        let twice: Vec<FieldFault> = round
            .targets
            .iter()
            .enumerate()
            .filter_map(|(place, unit)| {
                let detail = format!("is a target of round {}", of(unit)?.number);
                Some(FieldFault::new(format!("/targets/{place}"), "round.target-taken", detail))
            })
            .collect();
        if !twice.is_empty() {
            return Err(target_taken(twice).into());
        }
    }
    Ok(())
}

async fn note(db: &mut Db, actor: &Actor, deed: &str, round: &Round, now: Timestamp) -> Result<()> {
    let entry = custody::Entry {
        deed,
        object: ("round", round.id.to_string()),
        owner: None,
        visit: None,
        details: json!({ "campaign": round.campaign, "number": round.number, "purpose": round.purpose.as_str(),
            "targets": round.targets, "teams": round.teams, "version": round.version }),
    };
    custody::note(db, Some(actor), entry, now).await?;
    Ok(())
}
