//! Rules for who may be sent where: an owner's own data.

use super::{Result, current};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::assignment::{Consequence, LONGEST_REST_DAYS, Rules};
use crate::domain::ids::OwnerId;
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::records::{self, custody};
use serde_json::json;

/// Rules as somebody says them.
#[derive(Clone, Debug)]
pub struct Said {
    /// What follows where a member belongs to the unit.
    pub own_unit: String,
    /// What follows where a conflict of interest was entered.
    pub conflict: String,
    /// What follows where a member inspected it lately.
    pub rotation: String,
    /// How many days "lately" is.
    pub rotation_days: u16,
}

/// The rules of an owner and their version; the usual ones under version 0 where it has set none.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn read(app: &App, actor: &Actor, owner: OwnerId) -> Result<(Rules, i32)> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let mut db = app.records.conn().await?;
    records::owners::find(&mut db, owner).await?.ok_or_else(Refusal::not_found)?;
    Ok(records::assignments::rules(&mut db, owner).await?)
}

/// Sets the rules of an owner. They hold for what is planned or told from then on.
///
/// # Errors
/// `not-found`, `forbidden`, `version.stale`, `invalid` with `assignment.consequence-unknown`, `assignment.days`.
pub async fn write(
    app: &App,
    actor: &Actor,
    owner: OwnerId,
    version: i32,
    said: Said,
) -> Result<(Rules, i32)> {
    may(actor, Deed::EditRules, &Subject { owner: Some(owner), ..Subject::default() })?;
    let mut tx = app.records.begin().await?;
    if !records::owners::hold(&mut tx, owner).await? {
        return Err(Refusal::not_found().into());
    }
    current(version, records::assignments::rules(&mut tx, owner).await?.1)?;
    let rules = checked(&said)?;
    let now = app.now();
    let version = records::assignments::write(&mut tx, owner, rules, now).await?;
    let entry = custody::Entry {
        deed: "assignment_rules.changed",
        object: ("owner", owner.to_string()),
        owner: Some(owner),
        visit: None,
        details: json!({ "own_unit": rules.own_unit.as_str(),
            "conflict": rules.conflict.as_str(), "rotation": rules.rotation.as_str(),
            "rotation_days": rules.rotation_days, "version": version }),
    };
    custody::note(&mut tx, Some(actor), entry, now).await?;
    tx.commit().await?;
    Ok((rules, version))
}

fn checked(said: &Said) -> Result<Rules> {
    let mut faults = Vec::new();
    let mut read = |at: &str, text: &str| {
        let found = Consequence::parse(text);
        if found.is_none() {
            let detail = "is none of off, warn, refuse";
            faults.push(FieldFault::new(at, "assignment.consequence-unknown", detail));
        }
        found
    };
    let [own_unit, conflict, rotation] =
        [("/own_unit", &said.own_unit), ("/conflict", &said.conflict), ("/rotation", &said.rotation)]
            .map(|(at, text)| read(at, text));
    let rotation_days = said.rotation_days;
    if !(1..=LONGEST_REST_DAYS).contains(&rotation_days) {
        let detail = format!("is not between 1 and {LONGEST_REST_DAYS}");
        faults.push(FieldFault::new("/rotation_days", "assignment.days", detail));
    }
    match (own_unit, conflict, rotation) {
        (Some(own_unit), Some(conflict), Some(rotation)) if faults.is_empty() => {
            Ok(Rules { own_unit, conflict, rotation, rotation_days })
        }
        _ => Err(Refusal::invalid(faults).into()),
    }
}
