//! Sessions: one for each sign-in on a device or in a browser, and for each time a program proved itself.

use super::grants::Row as GrantRow;
use super::schema::{accounts, authorization_codes as codes, clients, grants, sessions};
use super::{Db, Result};
use crate::domain::account::State;
use crate::domain::actor::{Grant, Scope};
use crate::domain::ids::{AccountId, DeviceId, OwnerId, SessionId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// What a session runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// Our own pages.
    Browser,
    /// An app on somebody's behalf; also called a device.
    App,
    /// A program on its own behalf.
    Integrator,
}

impl SessionKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::App => "app",
            Self::Integrator => "integrator",
        }
    }
}

/// The device that a session speaks for, where it is one's.
///
/// # Errors
/// The database's own.
pub async fn device(db: &mut Db, session: SessionId) -> Result<Option<DeviceId>> {
    let device = sessions::table.find(session.0).select(sessions::device_id).first::<Option<Uuid>>(db).await;
    Ok(device.optional()?.flatten().map(DeviceId))
}

/// A session about to begin.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: SessionId,
    /// What it runs in.
    pub kind: SessionKind,
    /// Whose it is.
    pub account: Option<AccountId>,
    /// Through which client.
    pub client: Option<&'a str>,
    /// What the person calls the device.
    pub device_name: Option<&'a str>,
    /// What it may ask for.
    pub scopes: &'a [Scope],
    /// Hash of the cookie's secret.
    pub secret_hash: Option<[u8; 32]>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Begins a session.
