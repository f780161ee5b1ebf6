//! Visits: read, listed, taken along by a phone. Scheduling and the steps of a life have files of their own.

pub mod clearing;
mod grounds;
pub mod handing_in;
pub(in crate::flows) mod heirs;
pub mod life;
pub mod log;
pub mod media;
pub mod plan;
pub mod pull;
pub mod signing;

use super::findings::again::carried_to;
use super::{Result, cut, scope};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::finding::Finding;
use crate::domain::ids::VisitId;
use crate::domain::minutes::{Known, known};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::Refusal;
use crate::domain::response::{Candidate, Outcome};
use crate::domain::template::{Audience, Occasion};
use crate::domain::text;
use crate::domain::unit::UnitKind;
use crate::domain::visit::company::{Attendee, Guidance};
use crate::domain::visit::{AskedList, Kind, State, Visit};
use crate::records::custody::{self, Entry};
use crate::records::premises::Premises;
use crate::records::templates::TemplateVersion;
use crate::records::templates::pictures::HeldPicture;
use crate::records::visits::evidence::{self, Declared};
use crate::records::visits::visible::{self, Place, Wanted};
use crate::records::visits::{Standing, company, life as rows, standing};
use crate::records::{Db, Tx, addenda, premises, responses, templates, units};
use jiff::Timestamp;
use serde_json::{Value, json};

pub use crate::records::visits::evidence::Declared as DeclaredPhoto;
pub use crate::records::visits::visible::{Place as VisitPlace, Wanted as WantedVisits};
pub(super) use grounds::people;
use grounds::warn_of_ends;

/// Most visits in [`mine`].
const MOST_OF_MINE: u8 = 50;
/// How many earlier visits at a unit a bundle looks back on.
const EARLIER_VISITS: u8 = 20;
/// Most earlier findings in a bundle.
const EARLIER_FINDINGS: usize = 300;
/// Most photos named in a bundle.
const MOST_PHOTOS: i64 = 2000;

/// Longest words to search for, in characters.
const MOST_WORDS: usize = 100;

/// Reads words to search for and folds them: case and accents do not count.
///
/// # Errors
/// `invalid` where nothing is left of them, they are longer than 100 characters, or hold what no text may.
pub fn words(said: &str) -> std::result::Result<String, Refusal> {
    let words = text::required(said, MOST_WORDS).map_err(|why| Refusal::field("?q", "visit.words", why))?;
    let key = text::fold(&words);
    // Accents alone are a text, and nothing to search for.
    if key.is_empty() {
        Err(Refusal::field("?q", "visit.words", "must hold a letter or a digit"))
    } else {
        Ok(key)
    }
}

/// What an actor is to a visit, if they may do the deed.
///
/// # Errors
/// `not-found`, the same for a visit that does not exist and one that must not be known of; `forbidden`.
pub(super) async fn allowed(db: &mut Db, actor: &Actor, id: VisitId, deed: Deed) -> Result<Standing> {
    let standing = standing(db, actor, id).await?.ok_or_else(Refusal::not_found)?;
    may(actor, deed, &standing.subject)?;
    Ok(standing)
}

/// Records that somebody looked at visits that are still sealed. Readers do not add to a visit's own numbered log: it
/// tells what the team did, and whoever reads a list must not hold up a check-in.
pub(super) async fn note_sealed_reads(
    db: &mut Db,
    actor: &Actor,
    visits: &[Visit],
    through: &str,
    now: Timestamp,
) -> Result<()> {
    let sealed = visits.iter().filter(|visit| visit.is_sealed());
    let read =
        |visit: &Visit| entry(visit, "visit.sealed-read", json!({ "through": through, "visit": visit.id }));
    Ok(custody::note_readings(db, actor, sealed.map(read).collect(), now).await?)
}

