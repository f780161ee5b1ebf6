//! The token endpoint: codes, refresh tokens and client credentials against access tokens.

use super::{Credentials, REPEATABLE, Why, known, no, target};
use crate::app::App;
use crate::domain::actor::{Actor, Scope, Who};
use crate::domain::client::{self, Client, ClientKind, Code, GrantType};
use crate::domain::ids::SessionId;
use crate::domain::key::Purpose;
use crate::flows::sessions::noted;
use crate::flows::{Error, keys};
use crate::identity::token::{self, Grantee};
use crate::identity::{random, random_text, sha256};
use crate::records::sessions::{self, SessionKind, Standing, Which};
use crate::records::{Tx, custody, tokens};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const SEAL: &str = "refresh-successor";

/// What a client sends to the token endpoint, unread.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `grant_type`.
    pub grant_type: Option<String>,
    /// `code`.
    pub code: Option<String>,
    /// `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// `code_verifier`.
    pub code_verifier: Option<String>,
    /// `refresh_token`.
    pub refresh_token: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `resource`.
    pub resource: Option<String>,
}

/// What the client gets.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// Its life in seconds.
    pub expires_in_s: u64,
    /// The refresh token, for people's sessions.
    pub refresh: Option<String>,
    /// Scopes of the access token.
    pub scope: String,
}

/// Trades what a client shows for tokens.
///
/// # Errors
/// [`Why`].
pub async fn trade(app: &App, credentials: &Credentials, asked: &Asked) -> Result<Tokens, Why> {
    let client = known(app, credentials).await?;
    target(app, asked.resource.as_deref())?;
    let Some(named) = asked.grant_type.as_deref() else {
        return Err(no(Code::InvalidRequest, "grant_type is missing"));
    };
    match GrantType::parse(named) {
        Some(GrantType::AuthorizationCode) => with_code(app, &client, asked).await,
        Some(GrantType::RefreshToken) => with_refresh(app, &client, asked).await,
        Some(GrantType::ClientCredentials) => with_credentials(app, &client, asked).await,
        None => Err(no(Code::UnsupportedGrantType, "grant_type is none of ours")),
    }
}

fn later(now: Timestamp, life: std::time::Duration) -> Timestamp {
    SignedDuration::try_from(life).ok().and_then(|life| now.checked_add(life).ok()).unwrap_or(now)
}

fn holder(standing: &Standing) -> Option<Actor> {
    let who = Who::Person(standing.account?);
    Some(Actor { who, session: standing.session, scopes: Vec::new(), grants: Vec::new() })
}

async fn access(
    app: &App,
    client: &Client,
    subject: String,
    session: SessionId,
    scopes: &[Scope],
    refresh: Option<String>,
) -> Result<Tokens, Why> {
    let key = keys::active(app, Purpose::Access).await?;
    let (life, scope) = (app.config.access_token, client::write_scopes(scopes));
    let issuer = app.config.public_url.as_str();
    let to = Grantee { issuer, subject, client: &client.id, session, scope: scope.clone() };
    let access = token::sign(&key, to, app.now(), life).map_err(Error::Fault)?;
    Ok(Tokens { access, expires_in_s: life.as_secs(), refresh, scope })
}

async fn with_code(app: &App, client: &Client, asked: &Asked) -> Result<Tokens, Why> {
    let wrong = || no(Code::InvalidGrant, "the code does not hold, or not for this client and verifier");
    let code = asked.code.as_deref().ok_or(no(Code::InvalidRequest, "code is missing"))?;
    let verifier =
        asked.code_verifier.as_deref().ok_or(no(Code::InvalidRequest, "code_verifier is missing"))?;
    let (now, hash) = (app.now(), sha256(code.as_bytes()));
    let mut tx = app.records.begin().await?;
    let shown = tokens::hold_code(&mut tx, hash).await?.ok_or_else(wrong)?;
    if shown.used {
        // Somebody else has this code too: what it was traded for ends (RFC 6749 §4.1.2).
        if let Some(session) = shown.session {
            kill(&mut tx, session, "code replayed", now).await?;
        }
        tx.commit().await?;
        return Err(wrong());
    }
    let code = shown.code;
    let fits = code.client == client.id
        && code.expires_at > now
        && asked.redirect_uri.as_ref().is_none_or(|uri| *uri == code.redirect_uri)
        && client::verifies(verifier, &code.challenge);
    if !fits {
        // One try: a code with a wrong verifier is a stolen one.
        tokens::use_code(&mut tx, hash, None, now).await?;
        tx.commit().await?;
        return Err(wrong());
    }
    let session = SessionId::random(random());
    let expires_at = later(now, app.config.refresh_token);
    let new = sessions::New {
        id: session,
        kind: SessionKind::App,
        account: Some(code.account),
        client: Some(&client.id),
        device_name: code.device_name.as_deref(),
        scopes: &code.scopes,
        secret_hash: None,
        expires_at,
    };
    sessions::start(&mut tx, new, now).await?;
    tokens::use_code(&mut tx, hash, Some(session), now).await?;
    let refresh = random_text();
    tokens::keep_refresh(&mut tx, sha256(refresh.as_bytes()), session, now, expires_at).await?;
    let standing = sessions::standing(&mut tx, Which::Id(session), now).await?.filter(|s| s.holds);
    let standing = standing.ok_or_else(wrong)?;
    let details = json!({ "kind": "app", "client": client.id, "device_name": code.device_name });
    custody::note(&mut tx, holder(&standing).as_ref(), noted("session.started", session, details), now)
        .await?;
    tx.commit().await?;
    access(app, client, code.account.to_string(), session, &standing.scopes, Some(refresh)).await
}

