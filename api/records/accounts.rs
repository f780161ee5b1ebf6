//! Accounts and the one-time links that set their passwords.

use super::schema::{accounts, grants, invitations};
use super::{Db, Error, Result};
use crate::domain::account::{Login, State};
use crate::domain::ids::{AccountId, OwnerId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stamp, ToDiesel};
use std::collections::HashMap;
use uuid::Uuid;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// How its holder signs in.
    pub login: String,
    /// What others read.
    pub display_name: String,
    /// `vi` or `en`.
    pub locale: String,
    /// Invited, active, disabled.
    pub state: State,
    /// When the password was last set.
    pub password_changed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct Row {
    id: Uuid,
    login: String,
    display_name: String,
    locale: String,
    state: String,
    #[diesel(deserialize_as = NullableTimestamp)]
    password_changed_at: Option<Timestamp>,
    #[diesel(deserialize_as = Stamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = NullableTimestamp)]
    disabled_at: Option<Timestamp>,
}

impl TryFrom<Row> for Account {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: AccountId(row.id),
            login: row.login,
            display_name: row.display_name,
            locale: row.locale,
            state: State::parse(&row.state).ok_or_else(|| Error::bad_row(&row.state))?,
            password_changed_at: row.password_changed_at,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }
}

/// A new account.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: AccountId,
    /// How its holder signs in.
    pub login: &'a Login,
    /// What others read.
    pub display_name: &'a str,
    /// `vi` or `en`.
    pub locale: &'a str,
    /// Set for an account that may sign in at once.
    pub password_hash: Option<&'a str>,
}

/// Makes an account. [`Error::Constraint`] `accounts_login_unique` if the login is taken.
///
/// # Errors
/// The database's own.
pub async fn create(db: &mut Db, new: New<'_>, now: Timestamp) -> Result<()> {
    let state = if new.password_hash.is_some() { State::Active } else { State::Invited };
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(new.id.0),
            accounts::login.eq(new.login.as_str()),
            accounts::display_name.eq(new.display_name),
            accounts::locale.eq(new.locale),
            accounts::state.eq(state.as_str()),
            accounts::password_hash.eq(new.password_hash),
            accounts::password_changed_at.eq(new.password_hash.map(|_| now.to_diesel())),
            accounts::created_at.eq(now.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// One account.
///
/// # Errors
/// The database's own.
pub async fn find(db: &mut Db, id: AccountId) -> Result<Option<Account>> {
    let row = accounts::table.find(id.0).select(Row::as_select()).first(db).await.optional()?;
    row.map(Account::try_from).transpose()
}

/// What others read of these people.
///
/// # Errors
/// The database's own.
pub async fn names(db: &mut Db, of: &[AccountId]) -> Result<HashMap<AccountId, String>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::display_name))
        .load(db)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| (AccountId(id), name)).collect())
}

/// One account, its row held until the transaction ends. Rows that name it may still be written: they don't wait.
///
/// # Errors
/// The database's own.
pub async fn hold(db: &mut Db, id: AccountId) -> Result<Option<Account>> {
    let row =
        accounts::table.find(id.0).select(Row::as_select()).for_no_key_update().first(db).await.optional()?;
    row.map(Account::try_from).transpose()
}

/// The account of a login with its password hash, if it has one.
///
/// # Errors
/// The database's own.
pub async fn by_login(db: &mut Db, login: &str) -> Result<Option<(Account, Option<String>)>> {
    let row: Option<(Row, Option<String>)> = accounts::table
        .filter(accounts::login.eq(login))
        .select((Row::as_select(), accounts::password_hash))
        .first(db)
        .await
        .optional()?;
    row.map(|(row, hash)| Ok((Account::try_from(row)?, hash))).transpose()
}

/// The password hash of an account.
///
/// # Errors
/// The database's own.
pub async fn password_hash(db: &mut Db, id: AccountId) -> Result<Option<String>> {
    let found = accounts::table.find(id.0).select(accounts::password_hash).first(db).await.optional()?;
    Ok(found.flatten())
}

