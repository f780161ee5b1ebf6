//! Joining two campaigns: their topics, checklists and visits become one, and what was stays to be read.

use super::{Held, hold, note, with_papers};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::round::Round;
use crate::domain::campaign::{
    self, Campaign, CampaignKind, Grounds, Joined, Stay, Step, plan_merger, united,
};
use crate::domain::ids::{CampaignId, RoundId, UnitId, VisitId};
use crate::domain::permission::Deed;
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::visit::{self, State, Visit};
use crate::flows::{Result, current, random_bytes};
use crate::records::custody::{self, Entry};
use crate::records::mergers::{self, Merger};
use crate::records::visits::life as rows;
use crate::records::{self, Db, Tx};
use jiff::Timestamp;
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Joins a campaign with another of the same owner, which goes on. Both are drafts or approved. Announced visits at the
/// same unit on the same days become one with the checklists of both; the others, their rounds and teams go over.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `campaign.state`, `campaign.merge-unfit`, `campaign.merge-checklists`.
pub async fn merge(
    app: &App,
    actor: &Actor,
    (source, version): (CampaignId, i32),
    target: CampaignId,
) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let (ending, going_on) = both(&mut tx, actor, source, target).await?;
    current(version, ending.version)?;
    let state = fits(&ending, &going_on)?;
    let now = app.now();
    let (own, other) = (rows::hold_all(&mut tx, target).await?, rows::hold_all(&mut tx, source).await?);
    let open = |visits: &[Visit]| -> Vec<Stay> {
        visits.iter().filter(|visit| !visit.state.is_over()).map(stay).collect()
    };
    let merging = plan_merger(&open(&other), &open(&own));
    let announced = |visits: &[Visit]| {
        let told = visits.iter().filter(|visit| !visit.state.is_over() && !visit.is_sealed());
        i32::try_from(told.count()).unwrap_or(i32::MAX)
    };
    let before = announced(&own) + announced(&other);
    let joined = i32::try_from(merging.joined.len()).unwrap_or(i32::MAX);

    let by_id: HashMap<VisitId, Visit> = own.into_iter().chain(other).map(|v| (v.id, v)).collect();
    let mut hand = Hand { tx, actor, now };
    let places = hand.copy_rounds(source, target).await?;
    // All of them, whether they have visits or not: which ones go must not tell who has a visit that is secret.
    mergers::move_teams(&mut hand.tx, source, target).await?;
    for pair in &merging.joined {
        hand.join(&by_id, pair).await?;
    }
    for id in &merging.moved {
        hand.take_over(&by_id, *id, &going_on, &places).await?;
    }
    let Hand { mut tx, .. } = hand;

    let mut ended = ending.clone();
    ended.state = state;
    ended.merged_into = Some(target);
    records::campaigns::change(&mut tx, &ended).await?;
    let mut whole = going_on;
    whole.topics = united(&whole.topics, &ending.topics);
    whole.goals = united(&whole.goals, &ending.goals);
    whole.version = records::campaigns::change(&mut tx, &whole).await?;
    let merger = Merger {
        source,
        title: ending.title.clone(),
        target,
        visits_before: before,
        visits_after: before - joined,
        merged_at: now,
    };
    mergers::keep(&mut tx, &merger, actor.account()).await?;
    let details = json!({ "into": target, "visits_before": before, "visits_after": merger.visits_after });
    note(&mut tx, actor, "campaign.merged", &ended, details, now).await?;
    let details = json!({ "from": source, "topics": whole.topics, "version": whole.version });
    note(&mut tx, actor, "campaign.took_over", &whole, details, now).await?;
    let held = with_papers(&mut tx, whole).await?;
    tx.commit().await?;
    Ok(held)
}

/// Holds both, always in the order of their ids, so that two mergers the other way round do not wait for each other.
async fn both(tx: &mut Tx, actor: &Actor, a: CampaignId, b: CampaignId) -> Result<(Campaign, Campaign)> {
    let deed = Deed::MergeCampaigns;
    if a == b {
        hold(tx, actor, a, deed).await?;
        return Err(unfit("A campaign is not joined with itself.").into());
    }
    if a < b {
        let first = hold(tx, actor, a, deed).await?;
        Ok((first, hold(tx, actor, b, deed).await?))
    } else {
        let second = hold(tx, actor, b, deed).await?;
        Ok((hold(tx, actor, a, deed).await?, second))
    }
}

fn unfit(detail: &str) -> Refusal {
    visit::rule("campaign.merge-unfit", "/into", detail)
}

fn fits(ending: &Campaign, going_on: &Campaign) -> Result<campaign::CampaignState> {
    if ending.owner != going_on.owner {
        return Err(unfit("Both belong to one owner.").into());
    }
    // Rights differ between the two kinds, and joining must not give anybody more.
    if (ending.kind == CampaignKind::Supervision) != (going_on.kind == CampaignKind::Supervision) {
        return Err(unfit("A supervision is joined with a supervision alone.").into());
    }
    if !going_on.state.may_merge() {
        let detail = format!("A campaign that is {} takes no other.", going_on.state.as_str());
        return Err(Refusal::new(Kind::Conflict, "campaign.state", detail).into());
    }
    Ok(campaign::step(ending.state, Step::Merge, Grounds::default())?)
}

