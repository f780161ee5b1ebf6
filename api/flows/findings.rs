//! Findings: born, proposed, listed and read. What is decided about them, what re-inspections saw and what others say
//! have files of their own.

pub mod again;
pub mod assess;
pub mod change;
pub mod decide;
pub mod draft;
pub mod hand_over;
pub mod totals;

use super::units::{lineage, today};
use super::visits::life::Work;
use super::{Asked, Error, Result, cut, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::{
    self, Birth, Finding, Inspected, Kind, Move, Precision, Severity, State, Step, Story, born_of, said,
    said_if, take,
};
use crate::domain::ids::{AccountId, FindingId, UnitId, VisitId};
use crate::domain::minutes::{Addendum, corrected};
use crate::domain::permission::{Deed, allows, may};
use crate::domain::refusal::{Kind as Family, Refusal};
use crate::domain::unit::{self, lineage::Holder};
use crate::domain::visit::{self, CheckIn, Visit, rule};
use crate::identity;
use crate::records::actions::verify::Concerned;
use crate::records::custody::{self, Entry};
use crate::records::findings::{self as rows, page as lists};
use crate::records::visits::{self, Standing, standing};
use crate::records::{Db, Tx, actions, responses};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub use crate::records::findings::page::{Narrowed, Place, Wanted};

/// A finding in somebody's hands: held, with its visit's log, until the work is done.
struct Hold {
    tx: Tx,
    standing: Standing,
    finding: Finding,
    by: AccountId,
    now: Timestamp,
}

impl Hold {
    /// Takes a finding in hand, if the actor may do the deed at its visit.
    async fn begin(app: &App, actor: &Actor, id: FindingId, deed: Deed) -> Result<Self> {
        Self::begin_with(app, actor, (id, deed), &[]).await
    }

    /// Takes a finding in hand, and the logs of others that the deed is about.
    async fn begin_with(
        app: &App,
        actor: &Actor,
        (id, deed): (FindingId, Deed),
        others: &[FindingId],
    ) -> Result<Self> {
        let mut tx = app.records.begin().await?;
        let (finding, standing) = permitted(&mut tx, actor, id, deed, today(app)).await?;
        let by = actor.account().ok_or_else(Refusal::forbidden)?;
        let others = rows::load(&mut tx, others).await?;
        let logs = others.iter().map(|other| other.visit).chain([finding.visit]);
        lock_logs(&mut tx, logs, id).await?;
        let held = rows::hold(&mut tx, &[id]).await?.pop().ok_or_else(Refusal::not_found)?;
        let Finding { held_by, linked, photos, legal_basis, .. } = finding;
        let finding = Finding { held_by, linked, photos, legal_basis, ..held };
        Ok(Self { tx, standing, finding, by, now: app.now() })
    }

    /// Whoever the finding is about: the unit, whoever stands in its place, and every unit above either.
    fn concerned(&self) -> Concerned {
        let held_by = self.finding.held_by.iter();
        let units = std::iter::once(self.finding.unit).chain(held_by.clone().map(|at| at.unit));
        let above = self.finding.unit_ancestors.iter().chain(held_by.flat_map(|at| &at.ancestors));
        Concerned { units: units.collect(), above: above.copied().collect() }
    }

    /// Takes a step; `None` where it was taken before.
    fn step(&self, step: finding::Step) -> Result<Option<State>> {
        Ok(match finding::take(self.finding.kind, self.finding.state, step)? {
            finding::Move::To(state) => Some(state),
            finding::Move::Done => None,
        })
    }

    /// Writes what was changed and records the deed.
    async fn write(mut self, actor: &Actor, deed: &'static str, details: Value) -> Result<Finding> {
        write(&mut self.tx, actor, &mut self.finding, (deed, details), self.now).await?;
        self.tx.commit().await?;
        Ok(self.finding)
    }
}

/// Writes a finding that is held and records the deed.
pub(super) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    finding: &mut Finding,
    (deed, details): (&'static str, Value),
    now: Timestamp,
) -> Result<()> {
    finding.version = rows::change(tx, finding).await?;
    custody::note(tx, Some(actor), entry(finding, deed, details), now).await?;
    Ok(())
}

pub(super) fn entry(finding: &Finding, deed: &'static str, details: Value) -> Entry<'static> {
    Entry {
        deed,
        object: ("finding", finding.id.to_string()),
        owner: Some(finding.owner),
        visit: Some(finding.visit),
        details,
    }
}

/// Holds the rows of these visits and of those that a finding's actions came from, in one order: their logs are written
/// last, and two who need several of them never wait for each other.
async fn lock_logs(tx: &mut Tx, of: impl IntoIterator<Item = VisitId>, finding: FindingId) -> Result<()> {
    let mut logs: BTreeSet<VisitId> = of.into_iter().collect();
    logs.extend(actions::visits_for(tx, finding).await?);
    for visit in logs {
        visits::lock(tx, visit).await?;
    }
    Ok(())
}

fn units_of(holder: Option<&Holder>) -> impl Iterator<Item = UnitId> + '_ {
    holder.into_iter().flat_map(|at| std::iter::once(at.unit).chain(at.ancestors.iter().copied()))
}

/// Says of open findings who stands in the place of their units on a day; of those that are done with, whom a person named
/// in their place.
async fn tell_holders(db: &mut Db, findings: &mut [Finding], day: Date) -> Result<()> {
    let open = findings.iter().filter(|finding| finding.state.is_open());
    let units: Vec<UnitId> = open.filter(|f| f.handed_to.is_none()).map(|f| f.unit).collect();
    let handed: Vec<UnitId> = findings.iter().filter_map(|finding| finding.handed_to).collect();
    let holders = lineage::answering(db, &units, &handed, day).await?;
    for finding in findings {
        let holder = holders.get(&finding.answering());
        let is_told = |at: &&Holder| finding.state.is_open() || finding.handed_to == Some(at.unit);
        finding.held_by = holder.filter(is_told).cloned();
    }
    Ok(())
}

/// Whoever answers on a day for what a visit found, the unit itself apart: those that stand in its place for what is open,
/// and those that were told to; each with every unit above it.
///
/// # Errors
/// The database's own.
pub(super) async fn heirs(db: &mut Db, visit: VisitId, day: Date) -> Result<Vec<UnitId>> {
    let mut all = rows::of_visit(db, visit).await?;
    all.retain(|finding| finding.state.was_confirmed());
    tell_holders(db, &mut all, day).await?;
    Ok(all.iter().flat_map(|finding| units_of(finding.held_by.as_ref())).collect())
}

/// A finding with its visit, if the actor may do the deed there. Whoever stands in the place of a unit that ended is to
/// an open finding what that unit was.
async fn permitted(
    tx: &mut Tx,
    actor: &Actor,
    id: FindingId,
    deed: Deed,
    day: Date,
) -> Result<(Finding, Standing)> {
    let mut finding = rows::find(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let mut standing = standing(tx, actor, finding.visit).await?.ok_or_else(Refusal::not_found)?;
    tell_holders(tx, std::slice::from_mut(&mut finding), day).await?;
    standing.subject.units.extend(units_of(finding.held_by.as_ref()));
    may(actor, deed, &standing.subject)?;
    rows::beside::tell(tx, std::slice::from_mut(&mut finding)).await?;
    Ok((finding, standing))
}

/// A finding to whose photos an actor may do a deed: look at them as whoever sees the photos of its visit; or as the unit
/// that answers for it, and whoever stands in its place, which alone send what it replies with.
///
/// # Errors
/// `not-found`, `forbidden`.
pub(super) async fn shown_to(
    db: &mut Db,
    actor: &Actor,
    (id, deed): (FindingId, Deed),
    day: Date,
) -> Result<Finding> {
    let mut finding = rows::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let mut subject = standing(db, actor, finding.visit).await?.ok_or_else(Refusal::not_found)?.subject;
    tell_holders(db, std::slice::from_mut(&mut finding), day).await?;
    let sees_visit = deed == Deed::ReadPhotos && allows(actor, deed, &subject);
    subject.units.extend(units_of(finding.held_by.as_ref()));
    let as_unit = if deed == Deed::ReadOriginal { deed } else { Deed::SendAfterPhoto };
    if !sees_visit && !allows(actor, as_unit, &subject) {
        may(actor, as_unit, &subject)?;
    }
    scope(actor, deed)?;
    Ok(finding)
}

/// Reads one finding.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: FindingId) -> Result<Finding> {
    let mut tx = app.records.begin().await?;
    Ok(permitted(&mut tx, actor, id, Deed::ReadFindings, today(app)).await?.0)
}

/// One page of the findings an actor may see, latest first, and where the next one begins.
///
/// # Errors
/// `scope-missing`; `invalid` for a day out of range.
pub async fn page(
    app: &App,
    actor: &Actor,
    asked: &Asked<Wanted>,
    limit: u8,
) -> Result<(Vec<Finding>, Option<Place>)> {
    scope(actor, Deed::ReadFindings)?;
    let day = unit::day("?as_of", asked.as_of.unwrap_or_else(|| today(app)))?;
    let mut db = app.records.conn().await?;
    let held = lineage::held_by(&mut db, asked.held_by, day).await?;
    let mut wanted = asked.wanted.clone();
    wanted.narrowed.held = held;
    if asked.held_by_nobody {
        wanted.narrowed.unheld = Some(lineage::nobody_stands_for(&mut db, day).await?);
    }
    let found = lists::page(&mut db, actor, &wanted, (limit.saturating_add(1), today(app))).await?;
    let (places, more) = cut(found, limit);
    let next = places.last().copied().filter(|_| more);
    let ids: Vec<FindingId> = places.iter().map(lists::at).collect();
    Ok((told(&mut db, &ids, day).await?, next))
}

/// Findings by their ids, in that order, as they are shown on a day.
///
/// # Errors
/// The database's own.
pub(super) async fn told(db: &mut Db, ids: &[FindingId], day: Date) -> Result<Vec<Finding>> {
    let mut findings = rows::load(db, ids).await?;
    tell_holders(db, &mut findings, day).await?;
    rows::beside::tell(db, &mut findings).await?;
    Ok(findings)
}

/// What somebody saw.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Shortfall or strength.
    pub kind: Kind,
    /// The item it is about.
    pub item: Option<String>,
    /// Or what it is about, where no item asks.
    pub category: Option<String>,
    /// What was seen.
    pub statement: String,
    /// How grave; a shortcoming where nothing is said.
    pub severity: Option<Severity>,
    /// Whether it is critical.
    pub critical: bool,
    /// Why it is so.
    pub root_cause: Option<String>,
    /// When it was seen; the check-in where nothing is said.
    pub inspected_at: Option<Timestamp>,
    /// How well that is known.
    pub precision: Precision,
    /// Which administrative procedures it is about.
    pub procedures: Vec<String>,
    /// Whether it rests on what people said.
    pub hearsay: bool,
}

