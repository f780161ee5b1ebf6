//! Who may look at all that shows a corrective action done.

use crate::domain::actor::Actor;
use crate::domain::ids::ActionId;
use crate::domain::permission::{Deed, allows};
use crate::domain::refusal::Refusal;
use crate::flows::{Result, actions};
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
