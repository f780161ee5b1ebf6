//! What happened to units, as it was recorded; an event that was undone stays, marked.

use crate::domain::ids::{AccountId, UnitEventId, UnitId};
use crate::domain::unit::Certainty;
use crate::domain::unit::event::{EventKind, UnitEvent};
use crate::records::schema::{unit_event_units, unit_events, unit_successions};
use crate::records::{Db, Error, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::{NullableDate, NullableTimestamp, ToDiesel};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

/// Rows of one statement: far below the 65,535 values that PostgreSQL takes at once.
const AT_ONCE: usize = 1000;

/// Who took an event back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// An administrator.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub because: String,
}

/// An event with who recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What happened.
    pub event: UnitEvent,
    /// The register that says so; `None` where somebody recorded it.
    pub register: Option<String>,
    /// Who recorded it; `None` for a register.
    pub recorded_by: Option<AccountId>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whether it was taken back.
    pub undone: Option<Undone>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = unit_events)]
struct Row {
    id: Uuid,
    kind: String,
    instrument: Option<String>,
    #[diesel(deserialize_as = NullableDate)]
    legal_date: Option<Date>,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    operating_date: Date,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    effective_on: Date,
    certainty: String,
    note: String,
    effects: Value,
    successions: Value,
    register: Option<String>,
    recorded_by: Option<Uuid>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    recorded_at: Timestamp,
    undone_by: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    undone_at: Option<Timestamp>,
    undone_because: Option<String>,
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::bad_row)
}

impl TryFrom<Row> for Kept {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let by = row.undone_by.map(AccountId);
        let undone = row.undone_at.zip(row.undone_because);
        Ok(Self {
            event: UnitEvent {
                id: UnitEventId(row.id),
                kind: EventKind::parse(&row.kind).ok_or_else(|| Error::bad_row(&row.kind))?,
                instrument: row.instrument,
                legal_date: row.legal_date,
                operating_date: row.operating_date,
                effective_on: row.effective_on,
                certainty: Certainty::parse(&row.certainty).ok_or_else(|| Error::bad_row(&row.certainty))?,
                note: row.note,
                effects: read(row.effects)?,
                successions: read(row.successions)?,
            },
            register: row.register,
            recorded_by: row.recorded_by.map(AccountId),
            recorded_at: row.recorded_at,
            undone: undone.map(|(at, because)| Undone { by, at, because }),
        })
    }
}

/// Enters events with the units they touch and who took over from whom.
///
/// # Errors
/// The database's own.
pub async fn keep(db: &mut Db, events: &[Kept]) -> Result<()> {
    for some in events.chunks(AT_ONCE) {
        let rows: Vec<_> = some
            .iter()
            .map(|kept| {
                let event = &kept.event;
                (
                    unit_events::id.eq(event.id.0),
                    unit_events::kind.eq(event.kind.as_str()),
                    unit_events::instrument.eq(event.instrument.as_deref()),
                    unit_events::legal_date.eq(event.legal_date.to_diesel()),
                    unit_events::operating_date.eq(event.operating_date.to_diesel()),
                    unit_events::effective_on.eq(event.effective_on.to_diesel()),
                    unit_events::certainty.eq(event.certainty.as_str()),
                    unit_events::note.eq(&event.note),
                    unit_events::effects.eq(json!(event.effects)),
                    unit_events::successions.eq(json!(event.successions)),
                    unit_events::register.eq(kept.register.as_deref()),
                    unit_events::recorded_by.eq(kept.recorded_by.map(|id| id.0)),
                    unit_events::recorded_at.eq(kept.recorded_at.to_diesel()),
                )
            })
            .collect();
        diesel::insert_into(unit_events::table).values(rows).execute(db).await?;
    }
    let touched: Vec<(Uuid, &UnitEvent)> = events
        .iter()
        .flat_map(|kept| kept.event.units().into_iter().map(move |unit| (unit.0, &kept.event)))
        .collect();
    for some in touched.chunks(AT_ONCE) {
        let row = |(unit, event): &(Uuid, &UnitEvent)| {
            (
                unit_event_units::unit_id.eq(*unit),
                unit_event_units::event_id.eq(event.id.0),
                unit_event_units::effective_on.eq(event.effective_on.to_diesel()),
            )
        };
        let rows: Vec<_> = some.iter().map(row).collect();
        diesel::insert_into(unit_event_units::table).values(rows).execute(db).await?;
    }
    let links: Vec<_> = events
        .iter()
        .flat_map(|kept| kept.event.successions.iter().map(move |s| (*s, &kept.event)))
        .collect();
    for some in links.chunks(AT_ONCE) {
        let rows: Vec<_> = some
            .iter()
            .map(|(link, event)| {
                (
                    unit_successions::from_id.eq(link.from.0),
                    unit_successions::to_id.eq(link.to.0),
                    unit_successions::event_id.eq(event.id.0),
                    unit_successions::portion.eq(link.portion.as_str()),
                    unit_successions::effective_on.eq(event.effective_on.to_diesel()),
                )
            })
            .collect();
        diesel::insert_into(unit_successions::table).values(rows).execute(db).await?;
    }
    Ok(())
}

