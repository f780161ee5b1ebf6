//! Accounts: made, disabled, enabled, given a new link, listed. An administrator of one owner manages the accounts whose
//! roles all lie there; only one of the installation manages the others.

use super::invitations::{Link, link};
use super::{Error, Result};
use crate::app::App;
use crate::domain::account::{self, LOCALES, Login, Password, State};
use crate::domain::actor::{Actor, Grant, Role};
use crate::domain::ids::{AccountId, GrantId, OwnerId};
use crate::domain::permission::{self, Deed, Subject};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::text;
use crate::identity::random;
pub use crate::records::accounts::{Account, LinkPurpose};
use crate::records::grants;
pub use crate::records::grants::Granted;
use crate::records::{self, Db, Tx, accounts, custody, sessions};
use jiff::Timestamp;
use serde_json::json;

/// An account with the grants its reader may know of, live ones only.
#[derive(Clone, Debug)]
pub struct WithGrants {
    /// The account.
    pub account: Account,
    /// Its grants.
    pub grants: Vec<Granted>,
}

/// What an account is made from, unread.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// How its holder will sign in.
    pub login: String,
    /// What others will read.
    pub display_name: String,
    /// `vi` or `en`.
    pub locale: String,
    /// Its first roles.
    pub grants: Vec<Grant>,
}

fn subject(grant: &Grant) -> Subject {
    Subject { owner: grant.owner, ..Subject::default() }
}

/// Whether the actor may manage an account with these grants: all of them must lie within its own. An account that
/// never had a role belongs to the installation.
fn may_manage(actor: &Actor, all: &[Granted]) -> Result<()> {
    let live: Vec<&Granted> = all.iter().filter(|granted| granted.revoked_at.is_none()).collect();
    let decisive = if live.is_empty() { all.iter().collect() } else { live };
    if decisive.is_empty() {
        permission::may(actor, Deed::ManageAccounts, &Subject::default())?;
    }
    for granted in decisive {
        permission::may(actor, Deed::ManageAccounts, &subject(&granted.grant))?;
    }
    Ok(())
}

/// Owners whose accounts the actor may read; `None` is all of them.
fn readable(actor: &Actor) -> Option<Vec<OwnerId>> {
    let mine = actor.grants.iter().filter(|grant| grant.role == Role::Administrator).map(|grant| grant.owner);
    mine.collect()
}

fn seen(account: Account, all: Vec<Granted>, readable: Option<&[OwnerId]>) -> WithGrants {
    let within = |granted: &Granted| {
        readable.is_none_or(|owners| granted.grant.owner.is_some_and(|owner| owners.contains(&owner)))
    };
    let live = all.into_iter().filter(|granted| granted.revoked_at.is_none() && within(granted)).collect();
    WithGrants { account, grants: live }
}

/// The account and all its grants, if the actor may know of it.
async fn known(db: &mut Db, actor: &Actor, id: AccountId, hold: bool) -> Result<(Account, Vec<Granted>)> {
    let found = if hold { accounts::hold(db, id).await? } else { accounts::find(db, id).await? };
    let account = found.ok_or_else(Refusal::not_found)?;
    let all = grants::of_accounts(db, &[id]).await?;
    if let Some(owners) = readable(actor) {
        let theirs = |granted: &Granted| granted.grant.owner.is_some_and(|owner| owners.contains(&owner));
        if !all.iter().any(theirs) {
            return Err(Refusal::not_found().into());
        }
    }
    Ok((account, all))
}

/// One account.
///
/// # Errors
/// `not-found` for one that the actor may not know of; an outage.
pub async fn read(app: &App, actor: &Actor, id: AccountId) -> Result<WithGrants> {
    permission::may(actor, Deed::ReadAccounts, &Subject::default())?;
    let (account, all) = known(&mut *app.records.conn().await?, actor, id, false).await?;
    Ok(seen(account, all, readable(actor).as_deref()))
}