fn entry(visit: &Visit, deed: &'static str, details: Value) -> Entry<'static> {
    Entry {
        deed,
        object: ("visit", visit.id.to_string()),
        owner: Some(visit.owner),
        visit: Some(visit.id),
        details,
    }
}

async fn seen(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    id: VisitId,
    through: &str,
) -> Result<(Visit, Standing)> {
    let standing = heirs::readable(tx, app, actor, id).await?;
    let mut visit = rows::find(tx, id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(tx, actor, std::slice::from_ref(&visit), through, app.now()).await?;
    warn_of_ends(tx, std::slice::from_mut(&mut visit)).await?;
    Ok((visit, standing))
}

/// Whether an actor may do the deed, by their rights and by what their client may ask for.
pub(super) fn may_do(actor: &Actor, deed: Deed, subject: &Subject) -> bool {
    allows(actor, deed, subject) && scope(actor, deed).is_ok()
}

/// Reads one visit.
///
/// # Errors
/// `not-found`.
pub async fn read(app: &App, actor: &Actor, id: VisitId) -> Result<Visit> {
    let mut tx = app.records.begin().await?;
    let (visit, _) = seen(&mut tx, app, actor, id, "visit").await?;
    tx.commit().await?;
    Ok(visit)
}

/// One page of the visits an actor may see, latest planned start first, and where the next one begins.
///
/// # Errors
/// `scope-missing`.
pub async fn page(
    app: &App,
    actor: &Actor,
    wanted: &Wanted,
    limit: u8,
) -> Result<(Vec<Visit>, Option<Place>)> {
    scope(actor, Deed::ReadVisit)?;
    let mut tx = app.records.begin().await?;
    let rows = visible::page(&mut tx, actor, Deed::ReadVisit, wanted, limit.saturating_add(1)).await?;
    let (places, more) = cut(rows, limit);
    let next = places.last().copied().filter(|_| more);
    let visits = listed(&mut tx, app, actor, &places, "list").await?;
    tx.commit().await?;
    Ok((visits, next))
}

async fn listed(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    places: &[Place],
    through: &str,
) -> Result<Vec<Visit>> {
    let ids: Vec<VisitId> = places.iter().map(|place| place.id).collect();
    let mut visits = rows::load(tx, &ids).await?;
    note_sealed_reads(tx, actor, &visits, through, app.now()).await?;
    warn_of_ends(tx, &mut visits).await?;
    Ok(visits)
}

/// The open work of an actor's teams: dispatched and not over, latest planned start first, at most 50.
///
/// # Errors
/// The database's own.
pub async fn mine(app: &App, actor: &Actor) -> Result<Vec<Visit>> {
    let states = State::ALL.into_iter().filter(|state| state.is_open_work()).collect();
    let wanted = Wanted { states, only_own_teams: true, ..Wanted::default() };
    let mut tx = app.records.begin().await?;
    let places = visible::page(&mut tx, actor, Deed::ReadVisit, &wanted, MOST_OF_MINE).await?;
    let visits = listed(&mut tx, app, actor, &places, "mine").await?;
    tx.commit().await?;
    Ok(visits)
}

/// Everything a phone needs to work on a visit without a network.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The visit.
    pub visit: Visit,
    /// The office, where one is known.
    pub premises: Option<Premises>,
    /// Its checklists whole, in order.
    pub templates: Vec<TemplateVersion>,
    /// The pictures these show, by template and digest.
    pub pictures: Vec<HeldPicture>,
    /// What is answered so far, as it is known.
    pub responses: Vec<Known>,
    /// What other devices said beside that, for the lead to decide.
    pub waiting: Vec<Candidate>,
    /// Who received the team, as recorded so far.
    pub hosts: Vec<Attendee>,
    /// What was explained on the spot.
    pub guidance: Vec<Guidance>,
    /// Photos declared so far; `None` where they are not for this actor.
    pub photos: Option<Vec<Declared>>,
    /// What was not fine at earlier visits to this unit.
    pub earlier: Vec<Earlier>,
    /// Of a re-inspection: the findings it is to look at again, by item.
    pub carried: Vec<Finding>,
}

/// Something that was not fine at an earlier visit.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// When that visit was planned to begin.
    pub planned_start: Timestamp,
    /// The answer as it is known.
    pub answer: Known,
}

