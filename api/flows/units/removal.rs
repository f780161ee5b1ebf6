//! Units and versions that were entered by mistake: taken out while nothing rests on them.

use super::{Unit, below_fits, fits, look, may_edit};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{UnitId, UnitVersionId};
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::domain::unit::UnitVersion;
use crate::flows::units::events::stand_visits_again;
use crate::flows::units::register_check::version_id;
use crate::flows::{Error, Result};
use crate::records::units::{events, many, removal};
use crate::records::{self, custody};
use serde_json::json;

fn in_use(rests: Vec<String>) -> Refusal {
    let mut no = Refusal::new(Kind::Conflict, "unit.in-use", "Something rests on this unit; see errors.");
    no.faults = rests.into_iter().map(|what| FieldFault::new("", "unit.rest", what)).collect();
    no
}

/// What a database that keeps a version says for: visits that were made stand on it.
fn made(why: records::Error) -> Error {
    match why {
        records::Error::Constraint(_) => {
            in_use(vec!["visits are planned there, or were made".to_owned()]).into()
        }
        why => why.into(),
    }
}

/// Takes out a unit that was entered by mistake, with its versions. A surprise visit that is planned there holds it no more
/// than it holds an event: those who know of it read that there is no such unit.
///
/// # Errors
/// `not-found`, `forbidden`, `unit.in-use` with what rests on it.
pub async fn remove(app: &App, actor: &Actor, id: UnitId) -> Result<()> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, Some(id)).await?;
    if !many::lock_all(&mut tx, &[id]).await?.contains(&id) {
        return Err(Refusal::not_found().into());
    }
    let versions = records::units::versions(&mut tx, id).await?;
    may_edit(&mut tx, app, actor, versions.last().and_then(|last| last.parent)).await?;
    let rests = removal::rests_on(&mut tx, id).await?;
    if !rests.is_empty() {
        return Err(in_use(rests).into());
    }
    let ids: Vec<UnitVersionId> = versions.iter().map(|version| version.id).collect();
    many::remove_versions(&mut tx, &ids).await.map_err(made)?;
    let now = app.now();
    removal::take_out(&mut tx, id, now).await?;
    let object = ("unit", id.to_string());
    let details = json!({ "versions": versions });
    let entry = custody::Entry { deed: "unit.removed", object, owner: None, visit: None, details };
    custody::note(&mut tx, Some(actor), entry, now).await?;
    tx.commit().await?;
    Ok(())
}

fn of_event(detail: &str) -> Error {
    Refusal::new(Kind::Conflict, "unit-event.other-stands", detail).into()
}

/// Takes out the last version of a unit, which was added by mistake: the one before holds again, to the day on which it was
/// to end. Visits that nobody has made yet stand on what holds again.
///
/// # Errors
/// `not-found`, `forbidden`, `unit.version-followed`, `unit.version-only`, `unit.of-register`, `unit-event.other-stands`,
/// `unit.in-use`, and what [`super::add_version`] refuses of the one before.
pub async fn remove_version(
    app: &App,
    actor: &Actor,
    (id, version): (UnitId, UnitVersionId),
) -> Result<Unit> {
    let mut tx = app.records.begin().await?;
    may_edit(&mut tx, app, actor, Some(id)).await?;
    let mut touched: Vec<UnitId> = records::units::versions(&mut tx, id)
        .await?
        .iter()
        .filter_map(|version| version.parent)
        .chain([id])
        .collect();
    touched.sort_unstable();
    touched.dedup();
    many::lock_all(&mut tx, &touched).await?;
    let versions = records::units::versions(&mut tx, id).await?;
    let place = versions.iter().position(|of| of.id == version).ok_or_else(Refusal::not_found)?;
    let (before, last) = match versions.get(..=place).unwrap_or_default() {
        _ if place + 1 < versions.len() => {
            let detail = "Another version follows this one; take that out first.";
            return Err(Refusal::new(Kind::Conflict, "unit.version-followed", detail).into());
        }
        [.., before, last] => (before, last),
        _ => {
            let detail = "This is all that is known of the unit; take out the unit itself.";
            return Err(Refusal::new(Kind::Conflict, "unit.version-only", detail).into());
        }
    };
    if before.parent != last.parent {
        may_edit(&mut tx, app, actor, before.parent).await?;
    }
    if last.id == version_id(id.0, last.valid_from) {
        let detail = "A register says so; enter a corrected edition of it.";
        return Err(Refusal::new(Kind::Conflict, "unit.of-register", detail).into());
    }
    let told = events::touching(&mut tx, &[id]).await?;
    let speaks = |kept: &events::Kept| {
        let of_it = |effect: &crate::domain::unit::event::Effect| {
            effect.begun.as_ref().is_some_and(|begun| begun.id == version)
                || effect.ended.is_some_and(|ended| ended.version == version)
        };
        kept.event.effects.iter().any(of_it)
    };
    if let Some(kept) = told.iter().find(|kept| speaks(kept)) {
        return Err(of_event(&format!("Event {} tells of this version; undo that first.", kept.event.id)));
    }
    let end = removal::previous_end(&mut tx, version).await?;
    let again = UnitVersion { valid_to: end, ..before.clone() };
    fits(&mut tx, &again).await?;
    below_fits(&mut tx, &again).await?;
    many::remove_versions(&mut tx, &[version]).await.map_err(made)?;
    many::end_versions(&mut tx, &[before.id], end).await?;
    stand_visits_again(&mut tx, &[id]).await?;
    let object = ("unit", id.to_string());
    let details = json!({ "version": last, "again_to": end });
    let entry = custody::Entry { deed: "unit.version_removed", object, owner: None, visit: None, details };
    custody::note(&mut tx, Some(actor), entry, app.now()).await?;
    let unit = look(&mut tx, id, before.valid_from).await?;
    tx.commit().await?;
    Ok(unit)
}
