//! Who received a team, and what it explained on the spot: sent by phones, in any order, as often as they like.

use super::Result;
use super::visits::heirs::readable;
use super::visits::life::Work;
use super::visits::note_sealed_reads;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, AttendeeId, GuidanceId, VisitId, minted_by_phone};
use crate::domain::moment::DeviceMoment;
use crate::domain::permission::Deed;
use crate::domain::refusal::{Kind, Refusal};
pub use crate::domain::visit::company::{Attendee, Guidance};
use crate::domain::visit::rule;
use crate::records::Db;
use crate::records::custody::{self, Entry};
use crate::records::visits::{company, life as rows};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::slice::from_ref;
use uuid::Uuid;

/// An attendee as a phone sends them.
#[derive(Clone, Debug)]
pub struct Host {
    /// At which visit.
    pub visit: VisitId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub office: String,
    /// Their titles.
    pub positions: Vec<String>,
    /// The version it corrects, where the phone says.
    pub base_version: Option<i32>,
}

/// Guidance as a phone sends it.
#[derive(Clone, Debug)]
pub struct Given {
    /// At which visit.
    pub visit: VisitId,
    /// About which item.
    pub item: Option<String>,
    /// Whom.
    pub guided: String,
    /// What.
    pub content: String,
    /// When, by the device.
    pub at: DeviceMoment,
    /// The version it corrects, where the phone says.
    pub base_version: Option<i32>,
}

/// What became of an entry.
#[derive(Clone, Debug)]
pub enum Entered<T> {
    /// It is new.
    New(T),
    /// It is known, or was corrected.
    Known(T),
    /// It stands otherwise, at another version than was named or with none named: that stays, and what was said is kept in
    /// the log.
    Beside {
        /// What was said.
        said: T,
        /// What stands.
        current: T,
    },
}

/// An id that a phone gave, by its name in the address.
fn minted(name: &str, id: Uuid) -> Result<()> {
    let why = |why: crate::domain::ids::BadId| rule("id.not-version-7", name, &why.to_string());
    Ok(minted_by_phone(id).map(|_| ()).map_err(why)?)
}

fn id_taken() -> Refusal {
    let detail = "This id was given to another entry. A new entry needs a new id.";
    Refusal::new(Kind::Conflict, "entry.id-taken", detail)
}

fn taken_back() -> Refusal {
    let detail = "This entry was taken back; what you say of it is kept in the visit's log. A new entry needs a new id.";
    Refusal::new(Kind::Conflict, "entry.taken-back", detail)
}

/// Whoever takes an entry back has it go as they saw it, and not what somebody made of it since.
fn is_as_seen(version: i32, seen: Option<i32>) -> std::result::Result<(), Refusal> {
    if seen.is_none_or(|seen| seen == version) {
        return Ok(());
    }
    let detail =
        format!("Somebody has corrected this entry since: it is at version {version}. Read it, then decide.");
    Err(Refusal::new(Kind::Conflict, "entry.changed", detail))
}

async fn noted(
    mut work: Work,
    actor: &Actor,
    deed: &str,
    object: (&str, String),
    details: Value,
) -> Result<()> {
    let (owner, visit) = (Some(work.visit.owner), Some(work.visit.id));
    let entry = Entry { deed, object, owner, visit, details };
    custody::note(&mut work.tx, Some(actor), entry, work.now).await?;
    work.tx.commit().await?;
    Ok(())
}

