//! Phones: a lead issues a code, its person's phone is let in with a key of its own, and somebody revokes it.

use super::photos::Done;
use super::sessions::{not_held, noted};
use super::{Error, Result, cut, random_bytes};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::device::{CODE_LIFE, MOST_NAME, Revoked, proof, signature};
pub use crate::domain::device::{Device, Enrolment, PublicKey};
use crate::domain::ids::{AccountId, DeviceId, EnrolmentId, OwnerId};
use crate::domain::permission::{Deed, Subject, allows, may};
use crate::domain::refusal::{FieldFault, Kind, Next, Refusal};
use crate::domain::text;
use crate::identity::{random_text, sha256};
use crate::notary;
pub use crate::records::devices::{Place, Whose};
use crate::records::{Db, Tx, custody, devices, owners, teams};
use jiff::Timestamp;
use serde_json::{Value, json};

fn of(owner: OwnerId) -> Subject {
    Subject { owner: Some(owner), ..Subject::default() }
}

async fn note(
    db: &mut Db,
    actor: &Actor,
    (deed, owner): (&str, OwnerId),
    object: (&str, String),
    (details, at): (Value, Timestamp),
) -> Result<()> {
    let entry = custody::Entry { deed, object, owner: Some(owner), visit: None, details };
    custody::note(db, Some(actor), entry, at).await?;
    Ok(())
}

/// A code that was just issued; it is told once.
#[derive(Clone, Debug)]
pub struct Issued {
    /// What was issued.
    pub enrolment: Enrolment,
    /// The code.
    pub code: String,
    /// What a phone scans. The code stands behind the `#`, so that no server is ever sent it by an address.
    pub url: String,
}

/// Issues a code that lets one phone of somebody's in; an earlier one that was not used holds no more.
///
/// # Errors
/// `not-found`, `forbidden`; `enrolment.account-unknown` at `/account` for somebody without a role at the owner; an outage.
pub async fn issue(app: &App, actor: &Actor, owner: OwnerId, account: AccountId) -> Result<Issued> {
    may(actor, Deed::ManageDevices, &of(owner))?;
    let issued_by = actor.account().ok_or_else(Refusal::forbidden)?;
    let mut tx = app.records.begin().await?;
    owners::find(&mut tx, owner).await?.ok_or_else(Refusal::not_found)?;
    require_role(&mut tx, owner, account).await?;
    let (now, code) = (app.now(), random_text());
    let enrolment = Enrolment {
        id: EnrolmentId::random(random_bytes()),
        owner,
        account,
        issued_by,
        issued_at: now,
        expires_at: now.saturating_add(CODE_LIFE).unwrap_or(now),
    };
    devices::issue(&mut tx, &enrolment, sha256(code.as_bytes())).await?;
    let object = ("enrolment", enrolment.id.to_string());
    note(&mut tx, actor, ("enrolment.issued", owner), object, (json!({ "account": account }), now)).await?;
    tx.commit().await?;
    let url = format!("{}/enrol#code={code}", app.config.public_url);
    Ok(Issued { enrolment, code, url })
}

/// Whoever lets devices in need not learn what accounts there are.
async fn require_role(db: &mut Db, owner: OwnerId, account: AccountId) -> Result<()> {
    if teams::roles_held(db, owner, &[account]).await?.is_empty() {
        let detail = "is no active account with a role at this owner";
        return Err(Refusal::field("/account", "enrolment.account-unknown", detail).into());
    }
    Ok(())
}

/// A phone that asks to be let in.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The code it scanned.
    pub code: String,
    /// Its public key.
    pub key: PublicKey,
    /// Its signature over [`proof`], in base64url.
    pub proof: String,
    /// What its person calls it.
    pub name: String,
    /// What its maker calls it.
    pub model: String,
}

/// One answer for a code that is wrong, over, used, replaced or somebody else's.
fn worthless() -> Error {
    let detail =
        "This code is wrong, was used or replaced, has expired, or is for somebody else; ask for a new one.";
    Error::Refused(Refusal::new(Kind::Invalid, "enrolment.worthless", detail).next(Next::Ask))
}

