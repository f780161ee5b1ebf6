//! OAuth 2.1: authorization code with PKCE for people, client credentials for programs, refresh tokens that rotate.

pub mod authorize;
pub mod revoke;
pub mod token;

use super::Error;
use crate::app::App;
use crate::domain::client::{Client, ClientKind, Code, No, is_client_id};
use crate::identity;
use crate::records::{self, clients};
use jiff::SignedDuration;
use subtle::ConstantTimeEq;

/// How long a refresh token may be shown once more by a phone that lost the answer; it gets the same successor.
pub const REPEATABLE: SignedDuration = SignedDuration::from_secs(60);

/// Why there is no token.
#[derive(Clone, Debug)]
pub enum Why {
    /// Refused, in OAuth's own words.
    No(No),
    /// The server's side.
    Failed(Error),
}

impl From<No> for Why {
    fn from(no: No) -> Self {
        Self::No(no)
    }
}

impl From<Error> for Why {
    fn from(why: Error) -> Self {
        Self::Failed(why)
    }
}

impl From<records::Error> for Why {
    fn from(why: records::Error) -> Self {
        Self::Failed(why.into())
    }
}

pub(super) fn no(code: Code, description: &'static str) -> Why {
    Why::No(No::new(code, description))
}

/// How a client says who it is.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// `client_id`.
    pub id: Option<String>,
    /// `client_secret`, from the header or the body.
    pub secret: Option<String>,
}

/// The client that proves itself so; a public one only names itself.
pub(super) async fn known(app: &App, credentials: &Credentials) -> Result<Client, Why> {
    let unknown = || no(Code::InvalidClient, "the client is unknown or its secret is wrong");
    let id = credentials.id.as_deref().filter(|id| is_client_id(id)).ok_or_else(unknown)?;
    let client = clients::find(&mut *app.records.conn().await?, id).await?.ok_or_else(unknown)?;
    let proven = match (client.kind, &client.secret_hash, &credentials.secret) {
        (ClientKind::Public, None, None) => true,
        (ClientKind::Confidential, Some(hash), Some(secret)) => {
            identity::sha256(secret.as_bytes()).as_slice().ct_eq(hash).into()
        }
        _ => false,
    };
    if proven { Ok(client) } else { Err(unknown()) }
}

/// The one resource there is (RFC 8707).
pub(super) fn target(app: &App, resource: Option<&str>) -> Result<(), No> {
    let ours = app.config.public_url.as_str();
    match resource.map(|r| r.trim_end_matches('/')) {
        None => Ok(()),
        Some(resource) if resource == ours => Ok(()),
        Some(_) => Err(No::new(Code::InvalidTarget, "resource must be this installation's public URL")),
    }
}