/// Reads everything a phone needs to work on a visit without a network. Earlier findings are those of visits the
/// actor may see, and of the visit this one re-inspects, which whoever scheduled it has put before the team.
///
/// # Errors
/// `not-found`.
pub async fn bundle(app: &App, actor: &Actor, id: VisitId) -> Result<Bundle> {
    let mut tx = app.records.begin().await?;
    let (visit, standing) = seen(&mut tx, app, actor, id, "bundle").await?;
    let premises = match visit.premises {
        Some(id) => premises::find(&mut tx, id).await?,
        None => None,
    };
    let templates = versions(&mut tx, &visit).await?;
    let pictures = pictures(&mut tx, &templates).await?;
    let waiting = responses::candidates::of_visit(&mut tx, visit.id, true).await?;
    let added = addenda::of_visit(&mut tx, visit.id).await?;
    let responses = known(responses::of_visit(&mut tx, visit.id).await?, &added);
    let hosts = company::attendees(&mut tx, visit.id).await?;
    let guidance = company::guidance_log(&mut tx, visit.id).await?;
    // A phone that may send photos must know which ones are held, even if its client may not show any.
    let photos =
        if [Deed::ReadPhotos, Deed::SendPhoto].iter().any(|deed| may_do(actor, *deed, &standing.subject)) {
            Some(evidence::photos_declared(&mut tx, visit.id, MOST_PHOTOS).await?)
        } else {
            None
        };
    let earlier = earlier(&mut tx, actor, &visit).await?;
    let looks_again = visit.kind == Kind::ReInspection;
    let carried = if looks_again && may_do(actor, Deed::ReadFindings, &standing.subject) {
        carried_to(&mut tx, &visit).await?
    } else {
        Vec::new()
    };
    tx.commit().await?;
    Ok(Bundle {
        visit,
        premises,
        templates,
        pictures,
        responses,
        waiting,
        hosts,
        guidance,
        photos,
        earlier,
        carried,
    })
}

async fn earlier(tx: &mut Tx, actor: &Actor, visit: &Visit) -> Result<Vec<Earlier>> {
    let wanted = Wanted {
        unit: Some(visit.unit),
        states: vec![State::Submitted, State::Finalised],
        to: Some(visit.window.start),
        ..Wanted::default()
    };
    let places = visible::page(tx, actor, Deed::ReadVisit, &wanted, EARLIER_VISITS).await?;
    let mut ids: Vec<VisitId> = places.iter().map(|place| place.id).collect();
    ids.extend(visit.previous.filter(|previous| !ids.contains(previous)));
    ids.retain(|id| *id != visit.id);
    let visits: Vec<Visit> =
        rows::load(tx, &ids).await?.into_iter().filter(|v| v.unit == visit.unit).collect();
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let added = addenda::of_visits(tx, &ids).await?;
    let mut failing = known(responses::failing(tx, &ids).await?, &added);
    failing.retain(|answer| matches!(answer.response.outcome, Outcome::Fail | Outcome::Partial));
    failing.truncate(EARLIER_FINDINGS);
    let start_of = |id: VisitId| visits.iter().find(|v| v.id == id).map(|v| v.window.start);
    let earlier = |answer: Known| {
        start_of(answer.response.visit).map(|planned_start| Earlier { planned_start, answer })
    };
    Ok(failing.into_iter().filter_map(earlier).collect())
}

/// The checklists of a visit, in its order.
pub(super) async fn versions(db: &mut Db, visit: &Visit) -> Result<Vec<TemplateVersion>> {
    let mut found = templates::versions_by_id(db, &visit.templates).await?;
    found.sort_by_key(|version| visit.templates.iter().position(|id| *id == version.id));
    Ok(found)
}

/// The pictures that these versions show, of those their templates hold.
async fn pictures(db: &mut Db, versions: &[TemplateVersion]) -> Result<Vec<HeldPicture>> {
    let of: Vec<_> = versions.iter().map(|version| version.template).collect();
    let named: Vec<_> = versions.iter().flat_map(|version| version.body.picture_digests()).collect();
    Ok(templates::pictures::held(db, &of, &named).await?)
}

/// When and of whom the checklists of a visit are asked: on its planned day, of the unit as it is on that day.
pub(super) async fn occasion(db: &mut Db, visit: &Visit) -> Result<Occasion> {
    let unit_type = match visit.unit_version {
        Some(version) => units::type_of_version(db, version).await?,
        None => None,
    };
    // A unit whose only version was undone is told apart by what it can be at all.
    let audience = match unit_type {
        Some(unit_type) => Audience::of(unit_type),
        None if units::kind(db, visit.unit).await? == Some(UnitKind::Administrative) => Audience::Commune,
        None => Audience::Agency,
    };
    Ok(Occasion { day: vietnam_day(visit.window.start), audience })
}

/// The checklists of a visit as its rules need them.
pub(super) async fn asked(db: &mut Db, visit: &Visit) -> Result<Vec<AskedList>> {
    let versions = versions(db, visit).await?;
    Ok(versions.into_iter().map(|v| AskedList { version: v.id, code: v.code, body: v.body }).collect())
}
