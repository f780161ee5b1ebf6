//! Writing a notice: what it sums up, what it says, to whom, with figures counted on the spot.

use super::figures::{Over, count};
use super::{Held, entry, note, permitted, rows, subject, whole};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::campaign::{Campaign, CampaignState};
use crate::domain::ids::{CampaignId, NoticeId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::notice::{
    Corrected, Cover, Figure, Notice, Recipient, Source, State, Step, Wanted, Wish, Written, fits, step,
};
use crate::domain::permission::{Deed, may};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::visit::State as VisitState;
use crate::flows::reports::morning;
use crate::flows::{Result, current, random_bytes};
use crate::records::figures::Eyes;
use crate::records::figures::coverage::tally;
use crate::records::visits::visible;
use crate::records::{Db, campaigns, units};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a notice holds besides what somebody wrote: found, counted and named when it was written.
struct Filled {
    visits: Vec<VisitId>,
    figures: Vec<Figure>,
    recipients: Vec<Recipient>,
}

/// Begins a notice of a campaign, perhaps to correct one that was issued.
///
/// # Errors
/// `not-found`, `forbidden`, `campaign.state`, `notice.corrects`, `notice.covers`, `notice.recipients`, `invalid`.
pub async fn draft(
    app: &App,
    actor: &Actor,
    (campaign, corrects): (CampaignId, Option<NoticeId>),
    wish: Wish,
) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let campaign = campaigns::find(&mut tx, campaign).await?.ok_or_else(Refusal::not_found)?;
    may(actor, Deed::DraftNotice, &subject(&mut tx, actor, &campaign).await?)?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    takes_notices(&campaign)?;
    let written = wish.checked()?;
    keeps_targets(&campaign, &written)?;
    let corrects = match corrects {
        Some(id) => Some(corrected(&mut tx, &campaign, id, &written).await?),
        None => None,
    };
    let now = app.now();
    let filled = fill(&mut tx, actor, &campaign, &written, now).await?;
    let new = Notice {
        id: NoticeId::random(random_bytes()),
        owner: campaign.owner,
        campaign: campaign.id,
        corrects,
        state: State::Draft,
        cover: written.cover,
        visits: filled.visits,
        content: written.content,
        figures: filled.figures,
        recipients: filled.recipients,
        writers: vec![by],
        drafted_at: now,
        written_at: now,
        reviewed: None,
        signing: None,
        issued: None,
        discarded: None,
        voided: None,
        version: 1,
    };
    rows::keep(&mut tx, &new).await?;
    note(&mut tx, actor, entry(&new, "notice.drafted", told_of(&new)), now).await?;
    tx.commit().await?;
    Ok(Held { notice: new, corrected_by: Vec::new() })
}

/// Writes a notice anew and counts its figures anew; a reviewed one is a draft again.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `notice.frozen`, `notice.covers`, `notice.recipients`, `invalid`.
pub async fn rewrite(app: &App, actor: &Actor, id: NoticeId, version: i32, wish: Wish) -> Result<Held> {
    let mut tx = app.records.begin().await?;
    let mut held = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(&mut tx, actor, &held, Deed::DraftNotice).await?;
    let by = actor.account().ok_or_else(Refusal::forbidden)?;
    current(version, held.version)?;
    held.state = step(held.state, Step::Write)?;
    let written = wish.checked()?;
    let campaign = campaigns::find(&mut tx, held.campaign).await?.ok_or_else(Refusal::not_found)?;
    keeps_targets(&campaign, &written)?;
    if let Some(of) = &held.corrects {
        corrected(&mut tx, &campaign, of.notice, &written).await?;
    }
    let now = app.now();
    let filled = fill(&mut tx, actor, &campaign, &written, now).await?;
    held.writers.retain(|writer| *writer != by);
    held.writers.push(by);
    (held.cover, held.content, held.written_at) = (written.cover, written.content, now);
    (held.visits, held.figures, held.recipients) = (filled.visits, filled.figures, filled.recipients);
    held.reviewed = None;
    held.version = rows::rewrite(&mut tx, &held).await?;
    note(&mut tx, actor, entry(&held, "notice.rewritten", told_of(&held)), now).await?;
    let held = whole(&mut tx, actor, held).await?;
    tx.commit().await?;
    Ok(held)
}

