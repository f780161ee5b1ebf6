//! The first half of the code flow: is this a request we may show somebody, and the code once they signed in.

use super::{Why, target};
use crate::app::App;
use crate::domain::actor::Scope;
use crate::domain::client::{Challenge, Client, Code, No, is_client_id};
use crate::domain::text;
use crate::flows::Result;
use crate::flows::sign_in::still_proven;
use crate::identity::{random_text, sha256};
use crate::records::accounts::Account;
use crate::records::{clients, tokens};
use jiff::SignedDuration;

/// Life of a code.
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// What a client asks for, unread.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `client_id`.
    pub client_id: Option<String>,
    /// `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// `response_type`.
    pub response_type: Option<String>,
    /// `response_mode`.
    pub response_mode: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `state`.
    pub state: Option<String>,
    /// `code_challenge`.
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
    /// `resource`.
    pub resource: Option<String>,
    /// `device_name`: what the person's list of devices will show.
    pub device_name: Option<String>,
}

/// A request we may show somebody.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub client: Client,
    /// Where the answer goes.
    pub redirect_uri: String,
    state: Option<String>,
    scopes: Vec<Scope>,
    challenge: Challenge,
    device_name: Option<String>,
}

/// Why a request is not shown.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Nobody we know, or an address that is not theirs: the person is told, and nobody is sent anywhere.
    Here(No),
    /// A mistake of a client we know: it is told, at its own address.
    There {
        /// Where to.
        redirect: String,
    },
    /// The server's side.
    Failed(crate::flows::Error),
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        match why {
            Why::No(no) => Self::Here(no),
            Why::Failed(why) => Self::Failed(why),
        }
    }
}

/// Reads a request.
///
/// # Errors
/// [`Refused`].
pub async fn check(app: &App, asked: Asked) -> std::result::Result<Request, Refused> {
    let here = |description| Refused::Here(No::new(Code::InvalidRequest, description));
    let id = asked.client_id.as_deref().ok_or(here("client_id is missing"))?;
    if !is_client_id(id) {
        return Err(here("client_id is not registered"));
    }
    let redirect_uri = asked.redirect_uri.clone().ok_or(here("redirect_uri is missing"))?;
    let mut conn = app.records.conn().await.map_err(|why| Refused::Failed(why.into()))?;
    let client = clients::find(&mut conn, id).await.map_err(|why| Refused::Failed(why.into()))?;
    drop(conn);
    let client = client.ok_or(here("client_id is not registered"))?;
    if !client.may_redirect_to(&redirect_uri) {
        return Err(here("redirect_uri is not registered for this client"));
    }
    let state = asked.state.clone().filter(|state| state.len() <= 2048);
    read(app, &client, &redirect_uri, &asked).map_err(|no| Refused::There {
        redirect: answer(
            &redirect_uri,
            &[
                ("error", no.code.as_str()),
                ("error_description", no.description),
                ("state", state.as_deref().unwrap_or_default()),
                ("iss", &app.config.public_url),
            ],
        ),
    })
}

fn read(app: &App, client: &Client, redirect_uri: &str, asked: &Asked) -> std::result::Result<Request, No> {
    let invalid = |description| No::new(Code::InvalidRequest, description);
    if asked.response_type.as_deref() != Some("code") {
        return Err(match asked.response_type {
            None => invalid("response_type is missing"),
            Some(_) => No::new(Code::UnsupportedResponseType, "response_type must be code"),
        });
    }
    if asked.response_mode.as_deref().is_some_and(|mode| mode != "query") {
        return Err(invalid("response_mode must be query"));
    }
    if asked.state.as_ref().is_some_and(|state| state.len() > 2048) {
        return Err(invalid("state is longer than 2048 bytes"));
    }
    let challenge =
        Challenge::parse(asked.code_challenge.as_deref(), asked.code_challenge_method.as_deref())?;
    let scopes = client.scopes_asked(asked.scope.as_deref())?;
    target(app, asked.resource.as_deref())?;
    let name = asked.device_name.as_deref().unwrap_or_default();
    let name =
        text::optional(name, 80).map_err(|_| invalid("device_name is no text of up to 80 characters"))?;
    Ok(Request {
        client: client.clone(),
        redirect_uri: redirect_uri.to_owned(),
        state: asked.state.clone(),
        scopes,
        challenge,
        device_name: Some(name).filter(|name| !name.is_empty()),
    })
}

/// Grants a code to whoever signed in; returns the address to send them to.
///
/// # Errors
/// `token.invalid` where the password changed since it was proven, or an outage.
pub async fn grant(app: &App, request: &Request, account: &Account) -> Result<String> {
    let (now, secret) = (app.now(), random_text());
    let code = tokens::Code {
        hash: sha256(secret.as_bytes()),
        client: request.client.id.clone(),
        account: account.id,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.as_str().to_owned(),
        scopes: request.scopes.clone(),
        device_name: request.device_name.clone(),
        expires_at: now.saturating_add(CODE_LIFE).unwrap_or(now),
    };
    let mut tx = app.records.begin().await?;
    still_proven(&mut tx, account).await?;
    tokens::keep_code(&mut tx, &code, now).await?;
    tx.commit().await?;
    let state = request.state.as_deref().unwrap_or_default();
    let fields = [("code", secret.as_str()), ("state", state), ("iss", &app.config.public_url)];
    Ok(answer(&request.redirect_uri, &fields))
}

/// A redirect with an answer in its query; fields without a value are left out.
fn answer(redirect_uri: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = fields.iter().filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_html_form::to_string(fields).unwrap_or_default();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{joint}{query}")
}
