//! Promised work as the worker door sees it: what is due, keeping it, putting it back.

use super::{Error, Result, photos};
use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::records::Tx;
use crate::records::tasks::{self, Claimed, MAX_ATTEMPTS};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// How long a claimed task is ours without another word.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often a lease is renewed while the work goes on.
pub const RENEW_EVERY_S: u64 = 20;
/// When a task is tried again that failed because something else is away.
const AFTER_AN_OUTAGE: SignedDuration = SignedDuration::from_secs(2);

/// A task that is ours for the moment.
#[derive(Clone, Debug)]
pub struct Promise {
    task: Claimed,
    lease: Uuid,
}

/// Work that can be promised: one variant for each name.
#[derive(Clone, Debug)]
pub enum Duty {
    /// Look at a photo, make its derivatives.
    DerivePhoto(PhotoId),
    /// Read a photo's original again, and vouch for it.
    VerifyPhoto(PhotoId),
}

#[derive(Deserialize)]
struct OfPhoto {
    photo: PhotoId,
}

impl Promise {
    /// What was promised.
    ///
    /// # Errors
    /// [`Error::Fault`] for a name or a payload this version does not know.
    pub fn duty(&self) -> Result<Duty> {
        let of_photo = || -> Result<PhotoId> {
            let of: OfPhoto = serde_json::from_value(self.task.payload.clone())
                .map_err(|why| Error::Fault(format!("task {}: {why}", self.task.id)))?;
            Ok(of.photo)
        };
        match self.task.kind.as_str() {
            "derive-photo" => Ok(Duty::DerivePhoto(of_photo()?)),
            "verify-photo" => Ok(Duty::VerifyPhoto(of_photo()?)),
            other => Err(Error::Fault(format!("no duty is called {other}"))),
        }
    }

    /// Name of the work, for logs.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.task.kind
    }
}

/// Does what was promised. What can't be done after all attempts ends in a state that says so, not in silence.
///
/// # Errors
/// The flow's own; the promise stays.
pub async fn keep(app: &App, promise: &Promise) -> Result<()> {
    match promise.duty()? {
        // Whoever takes work that its workers died of time and again would die of it too.
        Duty::DerivePhoto(photo) if promise.task.attempts > MAX_ATTEMPTS => {
            photos::give_up(app, photo, "its workers ended without a word").await
        }
        Duty::DerivePhoto(photo) => match photos::examine(app, photo, promise.task.attempts).await {
            Err(Error::Fault(why)) if promise.task.attempts >= MAX_ATTEMPTS => {
                photos::give_up(app, photo, &why).await
            }
            done => done,
        },
        Duty::VerifyPhoto(photo) => photos::verify(app, photo).await,
    }
}

/// What the promise to examine a photo is called: at most one of them is open.
fn derive_photo(photo: PhotoId) -> String {
    format!("derive-photo:{photo}")
}

/// Promises to examine a photo.
///
/// # Errors
/// An outage.
pub(super) async fn examine(tx: &mut Tx, photo: PhotoId, now: Timestamp) -> Result<()> {
    let name = derive_photo(photo);
    Ok(tasks::promise(tx, "derive-photo", json!({ "photo": photo }), Some(&name), now).await?)
}

/// Promises to examine a photo whose bytes came a second time. Under no name: the first promise may be about to end, and
/// whoever examines twice changes nothing.
///
/// # Errors
/// An outage.
pub(super) async fn examine_restored(tx: &mut Tx, photo: PhotoId, now: Timestamp) -> Result<()> {
    Ok(tasks::promise(tx, "derive-photo", json!({ "photo": photo }), None, now).await?)
}

/// Promises to read a photo's original again, once at a time.
///
/// # Errors
/// An outage.
pub(super) async fn verify(tx: &mut Tx, photo: PhotoId, now: Timestamp) -> Result<()> {
    let (name, payload) = (format!("verify-photo:{photo}"), json!({ "photo": photo }));
    Ok(tasks::promise_again(tx, "verify-photo", payload, &name, now).await?)
}

/// Promises anew to examine a photo whose promise was put aside or lost.
///
/// # Errors
/// An outage.
pub(super) async fn examine_again(tx: &mut Tx, photo: PhotoId, now: Timestamp) -> Result<()> {
    let payload = json!({ "photo": photo });
    Ok(tasks::promise_again(tx, "derive-photo", payload, &derive_photo(photo), now).await?)
}

/// Claims the work due longest.
///
/// # Errors
/// An outage.
pub async fn claim(app: &App) -> Result<Option<Promise>> {
    let lease = uuid::Builder::from_random_bytes(super::random_bytes()).into_uuid();
    let mut tx = app.records.begin().await?;
    let claimed = tasks::claim(&mut tx, lease, app.now(), LEASE).await?;
    tx.commit().await?;
    Ok(claimed.map(|task| Promise { task, lease }))
}

/// Says that the work goes on.
///
/// # Errors
/// An outage.
pub async fn renew(app: &App, promise: &Promise) -> Result<()> {
    let mut db = app.records.conn().await?;
    let until = app.now().saturating_add(LEASE).unwrap_or(app.now());
    Ok(tasks::renew(&mut db, promise.task.id, promise.lease, until).await?)
}

/// Forgets a promise that was kept.
///
/// # Errors
/// An outage; then it is kept once more later, which changes nothing.
pub async fn done(app: &App, promise: &Promise) -> Result<()> {
    let mut db = app.records.conn().await?;
    tasks::finish(&mut db, promise.task.id, promise.lease).await?;
    Ok(())
}

/// Puts a promise back that could not be kept: soon where something was away, later each time where it failed.
///
/// # Errors
/// An outage; then its lease runs out.
pub async fn put_back(app: &App, promise: &Promise, why: &Error) -> Result<()> {
    let (now, said) = (app.now(), why.to_string());
    let mut db = app.records.conn().await?;
    match why {
        Error::Busy(_) => {
            let at = now.saturating_add(AFTER_AN_OUTAGE).unwrap_or(now);
            tasks::postpone(&mut db, promise.task.id, promise.lease, &said, at).await?;
        }
        _ => tasks::fail(&mut db, &promise.task, promise.lease, &said, now).await?,
    }
    Ok(())
}
