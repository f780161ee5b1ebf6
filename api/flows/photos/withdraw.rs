//! A photo sent by mistake is taken back before the visit is submitted: kept, marked, out of the way.

use super::{Photo, permitted};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::domain::permission::Deed;
use crate::domain::photo::{self, State, evidence};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::text;
use crate::flows::{Error, Result};
use crate::records::custody::{self, Entry};
use crate::records::{actions, findings, photos, visits};
use serde_json::json;

/// Most characters of a reason.
const REASON_LIMIT: usize = 500;

/// Takes a photo back. One that is withdrawn already stays as it is.
///
/// # Errors
/// `not-found`, `photo.visit-submitted`, `photo.action-reported`, `photo.reply-given`, a fault at `/reason`; an outage.
pub async fn withdraw(app: &App, actor: &Actor, id: PhotoId, reason: &str) -> Result<Photo> {
    let because = text::required(reason, REASON_LIMIT)
        .map_err(|why| Refusal::invalid(vec![FieldFault::new("/reason", "text.refused", why)]))?;
    let mut tx = app.records.begin().await?;
    let (seen, visit) = permitted(&mut tx, app, actor, (Deed::SendPhoto, id)).await?;
    // The visit first, as whoever reports an action or explains a finding holds them.
    let state = visits::lock(&mut tx, visit.id).await?.ok_or_else(Refusal::not_found)?;
    let action = match seen.declared.action {
        Some(action) => Some(actions::hold(&mut tx, action).await?.ok_or_else(Refusal::not_found)?),
        None => None,
    };
    let photo = photos::lock(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    if photo.state == State::Withdrawn {
        return Ok(photo);
    }
    match (action, seen.declared.reply_to) {
        (Some(action), _) => photo::may_be_taken_from(action.state)?,
        (None, Some(finding)) => {
            let held = findings::hold(&mut tx, &[finding]).await?.pop().ok_or_else(Refusal::not_found)?;
            evidence::may_be_taken_from_reply(held.story.shows(id))?;
        }
        (None, None) => photo::may_be_withdrawn(state)?,
    }
    let now = app.now();
    photos::withdraw(&mut tx, &photo, actor, &because, now).await?;
    let entry = Entry {
        deed: "photo.withdrawn",
        object: ("photo", id.to_string()),
        owner: Some(photo.owner),
        visit: Some(visit.id),
        details: json!({ "reason": because, "state_before": photo.state }),
    };
    custody::note(&mut tx, Some(actor), entry, now).await?;
    let kept = photos::find(&mut tx, id).await?;
    let kept = kept.ok_or_else(|| Error::Fault("a photo just written is not there".to_owned()))?;
    tx.commit().await?;
    Ok(kept)
}
