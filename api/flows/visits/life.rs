//! The steps of a visit's life up to the end of recording: each checks the right, holds the row, asks the rules, writes and
//! records. Its minutes, and how it is handed in or ends early, have files of their own.

use super::{allowed, asked, entry, occasion};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, VisitId};
use crate::domain::moment::{DeviceMoment, vietnam_day};
use crate::domain::permission::{Deed, TeamRole, seated};
use crate::domain::place::{GeoFix, PositionSource, judge};
use crate::domain::refusal::Refusal;
use crate::domain::text;
use crate::domain::visit::{self, CheckIn, Move, Step, Visit, items_answered, rule};
use crate::flows::units::lineage::not_in_force;
use crate::flows::{Error, Result};
use crate::records::visits::{Standing, life as rows};
use crate::records::{Tx, calendars, campaigns, custody, premises, responses, units};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A visit in somebody's hands: held until the work is done.
pub(in crate::flows) struct Work {
    pub(in crate::flows) tx: Tx,
    pub(in crate::flows) standing: Standing,
    pub(in crate::flows) visit: Visit,
    pub(in crate::flows) by: AccountId,
    pub(in crate::flows) now: Timestamp,
}

impl Work {
    /// Takes a visit in hand, if the actor may do the deed.
    pub(in crate::flows) async fn begin(app: &App, actor: &Actor, id: VisitId, deed: Deed) -> Result<Self> {
        let mut tx = app.records.begin().await?;
        let standing = allowed(&mut tx, actor, id, deed).await?;
        let by = actor.account().ok_or_else(Refusal::forbidden)?;
        // Held only after the right is settled: a stranger can't make others wait, nor wait for them.
        let visit = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
        Ok(Self { tx, standing, visit, by, now: app.now() })
    }

    /// Whether the actor leads the team of the visit.
    pub(in crate::flows) fn is_lead(&self, actor: &Actor) -> bool {
        let subject = &self.standing.subject;
        subject.team_role == Some(TeamRole::Lead) && seated(actor, TeamRole::Lead, subject)
    }

    /// Writes what was changed and records the deed.
    pub(in crate::flows) async fn write(
        mut self,
        actor: &Actor,
        deed: &'static str,
        details: Value,
    ) -> Result<Visit> {
        self.visit.version = rows::change(&mut self.tx, &self.visit).await?;
        custody::note(&mut self.tx, Some(actor), entry(&self.visit, deed, details), self.now).await?;
        self.tx.commit().await?;
        Ok(self.visit)
    }

    /// Looks again where the office is: a survey may have been entered since the visit was scheduled. Where none holds
    /// on the day, what was found before stands.
    async fn find_premises(&mut self, at: Timestamp) -> Result<()> {
        let found = premises::of_unit(&mut self.tx, self.visit.unit, vietnam_day(at)).await?;
        self.visit.premises = found.map(|(id, ..)| id).or(self.visit.premises);
        Ok(())
    }

    /// Stands the visit on its unit as it is on a day: what happens to units may be entered after the visit was
    /// scheduled. Whether there is such a unit then.
    async fn stand_on(&mut self, day: Date) -> Result<bool> {
        let Some(unit) = units::at(&mut self.tx, self.visit.unit, day).await? else { return Ok(false) };
        self.visit.unit_version = Some(unit.version);
        self.visit.unit_path = unit.path;
        self.visit.unit_ancestors = unit.ancestors;
        Ok(true)
    }

    /// Refuses to go on with items that have no answer and no reason.
    pub(super) async fn all_answered(&mut self) -> Result<()> {
        let lists = asked(&mut self.tx, &self.visit).await?;
        let answers = responses::of_visit(&mut self.tx, self.visit.id).await?;
        let occasion = occasion(&mut self.tx, &self.visit).await?;
        Ok(items_answered(&lists, &answers, occasion, self.visit.unanswered_because.as_deref())?)
    }
}