/// One answer for a key that is somebody else's, was revoked, or belongs to a device of another owner.
fn taken() -> Error {
    let detail = "This key is registered already; make a new one on the device and send that.";
    Error::Refused(Refusal::new(Kind::Conflict, "device.key-taken", detail).next(Next::Fix))
}

/// Lets a phone in: its key is registered to whoever asks, and the session that asks speaks for it from now on. The same
/// request through the same session gets the same device. A device that is let in again with its own key, after a new
/// sign-in, stays the device it was.
///
/// # Errors
/// `forbidden` for a program; faults at `/name`, `/model`, `/key` (`device.key-unusable`) and `/proof` (`device.proof-wrong`);
/// `enrolment.worthless`, `device.key-taken`; `token.invalid` where the session ended meanwhile; an outage.
pub async fn enrol(app: &App, actor: &Actor, newcomer: &Newcomer) -> Result<Done<Device>> {
    may(actor, Deed::ChangeProfile, &Subject::default())?;
    let account = actor.account().ok_or_else(Refusal::forbidden)?;
    let code_hash = sha256(newcomer.code.as_bytes());
    let (name, model) = checked(app, account, newcomer, code_hash)?;
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let shown = devices::hold_code(&mut tx, code_hash).await?;
    let shown = shown.filter(|shown| shown.enrolment.account == account).ok_or_else(worthless)?;
    if let Some((device, through)) = shown.used {
        // The answer was lost. Whoever replays the request through another session has overheard it.
        let device = devices::find(&mut tx, device).await?.filter(|device| {
            device.key == newcomer.key && device.revoked.is_none() && through == Some(actor.session)
        });
        return Ok(Done::Before(device.ok_or_else(worthless)?));
    }
    let enrolment = shown.enrolment;
    if shown.is_replaced || enrolment.expires_at <= now {
        return Err(worthless());
    }
    if teams::roles_held(&mut tx, enrolment.owner, &[account]).await?.is_empty() {
        return Err(worthless());
    }
    let (device, is_new) = match devices::lock_by_key(&mut tx, &newcomer.key).await? {
        Some(held) => {
            let is_same = held.account == account && held.owner == enrolment.owner && held.revoked.is_none();
            (Some(held).filter(|_| is_same).ok_or_else(taken)?, false)
        }
        None => (registered(&mut tx, &enrolment, (newcomer.key, name, model), now).await?, true),
    };
    if !devices::bind(&mut tx, actor.session, device.id).await? {
        return Err(not_held());
    }
    devices::use_code(&mut tx, enrolment.id, (device.id, actor.session), now).await?;
    let deed = if is_new { "device.enrolled" } else { "device.enrolled_again" };
    let details = json!({ "account": account, "enrolment": enrolment.id, "key_id": device.key.id(),
        "session": actor.session });
    let object = ("device", device.id.to_string());
    note(&mut tx, actor, (deed, device.owner), object, (details, now)).await?;
    tx.commit().await?;
    Ok(if is_new { Done::Now(device) } else { Done::Before(device) })
}

/// What the phone says, before any code is looked at: names, the key, and the proof that it holds the other half.
fn checked(
    app: &App,
    account: AccountId,
    newcomer: &Newcomer,
    code_hash: [u8; 32],
) -> Result<(String, String)> {
    let mut faults = Vec::new();
    let mut words = |pointer: &str, raw: &str| {
        text::required(raw, MOST_NAME)
            .map_err(|why| faults.push(FieldFault::new(pointer, "text.refused", why)))
            .unwrap_or_default()
    };
    let (name, model) = (words("/name", &newcomer.name), words("/model", &newcomer.model));
    if notary::is_usable(&newcomer.key) {
        let said = proof(code_hash, account, &app.config.public_url, &newcomer.key);
        let signed =
            signature(&newcomer.proof).is_some_and(|by| notary::is_signed(&said, &by, &newcomer.key));
        if !signed {
            let detail = "is no signature of this key over code, person, issuer and key";
            faults.push(FieldFault::new("/proof", "device.proof-wrong", detail));
        }
    } else {
        let detail = "is no point of its curve that anything can be verified with";
        faults.push(FieldFault::new("/key", "device.key-unusable", detail));
    }
    if faults.is_empty() { Ok((name, model)) } else { Err(Refusal::invalid(faults).into()) }
}