fn told_of(notice: &Notice) -> Value {
    let figure =
        |of: &Figure| json!({ "key": of.key, "query": of.query, "part": of.part, "whole": of.whole });
    let figures: Vec<Value> = notice.figures.iter().map(figure).collect();
    json!({ "campaign": notice.campaign, "corrects": notice.corrects.as_ref().map(|of| of.notice),
        "title": notice.content.title, "visits": notice.visits.len(), "figures": figures,
        "recipients": notice.recipients.len(), "version": notice.version })
}

/// Notices come of visits, so there are none before the fieldwork begins.
fn takes_notices(campaign: &Campaign) -> Result<()> {
    use CampaignState::{Active, Closed, Concluded, FieldworkClosed};
    if matches!(campaign.state, Active | FieldworkClosed | Concluded | Closed) {
        return Ok(());
    }
    let detail = format!("A campaign that is {} has nothing to tell.", campaign.state.as_str());
    Err(Refusal::new(Kind::Conflict, "campaign.state", detail).into())
}

/// Heads of units read what a notice counts, so that as long as teams are under way none tells where they are going.
fn keeps_targets(campaign: &Campaign, written: &Written) -> Result<()> {
    let tells = written.figures.iter().position(|asked| asked.query.tells_targets());
    let Some(n) = tells.filter(|_| campaign.state == CampaignState::Active) else { return Ok(()) };
    let detail =
        "Until the fieldwork is closed the targets of a campaign are not counted; name the unit below which.";
    Err(Refusal::field(&format!("/figures/{n}/query/unit"), "notice.figure", detail).into())
}

/// What it corrects: an issued notice of the same campaign, all of whose units get this one, too.
async fn corrected(db: &mut Db, campaign: &Campaign, id: NoticeId, written: &Written) -> Result<Corrected> {
    let first = rows::find(db, id).await?;
    let first = first.filter(|first| first.campaign == campaign.id && first.state == State::Issued);
    let called = first.as_ref().and_then(Notice::called);
    let Some((first, called)) = first.zip(called) else {
        let detail = "A notice corrects one of its own campaign that was issued.";
        return Err(Refusal::field("/corrects", "notice.corrects", detail).into());
    };
    let is_told = |unit: UnitId| written.recipients.iter().any(|to| to.unit == Some(unit));
    if first.recipients.iter().filter_map(|to| to.unit).all(is_told) {
        return Ok(called);
    }
    let detail = "Every unit that got a notice gets the one that corrects it.";
    Err(Refusal::field("/recipients", "notice.recipients", detail).into())
}

async fn fill(
    db: &mut Db,
    actor: &Actor,
    campaign: &Campaign,
    written: &Written,
    now: Timestamp,
) -> Result<Filled> {
    let visits = summed_up(db, actor, campaign, &written.cover).await?;
    fits(written.figures.len(), visits.len())?;
    let day = last_day(db, &written.cover, &visits).await?;
    let over = Over { campaign: campaign.id, visits, day };
    let mut figures = Vec::with_capacity(written.figures.len());
    for (n, asked) in written.figures.iter().enumerate() {
        let (template, item) = (asked.query.template.as_deref(), asked.query.item.as_deref());
        if let Some(code) = item
            && !rows::is_asked(db, &over.visits, template, code).await?
        {
            let detail = format!("No checklist of the visits that are summed up has an item {code}.");
            return Err(Refusal::field(&format!("/figures/{n}/query/item"), "notice.figure", detail).into());
        }
        figures.push(count(db, &over, asked.clone(), now).await?);
    }
    let day = match written.content.source {
        Source::Meeting { held_on, .. } => held_on,
        Source::Visit => day,
    };
    let recipients = told(db, &written.recipients, day, vietnam_day(now)).await?;
    Ok(Filled { visits: over.visits, figures, recipients })
}