/// Records somebody who received the team, or corrects them where the version that stands is named. The same again
/// changes nothing.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `id.not-version-7`, `entry.id-taken`, `visit.not-on-site`,
/// `visit.answers-locked`, `visit.closed`.
pub async fn receive(app: &App, actor: &Actor, id: AttendeeId, host: Host) -> Result<Entered<Attendee>> {
    let mut work = Work::begin(app, actor, host.visit, Deed::RecordVisit).await?;
    minted("{attendee}", id.0)?;
    let Host { visit, name, office, positions, base_version } = host;
    let (recorded_by, recorded_at) = (work.by, work.now);
    let (removed_at, version) = (None, 1);
    let new = Attendee { id, visit, name, office, positions, recorded_by, recorded_at, removed_at, version };
    let new = new.checked()?;
    let held = company::find_attendee(&mut work.tx, id).await?;
    let new = match held {
        Some(held) if held.visit != visit => return Err(id_taken().into()),
        Some(held) if held.removed_at.is_some() => {
            if !held.says_the_same(&new) {
                let (said, kept) = (said_of_host(&new), said_of_host(&held));
                let details = beside((said, base_version), (kept, held.version));
                kept_beside(work, actor, "visit.host_kept_beside", ("attendee", id.to_string()), details)
                    .await?;
            }
            return Err(taken_back().into());
        }
        Some(held) if held.says_the_same(&new) => return Ok(Entered::Known(held)),
        Some(held) if base_version != Some(held.version) => {
            let details = beside((said_of_host(&new), base_version), (said_of_host(&held), held.version));
            let object = ("attendee", id.to_string());
            kept_beside(work, actor, "visit.host_kept_beside", object, details).await?;
            return Ok(Entered::Beside { said: new, current: held });
        }
        Some(Attendee { recorded_by, recorded_at, version, .. }) => {
            Attendee { recorded_by, recorded_at, version: version.saturating_add(1), ..new }
        }
        None => new,
    };
    work.visit.may_be_answered()?;
    company::keep_attendee(&mut work.tx, &new).await?;
    noted(work, actor, "visit.received_by", ("attendee", id.to_string()), said_of_host(&new)).await?;
    Ok(if new.version == 1 { Entered::New(new) } else { Entered::Known(new) })
}

fn said_of_host(of: &Attendee) -> Value {
    json!({ "name": of.name, "office": of.office, "positions": of.positions })
}

/// What the log tells of an entry that was kept beside another.
fn beside((said, base): (Value, Option<i32>), (kept, version): (Value, i32)) -> Value {
    json!({ "said": said, "base_version": base, "kept": kept, "version": version })
}

/// Keeps in the log what does not stand; once, however often it is sent.
async fn kept_beside(
    mut work: Work,
    actor: &Actor,
    deed: &'static str,
    object: (&str, String),
    details: Value,
) -> Result<()> {
    work.visit.may_be_answered()?;
    if custody::is_noted(&mut work.tx, (work.visit.id, work.by), (deed, &object.1), &details).await? {
        return Ok(());
    }
    noted(work, actor, deed, object, details).await
}

/// Enters what the team explained, or corrects it where the version that stands is named. The same again changes nothing.
///
/// # Errors
/// As [`receive`].
pub async fn guide(app: &App, actor: &Actor, id: GuidanceId, given: Given) -> Result<Entered<Guidance>> {
    let mut work = Work::begin(app, actor, given.visit, Deed::RecordVisit).await?;
    minted("{guidance}", id.0)?;
    let Given { visit, item, guided, content, at, base_version } = given;
    let (recorded_by, recorded_at): (AccountId, Timestamp) = (work.by, work.now);
    let (given_at, given_offset_s) = (at.at, at.offset_s);
    let new = Guidance {
        id,
        visit,
        item,
        guided,
        content,
        given_at,
        given_offset_s,
        recorded_by,
        recorded_at,
        removed_at: None,
        version: 1,
    };
    let new = new.checked()?;
    let held = company::find_guidance(&mut work.tx, id).await?;
    let new = match held {
        Some(held) if held.visit != visit => return Err(id_taken().into()),
        Some(held) if held.removed_at.is_some() => {
            if !held.says_the_same(&new) {
                let (said, kept) = (said_of_guidance(&new), said_of_guidance(&held));
                let details = beside((said, base_version), (kept, held.version));
                let object = ("guidance", id.to_string());
                kept_beside(work, actor, "visit.guidance_kept_beside", object, details).await?;
            }
            return Err(taken_back().into());
        }
        Some(held) if held.says_the_same(&new) => return Ok(Entered::Known(held)),
        Some(held) if base_version != Some(held.version) => {
            let (said, kept) = (said_of_guidance(&new), said_of_guidance(&held));
            let details = beside((said, base_version), (kept, held.version));
            let object = ("guidance", id.to_string());
            kept_beside(work, actor, "visit.guidance_kept_beside", object, details).await?;
            return Ok(Entered::Beside { said: new, current: held });
        }
        Some(Guidance { recorded_by, recorded_at, version, .. }) => {
            Guidance { recorded_by, recorded_at, version: version.saturating_add(1), ..new }
        }
        None => new,
    };
    work.visit.may_be_answered()?;
    company::keep_guidance(&mut work.tx, &new).await?;
    let details = json!({ "item": new.item, "guided": new.guided, "at": new.given_at });
    noted(work, actor, "visit.guided", ("guidance", id.to_string()), details).await?;
    Ok(if new.version == 1 { Entered::New(new) } else { Entered::Known(new) })
}