/// Enters a candidate: a free finding, one about an item, or a strength; until somebody has signed the minutes.
///
/// # Errors
/// `visit.not-on-site`, `visit.closed`, `visit.minutes-signed`, `finding.about`, `finding.item-unknown`,
/// `finding.item-taken`, `finding.text`, `finding.inspected-at`, `finding.severity`, `finding.procedures`.
pub async fn propose(app: &App, actor: &Actor, visit: VisitId, said_of: Proposal) -> Result<Finding> {
    let mut work = Work::begin(app, actor, visit, Deed::ProposeFinding).await?;
    visited(&work.visit)?;
    if work.visit.minutes.as_ref().is_some_and(|minutes| minutes.may_be_redrafted().is_err()) {
        let detail =
            "The minutes are signed with every finding of the visit; what is noticed later is an addendum.";
        return Err(Refusal::new(Family::Conflict, "visit.minutes-signed", detail).into());
    }
    let lists = super::visits::asked(&mut work.tx, &work.visit).await?;
    let list = |code: &str| lists.iter().find(|list| list.body.item(code).is_some()).map(|list| list.version);
    let asks_people =
        |code: &str| lists.iter().filter_map(|list| list.body.item(code)).any(|item| item.hearsay);
    let (item, template_version, category) = match (said_of.item, said_of.category) {
        (Some(code), None) => {
            let version = list(&code).ok_or_else(|| unknown_item(&code))?;
            (Some(code), Some(version), None)
        }
        (None, Some(category)) => (None, None, Some(said(&category, "/category")?)),
        _ => {
            let detail = "A finding is about an item or has a category: one of the two.";
            return Err(rule("finding.about", "/item", detail).into());
        }
    };
    let moment = match said_of.precision {
        Precision::Period => said_of.inspected_at,
        _ => {
            said_of.inspected_at.or(work.visit.check_in.as_ref().map(CheckIn::arrived_at)).or(Some(work.now))
        }
    };
    if said_of.kind == Kind::Strength && (said_of.severity.is_some() || said_of.critical) {
        let detail = "A strength is neither grave nor critical.";
        return Err(rule("finding.severity", "/severity", detail).into());
    }
    let mut finding = blank(&work.visit, work.by, work.now);
    finding.kind = said_of.kind;
    finding.item = item;
    finding.template_version = template_version;
    finding.category = category;
    finding.statement = said(&said_of.statement, "/statement")?;
    finding.severity =
        (said_of.kind == Kind::Shortfall).then(|| said_of.severity.unwrap_or(Severity::Shortcoming));
    finding.critical = said_of.critical;
    finding.root_cause = said_if(said_of.root_cause.as_deref(), "/root_cause")?;
    finding.inspected = Inspected::checked(moment, said_of.precision, seen_between(&work.visit, work.now))?;
    finding.story.procedures = crate::domain::finding::procedures(&said_of.procedures)?;
    finding.story.hearsay = said_of.hearsay || finding.item.as_deref().is_some_and(asks_people);
    let kept = rows::keep(&mut work.tx, &finding).await?;
    let (id, _) = kept.ok_or_else(|| {
        let detail = "This item gave rise to a finding at this visit already.";
        Refusal::new(Family::Conflict, "finding.item-taken", detail)
    })?;
    let mut finding = rows::find(&mut work.tx, id).await?.ok_or_else(Refusal::not_found)?;
    rows::beside::tell_bases(&mut work.tx, std::slice::from_mut(&mut finding)).await?;
    let details = json!({ "kind": finding.kind, "item": finding.item, "category": finding.category,
        "hearsay": finding.story.hearsay });
    custody::note(&mut work.tx, Some(actor), entry(&finding, "finding.proposed", details), work.now).await?;
    work.tx.commit().await?;
    Ok(finding)
}

