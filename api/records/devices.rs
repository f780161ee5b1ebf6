//! Phones that were let in, the codes that let them in, and the sessions they speak through.

use super::schema::{devices, enrolments, sessions};
use super::{Db, Error, Result};
use crate::domain::device::{Device, Enrolment, PublicKey, Revoked};
use crate::domain::ids::{AccountId, DeviceId, EnrolmentId, OwnerId, SessionId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use serde_json::Value;
use uuid::Uuid;

/// Keeps a code by its hash; earlier ones of this owner for the same person that were not used hold no more.
///
/// # Errors
/// The database's own.
pub async fn issue(db: &mut Db, new: &Enrolment, code_hash: [u8; 32]) -> Result<()> {
    let open = enrolments::account_id
        .eq(new.account.0)
        .and(enrolments::owner_id.eq(new.owner.0))
        .and(enrolments::used_at.is_null())
        .and(enrolments::replaced_at.is_null());
    diesel::update(enrolments::table.filter(open))
        .set(enrolments::replaced_at.eq(new.issued_at.to_diesel()))
        .execute(db)
        .await?;
    diesel::insert_into(enrolments::table)
        .values((
            enrolments::id.eq(new.id.0),
            enrolments::code_hash.eq(code_hash.to_vec()),
            enrolments::owner_id.eq(new.owner.0),
            enrolments::account_id.eq(new.account.0),
            enrolments::issued_by.eq(new.issued_by.0),
            enrolments::issued_at.eq(new.issued_at.to_diesel()),
            enrolments::expires_at.eq(new.expires_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = enrolments)]
struct EnrolmentRow {
    id: Uuid,
    owner_id: Uuid,
    account_id: Uuid,
    issued_by: Uuid,
    #[diesel(deserialize_as = Stamp)]
    issued_at: Timestamp,
    #[diesel(deserialize_as = Stamp)]
    expires_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    replaced_at: Option<Timestamp>,
    session_id: Option<Uuid>,
    device_id: Option<Uuid>,
}

/// A code that somebody shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was issued.
    pub enrolment: Enrolment,
    /// Whether a newer one took its place.
    pub is_replaced: bool,
    /// What it was used for, and through which session.
    pub used: Option<(DeviceId, Option<SessionId>)>,
}

/// The code of a hash, its row held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold_code(db: &mut Db, code_hash: [u8; 32]) -> Result<Option<Shown>> {
    let row: Option<EnrolmentRow> = enrolments::table
        .filter(enrolments::code_hash.eq(code_hash.to_vec()))
        .select(EnrolmentRow::as_select())
        .for_update()
        .first(db)
        .await
        .optional()?;
    Ok(row.map(|row| Shown {
        is_replaced: row.replaced_at.is_some(),
        used: row.device_id.map(|device| (DeviceId(device), row.session_id.map(SessionId))),
        enrolment: Enrolment {
            id: EnrolmentId(row.id),
            owner: OwnerId(row.owner_id),
            account: AccountId(row.account_id),
            issued_by: AccountId(row.issued_by),
            issued_at: row.issued_at,
            expires_at: row.expires_at,
        },
    }))
}

/// Uses a code up.
///
/// # Errors
/// The database's own.
pub async fn use_code(
    db: &mut Db,
    id: EnrolmentId,
    (device, session): (DeviceId, SessionId),
    now: Timestamp,
) -> Result<()> {
    diesel::update(enrolments::table.find(id.0))
        .set((
            enrolments::used_at.eq(now.to_diesel()),
            enrolments::device_id.eq(device.0),
            enrolments::session_id.eq(session.0),
        ))
        .execute(db)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = devices)]
struct Row {
    id: Uuid,
    owner_id: Uuid,
    account_id: Uuid,
    name: String,
    model: String,
    public_key: Value,
    #[diesel(deserialize_as = Stamp)]
    enrolled_at: Timestamp,
    enrolled_by: Uuid,
    #[diesel(deserialize_as = NullableTimestamp)]
    revoked_at: Option<Timestamp>,
    revoked_by: Option<Uuid>,
    revoked_because: Option<String>,
}

impl TryFrom<Row> for Device {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let key = PublicKey::from_jwk(&row.public_key);
        let revoked = row.revoked_at.zip(row.revoked_because);
        Ok(Self {
            id: DeviceId(row.id),
            owner: OwnerId(row.owner_id),
            account: AccountId(row.account_id),
            name: row.name,
            model: row.model,
            key: key.ok_or_else(|| Error::bad_row("a key of no known kind"))?,
            enrolled_at: row.enrolled_at,
            enrolled_by: AccountId(row.enrolled_by),
            revoked: revoked.map(|(at, because)| Revoked { at, by: row.revoked_by.map(AccountId), because }),
        })
    }
}

