//! What happens to units: recorded whole or not at all, read, undone by an administrator.

use super::today;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{UnitEventId, UnitId, UnitVersionId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::text;
use crate::domain::unit::event::{EventSaid, Portion, UnitEvent, plan, portions_fit};
use crate::domain::unit::{self, UnitVersion};
use crate::flows::findings::hand_over::hand_back;
use crate::flows::{Error, Result, cut, random_bytes};
use crate::records::units::events::{self as rows, Undone};
pub use crate::records::units::events::{Kept, Place, Wanted};
use crate::records::units::{self, lineage, many};
use crate::records::visits::life as visits;
use crate::records::{Db, custody};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

/// Refuses whoever may not do this to every one of these units, `None` being the top. Where a unit lies is asked as of
/// today.
async fn may_all(db: &mut Db, app: &App, actor: &Actor, deed: Deed, all: &[Option<UnitId>]) -> Result<()> {
    let known: Vec<UnitId> = all.iter().copied().flatten().collect();
    let at = units::all_at(db, &known, today(app)).await?;
    for unit in all {
        let above = unit.and_then(|unit| at.get(&unit)).map(|at| at.ancestors.clone());
        let units = unit.iter().copied().chain(above.unwrap_or_default()).collect();
        may(actor, deed, &Subject { units, ..Subject::default() })?;
    }
    Ok(())
}

/// Records what happens to units on a day, past or to come: versions end and begin in one transaction.
///
/// # Errors
/// `forbidden`, `invalid` with every fault, `unit.version-order`, `unit.version-gap`, `unit-event.still-above`,
/// `unit-event.other-stands`.
pub async fn record(app: &App, actor: &Actor, said: EventSaid) -> Result<Kept> {
    let mut tx = app.records.begin().await?;
    let touched = said.touches();
    let mut subjects: Vec<Option<UnitId>> = touched.iter().copied().map(Some).chain(said.parents()).collect();
    // An event about nothing is told what is wrong with it only by those who may record one.
    subjects.extend(subjects.is_empty().then_some(None));
    may_all(&mut tx, app, actor, Deed::EditUnits, &subjects).await?;
    let by = actor.account();
    many::lock_all(&mut tx, &touched).await?;
    let held = many::histories(&mut tx, &touched).await?;
    let event = plan(said, &held, &mut random_bytes)?;
    let now = app.now();
    let told = rows::touching(&mut tx, &event.changes()).await?;
    event.stands_beside(&told.into_iter().map(|kept| kept.event).collect::<Vec<_>>())?;
    write(&mut tx, &event, now).await?;
    parents_fit(&mut tx, &event).await?;
    children_fit(&mut tx, &event).await?;
    nobody_is_left_below(&mut tx, &event).await?;
    portions_of_day_fit(&mut tx, &event).await?;
    let kept = Kept { event, register: None, recorded_by: by, recorded_at: now, undone: None };
    rows::keep(&mut tx, std::slice::from_ref(&kept)).await?;
    note(&mut tx, actor, "unit_event.recorded", &kept.event, (None, Value::Null), now).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn write(db: &mut Db, event: &UnitEvent, now: Timestamp) -> Result<()> {
    let ended: Vec<UnitVersionId> = event.effects.iter().filter_map(|e| e.ended).map(|e| e.version).collect();
    many::end_versions(db, &ended, Some(event.effective_on)).await?;
    let opened = event.effects.iter().filter(|effect| effect.ended.is_none());
    let opened: Vec<_> = opened.filter_map(|e| Some((e.unit, e.begun.as_ref()?.unit_type.kind()))).collect();
    many::keep_all(db, &opened, now).await?;
    let begun: Vec<UnitVersion> = event.effects.iter().filter_map(|effect| effect.begun.clone()).collect();
    many::keep_versions(db, &begun, now).await.map_err(|why| {
        if why.broke("unit_versions_no_overlap") {
            let detail = "Another version of one of these units holds on one of these days.";
            return Refusal::new(Kind::Conflict, "unit.version-order", detail).into();
        }
        Error::from(why)
    })
}

/// Whether every new version stands below somebody who is there from the day on, on a fitting floor and not below itself.
async fn parents_fit(db: &mut Db, event: &UnitEvent) -> Result<()> {
    let begun: Vec<(String, &UnitVersion)> = begun(event);
    let mut parents: Vec<UnitId> = begun.iter().filter_map(|(_, version)| version.parent).collect();
    parents.sort_unstable();
    parents.dedup();
    let at = units::all_at(db, &parents, event.effective_on).await?;
    let histories = many::histories(db, &parents).await?;
    let end =
        |parent: UnitId| histories.get(&parent).and_then(|all| all.last()).and_then(|last| last.valid_to);
    let mut faults = Vec::new();
    for (place, version) in begun {
        let Some(parent) = version.parent else { continue };
        let outlives = |end: &Date| version.valid_to.is_none_or(|own| own > *end);
        let fault = match (at.get(&parent), end(parent).filter(outlives)) {
            (None, _) => Some(("unit.parent-unknown", format!("{parent} is not in force on the day"))),
            (Some(above), _) if above.ancestors.contains(&version.unit) || parent == version.unit => {
                Some(("unit.parent-circle", format!("{} would lie below itself", version.name)))
            }
            (Some(above), end) => match (unit::below(version.unit_type, above.unit_type), end) {
                (Err(_), _) => Some((
                    "unit.parent-unfit",
                    format!("{} does not stand below {}", version.name, above.path),
                )),
                (Ok(()), Some(end)) => {
                    let detail = format!("it ends on {end}; this unit can't stand below it for longer");
                    Some(("unit.parent-ends", detail))
                }
                (Ok(()), None) => None,
            },
        };
        faults.extend(fault.map(|(code, detail)| FieldFault::new(format!("{place}/parent"), code, detail)));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults).into()) }
}