/// Enters a candidate for each item of a visit that was not answered well and has none yet, and lets those lapse whose
/// answers are fine by now. Called when recording closes, for each answer of a slow phone that comes later, and again when
/// minutes are drafted; and for each addendum to signed ones, with all that were added. What the lead has decided about
/// stands.
pub(super) async fn bear(work: &mut Work, actor: &Actor, added: &[Addendum]) -> Result<usize> {
    let lists = super::visits::asked(&mut work.tx, &work.visit).await?;
    let answers = corrected(responses::of_visit(&mut work.tx, work.visit.id).await?, added);
    let occasion = super::visits::occasion(&mut work.tx, &work.visit).await?;
    let births = born_of(&lists, &answers, occasion);
    lapse(work, actor, &births).await?;
    let mut born = 0;
    for birth in births {
        let mut finding = candidate(&work.visit, birth, work.by, work.now);
        if let Some((id, version)) = rows::keep(&mut work.tx, &finding).await? {
            (finding.id, finding.version) = (id, version);
            born += 1;
            let details = json!({ "item": finding.item, "critical": finding.critical });
            let entry = entry(&finding, "finding.born", details);
            custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
        }
    }
    Ok(born)
}

/// Whoever decides about a finding holds its visit first, as `work` does.
async fn lapse(work: &mut Work, actor: &Actor, births: &[Birth]) -> Result<()> {
    for mut finding in rows::of_visit(&mut work.tx, work.visit.id).await? {
        let failing = births.iter().any(|birth| Some(&birth.item) == finding.item.as_ref());
        if !finding.born || failing || finding.state != State::Candidate {
            continue;
        }
        if let Move::To(state) = take(finding.kind, finding.state, Step::Lapse)? {
            finding.state = state;
            let told = ("finding.lapsed", json!({ "item": finding.item }));
            write(&mut work.tx, actor, &mut finding, told, work.now).await?;
        }
    }
    Ok(())
}