/// Keeps a device.
///
/// # Errors
/// Constraint `devices_key_once` where its key is held already.
pub async fn keep(db: &mut Db, new: &Device) -> Result<()> {
    diesel::insert_into(devices::table)
        .values((
            devices::id.eq(new.id.0),
            devices::owner_id.eq(new.owner.0),
            devices::account_id.eq(new.account.0),
            devices::name.eq(&new.name),
            devices::model.eq(&new.model),
            devices::public_key.eq(new.key.jwk()),
            devices::key_id.eq(new.key.id()),
            devices::enrolled_at.eq(new.enrolled_at.to_diesel()),
            devices::enrolled_by.eq(new.enrolled_by.0),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Reads one device.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: DeviceId) -> Result<Option<Device>> {
    let row: Option<Row> = devices::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Device::try_from).transpose()
}

/// Reads one device and holds its row until the transaction ends: sessions come to it and go with it one after the other.
///
/// # Errors
/// The database's own.
pub async fn lock(db: &mut Db, id: DeviceId) -> Result<Option<Device>> {
    let row: Option<Row> =
        devices::table.find(id.0).select(Row::as_select()).for_no_key_update().first(db).await.optional()?;
    row.map(Device::try_from).transpose()
}

/// The device of a key, its row held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn lock_by_key(db: &mut Db, key: &PublicKey) -> Result<Option<Device>> {
    let row: Option<Row> = devices::table
        .filter(devices::key_id.eq(key.id()))
        .select(Row::as_select())
        .for_no_key_update()
        .first(db)
        .await
        .optional()?;
    row.map(Device::try_from).transpose()
}

/// Lets a session speak for a device; false where it is no live session of an app.
///
/// # Errors
/// The database's own.
pub async fn bind(db: &mut Db, session: SessionId, device: DeviceId) -> Result<bool> {
    let live = sessions::id.eq(session.0).and(sessions::kind.eq("app")).and(sessions::revoked_at.is_null());
    let bound = diesel::update(sessions::table.filter(live))
        .set(sessions::device_id.eq(device.0))
        .execute(db)
        .await?;
    Ok(bound == 1)
}

/// Marks a device as revoked and ends every session that speaks for it; which ones those were.
///
/// # Errors
/// The database's own.
pub async fn revoke(db: &mut Db, id: DeviceId, how: &Revoked) -> Result<Vec<SessionId>> {
    diesel::update(devices::table.find(id.0))
        .set((
            devices::revoked_at.eq(how.at.to_diesel()),
            devices::revoked_by.eq(how.by.map(|by| by.0)),
            devices::revoked_because.eq(&how.because),
        ))
        .execute(db)
        .await?;
    let live = sessions::device_id.eq(id.0).and(sessions::revoked_at.is_null());
    let ended: Vec<Uuid> = diesel::update(sessions::table.filter(live))
        .set((
            sessions::revoked_at.eq(how.at.to_diesel()),
            sessions::revoked_because.eq("its device was revoked"),
        ))
        .returning(sessions::id)
        .get_results(db)
        .await?;
    Ok(ended.into_iter().map(SessionId).collect())
}

/// Whose devices a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of one person.
    Person(AccountId),
    /// Let in by one owner; only one person's, where one is named.
    Owner(OwnerId, Option<AccountId>),
}

/// Where a page ends: latest enrolled first, the id decides between equals.
pub type Place = (Timestamp, Uuid);

/// One page of devices, latest enrolled first.
///
/// # Errors
/// The database's own.
pub async fn page(db: &mut Db, whose: Whose, after: Option<Place>, limit: i64) -> Result<Vec<Device>> {
    let mut query = devices::table
        .order((devices::enrolled_at.desc(), devices::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    query = match whose {
        Whose::Person(account) => query.filter(devices::account_id.eq(account.0)),
        Whose::Owner(owner, None) => query.filter(devices::owner_id.eq(owner.0)),
        Whose::Owner(owner, Some(account)) => {
            query.filter(devices::owner_id.eq(owner.0)).filter(devices::account_id.eq(account.0))
        }
    };
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        query = query
            .filter(devices::enrolled_at.le(at))
            .filter(devices::enrolled_at.lt(at).or(devices::enrolled_at.eq(at).and(devices::id.lt(id))));
    }
    let found: Vec<Row> = query.load(db).await?;
    found.into_iter().map(Device::try_from).collect()
}