/// One page of accounts by login.
///
/// # Errors
/// No right, or an outage.
pub async fn list(
    app: &App,
    actor: &Actor,
    after: Option<&str>,
    limit: u8,
) -> Result<(Vec<WithGrants>, bool)> {
    permission::may(actor, Deed::ReadAccounts, &Subject::default())?;
    let readable = readable(actor);
    let mut conn = app.records.conn().await?;
    let mut page = accounts::page(&mut conn, readable.as_deref(), after, limit.saturating_add(1)).await?;
    let more = page.len() > usize::from(limit);
    page.truncate(usize::from(limit));
    let ids: Vec<AccountId> = page.iter().map(|account| account.id).collect();
    let all = grants::of_accounts(&mut conn, &ids).await?;
    let with = |account: Account| {
        let own = all.iter().filter(|granted| granted.account == account.id).cloned().collect();
        seen(account, own, readable.as_deref())
    };
    Ok((page.into_iter().map(with).collect(), more))
}

/// Makes an account and the link that sets its first password.
///
/// # Errors
/// A field that breaks a rule, `account.login-taken`, no right, or an outage.
pub async fn create(app: &App, actor: &Actor, wanted: Wanted) -> Result<(WithGrants, Link)> {
    if wanted.grants.is_empty() {
        permission::may(actor, Deed::ManageAccounts, &Subject::default())?;
    }
    for (index, grant) in wanted.grants.iter().enumerate() {
        permission::may(actor, Deed::ManageAccounts, &subject(grant))?;
        account::grantable(grant, &format!("/grants/{index}"))?;
    }
    let mut tx = app.records.begin().await?;
    let id = make(app, &mut tx, Some(actor), &wanted, None).await?;
    let link = link(app, &mut tx, id, LinkPurpose::Invite).await?;
    let made = after_change(&mut tx, id).await?;
    tx.commit().await?;
    Ok((made, link))
}

