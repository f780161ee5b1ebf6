//! Oneself: what I am, where I am signed in, and the end of that.

use super::sessions::noted;
use super::{Result, visits};
use crate::app::App;
use crate::domain::actor::{Actor, Scope};
use crate::domain::ids::SessionId;
use crate::domain::permission::{self, Deed, Subject};
use crate::domain::refusal::Refusal;
use crate::domain::visit::Visit;
pub use crate::records::accounts::Account;
pub use crate::records::grants::Granted;
pub use crate::records::sessions::Device;
use crate::records::{accounts, custody, grants, sessions};
use serde_json::json;

/// Oneself.
#[derive(Clone, Debug)]
pub struct Profile {
    /// My account.
    pub account: Account,
    /// The session that asks.
    pub session: SessionId,
    /// What its client may ask for.
    pub scopes: Vec<Scope>,
    /// My live roles.
    pub grants: Vec<Granted>,
    /// Where I am signed in.
    pub devices: Vec<Device>,
    /// Open work of my teams that I have been told of; nothing where the client may not read visits.
    pub visits: Vec<Visit>,
}

/// Who the actor is.
///
/// # Errors
/// No right (a program has no profile), or an outage.
pub async fn read(app: &App, actor: &Actor) -> Result<Profile> {
    permission::may(actor, Deed::ReadProfile, &Subject::default())?;
    let id = actor.account().ok_or_else(Refusal::forbidden)?;
    let mut conn = app.records.conn().await?;
    let account = accounts::find(&mut conn, id).await?.ok_or_else(Refusal::not_found)?;
    let mut grants = grants::of_accounts(&mut conn, &[id]).await?;
    grants.retain(|granted| granted.revoked_at.is_none());
    let devices = sessions::devices(&mut conn, id, app.now()).await?;
    drop(conn);
    let may_read = actor.scopes.contains(&Scope::VisitsRead);
    let visits = if may_read { visits::mine(app, actor).await? } else { Vec::new() };
    let (session, scopes) = (actor.session, actor.scopes.clone());
    Ok(Profile { account, session, scopes, grants, devices, visits })
}

/// Ends a device of the actor's own.
///
/// # Errors
/// `not-found` for one that is not theirs or has ended, no right, or an outage.
pub async fn end_device(app: &App, actor: &Actor, device: SessionId) -> Result<()> {
    permission::may(actor, Deed::ChangeProfile, &Subject::default())?;
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let holder = sessions::device_holder(&mut tx, device).await?;
    if holder.is_none() || holder != actor.account() {
        return Err(Refusal::not_found().into());
    }
    sessions::end(&mut tx, device, "ended by its holder", now).await?;
    custody::note(&mut tx, Some(actor), noted("session.ended", device, json!({})), now).await?;
    Ok(tx.commit().await?)
}