async fn kill(tx: &mut Tx, session: SessionId, because: &'static str, now: Timestamp) -> Result<(), Why> {
    if sessions::end(tx, session, because, now).await? {
        tracing::warn!(%session, because, "a session was ended: somebody showed what was used up");
        custody::note(tx, None, noted("session.ended", session, json!({ "because": because })), now).await?;
    }
    Ok(())
}

async fn with_refresh(app: &App, client: &Client, asked: &Asked) -> Result<Tokens, Why> {
    let wrong = || no(Code::InvalidGrant, "the refresh token does not hold, or not for this client");
    let shown = asked.refresh_token.as_deref().ok_or(no(Code::InvalidRequest, "refresh_token is missing"))?;
    let now = app.now();
    let mut tx = app.records.begin().await?;
    let token = tokens::hold_refresh(&mut tx, sha256(shown.as_bytes()), now).await?.ok_or_else(wrong)?;
    let standing = sessions::standing(&mut tx, Which::Id(token.session), now).await?;
    let standing = standing.filter(|s| s.holds && s.client.as_ref() == Some(&client.id)).ok_or_else(wrong)?;
    let account = standing.account.ok_or_else(wrong)?;
    let scopes = narrowed(&standing.scopes, asked.scope.as_deref())?;
    let refresh = match token.used_at {
        None if token.in_time => {
            let successor = random_text();
            let expires_at = later(now, app.config.refresh_token);
            let sealed = app.identity.sealer().seal(SEAL, successor.as_bytes());
            tokens::use_refresh(&mut tx, &token, sealed, now).await?;
            tokens::keep_refresh(&mut tx, sha256(successor.as_bytes()), token.session, now, expires_at)
                .await?;
            sessions::prolong(&mut tx, token.session, now, expires_at).await?;
            successor
        }
        None => return Err(wrong()),
        // The sealed successor is gone as soon as the successor was used: then nobody can have lost it.
        Some(used_at) => {
            let Some(successor) = repeat(app, &token, used_at, now) else {
                kill(&mut tx, token.session, "refresh token replayed", now).await?;
                tx.commit().await?;
                return Err(wrong());
            };
            successor
        }
    };
    tx.commit().await?;
    access(app, client, account.to_string(), token.session, &scopes, Some(refresh)).await
}

fn repeat(app: &App, token: &tokens::Refresh, used_at: Timestamp, now: Timestamp) -> Option<String> {
    if now.duration_since(used_at) > REPEATABLE {
        return None;
    }
    let plain = app.identity.sealer().open(SEAL, token.successor_sealed.as_deref()?).ok()?;
    String::from_utf8(plain).ok()
}

fn narrowed(scopes: &[Scope], asked: Option<&str>) -> Result<Vec<Scope>, Why> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else { return Ok(scopes.to_vec()) };
    let read = asked.split(' ').filter(|token| !token.is_empty()).map(|token| {
        Scope::parse(token)
            .filter(|scope| scopes.contains(scope))
            .ok_or(no(Code::InvalidScope, "a scope goes beyond what was granted"))
    });
    read.collect()
}

async fn with_credentials(app: &App, client: &Client, asked: &Asked) -> Result<Tokens, Why> {
    if client.kind != ClientKind::Confidential || client.owner.is_none() {
        return Err(no(Code::UnauthorizedClient, "only a confidential client may ask on its own behalf"));
    }
    let scopes = client.scopes_asked(asked.scope.as_deref())?;
    let (now, session) = (app.now(), SessionId::random(random()));
    let new = sessions::New {
        id: session,
        kind: SessionKind::Integrator,
        account: None,
        client: Some(&client.id),
        device_name: None,
        scopes: &scopes,
        secret_hash: None,
        expires_at: later(now, app.config.access_token),
    };
    let who = Actor { who: Who::Program(client.id.clone()), session, scopes: Vec::new(), grants: Vec::new() };
    let mut tx = app.records.begin().await?;
    sessions::start(&mut tx, new, now).await?;
    let entry = noted("session.started", session, json!({ "kind": "integrator" }));
    custody::note(&mut tx, Some(&who), entry, now).await?;
    tx.commit().await?;
    access(app, client, client.id.clone(), session, &scopes, None).await
}