fn said_of_guidance(of: &Guidance) -> Value {
    json!({ "item": of.item, "guided": of.guided, "content": of.content, "at": of.given_at })
}

/// Takes back somebody who was entered by mistake, until somebody has signed. What is not there any more stays so; what
/// never arrived is refused, because it may still come.
///
/// # Errors
/// `not-found`, `forbidden`, `visit.not-on-site`, `visit.answers-locked`, `visit.closed`; `entry.changed` where another
/// version than was seen stands.
pub async fn dismiss(
    app: &App,
    actor: &Actor,
    visit: VisitId,
    (id, seen): (AttendeeId, Option<i32>),
) -> Result<()> {
    let mut work = Work::begin(app, actor, visit, Deed::RecordVisit).await?;
    let held = company::find_attendee(&mut work.tx, id).await?;
    let held = held.filter(|held| held.visit == visit).ok_or_else(Refusal::not_found)?;
    if held.removed_at.is_some() {
        return Ok(());
    }
    work.visit.may_be_answered()?;
    is_as_seen(held.version, seen)?;
    company::remove_attendee(&mut work.tx, id, work.now).await?;
    let details = json!({ "name": held.name, "office": held.office, "positions": held.positions });
    noted(work, actor, "visit.host_taken_back", ("attendee", id.to_string()), details).await
}

/// Takes back guidance that was entered by mistake, until somebody has signed. What is not there any more stays so; what
/// never arrived is refused, because it may still come.
///
/// # Errors
/// As [`dismiss`].
pub async fn take_back(
    app: &App,
    actor: &Actor,
    visit: VisitId,
    (id, seen): (GuidanceId, Option<i32>),
) -> Result<()> {
    let mut work = Work::begin(app, actor, visit, Deed::RecordVisit).await?;
    let held = company::find_guidance(&mut work.tx, id).await?;
    let held = held.filter(|held| held.visit == visit).ok_or_else(Refusal::not_found)?;
    if held.removed_at.is_some() {
        return Ok(());
    }
    work.visit.may_be_answered()?;
    is_as_seen(held.version, seen)?;
    company::remove_guidance(&mut work.tx, id, work.now).await?;
    let details = json!({ "item": held.item, "guided": held.guided, "content": held.content });
    noted(work, actor, "visit.guidance_taken_back", ("guidance", id.to_string()), details).await
}

async fn seen(db: &mut Db, app: &App, actor: &Actor, visit: VisitId, through: &str) -> Result<()> {
    let standing = readable(db, app, actor, visit).await?;
    let visit = rows::find(db, standing.id).await?.ok_or_else(Refusal::not_found)?;
    note_sealed_reads(db, actor, from_ref(&visit), through, app.now()).await
}

/// Everybody who received the team.
///
/// # Errors
/// `not-found`.
pub async fn attendees(app: &App, actor: &Actor, visit: VisitId) -> Result<Vec<Attendee>> {
    let mut tx = app.records.begin().await?;
    seen(&mut tx, app, actor, visit, "attendees").await?;
    let found = company::attendees(&mut tx, visit).await?;
    tx.commit().await?;
    Ok(found)
}

/// The guidance log of a visit.
///
/// # Errors
/// `not-found`.
pub async fn guidance(app: &App, actor: &Actor, visit: VisitId) -> Result<Vec<Guidance>> {
    let mut tx = app.records.begin().await?;
    seen(&mut tx, app, actor, visit, "guidance").await?;
    let found = company::guidance_log(&mut tx, visit).await?;
    tx.commit().await?;
    Ok(found)
}