async fn after_change(tx: &mut Tx, id: AccountId) -> Result<WithGrants> {
    let account = accounts::find(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let all = grants::of_accounts(tx, &[id]).await?;
    Ok(seen(account, all, None))
}

async fn make(
    app: &App,
    tx: &mut Tx,
    actor: Option<&Actor>,
    wanted: &Wanted,
    password_hash: Option<&str>,
) -> Result<AccountId> {
    let now = app.now();
    let login =
        Login::parse(&wanted.login).map_err(|why| Refusal::field("/login", "login.not-taken", why))?;
    let display_name = text::required(&wanted.display_name, 120)
        .map_err(|why| Refusal::field("/display_name", "text.not-taken", why))?;
    if !LOCALES.contains(&wanted.locale.as_str()) {
        return Err(Refusal::field("/locale", "locale.unknown", "must be vi or en").into());
    }
    let id = AccountId::random(random());
    let new = accounts::New {
        id,
        login: &login,
        display_name: &display_name,
        locale: &wanted.locale,
        password_hash,
    };
    accounts::create(tx, new, now).await.map_err(|why| {
        if why.broke("accounts_login_unique") {
            let detail = "Somebody has this login already.";
            Error::Refused(Refusal::new(Kind::Conflict, "account.login-taken", detail))
        } else {
            why.into()
        }
    })?;
    note(tx, actor, "account.created", id, None, json!({ "login": login.as_str() }), now).await?;
    for (index, grant) in wanted.grants.iter().enumerate() {
        give(tx, actor, id, *grant, &format!("/grants/{index}"), now).await?;
    }
    Ok(id)
}

async fn note(
    tx: &mut Tx,
    actor: Option<&Actor>,
    deed: &str,
    id: AccountId,
    owner: Option<OwnerId>,
    details: serde_json::Value,
    now: Timestamp,
) -> records::Result<()> {
    let entry = custody::Entry { deed, object: ("account", id.to_string()), owner, visit: None, details };
    custody::note(tx, actor, entry, now).await.map(drop)
}

async fn give(
    tx: &mut Tx,
    actor: Option<&Actor>,
    account: AccountId,
    grant: Grant,
    at: &str,
    now: Timestamp,
) -> Result<GrantId> {
    account::grantable(&grant, at)?;
    let unknown =
        |field: &str| Refusal::field(&format!("{at}/{field}"), "reference.unknown", "is not known here");
    let (unit, campaign) = grants::targets_exist(tx, &grant).await?;
    if !unit {
        return Err(unknown("unit").into());
    }
    if !campaign {
        return Err(unknown("campaign").into());
    }
    let id = GrantId::random(random());
    let by = actor.and_then(Actor::account);
    grants::give(tx, id, account, grant, by, now).await.map_err(|why| {
        if why.broke("grants_once") {
            Refusal::new(Kind::Conflict, "grant.held", "This role is granted already.").into()
        } else if why.broke("grants_owner_id_fkey") {
            unknown("owner").into()
        } else {
            Error::from(why)
        }
    })?;
    let details = json!({ "grant": id, "role": grant.role, "owner": grant.owner, "unit": grant.unit, "campaign": grant.campaign });
    note(tx, actor, "grant.given", account, grant.owner, details, now).await?;
    Ok(id)
}

/// Grants a role; returns the account with it and the new grant's id.
///
/// # Errors
/// A field that breaks a rule, `grant.held`, `grant.own`, no right, or an outage.
pub async fn grant(app: &App, actor: &Actor, id: AccountId, grant: Grant) -> Result<(WithGrants, GrantId)> {
    let mut tx = app.records.begin().await?;
    let (account, all) = known(&mut tx, actor, id, true).await?;
    may_manage(actor, &all)?;
    permission::may(actor, Deed::ManageAccounts, &subject(&grant))?;
    account::not_to_oneself(actor, id)?;
    if account.state == State::Disabled {
        return Err(disabled().into());
    }
    let given = give(&mut tx, Some(actor), id, grant, "", app.now()).await?;
    let after = after_change(&mut tx, id).await?;
    tx.commit().await?;
    Ok((after, given))
}

fn disabled() -> Refusal {
    Refusal::new(Kind::Conflict, "account.disabled", "This account is disabled; enable it first.")
}

/// Takes a role away, at once. One that was taken away before stays so.
///
/// # Errors
/// `account.last-administrator`, no right, or an outage.
pub async fn revoke(app: &App, actor: &Actor, id: AccountId, grant: GrantId) -> Result<()> {
    let now = app.now();
    let mut tx = app.records.begin().await?;
    grants::lock_administrators(&mut tx).await?;
    let (_, all) = known(&mut tx, actor, id, true).await?;
    let granted = all.iter().find(|granted| granted.id == grant).ok_or_else(Refusal::not_found)?;
    permission::may(actor, Deed::ManageAccounts, &subject(&granted.grant))?;
    may_manage(actor, &all)?;
    if granted.revoked_at.is_none() {
        if granted.grant.role == Role::Administrator && granted.grant.owner.is_none() {
            keep_one_administrator(&mut tx, id).await?;
        }
        grants::revoke(&mut tx, grant, now).await?;
        let details = json!({ "grant": grant, "role": granted.grant.role });
        note(&mut tx, Some(actor), "grant.revoked", id, granted.grant.owner, details, now).await?;
    }
    Ok(tx.commit().await?)
}

async fn keep_one_administrator(tx: &mut Tx, but: AccountId) -> Result<()> {
    match grants::other_administrators(tx, but).await? {
        0 => Err(account::last_administrator().into()),
        _ => Ok(()),
    }
}

/// Disables an account: its sessions end and its links die, at once.
///
/// # Errors
/// `account.last-administrator`, no right, or an outage.
pub async fn disable(app: &App, actor: Option<&Actor>, id: AccountId) -> Result<WithGrants> {
    let now = app.now();
    let mut tx = app.records.begin().await?;
    grants::lock_administrators(&mut tx).await?;
    let (account, all) = managed(&mut tx, actor, id).await?;
    if account.state != State::Disabled {
        let runs_all = |g: &Granted| {
            g.revoked_at.is_none() && g.grant.role == Role::Administrator && g.grant.owner.is_none()
        };
        if account.state == State::Active && all.iter().any(runs_all) {
            keep_one_administrator(&mut tx, id).await?;
        }
        accounts::set_state(&mut tx, id, State::Disabled, now).await?;
        accounts::withdraw_links(&mut tx, id, now).await?;
        let ended = sessions::end_all(&mut tx, id, None, "account disabled", now).await?;
        note(&mut tx, actor, "account.disabled", id, None, json!({ "sessions_ended": ended }), now).await?;
    }
    let after = after_change(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// The account, its row held, if the actor may manage it; the command line may manage all.
async fn managed(tx: &mut Tx, actor: Option<&Actor>, id: AccountId) -> Result<(Account, Vec<Granted>)> {
    let Some(actor) = actor else {
        let account = accounts::hold(tx, id).await?.ok_or_else(Refusal::not_found)?;
        return Ok((account, grants::of_accounts(tx, &[id]).await?));
    };
    let (account, all) = known(tx, actor, id, true).await?;
    may_manage(actor, &all)?;
    Ok((account, all))
}

/// Enables a disabled account again; its holder has to sign in anew.
///
/// # Errors
/// No right, or an outage.
pub async fn enable(app: &App, actor: &Actor, id: AccountId) -> Result<WithGrants> {
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let (account, _) = managed(&mut tx, Some(actor), id).await?;
    if account.state == State::Disabled {
        let back = if account.password_changed_at.is_some() { State::Active } else { State::Invited };
        accounts::set_state(&mut tx, id, back, now).await?;
        note(&mut tx, Some(actor), "account.enabled", id, None, json!({}), now).await?;
    }
    let after = after_change(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// Makes a new one-time link; the password that holds goes on to hold until the link is used.
///
/// # Errors
/// `account.disabled`, no right, or an outage.
pub async fn reset(app: &App, actor: Option<&Actor>, id: AccountId) -> Result<Link> {
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let (account, _) = managed(&mut tx, actor, id).await?;
    let purpose = match account.state {
        State::Disabled => return Err(disabled().into()),
        State::Invited => LinkPurpose::Invite,
        State::Active => LinkPurpose::Reset,
    };
    let link = link(app, &mut tx, id, purpose).await?;
    note(&mut tx, actor, "account.link_made", id, None, json!({}), now).await?;
    tx.commit().await?;
    Ok(link)
}

/// What the command line makes or changes, with nobody's rights but the machine's.
pub mod command {
    use super::{
        AccountId, App, Db, Error, Grant, Login, Password, Refusal, Result, Wanted, account, accounts, give,
        make,
    };
    use crate::records::owners;

    /// The account of a login.
    ///
    /// # Errors
    /// `reference.unknown`, or an outage.
    pub async fn account_of(app: &App, login: &str) -> Result<AccountId> {
        let unknown =
            || Refusal::field("--login", "reference.unknown", format!("no account has the login {login:?}"));
        let parsed = Login::parse(login).map_err(|why| Refusal::field("--login", "login.not-taken", why))?;
        let mut conn = app.records.conn().await?;
        let found = accounts::by_login(&mut conn, parsed.as_str()).await?;
        Ok(found.ok_or_else(unknown)?.0.id)
    }

    /// The owner of a code.
    ///
    /// # Errors
    /// `reference.unknown`, or an outage.
    pub async fn owner_of(app: &App, code: &str) -> Result<crate::domain::ids::OwnerId> {
        let db: &mut Db = &mut *app.records.conn().await?;
        let unknown =
            || Refusal::field("--owner", "reference.unknown", format!("no owner has the code {code:?}"));
        Ok(owners::by_code(db, code).await?.ok_or_else(unknown)?.id)
    }

    /// Makes an account that may sign in at once.
    ///
    /// # Errors
    /// As [`super::create`], and a password that is not taken.
    pub async fn create(app: &App, wanted: &Wanted, password: &str) -> Result<AccountId> {
        let login =
            Login::parse(&wanted.login).map_err(|why| Refusal::field("--login", "login.not-taken", why))?;
        for grant in &wanted.grants {
            account::grantable(grant, "--role")?;
        }
        let chosen = Password::choose(password, &login)
            .map_err(|why| Error::Refused(Refusal::field("--password-stdin", why.code(), why)))?;
        let hash = app.identity.hash_password(chosen).await?;
        let mut tx = app.records.begin().await?;
        let id = make(app, &mut tx, None, wanted, Some(&hash)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Grants a role.
    ///
    /// # Errors
    /// As [`super::grant`].
    pub async fn grant(app: &App, id: AccountId, grant: Grant) -> Result<()> {
        let mut tx = app.records.begin().await?;
        give(&mut tx, None, id, grant, "", app.now()).await?;
        Ok(tx.commit().await?)
    }
}