fn stay(visit: &Visit) -> Stay {
    Stay {
        visit: visit.id,
        unit: visit.unit,
        days: visit.window.days(),
        may_join: visit.state == State::Planned && visit.kind == visit::Kind::Planned,
        templates: visit.templates.clone(),
    }
}

/// What is in hand while visits change sides.
struct Hand<'a> {
    tx: Tx,
    actor: &'a Actor,
    now: Timestamp,
}

impl Hand<'_> {
    async fn write(&mut self, visit: &Visit, deed: &str, details: serde_json::Value) -> Result<()> {
        rows::change(&mut self.tx, visit).await?;
        let object = ("visit", visit.id.to_string());
        let entry = Entry { deed, object, owner: Some(visit.owner), visit: Some(visit.id), details };
        custody::note(&mut self.tx, Some(self.actor), entry, self.now).await?;
        Ok(())
    }

    /// Copies rounds with what the other campaign does not have as a target yet; each round's copy.
    async fn copy_rounds(
        &mut self,
        source: CampaignId,
        target: CampaignId,
    ) -> Result<HashMap<RoundId, Round>> {
        let own = records::rounds::of_campaigns(&mut self.tx, &[target]).await?;
        let mut number = own.iter().map(|round| round.number).max().unwrap_or(0);
        let taken: HashSet<_> =
            own.iter().flat_map(|r| r.targets.iter().map(|unit| (r.purpose.as_str(), *unit))).collect();
        let mut places = HashMap::new();
        for round in records::rounds::of_campaigns(&mut self.tx, &[source]).await? {
            let targets = round.targets.iter().copied();
            let targets: Vec<UnitId> =
                targets.filter(|unit| !taken.contains(&(round.purpose.as_str(), *unit))).collect();
            if targets.is_empty() {
                continue;
            }
            number += 1;
            let copy = Round {
                id: RoundId::random(random_bytes()),
                campaign: target,
                number,
                targets,
                teams: Vec::new(),
                version: 1,
                created_at: self.now,
                ..round.clone()
            };
            records::rounds::keep(&mut self.tx, &copy, self.actor.account()).await?;
            places.insert(round.id, copy);
        }
        Ok(places)
    }

    /// Two visits become one: the other is called off and says with which it was joined.
    async fn join(&mut self, visits: &HashMap<VisitId, Visit>, pair: &Joined) -> Result<()> {
        let (Some(ends), Some(goes_on)) = (visits.get(&pair.ends), visits.get(&pair.goes_on)) else {
            return Ok(());
        };
        no_code_twice(&mut self.tx, pair).await?;
        if pair.templates != goes_on.templates {
            rows::replace_templates(&mut self.tx, goes_on.id, &pair.templates).await?;
        }
        let details = json!({ "joined": ends.id, "templates": pair.templates });
        self.write(goes_on, "visit.joined", details).await?;
        let ended = Visit {
            state: State::Cancelled,
            joined_into: Some(goes_on.id),
            ended_because: Some("Đã gộp vào lượt kiểm tra khác cùng đơn vị, cùng ngày".to_owned()),
            ..ends.clone()
        };
        self.write(&ended, "visit.joined_into", json!({ "into": goes_on.id })).await
    }

    /// A visit goes on under the other campaign, in the round that has its unit there.
    async fn take_over(
        &mut self,
        visits: &HashMap<VisitId, Visit>,
        id: VisitId,
        target: &Campaign,
        places: &HashMap<RoundId, Round>,
    ) -> Result<()> {
        let Some(visit) = visits.get(&id) else { return Ok(()) };
        let round = visit.round.and_then(|round| places.get(&round));
        let round = round
            .filter(|copy| copy.has_place_for(visit.unit, visit.kind.is_secret(visit.secret)))
            .map(|copy| copy.id);
        let moved = Visit { campaign: target.id, round, ..visit.clone() };
        self.write(&moved, "visit.taken_over", json!({ "from": visit.campaign, "to": target.id })).await
    }
}

/// Photos name an item by its code alone, so a code means one item in a visit.
async fn no_code_twice(db: &mut Db, pair: &Joined) -> Result<()> {
    let versions = records::templates::versions_by_id(db, &pair.templates).await?;
    let mut codes = HashSet::new();
    let items = versions.iter().flat_map(|version| version.body.items());
    let twice: Vec<FieldFault> = items
        .filter(|item| !codes.insert(item.code.clone()))
        .map(|item| FieldFault::new("/into", "campaign.merge-checklists", format!("item {}", item.code)))
        .collect();
    if twice.is_empty() {
        return Ok(());
    }
    let detail =
        "Checklists of both have items of the same code; give one of the visits another checklist first.";
    let mut refusal = Refusal::new(Kind::Conflict, "campaign.merge-checklists", detail);
    refusal.faults = twice;
    Err(refusal.into())
}