/// Tells the team its target.
///
/// # Errors
/// `visit.too-early-to-dispatch`, `visit.campaign-not-active`, `visit.unit-not-in-force`, `visit.already-dispatched`,
/// `visit.closed`, and what the owner's rules for teams refuse: people may have been seated since.
pub async fn dispatch(app: &App, actor: &Actor, id: VisitId) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::DispatchVisit).await?;
    let Move::To(state) = visit::take(work.visit.state, Step::Dispatch)? else { return Ok(work.visit) };
    let lead = SignedDuration::try_from(app.config.dispatch_lead).unwrap_or(SignedDuration::ZERO);
    visit::may_dispatch_now(work.visit.is_sealed(), work.visit.window.start, lead, work.now)?;
    let campaign = campaigns::find(&mut work.tx, work.visit.campaign).await?.ok_or_else(gone)?;
    super::plan::campaign_is_active(campaign.state)?;
    // It may have ended since the visit was planned.
    let day = vietnam_day(work.visit.window.start);
    if !work.stand_on(day).await? {
        return Err(not_in_force(&mut work.tx, work.visit.unit, day).await?.into());
    }
    super::grounds::people(&mut work.tx, &work.visit).await?;
    work.find_premises(work.visit.window.start).await?;
    work.visit.state = state;
    work.visit.dispatched_at = Some(work.now);
    work.write(actor, "visit.dispatched", json!({})).await
}

/// What a phone says when the team stands in the door.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When, by the device.
    pub at: DeviceMoment,
    /// The device's clock when it sent this; `None` where it sends at once.
    pub device_clock: Option<DeviceMoment>,
    /// Where the phone believed it was.
    pub fix: Option<GeoFix>,
    /// How it came to that.
    pub source: PositionSource,
}

impl Arrival {
    /// How far the device's clock is ahead of ours.
    fn ahead(&self, now: Timestamp) -> SignedDuration {
        self.device_clock.unwrap_or(self.at).at.duration_since(now)
    }

    /// Whether somebody told this before: the same moment and position.
    fn is_told_by(&self, told: &CheckIn, by: AccountId) -> bool {
        let fix = |of: fn(&GeoFix) -> f64| self.fix.as_ref().map(of);
        told.by == by
            && (told.at, told.offset_s, told.source) == (self.at.at, self.at.offset_s, self.source)
            && (told.latitude, told.longitude) == (fix(GeoFix::latitude), fix(GeoFix::longitude))
            && told.accuracy_m == fix(GeoFix::accuracy_m)
    }
}

/// What became of an arrival.
#[derive(Clone, Debug)]
pub enum Arrived {
    /// The team is checked in, now or before.
    OnSite(Visit),
    /// It was checked in before, and this is said otherwise: that stands, and this is kept in the log.
    Beside(Visit),
}

/// Keeps in the log what is said of an arrival that was told otherwise; once, however often it is sent.
async fn kept_beside(mut work: Work, actor: &Actor, arrival: &Arrival) -> Result<Arrived> {
    let (deed, id) = ("visit.check_in_kept_beside", work.visit.id);
    let fix = arrival.fix;
    let details = json!({ "at": arrival.at.rfc3339(), "latitude": fix.map(|fix| fix.latitude()),
        "longitude": fix.map(|fix| fix.longitude()), "accuracy_m": fix.map(|fix| fix.accuracy_m()),
        "source": arrival.source, "clock_skew_s": arrival.ahead(work.now).as_secs_f64() });
    let whose = (id, work.by);
    if !custody::is_noted(&mut work.tx, whose, (deed, &id.to_string()), &details).await? {
        custody::note(&mut work.tx, Some(actor), entry(&work.visit, deed, details), work.now).await?;
        work.tx.commit().await?;
    }
    Ok(Arrived::Beside(work.visit))
}

