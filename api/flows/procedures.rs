//! Lists of administrative procedures: enter one, read what is in force, compare a board with it.

use super::{Result, cut};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::OwnerId;
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::procedure::{
    Comparison, MOST_PROCEDURES, Posted, Procedure, ProcedureField, ProcedureLevel, ProcedureList, compare,
    enter, on_board,
};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::unit;
pub use crate::records::procedures::Wanted;
use crate::records::{custody, owners, procedures};
use jiff::civil::Date;
use serde_json::json;

/// What entering a list did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Procedures that were not held before.
    pub new: usize,
    /// Procedures that were held differently.
    pub corrected: usize,
    /// Procedures that were held as they are.
    pub unchanged: usize,
}

/// Enters a list, all of it or nothing. The same again changes nothing.
///
/// # Errors
/// `forbidden`, `owner.unknown`, `invalid` with the place of each fault.
pub async fn enter_list(app: &App, actor: &Actor, list: ProcedureList) -> Result<Entered> {
    let subject = Subject { owner: Some(list.owner), ..Subject::default() };
    may(actor, Deed::EditTemplates, &subject)?;
    let list = list.checked()?;
    let mut tx = app.records.begin().await?;
    if !owners::hold(&mut tx, list.owner).await? {
        return Err(Refusal::field("/owner", "owner.unknown", "there is no such owner").into());
    }
    let held = procedures::of_level(&mut tx, list.owner, list.level).await?;
    let done = enter(&held, &list)?;
    let entered = Entered { new: done.new.len(), corrected: done.corrected.len(), unchanged: done.unchanged };
    if !list.fields.is_empty() {
        procedures::keep_fields(&mut tx, list.owner, &list.fields).await?;
    }
    let changed: Vec<Procedure> = done.new.into_iter().chain(done.corrected).collect();
    procedures::keep(&mut tx, list.owner, list.level, &changed).await?;
    let codes: Vec<&str> = changed.iter().map(|of| of.code.as_str()).collect();
    let entry = custody::Entry {
        deed: "procedures.entered",
        object: ("procedure-list", list.owner.to_string()),
        owner: Some(list.owner),
        visit: None,
        details: json!({ "level": list.level, "new": entered.new, "corrected": entered.corrected, "codes": codes }),
    };
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Takes out one stretch of a procedure that was entered by mistake, unless a visit of its days was handed in: what visits
/// were judged by stays.
///
/// # Errors
/// `forbidden`, `invalid` with `owner.unknown` or `procedure.unknown`, `procedure.in-use`.
pub async fn remove(
    app: &App,
    actor: &Actor,
    (owner, level): (OwnerId, ProcedureLevel),
    (code, from): (&str, Date),
) -> Result<()> {
    may(actor, Deed::EditTemplates, &Subject { owner: Some(owner), ..Subject::default() })?;
    let mut tx = app.records.begin().await?;
    if !owners::hold(&mut tx, owner).await? {
        return Err(Refusal::field("?owner", "owner.unknown", "there is no such owner").into());
    }
    let held = procedures::of_level(&mut tx, owner, level).await?;
    let Some(of) = held.iter().find(|of| of.code == code && of.valid_from == from) else {
        let detail = "the list has no such procedure from that day";
        return Err(Refusal::field("?code", "procedure.unknown", detail).into());
    };
    if procedures::were_looked_at(&mut tx, owner, of).await? {
        let detail = "Visits of days on which it holds were handed in; end it instead.";
        return Err(Refusal::new(Kind::Conflict, "procedure.in-use", detail).into());
    }
    procedures::remove(&mut tx, owner, level, of).await?;
    let entry = custody::Entry {
        deed: "procedure.removed",
        object: ("procedure-list", owner.to_string()),
        owner: Some(owner),
        visit: None,
        details: json!({ "level": level, "code": of.code, "name": of.name, "field": of.field,
            "valid_from": of.valid_from, "valid_to": of.valid_to }),
    };
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// An owner's lists are for who holds a role there.
fn seen(actor: &Actor, owner: OwnerId) -> Result<()> {
    may(actor, Deed::ReadTemplates, &Subject::default())?;
    let here = actor.grants.iter().any(|grant| grant.owner.is_none_or(|of| of == owner));
    if here { Ok(()) } else { Err(Refusal::not_found().into()) }
}

/// One page of the procedures in force on a day (today, where none is named), and whether there are more.
///
/// # Errors
/// `not-found`, `forbidden`, `date.out-of-range`.
pub async fn list(app: &App, actor: &Actor, wanted: Wanted, limit: u8) -> Result<(Vec<Procedure>, bool)> {
    seen(actor, wanted.owner)?;
    unit::day("?as_of", wanted.day)?;
    let mut db = app.records.conn().await?;
    let found = procedures::page(&mut db, &wanted, i64::from(limit) + 1).await?;
    Ok(cut(found, limit))
}

/// Today in Vietnam.
#[must_use]
pub fn today(app: &App) -> Date {
    vietnam_day(app.now())
}

/// What hangs on a board.
#[derive(Clone, Debug)]
pub struct Board {
    /// Whose list it is compared with.
    pub owner: OwnerId,
    /// For which level.
    pub level: ProcedureLevel,
    /// On which day.
    pub day: Date,
    /// Only these fields; empty: every field.
    pub fields: Vec<String>,
    /// What is posted.
    pub posted: Vec<Posted>,
}

/// Compares a board with the list in force on a day; the owner's fields come along, for their names.
///
/// # Errors
/// `not-found`, `forbidden`, `date.out-of-range`, `procedure.size`, `procedure.field` for a field the owner has not,
/// `procedure.code`.
pub async fn compare_board(
    app: &App,
    actor: &Actor,
    board: Board,
) -> Result<(Comparison, Vec<ProcedureField>)> {
    seen(actor, board.owner)?;
    unit::day("/day", board.day)?;
    if board.posted.len() > MOST_PROCEDURES {
        let detail = format!("at most {MOST_PROCEDURES} procedures are compared at once");
        return Err(Refusal::field("/posted", "procedure.size", detail).into());
    }
    let mut db = app.records.conn().await?;
    if owners::find(&mut db, board.owner).await?.is_none() {
        return Err(Refusal::not_found().into());
    }
    let fields = procedures::fields(&mut db, board.owner).await?;
    for (n, field) in board.fields.iter().enumerate() {
        if !fields.iter().any(|known| known.code == *field) {
            return Err(
                Refusal::field(&format!("/fields/{n}"), "procedure.field", "is none of the fields").into()
            );
        }
    }
    let list = procedures::of_level(&mut db, board.owner, board.level).await?;
    let posted = on_board(board.posted, &fields)?;
    Ok((compare(&list, &posted, board.day, &board.fields), fields))
}