/// What begins, with its place in the event as it was sent.
fn begun(event: &UnitEvent) -> Vec<(String, &UnitVersion)> {
    let of = |list: &str, is_new: bool| {
        let effects = event.effects.iter().filter(move |effect| effect.ended.is_none() == is_new);
        let begun = effects.filter_map(|effect| effect.begun.as_ref()).enumerate();
        begun.map(|(n, version)| (format!("/{list}/{n}"), version)).collect::<Vec<_>>()
    };
    [of("opens", true), of("changes", false)].concat()
}

/// Whether whoever stands below a unit that gets another type may go on standing there.
async fn children_fit(db: &mut Db, event: &UnitEvent) -> Result<()> {
    let mut faults = Vec::new();
    for (place, version) in begun(event) {
        let unfit = super::unfit_below(db, version).await?;
        let of = |name| FieldFault::new(format!("{place}/unit_type"), "unit.child-unfit", name);
        faults.extend(unfit.into_iter().map(of));
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults).into()) }
}

/// Whoever ends takes nobody along without saying so.
async fn nobody_is_left_below(db: &mut Db, event: &UnitEvent) -> Result<()> {
    let gone = event.effects.iter().filter(|effect| effect.begun.is_none());
    let gone: Vec<UnitId> = gone.map(|effect| effect.unit).collect();
    let left = many::still_below(db, &gone, &[], event.effective_on).await?;
    if left.is_empty() { Ok(()) } else { Err(super::still_above("/closes", left).into()) }
}

/// What a unit gives on one day fits together, whatever the number of events that say so.
async fn portions_of_day_fit(db: &mut Db, event: &UnitEvent) -> Result<()> {
    let mut from: Vec<UnitId> = event.successions.iter().map(|succession| succession.from).collect();
    from.sort_unstable();
    from.dedup();
    let known = lineage::forwards(db, &from, event.effective_on).await?;
    for unit in from {
        let before = known.iter().filter(|link| link.from == unit && link.on == event.effective_on);
        let here = event.successions.iter().filter(|succession| succession.from == unit);
        let all: Vec<Portion> = before.map(|link| link.portion).chain(here.map(|s| s.portion)).collect();
        if !portions_fit(&all) {
            let detail = "another event of the same day says what this unit gave; together they do not fit";
            return Err(Refusal::field("/successions", "unit-event.portion", detail).into());
        }
    }
    Ok(())
}

async fn note(
    db: &mut Db,
    actor: &Actor,
    deed: &str,
    event: &UnitEvent,
    (because, handed_back): (Option<&str>, Value),
    now: Timestamp,
) -> Result<()> {
    let details = json!({ "kind": event.kind, "instrument": event.instrument, "effective_on": event.effective_on,
        "effects": event.effects, "successions": event.successions, "because": because,
        "handed_back": handed_back });
    let object = ("unit_event", event.id.to_string());
    let entry = custody::Entry { deed, object, owner: None, visit: None, details };
    custody::note(db, Some(actor), entry, now).await?;
    Ok(())
}