/// Checks a team in and discloses a surprise visit. The first check-in stands: the same again answers the same, and what
/// is said otherwise, or by somebody else, is kept in the log.
///
/// # Errors
/// `visit.not-dispatched`, `visit.arrival-to-come`, `visit.before-decision`, `visit.closed`, `visit.unit-not-in-force`.
pub async fn check_in(app: &App, actor: &Actor, id: VisitId, arrival: Arrival) -> Result<Arrived> {
    let mut work = Work::begin(app, actor, id, Deed::RecordVisit).await?;
    if let Some(told) = &work.visit.check_in {
        if work.visit.state.is_over() || arrival.is_told_by(told, work.by) {
            return Ok(Arrived::OnSite(work.visit));
        }
        return kept_beside(work, actor, &arrival).await;
    }
    let Move::To(state) = visit::take(work.visit.state, Step::CheckIn)? else {
        return Ok(Arrived::OnSite(work.visit));
    };
    let campaign = campaigns::find(&mut work.tx, work.visit.campaign).await?.ok_or_else(gone)?;
    let ahead = arrival.ahead(work.now);
    // By our clock: a phone whose clock is a day slow must not be told that it came before the decision.
    let arrived_at = arrival.at.at.checked_sub(ahead).unwrap_or(work.now);
    visit::not_to_come(arrived_at, work.now)?;
    visit::not_before_decision(arrived_at, campaign.decision_date, "/at")?;
    let day = vietnam_day(arrived_at);
    // A team in the door is not turned away for a unit that ended meanwhile; one that never was has no door.
    if !work.stand_on(day).await? && work.visit.unit_version.is_none() {
        return Err(not_in_force(&mut work.tx, work.visit.unit, day).await?.into());
    }
    work.find_premises(arrived_at).await?;
    let area = match work.visit.premises {
        Some(premises) => premises::find(&mut work.tx, premises).await?.map(|found| found.area),
        None => None,
    };
    let finding = judge(arrival.fix.as_ref(), arrival.source, area.as_ref());
    let chain: Vec<_> =
        std::iter::once(work.visit.unit).chain(work.visit.unit_ancestors.iter().copied()).collect();
    let office = calendars::holding(&mut work.tx, &chain, (day, day)).await?;
    let check_in = CheckIn {
        at: arrival.at.at,
        offset_s: arrival.at.offset_s,
        latitude: arrival.fix.map(|fix| fix.latitude()),
        longitude: arrival.fix.map(|fix| fix.longitude()),
        accuracy_m: arrival.fix.map(|fix| fix.accuracy_m()),
        source: arrival.source,
        verdict: finding.verdict,
        distance_m: finding.distance_m,
        reasons: finding.reasons.into_iter().map(ToOwned::to_owned).collect(),
        in_working_time: Some(office.is_working_time(arrived_at)),
        clock_skew_s: ahead.as_secs_f64(),
        by: work.by,
        received_at: work.now,
    };
    let details = json!({ "place": check_in.verdict, "clock_skew_s": check_in.clock_skew_s, "at": arrival.at.rfc3339(),
        "in_working_time": check_in.in_working_time });
    work.visit.state = state;
    work.visit.check_in = Some(check_in);
    if work.visit.is_sealed() {
        work.visit.disclosed_at = Some(work.now);
    }
    Ok(Arrived::OnSite(work.write(actor, "visit.checked_in", details).await?))
}

/// Makes a sealed visit known before anybody checks in: an act of its lead, with the reason. One that is disclosed
/// already stays as it is.
///
/// # Errors
/// `visit.not-sealed`, `visit.closed`, `visit.reason` without a reason.
pub async fn disclose(app: &App, actor: &Actor, id: VisitId, reason: &str) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::DiscloseVisit).await?;
    let reason = reason_given(reason)?;
    if work.visit.disclosed_at.is_some() {
        return Ok(work.visit);
    }
    work.visit.state = visit::disclose(work.visit.kind.is_secret(work.visit.secret), work.visit.state)?;
    work.visit.disclosed_at = Some(work.now);
    work.write(actor, "visit.disclosed", json!({ "reason": reason })).await
}

pub(super) fn reason_given(reason: &str) -> Result<String> {
    Ok(text::required(reason, 2000)
        .map_err(|why| rule("visit.reason", "/reason", &format!("A reason {why}.")))?)
}

/// Ends recording on site; what phones still hold may arrive. Each item that was not answered well gives rise to a
/// candidate finding. Items that are asked have an answer by then, or the lead has said why not.
///
/// # Errors
/// `visit.not-on-site`, `visit.items-unanswered`, `visit.closed`.
pub async fn close_recording(app: &App, actor: &Actor, id: VisitId) -> Result<Visit> {
    let mut work = Work::begin(app, actor, id, Deed::RecordVisit).await?;
    let Move::To(state) = visit::take(work.visit.state, Step::CloseRecording)? else { return Ok(work.visit) };
    work.all_answered().await?;
    let born = crate::flows::findings::bear(&mut work, actor, &[]).await?;
    work.visit.state = state;
    work.write(actor, "visit.recording_closed", json!({ "candidates": born })).await
}

pub(super) fn gone() -> Error {
    Error::Fault("a visit's campaign is gone".to_owned())
}