/// Sets the password; whether the account may sign in is a matter of its state, which stays as it is.
///
/// # Errors
/// The database's own.
pub async fn set_password(db: &mut Db, id: AccountId, hash: &str, now: Timestamp) -> Result<()> {
    diesel::update(accounts::table.find(id.0))
        .set((accounts::password_hash.eq(hash), accounts::password_changed_at.eq(now.to_diesel())))
        .execute(db)
        .await?;
    Ok(())
}

/// Moves an account to another state.
///
/// # Errors
/// The database's own.
pub async fn set_state(db: &mut Db, id: AccountId, state: State, now: Timestamp) -> Result<()> {
    let disabled = (state == State::Disabled).then(|| now.to_diesel());
    diesel::update(accounts::table.find(id.0))
        .set((accounts::state.eq(state.as_str()), accounts::disabled_at.eq(disabled)))
        .execute(db)
        .await?;
    Ok(())
}

/// One page of accounts by login, along `accounts_login_unique`; `of` narrows it to accounts that have, or had, a role
/// at one of these owners.
///
/// # Errors
/// The database's own.
pub async fn page(
    db: &mut Db,
    of: Option<&[OwnerId]>,
    after: Option<&str>,
    limit: u8,
) -> Result<Vec<Account>> {
    let mut query = accounts::table
        .select(Row::as_select())
        .order(accounts::login.asc())
        .limit(limit.into())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(accounts::login.gt(after.to_owned()));
    }
    if let Some(owners) = of {
        let owners: Vec<Uuid> = owners.iter().map(|id| id.0).collect();
        query = query.filter(diesel::dsl::exists(
            grants::table.filter(grants::account_id.eq(accounts::id).and(grants::owner_id.eq_any(owners))),
        ));
    }
    query.load(db).await?.into_iter().map(Account::try_from).collect()
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// The first password.
    Invite,
    /// A new password instead of a forgotten one.
    Reset,
}

impl LinkPurpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }
}

/// Keeps the hash of a one-time link and makes earlier ones of the account worthless.
///
/// # Errors
/// The database's own.
pub async fn invite(
    db: &mut Db,
    account: AccountId,
    token_hash: [u8; 32],
    purpose: LinkPurpose,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    withdraw_links(db, account, now).await?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::token_hash.eq(token_hash.to_vec()),
            invitations::account_id.eq(account.0),
            invitations::purpose.eq(purpose.as_str()),
            invitations::created_at.eq(now.to_diesel()),
            invitations::expires_at.eq(expires_at.to_diesel()),
        ))
        .execute(db)
        .await?;
    Ok(())
}

/// Makes every open link of an account worthless.
///
/// # Errors
/// The database's own.
pub async fn withdraw_links(db: &mut Db, account: AccountId, now: Timestamp) -> Result<()> {
    let open = invitations::account_id.eq(account.0).and(invitations::used_at.is_null());
    diesel::update(invitations::table.filter(open))
        .set(invitations::used_at.eq(now.to_diesel()))
        .execute(db)
        .await?;
    Ok(())
}

/// The account that an open link leads to.
///
/// # Errors
/// The database's own.
pub async fn invited(db: &mut Db, token_hash: [u8; 32], now: Timestamp) -> Result<Option<Account>> {
    let row = invitations::table
        .inner_join(accounts::table.on(accounts::id.eq(invitations::account_id)))
        .filter(
            invitations::token_hash
                .eq(token_hash.to_vec())
                .and(invitations::used_at.is_null())
                .and(invitations::expires_at.gt(now.to_diesel()))
                .and(accounts::state.ne(State::Disabled.as_str())),
        )
        .select(Row::as_select())
        .first(db)
        .await
        .optional()?;
    row.map(Account::try_from).transpose()
}

/// Uses a link up. False when somebody else did meanwhile.
///
/// # Errors
/// The database's own.
pub async fn use_link(db: &mut Db, token_hash: [u8; 32], now: Timestamp) -> Result<bool> {
    let open = invitations::token_hash.eq(token_hash.to_vec()).and(invitations::used_at.is_null());
    let used = diesel::update(invitations::table.filter(open))
        .set(invitations::used_at.eq(now.to_diesel()))
        .execute(db)
        .await?;
    Ok(used == 1)
}