/// Undoes an event: its versions go, those it ended hold again, nobody takes over by it, and what was handed over because of
/// it goes back. Both steps stay on record.
///
/// # Errors
/// `not-found`, `forbidden`, `unit-event.undone`, `unit-event.of-register`, `unit-event.followed`, `unit-event.in-use`.
pub async fn undo(app: &App, actor: &Actor, id: UnitEventId, because: &str) -> Result<Kept> {
    let mut tx = app.records.begin().await?;
    let mut kept = rows::find(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    let units = kept.event.units();
    let subjects: Vec<Option<UnitId>> = units.iter().copied().map(Some).collect();
    may_all(&mut tx, app, actor, Deed::UndoUnitEvents, &subjects).await?;
    let because =
        text::required(because, 500).map_err(|why| Refusal::field("/reason", "text.refused", why))?;
    many::lock_all(&mut tx, &units).await?;
    kept = rows::hold(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    if kept.undone.is_some() {
        let detail = "This event has been undone already.";
        return Err(Refusal::new(Kind::Conflict, "unit-event.undone", detail).into());
    }
    if kept.register.is_some() {
        let detail = "A register says so; enter a corrected edition of it.";
        return Err(Refusal::new(Kind::Conflict, "unit-event.of-register", detail).into());
    }
    let held = many::histories(&mut tx, &units).await?;
    kept.event.may_undo(&held)?;
    nothing_followed(&mut tx, &kept).await?;
    unwrite(&mut tx, &kept.event).await?;
    stand_visits_again(&mut tx, &units).await?;
    let now = app.now();
    let undone = Undone { by: actor.account(), at: now, because };
    rows::undo(&mut tx, id, &undone).await?;
    let touched = (kept.event.changes(), kept.event.opened());
    let back = hand_back(&mut tx, Some(actor), (&touched.0, &touched.1), (now, today(app))).await?;
    let why = (Some(undone.because.as_str()), back.told());
    note(&mut tx, actor, "unit_event.undone", &kept.event, why, now).await?;
    tx.commit().await?;
    kept.undone = Some(undone);
    Ok(kept)
}

/// Nothing else happened to what this event changed since it was recorded, on the same day neither, and nobody else
/// stands on or below what it opened.
async fn nothing_followed(db: &mut Db, kept: &Kept) -> Result<()> {
    let event = &kept.event;
    let opened = event.opened();
    let changed = event.changes();
    let later = rows::touching(db, &changed).await?.into_iter().any(|other| {
        let theirs = other.event.changes();
        let again = changed.iter().any(|unit| theirs.contains(unit)) && other.recorded_at >= kept.recorded_at;
        let on_opened = other.event.units().iter().any(|unit| opened.contains(unit));
        other.event.id != event.id && (again || on_opened)
    });
    let below = many::still_below(db, &opened, &changed, event.effective_on).await?;
    if !later && below.is_empty() {
        return Ok(());
    }
    let detail = "Something has happened to its units since; undo that first.";
    Err(Refusal::new(Kind::Conflict, "unit-event.followed", detail).into())
}

/// Visits that nobody has made yet stand on what holds again. They hold up no undoing, because some are secret.
pub(super) async fn stand_visits_again(db: &mut Db, touched: &[UnitId]) -> Result<()> {
    for (visit, unit, start) in visits::on_no_version(db, touched).await? {
        if let Some(at) = units::at(db, unit, vietnam_day(start)).await? {
            visits::stand_on(db, visit, &at).await?;
        }
    }
    Ok(())
}

async fn unwrite(db: &mut Db, event: &UnitEvent) -> Result<()> {
    let begun = event.effects.iter().filter_map(|effect| effect.begun.as_ref());
    let begun: Vec<UnitVersionId> = begun.map(|version| version.id).collect();
    many::remove_versions(db, &begun).await.map_err(|why| match why {
        crate::records::Error::Constraint(_) => {
            let detail = "Visits that were made rest on what this event began.";
            Error::from(Refusal::new(Kind::Conflict, "unit-event.in-use", detail))
        }
        why => why.into(),
    })?;
    let ended: Vec<_> = event.effects.iter().filter_map(|effect| effect.ended).collect();
    let mut days: Vec<Option<Date>> = ended.iter().map(|ended| ended.was).collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        let those: Vec<_> = ended.iter().filter(|e| e.was == day).map(|e| e.version).collect();
        many::end_versions(db, &those, day).await?;
    }
    Ok(())
}

/// One event.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, id: UnitEventId) -> Result<Kept> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let mut db = app.records.conn().await?;
    Ok(rows::find(&mut db, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One page of events, latest day first, and where the next page begins. Those to come are among them.
///
/// # Errors
/// `forbidden`, `invalid` for a day out of range.
pub async fn list(
    app: &App,
    actor: &Actor,
    wanted: Wanted,
    after: Option<Place>,
    limit: u8,
) -> Result<(Vec<Kept>, Option<Place>)> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    for (at, day) in [("?from", wanted.from), ("?to", wanted.to)] {
        day.map(|day| unit::day(at, day)).transpose()?;
    }
    let mut db = app.records.conn().await?;
    let (found, more) = cut(rows::page(&mut db, &wanted, after, i64::from(limit) + 1).await?, limit);
    let next = found.last().filter(|_| more).map(|last| (last.event.effective_on, last.event.id.0));
    Ok((found, next))
}
