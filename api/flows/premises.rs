//! Where offices are: enter a survey, read them.

use super::{Result, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{PremisesId, UnitId};
use crate::domain::permission::{Deed, Subject, may};
use crate::domain::place::Area;
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::{text, unit};
pub use crate::records::premises::Premises;
use crate::records::{self, custody};
use jiff::civil::Date;
use serde_json::json;

/// A survey of an office.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What people call the office.
    pub name: String,
    /// Postal address; may be empty.
    pub address: String,
    /// The ground.
    pub area: Area,
    /// From which day.
    pub valid_from: Date,
}

/// Enters a survey; the one before it ends on that day.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid`, `premises.survey-order`.
pub async fn survey(app: &App, actor: &Actor, of: UnitId, survey: Survey) -> Result<Premises> {
    let mut tx = app.records.begin().await?;
    super::units::may_edit(&mut tx, app, actor, Some(of)).await?;
    let valid_from = unit::day("/valid_from", survey.valid_from)?;
    let mut faults = Vec::new();
    let name = text::required(&survey.name, 200)
        .map_err(|why| faults.push(FieldFault::new("/name", "text.refused", why)));
    let address = text::optional(&survey.address, 300)
        .map_err(|why| faults.push(FieldFault::new("/address", "text.refused", why)));
    let area = survey.area.checked().map_err(|why| faults.push(FieldFault::new("/shape", "place.area", why)));
    let (Ok(name), Ok(address), Ok(area)) = (name, address, area) else {
        return Err(Refusal::invalid(faults).into());
    };
    let (id, created_at) = (PremisesId::random(random_bytes()), app.now());
    let new = Premises { id, unit: of, name, address, area, valid_from, valid_to: None, created_at };
    if !records::units::lock(&mut tx, of).await? {
        return Err(Refusal::not_found().into());
    }
    if records::units::at(&mut tx, of, valid_from).await?.is_none() {
        let detail = format!("the unit does not exist on {valid_from}");
        return Err(Refusal::field("/valid_from", "premises.no-unit", detail).into());
    }
    if let Some(last) = records::premises::all_of_unit(&mut tx, of).await?.first() {
        if last.valid_from >= valid_from {
            let detail =
                format!("The last survey holds from {}; a new one holds from a later day.", last.valid_from);
            return Err(Refusal::new(Kind::Conflict, "premises.survey-order", detail).into());
        }
        records::premises::close(&mut tx, last.id, valid_from).await?;
    }
    records::premises::keep(&mut tx, &new, actor.account()).await?;
    let entry = custody::Entry {
        deed: "premises.surveyed",
        object: ("premises", id.to_string()),
        owner: None,
        visit: None,
        details: json!({ "unit": of, "area": new.area, "valid_from": valid_from }),
    };
    custody::note(&mut tx, Some(actor), entry, created_at).await?;
    tx.commit().await?;
    Ok(new)
}

/// Takes out the last survey of a unit's office, which was entered by mistake: the one before it holds again.
///
/// # Errors
/// `not-found`, `forbidden`, `invalid` with `premises.unknown`, `premises.followed`, `premises.in-use`.
pub async fn remove(app: &App, actor: &Actor, of: UnitId, valid_from: Date) -> Result<()> {
    let mut tx = app.records.begin().await?;
    super::units::may_edit(&mut tx, app, actor, Some(of)).await?;
    if !records::units::lock(&mut tx, of).await? {
        return Err(Refusal::not_found().into());
    }
    let all = records::premises::all_of_unit(&mut tx, of).await?;
    let Some(place) = all.iter().position(|survey| survey.valid_from == valid_from) else {
        let detail = "no survey of this unit begins on that day";
        return Err(Refusal::field("?valid_from", "premises.unknown", detail).into());
    };
    let (Some(gone), 0) = (all.get(place), place) else {
        let detail = "A later survey follows this one; take that out first.";
        return Err(Refusal::new(Kind::Conflict, "premises.followed", detail).into());
    };
    if records::premises::was_used(&mut tx, gone.id).await? {
        let detail = "Visits that were made rest on this survey; enter a new one.";
        return Err(Refusal::new(Kind::Conflict, "premises.in-use", detail).into());
    }
    let before = all.get(1).map(|survey| survey.id);
    records::premises::remove(&mut tx, gone.id, before).await?;
    let entry = custody::Entry {
        deed: "premises.removed",
        object: ("premises", gone.id.to_string()),
        owner: None,
        visit: None,
        details: json!({ "unit": of, "area": gone.area, "valid_from": valid_from }),
    };
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Every survey of a unit's office, latest first.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn list(app: &App, actor: &Actor, unit: UnitId) -> Result<Vec<Premises>> {
    may(actor, Deed::ReadUnits, &Subject::default())?;
    let mut db = app.records.conn().await?;
    records::units::kind(&mut db, unit).await?.ok_or_else(Refusal::not_found)?;
    Ok(records::premises::all_of_unit(&mut db, unit).await?)
}