/// The visits that were handed in, of those asked for: all of a period, or those that are named; the writer may see them.
async fn summed_up(db: &mut Db, actor: &Actor, campaign: &Campaign, cover: &Cover) -> Result<Vec<VisitId>> {
    let wanted = visible::Wanted {
        campaign: Some(campaign.id),
        unit: cover.unit,
        states: vec![VisitState::Submitted, VisitState::Finalised],
        from: cover.from.and_then(morning),
        to: cover.to.and_then(|day| day.tomorrow().ok()).and_then(morning),
        ..visible::Wanted::default()
    };
    let mut found = visible::every(db, actor, Deed::ReadVisit, &wanted).await?;
    let named: BTreeSet<VisitId> = cover.visits.iter().copied().collect();
    if named.is_empty() && found.len() != handed_in(db, campaign.id, &wanted).await? {
        let detail = "A period is summed up by somebody who may see all that was handed in in it; name the visits instead.";
        return Err(Refusal::field("/covers/visits", "notice.covers", detail).into());
    }
    found.retain(|visit| named.is_empty() || named.contains(&visit.id));
    if found.is_empty() || (!named.is_empty() && found.len() != named.len()) {
        let detail = "A notice sums up visits of its campaign that were handed in, in these days, and that you may see.";
        return Err(Refusal::field("/covers", "notice.covers", detail).into());
    }
    found.sort_by_key(|visit| (visit.window.start, visit.id));
    Ok(found.into_iter().map(|visit| visit.id).collect())
}

/// How many visits of a campaign were handed in, whoever may see them: they are no secret any more.
async fn handed_in(db: &mut Db, campaign: CampaignId, wanted: &visible::Wanted) -> Result<usize> {
    let (made, _) = tally(db, Eyes::Anonymous(campaign), wanted).await?;
    let visits: u64 = made.iter().map(|of| u64::from(of.visits)).sum();
    Ok(usize::try_from(visits).unwrap_or(usize::MAX))
}

/// The day whose units and names count: the last of the period, or of the visits.
pub(super) async fn last_day(db: &mut Db, cover: &Cover, of: &[VisitId]) -> Result<Date> {
    match cover.to {
        Some(to) => Ok(to),
        None => last_visit(db, of).await,
    }
}

/// The last day on which any of these visits was made.
pub(super) async fn last_visit(db: &mut Db, of: &[VisitId]) -> Result<Date> {
    let made = rows::times(db, of).await?;
    let last = made.iter().map(|of| of.planned.last_day(of.arrived, of.handed_in)).max();
    Ok(last.ok_or_else(Refusal::not_found)?)
}

/// Units first, in the order of Vietnamese dictionaries, then everybody else in the order they were named. A unit has the
/// name of that day, or of today where it came later.
async fn told(db: &mut Db, wanted: &[Wanted], day: Date, today: Date) -> Result<Vec<Recipient>> {
    let ids: Vec<UnitId> = wanted.iter().filter_map(|to| to.unit).collect();
    let mut known = units::all_at(db, &ids, today).await?;
    known.extend(units::all_at(db, &ids, day).await?);
    if known.len() != ids.len() {
        let detail =
            "Each recipient that is no name is a unit in force, now or on the day of the meeting or visit.";
        return Err(Refusal::field("/recipients", "notice.recipients", detail).into());
    }
    let ordered = units::in_order(db, &ids, today).await?;
    let in_force = ordered.into_iter().filter_map(|(unit, ..)| known.remove(&unit));
    let mut told: Vec<Recipient> = in_force
        .map(|at| Recipient {
            unit: Some(at.unit),
            ancestors: at.ancestors,
            name: at.name,
            acknowledged: None,
        })
        .collect();
    let by_name = wanted.iter().filter_map(|to| to.name.clone());
    told.extend(by_name.map(|name| Recipient {
        unit: None,
        ancestors: Vec::new(),
        name,
        acknowledged: None,
    }));
    Ok(told)
}
