//! Sessions: from a token or a cookie to whoever holds it; their beginning in the browser and their end.

use super::{Error, Result, keys};
use crate::app::App;
use crate::domain::actor::{Actor, Grant, Role, Scope, Who};
use crate::domain::ids::SessionId;
use crate::domain::key::Purpose;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::throttle::KNOWN_FOR;
use crate::identity::token::{self, Claims};
use crate::identity::{self, random_text};
use crate::records::accounts::Account;
use crate::records::sessions::{self, SessionKind, Standing, Which};
use crate::records::{custody, sign_ins, tokens};
use jiff::SignedDuration;
use serde_json::json;

/// What a token that does not hold is told, or one that no longer does.
pub(super) fn not_held() -> Error {
    Error::Refused(Refusal::new(
        Kind::Unauthenticated,
        "token.invalid",
        "This access token does not hold, or no longer.",
    ))
}

/// Finds out who holds an access token, with scopes and grants as they are now.
///
/// # Errors
/// `token.invalid` for one that does not hold; an outage is [`Error::Busy`], never a refusal.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    let claims = claims(app, token).await?.ok_or_else(not_held)?;
    let standing =
        sessions::standing(&mut *app.records.conn().await?, Which::Id(claims.sid), app.now()).await?;
    let standing = standing.filter(|standing| standing.holds).ok_or_else(not_held)?;
    if standing.client.as_deref() != Some(claims.client_id.as_str()) {
        return Err(not_held());
    }
    let asked: Vec<Scope> = claims.scope.split(' ').filter_map(Scope::parse).collect();
    let actor = actor(standing, Some(&asked)).ok_or_else(not_held)?;
    let subject = match &actor.who {
        Who::Person(id) => id.to_string(),
        Who::Program(id) => id.clone(),
    };
    if subject == claims.sub { Ok(actor) } else { Err(not_held()) }
}

/// The same actor with what they may do now: for a request that lasts long enough for rights to change meanwhile.
///
/// # Errors
/// `token.invalid` where the session holds no longer; an outage.
pub async fn afresh(app: &App, asked: &Actor) -> Result<Actor> {
    let standing =
        sessions::standing(&mut *app.records.conn().await?, Which::Id(asked.session), app.now()).await?;
    let standing = standing.filter(|standing| standing.holds).ok_or_else(not_held)?;
    let now = actor(standing, Some(&asked.scopes)).ok_or_else(not_held)?;
    if now.who == asked.who { Ok(now) } else { Err(not_held()) }
}

/// What a token says, if it is one of ours and in time; its session may have ended.
///
/// # Errors
/// An outage.
pub async fn claims(app: &App, token: &str) -> Result<Option<Claims>> {
    let Ok(kid) = token::kid(token) else { return Ok(None) };
    let Some(key) = keys::verifying(app, Purpose::Access, &kid).await? else { return Ok(None) };
    Ok(app.identity.verify(token, &key, app.now()).ok())
}

fn actor(standing: Standing, asked: Option<&[Scope]>) -> Option<Actor> {
    let (who, grants) = match (standing.account, standing.client) {
        (Some(account), _) => (Who::Person(account), standing.grants),
        (None, Some(client)) => {
            let grant =
                Grant { role: Role::Integrator, owner: standing.client_owner, unit: None, campaign: None };
            // Without an owner the grant would reach every owner there is.
            (Who::Program(client), standing.client_owner.map(|_| grant).into_iter().collect())
        }
        (None, None) => return None,
    };
    let mut scopes = standing.scopes;
    scopes.retain(|scope| asked.is_none_or(|asked| asked.contains(scope)));
    Some(Actor { who, session: standing.session, scopes, grants })
}

/// Somebody signed in to our pages.
#[derive(Clone, Debug)]
pub struct BrowserSession {
    /// Who.
    pub actor: Actor,
    /// What the pages call them.
    pub display_name: String,
    /// What every form must carry to prove that it is a form of ours.
    pub csrf: String,
}

/// The proof that forms of a browser session carry: follows from the cookie's secret, which no other site can read.
#[must_use]
pub fn csrf_of(cookie: &str) -> String {
    hex::encode(identity::sha256(format!("fieldproof form proof 1 {cookie}").as_bytes()))
}

