//! What is traded for access tokens: authorization codes and refresh tokens. Only hashes are kept, but for the minute
//! in which a lost answer may be asked for again.

use super::schema::{authorization_codes as codes, refresh_tokens as refreshes, sessions};
use super::{Db, Result};
use crate::domain::actor::Scope;
use crate::domain::ids::{AccountId, SessionId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use uuid::Uuid;

/// An authorization code as kept.
#[derive(Clone, Debug)]
pub struct Code {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// Which client asked.
    pub client: String,
    /// Who signed in.
    pub account: AccountId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// PKCE.
    pub challenge: String,
    /// What was asked for.
    pub scopes: Vec<Scope>,
    /// What the person calls the device.
    pub device_name: Option<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Keeps a code.
///
/// # Errors
/// The database's own.
pub async fn keep_code(db: &mut Db, code: &Code, now: Timestamp) -> Result<()> {
    let scopes: Vec<&str> = code.scopes.iter().map(|s| s.as_str()).collect();
    diesel::insert_into(codes::table)
        .values((
            codes::code_hash.eq(code.hash.to_vec()),
            codes::client_id.eq(&code.client),
            codes::account_id.eq(code.account.0),
            codes::redirect_uri.eq(&code.redirect_uri),
            codes::code_challenge.eq(&code.challenge),
            codes::scopes.eq(scopes),
            codes::device_name.eq(&code.device_name),
            codes::created_at.eq(now.to_diesel()),
            codes::expires_at.eq(code.expires_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = codes)]
struct CodeRow {
    client_id: String,
    account_id: Uuid,
    redirect_uri: String,
    code_challenge: String,
    scopes: Vec<String>,
    device_name: Option<String>,
    #[diesel(deserialize_as = Stamp)]
    expires_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    used_at: Option<Timestamp>,
    session_id: Option<Uuid>,
}

/// A code that somebody shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The code.
    pub code: Code,
    /// Whether it was shown before.
    pub used: bool,
    /// The session it was traded for then.
    pub session: Option<SessionId>,
}

/// The code of a hash, its row held until the transaction ends.
///
/// # Errors
/// The database's own.
pub async fn hold_code(db: &mut Db, hash: [u8; 32]) -> Result<Option<Shown>> {
    let row: Option<CodeRow> = codes::table
        .find(hash.to_vec())
        .select(CodeRow::as_select())
        .for_update()
        .first(db)
        .await
        .optional()?;
    Ok(row.map(|row| Shown {
        used: row.used_at.is_some(),
        session: row.session_id.map(SessionId),
        code: Code {
            hash,
            client: row.client_id,
            account: AccountId(row.account_id),
            redirect_uri: row.redirect_uri,
            challenge: row.code_challenge,
            scopes: row.scopes.iter().filter_map(|name| Scope::parse(name)).collect(),
            device_name: row.device_name,
            expires_at: row.expires_at,
        },
    }))
}

/// Uses a code up, for the session it was traded for or for none.
///
/// # Errors
/// The database's own.
pub async fn use_code(db: &mut Db, hash: [u8; 32], session: Option<SessionId>, now: Timestamp) -> Result<()> {
    diesel::update(codes::table.find(hash.to_vec()))
        .set((codes::used_at.eq(now.to_diesel()), codes::session_id.eq(session.map(|id| id.0))))
        .execute(db)
        .await?;
    Ok(())
}

/// A refresh token that somebody shows, with its session.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Its session, which is also its family.
    pub session: SessionId,
    /// Whether the token itself has not expired.
    pub in_time: bool,
    /// When it was traded for its successor.
    pub used_at: Option<Timestamp>,
    /// The successor, sealed, as long as the answer may be repeated.
    pub successor_sealed: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = refreshes)]
struct RefreshRow {
    session_id: Uuid,
    #[diesel(deserialize_as = Stamp)]
    expires_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    used_at: Option<Timestamp>,
    successor_sealed: Option<Vec<u8>>,
}

/// The refresh token of a hash; its session's row is held until the transaction ends, so that the tokens of one family
/// are shown one after the other.
///
/// # Errors
/// The database's own.
pub async fn hold_refresh(db: &mut Db, hash: [u8; 32], now: Timestamp) -> Result<Option<Refresh>> {
    let of: Option<Uuid> =
        refreshes::table.find(hash.to_vec()).select(refreshes::session_id).first(db).await.optional()?;
    let Some(session) = of else { return Ok(None) };
    sessions::table.find(session).select(sessions::id).for_update().first::<Uuid>(db).await?;
    let row: RefreshRow =
        refreshes::table.find(hash.to_vec()).select(RefreshRow::as_select()).first(db).await?;
    Ok(Some(Refresh {
        hash,
        session: SessionId(row.session_id),
        in_time: row.expires_at > now,
        used_at: row.used_at,
        successor_sealed: row.successor_sealed,
    }))
}

/// Keeps a new refresh token.
///
/// # Errors
/// The database's own.
pub async fn keep_refresh(
    db: &mut Db,
    hash: [u8; 32],
    session: SessionId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    diesel::insert_into(refreshes::table)
        .values((
            refreshes::token_hash.eq(hash.to_vec()),
            refreshes::session_id.eq(session.0),
            refreshes::created_at.eq(now.to_diesel()),
            refreshes::expires_at.eq(expires_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Uses a refresh token up; its successor stays sealed beside it for a while, those of its forerunners are cleared.
///
/// # Errors
/// The database's own.
pub async fn use_refresh(
    db: &mut Db,
    token: &Refresh,
    successor_sealed: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    let forerunners =
        refreshes::session_id.eq(token.session.0).and(refreshes::successor_sealed.is_not_null());
    diesel::update(refreshes::table.filter(forerunners))
        .set(refreshes::successor_sealed.eq(None::<Vec<u8>>))
        .execute(db)
        .await?;
    diesel::update(refreshes::table.find(token.hash.to_vec()))
        .set((refreshes::used_at.eq(now.to_diesel()), refreshes::successor_sealed.eq(successor_sealed)))
        .execute(db)
        .await?;
    Ok(())
}

/// The session a refresh token belongs to.
///
/// # Errors
/// The database's own.
pub async fn session_of_refresh(db: &mut Db, hash: [u8; 32]) -> Result<Option<SessionId>> {
    let id = refreshes::table.find(hash.to_vec()).select(refreshes::session_id).first(db).await.optional()?;
    Ok(id.map(SessionId))
}

/// Clears sealed successors used before this time.
///
/// # Errors
/// The database's own.
pub async fn clear_successors(db: &mut Db, used_before: Timestamp) -> Result<()> {
    let late = refreshes::successor_sealed.is_not_null().and(refreshes::used_at.lt(used_before.to_diesel()));
    diesel::update(refreshes::table.filter(late))
        .set(refreshes::successor_sealed.eq(None::<Vec<u8>>))
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets at most so many codes, and as many refresh tokens, that expired before this time; the larger of the two.
///
/// # Errors
/// The database's own.
pub async fn forget_expired(db: &mut Db, before: Timestamp, most: i64) -> Result<usize> {
    let mut largest = 0;
    for statement in [
        "DELETE FROM authorization_codes WHERE code_hash IN
            (SELECT code_hash FROM authorization_codes WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        "DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM refresh_tokens
            WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    ] {
        let forgotten =
            diesel::sql_query(statement).bind::<Timestamptz, _>(before.to_diesel()).bind::<BigInt, _>(most);
        largest = forgotten.execute(db).await?.max(largest);
    }
    Ok(largest)
}
