//! One-time links: the first password, a new one instead of a forgotten one, and a change by who knows the old one.

use super::sessions::not_held;
use super::sign_in::{Proof, prove};
use super::{Error, Result};
use crate::app::App;
use crate::domain::account::{Login, Password, State};
use crate::domain::actor::{Actor, Who};
use crate::domain::ids::{AccountId, SessionId};
use crate::domain::permission::{self, Deed, Subject};
use crate::domain::refusal::{Kind, Refusal};
use crate::identity::{random_text, sha256};
use crate::records::accounts::{self, Account, LinkPurpose};
use crate::records::sessions::{self, Which};
use crate::records::{Tx, custody};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// A link that was just made; shown once.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where to set the password.
    pub url: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Makes a link within the transaction of the deed that needs one; earlier links of the account die.
pub(super) async fn link(app: &App, tx: &mut Tx, account: AccountId, purpose: LinkPurpose) -> Result<Link> {
    let life = match purpose {
        LinkPurpose::Invite => SignedDuration::from_hours(24 * 7),
        LinkPurpose::Reset => SignedDuration::from_hours(24),
    };
    let (now, token) = (app.now(), random_text());
    let expires_at = now.saturating_add(life).unwrap_or(now);
    accounts::invite(tx, account, sha256(token.as_bytes()), purpose, now, expires_at).await?;
    Ok(Link { url: format!("{}/invitation?token={token}", app.config.public_url), expires_at })
}

fn worthless() -> Error {
    let detail = "This link was used, has expired, or was replaced by a newer one; ask for a new one.";
    Error::Refused(
        Refusal::new(Kind::Invalid, "invitation.worthless", detail).next(crate::domain::refusal::Next::Ask),
    )
}

/// Whose link it is.
///
/// # Errors
/// `invitation.worthless`, or an outage.
pub async fn look(app: &App, token: &str) -> Result<Account> {
    let found =
        accounts::invited(&mut *app.records.conn().await?, sha256(token.as_bytes()), app.now()).await?;
    found.ok_or_else(worthless)
}

fn choose(raw: &str, account: &Account, field: &str) -> Result<Password> {
    let login = Login::parse(&account.login).map_err(|why| Error::Fault(why.to_string()))?;
    Ok(Password::choose(raw, &login).map_err(|why| Refusal::field(field, why.code(), why))?)
}

/// Sets the password that a link is for; every session of the account ends.
///
/// # Errors
/// `invitation.worthless`, a password that is not taken, or an outage.
pub async fn accept(app: &App, token: &str, password: &str) -> Result<Account> {
    let account = look(app, token).await?;
    let chosen = choose(password, &account, "/password")?;
    // Hashed before the transaction: nothing is held while a core is busy.
    let hash = app.identity.hash_password(chosen).await?;
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let held = accounts::hold(&mut tx, account.id).await?.ok_or_else(worthless)?;
    if accounts::invited(&mut tx, sha256(token.as_bytes()), now).await?.is_none()
        || !accounts::use_link(&mut tx, sha256(token.as_bytes()), now).await?
    {
        return Err(worthless());
    }
    accounts::set_password(&mut tx, account.id, &hash, now).await?;
    if held.state == State::Invited {
        accounts::set_state(&mut tx, account.id, State::Active, now).await?;
    }
    sessions::end_all(&mut tx, account.id, None, "password set by link", now).await?;
    let session = SessionId(uuid::Uuid::nil());
    let who = Actor { who: Who::Person(account.id), session, scopes: Vec::new(), grants: Vec::new() };
    custody::note(&mut tx, Some(&who), noted("account.password_set", account.id), now).await?;
    tx.commit().await?;
    Ok(account)
}

fn noted(deed: &'static str, account: AccountId) -> custody::Entry<'static> {
    custody::Entry {
        deed,
        object: ("account", account.to_string()),
        owner: None,
        visit: None,
        details: json!({}),
    }
}

/// Changes one's own password; every other session ends.
///
/// # Errors
/// `password.wrong` for a wrong old one, `sign-in.throttled` after too many of these, `token.invalid` where account or
/// session ended while the passwords were looked at, or an outage.
pub async fn change_password(app: &App, actor: &Actor, old: &str, new: &str, source: &str) -> Result<()> {
    permission::may(actor, Deed::ChangeProfile, &Subject::default())?;
    let id = actor.account().ok_or_else(Refusal::forbidden)?;
    let account =
        accounts::find(&mut *app.records.conn().await?, id).await?.ok_or_else(Refusal::not_found)?;
    match prove(app, &account.login, old, source).await? {
        Proof::Proven(_) => {}
        Proof::Wrong => {
            return Err(Refusal::field("/current_password", "password.wrong", "is not your password").into());
        }
        Proof::Wait { seconds } => {
            let detail = format!("Too many attempts; wait {seconds} seconds.");
            return Err(Refusal::new(Kind::TooMany, "sign-in.throttled", detail).into());
        }
    }
    let chosen = choose(new, &account, "/new_password")?;
    let hash = app.identity.hash_password(chosen).await?;
    let now = app.now();
    let mut tx = app.records.begin().await?;
    // Proof and hash take seconds: meanwhile the account may have been disabled, or its password changed elsewhere.
    let held = accounts::hold(&mut tx, id).await?;
    let standing = sessions::standing(&mut tx, Which::Id(actor.session), now).await?;
    if held.is_none_or(|held| held.state != State::Active) || !standing.is_some_and(|s| s.holds) {
        return Err(not_held());
    }
    accounts::set_password(&mut tx, id, &hash, now).await?;
    accounts::withdraw_links(&mut tx, id, now).await?;
    sessions::end_all(&mut tx, id, Some(actor.session), "password changed", now).await?;
    custody::note(&mut tx, Some(actor), noted("account.password_changed", id), now).await?;
    Ok(tx.commit().await?)
}