/// Who is signed in with a cookie, if anybody.
///
/// # Errors
/// An outage.
pub async fn browser(app: &App, cookie: &str) -> Result<Option<BrowserSession>> {
    // Ours have 43 characters; others are not worth a query.
    if cookie.len() != 43 {
        return Ok(None);
    }
    let which = Which::Secret(identity::sha256(cookie.as_bytes()));
    let standing = sessions::standing(&mut *app.records.conn().await?, which, app.now()).await?;
    let Some(standing) = standing.filter(|standing| standing.holds) else { return Ok(None) };
    let display_name = standing.display_name.clone().unwrap_or_default();
    let csrf = csrf_of(cookie);
    Ok(actor(standing, None).map(|actor| BrowserSession { actor, display_name, csrf }))
}

/// Signs somebody in to our pages; returns the cookie's secret.
///
/// # Errors
/// `token.invalid` where the password changed since it was proven, or an outage.
pub async fn sign_in_browser(app: &App, account: &Account) -> Result<String> {
    let (now, secret) = (app.now(), random_text());
    let session = SessionId::random(identity::random());
    let life = SignedDuration::try_from(app.config.browser_session).unwrap_or(SignedDuration::from_hours(1));
    let new = sessions::New {
        id: session,
        kind: SessionKind::Browser,
        account: Some(account.id),
        client: None,
        device_name: None,
        scopes: &Scope::ALL,
        secret_hash: Some(identity::sha256(secret.as_bytes())),
        expires_at: now.saturating_add(life).unwrap_or(now),
    };
    let mut tx = app.records.begin().await?;
    super::sign_in::still_proven(&mut tx, account).await?;
    sessions::start(&mut tx, new, now).await?;
    let who = Actor { who: Who::Person(account.id), session, scopes: Vec::new(), grants: Vec::new() };
    let entry = noted("session.started", session, json!({ "kind": "browser" }));
    custody::note(&mut tx, Some(&who), entry, now).await?;
    tx.commit().await?;
    Ok(secret)
}

/// What custody records about a session.
pub(super) fn noted(
    deed: &'static str,
    session: SessionId,
    details: serde_json::Value,
) -> custody::Entry<'static> {
    custody::Entry { deed, object: ("session", session.to_string()), owner: None, visit: None, details }
}

/// Ends a session of the actor's own.
///
/// # Errors
/// An outage.
pub async fn sign_out(app: &App, actor: &Actor) -> Result<()> {
    let now = app.now();
    let mut tx = app.records.begin().await?;
    if sessions::end(&mut tx, actor.session, "signed out", now).await? {
        custody::note(&mut tx, Some(actor), noted("session.ended", actor.session, json!({})), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Clears what may no longer be repeated. Safe to run at any time; twice a minute is right.
///
/// # Errors
/// An outage.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let before = now.checked_sub(super::oauth::REPEATABLE).unwrap_or(now);
    Ok(tokens::clear_successors(&mut *app.records.conn().await?, before).await?)
}

/// Rows deleted by one statement: far below what the statement's time allows.
const BATCH: i64 = 2_000;

/// Forgets codes, tokens, sessions of programs and failed sign-ins that are long over. Safe to run at any time; once an
/// hour is right.
///
/// # Errors
/// An outage.
pub async fn forget(app: &App) -> Result<()> {
    let now = app.now();
    let ago = |length: SignedDuration| now.checked_sub(length).unwrap_or(now);
    let (a_day, a_week) = (SignedDuration::from_hours(24), SignedDuration::from_hours(24 * 7));
    let mut conn = app.records.conn().await?;
    let full = |forgotten: usize| i64::try_from(forgotten).is_ok_and(|forgotten| forgotten >= BATCH);
    while full(tokens::forget_expired(&mut conn, ago(a_week), BATCH).await?) {}
    while full(sessions::forget_programs(&mut conn, ago(a_day), BATCH).await?) {}
    Ok(sign_ins::sweep(&mut conn, ago(KNOWN_FOR)).await?)
}
