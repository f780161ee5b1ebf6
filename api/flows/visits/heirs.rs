//! What somebody reads of a visit because they answer for what it found: whoever stands in the place of the unit it was
//! made at, or was told to.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::VisitId;
use crate::domain::permission::{Deed, allows, may};
use crate::domain::refusal::Refusal;
use crate::flows::units::today;
use crate::flows::{Result, findings};
use crate::records::Db;
use crate::records::visits::{Standing, standing};
use jiff::civil::Date;

/// Adds to a standing whoever answers on a day for what the visit found. Once its minutes are signed they read what that
/// rests on, as the unit itself does; of what is secret, and of what nobody has signed, they learn nothing.
///
/// # Errors
/// The database's own.
pub(in crate::flows) async fn add(
    db: &mut Db,
    actor: &Actor,
    (deed, day): (Deed, Date),
    standing: &mut Standing,
) -> Result<()> {
    let subject = &standing.subject;
    let may_gain = subject.signed && !subject.sealed && actor.grants.iter().any(|grant| grant.unit.is_some());
    if may_gain && !allows(actor, deed, subject) {
        standing.subject.units.extend(findings::heirs(db, standing.id, day).await?);
    }
    Ok(())
}

/// What an actor is to a visit, if they may read it, by themselves or for what they answer for.
///
/// # Errors
/// `not-found`, the same for a visit that does not exist and one that must not be known of; `scope-missing`.
pub(in crate::flows) async fn readable(
    db: &mut Db,
    app: &App,
    actor: &Actor,
    id: VisitId,
) -> Result<Standing> {
    let mut found = standing(db, actor, id).await?.ok_or_else(Refusal::not_found)?;
    add(db, actor, (Deed::ReadVisit, today(app)), &mut found).await?;
    may(actor, Deed::ReadVisit, &found.subject)?;
    Ok(found)
}