/// Takes events out as if they had never been entered: for a register that says something else by now.
///
/// # Errors
/// The database's own.
pub async fn forget(db: &mut Db, events: &[UnitEventId]) -> Result<()> {
    let ids: Vec<Uuid> = events.iter().map(|id| id.0).collect();
    let links = unit_successions::table.filter(unit_successions::event_id.eq_any(&ids));
    diesel::delete(links).execute(db).await?;
    let units = unit_event_units::table.filter(unit_event_units::event_id.eq_any(&ids));
    diesel::delete(units).execute(db).await?;
    diesel::delete(unit_events::table.filter(unit_events::id.eq_any(&ids))).execute(db).await?;
    Ok(())
}

/// One event.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: UnitEventId) -> Result<Option<Kept>> {
    let row: Option<Row> =
        unit_events::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Kept::try_from).transpose()
}

/// One event, held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: UnitEventId) -> Result<Option<Kept>> {
    let held = unit_events::table.find(id.0).select(Row::as_select()).for_update();
    let row: Option<Row> = held.first(db).await.optional()?;
    row.map(Kept::try_from).transpose()
}

/// Marks an event as undone; nobody takes over from anybody by it any more.
///
/// # Errors
/// The database's own.
pub async fn undo(db: &mut Db, id: UnitEventId, undone: &Undone) -> Result<()> {
    diesel::update(unit_events::table.find(id.0))
        .set((
            unit_events::undone_by.eq(undone.by.map(|id| id.0)),
            unit_events::undone_at.eq(Some(undone.at).to_diesel()),
            unit_events::undone_because.eq(Some(&undone.because)),
        ))
        .execute(db)
        .await?;
    let links = unit_successions::table.filter(unit_successions::event_id.eq(id.0));
    diesel::delete(links).execute(db).await?;
    Ok(())
}

/// Every event that touches one of these units and was not undone.
///
/// # Errors
/// The database's own.
pub async fn touching(db: &mut Db, units: &[UnitId]) -> Result<Vec<Kept>> {
    let ids: Vec<Uuid> = units.iter().map(|id| id.0).collect();
    let events = unit_event_units::table
        .filter(unit_event_units::unit_id.eq_any(ids))
        .select(unit_event_units::event_id)
        .distinct();
    let rows: Vec<Row> = unit_events::table
        .filter(unit_events::id.eq_any(events).and(unit_events::undone_at.is_null()))
        .order((unit_events::effective_on.asc(), unit_events::id.asc()))
        .select(Row::as_select())
        .load(db)
        .await?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// Which events are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Those that touch this unit.
    pub unit: Option<UnitId>,
    /// Effective on this day or later.
    pub from: Option<Date>,
    /// Effective before this day.
    pub to: Option<Date>,
}

/// Where a page of events ends: latest day first, the id decides between equals.
pub type Place = (Date, Uuid);

/// One page of events, latest day first, undone ones among them.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, wanted: &Wanted, after: Option<Place>, limit: i64) -> Result<Vec<Kept>> {
    let mut ids = unit_event_units::table.select(unit_event_units::event_id).into_boxed();
    let mut query = unit_events::table.select(Row::as_select()).into_boxed();
    if let Some(unit) = wanted.unit {
        // The page is cut by the index of the unit's own events.
        ids = ids.filter(unit_event_units::unit_id.eq(unit.0));
        let day = unit_event_units::effective_on;
        if let Some(from) = wanted.from {
            ids = ids.filter(day.ge(from.to_diesel()));
        }
        if let Some(to) = wanted.to {
            ids = ids.filter(day.lt(to.to_diesel()));
        }
        if let Some((on, id)) = after {
            let behind = day.lt(on.to_diesel()).or(unit_event_units::event_id.lt(id));
            ids = ids.filter(day.le(on.to_diesel())).filter(behind);
        }
        let order = (day.desc(), unit_event_units::event_id.desc());
        let ids: Vec<Uuid> = ids.order(order).limit(limit).load(db).await?;
        query = query.filter(unit_events::id.eq_any(ids));
    } else {
        let day = unit_events::effective_on;
        if let Some(from) = wanted.from {
            query = query.filter(day.ge(from.to_diesel()));
        }
        if let Some(to) = wanted.to {
            query = query.filter(day.lt(to.to_diesel()));
        }
        if let Some((on, id)) = after {
            query = query
                .filter(day.le(on.to_diesel()))
                .filter(day.lt(on.to_diesel()).or(unit_events::id.lt(id)));
        }
    }
    let order = (unit_events::effective_on.desc(), unit_events::id.desc());
    let rows: Vec<Row> = query.order(order).limit(limit).load(db).await?;
    rows.into_iter().map(Kept::try_from).collect()
}
