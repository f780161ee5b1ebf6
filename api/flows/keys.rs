//! Signing keys: made at first need, read again when a process has not looked for a minute, rotated by command.

use super::{Error, Result};
use crate::app::App;
use crate::domain::key::{ACCESS_KEY_LINGERS, Purpose, Stage};
pub use crate::identity::keyring::Key;
use crate::records::{self, custody, keys as kept};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

const SEAL: &str = "signing-key";

/// The key that signs what we vouch for (Ed25519).
///
/// # Errors
/// An outage where the key has to be read; [`Error::Fault`] where it can't be opened with this secret.
pub async fn notary(app: &App) -> Result<Arc<Key>> {
    active(app, Purpose::Notary).await
}

/// The key that signs for a purpose.
///
/// # Errors
/// As [`notary`].
pub async fn active(app: &App, purpose: Purpose) -> Result<Arc<Key>> {
    let keyring = app.identity.keyring();
    if keyring.is_fresh(app.now())
        && let Some(key) = keyring.active(purpose)
    {
        return Ok(key);
    }
    refresh(app).await?;
    keyring.active(purpose).ok_or_else(|| Error::Fault(format!("there is no {} key", purpose.as_str())))
}

/// The key of exactly this name, if it still verifies; reads the records for a name it does not know, but not more
/// often than every second, so that forged names cost no queries.
///
/// # Errors
/// An outage.
pub async fn verifying(app: &App, purpose: Purpose, kid: &str) -> Result<Option<Arc<Key>>> {
    let (keyring, now) = (app.identity.keyring(), app.now());
    if let Some(key) = keyring.verifying(purpose, kid, now) {
        return Ok(Some(key));
    }
    if keyring.may_ask_again(now) {
        refresh(app).await?;
    }
    Ok(keyring.verifying(purpose, kid, now))
}

/// Every key that others may verify with.
///
/// # Errors
/// An outage.
pub async fn published(app: &App) -> Result<Vec<Arc<Key>>> {
    let (keyring, now) = (app.identity.keyring(), app.now());
    if !keyring.is_fresh(now) {
        refresh(app).await?;
    }
    Ok(keyring.published(now))
}

/// Lets the next key sign and retires the one that did; returns the name of the one that signs now.
///
/// What the retired one signed goes on to hold, so nobody is logged out.
///
/// # Errors
/// An outage.
pub async fn rotate(app: &App, purpose: Purpose) -> Result<String> {
    let now = app.now();
    let mut tx = app.records.begin().await?;
    kept::lock(&mut tx).await?;
    complete(app, &mut tx, now).await?;
    let all = read(&mut tx, now).await?;
    let next = all.iter().find(|k| k.purpose == purpose && k.stage == Stage::Next);
    let next = next.ok_or_else(|| Error::Fault("there is no next key".to_owned()))?;
    kept::retire_active(&mut tx, purpose, now).await?;
    kept::activate(&mut tx, &next.kid, now).await?;
    keep(app, &mut tx, &Key::generate(purpose, Stage::Next), now).await?;
    let entry = custody::Entry {
        deed: "key.rotated",
        object: ("signing_key", next.kid.clone()),
        owner: None,
        visit: None,
        details: json!({ "purpose": purpose.as_str() }),
    };
    custody::note(&mut tx, None, entry, now).await?;
    tx.commit().await?;
    app.identity.keyring().expire();
    Ok(next.kid.clone())
}

/// Whether the keys of this database can be opened with this installation's secret.
///
/// # Errors
/// An outage; [`Error::Fault`] with what to do where the secret is another one or the schema is missing.
pub async fn check(app: &App) -> Result<()> {
    refresh(app).await
}

async fn read(db: &mut records::Db, now: Timestamp) -> Result<Vec<kept::Kept>> {
    let since = now.checked_sub(ACCESS_KEY_LINGERS).unwrap_or(now);
    Ok(kept::all(db, since).await?)
}

async fn refresh(app: &App) -> Result<()> {
    let now = app.now();
    let mut conn = app.records.conn().await?;
    let mut all = read(&mut conn, now).await?;
    if !is_complete(&all) {
        drop(conn);
        let mut tx = app.records.begin().await?;
        kept::lock(&mut tx).await?;
        complete(app, &mut tx, now).await?;
        all = read(&mut tx, now).await?;
        tx.commit().await?;
    }
    let keys: Result<Vec<Key>> = all.into_iter().map(|kept| open(app, kept)).collect();
    app.identity.keyring().fill(keys?, now);
    Ok(())
}

fn has(all: &[kept::Kept], purpose: Purpose, stage: Stage) -> bool {
    all.iter().any(|k| k.purpose == purpose && k.stage == stage)
}

fn is_complete(all: &[kept::Kept]) -> bool {
    Purpose::ALL.iter().all(|p| [Stage::Active, Stage::Next].iter().all(|s| has(all, *p, *s)))
}

/// Makes what is missing; the caller holds the lock, so two first processes do not both.
///
/// Nothing is made or changed where what is there can't be opened: a key sealed with another secret would lock
/// everybody out who has the right one.
async fn complete(app: &App, db: &mut records::Db, now: Timestamp) -> Result<()> {
    let all = read(db, now).await?;
    for kept in &all {
        open(app, kept.clone())?;
    }
    for purpose in Purpose::ALL {
        for stage in [Stage::Active, Stage::Next] {
            if !has(&all, purpose, stage) {
                keep(app, db, &Key::generate(purpose, stage), now).await?;
            }
        }
    }
    Ok(())
}

async fn keep(app: &App, db: &mut records::Db, key: &Key, now: Timestamp) -> Result<()> {
    let row = kept::Kept {
        kid: key.kid.clone(),
        purpose: key.purpose,
        stage: key.stage,
        private_sealed: app.identity.sealer().seal(SEAL, &key.to_pkcs8()),
        public_key: key.public().to_vec(),
        retired_at: None,
    };
    Ok(kept::keep(db, &row, now).await?)
}

fn open(app: &App, kept: kept::Kept) -> Result<Key> {
    let plain = app.identity.sealer().open(SEAL, &kept.private_sealed);
    let signing = plain.ok().and_then(|der| Key::from_pkcs8(&der));
    let signing = signing.filter(|key| key.verifying_key().as_bytes().as_slice() == kept.public_key);
    let signing = signing.ok_or_else(|| {
        Error::Fault(format!(
            "signing key {} can't be opened: FIELDPROOF_SECRET is not the one it was sealed with",
            kept.kid
        ))
    })?;
    Ok(Key { kid: kept.kid, purpose: kept.purpose, stage: kept.stage, retired_at: kept.retired_at, signing })
}