fn candidate(visit: &Visit, birth: Birth, by: AccountId, now: Timestamp) -> Finding {
    Finding {
        item: Some(birth.item),
        born: true,
        template_version: Some(birth.template_version),
        statement: birth.statement,
        severity: Some(birth.severity),
        critical: birth.critical,
        story: Story { hearsay: birth.hearsay, ..Story::default() },
        ..blank(visit, by, now)
    }
}

/// A finding of a visit of which nothing is said yet.
fn blank(visit: &Visit, by: AccountId, now: Timestamp) -> Finding {
    let at = visit.check_in.as_ref().map_or(now, CheckIn::arrived_at);
    Finding {
        id: FindingId::random(identity::random()),
        owner: visit.owner,
        campaign: visit.campaign,
        visit: visit.id,
        team: visit.team,
        unit: visit.unit,
        unit_ancestors: visit.unit_ancestors.clone(),
        unit_path: visit.unit_path.clone(),
        kind: Kind::Shortfall,
        item: None,
        born: false,
        template_version: None,
        category: None,
        statement: String::new(),
        severity: None,
        critical: false,
        root_cause: None,
        inspected: Inspected { at: Some(at), precision: Precision::Instant },
        reported_at: now,
        state: State::Candidate,
        repeat_of: None,
        repeat_count: 0,
        story: Story::default(),
        proposed_by: by,
        handed_to: None,
        held_by: None,
        linked: Vec::new(),
        photos: Vec::new(),
        legal_basis: Vec::new(),
        version: 1,
    }
}

/// Refuses what only a visit that took place can have.
pub(super) fn visited(visit: &Visit) -> std::result::Result<(), Refusal> {
    if matches!(visit.state, visit::State::Cancelled | visit::State::Aborted) {
        return Err(visit::closed());
    }
    if visit.state.is_before_check_in() {
        let detail = "Nothing is found before the team has checked in.";
        return Err(Refusal::new(Family::Conflict, "visit.not-on-site", detail));
    }
    Ok(())
}

/// From when and until when something can have been seen: the phone that says so may be as fast as it was at check-in, and
/// five minutes more.
fn seen_between(visit: &Visit, now: Timestamp) -> (Timestamp, Timestamp) {
    let Some(came) = &visit.check_in else { return (now, now) };
    let ahead_s = visit::CLOCK_SKEW_FLAG_S + came.clock_skew_s.max(0.0);
    let ahead = SignedDuration::try_from_secs_f64(ahead_s).unwrap_or_default();
    (came.arrived_at().min(now), now.saturating_add(ahead).unwrap_or(now))
}

fn unknown_item(code: &str) -> Error {
    let detail = format!("No checklist of this visit has an item {code}.");
    rule("finding.item-unknown", "/item", &detail).into()
}
