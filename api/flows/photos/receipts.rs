//! The receipt: an original is read again from the store, and only then we sign that its phone may delete its copy.

use super::examine::whole_or_damaged;
use super::{Photo, permitted};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::PhotoId;
use crate::domain::permission::Deed;
use crate::domain::photo::State;
use crate::domain::photo::ledger::{self, DAMAGED};
use crate::failpoint::{Step, pass};
use crate::flows::{Error, Result, keys, promises};
use crate::notary;
use crate::records::custody::{self, Entry};
use crate::records::photos::{self, Receipt};
use crate::records::{uploads, visits};
use serde_json::{Value, json};

/// A photo with what its phone may delete its copy for.
#[derive(Clone, Debug)]
pub struct Vouched {
    /// The photo as it stands.
    pub photo: Photo,
    /// What was signed.
    pub receipt: Receipt,
}

/// Reads the receipt of a photo: the same text each time. While there is none, it is made sure that somebody reads the
/// bytes again.
///
/// # Errors
/// `not-found` where the actor may not see the photo; `receipt.no-bytes`, `receipt.pending`, `receipt.quarantined` where
/// its bytes were lost, `photo.withdrawn`; an outage.
pub async fn receipt(app: &App, actor: &Actor, id: PhotoId) -> Result<Vouched> {
    let mut tx = app.records.begin().await?;
    let (photo, _) = permitted(&mut tx, app, actor, (Deed::ReadPhotos, id)).await?;
    // Also where bytes were lost after they had been vouched for.
    let state = photo.state_of_bytes();
    let given = if state.is_some() { photos::receipt(&mut tx, id).await? } else { None };
    if let Some(receipt) = given {
        return Ok(Vouched { photo, receipt });
    }
    for forgotten in photos::unverified(&mut tx, &[id]).await? {
        promises::verify(&mut tx, forgotten, app.now()).await?;
    }
    tx.commit_apart().await?;
    Err(ledger::no_receipt(state.unwrap_or(photo.state), photo.is_damaged()).into())
}

/// Reads a photo's bytes again that nobody vouched for yet, though somebody looked at them long ago or it was taken back;
/// sets it apart where they are not what was received.
///
/// # Errors
/// An outage: the same again later.
pub async fn verify(app: &App, id: PhotoId) -> Result<()> {
    let photo = photos::find(&mut *app.records.conn().await?, id).await?;
    let Some(photo) = photo.filter(|photo| photo.state_of_bytes().is_some()) else { return Ok(()) };
    match whole_or_damaged(app, &photo).await? {
        Some(_) => vouch(app, &photo).await,
        None => lose(app, &photo).await,
    }
}

/// Vouches for bytes that were just read from the store and hashed: writes that down and what follows from it, in one
/// transaction. Done before, it changes nothing.
pub(super) async fn vouch(app: &App, photo: &Photo) -> Result<()> {
    let (id, visit) = (photo.declared.id, photo.declared.visit);
    let Some(received) = photo.received else { return Ok(()) };
    pass(Step::ReadAgain);
    if photos::receipt(&mut *app.records.conn().await?, id).await?.is_some() {
        return Ok(());
    }
    let key = keys::notary(app).await?;
    let mut tx = app.records.begin().await?;
    // The visit's row is held from here on, then the photo's.
    let noted = custody::note(&mut tx, None, entry(photo, "photo.verified", Value::Null), app.now()).await?;
    let noted = noted.ok_or_else(|| Error::Fault("a visit's log gave no number".to_owned()))?;
    let held = photos::lock(&mut tx, id).await?;
    if held.is_none_or(|held| held.state_of_bytes().is_none()) {
        return Ok(());
    }
    let facts = notary::Receipt {
        issuer: &app.config.public_url,
        photo: id,
        visit,
        sha256: photo.declared.sha256,
        size_bytes: photo.declared.size_bytes,
        stored_at: received.at,
        verified_at: noted.at,
        log_number: noted.number,
    };
    let text = notary::receipt(&key.signing, &key.kid, facts);
    pass(Step::Signed);
    let receipt = Receipt { verified_at: noted.at, log_number: noted.number, text };
    let is_first = photos::keep_receipt(&mut tx, id, &receipt).await?;
    let was_restored = photos::read_again(&mut tx, id).await?;
    if is_first || was_restored {
        pass(Step::ReceiptWritten);
        tx.commit().await?;
        pass(Step::Vouched);
    }
    Ok(())
}

/// Sets a photo apart whose bytes are lost: its phone sends them again, from their first. One that was taken back stays so;
/// nobody waits for its bytes.
pub(super) async fn lose(app: &App, photo: &Photo) -> Result<()> {
    let id = photo.declared.id;
    tracing::error!(photo = %id, "the store lost or damaged an original");
    let mut tx = app.records.begin().await?;
    visits::lock(&mut tx, photo.declared.visit).await?;
    let held = photos::lock(&mut tx, id).await?;
    let Some(held) = held.filter(|held| held.state_of_bytes().is_some()) else { return Ok(()) };
    let becomes = if held.state == State::Withdrawn { State::Withdrawn } else { State::Quarantined };
    photos::set_apart(&mut tx, id, becomes, app.now()).await?;
    uploads::end_of_photo(&mut tx, id, app.now()).await?;
    let state = json!({ "state": becomes, "reason": DAMAGED });
    custody::note(&mut tx, None, entry(photo, "photo.lost", state), app.now()).await?;
    Ok(tx.commit().await?)
}

/// A line of the visit's log about a photo's bytes.
pub(super) fn entry<'a>(photo: &Photo, deed: &'a str, more: Value) -> Entry<'a> {
    let mut details =
        json!({ "sha256": photo.declared.sha256.to_hex(), "size_bytes": photo.declared.size_bytes });
    if let (Some(details), Value::Object(more)) = (details.as_object_mut(), more) {
        details.extend(more);
    }
    Entry {
        deed,
        object: ("photo", photo.declared.id.to_string()),
        owner: Some(photo.owner),
        visit: Some(photo.declared.visit),
        details,
    }
}