async fn registered(
    tx: &mut Tx,
    enrolment: &Enrolment,
    (key, name, model): (PublicKey, String, String),
    now: Timestamp,
) -> Result<Device> {
    let device = Device {
        id: DeviceId::random(random_bytes()),
        owner: enrolment.owner,
        account: enrolment.account,
        name,
        model,
        key,
        enrolled_at: now,
        enrolled_by: enrolment.issued_by,
        revoked: None,
    };
    match devices::keep(tx, &device).await {
        Ok(()) => Ok(device),
        // Another request registered it this very moment.
        Err(why) if why.broke("devices_key_once") => Err(taken()),
        Err(why) => Err(why.into()),
    }
}

/// Whether the actor may do a deed to a device: their own always, one of their owner's by right.
fn permitted(actor: &Actor, device: &Device, deed: Deed) -> Result<()> {
    let own = if deed == Deed::ReadDevices { Deed::ReadProfile } else { Deed::ChangeProfile };
    if actor.account() == Some(device.account) {
        return Ok(may(actor, own, &Subject::default())?);
    }
    if !allows(actor, deed, &of(device.owner)) {
        return Err(Refusal::not_found().into());
    }
    Ok(may(actor, deed, &of(device.owner))?)
}

/// Reads a device: one's own, or one of an owner's for whoever manages its devices.
///
/// # Errors
/// `not-found`, `scope-missing`; an outage.
pub async fn read(app: &App, actor: &Actor, id: DeviceId) -> Result<Device> {
    let device = devices::find(&mut *app.records.conn().await?, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(actor, &device, Deed::ReadDevices)?;
    Ok(device)
}

/// One page of devices, latest enrolled first, and where the next page begins: one's own, or those that an owner let in.
///
/// # Errors
/// `forbidden`, `scope-missing`; an outage.
pub async fn list(
    app: &App,
    actor: &Actor,
    owner: Option<(OwnerId, Option<AccountId>)>,
    (after, limit): (Option<Place>, u8),
) -> Result<(Vec<Device>, Option<Place>)> {
    may(actor, Deed::ReadProfile, &Subject::default())?;
    let whose = match owner {
        Some((owner, account)) => {
            may(actor, Deed::ReadDevices, &of(owner))?;
            Whose::Owner(owner, account)
        }
        None => Whose::Person(actor.account().ok_or_else(Refusal::forbidden)?),
    };
    let found = devices::page(&mut *app.records.conn().await?, whose, after, i64::from(limit) + 1).await?;
    let (found, more) = cut(found, limit);
    let next = found.last().filter(|_| more).map(|last| (last.enrolled_at, last.id.0));
    Ok((found, next))
}

/// Revokes a device: its sessions end, and what its key signs counts no more, from the moment we say so. What was received
/// before stands. Safe to repeat.
///
/// # Errors
/// `not-found`, `scope-missing`, `text.refused` at `/reason`; an outage.
pub async fn revoke(app: &App, actor: &Actor, id: DeviceId, reason: &str) -> Result<Device> {
    let mut tx = app.records.begin().await?;
    let mut device = devices::lock(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    permitted(actor, &device, Deed::ManageDevices)?;
    let because =
        text::required(reason, 500).map_err(|why| Refusal::field("/reason", "text.refused", why))?;
    if device.revoked.is_some() {
        return Ok(device);
    }
    let revoked = Revoked { at: app.now(), by: actor.account(), because };
    let ended = devices::revoke(&mut tx, id, &revoked).await?;
    let details = json!({ "account": device.account, "reason": revoked.because });
    let object = ("device", id.to_string());
    note(&mut tx, actor, ("device.revoked", device.owner), object, (details, revoked.at)).await?;
    for session in ended {
        let entry = noted("session.ended", session, json!({ "device": id }));
        custody::note(&mut tx, Some(actor), entry, revoked.at).await?;
    }
    tx.commit().await?;
    device.revoked = Some(revoked);
    Ok(device)
}
