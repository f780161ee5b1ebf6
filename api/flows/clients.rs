//! Client programs: registered by command, and the one that everybody starts with.

use super::{Error, Result};
use crate::app::App;
use crate::domain::client::{BadClient, Client, ClientKind};
use crate::domain::ids::OwnerId;
use crate::domain::refusal::{Kind, Refusal};
use crate::identity::{random_text, sha256};
use crate::records::{clients, custody};
use serde_json::json;

/// What a client is registered from, unread.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its id.
    pub id: String,
    /// What people are told.
    pub name: String,
    /// Where answers may be sent.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// The owner a confidential client reads for; a public client has none.
    pub owner: Option<OwnerId>,
}

/// Registers a client; returns the secret of a confidential one, which is kept nowhere.
///
/// # Errors
/// A registration that breaks a rule, `client.id-taken`, or an outage.
pub async fn register(app: &App, wanted: Wanted, kind: ClientKind) -> Result<Option<String>> {
    let invalid = |why: BadClient| Refusal::new(Kind::Invalid, "client.not-taken", why.to_string());
    let mut client =
        Client::register(&wanted.id, &wanted.name, kind, wanted.redirect_uris, &wanted.scopes, wanted.owner)
            .map_err(invalid)?;
    let secret = (kind == ClientKind::Confidential).then(random_text);
    client.secret_hash = secret.as_ref().map(|secret| sha256(secret.as_bytes()).to_vec());
    let mut tx = app.records.begin().await?;
    clients::register(&mut tx, &client, app.now()).await.map_err(|why| {
        if why.broke("clients_pkey") {
            Refusal::new(Kind::Conflict, "client.id-taken", "A client of this id is registered already.")
                .into()
        } else {
            Error::from(why)
        }
    })?;
    let entry = custody::Entry {
        deed: "client.registered",
        object: ("client", client.id.clone()),
        owner: client.owner,
        visit: None,
        details: json!({ "kind": client.kind.as_str(), "redirect_uris": client.redirect_uris }),
    };
    custody::note(&mut tx, None, entry, app.now()).await?;
    tx.commit().await?;
    Ok(secret)
}
