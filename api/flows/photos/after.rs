//! Who may look at all that shows a corrective action done, or a finding as it was seen and answered.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, FindingId};
use crate::domain::permission::{Deed, allows};
use crate::domain::refusal::Refusal;
use crate::flows::{Result, actions, findings};
use crate::records::{Db, actions as rows, visits};
use jiff::civil::Date;

/// Whoever sees the photos of its visit, and its owners.
///
/// # Errors
/// `not-found`.
pub(super) async fn may_be_listed(db: &mut Db, actor: &Actor, id: ActionId, day: Date) -> Result<()> {
    let action = rows::find(db, id).await?.ok_or_else(Refusal::not_found)?;
    let standing = visits::standing(db, actor, action.visit).await?.ok_or_else(Refusal::not_found)?;
    if allows(actor, Deed::ReadPhotos, &standing.subject) {
        return Ok(());
    }
    actions::shown_by(db, actor, (id, Deed::ReadPhotos), day).await.map(|_| ())
}

/// What a team declared for a finding is for whoever sees the photos of its visit; what is shown in reply to it, for
/// whoever answers for the finding, too.
///
/// # Errors
/// `not-found`.
pub(super) async fn may_be_shown(
    db: &mut Db,
    actor: &Actor,
    (id, is_reply): (FindingId, bool),
    day: Date,
) -> Result<()> {
    let finding = findings::shown_to(db, actor, (id, Deed::ReadPhotos), day).await?;
    let standing = visits::standing(db, actor, finding.visit).await?.ok_or_else(Refusal::not_found)?;
    if is_reply || allows(actor, Deed::ReadPhotos, &standing.subject) {
        return Ok(());
    }
    Err(Refusal::not_found().into())
}