///
/// # Errors
/// The database's own.
pub async fn start(db: &mut Db, new: New<'_>, now: Timestamp) -> Result<()> {
    let scopes: Vec<&str> = new.scopes.iter().map(|s| s.as_str()).collect();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(new.id.0),
            sessions::kind.eq(new.kind.as_str()),
            sessions::account_id.eq(new.account.map(|id| id.0)),
            sessions::client_id.eq(new.client),
            sessions::device_name.eq(new.device_name),
            sessions::scopes.eq(scopes),
            sessions::secret_hash.eq(new.secret_hash.map(|hash| hash.to_vec())),
            sessions::created_at.eq(now.to_diesel()),
            sessions::last_used_at.eq(now.to_diesel()),
            sessions::expires_at.eq(new.expires_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// All that decides whether and what a session may ask, as it is now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The session.
    pub session: SessionId,
    /// Whose it is.
    pub account: Option<AccountId>,
    /// The client it came through.
    pub client: Option<String>,
    /// Neither ended nor expired; its account active and its client not disabled.
    pub holds: bool,
    /// What the session and its client may both ask for.
    pub scopes: Vec<Scope>,
    /// The owner a program reads for.
    pub client_owner: Option<OwnerId>,
    /// Live grants of the account.
    pub grants: Vec<Grant>,
    /// The account's display name.
    pub display_name: Option<String>,
}

/// Which session is meant.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// By its id, as in tokens.
    Id(SessionId),
    /// By the hash of a cookie's secret.
    Secret([u8; 32]),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: Uuid,
    account_id: Option<Uuid>,
    client_id: Option<String>,
    scopes: Vec<String>,
    #[diesel(deserialize_as = Stamp)]
    expires_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    revoked_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct ClientRow {
    scopes: Vec<String>,
    owner_id: Option<Uuid>,
    #[diesel(deserialize_as = NullableTimestamp)]
    disabled_at: Option<Timestamp>,
}

type Joined = (Row, Option<(String, String)>, Option<ClientRow>, Option<GrantRow>);

/// Reads a session with its account, client and live grants: one query, so that what was taken away a moment ago is
/// gone now.
///
/// # Errors
/// The database's own.
pub async fn standing(db: &mut Db, which: Which, now: Timestamp) -> Result<Option<Standing>> {
    let mut query = sessions::table
        .left_join(accounts::table.on(sessions::account_id.eq(accounts::id.nullable())))
        .left_join(clients::table.on(sessions::client_id.eq(clients::id.nullable())))
        .left_join(
            grants::table
                .on(sessions::account_id.eq(grants::account_id.nullable()).and(grants::revoked_at.is_null())),
        )
        .select((
            Row::as_select(),
            (accounts::state, accounts::display_name).nullable(),
            Option::<ClientRow>::as_select(),
            Option::<GrantRow>::as_select(),
        ))
        .into_boxed();
    query = match which {
        Which::Id(id) => query.filter(sessions::id.eq(id.0)),
        Which::Secret(hash) => query.filter(sessions::secret_hash.eq(hash.to_vec())),
    };
    let rows: Vec<Joined> = query.load(db).await?;
    let grants: Result<Vec<Grant>> =
        rows.iter().filter_map(|row| row.3.as_ref()).map(GrantRow::grant).collect();
    let grants = grants?;
    let Some((row, account, client, _)) = rows.into_iter().next() else { return Ok(None) };
    let (state, display_name) = account.unzip();
    let account_holds = row.account_id.is_none() || state.as_deref() == Some(State::Active.as_str());
    let client_holds = client.as_ref().is_none_or(|client| client.disabled_at.is_none());
    let in_scope = |name: &String| client.as_ref().is_none_or(|client| client.scopes.contains(name));
    let scopes =
        row.scopes.iter().filter(|name| in_scope(name)).filter_map(|name| Scope::parse(name)).collect();
    Ok(Some(Standing {
        session: SessionId(row.id),
        account: row.account_id.map(AccountId),
        client: row.client_id,
        holds: row.revoked_at.is_none() && row.expires_at > now && account_holds && client_holds,
        scopes,
        client_owner: client.and_then(|client| client.owner_id).map(OwnerId),
        grants,
        display_name,
    }))
}

/// Ends a session; its refresh tokens are dead with it. False if it had ended.
///
/// # Errors
/// The database's own.
pub async fn end(db: &mut Db, id: SessionId, because: &str, now: Timestamp) -> Result<bool> {
    let live = sessions::id.eq(id.0).and(sessions::revoked_at.is_null());
    let done = diesel::update(sessions::table.filter(live))
        .set((sessions::revoked_at.eq(now.to_diesel()), sessions::revoked_because.eq(because)))
        .execute(db)
        .await?;
    Ok(done == 1)
}

/// Ends every session of an account but one; returns how many. Codes that were not traded yet die too: each would become
/// a session that nobody ended.
///
/// # Errors
/// The database's own.
pub async fn end_all(
    db: &mut Db,
    account: AccountId,
    but: Option<SessionId>,
    because: &str,
    now: Timestamp,
) -> Result<usize> {
    diesel::update(codes::table.filter(codes::account_id.eq(account.0).and(codes::used_at.is_null())))
        .set(codes::used_at.eq(now.to_diesel()))
        .execute(db)
        .await?;
    let but = but.map_or(Uuid::nil(), |id| id.0);
    let live =
        sessions::account_id.eq(account.0).and(sessions::revoked_at.is_null()).and(sessions::id.ne(but));
    Ok(diesel::update(sessions::table.filter(live))
        .set((sessions::revoked_at.eq(now.to_diesel()), sessions::revoked_because.eq(because)))
        .execute(db)
        .await?)
}

/// Marks a session as used and moves its end.
///
/// # Errors
/// The database's own.
pub async fn prolong(db: &mut Db, id: SessionId, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    diesel::update(sessions::table.find(id.0))
        .set((sessions::last_used_at.eq(now.to_diesel()), sessions::expires_at.eq(expires_at.to_diesel())))
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets at most so many sessions of programs that ended by themselves before this time; how many. People's are kept
/// for the record.
///
/// # Errors
/// The database's own.
pub async fn forget_programs(db: &mut Db, before: Timestamp, most: i64) -> Result<usize> {
    let statement = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions
        WHERE kind = 'integrator' AND expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)";
    let forgotten =
        diesel::sql_query(statement).bind::<Timestamptz, _>(before.to_diesel()).bind::<BigInt, _>(most);
    Ok(forgotten.execute(db).await?)
}

/// A device: an app that somebody is signed in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its session.
    pub session: SessionId,
    /// What the person calls it.
    pub name: Option<String>,
    /// The client.
    pub client: String,
    /// What the client calls itself.
    pub client_name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When its tokens were last renewed.
    pub last_used_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct DeviceRow {
    id: Uuid,
    device_name: Option<String>,
    #[diesel(deserialize_as = Stamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = Stamp)]
    last_used_at: Timestamp,
}

/// The devices an account is signed in on, last used first.
///
/// # Errors
/// The database's own.
pub async fn devices(db: &mut Db, account: AccountId, now: Timestamp) -> Result<Vec<Device>> {
    let rows: Vec<(DeviceRow, (String, String))> = sessions::table
        .inner_join(clients::table.on(sessions::client_id.eq(clients::id.nullable())))
        .filter(
            sessions::account_id
                .eq(account.0)
                .and(sessions::kind.eq(SessionKind::App.as_str()))
                .and(sessions::revoked_at.is_null())
                .and(sessions::expires_at.gt(now.to_diesel())),
        )
        .order((sessions::last_used_at.desc(), sessions::id.asc()))
        .limit(100)
        .select((DeviceRow::as_select(), (clients::id, clients::name)))
        .load(db)
        .await?;
    let device = |(row, (client, client_name)): (DeviceRow, (String, String))| Device {
        session: SessionId(row.id),
        name: row.device_name,
        client,
        client_name,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(rows.into_iter().map(device).collect())
}

/// Whose device a session is, while it lasts.
///
/// # Errors
/// The database's own.
pub async fn device_holder(db: &mut Db, id: SessionId) -> Result<Option<AccountId>> {
    let holder: Option<Option<Uuid>> = sessions::table
        .find(id.0)
        .filter(sessions::kind.eq(SessionKind::App.as_str()).and(sessions::revoked_at.is_null()))
        .select(sessions::account_id)
        .first(db)
        .await
        .optional()?;
    Ok(holder.flatten().map(AccountId))
}
