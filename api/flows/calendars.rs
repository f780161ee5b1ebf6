//! Working calendars: enter an office's, enter the country's holidays, ask whether an office works at a moment.

use super::units::may_edit;
use super::{Result, current};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::calendar::{Calendar, Span, SpecialDay, Week, special_days};
use crate::domain::ids::UnitId;
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::Refusal;
use crate::domain::unit;
pub use crate::records::calendars::Entered;
use crate::records::{self, Db, custody};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

/// What an office entered; the usual hours under version 0 where it entered none.
fn or_usual(entered: Option<Entered>) -> Entered {
    entered.unwrap_or_else(|| Entered { week: Week::usual(), days: Vec::new(), version: 0 })
}

/// The calendar an office entered itself; under version 0 the usual hours, where it follows the unit above it.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, of: UnitId) -> Result<Entered> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let mut db = app.records.conn().await?;
    records::units::kind(&mut db, of).await?.ok_or_else(Refusal::not_found)?;
    Ok(or_usual(records::calendars::of_unit(&mut db, of).await?))
}

/// Enters an office's calendar: hours of a week, and days that are not what their weekday says. It holds for what lies
/// below, too, until that enters its own.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `invalid`.
pub async fn write(
    app: &App,
    actor: &Actor,
    of: UnitId,
    version: i32,
    (week, days): (Week, Vec<SpecialDay>),
) -> Result<Entered> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, Some(of)).await?;
    if !records::units::lock(&mut tx, of).await? {
        return Err(Refusal::not_found().into());
    }
    current(version, or_usual(records::calendars::of_unit(&mut tx, of).await?).version)?;
    let (week, days) = (week.checked()?, special_days("/days", days)?);
    let now = app.now();
    let version = records::calendars::write(&mut tx, of, &week, &days, now).await?;
    let details = json!({ "hours": week, "days": days.len(), "version": version });
    note(&mut tx, actor, "calendar.changed", ("unit", of.to_string()), details, now).await?;
    tx.commit().await?;
    Ok(Entered { week, days, version })
}

/// Takes out the calendar that an office entered by mistake: it follows the unit above it again.
///
/// # Errors
/// `not-found` also where it entered none, `forbidden`, `version.stale`.
pub async fn remove(app: &App, actor: &Actor, of: UnitId, version: i32) -> Result<()> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, Some(of)).await?;
    if !records::units::lock(&mut tx, of).await? {
        return Err(Refusal::not_found().into());
    }
    let held = or_usual(records::calendars::of_unit(&mut tx, of).await?);
    current(version, held.version)?;
    if held.version == 0 {
        return Err(Refusal::not_found().into());
    }
    records::calendars::remove(&mut tx, of).await?;
    let days: Vec<Date> = held.days.iter().map(|special| special.day).collect();
    let details = json!({ "hours": held.week, "days": days, "version": held.version });
    note(&mut tx, actor, "calendar.removed", ("unit", of.to_string()), details, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(
    db: &mut Db,
    actor: &Actor,
    deed: &str,
    object: (&str, String),
    details: Value,
    now: Timestamp,
) -> Result<()> {
    let entry = custody::Entry { deed, object, owner: None, visit: None, details };
    custody::note(db, Some(actor), entry, now).await?;
    Ok(())
}

/// Whether an office works at a moment, and its hours on that day.
#[derive(Clone, Debug)]
pub struct Worked {
    /// The day in Vietnam.
    pub day: Date,
    /// Whether it works at that moment.
    pub now: bool,
    /// Its hours on that day.
    pub hours: Vec<Span>,
}

/// Whether an office works at a moment.
///
/// # Errors
/// `not-found` for a unit that does not exist on that day, `forbidden`, `invalid`.
pub async fn working(app: &App, actor: &Actor, of: UnitId, at: Option<Timestamp>) -> Result<Worked> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let at = at.unwrap_or_else(|| app.now());
    let day = unit::day("?at", vietnam_day(at))?;
    let mut db = app.records.conn().await?;
    let found = records::units::at(&mut db, of, day).await?.ok_or_else(Refusal::not_found)?;
    let chain: Vec<UnitId> = std::iter::once(of).chain(found.ancestors).collect();
    let office: Calendar = records::calendars::holding(&mut db, &chain, (day, day)).await?;
    Ok(Worked { day, now: office.is_working_time(at), hours: office.hours(day) })
}

fn year(year: i16) -> Result<(Date, Date)> {
    let out = || Refusal::field("/year", "date.out-of-range", "is not between 1945 and 2100");
    let day = |month, day| Date::new(year, month, day).map_err(|_| out());
    if !(1945..=2100).contains(&year) {
        return Err(out().into());
    }
    Ok((day(1, 1)?, day(12, 31)?))
}

/// The country's special days of a year.
#[derive(Clone, Debug)]
pub struct Holidays {
    /// In order.
    pub days: Vec<SpecialDay>,
    /// Counts changes, for `If-Match`; 0 where nobody has entered the year.
    pub version: i32,
}

/// The country's special days of a year.
///
/// # Errors
/// `forbidden`, `invalid`.
pub async fn holidays(app: &App, actor: &Actor, of: i16) -> Result<Holidays> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let span = year(of)?;
    let mut db = app.records.conn().await?;
    // The version first: days that are entered in between then belong to a later one, and nothing is overwritten unseen.
    let version = records::calendars::holidays_version(&mut db, of).await?;
    Ok(Holidays { days: records::calendars::holidays_between(&mut db, span).await?, version })
}

/// Enters the country's special days of a year: Tết, days in lieu, and whatever else the year's notice says. Those with
/// a fixed date are known.
///
/// # Errors
/// `forbidden`, `version.stale`, `invalid` with `calendar.other-year`.
pub async fn write_holidays(
    app: &App,
    actor: &Actor,
    of: i16,
    version: i32,
    days: Vec<SpecialDay>,
) -> Result<Holidays> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, None).await?;
    let span = year(of)?;
    records::calendars::hold_holidays(&mut tx).await?;
    current(version, records::calendars::holidays_version(&mut tx, of).await?)?;
    let days = special_days("/days", days)?;
    if let Some(place) = days.iter().position(|special| special.day.year() != of) {
        let at = format!("/days/{place}/day");
        return Err(Refusal::field(&at, "calendar.other-year", "is a day of another year").into());
    }
    let now = app.now();
    let version = records::calendars::write_holidays(&mut tx, span, &days, now).await?;
    let entered = days.iter().map(|special| special.day).collect::<Vec<_>>();
    let details = json!({ "days": entered, "version": version });
    note(&mut tx, actor, "holidays.changed", ("holidays", of.to_string()), details, now).await?;
    tx.commit().await?;
    Ok(Holidays { days, version })
}
